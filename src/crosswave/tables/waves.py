"""The waves of a construct as tables: what was asked, what was printed, what print admits."""

from __future__ import annotations

import math

import pandas as pd

from crosswave.difference.estimate import estimate_share
from crosswave.tables.names import survey_name
from crosswave.tables.render import percent, span
from crosswave.trend.change import Trend
from crosswave.trend.waves import Wave

WAVE_COLUMNS = (
    "finding_id", "survey_id", "survey", "year", "house", "published", "reversed", "base", "level", "value_low",
    "value_high", "estimate", "low", "high", "compared", "tier", "refusal",
)  # fmt: skip


def by_wave(trend: Trend) -> pd.DataFrame:
    """Return a row for each wave of a construct, shares as the construct means them (reversed ones turned round)."""
    return pd.DataFrame([_wave_row(wave, trend) for wave in trend.waves], columns=list(WAVE_COLUMNS))


def _wave_row(wave: Wave, trend: Trend) -> dict[str, object]:
    pair = trend.comparison.pair if trend.comparison else None
    value, interval = _shares(wave, trend)
    return {
        "finding_id": wave.finding.id,
        "survey_id": wave.survey.id,
        "survey": survey_name(wave.survey),
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
        "tier": _tier(wave, trend),
        "refusal": wave.refusal,
    }


def _tier(wave: Wave, trend: Trend) -> str:
    """Grade of a wave beside the first wave of the reported pair; a wave of that same year, beside the second."""
    if trend.pair is None or wave.finding.id == trend.pair.first.finding.id:
        return ""
    reported = [one.finding.id for one in (trend.pair.first, trend.pair.second)]
    among = [{pair.first.finding.id, pair.second.finding.id} for pair in trend.pairs]
    places = [k for beside in reported for k, both in enumerate(among) if both == {beside, wave.finding.id}]
    return trend.pairs[places[0]].comparability.grade if places else ""


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
    """Return a row for each wave, ready to be read."""
    printed = ["all but " if turned else "" for turned in waves["reversed"]]
    shares = zip(waves["value_low"], waves["value_high"], strict=True)
    intervals = zip(waves["low"], waves["high"], strict=True)
    table = pd.DataFrame(
        {
            "Survey": waves["survey"],
            "Collected by": waves["house"].fillna("not printed"),
            "Printed": [turned + text for turned, text in zip(printed, waves["published"], strict=True)],
            "Base": waves["base"].replace("an unknown number", "not printed"),
            "Share, %": [span(percent(low) or None, percent(high) or None) for low, high in shares],
            "Interval, %": [span(percent(low) or None, percent(high) or None) for low, high in intervals],
            "Level": waves["level"],
            "Compared": waves["compared"].map({True: "yes", False: ""}),
            "Grade": waves["tier"],
            "Id of the figure": waves["finding_id"],
        }
    )
    return table.assign(**{"Why it cannot be used": waves["refusal"].fillna("")}) if waves["refusal"].any() else table


def asked_table(trend: Trend) -> pd.DataFrame:
    """Return a row for each wave: who was asked, what, what the answer says, and how it was given."""
    return pd.DataFrame([_asked_row(wave) for wave in trend.waves], columns=list(_ASKED))


_GIVEN = {
    "single": "one answer each",
    "multi": "any number of answers",
    "scale": "a point on a scale",
    "fact": "a fact",
    None: "not printed",
}
_ASKED = ("Survey", "Who was asked", "What was asked", "The answer", "How answers were given", "Collected")


def _asked_row(wave: Wave) -> tuple[str, ...]:
    survey, question = wave.survey, wave.finding.question
    says = wave.finding.answer.says
    answer = f"all but “{says}”" if wave.answer.reversed else f"“{says}”"
    given = _GIVEN[question.response]
    return (
        survey_name(survey),
        survey.population,
        question.asks,
        answer,
        given,
        survey.mode or "not printed",
    )
