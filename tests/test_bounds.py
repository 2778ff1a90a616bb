"""What overlap leaves open, against every table that print admits, against R and by hand."""

from __future__ import annotations

import math
from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.stats import norm

from crosswave.difference.bounds import manski, manski_difference
from crosswave.difference.correlation import phi_bounds, shared_correlation
from two_shares import newcombe, p_value, tost_p

# A busy machine is no fault of a formula.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")


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


def over_both(
    p1: float, n1: float, p2: float, n2: float, shared: float, t: float = 0.0
) -> dict[str, tuple[float, float]]:
    """Interval and p-values from the least to the greatest at the two ends of the correlation."""
    ends = np.array([float(end) for end in shared_correlation(p1, n1, p2, n2, shared=shared)])
    beyond = {"correlation": ends, "total_error": (t, t)}
    low, high = newcombe(p1, n1, p2, n2, alpha=0.05, **beyond)
    p, tost = p_value(p1, n1, p2, n2, **beyond), tost_p(p1, n1, p2, n2, margin=0.05, **beyond)
    return {"interval": (min(low), max(high)), "p": (min(p), max(p)), "tost": (min(tost), max(tost))}


@pytest.mark.parametrize(("a", "b", "n"), [(6, 9, 20), (3, 17, 20), (10, 10, 20), (1, 4, 30)])
def test_two_answers_of_the_same_people_are_bounded_by_every_way_to_pair_them(a: int, b: int, n: int) -> None:
    found = over_both(a / n, n, b / n, n, n)
    r = np.array([phi(table) for table in tables(a, b, n)])
    p, (low, high) = (
        p_value(a / n, n, b / n, n, correlation=r),
        newcombe(a / n, n, b / n, n, alpha=0.05, correlation=r),
    )
    assert found["p"] == pytest.approx((min(p), max(p)), abs=1e-9)
    assert found["interval"] == pytest.approx((min(low), max(high)))


OVERLAPS = st.tuples(st.floats(0, 1), st.integers(2, 400), st.floats(0, 1), st.integers(2, 400), st.floats(0, 1))


@given(OVERLAPS, st.floats(0, 0.05))
def test_nobody_in_common_is_independence_and_more_in_common_opens_the_range(w: Any, t: float) -> None:
    p1, n1, p2, n2, part = w
    none, few, many = (over_both(p1, n1, p2, n2, m, t) for m in (0, part * min(n1, n2), min(n1, n2)))
    low, high = newcombe(p1, n1, p2, n2, alpha=0.05, total_error=(t, t))
    assert none["interval"] == (float(low), float(high))
    assert none["p"] == (float(p_value(p1, n1, p2, n2, total_error=(t, t))),) * 2
    for narrow, wide in ((none, few), (few, many)):
        assert wide["p"][1] >= narrow["p"][1] - 1e-9
        assert wide["interval"][0] <= narrow["interval"][0] + 1e-9
        assert wide["interval"][1] >= narrow["interval"][1] - 1e-9


@given(OVERLAPS, st.floats(-1, 1))
def test_whatever_the_correlation_its_p_lies_between_the_ends(w: Any, at: float) -> None:
    p1, n1, p2, n2, part = w
    m = part * min(n1, n2)
    least, most = (float(end) for end in shared_correlation(p1, n1, p2, n2, shared=m))
    r, found = least + (at + 1) / 2 * (most - least), over_both(p1, n1, p2, n2, m)
    low, high = newcombe(p1, n1, p2, n2, alpha=0.05, correlation=r)
    p, tost = p_value(p1, n1, p2, n2, correlation=r), tost_p(p1, n1, p2, n2, margin=0.05, correlation=r)
    assert found["p"][0] - 1e-7 <= p <= found["p"][1] + 1e-7
    assert found["tost"][0] - 1e-7 <= tost <= found["tost"][1] + 1e-7
    assert found["interval"][0] - 1e-9 <= low and high <= found["interval"][1] + 1e-9


def test_an_unknown_number_in_common_is_bounded_by_all_of_the_smaller_wave() -> None:
    unknown = shared_correlation(0.4, 100, 0.5, 300)
    assert unknown == shared_correlation(0.4, 100, 0.5, 300, shared=100)


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
        lambda: manski(-1, 1, answered=2, asked=3),
        "manski needs 0 <= yes_low <= yes_high <= answered <= asked; got -1, 1, 2, 3. "
        "Check the order of the arguments.",
    ),
    (
        lambda: shared_correlation(0.5, 10, 0.5, 20, shared=11),
        "shared must lie between 0 and the smaller wave; got 11.0 of 10.0. Leave it out where nobody says how many.",
    ),
]


@pytest.mark.parametrize(("fault", "message"), FAULTS, ids=[message[:30] for _, message in FAULTS])
def test_a_fault_says_what_to_do(fault: Any, message: str) -> None:
    with pytest.raises(ValueError) as caught:
        fault()
    assert str(caught.value) == message
