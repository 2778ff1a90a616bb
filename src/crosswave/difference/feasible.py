"""Printed shares as numbers: every share and every size that can have printed them."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from crosswave.arguments import FloatArray
from crosswave.printed.intervals import Quantity
from crosswave.reconstruct.closed_form import BASES_LISTED, COUNTS_LISTED
from crosswave.reconstruct.finding import FindingCounts
from crosswave.reconstruct.single_figures import N_LARGEST, fitting_sizes

_SIZES_TRIED = 12


@dataclass(frozen=True, slots=True)
class FeasibleShare:
    """One printed share, and the survey's facts that its sampling error depends on.

    `shares` are the lowest and the highest feasible share on each of the feasible `sizes`, both of shape (rows,) and
    empty where the figure cannot be used. Each size is divided by the design effect, below 1 for a census. `reversed`:
    the share is that of everybody who did not give the printed answer. `sampling` is None where nobody says how people
    were chosen.
    """

    counts: FindingCounts
    shares: FloatArray
    sizes: FloatArray
    design_effect: float = 1.0
    reversed: bool = False
    name: str = ""
    sampling: str | None = None

    @property
    def share(self) -> float:
        """The share of a feasible count, that nearest to the printed figure; where no counts are known, the figure."""
        share = self.counts.typical
        return float(1 - share if self.reversed else share)

    @property
    def base(self) -> tuple[int, int] | None:
        """How many people are behind the figure, unweighted; None where print does not bound it."""
        low, high = self.counts.people
        return None if low is None or high is None else (low, high)

    @property
    def size_known(self) -> bool:
        """Whether print bounds the base."""
        return self.base is not None

    @property
    def verbal(self) -> bool:
        """Whether the figure is printed in words."""
        return self.counts.verbal

    def shares_on(self, size: float) -> FloatArray:
        """Return the feasible shares on one size: each count where bases are listed, else the two ends."""
        ends = self.shares[self.sizes == size]
        low, high = float(ends.min()), float(ends.max())
        if not self.counts.bases:
            return np.array([low, high])
        yes = np.arange(round(low * size), round(high * size) + 1)
        printed = size - yes if self.reversed else yes
        listed = np.isin(printed, self.counts.values) if self.counts.values else np.ones(len(yes), dtype=bool)
        # The two ends stay although counts between them may be infeasible: what is looked at may be more, never less.
        listed[[0, -1]] = True
        return np.asarray(yes[listed] / size)


def feasible_ends(
    counts: FindingCounts, *, largest: int, lowest: int = 1, reversed: bool = False
) -> tuple[FloatArray, FloatArray]:
    """Return the lowest and highest share on each feasible size, and these sizes: two arrays of shape (rows,)."""
    if counts.bases:
        yes, sizes = (np.array(ends, dtype=np.float64) for ends in counts.pairs())
        shares = yes / sizes
    else:
        tried = np.unique(np.geomspace(*_bounds(counts, largest, lowest), _SIZES_TRIED).round())
        ends = counts.ends
        shares, sizes = np.tile([float(ends.low), float(ends.high)], len(tried)), np.repeat(tried, 2)
    return 1 - shares if reversed else shares, sizes


def feasible_share(
    printed: Quantity, sizes: tuple[int, int] | None, *, largest: int = N_LARGEST, verbal: bool | None = None
) -> FeasibleShare:
    """Return a printed share of which nothing else is known than how many answered.

    Parameters
    ----------
    printed : Quantity
        Which shares the text can mean.
    sizes : pair of int or None
        The fewest and the most people who can have answered; None where nobody says.
    largest : int
        The largest n that is tried where nobody says.
    verbal : bool, optional
        Whether words are given where a number could be, if the text does not say it.
    """
    fitting = [] if sizes is None else fitting_sizes([printed], range(sizes[0], sizes[1] + 1))
    words = printed.verbal if verbal is None else verbal
    counts = FindingCounts("", "bounded", printed.low, printed.high, verbal=words, share_high_open=printed.high_open)
    if fitting:
        each = [range(printed.fewest(n), printed.most(n) + 1) for n in fitting]
        low, high = each[0][0], each[-1][-1]
        counts = replace(
            counts, level="consistent", count_low=low, count_high=high, base_low=fitting[0], base_high=fitting[-1],
            bases=tuple(fitting) if fitting[-1] - fitting[0] < BASES_LISTED else (),
            values=tuple(sorted(set().union(*each))) if high - low < COUNTS_LISTED else (),
        )  # fmt: skip
    return FeasibleShare(counts, *feasible_ends(counts, largest=largest))


def _bounds(counts: FindingCounts, largest: int, lowest: int) -> tuple[int, int]:
    """The smallest and the largest size that is tried."""
    fewest, most = counts.people
    return fewest or min(max(counts.ends.smallest_base(), lowest), largest), most or largest


@dataclass(frozen=True, slots=True)
class SharePair:
    """Two printed shares that are compared, the earlier first, of surveys related as a tier of the plan says.

    So many answered both: infinitely many where some did and nobody says how many. `phi` is the correlation of the two
    answers among those, None where nobody says.
    """

    first: FeasibleShare
    second: FeasibleShare
    tier: str = "A"
    shared: float = 0.0
    phi: float | None = None

    @property
    def sized(self) -> bool:
        """Whether print says what a comparison needs: both bases, and how the answers of those in both are tied."""
        return self.first.size_known and self.second.size_known and (self.shared == 0 or self.phi is not None)

    @property
    def verbal(self) -> bool:
        """Whether a figure is printed in words."""
        return self.first.verbal or self.second.verbal
