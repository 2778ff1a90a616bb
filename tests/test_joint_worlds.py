"""What is told of the joint model in simulated worlds: every kind that is made, and the words by hand."""

from __future__ import annotations

import sys
from pathlib import Path

import pandas as pd

from crosswave.report.joint_worlds import by_world, worlds_table, worlds_words

sys.path.insert(0, str(Path(__file__).parent / "benchmarks"))
import bench_joint


def test_the_table_has_every_kind_of_world_and_every_measure() -> None:
    table = by_world()
    lines = table[table["model"] == "straight lines"]
    assert list(lines["world"]) == list(bench_joint.WORLDS)
    assert set(table["model"]) == set(bench_joint.MODELS)
    assert len(worlds_table(table)) == len(table)


def test_means_are_counted_by_hand_and_a_world_that_breaks_the_promise_is_named() -> None:
    made = {"levels": 1.0, "changes": 0.97, "falsely_changed": 0.02, "first_item_changed": 0.0}
    made |= {"first_item_apart": 0.5, "half_width_relative": 10.0, "half_width": 12.0}
    seeds = [
        ("nothing moves", 0.96, 0.96),
        ("nothing moves", 1.0, 1.0),
        ("two items swap within three years", 0.7, 0.9),
    ]
    rows = [
        {"model": "straight lines", "world": world, "seed": seed, "relative": relative, "ranks": ranks} | made
        for seed, (world, relative, ranks) in enumerate(seeds)
    ]
    rows.append(rows[-1] | {"model": "items wander", "relative": 0.9})
    table = bench_joint.means(pd.DataFrame(rows))
    assert table["worlds"].tolist() == [2, 1, 1]
    assert table["relative"].tolist() == [0.98, 0.7, 0.9]
    told = " ".join(worlds_words(table))
    assert "In 1 of 2 kinds 95% intervals hold levels, changes, relative changes and ranks in 97.0%" in told
    assert "in at most 2.0%: within the 5% that are promised" in told
    assert "broken where two items swap within three years: intervals hold 70.0% of relative changes" in told
    assert "90.0% and 90.0%, with intervals of 10 points" in told
