"""Writers' sentences as predicates: true of those who answered? if they were a random sample? of the population?"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

from crosswave.claims import meaning
from crosswave.claims.figures import Figures, licence, sampling_interval, surveys_of
from crosswave.memo import remembered
from crosswave.printed.intervals import Span
from crosswave.reconstruct import Reconstruction
from crosswave.study.models import Claim, Condition
from crosswave.study.registry import Registry


@dataclass(frozen=True, slots=True)
class ClaimVerdict:
    """What became of a claim, and why in words.

    Of those who answered: true, false, undecided by rounding, not checkable; if they were a random sample: supported,
    contradicted, undetermined, not checkable; where words can be read in two ways and the verdicts differ, each with
    its reading. What no source says is not called false: it does not follow. Estimate, low and high are the quantity of
    the first condition, with its interval if the respondents were a random sample; surveys those that it speaks of,
    named or behind its figures.
    """

    claim: Claim
    answered: str
    random_sample: str
    population_licence: str
    estimate: float | None
    low: float | None
    high: float | None
    reason: str
    surveys: tuple[str, ...] = ()


@dataclass(frozen=True)
class Checker:
    """Checks claims against the figures of a registry."""

    registry: Registry
    reconstructions: Mapping[str, Reconstruction]
    alpha: float

    @cached_property
    def _figures(self) -> Figures:
        return Figures(self.registry, self.reconstructions)

    def check(self, claim: Claim) -> ClaimVerdict:
        """Return the verdict on a claim.

        Notes
        -----
        Every condition must hold: the claim is true of those who answered if all conditions are, false if one is.
        If it were a random sample, each condition is tested at alpha (an intersection-union test, which needs no
        adjustment), equality against the smallest change that matters.

        References
        ----------
        Berger 1982, Technometrics 24(4), doi:10.1080/00401706.1982.10487790.
        """
        facts = [self.registry.facts[name].model_dump_json() for name in claim.names if name in self.registry.facts]
        content = self.registry.content, repr(self.alpha), claim.model_dump_json(), *facts
        return remembered(lambda: self._verdict(claim), "claim", *content)

    def _verdict(self, claim: Claim) -> ClaimVerdict:
        surveys, none = tuple(surveys_of(claim, self.registry)), "not checkable"
        told = "of no population"
        if claim.subject != "arithmetic":
            told = licence(self.registry.surveys[name] for name in surveys)
        if reason := claim.not_checkable or self._unfit(claim, surveys):
            return ClaimVerdict(claim, none, none, told, None, None, None, reason, surveys)
        answered = meaning.worst([self._answered(condition) for condition in claim.all_of], meaning.ANSWERED)
        by_condition = [self._over_readings(one, self._sampled_once, meaning.SAMPLED) for one in claim.all_of]
        sampled = meaning.worst(by_condition, meaning.SAMPLED)
        if claim.made_by == "project" and answered == "false":
            answered = meaning.NOT_FOLLOWING
        if claim.subject == "arithmetic":
            sampled = none
        whys = (f"{meaning.condition_words(one, self._figures)}: {self._answered(one)}" for one in claim.all_of)
        return ClaimVerdict(claim, answered, sampled, told, *self._numbers(claim.all_of[0]), "; ".join(whys), surveys)

    def _unfit(self, claim: Claim, surveys: tuple[str, ...]) -> str | None:
        """Why nothing follows from the figures of a claim, or nothing of what it speaks of."""
        counts = [self._figures.counts(name) for name in claim.names if name in self.registry.findings]
        bad = [f"{one.finding_id} is in conflict: {one.reason}" for one in counts if one.level == "conflicting"]
        if bad:
            return "; ".join(dict.fromkeys(bad))
        if claim.subject == "organisations" and "person" in {self.registry.surveys[name].unit for name in surveys}:
            return "the figure counts people, and the claim speaks of organisations"
        if len(counts) == len(claim.names) and all(one.verbal for one in counts):
            return "the figures are printed only in such words, so nothing else can check them"
        if not all(meaning.readings(condition, self._figures) for condition in claim.all_of):
            return "no other answer to the question is printed, so nothing says which group is largest"
        return None

    def _numbers(self, condition: Condition) -> tuple[float | None, float | None, float | None]:
        span, interval = self._figures.span(condition), sampling_interval(condition, self._figures, self.alpha)
        middle = None if span.low is None or span.high is None else float((span.low + span.high) / 2)
        return (middle, *interval) if interval else (middle, None, None)

    def _answered(self, condition: Condition) -> str:
        return self._over_readings(condition, self._answered_once, meaning.ANSWERED)

    def _over_readings(self, condition: Condition, judge: Callable[[Condition], str], order: tuple[str, ...]) -> str:
        found = meaning.readings(condition, self._figures).items()
        told = {words: meaning.worst([judge(one) for one in conditions], order) for words, conditions in found}
        return meaning.in_words(told)

    def _answered_once(self, condition: Condition) -> str:
        span = self._figures.span(condition)
        if printed := meaning.printed_sum(condition, self._figures):
            return meaning.answered_equal(span, printed)
        demanded = meaning.target(condition, self.registry.lexicon, Fraction(0))
        return "true" if span.inside(demanded) else "false" if span.outside(demanded) else "undecided by rounding"

    def _sampled_once(self, condition: Condition) -> str:
        interval = sampling_interval(condition, self._figures, self.alpha)
        if interval is None:
            return "undetermined"
        equal_within = Fraction(str(self.registry.plan.smallest_change.value)) / 100
        demanded = meaning.target(condition, self.registry.lexicon, equal_within)
        span = Span(Fraction(interval[0]), Fraction(interval[1]))
        return "supported" if span.inside(demanded) else "contradicted" if span.outside(demanded) else "undetermined"
