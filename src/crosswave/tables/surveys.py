"""A survey as tables: how it was made, what it prints, where that stands."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pandas as pd

from crosswave.reconstruct import Reconstruction
from crosswave.reconstruct.conflicts import Conflict
from crosswave.report.holes import feasible_words
from crosswave.study.models import Source, Survey, unit_words
from crosswave.tables.render import Link, percent, span
from crosswave.words import capital

NOT_PRINTED = "not printed"


def survey_table(survey: Survey, reconstruction: Reconstruction) -> pd.DataFrame:
    """Return what is known of how a survey was made, a row for each fact; what no source says is said to be so."""
    field, n, mark = survey.fieldwork, reconstruction.n, survey.mark
    facts = {
        "Published by": survey.publisher,
        "Paid for by": survey.sponsor,
        "Answers collected by": _marked(field.house, mark("house")),
        "Answers collected": _marked(_period(field.start, field.end), mark("fieldwork")),
        "Published": survey.published,
        "Placed in": f"{survey.year} ({survey.year_basis})",
        "Who was asked": survey.population,
        "Nation": _marked(survey.nation, mark("nation")),
        "One reply stands for": _marked(unit_words(survey.unit).one, mark("unit")),
        "How answers were collected": _marked(survey.mode, mark("mode")),
        "How those asked were chosen": _marked(survey.sampling, mark("sampling")),
        "How many replied, as printed": survey.n.printed,
        "How many replied, as taken here": _marked(span(*n) if n else None, mark("n")),
        "Organisations behind the replies": _marked(_count(survey.organisations), mark("organisations")),
        "Weighted": {True: "yes", False: "no"}.get(survey.weighted) if survey.weighted is not None else None,
        "Percentages rounded": survey.rounding,
    }
    rows = [(name, value or NOT_PRINTED) for name, value in facts.items()]
    return pd.DataFrame(rows, columns=["Fact", "As far as it is known"])


def _marked(fact: str | None, mark: str) -> str | None:
    return f"{fact}{mark}" if fact else None


def _count(number: int | None) -> str | None:
    return None if number is None else f"{number:,}"


def _period(start: str | None, end: str | None) -> str | None:
    return " to ".join(dict.fromkeys(date for date in (start, end) if date)) or None


def sources_table(sources: Iterable[Source]) -> pd.DataFrame:
    """Return a row for each source, with a link."""
    rows = [
        (Link(source.title, source.url), source.publisher or "", source.kind.replace("-", " "), source.published or "")
        for source in sources
    ]
    return pd.DataFrame(rows, columns=["Source", "Publisher", "Kind", "Published"])


def findings_table(findings: pd.DataFrame, reconstruction: Reconstruction) -> pd.DataFrame:
    """Return a row for each printed figure, ready to be read."""
    counts = [reconstruction.findings[name] for name in findings["finding_id"]]
    return pd.DataFrame(
        {
            "Figure": findings["finding_id"].str.partition(".")[2],
            "Answer": findings["answer"],
            "Printed": findings["published"],
            "Level": findings["level"],
            "Count": [feasible(c.values, c.count_low, c.count_high) for c in counts],
            "Base": [feasible(c.bases, c.base_low, c.base_high) for c in counts],
            "Share, %": _spans(findings, "value_low", "value_high"),
            "Interval, %": _spans(findings, "low", "high"),
            "Could have failed, %": findings["power"].map(percent),
        }
    )


def conflict_names(reconstruction: Reconstruction) -> dict[Conflict, str]:
    """Return a short name for each conflict of a survey, by which tables and sentences refer to it."""
    return {conflict: f"Conflict {place}" for place, conflict in enumerate(reconstruction.conflicts, start=1)}


def reasons_table(findings: pd.DataFrame, reconstruction: Reconstruction) -> pd.DataFrame:
    """Return why figures have their level: a row for each reason, with the figures that it holds for."""
    local = findings.assign(figure=findings["finding_id"].str.partition(".")[2])
    told = [
        _why(figure, reason, reconstruction) for figure, reason in zip(local["figure"], local["reason"], strict=True)
    ]
    local = local.assign(reason=told)
    groups = local.groupby(["level", "reason"], sort=False)["figure"]
    rows = [(level, capital(reason), ", ".join(figures)) for (level, reason), figures in groups]
    return pd.DataFrame(rows, columns=["Level", "Why", "Figures"])


def _why(figure: str, reason: str, reconstruction: Reconstruction) -> str:
    own = [name for conflict, name in conflict_names(reconstruction).items() if figure in conflict.figures]
    return f"in {' and '.join(own)}" if own else reason


def feasible(values: Sequence[int], low: int | None, high: int | None) -> str:
    """Return what a count or a base can be, by `feasible_words`; nothing where it is not known."""
    return "" if low is None or high is None else feasible_words(values, low, high)


def _spans(frame: pd.DataFrame, low: str, high: str) -> list[str]:
    return [span(percent(one) or None, percent(two) or None) for one, two in zip(frame[low], frame[high], strict=True)]
