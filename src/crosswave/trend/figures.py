"""A wave as a figure of the joint model: a logit with its variance at a date."""

import math
from calendar import isleap, monthrange
from datetime import date

import numpy as np

from crosswave.study.models import Plan, Survey
from crosswave.trend.waves import Wave


def figure_of(wave: Wave, item: str, plan: Plan, design_effect: float = 1.0) -> dict[str, object] | None:
    """Return a wave as a row of the joint model; None where its figure cannot be used.

    Parameters
    ----------
    wave : Wave
    item : str, what the figure counts as
    plan : Plan
    design_effect : float, at least 1, beside that of the survey

    Notes
    -----
    The variance is that of sampling, 1 / (n p (1 - p)), and of rounding: a twelfth of the square of the width of the
    shares that print allows. n is the geometric middle of what print allows, over the design effects; the date is the
    middle of what is known.
    """
    if wave.refusal or not len(wave.sizes):
        return None
    sizes, survey = wave.sizes / (wave.design_effect * design_effect), wave.survey
    n = math.sqrt(float(sizes.min()) * float(sizes.max()))
    share = min(max(wave.share, 0.5 / n), 1 - 0.5 / n)
    scale = share * (1 - share)
    return {
        "item": item,
        "survey": survey.id,
        "house": survey.fieldwork.house or survey.publisher or survey.id,
        "date": sum(date_interval(survey, plan.lines.published_within.value)) / 2,
        "logit": math.log(share / (1 - share)),
        "variance": 1 / (n * scale) + float(np.ptp(wave.shares)) ** 2 / 12 / scale**2,
        "finding_id": wave.finding.id,
        "share": share,
        "n": n,
        "n_known": wave.size_known,
        "verbal": wave.verbal,
    }


def date_interval(survey: Survey, published_within: float) -> tuple[float, float]:
    """Return the earliest and latest decimal year at which a survey can have been in the field.

    Parameters
    ----------
    survey : Survey, with fieldwork as far as it is recorded
    published_within : float
        Years: a survey without recorded fieldwork was in the field at most so long before it was published.

    Notes
    -----
    From the first day of the recorded start to the last day of the recorded end, each as far as it is known: 2017-04
    stands for the whole month. An end that is missing is the day of publication, a start that is missing
    `published_within` before it; without a day of publication the calendar year takes its place.
    """
    start, end = survey.fieldwork.start, survey.fieldwork.end
    published = _decimal(survey.published)[1] if survey.published else survey.year + 1.0
    latest = _decimal(end)[1] if end else published
    earliest = _decimal(start)[0] if start else latest - published_within
    return earliest, max(earliest, latest)


def _decimal(partial: str) -> tuple[float, float]:
    """First and last moment of a year, month or day as decimal years."""
    year, month, day = ([int(part) for part in partial.split("-")] + [0, 0])[:3]
    first = date(year, month or 1, day or 1)
    last = date(year, month or 12, day or monthrange(year, month or 12)[1])
    length = 366 if isleap(year) else 365
    return year + (first.timetuple().tm_yday - 1) / length, year + last.timetuple().tm_yday / length
