"""Every analysis of a construct as tables: what they come to, and which choice decides."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from crosswave.report.sentences import points
from crosswave.robustness.multiverse import Multiverse, by_outcome
from crosswave.tables.render import percent, span
from crosswave.trend.change import Trend

CHOICES: Mapping[str, str] = {
    "pair": "Pair of waves",
    "counts": "Counts that print admits",
    "size": "n that print admits",
    "method": "Method",
    "tier": "Tier of total error",
    "design_effect": "Design effect",
    "smallest_change": "Smallest change that matters",
    "alpha": "Error rate",
}
"""Columns of the frame of analyses that are choices: what each is called."""

REPORTED, ANOTHER = "the one reported", "another one"


def analyses(multiverse: Multiverse, trend: Trend) -> pd.DataFrame:
    """Return the frame of every analysis with one more column: whether its pair of waves is the one reported."""
    frame = multiverse.by_analysis
    pair = trend.comparison.pair if trend.comparison else None
    names = (pair.first.finding.id, pair.second.finding.id) if pair else ("", "")
    own = (frame["first"] == names[0]) & (frame["second"] == names[1])
    return frame.assign(pair=np.where(own, REPORTED, ANOTHER))


def outcomes_table(multiverse: Multiverse) -> pd.DataFrame:
    """Return a row for each outcome: how many analyses come to it, their share, and the range of their differences."""
    columns = ["Outcome", "Analyses", "Share, %", "Differences, points"]
    if multiverse.by_analysis.empty:
        return pd.DataFrame(columns=columns)
    rows = [
        (row.outcome, f"{row.analyses:,}", percent(row.share), _range(row.difference_low, row.difference_high))
        for row in by_outcome(multiverse.by_analysis).itertuples()
    ]
    return pd.DataFrame(rows, columns=columns)


def _range(low: float, high: float) -> str:
    return "" if pd.isna(low) else span(points(low, sign=True), points(high, sign=True))


def choices_table(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a row for each value of each choice: the share of its analyses that come to each outcome, in percent.

    Notes
    -----
    Choices with one value are left out, and outcomes that no analysis comes to.
    """
    if frame.empty:
        return pd.DataFrame(columns=["Choice", "Analyses"])
    outcomes, found = pd.factorize(frame["outcome"])
    rows = []
    for name, words in CHOICES.items():
        codes, values = pd.factorize(frame[name])
        counts = np.zeros((len(values), len(found)), dtype=int)
        np.add.at(counts, (codes, outcomes), 1)
        for value, own in zip(values.tolist(), counts, strict=True):
            if len(values) > 1:
                choice = {"Choice": f"{words}: {value_words(name, value)}", "Analyses": f"{own.sum():,}"}
                rows.append(choice | {f"{one}, %": percent(k / own.sum()) for one, k in zip(found, own, strict=True)})
    return pd.DataFrame(rows)


def value_words(choice: str, value: object) -> str:
    """Return a value of a choice as a reader would say it: numbers without needless zeros, with their unit."""
    unit = {"smallest_change": " points"}.get(choice, "")
    return f"{value:g}{unit}" if isinstance(value, int | float) else str(value)
