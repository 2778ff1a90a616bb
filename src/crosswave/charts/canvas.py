"""The sheet that every chart is drawn on: fixed sizes, one typeface, the same bytes on every machine, words for eyes
that do not see it.

Pyplot is not used: a figure belongs to whoever asked for it, and nothing depends on a notebook's drawing back end.
"""

from __future__ import annotations

import io
import textwrap
from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from html import escape
from typing import Any, ParamSpec, TypeVar

from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from crosswave.tables.render import publish

NAVY, TEAL, PLUM, ORANGE = "#12436D", "#28A197", "#801650", "#F46A25"
INK, GREY, LINE = "#1b1f24", "#5b6570", "#c9d1d9"

WIDTH = 4.8
"""Inches: on a screen 390 pixels wide a chart shrinks by a quarter, and its smallest letters stay legible."""

LEFT, RIGHT, FOOT = 0.2, 0.3, 0.62
_TITLE_CHARS, _SUBTITLE_CHARS = 43, 64
_TITLE_LINE, _SUBTITLE_LINE, _TOP = 0.225, 0.185, 0.12

_LOOK: Mapping[Any, Any] = {
    "font.family": ["DejaVu Sans", "sans-serif"],
    "font.sans-serif": ["DejaVu Sans", "Verdana", "Arial"],
    "font.size": 10,
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
    "axes.facecolor": "white",
    "svg.fonttype": "none",
    "svg.hashsalt": "crosswave",
    "path.simplify": False,
}

P = ParamSpec("P")
R = TypeVar("R")


def styled(draw: Callable[P, R]) -> Callable[P, R]:
    """Return a drawing function that has the same look whatever the caller's settings are."""

    @wraps(draw)
    def drawing(*args: P.args, **kwargs: P.kwargs) -> R:
        with rc_context(dict(_LOOK)):
            return draw(*args, **kwargs)

    return drawing


def sheet(title: str, subtitle: str, height: float, *, foot: float = FOOT) -> tuple[Figure, Axes]:
    """Return a figure with its title written, and axes of a given height below it.

    Parameters
    ----------
    title : str
        The message.
    subtitle : str
        Measure, source and population.
    height : float
        Of the axes, inches; the figure grows with it.
    foot : float
        Room below the axes, inches.
    """
    figure, axes = panels(title, subtitle, (height,), foot=foot)
    return figure, axes[0]


def panels(
    title: str, subtitle: str, heights: Sequence[float], *, left: float = LEFT, gap: float = 0.0, foot: float = FOOT
) -> tuple[Figure, list[Axes]]:
    """Return a figure with its title written, and axes of given heights one below the other.

    Parameters
    ----------
    title, subtitle, foot
        As for `sheet`.
    heights : sequence of float
        Of the axes from top to bottom, inches.
    left : float
        Room at the left of the axes, inches.
    gap : float
        Between two axes, inches.
    """
    heads, subs = textwrap.wrap(title, _TITLE_CHARS), textwrap.wrap(subtitle, _SUBTITLE_CHARS)
    top = _TOP + _TITLE_LINE * len(heads) + _SUBTITLE_LINE * len(subs) + 0.12
    total = top + sum(heights) + gap * (len(heights) - 1) + foot
    figure = Figure(figsize=(WIDTH, total))
    _write(figure, heads, 1 - _TOP / total, _TITLE_LINE / total, fontsize=12, fontweight="bold")
    under = 1 - (_TOP + _TITLE_LINE * len(heads)) / total
    _write(figure, subs, under, _SUBTITLE_LINE / total, fontsize=9.5, color=GREY)
    axes, bottom = [], total - top + gap
    for height in heights:
        bottom -= gap + height
        box = (left / WIDTH, bottom / total, (WIDTH - left - RIGHT) / WIDTH, height / total)
        axes.append(figure.add_axes(box))
    return figure, axes


def _write(figure: Figure, lines: list[str], top: float, step: float, **look: Any) -> None:
    for place, line in enumerate(lines):
        figure.text(LEFT / WIDTH, top - place * step, line, va="top", ha="left", parse_math=False, **look)


@styled
def svg_text(figure: Figure, alt: str) -> str:
    """Return a figure as SVG that carries its alternative text; the same bytes for the same figure.

    Parameters
    ----------
    figure : Figure
        As drawn.
    alt : str
        What it shows, in words.
    """
    stream = io.StringIO()
    figure.savefig(stream, format="svg", metadata={"Date": None, "Creator": None})
    text = stream.getvalue()
    return text[text.index("<svg ") :].replace("<svg ", f'<svg role="img" aria-label="{escape(alt)}" ', 1)


def show(figure: Figure | None, alt: str) -> None:
    """Display a chart in a notebook with its alternative text; without a chart, display the text alone.

    Parameters
    ----------
    figure : Figure or None
        None where there is nothing to draw.
    alt : str
        What it shows, or why there is nothing, in words.
    """
    if figure is None:
        publish({"text/plain": alt, "text/html": f"<p>{escape(alt)}</p>"})
        return
    publish({"text/plain": alt, "image/svg+xml": svg_text(figure, alt)}, {"image/svg+xml": {"alt": alt}})
