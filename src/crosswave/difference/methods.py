"""The interval and the tests of a difference by several methods in use, each with a total error added."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr, ndtri

from crosswave.arguments import FloatArray
from crosswave.difference.arms import arms_of
from crosswave.difference.newcombe import limits_of, tests_passed, two_sided_p
from crosswave.difference.roots import root_between

Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Shares:
    """Two shares, their effective sizes and the total error of their difference: arrays that broadcast."""

    share_1: FloatArray
    n_1: FloatArray
    share_2: FloatArray
    n_2: FloatArray
    extra: FloatArray

    @property
    def difference(self) -> FloatArray:
        """Later minus earlier."""
        return self.share_2 - self.share_1

    def reversed(self) -> Shares:
        """Return the two waves exchanged."""
        return Shares(self.share_2, self.n_2, self.share_1, self.n_1, self.extra)


@dataclass(frozen=True, slots=True)
class Result:
    """What a method says: limits at 1 - alpha, p of "no difference", and whether the margin is ruled out at alpha."""

    low: FloatArray
    high: FloatArray
    p_value: FloatArray
    small: Bools


def _newcombe(waves: Shares, alpha: FloatArray, margin: FloatArray) -> Result:
    """The interval that verdicts use."""
    arms = arms_of(waves.share_1, waves.n_1, waves.share_2, waves.n_2, total_error=(waves.extra, 0.0))
    return Result(*limits_of(arms, alpha), two_sided_p(arms), tests_passed(arms, margin, alpha)[2])


def _centred(method: str) -> Method:
    """A method of statsmodels that adds and subtracts z standard errors; the total error is added to their square."""

    def analyse(waves: Shares, alpha: FloatArray, margin: FloatArray) -> Result:
        from statsmodels.stats.proportion import confint_proportions_2indep  # takes a second to import

        yes = waves.share_2 * waves.n_2, waves.share_1 * waves.n_1
        ends = confint_proportions_2indep(
            yes[0], waves.n_2, yes[1], waves.n_1, method=method, compare="diff", alpha=0.05
        )
        centre, sampling = (ends[0] + ends[1]) / 2, (ends[1] - ends[0]) / 2 / -ndtri(0.025)
        error = np.hypot(sampling, waves.extra)
        z, half, half_one = ratio(centre, error), -ndtri(alpha / 2) * error, -ndtri(alpha) * error
        low, high = np.clip(centre - half, -1, 1), np.clip(centre + half, -1, 1)
        return Result(low, high, 2 * ndtr(-np.abs(z)), np.abs(centre) + half_one < margin)

    return analyse


def _miettinen_nurminen(waves: Shares, alpha: FloatArray, margin: FloatArray) -> Result:
    """The score test of each difference, with the total error added to its variance; limits where it just fails."""
    z = -ndtri(alpha)
    small = (score_z(waves, -margin) > z) & (score_z(waves, margin) < -z)
    p = 2 * ndtr(-np.abs(score_z(waves, np.zeros_like(margin))))
    return Result(*score_limits(waves, alpha), p, small)


Method = Callable[[Shares, FloatArray, FloatArray], Result]

METHODS: Mapping[str, Method] = {
    "newcombe": _newcombe,
    "miettinen-nurminen": _miettinen_nurminen,
    "agresti-caffo": _centred("agresti-caffo"),
    "wald": _centred("wald"),
}
"""How the difference of two shares is analysed, by name."""


# --- the score interval -----------------------------------------------------------------------------------------------


def score_limits(waves: Shares, alpha: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the limits of Miettinen and Nurminen's score interval, with a total error added to the variance.

    Parameters
    ----------
    waves : Shares
        Two shares with their sizes and total error.
    alpha : array of float
        Error rates in (0, 1).

    Notes
    -----
    The differences d with ``(observed - d)^2 <= z^2 V(d) N / (N - 1)``, V being the variance at the maximum
    likelihood shares that differ by d. statsmodels 0.15.0 gets this interval wrong (its issue 10269). The lower limit
    is the upper one of the waves exchanged, with the sign changed.

    References
    ----------
    Miettinen and Nurminen (1985), doi:10.1002/sim.4780040211; restricted shares: Farrington and Manning (1990),
    doi:10.1002/sim.4780091208.

    Examples
    --------
    7/34 against 1/34, Fagerland, Lydersen and Laake (2015), doi:10.1177/0962280211415469:

    >>> waves = Shares(*(np.asarray(x) for x in (1 / 34, 34.0, 7 / 34, 34.0, 0.0)))
    >>> [f"{limit:.6f}" for limit in score_limits(waves, np.asarray(0.05))]
    ['0.027042', '0.345291']
    """
    return -_upper(waves.reversed(), alpha), _upper(waves, alpha)


def score_z(waves: Shares, null: FloatArray) -> FloatArray:
    """Return how many standard errors the observed difference lies above a supposed one, in [-1, 1].

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
    observed, z = waves.difference, -ndtri(alpha / 2)
    # At the observed difference itself the error may be exactly 0 (both shares 0): start just above.
    start = np.minimum(observed + 1e-9, 1.0)
    found = root_between(lambda d: d - observed - z * _error(waves, d), start, 1.0)
    return np.where(np.isnan(found), 1.0, found)


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
