"""The joint model of batteries: all figures of all surveys together say how high each item is, and how it moved."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.optimize import minimize
from scipy.special import chdtri, expit, ndtri
from scipy.stats import qmc

from crosswave.arguments import FloatArray

COLUMNS = ("item", "survey", "house", "date", "logit", "variance")
"""What a row of figures needs: one figure of one survey and item; date in decimal years."""


@dataclass(frozen=True, slots=True)
class Spreads:
    """Standard deviations on the logit scale; as priors, the scales of half-normal distributions.

    Attributes
    ----------
    survey, house, figure : float
        Of what all answers of a survey share, of what all surveys of a house share, of an item inside a survey.
    slope : float
        Of the items' slopes around their mean, per year.
    year : float
        Of what all surveys of one calendar year share.
    """

    survey: float
    house: float
    figure: float
    slope: float
    year: float

    def array(self) -> FloatArray:
        """Return them in the order of the fields."""
        return np.array([getattr(self, field.name) for field in fields(self)])


PRIORS = Spreads(survey=0.5, house=0.5, figure=0.5, slope=0.15, year=0.25)
_NAMES = tuple(field.name for field in fields(Spreads))
_POINTS, _DRAWS = 2048, 8192
_LEAST = 1e-4


@dataclass(frozen=True, slots=True)
class Design:
    """Figures as a mixed model: y = C (b, L u) + error, columns of levels, slope, then of each random effect.

    Attributes
    ----------
    y, variance : array of float, shape (figures,)
        Logits and the variances of sampling and rounding.
    columns : array of float, shape (figures, p + q)
        Fixed columns (a level for each item, the mean slope), then random ones.
    kind : array of int, shape (q,)
        Which standard deviation multiplies a random column: a place among the fields of `Spreads`, -1 for one that is
        known (answers of the same respondents).
    """

    y: FloatArray
    variance: FloatArray
    columns: FloatArray
    kind: npt.NDArray[np.intp]
    items: tuple[str, ...]
    years: tuple[int, ...]
    surveys: tuple[str, ...]
    houses: tuple[str, ...]
    centre: float

    @property
    def fixed(self) -> int:
        """The number of fixed columns."""
        return int(self.columns.shape[1] - len(self.kind))

    def scales(self, spreads: FloatArray) -> FloatArray:
        """Return what each column is multiplied by under some standard deviations."""
        return np.concatenate([np.ones(self.fixed), np.append(spreads, 1.0)[self.kind]])


def design_of(figures: pd.DataFrame, *, years: Sequence[int], centre: float = 2018.5, rho: float = 0.0) -> Design:
    """Return figures as a mixed model.

    Parameters
    ----------
    figures : DataFrame
        Columns `COLUMNS`, a row for each survey and item; logits finite, variances positive.
    years : sequence of int
        Calendar years that are asked about: each has an effect of its own, also without a survey.
    centre : float, default 2018.5
        The date at which the levels stand.
    rho : float, default 0
        Correlation of the sampling errors of two answers of one survey, in [0, 1).

    Raises
    ------
    ValueError
        A column is missing, a number is not finite, a variance is not positive, or a survey has an item twice.
    """
    _check(figures, rho)
    items, surveys, houses = (tuple(dict.fromkeys(figures[name])) for name in ("item", "survey", "house"))
    calendar = np.floor(figures["date"].to_numpy(dtype=float)).astype(int)
    every = tuple(sorted({*calendar.tolist(), *years}))
    t = (figures["date"] - centre).to_numpy(dtype=float)
    item = _dummies(figures["item"], items)
    year = (calendar[:, None] == np.array(every)).astype(float)
    survey = _dummies(figures["survey"], surveys)
    variance = figures["variance"].to_numpy(dtype=float)
    same = survey * np.sqrt(rho * variance)[:, None]
    blocks = {0: survey, 1: _dummies(figures["house"], houses), 3: item * t[:, None], 4: year, -1: same}
    if not rho:
        del blocks[-1]
    kind = np.concatenate([np.full(block.shape[1], k) for k, block in blocks.items()])
    columns = np.hstack([item, t[:, None], *blocks.values()])
    y = figures["logit"].to_numpy(dtype=float)
    return Design(y, variance * (1 - rho), columns, kind, items, every, surveys, houses, centre)


def _check(figures: pd.DataFrame, rho: float) -> None:
    if missing := [name for name in COLUMNS if name not in figures]:
        raise ValueError(f"figures must have the columns {', '.join(COLUMNS)}; {', '.join(missing)} is missing")
    numbers = figures[["date", "logit", "variance"]].to_numpy(dtype=float)
    rules = {
        "figures must have numbers that are finite in date, logit and variance": bool(np.isfinite(numbers).all()),
        "variance must be positive": bool((numbers[:, 2] > 0).all()),
        "figures must have each survey and item once": not figures.duplicated(["survey", "item"]).any(),
        f"rho must be at least 0 and below 1; {rho:g} arrived": 0 <= rho < 1,
        "figures must have more rows than items and a slope": len(figures) > figures["item"].nunique() + 1,
    }
    if broken := [rule for rule, holds in rules.items() if not holds]:
        raise ValueError("; ".join(broken))


def _dummies(values: pd.Series, names: tuple[str, ...]) -> FloatArray:
    return np.asarray(values.to_numpy()[:, None] == np.array(names, dtype=object), dtype=float)


@dataclass(frozen=True, slots=True)
class Solved:
    """The model under known standard deviations: all else is Gaussian, in closed form.

    ``loglik`` is the restricted log-likelihood without its constant; `mean` and `root` (lower Cholesky factor of the
    precision) are those of the columns' coefficients, unscaled.
    """

    loglik: float
    mean: FloatArray
    root: FloatArray


def solved(design: Design, spreads: FloatArray) -> Solved:
    """Return the model under five standard deviations, in the order of `Spreads`.

    Notes
    -----
    Henderson's mixed model equations, the random columns scaled by their standard deviations so that one of 0 is no
    harm: ``M = C' W C + diag(0, 1)``, W the inverse of the variances; the restricted log-likelihood is
    ``-(sum log variance + log det M + y' W y - b' M^-1 b) / 2`` with ``b = C' W y``.
    """
    variance = design.variance + spreads[2] ** 2
    scaled = design.columns * design.scales(spreads)
    weighted = scaled / variance[:, None]
    system = weighted.T @ scaled
    system[np.arange(design.fixed, len(system)), np.arange(design.fixed, len(system))] += 1
    root = np.linalg.cholesky(system)
    half = np.linalg.solve(root, weighted.T @ design.y)
    left = (design.y**2 / variance).sum() - half @ half
    loglik = -0.5 * (np.log(variance).sum() + 2 * np.log(np.diag(root)).sum() + left)
    return Solved(float(loglik), np.linalg.solve(root.T, half), root)


def restricted(design: Design, free: Sequence[str] = _NAMES) -> Spreads:
    """Return the standard deviations of the highest restricted likelihood; those that are not free are 0.

    Parameters
    ----------
    design : Design
        From `design_of`.
    free : sequence of str
        Fields of `Spreads`.

    References
    ----------
    Cross-classified and three-level meta-regression: Konstantopoulos (2011), doi:10.1002/jrsm.35; Viechtbauer (2010),
    doi:10.18637/jss.v036.i03, whose ``rma.mv`` maximises the same function.
    """
    places = [_NAMES.index(name) for name in free]

    def spreads(at: FloatArray) -> FloatArray:
        found = np.zeros(len(_NAMES))
        found[places] = np.abs(at)
        return found

    starts = [np.full(len(places), scale) for scale in (0.1, 0.3, 0.6)]
    tried = [
        minimize(lambda at: -solved(design, spreads(at)).loglik, start, method="Nelder-Mead", options=_EXACT)
        for start in starts
    ]
    return Spreads(*spreads(min(tried, key=lambda one: one.fun).x).tolist())


_EXACT = {"xatol": 1e-10, "fatol": 1e-12, "maxiter": 20_000, "maxfev": 20_000}


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
    """

    design: Design
    years: tuple[int, ...]
    draws: FloatArray
    effects: pd.DataFrame
    spreads: pd.DataFrame
    effective: float
    alpha: float

    def levels(self) -> pd.DataFrame:
        """Return item, year, level, low, high: shares in [0, 1], medians with intervals."""
        low, middle, high = self._ends(expit(self.draws))
        rows = [
            (item, year, middle[i, k], low[i, k], high[i, k])
            for i, item in enumerate(self.design.items)
            for k, year in enumerate(self.years)
        ]
        return pd.DataFrame(rows, columns=["item", "year", "level", "low", "high"])

    def changes(self, first: int, last: int, *, margin: float) -> pd.DataFrame:
        """Return what changed between two years, in percentage points.

        Returns
        -------
        DataFrame
            Columns item, change, low, high; relative, relative_low, relative_high (to the mean of all items);
            beyond (probability that it is more than `margin` points either way). The last row, "all items", is their
            mean.
        """
        a, b = self.years.index(first), self.years.index(last)
        moved = 100 * (expit(self.draws[:, :, b]) - expit(self.draws[:, :, a]))
        mean = moved.mean(axis=1, keepdims=True)
        every, relative = np.hstack([moved, mean]), np.hstack([moved - mean, np.zeros_like(mean)])
        low, middle, high = self._ends(every)
        less, apart, more = self._ends(relative)
        columns = {"change": middle, "low": low, "high": high}
        columns |= {"relative": apart, "relative_low": less, "relative_high": more}
        frame = pd.DataFrame({"item": [*self.design.items, "all items"]} | columns)
        return frame.assign(beyond=(np.abs(every) > margin).mean(axis=0))

    def ranking(self, year: int) -> pd.DataFrame:
        """Return for each item its median rank, the interval of its rank and the probability that it is first."""
        place = self.years.index(year)
        ranks = (-self.draws[:, :, place]).argsort(axis=1).argsort(axis=1) + 1
        low, middle, high = self._ends(ranks.astype(float))
        columns = {"item": self.design.items, "rank": middle, "low": low, "high": high}
        frame = pd.DataFrame(columns | {"first": (ranks == 1).mean(axis=0)})
        return frame.sort_values(["rank", "first"], ascending=[True, False], ignore_index=True)

    def above(self, year: int) -> pd.DataFrame:
        """Return the probability that the item of a row stands above that of a column."""
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
) -> Posterior:
    """Return what all figures of batteries say together.

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

    Notes
    -----
    ``logit p = level of the item + (mean slope + own slope) (date - centre) + year + house + survey + item in survey +
    error``; all but level and mean slope normal around 0. Given the five standard deviations all else is Gaussian
    (`solved`). They are integrated over at Sobol points of a t proposal around the mode, with importance weights; then
    levels are drawn at quasi-random normal points. Nothing is random: the same figures give the same numbers.

    References
    ----------
    Half-normal priors for standard deviations of few groups: Gelman (2006), doi:10.1214/06-BA117A.
    """
    design = design_of(figures, years=years, rho=rho)
    points, logs = _integration_points(design, priors)
    weights = np.exp(logs - logs.max())
    weights /= weights.sum()
    chosen = np.searchsorted(np.cumsum(weights), (np.arange(_DRAWS) + 0.5) / _DRAWS).clip(max=len(points) - 1)
    wanted = _level_rows(design, years)
    drawn = _drawn(design, points, chosen, wanted)
    levels = drawn[:, : len(wanted)].reshape(_DRAWS, len(design.items), len(years))
    ends = (alpha / 2, 0.5, 1 - alpha / 2)
    effects = _effects(design, drawn[:, len(wanted) :], ends)
    scales = np.quantile(points[chosen], ends, axis=0)
    spreads = pd.DataFrame(
        {
            "spread": _NAMES,
            "prior_median": priors.array() * float(ndtri(0.75)),
            "median": scales[1],
            "low": scales[0],
            "high": scales[2],
        }
    )
    return Posterior(design, tuple(years), levels, effects, spreads, float(1 / (weights**2).sum()), alpha)


