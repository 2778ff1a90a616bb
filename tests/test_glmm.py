"""Regressions of counts against lme4, metafor, VGAM and glmmTMB, and against their own limits."""

from __future__ import annotations

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.special import expit
from scipy.stats import betabinom, binom, norm

from crosswave.models.count_models import Counts, LikelihoodFit, beta_binomial, binomial_normal, counts_by_design

settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")

# dat.pritz1997 of metadat 1.2.0; t <- (1:14 - 7.5) / 3 as a made-up moderator.
X = [16, 10, 4, 43, 10, 25, 13, 12, 22, 4, 5, 18, 58, 6]
N = [17, 12, 8, 58, 10, 42, 14, 12, 41, 5, 6, 23, 68, 10]
ALONE = counts_by_design(X, N, np.ones((14, 1)))
DATED = counts_by_design(X, N, np.column_stack([np.ones(14), (np.arange(14) - 6.5) / 3]))

# Eight surveys of the size of those here; d in years from 2020.
SURVEYS = counts_by_design(
    [756, 653, 545, 129, 192, 503, 114, 49],
    [1425, 1095, 975, 235, 232, 1006, 170, 100],
    np.column_stack([np.ones(8), np.array([2016.2, 2017.4, 2017.5, 2017.1, 2019.5, 2022.8, 2024.5, 2025.2]) - 2020]),
)


def numbers(fit: LikelihoodFit) -> list[float]:
    return [*fit.coefficients, *fit.errors, fit.dispersion]


def test_seven_nodes_give_what_metafor_prints() -> None:
    """R 4.2.2, metafor 3.8-1 with lme4 1.1-31: rma.glmm(measure="PLO", xi=xi, ni=ni, data=dat.pritz1997).

    Its optimiser stops earlier: the likelihood here is higher.
    """
    fit = binomial_normal(ALONE, nodes=7)
    assert numbers(fit) == pytest.approx([1.376604389, 0.2883871878, 0.5893309018], abs=1e-5)
    assert expit([fit.low[0], fit.high[0]]) == pytest.approx([0.6924026, 0.8745534], abs=1e-6)
    assert expit(fit.coefficients[0]) == pytest.approx(0.7984451, abs=1e-6)


# R 4.2.2, lme4 1.1-31: glmer(cbind(x, n - x) ~ ... + (1 | seq_along(x)), family=binomial, nAGQ=25,
# control=glmerControl("nloptwrap", optCtrl=list(ftol_abs=1e-14, xtol_abs=1e-14, maxeval=1e5))).
@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (ALONE, [1.376595706975, 0.288380121099, 0.589309687269]),
        (DATED, [1.3821227517435, -0.0978474289981, 0.2894015172581, 0.2036489137664, 0.5941446759422]),
        (SURVEYS, [0.3891306609915, -0.0034244346589, 0.1681164205748, 0.0502889618990, 0.2106035588095]),
    ],
    ids=["alone", "dated", "surveys"],
)
def test_binomial_normal_agrees_with_lme4(data: Counts, expected: list[float]) -> None:
    assert numbers(binomial_normal(data)) == pytest.approx(expected, abs=6e-5)


def test_the_integral_over_surveys_is_that_of_adaptive_quadrature_of_scipy() -> None:
    fit = binomial_normal(DATED)
    tau = np.sqrt(fit.dispersion)
    linear = DATED.design @ fit.coefficients

    def density(u: float, x: int, n: int, eta: float) -> float:
        return float(binom.pmf(x, n, expit(eta + tau * u)) * norm.pdf(u))

    integrals = [
        quad(density, -12, 12, args=one, epsabs=1e-14, epsrel=1e-11, limit=200)[0]
        for one in zip(X, N, linear, strict=True)
    ]
    assert fit.log_likelihood == pytest.approx(np.log(integrals).sum(), abs=1e-6)


# R 4.2.2, VGAM 1.1-7: vglm(cbind(x, n - x) ~ ..., betabinomial(), epsilon=1e-14, maxit=500): coef(), rho from
# logit(rho), logLik(). Errors: glmmTMB 1.1.5, family=betabinomial(), sqrt(diag(vcov(fit)$cond)); VGAM's own come from
# the expected information.
@pytest.mark.parametrize(
    ("data", "b", "logit_rho", "log_likelihood"),
    [
        (ALONE, [1.235328050087], -2.297037302191, -32.509606300885),
        (DATED, [1.241222862009, -0.096616350077], -2.295728554070, -32.358941243603),
        (SURVEYS, [0.37205853582312, -0.00329169212644], -3.06502581085565, -42.27055065813569),
    ],
    ids=["alone", "dated", "surveys"],
)
def test_beta_binomial_agrees_with_vgam(data: Counts, b: list[float], logit_rho: float, log_likelihood: float) -> None:
    fit = beta_binomial(data)
    assert fit.coefficients == pytest.approx(b, abs=1e-6)
    assert fit.dispersion == pytest.approx(expit(logit_rho), abs=1e-6)
    assert fit.log_likelihood == pytest.approx(log_likelihood, abs=1e-9)


