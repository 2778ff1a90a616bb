"""How often the joint model of batteries is right in simulated worlds of the registry's design: python bench_joint.py.

Each world has the surveys, houses, dates, items and sizes of the registry and a known truth: levels as the model finds
them, and one of several courses. The model sees the simulated figures alone: with straight lines, as it is reported,
or with items that wander. The worlds of a name are numbered from 0: the same numbers give the same table on any
executor (--scheduler ADDRESS: a Dask cluster). --rows FILE keeps a row for each world, and those that it has are not
made again; --table FILE writes the means, which the page of calibration shows.
"""

from __future__ import annotations

import argparse
import sys
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.special import expit, logit

import crosswave as cw
from crosswave.models.joint import posterior

MARGIN, POINTS, AT_ONCE = 5.0, 256, 36
YEAR, HOUSE, SURVEY, FIGURE = 0.1, 0.4, 0.2, 0.4


@dataclass(frozen=True)
class World:
    """What happens: the first item falls by so many points in three years, and what the model does not foresee."""

    falls: float = 0.0
    shocks: bool = False
    tails: bool = False
    house_changes: bool = False
    swap: bool = False


def world(figures: pd.DataFrame, kind: World, seed: int, *, wander: bool = False) -> dict[str, float]:
    """Return what the model says of one world: shares of intervals that hold the truth, and what is said to move."""
    rng = np.random.default_rng(seed)
    items = list(dict.fromkeys(figures["item"]))
    means = figures.groupby("item")["logit"].mean()
    years = {year: rng.normal(0, YEAR) if kind.shocks else 0.0 for year in range(2010, 2027)}
    house = {name: rng.normal(0, HOUSE) for name in dict.fromkeys(figures["house"])}
    survey = {name: rng.normal(0, SURVEY) for name in dict.fromkeys(figures["survey"])}
    turned = figures.groupby("house")["date"].agg(np.ptp).idxmax()
    other = dict(zip(items, [items[1], items[0], *items[2:]], strict=True))

    def level(item: str, date: float) -> float:
        through = np.clip((date - 2017.5) / 3, 0, 1) if kind.swap else 0.0
        middle = (1 - through) * means[item] + through * means[other[item]]
        falling = -kind.falls / 25 * (date - 2018.5) / 3 if item == items[0] else 0.0
        return float(middle + falling + years[int(date)])

    rows = []
    for row in figures.itertuples():
        own = rng.standard_t(3) / np.sqrt(3) if kind.tails else rng.normal()
        turn = 0.5 if kind.house_changes and row.house == turned and row.date >= 2018.5 else 0.0
        p = expit(level(row.item, row.date) + house[row.house] + survey[row.survey] + FIGURE * own + turn)
        n = max(int(row.n), 20)
        seen = (rng.binomial(n, p) + 0.5) / (n + 1)
        rows.append((row.item, row.survey, row.house, row.date, logit(seen), 1 / (n * seen * (1 - seen))))
    found = posterior(
        pd.DataFrame(rows, columns=["item", "survey", "house", "date", "logit", "variance"]),
        points=POINTS,
        wander=wander,
    )
    names = list(found.design.items)
    truth = np.array([[100 * expit(level(i, y + 0.5)) for y in found.years] for i in names])
    levels = found.levels().assign(truth=truth.ravel() / 100)
    changes, ranks = found.changes(2017, 2020, margin=MARGIN), found.ranking(2020)
    own, moved = changes.iloc[:-1], truth[:, -1] - truth[:, 0]
    relative = moved - moved.mean()
    places = dict(zip(names, (-truth[:, -1]).argsort().argsort() + 1, strict=True))
    true_ranks = ranks["item"].map(places)
    above, order = found.above(2020).to_numpy(), truth[:, -1][:, None] > truth[:, -1]
    said = above >= 0.95
    steady = np.abs(moved) < 1e-9
    says = (own["low"] > 0) | (own["high"] < 0)
    apart = (own["relative_low"] > 0) | (own["relative_high"] < 0)
    return {
        "levels": float(levels["truth"].between(levels["low"], levels["high"]).mean()),
        "changes": float(((own["low"] <= moved) & (moved <= own["high"])).mean()),
        "relative": float(((own["relative_low"] <= relative) & (relative <= own["relative_high"])).mean()),
        "ranks": float(true_ranks.between(ranks["low"], ranks["high"]).mean()),
        "falsely_changed": float(says[steady].mean()) if steady.any() else np.nan,
        "order_said_rightly": float(order[said].mean()) if said.any() else np.nan,
        "first_item_changed": float(says.iloc[0]),
        "first_item_apart": float(apart.iloc[0]),
        "half_width": float((own["high"] - own["low"]).mean() / 2),
        "half_width_relative": float((own["relative_high"] - own["relative_low"]).mean() / 2),
    }


