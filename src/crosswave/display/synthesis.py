"""All constructs in sentences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from crosswave.charts.synthesis import synthesis_message
from crosswave.display.prose import plural
from crosswave.registry.loading import Registry
from crosswave.sentences import trend_sentence
from crosswave.tables.synthesis import verdicts_table
from crosswave.trend import Trend

_CHANGES = ("rose", "fell", "changed, immaterially", "no material change")


def synthesis_answer(trends: Sequence[Trend]) -> list[str]:
    """Return what changed, and what is known of nothing else.

    Parameters
    ----------
    trends : sequence of Trend
        From `crosswave.synthesis.assess_all`.
    """
    shown = [trend_sentence(trend) for trend in trends if trend.verdict in _CHANGES]
    rest = [f"{plural(count, 'construct')} {verdict}" for verdict, count in _silent(trends).items()]
    others = f"Nothing is shown of the others: {'; '.join(rest)}." if rest else ""
    return [f"{synthesis_message(trends)}.", *shown, others]


def _silent(trends: Sequence[Trend]) -> dict[str, int]:
    counts = verdicts_table(trends)
    return {
        str(verdict): int(count)
        for verdict, count in counts.itertuples(index=False)
        if count and verdict not in _CHANGES
    }


def synthesis_families(trends: Sequence[Trend], registry: Registry) -> pd.DataFrame:
    """Return a row for each family of plan.yaml: constructs, comparisons that were adjusted together, changes.

    Parameters
    ----------
    trends : sequence of Trend
        From `crosswave.synthesis.assess_all`.
    registry : Registry
        Holds the plan.
    """
    rows = [(family.label, *_family(trends, family.id)) for family in registry.plan.families]
    return pd.DataFrame(rows, columns=["Family", "Constructs", "Tests adjusted together", "Rose or fell"])


def _family(trends: Sequence[Trend], family: str) -> tuple[int, int, int]:
    own = [trend for trend in trends if trend.construct.family == family]
    adjusted = sum(trend.p_adjusted is not None for trend in own)
    return len(own), adjusted, sum(trend.verdict in ("rose", "fell") for trend in own)


def synthesis_caveats(trends: Sequence[Trend]) -> list[str]:
    """Return what the evidence cannot say.

    Parameters
    ----------
    trends : sequence of Trend
        From `crosswave.synthesis.assess_all`.
    """
    alone = sum(len({wave.year for wave in trend.waves}) < 2 for trend in trends)
    counts: Mapping[str, int] = _silent(trends)
    unsized = sum(trend.verdict == "not testable" and trend.comparison is not None for trend in trends)
    words = [
        (alone, f"For {plural(alone, 'construct')} there are no two waves of different years: no change can be asked."),
        (counts.get("not comparable", 0), _not_comparable(counts)),
        (counts.get("uninformative by design", 0), _blind(counts)),
        (unsized, f"In {plural(unsized, 'comparison')} the n that is not printed decides."),
    ]
    always = (
        "A change among those who answered is no change of the public sector: who answered changed as well, and "
        "nothing here can tell the two apart."
    )
    return [*(sentence for count, sentence in words if count), always]


def _not_comparable(counts: Mapping[str, int]) -> str:
    many = plural(counts.get("not comparable", 0), "construct")
    return f"In {many} every pair of waves is refused: they count other things, on other bases, or in other ways."


def _blind(counts: Mapping[str, int]) -> str:
    many = plural(counts.get("uninformative by design", 0), "comparison")
    return f"{many} could have shown neither a change of a size to be expected nor its absence: silence is no evidence."
