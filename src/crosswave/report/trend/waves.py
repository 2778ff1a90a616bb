"""The waves of a construct: sentences, tables and the chart over the years."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pandas as pd
from matplotlib.figure import Figure

from crosswave.difference.estimate import estimate_share
from crosswave.report.canvas import GREY, NAVY, ORANGE, PLUM, TEAL, Look, styled
from crosswave.report.render import NOT_PRINTED, confidence, figure_name, percent, span, spans, survey_name
from crosswave.report.sentences import answer_sentence, population_note, trend_sentence
from crosswave.report.survey.figures import interval_words
from crosswave.report.timeline import Dot, timeline
from crosswave.report.trend.answer import headline
from crosswave.report.trend.lines import line_under
from crosswave.trend.change import Trend
from crosswave.trend.figures import date_interval
from crosswave.trend.lines import TopicLine
from crosswave.trend.waves import Wave
from crosswave.words import capital


def trend_answer(trend: Trend) -> list[str]:
    """Return the answer with its certainty, and the verdict in a sentence, both as in trends.csv."""
    return [answer_sentence(trend), trend_sentence(trend)]


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


_UNSIZED = "an unknown number"


def waves_table(waves: pd.DataFrame) -> pd.DataFrame:
    """Return a row for each survey of all years, ready to be read."""
    unsized = waves["base"] == _UNSIZED
    other = unsized.map({True: "not used: how many answered is not printed", False: "not with most others"})
    used = other if waves["comparable"].any() else other.mask(~unsized, "")
    used = used.mask(waves["comparable"], "with most others").mask(waves["compared"], "compared here")
    table = pd.DataFrame(
        {
            "Survey": waves["survey"],
            "Year": waves["year"].astype(str),
            "Collected or published by": waves["house"].fillna(NOT_PRINTED),
            "Published": [_printed(row) for row in waves.itertuples()],
            "Answers": waves["base"].replace(_UNSIZED, NOT_PRINTED),
            "Margin of error, %": spans(waves, "low", "high"),
            "Comparable?": used.where(waves["refusal"].isna(), "cannot be used: " + waves["refusal"].fillna("")),
            "Id of the figure": waves["finding_id"],
        }
    )
    return table.loc[:, (table != "").any() | table.empty]


_RESPONSES = {
    "single": "one answer each",
    "multi": "any number of answers",
    "scale": "a point on a scale",
    "fact": "a fact",
    None: "not printed",
}


def asked_table(waves: Sequence[Wave]) -> pd.DataFrame:
    """Return a row for each survey: who was asked, what, what the answer says, and how it was given."""
    rows = [
        (survey_name(wave.survey), wave.survey.population, wave.finding.question.asks,
         f"{'all but ' * wave.answer.reversed}“{wave.finding.answer.says}”",
         _RESPONSES[wave.finding.question.response], wave.survey.mode or NOT_PRINTED)
        for wave in waves
    ]  # fmt: skip
    columns = ["Survey", "Who was asked", "What was asked", "The answer", "How answers were given", "Collected"]
    return pd.DataFrame(rows, columns=columns)


VERDICT_LOOKS: Mapping[str, Look] = {
    "rose": Look("^", NAVY, "rose"),
    "fell": Look("v", PLUM, "fell"),
    "changed, immaterially": Look("d", TEAL, "changed by less than matters"),
    "no material change": Look("s", TEAL, "no real change"),
    "inconclusive": Look("o", GREY, "not strong enough", filled=False),
    "undecided by rounding": Look("P", ORANGE, "rounding decides"),
    "undecided by wording": Look("X", ORANGE, "a figure printed in words decides"),
    "uninformative by design": Look("D", GREY, "the surveys are too different", filled=False),
    "not testable": Look("s", ORANGE, "a missing number decides", filled=False),
    "not comparable": Look("X", GREY, "not comparable", filled=False),
}


def every_wave(trend: Trend, series: TopicLine) -> pd.DataFrame:
    """Return the frame of `by_wave` over all years, with whether a survey may be compared with most others."""
    waves = by_wave(replace(trend, waves=series.waves))
    on_line = {wave.finding.id for wave in series.comparable.waves} if len(series.comparable.waves) > 1 else set()
    return waves.assign(comparable=waves["finding_id"].isin(on_line))


@styled
def waves_chart(trend: Trend, series: TopicLine, waves: pd.DataFrame) -> Figure | None:
    """Return every survey of a topic at its date, from `every_wave`; None where none prints a share."""
    dots = _dots(trend, series, waves)
    if not dots:
        return None
    subtitle = (
        f"Per cent of those who answered. Line at a dot: {confidence(trend.settings.alpha)} margin of error, if they "
        f"were a random sample.{_LINE_WORDS * series.has_line}"
    )
    window = trend.settings.from_year, trend.settings.to_year
    return timeline(dots, title=waves_message(trend), subtitle=subtitle, window=window, under=line_under(series))


_LINE_WORDS = " Long line and band: the average of comparable surveys; dotted: where a new one would fall."


def _dots(trend: Trend, series: TopicLine, waves: pd.DataFrame) -> list[Dot]:
    """The surveys of all years that print a share, in per cent."""
    within = trend.plan.lines.published_within.value
    pairs = zip(series.waves, waves.itertuples(), strict=True)
    return [
        Dot(sum(date_interval(wave.survey, within)) / 2, 100 * row.estimate, 100 * row.low, 100 * row.high,
            f"{row.survey}: {_label(row)}" if row.compared else _label(row), _tip(wave, row),
            "compared" if row.compared else "comparable" if row.comparable else "other")
        for wave, row in pairs
        if not math.isnan(row.value_low)
    ]  # fmt: skip


def _tip(wave: Wave, row: Any) -> str:
    """What is said of a survey where its dot is pointed at: figure, people, margin, wording, source."""
    margin = f", margin of error {words}%" if (words := span(percent(row.low), percent(row.high))) else ""
    source = next(iter(wave.survey.sources))
    asked = f"Asked: {wave.finding.question.asks}. Answer: {wave.finding.answer.says}."
    return f"{row.survey}: {_printed(row)} of {row.base}{margin}. {asked} Source: {source.publisher or source.title}."


def _label(row: Any) -> str:
    """What is written at a dot: a printed count as a percentage of its base, for the axis is one of percentages."""
    return f"{percent(row.estimate)}%" if str(row.published).replace(",", "").isdigit() else _printed(row)


def _printed(row: Any) -> str:
    return f"all but {row.published}" if row.reversed else str(row.published)


def waves_message(trend: Trend) -> str:
    """Return what the charts say: the answer on the topic."""
    return headline(trend)


def waves_alt(trend: Trend, waves: pd.DataFrame) -> str:
    """Return the chart in words: the answer, then each survey of `every_wave`."""
    rows = [
        f"{row.year}, {row.survey}: {_printed(row)} of {row.base}{interval_words(row.low, row.high)}"
        for row in waves.itertuples()
        if not math.isnan(row.value_low)
    ]
    return f"{waves_message(trend)}. {'; '.join(rows)}." if rows else f"No chart: {waves_message(trend)}."
