"""A construct as waves: one answer of each survey, with the counts that can have printed it."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from crosswave.difference.census import finite_population
from crosswave.difference.feasible import FeasibleShare, SharePair, feasible_ends
from crosswave.study.models import Construct, ConstructAnswer, Overlap, Survey
from crosswave.study.registry import Finding, Registry
from crosswave.trend.comparability import GRADES, Comparability, grade_pair

if TYPE_CHECKING:
    from crosswave.reconstruct import FindingCounts, Reconstructions


@dataclass(frozen=True, slots=True, kw_only=True)
class Wave(FeasibleShare):
    """One survey's answer to a construct: its share, and the survey behind it."""

    finding: Finding
    answer: ConstructAnswer
    refusal: str | None = None

    @property
    def survey(self) -> Survey:
        """The survey."""
        return self.finding.survey

    @property
    def year(self) -> int:
        """The year that places the wave."""
        return self.survey.year

    @property
    def size_words(self) -> str:
        """The base as a reader would say it."""
        if self.base is None:
            return "an unknown number of"
        low, high = self.base
        return f"{low:,}" if low == high else f"{low:,} to {high:,}"


def waves_of(
    construct: Construct, registry: Registry, reconstructions: Reconstructions, years: tuple[int, int]
) -> list[Wave]:
    """Return the waves of a construct in a range of years, earliest first.

    Parameters
    ----------
    construct : Construct, what is measured
    registry : Registry, holds the findings
    reconstructions : mapping of str to Reconstruction, by survey id; every survey of the construct must be there
    years : tuple of int, first and last year, both included
    """
    first, last = years
    members = [(answer, registry.finding(answer.finding)) for answer in construct.answers]
    inside = [(answer, finding) for answer, finding in members if first <= finding.survey.year <= last]
    inside.sort(key=lambda pair: (pair[1].survey.year, pair[1].survey.fieldwork.start or "", pair[1].id))
    return [wave_of(answer, finding, registry, reconstructions) for answer, finding in inside]


def wave_of(answer: ConstructAnswer, finding: Finding, registry: Registry, reconstructions: Reconstructions) -> Wave:
    """Return one survey's answer with what can have printed it, and why it cannot be used where it cannot."""
    survey, plan = finding.survey, registry.plan
    counts = reconstructions[survey.id].findings[finding.id]
    refusal, ends = _refusal(finding, counts), (np.array([]), np.array([]))
    if refusal is None:
        lowest = max((series.n for series in plan.lowest_n if series.series == survey.series), default=1)
        ends = feasible_ends(counts, largest=int(plan.n_largest.value), lowest=lowest, reversed=answer.reversed)
    effect = counts.weighted.design_effect if counts.weighted else survey.design_effect or 1.0
    effect *= _left_to_ask(survey, counts)
    return Wave(
        counts, *ends, effect, answer.reversed, survey.id, survey.sampling,
        finding=finding, answer=answer, refusal=refusal,
    )  # fmt: skip


def _left_to_ask(survey: Survey, counts: FindingCounts) -> float:
    """The variance of a census over that of as many independent answers: those who did not answer err alone.

    Of the whole only: the single groups of a series differ from year to year by more than is declared for them.
    """
    asked, n = survey.asked, counts.base_low
    if survey.sampling != "census" or survey.group or not asked or not n:
        return 1.0
    return max(finite_population(n, asked), 1e-6) if n <= asked else 1.0


def _refusal(finding: Finding, counts: FindingCounts) -> str | None:
    if finding.answer.unusable:
        return finding.answer.unusable
    if counts.level == "conflicting":
        return f"its figures are in conflict: {counts.reason}"
    if finding.answer.measure != "share" or (finding.base and finding.base.counts):
        return counts.reason
    return None


@dataclass(frozen=True, slots=True)
class Pair(SharePair):
    """Two waves of different years with the grade of their comparison."""

    first: Wave
    second: Wave
    comparability: Comparability = field(kw_only=True)

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
            return f"one answer may be in both waves, which are of one year: {self.overlap.how}"
        return None

    @property
    def overlap(self) -> Overlap | None:
        """What is known of respondents that both waves have; a file that says how many is preferred."""
        return _overlap(self.first, self.second)

    @property
    def overlap_words(self) -> str | None:
        """The reservation that a reader needs where some respondents are in both waves."""
        if self.overlap is None:
            return None
        number = "nobody says how many" if self.overlap.shared is None else f"{self.overlap.shared:,} of them"
        return f"some respondents are in both waves ({number})"


def pair_of(first: Wave, second: Wave, registry: Registry) -> Pair:
    """Return two waves as a pair, graded by the rules of a registry."""
    comparability, overlap = grade_pair(first.answer, second.answer, registry), _overlap(first, second)
    shared = 0.0 if overlap is None else math.inf if overlap.shared is None else overlap.shared
    everybody = all(one.survey.sampling == "census" and one.survey.group is None for one in (first, second))
    whole = comparability.grade == "A" and "census" in registry.plan.total_error and everybody  # no sample drawn anew
    tier = "census" if whole else comparability.grade
    return Pair(first, second, tier, shared, _phi(first, second) if shared else None, comparability=comparability)


def _phi(first: Wave, second: Wave) -> float | None:
    """The correlation of two answers among those who are in both waves, where a table tells it."""
    answers = first.finding.answer.id, second.finding.answer.id
    for overlap in first.survey.overlaps:
        asked = {first.finding.question.id, second.finding.question.id} == {overlap.question}
        if overlap.survey == second.survey.id and overlap.table and asked:
            total = sum(sum(row.values()) for row in overlap.table.values())
            before = sum(overlap.table.get(answers[0], {}).values())
            after = sum(row.get(answers[1], 0) for row in overlap.table.values())
            both = overlap.table.get(answers[0], {}).get(answers[1], 0)
            spread = before * (total - before) * after * (total - after)
            phi = (both * total - before * after) / math.sqrt(spread) if spread else 0.0
            return -phi if first.answer.reversed != second.answer.reversed else phi
    return None


def _overlap(first: Wave, second: Wave) -> Overlap | None:
    waves = (first.survey, second.survey)
    said = [o for one, other in (waves, waves[::-1]) for o in one.overlaps if o.survey == other.id]
    return max(said, key=lambda overlap: overlap.shared is not None, default=None)


def pairs_of(construct: Construct, waves: list[Wave], registry: Registry) -> list[Pair]:
    """Return every pair of waves of different years, the one to report first.

    Parameters
    ----------
    construct : Construct, what is measured
    waves : list of Wave, its waves
    registry : Registry, holds the rules of comparability

    Notes
    -----
    The order was fixed beforehand and looks at no figure's value: usable pairs, then grade, then both sizes known,
    then the fewest steps between the recorded grades, then the longest span, then the order of the construct.
    """
    rank = {answer.finding: place for place, answer in enumerate(construct.answers)}

    def preference(pair: Pair) -> tuple[bool, int, int, int, int, int]:
        unsized = (not pair.first.size_known) + (not pair.second.size_known)
        order = rank[pair.first.answer.finding] + rank[pair.second.answer.finding]
        grade = pair.comparability
        return pair.refusal is not None, GRADES.index(grade.grade), unsized, grade.distance, -pair.span, order

    pairs = (pair_of(one, two, registry) for one, two in combinations(waves, 2) if one.year < two.year)
    return sorted(pairs, key=preference)
