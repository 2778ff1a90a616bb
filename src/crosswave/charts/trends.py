"""The waves of a construct over the years, and the difference that they come to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
from matplotlib.figure import Figure

from crosswave.charts.canvas import GREY, NAVY, ORANGE, PLUM, TEAL, styled
from crosswave.charts.forest import PERCENT, Look, Row, Scale, forest
from crosswave.charts.surveys import in_percent, interval_words
from crosswave.report.sentences import points
from crosswave.tables.render import confidence
from crosswave.trend.change import Trend
from crosswave.trend.comparison import Comparison
from crosswave.words import capital

# Marker and words of a wave by its grade beside the earlier wave of the reported pair; "" is that wave itself.
_TIERS: Mapping[str, tuple[str, str]] = {
    "": ("*", "the wave that the others are held against"),
    "A": ("o", "grade A: the same instrument, house and population"),
    "B1": ("s", "grade B1: the same question, another house"),
    "H": ("D", "grade H: one house, in other words or of another slice"),
    "B2": ("^", "grade B2: another house, in other words or of another slice"),
    "B3": ("v", "grade B3: different words, or a different slice"),
    "C": ("X", "grade C: may not be compared with it"),
}
_ALONE = Look("o", GREY, "a wave that no other year's is held against", filled=False)

VERDICT_LOOKS: Mapping[str, Look] = {
    "rose": Look("^", NAVY, "rose"),
    "fell": Look("v", PLUM, "fell"),
    "changed, immaterially": Look("d", TEAL, "changed, by less than matters"),
    "no material change": Look("s", TEAL, "no material change"),
    "inconclusive": Look("o", GREY, "inconclusive", filled=False),
    "undecided by rounding": Look("P", ORANGE, "undecided by rounding"),
    "undecided by wording": Look("X", ORANGE, "undecided by wording"),
    "uninformative by design": Look("D", GREY, "uninformative by design", filled=False),
    "not testable": Look("s", ORANGE, "not testable: the n that is missing decides", filled=False),
    "not comparable": Look("X", GREY, "not comparable", filled=False),
}


@styled
def waves_chart(trend: Trend, waves: pd.DataFrame) -> Figure | None:
    """Return the waves of a construct from the earliest to the latest, each with its interval; None without a wave."""
    if waves["value_low"].isna().all():
        return None
    subtitle = (
        "The marker is the grade, filled where the wave is compared. "
        f"Wide bar: what print admits; line: {confidence(trend.settings.alpha)} interval, if those who answered were "
        "a random sample."
    )
    return forest(wave_rows(waves), _wave_looks(), PERCENT, title=waves_message(trend), subtitle=subtitle)


def wave_rows(waves: pd.DataFrame) -> list[Row]:
    """Return the rows of the chart, in percent, earliest year first."""
    alone = not (waves["tier"] != "").any() and not waves["compared"].any()
    return [
        Row(
            label=f"{row.survey}: {_printed(row)} of {row.base}{_grade(row)}",
            kind="alone" if alone else f"{row.tier}|{'compared' if row.compared else 'beside'}",
            value=in_percent(row.estimate),
            low=in_percent(row.low),
            high=in_percent(row.high),
            admits_low=in_percent(row.value_low),
            admits_high=in_percent(row.value_high),
            heading=str(row.year),
        )
        for row in waves.itertuples()
    ]


def _printed(row: Any) -> str:
    return f"all but {row.published}" if row.reversed else str(row.published)


def _grade(row: Any) -> str:
    return f", grade {row.tier}" if row.tier else ""


def _wave_looks() -> dict[str, Look]:
    compared = {
        f"{tier}|compared": Look(marker, NAVY, f"{words}; compared") for tier, (marker, words) in _TIERS.items()
    }
    beside = {f"{tier}|beside": Look(marker, GREY, words, filled=False) for tier, (marker, words) in _TIERS.items()}
    return compared | beside | {"alone": _ALONE}


def waves_message(trend: Trend) -> str:
    """Return what the chart says: the verdict on the construct."""
    label = trend.construct.label
    return f"{capital(label)}: {trend.verdict}"


def waves_alt(trend: Trend, waves: pd.DataFrame) -> str:
    """Return the chart in words: the verdict, then each wave."""
    if waves["value_low"].isna().all():
        return f"No chart: {waves_message(trend)}; no wave of these years prints a share."
    rows = [
        f"{row.year}, {row.survey}: {_printed(row)}{_grade(row)}{interval_words(row.low, row.high)}"
        for row in waves.itertuples()
    ]
    return f"{waves_message(trend)}. {'; '.join(rows)}."


@styled
def difference_chart(variants: Mapping[str, Trend]) -> Figure | None:
    """Return the difference against zero and the smallest change that matters, under several settings."""
    rows, (first, comparison) = difference_rows(variants), _reported(variants)
    if comparison is None:
        return None
    years = f"{comparison.pair.first.year} to {comparison.pair.second.year}"
    subtitle = (
        f"{years}, later minus earlier. Line: {confidence(first.settings.alpha)} interval "
        "over every count that print admits; shaded: changes too small to matter."
    )
    return forest(
        rows, VERDICT_LOOKS, points_scale(rows, first), title=_difference_message(first, comparison), subtitle=subtitle
    )


def _reported(variants: Mapping[str, Trend]) -> tuple[Trend, Comparison | None]:
    first = next(iter(variants.values()))
    return first, first.comparison


def difference_rows(variants: Mapping[str, Trend]) -> list[Row]:
    """Return the rows of the chart, in points."""
    return [
        Row(
            label=f"{words}: {points(comparison.difference, sign=True)} points",
            kind=trend.verdict,
            value=100 * comparison.difference,
            low=100 * comparison.low,
            high=100 * comparison.high,
        )
        for words, trend in variants.items()
        if (comparison := trend.comparison)
    ]


def points_scale(rows: Sequence[Row], trend: Trend) -> Scale:
    """Return an axis of points, zero in its middle, that holds every interval and the smallest change that matters."""
    margin = trend.settings.smallest_change
    reach = max(margin * 1.5, *(abs(end) for row in rows for end in (row.low, row.high)))
    top = min(100.0, 10.0 * (int(reach / 10) + 1))
    return Scale(-top, top, "percentage points", zone=(-margin, margin), zero=True)


def _difference_message(trend: Trend, comparison: Comparison) -> str:
    side = "lies above zero" if comparison.low > 0 else "lies below zero" if comparison.high < 0 else "includes zero"
    return f"{waves_message(trend)}; the interval of the difference {side}"


def difference_alt(variants: Mapping[str, Trend]) -> str:
    """Return the chart in words: the verdict reported, then the interval under each setting."""
    first, comparison = _reported(variants)
    if comparison is None:
        return f"No chart: {waves_message(first)}; no difference is computed."
    rows = [
        f"{words}: {points(c.difference, sign=True)} points, interval {points(c.low, sign=True)} to "
        f"{points(c.high, sign=True)}, {trend.verdict}"
        for words, trend in variants.items()
        if (c := trend.comparison)
    ]
    return f"{_difference_message(first, comparison)}. {'; '.join(rows)}."
