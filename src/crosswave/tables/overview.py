"""The registry at a glance, as tables."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from crosswave.reconstruct.survey import LEVELS
from crosswave.study.registry import Registry


def counts_table(registry: Registry) -> pd.DataFrame:
    """Return how much of each kind stands in a registry."""
    changes = sum(len(survey.changes) for survey in registry.surveys.values())
    rows: Mapping[str, int] = {
        "survey waves": len(registry.surveys),
        "printed figures": len(registry.findings),
        "printed changes without a level": changes,
        "sources": len(registry.sources),
        "constructs: things that several waves measured": len(registry.constructs),
        "claims that writers made": len(registry.claims),
        "dated facts": len(registry.facts),
    }
    return pd.DataFrame(list(rows.items()), columns=["What", "How many"])


def levels_table(findings: pd.DataFrame) -> pd.DataFrame:
    """Return how many printed figures have each level, in the order of the levels; levels without a figure too."""
    counts = findings["level"].value_counts()
    rows = [(level, words, int(counts.get(level, 0))) for level, words in LEVELS.items()]
    return pd.DataFrame(rows, columns=["Level", "Meaning", "Figures"])


def years_table(registry: Registry, from_year: int, to_year: int) -> pd.DataFrame:
    """Return how many waves and printed figures each year has, years without a wave included.

    Raises
    ------
    ValueError
        The first year is after the last.
    """
    if from_year > to_year:
        raise ValueError(f"from_year {from_year} must not be after to_year {to_year}; swap them")
    waves = [survey.year for survey in registry.surveys.values()]
    figures = [finding.survey.year for finding in registry.findings.values()]
    rows = [(str(year), waves.count(year), figures.count(year)) for year in range(from_year, to_year + 1)]
    return pd.DataFrame(rows, columns=["Year", "Waves", "Printed figures"])
