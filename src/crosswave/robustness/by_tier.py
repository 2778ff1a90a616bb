"""The verdict on a trend under each tier of total error."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from crosswave.reconstruct import Reconstruction
from crosswave.study.registry import Registry
from crosswave.trend.change import Trend, assess, with_others


def by_tier(trend: Trend, registry: Registry, reconstructions: Mapping[str, Reconstruction]) -> dict[str, Trend]:
    """Return a trend as it is reported, and under no error beyond sampling and every other tier; in words each."""
    if trend.comparison is None:
        return {"as asked": trend}
    grade, used, settings = trend.comparison.pair.comparability.grade, trend.comparison.points, trend.settings
    own = settings.error_of or (None if settings.total_error is not None else grade)
    known = replace(registry, plan=trend.plan)
    tried = {"no error beyond sampling": replace(settings, total_error=0.0)} | {
        f"total error {tier.number:.3g}: {name}, {tier.means}": replace(settings, total_error=None, error_of=str(name))
        for name, tier in known.plan.errors.items()
    }
    others = {
        words: with_others(assess(trend.construct, known, reconstructions, one), trend.others)
        for words, one in tried.items()
        if one.error_of != own or own is None
    }
    return {f"reported: total error {used:.3g}, grade {grade}": trend} | others
