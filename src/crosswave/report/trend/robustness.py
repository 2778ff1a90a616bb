"""What tips it, and what other analysts would have found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from crosswave.report.canvas import (
    GREY,
    INK,
    LINE,
    NAVY,
    PLUM,
    SMALLEST,
    level,
    numbered,
    panels,
    ruled,
    styled,
    upright,
)  # fmt: skip
from crosswave.report.render import percent
from crosswave.report.sentences import (
    VERDICT_WORDS,
    p_range,
    p_words,
    points,
    points_span,
    points_to,
    said_of,
    tip_words,
)
from crosswave.robustness.multiverse import Multiverse, by_outcome
from crosswave.robustness.tipping_points import TippingPoint
from crosswave.robustness.verdict import Robustness
from crosswave.trend.change import Trend
from crosswave.trend.comparison import Comparison
from crosswave.words import plural


def robustness_words(found: Robustness | None, trend: Trend) -> list[str]:
    """Return what each number does to a verdict when it alone is moved."""
    if found is None or trend.comparison is None:
        return []
    effect, error = (found.design_effect, found.less_design_effect), (found.total_error, found.less_total_error)
    p_low, p_high, bias = p_words(found.p_low), p_words(found.p_high), found.bias
    told = [
        f"The answer by itself, before other comparisons are counted, is “{VERDICT_WORDS[found.verdict]}”.",
        _moved("the design effect", trend.settings.design_effect, effect),
        _moved("the extra error of a survey", trend.comparison.points, error, " points"),
        f"No bias of the difference up to {abs(bias.limit):g} points, either way, changes the answer."
        if bias.value is None
        else f"If the later share is {abs(bias.value):.3g} points {'too high' if bias.value > 0 else 'too low'} beside "
        f"the earlier one, for whatever reason, the answer is “{said_of(bias.verdict)}”.",
    ]
    if any(points(one.value * 100) != points(0) for one in found.correlations):
        each = [f"{abs(one.value):.2g} if each survey was drawn from {one.population}" for one in found.correlations]
        told.append(
            "The whole difference could come from who chose to answer: it takes a correlation between answering at all "
            f"and saying yes, of opposite signs in the two surveys, of {', '.join(each)}."
        )
    return [
        *told,
        f"Whatever numbers of people fit the figures, {p_low} for no change."
        if p_low == p_high
        else f"Over all numbers of people that fit, the p-value of no change runs from {p_low} to {p_high}.",
        "How many were asked is not known for both surveys, so those who did not reply have no bounds."
        if found.asked is None
        else "Among all who were asked, whatever those would have said who did not reply, the difference lies between "
        f"{points(found.asked.low, sign=True)} and {points(found.asked.high, sign=True)} points.",
    ]


def _moved(what: str, used: float, tipping: tuple[TippingPoint, TippingPoint], unit: str = "") -> str:
    more, less = tipping
    up = (
        f"holds up to {more.limit:g}"
        if more.value is None
        else f"becomes “{said_of(more.verdict)}” above {more.value:.3g}"
    )
    head = f"If {what}, {used:.3g}{unit} here, is larger, the answer {up}{unit}"
    if used <= less.limit:
        return f"{head}."
    down = (
        f"holds down to {less.limit:g}"
        if less.value is None
        else f"becomes “{said_of(less.verdict)}” below {less.value:.3g}"
    )
    return f"{head}; if it is smaller, it {down}{unit}."


def multiverse_words(multiverse: Multiverse, frame: pd.DataFrame, trend: Trend) -> list[str]:
    """Return what every analysis together says, or why there is none; what those of the pair's own kind say, too."""
    if frame.empty:
        return []
    pairs, own = len(frame[["first", "second"]].drop_duplicates()), frame[frame["pair"] == REPORTED]
    told = [
        f"{specification_message(frame)}.",
        f"They come from {plural(pairs, 'pair')} of surveys that can be compared, under every combination of the "
        "choices that the plan names. No analysis is preferred, and their shares are no probabilities: they say how "
        "much depends on choices. Each is an outcome of tests alone: whether a comparison could have shown anything, "
        "and what the other comparisons do to it, enters the answer and not these.",
    ]
    if pairs > 1 and not own.empty:
        said = specification_message(own)
        told.append(f"For the pair that is reported alone: {said[:1].lower()}{said[1:]}.")
    graded = own[own["tier"] == trend.comparison.pair.tier] if trend.comparison else own.head(0)
    if 0 < len(graded) < len(own):
        said = specification_message(graded)
        told.append(
            "The other extra errors are those of surveys that are more alike than these two, or less. With the extra "
            f"error of surveys as alike as these: {said[:1].lower()}{said[1:]}."
        )
    return told


