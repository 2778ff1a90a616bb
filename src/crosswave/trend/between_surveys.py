"""The variance between surveys that groups of figures leave unexplained, by several methods."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.optimize import brentq, minimize_scalar

from crosswave.arguments import FloatArray, checked


@dataclass(frozen=True, slots=True)
class Figures:
    """Logits, their known variances, and the group of each as 0, 1, ...: what every method looks at."""

    logit: FloatArray
    variance: FloatArray
    group: npt.NDArray[np.intp]
    groups: int

    @classmethod
    def of(cls, by_wave: pd.DataFrame) -> Figures:
        """Return the figures of every group of two or more, checked."""
        among = by_wave[by_wave["group"].duplicated(keep=False)]
        if among.empty:
            raise ValueError(
                f"by_wave must have a group of two figures or more; got {len(by_wave)} figures, no two of one group. "
                "Nothing can be estimated without two surveys of one construct and year."
            )
        logit = checked("logit", among["logit"], "finite", np.isfinite, "Move a share of 0 or 1 inwards.")
        sampling, rounding = (
            checked(name, among[name], "zero or more and finite", _finite, "Pass variances of logits.")
            for name in ("sampling_variance", "rounding_variance")
        )
        codes, names = pd.factorize(among["group"])
        return cls(logit, sampling + rounding, codes, len(names))

    @property
    def df(self) -> int:
        """Figures minus groups."""
        return len(self.logit) - self.groups

    @property
    def least(self) -> float:
        """Smallest variance between surveys with which every weight is finite."""
        return 0.0 if self.variance.min() > 0 else 1e-12

    def squares(self, weights: FloatArray) -> float:
        """Weighted sum of squares around the weighted mean of each group."""
        means = self.sums(weights * self.logit) / self.sums(weights)
        return float((weights * (self.logit - means[self.group]) ** 2).sum())

    def sums(self, values: FloatArray) -> FloatArray:
        """Sum of the values in each group."""
        return np.bincount(self.group, values).astype(np.float64)

    def q(self, between: float) -> float:
        """Q at a variance between surveys."""
        return self.squares(1 / (self.variance + between))

    @property
    def spread(self) -> float:
        """Sum of squares inside groups, unweighted: Q(s^2) is at most this much over s^2."""
        return self.squares(np.ones(len(self.logit)))


def _finite(values: FloatArray) -> npt.NDArray[np.bool_]:
    return np.asarray(np.isfinite(values) & (values >= 0))


def where_q_is(figures: Figures, value: float) -> float:
    """Return the variance between surveys at which Q has a value; 0 where Q is smaller everywhere."""
    if figures.q(figures.least) <= value:
        return 0.0
    ends = figures.least, 2 * figures.spread / value
    return float(brentq(lambda between: figures.q(between) - value, *ends, xtol=1e-14))


def _paule_mandel(figures: Figures) -> float:
    return where_q_is(figures, figures.df)


def _reml(figures: Figures) -> float:
    def loss(between: float) -> float:
        weights = 1 / (figures.variance + between)
        return figures.squares(weights) + float(np.log(figures.sums(weights)).sum() - np.log(weights).sum())

    ends = figures.least, figures.spread + 2 * figures.least
    found = minimize_scalar(loss, bounds=ends, method="bounded", options={"xatol": 1e-12})
    return 0.0 if loss(figures.least) <= found.fun else float(found.x)


METHODS: Mapping[str, Callable[[Figures], float]] = {"paule-mandel": _paule_mandel, "reml": _reml}
"""How the variance between surveys is estimated, by name."""
