"""How answers to different questions go together: print does not say, and only bounds can be given."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import groupby

from crosswave.reconstruct import FindingCounts, Reconstruction
from crosswave.reconstruct.joint import joint_counts
from crosswave.study.models import Survey
from crosswave.study.registry import Finding, Registry, findings_of
from crosswave.tables.render import span

_UNKNOWN = (
    "Print does not say how answers to different questions go together: who gave one answer and another is not known, "
    "and the same figures come from very different sets of people."
)


def survey_together(survey: Survey, registry: Registry, reconstruction: Reconstruction) -> list[str]:
    """Return what print does not say of two answers, with the bounds of one pair where there is one.

    Notes
    -----
    The pair is that of the two largest answers of a question with several answers; without such a question, of the
    largest answers to two questions on one base.
    """
    pair = next(_pairs(survey, reconstruction), None)
    if pair is None:
        return [f"{_UNKNOWN} No two figures rest on one known base, so there are no bounds either."]
    low, high = joint_counts(survey, registry, pair[0].local_id, pair[1].local_id)
    named = " and ".join(f"“{finding.answer.says}” ({finding.answer.printed})" for finding in pair)
    base = reconstruction.findings[pair[0].id]
    both = f"between {low:,} and {high:,}" if low < high else f"exactly {low:,}"
    return [f"{_UNKNOWN} Of the {span(base.base_low, base.base_high)} who answered, {both} gave both {named}."]


def _pairs(survey: Survey, reconstruction: Reconstruction) -> Iterator[tuple[Finding, Finding]]:
    """Pairs that can be bounded, the best first."""
    counts = reconstruction.findings
    known = [f for f in findings_of(survey) if counts[f.id].count_low is not None and not f.answer.rival_of]
    several = [finding for finding in known if finding.question.response == "multi"]
    for _, group in groupby(several, key=lambda finding: finding.question.id):
        yield from _largest(list(group), counts)
    whole = [finding for finding in known if finding.base is None or finding.base.everyone]
    firsts = [_sorted(list(group), counts)[0] for _, group in groupby(whole, key=lambda finding: finding.question.id)]
    yield from _largest(firsts, counts)


def _largest(findings: list[Finding], counts: Mapping[str, FindingCounts]) -> Iterator[tuple[Finding, Finding]]:
    """The two largest on one base."""
    ranked = _sorted(findings, counts)
    ends = [(counts[finding.id].base_low, counts[finding.id].base_high) for finding in ranked]
    for place, finding in enumerate(ranked):
        for other in range(place + 1, len(ranked)):
            if ends[place] == ends[other]:
                yield finding, ranked[other]
                return


def _sorted(findings: list[Finding], counts: Mapping[str, FindingCounts]) -> list[Finding]:
    return sorted(findings, key=lambda finding: -(counts[finding.id].count_high or 0))