def _integration_points(design: Design, priors: Spreads) -> tuple[FloatArray, FloatArray]:
    """Standard deviations at which to integrate, and the logs of their weights."""
    scale = priors.array()

    def log_posterior(log_spreads: FloatArray) -> float:
        spreads = np.exp(np.minimum(log_spreads, _LARGEST))
        prior = float(log_spreads.sum() - 0.5 * ((spreads / scale) ** 2).sum())
        return prior if (spreads > _BEYOND * scale).any() else prior + solved(design, spreads).loglik

    found = minimize(lambda at: -log_posterior(at), np.log(0.5 * scale), method="BFGS")
    root = np.linalg.cholesky(found.hess_inv + 1e-6 * np.eye(len(scale)))
    sobol = qmc.Sobol(len(scale) + 1, scramble=True, rng=np.random.default_rng(0)).random(_POINTS)
    normal = ndtri(np.clip(sobol[:, :-1], 1e-9, 1 - 1e-9))
    stretch = np.sqrt(_T_DF / chdtri(_T_DF, 1 - np.clip(sobol[:, -1], 1e-9, 1 - 1e-9)))
    z = normal * stretch[:, None]
    at = found.x + _WIDER * z @ root.T
    proposal = -(_T_DF + len(scale)) / 2 * np.log1p((z**2).sum(axis=1) / _T_DF)
    logs = np.array([log_posterior(one) for one in at]) - proposal
    return np.maximum(np.exp(at), _LEAST), logs


