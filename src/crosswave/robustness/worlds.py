"""Simulated worlds: two surveys of one public whose truth is known, and what they print."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import expit, logit

from crosswave.study.models import Plan

IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Rules:
    """What the engine is told before it sees a figure, from plan.yaml."""

    alpha: float
    power: float
    smallest_change: float
    detectable_limit: float


@dataclass(frozen=True, slots=True)
class World:
    """Two surveys of one public, drawn many times.

    Raises
    ------
    ValueError
        If an argument is outside its range.
    """

    share: float
    change: float
    n: int
    true_error: float
    declared: float
    worlds: int
    rules: Rules
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
    plan : Plan
        Declares the total error of each tier, and the rules.
    tier : str
        A tier of plan.yaml.
    true_error, n, share, worlds
        As for `World`.
    change : float
        True change in percentage points.

    Raises
    ------
    ValueError
        If the tier has another name or is still to be estimated, or an argument is outside its range.
    """
    tiers = {str(name): one for name, one in plan.total_error.items()}
    if tier not in tiers:
        raise ValueError(f"tier must be one of {', '.join(tiers)}; got {tier!r}. Choose a tier of plan.yaml.")
    margin, limit = plan.smallest_change.value / 100, plan.detectable_limit.value / 100
    rules = Rules(plan.alpha.value, plan.power.value, margin, limit)
    return World(share, change / 100, n, true_error, tiers[tier].number, worlds, rules, tiers[tier].freedom)


def printed(world: World, rng: np.random.Generator) -> IntArray:
    """Return the whole percentages that both surveys print in each world, an array of shape (worlds, 2).

    Parameters
    ----------
    world, rng
        As for `crosswave.robustness.simulation.simulate`.
    """
    truth = logit([world.share, world.share + world.change])
    expected = expit(truth + rng.normal(0, 4 * world.true_error / 100, (world.worlds, 2)))
    yes = rng.binomial(world.n, expected)
    return np.asarray((200 * yes + world.n) // (2 * world.n), dtype=np.int64)
