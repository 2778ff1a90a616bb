"""The score interval of a difference of two shares: an independent check on the interval that verdicts use."""

from __future__ import annotations

import numpy as np
from scipy.optimize import elementwise
from scipy.special import ndtri

from crosswave.arguments import FloatArray, checked_alpha
from crosswave.difference.estimate import Interval
from crosswave.difference.shares import Shares


def miettinen_nurminen(x_1: int, n_1: int, x_2: int, n_2: int, alpha: float = 0.05) -> Interval:
    """Return the Miettinen-Nurminen score interval of ``x_2 / n_2 - x_1 / n_1``, a check on `newcombe`.

    Parameters
    ----------
    x_1, n_1, x_2, n_2 : int
        Counts and bases, ``0 <= x <= n``, n at least 1.
    alpha : float, default 0.05
        Error rate in (0, 1).

    Raises
    ------
    ValueError
        If a count is outside its base or alpha outside its range.

    Notes
    -----
    The differences d with ``(observed - d)^2 <= z^2 V(d) N / (N - 1)``, V being the variance at the maximum
    likelihood shares that differ by d. statsmodels 0.15.0 gets this interval wrong (its issue 10269).

    References
    ----------
    Miettinen and Nurminen (1985), doi:10.1002/sim.4780040211; restricted shares: Farrington and Manning (1990),
    doi:10.1002/sim.4780091208.

    Examples
    --------
    7/34 against 1/34, Fagerland, Lydersen and Laake (2015), doi:10.1177/0962280211415469:

    >>> i = miettinen_nurminen(1, 34, 7, 34)
    >>> f"{i.low:.6f} {i.high:.6f}"
    '0.027042 0.345291'
    """
    for name, x, n in (("x_1", x_1, n_1), ("x_2", x_2, n_2)):
        if not 0 <= x <= n or n < 1:
            raise ValueError(f"{name} must lie between 0 and its base; got {x} of {n}. Check the order of arguments.")
    counted = (np.asarray(number, dtype=np.float64) for number in (x_1 / n_1, n_1, x_2 / n_2, n_2, 0))
    low, high = score_limits(Shares(*counted), checked_alpha(alpha))
    return Interval(float(low), float(high))


def score_limits(waves: Shares, alpha: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the limits of `miettinen_nurminen` for arrays of waves, with a total error added to the variance.

    Parameters
    ----------
    waves : Shares
        Two shares with their sizes and total error.
    alpha : array of float
        Error rates in (0, 1).

    Notes
    -----
    The lower limit is the upper one of the waves exchanged, with the sign changed.
    """
    return -_upper(waves.reversed(), alpha), _upper(waves, alpha)


def score_z(waves: Shares, null: FloatArray) -> FloatArray:
    """Return how many standard errors the observed difference lies above a supposed one.

    Parameters
    ----------
    waves : Shares
        Two shares with their sizes and total error.
    null : array of float
        Supposed differences, in [-1, 1].

    Notes
    -----
    The error is that of the shares likeliest under the supposed difference, and 0 of no error at all is 0.
    """
    return ratio(waves.difference - null, _error(waves, null))


def ratio(above: FloatArray, below: FloatArray) -> FloatArray:
    """Return a quotient; 0 of nothing is no standard error at all, more than 0 is infinitely many."""
    wide = np.broadcast_arrays(above, below)
    certain = np.where(wide[0] == 0, 0.0, np.copysign(np.inf, wide[0]))
    return np.asarray(np.divide(wide[0], wide[1], out=certain, where=wide[1] > 0))


def _upper(waves: Shares, alpha: FloatArray) -> FloatArray:
    """The difference that the observed one lies z score errors below; 1 where there is none."""
    parts = (waves.share_1, waves.n_1, waves.share_2, waves.n_2, waves.extra, -ndtri(alpha / 2))

    def excess(d: FloatArray, *given: FloatArray) -> FloatArray:
        here = Shares(*given[:-1])
        return d - here.difference - given[-1] * _error(here, d)

    wide = np.broadcast_arrays(*parts)
    # At the observed difference itself the error may be exactly 0 (both shares 0): start just above.
    start = np.minimum(wide[2] - wide[0] + 1e-9, 1.0)
    found = elementwise.find_root(excess, (start, 1.0), args=tuple(wide), tolerances={"xatol": 1e-12})
    return np.where(found.success, found.x, 1.0)


def _error(waves: Shares, null: FloatArray) -> FloatArray:
    p_1 = _restricted(waves, null)
    p_2 = np.clip(p_1 + null, 0, 1)
    n = waves.n_1 + waves.n_2
    sampling = (p_1 * (1 - p_1) / waves.n_1 + p_2 * (1 - p_2) / waves.n_2) * n / (n - 1)
    return np.asarray(np.sqrt(sampling + waves.extra**2))


def _restricted(waves: Shares, null: FloatArray) -> FloatArray:
    """Likeliest earlier share if the later one is `null` higher: the admissible root of a cubic."""
    n_1, n_2, d = waves.n_1, waves.n_2, null
    x_1, n = waves.share_1 * n_1, n_1 + n_2
    x = x_1 + waves.share_2 * n_2
    b, c, e = (n_2 + 2 * n_1) * d / n - 1 - x / n, (n_1 * d - n - 2 * x_1) * d / n + x / n, x_1 * d * (1 - d) / n
    q = b**3 / 27 - b * c / 6 + e / 2
    r = np.copysign(np.sqrt(np.maximum(b**2 / 9 - c / 3, 0)), q)
    cosine = np.divide(q, r**3, out=np.ones_like(r), where=r != 0)
    angle = (np.pi + np.arccos(np.clip(cosine, -1, 1))) / 3
    return np.asarray(np.clip(2 * r * np.cos(angle) - b / 3, np.maximum(0, -d), np.minimum(1, 1 - d)))
