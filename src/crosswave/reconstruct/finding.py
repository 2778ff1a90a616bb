"""What the print of one figure admits, and the levels that say how well it is supported."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from crosswave.printed.intervals import RationalInterval, Shares
from crosswave.reconstruct.weighting import Weighted

LEVELS: Mapping[str, str] = {
    "recomputed": "computed again from microdata",
    "consistent": "whole counts exist that print every figure of the survey, under the assumptions named",
    "bounded": "an interval only: n, the base or the figure itself is not printed as a number",
    "sources-disagree": "print gives two values of one quantity",
    "conflicting": "no whole counts print these figures together",
    "not-solved": "whether whole counts print the survey was not found out with the work that is allowed for one",
    "unquantified": "no share is printed",
}


@dataclass(frozen=True, slots=True)
class FindingCounts:
    """What the print of one figure admits.

    Parameters
    ----------
    finding_id : str
        survey.question.answer.
    level : str
        One of `LEVELS`.
    share_low, share_high : Fraction or None
        The shares for which the printed text can stand; None where it is no share.
    count_low, count_high, base_low, base_high : int or None
        Feasible whole numbers; None where n or the base is unknown or the figure is in conflict.
    bases : tuple of int
        Every feasible base where they are few; holes are real.
    values : tuple of int
        Every feasible count where they are few; holes are real.
    verbal : bool
        Whether words stand where a number could.
    power : float or None
        Share of the values with the same decimals that could not have been printed beside all other figures: what
        this figure could have failed. Zero means that nothing could have failed. None where there are no counts, or so
        many values that they were not counted.
    power_alone : float or None
        The same by the size of its base only; never more than `power`.
    reason : str
        Why it has this level, in words.
    share_high_open : bool, default False
        Whether `share_high` itself is left out, as where digits are cut off.
    weighted : Weighted or None, default None
        What a weighted figure rests on; there are no counts then.
    """

    finding_id: str
    level: str
    share_low: Fraction | None
    share_high: Fraction | None
    count_low: int | None
    count_high: int | None
    base_low: int | None
    base_high: int | None
    bases: tuple[int, ...]
    values: tuple[int, ...]
    verbal: bool
    power: float | None
    power_alone: float | None
    reason: str
    share_high_open: bool = False
    weighted: Weighted | None = None

    @property
    def ends(self) -> Shares:
        """The ends of the shares for which the printed text can stand: from none to all where it is no share."""
        high = Fraction(1) if self.share_high is None else self.share_high
        return RationalInterval(self.share_low or Fraction(0), high, self.share_high_open)

    @property
    def typical(self) -> Fraction:
        """A share that counts can have: the nearest to the printed figure, on the middle one of the feasible bases.

        Where no counts are known it is the figure itself.
        """
        printed, base = self.printed, self._middle_base
        counts = self._counts_on(base, self.ends) if base else ()
        return Fraction(self._nearest(printed * base, counts[0], counts[-1]), base) if counts else printed

    @property
    def printed(self) -> Fraction:
        """The figure itself: the middle of what print can stand for, but 0 for a printed 0 % and 1 for 100 %."""
        low, high = self.share_low or Fraction(0), self.share_high or Fraction(0)
        if self.verbal or low == high:
            return (low + high) / 2
        return Fraction(0) if low == 0 else Fraction(1) if high == 1 else (low + high) / 2

    @property
    def _middle_base(self) -> int:
        return self.bases[len(self.bases) // 2] if self.bases else self.base_low or 0

    def _nearest(self, to: Fraction, low: int, high: int) -> int:
        """The feasible count from one to another that is nearest to a number."""
        listed = [count for count in self.values if low <= count <= high]
        return min(listed, key=lambda count: abs(count - to)) if listed else min(max(round(to), low), high)

    def pairs(self) -> tuple[list[int], list[int]]:
        """Return the lowest and the highest count on each base that the figure admits, as counts and bases.

        Where bases are too many to be listed, or other figures tie a count to its base, this is more than can have
        printed the survey, and never less.
        """
        if self.base_low is None or self.base_high is None:
            return [], []
        sizes, ends = self.bases or range(self.base_low, self.base_high + 1), self.ends
        found = [(count, base) for base in sizes for count in self._counts_on(base, ends)]
        return [count for count, _ in found], [base for _, base in found]

    def _counts_on(self, base: int, ends: Shares) -> tuple[int, ...]:
        low, high = max(ends.fewest(base), self.count_low or 0), min(ends.most(base), self.count_high or 0)
        return () if low > high else (low, high) if high > low else (low,)