_T_DF, _WIDER = 5.0, 1.3
_LARGEST, _BEYOND = 50.0, 20.0
"""Logs that can be raised to a power; how many scales of its prior a standard deviation cannot be."""


def _level_rows(design: Design, years: Sequence[int]) -> FloatArray:
    """The level of each item in the middle of each year as rows over the columns."""
    slots = {name: design.fixed + np.flatnonzero(design.kind == k) for name, k in (("slope", 3), ("year", 4))}
    rows = np.zeros((len(design.items) * len(years), design.columns.shape[1]))
    for i in range(len(design.items)):
        for k, year in enumerate(years):
            row, t = rows[i * len(years) + k], year + 0.5 - design.centre
            row[i], row[len(design.items)], row[slots["slope"][i]] = 1.0, t, t
            row[slots["year"][design.years.index(year)]] = 1.0
    return rows


def _drawn(design: Design, points: FloatArray, chosen: npt.NDArray[np.intp], wanted: FloatArray) -> FloatArray:
    """Draws of the wanted rows, then of the effects of surveys and houses."""
    single = np.eye(design.columns.shape[1])[design.fixed + np.flatnonzero((design.kind == 0) | (design.kind == 1))]
    rows = np.vstack([wanted, single])
    sobol = qmc.Sobol(design.columns.shape[1], scramble=True, rng=np.random.default_rng(1)).random(_DRAWS)
    normal = ndtri(np.clip(sobol, 1e-9, 1 - 1e-9))
    found = np.empty((_DRAWS, len(rows)))
    for place in np.unique(chosen):
        here = np.flatnonzero(chosen == place)
        one = solved(design, points[place])
        coefficients = one.mean[:, None] + np.linalg.solve(one.root.T, normal[here].T)
        found[here] = ((rows * design.scales(points[place])) @ coefficients).T
    return found


def _effects(design: Design, drawn: FloatArray, ends: tuple[float, float, float]) -> pd.DataFrame:
    low, middle, high = np.quantile(drawn, ends, axis=0)
    kinds = ["survey"] * len(design.surveys) + ["house"] * len(design.houses)
    names = [*design.surveys, *design.houses]
    return pd.DataFrame({"kind": kinds, "name": names, "effect": middle, "low": low, "high": high})


def half_width(frame: pd.DataFrame) -> float:
    """Return half the mean width of intervals with the columns low and high."""
    return float((frame["high"] - frame["low"]).mean() / 2) if len(frame) else math.nan
