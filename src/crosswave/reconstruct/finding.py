"""What the print of one figure admits, and the levels that say how well it is supported."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from crosswave.printed.ends import Ends

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

    @property
    def ends(self) -> Ends:
        """The ends of the shares for which the printed text can stand: from none to all where it is no share."""
        high = Fraction(1) if self.share_high is None else self.share_high
        return Ends(self.share_low or Fraction(0), high, self.share_high_open)

    def pairs(self) -> tuple[list[int], list[int]]:
        """Return the lowest and the highest count on each base that the figure admits, as counts and bases.

        Where bases are too many to be listed, or other figures tie a count to its base, this is more than can have
        printed the survey, and never less.

        Returns
        -------
        tuple of list of int
            Two lists of equal length; empty where there are no counts.
        """
        if self.base_low is None or self.base_high is None:
            return [], []
        sizes, ends = self.bases or range(self.base_low, self.base_high + 1), self.ends
        found = [(count, base) for base in sizes for count in self._counts_on(base, ends)]
        return [count for count, _ in found], [base for _, base in found]

    def _counts_on(self, base: int, ends: Ends) -> tuple[int, ...]:
        low, high = max(ends.fewest(base), self.count_low or 0), min(ends.most(base), self.count_high or 0)
        return () if low > high else (low, high) if high > low else (low,)
