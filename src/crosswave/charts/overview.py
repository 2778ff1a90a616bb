"""The registry at a glance."""

from __future__ import annotations

import pandas as pd
import seaborn as sns
from matplotlib.figure import Figure

from crosswave.charts.canvas import NAVY, SMALLEST, sheet, styled
from crosswave.charts.forest import bars
from crosswave.charts.surveys import LEVEL_LOOKS


@styled
def years_chart(years: pd.DataFrame) -> Figure:
    """Return the waves of each year as columns."""
    subtitle = "Survey waves by the year that places them, as far as they were found; not a count of all that exist."
    figure, axes = sheet(_years_message(years), subtitle, 2.0, foot=0.45)
    sns.barplot(years, x="Year", y="Waves", color=NAVY, saturation=1, width=0.7, ax=axes)
    for k, waves in enumerate(years["Waves"]):
        axes.text(k, waves + 0.2, str(waves), ha="center", va="bottom", fontsize=SMALLEST)
    axes.set_ylim(0, max(1, years["Waves"].max()) * 1.12)
    axes.set(ylabel="", yticks=[], xlabel="")
    axes.tick_params(axis="x", labelsize=SMALLEST, length=0, rotation=90)
    return figure


def _years_message(years: pd.DataFrame) -> str:
    top = years.iloc[years["Waves"].argmax()]
    return (
        f"{years['Waves'].sum()} waves from {years['Year'].iloc[0]} to {years['Year'].iloc[-1]}; most in {top['Year']}"
    )


def years_alt(years: pd.DataFrame) -> str:
    """Return the chart in words."""
    rows = [f"{row.Year}: {row.Waves}" for row in years.itertuples()]
    return f"{_years_message(years)}. {'; '.join(rows)}."


@styled
def levels_chart(levels: pd.DataFrame) -> Figure:
    """Return how many printed figures have each level."""
    frame = levels.rename(columns={"Level": "label", "Figures": "value"})
    frame = frame[frame["value"] > 0].assign(words=lambda f: f["value"].map(str))
    colours = {level: look.colour for level, look in LEVEL_LOOKS.items()}
    subtitle = "Printed figures by level of reproduction; what each level means stands in the table."
    return bars(frame, title=_levels_message(levels), subtitle=subtitle, colours=colours)


def _levels_message(levels: pd.DataFrame) -> str:
    counts = dict(zip(levels["Level"], levels["Figures"], strict=True))
    behind = counts["consistent"] + counts["recomputed"]
    return f"Whole counts stand behind {behind} of {sum(counts.values())} printed figures"


def levels_alt(levels: pd.DataFrame) -> str:
    """Return the chart in words."""
    rows = [f"{row.Level}: {row.Figures}" for row in levels.itertuples() if row.Figures]
    return f"{_levels_message(levels)}. {'; '.join(rows)}."
