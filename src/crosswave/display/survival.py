"""Would the verdict survive? What tips it, what other analysts would have found, and what the error rests on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from crosswave.charts.specification import specification_message
from crosswave.reconstruct import Reconstruction
from crosswave.report.sentences import p_words, points
from crosswave.robustness.edges import Rules
from crosswave.robustness.multiverse import Multiverse
from crosswave.robustness.survival import Survival, survival, survivals_of_all
from crosswave.robustness.tipping import Tipping
from crosswave.study.registry import Registry
from crosswave.tables.specifications import REPORTED
from crosswave.tables.total_error import MeasuredError, measured_error
from crosswave.trend.change import Trend
from crosswave.trend.dispersion import SOURCES
from crosswave.trend.settings import Settings
from crosswave.words import plural


def survival_of(trend: Trend, registry: Registry) -> Survival | None:
    """Return how far the verdict of a trend holds; None where nothing was compared."""
    return survival(trend.comparison, trend.settings, registry.plan) if trend.comparison else None


def survivals_of(trends: Sequence[Trend], registry: Registry) -> dict[str, Survival]:
    """Return how far every comparison holds, by construct id."""
    compared = {trend.construct.id: trend.comparison for trend in trends if trend.comparison}
    if not compared:
        return {}
    found = survivals_of_all(list(compared.values()), Rules.of(trends[0].settings, registry.plan))
    return dict(zip(compared, found, strict=True))


def survival_words(found: Survival | None, trend: Trend) -> list[str]:
    """Return what each number does to a verdict when it alone is moved."""
    if found is None or trend.comparison is None:
        return ["Nothing was compared, so there is no verdict that could give way."]
    effect, error = (found.design_effect, found.less_design_effect), (found.total_error, found.less_total_error)
    return [
        f"The verdict by itself, before other comparisons are counted, is “{found.verdict}”.",
        _moved("the design effect", trend.settings.design_effect, effect),
        _moved("the total error of a wave", trend.comparison.points, error, " points"),
        _bias(found.bias),
        *_correlations(found),
        _rounding(found),
        _silence(found),
    ]


def _moved(what: str, used: float, tipping: tuple[Tipping, Tipping], unit: str = "") -> str:
    more, less = tipping
    up = (
        f"becomes “{more.verdict}” above {more.value:.3g}{unit}"
        if more.value is not None
        else f"holds up to {more.limit:g}{unit}"
    )
    head = f"If {what}, {used:.3g}{unit} here, is larger, the verdict {up}"
    if used <= less.limit:
        return f"{head}."
    down = (
        f"becomes “{less.verdict}” below {less.value:.3g}{unit}"
        if less.value is not None
        else f"holds down to {less.limit:g}{unit}"
    )
    return f"{head}; if it is smaller, it {down}."


def _bias(bias: Tipping) -> str:
    if bias.value is None:
        return f"No bias of the difference up to {abs(bias.limit):g} points, either way, changes the verdict."
    way = "too high" if bias.value > 0 else "too low"
    return (
        f"If the later share is {abs(bias.value):.3g} points {way} beside the earlier one, for whatever reason, the "
        f"verdict is “{bias.verdict}”."
    )


def _correlations(found: Survival) -> list[str]:
    """The answer to "how little would it take": Meng's correlation, for each population that it assumes."""
    if not any(points(one.value * 100) != points(0) for one in found.correlations):
        return []
    told = [f"{abs(one.value):.2g} if each wave was drawn from {one.population}" for one in found.correlations]
    return [
        "The whole difference could come from who chose to answer: it takes a correlation between answering at all and "
        f"saying yes, of opposite signs in the two waves, of {', '.join(told)}."
    ]


def _rounding(found: Survival) -> str:
    if p_words(found.p_low) == p_words(found.p_high):
        return f"Whatever the counts that print admits, {p_words(found.p_low)} for no change."
    return (
        f"Over all counts that print admits, the p-value of no change runs from {p_words(found.p_low)} to "
        f"{p_words(found.p_high)}."
    )


