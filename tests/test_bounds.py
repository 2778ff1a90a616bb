"""What overlap leaves open, against every table that print admits, against R and by hand."""

from __future__ import annotations

import math
from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest, norm
from statsmodels.stats.contingency_tables import mcnemar

from crosswave.difference.bounds import manski, manski_difference, mcnemar_bounds
from crosswave.difference.compare import compare_shares
from crosswave.difference.correlation import phi_bounds, shared_correlation
from crosswave.difference.estimate import Interval
from crosswave.difference.newcombe import newcombe
from crosswave.difference.overlap import compare_overlapping, compare_subset

# A busy machine is no fault of a formula.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")

RULES: dict[str, float] = {"alpha": 0.05, "margin": 0.05}


def tables(yes_a: int, yes_b: int, n: int) -> list[tuple[int, int, int, int]]:
    """Every table of two answers with these margins: both, A only, B only, neither."""
    every = ((both, yes_a - both, yes_b - both, n - yes_a - yes_b + both) for both in range(n + 1))
    return [table for table in every if min(table) >= 0]


def phi(table: tuple[int, int, int, int]) -> float:
    both, a, b, none = table
    scale = (both + a) * (b + none) * (both + b) * (a + none)
    return (both * none - a * b) / math.sqrt(scale) if scale else 0.0


MARGINS = [(a, b, n) for n in (1, 5, 8) for a, b in product(range(n + 1), repeat=2)]


def test_manski_bounds_of_a_difference_by_hand() -> None:
    # 40 of 100, 20 silent: 40 to 60 %. 90 of 100, 5 silent: 90 to 95 %.
    first, second = manski(40, 40, answered=80, asked=100), manski(90, 90, answered=95, asked=100)
    found = manski_difference(first, second)
    assert (found.low, found.high) == pytest.approx((0.30, 0.55))


@given(st.integers(1, 6), st.integers(1, 6), st.data())
def test_manski_bounds_of_a_difference_are_attained_and_never_left(asked: int, others: int, data: Any) -> None:
    answered, replied = data.draw(st.integers(0, asked)), data.draw(st.integers(0, others))
    yes, agreed = data.draw(st.integers(0, answered)), data.draw(st.integers(0, replied))
    bounds = manski_difference(
        manski(yes, yes, answered=answered, asked=asked), manski(agreed, agreed, answered=replied, asked=others)
    )
    silent = product(range(asked - answered + 1), range(others - replied + 1))
    truths = [(agreed + b) / others - (yes + a) / asked for a, b in silent]
    assert (min(truths), max(truths)) == pytest.approx((bounds.low, bounds.high))


@pytest.mark.parametrize(("a", "b", "n"), MARGINS)
def test_phi_bounds_are_those_of_all_tables(a: int, b: int, n: int) -> None:
    low, high = phi_bounds(a / n, b / n)
    every = [phi(table) for table in tables(a, b, n)]
    assert (float(low), float(high)) == pytest.approx((min(every), max(every)), abs=1e-12)


@pytest.mark.parametrize(("a", "b", "n"), MARGINS)
def test_mcnemar_bounds_are_those_of_all_tables(a: int, b: int, n: int) -> None:
    every = [
        float(mcnemar([[table[0], table[1]], [table[2], table[3]]], exact=True).pvalue) for table in tables(a, b, n)
    ]
    found = mcnemar_bounds(a, b, n)
    assert (found.low, found.high) == pytest.approx((min(min(every), 1), min(max(every), 1)), abs=1e-12)


def test_mcnemar_bounds_are_the_binomial_tests_of_r() -> None:
    # R 4.2.2: binom.test(15, 15)$p.value, binom.test(55, 95)$p.value; 95 = min(40 + 55, 200 - 95) differ at most.
    found = mcnemar_bounds(40, 55, 100)
    assert (found.low, found.high) == pytest.approx((0.0000610352, 0.1505180639), abs=1e-10)
    assert found.high == pytest.approx(binomtest(55, 95).pvalue)


@pytest.mark.parametrize(
    ("table", "low", "high"),
    [((1, 1, 7, 12), 0.0360525535, 0.5016625403), ((59, 6, 16, 80), 0.0059235054, 0.1173509276)],
)
def test_the_interval_of_paired_answers_is_that_of_r(table: tuple[int, int, int, int], low: float, high: float) -> None:
    # R 4.2.2: pn(1,1,7,12), pn(59,6,16,80) with pn=function(a,b,c,d,z=qnorm(.975)){n=a+b+c+d;
    # w=function(x)prop.test(x,n,correct=FALSE)$conf.int;p=(a+b)/n;q=(a+c)/n;P=w(a+b);Q=w(a+c);
    # f=(a*d-b*c)/sqrt((a+b)*(c+d)*(a+c)*(b+d));c(q-p-sqrt((q-Q[1])^2-2*f*(q-Q[1])*(P[2]-p)+(P[2]-p)^2),
    # q-p+sqrt((Q[2]-q)^2-2*f*(Q[2]-q)*(p-P[1])+(p-P[1])^2))}
    both, a, b, _ = table
    n = sum(table)
    found = newcombe((both + a) / n, n, (both + b) / n, n, alpha=0.05, correlation=phi(table))
    assert tuple(map(float, found)) == pytest.approx((low, high), abs=5e-10)


