"""Whether two or more waves differ: one interval, and the p-values that invert that same interval.

A difference is always the later wave minus the earlier one. Functions of two waves take arrays, because robustness
is computed over thousands of feasible counts at once.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import elementwise
from scipy.stats import norm

from crosswave.arguments import Z_MAX, FloatArray, checked, checked_alpha, checked_shares, checked_sizes
from crosswave.estimate import Interval, wilson_at

NO_ERROR: tuple[float, float] = (0.0, 0.0)
TotalError = tuple[npt.ArrayLike, npt.ArrayLike]


@dataclass(frozen=True, slots=True)
class Contrast:
    """Difference of one share between two waves.

    Attributes
    ----------
    share_1, n_1, share_2, n_2 : float
        Shares in [0, 1] and effective sizes of the earlier and the later wave.
    difference : float
        ``share_2 - share_1``.
    low, high : float
        Interval at 1 - alpha.
    p_value : float
        Two-sided p of "no difference".
    equivalence_p : float
        p of "the difference is at least as large as the margin".
    alpha, margin : float
        As given.
    total_error : tuple of float
        Standard deviations beyond sampling, as proportions.
    """

    share_1: float
    n_1: float
    share_2: float
    n_2: float
    difference: float
    low: float
    high: float
    p_value: float
    equivalence_p: float
    alpha: float
    margin: float
    total_error: tuple[float, float]

    @property
    def interval(self) -> Interval:
        """The interval at 1 - alpha."""
        return Interval(self.low, self.high)

    @property
    def differs(self) -> bool:
        """Whether the interval excludes 0."""
        return self.p_value < self.alpha

    @property
    def equivalent(self) -> bool:
        """Whether a difference as large as the margin is ruled out."""
        return self.equivalence_p < self.alpha


def compare_shares(
    first: tuple[float, float],
    second: tuple[float, float],
    *,
    alpha: float,
    margin: float,
    total_error: tuple[float, float] = NO_ERROR,
) -> Contrast:
    """Return interval, p-value and equivalence p-value of the later share minus the earlier one.

    Parameters
    ----------
    first, second : tuple of float
        (share in [0, 1], effective sample size) of the earlier and the later wave.
    alpha : float
        Error rate in (0, 1).
    margin : float
        Smallest difference that matters, a proportion in (0, 1).
    total_error : tuple of float, default (0, 0)
        Standard deviations beyond sampling of the two waves, see `error_at`.

    Raises
    ------
    ValueError
        If an argument is outside its range.

    Examples
    --------
    >>> c = compare_shares((0.40, 1000), (0.46, 800), alpha=0.05, margin=0.05)
    >>> c.differs, c.equivalent
    (True, False)
    """
    waves = (*first, *second)
    low, high = newcombe(*waves, alpha=alpha, total_error=total_error)
    p = p_value(*waves, total_error=total_error)
    tost = tost_p(*waves, margin=margin, total_error=total_error)
    difference = second[0] - first[0]
    return Contrast(*waves, difference, float(low), float(high), float(p), float(tost), alpha, margin, total_error)


def error_at(points: npt.ArrayLike, share: npt.ArrayLike) -> FloatArray:
    """Return the total error of a wave at a share, as a standard deviation in proportion units.

    Parameters
    ----------
    points : array_like
        The declared standard deviation in percentage points at a share of one half, not negative.
    share : array_like
        Shares in [0, 1].

    Raises
    ------
    ValueError
        If an argument is outside its range.

    Notes
    -----
    The error is constant on the logit scale, ``s = 4 points / 100``, and ``p (1 - p) s`` on the scale of shares
    (delta method). It vanishes at 0 and 1, so where a share is 0 or 1 pass one nearer to the middle.

    Examples
    --------
    >>> [round(float(x), 4) for x in error_at(3, [0.5, 0.9])]
    [0.03, 0.0108]
    """
    t = checked("points", points, "zero or more", lambda a: a >= 0, "Pass a standard deviation.")
    p = checked_shares("share", share)
    return np.asarray(p * (1 - p) * 4 * t / 100)


def newcombe(
    share_1: npt.ArrayLike,
    n_1: npt.ArrayLike,
    share_2: npt.ArrayLike,
    n_2: npt.ArrayLike,
    *,
    alpha: npt.ArrayLike,
    total_error: TotalError = NO_ERROR,
) -> tuple[FloatArray, FloatArray]:
    """Return the limits of ``share_2 - share_1`` as two arrays (low, high).

    Parameters
    ----------
    share_1, share_2 : array_like
        Shares in [0, 1] of the earlier and the later wave.
    n_1, n_2 : array_like
        Effective sample sizes, positive; infinity is allowed.
    alpha : array_like
        Error rate in (0, 1). All arguments broadcast.
    total_error : pair of array_like, default (0, 0)
        Standard deviations (t1, t2) beyond sampling, in proportion units.

    Raises
    ------
    ValueError
        If an argument is outside its range.

    Notes
    -----
    Newcombe's method 10 with wider arms: ``low = d - sqrt((p2 - l2)^2 + (u1 - p1)^2 + z^2 (t1^2 + t2^2))``, high
    likewise, l and u being Wilson limits; cut to [-1, 1]. With t = 0 it is statsmodels'
    ``confint_proportions_2indep(method="newcomb")``, which cannot be told of t. The samples are independent.

    References
    ----------
    Newcombe (1998), doi:10.1002/(SICI)1097-0258(19980430)17:8<873::AID-SIM779>3.0.CO;2-I.

    Examples
    --------
    >>> low, high = newcombe(48 / 80, 80, 56 / 70, 70, alpha=0.05)
    >>> f"{low:.4f} {high:.4f}"
    '0.0524 0.3339'
    """
    p1, n1, p2, n2, t1, t2 = _waves(share_1, n_1, share_2, n_2, total_error)
    z, extra = norm.isf(checked_alpha(alpha) / 2), np.hypot(t1, t2)
    low = p2 - p1 - _arm(z, p1, n1, p2, n2, extra)
    high = p2 - p1 + _arm(z, 1 - p1, n1, 1 - p2, n2, extra)
    return np.clip(low, -1, 1), np.clip(high, -1, 1)


def p_value(
    share_1: npt.ArrayLike,
    n_1: npt.ArrayLike,
    share_2: npt.ArrayLike,
    n_2: npt.ArrayLike,
    *,
    total_error: TotalError = NO_ERROR,
) -> FloatArray:
    """Return the two-sided p-value of "no difference", which inverts `newcombe`.

    Parameters
    ----------
    share_1, n_1, share_2, n_2, total_error
        As for `newcombe`.

    Raises
    ------
    ValueError
        If an argument is outside its range.

    Notes
    -----
    The alpha at which a limit of the interval is 0; 1 where the shares are equal.

    Examples
    --------
    >>> p = p_value(48 / 80, 80, 56 / 70, 70)
    >>> low, high = newcombe(48 / 80, 80, 56 / 70, 70, alpha=p)
    >>> f"{p:.4f} {abs(low):.6f}"
    '0.0081 0.000000'
    """
    z = _signed_z(_waves(share_1, n_1, share_2, n_2, total_error), 0.0)
    return np.asarray(2 * norm.sf(np.abs(z)))


def tost_p(
    share_1: npt.ArrayLike,
    n_1: npt.ArrayLike,
    share_2: npt.ArrayLike,
    n_2: npt.ArrayLike,
    *,
    margin: npt.ArrayLike,
    total_error: TotalError = NO_ERROR,
) -> FloatArray:
    """Return the p-value of "the difference is at least `margin` in size", by two one-sided tests.

    Parameters
    ----------
    share_1, n_1, share_2, n_2, total_error
        As for `newcombe`.
    margin : array_like
        Smallest difference that matters, in (0, 1).

    Raises
    ------
    ValueError
        If an argument is outside its range.

    Notes
    -----
    The larger of two one-sided p-values, each from `newcombe`: p < a if and only if the interval at alpha = 2 a lies
    strictly between -margin and margin.

    References
    ----------
    Schuirmann (1987), doi:10.1007/BF01068419.

    Examples
    --------
    >>> p = tost_p(0.5, 2000, 0.5, 2000, margin=0.05)
    >>> f"{p:.5f}"
    '0.00076'
    """
    m = checked("margin", margin, "strictly between 0 and 1", lambda a: (a > 0) & (a < 1), "Pass 0.05 for 5 points.")
    waves = _waves(share_1, n_1, share_2, n_2, total_error)
    return np.asarray(np.maximum(norm.sf(_signed_z(waves, -m)), norm.cdf(_signed_z(waves, m))))


def equivalent(
    share_1: npt.ArrayLike,
    n_1: npt.ArrayLike,
    share_2: npt.ArrayLike,
    n_2: npt.ArrayLike,
    *,
    margin: npt.ArrayLike,
    alpha: npt.ArrayLike,
    total_error: TotalError = NO_ERROR,
) -> npt.NDArray[np.bool_]:
    """Return whether a difference as large as `margin` is ruled out at `alpha`, as an array of booleans.

    Parameters
    ----------
    share_1, n_1, share_2, n_2, margin, total_error
        As for `tost_p`.
    alpha : array_like
        Error rate of each one-sided test, in (0, 1).

    Raises
    ------
    ValueError
        If an argument is outside its range.

    Examples
    --------
    >>> equivalent(0.5, [235, 2000], 0.5, [235, 2000], margin=0.05, alpha=0.05).tolist()
    [False, True]
    """
    p = tost_p(share_1, n_1, share_2, n_2, margin=margin, total_error=total_error)
    return np.asarray(p < checked_alpha(alpha))


def _waves(
    share_1: npt.ArrayLike, n_1: npt.ArrayLike, share_2: npt.ArrayLike, n_2: npt.ArrayLike, total_error: TotalError
) -> tuple[FloatArray, ...]:
    advice = "Pass standard deviations as proportions: 0.03 for 3 points."
    t1, t2 = (checked("total_error", t, "zero or more", lambda a: a >= 0, advice) for t in total_error)
    p1, p2 = checked_shares("share_1", share_1), checked_shares("share_2", share_2)
    return p1, checked_sizes("n_1", n_1), p2, checked_sizes("n_2", n_2), t1, t2


def _arm(
    z: npt.ArrayLike, p1: FloatArray, n1: FloatArray, p2: FloatArray, n2: FloatArray, extra: FloatArray
) -> FloatArray:
    """Distance from the difference down to its lower limit; pass complements for the upper one."""
    _, high_1 = wilson_at(p1, n1, z)
    low_2, _ = wilson_at(p2, n2, z)
    return np.sqrt((p2 - low_2) ** 2 + (high_1 - p1) ** 2 + (np.asarray(z) * extra) ** 2)


def _signed_z(waves: tuple[FloatArray, ...], null: npt.ArrayLike) -> FloatArray:
    """Standard errors at which the limit that faces `null` touches it: positive where the difference is above."""
    p1, n1, p2, n2, t1, t2 = waves
    gap = p2 - p1 - np.asarray(null, dtype=np.float64)
    below = gap < 0
    lower, upper = np.where(below, 1 - p1, p1), np.where(below, 1 - p2, p2)
    arms = np.broadcast_arrays(lower, n1, upper, n2, np.hypot(t1, t2), np.abs(gap))
    bracket, close = (np.zeros(arms[0].shape), Z_MAX), {"xatol": 1e-13}
    found = elementwise.find_root(lambda z, *a: _arm(z, *a[:5]) - a[5], bracket, args=arms, tolerances=close)
    # No sign change: the arm stays short of the gap at any z that a double can hold.
    z = np.where(gap == 0, 0.0, np.where(found.success, found.x, np.inf))
    return np.asarray(np.sign(gap) * z)
