"""The sheet that every chart is drawn on: fixed sizes, one typeface, the same bytes on every machine, words for eyes
that do not see it.

Pyplot is not used: a figure belongs to whoever asked for it. Letters stay letters, placed by DejaVu Sans, which is
wider than what a browser puts in its place, so that nothing runs out of its room."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, wraps
from typing import Any, ParamSpec, TypeVar

import numpy as np
import pandas as pd
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, findfont, get_font
from matplotlib.ft2font import LoadFlags
from matplotlib.lines import Line2D
from matplotlib.patches import PathPatch
from matplotlib.path import Path
from numpy.typing import ArrayLike

from crosswave.report.render import STYLE, download, folded, publish, to_html, to_text
from crosswave.report.vector import INK as INK
from crosswave.report.vector import SIZE, TIP, svg_of

NAVY, TEAL, PLUM, ORANGE = "#12436D", "#28A197", "#801650", "#F46A25"
GREY, LINE = "#5b6570", "#c9d1d9"
WIDTH = 7.2
"""Inches, 691 pixels: a page enlarges it to its own width, and a phone scrolls it sideways, so that its letters are
never smaller than `SMALLEST` points (12 pixels) less a sixth."""

SMALLEST = SIZE
"""Points."""

LEFT, RIGHT, FOOT, BETWEEN = 0.08, 0.2, 0.55, 0.5
_TITLE_SIZE = 11.0
_TITLE_LINE, _SUBTITLE_LINE, _TOP = 0.2, 0.17, 0.08
_LOOK: Mapping[Any, Any] = {
    "font.family": ["DejaVu Sans", "sans-serif"],
    "font.sans-serif": ["DejaVu Sans", "Verdana", "Arial"],
    "font.size": SMALLEST,
    "text.color": INK,
    "axes.edgecolor": GREY,
    "axes.labelcolor": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.spines.left": False,
    "axes.unicode_minus": True,
    "xtick.color": INK,
    "ytick.color": INK,
    "figure.facecolor": "white",
    "axes.facecolor": "none",
    "path.simplify": False,
}
P = ParamSpec("P")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Look:
    """How one kind of thing is marked: never by colour alone."""

    marker: str
    colour: str
    words: str = ""
    filled: bool = True


def styled(draw: Callable[P, R]) -> Callable[P, R]:
    """Return a drawing function that has the same look whatever the caller's settings are."""

    @wraps(draw)
    def drawing(*args: P.args, **kwargs: P.kwargs) -> R:
        with rc_context(dict(_LOOK)):
            return draw(*args, **kwargs)

    return drawing


def sheet(title: str, subtitle: str, height: float, *, foot: float = FOOT) -> tuple[Figure, Axes]:
    """Return a figure with its title written, and axes of a given height below it."""
    figure, axes = panels(title, subtitle, (height,), foot=foot)
    return figure, axes[0]


def panels(
    title: str, subtitle: str, heights: Sequence[float], *, left: float = LEFT, gap: float = 0.0, foot: float = FOOT,
    head: float = 0.12, columns: int = 1,
) -> tuple[Figure, list[Axes]]:  # fmt: skip
    """Return a figure with its title written, and axes of given heights one below the other, in so many columns."""
    heads, subs = wrapped(title, size=_TITLE_SIZE, weight="bold"), wrapped(subtitle)
    top = _TOP + _TITLE_LINE * len(heads) + _SUBTITLE_LINE * len(subs) + head
    total = top + sum(heights) + gap * (len(heights) - 1) + foot
    figure = Figure(figsize=(WIDTH, total))
    look: dict[str, Any] = {"va": "top", "ha": "left", "parse_math": False}
    for place, line in enumerate(heads):
        height = 1 - _TOP / total - place * (_TITLE_LINE / total)
        figure.text(LEFT / WIDTH, height, line, fontsize=_TITLE_SIZE, fontweight="bold", **look)
    under = 1 - (_TOP + _TITLE_LINE * len(heads)) / total
    for place, line in enumerate(subs):
        height = under - place * (_SUBTITLE_LINE / total)
        figure.text(LEFT / WIDTH, height, line, fontsize=SMALLEST, color=GREY, **look)
    axes, bottom, step = [], total - top + gap, (WIDTH - left - RIGHT + BETWEEN) / columns
    for height in heights:
        bottom -= gap + height
        boxes = [(left + k * step, bottom, step - BETWEEN, height) for k in range(columns)]
        axes += [figure.add_axes((x / WIDTH, y / total, wide / WIDTH, tall / total)) for x, y, wide, tall in boxes]
    return figure, axes


