"""Every printed figure of a survey with its feasible counts, its level and the reason for it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from crosswave.quantities import Lexicon, Quantity, sample_range
from crosswave.reconstruct.boxes import Mask
from crosswave.reconstruct.conflicts import Conflict
from crosswave.reconstruct.figures import Arithmetic, Figure, describe, readings, rivals
from crosswave.reconstruct.solve import Counts, Solution, Solver
from crosswave.registry.loading import Finding, Registry, findings_of
from crosswave.registry.models import Plan, Survey

LEVELS: Mapping[str, str] = {
    "recomputed": "computed again from microdata",
    "consistent": "whole counts exist that print every figure of the survey, under the assumptions named",
    "bounded": "an interval only: n, the base or the figure itself is not printed as a number",
    "sources-disagree": "print gives two values of one quantity",
    "conflicting": "no whole counts print these figures together",
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
    verbal : bool
        Whether words stand where a number could.
    power : float or None
        Share of the values with the same decimals that no count on this base prints: what this figure alone could
        have failed. Zero means that nothing could have failed.
    reason : str
        Why it has this level, in words.
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
    verbal: bool
    power: float | None
    reason: str

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
        sizes = self.bases or range(self.base_low, self.base_high + 1)
        ends = [(count, base) for base in sizes for count in self._counts_on(base)]
        return [count for count, _ in ends], [base for _, base in ends]

    def _counts_on(self, base: int) -> tuple[int, ...]:
        low = max(math.ceil((self.share_low or Fraction(0)) * base), self.count_low or 0)
        high = min(math.floor((self.share_high or Fraction(1)) * base), self.count_high or 0)
        return () if low > high else (low, high) if high > low else (low,)


@dataclass(frozen=True, slots=True)
class Reconstruction:
    """A survey's figures with their feasible counts, conflicts and assumptions."""

    survey_id: str
    n: tuple[int, int] | None
    findings: Mapping[str, FindingCounts]
    conflicts: tuple[Conflict, ...]
    assumptions: tuple[str, ...]
    readings: tuple[str, ...]
    surviving: tuple[str, ...]


def reconstruct(survey: Survey, registry: Registry) -> Reconstruction:
    """Return the feasible counts of every printed figure of a survey.

    Parameters
    ----------
    survey : Survey
        The wave.
    registry : Registry
        Where phrases and the plan stand.

    Notes
    -----
    Each reading of an ambiguous base is a branch; counts are the union over the branches that survive. Rival printed
    values are solved one at a time in place of the value that they rival.
    """
    lexicon = Lexicon(registry.quantities)
    rival = rivals(survey)
    branches, solver = readings(survey, lexicon, registry.plan, frozenset(rival)), Solver()
    kept = _surviving(branches, solver)
    counts, conflicts = _union(kept.values()), _conflicts(kept.values())
    for name, target in rival.items():
        others = frozenset({*rival, target} - {name})
        trials = _surviving(readings(survey, lexicon, registry.plan, others), solver).values()
        counts |= {key: value for key, value in _union(trials).items() if key == name}
        conflicts += [conflict for conflict in _conflicts(trials) if name in conflict.figures]
    context = _Context(survey, lexicon, registry.plan, counts, tuple(conflicts), rival, branches)
    return Reconstruction(
        survey_id=survey.id,
        n=sample_range(survey.n, lexicon, registry.plan),
        findings={finding.id: context.finding_counts(finding) for finding in findings_of(survey)},
        conflicts=tuple(conflicts),
        assumptions=_assumptions(survey, branches),
        readings=tuple("; ".join(branch.reading) for branch in branches if branch.reading),
        surviving=tuple("; ".join(reading) for reading in kept if reading),
    )


def _surviving(branches: list[Arithmetic], solver: Solver) -> dict[tuple[str, ...], Solution]:
    """The readings with the fewest conflicts, by what they read, with their solutions."""
    solved = {branch.reading: solver.solve(branch) for branch in branches}
    fewest = min(len(solution.conflicts) for solution in solved.values())
    return {reading: solution for reading, solution in solved.items() if len(solution.conflicts) == fewest}


