"""Pairs of waves of whole percentages and known sizes, made in thousands: no survey file, no reconstruction.

Counts are found by trying every number of people.
"""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from crosswave.difference.feasible import FeasibleShare, SharePair
from crosswave.reconstruct.finding import FindingCounts

HALF = Fraction(1, 200)


def counts_of(percent: int, n: int) -> list[int]:
    """The counts of n that print a whole percentage."""
    middle = Fraction(percent, 100)
    near = range(max(0, int((middle - HALF) * n) - 1), min(n, int((middle + HALF) * n) + 1) + 1)
    return [x for x in near if middle - HALF <= Fraction(x, n) <= middle + HALF]


def finding_counts(percent: int, n: int) -> FindingCounts:
    yes, middle = counts_of(percent, n), Fraction(percent, 100)
    ends = max(middle - HALF, Fraction(0)), min(middle + HALF, Fraction(1))
    return FindingCounts(
        "w.q.yes", "consistent", *ends, yes[0], yes[-1], n, n, (n,), tuple(yes), False, None, None, "made up"
    )


def made_pair(first: tuple[int, int], second: tuple[int, int], tier: str) -> SharePair:
    """Two whole percentages of known sizes, related as a tier says."""
    return SharePair(_share(*first), _share(*second), tier)


def _share(percent: int, n: int) -> FeasibleShare:
    counts = finding_counts(percent, n)
    yes = np.array(sorted({counts.count_low, counts.count_high}), dtype=float)  # type: ignore[type-var]
    return FeasibleShare(counts, yes / n, np.full(len(yes), float(n)))
