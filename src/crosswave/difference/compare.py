"""Two printed shares compared over every count that can have printed them, one pair or thousands at once.

A difference is always the later share minus the earlier one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

import numpy as np

from crosswave.difference.arms import Arms
from crosswave.difference.feasible import SharePair
from crosswave.difference.newcombe import both_p, limits_of, tests_passed
from crosswave.difference.readings import Readings, p_ranges, stacked
from crosswave.difference.sensitivity import Sensitivity, sensitivities
from crosswave.difference.verdict import outcomes

P = TypeVar("P", bound=SharePair)


@dataclass(frozen=True, slots=True, kw_only=True)
class Criteria:
    """By what a comparison is judged; changes are proportions in (0, 1).

    `margin` is the smallest change that matters, `detectable_limit` the largest detectable change of a comparison that
    counts as informative. Every n is divided by `design_effect`. Whether an outcome holds is seen with the wider design
    effect, and with the total error multiplied by `more_error`.
    """

    alpha: float
    power: float
    margin: float
    detectable_limit: float
    design_effect: float = 1.0
    wider_design_effect: float = 1.0
    more_error: float = 1.0


@dataclass(frozen=True, slots=True)
class Comparison(Generic[P]):
    """Two printed shares compared over every count that can have printed them.

    The total error of one wave is `points` at 50 %, estimated on `df` degrees of freedom. The difference is later minus
    earlier, in [-1, 1], `low` to `high` the widest interval over all feasible counts; `p_value` is at the printed
    shares, `p_low` to `p_high` over all counts; `equivalence_p`, at the printed shares, is that of "the difference is
    at least as large as the margin". Outcomes are those of all feasible counts, as judged, with the wider design
    effect, with more error.
    """

    pair: P
    points: float
    df: float
    difference: float
    low: float
    high: float
    p_value: float
    p_low: float
    p_high: float
    equivalence_p: float
    reach: Sensitivity
    informative: bool
    outcomes: tuple[str, ...]
    under_design_effect: tuple[str, ...]
    under_error: tuple[str, ...]


def compare_pairs(pairs: Sequence[P], errors: Sequence[tuple[float, float]], criteria: Criteria) -> list[Comparison[P]]:
    """Return the comparison of each pair of printed shares, all at once.

    Parameters
    ----------
    pairs : sequence of SharePair
        None is no fault.
    errors : sequence of pair of float, as long as `pairs`
        Total error of one wave, points at 50 %, with its degrees of freedom (infinite where it is declared).
    criteria : Criteria
        By what all are judged.

    Raises
    ------
    ValueError
        If a number is outside its range.

    Notes
    -----
    The total error is taken at the middle of the two shares, see `crosswave.difference.total_error.pair_error`.

    Examples
    --------
    >>> from crosswave.difference.feasible import feasible_share
    >>> from crosswave.printed.percents import percentage
    >>> whole = lambda p: percentage(f"{p}%", "nearest")
    >>> pair = SharePair(feasible_share(whole(40), (1000, 1000)), feasible_share(whole(46), (800, 800)))
    >>> plain = Criteria(alpha=0.05, power=0.8, margin=0.05, detectable_limit=0.15)
    >>> found = compare_pairs([pair], [(0.0, float("inf"))], plain)[0]
    >>> found.outcomes, f"{found.difference:.3f} {found.low:.3f} {found.high:.3f}"
    (('rose',), '0.060 0.004 0.116')
    """
    if not pairs:
        return []
    readings = stacked(pairs, *zip(*errors, strict=True))
    effect, alpha = criteria.design_effect, criteria.alpha
    arms = readings.arms_in_use(effect)
    low, high = limits_of(arms, np.asarray(alpha))
    columns = (
        readings.points,
        readings.df,
        readings.printed_2 - readings.printed_1,
        readings.least(low),
        readings.most(high),
        *p_ranges(readings, effect),
        both_p(readings.printed_arms(effect), np.asarray(criteria.margin))[1],
    )
    found, wider = _sensitivities(readings, criteria), max(effect, criteria.wider_design_effect)
    erring = replace(readings, points=readings.points * criteria.more_error)
    judged = arms, readings.arms_in_use(wider), erring.arms_in_use(effect)
    rows = zip(
        pairs, *(column.tolist() for column in columns), found, [one.shows(criteria.detectable_limit) for one in found],
        *(_outcomes(readings, one, criteria) for one in judged), strict=True,
    )  # fmt: skip
    return [Comparison(pair, *numbers) for pair, *numbers in rows]


def outcomes_of(pairs: Sequence[P], errors: Sequence[tuple[float, float]], criteria: Criteria) -> list[tuple[str, ...]]:
    """Return what all feasible counts of each pair show, as `compare_pairs` does with much more."""
    readings = stacked(pairs, *zip(*errors, strict=True))
    return _outcomes(readings, readings.arms_in_use(criteria.design_effect), criteria)


def _outcomes(readings: Readings, arms: Arms, criteria: Criteria) -> list[tuple[str, ...]]:
    passed = tests_passed(arms, np.asarray(criteria.margin), np.asarray(criteria.alpha))
    return [outcomes(*each) for each in zip(*(np.split(one, readings.first[1:]) for one in passed), strict=True)]


def _sensitivities(readings: Readings, criteria: Criteria) -> list[Sensitivity]:
    """What could have been shown around the middle of the two shares, without a look at their difference.

    At the largest sizes that print allows, and with no respondents in common, as nobody knows how their answers are
    tied.
    """
    one, two = (readings.most(n) / criteria.design_effect for n in (readings.n_1, readings.n_2))
    error = readings.points / 100
    return sensitivities(
        readings.middle, (one, two), margin=criteria.margin, alpha=criteria.alpha, power=criteria.power,
        total_error=(error, error), df=readings.df,
    )  # fmt: skip
