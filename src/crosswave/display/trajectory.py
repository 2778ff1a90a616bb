"""Three and more waves in sentences: the line, what it rests on, and what these waves cannot tell apart."""

from __future__ import annotations

from collections.abc import Sequence

from crosswave.models.models import Line
from crosswave.models.pooling import Prediction, RandomEffects
from crosswave.models.trajectory import FEWEST_FOR_LINE, FEWEST_FOR_TREND, Trajectory
from crosswave.report.sentences import p_words, points
from crosswave.tables.course import Course
from crosswave.tables.render import confidence, percent
from crosswave.words import capital, plural


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