def _conflicts(solutions: Iterable[Solution]) -> list[Conflict]:
    """Conflicts of any reading that survives, each once."""
    return list({conflict.figures: conflict for solution in solutions for conflict in solution.conflicts}.values())


def _union(solutions: Iterable[Solution]) -> dict[str, Counts]:
    solutions = list(solutions)
    names = {name for solution in solutions for name in solution.counts}
    found = {name: [s.counts[name] for s in solutions if name in s.counts] for name in names}
    return {name: _merge(many) for name, many in found.items()}


def _merge(many: list[Counts]) -> Counts:
    listed = all(counts.bases for counts in many)
    return Counts(
        min(counts.count_low for counts in many),
        max(counts.count_high for counts in many),
        min(counts.base_low for counts in many),
        max(counts.base_high for counts in many),
        tuple(sorted({base for counts in many for base in counts.bases})) if listed else (),
    )


def _assumptions(survey: Survey, branches: list[Arithmetic]) -> tuple[str, ...]:
    words = [figure.base.assumption for figure in branches[0].figures]
    words += [] if survey.weighted is not None else ["the figures are not weighted"]
    words += [] if survey.rounding else ["percentages are rounded to the nearest"]
    return tuple(dict.fromkeys(words))


@dataclass(frozen=True, slots=True)
class _Context:
    survey: Survey
    lexicon: Lexicon
    plan: Plan
    counts: Mapping[str, Counts]
    conflicts: tuple[Conflict, ...]
    rival: Mapping[str, str]
    branches: list[Arithmetic]

    def finding_counts(self, finding: Finding) -> FindingCounts:
        quantity = self._quantity(finding)
        counts = self.counts.get(finding.local_id)
        level, reason = self._level(finding, quantity, counts)
        return FindingCounts(
            finding.id,
            level,
            share_low=quantity.low if quantity else None,
            share_high=quantity.high if quantity else None,
            count_low=counts.count_low if counts else None,
            count_high=counts.count_high if counts else None,
            base_low=counts.base_low if counts else None,
            base_high=counts.base_high if counts else None,
            bases=counts.bases if counts else (),
            verbal=quantity is not None and quantity.verbal,
            power=self._power(finding, counts, quantity),
            reason=reason,
        )

    def _quantity(self, finding: Finding) -> Quantity | None:
        if finding.answer.measure not in ("share", "range"):
            return None
        return self.lexicon.share(finding.answer.printed, self.survey.rounding or "nearest")

    def _level(self, finding: Finding, quantity: Quantity | None, counts: Counts | None) -> tuple[str, str]:
        """The first rule that applies gives the level and the reason."""
        rules = (self._not_a_share, self._in_conflict, self._disagrees, self._not_sized, self._inexact)
        for rule in rules:
            if found := rule(finding, quantity, counts):
                return found
        return "consistent", self._consistent_reason(finding)

    def _not_a_share(
        self, finding: Finding, quantity: Quantity | None, counts: Counts | None
    ) -> tuple[str, str] | None:
        reasons = {
            "size": ("unquantified", self.survey.missing or "a head count is printed, no share"),
            "change": ("unquantified", "a change is printed, not a level"),
            "mean": ("bounded", "a mean is printed, not a share of respondents"),
        }
        return reasons.get(finding.answer.measure)

    def _in_conflict(
        self, finding: Finding, quantity: Quantity | None, counts: Counts | None
    ) -> tuple[str, str] | None:
        if counts is not None:  # in conflict with a rival value only, or not in every reading
            return None
        words = [conflict.words for conflict in self.conflicts if finding.local_id in conflict.figures]
        return ("conflicting", "; ".join(words)) if words else None

    def _disagrees(self, finding: Finding, quantity: Quantity | None, counts: Counts | None) -> tuple[str, str] | None:
        others = [other for other, target in self.rival.items() if target == finding.local_id]
        others += [self.rival[finding.local_id]] if finding.local_id in self.rival else []
        if not others:
            return None
        printed = {f.local_id: f.answer.printed for f in findings_of(self.survey)}
        values = ", ".join(f"{printed[other]} ({other})" for other in others)
        return "sources-disagree", f"print also gives {values} for the same quantity"

    def _not_sized(self, finding: Finding, quantity: Quantity | None, counts: Counts | None) -> tuple[str, str] | None:
        if counts is not None:
            return None
        if self.survey.weighted:
            return "bounded", "the figures are weighted, so no whole counts need print them"
        if finding.base and finding.base.counts:
            return "bounded", f"counted on {finding.base.counts}, not on respondents"
        base = finding.base
        whose = "n" if base is None or base.everyone else f"the size of its base ({describe(base)})"
        return "bounded", f"{whose} is not known, so the interval comes from the printed figure alone"

    def _inexact(self, finding: Finding, quantity: Quantity | None, counts: Counts | None) -> tuple[str, str] | None:
        if quantity is None or counts is None:
            return None
        if quantity.verbal:
            return "bounded", f"printed as {finding.answer.printed!r}: {quantity.reason}"
        if self.survey.n.kind != "exact" and counts.base_low < counts.base_high:
            return "bounded", f"n is printed as {self.survey.n.printed!r}: {counts.base_low} to {counts.base_high}"
        return None

    def _consistent_reason(self, finding: Finding) -> str:
        figure = _figure(self.branches, finding.local_id)
        given = f"whole counts print it, if {figure.base.assumption}" if figure else "whole counts print it"
        return given + (f"; {finding.answer.ambiguity}" if finding.answer.ambiguity else "")

    def _power(self, finding: Finding, counts: Counts | None, quantity: Quantity | None) -> float | None:
        """Of the sizes before this figure is looked at: those that it rules out are no test of it."""
        if counts is None or quantity is None or quantity.decimals is None:
            return None
        sizes = {size for branch in self.branches for size in _sizes_before(branch, finding.local_id, counts)}
        return alone_power(sizes or range(counts.base_low, counts.base_high + 1), quantity.decimals)


