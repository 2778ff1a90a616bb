"""All constructs: sentences, tables and charts."""

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence

import pandas as pd
from matplotlib.figure import Figure

from crosswave.difference.verdict import DECISIONS
from crosswave.report.canvas import styled
from crosswave.report.forest import Row, bars, forest
from crosswave.report.render import span
from crosswave.report.sentences import interval_points, p_number, p_words, points, said_of, trend_sentence
from crosswave.report.trend.comparison import points_scale
from crosswave.report.trend.total_error import endless_change, smallest_size
from crosswave.report.trend.waves import VERDICT_LOOKS
from crosswave.study.models import Plan
from crosswave.study.registry import Registry
from crosswave.trend.change import Trend
from crosswave.trend.comparison import Comparison
from crosswave.trend.dispersion import Measurement
from crosswave.trend.settings import Settings
from crosswave.words import capital, plural

_CHANGES = ("rose", "fell", "changed, immaterially", "no material change")

_MOST = 5  # differences of each answer that are drawn


def synthesis_answer(trends: Sequence[Trend]) -> list[str]:
    """Return what changed, and what is known of nothing else."""
    shown = [trend_sentence(trend) for trend in trends if trend.verdict in _CHANGES]
    return [f"{synthesis_message(trends)}.", *shown]


def synthesis_headline(trends: Sequence[Trend], error: Mapping[str, Measurement], registry: Registry) -> list[str]:
    """Return what the evidence can show at all: how many comparisons across instruments are blind, and why."""
    compared = [(trend, trend.comparison) for trend in trends if trend.comparison]
    across = [(trend, one) for trend, one in compared if one.pair.comparability.grade in error]
    years = window_words(trends)
    if not across:
        return [f"No comparison of {years} crosses instruments."]
    blind, found = sum(trend.verdict == "uninformative by design" for trend, _ in across), [one for _, one in across]
    return [
        f"{len(compared)} of {len(trends)} topics could be compared between two surveys of {years}. In "
        f"{len(across)} of these the surveys asked in other words or another part of "
        f"{registry.study.population} (grades {', '.join(error)}), and {blind} of these {len(across)} differ "
        f"too much to tell: {_blindness(found, registry.plan.power.value)}.",
        _why_blind(error, trends[0].settings, across[0][0].plan, found),
    ]


def _blindness(across: Sequence[Comparison], power: float) -> str:
    """The changes that these comparisons could have seen."""
    found = [min(one.reach.detectable_rise, one.reach.detectable_fall) for one in across]
    seen, told = [change for change in found if math.isfinite(change)], []
    if seen:
        told.append(f"a true change needed {points(min(seen))} points or more to have an {power:.0%} chance to show")
    if len(seen) < len(found):
        told.append(f"in {len(found) - len(seen)} no change on the scale would have shown")
    attainable = sum(one.reach.equivalence_attainable for one in across)
    return "; ".join([*told, f"the absence of a change could have been shown in {attainable or 'none'}"])


def _why_blind(error: Mapping[str, Measurement], settings: Settings, plan: Plan, across: Sequence[Comparison]) -> str:
    least = min(across, key=lambda one: one.points)
    one = error[least.pair.comparability.grade].estimate
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
    counts, told = fates(trends), []
    heads = {"decided": "Decided", "not decided": "Compared and not decided", "not compared": "Not compared"}
    for group, head in heads.items():
        own = {words: counts[words] for words, (its, _) in FATES.items() if its == group}
        listed = "; ".join(f"{words}: {n}" for words, n in own.items() if n or group == "decided")
        told.append(f"{head}: {sum(own.values())} ({listed or 'none'}).")
    return f"{window_words(trends)}, {len(trends)} topics. {' '.join(told)}"


def synthesis_needs(settings: Settings, registry: Registry) -> list[str]:
    """Return what a survey would need to show a change, in sentences."""
    plan, told, floors = registry.plan, [], []
    for name, tier in plan.errors.items():
        needed = []
        for change in (settings.smallest_change / 100, 2 * settings.smallest_change / 100):
            n = smallest_size(change, tier.error, plan, settings)
            enough = "no n is enough" if n is None else f"{n:,} answers in each survey"
            needed.append(f"{points(change)} points: {enough}")
        told.append(f"Grade {name} ({tier.means}; total error {tier.number:.3g} points): {'; '.join(needed)}.")
        floor = endless_change(tier.error, plan, settings)
        floors.append(f"{name} {points(floor) if math.isfinite(floor) else 'none'}")
    return [
        "To show a change, ask the same question in the same words, by the same house, of a sample drawn in the same "
        "way from a list of the same people, and print n. At a share of one half, with the planned chance to show:",
        *told,
        f"The smallest change that any n finds, in points: {', '.join(floors)}.",
    ]


