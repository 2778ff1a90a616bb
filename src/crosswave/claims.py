"""Writers' sentences as predicates: true of those who answered? if they were a random sample? of the population?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

from crosswave.linear import LinearTerm, combine_linear
from crosswave.printed.quantities import Lexicon
from crosswave.printed.spans import TARGETS, Span, Target, change_span, fact_span, inside, outside
from crosswave.reconstruct import FindingCounts, Reconstruction
from crosswave.registry.loading import Finding, Registry
from crosswave.registry.models import Claim, Condition, PrintedChange, Survey

_PROBABILITY = ("probability", "census")
_SAMPLING = {
    "foi": "replies to a freedom-of-information request, not all of which are known",
    "panel": "a panel, not a probability sample",
    "poll-at-event": "people who attended an event",
    "self-selected": "people who chose to answer",
    "unstated": "nobody says how those who answered were chosen",
}


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
        intervals = [self._interval(condition) for condition in claim.all_of]
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
        verbal = [name in self.registry.findings and self._counts(name).verbal for name in names]
        return "the figures are printed only in such words, so nothing else can check them" if all(verbal) else None

    def _impossible(self, claim: Claim) -> str | None:
        """Why nothing follows from a figure that no counts can print."""
        named = [name for condition in claim.all_of for name in condition.terms if name in self.registry.findings]
        bad = [
            f"{name} is in conflict: {c.reason}" for name in named if (c := self._counts(name)).level == "conflicting"
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
            return self._share_span(name)
        if name in self.registry.facts:
            return fact_span(self.registry.facts[name])
        return change_span(self._change(name))

    def _share_span(self, name: str) -> Span:
        """The shares that print admits, whichever of several printed values is the true one."""
        spans = [_feasible(self._counts(other)) for other in self._values_of(name)]
        return Span(min(low for low, _ in spans), max(high for _, high in spans))

    def _values_of(self, name: str) -> list[str]:
        """A figure and the rival values that are printed for it."""
        finding = self.registry.findings[name]
        trusted = finding.answer.rival_of or finding.answer.id
        same = (answer.id for answer in finding.question.answers if trusted in (answer.id, answer.rival_of))
        return [f"{finding.survey.id}.{finding.question.id}.{answer}" for answer in same]

    def _counts(self, name: str) -> FindingCounts:
        return self.reconstructions[name.split(".")[0]].findings[name]

    def _change(self, name: str) -> PrintedChange:
        survey, _, change_id = name.partition(".")
        return next(change for change in self.registry.surveys[survey].changes if change.id == change_id)

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

    def _interval(self, condition: Condition) -> tuple[float, float] | None:
        """The interval of the weighted sum, widened by what rounding leaves open; None without n."""
        low, high = self._linear(condition, "low"), self._linear(condition, "high")
        if low is None or high is None:
            return None
        return combine_linear(low, alpha=self.alpha).low, combine_linear(high, alpha=self.alpha).high

    def _linear(self, condition: Condition, end: str) -> list[LinearTerm] | None:
        terms = [self._linear_term(name, weight, end) for name, weight in condition.terms.items()]
        known = [term for term in terms if term is not None]
        return _apart(known) if known and len(known) == len(terms) and not condition.over else None

    def _linear_term(self, name: str, weight: int, end: str) -> LinearTerm | None:
        if name not in self.registry.findings:
            return None
        finding, counts = self.registry.findings[name], self._counts(name)
        if counts.base_low is None:
            return None
        span = self._share_span(name)
        share = float((span.low if (end == "low") == (weight > 0) else span.high) or 0)
        return LinearTerm(self._fieldwork(finding.survey), _exclusive_group(finding), weight, share, counts.base_low)

    def _fieldwork(self, survey: Survey) -> str:
        """One name for waves that share respondents, however far: their errors may add up."""
        shared, size = {survey.id}, 0
        while len(shared) > size:
            size = len(shared)
            for other in self.registry.surveys.values():
                ring = {other.id, *(overlap.survey for overlap in other.overlaps)}
                shared |= ring if ring & shared else set()
        return min(shared)

    def _licence(self, claim: Claim) -> str:
        if claim.subject == "arithmetic":
            return "no population is spoken of"
        surveys = [self.registry.surveys[name] for name in claim.surveys]
        bad = sorted({survey.sampling or "unstated" for survey in surveys} - set(_PROBABILITY))
        if not surveys:
            return "not licensed: no survey stands behind it"
        return f"not licensed: {' and '.join(map(_SAMPLING.__getitem__, bad))}" if bad else "licensed by the design"

    def _reason(self, claim: Claim) -> str:
        words = [f"{self._words(condition)}: {self._answered(condition)}" for condition in claim.all_of]
        return "; ".join(words)

    def _words(self, condition: Condition) -> str:
        shares = not condition.over and all(name not in self.registry.facts for name in condition.terms)
        level = len(condition.terms) == 1 and all(name in self.registry.findings for name in condition.terms)
        unit = "" if not shares else "%" if level else " points"
        value = _ends(self.span(condition), unit)
        terms = _sum([(self._named(name), weight) for name, weight in condition.terms.items()])
        divisor = f", over {_sum([(self._named(name), 1) for name in condition.over])}" if condition.over else ""
        return f"{terms}{divisor} is {value}, must be {_demand(condition)}{self._remarks(condition)}"

    def _named(self, name: str) -> str:
        if name in self.registry.findings:
            finding = self.registry.findings[name]
            return f'"{finding.answer.says}" ({finding.answer.printed}, {finding.survey.id})'
        if name in self.registry.facts:
            fact = self.registry.facts[name]
            return f"{fact.subject} ({fact.value} {fact.unit})"
        change = self._change(name)
        return f"the printed change of {change.points:+d} points ({name.split('.')[0]})"

    def _remarks(self, condition: Condition) -> str:
        """What a reader must know of the figures: rivals, and words that were calibrated on them."""
        rivals = [n for n in condition.terms if n in self.registry.findings and len(self._values_of(n)) > 1]
        seen = {
            use.get("figure") for p in self.registry.quantities.phrases if p.text == condition.phrase for use in p.seen
        }
        remarks = ["print gives more than one value"] if rivals else []
        remarks += ["the words are calibrated on this figure among others"] if seen & set(condition.terms) else []
        return f" ({'; '.join(remarks)})" if remarks else ""


def _feasible(counts: FindingCounts) -> tuple[Fraction, Fraction]:
    """The shares of whole counts where there are any, else those for which the printed text can stand."""
    shares = [Fraction(yes, base) for yes, base in zip(*counts.pairs(), strict=True)]
    if not shares:
        return counts.share_low or Fraction(0), Fraction(1) if counts.share_high is None else counts.share_high
    return min(shares), max(shares)


def _sum(terms: list[tuple[str, int]]) -> str:
    first, *rest = terms
    lead = "minus " if first[1] < 0 else ""
    return lead + _times(*first) + "".join(f" {'plus' if w > 0 else 'minus'} {_times(name, w)}" for name, w in rest)


def _times(name: str, weight: int) -> str:
    return name if abs(weight) == 1 else f"{abs(weight):,} times {name}"


def _ends(span: Span, unit: str) -> str:
    if span.low is None and span.high is None:
        return "not bounded by print"
    if span.low is None or span.high is None:
        side, end = ("at most", span.high) if span.low is None else ("at least", span.low)
        return f"{side} {_shown(end or Fraction(0), unit)}{unit}"
    ends = dict.fromkeys(_shown(end, unit) for end in (span.low, span.high))
    return " to ".join(ends) + unit


def _shown(end: Fraction, unit: str) -> str:
    return f"{float(100 * end):.1f}" if unit else f"{float(end):,.3g}" if abs(end) < 1000 else f"{float(end):,.0f}"


def _demand(condition: Condition) -> str:
    words = condition.is_.replace("-", " ")
    if condition.is_ == "phrase":
        return f'"{condition.phrase}"'
    return f"{words} {condition.value}" + (f" and {condition.and_value}" if condition.and_value else "")


_ANSWERED = ("false", "undecided by rounding", "true")
_SAMPLED = ("contradicted", "undetermined", "supported")


def _all_of(verdicts: list[str], order: tuple[str, ...]) -> str:
    """The worst of several verdicts: a claim is as good as its worst condition."""
    return min(verdicts, key=order.index)


def _apart(terms: list[LinearTerm]) -> list[LinearTerm]:
    """Terms of which those that cannot be answers to one question on one base each stand for themselves."""
    by_group: dict[str, list[LinearTerm]] = {}
    for term in terms:
        by_group.setdefault(term.group, []).append(term)
    return [
        term if _fit_together(group) else replace(term, group=f"{name}|{place}")
        for name, group in by_group.items()
        for place, term in enumerate(group)
    ]


def _fit_together(terms: list[LinearTerm]) -> bool:
    return sum(term.share for term in terms) <= 1 and len({term.n_effective for term in terms}) == 1


def _exclusive_group(finding: Finding) -> str:
    """Answers of one question that exclude each other form a group; every other answer is a group of its own."""
    excludes = finding.question.response in ("single", "scale", "fact")
    plain = not (finding.answer.net_of or finding.answer.part_of)
    return (
        f"{finding.survey.id}.{finding.question.id}|{finding.answer.item}|{finding.base}"
        if excludes and plain
        else finding.id
    )
