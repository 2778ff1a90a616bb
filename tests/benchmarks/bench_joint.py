"""How often the joint model of batteries is right in simulated worlds of the registry's design: python bench_joint.py.

Each world has the surveys, houses, dates, items and sizes of the registry and a known truth: levels as the model finds
them, and one of several courses. The model sees the simulated figures alone.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from functools import partial

import numpy as np
import pandas as pd
from scipy.special import expit, logit

import crosswave as cw
from crosswave.models.joint import posterior

MARGIN = 5.0
Course = Callable[[np.random.Generator, int, float], float]


def straight(rng: np.random.Generator, item: int, date: float) -> float:
    """No item moves."""
    return 0.0


def falling(points: float, rng: np.random.Generator, item: int, date: float) -> float:
    """The first item falls by so many points from 2017 to 2020, evenly over all years; the others stay."""
    return -points / 25 * (date - 2018.5) / 3 if item == 0 else 0.0


def world(figures: pd.DataFrame, course: Course, shocks: float, tails: float, seed: int) -> dict[str, float]:
    """Return what the model says of one world: shares of intervals that hold the truth, and what is said to move."""
    rng = np.random.default_rng(seed)
    items = list(dict.fromkeys(figures["item"]))
    means = figures.groupby("item")["logit"].mean()
    years = {year: rng.normal(0, shocks) for year in range(2010, 2027)}
    house = {name: rng.normal(0, 0.4) for name in dict.fromkeys(figures["house"])}
    survey = {name: rng.normal(0, 0.2) for name in dict.fromkeys(figures["survey"])}

    def level(item: str, date: float) -> float:
        return float(means[item]) + course(rng, items.index(item), date) + years[int(date)]

    rows = []
    for row in figures.itertuples():
        own = rng.standard_t(3) / np.sqrt(3) if tails else rng.normal()
        p = expit(level(row.item, row.date) + house[row.house] + survey[row.survey] + 0.4 * own)
        n = max(int(row.n), 20)
        seen = (rng.binomial(n, p) + 0.5) / (n + 1)
        rows.append((row.item, row.survey, row.house, row.date, logit(seen), 1 / (n * seen * (1 - seen))))
    found = posterior(pd.DataFrame(rows, columns=["item", "survey", "house", "date", "logit", "variance"]))
    truth = {(i, y): 100 * expit(level(i, y + 0.5)) for i in items for y in found.years}
    levels = found.levels().assign(truth=[truth[i, y] / 100 for i in found.design.items for y in found.years])
    moved = np.array([truth[i, 2020] - truth[i, 2017] for i in found.design.items])
    changes = found.changes(2017, 2020, margin=MARGIN)
    own = changes.iloc[:-1]
    relative = moved - moved.mean()
    says = (own["low"] > 0) | (own["high"] < 0)
    first = found.ranking(2020)["item"][0]
    return {
        "levels": levels["truth"].between(levels["low"], levels["high"]).mean(),
        "changes": float(((own["low"] <= moved) & (moved <= own["high"])).mean()),
        "relative": float(((own["relative_low"] <= relative) & (relative <= own["relative_high"])).mean()),
        "said_changed": float(says.mean()),
        "first_item_said": float(says.iloc[0] | (own["relative_high"].iloc[0] < 0) | (own["relative_low"].iloc[0] > 0)),
        "first_right": float(first == max(items, key=lambda i: truth[i, 2020])),
        "half_width": float((own["high"] - own["low"]).mean() / 2),
    }


WORLDS: dict[str, tuple[Course, float, float]] = {
    "nothing moves": (straight, 0.0, 0.0),
    "years move on their own (0.1)": (straight, 0.1, 0.0),
    "heavy tails": (straight, 0.0, 1.0),
    **{f"one item falls by {p} points": (partial(falling, p), 0.0, 0.0) for p in (5, 10, 15, 20)},
}


def main() -> None:
    """Simulate and print a row for each kind of world."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--worlds", type=int, default=200)
    options.add_argument("--all", action="store_true", help="all batteries, not only those that are comparable")
    chosen = options.parse_args()
    figures = cw.open().barriers(comparable=not chosen.all).figures
    with ProcessPoolExecutor() as pool:
        rows = {}
        for name, (course, shocks, tails) in WORLDS.items():
            one = partial(world, figures, course, shocks, tails)
            rows[name] = pd.DataFrame(list(pool.map(one, range(chosen.worlds)))).mean()
            sys.stdout.write(f"{name}: {rows[name].round(3).to_dict()}\n")
            sys.stdout.flush()
    print(pd.DataFrame(rows).T.round(3).to_string())


if __name__ == "__main__":
    main()