def synthesis_families(trends: Sequence[Trend], registry: Registry) -> pd.DataFrame:
    """Return a row for each family of plan.yaml: constructs, comparisons that were adjusted together, changes."""
    rows = []
    for family in registry.plan.families:
        own = [trend for trend in trends if trend.construct.family == family.id]
        adjusted = sum(trend.p_adjusted is not None for trend in own)
        rows.append((family.label, len(own), adjusted, sum(trend.verdict in ("rose", "fell") for trend in own)))
    return pd.DataFrame(rows, columns=["Family", "Topics", "Tests adjusted together", "Rose or fell"])


def synthesis_caveats(trends: Sequence[Trend], registry: Registry) -> list[str]:
    """Return what the evidence cannot say."""
    verdicts = [trend.verdict for trend in trends]
    alone = sum(len({wave.year for wave in trend.waves}) < 2 for trend in trends)
    unsized = sum(trend.verdict == "not testable" and trend.comparison is not None for trend in trends)
    refused, blind = verdicts.count("not comparable"), verdicts.count("uninformative by design")
    words = {
        f"For {plural(alone, 'topic')} there are no two surveys of different years: no change can be asked.": alone,
        f"In {plural(refused, 'topic')} no two surveys can be compared: they count other things, on other bases, "
        "or in other ways.": refused,
        f"{plural(blind, 'comparison')} could have shown neither a change of a size to be expected nor its absence: "
        "silence is no evidence.": blind,
        f"In {plural(unsized, 'comparison')} the n that is not printed decides.": unsized,
    }
    always = (
        f"A change among those who answered is no change of {registry.study.population}: who answered changed as "
        "well, and nothing here can tell the two apart."
    )
    return [*(sentence for sentence, count in words.items() if count), always]


FATES: Mapping[str, tuple[str, Callable[[Trend], bool]]] = {
    "rose": ("decided", lambda t: t.verdict == "rose"),
    "fell": ("decided", lambda t: t.verdict == "fell"),
    "changed, by less than matters": ("decided", lambda t: t.verdict == "changed, immaterially"),
    "no real change": ("decided", lambda t: t.verdict == "no material change"),
    "the evidence is not strong enough": ("not decided", lambda t: t.verdict == "inconclusive"),
    "rounding decides": ("not decided", lambda t: t.verdict == "undecided by rounding"),
    "a figure printed in words decides": ("not decided", lambda t: t.verdict == "undecided by wording"),
    "the surveys are too different": ("not decided", lambda t: t.verdict == "uninformative by design"),
    "a missing number of answers decides": ("not decided", lambda t: t.comparison is not None),
    "no two surveys can be compared": ("not compared", lambda t: t.verdict == "not comparable"),
    "no two surveys can be used": ("not compared", lambda t: bool(t.pairs)),
    "asked in one year only": ("not compared", lambda t: len(t.waves) > 1),
    "asked once": ("not compared", lambda t: len(t.waves) == 1),
    "not asked": ("not compared", lambda t: True),
}
"""What becomes of a construct in a window: the first whose condition holds, and the group that it belongs to."""


def fate(trend: Trend) -> str:
    """Return what becomes of a construct: the first of `FATES` whose condition holds."""
    return next(words for words, (_, holds) in FATES.items() if holds(trend))


def fates(trends: Iterable[Trend]) -> dict[str, int]:
    """Return how many constructs come to each fate, in the order of `FATES`, zeros included."""
    return dict.fromkeys(FATES, 0) | Counter(fate(trend) for trend in trends)


def fates_table(windows: Sequence[Sequence[Trend]]) -> pd.DataFrame:
    """Return a row for each fate, with the number of constructs in each window of years; the last row counts all."""
    counted = {window_words(trends): fates(trends) for trends in windows}
    rows = [
        {"Group": group, "What becomes of it": words} | {name: counts[words] for name, counts in counted.items()}
        for words, (group, _) in FATES.items()
    ]
    every = {"Group": "all", "What becomes of it": "all topics"}
    return pd.DataFrame([*rows, every | {name: sum(counts.values()) for name, counts in counted.items()}])


def window_words(trends: Sequence[Trend]) -> str:
    """Return the window of some trends as ``2017 to 2020``."""
    return trends[0].settings.years


def refusals_table(trends: Iterable[Trend]) -> pd.DataFrame:
    """Return a row for each reason for which constructs cannot be compared, by its nearest pair, with how many."""
    refused = [trend.pair for trend in trends if trend.verdict == "not comparable" and trend.pair]
    reasons = [reason for pair in refused for reason in dict.fromkeys(pair.comparability.reasons)]
    return pd.DataFrame(Counter(reasons).most_common(), columns=["Reason", "Topics"])


def differences_table(trends: Iterable[Trend]) -> pd.DataFrame:
    """Return a row for each construct that was compared: years, grade, difference with its interval, verdict."""
    rows = [
        (
            trend.construct.label, span(str(found.pair.first.year), str(found.pair.second.year)),
            found.pair.comparability.grade, points(found.difference, sign=True), interval_points(found),
            "" if trend.p_adjusted is None else p_number(trend.p_adjusted), said_of(trend.verdict),
        )
        for trend in trends
        if (found := trend.comparison)
    ]  # fmt: skip
    columns = ["Topic", "Years", "Grade", "Difference, points", "Interval, points", "p, adjusted", "Answer"]
    return pd.DataFrame(rows, columns=columns)


