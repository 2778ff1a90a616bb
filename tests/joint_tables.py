"""The tables of METHODS.md about the joint model, made from the ledger, the simulated worlds and the first figures.

Run it to see them: ``python tests/joint_tables.py``. `test_battery_model.py` compares them with what METHODS.md has.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from crosswave.models.joint import posterior
from crosswave.report.joint_worlds import by_world

HERE = Path(__file__).parent
_RATES = ("levels", "changes", "relative", "ranks", "falsely_changed")


def worlds() -> list[str]:
    """Return a line for each kind of world and model: the rates at which intervals of 95 % hold the truth."""
    lines = ["| World | worlds | levels | changes | relative | ranks | falsely changed |", "|" + "---|" * 7]
    for row in by_world().to_dict("records"):
        name = row["world"] + ("" if row["model"] == "straight lines" else f"; {row['model']}")
        rates = ["" if pd.isna(row[one]) else _rate(row[one]) for one in _RATES]
        lines.append("| " + " | ".join([name, f"{row['worlds']:,}", *rates]) + " |")
    return lines


def words() -> list[str]:
    """Return what METHODS.md says in sentences: the subject asked about, how many worlds, power, wandering."""
    table = by_world().set_index(["model", "world"])
    straight, wander = table.loc["straight lines"], table.loc["items wander"]
    falls = straight[straight.index.str.startswith("one item falls")]
    changed, apart = (_listed(falls[name]) for name in ("first_item_changed", "first_item_apart"))
    swap, fall = wander.loc["two items swap within three years"], "one item falls by 15 points in three years"
    one, two = (frame.loc["nothing moves", "half_width_relative"] for frame in (wander, straight))
    told, missed = (100 * frame.loc[fall, "first_item_apart"] for frame in (wander, straight))
    fitted = pd.read_csv(HERE / "reference" / "joint_model.csv").set_index(["case", "quantity"])["value"]
    with_stem, without = fitted["stem"], fitted["many"]
    moved, wider = abs(with_stem["t"] - without["t"]), 100 * (with_stem["error"] / without["error"] - 1)
    return [
        f"moves the mean slope by {moved / without['error']:.1f} of its standard error ({25 * 3 * moved:.1f} points in "
        f"three years at one half), and makes that error {wider:.0f} % larger.",
        f"In {straight['worlds'].min():,} worlds of each kind with straight lines and {wander['worlds'].min():,} with "
        "items",
        f"is said to be a change in {changed} % of worlds, and to differ from the other items in {apart} %.",
        f"Items that wander hold {_rate(swap['relative'])} of relative changes and "
        f"{_rate(swap['ranks'])} of ranks there.",
        f"relative changes are known to {one:.0f} points in place of {two:.0f} where nothing moves, and a fall of 15 "
        f"points is told from the other items in {told:.0f} % of worlds, not {missed:.0f} %.",
    ]


def _listed(rates: pd.Series) -> str:
    *most, last = (f"{100 * rate:.0f}" for rate in rates)
    return f"{', '.join(most)} and {last}"


def _rate(value: float) -> str:
    return f"{value:.3f}".removeprefix("0")


def barriers() -> list[str]:
    """Return a line for each barrier and set of figures: level in two years, change, change against the mean."""
    first = pd.read_csv(HERE / "reference" / "barriers_34.csv")
    found = posterior(first.assign(date=first["t"] + 2018.5).rename(columns={"y": "logit", "v": "variance"}))
    levels = (100 * found.levels().set_index(["item", "year"])).round()
    changes = found.changes(2017, 2020, margin=5).set_index("item")
    told = {}
    for item in found.design.items:
        ends = (levels.loc[(item, year)] for year in (2017, 2020))
        row = changes.loc[item]
        told[item, "34 figures"] = [_level(*one[["level", "low", "high"]]) for one in ends] + [
            _change(*row[[head, low, high]])
            for head, low, high in (("change", "low", "high"), ("relative", "relative_low", "relative_high"))
        ]
    ledger = pd.read_csv(HERE.parent / "reports" / "results" / "batteries.csv").query("battery == 'barriers'")
    for (name, item), own in ledger[ledger["without"].isna()].groupby(["figures", "item"], sort=False):
        at = own.set_index(["quantity", "year"])[["value", "lower", "upper"]]
        if ("relative change", 2020) in at.index:
            both = [_level(*at.loc[("level", year)]) for year in (2017, 2020)]
            told[item, name] = both + [_change(*at.loc[(what, 2020)]) for what in ("change", "relative change")]
    heads = "| Barrier | Figures | 2017, % | 2020, % | change, points | against the mean |"
    items = list(dict.fromkeys(item for item, _ in told))
    order = sorted(told, key=lambda one: items.index(one[0]))
    lines = (f"| {item} | {name} | {' | '.join(told[item, name])} |" for item, name in order)
    return [heads, "|" + "---|" * 6, *lines]


def _level(value: float, low: float, high: float) -> str:
    return f"{value:.0f} ({low:.0f} to {high:.0f})"


def _change(value: float, low: float, high: float) -> str:
    middle, less, more = (round(one) for one in (value, low, high))
    return f"{middle:+d} ({less:+d} to {more:+d})"


if __name__ == "__main__":
    print("\n".join([*barriers(), "", *worlds(), "", *words()]))