@pytest.mark.parametrize(
    ("data", "errors"),
    [(DATED, [0.2483758576117, 0.1767862322032]), (SURVEYS, [0.15724243405030, 0.04763343664886])],
    ids=["dated", "surveys"],
)
def test_beta_binomial_errors_agree_with_glmmtmb(data: Counts, errors: list[float]) -> None:
    assert beta_binomial(data).errors == pytest.approx(errors, abs=2e-6)


def test_beta_binomial_likelihood_is_that_of_scipy() -> None:
    fit = beta_binomial(DATED)
    mean, size = expit(DATED.design @ fit.coefficients), 1 / fit.dispersion - 1
    expected = betabinom.logpmf(X, N, mean * size, (1 - mean) * size).sum()
    assert fit.log_likelihood == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("model", [binomial_normal, beta_binomial])
def test_waves_that_agree_better_than_chance_give_plain_logistic_regression(model: object) -> None:
    data = counts_by_design([50, 52, 48, 51, 49], [100] * 5, np.column_stack([np.ones(5), range(5)]))
    fit = model(data)  # type: ignore[operator]
    plain = sm.GLM(np.column_stack([data.yes, 100 - data.yes]), data.design, family=sm.families.Binomial()).fit()
    assert fit.dispersion == pytest.approx(0, abs=1e-9)
    assert fit.coefficients == pytest.approx(plain.params, abs=1e-6)
    assert fit.errors == pytest.approx(plain.bse, abs=1e-5)
    assert fit.log_likelihood == pytest.approx(plain.llf, abs=1e-8)


def test_students_t_widens_what_the_normal_law_gives() -> None:
    normal, student = (binomial_normal(SURVEYS, law=law) for law in ("normal", "t"))
    half = (student.high[1] - student.low[1]) / (normal.high[1] - normal.low[1])
    assert half == pytest.approx(2.446911851 / 1.959963985, abs=1e-8)  # R: qt(.975, 6) / qnorm(.975)
    assert student.p_values[1] > normal.p_values[1]


COUNTS = st.lists(st.tuples(st.integers(5, 60), st.integers(70, 300)), min_size=5, max_size=7)


@settings(max_examples=15)
@given(COUNTS, st.sampled_from([binomial_normal, beta_binomial]))
def test_saying_no_in_place_of_yes_only_turns_the_sign(waves: list[tuple[int, int]], model: object) -> None:
    x, n = map(np.array, zip(*waves, strict=True))
    design = np.column_stack([np.ones(len(x)), np.arange(len(x)) - (len(x) - 1) / 2])
    yes, no = (model(counts_by_design(part, n, design)) for part in (x, n - x))  # type: ignore[operator]
    assert yes.coefficients == pytest.approx(-no.coefficients, abs=1e-4)
    assert yes.log_likelihood == pytest.approx(no.log_likelihood, abs=1e-7)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: counts_by_design([3], [2], [[1]]),
            "counts must be one for each base and within it; got [3.0] of [2.0]. Correct the counts.",
        ),
        (
            lambda: counts_by_design([0, 0], [2, 2], [[1], [1]]),
            "counts must hold some and not all of the bases; got 0 of 4. Use an exact interval where everyone or "
            "nobody said yes.",
        ),
        (
            lambda: counts_by_design([1, 1], [2, 2], [[1, 1], [1, 1]]),
            "design must have a row for each of 2 waves, full column rank and fewer columns than rows; got shape "
            "(2, 2) of rank 1. Leave out columns that others determine.",
        ),
        (lambda: binomial_normal(ALONE, nodes=0), "nodes must be 1 or more; got 0. Pass 25."),
        (
            lambda: binomial_normal(ALONE, law="z"),
            "law must be one of normal, t; got 'z'. Choose one of them.",
        ),
    ],
)
def test_what_cannot_be_fitted_is_refused_with_the_way_out(call: object, message: str) -> None:
    with pytest.raises(ValueError) as fault:
        call()  # type: ignore[operator]
    assert str(fault.value) == message
