"""Random-effects models of logit shares: what surveys say together, and what the next one will say."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import chdtrc, expit, stdtr, stdtrit

from crosswave.arguments import FloatArray, checked_alpha
from crosswave.models.heterogeneity import ESTIMATORS, Effects, checked_design, cochran_q, q_profile, weighted_fits

_SCALES: Mapping[str, Callable[[FloatArray], FloatArray]] = {
    "normal": np.ones_like,
    "knapp-hartung": lambda mean_square: mean_square,
    "ad-hoc": lambda mean_square: np.maximum(1.0, mean_square),
}


def fitted(
    effects: Effects, designs: FloatArray, method: str = "REML", inference: str = "ad-hoc"
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return the between-wave variance, the coefficients and their covariance under each of m designs (m, k, p)."""
    tau2 = ESTIMATORS[method](effects, designs)
    fits = weighted_fits(tau2, effects, designs)
    scale = _SCALES[inference](fits.q / (designs.shape[1] - designs.shape[2]))
    return tau2, fits.coefficients, fits.inverse * scale[:, None, None]


@dataclass(frozen=True, slots=True)
class RandomEffects:
    """A random-effects model of logit shares: coefficients (p,) with interval, p and covariance, and what is left.

    Between surveys tau2 with its Q-profile interval, Cochran's Q of what the design leaves with its p, and Higgins'
    I2 = (Q - df) / Q in [0, 1]; `quantile` is the standard errors on each side of an interval.
    """

    coefficients: FloatArray
    errors: FloatArray
    low: FloatArray
    high: FloatArray
    p_values: FloatArray
    covariance: FloatArray
    tau2: float
    tau2_low: float
    tau2_high: float
    q: float
    q_p: float
    i2: float
    df: int
    quantile: float


def random_effects(
    effects: Effects, design: npt.ArrayLike, *, method: str = "REML", inference: str = "ad-hoc", alpha: float = 0.05
) -> RandomEffects:
    """Return a random-effects model of logit shares on a design.

    Parameters
    ----------
    effects : Effects
        Of k waves.
    design : array_like of float, shape (k, p)
        Full column rank, k above p; a column of ones alone pools the waves.
    method : {"REML", "PM", "FE"}
        Estimator of the between-wave variance.
    inference : {"ad-hoc", "knapp-hartung", "normal"}
        Knapp and Hartung multiply the covariance by the weighted mean square q and use Student's t on k - p degrees of
        freedom; the ad hoc version by max(1, q), so that no interval is narrower than the fixed-effect one; normal by
        nothing.
    alpha : float
        Error rate in (0, 1).

    Raises
    ------
    ValueError
        If the design has not full rank or leaves no degree of freedom, or a method is unknown.

    Notes
    -----
    y_i ~ N(x_i'b, v_i + tau2), v_i known. The restricted likelihood is solved by its score, to the last digits; of
    several maxima the highest counts.

    References
    ----------
    Viechtbauer (2005), doi:10.3102/10769986030003261; Knapp and Hartung (2003), doi:10.1002/sim.1482; Rover, Knapp and
    Friede (2015), doi:10.1186/s12874-015-0091-1; Viechtbauer (2007), doi:10.1002/sim.2514 (Q profile).

    Examples
    --------
    Measurements of one quantity by nine laboratories (Rukhin's arsenic data, in the documentation of statsmodels):

    >>> y = np.array([61.0, 61.4, 62.21, 62.3, 62.34, 62.6, 62.7, 62.84, 65.9])
    >>> v = np.array([0.2025, 1.2100, 0.0900, 0.2025, 0.3844, 0.5625, 0.0676, 0.0225, 1.8225])
    >>> r = random_effects(Effects(y, v), np.ones((9, 1)), method="PM", inference="normal")
    >>> f"{r.coefficients[0]:.6f} {r.errors[0]:.6f} {r.tau2:.6f}"
    '62.407620 0.338031 0.705395'
    """
    x = checked_design(design, len(effects.values))
    for name, value, known in (("method", method, ESTIMATORS), ("inference", inference, _SCALES)):
        if value not in known:
            raise ValueError(f"{name} must be one of {', '.join(known)}; got {value!r}. Choose one of them.")
    level, df = 1 - float(checked_alpha(alpha)) / 2, len(x) - x.shape[1]
    (tau2,), (b,), (covariance,) = fitted(effects, x[None], method, inference)
    errors, law = np.sqrt(np.diag(covariance)), np.inf if inference == "normal" else df
    quantile = float(stdtrit(law, level))
    q, (tau2_low, tau2_high) = cochran_q(effects, x), q_profile(effects, x, alpha)
    return RandomEffects(
        b, errors, b - quantile * errors, b + quantile * errors, 2 * stdtr(law, -np.abs(b / errors)), covariance,
        float(tau2), tau2_low, tau2_high, q, float(chdtrc(df, q)), max(0.0, 1 - df / q) if q > 0 else 0.0, df,
        quantile,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Prediction:
    """A share at one row of a design: the average over surveys with its interval, and where a new survey's will lie."""

    share: float
    low: float
    high: float
    next_low: float
    next_high: float


def predict(fit: RandomEffects, row: npt.ArrayLike) -> Prediction:
    """Return the share that a model gives at one row of its design, for the average survey and for the next one.

    Parameters
    ----------
    fit : RandomEffects
        The model.
    row : array_like of float, shape (p,)
        One row of the design.

    Notes
    -----
    Half widths c s and c sqrt(s^2 + tau2) on the logit scale, c of the model's own law, carried to shares by the
    inverse logit; the next survey's share is free of sampling error, as metafor prints it.

    References
    ----------
    Higgins, Thompson and Spiegelhalter (2009), doi:10.1111/j.1467-985X.2008.00552.x.
    """
    x = np.asarray(row, dtype=np.float64)
    centre, variance = float(x @ fit.coefficients), float(x @ fit.covariance @ x)
    spread = np.sqrt([variance, variance + fit.tau2]) * fit.quantile
    (low, next_low), (high, next_high) = expit(centre - spread).tolist(), expit(centre + spread).tolist()
    return Prediction(float(expit(centre)), low, high, next_low, next_high)
