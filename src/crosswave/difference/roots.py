"""Where a function passes 0, for whole arrays at once: faster than scipy.optimize, which takes long to import."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from crosswave.arguments import FloatArray

_MOST_STEPS = 200


def root_between(
    excess: Callable[[FloatArray], FloatArray], low: npt.ArrayLike, high: npt.ArrayLike, tolerance: float = 1e-13
) -> FloatArray:
    """Return where a function is 0 between two ends at which its signs differ; NaN where they do not.

    Inverse quadratic interpolation where that is safe, else the middle: Chandrupatla (1997),
    doi:10.1016/S0965-9978(96)00051-8.

    Examples
    --------
    >>> root_between(lambda x: x**2 - np.array([2.0, 9.0, -1.0]), 0.0, 5.0)
    array([1.41421356, 3.        ,        nan])
    """
    a, b = np.asarray(low, dtype=np.float64), np.asarray(high, dtype=np.float64)
    a, b, f_a, f_b = np.broadcast_arrays(a, b, excess(a), excess(b))
    never, part = ~(f_a * f_b <= 0), np.full(a.shape, 0.5)
    found, done = np.full(a.shape, np.nan), never
    with np.errstate(all="ignore"):
        for _ in range(_MOST_STEPS):
            x = a + part * (b - a)
            f_x = excess(x)
            same = np.sign(f_x) == np.sign(f_a)
            c, f_c = np.where(same, a, b), np.where(same, f_a, f_b)
            a, f_a, b, f_b = x, f_x, np.where(same, b, a), np.where(same, f_b, f_a)
            best = np.where(np.abs(f_a) < np.abs(f_b), a, b)
            least = np.minimum(tolerance * (1 + np.abs(best)) / np.abs(b - a), 1)
            found[...] = np.where(done, found, best)  # what is done stays, so that no neighbour alters it
            done = done | (least == 1) | (f_a == 0)
            if done.all():
                break
            xi, phi = (a - b) / (c - b), (f_a - f_b) / (f_c - f_b)
            bent = f_a / (f_b - f_a) * f_c / (f_b - f_c) + (c - a) / (b - a) * f_a / (f_c - f_a) * f_b / (f_c - f_b)
            safe = (phi**2 < xi) & ((1 - phi) ** 2 < 1 - xi)
            part = np.clip(np.where(safe, bent, 0.5), least / 2, 1 - least / 2)
    return found