@pytest.mark.parametrize(("a", "b", "n"), [(6, 9, 20), (3, 17, 20), (10, 10, 20), (1, 4, 30)])
def test_two_answers_of_the_same_people_are_bounded_by_every_way_to_pair_them(a: int, b: int, n: int) -> None:
    found = compare_overlapping((a / n, n), (b / n, n), shared=n, **RULES)  # type: ignore[arg-type]
    every = [
        compare_shares((a / n, n), (b / n, n), correlation=phi(table), alpha=0.05, margin=0.05)
        for table in tables(a, b, n)
    ]
    p = [one.p_value for one in every]
    assert (found.p_value.low, found.p_value.high) == pytest.approx((min(p), max(p)), abs=1e-9)
    assert found.interval.low == pytest.approx(min(one.low for one in every))
    assert found.interval.high == pytest.approx(max(one.high for one in every))


@pytest.mark.parametrize(("a", "b", "n"), [(6, 9, 20), (3, 17, 20), (10, 10, 20), (1, 4, 30)])
def test_the_standard_error_of_a_paired_difference_runs_over_its_discordant_pairs(a: int, b: int, n: int) -> None:
    found = compare_overlapping((a / n, n), (b / n, n), shared=n, **RULES)  # type: ignore[arg-type]
    d = (b - a) / n
    every = [math.sqrt(((table[1] + table[2]) / n - d**2) / n) for table in tables(a, b, n)]
    # At the least error rounding decides the last digit of a difference of equal numbers, and a root doubles its place.
    assert (found.standard_error.low, found.standard_error.high) == pytest.approx((min(every), max(every)), abs=1e-7)


def test_the_standard_error_of_waves_that_share_people_is_that_of_simulated_panels() -> None:
    dice = np.random.default_rng(5)
    shared, only_1, only_2, share = 40, 60, 20, 0.3
    core = dice.random((20_000, shared)) < share  # the same answer twice: phi is 1
    waves = [np.hstack([core, dice.random((20_000, more)) < share]).mean(axis=1) for more in (only_1, only_2)]
    spread = float(np.std(waves[1] - waves[0]))
    found = compare_overlapping((share, 100), (share, 60), shared=shared, **RULES)  # type: ignore[arg-type]
    assert found.standard_error.low == pytest.approx(spread, rel=0.02)


OVERLAPS = st.tuples(st.floats(0, 1), st.integers(2, 400), st.floats(0, 1), st.integers(2, 400), st.floats(0, 1))


@given(OVERLAPS, st.floats(0, 0.05))
def test_nobody_in_common_is_independence_and_more_in_common_opens_the_range(w: Any, t: float) -> None:
    p1, n1, p2, n2, part = w
    few, many = (
        compare_overlapping((p1, n1), (p2, n2), shared=m, total_error=(t, t), **RULES)  # type: ignore[arg-type]
        for m in (part * min(n1, n2), min(n1, n2))
    )
    none = compare_overlapping((p1, n1), (p2, n2), shared=0, total_error=(t, t), **RULES)  # type: ignore[arg-type]
    alone = compare_shares((p1, n1), (p2, n2), alpha=0.05, margin=0.05, total_error=(t, t))
    assert none.p_value == Interval(alone.p_value, alone.p_value)
    assert none.interval == alone.interval
    for narrow, wide in ((none, few), (few, many)):
        assert wide.p_value.high >= narrow.p_value.high - 1e-9
        assert wide.interval.low <= narrow.interval.low + 1e-9 and wide.interval.high >= narrow.interval.high - 1e-9
        # Outcomes are listed at the two ends of the correlation: what lies between shows in them as disagreement.
        assert narrow.outcomes == wide.outcomes or not wide.unanimous


@given(OVERLAPS, st.floats(-1, 1))
def test_whatever_the_correlation_its_p_lies_between_the_ends(w: Any, at: float) -> None:
    p1, n1, p2, n2, part = w
    m = part * min(n1, n2)
    low, high = (float(end) for end in shared_correlation(p1, n1, p2, n2, shared=m))
    r = low + (at + 1) / 2 * (high - low)
    inside = compare_shares((p1, n1), (p2, n2), alpha=0.05, margin=0.05, correlation=r)
    found = compare_overlapping((p1, n1), (p2, n2), shared=m, **RULES)  # type: ignore[arg-type]
    assert found.p_value.low - 1e-7 <= inside.p_value <= found.p_value.high + 1e-7
    assert found.equivalence_p.low - 1e-7 <= inside.equivalence_p <= found.equivalence_p.high + 1e-7
    assert found.interval.low - 1e-9 <= inside.low and inside.high <= found.interval.high + 1e-9


