"""The choices that plan.yaml names, and the readings of a pair of waves that they lead to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from crosswave.arguments import FloatArray
from crosswave.study.models import Plan
from crosswave.trend.waves import Pair, Wave


@dataclass(frozen=True, slots=True)
class Choices:
    """The named choices, one list for each.

    Attributes
    ----------
    methods, counts, sizes : tuple of str
        Keys of `METHODS` and `COUNTS`; smallest or largest n, where print leaves n open.
    tiers : mapping of str to pair of float
        Total error of each tier, points at 50 %, and the degrees of freedom from which it was estimated.
    """

    methods: tuple[str, ...]
    tiers: Mapping[str, tuple[float, float]]
    design_effects: tuple[float, ...]
    counts: tuple[str, ...]
    sizes: tuple[str, ...]
    smallest_changes: tuple[float, ...]
    alphas: tuple[float, ...]

    @classmethod
    def of(cls, plan: Plan) -> Choices:
        """Return the choices that plan.yaml declares."""
        named = plan.multiverse
        return cls(
            named.methods,
            {tier: one.error for tier, one in plan.errors.items() if tier in named.tiers},
            named.design_effects,
            named.counts,
            named.sizes,
            named.smallest_changes,
            named.alphas,
        )


@dataclass(frozen=True, slots=True)
class Reading:
    """One pair of shares with their sizes, and the choices that lead to it."""

    counts: str
    size: str
    share_1: float
    n_1: float
    share_2: float
    n_2: float


# Which end of the feasible shares the earlier and the later wave give: 0 the lowest, 1 the highest, None the printed.
COUNTS: Mapping[str, tuple[int | None, int | None]] = {"lowest": (1, 0), "printed": (None, None), "highest": (0, 1)}
_SIZES: Mapping[str, Callable[[FloatArray], float]] = {"smallest": np.min, "largest": np.max}


def readings_of(pair: Pair, choices: Choices) -> list[Reading]:
    """Return the readings of a pair that the choices name.

    Parameters
    ----------
    pair : Pair
        Two usable waves.
    choices : Choices
        Counts and sizes.

    Notes
    -----
    Where print admits one size of each wave, the choice of a size falls away and is called "only".
    """
    waves = (pair.first, pair.second)
    only = all(wave.sizes.min() == wave.sizes.max() for wave in waves)
    sizes = {"only": np.min} if only else {name: _SIZES[name] for name in choices.sizes}
    found = []
    for name, pick in sizes.items():
        for counts in choices.counts:
            n = [float(pick(wave.sizes)) / wave.design_effect for wave in waves]
            ends = [_share(wave, pick(wave.sizes), end) for wave, end in zip(waves, COUNTS[counts], strict=True)]
            found.append(Reading(counts, name, ends[0], n[0], ends[1], n[1]))
    return found


def _share(wave: Wave, size: float, end: int | None) -> float:
    """The printed share, or the lowest or highest that can be printed on a base of this size."""
    there = wave.shares[wave.sizes == size]
    return wave.share if end is None else float((there.min(), there.max())[end])
