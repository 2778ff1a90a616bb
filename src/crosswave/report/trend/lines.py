"""A construct over all years: the surveys that may share one line, and the line through them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from crosswave.models.wave_trend import FEWEST_FOR_TREND
from crosswave.report.canvas import GREY, INK, LINE, NAVY, Look, mark, styled
from crosswave.report.forest import Row, Scale, forest
from crosswave.report.render import confidence, figure_name, percent, span
from crosswave.report.sentences import p_words, points, points_span, points_to
from crosswave.trend.lines import FEWEST_FOR_LINE, Line, TopicLine
from crosswave.words import capital, plural

_SLOPES = {1: "rises", -1: "falls", 0: "no slope shows"}
_AMONG_ALL = {1: "a rise shows", -1: "a fall shows", 0: "no slope shows once all are allowed for"}


def lines_table(every: Sequence[TopicLine]) -> pd.DataFrame:
    """Return a row for each construct: its line with the next survey, its test within one instrument, or why none.

    A single construct is not named again.
    """
    rows = []
    for one in every:
        cells, years = ["", "", "", "", "", ""], [wave.year for wave in one.comparable.waves]
        if isinstance(line := one.line, Line):
            following = line.levels.iloc[-1]
            cells = [
                points(line.slope, sign=True), points_span(line.low, line.high), p_words(line.p_value),
                "{:.2f} ({:.2f} to {:.2f})".format(*line.spread),
                span(percent(following["next_low"]), percent(following["next_high"])), "",
            ]  # fmt: skip
        else:
            cells[-1] = line
        within = p_words(one.test.p_value) if isinstance(one.test, Line) else ""
        dated = span(str(min(years)), str(max(years))) if years else ""
        rows.append((one.construct.label, str(len(years)), dated, *cells[:-1], within, cells[-1]))
    columns = ["Topic", "Surveys", "Years", "Points a year", "Interval", "p", "Between surveys, log odds",
               "The next survey, %", "p within one instrument", "Why there is no line"]  # fmt: skip
    table = pd.DataFrame(rows, columns=columns)
    table = table.loc[:, (table != "").any() | table.empty]
    return table.drop(columns="Topic") if len(every) == 1 else table


def not_on_line_table(series: TopicLine) -> pd.DataFrame:
    """Return the surveys of any year that share no line with the others, with the reason."""
    names = {wave.finding.id: figure_name(wave.finding) for wave in series.waves}
    rows = [(names.get(name, name), why, name) for name, why in series.comparable.left_out.items()]
    return pd.DataFrame(rows, columns=["Figure", "Why it is not on the line", "Id of the figure"])


def line_words(series: TopicLine) -> list[str]:
    """Return what may be said of all waves of a construct, over all years, or why nothing may."""
    count = len(series.comparable.waves)
    if count < FEWEST_FOR_TREND:
        return []
    many = plural(count, "survey")
    head = f"Over all years, every two of {many} may be compared with one another and say how many answered."
    alone = "No p-value here is adjusted for the lines of other topics; the synthesis adjusts them together."
    end = [alone] if series.tests else []
    if not isinstance(series.line, Line):
        return [head, f"No line is fitted: {series.line}.", _test_words(series), *end]
    return [head, *_fitted_words(series, series.line), _test_words(series), *end]


def _fitted_words(series: TopicLine, line: Line) -> list[str]:
    level, following = confidence(series.settings.alpha), line.levels.iloc[-1]
    verdict = f"the share {_SLOPES[series.slope]}" if series.slope else _SLOPES[0]
    sd, low, high = (f"{end:.2f}" for end in line.spread)
    return [
        f"By the joint model of this topic alone {verdict}: {points(line.slope, sign=True)} points a year at the share "
        f"of the mean survey, {level} interval {points_to(line.low, line.high)}, {p_words(line.p_value)}.",
        f"Surveys differ from the line by a standard deviation of {sd} log odds ({low} to {high}) beside sampling.",
        f"The next such survey, in {following['year']:.0f}, would publish between {percent(following['next_low'])} and "
        f"{percent(following['next_high'])}% ({level} prediction interval).",
    ]


def _slope(line: Line, unit: str = "") -> str:
    """A slope with its interval, in points a year."""
    return f"{points(line.slope, sign=True)}{unit} ({points_to(line.low, line.high)})"


def _test_words(series: TopicLine) -> str:
    test = series.test
    if not isinstance(test, Line):
        return f"A trend within one instrument is not tested: {test}."
    way = "upwards" if test.slope > 0 else "downwards"
    years, p = span(str(series.instrument[0].year), str(series.instrument[-1].year)), p_words(test.p_value)
    return f"Within one instrument, {years}, a trend {way}, given the total error of the plan, has {p}."


def slopes_words(every: Sequence[TopicLine]) -> list[str]:
    """Return how many constructs have enough waves for a line, and what each line says."""
    lined = [(one, one.line) for one in every if isinstance(one.line, Line)]
    short, adjusted = len(every) - len(lined), [p for one in every for p in one.p_adjusted.values()]
    told = [
        f"{capital(plural(len(lined), 'topic'))} with {FEWEST_FOR_LINE} or more comparable surveys "
        f"{'has' if len(lined) == 1 else 'have'} a line; {short} with {FEWEST_FOR_TREND} or {FEWEST_FOR_LINE - 1} "
        f"{'has' if short == 1 else 'have'} none, because so few surveys cannot tell a trend from differences between "
        "surveys.",
        *(f"{capital(one.construct.label)}: {_AMONG_ALL[one.slope]}, {_slope(line, ' points a year')}."
          for one, line in lined),
        *(f"{capital(one.construct.label)}: {_test_words(one)}" for one in every if "test" in one.tests),
    ]  # fmt: skip
    if adjusted:
        alpha = every[0].settings.alpha
        below = sum(p < alpha for p in adjusted)
        told.append(
            f"All slopes and trends here are one family: adjusted by Holm, {below} of {len(adjusted)} "
            f"{'is' if below == 1 else 'are'} below {alpha:g}, and the smallest is {p_words(min(adjusted))}."
        )
    return told


def line_under(series: TopicLine) -> Callable[[Axes], None] | None:
    """Return what draws the line through the comparable surveys below their dots; None where no line is fitted."""
    line = series.line
    return (lambda axes: _draw_line(axes, line)) if isinstance(line, Line) else None


def _draw_line(axes: Axes, line: Line) -> None:
    levels = line.levels.drop(columns="year") * 100
    dates = line.levels["year"] + 0.5
    axes.fill_between(dates, levels["low"], levels["high"], color=LINE, alpha=0.7, linewidth=0, zorder=1)
    axes.add_artist(Line2D(dates, levels["level"], color=INK, linewidth=1.6))
    for end in ("next_low", "next_high"):
        axes.add_artist(Line2D(dates, levels[end], color=GREY, linewidth=1.2, linestyle=(0, (1.5, 2))))
    mark(axes, float(dates.iloc[-1]), float(levels["level"].iloc[-1]), Look("s", INK, filled=False))


def line_message(series: TopicLine) -> str:
    """Return what the chart says: the slope in points a year with its interval, or that there is none."""
    label = capital(series.construct.label)
    if not isinstance(series.line, Line):
        return f"{label}: {len(series.comparable.waves)} surveys that can be compared, too few for a line"
    side = {1: "a rise", -1: "a fall", 0: "no slope shows"}[series.slope]
    return f"{label}: {side}; {_slope(series.line, ' points a year')}"


def slope_rows(every: Sequence[TopicLine]) -> list[Row]:
    """Return a row for each construct that has a line, in points a year."""
    return [
        Row(f"{one.construct.label}, {len(one.comparable.waves)} surveys: {points(line.slope, sign=True)}", "line",
            100 * line.slope, 100 * line.low, 100 * line.high)
        for one in every
        if isinstance(line := one.line, Line)
    ]  # fmt: skip


_MOST = 20
"""So many slopes are drawn."""


@styled
def slopes_chart(every: Sequence[TopicLine]) -> Figure | None:
    """Return the slope of every construct that has a line; None if none has."""
    lined = slope_rows(every)
    if not lined:
        return None
    rows = [row for row in lined if row in sorted(lined, key=lambda one: -abs(one.value))[:_MOST]]
    left = f" The {_MOST} steepest; the table has all {len(lined)}." * (len(rows) < len(lined))
    top = 5.0 * (int(max(abs(end) for row in rows for end in (row.low, row.high)) / 5) + 1)
    level = confidence(every[0].settings.alpha)
    subtitle = f"Points a year at the share of the mean survey, over all years. Line: {level} interval.{left}"
    scale = Scale(-top, top, "percentage points a year", zero=True)
    look = {"line": Look("s", NAVY, "line through all comparable surveys")}
    return forest(rows, look, scale, title=slopes_message(every), subtitle=subtitle)


def slopes_message(every: Sequence[TopicLine]) -> str:
    """Return what the chart says: in how many constructs with a line a slope shows."""
    lines, shown = sum(one.has_line for one in every), sum(one.slope != 0 for one in every)
    return (
        f"All allowed for, a slope shows in {shown} of {lines} topics with {FEWEST_FOR_LINE} or more comparable surveys"
    )


def slopes_alt(every: Sequence[TopicLine]) -> str:
    """Return the chart in words."""
    rows = [f"{row.label}, interval {row.low:+.1f} to {row.high:+.1f}" for row in slope_rows(every)]
    return f"{slopes_message(every)}. {'; '.join(rows) or 'No chart'}."
