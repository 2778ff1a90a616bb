"""Slopes on uncertain dates: against metafor, against a grid of dates, and against a known truth."""

from __future__ import annotations

from itertools import product

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.special import expit

from crosswave.models.heterogeneity import Effects, logit_effects, predict, random_effects
from crosswave.models.meta_regression import (
    Dates,
    SlopeRange,
    date_design,
    dates_between,
    identified_terms,
    meta_regression,
    slope_is_identified,
    slope_over_dates,
)

settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")

# Eight surveys of the size of those here.
SURVEYS = logit_effects([756, 653, 545, 129, 192, 503, 114, 49], [1425, 1095, 975, 235, 232, 1006, 170, 100])
MOMENTS = np.array([2016.2, 2017.4, 2017.5, 2017.1, 2019.5, 2022.8, 2024.5, 2025.2])


def test_meta_regression_agrees_with_metafor() -> None:
    """R 4.2.2, metafor 3.8-1: rma(measure="PLO", xi=x, ni=n, mods=~I(d - 2020), method="REML", test="adhoc",

    control=list(threshold=1e-13, maxiter=1000)); confint(., control=list(tol=1e-13));
    predict(., newmods=6, transf=transf.ilogit).
    """
    fit = random_effects(SURVEYS, date_design(MOMENTS, 2020))
    assert fit.coefficients == pytest.approx([0.38967539667544, -0.00396557418662], abs=5e-12)
    assert fit.errors == pytest.approx([0.19838543981233, 0.05918190440236], abs=5e-12)
    assert fit.low == pytest.approx([-0.09575628709596, -0.14877847744209], abs=5e-12)
    assert fit.high == pytest.approx([0.87510708044683, 0.14084732906885], abs=5e-12)
    assert fit.p_values == pytest.approx([0.09712343774716, 0.94875354191410], abs=5e-12)
    assert (fit.tau2, fit.q) == pytest.approx((0.28758230125539, 93.08617884155714), abs=5e-12)
    assert (fit.tau2_low, fit.tau2_high) == pytest.approx((0.109074965422, 1.55574016934), abs=5e-11)
    found = predict(fit, [1, 6])
    assert (found.share, found.low, found.high) == pytest.approx((0.5904635392, 0.3456283977, 0.7973922852), abs=5e-10)
    assert (found.next_low, found.next_high) == pytest.approx((0.2164508624, 0.8826982899), abs=5e-10)


# dat.bcg of metadat 1.2.0, log risk ratios as escalc("RR") of metafor 3.8-1 gives them; year - 1900.
BCG_TRIALS = np.array(
    [
        [4, 119, 11, 128, 48], [6, 300, 29, 274, 49], [3, 228, 11, 209, 60], [62, 13536, 248, 12619, 77],
        [33, 5036, 47, 5761, 73], [180, 1361, 372, 1079, 53], [8, 2537, 10, 619, 73], [505, 87886, 499, 87892, 80],
        [29, 7470, 45, 7232, 68], [17, 1699, 65, 1600, 61], [186, 50448, 141, 27197, 74], [5, 2493, 3, 2338, 69],
        [27, 16886, 29, 17825, 76],
    ]
)  # fmt: skip


# R 4.2.2, metafor 3.8-1: rma(yi, vi, mods=~year, data=escalc("RR", ..., data=dat.bcg), method=...), control as above.
@pytest.mark.parametrize(
    ("method", "slope", "error", "tau2"),
    [
        ("PM", 0.0266586454843, 0.0162313691533, 0.2649359541658),
        ("REML", 0.0266626478021, 0.0162337484022, 0.266555772380),
    ],
)
def test_every_estimator_with_a_moderator_agrees_with_metafor(
    method: str, slope: float, error: float, tau2: float
) -> None:
    """REML's error is that of test="knha"; the mean square is below 1 there, so that plain and ad hoc differ."""
    a, b, c, d, year = BCG_TRIALS.T
    effects = Effects(np.log(a / (a + b) / (c / (c + d))), 1 / a - 1 / (a + b) + 1 / c - 1 / (c + d))
    inference = "knapp-hartung" if method == "REML" else "normal"
    fit = random_effects(effects, date_design(year, 66.0), method=method, inference=inference)
    assert (fit.coefficients[1], fit.errors[1], fit.tau2) == pytest.approx((slope, error, tau2), abs=5e-11)


