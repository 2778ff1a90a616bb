"""Logit shares, and the variance between surveys that sampling does not explain."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import chdtri

from crosswave.arguments import FloatArray, checked

Numbers = npt.NDArray[np.intp]

_GRID = 60
_FINEST, _WIDEST = 1e-8, 1e4
_CLOSE, _ROUNDS = 1e-13, 60


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


@dataclass(frozen=True, slots=True)
class EstimatingParts:
    """What every estimator of the between-wave variance is an equation in, at m values of it.

    Attributes
    ----------
    squares, trace : array of float, shape (m,)
        y'PPy and tr P: their difference is twice the restricted score.
    weights : array of float, shape (m, k)
        The diagonal of W; y'PPy - tr W is twice the plain score.
    """

    q: FloatArray
    squares: FloatArray
    trace: FloatArray
    weights: FloatArray
    information: FloatArray


def estimating_parts(tau2: FloatArray, effects: Effects, designs: FloatArray) -> EstimatingParts:
    """Return the parts of the estimating equations at m values of the between-wave variance.

    Parameters
    ----------
    tau2 : array of float, shape (m,)
        Zero or more.
    effects : Effects
        Of k waves.
    designs : array of float, shape (m, k, p)
        One for each value, each of full column rank.

    Notes
    -----
    P = W - W X (X'WX)^-1 X'W with W = diag(1 / (v + tau2)); Py are the weighted residuals of the fit, so P itself is
    not needed.
    """
    weights = 1 / (effects.variances + tau2[:, None])
    weighted = designs * weights[:, :, None]
    across = weighted.swapaxes(1, 2)
    information = across @ designs
    inverse = np.linalg.inv(information)
    fitted = (designs @ (inverse @ (across @ effects.values)[:, :, None]))[:, :, 0]
    pulled = weights * (effects.values - fitted)
    trace = weights.sum(axis=1) - np.einsum("mij,mji->m", inverse, across @ weighted)
    return EstimatingParts(pulled @ effects.values, (pulled**2).sum(axis=1), trace, weights, information)


_SCORES: Mapping[str, Callable[[EstimatingParts], FloatArray]] = {
    "REML": lambda parts: parts.squares - parts.trace,
    "ML": lambda parts: parts.squares - parts.weights.sum(axis=1),
}

_DETERMINANTS: Mapping[str, Callable[[EstimatingParts], FloatArray]] = {
    "REML": lambda parts: np.asarray(np.linalg.slogdet(parts.information)[1]),
    "ML": lambda parts: np.zeros(len(parts.q)),
}


def _falls_through_zero(
    function: Callable[[EstimatingParts], FloatArray], effects: Effects, designs: FloatArray
) -> tuple[Numbers, FloatArray]:
    """Where a function of tau2 falls through zero, for m designs at once: numbers of designs, and the places.

    Looked for on a grid, and then refined. A design under which it is negative throughout is not among them.
    """

    def at(tau2: FloatArray, number: Numbers) -> FloatArray:
        return function(estimating_parts(tau2, effects, designs[number]))

    scale = _residual_squares(effects, designs) / len(effects.values) + effects.variances.mean()
    grid = np.concatenate([[0.0], np.geomspace(_FINEST, _WIDEST, _GRID)])[:, None] * scale
    values = at(grid.ravel(), np.tile(np.arange(len(designs)), len(grid))).reshape(grid.shape)
    place, which = np.nonzero((values[:-1] > 0) & (values[1:] <= 0))
    return which, _refined(lambda tau2: at(tau2, which), grid[place, which], grid[place + 1, which])


def _residual_squares(effects: Effects, designs: FloatArray) -> FloatArray:
    """Sum of squares around the least squares fit of each design."""
    return estimating_parts(np.zeros(len(designs)), Effects(effects.values, np.ones_like(effects.values)), designs).q


def _refined(function: Callable[[FloatArray], FloatArray], low: FloatArray, high: FloatArray) -> FloatArray:
    """Where a function falls through zero between `low` and `high` (m,): Ridders' method, on all of them at once.

    scipy's own, which takes one or many, costs thirty times the function here.
    """
    at_low, at_high, before = function(low), function(high), np.full(len(low), np.inf)
    for _ in range(_ROUNDS):
        middle = (low + high) / 2
        at_middle = function(middle)
        root = np.sqrt(at_middle**2 - at_low * at_high)
        place = middle + (middle - low) * np.divide(at_middle, root, out=np.zeros_like(root), where=root > 0)
        if (np.abs(place - before) <= _CLOSE * place).all():
            break
        points = np.stack([low, middle, place, high])
        values = np.stack([at_low, at_middle, function(place), at_high])
        order = np.argsort(points, axis=0)
        points, values = (np.take_along_axis(part, order, axis=0) for part in (points, values))
        after, each = (values <= 0).argmax(axis=0), np.arange(len(low))
        low, high, before = points[after - 1, each], points[after, each], place
        at_low, at_high = values[after - 1, each], values[after, each]
    return place


def _by_likelihood(name: str, effects: Effects, designs: FloatArray) -> FloatArray:
    """Of 0 and the places where the score falls through zero, the one of the highest likelihood."""
    which, roots = _falls_through_zero(_SCORES[name], effects, designs)
    which, tau2 = np.concatenate([np.arange(len(designs)), which]), np.concatenate([np.zeros(len(designs)), roots])
    parts = estimating_parts(tau2, effects, designs[which])
    by_likelihood = np.argsort(np.log(parts.weights).sum(axis=1) - _DETERMINANTS[name](parts) - parts.q, kind="stable")
    best = np.zeros(len(designs))
    best[which[by_likelihood]] = tau2[by_likelihood]  # of several values the last stays
    return best


def _root_of_q(target: float, effects: Effects, designs: FloatArray) -> FloatArray:
    """Where the generalised Q, which falls with tau2, meets a value; 0 where it is below it from the start."""
    parts = estimating_parts(np.zeros(len(designs)), effects, designs)
    above, met = parts.q > target, np.zeros(len(designs))
    beyond = _residual_squares(effects, designs[above]) / target  # Q is at most the unweighted squares over tau2
    met[above] = _refined(
        lambda tau2: estimating_parts(tau2, effects, designs[above]).q - target, np.zeros(len(beyond)), beyond
    )
    return met


def _dersimonian_laird(effects: Effects, designs: FloatArray) -> FloatArray:
    parts = estimating_parts(np.zeros(len(designs)), effects, designs)
    return np.maximum(0.0, (parts.q - _df(designs)) / parts.trace)


def _df(designs: FloatArray) -> int:
    waves, columns = designs.shape[1:]
    return int(waves - columns)


ESTIMATORS: Mapping[str, Callable[[Effects, FloatArray], FloatArray]] = {
    "FE": lambda effects, designs: np.zeros(len(designs)),
    "DL": _dersimonian_laird,
    "PM": lambda effects, designs: _root_of_q(_df(designs), effects, designs),
    "ML": lambda effects, designs: _by_likelihood("ML", effects, designs),
    "REML": lambda effects, designs: _by_likelihood("REML", effects, designs),
}
"""Between-wave variance under each of m designs (m, k, p): none, DerSimonian-Laird, Paule-Mandel, maximum likelihood,
restricted maximum likelihood."""


def cochran_q(effects: Effects, design: FloatArray) -> float:
    """Return the weighted sum of squares that a design leaves, with sampling variances alone (Cochran's Q).

    Parameters
    ----------
    effects : Effects
        Of k waves.
    design : array of float, shape (k, p)
        Full column rank, k above p.
    """
    return float(estimating_parts(np.zeros(1), effects, design[None]).q[0])


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
    low, high = (
        float(_root_of_q(float(chdtri(df, tail)), effects, design[None])[0]) for tail in (alpha / 2, 1 - alpha / 2)
    )
    return low, high
