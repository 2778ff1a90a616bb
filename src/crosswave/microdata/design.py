"""Shares, means and tests under a sample design, by Taylor linearisation or replicate weights."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
from scipy import stats

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

REPLICATES: Mapping[str, Callable[[int, float], float]] = {
    "brr": lambda sets, rho: 1 / sets,
    "fay": lambda sets, rho: 1 / (sets * (1 - rho) ** 2),
    "jk1": lambda sets, rho: (sets - 1) / sets,
    "bootstrap": lambda sets, rho: 1 / (sets - 1),
}
"""The kinds of replicate weights, each with what the squares of its deviations are multiplied by; rho is Fay's."""

_METHODS = ("logit", "beta")


@dataclass(frozen=True, eq=False)
class Design:
    """How respondents came into the sample, one entry a respondent.

    `replicates` has a column for each set of weights; `population` is the size of the stratum (in units that were
    drawn first), for the correction of a finite population.
    """

    weights: Floats
    strata: npt.NDArray[np.int64]
    units: npt.NDArray[np.int64]
    population: Floats | None = None
    replicates: Floats | None = None
    kind: str = "brr"
    rho: float = 0.0

    @cached_property
    def _first(self) -> npt.NDArray[np.int64]:
        """A respondent of each unit."""
        return np.unique(self.units, return_index=True)[1]

    @cached_property
    def _independent(self) -> int:
        """How many replicates are independent."""
        return 0 if self.replicates is None else int(np.linalg.matrix_rank(self.replicates))

    def covariance(self, scores: Floats) -> Floats:
        """Return the covariance of weighted totals of scores: rows are respondents, columns totals."""
        size, strata = int(self.units.max()) + 1, self.strata[self._first]
        sums = np.stack([np.bincount(self.units, self.weights * column, size) for column in scores.T], axis=1)
        units = np.bincount(strata)
        means = np.stack([np.bincount(strata, column) for column in sums.T], axis=1) / np.maximum(units, 1)[:, None]
        drawn = 0.0 if self.population is None else units[strata] / self.population[self._first]
        apart, sized = sums - means[strata], units[strata]
        return np.asarray((apart * ((1 - drawn) * sized / (sized - 1))[:, None]).T @ apart)

    def freedom(self, domain: Bools) -> int:
        """Return the degrees of freedom of a domain: units less strata, or replicates less one."""
        if self.replicates is not None:
            return self._independent - 1
        return len(np.unique(self.units[domain])) - len(np.unique(self.strata[domain]))


@dataclass(frozen=True, slots=True)
class Estimate:
    """A share or mean with its standard error, interval, design effect, effective n and unweighted n."""

    value: float
    se: float
    low: float
    high: float
    n: int
    design_effect: float
    effective_n: float
    df: int


def share(design: Design, answer: Bools, domain: Bools, level: float = 0.95, method: str = "logit") -> Estimate:
    """Return the weighted share of a domain that gave an answer, with the interval of its design.

    Parameters
    ----------
    design : Design
        How the respondents were sampled.
    answer, domain : array of bool
        Who gave the answer, and who counts at all; those outside stay in the design.
    level : float
        Coverage of the interval, between 0 and 1.
    method : {"logit", "beta"}
        Logit with t quantiles, or Korn and Graubard's; where all or nobody gave the answer always the latter.

    Raises
    ------
    ValueError
        Nobody is in the domain, or the method is unknown.
    """
    if method not in _METHODS:
        raise ValueError(f"method is one of {', '.join(_METHODS)}; {method!r} arrived")
    value, se, n, df = _mean(design, answer.astype(float), domain)
    weights = design.weights[domain]
    alone = weights.sum() ** 2 / (weights**2).sum()
    certain = min(value, 1 - value) < 1e-12
    effective = alone if certain or se == 0 else value * (1 - value) / se**2
    effect = float("nan") if certain else se**2 / (value * (1 - value) / (n - 1))
    if certain or method == "beta":
        low, high = _beta(value, n, df, effective, level)
    else:
        low, high = _logit(value, _spread(design, answer, domain, value, se), df, level)
    return Estimate(value, se, low, high, n, effect, effective, df)


def mean(design: Design, values: Floats, domain: Bools, level: float = 0.95) -> Estimate:
    """Return the weighted mean of values in a domain, with a t interval."""
    value, se, n, df = _mean(design, np.where(domain, values, 0.0), domain)
    weights, reach = design.weights[domain], stats.t.ppf((1 + level) / 2, df) * se
    variance = float(weights @ (values[domain] - value) ** 2 / weights.sum()) * n / (n - 1)
    effect = se**2 / (variance / n) if variance else float("nan")
    return Estimate(value, se, value - reach, value + reach, n, effect, n / effect if effect else float(n), df)


