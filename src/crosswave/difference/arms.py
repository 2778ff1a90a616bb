"""The arms of an interval for a difference of two shares: how long they are, and where they reach a given length."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np
import numpy.typing as npt

from crosswave.arguments import Z_MAX, FloatArray, checked, checked_shares, checked_sizes
from crosswave.difference.student import student, student_slope

NO_ERROR: tuple[float, float] = (0.0, 0.0)
TotalError = tuple[npt.ArrayLike, npt.ArrayLike]


@dataclass(frozen=True, slots=True)
class Arms:
    """What the arm of a difference that faces a null hypothesis is made of: arrays that broadcast.

    Attributes
    ----------
    lower, n_lower : numpy.ndarray
        Share and effective size whose upper limit is taken.
    upper, n_upper : numpy.ndarray
        Share and effective size whose lower limit is taken.
    extra : numpy.ndarray
        Standard deviation beyond sampling of the difference.
    correlation : numpy.ndarray
        Of the two estimates, in [-1, 1].
    df : numpy.ndarray
        Degrees of freedom from which `extra` was estimated, positive; infinite where it is known.
    """

    lower: FloatArray
    n_lower: FloatArray
    upper: FloatArray
    n_upper: FloatArray
    extra: FloatArray
    correlation: FloatArray
    df: FloatArray

    def reversed(self) -> Arms:
        """Return the arm on the other side: shares replaced by their complements."""
        return replace(self, lower=1 - self.lower, upper=1 - self.upper)

    def length(self, z: npt.ArrayLike) -> FloatArray:
        """Return the distance from the difference to its limit at `z` standard errors."""
        at = np.asarray(z, dtype=np.float64)
        (one, _), (two, _) = self._wilson_arms(at)
        return self._combined(one, two, student(at, self.df))

    def reaching(self, gap: npt.ArrayLike) -> FloatArray:
        """Return the standard errors at which the arm is as long as `gap`."""
        parts = [getattr(self, field.name) for field in fields(self)]
        wide = np.broadcast_arrays(*parts, np.asarray(gap, dtype=np.float64))
        found, flat = np.empty(wide[0].size), [part.ravel() for part in wide]
        for first in range(0, found.size, _BLOCK):
            block = slice(first, first + _BLOCK)
            found[block] = _reaching(Arms(*(part[block] for part in flat[:-1])), flat[-1][block])
        return found.reshape(wide[0].shape)

    def _length_and_slope(self, z: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Length of the arm at z, and its derivative in z."""
        (one, root_one), (two, root_two) = self._wilson_arms(z)
        slope_one = _wilson_slope(1 - self.lower - one, self.n_lower, root_one)
        slope_two = _wilson_slope(self.upper - two, self.n_upper, root_two)
        t, r = student(z, self.df), self.correlation
        length, beyond = self._combined(one, two, t), self.extra**2 * t * student_slope(z, t, self.df)
        rise = one * slope_one + two * slope_two - r * (one * slope_two + two * slope_one) + beyond
        return length, np.divide(rise, length, out=np.zeros_like(length), where=length > 0)

    def _wilson_arms(self, z: FloatArray) -> tuple[tuple[FloatArray, FloatArray], tuple[FloatArray, FloatArray]]:
        return _wilson_arm(1 - self.lower, self.n_lower, z), _wilson_arm(self.upper, self.n_upper, z)

    def _combined(self, one: FloatArray, two: FloatArray, t: FloatArray) -> FloatArray:
        # Correlations near 1 cancel two arms of one length: rounding must not make that negative.
        sampling = np.maximum(one**2 + two**2 - 2 * self.correlation * one * two, 0)
        return np.asarray(np.sqrt(sampling + (t * self.extra) ** 2))

    def __getitem__(self, rows: npt.NDArray[np.bool_] | npt.NDArray[np.intp]) -> Arms:
        """Return some of the rows of arms that have one shape."""
        return Arms(*(getattr(self, field.name)[rows] for field in fields(self)))


# Rows that are worked on together: few enough for a processor's cache, many enough to hide the interpreter.
_BLOCK = 8192
_STEPS = 200
_CLOSE = 1e-13


