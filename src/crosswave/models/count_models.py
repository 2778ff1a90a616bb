"""Trends in counts: within one instrument, and logistic regressions for surveys that differ by a normal or beta law."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from scipy.special import chdtrc, expit, gammaln, logsumexp, ndtr, stdtr, stdtrit
from statsmodels.tools.numdiff import approx_fprime, approx_hess

from crosswave.arguments import FloatArray, checked, checked_alpha
from crosswave.models.heterogeneity import checked_counts, checked_design

_START = 0.3
_NEWTON_STEPS = 100
_FLAT = 1e-3
# Below this spread the beta-binomial is the binomial to the last digit of a double; above it log Gamma needs a series.
_NARROWEST = 1e-14
_LARGE = 1e3

LAWS: Mapping[str, Callable[[int], float]] = {"normal": lambda df: np.inf, "t": lambda df: float(df)}
"""Degrees of freedom of the law behind intervals: normal, or Student's t on waves less coefficients."""


@dataclass(frozen=True, slots=True)
class Counts:
    """Counts of k waves on a design: "yes" answers and bases, fractional where divided by a design effect."""

    yes: FloatArray
    bases: FloatArray
    design: FloatArray

    @property
    def log_choose(self) -> float:
        """The logarithm of the product of the binomial coefficients."""
        x, n = self.yes, self.bases
        return float((gammaln(n + 1) - gammaln(x + 1) - gammaln(n - x + 1)).sum())


def counts_by_design(yes: npt.ArrayLike, bases: npt.ArrayLike, design: npt.ArrayLike) -> Counts:
    """Return counts of k waves on a design (k, p), checked."""
    x, n = checked_counts(yes, bases)
    if not 0 < x.sum() < n.sum():
        raise ValueError(
            f"counts must hold some and not all of the bases; got {x.sum():g} of {n.sum():g}. "
            "Use an exact interval where everyone or nobody said yes."
        )
    return Counts(x, n, checked_design(design, len(x)))


@dataclass(frozen=True, slots=True)
class LikelihoodFit:
    """Maximum-likelihood coefficients (p,) of a model of counts, on the logit scale, with Wald intervals and p.

    The dispersion is what is left between surveys: the variance tau2 of logits (binomial-normal) or the correlation
    rho of two answers of one survey (beta-binomial); 0 where the likelihood is highest there.
    """

    coefficients: FloatArray
    errors: FloatArray
    low: FloatArray
    high: FloatArray
    p_values: FloatArray
    dispersion: float
    log_likelihood: float
    df: int


def binomial_normal(data: Counts, *, nodes: int = 25, law: str = "normal", alpha: float = 0.05) -> LikelihoodFit:
    """Return the binomial-normal model: x_i binomial, its logit normal around the design.

    Parameters
    ----------
    data : Counts, of k waves, see `counts_by_design`
    nodes : int
        Quadrature nodes, 1 or more (1 is Laplace's approximation).
    law : {"normal", "t"}, of the Wald intervals
    alpha : float, error rate in (0, 1)

    Raises
    ------
    ValueError
        If an argument is out of range, or the likelihood has no maximum that can be found.

    Notes
    -----
    x_i ~ Bin(n_i, p_i), logit p_i = z_i'b + tau u_i, u_i ~ N(0, 1) integrated out with nodes centred at the mode of
    each wave and scaled by the curvature there. No continuity correction is needed. The likelihood is even in tau, so
    that it is maximised over all real tau, without a boundary; standard errors invert its Hessian in (b, tau).

    References
    ----------
    Stijnen, Hamza and Ozdemir (2010), doi:10.1002/sim.4040; Liu and Pierce (1994), doi:10.1093/biomet/81.3.624.

    Examples
    --------
    dat.pritz1997 of metafor (rma.glmm(measure="PLO"), which has 7 nodes):

    >>> x = [16, 10, 4, 43, 10, 25, 13, 12, 22, 4, 5, 18, 58, 6]
    >>> n = [17, 12, 8, 58, 10, 42, 14, 12, 41, 5, 6, 23, 68, 10]
    >>> fit = binomial_normal(counts_by_design(x, n, np.ones((14, 1))), nodes=7)
    >>> f"{fit.coefficients[0]:.4f} {fit.errors[0]:.4f} {fit.dispersion:.4f}"
    '1.3766 0.2884 0.5893'
    """
    if nodes < 1:
        raise ValueError(f"nodes must be 1 or more; got {nodes}. Pass 25.")
    points, weights = np.polynomial.hermite.hermgauss(nodes)
    # The factor of each node that does not depend on the data: its weight without the Gaussian that it stands for.
    log_weights = np.log(weights) + points**2

    def log_likelihood(parameters: FloatArray) -> float:
        linear, tau = data.design @ parameters[:-1], float(parameters[-1])
        mode = _mode(data, linear, tau)
        at_mode = expit(linear + tau * mode)
        width = 1 / np.sqrt(1 + tau**2 * data.bases * at_mode * (1 - at_mode))
        u = mode[:, None] + np.sqrt(2) * width[:, None] * points
        eta = linear[:, None] + tau * u
        joint = data.yes[:, None] * eta - data.bases[:, None] * np.logaddexp(0, eta) - u**2 / 2
        integrals = logsumexp(joint + log_weights, axis=1) + np.log(width / np.sqrt(np.pi))
        return float(integrals.sum()) + data.log_choose

    return maximised(log_likelihood, data, dispersion=lambda tau: tau**2, law=law, alpha=alpha)


