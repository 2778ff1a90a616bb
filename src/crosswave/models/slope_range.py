"""What uncertain dates make of a slope: its extremes over every date inside the intervals."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import product

import numpy as np
from scipy.special import stdtr, stdtrit

from crosswave.arguments import FloatArray, checked_alpha
from crosswave.models.heterogeneity import ESTIMATORS, Effects
from crosswave.models.meta_regression import Dates, check_identified, date_design
from crosswave.models.pooling import weighted_fit

_CORNERS_OF = 6
"""Every corner of so many uncertain dates is a start; of more, those that draw early and late waves apart."""

_STEPS = (1 / 2, 1 / 8, 1 / 32, 1 / 128, 1 / 512)
"""How far a date is moved, as a part of its interval: from the first to the last, each until nothing is gained."""

_GAIN = 1e-8
"""A move must gain more than this: logits a year, or units of squared t."""

_WHICH = np.array([0, 0, 1, 2, 3, 3])
_SIGN = np.array([-1.0, 1.0, -1.0, 1.0, -1.0, 1.0])
"""The six ends: least and greatest slope, lowest and highest end of its interval, least and greatest squared t."""


@dataclass(frozen=True, slots=True)
class SlopeRange:
    """What uncertain dates or counts make of a slope.

    Attributes
    ----------
    slope_low, slope_high : float
        Least and greatest estimate, logit per year.
    low, high : float
        Lowest and highest end of an interval: the hull of all intervals.
    p_low, p_high : float
        Least and greatest p of "no slope"; the greatest is 1 where estimates of both signs occur.
    """

    slope_low: float
    slope_high: float
    low: float
    high: float
    p_low: float
    p_high: float

    def joined(self, other: SlopeRange) -> SlopeRange:
        """Return the range that encloses both."""
        slope_low, slope_high = min(self.slope_low, other.slope_low), max(self.slope_high, other.slope_high)
        p_high = 1.0 if slope_low <= 0 <= slope_high else max(self.p_high, other.p_high)
        low, high = min(self.low, other.low), max(self.high, other.high)
        return SlopeRange(slope_low, slope_high, low, high, min(self.p_low, other.p_low), p_high)


def slope_over_dates(
    effects: Effects, dates: Dates, others: FloatArray, *, method: str = "REML", alpha: float = 0.05
) -> SlopeRange:
    """Return the range of a meta-regression's slope, interval and p over every date inside the intervals.

    Parameters
    ----------
    effects, dates, others, method, alpha
        As for `crosswave.models.meta_regression.meta_regression`.

    Raises
    ------
    ValueError
        As there.

    Notes
    -----
    At given dates everything, tau2 too, is estimated anew; the range is over the box of all dates. A slope is linear in
    a date over something quadratic in it, so that its extremes need not lie at corners of the box. For each of the six
    ends, the middle and every corner are tried (with more than six uncertain dates, every corner at which the waves up
    to some wave are all early and the others all late, or the reverse), and a pattern search goes on from the best:
    each date is moved both ways by a step, the best move or all gainful ones together are made, and without a gain the
    step becomes smaller. That no point of a grid lies beyond the result is tested, not proved.

    References
    ----------
    Hooke and Jeeves (1961), doi:10.1145/321062.321069.
    """
    check_identified(dates, others)
    at = _statistics(effects, dates.centre, others, method, alpha)
    starts = np.stack(list(_starts(dates)))
    found = at(starts)[:, _WHICH] * _SIGN
    first = found.argmax(axis=0)
    ends = _SIGN * _climbed(at, dates, starts[first], found[first, np.arange(len(_SIGN))])
    slope_low, slope_high, low, high, t_low, t_high = ends.tolist()
    df = len(effects.values) - 2 - others.shape[1]
    p_low, p_high = (2 * float(stdtr(df, -np.sqrt(max(square, 0.0)))) for square in (t_high, t_low))
    return SlopeRange(slope_low, slope_high, low, high, p_low, 1.0 if slope_low <= 0 <= slope_high else p_high)


def _statistics(
    effects: Effects, centre: float, others: FloatArray, method: str, alpha: float
) -> Callable[[FloatArray], FloatArray]:
    """What gives slope, ends of its interval and squared t (m, 4) at dates (m, k)."""
    df = len(effects.values) - 2 - others.shape[1]
    quantile = float(stdtrit(df, 1 - float(checked_alpha(alpha)) / 2))

    def at(moments: FloatArray) -> FloatArray:
        designs = date_design(moments, centre, others)
        coefficients, covariances = weighted_fit(effects, designs, ESTIMATORS[method](effects, designs))
        slope, error = coefficients[:, 1], np.sqrt(covariances[:, 1, 1])
        return np.stack([slope, slope - quantile * error, slope + quantile * error, (slope / error) ** 2], axis=1)

    return at


def _climbed(at: Callable[[FloatArray], FloatArray], dates: Dates, points: FloatArray, best: FloatArray) -> FloatArray:
    """The best signed value of each end that moves of single dates, or of several, find from its point on."""
    for step in _STEPS if (dates.low < dates.high).any() else ():
        while (gained := _moved(at, dates, points, best, step)) is not None:
            points, best = gained
    return best


def _moved(
    at: Callable[[FloatArray], FloatArray], dates: Dates, points: FloatArray, best: FloatArray, step: float
) -> tuple[FloatArray, FloatArray] | None:
    """Points and values after one move of each end that gains by it; None where none does."""
    free = np.flatnonzero(dates.low < dates.high)
    moves = np.concatenate([np.eye(len(dates.low))[free], -np.eye(len(dates.low))[free]]) * (dates.high - dates.low)
    alone = np.clip(points[:, None] + step * moves, dates.low, dates.high)
    values = _signed(at, alone)
    together = np.clip(points + step * (values > best[:, None] + _GAIN) @ moves, dates.low, dates.high)[:, None]
    tried, found = np.concatenate([alone, together], axis=1), np.column_stack([values, _signed(at, together)])
    ends, choice = np.arange(len(best)), found.argmax(axis=1)
    gains = found[ends, choice] > best + _GAIN
    if not gains.any():
        return None
    points, best = points.copy(), best.copy()
    points[gains], best[gains] = tried[ends, choice][gains], found[ends, choice][gains]
    return points, best


def _signed(at: Callable[[FloatArray], FloatArray], tried: FloatArray) -> FloatArray:
    """The signed value of each end (6, c) at its own points (6, c, k)."""
    ends, count, waves = tried.shape
    found = at(tried.reshape(-1, waves)).reshape(ends, count, -1)
    return np.asarray(found[np.arange(ends)[:, None], np.arange(count), _WHICH[:, None]] * _SIGN[:, None])


def _starts(dates: Dates) -> Iterator[FloatArray]:
    yield dates.middle
    free = dates.low < dates.high
    if free.sum() <= _CORNERS_OF:
        for early in product((True, False), repeat=int(free.sum())):
            choice = np.ones(len(free), dtype=bool)
            choice[free] = early
            yield np.where(choice, dates.low, dates.high)
        return
    place = np.argsort(np.argsort(dates.middle, kind="stable"))
    for cut in range(len(place) + 1):
        yield np.where(place < cut, dates.low, dates.high)
        yield np.where(place < cut, dates.high, dates.low)
