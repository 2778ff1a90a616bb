"""Three and more waves of one construct over their dates, with the line where one is fitted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from crosswave.charts.canvas import FOOT, GREY, INK, LEFT, LINE, NAVY, RIGHT, SMALLEST, WIDTH, panels, styled, wrapped
from crosswave.charts.forest import Look, Row, Scale, forest
from crosswave.models.trajectory import FEWEST_FOR_LINE
from crosswave.report.sentences import points
from crosswave.tables.course import Course
from crosswave.tables.render import confidence, percent
from crosswave.tables.trajectory import MODEL_WORDS, course_table
from crosswave.words import capital

_HEIGHT, _LINE, _STEPS, _INDENT = 2.4, 0.165, 61, 0.25


@styled
def trajectory_chart(course: Course) -> Figure | None:
    """The waves that may stand on one line, with that line where one is fitted; None for fewer than two waves."""
    waves = course_table(course)
    if len(waves) < 2:
        return None
    lines = [line for place, row in enumerate(waves.itertuples(), start=1) for line in _named(place, row)]
    foot = FOOT + _LINE * len(lines)
    figure, (axes,) = panels(trajectory_message(course), _subtitle(course), (_HEIGHT,), left=0.55, foot=foot)
    _draw_line(axes, course, waves)
    _draw_waves(axes, waves)
    axes.set_ylim(0, 100 if course.has_line else min(100, 10 * (1 + int(10 * waves["high"].max()))))
    axes.set_ylabel("% of those who answered", fontsize=SMALLEST)
    axes.xaxis.set_major_locator(MaxNLocator(5, integer=True))
    axes.grid(axis="y", color=LINE, linewidth=0.7)
    axes.set_axisbelow(True)
    total = figure.get_figheight()
    for k, (number, line) in enumerate(lines):
        height = (foot - 0.4 - _LINE * k) / total
        figure.text(LEFT / WIDTH, height, number, fontsize=SMALLEST, va="top", weight="bold")
        figure.text((LEFT + _INDENT) / WIDTH, height, line, fontsize=SMALLEST, va="top", parse_math=False)
    return figure


def _named(place: int, row: Any) -> list[tuple[str, str]]:
    """The lines that name a wave, the first with its number."""
    lines = wrapped(f"{row.wave} ({row.house})", WIDTH - LEFT - RIGHT / 2 - _INDENT)
    return [(str(place) if line is lines[0] else "", line) for line in lines]


def _subtitle(course: Course) -> str:
    level = confidence(course.settings.alpha)
    waves = f"Upright: {level} interval of each wave, if those who answered were a random sample; level: its dates."
    if not course.has_line:
        return f"{waves} No line is fitted."
    return (
        f"{waves} Line and grey band: the average survey; dotted: where {level} of new surveys would fall; square: "
        "the next one."
    )


def _draw_waves(axes: Axes, waves: pd.DataFrame) -> None:
    for place, row in enumerate(waves.itertuples(), start=1):
        date, share = (row.date_low + row.date_high) / 2, 50 * (row.share_low + row.share_high)
        axes.vlines(date, 100 * row.low, 100 * row.high, color=NAVY, linewidth=1.5, zorder=3)
        axes.hlines(share, row.date_low, row.date_high, color=NAVY, linewidth=1.5, zorder=3)
        axes.text(
            date, share, str(place), fontsize=SMALLEST, ha="center", va="center", color="white", weight="bold",
            zorder=4,
            bbox={"boxstyle": "circle,pad=0.15", "facecolor": NAVY, "edgecolor": "white", "linewidth": 0.8},
        )  # fmt: skip


def _draw_line(axes: Axes, course: Course, waves: pd.DataFrame) -> None:
    found = course.found
    if found is None or found.prediction is None or found.next_date is None:
        return
    dates = np.linspace(float(waves["date_low"].min()), found.next_date, _STEPS)
    at = [course.at(float(date)) for date in dates]
    share, low, high, next_low, next_high = (
        np.array([100 * getattr(one, name) for one in at]) for name in ("share", "low", "high", "next_low", "next_high")
    )
    axes.fill_between(dates, low, high, color=LINE, alpha=0.7, linewidth=0, zorder=1)
    axes.plot(dates, share, color=INK, linewidth=1.6, zorder=2)
    for end in (next_low, next_high):
        axes.plot(dates, end, color=GREY, linewidth=1.2, linestyle=(0, (1.5, 2)), zorder=2)
    axes.plot([found.next_date], [share[-1]], marker="s", markersize=7, color=INK, markerfacecolor="white", zorder=4)


def trajectory_message(course: Course) -> str:
    """Return what the chart says: the slope in points a year with its interval, or that there is none."""
    label = capital(course.construct.label)
    if course.found is None or not course.has_line:
        return f"{label}: {len(course.kept.waves)} waves that may be compared, too few for a line"
    line = course.found.lines["meta-regression"]
    ends = points(line.at_mean_low, sign=True), points(line.at_mean_high, sign=True)
    side = {1: "a rise", -1: "a fall"}.get(course.slope, "no slope shows")
    return f"{label}: {side}; {points(line.at_mean, sign=True)} points a year ({ends[0]} to {ends[1]})"


def trajectory_alt(course: Course) -> str:
    """Return the chart in words: its message, each wave, and what the next survey would print."""
    waves = course_table(course)
    if len(waves) < 2:
        return f"No chart: {trajectory_message(course)}."
    rows = [
        f"{row.wave} {percent((row.share_low + row.share_high) / 2)}%, interval {percent(row.low)} to "
        f"{percent(row.high)}%"
        for row in waves.itertuples()
    ]
    following = course.found.prediction if course.found else None
    ahead = (
        f" The next survey would lie between {percent(following.next_low)} and {percent(following.next_high)}%."
        if following
        else ""
    )
    return f"{trajectory_message(course)}. {'; '.join(rows)}.{ahead}"


_MODEL_LOOKS = {
    "meta-regression": Look("s", NAVY, MODEL_WORDS["meta-regression"]),
    "binomial-normal": Look("o", GREY, MODEL_WORDS["binomial-normal"], filled=False),
    "beta-binomial": Look("^", GREY, MODEL_WORDS["beta-binomial"], filled=False),
    "adjusted": Look("D", GREY, MODEL_WORDS["adjusted"]),
}


def slope_rows(courses: Sequence[Course]) -> list[Row]:
    """Return a row for each model of each construct that has a line, in points a year."""
    return [
        Row(
            label=f"{model}: {points(line.at_mean, sign=True)}",
            kind=model,
            value=100 * line.at_mean,
            low=100 * line.at_mean_low,
            high=100 * line.at_mean_high,
            heading=f"{course.construct.label}, {len(course.kept.waves)} waves",
        )
        for course in courses
        if course.found
        for model, line in course.found.lines.items()
    ]


@styled
def slopes_chart(courses: Sequence[Course]) -> Figure | None:
    """Return the slope of every construct that has a line, by each model; None if none has."""
    rows = slope_rows(courses)
    if not rows:
        return None
    reach = max(abs(end) for row in rows for end in (row.low, row.high))
    top = 5.0 * (int(reach / 5) + 1)
    level = confidence(courses[0].settings.alpha)
    subtitle = f"Points a year at the share of the mean wave, over all years. Line: {level} interval."
    scale = Scale(-top, top, "percentage points a year", zero=True)
    return forest(rows, _MODEL_LOOKS, scale, title=slopes_message(courses), subtitle=subtitle)


def slopes_message(courses: Sequence[Course]) -> str:
    """Return what the chart says: in how many constructs with a line a slope shows."""
    lines = sum(course.has_line for course in courses)
    shown = sum(course.slope != 0 for course in courses)
    return f"A slope shows in {shown} of {lines} constructs with {FEWEST_FOR_LINE} or more comparable waves"


def slopes_alt(courses: Sequence[Course]) -> str:
    """Return the chart in words."""
    rows = [f"{row.heading}, {row.label}, interval {row.low:+.1f} to {row.high:+.1f}" for row in slope_rows(courses)]
    return f"{slopes_message(courses)}. {'; '.join(rows) or 'No chart'}."
