"""The interval and the tests of a difference by several methods in use, each with a total error added."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr, ndtri

from crosswave.arguments import FloatArray
from crosswave.difference.arms import arms_of
from crosswave.difference.newcombe import limits_of, two_sided_p
from crosswave.difference.score_interval import ratio, score_limits, score_z
from crosswave.difference.shares import Shares

Bools = npt.NDArray[np.bool_]


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
