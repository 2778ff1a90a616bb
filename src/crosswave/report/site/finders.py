"""The long tables of the site: every finding, claim, trend and survey, a row for each."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from crosswave.claims.sampling import surveys_of
from crosswave.difference.verdict import DECISIONS
from crosswave.reconstruct import Reconstruction
from crosswave.report.holes import feasible
from crosswave.report.ledger import Ledger
from crosswave.report.render import percent, span
from crosswave.report.sentences import interval_points, points
from crosswave.report.site.material import Cell, Column, Finder, Row
from crosswave.study.models import Claim, Survey
from crosswave.study.registry import Finding, Registry, findings_of
from crosswave.trend.change import Trend
from crosswave.words import capital

_REFUSED = ("uninformative by design", "not comparable", "not testable")
_SAYS_MOST = (*(verdict for verdict in DECISIONS if verdict not in _REFUSED), *_REFUSED)
"""Verdicts in the order in which a reader wants them: what was decided first, what could not be looked at last."""


def make_finders(registry: Registry, ledger: Ledger) -> tuple[Finder, ...]:
    """Return every long table of the site that has a row."""
    every = trends(ledger, registry), findings(registry, ledger), claims(registry, ledger), surveys(registry, ledger)
    return tuple(finder for finder in every if finder.rows)


def house_of(survey: Survey) -> str:
    """Return who asked, or else who published; empty where neither is known."""
    return survey.fieldwork.house or survey.publisher or ""


def _number(text: str, value: float | None) -> Cell:
    return Cell(text, sort=None if value is None or pd.isna(value) else float(value))


def _year(*years: int) -> Cell:
    shown = sorted(set(years))
    return Cell(
        span(*(str(year) for year in (shown[0], shown[-1]))) if shown else "",
        sort=float(shown[0]) if shown else None,
        values=tuple(map(str, shown)),
    )


def _several(values: Iterable[str]) -> Cell:
    kept = tuple(dict.fromkeys(value for value in values if value))
    return Cell(", ".join(kept), values=kept)


def findings(registry: Registry, ledger: Ledger) -> Finder:
    """Return the table of every printed figure."""
    columns = (
        Column("survey", "Figure", filter="Survey"),
        Column("year", "Year", number=True, filter="Year"),
        Column("house", "House or publisher", filter="House or publisher"),
        Column("topic", "Topic", filter="Topic"),
        Column("asked", "What was asked, and the answer", wide=True),
        Column("printed", "Printed", number=True),
        Column("counts", "Counts that print it"),
        Column("interval", "Interval, %", number=True),
        Column("level", "Level", filter="Level"),
    )
    lead = "Every printed figure, with the whole counts that can have printed it."
    caption = (
        "Printed figures of all surveys. The interval says how far chance alone would move a figure if those who "
        "answered were a random sample."
    )
    figures = ledger.findings.itertuples()
    rows = tuple(_finding_row(registry.findings[str(row.finding_id)], ledger, row) for row in figures)
    return Finder("findings", "Findings", lead, caption, "findings", columns, rows)


def _finding_row(finding: Finding, ledger: Ledger, row: pd.Series) -> Row:
    survey, counts = finding.survey, ledger.reconstructions[finding.survey.id].findings[finding.id]
    top = feasible(counts.values, counts.count_low, counts.count_high)
    base = feasible(counts.bases, counts.base_low, counts.base_high)
    cells = (
        Cell(finding.id, f"survey/{survey.id}", finding.local_id, values=(survey.id,)),
        _year(survey.year),
        Cell(house_of(survey)),
        Cell(finding.answer.topic),
        Cell(f"{finding.question.asks} {finding.answer.says}"),
        _number(finding.answer.printed, row.estimate),
        Cell(f"{top} of {base}" if top and base else ""),
        _number(span(percent(row.low) or None, percent(row.high) or None), row.low),
        Cell(counts.level),
    )
    return Row(finding.id, cells)


def trends(ledger: Ledger, registry: Registry) -> Finder:
    """Return the table of every construct, what was decided first."""
    columns = (
        Column("construct", "Thing measured"),
        Column("topic", "Topic", filter="Topic"),
        Column("year", "Years compared", number=True, filter="Year"),
        Column("house", "Houses or publishers", filter="House or publisher"),
        Column("waves", "Waves", number=True),
        Column("grade", "Grade", filter="Grade"),
        Column("difference", "Difference, points", number=True),
        Column("interval", "Interval, points", number=True),
        Column("detectable", "Detectable change, points", number=True),
        Column("verdict", "Verdict", filter="Verdict"),
    )
    lead = "Everything that more than one survey may have measured, and what may be said of a change."
    caption = (
        f"Things measured by surveys of {registry.plan.window.from_year} to {registry.plan.window.to_year}, those who "
        "answered only. The difference is later minus earlier; its interval holds the total error of both waves."
    )
    rows = [_trend_row(row, ledger.assessed[str(row.construct_id)], registry) for row in ledger.trends.itertuples()]
    rows.sort(key=lambda row: _SAYS_MOST.index(row.cells[-1].text))
    return Finder("trends", "Trends", lead, caption, "trends", columns, tuple(rows))


def _trend_row(row: pd.Series, trend: Trend, registry: Registry) -> Row:
    compared, waves, construct = trend.comparison, trend.waves, trend.construct
    years = _year(*(wave.year for wave in waves))
    if pd.isna(row.from_year):
        years = Cell("", values=years.values)
    else:
        years = Cell(span(str(row.from_year), str(row.to_year)), sort=float(row.from_year), values=years.values)
    cells = (
        Cell(capital(construct.label), f"trend/{construct.id}"),
        _several(registry.findings[answer.finding].answer.topic for answer in construct.answers),
        years,
        _several(house_of(wave.survey) for wave in waves),
        _number(str(len(waves)), len(waves)),
        Cell("" if pd.isna(row.grade) else str(row.grade)),
        _number(points(compared.difference, sign=True) if compared else "", row.difference_pp),
        _number(interval_points(compared) if compared else "", row.low_pp),
        _number("" if pd.isna(row.detectable_pp) else f"{row.detectable_pp:.1f}", row.detectable_pp),
        Cell(trend.verdict),
    )
    return Row(construct.id, cells)


def claims(registry: Registry, ledger: Ledger) -> Finder:
    """Return the table of every claim."""
    columns = (
        Column("claim", "Claim", wide=True),
        Column("source", "Who makes it", filter="Who makes it"),
        Column("year", "Year", number=True, filter="Year"),
        Column("survey", "Surveys", filter="Survey"),
        Column("topic", "Topic", filter="Topic"),
        Column("answered", "For those who answered", filter="For those who answered"),
        Column("sample", "If they were a random sample", filter="If a random sample"),
        Column("population", "For the population", wide=True),
    )
    lead = "Sentences that writers built on the figures, checked against print."
    caption = "Claims of all sources, in this project's own words, and for whom each of them holds."
    rows = tuple(_claim_row(row, registry.claims[str(row.claim_id)], registry) for row in ledger.claims.itertuples())
    return Finder("claims", "Claims", lead, caption, "claims", columns, rows)


def _claim_row(row: pd.Series, claim: Claim, registry: Registry) -> Row:
    source = registry.claim_sources[claim.source]
    terms = [term for term in claim.names if term in registry.findings]
    cells = (
        Cell(claim.says, f"claims/{claim.source}", claim.id),
        Cell(source.publisher or source.title),
        _year(int(source.published[:4])) if source.published else Cell(""),
        _several(surveys_of(claim, registry)),
        _several(registry.findings[term].answer.topic for term in terms),
        Cell(str(row.answered_verdict)),
        Cell(str(row.random_sample_verdict)),
        Cell(str(row.population_licence)),
    )
    return Row(claim.id, cells)


def surveys(registry: Registry, ledger: Ledger) -> Finder:
    """Return the table of every survey wave."""
    columns = (
        Column("survey", "Survey"),
        Column("year", "Year", number=True, filter="Year"),
        Column("house", "House or publisher", filter="House or publisher"),
        Column("population", "Who was asked", wide=True),
        Column("n", "Answers", number=True),
        Column("sampling", "How they were chosen", filter="How they were chosen"),
        Column("topic", "Topics", filter="Topic", wide=True),
        Column("figures", "Figures", number=True),
        Column("level", "Levels of the figures", filter="Level"),
    )
    lead = "Every survey wave: who asked whom, when, and how many answered."
    caption = "Survey waves, earliest first. What no source prints is not known, and is left empty."
    ordered = sorted(registry.surveys.values(), key=lambda one: (one.year, one.id))
    rows = tuple(_survey_row(survey, ledger.reconstructions[survey.id]) for survey in ordered)
    return Finder("surveys", "Surveys", lead, caption, "surveys", columns, rows)


def _survey_row(survey: Survey, found: Reconstruction) -> Row:
    (n_low, n_high), figures = found.n or (None, None), findings_of(survey)
    cells = (
        Cell(survey.title, f"survey/{survey.id}"),
        _year(survey.year),
        Cell(house_of(survey)),
        Cell(survey.population),
        _number(span(n_low, n_high), n_low),
        Cell((survey.sampling or "").replace("-", " ") + " (inferred)" * ("sampling" in survey.inferred.named)),
        _several(sorted(figure.answer.topic for figure in figures)),
        _number(str(len(figures)), len(figures)),
        _several(sorted(found.findings[figure.id].level for figure in figures)),
    )
    return Row(survey.id, cells)
