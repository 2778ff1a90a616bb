"""A trend in sentences: the verdict, what could have been shown, how far it holds, what to know before using it."""

from __future__ import annotations

import math
from collections.abc import Mapping

from crosswave.report.sentences import answer_sentence, points, population_note, trend_sentence
from crosswave.tables.names import figure_name
from crosswave.tables.trends import needed_n
from crosswave.trend.change import Trend
from crosswave.trend.comparison import Comparison
from crosswave.words import capital


def trend_answer(trend: Trend) -> list[str]:
    """Return the answer with its certainty, and the verdict in a sentence, both as in trends.csv."""
    return [answer_sentence(trend), trend_sentence(trend)]


MEANINGS: Mapping[str, str] = {
    "not comparable": "whom the surveys asked, what they asked or how differs so much that no difference is computed",
    "not testable": "no two waves of different years can be used, or a number that is not printed decides",
    "uninformative by design": "nothing shows, and such surveys could hardly have shown a change or that there was "
    "none",
    "undecided by wording": "a figure is printed in words, and the numbers they can stand for give different verdicts",
    "undecided by rounding": "the counts that can have been rounded to what is printed give different verdicts",
    "changed, immaterially": "a change shows, and it is smaller than what the plan says matters",
    "rose": "a rise shows, after errors of sampling, wording and of many comparisons are allowed for",
    "fell": "a fall shows, after errors of sampling, wording and of many comparisons are allowed for",
    "no material change": "no change shows, and one as large as the plan says matters is ruled out",
    "inconclusive": "neither a change nor its absence shows, although one of them could have",
}
"""What each verdict means, for a reader who has not seen the decision table."""


def verdict_meaning(trend: Trend) -> str:
    """Return what the verdict on a trend means, in one sentence."""
    return f"“{capital(trend.verdict)}” means: {MEANINGS[trend.verdict]}."


def trend_reach(trend: Trend) -> list[str]:
    """Return what the comparison could have shown: the first two sentences look at no difference."""
    comparison = trend.comparison
    if comparison is None:
        return ["No pair of waves passes, so no difference is computed and nothing could have been shown."]
    return [_critical(comparison), f"{_detectable(comparison)}{_if_large(comparison)}", _sizes(comparison)]


def _critical(comparison: Comparison) -> str:
    rise, fall = comparison.reach.critical_rise, comparison.reach.critical_fall
    grade, error = comparison.pair.comparability.grade, f"{comparison.points:.3g}"
    ends = [_unless_endless(end) for end in (rise, fall)]
    return (
        f"Grade {grade} takes a total error of {error} points for each survey. With it the interval excludes zero "
        f"from a printed rise of {ends[0]} on, or from a fall of {ends[1]}."
    )


def _unless_endless(change: float) -> str:
    return f"{points(change)} points" if math.isfinite(change) else "no size, because the scale ends before"


def _detectable(comparison: Comparison) -> str:
    reach = comparison.reach
    seen = min(reach.detectable_rise, reach.detectable_fall)
    change = (
        f"A true change needed {points(seen)} points to have an {reach.power:.0%} chance to show"
        if math.isfinite(seen)
        else "No true change, however large, was likely to show"
    )
    same = "could" if reach.equivalence_attainable else "could not"
    return f"{change}; the absence of a change of {points(reach.margin)} points or more {same} have been shown."


def _if_large(comparison: Comparison) -> str:
    """Without n the most is granted to a comparison: the largest size that is tried."""
    waves = comparison.pair.first, comparison.pair.second
    largest = max((wave.sizes.max() for wave in waves if not wave.size_known), default=None)
    return (
        ""
        if largest is None
        else f" This takes {largest:,.0f} for an n that is not printed; with fewer it could have shown less."
    )


def _sizes(comparison: Comparison) -> str:
    margin, size = comparison.reach.margin, abs(comparison.difference)
    wanted = {f"{points(margin)} points, the smallest that matters": margin}
    wanted |= {f"{points(size)} points, as printed": size} if points(size) not in (points(0), points(margin)) else {}
    needed = [f"for {words}: {_n_words(needed_n(comparison, change))}" for words, change in wanted.items()]
    return f"The n that each wave would need to find a change with that chance, {'; '.join(needed)}."


def _n_words(n: int | None) -> str:
    return "none is large enough, because the error beyond sampling stays" if n is None else f"{n:,}"


def trend_checks(trend: Trend, variants: Mapping[str, Trend]) -> list[str]:
    """Return how far the verdict holds: over the counts that print admits, and under other settings."""
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
    """Return what a reader must know before using the verdict."""
    surveys = [wave.survey for wave in trend.waves]
    note = population_note(*surveys)
    advertised = [f"A change is also printed without its earlier level: {name}." for name in trend.construct.changes]
    noted = [f"{figure_name(wave.finding)}. {wave.answer.note}" for wave in trend.waves if wave.answer.note]
    refused = [f"{figure_name(wave.finding)}: cannot be used: {wave.refusal}" for wave in trend.waves if wave.refusal]
    return [*([f"{capital(note)}."] if note else []), *advertised, *noted, *refused]
