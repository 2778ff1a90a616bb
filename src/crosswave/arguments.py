"""What may be passed to a statistic: shares, sizes and error rates, each fault said with its way out."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]

# Beyond this many standard errors the normal tail is no longer a double that can be inverted accurately.
Z_MAX = 37.0


def checked(
    name: str, values: npt.ArrayLike, rule: str, holds: Callable[[FloatArray], npt.NDArray[np.bool_]], advice: str
) -> FloatArray:
    """Return `values` as a float array; `ValueError` names the argument, the rule, what breaks it and the way out."""
    array = np.asarray(values, dtype=np.float64)
    wrong = array[~holds(array)]
    if wrong.size:
        raise ValueError(f"{name} must be {rule}; got {wrong.flat[0]:g}. {advice}")
    return array


def checked_shares(name: str, values: npt.ArrayLike) -> FloatArray:
    """Return `values` as proportions in [0, 1], none of them missing."""
    return checked(name, values, "in [0, 1]", lambda a: (a >= 0) & (a <= 1), "Divide a percentage by 100.")


def checked_sizes(name: str, values: npt.ArrayLike) -> FloatArray:
    """Return `values` as positive, possibly fractional or infinite, sample sizes, none of them missing."""
    return checked(name, values, "positive", lambda a: a > 0, "A share of nobody has no interval: leave it out.")


def checked_alpha(values: npt.ArrayLike) -> FloatArray:
    """Return `values` as error rates strictly between 0 and 1."""
    rule = "strictly between 0 and 1"
    return checked("alpha", values, rule, lambda a: (a > 0) & (a < 1), "Pass 0.05 for a 95 % interval.")
