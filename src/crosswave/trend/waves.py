"""A construct as waves: one answer of each survey, with the counts that can have printed it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from crosswave.arguments import FloatArray
from crosswave.reconstruct import FindingCounts, Reconstruction
from crosswave.study.models import Construct, ConstructAnswer, Overlap, Plan, Survey
from crosswave.study.registry import Finding, Registry
from crosswave.trend.comparability import GRADES, Comparability, grade_pair

_SIZES_TRIED = 12


@dataclass(frozen=True, slots=True)
class Wave:
    """One survey's answer to a construct."""

    finding: Finding
    answer: ConstructAnswer
    counts: FindingCounts
    shares: FloatArray
    sizes: FloatArray
    refusal: str | None

    @property
    def survey(self) -> Survey:
        """The survey."""
        return self.finding.survey

    @property
    def year(self) -> int:
        """The year that places the wave."""
        return self.survey.year

    @property
    def share(self) -> float:
        """The share of a feasible count, that nearest to the printed figure; where no counts are known, the figure."""
        share = self.counts.typical
        return float(1 - share if self.answer.reversed else share)

    @property
    def base(self) -> tuple[int, int] | None:
        """How many people are behind the figure, unweighted; None where print does not bound it."""
        low, high, weighted = self.counts.base_low, self.counts.base_high, self.counts.weighted
        if weighted:
            return weighted.low, weighted.high
        return None if low is None or high is None else (low, high)

    @property
    def size_known(self) -> bool:
        """Whether print bounds the base."""
        return self.base is not None

    @property
    def design_effect(self) -> float:
        """What each of its sizes is divided by: the survey's own, whatever an analyst adds."""
        return self.counts.weighted.design_effect if self.counts.weighted else self.survey.design_effect or 1.0

    @property
    def verbal(self) -> bool:
        """Whether the figure is printed in words."""
        return self.counts.verbal

    @property
    def size_words(self) -> str:
        """The base as a reader would say it."""
        if self.base is None:
            return "an unknown number of"
        low, high = self.base
        return f"{low:,}" if low == high else f"{low:,} to {high:,}"


def waves_of(
    construct: Construct, registry: Registry, reconstructions: Mapping[str, Reconstruction], years: tuple[int, int]
) -> list[Wave]:
    """Return the waves of a construct in a range of years, earliest first.

    Parameters
    ----------
    construct : Construct
        What is measured.
    registry : Registry
        Holds the findings.
    reconstructions : mapping of str to Reconstruction
        By survey id; every survey of the construct must be there.
    years : tuple of int
        First and last year, both included.
    """
    first, last = years
    members = [(answer, registry.finding(answer.finding)) for answer in construct.answers]
    inside = [(answer, finding) for answer, finding in members if first <= finding.survey.year <= last]
    inside.sort(key=lambda pair: (pair[1].survey.year, pair[1].survey.fieldwork.start or "", pair[1].id))
    return [_wave(answer, finding, registry, reconstructions) for answer, finding in inside]


def _wave(
    answer: ConstructAnswer, finding: Finding, registry: Registry, reconstructions: Mapping[str, Reconstruction]
) -> Wave:
    counts = reconstructions[finding.survey.id].findings[finding.id]
    refusal = _refusal(finding, counts)
    shares, sizes = (np.array([]), np.array([])) if refusal else _extremes(finding, counts, registry.plan)
    return Wave(finding, answer, counts, 1 - shares if answer.reversed else shares, sizes, refusal)


def _refusal(finding: Finding, counts: FindingCounts) -> str | None:
    if finding.answer.unusable:
        return finding.answer.unusable
    if counts.level == "conflicting":
        return f"its figures are in conflict: {counts.reason}"
    if finding.answer.measure != "share" or (finding.base and finding.base.counts):
        return counts.reason
    return None


