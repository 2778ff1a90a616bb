"""False alarms against the size of surveys, a panel for each tier."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from crosswave.charts.canvas import GREY, LINE, NAVY, ORANGE, PLUM, SMALLEST, panels, styled
from crosswave.charts.forest import Look
from crosswave.difference.estimate import wilson
from crosswave.tables.render import confidence

LOOKS: Sequence[tuple[Look, str]] = (
    (Look("o", NAVY, "declared as it is"), "-"),
    (Look("s", PLUM, "declared too small", filled=False), "--"),
    (Look("^", ORANGE, "declared far too small", filled=False), ":"),
)
"""Marker, colour and line of the true errors of a tier, from the smallest: none told by colour alone."""

_HEIGHT, _GAP = 1.7, 0.75


@styled
def calibration_chart(by_case: pd.DataFrame, *, alpha: float) -> Figure | None:
    """Return how often the interval excludes no change where nothing changed, by tier, true error and n."""
    cases = by_case[by_case["change"] == 0]
    if cases.empty:
        return None
    subtitle = (
        f"% of simulated worlds without change whose {confidence(alpha)} interval excludes 0. A panel for each tier; "
        "lines by the true total error of each survey, in points; bars: 95% Monte Carlo intervals."
    )
    tiers = [tier for _, tier in cases.groupby("tier", sort=False)]
    heights = (_HEIGHT,) * len(tiers)
    figure, places = panels(calibration_message(by_case), subtitle, heights, left=0.4, gap=_GAP, foot=0.5, head=0.35)
    top = 100 * float(cases["excludes_zero"].max()) * 1.15 + 5
    for axes, tier in zip(places, tiers, strict=True):
        _panel(axes, tier, 100 * alpha, top)
    return figure


def _panel(axes: Axes, tier: pd.DataFrame, promise: float, top: float) -> None:
    sizes = sorted(tier["n"].unique())
    axes.set_xscale("log")
    axes.set(xlim=(sizes[0] / 1.3, sizes[-1] * 1.3), ylim=(0, top), xlabel="n of each survey")
    axes.set_xticks(sizes, [f"{size:,}" for size in sizes], fontsize=SMALLEST)
    axes.minorticks_off()
    axes.tick_params(axis="y", length=0, labelsize=SMALLEST)
    axes.grid(axis="y", color=LINE, linewidth=0.6)
    axes.set_axisbelow(True)
    axes.axhline(promise, color=GREY, linewidth=1)
    title = f"{tier['tier'].iloc[0]}: {tier['declared'].iloc[0]:g} points declared, {promise:g}% promised"
    axes.set_title(title, fontsize=SMALLEST, loc="left", weight="bold")
    for (true, cases), (look, style) in zip(tier.groupby("true_error"), LOOKS, strict=False):
        _line(axes, cases, look, style)
        _label(axes, cases, f"true {true:g}", top)


def _line(axes: Axes, cases: pd.DataFrame, look: Look, style: str) -> None:
    low, high = (100 * end for end in wilson(cases["excludes_zero"], cases["worlds"]))
    fill = look.colour if look.filled else "white"
    marks: dict[str, Any] = {"marker": look.marker, "markersize": 5.5, "markerfacecolor": fill}
    axes.vlines(cases["n"], low, high, color=look.colour, linewidth=1.4, zorder=2)
    axes.plot(cases["n"], 100 * cases["excludes_zero"], color=look.colour, linestyle=style, linewidth=1.4, **marks)


def _label(axes: Axes, cases: pd.DataFrame, words: str, top: float) -> None:
    """Above the last point of a line, or of the highest near it."""
    last = cases.loc[cases["n"].idxmax()]
    height = 100 * max(float(last["excludes_zero"]), float(np.mean(cases["excludes_zero"].tail(2))))
    place = (float(last["n"]) * 1.2, height + 0.035 * top)
    ground = {"facecolor": "white", "edgecolor": "none", "pad": 0.8}
    axes.text(*place, words, fontsize=SMALLEST, ha="right", va="bottom", bbox=ground, zorder=4)


def calibration_message(by_case: pd.DataFrame) -> str:
    """Return what the chart says: the worst rate with the error declared as it is, and with it declared too small."""
    cases = by_case[by_case["change"] == 0]
    right = cases["true_error"] == cases["declared"]
    kept, broken = (100 * cases.loc[which, "excludes_zero"].max() for which in (right, ~right))
    return (
        f"Where nothing changed, up to {kept:.1f}% of intervals see a change with the error declared as it is, "
        f"up to {broken:.1f}% with it declared too small"
    )


def calibration_alt(by_case: pd.DataFrame) -> str:
    """Return the chart in words."""
    cases = by_case[by_case["change"] == 0]
    if cases.empty:
        return "No chart: no case is without change."
    lines = [_in_words(case, rows) for case, rows in cases.groupby(["tier", "declared", "true_error"], sort=False)]
    return f"{calibration_message(by_case)}. {'; '.join(lines)}."


def _in_words(case: tuple[str, float, float], rows: pd.DataFrame) -> str:
    tier, declared, true = case
    rates = ", ".join(f"{100 * row.excludes_zero:.1f}% at n {row.n:,}" for row in rows.itertuples())
    return f"tier {tier}, declared {declared:g} points, true {true:g}: {rates}"
