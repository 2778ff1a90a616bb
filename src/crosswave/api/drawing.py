"""The charts of results on axes of matplotlib, an analyst's own or new ones: time or share on x, intervals shown."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import wrap
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from crosswave.api.showing import axes_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_BLUE, _GREY, _PLUM = "#12436D", "#5b6570", "#801650"
_LABEL = 60


def survey_chart(findings: pd.DataFrame, title: str, ax: Axes | None = None) -> Axes:
    """Draw each printed figure of a survey with its interval, in percent."""
    shown = findings.dropna(subset="estimate").iloc[::-1]
    axes = axes_of(ax, 1.2 + 0.32 * len(shown))
    wrong = shown["level"].isin(["conflicting", "sources-disagree"])
    for rows, colour, marker in ((shown[~wrong], _BLUE, "o"), (shown[wrong], _PLUM, "X")):
        places = np.flatnonzero(shown.index.isin(rows.index))
        axes.hlines(places, 100 * rows["low"], 100 * rows["high"], color=colour, linewidth=1.5)
        axes.scatter(100 * rows["estimate"], places, color=colour, marker=marker, zorder=3)
    axes.set_yticks(range(len(shown)), [_cut(f"{row.answer}: {row.printed}") for row in shown.itertuples()])
    axes.set(xlabel="% of those who answered, with interval", xlim=(0, 100))
    return _titled(axes, title)


def waves_chart(waves: pd.DataFrame, title: str, ax: Axes | None = None) -> Axes:
    """Draw the surveys of a trend over the years, in percent; those that are compared are joined."""
    axes = axes_of(ax, 4.5)
    shown = waves.dropna(subset="estimate").assign(year=lambda frame: frame["year"].astype(float))
    for rows, colour in ((shown[~shown["compared"]], _GREY), (shown[shown["compared"]], _BLUE)):
        axes.vlines(rows["year"], 100 * rows["low"], 100 * rows["high"], color=colour, linewidth=1.5)
        axes.scatter(rows["year"], 100 * rows["estimate"], color=colour, zorder=3)
    compared = shown[shown["compared"]]
    axes.plot(compared["year"], 100 * compared["estimate"], color=_BLUE, linestyle="--", linewidth=1)
    for row in shown.itertuples():
        label = f" {row.survey_id}: {row.printed}{f', {row.tier}' if row.tier else ''}"
        axes.annotate(label, (row.year, 100 * row.estimate), fontsize=8, va="bottom", color=_GREY)
    axes.set(ylabel="% of those who answered, with interval", ylim=(0, 100))
    axes.set_xticks(sorted(shown["year"].unique()), [f"{year:.0f}" for year in sorted(shown["year"].unique())])
    axes.margins(x=0.2)
    return _titled(axes, title)


def difference_chart(rows: pd.DataFrame, reported: str, margin: float, title: str, ax: Axes | None = None) -> Axes:
    """Draw differences with their intervals, in percentage points; that of the reported tier stands out."""
    axes = axes_of(ax, 1.6 + 0.4 * len(rows))
    places = range(len(rows) - 1, -1, -1)
    axes.axvspan(-margin, margin, color=_GREY, alpha=0.15, linewidth=0)
    axes.axvline(0, color="black", linewidth=1)
    colours = [_BLUE if tier == reported else _GREY for tier in rows["tier"]]
    axes.hlines(places, rows["low_pp"], rows["high_pp"], colors=colours, linewidth=1.5)
    axes.scatter(rows["difference_pp"], places, color=colours, zorder=3)
    axes.set_yticks(places, [f"{row.tier}, {row.total_error:.3g} points: {row.verdict}" for row in rows.itertuples()])
    axes.set(xlabel="later minus earlier, percentage points; shaded: too small to matter")
    axes.set_ylim(-0.7, len(rows) - 0.3)
    return _titled(axes, title)


def interval_chart(
    estimate: float | None, low: float | None, high: float | None, title: str, ax: Axes | None = None
) -> Axes:
    """Draw one quantity with its interval, in percent or percentage points; only the title where it is not known."""
    axes = axes_of(ax, 1.8)
    if low is not None and high is not None:
        axes.hlines([0], 100 * low, 100 * high, color=_BLUE, linewidth=1.5)
    if estimate is not None:
        axes.scatter([100 * estimate], [0], color=_BLUE, zorder=3)
    axes.set(xlabel="% of those who answered, with interval", yticks=[])
    return _titled(axes, title)


def sizes_chart(frame: pd.DataFrame, title: str, ax: Axes | None = None) -> Axes:
    """Draw which n can have printed each figure; filled where an n fits all of them."""
    printed: Sequence[str] = list(dict.fromkeys(frame["printed"]))
    axes = axes_of(ax, 1.4 + 0.35 * len(printed))
    rows = frame.dropna(subset="count_low")
    places = rows["printed"].map({text: k for k, text in enumerate(reversed(printed))})
    fills = np.where(rows["fits"], _BLUE, "white")
    axes.scatter(rows["n"], places, c=fills, edgecolors=_BLUE, zorder=3)
    axes.set_yticks(range(len(printed)), list(reversed(printed)))
    axes.set(xlabel="how many answered; filled: fits every figure")
    axes.set_ylim(-0.7, len(printed) - 0.3)
    return _titled(axes, title)


def _titled(axes: Axes, title: str) -> Axes:
    axes.set_title("\n".join(wrap(title, _LABEL)), loc="left", fontweight="bold", fontsize=11)
    return axes


def _cut(text: str, longest: int = _LABEL) -> str:
    return text if len(text) <= longest else f"{text[: longest - 1]}…"
