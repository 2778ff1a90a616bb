"""A logistic regression of counts with a normal difference between surveys, by adaptive Gauss-Hermite quadrature."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from scipy.special import expit, gammaln, logsumexp, stdtr, stdtrit
from statsmodels.tools.numdiff import approx_fprime, approx_hess

from crosswave.arguments import FloatArray, checked, checked_alpha

_START = 0.3
_NEWTON_STEPS = 100
_FLAT = 1e-3
LAWS: Mapping[str, Callable[[int], float]] = {"normal": lambda df: np.inf, "t": lambda df: float(df)}
"""Degrees of freedom of the law behind intervals: normal, or Student's t on waves less coefficients."""


@dataclass(frozen=True, slots=True)
class Counts:
    """Counts of k waves on a design, checked.

    Attributes
    ----------
    yes, bases : array of float, shape (k,)
        "Yes" answers and bases; fractional where they were divided by a design effect.
    """

    yes: FloatArray
    bases: FloatArray
    design: FloatArray

    def __post_init__(self) -> None:
        """Refuse what no model can be fitted to."""
        advice = "Leave out empty waves."
        checked("bases", self.bases, "positive and finite", lambda a: (a > 0) & np.isfinite(a), advice)
        checked("yes", self.yes, "zero or more", lambda a: a >= 0, "Pass counts of people, not shares.")
        if self.yes.shape != self.bases.shape or (self.yes > self.bases).any():
            raise ValueError(
                f"yes must be one count for each base and within it; got {self.yes.tolist()} of "
                f"{self.bases.tolist()}. Correct the counts."
            )
        if not 0 < self.yes.sum() < self.bases.sum():
            raise ValueError(
                f"yes must hold some and not all of the bases; got {self.yes.sum():g} of {self.bases.sum():g}. "
                "Use an exact interval where everyone or nobody said yes."
            )
        k, rank = len(self.design), np.linalg.matrix_rank(self.design)
        if self.design.ndim != 2 or k != len(self.yes) or rank < self.design.shape[1] or k <= rank:
            raise ValueError(
                f"design must have a row for each of {len(self.yes)} waves, full column rank and fewer columns than "
                f"rows; got shape {self.design.shape} of rank {rank}. Leave out columns that others determine."
            )


def counts_on(yes: npt.ArrayLike, bases: npt.ArrayLike, design: npt.ArrayLike) -> Counts:
    """Return counts on a design as floats, checked as `Counts` says.

    Parameters
    ----------
    yes, bases : array_like, shape (k,)
        "Yes" answers and bases of k waves, ``0 <= yes <= bases``.
    design : array_like, shape (k, p)
        Full column rank.
    """
    return Counts(*(np.asarray(part, dtype=np.float64) for part in (yes, bases, design)))


@dataclass(frozen=True, slots=True)
class LikelihoodFit:
    """Maximum-likelihood coefficients of a model of counts.

    Attributes
    ----------
    coefficients, errors, low, high, p_values : array of float, shape (p,)
        On the logit scale; Wald intervals and two-sided p of "this coefficient is 0".
    dispersion : float
        What is left between surveys: the variance tau2 of logits (binomial-normal) or the correlation rho of two
        answers of one survey (beta-binomial). 0 where the likelihood is highest there.
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
    data : Counts
        Of k waves, see `counts_on`.
    nodes : int
        Quadrature nodes, 1 or more (1 is Laplace's approximation).
    law : {"normal", "t"}
        Of the Wald intervals.
    alpha : float
        Error rate in (0, 1).

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
    >>> fit = binomial_normal(counts_on(x, n, np.ones((14, 1))), nodes=7)
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
        return _integrated(data, linear, tau, points, log_weights)

    return maximised(log_likelihood, data, dispersion=lambda tau: tau**2, law=law, alpha=alpha)


def _integrated(data: Counts, linear: FloatArray, tau: float, points: FloatArray, log_weights: FloatArray) -> float:
    mode = _mode(data, linear, tau)
    at_mode = expit(linear + tau * mode)
    width = 1 / np.sqrt(1 + tau**2 * data.bases * at_mode * (1 - at_mode))
    u = mode[:, None] + np.sqrt(2) * width[:, None] * points
    eta = linear[:, None] + tau * u
    joint = data.yes[:, None] * eta - data.bases[:, None] * np.logaddexp(0, eta) - u**2 / 2
    integrals = logsumexp(joint + log_weights, axis=1) + np.log(width / np.sqrt(np.pi))
    return float(integrals.sum() + log_choose(data).sum())


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


def log_choose(data: Counts) -> FloatArray:
    """Return the logarithms of the binomial coefficients of k waves."""
    x, n = data.yes, data.bases
    return np.asarray(gammaln(n + 1) - gammaln(x + 1) - gammaln(n - x + 1))


def maximised(
    log_likelihood: Callable[[FloatArray], float],
    data: Counts,
    *,
    dispersion: Callable[[float], float],
    law: str,
    alpha: float,
) -> LikelihoodFit:
    """Return the maximum of a likelihood in (coefficients, s) that is even in s, with Wald inference.

    Parameters
    ----------
    log_likelihood : callable
        Of the coefficients and s, shape (p + 1,).
    data : Counts
        Of k waves.
    dispersion : callable
        Maps s to what the fit reports.
    law : {"normal", "t"}
        Of the Wald intervals.
    alpha : float
        Error rate in (0, 1).

    Raises
    ------
    ValueError
        If the law is unknown, or no maximum can be found.
    """
    if law not in LAWS:
        raise ValueError(f"law must be one of {', '.join(LAWS)}; got {law!r}. Choose one of them.")
    best, slope = _peak(log_likelihood, data)
    hessian = np.asarray(approx_hess(best, log_likelihood))
    if slope > _FLAT or np.linalg.eigvalsh(-hessian).min() <= 0:
        raise ValueError(
            f"the likelihood of {len(data.yes)} waves must have a peak that is curved in every direction; "
            f"the search ended at {best.round(3).tolist()}. Use fewer columns in the design."
        )
    p, df = data.design.shape[1], len(data.yes) - data.design.shape[1]
    b, errors = best[:p], np.sqrt(np.diag(np.linalg.inv(-hessian)))[:p]
    freedom = LAWS[law](df)
    half = stdtrit(freedom, 1 - float(checked_alpha(alpha)) / 2) * errors
    p_values = 2 * stdtr(freedom, -np.abs(b / errors))
    return LikelihoodFit(
        b, errors, b - half, b + half, p_values, dispersion(float(best[p])), float(log_likelihood(best)), df
    )


def _peak(log_likelihood: Callable[[FloatArray], float], data: Counts) -> tuple[FloatArray, float]:
    """Where a likelihood is highest, and the steepest slope that is left there."""
    logits = np.log((data.yes + 0.5) / (data.bases - data.yes + 0.5))
    start = np.linalg.lstsq(data.design, logits, rcond=None)[0]
    found = minimize(
        lambda parameters: -log_likelihood(parameters),
        np.append(start, _START),
        jac=lambda parameters: -np.asarray(approx_fprime(parameters, log_likelihood, centered=True)),
        hess=lambda parameters: -np.asarray(approx_hess(parameters, log_likelihood)),
        method="trust-exact",
        options={"gtol": 1e-7},
    )
    return np.asarray(found.x, dtype=np.float64), float(np.abs(found.jac).max())
