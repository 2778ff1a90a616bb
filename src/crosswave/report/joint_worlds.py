"""How often the joint model is right in simulated worlds of the registry's design: what was counted, and in words."""

from pathlib import Path

import pandas as pd

from crosswave.report.render import percent

_PROMISED, _ALARM = 0.95, 0.05
_MEASURES = {
    "levels": "Levels, %", "changes": "Changes, %", "relative": "Relative changes, %", "ranks": "Ranks, %",
    "falsely_changed": "Falsely changed, %", "first_item_changed": "First item said to change, %",
    "first_item_apart": "First item said to differ from the rest, %",
}  # fmt: skip


def by_world() -> pd.DataFrame:
    """Return a row for each model and kind of world: how many were made, and the mean of each measure.

    Intervals of 95 % that hold the truth: levels, changes, relative, ranks. The share of items said to change where
    nothing moved: falsely_changed (NaN where years move). The first item: said to change, and to differ from the rest.
    `tests/benchmarks/bench_joint.py` makes the table.
    """
    return pd.read_csv(Path(__file__).with_suffix(".csv"))


def worlds_words(worlds: pd.DataFrame) -> list[str]:
    """Return what the worlds come to: coverage, false alarms, power, and what the model cannot promise."""
    lines = worlds[worlds["model"] == "straight lines"]
    rates = lines.set_index("world")[["levels", "changes", "relative", "ranks"]]
    short = rates[(rates < _PROMISED).any(axis=1)]
    kept = rates.drop(index=short.index)
    falls = lines[lines["world"].str.startswith("one item falls")]
    points = falls["world"].str.extract(r"(\d+)", expand=False)
    power = "; ".join(
        f"{by} points: {percent(change)}% and {percent(apart)}%"
        for by, change, apart in zip(points, falls["first_item_changed"], falls["first_item_apart"], strict=True)
    )
    alarm = lines["falsely_changed"].max()
    told = [
        f"{int(lines['worlds'].min())} worlds of each kind. In {len(kept)} of {len(rates)} kinds 95% intervals hold "
        f"levels, changes, relative changes and ranks in {percent(kept.to_numpy().min())}% of cases or more.",
        f"Where an item did not move, a change is said of it in at most {percent(alarm)}%: "
        f"{'within' if alarm <= _ALARM else 'above'} the 5% that are promised.",
        f"How often a fall of one item in three years, at one pace before and after, is said to be a change, and to "
        f"differ from the other items: {power}.",
    ]
    return told + [_broken(worlds, str(world), row) for world, row in short.iterrows()]


def _broken(worlds: pd.DataFrame, world: str, row: pd.Series) -> str:
    other = worlds[(worlds["model"] != "straight lines") & (worlds["world"] == world)]
    also = ""
    for one in other.head(1).itertuples():
        also = (
            f" Items that may wander in place of straight lines: {percent(one.relative)}% and {percent(one.ranks)}%, "
            f"with intervals of {one.half_width_relative:.0f} points."
        )
    return (
        f"The promise is broken where {world}: intervals hold {percent(row['relative'])}% of relative changes and "
        f"{percent(row['ranks'])}% of ranks. A straight line through ten years cannot bend in three.{also} What a few "
        "figures of an item do not show, no prior can: quote no relative change where that may have happened."
    )


def worlds_table(worlds: pd.DataFrame) -> pd.DataFrame:
    """Return the rates as a table for readers, and the half-width of intervals."""
    rates = {head: worlds[name].map(percent) for name, head in _MEASURES.items()}
    heads = {"Half-width, points": "half_width", "Of relative changes": "half_width_relative"}
    widths = {head: worlds[name].map("{:.0f}".format) for head, name in heads.items()}
    first = {"Model": worlds["model"], "World": worlds["world"], "Worlds": worlds["worlds"].map("{:,}".format)}
    return pd.DataFrame(first | rates | widths)
