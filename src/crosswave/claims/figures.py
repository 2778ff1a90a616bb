"""What print says of the terms of a claim: exact spans of shares, printed changes and facts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

from crosswave.printed.conditions import change_span, fact_span
from crosswave.printed.intervals import Span
from crosswave.reconstruct import FindingCounts, Reconstruction
from crosswave.reconstruct.arithmetic import Arithmetic
from crosswave.reconstruct.cpsat import largest_ratio
from crosswave.reconstruct.joint import joint_ratios
from crosswave.reconstruct.solve import feasible_readings
from crosswave.study.models import Condition, PrintedChange, Survey
from crosswave.study.registry import Finding, Registry

Readings = list[tuple[Arithmetic, list[int]]]


@dataclass(frozen=True)
class Figures:
    """The figures of a registry with the counts that print them."""

    registry: Registry
    reconstructions: Mapping[str, Reconstruction]

    def span(self, condition: Condition) -> Span:
        """Return the exact values that the weighted sum of a condition can have among those who answered.

        Answers to one question are taken together, over every table of counts; others each by its own bounds.
        """
        return self.joint(condition) or self._apart(condition)

    def joint(self, condition: Condition) -> Span | None:
        """Return the values over the counts of several answers to one question taken together, if there are such."""
        if len(condition.names) < 2 or not self.one_question(condition.names):
            return None
        survey = self.registry.findings[condition.names[0]].survey
        local = {name: self.registry.findings[name].local_id for name in condition.names}
        if any(len(self.values_of(name)) > 1 or self.counts(name).base_low is None for name in condition.names):
            return None
        weights = {local[name]: weight for name, weight in condition.terms.items()}
        ends = joint_ratios(self._readings(survey), weights, [local[name] for name in condition.over])
        return Span(*ends) if ends else None

    @cached_property
    def _found(self) -> dict[str, Readings]:
        return {}

    def _readings(self, survey: Survey) -> Readings:
        if survey.id not in self._found:
            self._found[survey.id] = feasible_readings(survey, self.registry)
        return self._found[survey.id]

    def one_question(self, names: Iterable[str]) -> bool:
        """Return whether all names are answers to one question."""
        found = [self.registry.findings.get(name) for name in names]
        return all(found) and len({(one.survey.id, one.question.id) for one in found if one}) == 1

    def _apart(self, condition: Condition) -> Span:
        spans = {name: self._term(name) for name in condition.names}
        if not condition.over:
            return _sum(spans[name].scaled(weight) for name, weight in condition.terms.items())
        terms = _sum(spans[name].scaled(weight) for name, weight in condition.terms.items())
        divisor = _sum(spans[name] for name in condition.over)
        shared = set(condition.terms) & set(condition.over)
        sure = divisor.low is not None and divisor.low > 0 and divisor.high is not None
        return _ratio(condition, spans) if shared and sure else terms.over(divisor)

    def _term(self, name: str) -> Span:
        if name in self.registry.findings:
            return self.share_span(name)
        if name in self.registry.facts:
            return fact_span(self.registry.facts[name])
        return change_span(self.change(name))

    def share_span(self, name: str) -> Span:
        """Return the shares that print admits, whichever of several printed values is the true one."""
        spans = [_feasible(self.counts(other)) for other in self.values_of(name)]
        return Span(min(low for low, _ in spans), max(high for _, high in spans))

    def values_of(self, name: str) -> list[str]:
        """Return the ids of a figure and of the rival values that are printed for it."""
        finding = self.registry.findings[name]
        trusted = finding.answer.rival_of or finding.answer.id
        same = (answer.id for answer in finding.question.answers if trusted in (answer.id, answer.rival_of))
        return [f"{finding.survey.id}.{finding.question.id}.{answer}" for answer in same]

    def others(self, name: str) -> list[str]:
        """Return the ids of the other answers to the question of a figure: groups apart from it, each once."""
        finding = self.registry.findings[name]
        own = {name, *self.values_of(name)}
        return [other.id for other in _groups(finding) if other.id not in own]

    def counts(self, name: str) -> FindingCounts:
        """Return what the print of a figure admits."""
        return self.reconstructions[name.split(".")[0]].findings[name]

    def change(self, name: str) -> PrintedChange:
        """Return a change that is printed without its levels."""
        survey, _, change_id = name.partition(".")
        return next(change for change in self.registry.surveys[survey].changes if change.id == change_id)


def _sum(spans: Iterable[Span]) -> Span:
    total = Span(Fraction(0), Fraction(0))
    for span in spans:
        total = total.plus(span)
    return total


def _ratio(condition: Condition, spans: Mapping[str, Span]) -> Span:
    """A ratio that shares terms with its divisor: each term has one value, at the top and at the bottom."""

    def best(sign: int, ratio: Fraction) -> tuple[Fraction, Fraction]:
        gain = {name: sign * condition.terms.get(name, 0) - ratio * (name in condition.over) for name in spans}
        value = {name: (span.high if gain[name] > 0 else span.low) or Fraction(0) for name, span in spans.items()}
        return (
            sign * sum((weight * value[name] for name, weight in condition.terms.items()), Fraction(0)),
            sum((value[name] for name in condition.over), Fraction(0)),
        )

    return Span(-largest_ratio(lambda ratio: best(-1, ratio)), largest_ratio(lambda ratio: best(1, ratio)))


def _groups(finding: Finding) -> list[Finding]:
    """The answers that share question, statement and base with one: no nets, parts or second values."""
    answers = finding.question.answers
    found = [Finding(finding.survey, finding.question, answer) for answer in answers if answer.measure == "share"]
    whole = [one for one in found if not (one.answer.net_of or one.answer.part_of or one.answer.rival_of)]
    return [one for one in whole if (one.answer.item, one.base) == (finding.answer.item, finding.base)]


def _feasible(counts: FindingCounts) -> tuple[Fraction, Fraction]:
    """The shares of whole counts where there are any, else those for which the printed text can stand.

    An end that is just left out, as where digits are cut off, counts as inside then: no claim is judged too surely.
    """
    shares = [Fraction(yes, base) for yes, base in zip(*counts.pairs(), strict=True)]
    if not shares:
        return counts.share_low or Fraction(0), Fraction(1) if counts.share_high is None else counts.share_high
    return min(shares), max(shares)
