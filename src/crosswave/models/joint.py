"""The joint model of batteries: all figures of all surveys together say how high each item is, and how it moved."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations_with_replacement

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.optimize import brentq, minimize
from scipy.sparse import issparse
from scipy.special import chdtri, expit, ndtr, ndtri, stdtrit
from scipy.stats import qmc

from crosswave.arguments import FloatArray
from crosswave.difference.verdict import Evidence, decide, outcomes
from crosswave.models.mixed import NAMES, Design, Spreads, design_of, solved_each, steep

PRIORS = Spreads(survey=0.5, house=0.5, figure=0.5, slope=0.15, year=0.25)
_FEW_POINTS, _CELLS, _EFFECTS = 64, 100_000_000, 10_000_000
_POWER = 0.8
_LEAST = 1e-4


@dataclass(frozen=True, slots=True)
class Posterior:
    """What the figures say of every item and year, the standard deviations integrated out.

    Attributes
    ----------
    draws : array of float, shape (draws, items, years)
        Logits of the levels, equally likely.
    effects : DataFrame
        Of each survey and house: kind, name, mean, low, high (logits).
    spreads : DataFrame
        Of each standard deviation: prior_median, median, low, high.
    effective : float
        Effective number of the points at which the standard deviations were integrated.
    points, weights : array of float
        The points, a row each in the order of `Spreads`, and their weights, which add up to 1.
    """

    design: Design
    years: tuple[int, ...]
    draws: FloatArray
    effects: pd.DataFrame
    spreads: pd.DataFrame
    effective: float
    alpha: float
    points: FloatArray
    weights: FloatArray

    def levels(self) -> pd.DataFrame:
        """Return item, year, level, low, high: shares in [0, 1], medians with intervals."""
        low, middle, high = self._ends(expit(self.draws))
        rows = [
            (item, year, middle[i, k], low[i, k], high[i, k])
            for i, item in enumerate(self.design.items)
            for k, year in enumerate(self.years)
        ]
        return pd.DataFrame(rows, columns=["item", "year", "level", "low", "high"])

    def changes(
        self, first: int, last: int, *, margin: float, limit: float = 15.0, wider: float | FloatArray = 1.0
    ) -> pd.DataFrame:
        """Return what changed between two years, in percentage points.

        Parameters
        ----------
        first, last : int
            Two of the years.
        margin, limit : float
            Points: the smallest change that matters; the largest detectable change of an answer that is informative.
        wider : float or array of float, shape (items + 1,)
            What the distance of a change from its median is multiplied by, to see whether its verdict holds.

        Returns
        -------
        DataFrame
            Columns item, change, low, high; relative, relative_low, relative_high (to the mean of all items);
            beyond (probability that it is more than `margin` points either way); verdict, by the decision table: a
            rise or a fall by the interval, a small change by the one that holds 1 - 2 alpha. The last row, "all items",
            is their mean.
        """
        a, b = self.years.index(first), self.years.index(last)
        moved = 100 * (expit(self.draws[:, :, b]) - expit(self.draws[:, :, a]))
        mean = moved.mean(axis=1, keepdims=True)
        every, relative = np.hstack([moved, mean]), np.hstack([moved - mean, np.zeros_like(mean)])
        middle = np.median(every, axis=0)
        every = middle + wider * (every - middle)
        low, _, high = self._ends(every)
        less, apart, more = self._ends(relative)
        columns = {"change": middle, "low": low, "high": high}
        columns |= {"relative": apart, "relative_low": less, "relative_high": more}
        frame = pd.DataFrame({"item": [*self.design.items, "all items"]} | columns)
        narrow = np.quantile(every, (self.alpha, 1 - self.alpha), axis=0)
        small = np.abs(narrow).max(axis=0) < margin
        telling = (high - low) / 2 * (1 + float(ndtri(_POWER) / ndtri(1 - self.alpha / 2))) <= max(limit, margin)
        verdicts = [
            decide(Evidence(True, informative=bool(tells), outcomes=outcomes(*(np.array([one]) for one in three))))
            for tells, *three in zip(telling, low > 0, high < 0, small, strict=True)
        ]
        return frame.assign(beyond=(np.abs(every) > margin).mean(axis=0), verdict=verdicts)

    def ranking(self, year: int) -> pd.DataFrame:
        """Return for each item its median rank, the interval of its rank and the probability that it is first."""
        place = self.years.index(year)
        ranks = (-self.draws[:, :, place]).argsort(axis=1).argsort(axis=1) + 1
        low, middle, high = self._ends(ranks.astype(float))
        columns = {"item": self.design.items, "rank": middle, "low": low, "high": high}
        frame = pd.DataFrame(columns | {"first": (ranks == 1).mean(axis=0)})
        return frame.sort_values(["rank", "first"], ascending=[True, False], ignore_index=True)

    def above(self, year: int) -> pd.DataFrame:
        """Return the probability that the item of a row is above that of a column."""
        at = self.draws[:, :, self.years.index(year)]
        names = list(self.design.items)
        return pd.DataFrame((at[:, :, None] > at[:, None, :]).mean(axis=0), index=names, columns=names)

    def _ends(self, values: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        low, middle, high = np.quantile(values, (self.alpha / 2, 0.5, 1 - self.alpha / 2), axis=0)
        return low, middle, high


def posterior(
    figures: pd.DataFrame,
    *,
    years: Sequence[int] = (2017, 2018, 2019, 2020),
    priors: Spreads = PRIORS,
    rho: float = 0.2,
    alpha: float = 0.05,
    points: int = 2048,
    wander: bool = False,
    known: Spreads | None = None,
) -> Posterior:
    """Return what all figures of batteries, or of one topic, say together.

    Parameters
    ----------
    figures : DataFrame
        As for `design_of`.
    years : sequence of int
        For which levels are wanted.
    priors : Spreads
        Scales of half-normal priors of the standard deviations.
    rho : float, default 0.2
        As for `design_of`.
    alpha : float, default 0.05
        Intervals hold 1 - alpha.
    points : int, default 2048
        At so many the standard deviations are integrated over, and four times as many draws made: a power of two. Of
        very many items fewer are taken; of very many surveys, whose standard deviations are all but known, 64.
    wander : bool, default False
        As for `design_of`.
    known : Spreads, optional
        Standard deviations that are known: nothing is integrated over.

    Notes
    -----
    ``logit p = level of the item + (mean slope + own slope) (date - centre) + year + house + survey + item in survey +
    error``; all but level and mean slope normal around 0. Given the five standard deviations all else is Gaussian
    (`solved`). They are integrated over at Sobol points of a t proposal around the mode, with importance weights; then
    levels are drawn at quasi-random normal points. Nothing is random: the same figures give the same numbers.
    Of one item the survey, the house and the figure are one: a line and one standard deviation around it, whose prior
    has the root of the sum of the squares of their three scales.

    References
    ----------
    Half-normal priors for standard deviations of few groups: Gelman (2006), doi:10.1214/06-BA117A.
    """
    design = design_of(figures, years=years, rho=rho, wander=wander)
    at, logs = (
        (known.array()[None], np.zeros(1))
        if known
        else _integration_points(design, priors, min(points, _affordable(design)))
    )
    weights = np.exp(logs - logs.max())
    weights /= weights.sum()
    levels, single = drawn(design, at, weights, 4 * points, years)
    ends = (alpha / 2, 0.5, 1 - alpha / 2)
    scales = np.quantile(at[resampled(weights, 4 * points)], ends, axis=0)
    spreads = pd.DataFrame(
        {
            "spread": [NAMES[place] for place in design.free],
            "prior_median": _scale(design, priors) * float(ndtri(0.75)),
            "median": scales[1, design.free],
            "low": scales[0, design.free],
            "high": scales[2, design.free],
        }
    )
    effective, effects = float(1 / (weights**2).sum()), _effects(design, single, ends)
    return Posterior(design, tuple(years), levels, effects, spreads, effective, alpha, at, weights)


def _integration_points(design: Design, priors: Spreads, number: int) -> tuple[FloatArray, FloatArray]:
    """Standard deviations at which to integrate, and the logs of their weights."""
    scale = _scale(design, priors)

    def every(spreads: FloatArray) -> FloatArray:
        found = np.zeros((len(spreads), len(NAMES)))
        found[:, design.free] = spreads
        return found

    def log_posteriors(log_spreads: FloatArray) -> FloatArray:
        spreads = np.exp(np.minimum(log_spreads, _LARGEST))
        prior: FloatArray = log_spreads.sum(axis=-1) - 0.5 * ((spreads / scale) ** 2).sum(axis=-1)
        likely = ~(spreads > _BEYOND * scale).any(axis=-1)
        prior[likely] += [one.loglik for one in solved_each(design, every(spreads[likely]))]
        return prior

    def log_posterior(log_spreads: FloatArray) -> float:
        return float(log_posteriors(log_spreads[None])[0])

    many = issparse(design.columns)
    df, wider = _MANY_T if many else _FEW_T
    options = steep(design, design.free) if many else {}
    found = minimize(lambda at: -log_posterior(at), np.log(0.5 * scale), method="BFGS", options=options)
    steps = np.linalg.cholesky(found.hess_inv) if many else _STEP * np.eye(len(scale))
    spread = _spread_at(log_posterior, found.x, steps)
    mode, root = np.round(found.x, 3), np.round(np.linalg.cholesky(spread + _LEAST * np.eye(len(scale))), 3)
    z = _students(len(scale), df, number)
    at = mode + wider * z @ root.T
    proposal = -(df + len(scale)) / 2 * np.log1p((z**2).sum(axis=1) / df)
    return every(np.maximum(np.exp(at), _LEAST)), log_posteriors(at) - proposal


def _students(dimensions: int, df: float, number: int) -> FloatArray:
    """Points that are spread as Student's t: in one dimension its own quantiles, evenly, in more those of Sobol."""
    if dimensions == 1:
        return np.asarray(stdtrit(df, (np.arange(number) + 0.5) / number))[:, None]
    sobol = qmc.Sobol(dimensions + 1, scramble=True, rng=np.random.default_rng(0)).random(number)
    stretch = np.sqrt(df / chdtri(df, 1 - np.clip(sobol[:, -1], 1e-9, 1 - 1e-9)))
    return np.asarray(_normal(sobol[:, :-1]) * stretch[:, None])