def _extremes(finding: Finding, counts: FindingCounts, plan: Plan) -> tuple[FloatArray, FloatArray]:
    if counts.bases:
        yes, bases = (np.array(ends, dtype=np.float64) for ends in counts.pairs())
        return yes / bases, bases
    smallest, largest = _sizes(finding, counts, plan)
    grid = np.unique(np.geomspace(smallest, largest, _SIZES_TRIED).round())
    ends = counts.ends
    return np.tile([float(ends.low), float(ends.high)], len(grid)), np.repeat(grid, 2)


def _sizes(finding: Finding, counts: FindingCounts, plan: Plan) -> tuple[int, int]:
    """The smallest and the largest size that is tried."""
    if counts.weighted:
        return counts.weighted.low, counts.weighted.high
    largest = int(plan.n_largest.value)
    lowest = max((series.n for series in plan.lowest_n if series.series == finding.survey.series), default=1)
    smallest = counts.base_low or min(max(counts.ends.smallest_base(), lowest), largest)
    return smallest, counts.base_high or largest


@dataclass(frozen=True, slots=True)
class Pair:
    """Two waves of different years with the grade of their comparison."""

    first: Wave
    second: Wave
    comparability: Comparability

    @property
    def span(self) -> int:
        """Years between the two."""
        return self.second.year - self.first.year

    @property
    def refusal(self) -> str | None:
        """Why the pair cannot be tested although it may be comparable."""
        for wave in (self.first, self.second):
            if wave.refusal:
                return f"{wave.finding.id} cannot be used: {wave.refusal}"
        if self.overlap and not self.span:
            return f"one answer may stand in both waves, which are of one year: {self.overlap.how}"
        return None

    @property
    def overlap(self) -> Overlap | None:
        """What is known of respondents that both waves have; the file that says how many is preferred."""
        waves = (self.first.survey, self.second.survey)
        said = [o for one, other in (waves, waves[::-1]) for o in one.overlaps if o.survey == other.id]
        return max(said, key=lambda overlap: overlap.shared is not None, default=None)

    @property
    def overlap_words(self) -> str | None:
        """The reservation that a reader needs where some respondents are in both waves."""
        if self.overlap is None:
            return None
        number = "nobody says how many" if self.overlap.shared is None else f"{self.overlap.shared:,} of them"
        return f"some respondents are in both waves ({number})"

    @property
    def sized(self) -> bool:
        """Whether print says all that a comparison needs: both bases, and that nobody is known to be in both."""
        return self.first.size_known and self.second.size_known and self.overlap is None

    @property
    def verbal(self) -> bool:
        """Whether a figure is printed in words."""
        return self.first.verbal or self.second.verbal


def pairs_of(construct: Construct, waves: list[Wave], registry: Registry) -> list[Pair]:
    """Return every pair of waves of different years, the one to report first.

    Parameters
    ----------
    construct : Construct
        What is measured.
    waves : list of Wave
        Its waves.
    registry : Registry
        Holds the rules of the gate.

    Notes
    -----
    The order was fixed beforehand and looks at no figure's value: usable pairs, then grade, then both sizes known,
    then the fewest steps between the recorded grades, then the longest span, then the order of the construct.
    """
    ordered = [(one, two) for one, two in combinations(waves, 2) if one.year < two.year]
    pairs = [Pair(one, two, grade_pair(one.answer, two.answer, registry)) for one, two in ordered]
    rank = {answer.finding: place for place, answer in enumerate(construct.answers)}
    return sorted(pairs, key=lambda pair: _preference(pair, rank))


def _preference(pair: Pair, rank: Mapping[str, int]) -> tuple[bool, int, int, int, int, int]:
    unsized = (not pair.first.size_known) + (not pair.second.size_known)
    order = rank[pair.first.answer.finding] + rank[pair.second.answer.finding]
    grade = pair.comparability
    return pair.refusal is not None, GRADES.index(grade.grade), unsized, grade.distance, -pair.span, order
