"""What a study holds as files for other programs: tables of everything or of one thing, and its chart."""

from collections.abc import Collection, Iterable
from importlib.metadata import version
from pathlib import Path

from crosswave.api.comparisons import TrendResult
from crosswave.api.showing import records
from crosswave.api.study import Study, open
from crosswave.claims import Checker
from crosswave.report.canvas import WRITERS
from crosswave.report.export import Table, long_table, write_tables
from crosswave.report.fields import fields_of
from crosswave.report.results import by_claim, by_survey, by_trend, findings_frame
from crosswave.study.faults import nearest
from crosswave.trend.change import Trend
from crosswave.words import arrived


def export_study(study: Study, path: Path, name: str | None, long: bool) -> tuple[Path, ...]:
    """Write what `Study.export` says, and return the files."""
    if path.suffix.lower() in WRITERS:
        if name is None:
            raise ValueError("a chart shows one survey, series or topic; name one")
        study.result(name).chart().save(path)
        return (path,)
    tables = tables_of(study, name)
    if long:
        findings = next(table for table in tables if table.name == "findings")
        tables = [long_table(findings.frame, findings.fields, study.loaded.surveys)]
    held = study.loaded.study
    about = {
        "title": f"{held.title}{f': {name}' if name else ''}",
        "creator": f"{', '.join(held.authors)}; made by crosswave {version('crosswave')}",
        "license": f"{held.licence.title}, {held.licence.path}",
    }
    return write_tables(path, tables, about)


def tables_of(study: Study, name: str | None) -> list[Table]:
    """Return the results of a study, or those of one survey, series or construct, as the ledger has them."""
    held, plan = study.loaded, study.loaded.plan
    figures: Collection[str] | None = None
    trends: Iterable[Trend] = () if name else study.trends(study.settings()).values()
    surveys = dict(held.surveys)
    if name:
        found = study.result(name)
        if isinstance(found, TrendResult):
            trends, figures = [found.trend], [answer.finding for answer in found.trend.construct.answers]
        of = {one.split(".")[0] for one in figures or held.series.get(name, (name,))}
        surveys = {key: one for key, one in surveys.items() if key in of}
    every = [(one, study.reconstructions[key]) for key, one in surveys.items()]
    findings = findings_frame(every, plan.alpha.value, plan.design_effect.value)
    frames = {
        "findings": findings if figures is None else findings[findings["finding_id"].isin(figures)],
        "trends": by_trend(trends),
        "surveys": by_survey(surveys, study.reconstructions),
    }
    if name is None:
        checker = Checker(study.registry, study.reconstructions, plan.alpha.value)
        frames["claims"] = by_claim(held.claims.values(), checker)
    return [Table.of(key, frame, fields_of(key, held.study)) for key, frame in frames.items() if len(frame)]


def shown(name: str, folder: Path) -> dict[str, object]:
    """Return a finding, survey, series or construct as plain values, ready for JSON."""
    study, known = open(folder), name.strip().lower()
    survey_id = known.split(".")[0]
    if survey_id == known or survey_id not in study.loaded.surveys:
        return study.result(known).to_dict()
    rows = {row["finding_id"]: row for row in records(study.survey(survey_id).findings)}
    if known not in rows:
        raise KeyError(f"no finding is called {arrived(name)}{nearest(known, map(str, rows))}")
    return rows[known]