def _mean(design: Design, values: Floats, domain: Bools) -> tuple[float, float, int, int]:
    n = int((domain & (design.weights > 0)).sum())
    if n < 2:
        raise ValueError(f"a share needs two respondents with a weight or more; {n} arrived")
    total = design.weights[domain].sum()
    value = float(design.weights[domain] @ values[domain] / total)
    if design.replicates is not None:
        return value, _error(design, _replicated(design, values, domain) - value), n, design.freedom(domain)
    scores = np.where(domain, values - value, 0.0)[:, None] / total
    return value, float(np.sqrt(design.covariance(scores)[0, 0])), n, design.freedom(domain)


def _replicated(design: Design, values: Floats, domain: Bools) -> Floats:
    """The mean under each set of replicate weights."""
    held = np.empty((0, 0)) if design.replicates is None else design.replicates[domain]
    return np.asarray((held.T @ values[domain]) / held.sum(axis=0))


def _error(design: Design, moved: Floats) -> float:
    return float(np.sqrt(REPLICATES[design.kind](len(moved), design.rho) * (moved**2).sum()))


def _spread(design: Design, answer: Bools, domain: Bools, value: float, se: float) -> float:
    """The standard error of the logit of a share: by the delta method, or of the logits of the replicates."""
    if design.replicates is not None:
        moved = _replicated(design, answer.astype(float), domain)
        if ((moved > 0) & (moved < 1)).all():
            return _error(design, np.log(moved / (1 - moved)) - np.log(value / (1 - value)))
    return se / (value * (1 - value))


def _logit(value: float, spread: float, df: int, level: float) -> tuple[float, float]:
    centre, reach = np.log(value / (1 - value)), stats.t.ppf((1 + level) / 2, df) * spread
    return float(1 / (1 + np.exp(reach - centre))), float(1 / (1 + np.exp(-reach - centre)))


def _beta(value: float, n: int, df: int, effective: float, level: float) -> tuple[float, float]:
    tail = (1 - level) / 2
    size = effective * (stats.t.ppf(tail, n - 1) / stats.t.ppf(tail, df)) ** 2
    hits, misses = size * value, size * (1 - value)
    low = stats.beta.ppf(tail, hits, misses + 1) if hits > 0 else 0.0
    return float(low), float(stats.beta.ppf(1 - tail, hits + 1, misses) if misses > 0 else 1.0)


@dataclass(frozen=True, slots=True)
class Test:
    """A statistic, corrected for the design, with its degrees of freedom and p value."""

    statistic: float
    df: float
    p: float


def overlapping(design: Design, answers: Bools, first: Bools, second: Bools) -> Test:
    """Return whether two domains of one survey differ in answers of which one may give several.

    Parameters
    ----------
    design : Design
        How the respondents were sampled.
    answers : array of bool
        A row for each respondent, a column for each answer.
    first, second : array of bool
        The two domains.
    """
    scores = [_scores(design, answers, domain) for domain in (first, second)]
    covariance = design.covariance(scores[0][1] - scores[1][1])
    return _satterthwaite(scores[0][0], scores[1][0], covariance, int(first.sum()), int(second.sum()))


def between(one: Design, answers: Bools, other: Design, answers_there: Bools) -> Test:
    """Return whether two surveys differ in the same answers of which one may give several."""
    here = _scores(one, answers, np.ones(len(answers), bool))
    there = _scores(other, answers_there, np.ones(len(answers_there), bool))
    covariance = one.covariance(here[1]) + other.covariance(there[1])
    return _satterthwaite(here[0], there[0], covariance, len(answers), len(answers_there))


def _scores(design: Design, answers: Bools, domain: Bools) -> tuple[Floats, Floats]:
    total = design.weights[domain].sum()
    shares = design.weights[domain] @ answers[domain] / total
    return shares, np.where(domain[:, None], answers - shares, 0.0) / total


def _satterthwaite(first: Floats, second: Floats, covariance: Floats, n: int, m: int) -> Test:
    pooled = (n * first + m * second) / (n + m)
    simple = pooled * (1 - pooled) * (1 / n + 1 / m)
    kept = simple > 0
    if not kept.any():
        raise ValueError("every answer was given by all or by nobody, so that nothing can differ")
    ratio = covariance[np.ix_(kept, kept)] / simple[kept]
    trace, square = float(np.trace(ratio)), float(np.trace(ratio @ ratio))
    statistic = float((((first - second) ** 2)[kept] / simple[kept]).sum()) * trace / square
    df = trace**2 / square
    return Test(statistic, df, float(stats.chi2.sf(statistic, df)))
