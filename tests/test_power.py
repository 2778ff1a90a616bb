"""What a comparison can show, against R, closed forms and exact enumeration."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom

from crosswave.difference.sensitivity import smallest_n
from two_shares import newcombe, p_value, reach, tost_p

# A busy machine is no fault of a formula.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")

SHARES = st.floats(0.02, 0.9)
SIZES = st.floats(20, 1e5)
ERRORS = st.floats(0, 0.05)
RULES = {"alpha": 0.05, "power": 0.8}


def critical_difference(middle: float, n_1: float, n_2: float, **beyond: Any) -> float:
    return reach(middle, (n_1, n_2), **beyond).critical_rise


def detectable_change(middle: float, n_1: float, n_2: float, **beyond: Any) -> float:
    return reach(middle, (n_1, n_2), **beyond).detectable_rise


def smallest_margin(middle: float, n_1: float, n_2: float, **beyond: Any) -> float:
    return reach(middle, (n_1, n_2), **beyond).smallest_margin


def rows(name: str) -> list[dict[str, Any]]:
    """Return the rows of a reference file, with the tolerance that its origin explains."""
    return pd.read_csv(Path(__file__).parent / "reference" / f"{name}.csv").to_dict("records")


@pytest.mark.parametrize("row", rows("power"), ids=lambda r: f"{r['quantity']} {r['share']} {r['value']}")
def test_reach_agrees_with_closed_forms_and_r(row: dict[str, Any]) -> None:
    """R is told the earlier share; the middle is half the change above it."""
    share, n, error = row["share"], row["n"], (row["total_error"], row["total_error"])
    rising = 0 if math.isinf(n) else row["value"] / 2
    found = {
        "critical_rise": lambda: critical_difference(share, n, n, total_error=error),
        "detectable_rise": lambda: detectable_change(share + rising, n, n, power=row["power"], total_error=error),
        "smallest_margin": lambda: smallest_margin(share, n, n, total_error=error),
        "smallest_n": lambda: smallest_n(
            row["change"], share + row["change"] / 2, alpha=0.05, power=row["power"], total_error=error
        ),
    }[row["quantity"]]()
    assert found == pytest.approx(row["value"], abs=row["tolerance"])


def test_reach_by_hand() -> None:
    # Everyone asked: only z * 5 points is left of a 3-4-5 pair of errors.
    r = reach(0.5, (math.inf, math.inf), margin=0.1, total_error=(0.03, 0.04))
    assert r.critical_rise == r.critical_fall == pytest.approx(1.959964 * 0.05, abs=1e-6)
    assert r.detectable == pytest.approx((1.959964 + 0.841621) * 0.05, abs=1e-6)
    assert r.smallest_margin == pytest.approx(1.644854 * 0.05, abs=1e-6)
    assert r.equivalence_attainable


def exact_power(share_1: float, share_2: float, n: int) -> float:
    """Probability that Newcombe's interval of two binomial counts lies above 0."""
    first, second = np.meshgrid(np.arange(n + 1), np.arange(n + 1), indexing="ij")
    low, _ = newcombe(first / n, n, second / n, n, alpha=0.05)
    chance = np.outer(binom.pmf(np.arange(n + 1), n, share_1), binom.pmf(np.arange(n + 1), n, share_2))
    return float(chance[low > 0].sum())


def pair(middle: float, change: float) -> tuple[float, float]:
    """Two shares around a middle, which moves where the scale ends."""
    low = min(max(middle - change / 2, 0.0), 1 - change)
    return low, min(low + change, 1.0)


@pytest.mark.parametrize(("middle", "n"), [(0.5, 150), (0.35, 200), (0.15, 235), (0.05, 235), (0.9, 235)])
def test_the_detectable_change_has_the_promised_power_in_exact_enumeration(middle: float, n: int) -> None:
    change = detectable_change(middle, n, n, power=0.8)
    assert exact_power(*pair(middle, change), n) == pytest.approx(0.8, abs=0.015)


@given(SHARES, SIZES, SIZES, ERRORS, st.sampled_from([6.0, math.inf]))
def test_the_critical_difference_is_where_p_is_alpha(
    middle: float, n_1: float, n_2: float, t: float, df: float
) -> None:
    change = reach(middle, (n_1, n_2), margin=0.05, total_error=(t, t), df=df).critical_rise
    low, high = pair(middle, change if math.isfinite(change) else 1.0)
    error = 4 * t * (low + high) / 2 * (1 - (low + high) / 2)
    p = float(p_value(low, n_1, high, n_2, total_error=(error, error), df=df))
    assert p == pytest.approx(0.05, rel=1e-5) if math.isfinite(change) else p > 0.05


