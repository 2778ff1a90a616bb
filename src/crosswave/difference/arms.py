"""The arms of an interval for a difference of two shares: how long they are, and where they reach a given length."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from crosswave.arguments import Z_MAX, FloatArray, checked, checked_shares, checked_sizes
from crosswave.difference.estimate import wilson_arm
from crosswave.difference.roots import root_between
from crosswave.difference.student import student

NO_ERROR: tuple[float, float] = (0.0, 0.0)
TotalError = tuple[npt.ArrayLike, npt.ArrayLike]


@dataclass(frozen=True, slots=True)
class Arms:
    """What the arm of a difference that faces a null hypothesis is made of: arrays that broadcast.

    The upper limit is taken of the share `lower` on its effective size, the lower limit of the share `upper`. `extra`
    is the standard deviation beyond sampling of the difference, estimated on `df` degrees of freedom, which are
    infinite where it is known; `correlation` is that of the two estimates, in [-1, 1].
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
        one, two = wilson_arm(1 - self.lower, self.n_lower, at), wilson_arm(self.upper, self.n_upper, at)
        # Correlations near 1 cancel two arms of one length: rounding must not make that negative.
        sampling = np.maximum(one**2 + two**2 - 2 * self.correlation * one * two, 0)
        return np.asarray(np.sqrt(sampling + (student(at, self.df) * self.extra) ** 2))

    def reaching(self, gap: npt.ArrayLike) -> FloatArray:
        """Return the standard errors at which the arm is as long as `gap`; infinity beyond `Z_MAX`."""
        far = np.asarray(gap, dtype=np.float64)
        found = root_between(lambda z: self.length(z) - far, 0.0, Z_MAX)
        return np.where(far <= 0, 0.0, np.where(np.isnan(found), np.inf, found))


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
