"""Writers' sentences as predicates: true of those who answered? if they were a random sample? of the population?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from crosswave.claims.figures import Figures
from crosswave.claims.sampling import licence, sampling_interval
from crosswave.claims.words import condition_words
from crosswave.printed.quantities import Lexicon
from crosswave.printed.spans import TARGETS, Span, Target, inside, outside
from crosswave.reconstruct import Reconstruction
from crosswave.registry.loading import Registry
from crosswave.registry.models import Claim, Condition


@dataclass(frozen=True, slots=True)
class ClaimVerdict:
    """What became of a claim.

    Parameters
    ----------
    claim : Claim
        The sentence as a predicate.
    answered : str
        Of those who answered: true, false, undecided by rounding, not checkable.
    random_sample : str
        If they were a random sample: supported, contradicted, undetermined, not checkable.
    population_licence : str
        Whether a statement about the population is licensed, and why not.
    estimate, low, high : float or None
        The quantity of the first condition, and its interval if the respondents were a random sample.
    reason : str
        Why, in words.
    """

    claim: Claim
    answered: str
    random_sample: str
    population_licence: str
    estimate: float | None
    low: float | None
    high: float | None
    reason: str


@dataclass(frozen=True, slots=True)
class Checker:
    """Checks claims against the figures of a registry."""

    registry: Registry
    reconstructions: Mapping[str, Reconstruction]
    alpha: float

    @property
    def _figures(self) -> Figures:
        return Figures(self.registry, self.reconstructions)

    def check(self, claim: Claim) -> ClaimVerdict:
        """Return the verdict on a claim.

        Parameters
        ----------
        claim : Claim
            As recorded.

        Notes
        -----
        Every condition must hold: the claim is true of those who answered if all conditions are, false if one is.
        If it were a random sample, each condition is tested at alpha (an intersection-union test, which needs no
        adjustment), equality against the smallest change that matters.

        References
        ----------
        Berger 1982, Technometrics 24(4), doi:10.1080/00401706.1982.10487790.
        """
        if (
            reason := claim.not_checkable
            or self._impossible(claim)
            or self._other_subject(claim)
            or self._circular(claim)
        ):
            return ClaimVerdict(claim, "not checkable", "not checkable", self._licence(claim), *(None,) * 3, reason)
        answered = _all_of([self._answered(condition) for condition in claim.all_of], _ANSWERED)
        intervals = [sampling_interval(condition, self._figures, self.alpha) for condition in claim.all_of]
        sampled = _all_of([self._sampled(c, i) for c, i in zip(claim.all_of, intervals, strict=True)], _SAMPLED)
        middle, low, high = self._numbers(claim.all_of[0], intervals[0])
        if claim.subject == "arithmetic":
            sampled = "not checkable"
        return ClaimVerdict(claim, answered, sampled, self._licence(claim), middle, low, high, self._reason(claim))

    def _other_subject(self, claim: Claim) -> str | None:
        """A claim about organisations, checked on a survey that counts people."""
        units = {self.registry.surveys[name].unit for name in claim.surveys}
        if claim.subject == "organisations" and "person" in units:
            return "the figure counts people, and the claim speaks of organisations"
        return None

    def _circular(self, claim: Claim) -> str | None:
        """A claim in words about figures that are printed in words only."""
        names = [name for condition in claim.all_of for name in condition.terms]
        verbal = [name in self.registry.findings and self._figures.counts(name).verbal for name in names]
        return "the figures are printed only in such words, so nothing else can check them" if all(verbal) else None

    def _impossible(self, claim: Claim) -> str | None:
        """Why nothing follows from a figure that no counts can print."""
        named = [name for condition in claim.all_of for name in condition.terms if name in self.registry.findings]
        bad = [
            f"{name} is in conflict: {c.reason}"
            for name in named
            if (c := self._figures.counts(name)).level == "conflicting"
        ]
        return "; ".join(dict.fromkeys(bad)) or None

    def _numbers(
        self, condition: Condition, interval: tuple[float, float] | None
    ) -> tuple[float | None, float | None, float | None]:
        span = self.span(condition)
        middle = None if span.low is None or span.high is None else float((span.low + span.high) / 2)
        return (middle, *interval) if interval else (middle, None, None)

    def span(self, condition: Condition) -> Span:
        """Return the exact values that the weighted sum of a condition can have among those who answered.

        Parameters
        ----------
        condition : Condition
            Of a claim.
        """
        return self._figures.span(condition)

    def _answered(self, condition: Condition) -> str:
        span, target = self.span(condition), self._target(condition)
        return "true" if inside(span, target) else "false" if outside(span, target) else "undecided by rounding"

    def _sampled(self, condition: Condition, interval: tuple[float, float] | None) -> str:
        if interval is None:
            return "undetermined"
        target = self._target(condition, Fraction(str(self.registry.plan.smallest_change.value)) / 100)
        span = Span(Fraction(interval[0]), Fraction(interval[1]))
        return "supported" if inside(span, target) else "contradicted" if outside(span, target) else "undetermined"

    def _target(self, condition: Condition, equal_within: Fraction = Fraction(0)) -> Target:
        return TARGETS[condition.is_](condition, Lexicon(self.registry.quantities), equal_within)

    def _licence(self, claim: Claim) -> str:
        if claim.subject == "arithmetic":
            return "no population is spoken of"
        return licence(self.registry.surveys[name] for name in claim.surveys)

    def _reason(self, claim: Claim) -> str:
        told = (f"{condition_words(one, self._figures)}: {self._answered(one)}" for one in claim.all_of)
        return "; ".join(told)


_ANSWERED = ("false", "undecided by rounding", "true")
_SAMPLED = ("contradicted", "undetermined", "supported")


def _all_of(verdicts: list[str], order: tuple[str, ...]) -> str:
    """The worst of several verdicts: a claim is as good as its worst condition."""
    return min(verdicts, key=order.index)
