"""The comparison of two waves: may they be compared, what it could have shown, its tests, other settings."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
from matplotlib.figure import Figure

from crosswave.difference.sensitivity import smallest_n
from crosswave.report.canvas import styled
from crosswave.report.forest import Row, Scale, forest
from crosswave.report.render import confidence, figure_name, survey_name
from crosswave.report.sentences import interval_points, p_range, p_words, points, points_to, said_of
from crosswave.report.trend.waves import VERDICT_LOOKS, waves_message
from crosswave.study.models import Construct
from crosswave.study.registry import Registry
from crosswave.trend.change import Judged, Trend
from crosswave.trend.comparison import Comparison


def gate_table(trend: Trend) -> pd.DataFrame:
    """Return a row for each pair of waves of different years: its grade, if it may be compared, and the reasons."""
    rows = []
    for pair in trend.pairs:
        found, reasons = pair.comparability, list(pair.comparability.reasons)
        gate = "no" if found.refused else "cannot be tested" if pair.refusal else "yes"
        if pair.refusal and not found.refused:
            reasons.append(pair.refusal)
        names = f"{survey_name(pair.first.survey)}, then {survey_name(pair.second.survey)}"
        rows.append((names, found.grade, gate, "; ".join(reasons)))
    return pd.DataFrame(rows, columns=["Two surveys", "Grade", "Comparable?", "Reasons"])


def reach_table(comparison: Comparison | None) -> pd.DataFrame:
    """Return what a comparison could have shown at all, in points: this looks at no difference."""
    rows: dict[str, str] = {}
    if comparison is not None:
        reach = comparison.reach
        chance, margin = f"{reach.power:.0%}", points(reach.margin)
        ends = {
            "Smallest published rise whose interval excludes zero, points": reach.critical_rise,
            "Smallest published fall whose interval excludes zero, points": reach.critical_fall,
            f"Smallest true rise with an {chance} chance to show, points": reach.detectable_rise,
            f"Smallest true fall with an {chance} chance to show, points": reach.detectable_fall,
            "Smallest change that could be ruled out if nothing changed, points": reach.smallest_margin,
        }
        none = "none: the scale ends before"
        rows = {words: points(end) if math.isfinite(end) else none for words, end in ends.items()}
        rows["Smallest change that matters, points"] = margin
        attainable = "yes" if reach.equivalence_attainable else "no"
        rows["Could the answer have been that nothing really changed?"] = attainable
        sizes = {f"{margin} points": reach.margin, "the published size": abs(comparison.difference)}
        for words, change in sizes.items():
            n = needed_n(comparison, change)
            what = f"Smallest n of each survey with an {chance} chance to show a change of {words}"
            rows[what] = "none" if n is None else f"{n:,}"
    return pd.DataFrame(list(rows.items()), columns=["What", "Answer"])


def needed_n(comparison: Comparison, change: float) -> int | None:
    """Return the smallest n of each wave that finds a change this large around the middle of the shares, or None."""
    reach, pair, error = comparison.reach, comparison.pair, comparison.points / 100
    if not 0 < change <= 1:
        return None
    middle, chances = (pair.first.share + pair.second.share) / 2, {"alpha": reach.alpha, "power": reach.power}
    return smallest_n(change, middle, **chances, total_error=(error, error), df=comparison.df)


def tests_table(trend: Trend) -> pd.DataFrame:
    """Return the numbers of the tests; a table without rows where nothing was compared."""
    rows: dict[str, str] = {}
    if (comparison := trend.comparison) is not None:
        adjusted = "" if trend.p_adjusted is None else p_words(trend.p_adjusted)
        rows = {
            "Extra error of a survey, points": f"{comparison.points:g}",
            "Difference, later minus earlier, points": points(comparison.difference, sign=True),
            "Interval, points": interval_points(comparison),
            "p-value of no change": p_words(comparison.p_value),
            "p-value of no change, over all numbers of people that fit": p_range(comparison.p_low, comparison.p_high),
            "p-value of no change, allowing for the other comparisons": adjusted,
            "p-value of a change as large as matters, or larger": p_words(comparison.equivalence_p),
            "Outcomes over all numbers of people that fit": " or ".join(map(said_of, comparison.outcomes)),
            "Answer": said_of(trend.verdict),
        }
    return pd.DataFrame(list(rows.items()), columns=["What", "Answer"])


def settings_table(variants: Mapping[str, Trend]) -> pd.DataFrame:
    """Return the verdict under each of several settings; nothing where nothing was compared."""
    rows = [
        (words, points(c.difference, sign=True), interval_points(c), p_words(c.p_value), said_of(trend.verdict))
        for words, trend in variants.items()
        if (c := trend.comparison)
    ]
    return pd.DataFrame(rows, columns=["If", "Difference, points", "Interval, points", "p, no change", "Answer"])


def left_out_table(construct: Construct, registry: Registry) -> pd.DataFrame:
    """Return the printed figures that speak to a construct and are not used in it, with the reason."""
    rows = []
    for out in construct.left_out:
        found = registry.findings.get(out.figure)
        named = (figure_name(found), found.shown) if found else (out.figure, "")
        rows.append((*named, out.reason, out.figure))
    return pd.DataFrame(rows, columns=["Figure", "Published", "Why it is left out", "Id of the figure"])


@styled
def difference_chart(variants: Mapping[str, Trend]) -> Figure | None:
    """Return the difference against zero and the smallest change that matters, under several settings."""
    rows, first = difference_rows(variants), next(iter(variants.values()))
    if first.comparison is None:
        return None
    pair, level = first.comparison.pair, confidence(first.settings.alpha)
    subtitle = (
        f"{pair.first.year} to {pair.second.year}, later minus earlier. Line: {level} margin of error over every "
        "number of people that fits; shaded: changes too small to matter."
    )
    title = _difference_message(first, first.comparison)
    return forest(rows, VERDICT_LOOKS, points_scale(rows, first), title=title, subtitle=subtitle)


def difference_rows(variants: Mapping[str, Trend]) -> list[Row]:
    """Return the rows of the chart, in points."""
    return [
        Row(f"{words}: {points(c.difference, sign=True)} points", trend.verdict, 100 * c.difference, 100 * c.low,
            100 * c.high)
        for words, trend in variants.items()
        if (c := trend.comparison)
    ]  # fmt: skip


def points_scale(rows: Sequence[Row], trend: Judged[Any]) -> Scale:
    """Return an axis of points, zero in its middle, that holds every interval and the smallest change that matters."""
    margin = trend.settings.smallest_change
    reach = max(margin * 1.5, *(abs(end) for row in rows for end in (row.low, row.high)))
    top = min(100.0, 10.0 * (int(reach / 10) + 1))
    return Scale(-top, top, "percentage points", zone=(-margin, margin), zero=True)


def _difference_message(trend: Trend, comparison: Comparison) -> str:
    side = "lies above zero" if comparison.low > 0 else "lies below zero" if comparison.high < 0 else "includes zero"
    return f"{waves_message(trend)}; the interval of the difference {side}"


def difference_alt(variants: Mapping[str, Trend]) -> str:
    """Return the chart in words: the verdict reported, then the interval under each setting."""
    first = next(iter(variants.values()))
    if first.comparison is None:
        return f"No chart: {waves_message(first)}; no difference is computed."
    rows = [
        f"{words}: {points(c.difference, sign=True)} points, interval {points_to(c.low, c.high)}, "
        f"{said_of(trend.verdict)}"
        for words, trend in variants.items()
        if (c := trend.comparison)
    ]
    return f"{_difference_message(first, first.comparison)}. {'; '.join(rows)}."


def trend_reach(trend: Trend) -> list[str]:
    """Return what the comparison could have shown: the first two sentences look at no difference."""
    comparison = trend.comparison
    if comparison is None:
        return []
    reach, pair = comparison.reach, comparison.pair
    rise, fall = (
        f"{points(end)} points" if math.isfinite(end) else "no size, because the scale ends before"
        for end in (reach.critical_rise, reach.critical_fall)
    )
    seen = min(reach.detectable_rise, reach.detectable_fall)
    change = (
        f"A true change of {points(seen)} points would have been noticed {reach.power:.0%} of the time"
        if math.isfinite(seen)
        else "No true change, however large, would probably have been noticed"
    )
    same = "could" if reach.equivalence_attainable else "could not"
    # Without n the most is granted to a comparison: the largest size that is tried.
    unsized = [wave.sizes.max() for wave in (pair.first, pair.second) if not wave.size_known]
    few = f" This takes {max(unsized or [0]):,.0f} where the number of answers is not published, the kindest case."
    return [
        f"A published rise of {rise}, or a fall of {fall}, would count as a change. Two such surveys (grade "
        f"{pair.comparability.grade}) err by {comparison.points:.3g} points each beyond chance.",
        f"{change}; the absence of a change of {points(reach.margin)} points or more {same} have been shown."
        f"{few if unsized else ''}",
        f"So three numbers are told apart: {points(reach.margin)} points, the smallest change that matters; "
        f"{points(seen) if math.isfinite(seen) else 'none'}, what would have been noticed; and "
        f"{trend.plan.detectable_limit.value:g} points: two surveys that would miss changes larger than that are too "
        "different to tell.",
        _sizes(comparison),
    ]


def _sizes(comparison: Comparison) -> str:
    margin, size = comparison.reach.margin, abs(comparison.difference)
    wanted = {f"{points(margin)} points, the smallest that matters": margin}
    if points(size) not in (points(0), points(margin)):
        wanted[f"{points(size)} points, as published"] = size
    told = []
    for words, change in wanted.items():
        n = needed_n(comparison, change)
        none = "none is large enough, because the error beyond sampling stays"
        told.append(f"for {words}: {none if n is None else f'{n:,}'}")
    return f"Answers that each survey would need to notice a change: {'; '.join(told)}."
