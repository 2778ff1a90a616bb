"""All constructs side by side, as tables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import pandas as pd

from crosswave.registry.models import Plan
from crosswave.sentences import points
from crosswave.tables.render import span
from crosswave.trend import Trend
from crosswave.verdict import DECISIONS


def synthesis_table(trends: Iterable[Trend]) -> pd.DataFrame:
    """Return a row for each construct: waves, comparison, verdict.

    Parameters
    ----------
    trends : iterable of Trend
        From `crosswave.synthesis.assess_all`.
    """
    return pd.DataFrame([_synthesis_row(trend) for trend in trends])


def _synthesis_row(trend: Trend) -> dict[str, str]:
    comparison, pair = trend.comparison, trend.pair
    shown = comparison.pair if comparison else pair
    row = {
        "Construct": trend.construct.label,
        "Family": trend.construct.family,
        "Waves": str(len(trend.waves)),
        "Years": span(str(shown.first.year), str(shown.second.year)) if shown else "",
        "Grade": shown.comparability.grade if shown else "",
        "Difference, points": "",
        "Interval, points": "",
        "p, adjusted": "" if trend.p_adjusted is None else f"{trend.p_adjusted:.3f}",
        "Verdict": trend.verdict,
    }
    if comparison:
        row["Difference, points"] = points(comparison.difference, sign=True)
        row["Interval, points"] = span(points(comparison.low, sign=True), points(comparison.high, sign=True))
    return row


def decision_table(plan: Plan) -> pd.DataFrame:
    """Return the ordered table by which a comparison gets its verdict.

    Parameters
    ----------
    plan : Plan
        Holds the rows.
    """
    rows = [(row.verdict, row.when) for row in plan.decision_table]
    return pd.DataFrame(rows, columns=["Verdict", "When"])


def verdicts_table(trends: Sequence[Trend]) -> pd.DataFrame:
    """Return how many constructs have each verdict, in the order of the decision table, zeros included.

    Parameters
    ----------
    trends : sequence of Trend
        From `crosswave.synthesis.assess_all`.
    """
    found = [trend.verdict for trend in trends]
    rows: Mapping[str, int] = {verdict: found.count(verdict) for verdict in DECISIONS}
    return pd.DataFrame(list(rows.items()), columns=["Verdict", "Constructs"])
