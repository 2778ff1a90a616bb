"""Shares over time: a dot for each survey with its interval, comparable ones joined, words at the dot."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from crosswave.report.canvas import (
    GREY,
    INK,
    LINE,
    NAVY,
    RIGHT,
    SMALLEST,
    TEAL,
    WIDTH,
    Look,
    mark,
    panels,
    ruled,
    upright,
)  # fmt: skip

_HEIGHT, _LEFT, _STEP, _LETTER, _KEY = 3.4, 0.5, 0.14, 0.078, 0.18
_TRIES = sorted(range(-12, 13), key=abs)
LOOKS: Mapping[str, Look] = {
    "compared": Look("o", NAVY, "the two surveys that are compared, joined by a line"),
    "comparable": Look("s", TEAL, "other surveys that may be compared with each other"),
    "other": Look("o", GREY, "surveys that asked other people or in other words", filled=False),
}


@dataclass(frozen=True, slots=True)
class Dot:
    """A survey: when it was made (decimal year), its share with the ends of its interval in per cent, and its words."""

    date: float
    share: float
    low: float
    high: float
    label: str
    tip: str
    kind: str


def timeline(
    dots: Sequence[Dot], *, title: str, subtitle: str, window: tuple[int, int],
    under: Callable[[Axes], None] | None = None,
) -> Figure:  # fmt: skip
    """Return the chart of shares over time, per cent upwards; ``under`` draws a line of all years below the dots."""
    kinds = [LOOKS[kind] for kind in LOOKS if any(dot.kind == kind for dot in dots)]
    figure, (axes,) = panels(title, subtitle, (_HEIGHT,), left=_LEFT, foot=0.4 + _KEY * len(kinds))
    first, last = min(dot.date for dot in dots), max(dot.date for dot in dots)
    start, end = np.floor(min(first, window[0])), np.ceil(max(last, window[1] + 1.0))
    axes.set(xlim=(start - 0.1, end + 0.6), ylim=(0, 100))
    axes.axvspan(window[0], window[1] + 1, color=LINE, alpha=0.35, linewidth=0, zorder=0)
    axes.text(window[0] + 0.06, 98, f"{window[0]} to {window[1]}", va="top", color=GREY, fontsize=SMALLEST)
    years = range(int(start), int(end) + 1, -(-int(end - start) // 12) or 1)
    ruled(axes, {year: str(year) for year in years}, {tick: f"{tick}%" for tick in range(0, 101, 20)})
    upright(axes, list(years), -1.2, 0, GREY, 1)
    if under:
        under(axes)
    inch = (end - start + 0.7) / (WIDTH - _LEFT - RIGHT)
    placed = _apart(dots, 0.11 * inch)
    pair = [(x, dot.share) for x, dot in placed if dot.kind == "compared"]
    if len(pair) > 1:
        axes.add_artist(Line2D(*zip(*pair, strict=True), color=NAVY, linewidth=1.8, zorder=2))
    for x, dot in placed:
        _draw(axes, x, dot)
    _label(axes, placed, inch, 100 / _HEIGHT)
    for place, look in enumerate(kinds):
        height = (_KEY * (len(kinds) - place) - 0.08) / figure.get_figheight()
        keyed = Line2D([(_LEFT + 0.06) / WIDTH], [height], marker=look.marker, color=look.colour, markersize=6,
                       markerfacecolor=look.colour if look.filled else "white")  # fmt: skip
        figure.add_artist(keyed)
        figure.text((_LEFT + 0.22) / WIDTH, height, look.words, fontsize=SMALLEST, color=GREY, va="center_baseline")
    return figure


def _apart(dots: Iterable[Dot], least: float) -> list[tuple[float, Dot]]:
    """Each dot with its place: those of one time stand side by side, so that none hides another."""
    placed: list[tuple[float, Dot]] = []
    for dot in sorted(dots, key=lambda dot: (dot.date, dot.share)):
        before = placed[-1][0] + least if placed else dot.date
        placed.append((max(dot.date, before), dot))
    return placed


def _draw(axes: Axes, x: float, dot: Dot) -> None:
    look, order = LOOKS[dot.kind], 4 if dot.kind == "compared" else 3
    if dot.low == dot.low:
        upright(axes, x, dot.low, dot.high, look.colour, over=order)
    mark(axes, x, dot.share, look, over=order + 1, tip=dot.tip)


def _label(axes: Axes, placed: Sequence[tuple[float, Dot]], inch: float, tall: float) -> None:
    """Words right of each dot, moved up or down until they cover no dot and no other words."""
    ends = [(dot.low, dot.high) if dot.low == dot.low else (dot.share, dot.share) for _, dot in placed]
    taken = [
        (x - 0.03 * inch, x + 0.03 * inch, low - 0.07 * tall, high + 0.07 * tall)
        for (x, _), (low, high) in zip(placed, ends, strict=True)
    ]
    for x, dot in sorted(placed, key=lambda one: (one[1].kind != "compared", one[0])):
        wide, step, away = _LETTER * len(dot.label) * inch, _STEP * tall, 0.09 * inch
        heights = [dot.share + k * step / 2 for k in _TRIES]
        sides = (x + away, x - away - wide)
        boxes = [(left, left + wide, y - step / 2, y + step / 2) for y in heights if 1 < y < 99 for left in sides]
        box = next(
            (box for box in boxes if box[0] > axes.get_xlim()[0] and not any(_meet(box, one) for one in taken)), None
        )
        if box is None:
            continue  # no room: the table and the words at the dot have the number
        taken.append(box)
        strong = dot.kind == "compared"
        axes.text(box[0], (box[2] + box[3]) / 2, dot.label, va="center", fontsize=SMALLEST, parse_math=False,
                  color=INK if strong else GREY, weight="bold" if strong else "normal", zorder=6)  # fmt: skip


def _meet(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    return one[0] < other[1] and other[0] < one[1] and one[2] < other[3] and other[2] < one[3]
