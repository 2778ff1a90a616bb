"""The engine's error rates at full size, and how long they take. Prints tables; asserts nothing.

Run as ``python tests/benchmarks/bench_calibration.py``; ``--worlds`` and ``--seed`` change its size and its dice.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Callable
from functools import partial

import numpy as np
import pandas as pd

from crosswave.robustness.calibration import grid, simulate, world_of
from crosswave.study import load_registry
from crosswave.study.models import Plan

os.environ["CROSSWAVE_KEEP"] = "0"  # what is measured is computed

SIZES = (100, 150, 235, 500, 1000, 5000)
SHARES = (0.5, 0.2, 0.05)
COLUMNS = ("tier", "declared", "true_error", "n", "change", "coverage", "excludes_zero", "right", "wrong")


def rates(plan: Plan, share: float, worlds: int, seed: int) -> pd.DataFrame:
    """Return the grid at one share, in percent, with the standard error of the intervals that exclude no change."""
    by_case = grid(plan, np.random.default_rng(seed), share=share, sizes=SIZES, worlds=worlds)
    rate = by_case["excludes_zero"]
    error = np.sqrt(rate * (1 - rate) / worlds)
    shown = by_case.assign(se=error)[[*COLUMNS, "se", "uninformative by design"]]
    return shown.assign(**{name: 100 * shown[name] for name in shown.columns[4:]})


def margins(plan: Plan, worlds: int, seed: int) -> pd.DataFrame:
    """Return how often a change of the smallest size that matters is called none, in percent."""
    change = plan.smallest_change.value
    rows = [
        (tier, n, 100 * found.verdicts["no material change"])
        for tier, own in plan.total_error.items()
        for n in SIZES
        for case in [world_of(plan, tier, true_error=own.points, n=n, change=change, worlds=worlds)]
        for found in [simulate(case, np.random.default_rng(seed))]
    ]
    return pd.DataFrame(rows, columns=["tier", "n", "no_material_change"])


def main() -> None:
    """Print the rates at each share, those of false equivalence, and the seconds that each took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--worlds", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=2017)
    options = parser.parse_args()
    plan = load_registry().plan
    tables: dict[str, Callable[[int, int], pd.DataFrame]] = {f"share {p:g}": partial(rates, plan, p) for p in SHARES}
    tables["a change of the smallest size that matters, from one half"] = partial(margins, plan)
    for words, make in tables.items():
        start = time.perf_counter()
        table = make(options.worlds, options.seed)
        print(f"\n{words}: {options.worlds:,} worlds a case, {time.perf_counter() - start:.1f} seconds, rates in %")
        print(table.to_string(index=False, float_format="{:.2f}".format))


if __name__ == "__main__":
    main()
