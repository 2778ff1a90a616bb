"""What one figure says: the interval of a share, over every count that can have printed it.

Every function takes numbers and returns numbers. A share is a proportion in [0, 1]; an effective sample size may be
fractional, because it is a base divided by a design effect, and infinite, because a limit is worth asking for.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

from crosswave.arguments import FloatArray, checked, checked_alpha, checked_shares, checked_sizes


@dataclass(frozen=True, slots=True)
class Interval:
    """A closed interval of real numbers; `ValueError` if `low` exceeds `high`, or either is missing."""

    low: float
    high: float

    def __post_init__(self) -> None:
        """Refuse ends in the wrong order."""
        if not self.low <= self.high:
            raise ValueError(f"low must be at most high; got {self.low:g} and {self.high:g}. Swap the two ends.")

    def hull(self, other: Interval) -> Interval:
        """Smallest interval that covers both."""
        return Interval(min(self.low, other.low), max(self.high, other.high))


@dataclass(frozen=True, slots=True)
class Estimate:
    """A finding as an interval: what print allows, and what sampling adds if it were a random sample.

    `share_low` to `share_high` can have printed the figure; `low` to `high` is the union of the Wilson intervals of all
    those shares; `n_effective` is the smallest feasible base divided by the design effect.
    """

    share_low: float
    share_high: float
    estimate: float
    low: float
    high: float
    n_effective: float
    alpha: float
    design_effect: float

    @property
    def interval(self) -> Interval:
        """The union of the Wilson intervals."""
        return Interval(self.low, self.high)

    @property
    def printed(self) -> Interval:
        """The range of shares that print allows."""
        return Interval(self.share_low, self.share_high)


def wilson(share: npt.ArrayLike, n_effective: npt.ArrayLike, alpha: npt.ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Return the limits of Wilson's score interval, as two arrays (low, high).

    Parameters
    ----------
    share : array_like
        Observed shares in [0, 1].
    n_effective : array_like
        Effective sample sizes, positive; fractions are meant, infinity gives the share itself.
    alpha : array_like
        One minus the confidence level, in (0, 1). The three arguments broadcast.

    Raises
    ------
    ValueError
        If an argument is outside its range.

    Notes
    -----
    The values p with ``|share - p| <= z sqrt(p (1 - p) / n)``, z the upper alpha/2 point of the normal distribution.
    It assumes a simple random sample of the effective size.

    References
    ----------
    Wilson (1927), doi:10.1080/01621459.1927.10502953; effective sizes: Franco, Little, Louis and Slud (2019),
    doi:10.1093/jssam/smy019.

    Examples
    --------
    81 of 263, Newcombe (1998), doi:10.1002/(SICI)1097-0258(19980430)17:8<857::AID-SIM777>3.0.CO;2-E:

    >>> low, high = wilson(81 / 263, 263, 0.05)
    >>> f"{low:.4f} {high:.4f}"
    '0.2553 0.3662'
    """
    z = -NormalDist().inv_cdf(float(checked_alpha(alpha)) / 2)
    return wilson_at(checked_shares("share", share), checked_sizes("n_effective", n_effective), z)


def wilson_at(share: FloatArray, n_effective: FloatArray, z: npt.ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Return the limits of Wilson's interval at `z` standard errors: `wilson` for callers that search over z."""
    at = np.asarray(z, dtype=np.float64)
    low, high = share - wilson_arm(share, n_effective, at), share + wilson_arm(1 - share, n_effective, at)
    return np.maximum(low, 0), np.minimum(high, 1)


def wilson_arm(share: FloatArray, n: FloatArray, z: FloatArray) -> FloatArray:
    """Return the distance from a share down to Wilson's lower limit at z.

    Written without the difference of near-equal numbers that the usual formula has for shares near 0.
    """
    per_n, apart = 1 / n, 0.5 - share
    spread, lean = share * (1 - share) * per_n, apart * z * per_n
    total = np.sqrt(spread + (z * per_n / 2) ** 2) + np.abs(lean)
    small = np.divide(spread, total, out=np.zeros_like(total), where=total > 0)
    return np.asarray(z * np.where(apart > 0, small, total / (1 + z**2 * per_n)))


def estimate_share(
    counts: Sequence[int], bases: Sequence[int], *, alpha: float, design_effect: float = 1.0
) -> Estimate:
    """Return the estimate of a finding from every (count, base) pair that could have printed it.

    Parameters
    ----------
    counts, bases : sequence of int, same length
        Parallel: ``counts[i]`` of ``bases[i]`` is one feasible reading, ``0 <= counts[i] <= bases[i]``.
    alpha : float
        One minus the confidence level, in (0, 1).
    design_effect : float, default 1
        Variance inflation of the sample, positive.

    Raises
    ------
    ValueError
        If there is no pair, lengths differ, a count is not a whole number between 0 and its base, or an option is
        outside its range.

    Notes
    -----
    Union over the pairs of Wilson intervals at n = base / design_effect. Rounding is not averaged over: nothing says
    that one feasible count is likelier than another.

    Examples
    --------
    Of 62 or 60 people who lacked confidence 73 % named skills: 45 of 62 or 44 of 60.

    >>> e = estimate_share([44, 45], [60, 62], alpha=0.05)
    >>> f"{e.estimate:.4f} {e.low:.4f} {e.high:.4f}"
    '0.7296 0.6041 0.8287'
    """
    x, n = _feasible(counts, bases)
    deff = float(checked("design_effect", design_effect, "positive", lambda a: (a > 0) & np.isfinite(a), "Pass 1."))
    shares = x / n
    low, high = wilson(shares, n / deff, alpha)
    first, last = float(shares.min()), float(shares.max())
    middle, smallest_n = (first + last) / 2, float(n.min()) / deff
    return Estimate(first, last, middle, float(low.min()), float(high.max()), smallest_n, alpha, deff)


def estimate_range(share_low: float, share_high: float, n_effective: float, *, alpha: float) -> Estimate:
    """Return the estimate of a share that is known between two ends only, from an effective size.

    Examples
    --------
    44 % of 1,000 weighted answers that are worth 500:

    >>> e = estimate_range(0.435, 0.445, 500, alpha=0.05)
    >>> f"{e.low:.3f} {e.high:.3f}"
    '0.392 0.489'
    """
    ends = checked_shares("share", [share_low, share_high])
    low, high = wilson(ends, n_effective, alpha)
    middle = float(ends.mean())
    return Estimate(float(ends[0]), float(ends[1]), middle, float(low[0]), float(high[1]), n_effective, alpha, 1.0)


def _feasible(counts: Sequence[int], bases: Sequence[int]) -> tuple[FloatArray, FloatArray]:
    x = checked("counts", counts, "whole numbers", _whole, "Pass counts of people, not shares.")
    n = checked("bases", bases, "whole numbers from 1", lambda a: _whole(a) & (a >= 1), "Drop empty bases.")
    if x.ndim != 1 or x.shape != n.shape or not x.size:
        raise ValueError(
            f"counts and bases must be parallel and not empty; got {x.size} and {n.size} values. "
            "Pass one base for each count."
        )
    wrong = np.flatnonzero((x < 0) | (x > n))
    if wrong.size:
        i = wrong[0]
        raise ValueError(
            f"counts must lie between 0 and their base; got {x[i]:g} of {n[i]:g}. Check the order of the arguments."
        )
    return x, n


def _whole(values: FloatArray) -> npt.NDArray[np.bool_]:
    return np.asarray(np.isfinite(values) & (values == np.round(values)))
