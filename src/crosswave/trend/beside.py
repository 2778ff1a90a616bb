"""What two surveys alone say of an item of a battery, beside what all surveys together say of it."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from crosswave.difference.verdict import SHOWN
from crosswave.models.joint import Posterior
from crosswave.models.joint_checks import decomposed
from crosswave.reconstruct import Reconstructions
from crosswave.study.models import Construct, Plan
from crosswave.study.registry import Registry
from crosswave.trend.certainty import ANSWERS, UNTOLD, answer_of, certainty_by, certainty_of, hedged
from crosswave.trend.change import Trend
from crosswave.trend.comparison import compare_waves
from crosswave.trend.dispersion import with_estimated_error
from crosswave.trend.official import SAMPLING, official_topics
from crosswave.trend.settings import FIRST_YEAR, LAST_YEAR, Settings
from crosswave.trend.synthesis import assess_one
from crosswave.trend.waves import Pair, pairs_of, waves_of
from crosswave.words import plural

VERDICTS = (
    "item", "change", "low", "high", "verdict", "answer", "certainty", "marked_down", "topic", "official", "first",
    "second", "pair_change", "pair_low", "pair_high", "pair_verdict", "pair_answer", "why",
)  # fmt: skip
"""Columns of `verdicts_beside`."""

PAIRWISE = ("pairwise", "pairwise_low", "pairwise_high")


def topics_beside(figures: pd.DataFrame, registry: Registry) -> dict[str, Construct]:
    """Return by item the construct that compares it two surveys at a time: that which has most of its figures.

    An official series comes first, whatever it has; an item of which no construct has a figure is left out.
    """
    official = {one.id for one in official_topics(registry)}
    found = {}
    for item, own in figures.groupby("item", sort=False)["finding_id"]:
        shared = {one.id: len({a.finding for a in one.answers} & set(own)) for one in registry.constructs.values()}
        best = max(shared, key=lambda name: (shared[name] > 0 and name in official, shared[name]), default=None)
        if best and shared[best]:
            found[str(item)] = registry.constructs[best]
    return found


def predicted_beside(
    figures: pd.DataFrame, registry: Registry, reconstructions: Reconstructions, settings: Settings
) -> pd.DataFrame:
    """Return each figure as the earlier survey that it would be compared with predicts it: that nothing changed.

    Parameters
    ----------
    figures : DataFrame, from `crosswave.trend.batteries.battery_figures`
    registry, reconstructions, settings : as everywhere; the window of the settings does not matter

    Returns
    -------
    DataFrame
        In the order of `figures`: pairwise, pairwise_low, pairwise_high (shares); missing where no earlier survey may
        be compared.

    Notes
    -----
    The earlier survey is the one that `pairs_of` prefers, which looks at no value. The interval is that of the
    difference over all counts with the total error of its tier, around the earlier share.
    """
    pairs: dict[str, Pair] = {}
    for topic in topics_beside(figures, registry).values():
        waves = waves_of(topic, registry, reconstructions, (FIRST_YEAR, LAST_YEAR))
        for pair in pairs_of(topic, waves, registry):
            if not (pair.refusal or pair.comparability.refused):
                pairs.setdefault(pair.second.finding.id, pair)
    plan = with_estimated_error(registry, reconstructions).plan if pairs else registry.plan
    rows = {}
    for found in compare_waves(list(pairs.values()), settings, plan):
        later = found.pair.second.share
        ends = (later - found.difference, later - found.high, later - found.low)
        rows[found.pair.second.finding.id] = dict(zip(PAIRWISE, ends, strict=True))
    table = pd.DataFrame.from_dict(rows, orient="index", columns=list(PAIRWISE), dtype=float)
    return table.reindex(figures["finding_id"]).set_index(figures.index).clip(0, 1)


def trends_beside(figures: pd.DataFrame, registry: Registry, settings: Settings) -> dict[str, Trend]:
    """Return by item what two surveys alone say of it, allowing for the other comparisons of its family."""
    topics = topics_beside(figures, registry)
    return {item: assess_one(topic, registry, settings)[0] for item, topic in topics.items()}


def verdicts_beside(
    found: Posterior, figures: pd.DataFrame, trends: Mapping[str, Trend], registry: Registry
) -> pd.DataFrame:
    """Return the verdict of all surveys together on each item with its certainty, and that of two surveys alone.

    Parameters
    ----------
    found : Posterior, of `figures`
    figures : DataFrame, from `crosswave.trend.batteries.battery_figures`
    trends : mapping of str to Trend, from `trends_beside`
    registry : Registry, holds the rules

    Returns
    -------
    DataFrame
        Columns `VERDICTS`, topics with an official series first: change, low, high (points, all together) with verdict,
        answer in the words of its certainty, and what marked that down; topic, whether it is an official series, the
        two surveys, their change with its interval, verdict and answer; why the two differ, as a sentence.

    Notes
    -----
    Certainty has the domains of plan.yaml. Who was asked and how: the worst of the item's surveys. Comparability: one
    series, one house, or neither. Robustness: the interval widened by the plan's factor of more error, and with the
    part of it that is sampling (`crosswave.models.joint_checks.decomposed`) times the wider design effect.
    """
    plan, official = registry.plan, {one.id for one in official_topics(registry)}
    first, last = found.years[0], found.years[-1]
    limits = {"margin": plan.smallest_change.value, "limit": plan.detectable_limit.value}
    changes = found.changes(first, last, **limits).set_index("item")
    told_any = changes["verdict"].isin(list(SHOWN)).any()
    still = _still_told(found, plan, limits) if told_any else pd.Series(0, changes.index)
    rows = []
    for item, row in changes.iloc[:-1].iterrows():
        own, trend = figures[figures["item"] == item], trends.get(str(item))
        answer = ANSWERS.get(row["verdict"], UNTOLD)
        cases = _cases(own, registry, (row["high"] - row["low"]) / 2, int(still[item]))
        cases |= {"told": answer != UNTOLD, "untold": answer == UNTOLD}
        certainty = certainty_by(plan, cases.__getitem__)
        told = [item, row["change"], row["low"], row["high"], row["verdict"], hedged(answer, certainty.level)]
        told += [certainty.level, "; ".join(certainty.reasons.values())]
        why = _why(trend, own, (row["high"] - row["low"]) / 2, (first, last))
        rows.append((*told, *_alone(trend, official), why))
    frame = pd.DataFrame(rows, columns=list(VERDICTS))
    return frame.sort_values("official", ascending=False, kind="stable", ignore_index=True)


def _still_told(found: Posterior, plan: Plan, limits: Mapping[str, float]) -> pd.Series:
    """Under how many of two harsher assumptions each change still has a verdict that tells something."""
    first, last = found.years[0], found.years[-1]
    parts = decomposed(found, first, last)
    sampling = parts.loc[parts["what"] == "change", "sampling"].to_numpy()
    clustered = np.sqrt(1 + (max(plan.design_effects) - 1) * np.append(sampling, sampling.mean()))
    harsher = (plan.certainty.more_error.value, clustered)
    frames = [found.changes(first, last, **limits, wider=wider).set_index("item")["verdict"] for wider in harsher]
    return sum((frame.isin(list(SHOWN)).astype(int) for frame in frames), start=pd.Series(0, frames[0].index))


def _cases(own: pd.DataFrame, registry: Registry, half_width: float, still: int) -> dict[str, bool]:
    """Which cases of the plan's rules hold for an item; see `crosswave.trend.certainty.CASES` for two surveys."""
    plan, surveys = registry.plan, [registry.surveys[name] for name in own["survey"]]
    chosen, known = {one.sampling for one in surveys}, bool(own["n_known"].all())
    return {
        "random": chosen <= {*SAMPLING}, "panel": chosen <= {*SAMPLING, "panel"},
        "same instrument": len({one.series or one.id for one in surveys}) == 1,
        "one difference": len(set(own["house"])) == 1,
        "narrow": half_width <= plan.certainty.narrow.value, "wide": half_width <= plan.detectable_limit.value,
        "holds": still == 2, "half holds": still == 1,
        "exact": known and not own["verbal"].any(), "bounded": known, "otherwise": True,
    }  # fmt: skip