def decision_table(plan: Plan) -> pd.DataFrame:
    """Return the ordered table by which a comparison gets its verdict."""
    rows = [(said_of(row.verdict), row.when) for row in plan.decision_table]
    return pd.DataFrame(rows, columns=["Answer", "When"])


def verdicts_table(trends: Sequence[Trend]) -> pd.DataFrame:
    """Return how many constructs have each verdict, in the order of the decision table, zeros included."""
    found = [trend.verdict for trend in trends]
    return pd.DataFrame([(said_of(one), found.count(one)) for one in DECISIONS], columns=["Answer", "Topics"])


def synthesis_rows(trends: Sequence[Trend]) -> list[Row]:
    """Return a row for each topic that was compared, in points, by its answer: first those furthest from no change."""
    rank, rows = list(VERDICT_LOOKS), []
    compared = [(trend, trend.comparison) for trend in trends if trend.comparison]

    def near(found: Comparison) -> float:
        """How near a difference is to none, in widths of its interval."""
        return -abs(found.difference) / max(found.high - found.low, 1e-9)

    for trend, c in sorted(compared, key=lambda one: (rank.index(one[0].verdict), near(one[1]))):
        years = f"{c.pair.first.year} to {c.pair.second.year}"
        label = f"{trend.construct.label}, {years}: {points(c.difference, sign=True)} points"
        if (c.low > 0 or c.high < 0) and trend.verdict == "inconclusive" and trend.p_adjusted is not None:
            label += f"; {p_words(trend.p_adjusted)} among the other comparisons"
        heading = capital(said_of(trend.verdict))
        rows.append(Row(label, trend.verdict, 100 * c.difference, 100 * c.low, 100 * c.high, heading=heading))
    return rows


@styled
def synthesis_chart(trends: Sequence[Trend]) -> Figure | None:
    """Return differences and intervals of topics that were compared, the clearest of each answer; None without any."""
    every = synthesis_rows(trends)
    if not every:
        return None
    kinds = [row.kind for row in every]
    rows = [row for place, row in enumerate(every) if kinds[:place].count(row.kind) < _MOST]
    left = f" Of each answer the {_MOST} furthest from no change; the table has all {len(every)}."
    subtitle = (
        f"{window_words(trends)}, later minus earlier. Line: interval over every number of people that "
        f"fits, if those who answered were random samples; shaded: changes too small to matter."
        f"{left * (len(rows) < len(every))}"
    )
    scale = points_scale(rows, trends[0])
    return forest(rows, VERDICT_LOOKS, scale, title=synthesis_message(trends), subtitle=subtitle)


def synthesis_message(trends: Sequence[Trend]) -> str:
    """Return what the chart says: for how many constructs a change is shown."""
    changed = sum(trend.verdict in ("rose", "fell") for trend in trends)
    tested = sum(trend.verdict not in ("not comparable", "not testable") for trend in trends)
    years = f", {window_words(trends)}" if trends else ""
    return f"A change shows in {changed} of {len(trends)} topics{years}; {tested} could be tested at all"


def synthesis_alt(trends: Sequence[Trend]) -> str:
    """Return the chart in words: the message, then how many topics that were compared have each answer."""
    counts = Counter(row.heading for row in synthesis_rows(trends))
    told = "; ".join(f"{answer}: {count}" for answer, count in counts.items())
    return f"{synthesis_message(trends)}. {told or 'No chart'}."


@styled
def verdicts_chart(trends: Sequence[Trend]) -> Figure:
    """Return how many constructs have each verdict."""
    frame = verdicts_table(trends).rename(columns={"Answer": "label", "Topics": "value"})
    frame = frame[frame["value"] > 0].assign(words=lambda f: f["value"].map(str))
    colours = {said_of(verdict): look.colour for verdict, look in VERDICT_LOOKS.items()}
    subtitle = "Topics by answer; answers that none has are left out of the chart and kept in the table."
    return bars(frame, title=_most_common(trends), subtitle=subtitle, colours=colours)


def _most_common(trends: Sequence[Trend]) -> str:
    counts = verdicts_table(trends).sort_values("Topics", ascending=False, kind="stable")
    verdict, most = counts.iloc[0]
    return f"The commonest answer is “{verdict}”: {most} of {len(trends)} topics"


def verdicts_alt(trends: Sequence[Trend]) -> str:
    """Return the chart in words."""
    counts = verdicts_table(trends)
    rows = [f"{verdict} {count}" for verdict, count in counts.itertuples(index=False) if count]
    return f"{_most_common(trends)}. {'; '.join(rows)}."