def _figure(branches: list[Arithmetic], name: str) -> Figure | None:
    return next((figure for branch in branches for figure in branch.figures if figure.id == name), None)


def _sizes_before(branch: Arithmetic, name: str, counts: Counts) -> range:
    figure = _figure([branch], name)
    if figure is None:
        return range(0)
    known = not figure.base.answers
    return range(figure.base.low, figure.base.high + 1) if known else range(counts.base_low, counts.base_high + 1)


def alone_power(bases: Iterable[int], decimals: int) -> float:
    """Return the share of printable percentages that no count on any of the bases prints.

    Parameters
    ----------
    bases : iterable of int
        Sizes that the base can have.
    decimals : int
        Decimals of the percentage.

    Examples
    --------
    Half of the whole percentages cannot come from 50 answers, none is impossible with 100:

    >>> round(alone_power((50,), 0), 3), alone_power((100,), 0)
    (0.495, 0.0)

    References
    ----------
    Brown and Heathers 2017, Social Psychological and Personality Science 8(4), doi:10.1177/1948550616673876.
    """
    steps: int = 100 * 10**decimals
    sizes = set(bases)
    if any(size >= steps for size in sizes):
        return 0.0
    possible = np.logical_or.reduce([_printable(size, steps) for size in sizes])
    return float(1 - possible.mean())


def _printable(base: int, steps: int) -> Mask:
    """For each of the values 0, 1 ... steps whether a count between half a step below and half a step above exists."""
    halves = 2 * np.arange(steps + 1)
    lowest, highest = -(-np.maximum(halves - 1, 0) * base // (2 * steps)), (halves + 1) * base // (2 * steps)
    return np.asarray(lowest <= highest)
