"""Twenty tables of public weighted files come out of files as R's survey package has them, cell by cell."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

import crosswave as cw

REFERENCE = Path(__file__).parent / "reference"
R = pd.read_csv(REFERENCE / "survey_tables.csv", dtype={"group": str, "answer": str})
DESIGNS = {
    "apistrat": {"weight": "pw", "strata": "stype", "population": "fpc"},
    "apiclus1": {"weight": "pw", "psu": "dnum", "population": "fpc"},
    "apiclus2": {"weight": "pw", "psu": "dnum"},
    "nhanes": {"weight": "WTMEC2YR", "strata": "SDMVSTRA", "psu": "SDMVPSU"},
}
TABLES = list(R.groupby(["data", "question", "by"], sort=False))


def test_there_are_twenty_tables() -> None:
    assert len(TABLES) == 20


@pytest.mark.parametrize(("key", "cells"), TABLES, ids=["-".join(key) for key, _ in TABLES])
def test_a_table_is_that_of_r(key: tuple[str, str, str], cells: pd.DataFrame) -> None:
    name, question, by = key
    path = REFERENCE / "microdata" / f"{name}.csv"
    frame = cw.tabulate(path, **DESIGNS[name], questions=[question], by=[by]).to_frame()
    found = frame[frame["group"] != ""].assign(group=frame["group"].str.partition(": ")[2])
    both = cells.merge(found, on=["group", "answer"], suffixes=("_r", ""))
    assert len(both) == len(cells) == len(found)
    for ours, theirs in (("value", "share"), ("se", "se_r"), ("low", "low_r"), ("high", "high_r")):
        told = both.dropna(subset="low_r")  # R has no interval where all or nobody gave the answer
        assert list(told[ours]) == pytest.approx(list(told[theirs]), rel=1e-7)
    assert list(both["n"]) == list(both["n_r"])
