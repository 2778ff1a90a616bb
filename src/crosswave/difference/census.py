"""A census asks everybody: what print leaves open of those who answered, and what silence leaves open of the others."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from crosswave.arguments import checked, checked_shares
from crosswave.difference.bounds import manski, manski_difference
from crosswave.difference.estimate import Interval
from crosswave.printed.intervals import RationalInterval, Shares

_EVERY_SHARE: Shares = RationalInterval(Fraction(0), Fraction(1))


@dataclass(frozen=True, slots=True)
class CensusWave:
    """What print allows of one wave of a census or of returns that everybody must make.

    Attributes
    ----------
    yes, base : pair of int
        Fewest and most who gave the answer; fewest and most who answered the question.
    printed : RationalInterval
        Shares in [0, 1] that the printed figure can mean: they tie a count to its base.
    invited : int or None
        Everybody who was asked, whoever left the question out included; None where nobody says.

    Raises
    ------
    ValueError
        If the numbers are not in order, or no count on any base is printed so.
    """

    yes: tuple[int, int]
    base: tuple[int, int]
    printed: Shares = _EVERY_SHARE
    invited: int | None = None

    def __post_init__(self) -> None:
        """Refuse a wave that cannot be."""
        most = self.base[1] if self.invited is None else self.invited
        if not (0 <= self.yes[0] <= self.yes[1] and 1 <= self.base[0] <= self.base[1] <= most):
            raise ValueError(
                "a wave needs 0 <= yes[0] <= yes[1] and 1 <= base[0] <= base[1] <= invited; "
                f"got yes {self.yes}, base {self.base}, invited {self.invited}. Check the order of the numbers."
            )
        if not self._counts()[0].size:
            raise ValueError(
                f"a whole count must print the figure on a base; got none for yes {self.yes} of base {self.base}. "
                "Pass the counts and bases of one figure."
            )

    def _counts(self) -> tuple[npt.NDArray[np.int64], ...]:
        """Fewest and most yes on each base that allows any, and these bases."""
        bases = np.arange(self.base[0], self.base[1] + 1)
        fewest = np.maximum(self.printed.fewest(bases), self.yes[0])
        most = np.minimum(np.minimum(self.printed.most(bases), self.yes[1]), bases)
        return fewest[fewest <= most], most[fewest <= most], bases[fewest <= most]

    @property
    def shares(self) -> Interval:
        """The least and the greatest share among those who answered."""
        fewest, most, bases = self._counts()
        return Interval(float((fewest / bases).min()), float((most / bases).max()))

    def shares_among(self, people: int) -> Interval:
        """Return worst-case bounds of the share among so many people, of whom those who answered are part."""
        fewest, most, bases = self._counts()
        ends = (fewest, int(fewest.argmin())), (most, int((bases - most).argmin()))  # fewest known yes, fewest known no
        low, high = (manski(int(yes[at]), int(yes[at]), answered=int(bases[at]), asked=people) for yes, at in ends)
        return low.hull(high)


@dataclass(frozen=True, slots=True)
class NeededGap:
    """Share of those who did not answer, less that of those who did, that makes a true change of nothing.

    In the first or the second wave alone, the silent of the other being like those who answered; the same in `both`,
    where only a change of the response rate gives it any weight; or of one size and `opposite` signs, that of the first
    wave: no two gaps that are both smaller will do. Proportions; None where no share in [0, 1] will do.
    """

    first: float | None
    second: float | None
    both: float | None
    opposite: float | None


def needed_gap(share_1: float, share_2: float, *, response_rates: tuple[float, float]) -> NeededGap:
    """Return how far those who did not answer must differ from those who did for nothing to have changed.

    Parameters
    ----------
    share_1, share_2 : float
        Shares in [0, 1] of those who answered the earlier and the later wave.
    response_rates : pair of float
        Of each wave, in (0, 1]: those who answered of those invited.

    Raises
    ------
    ValueError
        If a number is outside its range.

    Notes
    -----
    With response rates r, gaps g and ``d = p2 - p1`` the change among all is ``d + (1 - r2) g2 - (1 - r1) g1``. It is
    0 for ``g1 = d / (1 - r1)`` or ``g2 = -d / (1 - r2)`` alone, for a gap ``d / (r2 - r1)`` in both waves, and for
    ``g1 = -g2 = d / (2 - r1 - r2)``. A gap that stays the same does nothing where response rates are equal.

    References
    ----------
    Bias of non-response: Groves (2006), doi:10.1093/poq/nfl033.

    Examples
    --------
    50, then 60 %, and half of those invited answered each time: the silent of the second wave would have to be at 40 %.

    >>> gap = needed_gap(0.5, 0.6, response_rates=(0.5, 0.5))
    >>> f"{gap.first:.1f} {gap.second:.1f} {gap.opposite:.1f}", gap.both
    ('0.2 -0.2 0.1', None)
    """
    p1, p2 = (float(checked_shares(name, p)) for name, p in (("share_1", share_1), ("share_2", share_2)))
    advice = "Divide those who answered by those invited."
    rates = checked("response_rates", response_rates, "in (0, 1]", lambda r: (r > 0) & (r <= 1), advice)
    silent_1, silent_2 = (1 - rates).tolist()
    change = p2 - p1
    return NeededGap(
        _gap(change, silent_1, (p1, 1)),
        _gap(change, -silent_2, (p2, 1)),
        _gap(change, silent_1 - silent_2, (p1, 1), (p2, 1)),
        _gap(change, silent_1 + silent_2, (p1, 1), (p2, -1)),
    )


def _gap(change: float, weight: float, *moved: tuple[float, int]) -> float | None:
    """The gap that has a weight in the change, if it leaves each share that it moves, up or down, in [0, 1]."""
    if change == 0 or weight == 0:
        return 0.0 if change == 0 else None
    gap = change / weight
    return gap if all(0 <= share + sign * gap <= 1 for share, sign in moved) else None


@dataclass(frozen=True, slots=True)
class CensusChange:
    """The change between two waves of a census, later minus earlier share, in [-1, 1].

    `counted` is exact among those who answered: rounding and unknown bases are all that is open. `invited` is among
    everybody, whatever the silent think; None, as the gap is, where a number invited is not known. The gap is taken at
    the counts nearest to no change and with the fewest answers.
    """

    counted: Interval
    invited: Interval | None
    gap: NeededGap | None


def census_change(first: CensusWave, second: CensusWave) -> CensusChange:
    """Return what two waves of a census say of a change: nothing is sampled, so that no interval is one of sampling.

    Parameters
    ----------
    first, second : CensusWave
        The earlier and the later wave.

    Notes
    -----
    The ends are the least and the greatest difference of two feasible shares: a count of a base, both whole, whose
    share is printed so. Among everybody invited every silent person may have said yes, or no. That the shares differ
    is a fact about those who answered; why they differ, and whether they would again, it does not say.

    References
    ----------
    Manski (1989), doi:10.2307/145818.

    Examples
    --------
    40 of the 80 who answered of 100 invited, then 54 of 90:

    >>> found = census_change(CensusWave((40, 40), (80, 80), invited=100), CensusWave((54, 54), (90, 90), invited=100))
    >>> [f"{end:.3f}" for end in (found.counted.low, found.invited.low, found.invited.high, found.gap.opposite)]
    ['0.100', '-0.060', '0.240', '0.333']
    """
    counted = manski_difference(first.shares, second.shares)
    if first.invited is None or second.invited is None:
        return CensusChange(counted, None, None)
    invited = manski_difference(first.shares_among(first.invited), second.shares_among(second.invited))
    rates = (first.base[0] / first.invited, second.base[0] / second.invited)
    gap = needed_gap(*_nearest(first.shares, second.shares), response_rates=rates)
    return CensusChange(counted, invited, gap)


def _nearest(one: Interval, two: Interval) -> tuple[float, float]:
    """Of two ranges of shares the two shares that are nearest to one another."""
    if one.high < two.low:
        return one.high, two.low
    return (one.low, two.high) if two.high < one.low else (max(one.low, two.low),) * 2


def finite_population(n: int, population: int) -> float:
    """Return the variance of a share of a sample without replacement over that of as many independent answers.

    Parameters
    ----------
    n : int
        How many answered, from 1 to `population`.
    population : int
        From how many they were drawn.

    Notes
    -----
    ``(N - n) / (N - 1)``: a design effect below 1, and 0 where everybody answered. It assumes that those who answered
    are a random sample of all: it does nothing against non-response.

    References
    ----------
    Isserlis (1918), doi:10.2307/2340569, equation 1.

    Examples
    --------
    >>> finite_population(50, 99), finite_population(100, 100)
    (0.5, 0.0)
    """
    return (population - n) / max(population - 1, 1)
