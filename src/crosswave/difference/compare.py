"""Whether two waves differ: interval, p-value and equivalence of one comparison in one record.

A difference is always the later wave minus the earlier one. Beside this module, `newcombe` has interval and
tests, `arms` what the interval is made of, and `total_error` the error beyond sampling.
"""

from __future__ import annotations

from dataclasses import dataclass

from crosswave.difference.arms import NO_ERROR
from crosswave.difference.estimate import Interval
from crosswave.difference.newcombe import newcombe, p_value, tost_p


@dataclass(frozen=True, slots=True)
class Contrast:
    """Difference of one share between two waves.

    Attributes
    ----------
    share_1, n_1, share_2, n_2 : float
        Shares in [0, 1] and effective sizes of the earlier and the later wave.
    equivalence_p : float
        p of "the difference is at least as large as the margin".
    """

    share_1: float
    n_1: float
    share_2: float
    n_2: float
    difference: float
    low: float
    high: float
    p_value: float
    equivalence_p: float
    alpha: float
    margin: float
    total_error: tuple[float, float]

    @property
    def interval(self) -> Interval:
        """The interval at 1 - alpha."""
        return Interval(self.low, self.high)

    @property
    def differs(self) -> bool:
        """Whether the interval excludes 0."""
        return self.p_value < self.alpha

    @property
    def equivalent(self) -> bool:
        """Whether a difference as large as the margin is ruled out."""
        return self.equivalence_p < self.alpha


def compare_shares(
    first: tuple[float, float],
    second: tuple[float, float],
    *,
    alpha: float,
    margin: float,
    total_error: tuple[float, float] = NO_ERROR,
    correlation: float = 0.0,
) -> Contrast:
    """Return interval, p-value and equivalence p-value of the later share minus the earlier one.

    Parameters
    ----------
    first, second : tuple of float
        (share in [0, 1], effective sample size) of the earlier and the later wave.
    alpha : float
        Error rate in (0, 1).
    margin : float
        Smallest difference that matters, a proportion in (0, 1).
    total_error : tuple of float, default (0, 0)
        Standard deviations beyond sampling of the two waves, see `pair_error`.
    correlation : float, default 0
        Of the two estimates, see `newcombe`.

    Raises
    ------
    ValueError
        If an argument is outside its range.

    Examples
    --------
    >>> c = compare_shares((0.40, 1000), (0.46, 800), alpha=0.05, margin=0.05)
    >>> c.differs, c.equivalent
    (True, False)
    """
    waves = (*first, *second)
    low, high = newcombe(*waves, alpha=alpha, total_error=total_error, correlation=correlation)
    p = p_value(*waves, total_error=total_error, correlation=correlation)
    tost = tost_p(*waves, margin=margin, total_error=total_error, correlation=correlation)
    difference = second[0] - first[0]
    return Contrast(*waves, difference, float(low), float(high), float(p), float(tost), alpha, margin, total_error)
