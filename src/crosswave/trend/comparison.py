"""The comparison of two waves."""

from collections.abc import Sequence

from crosswave.difference import compare
from crosswave.study.models import Plan
from crosswave.trend.settings import Settings
from crosswave.trend.waves import Pair

Comparison = compare.Comparison[Pair]
"""Two waves compared over every count that can have printed them."""


def compare_waves(pairs: Sequence[Pair], settings: Settings, plan: Plan) -> list[Comparison]:
    """Return the comparison of each pair of waves under the total error of its tier.

    `ValueError`: a pair cannot be compared, respondents of one year are in both waves, or its total error is not
    estimated.
    """
    for pair in pairs:
        named = f"{pair.first.finding.id} and {pair.second.finding.id}"
        if pair.comparability.refused:
            raise ValueError(f"{named} are not comparable: {'; '.join(pair.comparability.reasons)}")
        if pair.refusal:
            raise ValueError(f"{named} cannot be tested: {pair.refusal}")
    return compare.compare_pairs(pairs, [settings.error(plan, pair.tier) for pair in pairs], settings.criteria(plan))
