"""What print says of the terms of a claim, exactly, and of their sum if those who answered were a random sample."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction

from crosswave.difference.linear import LinearTerm, combine_linear
from crosswave.printed.intervals import Span, number
from crosswave.reconstruct import FindingCounts, Reconstruction
from crosswave.reconstruct.arithmetic import Arithmetic, excludes
from crosswave.reconstruct.cpsat import largest_ratio
from crosswave.reconstruct.joint import joint_ratios
from crosswave.reconstruct.solve import feasible_readings
from crosswave.study.models import Claim, Condition, Fact, PrintedChange, Survey, sampling_words
from crosswave.study.registry import Finding, Registry

Readings = list[tuple[Arithmetic, list[int]]]


@dataclass(frozen=True)
class Figures:
    """The figures of a registry with the counts that print them."""

    registry: Registry
    reconstructions: Mapping[str, Reconstruction]
    _found: dict[str, Readings] = field(default_factory=dict, init=False, repr=False, compare=False)

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
        terms = _sum(spans[name].scaled(weight) for name, weight in condition.terms.items())
        if not condition.over:
            return terms
        divisor = _sum(spans[name] for name in condition.over)
        closed = ((name, one.low, one.high) for name, one in spans.items())
        ends = {name: (low, high) for name, low, high in closed if low is not None and high is not None}
        joint = set(condition.terms) & set(condition.over) and ends.keys() == spans.keys()
        return _ratio(condition, ends) if joint and (divisor.low or 0) > 0 else terms.over(divisor)

    def _term(self, name: str) -> Span:
        if name in self.registry.findings:
            return self.share_span(name)
        if name in self.registry.facts:
            return fact_span(self.registry.facts[name])
        return change_span(self.change(name))

    def share_span(self, name: str) -> Span:
        """Return the shares that fit the print, whichever of several printed values is the true one."""
        ends = [end for other in self.values_of(name) for end in _feasible(self.counts(other))]
        return Span(min(ends), max(ends))

    def values_of(self, name: str) -> list[str]:
        """Return the ids of a figure and of the rival values that are printed for it."""
        finding = self.registry.findings[name]
        trusted = finding.answer.rival_of or finding.answer.id
        same = (answer.id for answer in finding.question.answers if trusted in (answer.id, answer.rival_of))
        return [f"{finding.survey.id}.{finding.question.id}.{answer}" for answer in same]

    def others(self, name: str) -> list[str]:
        """Return the ids of the other answers to the question of a figure: groups apart from it, each once."""
        finding, own, found = self.registry.findings[name], {name, *self.values_of(name)}, []
        for answer in finding.question.answers:
            other = Finding(finding.survey, finding.question, answer)
            whole = answer.measure == "share" and not (answer.net_of or answer.part_of or answer.rival_of)
            if whole and (answer.item, other.base) == (finding.answer.item, finding.base) and other.id not in own:
                found.append(other.id)
        return found

    def counts(self, name: str) -> FindingCounts:
        """Return what the print of a figure allows."""
        return self.reconstructions[name.split(".")[0]].findings[name]

    def change(self, name: str) -> PrintedChange:
        """Return a change that is printed without its levels."""
        survey, _, change_id = name.partition(".")
        return next(change for change in self.registry.surveys[survey].changes if change.id == change_id)


def change_span(change: PrintedChange) -> Span:
    """Return the values of a printed change of whole points, itself rounded to the nearest."""
    return Span(Fraction(2 * change.points - 1, 200), Fraction(2 * change.points + 1, 200))


def fact_span(fact: Fact) -> Span:
    """Return the values that a dated fact can have.

    "Over 19" ends one unit of its leading digit higher, at 29, and "nearly 38" begins a twentieth lower, as for the
    size of a sample. A rhetorical number is no measurement, so it bounds nothing.
    """
    value = number(fact.value)
    leading_unit = int(10 ** (len(str(int(value))) - 1))
    spans = {
        "lower-bound": Span(value, value + leading_unit),
        "upper-bound": Span(value * Fraction(19, 20), value),
        "approximate": Span(value * Fraction(9, 10), value * Fraction(11, 10)),
        "rhetorical": Span(None, None),
    }
    return spans.get(fact.kind, Span(value, value))


def _sum(spans: Iterable[Span]) -> Span:
    total = Span(Fraction(0), Fraction(0))
    for span in spans:
        total = total.plus(span)
    return total


def _ratio(condition: Condition, ends: Mapping[str, tuple[Fraction, Fraction]]) -> Span:
    """A ratio that shares terms with its divisor: each term has one value, at the top and at the bottom."""

    def best(sign: int, ratio: Fraction) -> tuple[Fraction, Fraction]:
        gain = {name: sign * condition.terms.get(name, 0) - ratio * (name in condition.over) for name in ends}
        value = {name: high if gain[name] > 0 else low for name, (low, high) in ends.items()}
        return (
            sign * sum((weight * value[name] for name, weight in condition.terms.items()), Fraction(0)),
            sum((value[name] for name in condition.over), Fraction(0)),
        )

    return Span(-largest_ratio(lambda ratio: best(-1, ratio)), largest_ratio(lambda ratio: best(1, ratio)))


def _feasible(counts: FindingCounts) -> tuple[Fraction, Fraction]:
    """The shares of whole numbers of people where there are any, else those that the printed text can mean.

    An end that is just left out, as where digits are cut off, counts as inside then: no claim is judged too surely.
    """
    shares = [Fraction(yes, base) for yes, base in zip(*counts.pairs(), strict=True)]
    if not shares:
        return counts.share_low or Fraction(0), Fraction(1) if counts.share_high is None else counts.share_high
    return min(shares), max(shares)


# --- as if those who answered were a random sample --------------------------------------------------------------------


_PROBABILITY = ("probability", "census")


def sampling_interval(condition: Condition, figures: Figures, alpha: float) -> tuple[float, float] | None:
    """Return the interval of the weighted sum, widened by what rounding leaves open; None without n."""
    make = _subset if condition.over else _linear
    low, high = make(condition, figures, "low"), make(condition, figures, "high")
    if low is None or high is None:
        return None
    return combine_linear(low, alpha=alpha).low, combine_linear(high, alpha=alpha).high


def _linear(condition: Condition, figures: Figures, end: str) -> list[LinearTerm] | None:
    """Terms of which those that cannot be answers to one question on one base each stand for themselves."""
    by_group: dict[str, list[LinearTerm]] = {}
    for name, weight in condition.terms.items():
        finding = figures.registry.findings.get(name)
        base = figures.counts(name).base_low if finding else None
        if finding is None or base is None:
            return None
        span, group = figures.share_span(name), _exclusive_group(finding)
        share = float((span.low if (end == "low") == (weight > 0) else span.high) or 0)
        term = LinearTerm(_fieldwork(finding.survey, figures.registry), group, weight, share, base)
        by_group.setdefault(group, []).append(term)
    found: list[LinearTerm] = []
    for name, terms in by_group.items():
        together = sum(term.share for term in terms) <= 1 and len({term.n_effective for term in terms}) == 1
        apart = (replace(term, group=f"{name}|{place}") for place, term in enumerate(terms))
        found += terms if together else apart
    return found or None


def _subset(condition: Condition, figures: Figures, end: str) -> list[LinearTerm] | None:
    """A share of those who gave some answers that exclude each other: one share, on the fewest whom they can be."""
    registry = figures.registry
    part = set(condition.terms) <= set(condition.over) and set(condition.terms.values()) == {1}
    if not part or not figures.one_question(condition.over):
        return None
    findings = [registry.findings[name] for name in condition.over]
    fewest = [figures.counts(name).count_low for name in condition.over]
    ratio = getattr(figures.span(condition), end)
    base = sum(count for count in fewest if count is not None)
    if len({_exclusive_group(finding) for finding in findings}) > 1 or None in fewest or not base or ratio is None:
        return None
    fieldwork, share = _fieldwork(findings[0].survey, registry), min(1.0, max(0.0, float(ratio)))
    return [LinearTerm(fieldwork, "subset", 1, share, base)]


def _fieldwork(survey: Survey, registry: Registry) -> str:
    """One name for waves that share respondents, however far: their errors may add up."""
    shared, size, overlapping = {survey.id}, 0, [one for one in registry.surveys.values() if one.overlaps]
    while len(shared) > size:
        size = len(shared)
        for other in overlapping:
            ring = {other.id, *(overlap.survey for overlap in other.overlaps)}
            shared |= ring if ring & shared else set()
    return min(shared)


def _exclusive_group(finding: Finding) -> str:
    """Answers of one question that exclude each other form a group; every other answer is a group of its own."""
    group = f"{finding.survey.id}.{finding.question.id}|{finding.answer.item}|{finding.base}"
    return group if excludes(finding) else finding.id


def surveys_of(claim: Claim, registry: Registry) -> list[str]:
    """Return the ids of the surveys that a claim speaks of: those that it names, and those of its figures."""
    behind = (name.split(".")[0] for name in claim.names)
    return list(dict.fromkeys((*claim.surveys, *(name for name in behind if name in registry.surveys))))


def licence(surveys: Iterable[Survey]) -> str:
    """Return whether a statement about the population is licensed, and why not."""
    surveys = list(surveys)
    inferred = {survey.sampling or "" for survey in surveys if "sampling" in survey.inferred.named}
    bad = sorted(({survey.sampling or "unstated" for survey in surveys} - set(_PROBABILITY)) | inferred)
    if not surveys:
        return "not licensed: no survey supports it"
    samples = {one: sampling_words(one).sample for one in bad}
    told = (f"probably {words} (inferred)" if one in inferred else words for one, words in samples.items())
    return f"not licensed: {' and '.join(told)}" if bad else "licensed by the design"