def _alone(trend: Trend | None, official: set[str]) -> tuple[object, ...]:
    if trend is None:
        return (None, False, *[None] * 5, "not testable", UNTOLD)
    answer = hedged(answer_of(trend), certainty_of(trend).level)
    pair: list[object] = [None] * 5
    if one := trend.comparison:
        pair = [one.pair.first.survey.id, one.pair.second.survey.id]
        pair += [100 * share for share in (one.difference, one.low, one.high)]
    return trend.construct.id, trend.construct.id in official, *pair, trend.verdict, answer


def _why(trend: Trend | None, own: pd.DataFrame, half_width: float, years: tuple[int, int]) -> str:
    outside = int((~own["date"].between(years[0], years[1] + 1)).sum())
    together = (
        f"{plural(own['survey'].nunique(), 'survey')} together leave {half_width:.0f} points either way, because what "
        f"sets houses and surveys apart averages out over them; {outside} of the {plural(len(own), 'figure')} "
        f"{'is' if outside == 1 else 'are'} of other years"
    )
    if trend is None or trend.comparison is None:
        return f"No two surveys of {years[0]} to {years[1]} can be compared alone; {together}."
    alone = 50 * (trend.comparison.high - trend.comparison.low)
    return (
        f"Two surveys alone leave {alone:.0f} points either way, because all that sets them apart is error; {together}."
    )