def tipping_table(robustness: Robustness | None, comparison: Comparison | None, design_effect: float) -> pd.DataFrame:
    """Return a row for each number that is moved alone, everything else as it is; no row where nothing was compared."""
    rows: list[tuple[str, str, str]] = []
    if robustness and comparison:
        effect, error = f"{design_effect:g}", f"{comparison.points:.3g} points"
        rows = [
            ("Design effect, upwards", effect, tip_words(robustness.design_effect)),
            ("Design effect, down to none", effect, tip_words(robustness.less_design_effect)),
            ("Extra error of a survey, upwards", error, tip_words(robustness.total_error, "points")),
            ("Extra error of a survey, down", error, tip_words(robustness.less_total_error, "points")),
            ("Bias of the difference, either way", "0 points", bias_words(robustness.bias)),
            *((f"Correlation of answering with the answer, out of {one.population}", "0",
               f"{one.value:+.4f} is all of it") for one in robustness.correlations),
            ("Numbers of people, over all that fit", p_words(robustness.p_value),
             p_range(robustness.p_low, robustness.p_high)),
        ]  # fmt: skip
        if design_effect <= robustness.less_design_effect.limit:
            del rows[1]
        if asked := robustness.asked:
            words = "Answers of those who were asked and did not reply, points"
            rows.append((words, "left out", points_span(asked.low, asked.high)))
    return pd.DataFrame(rows, columns=["What is moved", "In use", "Where the answer changes"])


def bias_words(bias: TippingPoint) -> str:
    """Return where a bias changes a verdict, without the sign of a limit that was searched both ways."""
    if bias.value is None:
        return f"none up to {abs(bias.limit):g} points either way"
    return f"{bias.value:+.3g} points: {said_of(bias.verdict)}"


CHOICES: Mapping[str, str] = {
    "pair": "Two surveys",
    "counts": "Numbers of people that fit",
    "size": "Numbers of answers that fit",
    "method": "Method",
    "tier": "Extra error of a survey",
    "design_effect": "Design effect",
    "smallest_change": "Smallest change that matters",
    "alpha": "Error rate",
}
"""Columns of the frame of analyses that are choices: what each is called."""

REPORTED, ANOTHER = "reported", "another"


def analyses(multiverse: Multiverse, trend: Trend) -> pd.DataFrame:
    """Return the frame of every analysis with one more column: whether its pair of waves is the one reported."""
    frame = multiverse.by_analysis
    pair = trend.comparison.pair if trend.comparison else None
    names = (pair.first.finding.id, pair.second.finding.id) if pair else ("", "")
    own = (frame["first"] == names[0]) & (frame["second"] == names[1])
    return frame.assign(pair=np.where(own, REPORTED, ANOTHER))


def outcomes_table(multiverse: Multiverse) -> pd.DataFrame:
    """Return a row for each outcome: how many analyses come to it, their share, and the range of their differences."""
    every = multiverse.by_analysis
    rows = [
        (said_of(row.outcome), f"{row.analyses:,}", percent(row.share),
         "" if pd.isna(row.difference_low) else points_span(row.difference_low, row.difference_high))
        for row in ([] if every.empty else by_outcome(every).itertuples())
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=["Outcome", "Analyses", "Share, %", "Differences, points"])


