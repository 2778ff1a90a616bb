"""The long tables of the site: every finding, claim, trend and survey, a row for each."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pandas as pd

from crosswave.claims.figures import surveys_of
from crosswave.report.holes import people_behind
from crosswave.report.ledger import Ledger
from crosswave.report.render import percent, span
from crosswave.report.sentences import VERDICT_WORDS, interval_points, of_whom, points, verdict_word
from crosswave.report.site.material import Cell, Column, Finder
from crosswave.study.models import Study, Survey
from crosswave.study.registry import Registry, findings_of
from crosswave.trend.certainty import ANSWERS, certainty_of
from crosswave.words import capital

_YEAR = Column("year", "Year", number=True, filter="Year")
_HOUSE = Column("house", "House or publisher", filter="House or publisher")
_SUBJECT = Column("subject", "Subject", filter="Subject")
_WHO = (  # whom a survey asked, and who paid: readers choose among them
    Column("sector", "Sector", filter="Sector", shown=False),
    Column("nation", "Nation", filter="Nation", shown=False),
    Column("paid", "Who paid", filter="Who paid", shown=False),
)


def make_finders(registry: Registry, ledger: Ledger) -> tuple[Finder, ...]:
    """Return every long table of the site that has a row."""
    every = (make(registry, ledger) for make in (_trends, _findings, _claims, _surveys))
    return tuple(finder for finder in every if finder.rows)


def house_of(survey: Survey) -> str:
    """Return who asked, or else who published; empty where neither is known."""
    return survey.fieldwork.house or survey.publisher or ""


def _who(surveys: Iterable[Survey], study: Study) -> tuple[Cell, ...]:
    every = list(surveys)
    return (
        _several(study.vocabulary.name(survey.sector) for survey in every),
        _several(survey.nation or "" for survey in every),
        _several(survey.sponsor or survey.publisher or "" for survey in every),
    )


def _subject(finding: str, registry: Registry) -> str:
    return registry.study.vocabulary.name(registry.findings[finding].answer.topic)


def _number(text: str, value: float | None) -> Cell:
    return Cell(text, sort=None if value is None or pd.isna(value) else float(value))


def _year(*years: int) -> Cell:
    shown = [str(year) for year in sorted(set(years))]
    return Cell(span(shown[0], shown[-1]), sort=float(shown[0]), values=tuple(shown)) if shown else Cell("")


def _several(values: Iterable[str]) -> Cell:
    kept = tuple(dict.fromkeys(value for value in values if value))
    return Cell(", ".join(kept), values=kept)


def _findings(registry: Registry, ledger: Ledger) -> Finder:
    columns = (
        Column("survey", "Figure", filter="Survey"),
        _YEAR,
        _HOUSE,
        _SUBJECT,
        Column("asked", "What was asked, and the answer", wide=True),
        Column("printed", "Published", number=True),
        Column("counts", "People behind it"),
        Column("interval", "Interval, %", number=True),
        Column("level", "Level", filter="Level"),
        *_WHO,
    )
    lead = "Every published percentage, with the number of people it can be."
    caption = (
        "Published figures of all surveys. The interval says how far chance alone would move a figure if those who "
        "answered were a random sample."
    )
    rows = {}
    for row in ledger.findings.itertuples():
        finding = registry.findings[str(row.finding_id)]
        survey, counts = finding.survey, ledger.reconstructions[finding.survey.id].findings[finding.id]
        rows[finding.id] = (
            Cell(finding.id, f"survey/{survey.id}", finding.local_id, values=(survey.id,)),
            _year(survey.year),
            Cell(house_of(survey)),
            Cell(registry.study.vocabulary.name(finding.answer.topic)),
            Cell(f"{finding.question.asks} {finding.answer.says}"),
            _number(finding.shown, row.estimate),
            Cell(people_behind(counts)),
            _number(span(percent(row.low), percent(row.high)), row.low),
            Cell(counts.level),
            *_who([survey], registry.study),
        )
    return Finder("findings", "Findings", lead, caption, "findings", columns, rows, told=(4, 5, 2, 1))


def _trends(registry: Registry, ledger: Ledger) -> Finder:
    """What was decided first."""
    columns = (
        Column("construct", "Topic of the trend"),
        Column("verdict", "Answer", filter="Answer"),
        Column("certainty", "Certainty", filter="Certainty"),
        Column("year", "Years compared", number=True, filter="Year"),
        Column("difference", "Difference, points", number=True),
        Column("interval", "Interval, points", number=True),
        _SUBJECT,
        Column("house", "Houses or publishers", filter="House or publisher"),
        Column("waves", "Surveys", number=True),
        Column("grade", "Grade", filter="Grade"),
        Column("detectable", "Detectable change, points", number=True),
        *_WHO[:2],
    )
    lead = "Topics that surveys asked about, and whether the answer changed."
    caption = (
        f"Topics of surveys of {registry.plan.window.from_year} to {registry.plan.window.to_year}, those who "
        "answered only. The difference is later minus earlier; its interval holds the total error of both surveys."
    )
    rows = {str(row.construct_id): _trend_row(row, registry, ledger) for row in ledger.trends.itertuples()}
    order, levels = list(VERDICT_WORDS.values()), ["", *registry.plan.certainty.levels]
    ordered = sorted(rows.items(), key=lambda row: (order.index(row[1][1].text), levels.index(row[1][2].text)))
    return Finder("trends", "Trends", lead, caption, "trends", columns, dict(ordered), told=(0, 3))


def _trend_row(row: Any, registry: Registry, ledger: Ledger) -> tuple[Cell, ...]:
    trend = ledger.assessed[str(row.construct_id)]
    compared, waves, construct = trend.comparison, trend.waves, trend.construct
    years = [] if pd.isna(row.from_year) else [row.from_year, row.to_year]
    return (
        Cell(capital(construct.label), f"trend/{construct.id}"),
        Cell(VERDICT_WORDS[trend.verdict]),
        Cell(certainty_of(trend).level if trend.verdict in ANSWERS else ""),
        replace(_year(*years), values=_year(*(wave.year for wave in waves)).values),
        _number(points(compared.difference, sign=True) if compared else "", row.difference_pp),
        _number(interval_points(compared) if compared else "", row.low_pp),
        _several(_subject(answer.finding, registry) for answer in construct.answers),
        _several(house_of(wave.survey) for wave in waves),
        _number(str(len(waves)), len(waves)),
        Cell("" if pd.isna(row.grade) else str(row.grade)),
        _number("" if pd.isna(row.detectable_pp) else f"{row.detectable_pp:.1f}", row.detectable_pp),
        *_who((wave.survey for wave in waves), registry.study)[:2],
    )


def _claims(registry: Registry, ledger: Ledger) -> Finder:
    columns = (
        Column("claim", "Claim", wide=True),
        Column("source", "Who makes it", filter="Who makes it"),
        _YEAR,
        Column("survey", "Surveys", filter="Survey"),
        _SUBJECT,
        Column("answered", "For those who answered", filter="For those who answered"),
        Column("sample", "If they were a random sample", filter="If a random sample"),
        Column("population", "For the population", wide=True),
    )
    lead = "What newspapers and suppliers said about the surveys, and whether it is right."
    caption = "Claims of all sources, in this project's own words, and for whom each of them holds."
    rows = {}
    for row in ledger.claims.itertuples():
        claim = registry.claims[str(row.claim_id)]
        source = registry.claim_sources[claim.source]
        rows[claim.id] = (
            Cell(claim.says, f"claims/{claim.source}", claim.id),
            Cell(source.publisher or source.title),
            _year(int(source.published[:4])) if source.published else Cell(""),
            _several(surveys_of(claim, registry)),
            _several(_subject(term, registry) for term in claim.names if term in registry.findings),
            Cell(verdict_word(str(row.answered_verdict))),
            Cell(str(row.random_sample_verdict)),
            Cell(of_whom(str(row.population_licence))),
        )
    return Finder("claims", "Claims", lead, caption, "claims", columns, rows, told=(0, 1))


def _surveys(registry: Registry, ledger: Ledger) -> Finder:
    columns = (
        Column("survey", "Survey"),
        _YEAR,
        _HOUSE,
        Column("population", "Who was asked", wide=True),
        Column("n", "Answers", number=True),
        Column("sampling", "How they were chosen", filter="How they were chosen"),
        Column("subject", "Subjects", filter="Subject", wide=True),
        Column("figures", "Figures", number=True),
        Column("level", "Levels of the figures", filter="Level"),
        *_WHO,
    )
    lead = "Every survey: who asked whom, when, and how many answered."
    caption = "Surveys, earliest first. What no source says is not known, and is left empty."
    rows = {}
    for survey in sorted(registry.surveys.values(), key=lambda one: (one.year, one.id)):
        found, figures = ledger.reconstructions[survey.id], findings_of(survey)
        n_low, n_high = found.n or (None, None)
        rows[survey.id] = (
            Cell(survey.title, f"survey/{survey.id}"),
            _year(survey.year),
            Cell(house_of(survey)),
            Cell(survey.population),
            _number(span(n_low, n_high), n_low),
            Cell((survey.sampling or "").replace("-", " ") + " (inferred)" * ("sampling" in survey.inferred.named)),
            _several(sorted(_subject(figure.id, registry) for figure in figures)),
            _number(str(len(figures)), len(figures)),
            _several(sorted(found.findings[figure.id].level for figure in figures)),
            *_who([survey], registry.study),
        )
    return Finder("surveys", "Surveys", lead, caption, "surveys", columns, rows, told=(0, 2, 1))
