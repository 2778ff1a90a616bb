"""Rows of intervals: above each its label, which a phone has room for too, a marker, the printed range as a bar, the
interval as a line."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from crosswave.report.canvas import (
    GREY,
    INK,
    LEFT,
    LINE,
    NARROW,
    NAVY,
    RIGHT,
    SMALLEST,
    WIDTH,
    Look,
    level,
    mark,
    numbered,
    ruled,
    sheet,
    styled,
    upright,
    wrapped,
)  # fmt: skip

_LABEL_LINE, _HEADING_LINE, _GAP, _LANE, _KEY_GAP = 0.17, 0.18, 0.08, 0.09, 0.12
_INCH = WIDTH - LEFT - RIGHT
"""Width of the scale."""

_KEY_INDENT = 0.24


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a chart of intervals, in the units of its axis; missing numbers are NaN."""

    label: str
    kind: str
    value: float = math.nan
    low: float = math.nan
    high: float = math.nan
    admits_low: float = math.nan
    admits_high: float = math.nan
    heading: str = ""


@dataclass(frozen=True, slots=True)
class Scale:
    """The axis of a chart of intervals."""

    low: float
    high: float
    words: str
    zone: tuple[float, float] | None = None
    zero: bool = False


def share_row(label: str, kind: str, shares: Any, heading: str) -> Row:
    """Return a row in percent from the shares of a frame's row, as `by_wave` and `by_finding` have them."""
    names = ("estimate", "low", "high", "value_low", "value_high")
    value, low, high, admits_low, admits_high = (
        math.nan if pd.isna(share := getattr(shares, name)) else 100 * float(share) for name in names
    )
    return Row(label, kind, value, low, high, admits_low, admits_high, heading)


_MANY = 12
"""Rows from which on the numbers of the scale are above them too."""

PERCENT = Scale(0, 100, "% of those who answered")


def forest(rows: Sequence[Row], looks: Mapping[str, Look], scale: Scale, *, title: str, subtitle: str) -> Figure:
    """Return a chart of intervals, as tall as its rows need."""
    key = [looks[kind] for kind in dict.fromkeys(row.kind for row in rows) if looks[kind].words]
    start = _LABEL_LINE * sum(len(_key_lines(look)) for look in key) + (_KEY_GAP if key else 0)
    start += 0.2 if len(rows) > _MANY else 0
    places = _places(rows, start)
    height = (places[-1] + _LANE if rows else start) + _GAP
    figure, axes = sheet(title, subtitle, height)
    _ground(axes, scale, height, places, start)
    _key(axes, key, scale)
    _draw(axes, rows, places, looks, scale.words)
    _write_labels(axes, rows, places, scale)
    return figure


@styled
def intervals_chart(
    rows: Sequence[Row], looks: Mapping[str, Look], scale: Scale, title: str, subtitle: str
) -> tuple[Figure | None, str]:
    """Return a chart of intervals and the same in words; no chart without a row."""
    told = [
        f"{row.label}{'' if math.isnan(row.low) else f', interval {row.low:.1f} to {row.high:.1f}'}" for row in rows
    ]
    words = f"{title}. {'; '.join(told) or 'No number is known'}."
    return (forest(rows, looks, scale, title=title, subtitle=subtitle) if rows else None), words


def _places(rows: Sequence[Row], start: float) -> list[float]:
    """Inches from the top to the mark of each row."""
    places, here, heading = [], start, ""
    for row in rows:
        if row.heading and row.heading != heading:
            here += _HEADING_LINE * len(wrapped(row.heading, NARROW, weight="bold")) + 0.1
            heading = row.heading
        here += _LABEL_LINE * len(_label_lines(row)) + _LANE
        places.append(here)
        here += _LANE + _GAP
    return places


def _label_lines(row: Row) -> list[str]:
    return wrapped(row.label, NARROW)


