"""Dated facts along the years."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from matplotlib.figure import Figure

from crosswave.charts.canvas import GREY, NAVY, PLUM, TEAL, styled
from crosswave.charts.forest import Look, Row, Scale, forest
from crosswave.study.models import Fact
from crosswave.tables.facts import amount_words

KIND_LOOKS: Mapping[str, Look] = {
    "exact": Look("D", NAVY, "printed as exact"),
    "approximate": Look("o", TEAL, "printed as approximate", filled=False),
    "lower-bound": Look(">", PLUM, "printed as a lower bound"),
    "upper-bound": Look("<", PLUM, "printed as an upper bound", filled=False),
    "date": Look("p", NAVY, "a date", filled=False),
    "rhetorical": Look("*", GREY, "a figure of speech", filled=False),
}


def timeline_rows(facts: Sequence[Fact]) -> list[Row]:
    """Return a row for each fact, earliest first."""
    ordered = sorted(facts, key=lambda fact: (fact.year, fact.fact_id))
    return [Row(_label(fact), fact.kind, value=fact.year, heading=str(fact.year)) for fact in ordered]


def _label(fact: Fact) -> str:
    amount = "" if fact.kind == "date" else f": {amount_words(fact.value)} {fact.unit}"
    return f"{fact.subject}, {fact.quantity}{amount}"


@styled
def timeline_chart(facts: Sequence[Fact]) -> Figure | None:
    """Return the dated facts along the years; None without any."""
    if not facts:
        return None
    first, last = _ends(facts)
    scale = Scale(first - 0.5, last + 0.5, "year")
    subtitle = "Dated facts beside the surveys, as their documents print them; no survey figure is among them."
    return forest(timeline_rows(facts), KIND_LOOKS, scale, title=_message(facts), subtitle=subtitle)


def _ends(facts: Sequence[Fact]) -> tuple[int, int]:
    years = [fact.year for fact in facts]
    return min(years), max(years)


def _message(facts: Sequence[Fact]) -> str:
    first, last = _ends(facts)
    exact = sum(fact.kind == "exact" for fact in facts)
    return f"{len(facts)} dated facts from {first} to {last}; {exact} are printed as exact"


def timeline_alt(facts: Sequence[Fact]) -> str:
    """Return the chart in words."""
    if not facts:
        return "No chart: no dated fact lies in these years."
    return f"{_message(facts)}. {'; '.join(f'{row.heading}: {row.label}' for row in timeline_rows(facts))}."
