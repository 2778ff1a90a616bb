"""Interval and tests of two shares as plain numbers, through the functions that pages run."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from crosswave.arguments import FloatArray, checked_alpha
from crosswave.difference import compare
from crosswave.difference.arms import arms_of
from crosswave.difference.compare import P
from crosswave.difference.estimate import Interval
from crosswave.difference.methods import Shares, score_limits
from crosswave.difference.newcombe import both_p, limits_of, two_sided_p
from crosswave.difference.sensitivity import Sensitivity, sensitivities
from crosswave.study.models import Plan
from crosswave.trend.comparison import Comparison, compare_waves
from crosswave.trend.settings import Settings
from crosswave.trend.waves import Pair


def newcombe(*four: Any, alpha: Any, **beyond: Any) -> tuple[FloatArray, FloatArray]:
    return limits_of(arms_of(*four, **beyond), checked_alpha(alpha))


def p_value(*four: Any, **beyond: Any) -> FloatArray:
    return two_sided_p(arms_of(*four, **beyond))


def tost_p(share_1: Any, *three: Any, margin: Any, **beyond: Any) -> FloatArray:
    first = np.asarray(share_1) + np.zeros_like(beyond.get("correlation", 0.0))
    return both_p(arms_of(first, *three, **beyond), np.asarray(margin, dtype=np.float64))[1]


def by_p(difference: Any, p: Any, equivalence_p: Any, alpha: float) -> tuple[Any, Any, Any]:
    """Which tests are passed, from p-values: what `tests_passed` says from intervals."""
    return (p < alpha) & (difference > 0), (p < alpha) & (difference < 0), equivalence_p < alpha


def compare_pair(pair: Pair, settings: Settings, plan: Plan) -> Comparison:
    return compare_waves([pair], settings, plan)[0]


def compare_all(pairs: Sequence[P], settings: Settings, plan: Plan) -> list[compare.Comparison[P]]:
    return compare.compare_pairs(pairs, [settings.error(plan, one.tier) for one in pairs], settings.criteria(plan))


def reach(
    middle: float,
    sizes: tuple[float, float],
    *,
    margin: float = 0.05,
    alpha: float = 0.05,
    power: float = 0.8,
    **beyond: Any,
) -> Sensitivity:
    return sensitivities([middle], sizes, margin=margin, alpha=alpha, power=power, **beyond)[0]


def miettinen_nurminen(x_1: int, n_1: int, x_2: int, n_2: int, alpha: float = 0.05) -> Interval:
    waves = Shares(*(np.asarray(number, dtype=np.float64) for number in (x_1 / n_1, n_1, x_2 / n_2, n_2, 0)))
    return Interval(*(float(limit) for limit in score_limits(waves, np.asarray(alpha))))
