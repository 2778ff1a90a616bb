"""The sheet that every chart is drawn on: fixed sizes, one typeface, the same bytes on every machine, words for eyes
that do not see it.

Pyplot is not used: a figure belongs to whoever asked for it. Letters stay letters, placed by DejaVu Sans, which is
wider than what a browser puts in its place, so that nothing runs out of its room."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, wraps
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import numpy as np
import pandas as pd
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, findfont, get_font
from matplotlib.ft2font import LoadFlags
from matplotlib.image import imread
from matplotlib.lines import Line2D
from matplotlib.patches import PathPatch
from matplotlib.path import Path as Line
from numpy.typing import ArrayLike

from crosswave.files import write_whole
from crosswave.report.render import STYLE, download, folded, publish, to_html, to_text
from crosswave.report.vector import HEAD, PANEL, SIZE, TIP, TOP, svg_of
from crosswave.report.vector import INK as INK

NAVY, TEAL, PLUM, ORANGE = "#12436D", "#28A197", "#801650", "#F46A25"
GREY, LINE = "#5b6570", "#c9d1d9"
WIDTH, NARROW = 7.2, 3.4
"""Inches: the width in which a chart is drawn, 691 pixels, and that of the narrowest page, 326 pixels, in which its
labels have room too. A page makes a chart as wide as itself; letters keep their size."""

SMALLEST = SIZE
"""Points: 12 pixels."""

LEFT, RIGHT, FOOT, BETWEEN = 0.08, 0.2, 0.55, 0.3
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
    title: str, subtitle: str, heights: Sequence[float], *, gap: float = 0.0, foot: float = FOOT, head: float = 0.12,
    columns: int = 1,
) -> tuple[Figure, list[Axes]]:  # fmt: skip
    """Return a figure with its title written, and axes of given heights one below the other, in so many columns."""
    lines: list[tuple[str, float, dict[str, Any]]]
    lines = [(line, _TITLE_LINE, {"fontsize": _TITLE_SIZE, "fontweight": "bold"})
             for line in wrapped(title, size=_TITLE_SIZE, weight="bold")]  # fmt: skip
    lines += [(line, _SUBTITLE_LINE, {"fontsize": SMALLEST, "color": GREY}) for line in wrapped(subtitle)]
    top = _TOP + sum(tall for _, tall, _ in lines)
    total = top + head + sum(heights) + gap * (len(heights) - 1) + foot
    figure, here = Figure(figsize=(WIDTH, total)), _TOP
    figure.set_gid(f"{TOP}{96 * top:.1f}")
    for line, tall, look in lines:
        figure.text(LEFT / WIDTH, 1 - here / total, line, gid=HEAD, va="top", ha="left", parse_math=False, **look)
        here += tall
    axes, bottom, step = [], total - top - head + gap, (WIDTH - LEFT - RIGHT + BETWEEN) / columns
    for height in heights:
        bottom -= gap + height
        boxes = [(LEFT + k * step, bottom, step - BETWEEN, height) for k in range(columns)]
        axes += [figure.add_axes((x / WIDTH, y / total, wide / WIDTH, tall / total)) for x, y, wide, tall in boxes]
    return figure, axes


def multiples(heads: Sequence[str], *, title: str, subtitle: str, height: float = 0.9) -> tuple[Figure, list[Axes]]:
    """Return a figure with small axes, up to three beside one another, each under its head; each moves as one."""
    columns = min(3, len(heads))
    room = min((WIDTH - LEFT - RIGHT + BETWEEN) / columns - BETWEEN, NARROW)
    lines = [wrapped(head, room, weight="bold") for head in heads]
    most, rows = 0.15 * max(map(len, lines)), -(-len(heads) // columns)
    over, foot = 0.3 + most, 0.3
    figure, axes = panels(title, subtitle, [height] * rows, gap=0.25 + over, head=over, foot=foot, columns=columns)
    for place, words in zip(axes, lines, strict=False):
        place.text(0, 1 + 0.2 / height, "\n".join(words), transform=place.transAxes, va="bottom", weight="bold",
                   linespacing=1.1, parse_math=False)  # fmt: skip
        left, bottom, wide, _ = np.array(place.get_position().bounds) * np.tile(figure.get_size_inches(), 2)
        box = (left - LEFT, figure.get_figheight() - bottom - height - over, wide + 2 * LEFT, over + height + foot)
        place.set_gid(PANEL + " ".join(f"{96 * side:.1f}" for side in box))
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
    codes = np.tile(np.array([Line.MOVETO, Line.LINETO], dtype=Line.code_type), len(ends) // 2)
    if len(ends):  # as a patch each stroke would be taken as a curve to find how far it reaches
        axes.add_artist(PathPatch(Line(ends, codes), fill=False, **look))


def mark(axes: Axes, x: float, y: float, look: Look, size: float = 6.5, *, over: float = 4.0, tip: str = "") -> None:
    """Draw a marker, which may leave its axes; with words where it is pointed at or focused."""
    fill = look.colour if look.filled else "white"
    drawn = Line2D([x], [y], linestyle="none", marker=look.marker, markersize=size, color=look.colour,
                   markerfacecolor=fill, markeredgewidth=1.3, zorder=over, clip_on=False)  # fmt: skip
    drawn.set_gid(f"{TIP}{tip}" if tip else None)
    axes.add_artist(drawn)


def ruled(axes: Axes, x: Mapping[Any, str] | None = None, y: Mapping[Any, str] | None = None) -> None:
    """Draw lines across axes with the words of each on its left end, and words below; those at an end stay within.

    Notes
    -----
    Ticks of matplotlib are objects of five parts; hundreds of them were a third of the time of a chart.
    """
    axes.set_axis_off()
    figure = axes.get_figure(root=True)
    tall = axes.get_position().height * (figure.get_figheight() if figure else 1)
    level(axes, list(y or ()), *axes.get_xlim(), LINE, 0.7, over=0)
    sides = dict(zip(axes.get_xlim(), ("left", "right"), strict=True))
    for place, words in (x or {}).items():
        look: dict[str, Any] = {"ha": sides.get(place, "center"), "va": "top"}
        axes.text(place, -0.07 / tall, words, transform=axes.get_xaxis_transform(), **look)
    for place, words in (y or {}).items():
        axes.text(0, place, words, transform=axes.get_yaxis_transform(), ha="left", va="bottom", color=GREY)


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


WRITERS: Mapping[str, Callable[[Figure, str], str | bytes]] = {".svg": svg_text, ".png": png_bytes}
"""What writes a chart, by the ending of the file."""


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart with its words, as pages show it."""

    figure: Figure
    alt: str

    def save(self, path: Path) -> None:
        """Write it as .svg or .png."""
        write_whole(path, WRITERS[path.suffix.lower()](self.figure, self.alt))

    def put_into(self, axes: Axes) -> None:
        """Show it in axes, as a picture in its own proportions."""
        axes.imshow(imread(io.BytesIO(png_bytes(self.figure, self.alt))))
        axes.set_axis_off()

    def _repr_mimebundle_(self, **_: object) -> dict[str, str]:
        return {"text/plain": self.alt, "image/svg+xml": svg_text(self.figure, self.alt)}


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