def _affordable(design: Design) -> int:
    """How many points are worth their time: fewer where levels, slopes and years are many."""
    most = _FEW_POINTS if issparse(design.columns) else max(_FEW_POINTS, _CELLS // design.others**2)
    return int(2 ** math.floor(math.log2(most)))


def _scale(design: Design, priors: Spreads) -> FloatArray:
    """The scales of the priors of what figures can tell."""
    every = priors.array()
    return every if len(design.items) > 1 else np.array([math.hypot(*every[:3])])


def _spread_at(log_density: Callable[[FloatArray], float], mode: FloatArray, steps: FloatArray) -> FloatArray:
    """The covariance of the normal distribution with the curvature of a log density at its mode; a column is a step."""
    curvature = np.empty_like(steps)
    for i, j in combinations_with_replacement(range(len(mode)), 2):
        corners = [log_density(mode + a * steps[:, i] + b * steps[:, j]) * a * b for a in (-1, 1) for b in (-1, 1)]
        curvature[i, j] = curvature[j, i] = -sum(corners) / 4
    back = np.linalg.inv(steps)
    values, vectors = np.linalg.eigh(back.T @ curvature @ back)
    spread: FloatArray = (vectors / np.maximum(values, _FLATTEST)) @ vectors.T
    return spread


_STEP, _FLATTEST = 0.1, 0.25
_FEW_T, _MANY_T = (5.0, 1.3), (30.0, 1.1)
"""Degrees of freedom and scale of the t proposal: many surveys leave all but normal logs. Its middle and scales are
rounded to 0.001: where a search ends by 1e-6 is then no matter."""
_LARGEST, _BEYOND = 50.0, 20.0
"""Logs that can be raised to a power; how many scales of its prior a standard deviation cannot be."""


def level_rows(design: Design, years: Sequence[int]) -> FloatArray:
    """Return the level of each item in the middle of each year as rows over levels, slopes and years."""
    items, fixed, dates = len(design.items), design.fixed, np.array(years) + 0.5
    course, each = design.course(dates), np.arange(items)
    own = fixed + items * course.shape[1]
    rows = np.zeros((items, len(years), own + len(design.years)))
    rows[each, :, each], rows[:, :, items] = 1.0, dates - design.centre
    for k, column in enumerate(course.T):
        rows[each, :, fixed + k * items + each] = column
    for k, year in enumerate(years):
        rows[:, k, own + design.years.index(year)] = 1.0
    return rows.reshape(items * len(years), -1)[:, : design.others]


def drawn(
    design: Design, points: FloatArray, weights: FloatArray, draws: int, years: Sequence[int], *, effects: bool = True
) -> tuple[FloatArray, FloatArray]:
    """Return draws of the levels, and of the effects of surveys and houses: of these fewer where there are many.

    They are at points of which each has its weight; effects may be left out.
    """
    chosen = resampled(weights, draws)
    rows, singles = level_rows(design, years), np.flatnonzero(design.kind <= 1)[: None if effects else 0]
    m, every = rows.shape[1], max(1, len(singles) * draws // _EFFECTS)
    width = design.columns.shape[1] if every == 1 and effects else m
    normal = _normal(qmc.Sobol(width, scramble=True, rng=np.random.default_rng(1)).random(draws))
    levels, single = np.empty((draws, len(rows))), np.empty((-(-draws // every), len(singles)))
    rest = np.random.default_rng(2)
    used = np.unique(chosen)
    for place, one in zip(used, solved_each(design, points[used]), strict=True):
        here, scales = np.flatnonzero(chosen == place), design.scales(points[place])
        small = one.mean[:, None] + np.linalg.solve(one.root.T, normal[here, -m:].T)
        levels[here] = ((rows * scales[-m:]) @ small).T
        if not effects:
            continue
        some = here[here % every == 0]
        own = normal[some] if every == 1 else np.hstack([_wide(rest, design, m, len(some)), normal[some]])
        single[some // every] = (one.drawn(own.T)[singles] * scales[singles, None]).T
    return levels.reshape(draws, len(design.items), len(years)), single


def resampled(weights: FloatArray, number: int) -> npt.NDArray[np.intp]:
    """Return so many places, each as often as its weight has it, which adds up to 1."""
    places = np.searchsorted(np.cumsum(weights), (np.arange(number) + 0.5) / number)
    return places.clip(max=len(weights) - 1)


def _wide(rng: np.random.Generator, design: Design, m: int, draws: int) -> FloatArray:
    return rng.standard_normal((draws, design.columns.shape[1] - m))


def _normal(uniform: FloatArray) -> FloatArray:
    return np.asarray(ndtri(np.clip(uniform, 1e-9, 1 - 1e-9)), dtype=float)


def _effects(design: Design, drawn: FloatArray, ends: tuple[float, float, float]) -> pd.DataFrame:
    low, middle, high = np.quantile(drawn, ends, axis=0)
    surveys, houses = (design.surveys, design.houses) if drawn.shape[1] else ((), ())
    kinds, names = ["survey"] * len(surveys) + ["house"] * len(houses), [*surveys, *houses]
    return pd.DataFrame({"kind": kinds, "name": names, "effect": middle, "low": low, "high": high})


def combined(found: Posterior, rows: FloatArray, beyond: Sequence[str] = (), house: str | None = None) -> pd.DataFrame:
    """Return combinations of levels, mean slope, slopes and years, without draws.

    Parameters
    ----------
    found : Posterior
        Of which the standard deviations are integrated out.
    rows : array of float, shape (combinations, columns)
        As `level_rows` has them.
    beyond : sequence of str
        Fields of `Spreads` that are added: those of a survey that is still to come.
    house : str, optional
        Of the figures: what it adds is added to each combination.

    Returns
    -------
    DataFrame
        A row for each: estimate, low, high (logits), and below (the probability that it is less than 0).

    Notes
    -----
    Under each set of standard deviations a combination is normal; the quantiles are those of their mixture. What a
    house adds is normal around a sum of figures and of the other effects, so that it is a part of the combination.
    """
    kept = np.flatnonzero(found.weights > _NEGLIGIBLE / len(found.weights))
    points, weights = found.points[kept], found.weights[kept] / found.weights[kept].sum()
    extra = (points[:, [NAMES.index(name) for name in beyond]] ** 2).sum(axis=1)
    means, sds = np.empty((len(kept), len(rows))), np.empty((len(kept), len(rows)))
    for k, one in enumerate(solved_each(found.design, points)):
        known, more, scaled = 0.0, extra[k], rows * one.scale
        if house is not None:
            spread, gain, shared, _ = one.steps[-1]
            place = found.design.houses.index(house)
            more, own = more + spread**2 * gain[place], spread**2 * gain[place] * shared[place]
            known, scaled = own[-1], scaled - own[:-1] * one.scale
        means[k] = known + scaled @ one.mean
        sds[k] = np.sqrt((np.linalg.solve(one.root, scaled.T) ** 2).sum(axis=0) + more)
    ends = (0.5, found.alpha / 2, 1 - found.alpha / 2)
    told = [
        (*(mixed_quantile(q, weights, *both) for q in ends), float(weights @ ndtr(-both[0] / both[1])))
        for both in zip(means.T, sds.T, strict=True)
    ]
    return pd.DataFrame(told, columns=["estimate", "low", "high", "below"])


_NEGLIGIBLE = 1e-3


def mixed_quantile(q: float, weights: FloatArray, means: FloatArray, sds: FloatArray) -> float:
    """Return a quantile of a mixture of normal distributions."""
    low, high = float((means - 9 * sds).min()), float((means + 9 * sds).max())
    return float(brentq(lambda at: weights @ ndtr((at - means) / sds) - q, low, high, xtol=1e-6))


def half_width(frame: pd.DataFrame) -> float:
    """Return half the mean width of intervals with the columns low and high."""
    return float((frame["high"] - frame["low"]).mean() / 2) if len(frame) else math.nan
