"""The same trend under other settings: every tier of total error, every design effect."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from crosswave.reconstruct import Reconstruction
from crosswave.study.registry import Registry
from crosswave.trend.change import Trend, assess, with_others
from crosswave.trend.dispersion import with_estimated_error
from crosswave.trend.settings import Settings


def variants(trend: Trend, registry: Registry, reconstructions: Mapping[str, Reconstruction]) -> dict[str, Trend]:
    """Return a trend under the settings asked for, under every tier of total error, and every design effect."""
    asked = f"as asked (total error {_error(trend)}, design effect {trend.settings.design_effect:g})"
    if trend.comparison is None:
        return {asked: trend}
    known = with_estimated_error(registry, reconstructions)
    tried = _tiers(trend.settings, known) | _effects(trend.settings, known)
    return {asked: trend} | _under(trend, tried, known, reconstructions)


def tiers(trend: Trend, registry: Registry, reconstructions: Mapping[str, Reconstruction]) -> dict[str, Trend]:
    """Return a trend as it is reported, and under every other tier of total error and none."""
    if trend.comparison is None:
        return {"as asked": trend}
    grade, used = trend.comparison.pair.comparability.grade, trend.comparison.points
    known = with_estimated_error(registry, reconstructions)
    own = trend.settings.error_of or (None if trend.settings.total_error is not None else grade)
    others = {words: one for words, one in _tiers(trend.settings, known).items() if one.error_of != own or own is None}
    reported = f"reported: total error {used:.3g}, grade {grade}"
    return {reported: trend} | _under(trend, others, known, reconstructions)


def _under(
    trend: Trend,
    tried: Mapping[str, Settings],
    registry: Registry,
    reconstructions: Mapping[str, Reconstruction],
) -> dict[str, Trend]:
    alone = {words: assess(trend.construct, registry, reconstructions, one) for words, one in tried.items()}
    return {words: with_others(one, trend.others) for words, one in alone.items()}


def _tiers(settings: Settings, registry: Registry) -> dict[str, Settings]:
    named = {
        f"total error {tier.number:.3g}: {name}, {tier.means}": replace(settings, total_error=None, error_of=str(name))
        for name, tier in registry.plan.errors.items()
    }
    return {"no error beyond sampling": replace(settings, total_error=0.0)} | named


def _effects(settings: Settings, registry: Registry) -> dict[str, Settings]:
    effects = [effect for effect in registry.plan.design_effects if effect != settings.design_effect]
    return {f"design effect {effect:g}": replace(settings, design_effect=effect) for effect in effects}


def _error(trend: Trend) -> str:
    asked = trend.settings.total_error if trend.comparison is None else trend.comparison.points
    return "of the grade" if asked is None else f"{asked:.3g}"