def _reaching(arms: Arms, gap: FloatArray) -> FloatArray:
    """Newton's method between two ends that always hold the root, halved wherever a step would leave them."""
    found = np.where(arms.length(Z_MAX) < gap, np.inf, 0.0)
    todo = np.flatnonzero((gap > 0) & (found == 0))
    arms, gap = arms[todo], gap[todo]
    low, high = np.zeros(todo.size), np.full(todo.size, Z_MAX)
    z = np.clip(gap / np.maximum(arms._length_and_slope(np.ones(todo.size))[0], 1e-300), 0, Z_MAX)
    for _ in range(_STEPS):
        length, slope = arms._length_and_slope(z)
        low, high = np.where(length < gap, z, low), np.where(length < gap, high, z)
        step = np.divide(length - gap, slope, out=np.full(z.shape, np.inf), where=slope > 0)
        after = np.where((z - step >= low) & (z - step <= high), z - step, (low + high) / 2)
        found[todo] = after
        going = (np.abs(after - z) > _CLOSE * np.maximum(1, z)) & (length != gap)
        if not going.any():
            break
        todo, z, gap, low, high, arms = todo[going], after[going], gap[going], low[going], high[going], arms[going]
    return found


def _wilson_arm(share: FloatArray, n: FloatArray, z: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Distance from a share down to Wilson's lower limit at z, and the root in its formula.

    Written without the difference of near-equal numbers that the usual formula has for shares near 0.
    """
    per_n, apart = 1 / n, 0.5 - share
    spread, lean = share * (1 - share) * per_n, apart * z * per_n
    root = np.sqrt(spread + (z * per_n / 2) ** 2)
    total = root + np.abs(lean)
    small = np.divide(spread, total, out=np.zeros_like(total), where=total > 0)
    return z * np.where(apart > 0, small, total / (1 + z**2 * per_n)), root


def _wilson_slope(limit: FloatArray, n: FloatArray, root: FloatArray) -> FloatArray:
    """Derivative of the arm in z, from the quadratic equation that defines its limit: ``l (1 - l) / (n root)``."""
    rise = limit * (1 - limit) / n
    return np.divide(rise, root, out=np.zeros_like(rise), where=root > 0)


def arms_of(
    share_1: npt.ArrayLike,
    n_1: npt.ArrayLike,
    share_2: npt.ArrayLike,
    n_2: npt.ArrayLike,
    *,
    total_error: TotalError = NO_ERROR,
    correlation: npt.ArrayLike = 0.0,
    df: npt.ArrayLike = np.inf,
) -> Arms:
    """Return the arm from ``share_2 - share_1`` down to its lower limit; its `reversed` goes up.

    Parameters
    ----------
    share_1, share_2 : array_like
        Shares in [0, 1] of the earlier and the later wave; all arguments broadcast.
    n_1, n_2 : array_like
        Effective sample sizes, positive; infinity is allowed.
    total_error : pair of array_like, default (0, 0)
        Standard deviations beyond sampling, in proportion units.
    correlation : array_like, default 0
        Of the two estimates, in [-1, 1]; not 0 where some answered in both waves, see `shared_correlation`.
    df : array_like, default infinity
        Degrees of freedom from which the total error was estimated; infinite where it is declared.

    Raises
    ------
    ValueError
        If an argument is outside its range.
    """
    advice = "Pass standard deviations as proportions: 0.03 for 3 points."
    t1, t2 = (checked("total_error", t, "zero or more", lambda a: a >= 0, advice) for t in total_error)
    p1, p2 = checked_shares("share_1", share_1), checked_shares("share_2", share_2)
    rule = "in [-1, 1]"
    r = checked("correlation", correlation, rule, lambda a: np.abs(a) <= 1, "Pass 0 for independent waves.")
    v = checked("df", df, "above 0", lambda a: a > 0, "Pass infinity where the total error is known.")
    return Arms(p1, checked_sizes("n_1", n_1), p2, checked_sizes("n_2", n_2), np.hypot(t1, t2), r, v)


def signed_z(arms: Arms, null: npt.ArrayLike) -> FloatArray:
    """Return the standard errors at which the limit that faces a null hypothesis touches it, with the gap's sign."""
    gap = arms.upper - arms.lower - np.asarray(null, dtype=np.float64)
    below, other = gap < 0, arms.reversed()
    lower, upper = np.where(below, other.lower, arms.lower), np.where(below, other.upper, arms.upper)
    return np.asarray(np.sign(gap) * replace(arms, lower=lower, upper=upper).reaching(np.abs(gap)))