WORLDS: dict[str, World] = {
    "nothing moves": World(),
    "years move on their own (SD 0.1)": World(shocks=True),
    "heavy tails (t, 3 df)": World(tails=True),
    "the house of most years asks otherwise from mid-2018 (12 points)": World(house_changes=True),
    "two items swap within three years": World(swap=True),
    **{f"one item falls by {points} points in three years": World(falls=points) for points in (5, 10, 15, 20)},
}
MODELS = {"straight lines": False, "items wander": True}
WANDERED = (
    "nothing moves", "years move on their own (SD 0.1)", "two items swap within three years",
    "one item falls by 15 points in three years",
)  # fmt: skip
"""The worlds that the slower model of items that wander sees too, where none are chosen."""

KEYS = ["model", "world", "seed"]


def one_world(figures: pd.DataFrame, task: tuple[str, str, int]) -> dict[str, object]:
    """Return a row: model, world, seed and what `world` returns."""
    model, name, seed = task
    return dict(zip(KEYS, task, strict=True)) | world(figures, WORLDS[name], seed, wander=MODELS[model])


def means(rows: pd.DataFrame) -> pd.DataFrame:
    """Return a row for each model and world: how many were made, and the mean of each measure."""
    grouped = rows.drop(columns="seed").groupby(["model", "world"])
    order = pd.MultiIndex.from_product([MODELS, WORLDS], names=["model", "world"])
    table = grouped.mean().round(3)
    table.insert(0, "worlds", grouped.size())
    return table.loc[[key for key in order if key in table.index]].reset_index()


def main() -> None:
    """Simulate the worlds that are wanted and not made yet, and print a row for each kind of world and model."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--worlds", type=int, default=1000, help="of each kind")
    options.add_argument("--model", choices=MODELS, action="append", help="both if absent")
    options.add_argument("--only", choices=WORLDS, action="append", help="a kind of world; all if absent")
    options.add_argument("--all", action="store_true", help="all batteries, not only those that are comparable")
    options.add_argument("--processes", type=int, default=None)
    options.add_argument("--scheduler", help="address of a Dask scheduler; processes of this machine if absent")
    options.add_argument("--rows", type=Path, help="file that keeps a row for each world")
    options.add_argument("--table", type=Path, help="file for the means")
    chosen = options.parse_args()
    figures = cw.open().barriers(comparable=not chosen.all).figures
    rows = pd.read_csv(chosen.rows) if chosen.rows and chosen.rows.exists() else pd.DataFrame(columns=KEYS)
    made = set(rows[KEYS].itertuples(index=False, name=None))
    slow = chosen.only or WANDERED
    kinds = [(m, k) for m in chosen.model or MODELS for k in (slow if MODELS[m] else chosen.only or WORLDS)]
    every = [(model, kind, seed) for seed in range(chosen.worlds) for model, kind in kinds]
    wanted = [task for task in every if task not in made]
    if chosen.scheduler:
        from distributed import Client

        pool = Client(chosen.scheduler).get_executor()
    else:
        pool = ProcessPoolExecutor(chosen.processes)
    with pool:
        for tasks in (wanted[first : first + AT_ONCE] for first in range(0, len(wanted), AT_ONCE)):
            found = pd.DataFrame(list(pool.map(one_world, [figures] * len(tasks), tasks)))
            rows = found if rows.empty else pd.concat([rows, found], ignore_index=True)
            if chosen.rows:
                rows.to_csv(chosen.rows, index=False)
            sys.stdout.write(f"{len(rows)} worlds\n")
            sys.stdout.flush()
    print(means(rows).to_string())
    if chosen.table:
        means(rows).to_csv(chosen.table, index=False)


if __name__ == "__main__":
    main()
