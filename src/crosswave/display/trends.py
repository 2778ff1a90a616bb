"""A trend in sentences, and the same trend under other settings."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace

from crosswave.reconstruct import Reconstruction
from crosswave.registry.loading import Registry
from crosswave.sentences import points, population_note, trend_sentence
from crosswave.synthesis import assess_all, reconstruct_all
from crosswave.trend import Settings, Trend, assess

_CHANGES = ("rose", "fell")


def trend_answer(trend: Trend) -> list[str]:
    """Return the verdict sentence, the same that stands in trends.csv.

    Parameters
    ----------
    trend : Trend
        As assessed.
    """
    return [trend_sentence(trend)]


def trend_reach(trend: Trend) -> str:
    """Return what the comparison could have shown, before its figures are looked at.

    Parameters
    ----------
    trend : Trend
        As assessed.
    """
    if trend.comparison is None:
        return "No pair of waves passes, so no difference is computed and nothing could have been shown."
    reach, margin = trend.comparison.reach, points(trend.comparison.reach.margin)
    seen = min(reach.detectable_rise, reach.detectable_fall)
    change = (
        f"A true change needed {points(seen)} points to have an {reach.power:.0%} chance to show"
        if math.isfinite(seen)
        else "No true change, however large, was likely to show"
    )
    same = "could" if reach.equivalence_attainable else "could not"
    return f"{change}; the absence of a change of {margin} points or more {same} have been shown.{_if_large(trend)}"


def _if_large(trend: Trend) -> str:
    """Without n the most is granted to a comparison: the largest size that is tried."""
    waves = (trend.comparison.pair.first, trend.comparison.pair.second) if trend.comparison else ()
    largest = max((wave.sizes.max() for wave in waves if not wave.size_known), default=None)
    return (
        ""
        if largest is None
        else f" This takes {largest:,.0f} for an n that is not printed; with fewer it could have shown less."
    )


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
    tried = _settings(trend.settings, registry) if trend.comparison else {}
    alone = {words: assess(trend.construct, registry, reconstructions, tried[words]) for words in tried}
    return {asked: trend} | alone | _adjusted({k: t for k, t in alone.items() if t.verdict in _CHANGES}, registry)


def _adjusted(changes: Mapping[str, Trend], registry: Registry) -> dict[str, Trend]:
    """All constructs are needed for the adjustment, and only a change can be lost to it."""
    every = reconstruct_all(registry) if changes else {}
    return {words: assess_all(registry, every, trend.settings)[trend.construct.id] for words, trend in changes.items()}


def _error(trend: Trend) -> str:
    asked = trend.settings.total_error if trend.comparison is None else trend.comparison.points
    return "of the grade" if asked is None else f"{asked:g}"


def _settings(settings: Settings, registry: Registry) -> dict[str, Settings]:
    tiers = registry.plan.total_error
    errors = {"no error beyond sampling": 0.0} | {
        f"total error {tier.points:g}: {tier.means}": tier.points for tier in tiers.values()
    }
    effects = [effect for effect in registry.plan.design_effects if effect != settings.design_effect]
    by_error = {words: replace(settings, total_error=error) for words, error in errors.items()}
    by_effect = {f"design effect {effect:g}": replace(settings, design_effect=effect) for effect in effects}
    return by_error | by_effect


def trend_checks(trend: Trend, variants: Mapping[str, Trend]) -> list[str]:
    """Return how far the verdict holds: over the counts that print admits, and under other settings.

    Parameters
    ----------
    trend : Trend
        As assessed.
    variants : mapping of str to Trend
        From `variants`.
    """
    if trend.comparison is None:
        return []
    same = [words for words, other in variants.items() if other.verdict == trend.verdict]
    others = {other.verdict for other in variants.values()} - {trend.verdict}
    turned = f"; under the others it is {' or '.join(sorted(others))}" if others else ""
    admitted = " or ".join(trend.comparison.outcomes)
    return [
        f"Over every count that print admits the outcome is {admitted}.",
        f"The verdict “{trend.verdict}” stands under {len(same)} of {len(variants)} settings{turned}.",
    ]


def trend_caveats(trend: Trend) -> list[str]:
    """Return what a reader must know before using the verdict.

    Parameters
    ----------
    trend : Trend
        As assessed.
    """
    surveys = [wave.survey for wave in trend.waves]
    note = population_note(*surveys)
    advertised = [f"A change is also printed without its earlier level: {name}." for name in trend.construct.changes]
    noted = [f"{wave.finding.id}: {wave.answer.note}" for wave in trend.waves if wave.answer.note]
    refused = [f"{wave.finding.id} cannot be used: {wave.refusal}" for wave in trend.waves if wave.refusal]
    return [*([f"{note[:1].upper()}{note[1:]}."] if note else []), *advertised, *noted, *refused]
