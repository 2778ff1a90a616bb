"""Trends as tables: the waves, the gate, what could have been shown, the tests, and all constructs side by side."""

from __future__ import annotations

import math
from collections.abc import Mapping

import pandas as pd

from crosswave.estimate import estimate_share
from crosswave.registry.loading import Registry
from crosswave.registry.models import Construct
from crosswave.sentences import p_words, points
from crosswave.tables.render import percent, span
from crosswave.trend import Comparison, Trend
from crosswave.waves import Wave

WAVE_COLUMNS = (
    "finding_id", "survey_id", "year", "house", "published", "reversed", "base", "level", "value_low", "value_high",
    "estimate", "low", "high", "compared", "refusal",
)  # fmt: skip


def by_wave(trend: Trend) -> pd.DataFrame:
    """Return a row for each wave of a construct, shares as the construct means them (reversed ones turned round).

    Parameters
    ----------
    trend : Trend
        As assessed.

    Returns
    -------
    DataFrame
        Columns `WAVE_COLUMNS`; shares in [0, 1], missing where print says nothing; the interval takes the alpha and
        the design effect of the trend.
    """
    return pd.DataFrame([_wave_row(wave, trend) for wave in trend.waves], columns=list(WAVE_COLUMNS))


def _wave_row(wave: Wave, trend: Trend) -> dict[str, object]:
    pair = trend.comparison.pair if trend.comparison else None
    value, interval = _shares(wave, trend)
    return {
        "finding_id": wave.finding.id,
        "survey_id": wave.survey.id,
        "year": wave.year,
        "house": wave.survey.fieldwork.house or wave.survey.publisher,
        "published": wave.finding.answer.printed,
        "reversed": wave.answer.reversed,
        "base": wave.size_words.removesuffix(" of"),
        "level": wave.counts.level,
        "value_low": value[0],
        "value_high": value[1],
        "estimate": sum(value) / 2,
        "low": interval[0],
        "high": interval[1],
        "compared": pair is not None and wave.finding.id in (pair.first.finding.id, pair.second.finding.id),
        "refusal": wave.refusal,
    }


def _shares(wave: Wave, trend: Trend) -> tuple[tuple[float, float], tuple[float, float]]:
    counts, nothing = wave.counts, (math.nan, math.nan)
    yes, bases = counts.pairs()
    if counts.share_low is None or counts.share_high is None:
        return nothing, nothing
    value = (float(counts.share_low), float(counts.share_high))
    if not yes:
        return _turned(value, wave), nothing
    settings = trend.settings
    estimate = estimate_share(yes, bases, alpha=settings.alpha, design_effect=settings.design_effect)
    return _turned((estimate.share_low, estimate.share_high), wave), _turned((estimate.low, estimate.high), wave)


def _turned(ends: tuple[float, float], wave: Wave) -> tuple[float, float]:
    return (1 - ends[1], 1 - ends[0]) if wave.answer.reversed else ends


def waves_table(waves: pd.DataFrame) -> pd.DataFrame:
    """Return a row for each wave, ready to be read.

    Parameters
    ----------
    waves : DataFrame
        From `by_wave`.
    """
    printed = ["all but " if turned else "" for turned in waves["reversed"]]
    shares = zip(waves["value_low"], waves["value_high"], strict=True)
    intervals = zip(waves["low"], waves["high"], strict=True)
    table = pd.DataFrame(
        {
            "Figure": waves["finding_id"],
            "Year": waves["year"].map(str),
            "Collected by": waves["house"].fillna("not printed"),
            "Printed": [turned + text for turned, text in zip(printed, waves["published"], strict=True)],
            "Base": waves["base"].replace("an unknown number", "not printed"),
            "Share, %": [span(percent(low) or None, percent(high) or None) for low, high in shares],
            "Interval, %": [span(percent(low) or None, percent(high) or None) for low, high in intervals],
            "Level": waves["level"],
            "Compared": waves["compared"].map({True: "yes", False: ""}),
        }
    )
    return table.assign(**{"Why it cannot be used": waves["refusal"].fillna("")}) if waves["refusal"].any() else table


