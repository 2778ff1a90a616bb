"""Random-effects meta-regression of logit shares on fieldwork dates that are known as intervals."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import linprog

from crosswave.arguments import FloatArray, checked
from crosswave.models.heterogeneity import Effects
from crosswave.models.pooling import RandomEffects, random_effects


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
        """Refuse intervals that hold no date."""
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
    """Return date intervals as floats, checked as `Dates` says."""
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
    """Return the design (k, 2 + q): a constant, the date less a centre, and other columns; of dates (m, k) one each."""
    columns = np.stack([np.ones_like(moments), moments - centre], axis=-1)
    return np.concatenate([columns, np.broadcast_to(others, (*moments.shape, others.shape[1]))], axis=-1)


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
        As `crosswave.models.pooling.random_effects`; also if the dates may be a combination of the other columns.

    Notes
    -----
    Ad hoc Knapp-Hartung intervals. Coefficient 0 is the logit share at `Dates.centre` with other columns at 0,
    coefficient 1 its change per year.
    """
    check_identified(dates, others)
    return random_effects(effects, date_design(dates.middle, dates.centre, others), method=method, alpha=alpha)


def check_identified(dates: Dates, others: FloatArray) -> None:
    """Refuse dates and other columns under which waves cannot be told apart by date.

    Raises
    ------
    ValueError
        See `slope_is_identified`.
    """
    if not slope_is_identified(dates, others):
        got = f"{dates.low.round(2).tolist()} to {dates.high.round(2).tolist()}"
        raise ValueError(
            f"dates must tell waves apart that the other columns do not; got {got}. Narrow them, or leave columns out."
        )
