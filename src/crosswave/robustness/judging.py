"""What the engine says of two printed percentages of known sizes."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from crosswave.difference import sensitivity
from crosswave.difference.arms import arms_of
from crosswave.difference.newcombe import both_p, limits_of
from crosswave.difference.total_error import pair_error
from crosswave.difference.verdict import Evidence, decide, outcomes
from crosswave.robustness.worlds import IntArray, World


def judge(pairs: npt.ArrayLike, world: World) -> pd.DataFrame:
    """Return what the engine says of printed pairs, a row for each.

    Parameters
    ----------
    pairs : array_like of int, shape (k, 2)
        Whole percentages of the earlier and the later survey that counts of ``world.n`` can print.
    world : World
        Its n, its declared total error and its rules; its truth is not looked at.

    Returns
    -------
    DataFrame
        Columns earlier, later, low, high (the widest interval over all feasible counts, proportions), verdict.

    Raises
    ------
    ValueError
        If no count of n prints a percentage.
    """
    percent, rules, n = np.asarray(pairs, dtype=np.int64), world.rules, world.n
    shares = _feasible_shares(percent, n)
    # On one n shares are equal only where their percentages are or touch: extremes hold the pair nearest to none.
    first, second = np.repeat(shares[:, 0], 2, axis=1), np.tile(shares[:, 1], (1, 2))
    error = pair_error(world.declared, first, second)
    arms = arms_of(first, n, second, n, total_error=(error, error), df=world.df)
    low, high = limits_of(arms, np.asarray(rules.alpha))
    p, tost = both_p(arms, np.asarray(rules.smallest_change))
    seen = [outcomes(*row, alpha=rules.alpha) for row in zip(second - first, p, tost, strict=True)]
    columns = {"earlier": percent[:, 0], "later": percent[:, 1], "low": low.min(axis=1), "high": high.max(axis=1)}
    return pd.DataFrame(columns | {"verdict": _verdicts(seen, _could_show(percent.mean(axis=1) / 100, world))})


def _verdicts(seen: list[tuple[str, ...]], informative: npt.NDArray[np.bool_]) -> list[str]:
    evidence = zip(seen, informative.tolist(), strict=True)
    return [decide(Evidence(compared=True, informative=shows, outcomes=found)) for found, shows in evidence]


def _could_show(middle: npt.NDArray[np.float64], world: World) -> npt.NDArray[np.bool_]:
    """Whether equivalence or a change below the limit could be shown around the middle of two printed shares."""
    rules, n, t = world.rules, np.asarray(float(world.n)), np.asarray(world.declared / 100)
    declared = (rules.alpha, rules.power, rules.smallest_change, rules.detectable_limit)
    alpha, power, margin, limit = (np.asarray(number) for number in declared)
    return sensitivity.informative(
        middle, n, n, (t, t), alpha=alpha, power=power, margin=margin, limit=limit, df=world.df
    )


def _feasible_shares(percent: IntArray, n: int) -> npt.NDArray[np.float64]:
    """The smallest and the largest share of n that prints as each percentage, on a new last axis."""
    low, high = -((n - 2 * percent * n) // 200), (2 * percent * n + n) // 200
    if (impossible := percent[low > high]).size:
        rule = "pairs must be percentages that counts of n can print"
        raise ValueError(f"{rule}; got {impossible[0]} % of {n}. Leave it out.")
    return np.stack([np.maximum(low, 0), np.minimum(high, n)], axis=-1) / n
