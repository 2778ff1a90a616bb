"""Dated facts and the checks of them as tables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pandas as pd

from crosswave.study.context import Check
from crosswave.study.models import Fact, Source
from crosswave.tables.render import Link

_PLAIN_DIGITS = 4


def facts_table(facts: Iterable[Fact], sources: Mapping[str, Source]) -> pd.DataFrame:
    """Return a row for each dated fact, earliest first."""
    ordered = sorted(facts, key=lambda fact: (fact.year, fact.fact_id))
    rows = [
        (
            str(fact.year),
            fact.subject,
            fact.quantity,
            amount_words(fact.value),
            fact.unit,
            fact.kind,
            _source(fact, sources),
        )
        for fact in ordered
    ]
    return pd.DataFrame(rows, columns=["Year", "Subject", "Quantity", "Value", "Unit", "Kind", "Source"])


def amount_words(value: str) -> str:
    """Return the value of a fact with its thousands marked off.

    Examples
    --------
    >>> amount_words("4500000"), amount_words("1.65"), amount_words("2012"), amount_words("2021-08-23")
    ('4,500,000', '1.65', '2012', '2021-08-23')
    """
    return f"{int(value):,}" if value.isdigit() and len(value) > _PLAIN_DIGITS else value


def _source(fact: Fact, sources: Mapping[str, Source]) -> Link | str:
    found = sources.get(fact.source)
    return Link(found.title, found.url) if found else fact.source


def checks_table(checks: Iterable[Check]) -> pd.DataFrame:
    """Return a row for each check of the dated facts."""
    rows = [(check.question, check.as_printed, check.at_most_known, check.finding) for check in checks]
    return pd.DataFrame(rows, columns=["Check", "As printed", "What the kind of figure allows", "Finding"])
