"""A finding, survey or construct as a card for the terminal."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import pandas as pd
from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from crosswave.holes import feasible_words
from crosswave.reconstruct import reconstruct
from crosswave.registry.faults import nearest
from crosswave.registry.loading import Registry
from crosswave.results import by_finding
from crosswave.sentences import trend_sentence
from crosswave.trend.settings import planned
from crosswave.trend.synthesis import assess_one
from crosswave.words import arrived

_LISTED = ("answer", "published", "level", "count", "base", "interval")


def card(name: str, registry: Registry) -> RenderableType:
    """Return what is known of a finding, a survey or a construct.

    Parameters
    ----------
    name : str
        The id of any of them, in any case.
    registry : Registry
        Where it stands.

    Raises
    ------
    KeyError
        Nothing has that id; the message names the nearest ones.
    """
    kinds: Mapping[str, Callable[[str, Registry], RenderableType]] = {
        **dict.fromkeys(registry.findings, _finding_card),
        **dict.fromkeys(registry.constructs, _construct_card),
        **dict.fromkeys(registry.surveys, _survey_card),
    }
    known = name.strip().lower()  # all ids are in small letters
    if known not in kinds:
        raise KeyError(
            f"no finding, survey or construct is called {arrived(name)}{nearest(name, kinds) or '; see crosswave list'}"
        )
    return kinds[known](known, registry)


def _findings(survey_id: str, registry: Registry) -> pd.DataFrame:
    """A row for each figure, with its feasible counts and bases in words."""
    survey, plan = registry.survey(survey_id), registry.plan
    found = reconstruct(survey, registry)
    frame = by_finding(survey, found, alpha=plan.alpha.value, design_effect=plan.design_effect.value)
    counts = [found.findings[name] for name in frame["finding_id"]]
    return frame.assign(
        counts=[_feasible(c.values, c.count_low, c.count_high) for c in counts],
        bases=[_feasible(c.bases, c.base_low, c.base_high) for c in counts],
    )


def _finding_card(name: str, registry: Registry) -> RenderableType:
    finding = registry.finding(name)
    frame = _findings(finding.survey.id, registry).set_index("finding_id")
    row = frame.loc[name]
    facts = {
        "printed": finding.answer.printed,
        "asked": finding.question.asks,
        "answer": finding.answer.says,
        "level": f"{row['level']}: {row['reason']}",
        "counts": f"{row['counts']} of {row['bases']}",
        "if a random sample": _interval(row),
        "sources": ", ".join(finding.answer.sources),
        "ambiguous": finding.answer.ambiguity,
        "note": finding.answer.note,
    }
    return Panel(_facts(facts), title=Text(name))


def _survey_card(name: str, registry: Registry) -> RenderableType:
    survey = registry.survey(name)
    facts = {
        "title": survey.title,
        "publisher": survey.publisher,
        "year": f"{survey.year} (by {survey.year_basis})",
        "population": survey.population,
        "n": f"{survey.n.printed or 'not printed'}{survey.mark('n')}",
        "sampling": f"{survey.sampling or 'not stated'}{survey.mark('sampling')}",
        "missing": survey.missing,
        "note": survey.note,
    }
    return Group(Panel(_facts(facts), title=Text(name)), _figures(_findings(name, registry)))


def _figures(frame: pd.DataFrame) -> Table:
    table = Table(*_LISTED, header_style="bold")
    for _, row in frame.iterrows():
        answer = f"{row['question_id']}: {row['answer']}"
        table.add_row(Text(answer), Text(row["published"]), row["level"], row["counts"], row["bases"], _interval(row))
    return table


def _construct_card(name: str, registry: Registry) -> RenderableType:
    trend, _ = assess_one(registry.construct(name), registry, planned(registry.plan))
    table = Table("finding", "year", "printed", "note", header_style="bold")
    for answer in trend.construct.answers:
        finding = registry.finding(answer.finding)
        table.add_row(finding.id, str(finding.survey.year), Text(finding.answer.printed), Text(answer.note or ""))
    facts = {"label": trend.construct.label, "verdict": trend.verdict, "sentence": trend_sentence(trend)}
    return Group(Panel(_facts(facts), title=Text(name)), table)


def _facts(facts: Mapping[str, str | None]) -> Table:
    table = Table.grid(padding=(0, 2))
    for key, value in facts.items():
        if value:
            table.add_row(Text(key, style="bold"), Text(value))
    return table


def _feasible(values: Sequence[int], low: int | None, high: int | None) -> str:
    return "unknown" if low is None or high is None else feasible_words(values, low, high)


def _interval(row: pd.Series) -> str:
    return "" if pd.isna(row["low"]) else f"{100 * row['low']:.1f} to {100 * row['high']:.1f} %"
