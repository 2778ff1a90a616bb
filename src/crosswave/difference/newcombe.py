"""One interval for the difference of two shares, and the p-values that invert that same interval.

A difference is always the later wave minus the earlier one. Functions take arrays, because robustness is computed over
thousands of feasible counts at once.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr, ndtri

from crosswave.arguments import FloatArray, checked, checked_alpha
from crosswave.difference.arms import NO_ERROR, Arms, TotalError, arms_of, signed_z


def newcombe(
    share_1: npt.ArrayLike,
    n_1: npt.ArrayLike,
    share_2: npt.ArrayLike,
    n_2: npt.ArrayLike,
    *,
    alpha: npt.ArrayLike,
    total_error: TotalError = NO_ERROR,
    correlation: npt.ArrayLike = 0.0,
    df: npt.ArrayLike = np.inf,
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
    correlation : array_like, default 0
        Correlation r of the two estimates, in [-1, 1]; not 0 where some answered in both waves, see
        `correlation.shared_correlation`.
    df : array_like, default infinity
        Degrees of freedom from which the total error was estimated; infinite where it is declared.

    Raises
    ------
    ValueError
        If an argument is outside its range.

    Notes
    -----
    Newcombe's method 10 with wider arms: ``low = d - sqrt(a2^2 + b1^2 - 2 r a2 b1 + q^2 (t1^2 + t2^2))``, where
    ``a2 = p2 - l2``, ``b1 = u1 - p1``, l and u being Wilson limits; high likewise; cut to [-1, 1]. q is the normal
    quantile z where t is known, and Student's on `df` degrees of freedom where it is estimated. With t = r = 0 it
    is statsmodels' ``confint_proportions_2indep(method="newcomb")``, which cannot be told of either. With r the
    phi coefficient of two answers of the same people it is Newcombe's hybrid score interval for paired data.

    References
    ----------
    Newcombe (1998), doi:10.1002/(SICI)1097-0258(19980430)17:8<873::AID-SIM779>3.0.CO;2-I; paired:
    doi:10.1002/(SICI)1097-0258(19981130)17:22<2635::AID-SIM954>3.0.CO;2-C.

    Examples
    --------
    >>> low, high = newcombe(48 / 80, 80, 56 / 70, 70, alpha=0.05)
    >>> f"{low:.4f} {high:.4f}"
    '0.0524 0.3339'
    """
    arms = arms_of(share_1, n_1, share_2, n_2, total_error=total_error, correlation=correlation, df=df)
    return limits_of(arms, checked_alpha(alpha))


def p_value(
    share_1: npt.ArrayLike,
    n_1: npt.ArrayLike,
    share_2: npt.ArrayLike,
    n_2: npt.ArrayLike,
    *,
    total_error: TotalError = NO_ERROR,
    correlation: npt.ArrayLike = 0.0,
    df: npt.ArrayLike = np.inf,
) -> FloatArray:
    """Return the two-sided p-value of "no difference", which inverts `newcombe`.

    Parameters
    ----------
    share_1, n_1, share_2, n_2, total_error, correlation, df
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
    return two_sided_p(arms_of(share_1, n_1, share_2, n_2, total_error=total_error, correlation=correlation, df=df))


def tost_p(
    share_1: npt.ArrayLike,
    n_1: npt.ArrayLike,
    share_2: npt.ArrayLike,
    n_2: npt.ArrayLike,
    *,
    margin: npt.ArrayLike,
    total_error: TotalError = NO_ERROR,
    correlation: npt.ArrayLike = 0.0,
    df: npt.ArrayLike = np.inf,
) -> FloatArray:
    """Return the p-value of "the difference is at least `margin` in size", by two one-sided tests.

    Parameters
    ----------
    share_1, n_1, share_2, n_2, total_error, correlation, df
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
    return equivalence_p(
        arms_of(share_1, n_1, share_2, n_2, total_error=total_error, correlation=correlation, df=df), m
    )


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


def limits_of(arms: Arms, alpha: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the limits of `newcombe` from its lower arms, error rates being in (0, 1)."""
    z, difference = -ndtri(alpha / 2), arms.upper - arms.lower
    low, high = difference - arms.length(z), difference + arms.reversed().length(z)
    return np.clip(low, -1, 1), np.clip(high, -1, 1)


def two_sided_p(arms: Arms) -> FloatArray:
    """Return the p-value of `p_value` from lower arms."""
    return np.asarray(2 * ndtr(-np.abs(signed_z(arms, 0.0))))


def equivalence_p(arms: Arms, margin: FloatArray) -> FloatArray:
    """Return the p-value of `tost_p` from lower arms, margins being in (0, 1)."""
    return np.asarray(np.maximum(ndtr(-signed_z(arms, -margin)), ndtr(signed_z(arms, margin))))


def both_p(arms: Arms, margin: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the p-values of `p_value` and `tost_p` from lower arms of shape (rows,), found together."""
    nulls = np.stack([np.zeros_like(margin), -margin, margin])[:, None]
    none, below, above = signed_z(arms, nulls)
    return 2 * ndtr(-np.abs(none)), np.maximum(ndtr(-below), ndtr(above))