def _mode(data: Counts, linear: FloatArray, tau: float) -> FloatArray:
    """The u that makes each wave likeliest. The target is concave; short steps keep Newton from leaping over it."""
    u = np.zeros_like(linear)
    for _ in range(_NEWTON_STEPS):
        p = expit(linear + tau * u)
        step = (tau * (data.yes - data.bases * p) - u) / (1 + tau**2 * data.bases * p * (1 - p))
        u = u + np.clip(step, -1, 1)
        if np.abs(step).max() < 1e-12:
            break
    return u


def beta_binomial(data: Counts, *, law: str = "normal", alpha: float = 0.05) -> LikelihoodFit:
    """Return the beta-binomial model: x_i binomial, its share beta around the design.

    Parameters
    ----------
    data : Counts, of k waves, see `counts_by_design`
    law : {"normal", "t"}, of the Wald intervals
    alpha : float, error rate in (0, 1)

    Notes
    -----
    x_i ~ Bin(n_i, p_i), p_i ~ Beta(m_i / s^2, (1 - m_i) / s^2), logit m_i = z_i'b; two answers of one survey have the
    correlation rho = s^2 / (1 + s^2). The likelihood is even in s, so that it is maximised over all real s.
    Coefficients are those of the average survey's share, hence nearer to 0 than those of the binomial-normal model.
    statsmodels has no beta-binomial family.

    References
    ----------
    Williams (1975), doi:10.2307/2529820; Kleinman (1973), doi:10.1080/01621459.1973.10481332.

    Examples
    --------
    dat.pritz1997 of metafor; VGAM 1.1-7: vglm(cbind(x, n - x) ~ 1, betabinomial):

    >>> x = [16, 10, 4, 43, 10, 25, 13, 12, 22, 4, 5, 18, 58, 6]
    >>> n = [17, 12, 8, 58, 10, 42, 14, 12, 41, 5, 6, 23, 68, 10]
    >>> fit = beta_binomial(counts_by_design(x, n, np.ones((14, 1))))
    >>> f"{fit.coefficients[0]:.4f} {fit.dispersion:.4f}"
    '1.2353 0.0914'
    """

    def log_likelihood(parameters: FloatArray) -> float:
        mean, size = expit(data.design @ parameters[:-1]), 1 / max(float(parameters[-1]) ** 2, _NARROWEST)
        yes = _log_rising(mean * size, data.yes)
        no = _log_rising((1 - mean) * size, data.bases - data.yes)
        everyone = _log_rising(np.full_like(mean, size), data.bases)
        return data.log_choose + float((yes + no - everyone).sum())

    return maximised(log_likelihood, data, dispersion=lambda s: s**2 / (1 + s**2), law=law, alpha=alpha)


def _log_rising(start: FloatArray, steps: FloatArray) -> FloatArray:
    """log Gamma(z + x) - log Gamma(z); for large z from Stirling's series, where the difference would lose digits."""
    large = start > _LARGE
    z, small = np.where(large, start, _LARGE), np.where(large, 1.0, start)
    far = z + steps
    series = (z - 0.5) * np.log1p(steps / z) + steps * np.log(far) - steps + (1 / far - 1 / z) / 12
    return np.where(large, series - (1 / far**3 - 1 / z**3) / 360, gammaln(small + steps) - gammaln(small))


