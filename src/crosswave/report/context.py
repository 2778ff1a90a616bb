"""Dated facts: sentences, tables and the timeline."""

from collections.abc import Iterable, Mapping, Sequence

import pandas as pd
from matplotlib.figure import Figure

from crosswave.claims import ClaimVerdict
from crosswave.report.canvas import GREY, NAVY, PLUM, TEAL, Look, styled
from crosswave.report.forest import Row, Scale, forest
from crosswave.report.render import Link
from crosswave.study.models import Fact, Source
from crosswave.study.registry import Registry
from crosswave.words import capital, plural, years_between

KIND_LOOKS: Mapping[str, Look] = {
    "exact": Look("D", NAVY, "printed as exact"),
    "approximate": Look("o", TEAL, "printed as approximate", filled=False),
    "lower-bound": Look(">", PLUM, "printed as a lower bound"),
    "upper-bound": Look("<", PLUM, "printed as an upper bound", filled=False),
    "date": Look("p", NAVY, "a date", filled=False),
    "rhetorical": Look("*", GREY, "a figure of speech", filled=False),
}


def facts_between(registry: Registry, from_year: int | None = None, to_year: int | None = None) -> list[Fact]:
    """Return the dated facts of a range of years; all from the first, or to the last, where that end is left open.

    Raises
    ------
    ValueError
        The first year is after the last.
    """
    years = [fact.year for fact in registry.facts.values()]
    first, last = years_between(years, from_year, to_year)
    return [fact for fact in registry.facts.values() if first <= fact.year <= last]


def claims_of_facts(registry: Registry) -> list[str]:
    """Return the ids of the claims that speak of dated facts alone: arithmetic that holds them against each other."""
    return [name for name, claim in registry.claims.items() if claim.names and set(claim.names) <= set(registry.facts)]


def facts_answer(facts: Sequence[Fact], checks: Sequence[ClaimVerdict]) -> list[str]:
    """Return how many dated facts there are, and what holding them against each other shows."""
    head = f"{plural(len(facts), 'dated fact')}, {plural(len(checks), 'check')} of one against another."
    return [head, *(f"{check.claim.says.removesuffix('.')}: {check.answered}." for check in checks)]


def facts_notes(facts: Sequence[Fact]) -> list[str]:
    """Return what is noted beside the dated facts, a sentence each."""
    return [f"{capital(fact.subject)}, {fact.quantity}: {fact.notes}." for fact in facts if fact.notes]


def facts_table(facts: Iterable[Fact], sources: Mapping[str, Source]) -> pd.DataFrame:
    """Return a row for each dated fact, earliest first."""
    links = {name: Link(source.title, source.url) for name, source in sources.items()}
    rows = [
        (str(fact.year), fact.subject, fact.quantity, amount_words(fact.value), fact.unit, fact.kind,
         links.get(fact.source, fact.source))
        for fact in sorted(facts, key=lambda fact: (fact.year, fact.fact_id))
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=["Year", "Subject", "Quantity", "Value", "Unit", "Kind", "Source"])


def amount_words(value: str) -> str:
    """Return the value of a fact with its thousands marked off.

    Examples
    --------
    >>> amount_words("4500000"), amount_words("1.65"), amount_words("2012"), amount_words("2021-08-23")
    ('4,500,000', '1.65', '2012', '2021-08-23')
    """
    return f"{int(value):,}" if value.isdigit() and len(value) > 4 else value


def checks_table(checks: Iterable[ClaimVerdict]) -> pd.DataFrame:
    """Return a row for each check of the dated facts."""
    rows = [(check.claim.says, check.answered, check.reason) for check in checks]
    return pd.DataFrame(rows, columns=["Check", "Finding", "What the kind of figure allows"])


def timeline_rows(facts: Sequence[Fact]) -> list[Row]:
    """Return a row for each fact, earliest first."""
    rows = []
    for fact in sorted(facts, key=lambda fact: (fact.year, fact.fact_id)):
        amount = "" if fact.kind == "date" else f": {amount_words(fact.value)} {fact.unit}"
        label = f"{fact.subject}, {fact.quantity}{amount}"
        rows.append(Row(label, fact.kind, value=fact.year, heading=str(fact.year)))
    return rows


@styled
def timeline_chart(facts: Sequence[Fact]) -> Figure | None:
    """Return the dated facts along the years; None without any."""
    if not facts:
        return None
    years = [fact.year for fact in facts]
    scale = Scale(min(years) - 0.5, max(years) + 0.5, "year")
    subtitle = "Dated facts beside the surveys, as their documents give them; no survey figure is among them."
    return forest(timeline_rows(facts), KIND_LOOKS, scale, title=_message(facts), subtitle=subtitle)


def _message(facts: Sequence[Fact]) -> str:
    years, exact = [fact.year for fact in facts], sum(fact.kind == "exact" for fact in facts)
    return f"{len(facts)} dated facts from {min(years)} to {max(years)}; {exact} are printed as exact"


def timeline_alt(facts: Sequence[Fact]) -> str:
    """Return the chart in words."""
    if not facts:
        return "No chart: no dated fact lies in these years."
    return f"{_message(facts)}. {'; '.join(f'{row.heading}: {row.label}' for row in timeline_rows(facts))}."