def test_shares_on_a_line_give_that_line_by_hand() -> None:
    """Odds double each year: 1/2, 1, 2 of 90, then 4 of 90: slope log 2."""
    effects = logit_effects([30, 45, 60, 72], [90] * 4)
    days = np.array([2017.0, 2018.0, 2019.0, 2020.0])
    fit = meta_regression(effects, dates_between(days, days))
    assert fit.coefficients[1] == pytest.approx(np.log(2), abs=1e-12)
    assert fit.tau2 == 0


def test_known_dates_leave_the_slope_no_range() -> None:
    known = dates_between(MOMENTS, MOMENTS)
    fit = meta_regression(SURVEYS, known)
    found = slope_over_dates(SURVEYS, known)
    slope, low, high, p = (part[1] for part in (fit.coefficients, fit.low, fit.high, fit.p_values))
    expected = SlopeRange(slope, slope, low, high, p, p)
    assert [getattr(found, name) for name in SlopeRange.__slots__] == pytest.approx(
        [getattr(expected, name) for name in SlopeRange.__slots__], abs=1e-12
    )


def random_case(rng: np.random.Generator, k: int) -> tuple[Effects, Dates]:
    middle = np.sort(rng.uniform(2013, 2025, k))
    half = rng.choice([0, 0.05, 0.25, 0.5], k)
    sizes = rng.integers(80, 1500, k)
    shares = expit(rng.normal(0, 0.4, k) + 0.1 * rng.normal() * (middle - 2019))
    return logit_effects(rng.binomial(sizes, shares), sizes), dates_between(middle - half, middle + half)


@pytest.mark.parametrize(("seed", "k", "steps"), [(1, 5, 3), (2, 5, 3), (3, 5, 3), (4, 7, 3), (5, 8, 2)])
def test_no_date_on_a_grid_gives_more_than_the_search_finds(seed: int, k: int, steps: int) -> None:
    """Corners and middles: every end, within a ten-thousandth of the width of its interval."""
    effects, dates = random_case(np.random.default_rng(seed), k)
    found = slope_over_dates(effects, dates)
    axes = [np.linspace(a, b, steps) if a < b else [a] for a, b in zip(dates.low, dates.high, strict=True)]
    fits = [random_effects(effects, date_design(np.array(m), dates.centre)) for m in product(*axes)]
    slopes, lows, highs, p = (
        np.array([getattr(fit, name)[1] for fit in fits]) for name in ("coefficients", "low", "high", "p_values")
    )
    near = 1e-4 * (found.high - found.low)
    assert found.slope_low - near <= slopes.min() <= slopes.max() <= found.slope_high + near
    assert found.low - near <= lows.min() <= highs.max() <= found.high + near
    assert found.p_low - 1e-3 <= p.min() <= p.max() <= found.p_high + 1e-3


@settings(max_examples=10)
@given(st.integers(0, 10_000), st.floats(-50, 50))
def test_another_calendar_changes_nothing(seed: int, shift: float) -> None:
    effects, dates = random_case(np.random.default_rng(seed), 5)
    assume(slope_is_identified(dates))
    moved = slope_over_dates(effects, dates_between(dates.low + shift, dates.high + shift))
    found = slope_over_dates(effects, dates)
    assert (moved.low, moved.high) == pytest.approx((found.low, found.high), abs=1e-4 * (found.high - found.low))


def test_dates_that_may_coincide_give_no_slope() -> None:
    together = dates_between([2017.0, 2017.2, 2017.5], [2018.0, 2017.6, 2018.5])
    apart = dates_between([2017.0, 2017.2, 2017.7], [2018.0, 2017.6, 2018.5])
    assert not slope_is_identified(together)
    assert slope_is_identified(apart)
    with pytest.raises(ValueError, match="dates must tell waves apart that the other columns do not"):
        meta_regression(logit_effects([5, 5, 6], [9, 9, 9]), together)


