"""The comparison of two waves: the gate, what it could have shown, its tests, other settings."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

import pandas as pd
from matplotlib.figure import Figure

from crosswave.difference.sensitivity import smallest_n
from crosswave.reconstruct import Reconstruction
from crosswave.report.canvas import styled
from crosswave.report.forest import Row, Scale, forest
from crosswave.report.render import confidence, figure_name, span, survey_name
from crosswave.report.sentences import p_words, points
from crosswave.report.trend.waves import VERDICT_LOOKS, waves_message
from crosswave.study.models import Construct
from crosswave.study.registry import Registry
from crosswave.trend.change import Trend, assess, with_others
from crosswave.trend.comparison import Comparison
from crosswave.trend.dispersion import with_estimated_error
from crosswave.trend.settings import Settings
from crosswave.trend.waves import Pair


def gate_table(trend: Trend) -> pd.DataFrame:
    """Return a row for each pair of waves of different years: its grade, and the reasons."""
    rows = [
        (
            f"{survey_name(pair.first.survey)}, then {survey_name(pair.second.survey)}",
            pair.comparability.grade,
            "refused" if pair.comparability.refused else "cannot be tested" if pair.refusal else "open",
            "; ".join(_reasons(pair)),
        )
        for pair in trend.pairs
    ]
    return pd.DataFrame(rows, columns=["Pair", "Grade", "Gate", "Reasons"])


def _reasons(pair: Pair) -> tuple[str, ...]:
    """What the gate says; where it lets a pair through that cannot be used, that as well."""
    blocked = pair.refusal is not None and not pair.comparability.refused
    return (*pair.comparability.reasons, *([str(pair.refusal)] if blocked else []))


def reach_table(comparison: Comparison | None) -> pd.DataFrame:
    """Return what a comparison could have shown at all, in points: this looks at no difference."""
    if comparison is None:
        return pd.DataFrame(columns=["What", "Answer"])
    reach = comparison.reach
    chance = f"{reach.power:.0%}"
    rows = {
        "Smallest printed rise whose interval excludes zero, points": _reachable(reach.critical_rise),
        "Smallest printed fall whose interval excludes zero, points": _reachable(reach.critical_fall),
        f"Smallest true rise with an {chance} chance to show, points": _reachable(reach.detectable_rise),
        f"Smallest true fall with an {chance} chance to show, points": _reachable(reach.detectable_fall),
        "Smallest change that could be ruled out if nothing changed, points": _reachable(reach.smallest_margin),
        "Smallest change that matters, points": points(reach.margin),
        "Could the verdict have been that nothing material changed?": "yes" if reach.equivalence_attainable else "no",
        f"Smallest n of each wave with an {chance} chance to show a change of {points(reach.margin)} points": _needed(
            needed_n(comparison, reach.margin)
        ),
        f"Smallest n of each wave with an {chance} chance to show a change of the printed size": _needed(
            needed_n(comparison, abs(comparison.difference))
        ),
    }
    return pd.DataFrame(list(rows.items()), columns=["What", "Answer"])


def needed_n(comparison: Comparison, change: float) -> int | None:
    """The smallest n of each wave that finds a change this large around the middle of the shares; None if none."""
    reach, pair, error = comparison.reach, comparison.pair, comparison.points / 100
    if not 0 < change <= 1:
        return None
    middle, chances = (pair.first.share + pair.second.share) / 2, {"alpha": reach.alpha, "power": reach.power}
    return smallest_n(change, middle, **chances, total_error=(error, error), df=comparison.df)


def _needed(n: int | None) -> str:
    return "none" if n is None else f"{n:,}"


def _reachable(value: float) -> str:
    return points(value) if math.isfinite(value) else "none: the scale ends before"


def tests_table(trend: Trend) -> pd.DataFrame:
    """Return the numbers of the tests; a table without rows where nothing was compared."""
    comparison = trend.comparison
    if comparison is None:
        return pd.DataFrame(columns=["What", "Answer"])
    p_range = p_words(comparison.p_low), p_words(comparison.p_high)
    adjusted = "" if trend.p_adjusted is None else p_words(trend.p_adjusted)
    rows = {
        "Total error taken, points at one half": f"{comparison.points:g}",
        "Difference, later minus earlier, points": points(comparison.difference, sign=True),
        "Interval, points": span(points(comparison.low, sign=True), points(comparison.high, sign=True)),
        "p-value of no change": p_words(comparison.p_value),
        "p-value of no change, over all counts that print admits": " to ".join(dict.fromkeys(p_range)),
        "p-value of no change, allowing for the other comparisons": adjusted,
        "p-value of a change as large as matters, or larger": p_words(comparison.equivalence_p),
        "Outcomes over all counts that print admits": " or ".join(comparison.outcomes),
        "Verdict": trend.verdict,
    }
    return pd.DataFrame(list(rows.items()), columns=["What", "Answer"])


def settings_table(variants: Mapping[str, Trend]) -> pd.DataFrame:
    """Return the verdict under each of several settings; nothing where nothing was compared."""
    rows = [
        (
            words,
            points(comparison.difference, sign=True),
            span(points(comparison.low, sign=True), points(comparison.high, sign=True)),
            p_words(comparison.p_value),
            trend.verdict,
        )
        for words, trend in variants.items()
        if (comparison := trend.comparison)
    ]
    return pd.DataFrame(rows, columns=["If", "Difference, points", "Interval, points", "p, no change", "Verdict"])


def left_out_table(construct: Construct, registry: Registry) -> pd.DataFrame:
    """Return the printed figures that speak to a construct and are not used in it, with the reason."""
    rows = [
        (figure_name(found) if found else out.figure, found.answer.printed if found else "", out.reason, out.figure)
        for out in construct.left_out
        for found in (registry.findings.get(out.figure),)
    ]
    return pd.DataFrame(rows, columns=["Figure", "Printed", "Why it is left out", "Id of the figure"])


def variants(trend: Trend, registry: Registry, reconstructions: Mapping[str, Reconstruction]) -> dict[str, Trend]:
    """Return a trend under the settings asked for, under every tier of total error, and every design effect."""
    asked = f"as asked (total error {_error(trend)}, design effect {trend.settings.design_effect:g})"
    if trend.comparison is None:
        return {asked: trend}
    known = with_estimated_error(registry, reconstructions)
    tried = _tiers(trend.settings, known) | _effects(trend.settings, known)
    return {asked: trend} | _under(trend, tried, known, reconstructions)


def tiers(trend: Trend, registry: Registry, reconstructions: Mapping[str, Reconstruction]) -> dict[str, Trend]:
    """Return a trend as it is reported, and under every other tier of total error and none."""
    if trend.comparison is None:
        return {"as asked": trend}
    grade, used = trend.comparison.pair.comparability.grade, trend.comparison.points
    known = with_estimated_error(registry, reconstructions)
    own = trend.settings.error_of or (None if trend.settings.total_error is not None else grade)
    others = {words: one for words, one in _tiers(trend.settings, known).items() if one.error_of != own or own is None}
    reported = f"reported: total error {used:.3g}, grade {grade}"
    return {reported: trend} | _under(trend, others, known, reconstructions)


def _under(
    trend: Trend, tried: Mapping[str, Settings], registry: Registry, reconstructions: Mapping[str, Reconstruction]
) -> dict[str, Trend]:
    alone = {words: assess(trend.construct, registry, reconstructions, one) for words, one in tried.items()}
    return {words: with_others(one, trend.others) for words, one in alone.items()}


def _tiers(settings: Settings, registry: Registry) -> dict[str, Settings]:
    named = {
        f"total error {tier.number:.3g}: {name}, {tier.means}": replace(settings, total_error=None, error_of=str(name))
        for name, tier in registry.plan.errors.items()
    }
    return {"no error beyond sampling": replace(settings, total_error=0.0)} | named


def _effects(settings: Settings, registry: Registry) -> dict[str, Settings]:
    effects = [effect for effect in registry.plan.design_effects if effect != settings.design_effect]
    return {f"design effect {effect:g}": replace(settings, design_effect=effect) for effect in effects}


def _error(trend: Trend) -> str:
    asked = trend.settings.total_error if trend.comparison is None else trend.comparison.points
    return "of the grade" if asked is None else f"{asked:.3g}"


@styled
def difference_chart(variants: Mapping[str, Trend]) -> Figure | None:
    """Return the difference against zero and the smallest change that matters, under several settings."""
    rows, (first, comparison) = difference_rows(variants), _reported(variants)
    if comparison is None:
        return None
    years = f"{comparison.pair.first.year} to {comparison.pair.second.year}"
    subtitle = (
        f"{years}, later minus earlier. Line: {confidence(first.settings.alpha)} interval "
        "over every count that print admits; shaded: changes too small to matter."
    )
    return forest(
        rows, VERDICT_LOOKS, points_scale(rows, first), title=_difference_message(first, comparison), subtitle=subtitle
    )


def _reported(variants: Mapping[str, Trend]) -> tuple[Trend, Comparison | None]:
    first = next(iter(variants.values()))
    return first, first.comparison


def difference_rows(variants: Mapping[str, Trend]) -> list[Row]:
    """Return the rows of the chart, in points."""
    return [
        Row(
            label=f"{words}: {points(comparison.difference, sign=True)} points",
            kind=trend.verdict,
            value=100 * comparison.difference,
            low=100 * comparison.low,
            high=100 * comparison.high,
        )
        for words, trend in variants.items()
        if (comparison := trend.comparison)
    ]


def points_scale(rows: Sequence[Row], trend: Trend) -> Scale:
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
    first, comparison = _reported(variants)
    if comparison is None:
        return f"No chart: {waves_message(first)}; no difference is computed."
    rows = [
        f"{words}: {points(c.difference, sign=True)} points, interval {points(c.low, sign=True)} to "
        f"{points(c.high, sign=True)}, {trend.verdict}"
        for words, trend in variants.items()
        if (c := trend.comparison)
    ]
    return f"{_difference_message(first, comparison)}. {'; '.join(rows)}."


def trend_reach(trend: Trend) -> list[str]:
    """Return what the comparison could have shown: the first two sentences look at no difference."""
    comparison = trend.comparison
    if comparison is None:
        return ["No pair of waves passes, so no difference is computed and nothing could have been shown."]
    return [_critical(comparison), f"{_detectable(comparison)}{_if_large(comparison)}", _sizes(comparison)]


def _critical(comparison: Comparison) -> str:
    rise, fall = comparison.reach.critical_rise, comparison.reach.critical_fall
    grade, error = comparison.pair.comparability.grade, f"{comparison.points:.3g}"
    ends = [_unless_endless(end) for end in (rise, fall)]
    return (
        f"Grade {grade} takes a total error of {error} points for each survey. With it the interval excludes zero "
        f"from a printed rise of {ends[0]} on, or from a fall of {ends[1]}."
    )


def _unless_endless(change: float) -> str:
    return f"{points(change)} points" if math.isfinite(change) else "no size, because the scale ends before"


def _detectable(comparison: Comparison) -> str:
    reach = comparison.reach
    seen = min(reach.detectable_rise, reach.detectable_fall)
    change = (
        f"A true change needed {points(seen)} points to have an {reach.power:.0%} chance to show"
        if math.isfinite(seen)
        else "No true change, however large, was likely to show"
    )
    same = "could" if reach.equivalence_attainable else "could not"
    return f"{change}; the absence of a change of {points(reach.margin)} points or more {same} have been shown."


def _if_large(comparison: Comparison) -> str:
    """Without n the most is granted to a comparison: the largest size that is tried."""
    waves = comparison.pair.first, comparison.pair.second
    largest = max((wave.sizes.max() for wave in waves if not wave.size_known), default=None)
    return (
        ""
        if largest is None
        else f" This takes {largest:,.0f} for an n that is not printed; with fewer it could have shown less."
    )


def _sizes(comparison: Comparison) -> str:
    margin, size = comparison.reach.margin, abs(comparison.difference)
    wanted = {f"{points(margin)} points, the smallest that matters": margin}
    wanted |= {f"{points(size)} points, as printed": size} if points(size) not in (points(0), points(margin)) else {}
    needed = [f"for {words}: {_n_words(needed_n(comparison, change))}" for words, change in wanted.items()]
    return f"The n that each wave would need to find a change with that chance, {'; '.join(needed)}."


def _n_words(n: int | None) -> str:
    return "none is large enough, because the error beyond sampling stays" if n is None else f"{n:,}"


def trend_checks(trend: Trend, variants: Mapping[str, Trend]) -> list[str]:
    """Return how far the verdict holds: over the counts that print admits, and under other settings."""
    if trend.comparison is None:
        return []
    same = [words for words, other in variants.items() if other.verdict == trend.verdict]
    others = {other.verdict for other in variants.values()} - {trend.verdict}
    turned = f"; under the others it is {' or '.join(sorted(others))}" if others else ""
    admitted = " or ".join(trend.comparison.outcomes)
    return [
        f"Over every count that print admits the outcome is {admitted}.",
        f"The verdict “{trend.verdict}” stands under {len(same)} of {len(variants)} settings{turned}.",
    ]
