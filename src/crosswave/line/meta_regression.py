"""Random-effects meta-regression of logit shares on fieldwork dates that are known as intervals."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import product

import numpy as np
import numpy.typing as npt
from scipy.optimize import linprog, minimize
from scipy.special import stdtr, stdtrit

from crosswave.arguments import FloatArray, checked, checked_alpha
from crosswave.heterogeneity import ESTIMATORS, Effects
from crosswave.line.pooling import RandomEffects, random_effects, weighted_fit

# Every corner of so many uncertain dates is a start of the search; of more, those that draw early and late waves apart.
_CORNERS_OF = 6
Statistics = tuple[float, float, float, float]
"""Slope, ends of its interval, squared t."""

_ENDS = ((0, -1.0), (0, 1.0), (1, -1.0), (2, 1.0), (3, -1.0), (3, 1.0))


@dataclass(frozen=True, slots=True)
class Dates:
    """When k waves were in the field: intervals in decimal years.

    Attributes
    ----------
    low, high : array of float, shape (k,)
        Earliest and latest date, both included, low at most high.
    """

    low: FloatArray
    high: FloatArray

    def __post_init__(self) -> None:
        """Refuse intervals that hold no date.

        Raises
        ------
        ValueError
            If an end is missing or ends are in the wrong order.
        """
        for name, end in (("low", self.low), ("high", self.high)):
            checked(name, end, "a finite decimal year", np.isfinite, "Leave out undated waves.")
        if self.low.shape != self.high.shape or (self.low > self.high).any():
            raise ValueError(
                f"low must be one date for each of high and not after it; got {self.low.tolist()} and "
                f"{self.high.tolist()}. Exchange the ends."
            )

    @property
    def middle(self) -> FloatArray:
        """The middle of each interval."""
        return (self.low + self.high) / 2

    @property
    def centre(self) -> float:
        """The mean of the middles: the date at which the intercept stands."""
        return float(self.middle.mean())


def dates_between(low: npt.ArrayLike, high: npt.ArrayLike) -> Dates:
    """Return date intervals as floats, checked as `Dates` says.

    Parameters
    ----------
    low, high : array_like, shape (k,)
        Earliest and latest dates in decimal years.
    """
    return Dates(np.asarray(low, dtype=np.float64), np.asarray(high, dtype=np.float64))


def slope_is_identified(dates: Dates, others: FloatArray) -> bool:
    """Return whether no dates inside the intervals can be a combination of a constant and other columns.

    A linear programme looks for a g with low <= (1, others) g <= high.

    Parameters
    ----------
    dates : Dates
        Of k waves.
    others : array of float, shape (k, q)
        The other columns of the design, without the constant; q may be 0.
    """
    columns = np.column_stack([np.ones(len(dates.low)), others])
    inside = linprog(
        np.zeros(columns.shape[1]),
        A_ub=np.vstack([columns, -columns]),
        b_ub=np.concatenate([dates.high, -dates.low]) - dates.centre * np.repeat([1, -1], len(dates.low)),
        bounds=(None, None),
    )
    return not inside.success


def date_design(moments: FloatArray, centre: float, others: FloatArray) -> FloatArray:
    """Return the design (k, 2 + q): a constant, the date less a centre, and other columns.

    Parameters
    ----------
    moments : array of float, shape (k,)
        Dates in decimal years.
    centre : float
        The date at which the intercept stands.
    others : array of float, shape (k, q)
        Other columns; q may be 0.
    """
    return np.column_stack([np.ones(len(moments)), moments - centre, others])


def meta_regression(
    effects: Effects, dates: Dates, others: FloatArray, *, method: str = "REML", alpha: float = 0.05
) -> RandomEffects:
    """Return the meta-regression of logit shares on the middles of date intervals.

    Parameters
    ----------
    effects : Effects
        Of k waves.
    dates : Dates
        Of the same waves.
    others : array of float, shape (k, q)
        Other columns; q may be 0.
    method : {"REML", "ML", "PM", "DL", "FE"}
        Estimator of the between-wave variance.
    alpha : float
        Error rate in (0, 1).

    Raises
    ------
    ValueError
        As `crosswave.line.pooling.random_effects`; also if the dates may be a combination of the other columns.

    Notes
    -----
    Ad hoc Knapp-Hartung intervals. Coefficient 0 is the logit share at `Dates.centre` with other columns at 0,
    coefficient 1 its change per year.
    """
    _check_identified(dates, others)
    return random_effects(effects, date_design(dates.middle, dates.centre, others), method=method, alpha=alpha)


def _check_identified(dates: Dates, others: FloatArray) -> None:
    if not slope_is_identified(dates, others):
        got = f"{dates.low.round(2).tolist()} to {dates.high.round(2).tolist()}"
        raise ValueError(
            f"dates must tell waves apart that the other columns do not; got {got}. Narrow them, or leave columns out."
        )


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
        """Return the range that encloses both.

        Parameters
        ----------
        other : SlopeRange
            Of the same slope.
        """
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
        As `meta_regression`.

    Notes
    -----
    Errors are those of `meta_regression`. At given dates everything, tau2 too, is estimated anew; the range is over the
    box of all dates. A slope is linear in a date over something quadratic in it, so that its extremes need not lie at
    corners of the box. For each of the six ends, the middle and every corner are tried (with more than six uncertain
    dates, every corner at which the waves up to some wave are all early and the others all late, or the reverse), and
    one round of Powell's line searches inside the box goes on from the best. That no point of a grid lies beyond the
    result is tested, not proved.

    References
    ----------
    Powell (1964), doi:10.1093/comjnl/7.2.155.
    """
    _check_identified(dates, others)
    at = _statistics(effects, dates.centre, others, method, alpha)
    tried = [(start, at(start)) for start in _starts(dates)]
    ends = [_furthest(at, dates, tried, which, sign) for which, sign in _ENDS]
    slope_low, slope_high, low, high, t_low, t_high = ends
    df = len(effects.values) - 2 - others.shape[1]
    p_low, p_high = (2 * float(stdtr(df, -np.sqrt(max(square, 0.0)))) for square in (t_high, t_low))
    return SlopeRange(slope_low, slope_high, low, high, p_low, 1.0 if slope_low <= 0 <= slope_high else p_high)