def choices_table(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a row for each value of each choice: the share of its analyses that come to each outcome, in percent.

    Notes
    -----
    Choices with one value are left out, and outcomes that no analysis comes to.
    """
    rows = []
    outcome, outcomes = pd.factorize(frame["outcome"])
    for name, words in CHOICES.items():
        place, values = pd.factorize(frame[name])
        counts = np.zeros((len(values), len(outcomes)), dtype=int)
        np.add.at(counts, (place, outcome), 1)
        for value, own in zip(values, counts, strict=True) if len(values) > 1 else ():
            choice = {"Choice": f"{words}: {value_words(name, value)}", "Analyses": f"{own.sum():,}"}
            shares = dict(zip(outcomes, own / own.sum(), strict=True))
            rows.append(choice | {f"{said_of(one)}, %": percent(share) for one, share in shares.items()})
    return pd.DataFrame(rows) if rows else pd.DataFrame(columns=["Choice", "Analyses"])


def value_words(choice: str, value: object) -> str:
    """Return a value of a choice as a reader would say it: numbers without needless zeros, with their unit."""
    unit = " points" if choice == "smallest_change" else ""
    return f"{value:g}{unit}" if isinstance(value, int | float) else str(value)


MOST_DRAWN = 60
"""Intervals that a chart can hold side by side and still be read, on a phone too."""


class Line(NamedTuple):
    """One line of the matrix of choices: a heading, or a value with the places at which it was chosen."""

    words: str
    at: npt.NDArray[np.intp] | None = None


_CURVE, _ROW, _HEAD = 1.9, 0.29, 0.26


# The smallest change that matters moves no interval: it is a choice of the verdict alone.
_DRAWN = tuple(name for name in CHOICES if name != "smallest_change")
_SIDES = {"above 0": NAVY, "across 0": GREY, "below 0": PLUM}


def intervals(frame: pd.DataFrame) -> pd.DataFrame:
    """Return every interval once, from the lowest difference to the highest; what each one says of zero beside it."""
    columns = ["first", "second", *_DRAWN, "difference", "low", "high"]
    once = frame[columns].drop_duplicates(["first", "second", *_DRAWN])
    side = np.where(once["low"] > 0, "above 0", np.where(once["high"] < 0, "below 0", "across 0"))
    return once.assign(side=side).sort_values(["difference", "low", "high"], kind="stable", ignore_index=True)


def drawn(by_interval: pd.DataFrame) -> pd.DataFrame:
    """Return the intervals that are drawn, to a hundredth of a point: all, or as many as can be, evenly spaced."""
    last = len(by_interval) - 1
    places = np.unique(np.linspace(0, last, min(MOST_DRAWN, last + 1)).round().astype(int))
    return by_interval.iloc[places].reset_index(drop=True).round({"difference": 4, "low": 4, "high": 4})


def matrix(by_interval: pd.DataFrame) -> list[Line]:
    """Return the lines below the curve: what the interval says of zero, then each choice with two values or more."""
    lines: list[Line] = []
    for name, words in ({"side": "The interval is"} | {name: CHOICES[name] for name in _DRAWN}).items():
        there = set(by_interval[name])
        values = [side for side in _SIDES if side in there] if name == "side" else sorted(there)
        if len(values) > 1 or name == "side":
            chosen = (Line(value_words(name, value), np.flatnonzero(by_interval[name] == value)) for value in values)
            lines += [Line(words), *chosen]
    return lines


@styled
def specification_chart(frame: pd.DataFrame) -> Figure | None:
    """Return the specification curve of a construct; None without an analysis."""
    if frame.empty:
        return None
    every = intervals(frame)
    shown = drawn(every)
    lines = matrix(shown)
    depth = sum(_HEAD if line.at is None else _ROW for line in lines)
    some = "" if len(shown) == len(every) else f" ({len(shown):,} of {len(every):,}, evenly spaced in that order)"
    subtitle = (
        "Thick line: later minus earlier, from the lowest difference to the highest. Upright: the intervals"
        f"{some}. Below: the choices behind each. None is preferred."
    )
    title, heights = specification_message(frame), (_CURVE, depth)
    figure, (curve, below) = panels(title, subtitle, heights, gap=0.12, foot=0.15)
    _draw_curve(curve, shown)
    _draw_matrix(below, lines, depth, len(shown))
    return figure


def _draw_curve(axes: Axes, shown: pd.DataFrame) -> None:
    places = np.arange(len(shown), dtype=np.float64)
    for side, colour in _SIDES.items():
        own = (shown["side"] == side).to_numpy()
        low, high = 100 * shown.loc[own, ["low", "high"]].to_numpy().T
        upright(axes, places[own], low, high, colour, 0.8)
    axes.set(xlim=(-1, len(shown)), ylim=_room(100 * shown[["low", "high"]]))
    ticks = MaxNLocator(6).tick_values(*axes.get_ylim())
    ruled(axes, y=numbered(ticks, *axes.get_ylim(), " points"))
    difference = Line2D(places, 100 * shown["difference"], color=INK, linewidth=2.2, drawstyle="steps-mid", zorder=3)
    axes.add_artist(difference)
    level(axes, 0, -1, len(shown), INK, over=2)


def _room(ends: pd.DataFrame) -> tuple[float, float]:
    low, high = float(ends.min(axis=None)), float(ends.max(axis=None))
    return low - 0.04 * (high - low), high + 0.04 * (high - low)


def _draw_matrix(axes: Axes, lines: Sequence[Line], depth: float, count: int) -> None:
    axes.set_xlim(-1, count)
    axes.set_ylim(depth, 0)
    axes.set_axis_off()
    feet = np.cumsum([_HEAD if line.at is None else _ROW for line in lines])
    look: dict[str, Any] = {"va": "center", "ha": "left", "fontsize": SMALLEST, "parse_math": False}
    rows = []
    for line, foot in zip(lines, feet, strict=True):  # the words of a strip are above it
        head = line.at is None
        axes.text(-1, foot - (0.08 if head else 0.2), line.words, weight="bold" if head else "normal", **look)
        rows += [] if line.at is None else [(line.at, foot - 0.07)]
    level(axes, [here for _, here in rows], -1, count, LINE, 0.6, over=0)
    for at, here in rows:  # neighbours are one stroke
        ends = at[[0, *np.flatnonzero(np.diff(at) > 1) + 1]], at[[*np.flatnonzero(np.diff(at) > 1), -1]]
        level(axes, np.full(len(ends[0]), here), ends[0] - 0.5, ends[1] + 0.5, INK, 5)


def specification_message(frame: pd.DataFrame) -> str:
    """Return what the chart says: how far the differences spread, and the share of each outcome."""
    counts = by_outcome(frame)
    every = counts[counts["outcome"] == "any"].iloc[0]
    found = counts[(counts["outcome"] != "any") & (counts["analyses"] > 0)]
    found = found.sort_values("analyses", ascending=False, kind="stable")
    shares = "; ".join(f"{percent(row.share)}% {said_of(row.outcome)}" for row in found.itertuples())
    return (
        f"Over {every['analyses']:,} analyses the difference runs from "
        f"{points_to(every['difference_low'], every['difference_high'])} points; their outcomes: {shares}"
    )


def specification_alt(frame: pd.DataFrame, reason: str) -> str:
    """Return the chart in words: its message, and what the intervals say of zero."""
    if frame.empty:
        return f"No chart: {reason}."
    every = intervals(frame)
    sides = [f"{percent(float((every['side'] == side).mean()))}% {side}" for side in _SIDES]
    return (
        f"{specification_message(frame)}. Intervals: {'; '.join(sides)}. "
        f"Lowest end of an interval {points(every['low'].min(), sign=True)}, highest "
        f"{points(every['high'].max(), sign=True)} points."
    )
