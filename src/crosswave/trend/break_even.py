"""How many people a survey that prints no n must have asked for its figures to show something."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from crosswave.study.models import Plan
from crosswave.trend.change import Trend
from crosswave.trend.comparison import compare_pairs
from crosswave.trend.settings import Settings
from crosswave.trend.verdict import SHOWN, Evidence, decide
from crosswave.trend.waves import Pair, Wave

_TRIED = 48


@dataclass(frozen=True, slots=True)
class BreakEven:
    """The smallest n from which on every reading of the figures shows one thing.

    Attributes
    ----------
    n : int
        People in each survey that prints no n.
    both : bool
        Whether neither survey prints its n: then each must have had so many.
    survey_id : str
        The survey that prints none; the earlier of two.
    """

    n: int
    both: bool
    survey_id: str
    verdict: str

    @property
    def condition(self) -> str:
        """The condition as a reader would say it: "if each survey had at least 20 people"."""
        return f"if {'each survey' if self.both else self.survey_id} had at least {self.n:,} people"


def break_even_of(trend: Trend) -> BreakEven | None:
    """Return how many people the surveys of a trend must have asked, among the comparisons that its family counts.

    Parameters
    ----------
    trend : Trend
        As assessed; None where nothing was compared, both print an n, or no number is enough.
    """
    if trend.comparison is None:
        return None
    return break_even(trend.comparison.pair, trend.settings, trend.plan, counted=1 + len(trend.others))


def break_even(pair: Pair, settings: Settings, plan: Plan, *, counted: int = 1) -> BreakEven | None:
    """Return how many people a survey without an n must have asked; None where none is enough or both print an n.

    Parameters
    ----------
    pair : Pair
        Two usable waves that passed the gate.
    settings, plan
        As for `crosswave.trend.comparison.compare_pairs`.
    counted : int, default 1
        How many comparisons the family counts: with that many people the verdict holds among all of them (alpha is
        shared out equally, which is never less strict than Holm's procedure).

    Notes
    -----
    Every share that the figures can stand for is tried with each n, also where no count of n prints it, and every n
    from the break-even up to the plan's largest must show the same. Arms shorten as n grows, so the search may halve.
    """
    unsized = [wave for wave in (pair.first, pair.second) if not wave.size_known]
    if not unsized or pair.overlap:
        return None
    shared = replace(settings, alpha=settings.alpha / counted)
    low, high = 1, int(plan.n_largest.value)
    verdict = _shown(pair, [high], shared, plan)[0]
    if verdict is None:
        return None
    while high > low:
        tried = np.unique(np.geomspace(low, high, _TRIED).round().astype(int)).tolist()
        fails = [n for n, shown in zip(tried, _shown(pair, tried, shared, plan), strict=True) if shown != verdict]
        low, high = (fails[-1] + 1, tried[tried.index(fails[-1]) + 1]) if fails else (low, low)
    return BreakEven(high, len(unsized) == 2, unsized[0].survey.id, verdict)


def _shown(pair: Pair, sizes: Sequence[int], settings: Settings, plan: Plan) -> list[str | None]:
    """What each n shows, or None where it shows nothing."""
    pairs = [replace(pair, first=_sized(pair.first, n), second=_sized(pair.second, n)) for n in sizes]
    found = [
        decide(Evidence(compared=True, verbal=pair.verbal, outcomes=one.outcomes))
        for one in compare_pairs(pairs, settings, plan)
    ]
    return [verdict if verdict in SHOWN else None for verdict in found]


def _sized(wave: Wave, n: int) -> Wave:
    if wave.size_known:
        return wave
    ends = np.array([wave.shares.min(), wave.shares.max()])
    return replace(wave, shares=ends, sizes=np.full(2, float(n)))
