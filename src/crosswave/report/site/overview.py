"""The first page's answer to "what changed?": every sentence from the verdicts, none typed."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

from crosswave.difference.verdict import DECISIONS
from crosswave.report.ledger import Ledger
from crosswave.report.official import HEADINGS, left_words, told
from crosswave.report.sentences import points, population_note, wave_words
from crosswave.report.site.material import Bar, Link, Overview, Topic
from crosswave.study.models import Plan
from crosswave.study.registry import Registry
from crosswave.trend.change import Trend
from crosswave.trend.comparison import Comparison
from crosswave.trend.waves import Wave
from crosswave.words import capital, plural

CHANGED = ("rose", "fell", "changed, immaterially")


def make_overview(registry: Registry, ledger: Ledger) -> Overview:
    """Return the overview of a registry under its plan."""
    window, trends = registry.plan.window, list(ledger.assessed.values())
    shown = [trend for trend in trends if trend.construct.overview]
    found = Counter(trend.verdict for trend in trends)
    means = {row.verdict: row.when for row in registry.plan.decision_table}
    counts = [(found[verdict], verdict, means.get(verdict, "")) for verdict in DECISIONS if verdict in found]
    return Overview(
        question=f"What changed, {window.from_year} to {window.to_year}?",
        answer=answer(trends),
        lead=lead(shown, registry.plan),
        topics=tuple(_topic(trend) for trend in shown),
        total=len(trends),
        counts=tuple(sorted(counts, key=lambda count: -count[0])),
        limits=_limits(registry),
        official=_official(ledger),
        official_rest=left_words(ledger.official),
    )


def _official(ledger: Ledger) -> dict[str, tuple[Link, ...]]:
    """What official series show, by the heading of each answer; each topic leads to its series."""
    found: dict[str, list[Link]] = {}
    for one in told(ledger.official):
        link = Link(one.label, page=f"series/{one.series}", after=f"{one.words}.")
        found.setdefault(HEADINGS[one.answer], []).append(link)
    return {heading: tuple(links) for heading, links in found.items()}


def answer(trends: Sequence[Trend]) -> str:
    """Return what changed, among all things measured, in a sentence or two."""
    count = Counter(trend.verdict for trend in trends)
    changed, same = sum(count[verdict] for verdict in CHANGED), count["no material change"]
    if not changed + same:
        return (
            f"Nothing that these surveys can show: of {len(trends)} things measured, none is shown to have risen, "
            "fallen or stayed the same."
        )
    parts = [f"{count[verdict]} {verdict}" for verdict in CHANGED if count[verdict]]
    told, rest = f"{' and '.join(parts)}," if changed else "none changed,", len(trends) - changed - same
    left = f"; {rest} are left undecided" if rest else ""
    return f"Of {plural(len(trends), 'thing')} measured, {told} {same or 'none'} stayed the same{left}."


def lead(shown: Sequence[Trend], plan: Plan) -> str:
    """Return what becomes of the topics of the first page: a sentence for each verdict, with what it means."""
    groups: dict[str, list[str]] = {}
    for trend in shown:
        groups.setdefault(trend.verdict, []).append((trend.construct.overview or "").lower())
    limit, chance = f"{plan.detectable_limit.value:g}", f"{plan.power.value:.0%}"
    meanings = {
        "not comparable": "the surveys do not ask the same of the same",
        "not testable": "there are no two usable surveys of different years, or a number is missing",
        "uninformative by design": f"a change of {limit} points had less than an {chance} chance to show, and the "
        "absence of a change could not have been shown at all",
        "inconclusive": "neither a change nor its absence shows",
    }
    told = []
    for verdict, topics in groups.items():
        listed = topics[0] if len(topics) == 1 else f"{', '.join(topics[:-1])} and {topics[-1]}"
        told.append(f"{capital(listed)}: {verdict}{f' ({meanings[verdict]})' if verdict in meanings else ''}.")
    return " ".join(told)


def _topic(trend: Trend) -> Topic:
    comparison = trend.comparison
    printed = "; ".join(map(_figure, trend.waves)) or "no wave in these years"
    sure: tuple[str, ...] = ("No comparison is made.",)
    bar = None
    if comparison:
        printed = f"{_figure(comparison.pair.first)}, then {_figure(comparison.pair.second)}"
        sure, bar = _sure(comparison, trend.settings.smallest_change)
    return Topic(
        heading=trend.construct.overview or "",
        page=f"trend/{trend.construct.id}",
        printed=printed,
        verdict=trend.verdict,
        sure=sure,
        reservation=capital(_reservation(trend)) + ".",
        bar=bar,
    )


def _figure(wave: Wave) -> str:
    """A wave in words, without the id of its survey: the page names it."""
    return wave_words(wave).removesuffix(f" ({wave.survey.id})")


def _sure(comparison: Comparison, margin: float) -> tuple[tuple[str, ...], Bar]:
    seen = min(comparison.reach.detectable_rise, comparison.reach.detectable_fall)
    shows = f"{points(seen)} points or more" if math.isfinite(seen) else "no change at all"
    low, high, difference = (points(one, sign=True) for one in (comparison.low, comparison.high, comparison.difference))
    words = f"{difference} points, interval {low} to {high}"
    sure = (
        words,
        f"Detectable: {shows}",
        f"Total error {comparison.points:.3g} points; grade {comparison.pair.comparability.grade}",
    )
    ends = 100 * comparison.low, 100 * comparison.high
    return sure, Bar(*ends, 100 * comparison.difference, margin, f"Difference {words}")


def _reservation(trend: Trend) -> str:
    """The reason that weighs most: what the comparison is blind to, what print leaves open, or who answered."""
    pair, many = trend.comparison.pair if trend.comparison else trend.pair, len(trend.waves)
    none = "there is no second wave to compare with" if many == 1 else f"waves in these years: {many or 'none'}"
    alike = "; ".join(pair.comparability.reasons) if pair else none
    if trend.comparison is None or trend.verdict in ("not comparable", "uninformative by design"):
        return alike
    first, second = trend.comparison.pair.first, trend.comparison.pair.second
    if trend.verdict == "not testable":
        names = [wave.survey.id for wave in (first, second) if not wave.size_known]
        return f"no n is printed for {' or '.join(names)}, and the verdict depends on it"
    return population_note(first.survey, second.survey) or alike


def _limits(registry: Registry) -> tuple[str, ...]:
    surveys = registry.surveys.values()
    sampled = sum(survey.sampling in ("probability", "census") for survey in surveys)
    unsized = sum(survey.n.kind == "unknown" for survey in surveys)
    return (
        f"{sampled or 'None'} of {len(surveys)} survey waves {'rest' if sampled != 1 else 'rests'} on a documented "
        "probability sample or a census: of all others the figures speak only for those who answered.",
        f"{unsized} of {len(surveys)} do not print how many answered.",
    )
