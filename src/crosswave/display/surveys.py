"""A survey in sentences: what was asked of whom, what print admits, what was taken for granted."""

from __future__ import annotations

from itertools import chain

import pandas as pd

from crosswave.charts.surveys import findings_message
from crosswave.display.prose import plural
from crosswave.reconstruct import Reconstruction
from crosswave.registry.models import Survey
from crosswave.sentences import population_note
from crosswave.tables.render import span

_ANSWERED = {
    "person": "people answered",
    "organisation": "organisations answered",
    "foi-return": "organisations replied to a freedom-of-information request",
}


def survey_answer(survey: Survey, reconstruction: Reconstruction, findings: pd.DataFrame) -> list[str]:
    """Return who answered, and what became of the printed figures.

    Parameters
    ----------
    survey : Survey
        The wave.
    reconstruction : Reconstruction
        Of the same wave.
    findings : DataFrame
        From `crosswave.results.by_finding`.
    """
    return [_who(survey, reconstruction), _became(survey, findings)]


def _who(survey: Survey, reconstruction: Reconstruction) -> str:
    sized = span(*reconstruction.n) if reconstruction.n else "An unknown number of"
    field = survey.fieldwork
    house = field.house or survey.publisher
    by = f", asked by {house}" if house else ""
    paid = f" for {survey.sponsor}" if survey.sponsor and survey.sponsor != house else ""
    when = " to ".join(dict.fromkeys(date for date in (field.start, field.end) if date)) or str(survey.year)
    return f"{sized} {_ANSWERED[survey.unit]} ({survey.population}; {when}){by}{paid}."


def _became(survey: Survey, findings: pd.DataFrame) -> str:
    if findings["value_low"].isna().all():
        missing = f" What would have to be obtained: {survey.missing}" if survey.missing else ""
        return f"No share is printed, so there is nothing to reproduce.{missing}"
    note = population_note(survey)
    return f"{findings_message(findings)}.{f' {note[:1].upper()}{note[1:]}.' if note else ''}"


def survey_checks(survey: Survey, reconstruction: Reconstruction, findings: pd.DataFrame) -> list[str]:
    """Return what the check against print found, and what it could have found at all.

    Parameters
    ----------
    survey, reconstruction, findings
        As for `survey_answer`.
    """
    return [
        _power(findings),
        *_tables(reconstruction),
        *(f"Conflict: {conflict.words}." for conflict in reconstruction.conflicts),
        *_readings(reconstruction),
        *_rivals(findings),
        *(f"Printed change, without a level of its own: {change.points:+d} points since {change.since}."
          for change in survey.changes),
    ]  # fmt: skip


def _power(findings: pd.DataFrame) -> str:
    power = findings["power"].dropna()
    if power.empty:
        return "No base is known, so no figure could have failed the check: it says nothing about them."
    able = int((power > 0).sum())
    head = f"Of {plural(len(power), 'figure')} on a known base, {able or 'none'} could have failed the check"
    return head + ("" if able == len(power) else _SILENT) + "."


_SILENT = "; where any value with as many decimals would have fitted too, agreement says nothing by itself"


def _tables(reconstruction: Reconstruction) -> list[str]:
    """How many tables of counts there are, and what is known of the rounding."""
    if reconstruction.solutions is None:
        return []
    tables = f"Different tables of counts that print all figures not in conflict: {reconstruction.solutions}."
    return [tables, f"{reconstruction.rounding[:1].upper()}{reconstruction.rounding[1:]}."]


def _readings(reconstruction: Reconstruction) -> list[str]:
    """Each place where print leaves the base open, with the alternatives that survive."""
    tried = _places(reconstruction.readings)
    left = _places(reconstruction.surviving)
    return [_reading(place, options, left.get(place, [])) for place, options in tried.items()]


def _reading(place: str, options: list[str], left: list[str]) -> str:
    fate = "all fit" if len(left) == len(options) else f"only this fits: {' or '.join(left)}"
    return f"Print leaves open on whom {place} was counted ({' or '.join(options)}): {fate}."


def _places(readings: tuple[str, ...]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for part in dict.fromkeys(chain.from_iterable(reading.split("; ") for reading in readings)):
        place, _, words = part.partition(": ")
        found.setdefault(place, []).append(words)
    return found


def _rivals(findings: pd.DataFrame) -> list[str]:
    rows = findings[findings["level"] == "sources-disagree"]
    return [f"{row.published} for “{row.answer}”: {row.reason}." for row in rows.itertuples()]


def survey_assumptions(reconstruction: Reconstruction) -> list[str]:
    """Return what no source states and the arithmetic takes for granted, a sentence each.

    Parameters
    ----------
    reconstruction : Reconstruction
        Of the wave.
    """
    return [f"{words[:1].upper()}{words[1:]}." for words in reconstruction.assumptions]


def survey_caveats(survey: Survey) -> list[str]:
    """Return what a reader must know before using a figure of this survey.

    Parameters
    ----------
    survey : Survey
        The wave.
    """
    answers = [answer for question in survey.questions for answer in question.answers]
    open_points = [f"{answer.says}: {answer.ambiguity}" for answer in answers if answer.ambiguity]
    unusable = [f"{answer.says}, not to be compared: {answer.unusable}" for answer in answers if answer.unusable]
    shared = [f"Some respondents are also in {overlap.survey}: {overlap.how}" for overlap in survey.overlaps]
    sampling = population_note(survey)
    return [*([f"{sampling[:1].upper()}{sampling[1:]}."] if sampling else []), *_note(survey), *shared, *open_points,
            *unusable]  # fmt: skip


def _note(survey: Survey) -> list[str]:
    return [survey.note] if survey.note else []
