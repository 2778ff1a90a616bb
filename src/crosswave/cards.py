"""A finding, survey or construct as a card for the terminal."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence

import pandas as pd
from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from crosswave.holes import feasible_words
from crosswave.printed.quantities import Lexicon
from crosswave.reconstruct import reconstruct
from crosswave.reconstruct.by_hand import SIZES_TRIED, counts_on, fitting_sizes, nearest_sizes
from crosswave.registry.faults import nearest
from crosswave.registry.loading import Registry
from crosswave.results import by_finding
from crosswave.sentences import trend_sentence
from crosswave.trend.settings import planned
from crosswave.trend.synthesis import assess_one

_LISTED = ("answer", "published", "level", "count", "base", "interval")


def card(name: str, registry: Registry) -> RenderableType:
    """Return what is known of a finding, a survey or a construct.

    Parameters
    ----------
    name : str
        The id of any of them.
    registry : Registry
        Where it stands.

    Raises
    ------
    KeyError
        Nothing has that id; the message names the nearest ones.
    """
    kinds: Mapping[Callable[[str], bool], Callable[[str, Registry], RenderableType]] = {
        registry.surveys.__contains__: _survey_card,
        registry.constructs.__contains__: _construct_card,
        registry.findings.__contains__: _finding_card,
    }
    for holds, make in kinds.items():
        if holds(name):
            return make(name, registry)
    known = [*registry.surveys, *registry.constructs, *registry.findings]
    raise KeyError(
        f"no finding, survey or construct is called {name!r}{nearest(name, known) or '; see crosswave list'}"
    )


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
        "n": survey.n.printed or "not printed",
        "sampling": survey.sampling or "not stated",
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


def counts_lines(printed: Sequence[str], n: str, rounding: str, registry: Registry) -> Iterator[str]:
    """Yield what can be said of percentages and a size, or a range of sizes, line by line.

    Parameters
    ----------
    printed : sequence of str
        Figures of one base.
    n : str
        ``61`` or ``50-80``.
    rounding : str
        nearest or truncated.
    registry : Registry
        Reads words such as "nearly half".

    Raises
    ------
    ValueError
        n or the rounding is of another form, or a figure cannot be read.
    """
    if rounding not in ("nearest", "truncated"):
        raise ValueError(f"--rounding is nearest or truncated; {rounding!r} arrived")
    sizes = _sizes(n)
    figures = [Lexicon(registry.quantities).share(text, rounding) for text in printed]
    if len(sizes) == 1:
        for figure in figures:
            yield f"{figure.printed} of {sizes[0]}: {_one_count(counts_on(figure, sizes[0]))}"
    fitting = fitting_sizes(figures, sizes)
    if len(sizes) > 1:
        yield f"{' '.join(printed)}: {len(fitting)} of {len(sizes)} sizes fit: {', '.join(map(str, fitting)) or 'none'}"
    if not fitting:
        near = " and ".join(map(str, nearest_sizes(figures, sizes[0])))
        yield f"nearest n that fit: {near or f'none within {SIZES_TRIED:,} of {sizes[0]:,}'}"


def _one_count(counts: range) -> str:
    if not counts:
        return "no count prints it"
    return f"{counts[0]}" if len(counts) == 1 else f"{counts[0]} to {counts[-1]}"


def _sizes(text: str) -> range:
    match = re.fullmatch(r"([1-9]\d*)(?:-([1-9]\d*))?", text)
    if not match or (match[2] and int(match[2]) < int(match[1])):
        raise ValueError(f"--n is a whole number above 0, or a range such as 50-80; {text!r} arrived")
    return range(int(match[1]), int(match[2] or match[1]) + 1)