def maximised(
    log_likelihood: Callable[[FloatArray], float],
    data: Counts,
    *,
    dispersion: Callable[[float], float],
    law: str,
    alpha: float,
) -> LikelihoodFit:
    """Return the maximum of a likelihood in (coefficients, s) that is even in s, with Wald inference."""
    if law not in LAWS:
        raise ValueError(f"law must be one of {', '.join(LAWS)}; got {law!r}. Choose one of them.")
    logits = np.log((data.yes + 0.5) / (data.bases - data.yes + 0.5))
    found = minimize(
        lambda parameters: -log_likelihood(parameters),
        np.append(np.linalg.lstsq(data.design, logits, rcond=None)[0], _START),
        jac=lambda parameters: -np.asarray(approx_fprime(parameters, log_likelihood, centered=True)),
        hess=lambda parameters: -np.asarray(approx_hess(parameters, log_likelihood)),
        method="trust-exact",
        options={"gtol": 1e-7},
    )
    best, steepest = np.asarray(found.x, dtype=np.float64), float(np.abs(found.jac).max())
    hessian = np.asarray(approx_hess(best, log_likelihood))
    if steepest > _FLAT or np.linalg.eigvalsh(-hessian).min() <= 0:
        raise ValueError(
            f"the likelihood of {len(data.yes)} waves must have a peak that is curved in every direction; "
            f"the search ended at {best.round(3).tolist()}. Use fewer columns in the design."
        )
    p, df = data.design.shape[1], len(data.yes) - data.design.shape[1]
    b, errors, freedom = best[:p], np.sqrt(np.diag(np.linalg.inv(-hessian)))[:p], LAWS[law](df)
    half = stdtrit(freedom, 1 - float(checked_alpha(alpha)) / 2) * errors
    p_values = 2 * stdtr(freedom, -np.abs(b / errors))
    at_best = dispersion(float(best[p])), float(log_likelihood(best))
    return LikelihoodFit(b, errors, b - half, b + half, p_values, *at_best, df)


# --- waves of one instrument ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class LinearTrend:
    """Cochran-Armitage test for a linear trend in shares, with what a line leaves unexplained.

    z is the signed root of the trend chi-square (1 degree of freedom), positive where shares rise with the scores;
    departure and homogeneity are chi-square, df and p of "the shares lie on a line" and of "all shares are equal".
    """

    z: float
    p_value: float
    departure: float
    departure_df: int
    departure_p: float
    homogeneity: float
    homogeneity_df: int
    homogeneity_p: float


def cochran_armitage(
    counts: Sequence[float], totals: Sequence[float], scores: Sequence[float] | None = None
) -> LinearTrend:
    """Return the Cochran-Armitage trend test of three or more shares (with two: the pooled z test).

    Parameters
    ----------
    counts, totals : sequence of float, shape (k,), k at least 2
        "Yes" answers and effective bases, ``0 <= counts <= totals``, totals positive.
    scores : sequence of float, shape (k,), optional
        Times of the waves; 0, 1, ... when absent.

    Raises
    ------
    ValueError
        If lengths differ, a count is outside its base, everyone or nobody said yes, or all scores are equal.

    Notes
    -----
    The variant of R's prop.trend.test, with ``N p (1 - p)`` as variance: the linear-by-linear statistic of
    statsmodels, whose variance has N - 1, times N / (N - 1). Departure is homogeneity minus trend.

    References
    ----------
    Cochran (1954), doi:10.2307/3001616; Armitage (1955), doi:10.2307/3001775.

    Examples
    --------
    Smokers among patients of four studies (Fleiss 1981; R's help page of prop.trend.test):

    >>> t = cochran_armitage([83, 90, 129, 70], [86, 93, 136, 82])
    >>> f"{t.z**2:.4f} {t.p_value:.6f} {t.homogeneity:.4f}"
    '8.2249 0.004132 12.6004'
    """
    from statsmodels.stats.contingency_tables import Table  # takes a second to import
    from statsmodels.stats.proportion import proportions_chisquare

    x, n = checked_counts(counts, totals)
    s = checked("scores", range(len(n)) if scores is None else scores, "finite", np.isfinite, "Drop undated waves.")
    if not len(x) == len(s) >= 2:
        raise ValueError(
            f"counts, totals and scores must have one length of at least 2; got {len(x)}, {len(n)} and {len(s)}. "
            "Pass one of each for every wave."
        )
    if not 0 < x.sum() < n.sum() or np.ptp(s) == 0:
        raise ValueError(
            "a trend needs counts within their totals, some yes and some no, and scores that differ; "
            f"got counts {x.tolist()} of {n.tolist()} at {s.tolist()}. Leave out waves that cannot show a trend."
        )
    # Without shift_zeros=False statsmodels adds one half to every cell as soon as one is empty.
    table, size, k = Table(np.column_stack([n - x, x]), shift_zeros=False), float(n.sum()), len(x)
    # Centred, because squares of years leave few digits for their differences.
    centred = s - np.average(s, weights=n)
    z = float(table.test_ordinal_association(row_scores=centred).zscore * np.sqrt(size / (size - 1)))
    homogeneity = float(proportions_chisquare(x, n)[0])
    departure = max(homogeneity - z**2, 0.0)
    departure_p = float(chdtrc(k - 2, departure)) if k > 2 else 1.0
    homogeneity_p = float(chdtrc(k - 1, homogeneity))
    return LinearTrend(z, float(2 * ndtr(-abs(z))), departure, k - 2, departure_p, homogeneity, k - 1, homogeneity_p)
