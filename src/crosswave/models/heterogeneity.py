"""Random-effects models of logit shares: what varies between surveys, what they say together and the next will say."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import chdtrc, chdtri, expit, stdtr, stdtrit

from crosswave.arguments import FloatArray, checked, checked_alpha

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


def checked_counts(counts: npt.ArrayLike, totals: npt.ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Return counts and their bases as floats; refuse a count outside its base, and a base of nobody."""
    n = checked("totals", totals, "positive and finite", lambda a: (a > 0) & np.isfinite(a), "Leave out empty waves.")
    x = checked("counts", counts, "zero or more", lambda a: a >= 0, "Pass counts of people, not shares.")
    if x.shape != n.shape or (x > n).any():
        raise ValueError(
            f"counts must be one for each base and within it; got {x.tolist()} of {n.tolist()}. Correct the counts."
        )
    return x, n


def checked_design(design: npt.ArrayLike, waves: int) -> FloatArray:
    """Return a design as floats; refuse one whose coefficients or error the waves cannot tell."""
    x = checked("design", design, "finite", np.isfinite, "Leave out waves with a missing date or term.")
    if x.ndim != 2 or len(x) != waves or (rank := np.linalg.matrix_rank(x)) < x.shape[1] or waves <= rank:
        raise ValueError(
            f"design must have a row for each of {waves} waves, full column rank and fewer columns than rows; "
            f"got shape {x.shape} of rank {np.linalg.matrix_rank(x)}. Leave out columns that others determine."
        )
    return x


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
    roots = _refined(lambda tau2: score(tau2, falls), grid[place, falls], grid[place + 1, falls])
    which, tau2 = np.concatenate([every, falls]), np.concatenate([np.zeros(len(designs)), roots])
    fits = weighted_fits(tau2, effects, designs[which])
    likelihood = np.log(fits.weights).sum(axis=1) + np.linalg.slogdet(fits.inverse)[1] - fits.q
    ascending = np.argsort(likelihood, kind="stable")
    best = np.zeros(len(designs))
    best[which[ascending]] = tau2[ascending]  # of several values the last stays
    return best


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
        points, values = np.stack([low, middle, place, high]), np.stack([at_low, at_middle, function(place), at_high])
        order = np.argsort(points, axis=0)
        points, values = (np.take_along_axis(part, order, axis=0) for part in (points, values))
        after, each = (values <= 0).argmax(axis=0), np.arange(len(low))
        low, high, before = points[after - 1, each], points[after, each], place
        at_low, at_high = values[after - 1, each], values[after, each]
    return place


def _root_of_q(target: float, effects: Effects, designs: FloatArray) -> FloatArray:
    """Where the generalised Q, which falls with tau2, meets a value; 0 where it is below it from the start."""
    met = np.zeros(len(designs))
    above = weighted_fits(met, effects, designs).q > target
    beyond = _residual_squares(effects, designs[above]) / target  # Q is at most the unweighted squares over tau2
    met[above] = _refined(
        lambda tau2: weighted_fits(tau2, effects, designs[above]).q - target, np.zeros(len(beyond)), beyond
    )
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


# --- the models -------------------------------------------------------------------------------------------------------


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
    effects : Effects, of k waves
    design : array_like of float, shape (k, p)
        Full column rank, k above p; a column of ones alone pools the waves.
    method : {"REML", "PM", "FE"}
        Estimator of the between-wave variance.
    inference : {"ad-hoc", "knapp-hartung", "normal"}
        Knapp and Hartung multiply the covariance by the weighted mean square q and use Student's t on k - p degrees of
        freedom; the ad hoc version by max(1, q), so that no interval is narrower than the fixed-effect one; normal by
        nothing.
    alpha : float, error rate in (0, 1)

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
    q, (tau2_low, tau2_high) = float(weighted_fits(np.zeros(1), effects, x[None]).q[0]), q_profile(effects, x, alpha)
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
    fit : RandomEffects, the model
    row : array_like of float, shape (p,), one row of the design

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
