"""Logit shares, and the variance between surveys that sampling does not explain."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import brentq
from scipy.special import chdtri

from crosswave.arguments import FloatArray, checked

_GRID = 60
_FINEST, _WIDEST = 1e-8, 1e4


@dataclass(frozen=True, slots=True)
class Effects:
    """Logit shares of k waves, with their sampling variances."""

    values: FloatArray
    variances: FloatArray

    def __post_init__(self) -> None:
        """Refuse what no model can weigh.

        Raises
        ------
        ValueError
            If a value is not finite, a variance is not positive, or lengths differ.
        """
        checked("values", self.values, "finite", np.isfinite, "Add one half where a count is 0 or the base.")
        rule, advice = "positive and finite", "A wave without sampling error needs no model."
        checked("variances", self.variances, rule, lambda a: (a > 0) & np.isfinite(a), advice)
        if self.values.shape != self.variances.shape or self.values.ndim != 1:
            shapes = f"{self.values.shape} and {self.variances.shape}"
            raise ValueError(f"values and variances must be two rows of equal length; got shapes {shapes}.")


def logit_effects(counts: npt.ArrayLike, totals: npt.ArrayLike) -> Effects:
    """Return the logits of shares and their sampling variances.

    Parameters
    ----------
    counts, totals : array_like of float, shape (k,)
        "Yes" answers and bases, ``0 <= counts <= totals``, totals positive; divided by the design effect where there
        is one.

    Raises
    ------
    ValueError
        If lengths differ or a count is outside its base.

    Notes
    -----
    log(x / (n - x)) with variance 1/x + 1/(n - x). One half is added to both cells of a wave with x = 0 or x = n, and
    of no other: a correction everywhere would pull every wave towards one half.

    References
    ----------
    Stijnen, Hamza and Ozdemir (2010), doi:10.1002/sim.4040.

    Examples
    --------
    >>> logit_effects([10, 5], [20, 5]).variances.round(4).tolist()
    [0.2, 2.1818]
    """
    n = checked("totals", totals, "positive and finite", lambda a: (a > 0) & np.isfinite(a), "Leave out empty waves.")
    x = checked("counts", counts, "zero or more", lambda a: a >= 0, "Pass counts of people, not shares.")
    if x.shape != n.shape or (x > n).any():
        raise ValueError(
            f"counts must be one for each base and within it; got {x.tolist()} of {n.tolist()}. Correct the counts."
        )
    half = 0.5 * ((x == 0) | (x == n))
    yes, no = x + half, n - x + half
    return Effects(np.log(yes / no), 1 / yes + 1 / no)


def estimating_parts(tau2: FloatArray, effects: Effects, design: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the residual projections P (m, k, k) and weights (m, k) at m values of the between-wave variance.

    Notes
    -----
    P = W - W X (X' W X)^-1 X' W with W = diag(1 / (v + tau2)). Every estimator of tau2 is an equation in P: y'Py is
    the generalised Q statistic, y'PPy - tr P twice the restricted score, y'PPy - tr W twice the plain one.
    """
    weights = 1 / (effects.variances + np.atleast_1d(tau2)[:, None])
    weighted = design.T * weights[:, None, :]
    fitted = weighted.swapaxes(1, 2) @ np.linalg.solve(weighted @ design, weighted)
    return weights[:, :, None] * np.eye(len(design)) - fitted, weights


def _score(reference: Callable[[FloatArray, FloatArray], FloatArray]) -> Callable[..., FloatArray]:
    def score(effects: Effects, projections: FloatArray, weights: FloatArray) -> FloatArray:
        residuals = projections @ effects.values
        return np.asarray((residuals**2).sum(axis=1) - reference(projections, weights))

    return score


def _generalised_q(effects: Effects, projections: FloatArray) -> FloatArray:
    return np.asarray(projections @ effects.values @ effects.values)


_SCORES: Mapping[str, Callable[..., FloatArray]] = {
    "REML": _score(lambda projections, _: np.trace(projections, axis1=1, axis2=2)),
    "ML": _score(lambda _, weights: weights.sum(axis=1)),
}


