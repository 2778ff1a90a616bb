"""Intervals and bounds of one figure, against numbers from R and by hand."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom, norm
from statsmodels.stats.proportion import proportion_confint

from crosswave.difference.bounds import manski
from crosswave.difference.estimate import Estimate, Interval, estimate_share, wilson
from crosswave.difference.linear import LinearTerm, combine_linear, multinomial_se

# A busy machine is no fault of a formula.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")

SHARES = st.floats(0, 1)
SIZES = st.floats(1, 1e5)
ALPHAS = st.floats(0.001, 0.5)
TWO_SURVEYS = [LinearTerm("a", "q", 1, 0.8, 70), LinearTerm("b", "q", -1, 0.6, 80)]


def rows(name: str) -> list[dict[str, Any]]:
    """Return the rows of a reference file; tolerance is half a unit of the last printed digit."""
    return pd.read_csv(Path(__file__).parent / "reference" / f"{name}.csv").to_dict("records")


def numbers(text: str) -> list[float]:
    return [float(part) for part in text.split()]


@pytest.mark.parametrize("row", rows("one_sample"), ids=lambda r: f"{r['count']}/{r['n']} {r['limit']} {r['alpha']}")
def test_wilson_agrees_with_r(row: dict[str, Any]) -> None:
    limits = dict(zip(("low", "high"), wilson(row["count"] / row["n"], row["n"], row["alpha"]), strict=True))
    assert limits[row["limit"]] == pytest.approx(row["value"], abs=row["tolerance"])


@pytest.mark.parametrize("row", rows("coverage"), ids=lambda r: f"{r['method']} {r['n']} {r['share']}")
def test_exact_coverage_shows_why_wilson_and_not_wald(row: dict[str, Any]) -> None:
    counts = np.arange(row["n"] + 1)
    limits = {
        "wilson": wilson(counts / row["n"], row["n"], 0.05),
        "wald": proportion_confint(counts, row["n"], method="normal"),
    }
    low, high = limits[row["method"]]
    covered = (low <= row["share"]) & (row["share"] <= high)
    coverage = binom.pmf(counts, row["n"], row["share"])[covered].sum()
    assert coverage == pytest.approx(row["value"], abs=row["tolerance"])


@pytest.mark.parametrize("row", rows("multinomial"), ids=lambda r: r["case"])
def test_multinomial_se_is_the_spread_of_the_respondents_scores(row: dict[str, Any]) -> None:
    se = multinomial_se(numbers(row["shares"]), numbers(row["weights"]), row["n"])
    assert se == pytest.approx(row["value"], abs=row["tolerance"])


def test_wilson_by_hand() -> None:
    # z = 1, 2 of 4: centre 1/2; (p - 1/2)^2 = p (1 - p) / 4 gives p = 1/2 +- 1 / (2 sqrt 5).
    low, high = wilson(0.5, 4, 2 * norm.sf(1.0))
    assert (float(low), float(high)) == pytest.approx((0.5 - 0.5 / math.sqrt(5), 0.5 + 0.5 / math.sqrt(5)))


@given(SHARES, SIZES, ALPHAS)
def test_wilson_is_that_of_statsmodels(share: float, n: float, alpha: float) -> None:
    theirs = proportion_confint(share * n, n, alpha=alpha, method="wilson")
    assert wilson(share, n, alpha) == pytest.approx(theirs, rel=1e-9, abs=1e-12)


def test_wilson_limits_at_zero_and_one_are_exact() -> None:
    low, high = wilson([0, 1], 20, 0.05)
    assert (low[0], high[1]) == (0.0, 1.0)


def test_wilson_of_everyone_is_the_share() -> None:
    low, high = wilson([0.0, 0.3, 1.0], math.inf, 0.05)
    assert low.tolist() == high.tolist() == [0.0, 0.3, 1.0]


@given(SHARES, SIZES, ALPHAS)
def test_wilson_is_symmetric_under_complement(share: float, n: float, alpha: float) -> None:
    low, high = wilson([share, 1 - share], n, alpha)
    assert 1 - high[::-1] == pytest.approx(low, abs=1e-9)


@given(SHARES, SIZES, ALPHAS, st.floats(1.01, 10))
def test_wilson_contains_the_share_and_narrows_as_n_grows(share: float, n: float, alpha: float, more: float) -> None:
    low, high = wilson(share, [n, n * more], alpha)
    assert (low >= 0).all() and (low <= share).all() and (share <= high).all() and (high <= 1).all()
    assert high[1] - low[1] < high[0] - low[0]


def test_estimate_covers_every_feasible_reading() -> None:
    estimate = estimate_share([44, 45], [60, 62], alpha=0.05)
    assert estimate.printed == Interval(45 / 62, 44 / 60)
    one, other = (estimate_share([x], [n], alpha=0.05).interval for x, n in ((44, 60), (45, 62)))
    assert estimate.interval == one.hull(other)
    assert estimate.estimate == pytest.approx((45 / 62 + 44 / 60) / 2)
    assert estimate.n_effective == 60


def test_estimate_of_one_reading_is_wilson() -> None:
    assert estimate_share([2], [4], alpha=2 * norm.sf(1.0)) == Estimate(
        0.5,
        0.5,
        0.5,
        pytest.approx(0.276393202),
        pytest.approx(0.723606798),
        4.0,
        2 * norm.sf(1.0),
        1.0,
    )


@given(st.integers(0, 200), st.integers(1, 200), st.floats(1, 4))
def test_a_design_effect_shrinks_the_sample(count: int, base: int, deff: float) -> None:
    count = min(count, base)
    estimate = estimate_share([count], [base], design_effect=deff, alpha=0.05)
    low, high = wilson(count / base, base / deff, 0.05)
    assert (estimate.low, estimate.high) == (low, high)


@given(st.lists(st.integers(0, 50), min_size=1, max_size=8))
def test_more_feasible_readings_never_narrow_an_estimate(counts: list[int]) -> None:
    every = estimate_share(counts, [50] * len(counts), alpha=0.05)
    some = estimate_share(counts[:1], [50], alpha=0.05)
    assert every.low <= some.low and some.high <= every.high


def test_manski_bounds_of_the_reference() -> None:
    assert manski(60, 60, answered=80, asked=100) == Interval(0.60, 0.80)


def test_manski_bounds_carry_rounding() -> None:
    assert manski(59, 61, answered=80, asked=100) == Interval(0.59, 0.81)


def test_manski_bounds_vanish_when_everyone_answered() -> None:
    assert manski(30, 30, answered=100, asked=100) == Interval(0.3, 0.3)


def test_exclusive_answers_of_equal_weight_are_one_answer() -> None:
    split = [LinearTerm("a", "q", 1, 0.25, 235), LinearTerm("a", "q", 1, 0.5, 235)]
    low, high = wilson(0.75, 235, 0.05)
    interval = combine_linear(split, alpha=0.05)
    assert (interval.low, interval.high) == pytest.approx((float(low), float(high)))


def test_a_lead_inside_one_question_uses_the_multinomial_error() -> None:
    lead = [LinearTerm("a", "q", 1, 0.45, 1000), LinearTerm("a", "q", -1, 0.40, 1000)]
    arm = norm.isf(0.025) * multinomial_se([0.45, 0.40], [1, -1], 1000)
    interval = combine_linear(lead, alpha=0.05)
    assert (interval.low, interval.high) == pytest.approx((0.05 - arm, 0.05 + arm))


def test_the_same_people_are_added_and_other_people_are_squared_and_added() -> None:
    low, _ = wilson(0.5, 100, 0.05)
    arm = 0.5 - float(low)
    same = [LinearTerm("a", question, 1, 0.5, 100) for question in "qr"]
    others = [LinearTerm(survey, "q", 1, 0.5, 100) for survey in "ab"]
    assert combine_linear(same, alpha=0.05).low == pytest.approx(1 - 2 * arm)
    assert combine_linear(others, alpha=0.05).low == pytest.approx(1 - math.sqrt(2) * arm)


@given(SHARES, SHARES, SIZES, SIZES, ALPHAS)
def test_changing_every_sign_turns_the_interval_round(p: float, q: float, n: float, m: float, alpha: float) -> None:
    plus = combine_linear([LinearTerm("a", "q", 2, p, n), LinearTerm("a", "r", -1, q, m)], alpha=alpha)
    minus = combine_linear([LinearTerm("a", "q", -2, p, n), LinearTerm("a", "r", 1, q, m)], alpha=alpha)
    assert (-minus.high, -minus.low) == pytest.approx((plus.low, plus.high), abs=1e-9)


def test_the_hull_covers_both_intervals() -> None:
    assert Interval(0.2, 0.5).hull(Interval(0.4, 0.9)) == Interval(0.2, 0.9)


TWO_BASES = [LinearTerm("igov", "skills", 1, 0.3, 60), LinearTerm("igov", "skills", -1, 0.2, 62)]
FAULTS = [
    (lambda: wilson(58, 235, 0.05), "share must be in [0, 1]; got 58. Divide a percentage by 100."),
    (lambda: wilson([0.2, math.nan], 9, 0.05), "share must be in [0, 1]; got nan. Divide a percentage by 100."),
    (
        lambda: wilson(0.5, 0, 0.05),
        "n_effective must be positive; got 0. A share of nobody has no interval: leave it out.",
    ),
    (
        lambda: wilson(0.5, 9, 95),
        "alpha must be strictly between 0 and 1; got 95. Pass 0.05 for a 95 % interval.",
    ),
    (
        lambda: estimate_share([0.3], [10], alpha=0.05),
        "counts must be whole numbers; got 0.3. Pass counts of people, not shares.",
    ),
    (lambda: estimate_share([0], [0], alpha=0.05), "bases must be whole numbers from 1; got 0. Drop empty bases."),
    (
        lambda: estimate_share([], [], alpha=0.05),
        "counts and bases must be parallel and not empty; got 0 and 0 values. Pass one base for each count.",
    ),
    (
        lambda: estimate_share([1, 2], [5], alpha=0.05),
        "counts and bases must be parallel and not empty; got 2 and 1 values. Pass one base for each count.",
    ),
    (
        lambda: estimate_share([1, 6], [5, 5], alpha=0.05),
        "counts must lie between 0 and their base; got 6 of 5. Check the order of the arguments.",
    ),
    (lambda: estimate_share([1], [5], design_effect=0, alpha=0.05), "design_effect must be positive; got 0. Pass 1."),
    (
        lambda: manski(60, 50, answered=80, asked=100),
        "manski needs 0 <= yes_low <= yes_high <= answered <= asked; got 60, 50, 80, 100. "
        "Check the order of the arguments.",
    ),
    (
        lambda: multinomial_se([0.9, 0.3], [1, 1], 10),
        "shares of one exclusive question must add to at most 1; got 1.2. "
        "Put answers that people could combine into different groups.",
    ),
    (
        lambda: combine_linear([], alpha=0.05),
        "terms must not be empty; got none. Pass one LinearTerm for each share of the sum.",
    ),
    (
        lambda: combine_linear(TWO_BASES, alpha=0.05),
        "the shares of group 'skills' of survey 'igov' must rest on one base; got 60 and 62. "
        "Put answers with different bases into different groups.",
    ),
    (lambda: Interval(0.5, 0.2), "low must be at most high; got 0.5 and 0.2. Swap the two ends."),
]


@pytest.mark.parametrize(("fault", "message"), FAULTS, ids=[message for _, message in FAULTS])
def test_a_fault_says_what_to_do(fault: Any, message: str) -> None:
    with pytest.raises(ValueError) as caught:
        fault()
    assert str(caught.value) == message