def test_dates_in_the_wrong_order_are_refused() -> None:
    with pytest.raises(ValueError) as fault:
        dates_between([2018.0], [2017.0])
    assert str(fault.value) == (
        "low must be one date for each of high and not after it; got [2018.0] and [2017.0]. Exchange the ends."
    )


def reasons(**columns: object) -> dict[str, str | None]:
    k = len(next(iter(columns.values())))  # type: ignore[arg-type]
    plain = {
        "date_low": 2015.0 + np.arange(k), "date_high": 2015.2 + np.arange(k), "house": ["a"] * k,
        "wording": ["same"] * k, "question_changed": [False] * k,
    }  # fmt: skip
    return {term.name: term.reason for term in identified_terms(pd.DataFrame(plain | columns))}


def test_a_term_is_admitted_only_where_waves_can_tell_it() -> None:
    assert reasons(house=list("ababab"))["house"] is None
    assert reasons(house=list("aabaaa"))["house"] == "only one survey has b"
    assert reasons(house=list("aaaaaa"))["house"] == "every survey has the same: a"
    assert reasons(house=["a", None, "a", "b", "b", "a"])["house"] == "it is not recorded for 1 of 6 surveys"
    assert reasons(house=list("abab"))["house"] == "it would leave 1 degrees of freedom; 2 are needed"


def test_a_term_that_dates_may_stand_for_is_not_identified() -> None:
    years = np.array([2015, 2015, 2015, 2019, 2019, 2019.0])
    assert reasons(house=list("aaabbb"), date_low=years, date_high=years + 0.9)["house"] == (
        "it cannot be told from the date: within each level the surveys may have been in the field at once"
    )


def test_a_term_that_another_determines_is_not_identified() -> None:
    found = reasons(house=list("ababab"), wording=["same", "similar"] * 3)
    assert found["house"] is None
    assert found["wording"] == "its levels are a combination of the terms before it"


def test_a_break_starts_at_the_wave_where_the_question_changed() -> None:
    changed = [False, False, False, True, False, False]
    table = pd.DataFrame(
        {
            "date_low": 2015.0 + np.arange(6), "date_high": 2015.2 + np.arange(6), "house": ["a"] * 6,
            "wording": ["same"] * 6, "question_changed": changed,
        }
    )  # fmt: skip
    term = identified_terms(table)[0]
    assert (term.name, term.identified) == ("break", True)
    assert term.columns.ravel().tolist() == [0, 0, 0, 1, 1, 1]


def slope_coverage(tau: float, k: int, inference: str, draws: int) -> float:
    """Share of intervals that hold the true slope: k yearly surveys of 200 to 1,500, differing by tau."""
    rng = np.random.default_rng(20)
    design = date_design(np.arange(k, dtype=float), (k - 1) / 2)
    truth, held = 0.08, 0
    for _ in range(draws):
        sizes = rng.integers(200, 1500, k)
        shares = expit(-0.3 + truth * design[:, 1] + rng.normal(0, tau, k))
        fit = random_effects(logit_effects(rng.binomial(sizes, shares), sizes), design, inference=inference)
        held += bool(fit.low[1] <= truth <= fit.high[1])
    return held / draws


@pytest.mark.parametrize("k", [5, 8])
def test_ad_hoc_knapp_hartung_holds_the_true_slope_as_often_as_it_says(k: int) -> None:
    """Standard error of a simulated 95 % with 1,500 draws: 0.6 points; three of them either way."""
    assert slope_coverage(0.4, k, "ad-hoc", 1500) == pytest.approx(0.95, abs=0.017)


def test_without_differences_between_surveys_it_errs_on_the_safe_side() -> None:
    assert slope_coverage(0.0, 6, "ad-hoc", 600) >= 0.95


def test_normal_intervals_miss_the_true_slope_too_often() -> None:
    """Why Knapp and Hartung: with five surveys the normal interval promises 95 % and does not keep it."""
    assert slope_coverage(0.4, 5, "normal", 600) < 0.92
