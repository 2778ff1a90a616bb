"""Claims as tables: each verdict, and the arithmetic of each condition."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from crosswave.claims import ClaimVerdict
from crosswave.tables.render import percent, span

_MADE_BY = {"source": "the source's", "project": "this project's"}
CLAIM_VERDICTS = ("For those who answered", "If a random sample", "For the population")


def claim_counts_table(verdicts: Sequence[ClaimVerdict]) -> pd.DataFrame:
    """Return how many claims pass each of three bars, each higher than the one before."""
    rows = {
        "True of those who answered": sum(verdict.answered == "true" for verdict in verdicts),
        "Supported if they were a random sample": sum(verdict.random_sample == "supported" for verdict in verdicts),
        "Licensed for the population": sum(verdict.population_licence.startswith("licensed") for verdict in verdicts),
    }
    return pd.DataFrame(list(rows.items()), columns=["For whom", "Claims"])


def claims_table(verdicts: Sequence[ClaimVerdict]) -> pd.DataFrame:
    """Return a row for each claim with its three verdicts."""
    rows = [
        (v.claim.id, v.claim.says, _MADE_BY[v.claim.made_by], v.answered, v.random_sample, v.population_licence)
        for v in verdicts
    ]
    return pd.DataFrame(rows, columns=["Claim", "In own words", "Whose sentence", *CLAIM_VERDICTS])


def conditions_table(verdicts: Sequence[ClaimVerdict]) -> pd.DataFrame:
    """Return a row for each claim with the numbers that decide it."""
    rows = [
        (v.claim.id, ", ".join(v.surveys), _quantity(v, v.estimate) or "", _interval(v), v.reason) for v in verdicts
    ]
    columns = ["Claim", "Surveys", "First quantity", "Interval if a random sample", "What must hold"]
    return pd.DataFrame(rows, columns=columns)


def _interval(verdict: ClaimVerdict) -> str:
    return span(_quantity(verdict, verdict.low), _quantity(verdict, verdict.high))


def _quantity(verdict: ClaimVerdict, value: float | None) -> str | None:
    """Shares and their differences as percentages; facts, and ratios of facts, as they stand."""
    if value is None:
        return None
    return f"{value:,.4g}" if verdict.claim.subject == "arithmetic" else f"{percent(value)}%"