def test_an_unknown_number_in_common_is_bounded_by_all_of_the_smaller_wave() -> None:
    unknown = compare_overlapping((0.4, 100), (0.5, 300), **RULES)  # type: ignore[arg-type]
    assert unknown == compare_overlapping((0.4, 100), (0.5, 300), shared=100, **RULES)  # type: ignore[arg-type]


def test_a_difference_large_enough_stands_whoever_answered_twice() -> None:
    found = compare_overlapping((0.2, 200), (0.6, 200), **RULES)  # type: ignore[arg-type]
    assert found.unanimous and found.outcomes == ("rose",)


def test_a_subset_by_hand() -> None:
    # 12 of 20 in the subset and 8 of 20 in the rest: the whole is 20 of 40, half the difference of the two.
    found = compare_subset((0.6, 20), (0.5, 40), **RULES)
    rest = compare_shares((0.4, 20), (0.6, 20), alpha=0.05, margin=0.1)
    assert found.difference == pytest.approx(0.1)
    assert (found.interval.low, found.interval.high) == pytest.approx((rest.low / 2, rest.high / 2))
    assert found.p_value.low == found.p_value.high == pytest.approx(rest.p_value)
    assert found.equivalence_p.high == pytest.approx(rest.equivalence_p)


def test_the_error_and_correlation_of_a_subset_and_its_whole_are_those_of_simulated_people() -> None:
    dice = np.random.default_rng(3)
    people = dice.random((40_000, 50)) < 0.4
    subset, whole = people[:, :15].mean(axis=1), people.mean(axis=1)
    found = compare_subset((0.4, 15), (0.4, 50), **RULES)
    assert found.standard_error.low == pytest.approx(float(np.std(subset - whole)), rel=0.02)
    assert found.correlation.low == pytest.approx(float(np.corrcoef(subset, whole)[0, 1]), abs=0.01)


def test_a_subset_taken_for_independent_would_be_judged_otherwise() -> None:
    as_if = compare_shares((0.45, 200), (0.60, 100), alpha=0.05, margin=0.05)
    found = compare_subset((0.60, 100), (0.45, 200), **RULES)
    assert found.p_value.high < 0.0001 < 0.01 < as_if.p_value
    assert found.interval.width < as_if.interval.width


@given(st.integers(1, 30), st.integers(1, 30), st.data())
def test_every_subset_of_every_whole_is_compared(m: int, rest: int, data: Any) -> None:
    yes, others = data.draw(st.integers(0, m)), data.draw(st.integers(0, rest))
    found = compare_subset((yes / m, m), ((yes + others) / (m + rest), m + rest), **RULES)
    assert found.difference == pytest.approx(yes / m - (yes + others) / (m + rest), abs=1e-12)
    assert found.interval.low - 1e-9 <= found.difference <= found.interval.high + 1e-9
    assert -1e-9 <= found.correlation.low <= 1 + 1e-9


@given(st.floats(0.01, 0.99), st.floats(0.01, 0.99), st.floats(0, 1))
def test_the_worst_correlation_lengthens_the_arm_most(p1: float, p2: float, at: float) -> None:
    assume(abs(p1 - p2) > 1e-6)
    low, high = (float(end) for end in phi_bounds(p1, p2))
    wide, inner = (
        newcombe(p1, 50, p2, 50, alpha=2 * norm.sf(1.5), correlation=r) for r in (low, low + at * (high - low))
    )
    assert wide[0] <= inner[0] + 1e-12 and wide[1] >= inner[1] - 1e-12


FAULTS = [
    (
        lambda: shared_correlation(0.5, 10, 0.5, 20, shared=11),
        "shared must lie between 0 and the smaller wave; got 11.0 of 10.0. Leave it out where nobody says how many.",
    ),
    (
        lambda: compare_subset((0.9, 50), (0.2, 100), **RULES),
        "a subset must be part of its whole and smaller; got 0.9 of 50 in 0.2 of 100. "
        "Check the order of the arguments, and that both shares count one answer.",
    ),
    (
        lambda: mcnemar_bounds(5, 11, 10),
        "mcnemar_bounds needs 0 <= yes_a, yes_b <= asked; got 5, 11, 10. Check the order of the arguments.",
    ),
]


@pytest.mark.parametrize(("fault", "message"), FAULTS, ids=[message[:30] for _, message in FAULTS])
def test_a_fault_says_what_to_do(fault: Any, message: str) -> None:
    with pytest.raises(ValueError) as caught:
        fault()
    assert str(caught.value) == message