def multiples(heads: Sequence[str], *, title: str, subtitle: str, height: float = 0.9) -> tuple[Figure, list[Axes]]:
    """Return a figure with small axes, up to three beside one another, each under its head."""
    columns = min(3, len(heads))
    lines = [wrapped(head, (WIDTH - 0.42 - RIGHT + BETWEEN) / columns - BETWEEN, weight="bold") for head in heads]
    most, rows = 0.15 * max(map(len, lines)), -(-len(heads) // columns)
    figure, axes = panels(title, subtitle, [height] * rows, left=0.42, gap=0.42 + most, head=0.2 + most, foot=0.3,
                          columns=columns)  # fmt: skip
    for place, words in zip(axes, lines, strict=False):
        place.text(0, 1 + 0.1 / height, "\n".join(words), transform=place.transAxes, va="bottom", weight="bold",
                   linespacing=1.1, parse_math=False)  # fmt: skip
    for place in axes[len(heads) :]:
        place.remove()
    return figure, axes[: len(heads)]


def upright(
    axes: Axes, x: ArrayLike, low: ArrayLike, high: ArrayLike, colour: str, width: float = 1.3, *, over: float = 1.0,
) -> None:  # fmt: skip
    """Draw strokes from low to high as one path, in numbers of the axes."""
    x, low, high = np.broadcast_arrays(*map(np.atleast_1d, (x, low, high)))
    _strokes(axes, (x, x), (low, high), edgecolor=colour, linewidth=width, zorder=over)


def level(
    axes: Axes, y: ArrayLike, low: ArrayLike, high: ArrayLike, colour: str, width: float = 1.3, *, over: float = 1.0,
    fade: float = 1.0,
) -> None:  # fmt: skip
    """Draw strokes from left to right as one path, in numbers of the axes."""
    y, low, high = np.broadcast_arrays(*map(np.atleast_1d, (y, low, high)))
    _strokes(axes, (low, high), (y, y), edgecolor=colour, linewidth=width, zorder=over, alpha=fade)


def _strokes(axes: Axes, x: Sequence[ArrayLike], y: Sequence[ArrayLike], **look: Any) -> None:
    ends = np.column_stack([np.column_stack(list(x)).ravel(), np.column_stack(list(y)).ravel()]).astype(float)
    codes = np.tile(np.array([Path.MOVETO, Path.LINETO], dtype=Path.code_type), len(ends) // 2)
    if len(ends):  # as a patch each stroke would be taken as a curve to find how far it reaches
        axes.add_artist(PathPatch(Path(ends, codes), fill=False, **look))


def mark(axes: Axes, x: float, y: float, look: Look, size: float = 6.5, *, over: float = 4.0, tip: str = "") -> None:
    """Draw a marker, which may leave its axes; with words where it is pointed at or focused."""
    fill = look.colour if look.filled else "white"
    drawn = Line2D([x], [y], linestyle="none", marker=look.marker, markersize=size, color=look.colour,
                   markerfacecolor=fill, markeredgewidth=1.3, zorder=over, clip_on=False)  # fmt: skip
    drawn.set_gid(f"{TIP}{tip}" if tip else None)
    axes.add_artist(drawn)


def ruled(axes: Axes, x: Mapping[Any, str] | None = None, y: Mapping[Any, str] | None = None) -> None:
    """Draw lines across axes, and the words of each below or left of it.

    Notes
    -----
    Ticks of matplotlib are objects of five parts; hundreds of them were a third of the time of a chart.
    """
    axes.set_axis_off()
    figure = axes.get_figure(root=True)
    wide, tall = np.multiply(axes.get_position().size, figure.get_size_inches() if figure else 1)
    level(axes, list(y or ()), *axes.get_xlim(), LINE, 0.7, over=0)
    for place, words in (x or {}).items():
        axes.text(place, -0.07 / tall, words, transform=axes.get_xaxis_transform(), ha="center", va="top")
    for place, words in (y or {}).items():
        axes.text(-0.07 / wide, place, words, transform=axes.get_yaxis_transform(), ha="right", va="center")


def numbered(ticks: Iterable[float], low: float, high: float, unit: str = "") -> dict[float, str]:
    """Return the ticks within a scale with the number that each of them shows."""
    return {tick: f"{tick:g}{unit}".replace("-", "−") for tick in ticks if low <= tick <= high}


def wrapped(text: str, width: float = 0.0, *, size: float = SMALLEST, weight: str = "normal") -> list[str]:
    """Return text in lines that are no wider than their room, measured in the letters in which charts are set."""
    room = 0.97 * 72 * (width or WIDTH - LEFT - RIGHT / 2)  # a browser may set letters a little wider
    space = _points_wide(" ", size, weight)
    lines: list[list[str]] = []
    used = 0.0
    for word in text.split():
        wide = sum(_points_wide(letter, size, weight) for letter in word)
        used += space + wide
        if lines and used <= room:
            lines[-1].append(word)
        else:
            lines.append([word])
            used = wide
    return [" ".join(line) for line in lines]


@cache
def _points_wide(letter: str, size: float, weight: str) -> float:
    """How far a letter moves the pen."""
    font = get_font(findfont(FontProperties(family="DejaVu Sans", weight=weight)))
    font.set_size(size, 72)
    return float(font.load_char(ord(letter), LoadFlags.NO_HINTING).linearHoriAdvance / 65536)


@styled
def svg_text(figure: Figure, alt: str) -> str:
    """Return a figure as SVG that carries its alternative text; the same bytes for the same figure."""
    return svg_of(figure, alt, _points_wide)


@styled
def png_bytes(figure: Figure, alt: str) -> bytes:
    """Return a figure as PNG, 300 dots an inch, that carries its alternative text."""
    stream = io.BytesIO()
    figure.savefig(stream, format="png", dpi=300, metadata={"Description": alt, "Software": None})
    return stream.getvalue()


def show(
    figure: Figure | None, alt: str, table: pd.DataFrame, caption: str, *, data: pd.DataFrame | None = None,
    fold: bool = True,
) -> None:  # fmt: skip
    """Display a chart in a notebook with its alternative text, and below it what it shows as a table to be saved."""
    if figure is not None:
        publish({"text/plain": alt, "image/svg+xml": svg_text(figure, alt)}, {"image/svg+xml": {"alt": alt}})
    if not table.empty:
        html = f"{STYLE}\n{to_html(table, caption)}\n{download(table if data is None else data, caption)}"
        html = folded(f"{caption}: the chart as a table" if figure else caption, html) if fold else html
        publish({"text/plain": to_text(table, caption), "text/html": html})
