"""The specification curve: every analysis of a construct from the lowest difference to the highest, and its choices.

None of the analyses stands out: the eye is to see how far they spread, and which choices lie at which end.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch
from matplotlib.path import Path

from crosswave.arguments import FloatArray
from crosswave.charts.canvas import GREY, INK, LEFT, LINE, NAVY, PLUM, RIGHT, SMALLEST, WIDTH, panels, styled
from crosswave.report.sentences import points
from crosswave.robustness.multiverse import by_outcome
from crosswave.tables.render import percent
from crosswave.tables.specifications import CHOICES, value_words

MOST_DRAWN = 240
"""Intervals that a chart can hold side by side and still be read."""

_CURVE, _ROW, _HEAD, _LEFT = 1.9, 0.165, 0.2, 1.5
# The smallest change that matters moves no interval: it is a choice of the verdict alone.
_DRAWN = tuple(name for name in CHOICES if name != "smallest_change")
_SIDES = {"above zero": NAVY, "holds zero": GREY, "below zero": PLUM}


def intervals(frame: pd.DataFrame) -> pd.DataFrame:
    """Return every interval once, from the lowest difference to the highest; what each one says of zero beside it."""
    columns = ["first", "second", *_DRAWN, "difference", "low", "high"]
    once = frame[columns].drop_duplicates(["first", "second", *_DRAWN])
    side = np.where(once["low"] > 0, "above zero", np.where(once["high"] < 0, "below zero", "holds zero"))
    return once.assign(side=side).sort_values(["difference", "low", "high"], kind="stable", ignore_index=True)


def drawn(by_interval: pd.DataFrame) -> pd.DataFrame:
    """Return the intervals that are drawn: all of them, or as many as can be, evenly spaced in their order."""
    last = len(by_interval) - 1
    places = np.unique(np.linspace(0, last, min(MOST_DRAWN, last + 1)).round().astype(int))
    return by_interval.iloc[places].reset_index(drop=True)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the matrix of choices: a heading, or a value with the places at which it was chosen."""

    words: str
    at: npt.NDArray[np.intp] | None = None


def matrix(by_interval: pd.DataFrame) -> list[Line]:
    """The lines below the curve: what the interval says of zero, then each choice that has two values or more."""
    names = {"side": "The interval is"} | {name: CHOICES[name] for name in _DRAWN}
    return [line for name, words in names.items() for line in _lines(by_interval, name, words)]


def _lines(by_interval: pd.DataFrame, name: str, words: str) -> Iterable[Line]:
    values = (
        sorted(by_interval[name].unique()) if name != "side" else [s for s in _SIDES if s in set(by_interval[name])]
    )
    if len(values) < 2 and name != "side":
        return
    yield Line(words)
    for value in values:
        yield Line(value_words(name, value), np.flatnonzero(by_interval[name] == value))


@styled
def specification_chart(frame: pd.DataFrame) -> Figure | None:
    """Return the specification curve of a construct; None without an analysis."""
    if frame.empty:
        return None
    every = intervals(frame)
    shown = drawn(every)
    lines = matrix(shown)
    depth = sum(_HEAD if line.at is None else _ROW for line in lines)
    figure, (curve, below) = panels(
        specification_message(frame), _subtitle(every, shown), (_CURVE, depth), left=_LEFT, gap=0.12, foot=0.15
    )
    _draw_curve(curve, shown)
    _draw_matrix(below, lines, depth, len(shown))
    return figure


def _subtitle(every: pd.DataFrame, shown: pd.DataFrame) -> str:
    some = "" if len(shown) == len(every) else f" ({len(shown):,} of {len(every):,}, evenly spaced in that order)"
    return (
        "Thick line: later minus earlier, from the lowest difference to the highest. Upright: the intervals"
        f"{some}. Below: the choices behind each. None is preferred."
    )


