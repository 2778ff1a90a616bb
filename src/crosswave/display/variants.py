"""The same trend under other settings: every tier of total error, every design effect."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pandas as pd

from crosswave.reconstruct import Reconstruction
from crosswave.registry.loading import Registry
from crosswave.trend.change import Trend, assess, with_adjusted
from crosswave.trend.dispersion import with_estimated_error
from crosswave.trend.multiplicity import adjust
from crosswave.trend.settings import Settings
from crosswave.trend.synthesis import assess_all, reconstruct_all

_CHANGES = ("rose", "fell", "changed, immaterially")


def variants(trend: Trend, registry: Registry, reconstructions: Mapping[str, Reconstruction]) -> dict[str, Trend]:
    """Return a trend under the settings asked for, under every tier of total error, and every design effect.

    Parameters
    ----------
    trend : Trend
        As assessed; it comes first.
    registry : Registry
        Holds the plan with its tiers and design effects.
    reconstructions : mapping of str to Reconstruction
        Of the surveys of the construct.
    """
    asked = f"as asked (total error {_error(trend)}, design effect {trend.settings.design_effect:g})"
    if trend.comparison is None:
        return {asked: trend}
    known = with_estimated_error(registry, reconstructions)
    tried = _tiers(trend.settings, known) | _effects(trend.settings, known)
    return {asked: trend} | _under(trend, tried, known, reconstructions)


def tiers(trend: Trend, registry: Registry, reconstructions: Mapping[str, Reconstruction]) -> dict[str, Trend]:
    """Return a trend as it is reported, and under every other tier of total error and none.

    Parameters
    ----------
    trend, registry, reconstructions
        As for `variants`.
    """
    if trend.comparison is None:
        return {"as asked": trend}
    grade, used = trend.comparison.pair.comparability.grade, trend.comparison.points
    known = with_estimated_error(registry, reconstructions)
    others = {words: one for words, one in _tiers(trend.settings, known).items() if one.total_error != used}
    reported = f"reported: total error {used:.3g}, grade {grade}"
    return {reported: trend} | _under(trend, others, known, reconstructions)


def _under(
    trend: Trend,
    tried: Mapping[str, Settings],
    registry: Registry,
    reconstructions: Mapping[str, Reconstruction],
) -> dict[str, Trend]:
    alone = {words: assess(trend.construct, registry, reconstructions, one) for words, one in tried.items()}
    changed = {words: one for words, one in alone.items() if one.verdict in _CHANGES}
    return alone | _adjusted(changed, registry, reconstructions, trend.settings)


def _tiers(settings: Settings, registry: Registry) -> dict[str, Settings]:
    named = {
        f"total error {tier.number:.3g}: {name}, {tier.means}": tier.number
        for name, tier in registry.plan.total_error.items()
    }
    errors = {"no error beyond sampling": 0.0} | named
    return {words: replace(settings, total_error=error) for words, error in errors.items()}


def _effects(settings: Settings, registry: Registry) -> dict[str, Settings]:
    effects = [effect for effect in registry.plan.design_effects if effect != settings.design_effect]
    return {f"design effect {effect:g}": replace(settings, design_effect=effect) for effect in effects}


def _error(trend: Trend) -> str:
    asked = trend.settings.total_error if trend.comparison is None else trend.comparison.points
    return "of the grade" if asked is None else f"{asked:.3g}"


def _adjusted(
    changed: Mapping[str, Trend],
    registry: Registry,
    reconstructions: Mapping[str, Reconstruction],
    settings: Settings,
) -> dict[str, Trend]:
    """Only a change can be lost to the other comparisons, which stay as they were asked for."""
    if not changed:
        return {}
    every = {**reconstruct_all(registry, [name for name in registry.surveys if name not in reconstructions])}
    others = assess_all(registry, every | dict(reconstructions), settings)
    return {words: _in_its_place(one, others) for words, one in changed.items()}


def _in_its_place(one: Trend, others: Mapping[str, Trend]) -> Trend:
    """A trend adjusted with one construct of each other partition beside it."""
    chosen = {_partition(one): one}
    for other in others.values():
        if other.comparison:
            chosen.setdefault(_partition(other), other)
    tests = [
        (test.construct.id, test.construct.family, test.comparison.p_high)
        for test in chosen.values()
        if test.comparison
    ]
    by_test = pd.DataFrame(tests, columns=["id", "family", "p_value"]).set_index("id")
    return with_adjusted(one, float(adjust(by_test)[one.construct.id]))


def _partition(trend: Trend) -> str:
    return trend.construct.partition or trend.construct.id
