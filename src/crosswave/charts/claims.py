"""How many claims hold for whom."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
from matplotlib.figure import Figure

from crosswave.charts.canvas import NAVY, PLUM, TEAL, styled
from crosswave.charts.forest import bars
from crosswave.claims import ClaimVerdict
from crosswave.tables.claims import claim_counts_table


def claim_counts(verdicts: Sequence[ClaimVerdict]) -> pd.DataFrame:
    """Return how many claims pass each of three bars, each higher than the one before."""
    frame = claim_counts_table(verdicts)
    frame = frame.rename(columns={"For whom": "label", "Claims": "value"})
    return frame.assign(words=frame["value"].map(lambda count: f"{count} of {len(verdicts)}"))


@styled
def claims_chart(verdicts: Sequence[ClaimVerdict]) -> Figure | None:
    """Return how many claims hold for those who answered, for a random sample, for the population; None without any."""
    if not verdicts:
        return None
    frame = claim_counts(verdicts)
    colours = dict(zip(frame["label"], (NAVY, TEAL, PLUM), strict=True))
    subtitle = "Claims by whom they hold for; the rest is false, undecided or cannot be checked: see the table."
    return bars(frame, title=claims_message(verdicts), subtitle=subtitle, colours=colours)


def claims_message(verdicts: Sequence[ClaimVerdict]) -> str:
    """Return what the chart says, in one sentence."""
    true, _, licensed = claim_counts(verdicts)["words"]
    return f"True of those who answered: {true} claims; licensed for the population: {licensed}"


def claims_alt(verdicts: Sequence[ClaimVerdict]) -> str:
    """Return the chart in words."""
    rows = [f"{row.label}: {row.words}" for row in claim_counts(verdicts).itertuples()]
    return f"{claims_message(verdicts)}. {'; '.join(rows)}."
