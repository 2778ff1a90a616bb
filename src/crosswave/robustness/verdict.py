"""The robustness of a verdict: how far each number must move before it changes, and what would explain it away."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from crosswave.difference import compare
from crosswave.difference.compare import Criteria, P
from crosswave.difference.estimate import Interval
from crosswave.difference.readings import Readings, p_ranges, stacked
from crosswave.robustness import tipping_points as tips
from crosswave.robustness.nonresponse import Correlation, asked_of, bounds_of_all, correlations
from crosswave.robustness.tipping_points import TippingPoint
from crosswave.study.models import Plan, RobustnessPlan
from crosswave.trend.change import Trend
from crosswave.trend.comparison import Comparison
from crosswave.trend.settings import Settings


@dataclass(frozen=True, slots=True)
class Robustness:
    """How far the verdict of one comparison holds.

    The verdict is that of the decision table before others of its family are counted, and "inconclusive" also where
    nothing could have been shown. p lies between the least and the greatest over all feasible counts. Design effect and
    total error (points at 50 %) are moved upwards from the one in use and, the `less_` ones, down to 1 and to 0; the
    bias is the smallest of a difference, points either way, that makes a change of nothing. `asked` bounds the
    difference for all who were asked (Manski); None where either denominator is unknown.
    """

    verdict: str
    p_value: float
    p_low: float
    p_high: float
    design_effect: TippingPoint
    less_design_effect: TippingPoint
    total_error: TippingPoint
    less_total_error: TippingPoint
    bias: TippingPoint
    correlations: tuple[Correlation, ...]
    asked: Interval | None = None


def robustness_of(comparison: Comparison, settings: Settings, plan: Plan) -> Robustness:
    """Return how far the verdict of a comparison holds.

    Parameters
    ----------
    comparison : Comparison, from `crosswave.trend.comparison.compare_pairs` under the same settings
    settings : Settings, error rates, design effect and smallest change
    plan : Plan, how far each number is moved

    Notes
    -----
    The interval is Newcombe's (`crosswave.difference.newcombe`), so the bias that tips a change is its limit on the
    side of 0. The unpooled z gives the same to a hundredth of a point where samples are large: 1.40 points for 40 % of
    1,000 against 46 % of 800. Correlations take the geometric middle of the feasible sizes.
    """
    (found,) = robustness_of_all([comparison], settings.criteria(plan), plan.robustness)
    pair = comparison.pair
    return replace(found, asked=bounds_of_all(pair, (asked_of(pair.first), asked_of(pair.second))))


def robustness_of_trend(trend: Trend, plan: Plan) -> Robustness | None:
    """Return how far the verdict of a trend holds; None where nothing was compared."""
    return robustness_of(trend.comparison, trend.settings, plan) if trend.comparison else None


def robustness_of_all(
    comparisons: Sequence[compare.Comparison[P]], criteria: Criteria, limits: RobustnessPlan
) -> list[Robustness]:
    """Return how far the verdicts of many comparisons hold, all at once, without bounds for all who were asked."""
    columns = ([getattr(one, name) for one in comparisons] for name in ("pair", "points", "df"))
    return robustness_of_readings(stacked(*columns), criteria, limits)


def robustness_of_readings(readings: Readings, criteria: Criteria, limits: RobustnessPlan) -> list[Robustness]:
    """Return how far the verdicts of many comparisons hold, from their readings."""
    by_effect, by_error = tips.passing_design_effects(readings, criteria), tips.passing_total_errors(readings, criteria)
    effect, error = np.full(len(readings.first), criteria.design_effect), readings.points
    columns = zip(
        [tips.VERDICTS[code] for code in tips.verdicts_at(readings, by_error, error)],
        *(values.tolist() for values in p_ranges(readings, criteria.design_effect)),
        tips.tipping_points(readings, by_effect, effect, limits.design_effect_limit.value),
        tips.tipping_points(readings, by_effect, effect, 1.0, down=True),
        tips.tipping_points(readings, by_error, error, limits.total_error_limit.value),
        tips.tipping_points(readings, by_error, error, 0.0, down=True),
        tips.nearest_bias(readings, tips.passing_biases(readings, criteria)),
        correlations(readings, limits.population_multiples, limits.populations),
        strict=True,
    )
    return [Robustness(*column) for column in columns]
