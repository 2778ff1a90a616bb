"""All constructs in sentences: what rose, what fell, what could not be decided, and why."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

import pandas as pd

from crosswave.charts.synthesis import synthesis_message
from crosswave.report.sentences import points, trend_sentence
from crosswave.study.models import ErrorTier
from crosswave.study.registry import Registry
from crosswave.tables.synthesis import FATES, fates, verdicts_table, window_words
from crosswave.tables.total_error import MeasuredError, endless_change, smallest_size
from crosswave.trend.change import Trend
from crosswave.trend.comparison import Comparison
from crosswave.trend.settings import Settings
from crosswave.words import plural

_CHANGES = ("rose", "fell", "changed, immaterially", "no material change")
_YEARS_MORE = 2


def wider(settings: Settings) -> Settings:
    """Return the same settings with a window that begins two years earlier and ends two years later."""
    return replace(settings, from_year=settings.from_year - _YEARS_MORE, to_year=settings.to_year + _YEARS_MORE)


def synthesis_answer(trends: Sequence[Trend]) -> list[str]:
    """Return what changed, and what is known of nothing else."""
    shown = [trend_sentence(trend) for trend in trends if trend.verdict in _CHANGES]
    return [f"{synthesis_message(trends)}.", *shown]


def synthesis_headline(trends: Sequence[Trend], error: Mapping[str, MeasuredError], registry: Registry) -> list[str]:
    """Return what the evidence can show at all: how many comparisons across instruments are blind, and why."""
    compared = [trend for trend in trends if trend.comparison]
    across = [trend for trend in compared if _grade(trend) in error]
    if not across:
        return [f"No comparison of {window_words(trends)} crosses instruments."]
    blind = [trend for trend in across if trend.verdict == "uninformative by design"]
    years = window_words(trends)
    return [
        f"{len(compared)} of {len(trends)} constructs have two waves of {years} that the gate lets through. In "
        f"{len(across)} of these the waves are of other words or of another slice of the public sector (grades "
        f"{', '.join(error)}), and {len(blind)} of these {len(across)} are uninformative by design: "
        f"{_blindness(across, registry.plan.power.value)}.",
        _why_blind(error, trends[0].settings, across),
    ]


def _grade(trend: Trend) -> str:
    return trend.comparison.pair.comparability.grade if trend.comparison else ""


def _blindness(across: Sequence[Trend], power: float) -> str:
    """The changes that these comparisons could have seen."""
    found = [_detectable(trend.comparison) for trend in across if trend.comparison]
    seen, attainable = [change for change in found if math.isfinite(change)], sum(_equal(trend) for trend in across)
    sizes = (
        f"a true change needed {points(min(seen))} points or more to have an {power:.0%} chance to show" if seen else ""
    )
    none = f"in {len(found) - len(seen)} no change on the scale would have shown" if len(seen) < len(found) else ""
    same = f"the absence of a change could have been shown in {attainable or 'none'}"
    return "; ".join(part for part in (sizes, none, same) if part)


def _detectable(comparison: Comparison) -> float:
    return min(comparison.reach.detectable_rise, comparison.reach.detectable_fall)


def _equal(trend: Trend) -> bool:
    return trend.comparison is not None and trend.comparison.reach.equivalence_attainable


def _why_blind(error: Mapping[str, MeasuredError], settings: Settings, across: Sequence[Trend]) -> str:
    least = min((trend.comparison for trend in across if trend.comparison), key=lambda one: one.points)
    plan, one = across[0].plan, error[least.pair.comparability.grade].estimate
    floor = endless_change((least.points, least.df), plan, settings)
    unseen = f"a change of less than {points(floor)} points" if math.isfinite(floor) else "any change"
    return (
        f"The reason is measured: figures of one year about one thing differ so much that a single survey errs by "
        f"{one.points:.1f} points beyond sampling even in the best of these grades (standard deviation at a share of "
        f"one half; interval {one.low:.1f} to {one.high:.1f}). With the {least.points:.3g} points taken here, even "
        f"surveys of unlimited size would not have an {plan.power.value:.0%} chance to show {unseen} around one half. "
        f"More answers do not help; only the same instrument does."
    )


def synthesis_window(trends: Sequence[Trend]) -> str:
    """Return what becomes of every construct in a window, each counted once."""
    counts = fates(trends)
    totals = {group: sum(counts[words] for words in _of(group)) for group in ("decided", "not decided", "not compared")}
    return (
        f"{window_words(trends)}, {len(trends)} constructs. Decided: {totals['decided']} ({_told(counts, 'decided')}). "
        f"Compared and not decided: {totals['not decided']} ({_told(counts, 'not decided', zeros=False)}). Not "
        f"compared: {totals['not compared']} ({_told(counts, 'not compared', zeros=False)})."
    )


def _of(group: str) -> list[str]:
    return [words for words, (own, _) in FATES.items() if own == group]


def _told(counts: Mapping[str, int], group: str, *, zeros: bool = True) -> str:
    return "; ".join(f"{words}: {counts[words]}" for words in _of(group) if zeros or counts[words]) or "none"


def synthesis_needs(settings: Settings, registry: Registry) -> list[str]:
    """Return what a survey would need to show a change, in sentences."""
    small, large = settings.smallest_change / 100, 2 * settings.smallest_change / 100
    tiers = registry.plan.errors
    told = [_needed(name, tier, (small, large), settings, registry) for name, tier in tiers.items()]
    floors = [(name, endless_change(tier.error, registry.plan, settings)) for name, tier in tiers.items()]
    ends = [f"{name} {points(floor) if math.isfinite(floor) else 'none'}" for name, floor in floors]
    return [
        "To show a change, ask the same question in the same words, by the same house, of a sample drawn in the same "
        "way from a list of the same people, and print n. At a share of one half, with the planned chance to show:",
        *told,
        f"The smallest change that any n finds, in points: {', '.join(ends)}.",
    ]


def _needed(name: str, tier: ErrorTier, changes: tuple[float, float], settings: Settings, registry: Registry) -> str:
    found = [(change, smallest_size(change, tier.error, registry.plan, settings)) for change in changes]
    told = [
        f"{points(change)} points: {'no n is enough' if n is None else f'{n:,} answers in each wave'}"
        for change, n in found
    ]
    return f"Grade {name} ({tier.means}; total error {tier.number:.3g} points): {'; '.join(told)}."


def synthesis_families(trends: Sequence[Trend], registry: Registry) -> pd.DataFrame:
    """Return a row for each family of plan.yaml: constructs, comparisons that were adjusted together, changes."""
    rows = [(family.label, *_family(trends, family.id)) for family in registry.plan.families]
    return pd.DataFrame(rows, columns=["Family", "Constructs", "Tests adjusted together", "Rose or fell"])


def _family(trends: Sequence[Trend], family: str) -> tuple[int, int, int]:
    own = [trend for trend in trends if trend.construct.family == family]
    adjusted = sum(trend.p_adjusted is not None for trend in own)
    return len(own), adjusted, sum(trend.verdict in ("rose", "fell") for trend in own)


def synthesis_caveats(trends: Sequence[Trend]) -> list[str]:
    """Return what the evidence cannot say."""
    counts = dict(verdicts_table(trends).itertuples(index=False))
    alone = sum(len({wave.year for wave in trend.waves}) < 2 for trend in trends)
    unsized = sum(trend.verdict == "not testable" and trend.comparison is not None for trend in trends)
    words = [
        (alone, f"For {plural(alone, 'construct')} there are no two waves of different years: no change can be asked."),
        (counts["not comparable"], _not_comparable(counts["not comparable"])),
        (counts["uninformative by design"], _blind(counts["uninformative by design"])),
        (unsized, f"In {plural(unsized, 'comparison')} the n that is not printed decides."),
    ]
    always = (
        "A change among those who answered is no change of the public sector: who answered changed as well, and "
        "nothing here can tell the two apart."
    )
    return [*(sentence for count, sentence in words if count), always]


def _not_comparable(count: int) -> str:
    many = plural(count, "construct")
    return f"In {many} every pair of waves is refused: they count other things, on other bases, or in other ways."


def _blind(count: int) -> str:
    many = plural(count, "comparison")
    return f"{many} could have shown neither a change of a size to be expected nor its absence: silence is no evidence."
