"""The waves of a construct: sentences, tables and the chart over the years."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import pandas as pd
from matplotlib.figure import Figure

from crosswave.difference.estimate import estimate_share
from crosswave.report.canvas import GREY, NAVY, ORANGE, PLUM, TEAL, styled
from crosswave.report.forest import PERCENT, Look, Row, forest, share_row
from crosswave.report.render import NOT_PRINTED, confidence, figure_name, spans, survey_name
from crosswave.report.sentences import answer_sentence, population_note, trend_sentence
from crosswave.report.survey.figures import interval_words
from crosswave.trend.change import Trend
from crosswave.trend.waves import Wave
from crosswave.words import capital

MEANINGS: Mapping[str, str] = {
    "not comparable": "whom the surveys asked, what they asked or how differs so much that no difference is computed",
    "not testable": "no two waves of different years can be used, or a number that is not printed decides",
    "uninformative by design": "nothing shows, and such surveys could hardly have shown a change or that there was "
    "none",
    "undecided by wording": "a figure is printed in words, and the numbers they can stand for give different verdicts",
    "undecided by rounding": "the counts that can have been rounded to what is printed give different verdicts",
    "changed, immaterially": "a change shows, and it is smaller than what the plan says matters",
    "rose": "a rise shows, after errors of sampling, wording and of many comparisons are allowed for",
    "fell": "a fall shows, after errors of sampling, wording and of many comparisons are allowed for",
    "no material change": "no change shows, and one as large as the plan says matters is ruled out",
    "inconclusive": "neither a change nor its absence shows, although one of them could have",
}
"""What each verdict means, for a reader who has not seen the decision table."""


def trend_answer(trend: Trend) -> list[str]:
    """Return the answer with its certainty, and the verdict in a sentence, both as in trends.csv."""
    return [answer_sentence(trend), trend_sentence(trend)]


def verdict_meaning(trend: Trend) -> str:
    """Return what the verdict on a trend means, in one sentence."""
    return f"“{capital(trend.verdict)}” means: {MEANINGS[trend.verdict]}."


def trend_caveats(trend: Trend) -> list[str]:
    """Return what a reader must know before using the verdict."""
    note = population_note(*(wave.survey for wave in trend.waves))
    advertised = [f"A change is also printed without its earlier level: {name}." for name in trend.construct.changes]
    noted = [f"{figure_name(wave.finding)}. {wave.answer.note}" for wave in trend.waves if wave.answer.note]
    refused = [f"{figure_name(wave.finding)}: cannot be used: {wave.refusal}" for wave in trend.waves if wave.refusal]
    return [*([f"{capital(note)}."] if note else []), *advertised, *noted, *refused]


WAVE_COLUMNS = (
    "finding_id", "survey_id", "survey", "year", "house", "published", "reversed", "base", "level", "value_low",
    "value_high", "estimate", "low", "high", "compared", "tier", "refusal",
)  # fmt: skip


def by_wave(trend: Trend) -> pd.DataFrame:
    """Return a row for each wave of a construct, shares as the construct means them (reversed ones turned round)."""
    pair = trend.comparison.pair if trend.comparison else None
    compared = (pair.first.finding.id, pair.second.finding.id) if pair else ()
    rows = []
    for wave in trend.waves:
        (value_low, value_high), (low, high) = _shares(wave, trend)
        rows.append((
            wave.finding.id, wave.survey.id, survey_name(wave.survey), wave.year,
            wave.survey.fieldwork.house or wave.survey.publisher, wave.finding.shown, wave.answer.reversed,
            wave.size_words.removesuffix(" of"), wave.counts.level, value_low, value_high, (value_low + value_high) / 2,
            low, high, wave.finding.id in compared, _tier(wave, trend), wave.refusal,
        ))  # fmt: skip
    return pd.DataFrame(rows, columns=list(WAVE_COLUMNS))


def _tier(wave: Wave, trend: Trend) -> str:
    """Grade of a wave beside the first wave of the reported pair; a wave of that same year, beside the second."""
    if trend.pair is None or wave.finding.id == trend.pair.first.finding.id:
        return ""
    grades = {frozenset((one.first.finding.id, one.second.finding.id)): one.comparability.grade for one in trend.pairs}
    beside = (frozenset((one.finding.id, wave.finding.id)) for one in (trend.pair.first, trend.pair.second))
    return next((grades[both] for both in beside if both in grades), "")


def _shares(wave: Wave, trend: Trend) -> tuple[tuple[float, float], tuple[float, float]]:
    """The ends of what a wave printed, and of its interval; not a number where they are not known."""
    counts, ends = wave.counts, [(math.nan, math.nan), (math.nan, math.nan)]
    yes, bases = counts.pairs()
    if counts.share_low is None or counts.share_high is None:
        return ends[0], ends[1]
    if yes:
        settings = trend.settings
        estimate = estimate_share(yes, bases, alpha=settings.alpha, design_effect=settings.design_effect)
        ends = [(estimate.share_low, estimate.share_high), (estimate.low, estimate.high)]
    else:
        ends[0] = float(counts.share_low), float(counts.share_high)
    value, interval = ((1 - high, 1 - low) if wave.answer.reversed else (low, high) for low, high in ends)
    return value, interval


def waves_table(waves: pd.DataFrame) -> pd.DataFrame:
    """Return a row for each wave, ready to be read."""
    table = pd.DataFrame(
        {
            "Survey": waves["survey"],
            "Collected by": waves["house"].fillna(NOT_PRINTED),
            "Printed": [_printed(row) for row in waves.itertuples()],
            "Base": waves["base"].replace("an unknown number", NOT_PRINTED),
            "Share, %": spans(waves, "value_low", "value_high"),
            "Interval, %": spans(waves, "low", "high"),
            "Level": waves["level"],
            "Compared": waves["compared"].map({True: "yes", False: ""}),
            "Grade": waves["tier"],
            "Id of the figure": waves["finding_id"],
        }
    )
    return table.assign(**{"Why it cannot be used": waves["refusal"].fillna("")}) if waves["refusal"].any() else table


_RESPONSES = {
    "single": "one answer each",
    "multi": "any number of answers",
    "scale": "a point on a scale",
    "fact": "a fact",
    None: "not printed",
}


def asked_table(trend: Trend) -> pd.DataFrame:
    """Return a row for each wave: who was asked, what, what the answer says, and how it was given."""
    rows = [
        (survey_name(wave.survey), wave.survey.population, wave.finding.question.asks,
         f"{'all but ' * wave.answer.reversed}“{wave.finding.answer.says}”",
         _RESPONSES[wave.finding.question.response], wave.survey.mode or NOT_PRINTED)
        for wave in trend.waves
    ]  # fmt: skip
    columns = ["Survey", "Who was asked", "What was asked", "The answer", "How answers were given", "Collected"]
    return pd.DataFrame(rows, columns=columns)


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
WAVE_LOOKS: Mapping[str, Look] = {
    **{f"{tier}|True": Look(marker, NAVY, f"{words}; compared") for tier, (marker, words) in _TIERS.items()},
    **{f"{tier}|False": Look(marker, GREY, words, filled=False) for tier, (marker, words) in _TIERS.items()},
    "alone": Look("o", GREY, "a wave that no other year's is held against", filled=False),
}
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
    return forest(wave_rows(waves), WAVE_LOOKS, PERCENT, title=waves_message(trend), subtitle=subtitle)


def wave_rows(waves: pd.DataFrame) -> list[Row]:
    """Return the rows of the chart, in percent, earliest year first."""
    alone = not (waves["tier"] != "").any() and not waves["compared"].any()
    return [
        share_row(
            f"{row.survey}: {_printed(row)} of {row.base}{_grade(row)}",
            "alone" if alone else f"{row.tier}|{row.compared}",
            row,
            str(row.year),
        )
        for row in waves.itertuples()
    ]


def _printed(row: Any) -> str:
    return f"all but {row.published}" if row.reversed else str(row.published)


def _grade(row: Any) -> str:
    return f", grade {row.tier}" if row.tier else ""


def waves_message(trend: Trend) -> str:
    """Return what the chart says: the verdict on the construct."""
    return f"{capital(trend.construct.label)}: {trend.verdict}"


def waves_alt(trend: Trend, waves: pd.DataFrame) -> str:
    """Return the chart in words: the verdict, then each wave."""
    if waves["value_low"].isna().all():
        return f"No chart: {waves_message(trend)}; no wave of these years prints a share."
    rows = [
        f"{row.year}, {row.survey}: {_printed(row)} of {row.base}{_grade(row)}{interval_words(row.low, row.high)}"
        for row in waves.itertuples()
    ]
    return f"{waves_message(trend)}. {'; '.join(rows)}."
