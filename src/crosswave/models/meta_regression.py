"""Random-effects meta-regression of logit shares on fieldwork dates that are known as intervals."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.optimize import linprog
from scipy.special import stdtr, stdtrit

from crosswave.arguments import FloatArray, checked, checked_alpha
from crosswave.models.heterogeneity import Effects, RandomEffects, fitted, random_effects

# How far a date is moved in search of an extreme, as a part of its interval: each until less than _GAIN is gained.
_STEPS = (1, 1 / 2, 1 / 8, 1 / 32, 1 / 128, 1 / 512)
_GAIN = 1e-8
_FEWEST_WAVES = 2
_FEWEST_DF = 2


@dataclass(frozen=True, slots=True)
class Dates:
    """When k waves were in the field: earliest and latest date of each, decimal years, both included."""

    low: FloatArray
    high: FloatArray

    @property
    def middle(self) -> FloatArray:
        """The middle of each interval."""
        return (self.low + self.high) / 2

    @property
    def centre(self) -> float:
        """The mean of the middles: the date at which the intercept stands."""
        return float(self.middle.mean())


def dates_between(low: npt.ArrayLike, high: npt.ArrayLike) -> Dates:
    """Return date intervals as floats."""
    ends = {"low": low, "high": high}
    advice = "Leave out undated waves."
    first, last = (checked(name, end, "a finite decimal year", np.isfinite, advice) for name, end in ends.items())
    if first.shape != last.shape or (first > last).any():
        raise ValueError(
            f"low must be one date for each of high and not after it; got {first.tolist()} and {last.tolist()}. "
            "Exchange the ends."
        )
    return Dates(first, last)


def slope_is_identified(dates: Dates, others: FloatArray | None = None) -> bool:
    """Return whether no dates inside the intervals can be a combination of a constant and other columns (k, q).

    A linear programme looks for a g with low <= (1, others) g <= high.
    """
    k, columns = len(dates.low), np.ones((len(dates.low), 1))
    columns = columns if others is None else np.column_stack([columns, others])
    inside = linprog(
        np.zeros(columns.shape[1]),
        A_ub=np.vstack([columns, -columns]),
        b_ub=np.concatenate([dates.high, -dates.low]) - dates.centre * np.repeat([1, -1], k),
        bounds=(None, None),
    )
    return not inside.success


def date_design(moments: FloatArray, centre: float, others: FloatArray | None = None) -> FloatArray:
    """Return the design (k, 2 + q): a constant, the date less a centre, and other columns; of dates (m, k) one each."""
    columns = np.stack([np.ones_like(moments), moments - centre], axis=-1)
    return columns if others is None else np.concatenate([columns, others], axis=-1)


def meta_regression(
    effects: Effects, dates: Dates, others: FloatArray | None = None, *, alpha: float = 0.05
) -> RandomEffects:
    """Return the meta-regression of logit shares on the middles of date intervals.

    Parameters
    ----------
    effects : Effects, of k waves
    dates : Dates, of the same waves
    others : array of float, shape (k, q), optional, other columns of the design
    alpha : float, error rate in (0, 1)

    Raises
    ------
    ValueError
        As `crosswave.models.heterogeneity.random_effects`; also if dates may be a combination of the other columns.

    Notes
    -----
    Restricted maximum likelihood with ad hoc Knapp-Hartung intervals. Coefficient 0 is the logit share at
    `Dates.centre` with other columns at 0, coefficient 1 its change per year.
    """
    if not slope_is_identified(dates, others):
        got = f"{dates.low.round(2).tolist()} to {dates.high.round(2).tolist()}"
        raise ValueError(
            f"dates must tell waves apart that the other columns do not; got {got}. Narrow them, or leave columns out."
        )
    return random_effects(effects, date_design(dates.middle, dates.centre, others), alpha=alpha)


@dataclass(frozen=True, slots=True)
class SlopeRange:
    """What uncertain dates or counts make of a slope, in logits per year.

    Least and greatest estimate; the hull of all intervals; least and greatest p of "no slope", the greatest 1 where
    estimates of both signs occur.
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


def slope_over_dates(effects: Effects, dates: Dates, *, alpha: float = 0.05) -> SlopeRange:
    """Return the range of a meta-regression's slope, interval and p over every date inside the intervals.

    Parameters
    ----------
    effects : Effects, of k waves
    dates : Dates
        Of the same waves, identified (`slope_is_identified`).
    alpha : float, error rate in (0, 1)

    Notes
    -----
    At given dates everything, tau2 too, is estimated anew. A slope is linear in a date over something quadratic in it,
    so that its extremes need not lie at corners of the box of all dates (they miss ends of intervals by up to 1 %). For
    each end the middle is tried and every corner at which the waves up to some wave are all early and the others all
    late, or the reverse; from the best of them single dates are moved both ways by ever smaller parts of their
    intervals, the best move first. That no point of a grid lies beyond the result is tested, not proved.

    References
    ----------
    Hooke and Jeeves (1961), doi:10.1145/321062.321069.
    """
    df = len(effects.values) - 2
    quantile = float(stdtrit(df, 1 - float(checked_alpha(alpha)) / 2))

    def ends(moments: FloatArray) -> FloatArray:
        _, coefficients, covariances = fitted(effects, date_design(moments, dates.centre))
        slope, error = coefficients[:, 1], np.sqrt(covariances[:, 1, 1])
        square = (slope / error) ** 2
        return np.stack([-slope, slope, quantile * error - slope, quantile * error + slope, -square, square])

    place = np.argsort(np.argsort(dates.middle, kind="stable"))
    early = place < np.arange(len(place) + 1)[:, None]
    starts = np.concatenate(
        [dates.middle[None], np.where(early, dates.low, dates.high), np.where(early, dates.high, dates.low)]
    )
    found = _highest(ends, dates, starts[ends(starts).argmax(axis=1)]) * [-1, 1, -1, 1, -1, 1]
    slope_low, slope_high, low, high = found[:4].tolist()
    p_high, p_low = (2 * stdtr(df, -np.sqrt(np.maximum(found[4:], 0)))).tolist()
    return SlopeRange(slope_low, slope_high, low, high, p_low, 1.0 if slope_low <= 0 <= slope_high else p_high)


