"""The registry and the dated facts in sentences."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from crosswave.study.context import Check
from crosswave.study.models import Fact
from crosswave.study.registry import Registry
from crosswave.words import capital, plural


def overview_answer(registry: Registry, levels: pd.DataFrame) -> list[str]:
    """Return how much evidence there is, and how much of it can be reproduced."""
    waves, figures = plural(len(registry.surveys), "survey wave"), plural(len(registry.findings), "figure")
    count = dict(zip(levels["Level"], levels["Figures"], strict=True))
    behind = count["consistent"] + count["recomputed"]
    sampled = sum(survey.sampling in ("probability", "census") for survey in registry.surveys.values())
    unsized = sum(survey.n.kind == "unknown" for survey in registry.surveys.values())
    return [
        f"{waves} print {figures}. Whole counts that print the figure exist for {behind}; {count['bounded']} are known "
        f"as intervals only; {count['conflicting']} cannot stand together; for {count['sources-disagree']} the sources "
        "disagree.",
        f"Waves that rest on a documented probability sample or a census: {sampled}. Of all others nothing is said but "
        f"for those who answered. Waves that do not print how many answered: {unsized}.",
    ]


def facts_between(registry: Registry, from_year: int, to_year: int) -> list[Fact]:
    """Return the dated facts of a range of years.

    Raises
    ------
    ValueError
        The first year is after the last.
    """
    if from_year > to_year:
        raise ValueError(f"from_year {from_year} must not be after to_year {to_year}; swap them")
    return [fact for fact in registry.facts.values() if from_year <= fact.year <= to_year]


def facts_answer(facts: Sequence[Fact], checks: Sequence[Check]) -> list[str]:
    """Return how many dated facts there are, and what holding them against each other shows."""
    head = f"{plural(len(facts), 'dated fact')}, {plural(len(checks), 'check')} of one against another."
    return [head, *(f"{check.question} {check.as_printed}: {check.finding}." for check in checks)]


def facts_notes(facts: Sequence[Fact]) -> list[str]:
    """Return what is noted beside the dated facts, a sentence each."""
    return [f"{capital(fact.subject)}, {fact.quantity}: {fact.notes}." for fact in facts if fact.notes]
