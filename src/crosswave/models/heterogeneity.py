"""How much logit shares vary between surveys beside sampling: estimators of the variance, and its interval."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import chdtri

from crosswave.arguments import FloatArray, checked
from crosswave.difference.roots import root_between

_GRID = 60
_FINEST, _WIDEST = 1e-8, 1e4


@dataclass(frozen=True, slots=True)
class Effects:
    """Logit shares of k waves, with their sampling variances."""

    values: FloatArray
    variances: FloatArray

    def __post_init__(self) -> None:
        """Refuse what no model can weigh."""
        checked("values", self.values, "finite", np.isfinite, "Add one half where a count is 0 or the base.")
        rule, advice = "positive and finite", "A wave without sampling error needs no model."
        checked("variances", self.variances, rule, lambda a: (a > 0) & np.isfinite(a), advice)
        if self.values.shape != self.variances.shape or self.values.ndim != 1:
            shapes = f"{self.values.shape} and {self.variances.shape}"
            raise ValueError(f"values and variances must be two rows of equal length; got shapes {shapes}.")


def checked_counts(counts: npt.ArrayLike, totals: npt.ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Return counts and their bases as floats; refuse a count outside its base, and a base of nobody."""
    n = checked("totals", totals, "positive and finite", lambda a: (a > 0) & np.isfinite(a), "Leave out empty waves.")
    x = checked("counts", counts, "zero or more", lambda a: a >= 0, "Pass counts of people, not shares.")
    if x.shape != n.shape or (x > n).any():
        raise ValueError(
            f"counts must be one for each base and within it; got {x.tolist()} of {n.tolist()}. Correct the counts."
        )
    return x, n


def logit_effects(counts: npt.ArrayLike, totals: npt.ArrayLike) -> Effects:
    """Return the logits of shares and their sampling variances.

    Parameters
    ----------
    counts, totals : array_like of float, shape (k,)
        "Yes" answers and bases, ``0 <= counts <= totals``, totals positive; divided by a design effect, if any.

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
    x, n = checked_counts(counts, totals)
    half = 0.5 * ((x == 0) | (x == n))
    yes, no = x + half, n - x + half
    return Effects(np.log(yes / no), 1 / yes + 1 / no)


@dataclass(frozen=True, slots=True)
class WeightedFits:
    """Weighted least squares at m between-wave variances; W is diag(weights), P = W - W X (X'WX)^-1 X'W.

    Coefficients (m, p), their inverse information (X'WX)^-1 (m, p, p), weights (m, k); y'Py, y'PPy and tr P (m,).
    """

    coefficients: FloatArray
    inverse: FloatArray
    weights: FloatArray
    q: FloatArray
    squares: FloatArray
    trace: FloatArray


def weighted_fits(tau2: FloatArray, effects: Effects, designs: FloatArray) -> WeightedFits:
    """Return weighted least squares at m between-wave variances (m,), each on a design of its own (m, k, p)."""
    weights = 1 / (effects.variances + tau2[:, None])
    weighted = designs * weights[:, :, None]
    across = weighted.swapaxes(1, 2)
    inverse = np.asarray(np.linalg.inv(across @ designs), dtype=np.float64)
    coefficients = inverse @ (across @ effects.values)[:, :, None]
    residuals = effects.values - (designs @ coefficients)[:, :, 0]
    pulled = weights * residuals  # Py, so P itself is not needed
    trace = weights.sum(axis=1) - np.einsum("mij,mji->m", inverse, across @ weighted)
    q, squares = (pulled * residuals).sum(axis=1), (pulled**2).sum(axis=1)
    return WeightedFits(coefficients[:, :, 0], inverse, weights, q, squares, trace)


def _residual_squares(effects: Effects, designs: FloatArray) -> FloatArray:
    """Sum of squares around the least squares fit of each design."""
    return weighted_fits(np.zeros(len(designs)), Effects(effects.values, np.ones_like(effects.values)), designs).q


def _restricted(effects: Effects, designs: FloatArray) -> FloatArray:
    """Of 0 and the places where the restricted score falls through zero, the one of the highest likelihood.

    Those places are sought on a grid and refined.
    """

    def score(tau2: FloatArray, number: npt.NDArray[np.intp]) -> FloatArray:
        fits = weighted_fits(tau2, effects, designs[number])
        return fits.squares - fits.trace

    every = np.arange(len(designs))
    scale = _residual_squares(effects, designs) / len(effects.values) + effects.variances.mean()
    grid = np.concatenate([[0.0], np.geomspace(_FINEST, _WIDEST, _GRID)])[:, None] * scale
    values = score(grid.ravel(), np.tile(every, len(grid))).reshape(grid.shape)
    place, falls = np.nonzero((values[:-1] > 0) & (values[1:] <= 0))
    roots = root_between(lambda tau2: score(tau2, falls), grid[place, falls], grid[place + 1, falls])
    which, tau2 = np.concatenate([every, falls]), np.concatenate([np.zeros(len(designs)), roots])
    fits = weighted_fits(tau2, effects, designs[which])
    likelihood = np.log(fits.weights).sum(axis=1) + np.linalg.slogdet(fits.inverse)[1] - fits.q
    ascending = np.argsort(likelihood, kind="stable")
    best = np.zeros(len(designs))
    best[which[ascending]] = tau2[ascending]  # of several values the last stays
    return best


def _root_of_q(target: float, effects: Effects, designs: FloatArray) -> FloatArray:
    """Where the generalised Q, which falls with tau2, meets a value; 0 where it is below it from the start."""
    met = np.zeros(len(designs))
    above = weighted_fits(met, effects, designs).q > target
    beyond = _residual_squares(effects, designs[above]) / target  # Q is at most the unweighted squares over tau2
    met[above] = root_between(lambda tau2: weighted_fits(tau2, effects, designs[above]).q - target, 0 * beyond, beyond)
    return met


ESTIMATORS: Mapping[str, Callable[[Effects, FloatArray], FloatArray]] = {
    "FE": lambda effects, designs: np.zeros(len(designs)),
    "PM": lambda effects, designs: _root_of_q(designs.shape[1] - designs.shape[2], effects, designs),
    "REML": _restricted,
}
"""Between-wave variance under each of m designs (m, k, p): none, Paule-Mandel, restricted maximum likelihood."""


def q_profile(effects: Effects, design: FloatArray, alpha: float) -> tuple[float, float]:
    """Return the Q-profile interval of the between-wave variance.

    Parameters
    ----------
    effects : Effects, of k waves
    design : array of float, shape (k, p), full column rank, k above p
    alpha : float, error rate in (0, 1)

    Notes
    -----
    The generalised Q falls as tau2 grows; the ends are where it meets the quantiles 1 - alpha/2 and alpha/2 of
    chi-square on k - p degrees of freedom, or 0.

    References
    ----------
    Viechtbauer (2007), doi:10.1002/sim.2514.
    """
    df = len(design) - design.shape[1]
    targets = (float(chdtri(df, tail)) for tail in (alpha / 2, 1 - alpha / 2))
    low, high = (float(_root_of_q(target, effects, design[None])[0]) for target in targets)
    return low, high