def _draw_curve(axes: Axes, shown: pd.DataFrame) -> None:
    places = np.arange(len(shown), dtype=np.float64)
    for side, colour in _SIDES.items():
        own = (shown["side"] == side).to_numpy()
        ends = 100 * shown.loc[own, ["low", "high"]].to_numpy()
        _strokes(axes, np.repeat(places[own], 2), ends.ravel(), colour, 0.8)
    axes.step(places, 100 * shown["difference"], where="mid", color=INK, linewidth=2.2, zorder=3)
    axes.axhline(0, color=INK, linewidth=1, linestyle=(0, (4, 2)), zorder=2)
    axes.set_xlim(-1, len(shown))
    axes.margins(y=0.04)
    axes.autoscale_view(scalex=False)
    axes.set_xticks([])
    axes.tick_params(axis="y", length=3, labelsize=SMALLEST)
    axes.set_ylabel("points", fontsize=SMALLEST)
    axes.spines["bottom"].set_visible(False)
    axes.spines["left"].set_visible(True)


def _strokes(axes: Axes, x: FloatArray, y: FloatArray, colour: str, width: float) -> None:
    """Many strokes as one path: a tenth of the bytes of a path each."""
    if not len(x):
        return
    ends, codes = np.column_stack([x, y]), np.tile([Path.MOVETO, Path.LINETO], len(x) // 2)
    strokes = PathPatch(Path(ends, codes.tolist()), fill=False, edgecolor=colour, linewidth=width, zorder=1)
    strokes.set_capstyle("butt")
    axes.add_artist(strokes)  # as a patch each stroke would be taken as a curve to find how far it reaches
    axes.update_datalim(ends)


def _draw_matrix(axes: Axes, lines: Sequence[Line], depth: float, count: int) -> None:
    axes.set_xlim(-1, count)
    axes.set_ylim(depth, 0)
    axes.set(xticks=[], yticks=[])
    axes.spines["bottom"].set_visible(False)
    side, start = axes.get_yaxis_transform(), (LEFT - _LEFT) / (WIDTH - _LEFT - RIGHT)
    places = _middles(lines)
    for line, here in zip(lines, places, strict=True):
        weight = "bold" if line.at is None else "normal"
        axes.text(
            start, here, line.words, transform=side, va="center", ha="left", fontsize=SMALLEST, parse_math=False,
            weight=weight,
        )  # fmt: skip
    rows = [(line.at, here) for line, here in zip(lines, places, strict=True) if line.at is not None]
    axes.hlines([here for _, here in rows], -1, count, color=LINE, linewidth=0.6, zorder=0)
    ends = [np.column_stack([at - 0.5, at + 0.5]).ravel() for at, _ in rows]
    heights = [np.full(2 * len(at), here) for at, here in rows]
    _strokes(axes, np.concatenate(ends), np.concatenate(heights), INK, 5.5)


def _middles(lines: Sequence[Line]) -> FloatArray:
    """Where each line stands, from the top: half a row above its end."""
    ends = np.cumsum([_HEAD if line.at is None else _ROW for line in lines])
    return np.asarray(ends - _ROW / 2)


def specification_message(frame: pd.DataFrame) -> str:
    """Return what the chart says: how far the differences spread, and the share of each outcome."""
    counts = by_outcome(frame)
    every = counts[counts["outcome"] == "any"].iloc[0]
    ends = points(every["difference_low"], sign=True), points(every["difference_high"], sign=True)
    found = counts[(counts["outcome"] != "any") & (counts["analyses"] > 0)]
    found = found.sort_values("analyses", ascending=False, kind="stable")
    shares = ", ".join(f"{row.outcome} {percent(row.share)}%" for row in found.itertuples())
    return (
        f"Over {every['analyses']:,} analyses the difference runs from {ends[0]} to {ends[1]} points; their outcomes: "
        f"{shares}"
    )


def specification_alt(frame: pd.DataFrame, reason: str) -> str:
    """Return the chart in words: its message, and what the intervals say of zero."""
    if frame.empty:
        return f"No chart: {reason}."
    every = intervals(frame)
    sides = [f"{side} {percent(float((every['side'] == side).mean()))}%" for side in _SIDES]
    return (
        f"{specification_message(frame)}. Intervals: {'; '.join(sides)}. "
        f"Lowest end of an interval {points(every['low'].min(), sign=True)}, highest "
        f"{points(every['high'].max(), sign=True)} points."
    )
