"""Three and more waves of one construct as tables: the waves on one line, the models, and why not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from crosswave.difference.estimate import wilson
from crosswave.models.trajectory import Line, Trajectory
from crosswave.report.sentences import p_words, points
from crosswave.tables.course import Course
from crosswave.tables.names import survey_name
from crosswave.tables.render import percent, span

MODEL_WORDS: Mapping[str, str] = {
    "meta-regression": "meta-regression (the one reported)",
    "binomial-normal": "binomial-normal model of the counts",
    "beta-binomial": "beta-binomial model of the counts",
    "adjusted": "meta-regression with every term that is identified",
}


def course_table(course: Course) -> pd.DataFrame:
    """Return a row for each wave that may stand on one line: dates, house, shares, with the interval of each."""
    columns = ["wave", "house", "date_low", "date_high", "share_low", "share_high", "low", "high"]
    if course.table.empty:
        return pd.DataFrame(columns=columns)
    rows, settings = course.table, course.settings
    ends = [(rows[f"count_{end}"] / rows[f"base_{end}"], rows[f"base_{end}"]) for end in ("low", "high")]
    intervals = (wilson(share, size / settings.design_effect, settings.alpha) for share, size in ends)
    lows, highs = zip(*intervals, strict=True)
    limits = {"low": np.minimum(*lows), "high": np.maximum(*highs)}
    names = {wave.survey.id: survey_name(wave.survey) for wave in course.kept.waves}
    frame = rows[columns[:4]].assign(
        wave=rows["wave"].map(names).fillna(rows["wave"]), share_low=ends[0][0], share_high=ends[1][0], **limits
    )
    return frame.sort_values(["date_low", "date_high"], ignore_index=True)


def dates_table(course: Course) -> pd.DataFrame:
    """Return the waves of `course_table`, ready to be read, numbered as in the chart."""
    rows = [
        (
            f"{place}",
            row.wave,
            row.house,
            span(f"{row.date_low:.2f}", f"{row.date_high:.2f}"),
            span(percent(row.share_low), percent(row.share_high)),
            span(percent(row.low), percent(row.high)),
        )
        for place, row in enumerate(course_table(course).itertuples(), start=1)
    ]
    return pd.DataFrame(rows, columns=["No.", "Wave", "Collected by", "In the field", "Share, %", "Interval, %"])


def lines_table(courses: Sequence[Course]) -> pd.DataFrame:
    """Return a row for each model of each construct: its slope in points a year, or why it has none.

    A single construct is not named again in each row.
    """
    rows = [row for course in courses if course.found for row in _model_rows(course, course.found)]
    table = pd.DataFrame(rows, columns=["Construct", "Model", "Points a year", "Interval", "p", "Why not"])
    return table.drop(columns="Construct") if len(courses) == 1 else table


def _model_rows(course: Course, found: Trajectory) -> list[tuple[str, ...]]:
    name = course.construct.label
    rows = [(name, words, *_line_cells(found, model)) for model, words in MODEL_WORDS.items()]
    if not found.lines:
        rows = [(name, "a line by any model", "", "", "", found.refusals["meta-regression"])]
    test = found.linear_trend
    words = "test of a trend within one instrument (Cochran-Armitage)"
    if test is None:
        return [*rows, (name, words, "", "", "", found.refusals.get("cochran-armitage", ""))]
    return [*rows, (name, words, "rising" if test.z > 0 else "falling", "", p_words(test.p_value), "")]


def _line_cells(found: Trajectory, model: str) -> tuple[str, str, str, str]:
    line = found.lines.get(model)
    if line is None:
        return "", "", "", found.refusals.get(model, "")
    return points(line.at_mean, sign=True), slope_span(line), p_words(line.p_value), ""


def slope_span(line: Line) -> str:
    """Return the interval of a slope in points a year."""
    return span(points(line.at_mean_low, sign=True), points(line.at_mean_high, sign=True))


def terms_table(course: Course) -> pd.DataFrame:
    """Return a row for each term that could stand beside the line: identified by these waves, or why not."""
    terms = course.found.terms if course.found else ()
    rows = [(term.name, "identified" if term.identified else "not identified", term.reason or "") for term in terms]
    return pd.DataFrame(rows, columns=["Term", "Can these waves tell it apart?", "Why not"])


def not_on_line_table(course: Course) -> pd.DataFrame:
    """Return the waves of any year that stand on no line with the others, with the reason."""
    rows = [(course.names.get(name, name), why, name) for name, why in course.kept.left_out.items()]
    return pd.DataFrame(rows, columns=["Figure", "Why it does not stand on the line", "Id of the figure"])


def courses_table(courses: Sequence[Course]) -> pd.DataFrame:
    """Return a row for each construct with a line: slope, what dates and counts do to it, and the next survey."""
    rows = [_course_row(course) for course in courses if course.has_line]
    return pd.DataFrame(rows, columns=list(_COURSE_COLUMNS))


_COURSE_COLUMNS = (
    "Construct", "Waves", "Years", "Points a year", "Interval", "p over dates and counts", "Variance between surveys",
    "The next survey, %",
)  # fmt: skip


def _course_row(course: Course) -> tuple[str, ...]:
    found = course.found
    if found is None or found.regression is None or found.over_both is None or found.prediction is None:
        raise ValueError(f"{course.construct.id} has no line; pass courses with one.")
    line, fit, moving = found.lines["meta-regression"], found.regression, found.over_both
    years = span(str(course.kept.waves[0].year), str(course.kept.waves[-1].year))
    p_range = " to ".join(dict.fromkeys((p_words(moving.p_low), p_words(moving.p_high))))
    tau2 = f"{fit.tau2:.3f} ({fit.tau2_low:.3f} to {fit.tau2_high:.3f})"
    following = span(percent(found.prediction.next_low), percent(found.prediction.next_high))
    slope = points(line.at_mean, sign=True), slope_span(line)
    return course.construct.label, str(len(found.waves)), years, *slope, p_range, tau2, following
