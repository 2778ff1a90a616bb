"""Which changes are found: the same questions as `power`, asked of many comparisons at once.

Nothing is checked here: `power` and `reach` do that.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.optimize import elementwise
from scipy.special import ndtri

from crosswave.arguments import FloatArray
from crosswave.difference.arms import Arms

Bools = npt.NDArray[np.bool_]
Errors = tuple[FloatArray, FloatArray]

_CLOSE = 1e-12


def smallest_rise(
    share: FloatArray, n_1: FloatArray, n_2: FloatArray, error: Errors, *, alpha: FloatArray, power: FloatArray
) -> FloatArray:
    """Return the smallest true rise that is found with a probability; infinity where even a rise to 1 is not.

    Parameters
    ----------
    share, n_1, n_2 : array of float
        Earlier share and effective sizes; all arguments broadcast.
    error : pair of array of float
        Total error of either wave, in proportion units.
    alpha, power : array of float
        Error rate and probability. A power of one half gives the smallest observed rise whose interval excludes 0.

    Notes
    -----
    The root of `limit_when_missed` in the later share, which rises and is not positive where the two are equal.
    """
    p, *given = np.broadcast_arrays(share, n_1, n_2, *error, alpha, power)

    def limit(later: FloatArray, *at: FloatArray) -> FloatArray:
        return limit_when_missed(at[0], later, (at[1], at[2]), (at[3], at[4]), alpha=at[5], power=at[6])

    top, always = np.ones_like(p), limit(p, p, *given) >= 0
    never = limit(top, p, *given) < 0
    # Where there is no root, the ends do not differ in sign: they are set aside.
    root = elementwise.find_root(limit, (p, top), args=(p, *given), tolerances={"xatol": _CLOSE}).x
    return np.where(never, np.inf, np.where(always, 0.0, root - p))


def limit_when_missed(
    share: FloatArray,
    later: FloatArray,
    sizes: Errors,
    error: Errors,
    *,
    alpha: FloatArray,
    power: FloatArray,
) -> FloatArray:
    """Return the lower limit of the difference at the largest result that is missed with probability ``1 - power``.

    Parameters
    ----------
    share, later : array of float
        True shares.
    sizes, error : pair of array of float
        Effective sizes and total errors of the two waves.
    alpha, power : array of float
        As for `smallest_rise`.

    Notes
    -----
    The result lies ``z_power`` standard errors below the true difference; the likeliest such result moves each share
    towards the other by its part of the variance.
    """
    v_1, v_2 = (_variance(p, n) + t**2 for p, n, t in zip((share, later), sizes, error, strict=True))
    v = v_1 + v_2
    per_se = np.divide(
        ndtri(power), np.sqrt(v), out=np.zeros(np.broadcast_shapes(v.shape, np.shape(power))), where=v > 0
    )
    seen = np.clip(share + v_1 * per_se, 0, 1), np.clip(later - v_2 * per_se, 0, 1)
    arms = Arms(seen[0], sizes[0], seen[1], sizes[1], np.hypot(*error), np.zeros_like(v))
    return np.asarray(seen[1] - seen[0] - arms.length(-ndtri(alpha / 2)))


def margin_of_equals(
    share: FloatArray, n_1: FloatArray, n_2: FloatArray, error: Errors, *, alpha: FloatArray
) -> FloatArray:
    """Return the margin that two waves with exactly this share would just fail to pass.

    Parameters
    ----------
    share, n_1, n_2, error, alpha
        As for `smallest_rise`.
    """
    arms, z = Arms(share, n_1, share, n_2, np.hypot(*error), np.zeros_like(share)), -ndtri(alpha)
    return np.asarray(np.maximum(arms.length(z), arms.reversed().length(z)))


def informative(
    share: FloatArray,
    n_1: FloatArray,
    n_2: FloatArray,
    error: Errors,
    *,
    alpha: FloatArray,
    power: FloatArray,
    margin: FloatArray,
    limit: FloatArray,
) -> Bools:
    """Return whether a comparison could show either outcome, as `reach.Reach` says.

    Parameters
    ----------
    share, n_1, n_2, error, alpha, power
        As for `smallest_rise`.
    margin, limit : array of float
        Smallest change that matters; the change that must be found with `power`, upwards or downwards.

    Notes
    -----
    The smallest rise is the root of a rising function, so that it lies below the limit is seen from the sign there.
    """
    attainable = margin_of_equals(share, n_1, n_2, error, alpha=alpha) < margin
    found = [
        limit_when_missed(p, np.minimum(p + limit, 1.0), (n_1, n_2), error, alpha=alpha, power=power) >= 0
        for p in (share, 1 - share)
    ]
    return np.asarray(attainable | found[0] | found[1])


def _variance(share: FloatArray, n: FloatArray) -> FloatArray:
    return np.maximum(share * (1 - share), 0.0) / n
