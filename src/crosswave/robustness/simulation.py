"""How often the verdicts err, in simulated worlds whose truth is known and of which the engine sees only the print."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from itertools import pairwise, product

import numpy as np
import numpy.typing as npt
import pandas as pd

from crosswave.difference.verdict import DECISIONS
from crosswave.memo import remembered
from crosswave.robustness.judging import judge
from crosswave.robustness.worlds import World, printed, world_of
from crosswave.study.models import Plan

SIZES = (100, 250, 500, 1000)
"""Sizes of surveys in `grid`: from a small one of the registry to a large one."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """What the engine said of the worlds.

    Attributes
    ----------
    coverage : float
        Share of worlds whose interval holds the true change.
    excludes_zero : float
        Share of worlds whose interval excludes 0.
    verdicts : mapping of str to float
        Share of worlds with each verdict, in the order of the decision table.
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
    world : World
        The truth, and what the engine is told.
    rng : numpy.random.Generator
        Source of chance.

    Notes
    -----
    Each survey has its own expectation, ``logit(p) + N(0, 4 true_error / 100)``; n answers are drawn from it and
    printed as a whole percentage. The engine sees the two percentages and n: it takes every count that can have
    printed them, as `crosswave.trend.change` does. Worlds that print the same are judged once. One comparison stands
    alone: the adjustment for several, which makes "rose" and "fell" rarer, is not made.

    Examples
    --------
    >>> from crosswave.robustness.worlds import Rules
    >>> rules = Rules(alpha=0.05, power=0.8, smallest_change=0.05, detectable_limit=0.15)
    >>> found = simulate(World(0.5, 0.0, 1000, 3.0, 3.0, 2000, rules), np.random.default_rng(1))
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
    executor: Executor | None = None,
) -> pd.DataFrame:
    """Return the error rates of every tier, with its error declared as it is and too small, a row for each case.

    Parameters
    ----------
    plan : Plan
        Declares tiers and rules, each tier with a number: see `crosswave.trend.dispersion.with_estimated_error`.
    rng : numpy.random.Generator
        Source of chance.
    share : float, default 0.5
        True share before.
    change : float, default 15
        True change in points beside none at all; downwards where the share is above one half.
    sizes : sequence of int, default SIZES
        Who answered each survey.
    worlds : int, default 10,000
        Worlds of each case.
    executor : concurrent.futures.Executor, optional
        Where the cases are worked out: processes of this machine, or a cluster's; in this process if absent.

    Returns
    -------
    DataFrame
        Columns tier, declared, true_error (points), n, change (proportion), worlds, coverage, excludes_zero, right,
        wrong, and one for each verdict.

    Notes
    -----
    True are, for each tier: the error declared; twice as much; and that of the next tier. Each case has a source of
    chance of its own, spawned from `rng`, so the numbers are the same wherever and in whatever order cases are worked
    out.
    """
    towards_middle = math.copysign(change, 0.5 - share) if share != 0.5 else change
    cases = [
        (tier, world_of(plan, tier, true_error=true, n=n, change=d, share=share, worlds=worlds))
        for (tier, true), n, d in product(_errors(plan), sizes, (0.0, towards_middle))
    ]
    sources = rng.spawn(len(cases))
    content = repr([(case, source.bit_generator.state) for case, source in zip(cases, sources, strict=True)])

    def make() -> pd.DataFrame:
        work = executor.map if executor else map
        found = work(simulate, [world for _, world in cases], sources)
        return pd.DataFrame([_case(tier, one) for (tier, _), one in zip(cases, found, strict=True)])

    return remembered(make, "grid", content).copy()


def _errors(plan: Plan) -> list[tuple[str, float]]:
    """Each tier with the true errors that it is tried under."""
    tiers = [(str(name), one.number) for name, one in plan.errors.items()]
    above = {name: points for (name, _), (_, points) in pairwise(tiers)}
    return [(name, true) for name, own in tiers for true in sorted({own, 2 * own, above.get(name, own)})]


def _case(tier: str, found: Calibration) -> dict[str, object]:
    world = found.world
    truth = {"tier": tier, "declared": world.declared, "true_error": world.true_error, "n": world.n}
    rates = {"coverage": found.coverage, "excludes_zero": found.excludes_zero}
    judged = {"right": found.right, "wrong": found.wrong, **found.verdicts}
    return {**truth, "change": world.change, "worlds": world.worlds, **rates, **judged}
