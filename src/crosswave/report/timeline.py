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
    LEFT,
    LINE,
    NARROW,
    NAVY,
    RIGHT,
    SMALLEST,
    TEAL,
    WIDTH,
    Look,
    mark,
    ruled,
    sheet,
    upright,
    wrapped,
)  # fmt: skip
from crosswave.report.vector import WIDE

_HEIGHT, _STEP, _LETTER, _KEY, _MOST_YEARS = 3.4, 0.14, 0.078, 0.17, 7
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
    keys = [wrapped(look.words, NARROW - 0.3) for look in kinds]
    figure, axes = sheet(title, subtitle, _HEIGHT, foot=0.4 + _KEY * sum(map(len, keys)))
    first, last = min(dot.date for dot in dots), max(dot.date for dot in dots)
    start, end = np.floor(min(first, window[0])), np.ceil(max(last, window[1] + 1.0))
    axes.set(xlim=(start - 0.06 * (end - start), end + 0.6), ylim=(0, 100))
    axes.axvspan(window[0], window[1] + 1, color=LINE, alpha=0.35, linewidth=0, zorder=0)
    axes.text(window[0] + 0.06, 98, f"{window[0]} to {window[1]}", va="top", color=GREY, fontsize=SMALLEST)
    years = range(int(start), int(end) + 1, -(-int(end - start) // _MOST_YEARS) or 1)
    ruled(axes, {year: str(year) for year in years}, {tick: f"{tick}%" for tick in range(0, 101, 20)})
    upright(axes, list(years), -1.2, 0, GREY, 1)
    if under:
        under(axes)
    inch = float(np.ptp(axes.get_xlim())) / (WIDTH - LEFT - RIGHT)
    placed = _apart(dots, 0.11 * inch)
    pair = [(x, dot.share) for x, dot in placed if dot.kind == "compared"]
    if len(pair) > 1:
        axes.add_artist(Line2D(*zip(*pair, strict=True), color=NAVY, linewidth=1.8, zorder=2))
    for x, dot in placed:
        _draw(axes, x, dot)
    _label(axes, placed, inch, 100 / _HEIGHT)
    height = _KEY * sum(map(len, keys)) - 0.08
    for look, lines in zip(kinds, keys, strict=True):
        keyed = Line2D([(LEFT + 0.06) / WIDTH], [height / figure.get_figheight()], marker=look.marker, markersize=6,
                       color=look.colour, markerfacecolor=look.colour if look.filled else "white")  # fmt: skip
        figure.add_artist(keyed)
        for line in lines:
            figure.text((LEFT + 0.28) / WIDTH, height / figure.get_figheight(), line, fontsize=SMALLEST, color=GREY,
                        va="center_baseline")  # fmt: skip
            height -= _KEY
    return figure


def _apart(dots: Iterable[Dot], least: float) -> list[tuple[float, Dot]]:
    """Each dot with its place: those of one time are side by side, so that none hides another."""
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
    """Words right of each dot, moved up or down until they cover no dot and no other words.

    A narrow page has room for those only that cover nothing there either.
    """
    ends = [(dot.low, dot.high) if dot.low == dot.low else (dot.share, dot.share) for _, dot in placed]
    inches = {"": inch, WIDE: inch * WIDTH / NARROW}
    taken: dict[str, list[tuple[float, ...]]] = {
        name: [(x - 0.03 * each, x + 0.03 * each, low - 0.07 * tall, high + 0.07 * tall)
               for (x, _), (low, high) in zip(placed, ends, strict=True)]
        for name, each in inches.items()
    }  # fmt: skip
    for x, dot in sorted(placed, key=lambda one: (one[1].kind != "compared", one[0])):
        box, side = _free(axes, x, dot, inch, tall, taken[""])
        if box is None:
            continue  # no room: the table and the words at the dot have the number
        taken[""].append(box)
        narrow = _beside(x, dot, inches[WIDE], side)
        fits = axes.get_xlim()[0] < narrow[0] and narrow[1] < axes.get_xlim()[1]
        held = (*narrow, *box[2:])
        name = None if fits and not any(_meet(held, one) for one in taken[WIDE]) else WIDE
        taken[WIDE] += [] if name else [held]
        strong = dot.kind == "compared"
        axes.text(x + side * 0.09 * inch, (box[2] + box[3]) / 2, dot.label, va="center", fontsize=SMALLEST,
                  ha="left" if side > 0 else "right", parse_math=False, color=INK if strong else GREY, gid=name,
                  weight="bold" if strong else "normal", zorder=6)  # fmt: skip


def _free(
    axes: Axes, x: float, dot: Dot, inch: float, tall: float, taken: Sequence[tuple[float, ...]]
) -> tuple[tuple[float, ...] | None, int]:
    """The nearest box for the words of a dot that meets nothing, right (1) or left (-1) of it."""
    step = _STEP * tall
    for y in (y for k in _TRIES if 1 < (y := dot.share + k * step / 2) < 99):
        for side in (1, -1):
            box = (*_beside(x, dot, inch, side), y - step / 2, y + step / 2)
            if box[0] > axes.get_xlim()[0] and not any(_meet(box, one) for one in taken):
                return box, side
    return None, 0


def _beside(x: float, dot: Dot, inch: float, side: int) -> tuple[float, float]:
    """From where to where the words of a dot reach."""
    near, far = x + side * 0.09 * inch, x + side * (0.09 + _LETTER * len(dot.label)) * inch
    return min(near, far), max(near, far)


def _meet(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    return one[0] < other[1] and other[0] < one[1] and one[2] < other[3] and other[2] < one[3]