def _log_likelihood(tau2: float, effects: Effects, design: FloatArray, *, restricted: bool) -> float:
    projections, weights = estimating_parts(np.array([tau2]), effects, design)
    determinant = np.linalg.slogdet((design.T * weights[0]) @ design)[1] if restricted else 0.0
    return float(np.log(weights).sum() - determinant - _generalised_q(effects, projections)[0]) / 2


def _falls_through_zero(function: Callable[[FloatArray], FloatArray], scale: float) -> list[float]:
    """Where a function of tau2 falls through zero, on a grid that is then refined; [] if it is negative throughout."""
    grid = np.concatenate([[0.0], scale * np.geomspace(_FINEST, _WIDEST, _GRID)])
    values = function(grid)
    falls = np.flatnonzero((values[:-1] > 0) & (values[1:] <= 0))
    return [
        float(brentq(lambda t: float(function(np.array([t]))[0]), grid[i], grid[i + 1], xtol=1e-14, rtol=1e-13))
        for i in falls
    ]


def _residual_squares(effects: Effects, design: FloatArray) -> float:
    """Sum of squares around the least squares fit."""
    return float(((effects.values - design @ np.linalg.lstsq(design, effects.values)[0]) ** 2).sum())


def _scale(effects: Effects, design: FloatArray) -> float:
    return _residual_squares(effects, design) / len(design) + float(effects.variances.mean())


def _by_likelihood(name: str, effects: Effects, design: FloatArray) -> float:
    roots = _falls_through_zero(
        lambda t: _SCORES[name](effects, *estimating_parts(t, effects, design)), _scale(effects, design)
    )
    if len(roots) == 1 and _SCORES[name](effects, *estimating_parts(np.zeros(1), effects, design))[0] > 0:
        return roots[0]
    return max([0.0, *roots], key=lambda t: _log_likelihood(t, effects, design, restricted=name == "REML"))


def _root_of_q(target: float, effects: Effects, design: FloatArray) -> float:
    """Where the generalised Q, which falls with tau2, meets a value; 0 where it is below it from the start."""

    def excess(tau2: float) -> float:
        return float(_generalised_q(effects, estimating_parts(np.array([tau2]), effects, design)[0])[0]) - target

    # Q is at most the unweighted sum of squares over tau2.
    beyond = _residual_squares(effects, design) / target
    return float(brentq(excess, 0.0, beyond, xtol=1e-14, rtol=1e-13)) if excess(0.0) > 0 else 0.0


def _dersimonian_laird(effects: Effects, design: FloatArray) -> float:
    projections, _ = estimating_parts(np.zeros(1), effects, design)
    excess = _generalised_q(effects, projections)[0] - (len(design) - design.shape[1])
    return max(0.0, float(excess / np.trace(projections[0])))


ESTIMATORS: Mapping[str, Callable[[Effects, FloatArray], float]] = {
    "FE": lambda effects, design: 0.0,
    "DL": _dersimonian_laird,
    "PM": lambda effects, design: _root_of_q(len(design) - design.shape[1], effects, design),
    "ML": lambda effects, design: _by_likelihood("ML", effects, design),
    "REML": lambda effects, design: _by_likelihood("REML", effects, design),
}
"""Between-wave variance: none, DerSimonian-Laird, Paule-Mandel, maximum and restricted maximum likelihood."""


def cochran_q(effects: Effects, design: FloatArray) -> float:
    """Return the weighted sum of squares that a design leaves, with sampling variances alone (Cochran's Q)."""
    return float(_generalised_q(effects, estimating_parts(np.zeros(1), effects, design)[0])[0])


def q_profile(effects: Effects, design: FloatArray, alpha: float) -> tuple[float, float]:
    """Return the Q-profile interval of the between-wave variance.

    Parameters
    ----------
    effects : Effects
        Of k waves.
    design : array of float, shape (k, p)
        Full column rank, k above p.
    alpha : float
        Error rate in (0, 1).

    Notes
    -----
    The generalised Q falls as tau2 grows; the ends are where it meets the quantiles 1 - alpha/2 and alpha/2 of
    chi-square on k - p degrees of freedom, or 0.

    References
    ----------
    Viechtbauer (2007), doi:10.1002/sim.2514.
    """
    df = len(design) - design.shape[1]
    low, high = (_root_of_q(float(chdtri(df, tail)), effects, design) for tail in (alpha / 2, 1 - alpha / 2))
    return low, high
