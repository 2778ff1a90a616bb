"""Pooled logit shares against metafor, statsmodels and print, and what no data may break."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import chi2
from statsmodels.regression.linear_model import WLS
from statsmodels.stats.meta_analysis import combine_effects

from crosswave.models.heterogeneity import ESTIMATORS, Effects, logit_effects, q_profile, weighted_fits

settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")

# dat.pritz1997 of metadat 1.2.0.
PRITZ = logit_effects(
    [16, 10, 4, 43, 10, 25, 13, 12, 22, 4, 5, 18, 58, 6], [17, 12, 8, 58, 10, 42, 14, 12, 41, 5, 6, 23, 68, 10]
)
ONES = np.ones((14, 1))

# dat.bcg of metadat 1.2.0: tpos, tneg, cpos, cneg.
BCG_COUNTS = np.array(
    [
        [4, 119, 11, 128], [6, 300, 29, 274], [3, 228, 11, 209], [62, 13536, 248, 12619], [33, 5036, 47, 5761],
        [180, 1361, 372, 1079], [8, 2537, 10, 619], [505, 87886, 499, 87892], [29, 7470, 45, 7232],
        [17, 1699, 65, 1600], [186, 50448, 141, 27197], [5, 2493, 3, 2338], [27, 16886, 29, 17825],
    ]
)  # fmt: skip


def log_risk_ratios() -> Effects:
    a, b, c, d = BCG_COUNTS.T
    return Effects(np.log(a / (a + b) / (c / (c + d))), 1 / a - 1 / (a + b) + 1 / c - 1 / (c + d))


KACKER = Effects(
    np.array([61, 61.4, 62.21, 62.3, 62.34, 62.6, 62.7, 62.84, 65.9]),
    np.array([0.2025, 1.21, 0.09, 0.2025, 0.3844, 0.5625, 0.0676, 0.0225, 1.8225]),
)
PYMARE = Effects(np.array([-1, 0.5, 0.5, 0.5, 1, 1, 2, 10]), np.array([1, 1, 2.4, 0.5, 1, 1, 1.2, 1.5]))
PYMARE_X = [1, 1, 2, 2, 4, 4, 2.8, 2.8]


def fitted(effects: Effects, design: np.ndarray, method: str) -> tuple[np.ndarray, np.ndarray, float]:
    """Coefficients, their errors and the variance between figures."""
    tau2 = ESTIMATORS[method](effects, design[None])
    fits = weighted_fits(tau2, effects, design[None])
    return fits.coefficients[0], np.sqrt(np.diag(fits.inverse[0])), float(tau2[0])


def pooled(effects: Effects, method: str) -> tuple[float, float, float]:
    (b,), (error,), tau2 = fitted(effects, np.ones((len(effects.values), 1)), method)
    return float(b), float(error), tau2


# R 4.2.2, metafor 3.8-1: rma(yi, vi, data=escalc("PLO", xi=xi, ni=ni, data=dat.pritz1997), method=...,
# control=list(threshold=1e-13, tol=1e-13, maxiter=1000)). At its default tolerance metafor stops earlier:
# REML tau2 .3645878465, PM b 1.145352911.
PRITZ_ROWS = [
    ("FE", 0.941315334324, 0.135575175809, 0.0),
    ("PM", 1.145355841513, 0.245502258469, 0.385868649045),
    ("REML", 1.138909115986, 0.241477898346, 0.364587778609),
]


@pytest.mark.parametrize(("method", "b", "se", "tau2"), PRITZ_ROWS)
def test_pooled_logits_agree_with_metafor_run_to_the_last_digit(method: str, b: float, se: float, tau2: float) -> None:
    assert pooled(PRITZ, method) == pytest.approx((b, se, tau2), abs=5e-12)


# The same at metafor's default tolerance, as it prints to anyone.
DEFAULT_ROWS = [
    ("FE", 0.9413153343, 0.1355751758, 0.0, 5e-10),
    ("PM", 1.145352911, 0.2455004156, 0.38586864905, 5e-6),
    ("REML", 1.138909137, 0.2414779114, 0.3645878465, 1e-7),
]


@pytest.mark.parametrize(("method", "b", "se", "tau2", "tolerance"), DEFAULT_ROWS)
def test_pooled_logits_agree_with_metafor_as_printed(
    method: str, b: float, se: float, tau2: float, tolerance: float
) -> None:
    assert pooled(PRITZ, method) == pytest.approx((b, se, tau2), abs=tolerance)


def test_heterogeneity_and_its_interval_agree_with_metafor() -> None:
    """R 4.2.2, metafor 3.8-1: rma(..., method="FE"); confint(rma(..., method="REML"), control=list(tol=1e-13))."""
    assert weighted_fits(np.zeros(1), PRITZ, ONES[None]).q[0] == pytest.approx(29.785416460258, abs=5e-11)
    assert q_profile(PRITZ, ONES, 0.05) == pytest.approx((0.0413631259206, 2.05099230819), abs=5e-12)


@pytest.mark.parametrize("alpha", [0.05, 1e-3, 1e-6])
def test_the_interval_of_two_figures_by_hand_however_wide_it_is(alpha: float) -> None:
    # Q(t) = (1/2) / (0.1 + t) meets the two quantiles of chi-square on one degree of freedom.
    found = q_profile(Effects(np.array([0.0, 1.0]), np.full(2, 0.1)), np.ones((2, 1)), alpha)
    by_hand = [max(0.5 / chi2.isf(tail, 1) - 0.1, 0) for tail in (alpha / 2, 1 - alpha / 2)]
    assert found == pytest.approx(by_hand, rel=1e-7, abs=1e-12)


# R 4.2.2, metafor 3.8-1: rma(measure="RR", ai=tpos, bi=tneg, ci=cpos, di=cneg, data=dat.bcg, method=...),
# control as above.
@pytest.mark.parametrize(
    ("method", "b", "se", "tau2"),
    [
        ("PM", -0.714968153493, 0.180892191538, 0.318068452205),
        ("REML", -0.714532342158, 0.179781516105, 0.313243258136),
    ],
)
def test_pooled_risk_ratios_of_bcg_agree_with_metafor(method: str, b: float, se: float, tau2: float) -> None:
    assert pooled(log_risk_ratios(), method) == pytest.approx((b, se, tau2), abs=5e-12)
    whole = weighted_fits(np.zeros(1), log_risk_ratios(), np.ones((1, 13, 1)))
    assert whole.q[0] == pytest.approx(152.233008082373, abs=5e-11)


def test_paule_mandel_of_the_kacker_example_is_what_statsmodels_prints() -> None:
    """statsmodels 0.15.0, tests of stats.meta_analysis; R 4.2.2, metafor 3.8-1: rma(y, v, method="PM")."""
    assert pooled(KACKER, "PM") == pytest.approx((62.4076199113, 0.3380306027, 0.705395309224), abs=1e-10)


def test_meta_regression_of_the_pymare_example_agrees_with_metafor_and_pymare() -> None:
    """R 4.2.2, metafor 3.8-1: rma(y, v, mods=~x), control as above; PyMARE 0.0.13 prints -0.106576 and 0.769961."""
    b, errors, tau2 = fitted(PYMARE, np.column_stack([np.ones(8), PYMARE_X]), "REML")
    assert b == pytest.approx([-0.106575757601, 0.769960885126], abs=5e-12)
    assert errors == pytest.approx([2.993715173745, 1.113343980652], abs=5e-12)
    assert tau2 == pytest.approx(10.949937527699, abs=5e-11)


def test_pooling_agrees_with_statsmodels() -> None:
    """statsmodels stops Paule and Mandel at 1e-5; a smaller atol makes it return tau2 = 0 without a word."""
    theirs = combine_effects(PRITZ.values, PRITZ.variances, method_re="pm")
    assert pooled(PRITZ, "PM")[:2] == pytest.approx((theirs.mean_effect_re, theirs.sd_eff_w_re), abs=1e-5)
    assert weighted_fits(np.zeros(1), PRITZ, ONES[None]).q[0] == pytest.approx(theirs.q, abs=1e-10)


def test_coefficients_are_weighted_least_squares_of_statsmodels() -> None:
    design = np.column_stack([np.ones(8), PYMARE_X])
    b, errors, tau2 = fitted(PYMARE, design, "REML")
    theirs = WLS(PYMARE.values, design, weights=1 / (PYMARE.variances + tau2)).fit(cov_type="fixed scale")
    assert b == pytest.approx(theirs.params, abs=1e-12)
    assert errors == pytest.approx(theirs.bse, abs=1e-12)


def test_two_equal_waves_can_be_pooled_by_hand() -> None:
    """10 of 20 twice: logit 0, variance 1/10 + 1/10 each, 1/10 together; nothing differs between them."""
    assert pooled(logit_effects([10, 10], [20, 20]), "REML") == (0, pytest.approx(math.sqrt(0.1)), 0)


def test_one_half_is_added_only_where_nobody_or_everybody_said_yes() -> None:
    effects = logit_effects([0, 10, 20], [20, 20, 20])
    assert effects.values == pytest.approx([math.log(0.5 / 20.5), 0, math.log(20.5 / 0.5)])
    assert effects.variances == pytest.approx([2 + 1 / 20.5, 0.2, 2 + 1 / 20.5])


WAVES = st.lists(st.tuples(st.integers(0, 60), st.integers(60, 2000)), min_size=4, max_size=9)


@given(WAVES, st.sampled_from(sorted(ESTIMATORS)))
def test_saying_no_in_place_of_yes_only_turns_the_sign(waves: list[tuple[int, int]], method: str) -> None:
    x, n = map(np.array, zip(*waves, strict=True))
    yes, no = pooled(logit_effects(x, n), method), pooled(logit_effects(n - x, n), method)
    assert yes[0] == pytest.approx(-no[0], abs=1e-9)
    assert yes[2] == pytest.approx(no[2], rel=1e-6, abs=1e-9)


@given(WAVES)
def test_the_restricted_likelihood_is_nowhere_higher_than_at_its_estimate(waves: list[tuple[int, int]]) -> None:
    """The likelihood written out afresh: log det and residual sum with numpy's own least squares."""
    effects = logit_effects(*zip(*waves, strict=True))
    design = np.ones((len(waves), 1))

    def restricted(tau2: float) -> float:
        variance = effects.variances + tau2
        scaled = design / np.sqrt(variance)[:, None]
        rest = np.linalg.lstsq(scaled, effects.values / np.sqrt(variance), rcond=None)[1][0]
        return -0.5 * (np.log(variance).sum() + np.log(np.linalg.det(scaled.T @ scaled)) + rest)

    best = restricted(ESTIMATORS["REML"](effects, design[None])[0])
    assert all(restricted(tau2) <= best + 1e-9 for tau2 in np.geomspace(1e-6, 100, 80))
    assert restricted(0.0) <= best + 1e-9


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: logit_effects([3], [2]),
            "counts must be one for each base and within it; got [3.0] of [2.0]. Correct the counts.",
        ),
        (
            lambda: Effects(np.array([0.0]), np.array([0.0])),
            "variances must be positive and finite; got 0. A wave without sampling error needs no model.",
        ),
        (
            lambda: Effects(np.zeros(2), np.ones(3)),
            "values and variances must be two rows of equal length; got shapes (2,) and (3,).",
        ),
    ],
)
def test_what_cannot_be_pooled_is_refused_with_the_way_out(call: object, message: str) -> None:
    with pytest.raises(ValueError) as fault:
        call()  # type: ignore[operator]
    assert str(fault.value) == message
