"""How many people a survey that prints no n must have asked for its figures to show something."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from crosswave.difference.compare import Criteria, P, outcomes_of
from crosswave.difference.feasible import FeasibleShare, SharePair
from crosswave.difference.verdict import SHOWN, Evidence, decide
from crosswave.trend.change import Judged

_TRIED = 48


@dataclass(frozen=True, slots=True)
class BreakEven:
    """The smallest n from which on every reading of the figures shows one thing, in each survey that prints none.

    `both`: neither survey prints its n, so each must have had so many; `survey_id` is the earlier one that does not.
    """

    n: int
    both: bool
    survey_id: str
    verdict: str

    @property
    def condition(self) -> str:
        """The condition as a reader would say it: "if each survey had at least 20 people"."""
        return f"if {'each survey' if self.both else self.survey_id} had at least {self.n:,} people"


def break_even_of(judged: Judged[P]) -> BreakEven | None:
    """Return how many people a survey without an n must have asked, among the comparisons that its family counts.

    None where nothing was compared, both print an n, or no number is enough.
    """
    if judged.comparison is None:
        return None
    pair, settings, plan = judged.comparison.pair, judged.settings, judged.plan
    return break_even(
        pair, settings.error(plan, pair.tier), settings.criteria(plan), largest=int(plan.n_largest.value),
        counted=1 + len(judged.others),
    )  # fmt: skip


def break_even(
    pair: SharePair, error: tuple[float, float], criteria: Criteria, *, largest: int, counted: int = 1
) -> BreakEven | None:
    """Return how many people a survey without an n must have asked; None where none is enough or both print an n.

    Parameters
    ----------
    pair : SharePair, two printed shares
    error : pair of float, total error of one wave, points at 50 %, with its degrees of freedom
    criteria : Criteria, by what they are judged
    largest : int, the largest n that is tried
    counted : int, default 1
        How many comparisons the family counts: with that many people the verdict holds among all of them (alpha is
        shared out equally, which is never less strict than Holm's procedure).

    Notes
    -----
    Every share that the figures can stand for is tried with each n, also where no count of n prints it, and every n
    from the break-even up to the plan's largest must show the same. Arms shorten as n grows, so the search may halve.
    """
    unsized = [share for share in (pair.first, pair.second) if not share.size_known]
    if not unsized or pair.shared:
        return None

    def shown(sizes: Sequence[int]) -> list[str | None]:
        """What each n shows, or None where it shows nothing."""
        pairs = [replace(pair, first=_sized(pair.first, n), second=_sized(pair.second, n)) for n in sizes]
        stricter = replace(criteria, alpha=criteria.alpha / counted)
        found = outcomes_of(pairs, [error] * len(pairs), stricter)
        told = [decide(Evidence(compared=True, verbal=pair.verbal, outcomes=one)) for one in found]
        return [verdict if verdict in SHOWN else None for verdict in told]

    low, high, verdict = 1, largest, shown([largest])[0]
    if verdict is None:
        return None
    while high > low:
        tried = np.unique(np.geomspace(low, high, _TRIED).round().astype(int)).tolist()
        fails = [n for n, found in zip(tried, shown(tried), strict=True) if found != verdict]
        low, high = (fails[-1] + 1, tried[tried.index(fails[-1]) + 1]) if fails else (low, low)
    return BreakEven(high, len(unsized) == 2, unsized[0].name, verdict)


def _sized(share: FeasibleShare, n: int) -> FeasibleShare:
    if share.size_known:
        return share
    ends = np.array([share.shares.min(), share.shares.max()])
    return replace(share, shares=ends, sizes=np.full(2, float(n)))
