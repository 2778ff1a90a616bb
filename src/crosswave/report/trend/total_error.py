"""The total error of a survey as it was measured."""

from __future__ import annotations

import math
from collections.abc import Mapping

import pandas as pd

from crosswave.difference.sensitivity import sensitivities, smallest_n
from crosswave.reconstruct import Reconstruction
from crosswave.report.render import figure_name, percent, span, survey_name
from crosswave.report.sentences import points
from crosswave.study.models import Plan
from crosswave.study.registry import Registry
from crosswave.trend.change import Trend
from crosswave.trend.dispersion import SOURCES, Measurement, measure_total_error
from crosswave.trend.settings import Settings
from crosswave.words import plural

_HALF = 0.5


def name_of(identifier: str, registry: Registry) -> str:
    """Return what a reader calls a construct, a survey or a figure; its id where that is not known."""
    if identifier in registry.constructs:
        return registry.constructs[identifier].label
    if identifier in registry.surveys:
        return survey_name(registry.surveys[identifier])
    return figure_name(registry.findings[identifier]) if identifier in registry.findings else identifier


def same_year_table(errors: Mapping[str, Measurement], registry: Registry) -> pd.DataFrame:
    """Return a row for each figure on which the total error of each tier was measured; no row without a measurement."""
    columns = ["Grade", "Topic", "Figure", "Share, %", "n", "Worst grade", "Id of the figure"]
    rows = [
        (tier, name_of(row.construct_id, registry), name_of(row.finding_id, registry), percent(row.share),
         span(round(row.n_low), round(row.n_high)), row.grade, row.finding_id)
        for tier, error in errors.items()
        for row in error.figures.itertuples()
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


def left_one_out_table(errors: Mapping[str, Measurement], registry: Registry) -> pd.DataFrame:
    """Return each tier's total error without each construct, each survey and each figure in turn."""
    rows = []
    for tier, error in errors.items():
        parts = error.by_construct, error.by_survey, error.by_figure
        left_out = [(name_of(str(row.left_out), registry), row) for part in parts for row in part.itertuples()]
        for words, row in [("nothing", error.estimate), *left_out]:
            ends = span(f"{row.low:.1f}", f"{row.high:.1f}")
            rows.append((tier, words, f"{row.points:.1f}", ends, str(row.df)))
    columns = ["Grade", "Left out", "Extra error, points", "Interval, points", "Degrees of freedom"]
    return pd.DataFrame(rows, columns=columns)


def needs_table(registry: Registry, settings: Settings) -> pd.DataFrame:
    """Return what two surveys of one size need to find a change, under each tier, at a share of one half.

    Notes
    -----
    For the smallest change that matters and for twice as much; beside them the smallest change that endless surveys
    would find, which no n can go below.
    """
    changes = settings.smallest_change / 100, 2 * settings.smallest_change / 100
    named = {f"{name}: {tier.means}": tier.error for name, tier in registry.plan.errors.items()}
    rows = []
    for words, error in ({"nothing but sampling error": (0.0, math.inf)} | named).items():
        found = [smallest_size(change, error, registry.plan, settings) for change in changes]
        floor = endless_change(error, registry.plan, settings)
        least = points(floor) if math.isfinite(floor) else "none"
        rows.append((words, f"{error[0]:.3g}", *("none" if n is None else f"{n:,}" for n in found), least))
    sizes = [f"Smallest n of each survey for {points(change)} points" for change in changes]
    columns = ["What lies between the two surveys", "Extra error, points", *sizes]
    return pd.DataFrame(rows, columns=[*columns, "Smallest change any n finds, points"])


def smallest_size(change: float, error: tuple[float, float], plan: Plan, settings: Settings) -> int | None:
    """Return the smallest n of each wave that finds a change from one half; None if none will do."""
    power = plan.power.value
    both = (error[0] / 100,) * 2
    n = smallest_n(change, _HALF, alpha=settings.alpha, power=power, total_error=both, df=error[1])
    # The design effect is how many answers are worth one of a simple random sample.
    return None if n is None else math.ceil(n * settings.design_effect)


def endless_change(error: tuple[float, float], plan: Plan, settings: Settings) -> float:
    """Return the smallest change from one half that two endless surveys find; 0 where only sampling errs."""
    if error[0] == 0:
        return 0.0
    found = sensitivities(
        [_HALF], (math.inf, math.inf), margin=settings.smallest_change / 100, alpha=settings.alpha,
        power=plan.power.value, total_error=(error[0] / 100,) * 2, df=error[1],
    )  # fmt: skip
    return found[0].detectable_rise


def error_of(trend: Trend, registry: Registry, reconstructions: Mapping[str, Reconstruction]) -> dict[str, Measurement]:
    """Return the measured total error of the tier that the reported pair takes; nothing where that is declared."""
    grade = trend.comparison.pair.comparability.grade if trend.comparison else ""
    if grade not in SOURCES:
        return {}
    measured = measure_total_error(registry, reconstructions, alpha=trend.settings.alpha)
    return {tier: one for tier, one in measured.items() if tier == grade}


def error_words(errors: Mapping[str, Measurement], settings: Settings, registry: Registry) -> list[str]:
    """Return what the measured total errors rest on, or why none is told here."""
    if not errors:
        return []
    told = [
        "Surveys of one year that asked about one thing differ by more than sampling and rounding explain.",
        *(words for tier, error in errors.items() for words in _tier_words(tier, error, registry)),
        "A comparison adds the points of grade A to those of H, and takes B3 on no more degrees of freedom than B2.",
        "One survey has figures in several groups and errs alike in them, so the intervals are shorter than "
        "they should be. An n that is not published has the range that its figure allows, and its geometric middle is "
        "taken.",
    ]
    own = settings.total_error
    return told if own is None else [*told, f"This page was asked to take {own:g} points in place of them."]


def _tier_words(tier: str, error: Measurement, registry: Registry) -> list[str]:
    one, names = error.estimate, error.by_construct
    least, most = names.iloc[-1], names.iloc[0]
    survey, figure = (
        f"{part['points'].min():.1f} and {part['points'].max():.1f}" for part in (error.by_survey, error.by_figure)
    )
    inside = " once the level that all its figures share is taken off" if SOURCES[tier].own_level else ""
    return [
        f"Grade {tier}: a single survey errs with a standard deviation of {one.points:.1f} points at a share of one "
        f"half{inside} (interval {one.low:.1f} to {one.high:.1f}), from {plural(len(error.figures), 'figure')} in "
        f"{plural(one.groups, 'group')}, {one.df} degrees of freedom.",
        f"Without one topic it lies between {least.points:.1f} (without “{name_of(least.left_out, registry)}”) and "
        f"{most.points:.1f} (without “{name_of(most.left_out, registry)}”); without one survey between "
        f"{survey}; without one figure between {figure}.",
    ]
