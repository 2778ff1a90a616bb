"""Student's quantile in the place of a normal one: against scipy, and where the truth is known."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from crosswave.difference.arms import arms_of
from crosswave.difference.newcombe import tests_passed as passed
from crosswave.difference.student import student
from two_shares import by_p, newcombe, p_value, tost_p


@pytest.mark.parametrize("df", [1, 2.5, 6, 10, 200])
@pytest.mark.parametrize("z", [-5.0, -1.96, 0.0, 0.3, 1.96, 4.0])
def test_it_is_that_of_scipy(z: float, df: float) -> None:
    assert student(z, df) == pytest.approx(stats.t.ppf(stats.norm.cdf(z), df), rel=1e-7, abs=1e-9)


def test_a_known_deviation_has_the_normal_quantile() -> None:
    assert student([1.0, 37.0], math.inf).tolist() == [1.0, 37.0]
    assert np.isfinite(student([37.0, -37.0], [5, 6])).all()


@settings(derandomize=True, deadline=None, max_examples=60)
@given(
    st.floats(0.05, 0.95), st.integers(20, 2000), st.floats(0.05, 0.95), st.integers(20, 2000), st.floats(0.01, 0.2),
    st.floats(2, 30),
)  # fmt: skip
def test_p_inverts_the_interval(p_1: float, n_1: int, p_2: float, n_2: int, error: float, df: float) -> None:
    more = {"total_error": (error, error), "df": df}
    p = float(p_value(p_1, n_1, p_2, n_2, **more))  # type: ignore[arg-type]
    if 1e-8 < p < 0.999:
        low, high = newcombe(p_1, n_1, p_2, n_2, alpha=p, **more)  # type: ignore[arg-type]
        assert min(abs(float(low)), abs(float(high))) < 1e-9
    small = float(tost_p(p_1, n_1, p_2, n_2, margin=0.4, **more))  # type: ignore[arg-type]
    low, high = newcombe(p_1, n_1, p_2, n_2, alpha=min(2 * small, 0.999), **more)  # type: ignore[arg-type]
    if 1e-8 < small < 0.45:
        assert max(-float(low), float(high)) == pytest.approx(0.4, abs=1e-9)


def test_by_hand_without_sampling() -> None:
    """Endless samples leave the error alone: 40 to 60 %, 10 points a survey on 6 degrees of freedom."""
    low, high = newcombe(0.4, math.inf, 0.6, math.inf, alpha=0.05, total_error=(0.1, 0.1), df=6)
    half = 2.446912 * math.sqrt(2) * 0.1
    assert (low, high) == (pytest.approx(0.2 - half, abs=1e-6), pytest.approx(0.2 + half, abs=1e-6))


@pytest.mark.parametrize("df", [3, 6, 10])
def test_an_estimated_error_holds_the_promise_that_its_own_quantile_makes(df: int) -> None:
    """No change in 40,000 worlds, each with its own estimate of a 10-point error: a normal quantile is too short."""
    rng, worlds, n, error = np.random.default_rng(df), 40_000, 1000, 0.1
    found = error * np.sqrt(rng.chisquare(df, worlds) / df)
    means = np.clip(0.5 + rng.normal(0, error, (2, worlds)), 0.001, 0.999)
    shares = rng.binomial(n, means) / n
    false = {
        freedom: float(np.mean(p_value(shares[0], n, shares[1], n, total_error=(found, found), df=freedom) < 0.05))
        for freedom in (df, math.inf)
    }
    assert 0.04 < false[df] < 0.055
    assert false[math.inf] > 0.06


@pytest.mark.thorough
@settings(derandomize=True, deadline=None, max_examples=300)
@given(
    st.tuples(st.floats(0, 1), st.floats(5, 1e5), st.floats(0, 1), st.floats(5, 1e5)), st.floats(0, 0.2),
    st.sampled_from([2.0, 7.0, math.inf]), st.sampled_from([0.01, 0.05, 0.1]), st.floats(0.01, 0.3),
)  # fmt: skip
def test_intervals_decide_as_p_values_do(waves: tuple[float, ...], error: float, df: float, a: float, m: float) -> None:
    four, more = [np.array([number]) for number in waves], {"total_error": (error, 0.0), "df": df}
    p, tost = p_value(*four, **more), tost_p(*four, margin=m, **more)
    if min(abs(p[0] - a), abs(tost[0] - a)) > 1e-9:
        from_intervals = passed(arms_of(*four, **more), np.asarray(m), np.asarray(a))  # type: ignore[arg-type]
        assert [one[0] for one in from_intervals] == [one[0] for one in by_p(four[2] - four[0], p, tost, a)]
