"""Two waves compared over every count that can have printed them, one pair or thousands at once."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from crosswave.arguments import FloatArray
from crosswave.difference.newcombe import both_p, limits_of
from crosswave.difference.reach import Reach, reaches
from crosswave.study.models import Plan
from crosswave.trend.readings import Readings, p_range, stacked
from crosswave.trend.settings import Settings
from crosswave.trend.verdict import outcomes
from crosswave.trend.waves import Pair


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two waves compared over every count that can have printed them."""

    pair: Pair
    points: float
    df: float
    difference: float
    low: float
    high: float
    p_value: float
    p_low: float
    p_high: float
    equivalence_p: float
    reach: Reach
    informative: bool
    outcomes: tuple[str, ...]
    under_design_effect: tuple[str, ...]
    under_error: tuple[str, ...]


def compare_pair(pair: Pair, settings: Settings, plan: Plan) -> Comparison:
    """Return the comparison of a pair that passed the gate.

    Parameters
    ----------
    pair : Pair
        Two usable waves.
    settings : Settings
        Error rates.
    plan : Plan
        The total error of each tier.

    Raises
    ------
    ValueError
        The gate refused the pair, or respondents of one year are in both waves: no number is computed for it. Or the
        total error of its tier is still to be estimated, see `crosswave.trend.dispersion.with_estimated_error`.

    Notes
    -----
    The total error is taken at the middle of the two shares, see `crosswave.difference.total_error.pair_error`.
    """
    return compare_pairs([pair], settings, plan)[0]


def compare_pairs(pairs: Sequence[Pair], settings: Settings, plan: Plan) -> list[Comparison]:
    """Return the comparison of each of many pairs, as `compare_pair` does for one, all at once.

    Parameters
    ----------
    pairs : sequence of Pair
        Usable waves that passed the gate; none is no fault.
    settings, plan
        As for `compare_pair`.

    Raises
    ------
    ValueError
        As for `compare_pair`.
    """
    if not pairs:
        return []
    for pair in pairs:
        _check(pair)
    points, df = zip(*(_error(pair, settings, plan) for pair in pairs), strict=True)
    return _compared(pairs, stacked(pairs, points, df), settings, plan)


def _check(pair: Pair) -> None:
    named = f"{pair.first.finding.id} and {pair.second.finding.id}"
    if pair.comparability.refused:
        raise ValueError(f"{named} are not comparable: {'; '.join(pair.comparability.reasons)}")
    if pair.refusal:
        raise ValueError(f"{named} cannot be tested: {pair.refusal}")


def _error(pair: Pair, settings: Settings, plan: Plan) -> tuple[float, float]:
    """The total error in points, with the degrees of freedom behind it."""
    if settings.total_error is not None:
        return settings.total_error, math.inf
    tier = plan.total_error[settings.error_of or pair.comparability.grade]  # type: ignore[index]
    return tier.number, tier.freedom


def _compared(pairs: Sequence[Pair], readings: Readings, settings: Settings, plan: Plan) -> list[Comparison]:
    effect, margin = settings.design_effect, np.asarray(settings.smallest_change / 100)
    arms = readings.arms_in_use(effect)
    low, high = limits_of(arms, np.asarray(settings.alpha))
    p, tost = both_p(arms, margin)
    p_printed, tost_printed = both_p(readings.printed_arms(effect), margin)
    columns = (
        readings.points,
        readings.df,
        readings.printed_2 - readings.printed_1,
        readings.least(low),
        readings.most(high),
        *p_range(readings, p, p_printed),
        tost_printed,
    )
    found, limit = _reaches(readings, settings, plan.power.value), plan.detectable_limit.value / 100
    widest = max(effect, *plan.design_effects)
    erring = replace(readings, points=readings.points * plan.certainty.more_error.value)
    rows = zip(
        pairs, *(column.tolist() for column in columns), found, [one.shows(limit) for one in found],
        _outcomes(readings, p, tost, settings.alpha),
        _outcomes(readings, *both_p(readings.arms_in_use(widest), margin), settings.alpha),
        _outcomes(erring, *both_p(erring.arms_in_use(effect), margin), settings.alpha), strict=True,
    )  # fmt: skip
    return [Comparison(pair, *numbers) for pair, *numbers in rows]


def _outcomes(readings: Readings, p: FloatArray, tost: FloatArray, alpha: float) -> list[tuple[str, ...]]:
    difference, one, two = (np.split(column, readings.first[1:]) for column in (readings.difference, p, tost))
    return [outcomes(*rows, alpha=alpha) for rows in zip(difference, one, two, strict=True)]


def _reaches(readings: Readings, settings: Settings, power: float) -> list[Reach]:
    """What could have been shown around the middle of the two shares: it looks at no difference.

    At the largest sizes that print allows: what those could not have shown, no smaller ones could. Respondents in
    common are not counted on: nobody knows how their answers are tied.
    """
    sizes = tuple(readings.most(n) / settings.design_effect for n in (readings.n_1, readings.n_2))
    error = readings.points / 100
    return reaches(
        readings.middle, (sizes[0], sizes[1]), margin=settings.smallest_change / 100, alpha=settings.alpha,
        power=power, total_error=(error, error), df=readings.df,
    )  # fmt: skip
