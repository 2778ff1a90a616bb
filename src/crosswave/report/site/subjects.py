"""A page for each subject of the vocabulary: its topics with their answers, the claims made, the surveys that asked."""

from __future__ import annotations

from crosswave.report.ledger import Ledger
from crosswave.report.render import span
from crosswave.report.sentences import VERDICT_WORDS, said_of, verdict_word
from crosswave.report.site.finders import house_of
from crosswave.report.site.material import Link, Subject
from crosswave.study.loading import read_series
from crosswave.study.models import Survey
from crosswave.study.registry import Registry, findings_of
from crosswave.words import capital


def make_subjects(registry: Registry, ledger: Ledger) -> tuple[Subject, ...]:
    """Return the subjects on which there is a figure, in the order of the vocabulary."""
    every = (_subject(name, registry, ledger) for name in registry.study.vocabulary.topics)
    return tuple(subject for subject in every if subject.surveys)


def _subject(name: str, registry: Registry, ledger: Ledger) -> Subject:
    figures = {key for key, finding in registry.findings.items() if finding.answer.topic == name}
    topics = [
        Link(capital(trend.construct.label), page=f"trend/{key}", after=said_of(trend.verdict))
        for key, trend in ledger.assessed.items()
        if any(answer.finding in figures for answer in trend.construct.answers)
    ]
    claims = [
        Link(
            registry.claims[row.claim_id].says, page=f"claims/{row.source_id}", after=verdict_word(row.answered_verdict)
        )
        for row in ledger.claims.astype(str).itertuples()
        if figures & set(registry.claims[row.claim_id].names)
    ]
    asked: dict[str, list[Survey]] = {}  # waves of a series are one entry
    for survey in sorted(registry.surveys.values(), key=lambda one: (one.year, one.id)):
        if any(finding.id in figures for finding in findings_of(survey)):
            asked.setdefault(registry.series_of.get(survey.id, survey.id), []).append(survey)
    links = [
        Link(_titled(waves[-1], registry), page=f"survey/{waves[-1].id}",
             after=", ".join(filter(None, [house_of(waves[-1]), span(str(waves[0].year), str(waves[-1].year))])))
        for waves in asked.values()
    ]  # fmt: skip
    by_answer = sorted(topics, key=lambda link: (list(VERDICT_WORDS.values()).index(link.after), link.text))
    return Subject(name, registry.study.vocabulary.name(name), tuple(by_answer), tuple(claims), tuple(links))


def _titled(survey: Survey, registry: Registry) -> str:
    series = registry.series_of.get(survey.id)
    return read_series(registry, series).title if series else survey.title
