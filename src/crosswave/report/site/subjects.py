"""A page for each subject of the vocabulary: its topics with their answers, the claims made, the surveys that asked."""

from __future__ import annotations

from crosswave.report.ledger import Ledger
from crosswave.report.sentences import said_of, verdict_word
from crosswave.report.site.finders import house_of
from crosswave.report.site.material import Link, Subject
from crosswave.study.registry import Registry
from crosswave.words import capital, plural


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
    asked: dict[str, list[str]] = {}
    for key in sorted(figures):
        asked.setdefault(key.partition(".")[0], []).append(key)
    surveys = sorted((registry.surveys[key] for key in asked), key=lambda survey: (survey.year, survey.id))
    links = [
        Link(survey.title, page=f"survey/{survey.id}",
             after=f"{house_of(survey)}, {survey.year}, {plural(len(asked[survey.id]), 'figure')}".lstrip(", "))
        for survey in surveys
    ]  # fmt: skip
    by_answer = sorted(topics, key=lambda link: (link.after or "", link.text))
    return Subject(name, registry.study.vocabulary.name(name), tuple(by_answer), tuple(claims), tuple(links))