@pytest.mark.thorough
@given(SHARES, SIZES, ERRORS, st.floats(1.1, 10))
def test_larger_samples_reach_further_and_error_less_far(share: float, n: float, t: float, more: float) -> None:
    for reaches in (critical_difference, detectable_change, smallest_margin):
        plain = reaches(share, n, n, total_error=(t, t))
        assert reaches(share, n * more, n * more, total_error=(t, t)) <= plain
        assert reaches(share, n, n, total_error=(t + 0.01, t)) >= plain


@given(SHARES, SIZES, ERRORS)
def test_a_change_is_detectable_only_above_the_critical_difference(share: float, n: float, t: float) -> None:
    critical = critical_difference(share, n, n, total_error=(t, t))
    assert detectable_change(share, n, n, total_error=(t, t)) >= critical
    assert detectable_change(share, n, n, power=0.5, total_error=(t, t)) == pytest.approx(critical, abs=1e-9)


@given(SHARES, SIZES, st.floats(0.01, 0.3), ERRORS)
def test_equivalence_is_attainable_when_equal_shares_pass(share: float, n: float, margin: float, t: float) -> None:
    attainable = reach(share, (n, n), margin=margin, total_error=(t, t)).equivalence_attainable
    error = 4 * share * (1 - share) * t
    passed = bool(tost_p(share, n, share, n, margin=margin, total_error=(error, error)) < 0.05)
    assert attainable == passed


@settings(max_examples=20)
@given(st.floats(0.05, 0.2), st.floats(0.1, 0.7))
def test_the_smallest_n_finds_the_change_and_one_less_does_not(change: float, share: float) -> None:
    n = smallest_n(change, share, **RULES)
    assert n is not None
    assert detectable_change(share, n, n) <= change < detectable_change(share, n - 1, n - 1)


def test_no_sample_is_large_enough_for_a_change_inside_the_error() -> None:
    assert smallest_n(0.118, 0.5, total_error=(0.03, 0.03), **RULES) is None
    assert smallest_n(0.120, 0.5, total_error=(0.03, 0.03), **RULES) is not None


def test_where_the_scale_ends_the_middle_moves() -> None:
    """Around 99 % of 50 a rise is seen from lower down, as far as it takes; of one person none is."""
    r = reach(0.99, (50, 50), margin=0.05)
    assert 0.02 < r.critical_rise < r.detectable_rise < 1
    assert (r.critical_fall, r.detectable_fall) == (r.critical_rise, r.detectable_rise)
    assert reach(0.99, (1, 1), margin=0.05).detectable == math.inf


def test_a_fall_is_a_rise_seen_from_the_later_wave() -> None:
    forth, back = reach(0.2, (235, 900), margin=0.05), reach(0.2, (900, 235), margin=0.05)
    assert (forth.critical_rise, forth.detectable_rise) == (back.critical_fall, back.detectable_fall)
    assert forth.critical_rise != forth.critical_fall


def test_a_rise_and_a_fall_are_mirror_images() -> None:
    low, high = (reach(share, (235, 210), margin=0.05, total_error=(0.03, 0.02)) for share in (0.2, 0.8))
    assert (low.critical_rise, low.detectable_rise) == pytest.approx((high.critical_fall, high.detectable_fall))
    assert low.smallest_margin == pytest.approx(high.smallest_margin)


def test_a_rise_may_end_exactly_at_one() -> None:
    assert smallest_n(0.1, 0.9, **RULES) is not None


FAULTS = [
    (
        lambda: smallest_n(1.6, 0.5, **RULES),
        "change must be in (0, 1]; got 1.6. Pass 0.05 for 5 points.",
    ),
    (
        lambda: detectable_change(0.5, 10, 10, power=80),
        "power must be strictly between 0 and 1; got 80. Pass 0.8 for 80 %.",
    ),
    (lambda: smallest_margin(0.5, 10, 10, alpha=0.5), "alpha must be in (0, 0.5); got 0.5. Pass 0.05."),
    (
        lambda: reach(0.5, (10, 10), margin=5),
        "margin must be strictly between 0 and 1; got 5. Pass 0.05 for 5 points.",
    ),
    (
        lambda: reach(50, (10, 10), margin=0.05),
        "middle must be in [0, 1]; got 50. Divide a percentage by 100.",
    ),
]


@pytest.mark.parametrize(("fault", "message"), FAULTS, ids=[message for _, message in FAULTS])
def test_a_fault_says_what_to_do(fault: Any, message: str) -> None:
    with pytest.raises(ValueError) as caught:
        fault()
    assert str(caught.value) == message
