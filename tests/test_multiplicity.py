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
from scipy.stats import false_discovery_control
from statsmodels.stats.multitest import multipletests

from crosswave.trend.multiplicity import METHODS, adjust, benjamini_hochberg, holm

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
    assert METHODS[row["method"]](p)[row["position"]] == pytest.approx(row["value"], abs=row["tolerance"])


def test_of_the_fifteen_hypotheses_of_1995_holm_rejects_three_and_bh_four() -> None:
    text = rows("multiplicity")[0]["p_values"]
    p = [float(part) for part in text.split()]
    assert (holm(p) <= 0.05).sum() == 3
    assert (benjamini_hochberg(p) <= 0.05).sum() == 4


@pytest.mark.parametrize("method", METHODS.values(), ids=METHODS)
def test_a_test_that_was_not_made_is_not_counted(method: Any) -> None:
    with_gap, without = method([0.01, math.nan, 0.04, math.nan, 0.03]), method([0.01, 0.04, 0.03])
    assert np.isnan(with_gap[[1, 3]]).all()
    assert with_gap[[0, 2, 4]].tolist() == without.tolist()


@pytest.mark.parametrize("method", METHODS.values(), ids=METHODS)
def test_nothing_to_adjust_stays_nothing(method: Any) -> None:
    assert method([]).tolist() == []
    assert np.isnan(method([math.nan, math.nan])).all()


@SLOW
@given(st.lists(P, min_size=1, max_size=20))
def test_holm_is_never_below_bh_nor_bh_below_the_p_value(p: list[float]) -> None:
    assert (benjamini_hochberg(p) >= np.array(p) - 1e-12).all()
    assert (holm(p) >= benjamini_hochberg(p) - 1e-12).all()
    assert (holm(p) <= 1).all()


@SLOW
@given(st.lists(P, min_size=2, max_size=12), st.randoms(use_true_random=False))
def test_the_order_of_the_tests_does_not_matter(p: list[float], random: Any) -> None:
    order = list(range(len(p)))
    random.shuffle(order)
    assert holm(np.array(p)[order]).tolist() == pytest.approx(holm(p)[order].tolist())


def frame(*tests: tuple[str, float]) -> pd.DataFrame:
    return pd.DataFrame(tests, columns=["family", "p_value"], index=[f"t{i}" for i in range(len(tests))])


def test_adjustment_by_hand() -> None:
    # Holm: a 0.02, 0.03; b 0.08, 0.5; c 0.3. BH of the minima 0.02, 0.08, 0.3: 0.06, 0.12, 0.3.
    tests = frame(("a", 0.01), ("b", 0.04), ("a", 0.03), ("c", 0.3), ("b", 0.5))
    adjusted = adjust(tests)
    assert adjusted.tolist() == pytest.approx([0.06, 0.12, 0.06, 0.3, 0.5])
    assert adjusted.index.tolist() == tests.index.tolist()
    assert adjusted.name == "p_value_adjusted"


def test_one_family_is_holm_and_families_of_one_are_bh() -> None:
    p = [0.01, 0.04, 0.03, 0.005]
    assert adjust(frame(*(("a", x) for x in p))).tolist() == pytest.approx(holm(p).tolist())
    alone = frame(*zip("abcd", p, strict=True))
    assert adjust(alone).tolist() == pytest.approx(benjamini_hochberg(p).tolist())


def test_a_family_without_tests_is_not_counted() -> None:
    tests = frame(("a", 0.01), ("b", math.nan), ("a", math.nan))
    assert adjust(tests).tolist()[0] == pytest.approx(0.01)
    assert adjust(tests).isna().tolist() == [False, True, True]


@SLOW
@given(st.lists(st.tuples(st.sampled_from("abc"), P), min_size=1, max_size=15))
def test_adjustment_never_helps_and_leaves_its_frame_alone(tests: list[tuple[str, float]]) -> None:
    by_test = frame(*tests)
    before = by_test.copy()
    adjusted = adjust(by_test)
    assert (adjusted >= by_test["p_value"] - 1e-12).all()
    pd.testing.assert_frame_equal(by_test, before)


FAULTS = [
    (lambda: holm([0.1, 5]), "p must be in [0, 1], or NaN where no test was made; got 5. Check what was passed as p."),
    (lambda: holm([[0.1]]), "p must have one dimension; got 2. Flatten it: all its tests are one family."),
    (
        lambda: adjust(pd.DataFrame({"p": [0.1]})),
        "by_test must have the columns 'p_value' and 'family'; got ['p']. Rename or pass them.",
    ),
    (
        lambda: adjust(pd.DataFrame({"p_value": [0.1], "family": [None]})),
        "family must be named for every test; got none in row 0. Name each family.",
    ),
]


@pytest.mark.parametrize(("fault", "message"), FAULTS, ids=[message for _, message in FAULTS])
def test_a_fault_says_what_to_do(fault: Any, message: str) -> None:
    with pytest.raises(ValueError) as caught:
        fault()
    assert str(caught.value) == message


def test_benjamini_and_hochberg_is_that_of_scipy() -> None:
    dice = np.random.default_rng(3)
    for size in (1, 2, 7, 40):
        p = dice.choice([0.0, 1.0, 0.03, *dice.random(size)], size)
        np.testing.assert_allclose(benjamini_hochberg(p), false_discovery_control(p), rtol=1e-14)


def test_both_procedures_equal_those_of_statsmodels() -> None:
    rng = np.random.default_rng(20)
    for size in (1, 2, 5, 40):
        p = np.round(rng.random(size) ** 3, 3)  # with ties
        np.testing.assert_allclose(holm(p), multipletests(p, method="holm")[1], rtol=1e-14)
        np.testing.assert_allclose(benjamini_hochberg(p), multipletests(p, method="fdr_bh")[1], rtol=1e-14)
