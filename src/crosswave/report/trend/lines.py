"""A construct over all years: the waves that may stand on one line, and what the models say of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from crosswave.difference.estimate import wilson
from crosswave.models.heterogeneity import Prediction, RandomEffects
from crosswave.models.trajectory import FEWEST_FOR_LINE, FEWEST_FOR_TREND, Line, Trajectory
from crosswave.models.wave_series import WaveSeries
from crosswave.report.canvas import GREY, INK, LINE, NAVY, Look, mark, styled
from crosswave.report.forest import Row, Scale, forest
from crosswave.report.render import confidence, figure_name, percent, span, survey_name
from crosswave.report.sentences import p_range, p_words, points, points_span, points_to
from crosswave.words import capital, plural

MODEL_WORDS: Mapping[str, str] = {
    "meta-regression": "meta-regression (the one reported)",
    "binomial-normal": "binomial-normal model of the counts",
    "beta-binomial": "beta-binomial model of the counts",
    "adjusted": "meta-regression with every term that is identified",
}
_MODEL_LOOKS = {
    "meta-regression": Look("s", NAVY, MODEL_WORDS["meta-regression"]),
    "binomial-normal": Look("o", GREY, MODEL_WORDS["binomial-normal"], filled=False),
    "beta-binomial": Look("^", GREY, MODEL_WORDS["beta-binomial"], filled=False),
    "adjusted": Look("D", GREY, MODEL_WORDS["adjusted"]),
}
_SLOPES = {1: "rises", -1: "falls", 0: "no slope shows"}


def wave_series_table(series: WaveSeries) -> pd.DataFrame:
    """Return a row for each wave that may stand on one line: dates, house, shares, with the interval of each."""
    columns = ["wave", "house", "date_low", "date_high", "share_low", "share_high", "low", "high"]
    rows, settings = series.table, series.settings
    if rows.empty:
        return pd.DataFrame(columns=columns)
    ends = [(rows[f"count_{end}"] / rows[f"base_{end}"], rows[f"base_{end}"]) for end in ("low", "high")]
    intervals = (wilson(share, size / settings.design_effect, settings.alpha) for share, size in ends)
    lows, highs = zip(*intervals, strict=True)
    limits = {"low": np.minimum(*lows), "high": np.maximum(*highs)}
    names = {wave.survey.id: survey_name(wave.survey) for wave in series.comparable.waves}
    named = rows["wave"].map(names).fillna(rows["wave"])
    frame = rows[columns[:4]].assign(wave=named, share_low=ends[0][0], share_high=ends[1][0], **limits)
    return frame.sort_values(["date_low", "date_high"], ignore_index=True)


def lines_table(every: Sequence[WaveSeries]) -> pd.DataFrame:
    """Return a row for each model of each construct: its slope in points a year, or why it has none.

    A single construct is not named again in each row.
    """
    rows = [(one.construct.label, *row) for one in every if one.trajectory for row in _model_rows(one.trajectory)]
    table = pd.DataFrame(rows, columns=["Topic", "Model", "Points a year", "Interval", "p", "Why not"])
    return table.drop(columns="Topic") if len(every) == 1 else table


def _model_rows(found: Trajectory) -> list[tuple[str, ...]]:
    rows = [
        (words, points(line.at_mean, sign=True), points_span(line.at_mean_low, line.at_mean_high),
         p_words(line.p_value), "")
        if (line := found.lines.get(model))
        else (words, "", "", "", found.refusals.get(model, ""))
        for model, words in MODEL_WORDS.items()
    ]  # fmt: skip
    if not found.lines:
        rows = [("a line by any model", "", "", "", found.refusals["meta-regression"])]
    words, test = "test of a trend within one instrument (Cochran-Armitage)", found.linear_trend
    if test is None:
        return [*rows, (words, "", "", "", found.refusals.get("cochran-armitage", ""))]
    return [*rows, (words, "rising" if test.z > 0 else "falling", "", p_words(test.p_value), "")]


def terms_table(series: WaveSeries) -> pd.DataFrame:
    """Return a row for each term that could stand beside the line: identified by these waves, or why not."""
    terms = series.trajectory.terms if series.trajectory else ()
    rows = [(term.name, "identified" if term.identified else "not identified", term.reason or "") for term in terms]
    return pd.DataFrame(rows, columns=["Term", "Can these surveys tell it apart?", "Why not"])


def not_on_line_table(series: WaveSeries) -> pd.DataFrame:
    """Return the waves of any year that stand on no line with the others, with the reason."""
    names = {wave.finding.id: figure_name(wave.finding) for wave in series.waves}
    rows = [(names.get(name, name), why, name) for name, why in series.comparable.left_out.items()]
    return pd.DataFrame(rows, columns=["Figure", "Why it is not on the line", "Id of the figure"])


def slopes_table(every: Sequence[WaveSeries]) -> pd.DataFrame:
    """Return a row for each construct with a line: slope, what dates and counts do to it, and the next survey."""
    rows = []
    for series in every:
        found, waves = series.trajectory, series.comparable.waves
        if found and found.regression and found.over_both and found.prediction and series.has_line:
            line, fit = found.lines["meta-regression"], found.regression
            rows.append((
                series.construct.label, str(len(found.waves)), span(str(waves[0].year), str(waves[-1].year)),
                points(line.at_mean, sign=True), points_span(line.at_mean_low, line.at_mean_high),
                p_range(found.over_both.p_low, found.over_both.p_high),
                f"{fit.tau2:.3f} ({fit.tau2_low:.3f} to {fit.tau2_high:.3f})",
                span(percent(found.prediction.next_low), percent(found.prediction.next_high)),
            ))  # fmt: skip
    columns = ["Topic", "Surveys", "Years", "Points a year", "Interval", "p over dates and counts",
               "Variance between surveys", "The next survey, %"]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


def trajectory_words(series: WaveSeries) -> list[str]:
    """Return what may be said of all waves of a construct, over all years, or why nothing may."""
    found, count = series.trajectory, len(series.comparable.waves)
    if found is None or count < FEWEST_FOR_TREND:
        return []
    many = f"every two of {plural(count, 'survey')}" if count > 1 else f"only {plural(count, 'survey')}"
    head = f"Over all years, {many} may be compared with one another and say how many answered."
    alone = "No p-value here is adjusted for the lines of other topics; the synthesis adjusts them together."
    end = [alone] if series.has_line or series.has_test else []
    if found.regression is None or found.prediction is None or found.next_date is None:
        return [head, f"No line is fitted: {found.refusals['meta-regression']}.", _test_words(found), *end]
    unknown = [f"{term.name} ({term.reason})" for term in found.terms if not term.identified]
    known = [term.name for term in found.terms if term.identified]
    terms = [f"Not identified by these surveys: {'; '.join(unknown)}."] if unknown else []
    terms += [f"Identified, and in the adjusted line: {', '.join(known)}."] if known else []
    fitted = _fitted_words(series, found, found.regression, found.prediction)
    return [head, *fitted, _counts_words(found), _test_words(found), " ".join(terms), *end]


def _fitted_words(series: WaveSeries, found: Trajectory, fit: RandomEffects, following: Prediction) -> list[str]:
    line, level = found.lines["meta-regression"], confidence(series.settings.alpha)
    verdict = f"the share {_SLOPES[series.slope]}" if series.slope else _SLOPES[0]
    parts = {"dates": found.over_dates, "counts": found.over_counts, "both": found.over_both}
    told = [f"over all {name} {_p_range(part.p_low, part.p_high)}" for name, part in parts.items() if part]
    return [
        f"By random-effects meta-regression {verdict}: {points(line.at_mean, sign=True)} points a year at the share of "
        f"the mean survey, {level} interval {points_to(line.at_mean_low, line.at_mean_high)}, {p_words(line.p_value)}.",
        "When each survey was in the field and which numbers of people it counted is not fully known; p then runs, "
        f"{'; '.join(told)}.",
        f"Between surveys a variance of {fit.tau2:.3f} on the logit scale is left (interval {fit.tau2_low:.3f} to "
        f"{fit.tau2_high:.3f}); {fit.i2:.0%} of what the line leaves is more than sampling.",
        f"The next such survey, in {found.next_date or 0:.0f}, would publish between {percent(following.next_low)} and "
        f"{percent(following.next_high)}% ({level} prediction interval).",
    ]


def _slope(line: Line, unit: str = "") -> str:
    """A slope with its interval, in points a year."""
    return f"{points(line.at_mean, sign=True)}{unit} ({points_to(line.at_mean_low, line.at_mean_high)})"


def _p_range(low: float, high: float) -> str:
    return p_words(low) if p_words(low) == p_words(high) else f"from {p_words(low)} to {p_words(high)}"


def _counts_words(found: Trajectory) -> str:
    """What the models of the counts give."""
    models = ("binomial-normal", "beta-binomial")
    told = [f"{name} {_slope(found.lines[name])}" for name in models if name in found.lines]
    head = [f"Models of the counts themselves give, in points a year: {', '.join(told)}."] if told else []
    failed = [f"Without a result is {name}: {found.refusals[name]}." for name in models if name in found.refusals]
    return " ".join([*head, *failed])


def _test_words(found: Trajectory) -> str:
    test = found.linear_trend
    if test is None or found.trend_p is None:
        return f"A trend within one instrument is not tested: {found.refusals['cochran-armitage']}."
    way = "upwards" if test.z > 0 else "downwards"
    return (
        f"Within one instrument the Cochran-Armitage test of a trend, {way}, gives {p_words(test.p_value)}, over "
        f"all counts {_p_range(*found.trend_p)}; departure from a line {p_words(test.departure_p)}."
    )


def slopes_words(every: Sequence[WaveSeries]) -> list[str]:
    """Return how many constructs have enough waves for a line, and what each line says."""
    lined = [(one, one.trajectory.lines["meta-regression"]) for one in every if one.has_line and one.trajectory]
    short, adjusted = len(every) - len(lined), [p for one in every for p in one.p_adjusted.values()]
    told = [
        f"{capital(plural(len(lined), 'topic'))} with {FEWEST_FOR_LINE} or more comparable surveys "
        f"{'has' if len(lined) == 1 else 'have'} a line; {short} with {FEWEST_FOR_TREND} or {FEWEST_FOR_LINE - 1} "
        f"{'has' if short == 1 else 'have'} none, because so few surveys cannot tell a trend from differences between "
        "surveys.",
        *(f"{capital(one.construct.label)}: {_SLOPES[one.slope]}, {_slope(line, ' points a year')}."
          for one, line in lined),
        *(f"{capital(one.construct.label)}: {_test_words(one.trajectory)}"
          for one in every if one.has_test and one.trajectory),
    ]  # fmt: skip
    if adjusted:
        alpha = every[0].settings.alpha
        below = sum(p < alpha for p in adjusted)
        told.append(
            "All slopes and trends here are one family, each with its largest p over all dates and counts: "
            f"adjusted by Holm, {below} of {len(adjusted)} {'is' if below == 1 else 'are'} below {alpha:g}, "
            f"and the smallest is {p_words(min(adjusted))}."
        )
    return told


_STEPS = 61


def line_under(series: WaveSeries) -> Callable[[Axes], None] | None:
    """Return what draws the line through the comparable surveys below their dots; None where no line is fitted."""
    return (lambda axes: _draw_line(axes, series, wave_series_table(series))) if series.has_line else None


def _draw_line(axes: Axes, series: WaveSeries, waves: pd.DataFrame) -> None:
    found = series.trajectory
    if found is None or found.prediction is None or found.next_date is None:
        return
    dates = np.linspace(float(waves["date_low"].min()), found.next_date, _STEPS)
    at = [series.at(float(date)) for date in dates]
    share, low, high, next_low, next_high = (
        np.array([100 * getattr(one, name) for one in at]) for name in ("share", "low", "high", "next_low", "next_high")
    )
    axes.fill_between(dates, low, high, color=LINE, alpha=0.7, linewidth=0, zorder=1)
    axes.add_artist(Line2D(dates, share, color=INK, linewidth=1.6))
    for end in (next_low, next_high):
        axes.add_artist(Line2D(dates, end, color=GREY, linewidth=1.2, linestyle=(0, (1.5, 2))))
    mark(axes, found.next_date, share[-1], Look("s", INK, filled=False))


def trajectory_message(series: WaveSeries) -> str:
    """Return what the chart says: the slope in points a year with its interval, or that there is none."""
    label = capital(series.construct.label)
    if series.trajectory is None or not series.has_line:
        return f"{label}: {len(series.comparable.waves)} surveys that can be compared, too few for a line"
    line = series.trajectory.lines["meta-regression"]
    side = {1: "a rise", -1: "a fall", 0: "no slope shows"}[series.slope]
    return f"{label}: {side}; {_slope(line, ' points a year')}"


def slope_rows(every: Sequence[WaveSeries]) -> list[Row]:
    """Return a row for each model of each construct that has a line, in points a year."""
    return [
        Row(f"{model}: {points(line.at_mean, sign=True)}", model, 100 * line.at_mean, 100 * line.at_mean_low,
            100 * line.at_mean_high, heading=f"{one.construct.label}, {len(one.comparable.waves)} surveys")
        for one in every
        if one.trajectory
        for model, line in one.trajectory.lines.items()
    ]  # fmt: skip


@styled
def slopes_chart(every: Sequence[WaveSeries]) -> Figure | None:
    """Return the slope of every construct that has a line, by each model; None if none has."""
    rows = slope_rows(every)
    if not rows:
        return None
    top = 5.0 * (int(max(abs(end) for row in rows for end in (row.low, row.high)) / 5) + 1)
    level = confidence(every[0].settings.alpha)
    subtitle = f"Points a year at the share of the mean survey, over all years. Line: {level} interval."
    scale = Scale(-top, top, "percentage points a year", zero=True)
    return forest(rows, _MODEL_LOOKS, scale, title=slopes_message(every), subtitle=subtitle)


def slopes_message(every: Sequence[WaveSeries]) -> str:
    """Return what the chart says: in how many constructs with a line a slope shows."""
    lines, shown = sum(one.has_line for one in every), sum(one.slope != 0 for one in every)
    return f"A slope shows in {shown} of {lines} topics with {FEWEST_FOR_LINE} or more comparable surveys"


def slopes_alt(every: Sequence[WaveSeries]) -> str:
    """Return the chart in words."""
    rows = [f"{row.heading}, {row.label}, interval {row.low:+.1f} to {row.high:+.1f}" for row in slope_rows(every)]
    return f"{slopes_message(every)}. {'; '.join(rows) or 'No chart'}."
