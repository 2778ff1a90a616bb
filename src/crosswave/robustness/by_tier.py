"""The verdict on a trend under each tier of total error."""

from dataclasses import replace

from crosswave.difference.compare import compare_pairs
from crosswave.trend.change import Trend, verdict_of, with_others


def by_tier(trend: Trend) -> dict[str, Trend]:
    """Return a trend as it is reported, and under no error beyond sampling and every other tier; in words each."""
    if trend.comparison is None:
        return {"as asked": trend}
    pair, used, settings, plan = trend.comparison.pair, trend.comparison.points, trend.settings, trend.plan
    own = settings.error_of or (None if settings.total_error is not None else pair.tier)
    tried = {"no error beyond sampling": replace(settings, total_error=0.0)} | {
        f"total error {tier.number:.3g}: {name}, {tier.means}": replace(settings, total_error=None, error_of=str(name))
        for name, tier in plan.errors.items()
        if str(name) != own
    }
    errors = [one.error(plan, pair.tier) for one in tried.values()]
    compared = compare_pairs([pair] * len(tried), errors, settings.criteria(plan))
    others = {
        words: with_others(replace(trend, settings=one, comparison=found, verdict=verdict_of(found)), trend.others)
        for (words, one), found in zip(tried.items(), compared, strict=True)
    }
    return {f"reported: total error {used:.3g}, grade {pair.comparability.grade}": trend} | others
