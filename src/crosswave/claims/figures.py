"""What print says of the terms of a claim: exact spans of shares, printed changes and facts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from crosswave.printed.spans import Span, change_span, fact_span
from crosswave.reconstruct import FindingCounts, Reconstruction
from crosswave.registry.loading import Registry
from crosswave.registry.models import Condition, PrintedChange


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of a registry with the counts that print them."""

    registry: Registry
    reconstructions: Mapping[str, Reconstruction]

    def span(self, condition: Condition) -> Span:
        """Return the exact values that the weighted sum of a condition can have among those who answered.

        Parameters
        ----------
        condition : Condition
            Of a claim.
        """
        total = Span(Fraction(0), Fraction(0))
        for name, weight in condition.terms.items():
            total = total.plus(self._term(name).scaled(weight))
        if not condition.over:
            return total
        divisor = Span(Fraction(0), Fraction(0))
        for name in condition.over:
            divisor = divisor.plus(self._term(name))
        return total.over(divisor)

    def _term(self, name: str) -> Span:
        if name in self.registry.findings:
            return self.share_span(name)
        if name in self.registry.facts:
            return fact_span(self.registry.facts[name])
        return change_span(self.change(name))

    def share_span(self, name: str) -> Span:
        """Return the shares that print admits, whichever of several printed values is the true one.

        Parameters
        ----------
        name : str
            Id of a finding.
        """
        spans = [_feasible(self.counts(other)) for other in self.values_of(name)]
        return Span(min(low for low, _ in spans), max(high for _, high in spans))

    def values_of(self, name: str) -> list[str]:
        """Return the ids of a figure and of the rival values that are printed for it.

        Parameters
        ----------
        name : str
            Id of a finding.
        """
        finding = self.registry.findings[name]
        trusted = finding.answer.rival_of or finding.answer.id
        same = (answer.id for answer in finding.question.answers if trusted in (answer.id, answer.rival_of))
        return [f"{finding.survey.id}.{finding.question.id}.{answer}" for answer in same]

    def counts(self, name: str) -> FindingCounts:
        """Return what the print of a figure admits.

        Parameters
        ----------
        name : str
            Id of a finding.
        """
        return self.reconstructions[name.split(".")[0]].findings[name]

    def change(self, name: str) -> PrintedChange:
        """Return a change that is printed without its levels.

        Parameters
        ----------
        name : str
            Survey id and id of the change, as ``survey.change``.
        """
        survey, _, change_id = name.partition(".")
        return next(change for change in self.registry.surveys[survey].changes if change.id == change_id)


def _feasible(counts: FindingCounts) -> tuple[Fraction, Fraction]:
    """The shares of whole counts where there are any, else those for which the printed text can stand.

    An end that is just left out, as where digits are cut off, counts as inside then: no claim is judged too surely.
    """
    shares = [Fraction(yes, base) for yes, base in zip(*counts.pairs(), strict=True)]
    if not shares:
        return counts.share_low or Fraction(0), Fraction(1) if counts.share_high is None else counts.share_high
    return min(shares), max(shares)
