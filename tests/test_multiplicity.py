"""Adjusted p-values, against R's p.adjust and by hand."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.multitest import multipletests

from crosswave.trend.multiplicity import holm

# multipletests collects garbage at every call, so each example costs tens of milliseconds.
SLOW = settings(deadline=None, max_examples=25)

P = st.floats(0, 1)


def rows(name: str) -> list[dict[str, Any]]:
    """Return the rows of a reference file; tolerance is half a unit of the last printed digit."""
    return pd.read_csv(Path(__file__).parent / "reference" / f"{name}.csv").to_dict("records")


@pytest.mark.parametrize(
    "row", rows("multiplicity"), ids=lambda r: f"{r['method']} {r['p_values'][:9]} {r['position']}"
)
def test_adjusted_p_values_agree_with_r_and_print(row: dict[str, Any]) -> None:
    p = [float(part) for part in row["p_values"].split()]
    assert holm(p)[row["position"]] == pytest.approx(row["value"], abs=row["tolerance"])


def test_of_the_fifteen_hypotheses_of_1995_holm_rejects_three() -> None:
    text = rows("multiplicity")[0]["p_values"]
    p = [float(part) for part in text.split()]
    assert (holm(p) <= 0.05).sum() == 3


def test_a_test_that_was_not_made_is_not_counted() -> None:
    with_gap, without = holm([0.01, math.nan, 0.04, math.nan, 0.03]), holm([0.01, 0.04, 0.03])
    assert np.isnan(with_gap[[1, 3]]).all()
    assert with_gap[[0, 2, 4]].tolist() == without.tolist()


def test_nothing_to_adjust_stays_nothing() -> None:
    assert holm([]).tolist() == []
    assert np.isnan(holm([math.nan, math.nan])).all()


@SLOW
@given(st.lists(P, min_size=1, max_size=20))
def test_holm_is_never_below_the_p_value_nor_above_bonferroni(p: list[float]) -> None:
    assert (holm(p) >= np.array(p) - 1e-12).all()
    assert (holm(p) <= len(p) * np.array(p).max() + 1e-12).all()
    assert (holm(p) <= 1).all()


@SLOW
@given(st.lists(P, min_size=2, max_size=12), st.randoms(use_true_random=False))
def test_the_order_of_the_tests_does_not_matter(p: list[float], random: Any) -> None:
    order = list(range(len(p)))
    random.shuffle(order)
    assert holm(np.array(p)[order]).tolist() == pytest.approx(holm(p)[order].tolist())


FAULTS = [
    (lambda: holm([0.1, 5]), "p must be in [0, 1], or NaN where no test was made; got 5. Check what was passed as p."),
    (lambda: holm([[0.1]]), "p must have one dimension; got 2. Flatten it: all its tests are one family."),
]


@pytest.mark.parametrize(("fault", "message"), FAULTS, ids=[message for _, message in FAULTS])
def test_a_fault_says_what_to_do(fault: Any, message: str) -> None:
    with pytest.raises(ValueError) as caught:
        fault()
    assert str(caught.value) == message


def test_it_equals_that_of_statsmodels() -> None:
    rng = np.random.default_rng(20)
    for size in (1, 2, 5, 40):
        p = np.round(rng.random(size) ** 3, 3)  # with ties
        np.testing.assert_allclose(holm(p), multipletests(p, method="holm")[1], rtol=1e-14)


@pytest.mark.parametrize("p", [[-1e-9], [1 + 1e-9], 0.5])
def test_what_is_just_outside_or_no_list_is_refused(p: Any) -> None:
    with pytest.raises(ValueError, match=r"^p must "):
        holm(p)