def gate_table(trend: Trend) -> pd.DataFrame:
    """Return a row for each pair of waves of different years: its grade, and the reasons.

    Parameters
    ----------
    trend : Trend
        As assessed. Its first pair is the one that is reported.
    """
    rows = [
        (
            f"{pair.first.survey.id}, {pair.second.survey.id}",
            span(str(pair.first.year), str(pair.second.year)),
            pair.comparability.grade,
            "refused" if pair.comparability.refused else "cannot be tested" if pair.refusal else "open",
            "; ".join([*pair.comparability.reasons, *([pair.refusal] if pair.refusal else [])]),
        )
        for pair in trend.pairs
    ]
    return pd.DataFrame(rows, columns=["Pair", "Years", "Grade", "Gate", "Reasons"])


def reach_table(comparison: Comparison | None) -> pd.DataFrame:
    """Return what a comparison could have shown at all, in points: this looks at no difference.

    Parameters
    ----------
    comparison : Comparison or None
        None gives a table without rows.
    """
    if comparison is None:
        return pd.DataFrame(columns=["What", "Answer"])
    reach = comparison.reach
    chance = f"{reach.power:.0%}"
    rows = {
        "Smallest printed rise whose interval excludes zero, points": _reachable(reach.critical_rise),
        "Smallest printed fall whose interval excludes zero, points": _reachable(reach.critical_fall),
        f"Smallest true rise with an {chance} chance to show, points": _reachable(reach.detectable_rise),
        f"Smallest true fall with an {chance} chance to show, points": _reachable(reach.detectable_fall),
        "Smallest change that could be ruled out if nothing changed, points": _reachable(reach.smallest_margin),
        "Smallest change that matters, points": points(reach.margin),
        "Could the verdict have been that nothing material changed?": "yes" if reach.equivalence_attainable else "no",
    }
    return pd.DataFrame(list(rows.items()), columns=["What", "Answer"])


def _reachable(value: float) -> str:
    return points(value) if math.isfinite(value) else "none: the scale ends before"


def tests_table(trend: Trend) -> pd.DataFrame:
    """Return the numbers of the tests; a table without rows where nothing was compared.

    Parameters
    ----------
    trend : Trend
        As assessed.
    """
    comparison = trend.comparison
    if comparison is None:
        return pd.DataFrame(columns=["What", "Answer"])
    p_range = p_words(comparison.p_low), p_words(comparison.p_high)
    adjusted = "" if trend.p_adjusted is None else p_words(trend.p_adjusted)
    rows = {
        "Total error taken, points at one half": f"{comparison.points:g}",
        "Difference, later minus earlier, points": points(comparison.difference, sign=True),
        "Interval, points": span(points(comparison.low, sign=True), points(comparison.high, sign=True)),
        "p-value of no change": p_words(comparison.p_value),
        "p-value of no change, over all counts that print admits": " to ".join(dict.fromkeys(p_range)),
        "p-value of no change, allowing for the other comparisons": adjusted,
        "p-value of a change as large as matters, or larger": p_words(comparison.equivalence_p),
        "Outcomes over all counts that print admits": " or ".join(comparison.outcomes),
        "Verdict": trend.verdict,
    }
    return pd.DataFrame(list(rows.items()), columns=["What", "Answer"])


def settings_table(variants: Mapping[str, Trend]) -> pd.DataFrame:
    """Return the verdict under each of several settings; nothing where nothing was compared.

    Parameters
    ----------
    variants : mapping of str to Trend
        The settings in words, and the trend under them.
    """
    rows = [
        (
            words,
            points(comparison.difference, sign=True),
            span(points(comparison.low, sign=True), points(comparison.high, sign=True)),
            p_words(comparison.p_value),
            trend.verdict,
        )
        for words, trend in variants.items()
        if (comparison := trend.comparison)
    ]
    return pd.DataFrame(rows, columns=["If", "Difference, points", "Interval, points", "p, no change", "Verdict"])


def left_out_table(construct: Construct, registry: Registry) -> pd.DataFrame:
    """Return the printed figures that speak to a construct and are not used in it, with the reason.

    Parameters
    ----------
    construct : Construct
        What is measured.
    registry : Registry
        Holds the figures.
    """
    rows = [
        (out.figure, found.answer.printed if (found := registry.findings.get(out.figure)) else "", out.reason)
        for out in construct.left_out
    ]
    return pd.DataFrame(rows, columns=["Figure", "Printed", "Why it is left out"])
