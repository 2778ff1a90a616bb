"""A trend as tables: the gate, what could have been shown, the tests, other settings."""

from __future__ import annotations

import math
from collections.abc import Mapping

import pandas as pd

from crosswave.difference.power import smallest_n
from crosswave.report.sentences import p_words, points
from crosswave.study.models import Construct
from crosswave.study.registry import Registry
from crosswave.tables.names import figure_name, survey_name
from crosswave.tables.render import span
from crosswave.trend.change import Trend
from crosswave.trend.comparison import Comparison
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
