"""Student's quantile where a normal one is at hand: what an estimated standard deviation asks for."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr, stdtrit

from crosswave.arguments import FloatArray

# No difference of two shares needs more standard errors; an infinite one could not be multiplied by an error of 0, and
# far out in the tail the quantile is no number at all.
_MOST = 1e12


def student(z: npt.ArrayLike, df: npt.ArrayLike) -> FloatArray:
    """Return the quantile of Student's t at the probability at which the normal quantile is `z`.

    Parameters
    ----------
    z : array_like
        Normal quantiles.
    df : array_like
        Degrees of freedom, positive; infinite where the standard deviation is known, and then `z` itself is returned.

    Examples
    --------
    >>> [round(float(t), 3) for t in student(1.959964, [5, 10, float("inf")])]
    [2.571, 2.228, 1.96]
    """
    at, freedom = np.broadcast_arrays(np.asarray(z, dtype=np.float64), np.asarray(df, dtype=np.float64))
    found, few = at.copy(), np.isfinite(freedom)
    if few.any():
        tail = np.abs(stdtrit(freedom[few], ndtr(-np.abs(at[few]))))
        found[few] = np.copysign(np.fmin(tail, _MOST), at[few])
    return found