def _ground(axes: Axes, scale: Scale, height: float, places: Sequence[float], start: float) -> None:
    """Grid, zone and zero in the lane of each mark only, so that no line runs through a label."""
    axes.set_xlim(scale.low, scale.high)
    axes.set_ylim(height, 0)
    ticks = numbered(MaxNLocator(7, integer=True, steps=[1, 2, 5, 10]).tick_values(scale.low, scale.high), scale.low,
                     scale.high)  # fmt: skip
    ruled(axes, ticks)
    axes.text((scale.low + scale.high) / 2, height + 0.27, scale.words, ha="center", va="top")
    sides = {scale.low: "left", scale.high: "right"}
    for tick, words in ticks.items() if len(places) > _MANY else ():
        axes.text(tick, start - 0.02, words, ha=sides.get(tick, "center"), va="bottom")
    lanes = np.array(places)
    at, every = np.tile(list(ticks), len(lanes)), np.repeat(lanes, len(ticks))
    upright(axes, at, every - _LANE, every + _LANE, LINE, 0.8, over=0)
    level(axes, lanes, scale.low, scale.high, LINE, 0.7, over=0)
    if scale.zone:
        start, end = scale.zone
        level(axes, lanes, start, end, LINE, 144 * _LANE, fade=0.6, over=0)
    if scale.zero:
        upright(axes, 0, lanes - _LANE, lanes + _LANE, INK, 1)


def _key(axes: Axes, key: Iterable[Look], scale: Scale) -> None:
    inch, top = (scale.high - scale.low) / _INCH, 0.0
    for look in key:
        mark(axes, scale.low + 0.08 * inch, top + _LABEL_LINE * 0.4, look)
        lines, x = _key_lines(look), scale.low + _KEY_INDENT * inch
        _lines(axes, lines, x, top - 0.1 * _LABEL_LINE, _LABEL_LINE, color=GREY)
        top += _LABEL_LINE * len(lines)


def _key_lines(look: Look) -> list[str]:
    return wrapped(look.words, NARROW - 2 * _KEY_INDENT)


def _draw(axes: Axes, rows: Sequence[Row], places: Sequence[float], looks: Mapping[str, Look], words: str) -> None:
    """Each row: what fits the print as a bar, the interval as a line with its ends, the mark with its numbers."""
    for kind in dict.fromkeys(row.kind for row in rows):
        look = looks[kind]
        own = pd.DataFrame([(row.low, row.high, row.admits_low, row.admits_high, at)
                            for row, at in zip(rows, places, strict=True) if row.kind == kind])  # fmt: skip
        low, high, _, _, at = own[own[0].notna()].to_numpy().T
        level(axes, at, low, high, look.colour, 1.6, over=2)
        for end in (low, high):
            upright(axes, end, at - 0.05, at + 0.05, look.colour, 1.6, over=2)
        _, _, low, high, at = own[own[2].notna()].to_numpy().T
        level(axes, at, low, high, look.colour, 8, fade=0.35, over=1.5)
    for row, place in zip(rows, places, strict=True):
        if not math.isnan(row.value):
            value, low, high = (round(one, 1) + 0.0 for one in (row.value, row.low, row.high))  # no -0
            interval = "" if math.isnan(row.low) else f", interval {low:.1f} to {high:.1f}"
            tip = f"{row.heading}{': ' * bool(row.heading)}{row.label}. {value:g}{interval} ({words})."
            mark(axes, row.value, place, looks[row.kind], tip=tip)


def _write_labels(axes: Axes, rows: Sequence[Row], places: Sequence[float], scale: Scale) -> None:
    heading = ""
    for row, place in zip(rows, places, strict=True):
        lines = _label_lines(row)
        top = place - _LANE - _LABEL_LINE * len(lines)
        _lines(axes, lines, scale.low, top, _LABEL_LINE)
        if row.heading and row.heading != heading:
            heads = wrapped(row.heading, NARROW, weight="bold")
            _lines(axes, heads, scale.low, top - _HEADING_LINE * len(heads), _HEADING_LINE, weight="bold")
            heading = row.heading


def _lines(axes: Axes, lines: Sequence[str], x: float, top: float, step: float, **look: Any) -> None:
    for k, line in enumerate(lines):
        place = (x, top + (k + 0.5) * step)
        axes.text(*place, line, va="center", ha="left", fontsize=SMALLEST, parse_math=False, **look)


def bars(frame: pd.DataFrame, *, title: str, subtitle: str, colours: Mapping[str, str] | None = None) -> Figure:
    """Return horizontal bars with their numbers written beside them."""
    figure, axes = sheet(title, subtitle, 0.42 * len(frame) + 0.05, foot=0.08)
    most = float(frame["value"].max()) or 1.0
    axes.set_xlim(0, most * 1.02)
    axes.set_ylim(len(frame) - 0.55, -0.75)
    for k, row in enumerate(frame.itertuples()):
        level(axes, k, 0, row.value, (colours or {}).get(row.label, NAVY), 14)
        axes.text(0, k - 0.42, f"{row.label}: {row.words}", va="center", fontsize=SMALLEST, parse_math=False)
    axes.set_axis_off()
    return figure