def _statistics(
    effects: Effects, centre: float, others: FloatArray, method: str, alpha: float
) -> Callable[[FloatArray], Statistics]:
    df = len(effects.values) - 2 - others.shape[1]
    quantile = float(stdtrit(df, 1 - float(checked_alpha(alpha)) / 2))

    def at(moments: FloatArray) -> Statistics:
        design = date_design(moments, centre, others)
        b, covariance = weighted_fit(effects, design, ESTIMATORS[method](effects, design))
        slope, error = float(b[1]), float(np.sqrt(covariance[1, 1]))
        return slope, slope - quantile * error, slope + quantile * error, (slope / error) ** 2

    return at


def _furthest(
    at: Callable[[FloatArray], Statistics],
    dates: Dates,
    tried: list[tuple[FloatArray, Statistics]],
    which: int,
    sign: float,
) -> float:
    """The least (sign -1) or greatest (sign 1) value of one statistic over the box, from the best of what was tried."""
    free = dates.low < dates.high
    start, statistics = max(tried, key=lambda pair: sign * pair[1][which])
    if not free.any():
        return statistics[which]

    def loss(part: FloatArray) -> float:
        moments = dates.low.copy()
        moments[free] = part
        return -sign * at(moments)[which]

    box = list(zip(dates.low[free], dates.high[free], strict=True))
    found = minimize(loss, start[free], method="Powell", bounds=box, options={"xtol": 1e-3, "ftol": 1e-6, "maxiter": 1})
    return sign * max(sign * statistics[which], -float(found.fun))


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
