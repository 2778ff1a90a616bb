"""The interval and the tests of a difference by several methods in use, each with a total error added."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import elementwise
from scipy.special import ndtr, ndtri

from crosswave.arguments import FloatArray
from crosswave.arms import arms_of
from crosswave.newcombe import limits_of, two_sided_p

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
    low, high = limits_of(arms, alpha)
    z = -ndtri(alpha)
    small = (waves.difference - arms.length(z) > -margin) & (waves.difference + arms.reversed().length(z) < margin)
    return Result(low, high, two_sided_p(arms), small)


def _centred(method: str) -> Callable[[Shares, FloatArray, FloatArray], Result]:
    """A method of statsmodels that adds and subtracts z standard errors; the total error is added to their square."""

    def analyse(waves: Shares, alpha: FloatArray, margin: FloatArray) -> Result:
        from statsmodels.stats.proportion import confint_proportions_2indep  # takes a second to import

        yes = waves.share_2 * waves.n_2, waves.share_1 * waves.n_1
        ends = confint_proportions_2indep(
            yes[0], waves.n_2, yes[1], waves.n_1, method=method, compare="diff", alpha=0.05
        )
        centre, sampling = (ends[0] + ends[1]) / 2, (ends[1] - ends[0]) / 2 / -ndtri(0.025)
        error = np.hypot(sampling, waves.extra)
        z, half, half_one = _ratio(centre, error), -ndtri(alpha / 2) * error, -ndtri(alpha) * error
        low, high = np.clip(centre - half, -1, 1), np.clip(centre + half, -1, 1)
        return Result(low, high, 2 * ndtr(-np.abs(z)), np.abs(centre) + half_one < margin)

    return analyse


def _miettinen_nurminen(waves: Shares, alpha: FloatArray, margin: FloatArray) -> Result:
    """The score test of each difference, with the total error added to its variance; limits where it just fails."""
    turned = Shares(waves.share_2, waves.n_2, waves.share_1, waves.n_1, waves.extra)
    z = -ndtri(alpha)
    small = (_score(waves, -margin) > z) & (_score(waves, margin) < -z)
    p = 2 * ndtr(-np.abs(_score(waves, np.zeros_like(margin))))
    return Result(-_score_limit(turned, alpha), _score_limit(waves, alpha), p, small)


def _score(waves: Shares, null: FloatArray) -> FloatArray:
    """Standard errors from a difference, the error being that of the shares likeliest under it."""
    return _ratio(waves.difference - null, _score_error(waves, null))


def _score_error(waves: Shares, null: FloatArray) -> FloatArray:
    p_1 = _restricted(waves, null)
    p_2 = np.clip(p_1 + null, 0, 1)
    n = waves.n_1 + waves.n_2
    sampling = (p_1 * (1 - p_1) / waves.n_1 + p_2 * (1 - p_2) / waves.n_2) * n / (n - 1)
    return np.asarray(np.sqrt(sampling + waves.extra**2))


def _restricted(waves: Shares, null: FloatArray) -> FloatArray:
    """Likeliest earlier share if the later one is `null` higher: the root of a cubic, as in `score_interval`."""
    n_1, n_2, d = waves.n_1, waves.n_2, null
    x_1, n = waves.share_1 * n_1, n_1 + n_2
    x = x_1 + waves.share_2 * n_2
    b, c, e = (n_2 + 2 * n_1) * d / n - 1 - x / n, (n_1 * d - n - 2 * x_1) * d / n + x / n, x_1 * d * (1 - d) / n
    q = b**3 / 27 - b * c / 6 + e / 2
    r = np.copysign(np.sqrt(np.maximum(b**2 / 9 - c / 3, 0)), q)
    cosine = np.divide(q, r**3, out=np.ones_like(r), where=r != 0)
    angle = (np.pi + np.arccos(np.clip(cosine, -1, 1))) / 3
    return np.asarray(np.clip(2 * r * np.cos(angle) - b / 3, np.maximum(0, -d), np.minimum(1, 1 - d)))


def _score_limit(waves: Shares, alpha: FloatArray) -> FloatArray:
    """Upper limit: the difference that the observed one lies z score errors below; 1 where there is none."""
    parts = (waves.share_1, waves.n_1, waves.share_2, waves.n_2, waves.extra, -ndtri(alpha / 2))

    def excess(d: FloatArray, *given: FloatArray) -> FloatArray:
        here = Shares(*given[:-1])
        return d - here.difference - given[-1] * _score_error(here, d)

    wide = np.broadcast_arrays(*parts)
    # At the observed difference itself the error may be exactly 0 (both shares 0): start just above.
    start = np.minimum(wide[2] - wide[0] + 1e-9, 1.0)
    found = elementwise.find_root(excess, (start, 1.0), args=tuple(wide), tolerances={"xatol": 1e-12})
    return np.where(found.success, found.x, 1.0)


def _ratio(above: FloatArray, below: FloatArray) -> FloatArray:
    """Quotient; 0 of nothing is no standard error at all, more than 0 is infinitely many."""
    wide = np.broadcast_arrays(above, below)
    certain = np.where(wide[0] == 0, 0.0, np.copysign(np.inf, wide[0]))
    return np.asarray(np.divide(wide[0], wide[1], out=certain, where=wide[1] > 0))


METHODS: Mapping[str, Callable[[Shares, FloatArray, FloatArray], Result]] = {
    "newcombe": _newcombe,
    "miettinen-nurminen": _miettinen_nurminen,
    "agresti-caffo": _centred("agresti-caffo"),
    "wald": _centred("wald"),
}