def _silence(found: Survival) -> str:
    if found.asked is None:
        return "How many were asked is not recorded for both waves, so those who did not reply have no bounds."
    ends = points(found.asked.low, sign=True), points(found.asked.high, sign=True)
    return (
        f"Among all who were asked, whatever those would have said who did not reply, the difference lies between "
        f"{ends[0]} and {ends[1]} points."
    )


def multiverse_words(multiverse: Multiverse, frame: pd.DataFrame) -> list[str]:
    """Return what every analysis together says, or why there is none."""
    if frame.empty:
        return [f"There is no analysis to vary: {multiverse.reason}."]
    pairs = len(frame[["first", "second"]].drop_duplicates())
    return [
        f"{specification_message(frame)}.",
        f"They come from {plural(pairs, 'pair')} of waves that the gate lets through, under every combination of the "
        "choices that the plan names. No analysis is preferred, and their shares are no probabilities: they say how "
        "much depends on choices. Each is an outcome of tests alone: whether a comparison could have shown anything, "
        "and what the other comparisons do to it, enters the verdict and not these.",
        *_of_reported(frame, pairs),
    ]


def _of_reported(frame: pd.DataFrame, pairs: int) -> list[str]:
    own = frame[frame["pair"] == REPORTED]
    if pairs == 1 or own.empty:
        return []
    message = specification_message(own)
    return [f"For the pair that is reported alone: {message[:1].lower()}{message[1:]}."]


def error_of(
    trend: Trend, registry: Registry, reconstructions: Mapping[str, Reconstruction]
) -> dict[str, MeasuredError]:
    """Return the measured total error of the tier that the reported pair takes; nothing where that is declared."""
    grade = trend.comparison.pair.comparability.grade if trend.comparison else ""
    if grade not in SOURCES:
        return {}
    measured = measured_error(registry, reconstructions, alpha=trend.settings.alpha)
    return {tier: one for tier, one in measured.items() if tier == grade}


def error_words(errors: Mapping[str, MeasuredError], settings: Settings) -> list[str]:
    """Return what the measured total errors rest on, or why none is told here."""
    if not errors:
        return [
            f"Only the grades {', '.join(SOURCES)} take an error that is measured here; that of this pair is declared."
        ]
    told = [
        "Surveys of one year that asked about one thing differ by more than sampling and rounding explain.",
        *(words for tier, error in errors.items() for words in _tier_words(tier, error)),
        "A comparison adds the points of tier A to those of H, and takes B3 on no more degrees of freedom than B2.",
        "One survey has figures in several groups and errs alike in them, so the intervals are shorter than they "
        "should be. An n that is not printed has the range that its figure allows, and its geometric middle is taken.",
    ]
    own = settings.total_error
    return told if own is None else [*told, f"This page was asked to take {own:g} points in place of them."]


def _tier_words(tier: str, error: MeasuredError) -> list[str]:
    one, names = error.estimate, error.by_construct
    least, most = names.iloc[-1], names.iloc[0]
    inside = " once the level that all its figures share is taken off" if SOURCES[tier].own_level else ""
    return [
        f"Grade {tier}: a single survey errs with a standard deviation of {one.points:.1f} points at a share of one "
        f"half{inside} (interval {one.low:.1f} to {one.high:.1f}), from {plural(len(error.figures), 'figure')} in "
        f"{plural(one.groups, 'group')}, {one.df} degrees of freedom.",
        f"Without one construct it lies between {least.points:.1f} (without “{error.name(least.left_out)}”) and "
        f"{most.points:.1f} (without “{error.name(most.left_out)}”); without one survey between "
        f"{_ends(error.by_survey)}; without one figure between {_ends(error.by_figure)}.",
    ]


def _ends(left_out: pd.DataFrame) -> str:
    return f"{left_out['points'].min():.1f} and {left_out['points'].max():.1f}"
