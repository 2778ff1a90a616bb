"""Rows of intervals: a label beside each, a marker, the printed range as a bar, the interval as a line."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from crosswave.report.canvas import GREY, INK, LEFT, LINE, NAVY, RIGHT, SMALLEST, WIDTH, panels, sheet, wrapped

_LABEL_LINE, _HEADING_LINE, _GAP, _LANE, _SIDE = 0.17, 0.18, 0.09, 0.11, 3.1
_INCH = WIDTH - _SIDE - RIGHT
"""Width of the scale; the labels stand on its left."""

_KEY_INDENT, _KEY_GAP = 0.24, 0.12


@dataclass(frozen=True, slots=True)
class Look:
    """How one kind of row is marked: never by colour alone."""

    marker: str
    colour: str
    words: str = ""
    filled: bool = True


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
"""Rows from which on the numbers of the scale stand above them too."""

PERCENT = Scale(0, 100, "% of those who answered")


def forest(rows: Sequence[Row], looks: Mapping[str, Look], scale: Scale, *, title: str, subtitle: str) -> Figure:
    """Return a chart of intervals, as tall as its rows need."""
    key = [looks[kind] for kind in dict.fromkeys(row.kind for row in rows) if looks[kind].words]
    start = _LABEL_LINE * sum(len(_key_lines(look)) for look in key) + (_KEY_GAP if key else 0)
    places = _places(rows, start)
    height = (places[-1] + _height(rows[-1]) / 2 if rows else start) + _GAP
    figure, (axes,) = panels(title, subtitle, (height,), left=_SIDE)
    _ground(axes, scale, height, places)
    _key(axes, key, scale)
    _draw(axes, rows, places, looks)
    _write_labels(axes, rows, places, scale)
    _mark(axes, rows, places, looks)
    return figure


def _places(rows: Sequence[Row], start: float) -> list[float]:
    """Inches from the top to the mark of each row."""
    places, here, heading = [], start, ""
    for row in rows:
        if row.heading and row.heading != heading:
            here += _HEADING_LINE * len(wrapped(row.heading, weight="bold")) + 0.1
            heading = row.heading
        places.append(here + _GAP / 2 + _height(row) / 2)
        here += _GAP + _height(row)
    return places


def _height(row: Row) -> float:
    return max(2 * _LANE, _LABEL_LINE * len(_label_lines(row)))


def _label_lines(row: Row) -> list[str]:
    return wrapped(row.label, _SIDE - LEFT - 0.1)


def _ground(axes: Axes, scale: Scale, height: float, places: Sequence[float]) -> None:
    """Grid, zone and zero in the lane of each mark only, so that no line runs through a label."""
    axes.set_xlim(scale.low, scale.high)
    axes.set_ylim(height, 0)
    axes.set_yticks([])
    axes.set_xlabel(scale.words)
    axes.xaxis.set_major_locator(MaxNLocator(6, integer=True, steps=[1, 2, 5, 10]))
    axes.tick_params(top=len(places) > _MANY, labeltop=len(places) > _MANY)
    ticks = [tick for tick in axes.get_xticks() if scale.low <= tick <= scale.high]
    above, below = np.array(places) - _LANE, np.array(places) + _LANE
    starts, ends = np.repeat(above, len(ticks)), np.repeat(below, len(ticks))
    axes.vlines(np.tile(ticks, len(above)), starts, ends, color=LINE, linewidth=0.8, zorder=0)
    if scale.zone:
        start, end = scale.zone
        axes.barh(places, end - start, 2 * _LANE, start, color=LINE, alpha=0.6, linewidth=0, zorder=0)
    if scale.zero:
        axes.vlines(np.zeros(len(above)), above, below, color=INK, linewidth=1, zorder=1)


def _key(axes: Axes, key: Iterable[Look], scale: Scale) -> None:
    inch, top, left = (scale.high - scale.low) / _INCH, 0.0, _left(scale)
    for look in key:
        lines, mark = _key_lines(look), ([left + 0.08 * inch], [top + _LABEL_LINE * 0.4])
        axes.scatter(*mark, 42, **_marker(look), clip_on=False)
        _lines(axes, lines, left + _KEY_INDENT * inch, top - 0.1 * _LABEL_LINE, _LABEL_LINE, color=GREY)
        top += _LABEL_LINE * len(lines)


def _left(scale: Scale) -> float:
    """Where labels begin, on the scale."""
    return scale.low - (_SIDE - LEFT) * (scale.high - scale.low) / _INCH


def _key_lines(look: Look) -> list[str]:
    return wrapped(look.words, WIDTH - LEFT - RIGHT / 2 - _KEY_INDENT)


def _marker(look: Look) -> dict[str, Any]:
    fill = look.colour if look.filled else "white"
    return {"marker": look.marker, "facecolor": fill, "edgecolor": look.colour, "linewidth": 1.3, "zorder": 3}


def _by_look(
    rows: Sequence[Row], places: Sequence[float], looks: Mapping[str, Look]
) -> Iterator[tuple[Look, list[tuple[Row, float]]]]:
    """The rows of each kind with their places, kinds in the order in which they first come."""
    for kind in dict.fromkeys(row.kind for row in rows):
        yield looks[kind], [(row, place) for row, place in zip(rows, places, strict=True) if row.kind == kind]


def _draw(axes: Axes, rows: Sequence[Row], places: Sequence[float], looks: Mapping[str, Look]) -> None:
    """The interval of each row as a line with its ends, and what fits the print as a bar behind it."""
    for look, own in _by_look(rows, places, looks):
        drawn = [(row.low, row.high, place) for row, place in own if not math.isnan(row.low)]
        low, high, at = np.array(drawn).reshape(-1, 3).T
        ends, beside = np.concatenate([low, high]), np.tile(at, 2)
        axes.hlines(at, low, high, color=look.colour, linewidth=1.6, zorder=2)
        axes.vlines(ends, beside - 0.05, beside + 0.05, color=look.colour, linewidth=1.6, zorder=2)
        printed = [(row.admits_low, row.admits_high, place) for row, place in own if not math.isnan(row.admits_low)]
        low, high, at = np.array(printed).reshape(-1, 3).T
        axes.hlines(at, low, high, color=look.colour, linewidth=8, alpha=0.35, zorder=1.5)


def _write_labels(axes: Axes, rows: Sequence[Row], places: Sequence[float], scale: Scale) -> None:
    heading = ""
    for row, place in zip(rows, places, strict=True):
        lines = _label_lines(row)
        _lines(axes, lines, _left(scale), place - _LABEL_LINE * len(lines) / 2, _LABEL_LINE)
        if row.heading and row.heading != heading:
            heads = wrapped(row.heading, weight="bold")
            top = place - (_height(row) + _GAP) / 2 - _HEADING_LINE * len(heads)
            _lines(axes, heads, _left(scale), top, _HEADING_LINE, weight="bold")
            heading = row.heading


def _lines(axes: Axes, lines: Sequence[str], x: float, top: float, step: float, **look: Any) -> None:
    for k, line in enumerate(lines):
        place = (x, top + (k + 0.5) * step)
        axes.text(*place, line, va="center", ha="left", fontsize=SMALLEST, parse_math=False, **look)


def _mark(axes: Axes, rows: Sequence[Row], places: Sequence[float], looks: Mapping[str, Look]) -> None:
    for look, own in _by_look(rows, places, looks):
        if marked := [(row.value, place) for row, place in own if not math.isnan(row.value)]:
            x, y = np.array(marked).T
            axes.scatter(x, y, 46, **_marker(look), clip_on=False)
    axes.set_ylabel("")
    axes.set_yticks([])


def bars(frame: pd.DataFrame, *, title: str, subtitle: str, colours: Mapping[str, str] | None = None) -> Figure:
    """Return horizontal bars with their numbers written beside them."""
    figure, axes = sheet(title, subtitle, 0.42 * len(frame) + 0.05, foot=0.08)
    axes.barh(range(len(frame)), frame["value"], 0.45, color=[(colours or {}).get(one, NAVY) for one in frame["label"]])
    most = float(frame["value"].max()) or 1.0
    axes.set_xlim(0, most * 1.02)
    axes.set_ylim(len(frame) - 0.55, -0.75)
    for k, row in enumerate(frame.itertuples()):
        axes.text(0, k - 0.42, f"{row.label}: {row.words}", va="center", fontsize=SMALLEST, parse_math=False)
    axes.set(xlabel="", ylabel="", xticks=[], yticks=[])
    axes.spines["bottom"].set_visible(False)
    return figure
