"""All constructs side by side, as tables."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

import pandas as pd

from crosswave.report.sentences import p_number, p_words, points
from crosswave.study.models import Plan
from crosswave.study.registry import Registry
from crosswave.tables.render import span
from crosswave.trend.change import Trend
from crosswave.trend.verdict import DECISIONS

FATES: Mapping[str, tuple[str, Callable[[Trend], bool]]] = {
    "rose": ("decided", lambda t: t.verdict == "rose"),
    "fell": ("decided", lambda t: t.verdict == "fell"),
    "changed, by less than matters": ("decided", lambda t: t.verdict == "changed, immaterially"),
    "did not change by as much as matters": ("decided", lambda t: t.verdict == "no material change"),
    "neither a change nor its absence shows": ("not decided", lambda t: t.verdict == "inconclusive"),
    "rounding decides": ("not decided", lambda t: t.verdict == "undecided by rounding"),
    "a figure printed in words decides": ("not decided", lambda t: t.verdict == "undecided by wording"),
    "uninformative by design": ("not decided", lambda t: t.verdict == "uninformative by design"),
    "an n that is not printed decides": ("not decided", lambda t: t.comparison is not None),
    "the gate refuses every pair of waves": ("not compared", lambda t: t.verdict == "not comparable"),
    "no pair of waves can be used": ("not compared", lambda t: bool(t.pairs)),
    "every wave is of one year": ("not compared", lambda t: len(t.waves) > 1),
    "one wave only": ("not compared", lambda t: len(t.waves) == 1),
    "no wave": ("not compared", lambda t: True),
}
"""What becomes of a construct in a window: the first whose condition holds, and the group that it belongs to."""


def fate(trend: Trend) -> str:
    """Return what becomes of a construct: the first of `FATES` whose condition holds."""
    return next(words for words, (_, holds) in FATES.items() if holds(trend))


def fates(trends: Iterable[Trend]) -> dict[str, int]:
    """Return how many constructs come to each fate, in the order of `FATES`, zeros included."""
    found = [fate(trend) for trend in trends]
    return {words: found.count(words) for words in FATES}


def fates_table(windows: Sequence[Sequence[Trend]]) -> pd.DataFrame:
    """Return a row for each fate, with the number of constructs in each window of years; the last row counts all."""
    counted = {window_words(trends): fates(trends) for trends in windows}
    rows = [
        {"Group": group, "What becomes of it": words} | {name: counts[words] for name, counts in counted.items()}
        for words, (group, _) in FATES.items()
    ]
    every = {"Group": "all", "What becomes of it": "all constructs"}
    return pd.DataFrame([*rows, every | {name: sum(counts.values()) for name, counts in counted.items()}])


def window_words(trends: Sequence[Trend]) -> str:
    """Return the window of some trends as ``2017 to 2020``."""
    settings = trends[0].settings
    return f"{settings.from_year} to {settings.to_year}"


def refusals_table(trends: Iterable[Trend]) -> pd.DataFrame:
    """Return a row for each reason for which the gate refuses constructs, by its nearest pair, with how many."""
    refused = [trend.pair for trend in trends if trend.verdict == "not comparable" and trend.pair]
    reasons = [reason for pair in refused for reason in dict.fromkeys(pair.comparability.reasons)]
    counts = pd.Series(reasons, dtype=object).value_counts(sort=True)
    return pd.DataFrame({"Reason": list(counts.index), "Constructs": [int(count) for count in counts]})


def synthesis_table(trends: Sequence[Trend], wider: Sequence[Trend], registry: Registry) -> pd.DataFrame:
    """Return a row for each construct: waves, comparison, verdict, and why nothing is decided where nothing is."""
    labels = {family.id: family.label for family in registry.plan.families}
    table = pd.DataFrame([_synthesis_row(trend) for trend in trends])
    table = table.assign(Family=table["Family"].map(labels))
    beside = {trend.construct.label: trend.verdict for trend in wider}
    return table.assign(**{f"Verdict, {window_words(wider)}": table["Construct"].map(beside)}) if wider else table


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
        "p, adjusted": "" if trend.p_adjusted is None else p_number(trend.p_adjusted),
        "Verdict": trend.verdict,
        "What becomes of it": fate(trend),
    }
    if comparison:
        row["Difference, points"] = points(comparison.difference, sign=True)
        row["Interval, points"] = span(points(comparison.low, sign=True), points(comparison.high, sign=True))
    return row


def differences_table(trends: Iterable[Trend]) -> pd.DataFrame:
    """Return a row for each construct that was compared: years, grade, difference with its interval, verdict."""
    rows = [_synthesis_row(trend) for trend in trends if trend.comparison]
    columns = ["Construct", "Years", "Grade", "Difference, points", "Interval, points", "p, adjusted", "Verdict"]
    return pd.DataFrame(rows, columns=columns)


def decision_table(plan: Plan) -> pd.DataFrame:
    """Return the ordered table by which a comparison gets its verdict."""
    rows = [(row.verdict, row.when) for row in plan.decision_table]
    return pd.DataFrame(rows, columns=["Verdict", "When"])


def verdicts_table(trends: Sequence[Trend]) -> pd.DataFrame:
    """Return how many constructs have each verdict, in the order of the decision table, zeros included."""
    found = [trend.verdict for trend in trends]
    rows: Mapping[str, int] = {verdict: found.count(verdict) for verdict in DECISIONS}
    return pd.DataFrame(list(rows.items()), columns=["Verdict", "Constructs"])


def multiplicity_table(trends: Sequence[Trend], registry: Registry) -> pd.DataFrame:
    """Return a row for each comparison: its largest p over all counts, alone and among the others of its family."""
    labels = {family.id: family.label for family in registry.plan.families}
    rows = [
        (
            labels[trend.construct.family],
            trend.construct.label,
            trend.comparison.pair.comparability.grade,
            p_words(trend.comparison.p_high),
            "" if trend.p_adjusted is None else p_words(trend.p_adjusted),
            trend.verdict,
        )
        for trend in sorted(trends, key=lambda one: labels[one.construct.family])
        if trend.comparison
    ]
    names = ["Family", "Construct", "Grade", "Largest p over all counts", "Adjusted", "Verdict"]
    return pd.DataFrame(rows, columns=names)
