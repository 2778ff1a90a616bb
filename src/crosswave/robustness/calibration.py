"""How often the verdicts err, in simulated worlds whose truth is known and of which the engine sees only the print."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise, product

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import expit, logit

from crosswave.difference.arms import arms_of
from crosswave.difference.compare import Criteria
from crosswave.difference.newcombe import limits_of, tests_passed
from crosswave.difference.sensitivity import sensitivities
from crosswave.difference.total_error import pair_error
from crosswave.difference.verdict import DECISIONS, Evidence, decide, outcome_masks
from crosswave.memo import remembered
from crosswave.study.models import Plan

IntArray = npt.NDArray[np.int64]

SIZES = (100, 250, 500, 1000)
"""Sizes of surveys in `grid`: from a small one of the registry to a large one."""


@dataclass(frozen=True, slots=True)
class World:
    """Two surveys of one public, of n answers each, drawn many times; `ValueError` if a number is outside its range.

    `share` is the true share before, in (0, 1), `change` its true change. The total error of one survey, points at 50
    %, is `true_error`; the engine is told the `declared` one, estimated on `df` degrees of freedom, and judges by
    `criteria`.
    """

    share: float
    change: float
    n: int
    true_error: float
    declared: float
    worlds: int
    criteria: Criteria
    df: float = math.inf

    def __post_init__(self) -> None:
        """Refuse worlds that cannot be."""
        inside = 0 < self.share < 1 and 0 < self.share + self.change < 1
        ends = f"share {self.share:g} and share + change {self.share + self.change:g}"
        broken = {
            f"{ends} must lie between 0 and 1. Take a smaller change, or the other direction.": not inside,
            f"n must be 1 or more; got {self.n}. Pass who answered each survey.": self.n < 1,
            f"worlds must be 1 or more; got {self.worlds}. Take 10,000.": self.worlds < 1,
            f"true_error must be 0 points or more; got {self.true_error:g}.": not self.true_error >= 0,
            f"declared must be 0 points or more; got {self.declared:g}.": not self.declared >= 0,
        }
        if any(broken.values()):
            raise ValueError(" ".join(words for words, holds in broken.items() if holds))


def world_of(
    plan: Plan, tier: str, *, true_error: float, n: int, change: float, share: float = 0.5, worlds: int = 10_000
) -> World:
    """Return a world judged under a tier of plan.yaml.

    Parameters
    ----------
    plan : Plan, declares the total error of each tier, and the criteria
    tier : str, a tier of plan.yaml
    true_error, n, share, worlds : as for `World`
    change : float, true change in percentage points

    Raises
    ------
    ValueError
        If the tier has another name or is still to be estimated, or an argument is outside its range.
    """
    tiers = {str(name): one for name, one in plan.total_error.items()}
    if tier not in tiers:
        raise ValueError(f"tier must be one of {', '.join(tiers)}; got {tier!r}. Choose a tier of plan.yaml.")
    margin, limit = plan.smallest_change.value / 100, plan.detectable_limit.value / 100
    criteria = Criteria(alpha=plan.alpha.value, power=plan.power.value, margin=margin, detectable_limit=limit)
    return World(share, change / 100, n, true_error, tiers[tier].number, worlds, criteria, tiers[tier].freedom)


def printed(world: World, rng: np.random.Generator) -> IntArray:
    """Return the whole percentages that both surveys print in each world, an array of shape (worlds, 2)."""
    truth = logit([world.share, world.share + world.change])
    expected = expit(truth + rng.normal(0, 4 * world.true_error / 100, (world.worlds, 2)))
    yes = rng.binomial(world.n, expected)
    return np.asarray((200 * yes + world.n) // (2 * world.n), dtype=np.int64)


def judge(pairs: npt.ArrayLike, world: World) -> pd.DataFrame:
    """Return what the engine says of printed pairs, a row for each.

    Parameters
    ----------
    pairs : array_like of int, shape (k, 2)
        Whole percentages of the earlier and the later survey that counts of ``world.n`` can print.
    world : World, its n, its declared total error and its criteria; its truth is not looked at

    Returns
    -------
    DataFrame
        Columns earlier, later, low, high (the widest interval over all feasible counts, proportions), verdict.

    Raises
    ------
    ValueError
        If no count of n prints a percentage.
    """
    percent, rules, n = np.asarray(pairs, dtype=np.int64), world.criteria, world.n
    shares = _feasible_shares(percent, n)
    # On one n shares are equal only where their percentages are or touch: extremes hold the pair nearest to none.
    first, second = np.repeat(shares[:, 0], 2, axis=1), np.tile(shares[:, 1], (1, 2))
    error = pair_error(world.declared, first, second)
    arms = arms_of(first, n, second, n, total_error=(error, error), df=world.df)
    low, high = limits_of(arms, np.asarray(rules.alpha))
    found = outcome_masks(*tests_passed(arms, np.asarray(rules.margin), np.asarray(rules.alpha)))
    could = _could_show(n, world.declared, world.df, rules)[percent.sum(axis=1)]
    seen = np.column_stack([*(holds.any(axis=1) for holds in found.values()), could])
    kinds, kind_of = np.unique(seen, axis=0, return_inverse=True)
    verdicts = np.array([_verdict(list(found), kind) for kind in kinds])[kind_of]
    columns = {"earlier": percent[:, 0], "later": percent[:, 1], "low": low.min(axis=1), "high": high.max(axis=1)}
    return pd.DataFrame(columns | {"verdict": verdicts})


def _verdict(names: list[str], seen: npt.NDArray[np.bool_]) -> str:
    """The verdict on rows with these outcomes; the last entry says whether they could have shown something."""
    outcomes = tuple(name for name, holds in zip(names, seen, strict=False) if holds)
    return decide(Evidence(compared=True, informative=bool(seen[-1]), outcomes=outcomes))


@lru_cache(maxsize=64)
def _could_show(n: int, declared: float, df: float, rules: Criteria) -> npt.NDArray[np.bool_]:
    """Whether equivalence or a change below the limit could be shown, by the sum of two printed percentages."""
    size, error = [float(n)], [declared / 100]
    found = sensitivities(
        np.arange(201) / 200, (size, size), margin=rules.margin, alpha=rules.alpha, power=rules.power,
        total_error=(error, error), df=df,
    )  # fmt: skip
    return np.array([one.shows(rules.detectable_limit) for one in found])


def _feasible_shares(percent: IntArray, n: int) -> npt.NDArray[np.float64]:
    """The smallest and the largest share of n that prints as each percentage, on a new last axis."""
    low, high = -((n - 2 * percent * n) // 200), (2 * percent * n + n) // 200
    if (impossible := percent[low > high]).size:
        rule = "pairs must be percentages that counts of n can print"
        raise ValueError(f"{rule}; got {impossible[0]} % of {n}. Leave it out.")
    return np.stack([np.maximum(low, 0), np.minimum(high, n)], axis=-1) / n


@dataclass(frozen=True, slots=True)
class Calibration:
    """What the engine said of the worlds, as shares of them: in the order of the decision table for verdicts.

    `coverage`: the interval holds the true change; `excludes_zero`: it excludes 0.
    """

    world: World
    coverage: float
    excludes_zero: float
    verdicts: Mapping[str, float]

    @property
    def right(self) -> float:
        """Share of worlds with the verdict "rose" or "fell" where the share did just that: the power."""
        change = self.world.change
        return self.verdicts["rose"] if change > 0 else self.verdicts["fell"] if change < 0 else 0.0

    @property
    def wrong(self) -> float:
        """Share of worlds with the verdict "rose" or "fell" where it did not: false alarms."""
        return self.verdicts["rose"] + self.verdicts["fell"] - self.right

    def standard_error(self, rate: float) -> float:
        """Return the Monte Carlo standard error of a rate, sqrt(rate (1 - rate) / worlds)."""
        return math.sqrt(rate * (1 - rate) / self.world.worlds)


def simulate(world: World, rng: np.random.Generator) -> Calibration:
    """Return how often the engine is right about worlds whose truth is known.

    Parameters
    ----------
    world : World, the truth, and what the engine is told
    rng : numpy.random.Generator, source of chance

    Notes
    -----
    Each survey has its own expectation, ``logit(p) + N(0, 4 true_error / 100)``; n answers are drawn from it and
    printed as a whole percentage. The engine sees the two percentages and n: it takes every count that can have
    printed them, as `crosswave.trend.change` does. Worlds that print the same are judged once. One comparison stands
    alone: the adjustment for several, which makes "rose" and "fell" rarer, is not made.

    Examples
    --------
    >>> criteria = Criteria(alpha=0.05, power=0.8, margin=0.05, detectable_limit=0.15)
    >>> found = simulate(World(0.5, 0.0, 1000, 3.0, 3.0, 2000, criteria), np.random.default_rng(1))
    >>> found.wrong < 0.05, found.coverage > 0.95
    (True, True)
    """
    pairs, times = np.unique(printed(world, rng), axis=0, return_counts=True)
    by_pair = judge(pairs, world)
    low, high = by_pair["low"].to_numpy(), by_pair["high"].to_numpy()

    def share_of(where: npt.ArrayLike) -> float:
        """Share of worlds; whole counts are summed, so that all of them is exactly 1."""
        return int(times[np.asarray(where)].sum()) / world.worlds

    holds = share_of((low <= world.change) & (world.change <= high))
    verdicts = {verdict: share_of(by_pair["verdict"] == verdict) for verdict in DECISIONS}
    return Calibration(world, holds, share_of((low > 0) | (high < 0)), verdicts)


def grid(
    plan: Plan,
    rng: np.random.Generator,
    *,
    share: float = 0.5,
    change: float = 15.0,
    sizes: Sequence[int] = SIZES,
    worlds: int = 10_000,
) -> pd.DataFrame:
    """Return the error rates of every tier, with its error declared as it is and too small, a row for each case.

    Parameters
    ----------
    plan : Plan, declares tiers and criteria, each tier with a number: see `crosswave.trend.dispersion`
    rng : numpy.random.Generator, source of chance
    share : float, default 0.5, true share before
    change : float, default 15, true change in points beside none at all; downwards where the share is above one half
    sizes : sequence of int, default SIZES, who answered each survey
    worlds : int, default 10,000, worlds of each case

    Returns
    -------
    DataFrame
        Columns tier, declared, true_error (points), n, change (proportion), worlds, coverage, excludes_zero, right,
        wrong, and one for each verdict.

    Notes
    -----
    True are, for each tier: the error declared; twice as much; and that of the next tier. Each case has a source of
    chance of its own, spawned from `rng`, so the numbers are the same in whatever order cases are worked out.
    """
    towards_middle = math.copysign(change, 0.5 - share) if share != 0.5 else change
    cases = [
        (tier, world_of(plan, tier, true_error=true, n=n, change=d, share=share, worlds=worlds))
        for (tier, true), n, d in product(_errors(plan), sizes, (0.0, towards_middle))
    ]
    sources = rng.spawn(len(cases))
    content = repr([(case, source.bit_generator.state) for case, source in zip(cases, sources, strict=True)])

    def make() -> pd.DataFrame:
        found = map(simulate, [world for _, world in cases], sources)
        rows = []
        for (tier, world), one in zip(cases, found, strict=True):
            truth = {"tier": tier, "declared": world.declared, "true_error": world.true_error, "n": world.n}
            rates = {"coverage": one.coverage, "excludes_zero": one.excludes_zero, "right": one.right}
            held = {"change": world.change, "worlds": world.worlds, **rates, "wrong": one.wrong, **one.verdicts}
            rows.append(truth | held)
        return pd.DataFrame(rows)

    return remembered(make, "grid", content).copy()


def _errors(plan: Plan) -> list[tuple[str, float]]:
    """Each tier with the true errors that it is tried under."""
    tiers = [(str(name), one.number) for name, one in plan.errors.items()]
    above = {name: points for (name, _), (_, points) in pairwise(tiers)}
    return [(name, true) for name, own in tiers for true in sorted({own, 2 * own, above.get(name, own)})]
