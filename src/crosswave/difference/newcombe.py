"""One interval for the difference of two shares, and the p-values that invert that same interval, for arrays."""

from __future__ import annotations

import numpy as np
from scipy.special import ndtr, ndtri

from crosswave.arguments import FloatArray
from crosswave.difference.arms import Arms, signed_z
from crosswave.difference.verdict import Bools


def limits_of(arms: Arms, alpha: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the limits of ``share_2 - share_1`` as two arrays (low, high).

    Parameters
    ----------
    arms : Arms
        Shares, effective sizes, total error and correlation of the two waves, from `arms.arms_of`.
    alpha : array of float
        Error rates in (0, 1).

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
    >>> from crosswave.difference.arms import arms_of
    >>> low, high = limits_of(arms_of(48 / 80, 80, 56 / 70, 70), np.asarray(0.05))
    >>> f"{low:.4f} {high:.4f}"
    '0.0524 0.3339'
    """
    z, difference = -ndtri(alpha / 2), arms.upper - arms.lower
    low, high = difference - arms.length(z), difference + arms.reversed().length(z)
    return np.clip(low, -1, 1), np.clip(high, -1, 1)


def two_sided_p(arms: Arms) -> FloatArray:
    """Return the p-value of "no difference": the alpha at which a limit of the interval is 0."""
    return np.asarray(2 * ndtr(-np.abs(signed_z(arms, 0.0))))


def tests_passed(arms: Arms, margin: FloatArray, alpha: FloatArray) -> tuple[Bools, Bools, Bools]:
    """Return whether each difference is shown to be a rise, a fall, and smaller than `margin` in size.

    Parameters
    ----------
    arms : Arms
        From `arms.arms_of`.
    margin : array of float, shape ()
        Smallest difference that matters, in (0, 1).
    alpha : array of float, shape ()
        Error rate of all three tests, in (0, 0.5).

    Notes
    -----
    A rise or a fall is shown where the interval at `alpha` lies on one side of 0, a small difference where the
    interval at twice `alpha` lies strictly between -margin and margin (two one-sided tests, Schuirmann 1987,
    doi:10.1007/BF01068419). These are the tests whose p-values `both_p` returns, without the search for a p-value.

    Examples
    --------
    >>> from crosswave.difference.arms import arms_of
    >>> arms = arms_of([0.6, 0.5], [80, 2000], [0.8, 0.5], [70, 2000])
    >>> [passed.tolist() for passed in tests_passed(arms, np.asarray(0.05), np.asarray(0.05))]
    [[True, False], [False, False], [False, True]]
    """
    difference, other = arms.upper - arms.lower, arms.reversed()
    two_sided, one_sided = -ndtri(alpha / 2), -ndtri(alpha)
    rises, falls = difference > arms.length(two_sided), -difference > other.length(two_sided)
    small = (difference + margin > arms.length(one_sided)) & (margin - difference > other.length(one_sided))
    return rises, falls, small


def both_p(arms: Arms, margin: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the p-values of "no difference", and of "the difference is at least `margin` in size".

    Parameters
    ----------
    arms : Arms
        From `arms.arms_of`.
    margin : array of float, shape ()
        Smallest difference that matters, in (0, 1).

    Notes
    -----
    The first is the alpha at which a limit of `limits_of` is 0; 1 where the shares are equal. The second is the larger
    of two one-sided p-values from the same interval: p < a if and only if the interval at alpha = 2 a lies strictly
    between -margin and margin.

    References
    ----------
    Schuirmann (1987), doi:10.1007/BF01068419.

    Examples
    --------
    >>> from crosswave.difference.arms import arms_of
    >>> p, tost = both_p(arms_of([0.6, 0.5], [80, 2000], [0.8, 0.5], [70, 2000]), np.asarray(0.05))
    >>> [f"{x:.4f}" for x in (*p, *tost)]
    ['0.0081', '1.0000', '0.9768', '0.0008']
    """
    nulls = np.stack([np.zeros_like(margin), -margin, margin])
    none, below, above = signed_z(arms, nulls.reshape(3, *[1] * (arms.upper - arms.lower).ndim))
    return 2 * ndtr(-np.abs(none)), np.maximum(ndtr(-below), ndtr(above))
