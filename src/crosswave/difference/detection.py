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
from crosswave.difference.student import student

Bools = npt.NDArray[np.bool_]
Errors = tuple[FloatArray, FloatArray]

_CLOSE = 1e-12


def smallest_change(
    middle: FloatArray,
    n_1: FloatArray,
    n_2: FloatArray,
    error: Errors,
    *,
    alpha: FloatArray,
    power: FloatArray,
    df: FloatArray | float = np.inf,
) -> FloatArray:
    """Return the smallest true rise around a middle that is found with a probability; infinity where none is.

    Parameters
    ----------
    middle : array of float
        The middle of the two shares; all arguments broadcast.
    n_1, n_2 : array of float
        Effective sizes of the lower share, which is the earlier one, and of the higher. For a fall exchange them.
    error : pair of array of float
        Total error of either wave at a share of one half, in proportion units.
    alpha, power : array of float
        Error rate and probability. A power of one half gives the smallest observed rise whose interval excludes 0.
    df : array of float, default infinity
        Degrees of freedom from which the total error was estimated.

    Notes
    -----
    The root of `limit_when_missed` in the distance of the two shares (`around`).
    """
    m, *given = np.broadcast_arrays(middle, n_1, n_2, *error, alpha, power, df)

    def limit(change: FloatArray, m: FloatArray, *at: FloatArray) -> FloatArray:
        low, high = around(m, change)
        return limit_when_missed(low, high, (at[0], at[1]), (at[2], at[3]), alpha=at[4], power=at[5], df=at[6])

    none, all_of_it = np.zeros_like(m), np.ones_like(m)
    always, never = limit(none, m, *given) >= 0, limit(all_of_it, m, *given) < 0
    # Where there is no root, the ends do not differ in sign: they are set aside.
    root = elementwise.find_root(limit, (none, all_of_it), args=(m, *given), tolerances={"xatol": _CLOSE}).x
    return np.where(never, np.inf, np.where(always, 0.0, root))


def around(middle: FloatArray, change: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return two shares as far apart as `change`, their middle as near to `middle` as the scale allows.

    Examples
    --------
    >>> [round(float(share), 3) for share in around(np.array(0.05), np.array(0.2))]
    [0.0, 0.2]
    """
    low = np.clip(middle - change / 2, 0, 1 - change)
    return low, np.minimum(low + change, 1)


def limit_when_missed(
    low: FloatArray,
    high: FloatArray,
    sizes: Errors,
    error: Errors,
    *,
    alpha: FloatArray,
    power: FloatArray,
    df: FloatArray | float = np.inf,
) -> FloatArray:
    """Return the lower limit of the difference at the largest result that is missed with probability ``1 - power``.

    Notes
    -----
    The result lies ``q`` below the true difference: z standard errors of sampling and t of the total error, added in
    quadrature, t being Student's quantile where that error is estimated. The likeliest such result moves each share
    towards the other by its part of ``q^2``.
    """
    scale = _scale((low + high) / 2)
    errors = (error[0] * scale, error[1] * scale)
    z, t = ndtri(power), student(ndtri(power), df)
    part_1, part_2 = (z**2 * _variance(p, n) + (t * e) ** 2 for p, n, e in zip((low, high), sizes, errors, strict=True))
    q = np.sqrt(part_1 + part_2)
    per_part = np.divide(np.sign(z), q, out=np.zeros(np.broadcast_shapes(q.shape, np.shape(z))), where=q > 0)
    seen = np.clip(low + part_1 * per_part, 0, 1), np.clip(high - part_2 * per_part, 0, 1)
    arms = Arms(seen[0], sizes[0], seen[1], sizes[1], np.hypot(*errors), np.zeros_like(q), np.asarray(df))
    return np.asarray(seen[1] - seen[0] - arms.length(-ndtri(alpha / 2)))


def margin_of_equals(
    share: FloatArray,
    n_1: FloatArray,
    n_2: FloatArray,
    error: Errors,
    *,
    alpha: FloatArray,
    df: FloatArray | float = np.inf,
) -> FloatArray:
    """Return the margin that two waves with exactly this share would just fail to pass."""
    extra, z = np.hypot(*error) * _scale(share), -ndtri(alpha)
    arms = Arms(share, n_1, share, n_2, extra, np.zeros_like(share), np.asarray(df))
    return np.asarray(np.maximum(arms.length(z), arms.reversed().length(z)))


def informative(
    middle: FloatArray,
    n_1: FloatArray,
    n_2: FloatArray,
    error: Errors,
    *,
    alpha: FloatArray,
    power: FloatArray,
    margin: FloatArray,
    limit: FloatArray,
    df: FloatArray | float = np.inf,
) -> Bools:
    """Return whether a comparison could show either outcome, as `reach.Reach` says.

    Notes
    -----
    Nothing here is a difference that was observed: it may decide which comparisons are counted together.
    """
    attainable = margin_of_equals(middle, n_1, n_2, error, alpha=alpha, df=df) < margin
    low, high = around(middle, limit)
    ways = (((n_1, n_2), error), ((n_2, n_1), (error[1], error[0])))
    up, down = (limit_when_missed(low, high, n, t, alpha=alpha, power=power, df=df) >= 0 for n, t in ways)
    return np.asarray(attainable | up | down)


def _scale(share: FloatArray) -> FloatArray:
    """What a total error at one half is multiplied by at another share: it is constant on the logit scale."""
    return 4 * share * (1 - share)


def _variance(share: FloatArray, n: FloatArray) -> FloatArray:
    return np.maximum(share * (1 - share), 0.0) / n
