"""All constructs side by side."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.figure import Figure

from crosswave.charts.canvas import styled
from crosswave.charts.forest import Row, bars, forest
from crosswave.charts.trends import VERDICT_LOOKS, points_scale
from crosswave.report.sentences import p_words, points
from crosswave.tables.synthesis import verdicts_table, window_words
from crosswave.trend.change import Trend
from crosswave.trend.comparison import Comparison


def synthesis_rows(trends: Sequence[Trend]) -> list[Row]:
    """Return a row for each construct that was compared, in points, by grade, then by verdict, then by name."""
    rank = {verdict: place for place, verdict in enumerate(VERDICT_LOOKS)}
    compared = sorted(
        (t for t in trends if t.comparison), key=lambda t: (tier_words(t), rank[t.verdict], t.construct.label)
    )
    return [
        Row(
            label=f"{trend.construct.label}, {c.pair.first.year} to {c.pair.second.year}: "
            f"{points(c.difference, sign=True)} points{_lost(trend, c)}",
            kind=trend.verdict,
            value=100 * c.difference,
            low=100 * c.low,
            high=100 * c.high,
            heading=tier_words(trend),
        )
        for trend in compared
        if (c := trend.comparison)
    ]


def _lost(trend: Trend, comparison: Comparison) -> str:
    """Why an interval on one side of zero does not make a change: the other comparisons of its family."""
    alone = comparison.low > 0 or comparison.high < 0
    adjusted = trend.p_adjusted
    if not alone or adjusted is None or trend.verdict != "inconclusive":
        return ""
    return f"; {p_words(adjusted)} among the other comparisons"


def tier_words(trend: Trend) -> str:
    """Return the grade of a comparison with the total error that it takes; nothing where nothing was compared."""
    comparison = trend.comparison
    if comparison is None:
        return ""
    return f"Grade {comparison.pair.comparability.grade}, total error {comparison.points:.3g} points"


@styled
def synthesis_chart(trends: Sequence[Trend]) -> Figure | None:
    """Return the difference and interval of every construct that was compared; None if none was."""
    rows = synthesis_rows(trends)
    if not rows:
        return None
    settings = trends[0].settings
    subtitle = (
        f"{settings.from_year} to {settings.to_year}, later minus earlier. Line: interval over every count that print "
        "admits, if those who answered were random samples; shaded: changes too small to matter."
    )
    return forest(
        rows, VERDICT_LOOKS, points_scale(rows, trends[0]), title=synthesis_message(trends), subtitle=subtitle
    )


def synthesis_message(trends: Sequence[Trend]) -> str:
    """Return what the chart says: for how many constructs a change is shown."""
    changed = sum(trend.verdict in ("rose", "fell") for trend in trends)
    tested = sum(trend.verdict not in ("not comparable", "not testable") for trend in trends)
    years = f", {window_words(trends)}" if trends else ""
    return f"A change shows in {changed} of {len(trends)} constructs{years}; {tested} could be tested at all"


def synthesis_alt(trends: Sequence[Trend]) -> str:
    """Return the chart in words: the message, then each construct that was compared with its verdict."""
    rows = [f"{row.label}, interval {row.low:+.1f} to {row.high:+.1f}, {row.kind}" for row in synthesis_rows(trends)]
    return f"{synthesis_message(trends)}. {'; '.join(rows) or 'No chart'}."


@styled
def verdicts_chart(trends: Sequence[Trend]) -> Figure:
    """Return how many constructs have each verdict."""
    frame = verdicts_table(trends).rename(columns={"Verdict": "label", "Constructs": "value"})
    frame = frame[frame["value"] > 0].assign(words=lambda f: f["value"].map(str))
    colours = {verdict: look.colour for verdict, look in VERDICT_LOOKS.items()}
    subtitle = "Constructs by verdict; verdicts that none has are left out of the chart and kept in the table."
    return bars(frame, title=_most_common(trends), subtitle=subtitle, colours=colours)


def _most_common(trends: Sequence[Trend]) -> str:
    counts = verdicts_table(trends).sort_values("Constructs", ascending=False, kind="stable")
    verdict, most = counts.iloc[0]
    return f"The commonest verdict is “{verdict}”: {most} of {len(trends)} constructs"


def verdicts_alt(trends: Sequence[Trend]) -> str:
    """Return the chart in words."""
    counts = verdicts_table(trends)
    rows = [f"{verdict} {count}" for verdict, count in counts.itertuples(index=False) if count]
    return f"{_most_common(trends)}. {'; '.join(rows)}."