def _highest(ends: Callable[[FloatArray], FloatArray], dates: Dates, at: FloatArray) -> FloatArray:
    """The highest value of each of six ends (of m points (m, k): shape (6, m)) that moves of single dates find."""
    each = np.arange(len(at))
    best, width = ends(at)[each, each], np.diag(dates.high - dates.low)[dates.low < dates.high]
    for step in _STEPS if len(width) else ():
        gained = np.ones(len(at), dtype=bool)
        while gained.any():
            tried = np.clip(at[:, None] + step * np.concatenate([width, -width]), dates.low, dates.high)
            found = ends(tried.reshape(-1, at.shape[1])).reshape(len(at), len(at), -1)[each, each]
            place = found.argmax(axis=1)
            gained = found[each, place] > best + _GAIN
            at = np.where(gained[:, None], tried[each, place], at)
            best = np.where(gained, found[each, place], best)
    return best


@dataclass(frozen=True, slots=True)
class Term:
    """A term that a design may hold: a 0/1 column for each level but the first, or why it is not identified."""

    name: str
    columns: FloatArray
    reason: str | None

    @property
    def identified(self) -> bool:
        """Whether the design can hold it."""
        return self.reason is None


def _question_forms(table: pd.DataFrame) -> pd.Series:
    """The form of the question of each wave: one more for each change up to its date."""
    moments = (table["date_low"] + table["date_high"]) / 2
    starts = moments[table["question_changed"].astype(bool)].to_numpy()
    return pd.Series([f"question form {1 + int((starts <= moment).sum())}" for moment in moments], index=table.index)


TERMS: Mapping[str, Callable[[pd.DataFrame], pd.Series]] = {
    "break": _question_forms,
    "house": lambda table: table["house"],
    "wording": lambda table: table["wording"],
}
"""Level of each wave by term, in the order in which terms are admitted: a changed question is a known fault of a line,
a house a suspected one, a wording grade a reader's judgement."""


def identified_terms(table: pd.DataFrame) -> tuple[Term, ...]:
    """Return every term with its columns, or with the reason why the design does not identify it.

    Parameters
    ----------
    table : DataFrame
        Columns date_low, date_high (decimal years), house, wording (str or missing), question_changed (true for the
        first wave of a new form of the question).

    Notes
    -----
    A term is admitted if it has two or more levels, each recorded and each on two waves or more; if its columns and
    those of the terms before it have full rank; if no dates inside the intervals are a combination of all of them
    (`slope_is_identified`); and if two degrees of freedom are left, one for the difference between surveys and one for
    its error.
    """
    dates = dates_between(table["date_low"], table["date_high"])
    admitted, found = np.empty((len(table), 0)), []
    for name, levels_of in TERMS.items():
        levels = levels_of(table)
        columns = pd.get_dummies(levels, drop_first=True).to_numpy(dtype=np.float64)
        reason = _not_enough(levels) or _not_apart(np.column_stack([admitted, columns]), dates)
        found.append(Term(name, np.empty((len(table), 0)) if reason else columns, reason))
        admitted = admitted if reason else np.column_stack([admitted, columns])
    return tuple(found)


def _not_enough(levels: pd.Series) -> str | None:
    if levels.isna().any():
        return f"it is not recorded for {int(levels.isna().sum())} of {len(levels)} surveys"
    waves = levels.value_counts()
    if len(waves) < 2:
        return f"every survey has the same: {waves.index[0]}"
    lonely = sorted(map(str, waves.index[waves < _FEWEST_WAVES]))
    return f"only one survey has {', only one '.join(lonely)}" if lonely else None


def _not_apart(columns: FloatArray, dates: Dates) -> str | None:
    if np.linalg.matrix_rank(np.column_stack([np.ones(len(columns)), columns])) <= columns.shape[1]:
        return "its levels are a combination of the terms before it"
    if not slope_is_identified(dates, columns):
        return "it cannot be told from the date: within each level the surveys may have been in the field at once"
    left = len(columns) - 2 - columns.shape[1]
    return None if left >= _FEWEST_DF else f"it would leave {max(left, 0)} degrees of freedom; {_FEWEST_DF} are needed"
