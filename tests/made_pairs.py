"""Pairs of waves of whole percentages and known sizes, made in thousands: no survey file, no reconstruction.

Counts are found by trying every number of people.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np

from crosswave.by_hand.pair import pair_registry
from crosswave.by_hand.typed import HandFigure
from crosswave.reconstruct.finding import FindingCounts
from crosswave.study import Registry
from crosswave.study.models import SampleSize
from crosswave.trend.comparability import grade_pair
from crosswave.trend.waves import Pair, Wave

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


class Pairs:
    """Makes pairs of a tier of the plan."""

    def __init__(self, registry: Registry) -> None:
        figure = HandFigure("50% of 100", "50%", SampleSize(kind="exact", printed="100", value=100))
        self.of_tier = {}
        for tier in registry.plan.total_error:
            small, construct = pair_registry((figure, figure), str(tier), registry)
            self.of_tier[str(tier)] = (small, construct)

    def __call__(self, first: tuple[int, int], second: tuple[int, int], tier: str) -> Pair:
        small, construct = self.of_tier[tier]
        waves = [
            _wave(small, answer, *figure) for answer, figure in zip(construct.answers, (first, second), strict=True)
        ]
        return Pair(waves[0], waves[1], grade_pair(*construct.answers, small))


def _wave(small: Registry, answer: object, percent: int, n: int) -> Wave:
    counts = finding_counts(percent, n)
    yes = np.array(sorted({counts.count_low, counts.count_high}), dtype=float)  # type: ignore[type-var]
    finding = small.finding(answer.finding)  # type: ignore[attr-defined]
    return Wave(finding, answer, replace(counts, finding_id=finding.id), yes / n, np.full(len(yes), float(n)), None)  # type: ignore[arg-type]
