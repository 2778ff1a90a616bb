"""A survey in sentences: who answered, what became of the figures, what was checked, what to know before use."""

from __future__ import annotations

import pandas as pd

from crosswave.charts.surveys import findings_message
from crosswave.reconstruct import Reconstruction
from crosswave.report.sentences import population_note
from crosswave.study.models import Survey, unit_words
from crosswave.tables.render import percent, span
from crosswave.words import capital, plural


def survey_answer(survey: Survey, reconstruction: Reconstruction, findings: pd.DataFrame) -> list[str]:
    """Return who answered, and what became of the printed figures."""
    return [_who(survey, reconstruction), _became(survey, findings)]


def _who(survey: Survey, reconstruction: Reconstruction) -> str:
    sized = span(*reconstruction.n) if reconstruction.n else "An unknown number of"
    field = survey.fieldwork
    house = field.house or survey.publisher
    by = f", asked by {house}" if house else ""
    paid = f" for {survey.sponsor}" if survey.sponsor and survey.sponsor != house else ""
    when = " to ".join(dict.fromkeys(date for date in (field.start, field.end) if date)) or str(survey.year)
    when += survey.mark("fieldwork")
    return f"{sized} {unit_words(survey.unit).answered} ({survey.population}; {when}){by}{paid}."


def _became(survey: Survey, findings: pd.DataFrame) -> str:
    if findings["value_low"].isna().all():
        missing = f" What would have to be obtained: {survey.missing}" if survey.missing else ""
        return f"No share is printed, so there is nothing to reproduce.{missing}"
    note = population_note(survey)
    return f"{findings_message(findings)}.{f' {capital(note)}.' if note else ''}"


def survey_checks(survey: Survey, reconstruction: Reconstruction, findings: pd.DataFrame) -> list[str]:
    """Return what was checked, and what the check could have found at all."""
    return [
        _checked(reconstruction),
        *_power(findings),
        *_tables(reconstruction),
        *_rivals(findings),
        *(f"Printed change, without a level of its own: {change.points:+d} points since {change.since}."
          for change in survey.changes),
    ]  # fmt: skip


def _checked(reconstruction: Reconstruction) -> str:
    figures = reconstruction.findings.values()
    fitting = sum(figure.count_low is not None for figure in figures)
    failing = sum(figure.level == "conflicting" for figure in figures)
    if not fitting + failing:
        return (
            f"Of {plural(len(figures), 'printed figure')} none could be checked: none is a share of a known number of "
            "respondents."
        )
    tried, total = fitting + failing, len(figures)
    which = f"{tried} of {total:,} printed figures" if tried < total else plural(total, "printed figure")
    fate = "Such numbers exist" if not failing else f"{fitting} can be printed so, {failing} cannot"
    return (
        f"{which} {'was' if tried == 1 else 'were'} checked: whole numbers of respondents were looked for that print "
        f"all that was checked at once. {fate}."
    )


def _power(findings: pd.DataFrame) -> list[str]:
    """What it means that a figure could have failed, and which came nearest to failing."""
    power = findings.set_index("finding_id")["power"].astype(float).dropna()
    if power.empty:
        return []
    able = int((power > 0).sum())
    head = f"Figures printed as numbers that could have failed: {able or 'none'} of {len(power)}"
    if not able:
        return [f"{head}; {_SILENT}."]
    best = findings.set_index("finding_id").loc[power.idxmax()]
    strictest = (
        f"The strictest test was that of {best['published']} for “{best['answer']}”: {percent(power.max())}% of all "
        "values with as many decimals would have failed it"
    )
    rest = "" if able == len(power) else f" For the others {_SILENT}."
    return [f"{head}; {_ABLE}.{rest}", f"{strictest}."]


_ABLE = "had certain other values been printed in their place, no whole numbers would have fitted"
_SILENT = "any other value would have fitted as well, so their agreement is no evidence"


def _tables(reconstruction: Reconstruction) -> list[str]:
    """How many tables of counts there are, and what is known of the rounding."""
    if reconstruction.solutions is None:
        return []
    tables = f"Different tables of counts that print all figures not in conflict: {reconstruction.solutions}."
    single = reconstruction.solutions.number == 1 and not reconstruction.solutions.capped
    meaning = (
        " Under the assumptions named, each of these counts is known."
        if single
        else " Print does not say which of them is true."
    )
    return [tables + meaning, f"{capital(reconstruction.rounding)}."]


def _rivals(findings: pd.DataFrame) -> list[str]:
    rows = findings[findings["level"] == "sources-disagree"]
    return [f"{capital(row.published)} for “{row.answer}”: {row.reason}." for row in rows.itertuples()]


def survey_caveats(survey: Survey) -> list[str]:
    """Return what a reader must know before using a figure of this survey."""
    answers = [answer for question in survey.questions for answer in question.answers]
    open_points = [f"{answer.says}: {answer.ambiguity}" for answer in answers if answer.ambiguity]
    unusable = [f"{answer.says}, not to be compared: {answer.unusable}" for answer in answers if answer.unusable]
    shared = [f"Some respondents are also in {overlap.survey}: {overlap.how}" for overlap in survey.overlaps]
    sampling = population_note(survey)
    return [*([f"{capital(sampling)}."] if sampling else []), *_note(survey), *shared, *open_points,
            *unusable]  # fmt: skip


def _note(survey: Survey) -> list[str]:
    return [survey.note] if survey.note else []
