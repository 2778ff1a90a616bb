"""Would the verdict survive? How far each number must move before the decision table says something else.

A verdict changes only where a test on some feasible reading changes, and each such place has a closed form or is one
root (`crosswave.robustness.edges`), so no grid is searched: the places are listed, and the table is read between them
(`crosswave.robustness.tipping`). Thousands of comparisons are worked on at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from crosswave.difference.estimate import Interval
from crosswave.difference.readings import Readings, p_ranges, stacked
from crosswave.robustness.edges import Rules, bias_edges, design_effect_edges, total_error_edges
from crosswave.robustness.tipping import Tipping, nearest_bias, tip
from crosswave.robustness.unanswered import Correlation, asked_of, bounds_of_all, correlations
from crosswave.robustness.verdict_codes import VERDICTS, verdict_codes
from crosswave.study.models import Plan
from crosswave.trend.comparison import Comparison
from crosswave.trend.settings import Settings


@dataclass(frozen=True, slots=True)
class Survival:
    """How far the verdict of one comparison holds.

    Attributes
    ----------
    verdict : str
        Of the decision table, before the comparisons of its family are counted; "inconclusive" also where the
        comparison could not have shown anything.
    p_value, p_low, p_high : float
        At the printed shares; the range over all feasible counts. Where no feasible counts print both shares the first
        is the end of the range beside it, so that it always lies inside.
    design_effect, less_design_effect : Tipping
        Upwards from the one in use; down to 1.
    total_error, less_total_error : Tipping
        Points at 50 %, upwards from the one in use; down to 0.
    bias : Tipping
        Points of the difference (later minus earlier) that are no change: the smallest, either way.
    asked : Interval or None, default None
        Bounds of the difference for all who were asked (Manski); None where either denominator is unknown.
    """

    verdict: str
    p_value: float
    p_low: float
    p_high: float
    design_effect: Tipping
    less_design_effect: Tipping
    total_error: Tipping
    less_total_error: Tipping
    bias: Tipping
    correlations: tuple[Correlation, ...]
    asked: Interval | None = None


def readings_of(comparisons: Sequence[Comparison]) -> Readings:
    """Return the readings of comparisons, the same that they were compared on.

    Parameters
    ----------
    comparisons : sequence of Comparison
        At least one, from `crosswave.trend.change.compare_pair`.
    """
    columns = ([getattr(one, name) for one in comparisons] for name in ("pair", "points", "df"))
    return stacked(*columns)


def survival(
    comparison: Comparison, settings: Settings, plan: Plan, *, asked: tuple[int | None, int | None] | None = None
) -> Survival:
    """Return how far the verdict of a comparison holds.

    Parameters
    ----------
    comparison : Comparison
        From `crosswave.trend.change.compare_pair` under the same settings.
    settings : Settings
        Error rates, design effect and smallest change.
    plan : Plan
        How far each number is moved.
    asked : pair of int, optional
        How many each wave asked, as a census knows. Absent: what data/ records.

    Notes
    -----
    The interval is Newcombe's (`crosswave.difference.newcombe`), so the bias that tips a change is its limit on the
    side of 0. The unpooled z gives the same to a hundredth of a point where samples are large: 1.40 points for 40 % of
    1,000 against 46 % of 800. Correlations take the geometric middle of the feasible sizes.
    """
    found = survivals_of_all([comparison], Rules.of(settings, plan))[0]
    pair = comparison.pair
    return replace(found, asked=bounds_of_all(pair, asked or (asked_of(pair.first), asked_of(pair.second))))


def survivals_of_all(comparisons: Sequence[Comparison], rules: Rules) -> list[Survival]:
    """Return how far the verdicts of many comparisons hold, as `survival` does for one, all at once."""
    return survivals(readings_of(comparisons), rules)


def survivals(readings: Readings, rules: Rules) -> list[Survival]:
    """Return how far the verdicts of many comparisons hold, from their readings.

    Parameters
    ----------
    readings : Readings
        Their feasible readings.
    rules : Rules
        What they are judged by.
    """
    by_effect, by_error = design_effect_edges(readings, rules), total_error_edges(readings, rules)
    effect, error = np.full(len(readings.first), rules.design_effect), readings.points
    columns = zip(
        [VERDICTS[code] for code in verdict_codes(readings, by_error, error)],
        *(values.tolist() for values in p_ranges(readings, rules.design_effect)),
        tip(readings, by_effect, effect, rules.design_effect_limit),
        tip(readings, by_effect, effect, 1.0, down=True),
        tip(readings, by_error, error, rules.total_error_limit),
        tip(readings, by_error, error, 0.0, down=True),
        nearest_bias(readings, bias_edges(readings, rules)),
        correlations(readings, rules),
        strict=True,
    )
    return [Survival(*column) for column in columns]
