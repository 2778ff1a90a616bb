"""A finding, survey, series or construct as a card for the terminal; what compares is imported where it is shown."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from textwrap import fill
from typing import Any

from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.table import Column, Table
from rich.text import Text

from crosswave.reconstruct import Reconstruction, reconstruct
from crosswave.report.holes import feasible
from crosswave.report.rows import finding_row
from crosswave.study import read_series
from crosswave.study.faults import nearest
from crosswave.study.models import Plan, Survey
from crosswave.study.registry import Finding, Registry, findings_of
from crosswave.words import arrived

_WORDS_WIDTH, _ID_WIDTH = 24, 40
"""Width of the column of answers: for their words, and at most for their ids, which are broken only beyond that."""


def card(name: str, registry: Registry) -> RenderableType:
    """Return what is known of a finding, a survey, a series or a construct.

    Raises
    ------
    KeyError
        Nothing has that id; the message names the nearest ones.
    DataError
        It is in a file that was left out: all faults of that file.
    """
    kinds: Mapping[str, Callable[[str, Registry], RenderableType]] = {
        **dict.fromkeys(registry.constructs, _construct_card),
        **dict.fromkeys(registry.surveys, _survey_card),
        **dict.fromkeys(registry.series, _series_card),
    }
    known = name.strip().lower()  # all ids are in small letters
    if known not in kinds and (survey_id := known.split(".")[0]) in {*registry.surveys, *registry.left_out}:
        own = findings_of(registry.survey(survey_id))  # of one that was left out this says why
        kinds = {**kinds, **{finding.id: _finding_card for finding in own}}
    if known not in kinds:
        hint = nearest(name, {*kinds, *registry.findings}) or "; see crosswave list"
        raise KeyError(f"no finding, survey, series or topic is called {arrived(name)}{hint}")
    return kinds[known](known, registry)


def _rows(findings: Iterable[Finding], found: Reconstruction, plan: Plan) -> Iterator[dict[str, Any]]:
    """What is known of each figure, with its feasible counts and bases in words."""
    for finding in findings:
        c = found.findings[finding.id]
        row = finding_row(finding, c, plan.alpha.value, plan.design_effect.value)
        count, base = feasible(c)
        yield row | {"counts": count or "unknown", "bases": base or "unknown"}


def _finding_card(name: str, registry: Registry) -> RenderableType:
    finding = registry.finding(name)
    found = reconstruct(finding.survey, registry)
    [row] = _rows([finding], found, registry.plan)
    own = {finding.local_id} if row["level"] == "conflicting" else set()
    why = _conflicts(found, own) or [row["reason"]]
    facts = {
        "id": name,
        "printed": finding.shown,
        "asked": finding.question.asks,
        "answer": finding.answer.says,
        "level": row["level"],
        "why": "\n".join(why),
        "counts": f"{row['counts']} of {row['bases']}",
        "if a random sample": _interval(row),
        "sources": ", ".join(finding.answer.sources),
        "ambiguous": finding.answer.ambiguity,
        "note": finding.answer.note,
    }
    return Panel(_facts(facts))


def _survey_card(name: str, registry: Registry) -> RenderableType:
    survey = registry.survey(name)
    found = reconstruct(survey, registry)
    facts = {
        "id": name,
        "title": survey.title,
        "publisher": survey.publisher,
        "year": f"{survey.year} (by {survey.year_basis})",
        "population": survey.population,
        "n": f"{survey.n.printed or 'not printed'}{survey.mark('n')}",
        "sampling": f"{survey.sampling or 'not stated'}{survey.mark('sampling')}",
        "missing": survey.missing,
        "note": survey.note,
    }
    rows = _rows(findings_of(survey), found, registry.plan)
    return Group(Panel(_facts(facts)), *_figures(survey, rows), *_why(found))


def _figures(survey: Survey, rows: Iterator[dict[str, Any]]) -> Iterator[RenderableType]:
    """A table for each question under its id, which has a line of its own: ids are copied into files."""
    widest = max((len(answer.id) for question in survey.questions for answer in question.answers), default=0)
    width = min(max(widest, _WORDS_WIDTH), _ID_WIDTH)
    for question in survey.questions:
        yield Text.assemble("\n", (question.id, "bold"), f"  {question.asks}")
        table = Table(box=None, padding=(0, 1, 0, 0), header_style="dim")
        table.add_column("answer", no_wrap=True, min_width=width)
        for title in ("printed", "level", "count", "base", "interval"):
            table.add_column(title, overflow="fold", no_wrap=title == "level")
        for answer, row in zip(question.answers, rows, strict=False):
            told = (row["published"], row["level"], row["counts"], row["bases"], _interval(row))
            said_by_id = answer.id == "-".join(answer.says.lower().split())
            words = "" if said_by_id else f"\n{fill(answer.says, width)}"
            table.add_row(Text.assemble(fill(answer.id, width), (words, "dim")), *map(Text, told))
        yield table


def _why(found: Reconstruction) -> Iterator[RenderableType]:
    """Why figures cannot be reproduced, a reason a line."""
    out: set[str] = set()
    others: dict[str, list[str]] = {}
    for name, figure in found.findings.items():
        if figure.level == "conflicting":
            out.add(name.partition(".")[2])
        elif figure.level != "consistent":
            others.setdefault(figure.reason, []).append(name.partition(".")[2])
    lines = [*_conflicts(found, out), *(f"- {', '.join(names)}: {reason}" for reason, names in others.items())]
    if lines:
        yield Text("\nwhy figures cannot be reproduced", style="bold")
        yield from map(Text, lines)


def _conflicts(found: Reconstruction, names: set[str]) -> list[str]:
    """The conflicts that leave some figures without counts, and below each what would mend it."""
    lines = []
    for conflict in found.conflicts:
        if names & set(conflict.figures):
            lines += [f"- {conflict.why}", *(f"  it would fit {repair}" for repair in conflict.repairs)]
    return lines


def _series_card(name: str, registry: Registry) -> RenderableType:
    from crosswave.report.official import changes_frame, left_words, told
    from crosswave.report.render import span, year_of
    from crosswave.trend.official import topics_of
    from crosswave.trend.settings import Settings
    from crosswave.trend.synthesis import reconstruct_all

    found = reconstruct_all(registry)
    table = Table(Column("wave", no_wrap=True), "year", "whom", "asked", "answered", header_style="bold")
    for survey in map(registry.survey, registry.series[name]):
        n = span(*(found[survey.id].n or (None, None)))
        asked = f"{survey.asked:,}" if survey.asked else ""
        table.add_row(survey.id, year_of(survey), Text(survey.group or survey.population), asked, n)
    changes = changes_frame(topics_of(name, registry), registry, found, Settings.of(registry.plan))
    facts = {"id": name, "title": read_series(registry, name).title, "what changed": "\n".join(map(str, told(changes)))}
    return Group(Panel(_facts(facts | {"the rest": left_words(changes)})), table)


def _construct_card(name: str, registry: Registry) -> RenderableType:
    from crosswave.report.sentences import said_of, trend_sentence
    from crosswave.trend.settings import Settings
    from crosswave.trend.synthesis import assess_one

    trend, _ = assess_one(registry.construct(name), registry, Settings.of(registry.plan))
    table = Table(Column("finding", no_wrap=True), "year", "printed", "note", header_style="bold")
    for answer in trend.construct.answers:
        finding = registry.finding(answer.finding)
        table.add_row(
            fill(finding.id, _ID_WIDTH), str(finding.survey.year), Text(finding.shown), Text(answer.note or "")
        )
    facts = {"id": name, "label": trend.construct.label, "answer": said_of(trend.verdict)}
    facts["sentence"] = trend_sentence(trend)
    return Group(Panel(_facts(facts)), table)


def _facts(facts: Mapping[str, str | None]) -> Table:
    table = Table.grid(padding=(0, 2))
    table.add_column()
    table.add_column(overflow="fold")
    for key, value in facts.items():
        if value:
            table.add_row(Text(key, style="bold"), Text(value))
    return table


def _interval(row: Mapping[str, Any]) -> str:
    return "" if row["low"] is None else f"{100 * row['low']:.1f} to {100 * row['high']:.1f} %"
