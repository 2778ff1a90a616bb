"""A construct over all years: the waves that may stand on one line, and what the models say of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from crosswave.difference.estimate import wilson
from crosswave.models.family import adjusted_over_lines
from crosswave.models.meta_regression import dates_between
from crosswave.models.models import Line
from crosswave.models.pooling import Prediction, RandomEffects, predict
from crosswave.models.trajectory import FEWEST_FOR_LINE, FEWEST_FOR_TREND, Trajectory, trajectory
from crosswave.models.wave_table import ComparableWaves, comparable_waves, wave_table
from crosswave.reconstruct import Reconstruction
from crosswave.report.canvas import FOOT, GREY, INK, LEFT, LINE, NAVY, RIGHT, SMALLEST, WIDTH, panels, styled, wrapped
from crosswave.report.forest import Look, Row, Scale, forest
from crosswave.report.render import confidence, figure_name, percent, span, survey_name
from crosswave.report.sentences import p_words, points
from crosswave.study.loading import Registry
from crosswave.study.models import Construct
from crosswave.trend.settings import Settings
from crosswave.trend.waves import waves_of
from crosswave.words import capital, plural

_EVERY_YEAR = (0, 9999)


@dataclass(frozen=True, slots=True)
class Course:
    """A construct over all years: the waves that may stand on one line, and what may be said of them."""

    construct: Construct
    kept: ComparableWaves
    table: pd.DataFrame
    found: Trajectory | None
    settings: Settings
    names: Mapping[str, str] = field(default_factory=dict)
    p_adjusted: Mapping[str, float] = field(default_factory=dict)

    @property
    def has_line(self) -> bool:
        """Whether a line is fitted."""
        return self.found is not None and self.found.regression is not None

    @property
    def has_test(self) -> bool:
        """Whether the trend within one instrument is tested."""
        return self.found is not None and self.found.linear_trend is not None

    @property
    def slope(self) -> int:
        """The sign of the slope of the reported line, 0 where none shows: alone, or among all lines if adjusted."""
        if self.found is None or self.found.regression is None:
            return 0
        line, adjusted = self.found.lines["meta-regression"], self.p_adjusted.get("meta-regression", 0.0)
        return 0 if adjusted >= self.settings.alpha else int(line.low > 0) - int(line.high < 0)

    def at(self, moment: float) -> Prediction:
        """Return what the meta-regression gives for a date in decimal years.

        Raises
        ------
        ValueError
            No line is fitted.
        """
        if self.found is None or self.found.regression is None:
            raise ValueError(f"{self.construct.id} has no line; ask has_line before a date.")
        centre = dates_between(self.table["date_low"], self.table["date_high"]).centre
        return predict(self.found.regression, [1.0, moment - centre])


def course_of(
    construct: Construct, registry: Registry, reconstructions: Mapping[str, Reconstruction], settings: Settings
) -> Course:
    """Return a construct over all years."""
    return _course(construct, _comparable(construct, registry, reconstructions), registry, settings)


def _comparable(
    construct: Construct, registry: Registry, reconstructions: Mapping[str, Reconstruction]
) -> ComparableWaves:
    return comparable_waves(waves_of(construct, registry, reconstructions, _EVERY_YEAR), registry)


def _course(construct: Construct, kept: ComparableWaves, registry: Registry, settings: Settings) -> Course:
    names = {one.finding: figure_name(registry.finding(one.finding)) for one in construct.answers}
    if not kept.waves:
        return Course(construct, kept, pd.DataFrame(), None, settings, names)
    table = wave_table(kept.waves, published_within=registry.plan.lines.published_within.value)
    error = registry.plan.total_error["A"].number if settings.total_error is None else settings.total_error
    numbers = {"alpha": settings.alpha, "design_effect": settings.design_effect, "total_error": error}
    return Course(construct, kept, table, trajectory(table, **numbers), settings, names)


def courses_of(
    registry: Registry,
    reconstructions: Mapping[str, Reconstruction],
    settings: Settings,
    constructs: Iterable[Construct] | None = None,
) -> tuple[Course, ...]:
    """Return every construct with three comparable waves or more, over all years, adjusted as one family."""
    wanted = registry.constructs.values() if constructs is None else constructs
    every = ((one, _comparable(one, registry, reconstructions)) for one in wanted)
    courses = [_course(one, kept, registry, settings) for one, kept in every if len(kept.waves) >= FEWEST_FOR_TREND]
    adjusted = adjusted_over_lines({course.construct.id: course.found for course in courses if course.found})
    return tuple(replace(course, p_adjusted=adjusted.get(course.construct.id, {})) for course in courses)


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


def trajectory_words(course: Course) -> list[str]:
    """Return what may be said of all waves of a construct, over all years, or why nothing may."""
    found, count = course.found, len(course.kept.waves)
    if found is None:
        return ["No wave of any year has both a share and an n, so there is nothing to draw a line through."]
    many = f"every two of {plural(count, 'wave')}" if count > 1 else f"only {plural(count, 'wave')}"
    kept = f"Over all years, {many} may be compared with one another and have a printed n."
    if found.regression is None or found.prediction is None or found.next_date is None:
        why = found.refusals["meta-regression"]
        return [kept, f"No line is fitted: {why}.", _test(found), *_family(course)]
    return [
        kept,
        _slope(course, found.lines["meta-regression"]),
        _ranges(found),
        _between(found.regression),
        _next(found.prediction, found.next_date, confidence(course.settings.alpha)),
        _others(found),
        _test(found),
        _terms(found),
        *_family(course),
    ]


def _family(course: Course) -> list[str]:
    return ["No p-value here is adjusted for the lines of other constructs; the synthesis adjusts them together."] * (
        course.has_line or course.has_test
    )


_NO_SLOPE = "no slope shows"


_SLOPES = {1: "rises", -1: "falls"}


def _slope(course: Course, line: Line) -> str:
    verdict, level = (
        f"the share {_SLOPES[course.slope]}" if course.slope else _NO_SLOPE,
        confidence(course.settings.alpha),
    )
    return (
        f"By random-effects meta-regression {verdict}: {_year(line)} points a year at the share of the mean wave, "
        f"{level} interval {_year_ends(line)}, {p_words(line.p_value)}."
    )


def _year(line: Line) -> str:
    return points(line.at_mean, sign=True)


def _year_ends(line: Line) -> str:
    return f"{points(line.at_mean_low, sign=True)} to {points(line.at_mean_high, sign=True)}"


def _ranges(found: Trajectory) -> str:
    parts = {"dates": found.over_dates, "counts": found.over_counts, "both": found.over_both}
    told = [f"over all {name} {_range(part.p_low, part.p_high)}" for name, part in parts.items() if part]
    return (
        "When each survey was in the field and which counts it printed is not fully known; p then runs, "
        f"{'; '.join(told)}."
    )


def _range(low: float, high: float) -> str:
    return p_words(low) if p_words(low) == p_words(high) else f"from {p_words(low)} to {p_words(high)}"


def _between(fit: RandomEffects) -> str:
    return (
        f"Between surveys a variance of {fit.tau2:.3f} on the logit scale is left (interval {fit.tau2_low:.3f} to "
        f"{fit.tau2_high:.3f}); {fit.i2:.0%} of what the line leaves is more than sampling."
    )


def _next(following: Prediction, moment: float, level: str) -> str:
    return (
        f"The next such survey, at {moment:.1f}, would print between {percent(following.next_low)} and "
        f"{percent(following.next_high)}% ({level} prediction interval)."
    )


def _others(found: Trajectory) -> str:
    told = [
        f"{model} {_year(found.lines[model])} ({_year_ends(found.lines[model])})"
        for model in ("binomial-normal", "beta-binomial")
        if model in found.lines
    ]
    failed = [
        f"{model}: {found.refusals[model]}" for model in ("binomial-normal", "beta-binomial") if model in found.refusals
    ]
    beside = f"Models of the counts themselves give, in points a year: {', '.join(told)}." if told else ""
    return " ".join([beside, *(f"Without a result is {one}." for one in failed)]).strip()


def _test(found: Trajectory) -> str:
    test = found.linear_trend
    if test is None or found.trend_p is None:
        return f"A trend within one instrument is not tested: {found.refusals['cochran-armitage']}."
    way = "upwards" if test.z > 0 else "downwards"
    return (
        f"Within one instrument the Cochran-Armitage test of a trend, {way}, gives {p_words(test.p_value)}, over "
        f"all counts {_range(*found.trend_p)}; departure from a line {p_words(test.departure_p)}."
    )


def _terms(found: Trajectory) -> str:
    unknown = [f"{term.name} ({term.reason})" for term in found.terms if not term.identified]
    known = [term.name for term in found.terms if term.identified]
    told = [f"Not identified by these waves: {'; '.join(unknown)}."] if unknown else []
    if known:
        told.append(f"Identified, and in the adjusted line: {', '.join(known)}.")
    return " ".join(told)


def courses_words(courses: Sequence[Course]) -> list[str]:
    """Return how many constructs have enough waves for a line, and what each line says."""
    lined = [course for course in courses if course.has_line]
    short = len(courses) - len(lined)
    tested = [course for course in courses if course.has_test]
    head = (
        f"{capital(plural(len(lined), 'construct'))} with {FEWEST_FOR_LINE} or more comparable waves "
        f"{'has' if len(lined) == 1 else 'have'} a line; {short} with {FEWEST_FOR_TREND} or {FEWEST_FOR_LINE - 1} "
        f"{'has' if short == 1 else 'have'} none, because so few waves cannot tell a trend from differences between "
        "surveys."
    )
    lines = [f"{capital(one.construct.label)}: {_short(one, one.found)}" for one in lined if one.found]
    tests = [f"{capital(one.construct.label)}: {_test(one.found)}" for one in tested if one.found]
    return [head, *lines, *tests, *_adjusted(courses)]


def _adjusted(courses: Sequence[Course]) -> list[str]:
    """What is left of the p-values of all lines together."""
    adjusted = [p for course in courses for p in course.p_adjusted.values()]
    if not adjusted:
        return []
    alpha = courses[0].settings.alpha
    below = sum(p < alpha for p in adjusted)
    return [
        "All slopes and trends here are one family, each with its largest p over all dates and counts: "
        f"adjusted by Holm, {below} of {len(adjusted)} {'is' if below == 1 else 'are'} below {alpha:g}, "
        f"and the smallest is {p_words(min(adjusted))}."
    ]


def _short(course: Course, found: Trajectory) -> str:
    line = found.lines["meta-regression"]
    return f"{_SLOPES.get(course.slope, _NO_SLOPE)}, {_year(line)} points a year ({_year_ends(line)})."


_HEIGHT, _LINE, _STEPS, _INDENT = 2.4, 0.165, 61, 0.25


@styled
def trajectory_chart(course: Course) -> Figure | None:
    """The waves that may stand on one line, with that line where one is fitted; None for fewer than two waves."""
    waves = course_table(course)
    if len(waves) < 2:
        return None
    lines = [line for place, row in enumerate(waves.itertuples(), start=1) for line in _named(place, row)]
    foot = FOOT + _LINE * len(lines)
    figure, (axes,) = panels(trajectory_message(course), _subtitle(course), (_HEIGHT,), left=0.55, foot=foot)
    _draw_line(axes, course, waves)
    _draw_waves(axes, waves)
    axes.set_ylim(0, 100 if course.has_line else min(100, 10 * (1 + int(10 * waves["high"].max()))))
    axes.set_ylabel("% of those who answered", fontsize=SMALLEST)
    axes.xaxis.set_major_locator(MaxNLocator(5, integer=True))
    axes.grid(axis="y", color=LINE, linewidth=0.7)
    axes.set_axisbelow(True)
    total = figure.get_figheight()
    for k, (number, line) in enumerate(lines):
        height = (foot - 0.4 - _LINE * k) / total
        figure.text(LEFT / WIDTH, height, number, fontsize=SMALLEST, va="top", weight="bold")
        figure.text((LEFT + _INDENT) / WIDTH, height, line, fontsize=SMALLEST, va="top", parse_math=False)
    return figure


def _named(place: int, row: Any) -> list[tuple[str, str]]:
    """The lines that name a wave, the first with its number."""
    lines = wrapped(f"{row.wave} ({row.house})", WIDTH - LEFT - RIGHT / 2 - _INDENT)
    return [(str(place) if line is lines[0] else "", line) for line in lines]


def _subtitle(course: Course) -> str:
    level = confidence(course.settings.alpha)
    waves = f"Upright: {level} interval of each wave, if those who answered were a random sample; level: its dates."
    if not course.has_line:
        return f"{waves} No line is fitted."
    return (
        f"{waves} Line and grey band: the average survey; dotted: where {level} of new surveys would fall; square: "
        "the next one."
    )


def _draw_waves(axes: Axes, waves: pd.DataFrame) -> None:
    for place, row in enumerate(waves.itertuples(), start=1):
        date, share = (row.date_low + row.date_high) / 2, 50 * (row.share_low + row.share_high)
        axes.vlines(date, 100 * row.low, 100 * row.high, color=NAVY, linewidth=1.5, zorder=3)
        axes.hlines(share, row.date_low, row.date_high, color=NAVY, linewidth=1.5, zorder=3)
        axes.text(
            date, share, str(place), fontsize=SMALLEST, ha="center", va="center", color="white", weight="bold",
            zorder=4,
            bbox={"boxstyle": "circle,pad=0.15", "facecolor": NAVY, "edgecolor": "white", "linewidth": 0.8},
        )  # fmt: skip


def _draw_line(axes: Axes, course: Course, waves: pd.DataFrame) -> None:
    found = course.found
    if found is None or found.prediction is None or found.next_date is None:
        return
    dates = np.linspace(float(waves["date_low"].min()), found.next_date, _STEPS)
    at = [course.at(float(date)) for date in dates]
    share, low, high, next_low, next_high = (
        np.array([100 * getattr(one, name) for one in at]) for name in ("share", "low", "high", "next_low", "next_high")
    )
    axes.fill_between(dates, low, high, color=LINE, alpha=0.7, linewidth=0, zorder=1)
    axes.plot(dates, share, color=INK, linewidth=1.6, zorder=2)
    for end in (next_low, next_high):
        axes.plot(dates, end, color=GREY, linewidth=1.2, linestyle=(0, (1.5, 2)), zorder=2)
    axes.plot([found.next_date], [share[-1]], marker="s", markersize=7, color=INK, markerfacecolor="white", zorder=4)


def trajectory_message(course: Course) -> str:
    """Return what the chart says: the slope in points a year with its interval, or that there is none."""
    label = capital(course.construct.label)
    if course.found is None or not course.has_line:
        return f"{label}: {len(course.kept.waves)} waves that may be compared, too few for a line"
    line = course.found.lines["meta-regression"]
    ends = points(line.at_mean_low, sign=True), points(line.at_mean_high, sign=True)
    side = {1: "a rise", -1: "a fall"}.get(course.slope, "no slope shows")
    return f"{label}: {side}; {points(line.at_mean, sign=True)} points a year ({ends[0]} to {ends[1]})"


def trajectory_alt(course: Course) -> str:
    """Return the chart in words: its message, each wave, and what the next survey would print."""
    waves = course_table(course)
    if len(waves) < 2:
        return f"No chart: {trajectory_message(course)}."
    rows = [
        f"{row.wave} {percent((row.share_low + row.share_high) / 2)}%, interval {percent(row.low)} to "
        f"{percent(row.high)}%"
        for row in waves.itertuples()
    ]
    following = course.found.prediction if course.found else None
    ahead = (
        f" The next survey would lie between {percent(following.next_low)} and {percent(following.next_high)}%."
        if following
        else ""
    )
    return f"{trajectory_message(course)}. {'; '.join(rows)}.{ahead}"


_MODEL_LOOKS = {
    "meta-regression": Look("s", NAVY, MODEL_WORDS["meta-regression"]),
    "binomial-normal": Look("o", GREY, MODEL_WORDS["binomial-normal"], filled=False),
    "beta-binomial": Look("^", GREY, MODEL_WORDS["beta-binomial"], filled=False),
    "adjusted": Look("D", GREY, MODEL_WORDS["adjusted"]),
}


def slope_rows(courses: Sequence[Course]) -> list[Row]:
    """Return a row for each model of each construct that has a line, in points a year."""
    return [
        Row(
            label=f"{model}: {points(line.at_mean, sign=True)}",
            kind=model,
            value=100 * line.at_mean,
            low=100 * line.at_mean_low,
            high=100 * line.at_mean_high,
            heading=f"{course.construct.label}, {len(course.kept.waves)} waves",
        )
        for course in courses
        if course.found
        for model, line in course.found.lines.items()
    ]


@styled
def slopes_chart(courses: Sequence[Course]) -> Figure | None:
    """Return the slope of every construct that has a line, by each model; None if none has."""
    rows = slope_rows(courses)
    if not rows:
        return None
    reach = max(abs(end) for row in rows for end in (row.low, row.high))
    top = 5.0 * (int(reach / 5) + 1)
    level = confidence(courses[0].settings.alpha)
    subtitle = f"Points a year at the share of the mean wave, over all years. Line: {level} interval."
    scale = Scale(-top, top, "percentage points a year", zero=True)
    return forest(rows, _MODEL_LOOKS, scale, title=slopes_message(courses), subtitle=subtitle)


def slopes_message(courses: Sequence[Course]) -> str:
    """Return what the chart says: in how many constructs with a line a slope shows."""
    lines = sum(course.has_line for course in courses)
    shown = sum(course.slope != 0 for course in courses)
    return f"A slope shows in {shown} of {lines} constructs with {FEWEST_FOR_LINE} or more comparable waves"


def slopes_alt(courses: Sequence[Course]) -> str:
    """Return the chart in words."""
    rows = [f"{row.heading}, {row.label}, interval {row.low:+.1f} to {row.high:+.1f}" for row in slope_rows(courses)]
    return f"{slopes_message(courses)}. {'; '.join(rows) or 'No chart'}."
