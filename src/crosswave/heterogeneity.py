"""Logit shares, and the variance between surveys that sampling does not explain."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import brentq
from scipy.special import chdtri

from crosswave.arguments import FloatArray, checked


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


@dataclass(frozen=True, slots=True)
class Contrasts:
    """What a design leaves of the values, as uncorrelated contrasts whatever the between-wave variance is.

    Attributes
    ----------
    squares : array of float, shape (k - p,)
        Squared contrasts.
    variances : array of float, shape (k - p,)
        Their sampling variances; the between-wave variance adds to each.

    Notes
    -----
    With A an orthonormal basis of what is orthogonal to the design and ``A'VA = U diag(l) U'``, the contrasts are
    ``z = U'A'y``, and ``P = W - W X (X' W X)^-1 X' W = A U diag(1 / (l + tau2)) U'A'``. So every equation in P is a sum
    over contrasts: ``y'Py = sum z^2 / (l + tau2)``, ``y'PPy = sum z^2 / (l + tau2)^2``, ``tr P = sum 1 / (l + tau2)``.

    References
    ----------
    Patterson and Thompson (1971), doi:10.1093/biomet/58.3.545.
    """

    squares: FloatArray
    variances: FloatArray

    @classmethod
    def of(cls, effects: Effects, design: FloatArray) -> Contrasts:
        """Return the contrasts that a design (k, p) of full column rank leaves.

        Parameters
        ----------
        effects : Effects
            Of k waves.
        design : array of float, shape (k, p)
            Full column rank, k above p.
        """
        rest = np.linalg.qr(design, mode="complete")[0][:, design.shape[1] :]
        variances, turn = np.linalg.eigh((rest.T * effects.variances) @ rest)
        return cls((effects.values @ rest @ turn) ** 2, variances)

    def weights(self, tau2: npt.ArrayLike) -> FloatArray:
        """Return the weights of the contrasts, shape (..., k - p), at values of the between-wave variance.

        Parameters
        ----------
        tau2 : array_like of float
            Zero or more.
        """
        return np.asarray(1 / (self.variances + np.asarray(tau2)[..., None]))

    def q(self, tau2: npt.ArrayLike) -> FloatArray:
        """Return the generalised Q, y'Py, at values of the between-wave variance.

        Parameters
        ----------
        tau2 : array_like of float
            Zero or more.
        """
        return np.asarray(self.weights(tau2) @ self.squares)

    @property
    def scale(self) -> float:
        """What the between-wave variance is to be compared with."""
        return float(self.squares.mean() + self.variances.mean())


@dataclass(frozen=True, slots=True)
class _Likelihood:
    """A log likelihood of the between-wave variance, but for a constant, and twice its slope."""

    value: Callable[[float, Contrasts, Effects], float]
    score: Callable[[FloatArray, Contrasts, Effects], FloatArray]


def _normal(variances: Callable[[Contrasts, Effects], FloatArray]) -> _Likelihood:
    """Of contrasts whose log determinant is that of some variances: the contrasts' own, or those of the waves."""

    def value(tau2: float, contrasts: Contrasts, effects: Effects) -> float:
        return -float(np.log(variances(contrasts, effects) + tau2).sum() + contrasts.q(tau2)) / 2

    def score(tau2: FloatArray, contrasts: Contrasts, effects: Effects) -> FloatArray:
        traces = (1 / (variances(contrasts, effects) + tau2[..., None])).sum(axis=-1)
        return np.asarray(contrasts.weights(tau2) ** 2 @ contrasts.squares - traces)

    return _Likelihood(value, score)


_LIKELIHOODS: Mapping[str, _Likelihood] = {
    "REML": _normal(lambda contrasts, _: contrasts.variances),
    "ML": _normal(lambda _, effects: effects.variances),
}

_GRID = np.concatenate([[0.0], np.geomspace(1e-8, 1e4, 60)])


def _by_likelihood(name: str, effects: Effects, design: FloatArray) -> float:
    """The highest maximum: every place where the slope falls through zero on a grid, or zero itself."""
    contrasts, likelihood = Contrasts.of(effects, design), _LIKELIHOODS[name]
    grid = contrasts.scale * _GRID
    slopes = likelihood.score(grid, contrasts, effects)
    roots = [
        _root(lambda tau2: float(likelihood.score(np.asarray(tau2), contrasts, effects)), grid[i], grid[i + 1])
        for i in np.flatnonzero((slopes[:-1] > 0) & (slopes[1:] <= 0))
    ]
    if len(roots) == 1 and slopes[0] > 0:
        return roots[0]
    return max([0.0, *roots], key=lambda tau2: likelihood.value(tau2, contrasts, effects))


def _root(function: Callable[[float], float], low: float, high: float) -> float:
    return float(brentq(function, low, high, xtol=1e-14, rtol=1e-13))


def _root_of_q(target: float, contrasts: Contrasts) -> float:
    """Where the generalised Q, which falls with tau2, meets a value; 0 where it is below it from the start."""
    if contrasts.q(0.0) <= target:
        return 0.0
    # Q is at most the sum of squares over tau2.
    return _root(lambda tau2: float(contrasts.q(tau2)) - target, 0.0, float(contrasts.squares.sum()) / target)


def _paule_mandel(effects: Effects, design: FloatArray) -> float:
    return _root_of_q(len(design) - design.shape[1], Contrasts.of(effects, design))


def _dersimonian_laird(effects: Effects, design: FloatArray) -> float:
    contrasts = Contrasts.of(effects, design)
    excess = float(contrasts.q(0.0)) - len(contrasts.squares)
    return max(0.0, excess / float(contrasts.weights(0.0).sum()))


ESTIMATORS: Mapping[str, Callable[[Effects, FloatArray], float]] = {
    "FE": lambda effects, design: 0.0,
    "DL": _dersimonian_laird,
    "PM": _paule_mandel,
    "ML": lambda effects, design: _by_likelihood("ML", effects, design),
    "REML": lambda effects, design: _by_likelihood("REML", effects, design),
}
"""Between-wave variance: none, DerSimonian-Laird, Paule-Mandel, maximum and restricted maximum likelihood."""


def cochran_q(effects: Effects, design: FloatArray) -> float:
    """Return the weighted sum of squares that a design leaves, with sampling variances alone (Cochran's Q).

    Parameters
    ----------
    effects : Effects
        Of k waves.
    design : array of float, shape (k, p)
        Full column rank, k above p.
    """
    return float(Contrasts.of(effects, design).q(0.0))


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
    contrasts = Contrasts.of(effects, design)
    tails = (float(chdtri(len(contrasts.squares), tail)) for tail in (alpha / 2, 1 - alpha / 2))
    low, high = (_root_of_q(tail, contrasts) for tail in tails)
    return low, high
