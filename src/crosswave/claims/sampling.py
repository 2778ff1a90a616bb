"""A claim as if those who answered were a random sample, and whether it may speak of the population."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from crosswave.claims.figures import Figures
from crosswave.difference.linear import LinearTerm, combine_linear
from crosswave.study.models import Claim, Condition, Survey, sampling_words
from crosswave.study.registry import Finding, Registry

_PROBABILITY = ("probability", "census")


def sampling_interval(condition: Condition, figures: Figures, alpha: float) -> tuple[float, float] | None:
    """Return the interval of the weighted sum, widened by what rounding leaves open; None without n."""
    make = _subset if condition.over else _linear
    low, high = make(condition, figures, "low"), make(condition, figures, "high")
    if low is None or high is None:
        return None
    return combine_linear(low, alpha=alpha).low, combine_linear(high, alpha=alpha).high


def _linear(condition: Condition, figures: Figures, end: str) -> list[LinearTerm] | None:
    terms = [_linear_term(name, weight, figures, end) for name, weight in condition.terms.items()]
    known = [term for term in terms if term is not None]
    return _apart(known) if known and len(known) == len(terms) else None


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


def _linear_term(name: str, weight: int, figures: Figures, end: str) -> LinearTerm | None:
    if name not in figures.registry.findings:
        return None
    finding, counts = figures.registry.findings[name], figures.counts(name)
    if counts.base_low is None:
        return None
    span = figures.share_span(name)
    share = float((span.low if (end == "low") == (weight > 0) else span.high) or 0)
    fieldwork = _fieldwork(finding.survey, figures.registry)
    return LinearTerm(fieldwork, _exclusive_group(finding), weight, share, counts.base_low)


def _fieldwork(survey: Survey, registry: Registry) -> str:
    """One name for waves that share respondents, however far: their errors may add up."""
    shared, size = {survey.id}, 0
    while len(shared) > size:
        size = len(shared)
        for other in registry.surveys.values():
            ring = {other.id, *(overlap.survey for overlap in other.overlaps)}
            shared |= ring if ring & shared else set()
    return min(shared)


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
        return "not licensed: no survey stands behind it"
    told = (
        f"probably {words} (inferred)" if one in inferred else words
        for one, words in ((one, sampling_words(one).sample) for one in bad)
    )
    return f"not licensed: {' and '.join(told)}" if bad else "licensed by the design"
