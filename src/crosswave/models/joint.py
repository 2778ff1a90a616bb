"""The joint model of batteries: all figures of all surveys together say how high each item is, and how it moved."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields
from itertools import combinations_with_replacement, pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.optimize import minimize
from scipy.sparse import csr_array, diags_array, hstack, issparse
from scipy.special import chdtri, expit, ndtri
from scipy.stats import qmc

from crosswave.arguments import FloatArray
from crosswave.difference.verdict import Evidence, decide, outcomes

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
        Of the items' slopes around their mean, per year; of items that wander, of each step from year to year.
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
NAMES = tuple(field.name for field in fields(Spreads))
_FEW_POINTS, _EFFECTS = 32, 10_000_000
_POWER = 0.8
_LEAST = 1e-4


_KNOWN, FIXED = 5, 6
"""Kinds of columns beyond the places of `Spreads`: answers of the same respondents (known), and fixed ones."""


@dataclass(frozen=True, slots=True)
class Design:
    """Figures as a mixed model: y = C (b, u) + error, the columns of many surveys and houses before the few others.

    Attributes
    ----------
    y, variance : array of float, shape (figures,)
        Logits and the variances of sampling and rounding; `dates` are decimal years.
    columns : array of float, shape (figures, q)
        Answers of the same respondents (only under a rho), surveys, houses; then levels, mean slope, slopes, years. A
        sparse array where it is large.
    kind : array of int, shape (q,)
        Which standard deviation multiplies a column: a place among the fields of `Spreads`, 5 for one that is known
        (answers of the same respondents), 6 for a fixed one.
    """

    y: FloatArray
    variance: FloatArray
    dates: FloatArray
    columns: Any
    kind: npt.NDArray[np.intp]
    items: tuple[str, ...]
    years: tuple[int, ...]
    surveys: tuple[str, ...]
    houses: tuple[str, ...]
    centre: float
    wander: bool = False

    @property
    def nested(self) -> list[int]:
        """How many columns lead each nested block: each survey has one house, so that each block is diagonal."""
        return [int((self.kind == kind).sum()) for kind in (_KNOWN, 0, 1) if (self.kind == kind).any()]

    def course(self, dates: FloatArray) -> FloatArray:
        """Return what multiplies an item's own course at each date: see `course_of`."""
        return course_of(dates, self.years, self.centre, wander=self.wander)

    @property
    def fixed(self) -> int:
        """The number of fixed columns."""
        return int((self.kind == FIXED).sum())

    def scales(self, spreads: FloatArray) -> FloatArray:
        """Return what each column is multiplied by under some standard deviations."""
        known = np.ones((*spreads.shape[:-1], 2))
        scales: FloatArray = np.append(spreads, known, axis=-1)[..., self.kind]
        return scales


def course_of(dates: FloatArray, years: Sequence[int], centre: float, *, wander: bool) -> FloatArray:
    """Return a column for each of an item's own effects: years since the centre, or a step into each of the years."""
    if not wander:
        return np.asarray(dates - centre)[:, None]
    steps = [math.sqrt(b - a) * ((dates >= b).astype(float) - (b <= centre)) for a, b in pairwise(years)]
    return np.column_stack(steps)


def design_of(
    figures: pd.DataFrame, *, years: Sequence[int], centre: float = 2018.5, rho: float = 0.0, wander: bool = False
) -> Design:
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
    wander : bool, default False
        Whether each item takes a step of its own from year to year (a random walk) in place of a straight line.

    Raises
    ------
    ValueError
        A column is missing, a number is not finite, a variance is not positive, a survey has an item twice or two
        houses, or there are too few figures.
    """
    _check(figures, rho)
    coded = {name: pd.factorize(figures[name]) for name in ("item", "survey", "house")}
    items, surveys, houses = (tuple(coded[name][1]) for name in coded)
    calendar = np.floor(figures["date"].to_numpy(dtype=float)).astype(int)
    every = tuple(sorted({*calendar.tolist(), *years}))
    dates = figures["date"].to_numpy(dtype=float)
    variance, one = figures["variance"].to_numpy(dtype=float), np.ones(len(figures))
    item, survey, house = (codes for codes, _ in coded.values())
    blocks = [
        (_KNOWN, survey, np.sqrt(rho * variance)), (0, survey, one), (1, house, one), (FIXED, item, one),
        (FIXED, np.zeros_like(item), dates - centre),
        *((3, item, column) for column in course_of(dates, every, centre, wander=wander).T),
        (4, np.searchsorted(every, calendar), one),
    ]  # fmt: skip
    blocks = blocks if rho else blocks[1:]
    sizes = [len(every) if kind == 4 else int(place.max()) + 1 for kind, place, _ in blocks]
    rows = np.arange(len(figures))
    parts = [
        csr_array((value, (rows, place)), shape=(len(rows), size))
        for (_, place, value), size in zip(blocks, sizes, strict=True)
    ]
    columns = hstack(parts, format="csr")
    kind = np.repeat([kind for kind, _, _ in blocks], sizes)
    y = figures["logit"].to_numpy(dtype=float)
    held = columns if np.prod(columns.shape) > _LARGE else columns.toarray()
    return Design(y, variance * (1 - rho), dates, held, kind, items, every, surveys, houses, centre, wander)


_LARGE = 2_000_000
"""Cells from which on the columns are kept sparse."""


def _check(figures: pd.DataFrame, rho: float) -> None:
    if missing := [name for name in COLUMNS if name not in figures]:
        raise ValueError(f"figures must have the columns {', '.join(COLUMNS)}; {', '.join(missing)} is missing")
    numbers = figures[["date", "logit", "variance"]].to_numpy(dtype=float)
    rules = {
        "figures must have numbers that are finite in date, logit and variance": bool(np.isfinite(numbers).all()),
        "variance must be positive": bool((numbers[:, 2] > 0).all()),
        "figures must have each survey and item once": not figures.duplicated(["survey", "item"]).any(),
        "each survey must have one house": not figures.groupby("survey")["house"].nunique().gt(1).any(),
        f"rho must be at least 0 and below 1; {rho:g} arrived": 0 <= rho < 1,
        f"figures must have more rows than items and a slope; {len(figures)} of {figures['item'].nunique()} items "
        "arrived, each needs two surveys": len(figures) > figures["item"].nunique() + 1,
    }
    if broken := [rule for rule, holds in rules.items() if not holds]:
        raise ValueError("; ".join(broken))


@dataclass(frozen=True, slots=True)
class Solved:
    """The model under known standard deviations: all else is Gaussian, in closed form.

    ``loglik`` is the restricted log-likelihood without its constant; `mean` and `root` (lower Cholesky factor of the
    precision) are those of the coefficients of levels, slopes and years, unscaled; `steps` lead from them back to
    houses and surveys. Of many points at once all of them have a leading axis.
    """

    loglik: Any
    mean: FloatArray
    root: FloatArray
    steps: tuple[tuple[FloatArray, Any], ...]

    def at(self, place: int) -> Solved:
        """Return one of many points."""
        steps = tuple((diagonal[place], cross[place]) for diagonal, cross in self.steps)
        return Solved(float(self.loglik[place]), self.mean[place], self.root[place], steps)

    def drawn(self, normal: FloatArray) -> FloatArray:
        """Return coefficients of all columns from standard normal numbers, a column for each draw."""
        m = len(self.mean)
        found: FloatArray = self.mean[:, None] + np.linalg.solve(self.root.T, normal[-m:])
        for place, (diagonal, cross) in reversed(list(enumerate(self.steps))):
            start = sum(len(one) for one, _ in self.steps[:place])
            own = normal[start : start + len(diagonal)] / np.sqrt(diagonal)[:, None]
            against = np.vstack([-found, np.ones((1, found.shape[1]))])
            found = np.vstack([own + (cross @ against) / diagonal[:, None], found])
        return found


def solved(design: Design, spreads: FloatArray) -> Solved:
    """Return the model under five standard deviations, in the order of `Spreads`; of many points, one in each row.

    Notes
    -----
    Henderson's mixed model equations, bordered by y, the random columns scaled by their standard deviations so that one
    of 0 is no harm: ``M = [C y]' W [C y] + diag(1, 0)``, W the inverse of the variances. Surveys are nested in houses:
    eliminated one kind after the other, each of their blocks is diagonal (the Woodbury identity of nested terms of rank
    one), so that the work grows with the number of figures. What is left is dense and small. The restricted
    log-likelihood is minus half of the logs of variances and pivots and of what is left of ``y' W y``. Sparse columns
    take one point.
    """
    variance = design.variance + spreads[..., 2, None] ** 2
    scale = np.append(design.scales(spreads), np.ones((*spreads.shape[:-1], 1)), axis=-1)
    border = hstack if issparse(design.columns) else np.hstack
    bordered = border([design.columns, design.y[:, None]])
    left = _scaled(_turned(_scaled(bordered.T @ _scaled(bordered, 1 / variance), scale)), scale)
    penalty = np.append(design.kind != FIXED, False).astype(float)
    left = left + (diags_array(penalty) if issparse(left) else np.diag(penalty))
    logs, steps, nested = np.log(variance).sum(axis=-1), [], design.nested
    for place, n in enumerate(nested):
        left = left.tocsr() if issparse(left) else left
        diagonal = left.diagonal()[:n] if issparse(left) else np.einsum("...ii->...i", left)[..., :n].copy()
        cross, rest = left[..., :n, n:], left[..., n:, n:]
        if issparse(left) and place == len(nested) - 1:
            cross, rest = cross.toarray(), rest.toarray()
        steps.append((diagonal, cross))
        logs = logs + np.log(diagonal).sum(axis=-1)
        left = rest - _turned(cross) @ _scaled(cross, 1 / diagonal)
    root = np.linalg.cholesky(left[..., :-1, :-1])
    half = np.linalg.solve(root, left[..., :-1, -1:])
    logs = logs + 2 * np.log(np.einsum("...ii->...i", root)).sum(axis=-1)
    loglik = -0.5 * (logs + left[..., -1, -1] - (half**2).sum(axis=(-1, -2)))
    return Solved(loglik, np.linalg.solve(_turned(root), half)[..., 0], root, tuple(steps))


def _scaled(matrix: Any, factors: FloatArray) -> Any:
    """Rows times factors, of a dense or a sparse matrix."""
    return diags_array(factors) @ matrix if issparse(matrix) else matrix * factors[..., None]


def _turned(matrix: Any) -> Any:
    return matrix.T if issparse(matrix) else np.swapaxes(matrix, -1, -2)


def solved_each(design: Design, points: FloatArray) -> Iterator[Solved]:
    """Yield the model at each of many points, dense columns many at a time."""
    if issparse(design.columns):
        yield from (solved(design, point) for point in points)
        return
    for first in range(0, len(points), _AT_ONCE):
        many = solved(design, points[first : first + _AT_ONCE])
        yield from (many.at(place) for place in range(len(many.mean)))


_AT_ONCE = 128


def restricted(design: Design, free: Sequence[str] = NAMES) -> Spreads:
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
    places = [NAMES.index(name) for name in free]

    def spreads(at: FloatArray) -> FloatArray:
        found = np.zeros(len(NAMES))
        found[places] = np.abs(at)
        return found

    def lost(at: FloatArray) -> float:
        return -float(solved(design, spreads(at)).loglik)

    if issparse(design.columns):
        return Spreads(*spreads(minimize(lost, np.full(len(places), 0.3), method="BFGS", options=_ROUGH).x).tolist())
    starts = [np.full(len(places), scale) for scale in (0.1, 0.3, 0.6)]
    tried = [minimize(lost, start, method="Nelder-Mead", options=_EXACT) for start in starts]
    return Spreads(*spreads(min(tried, key=lambda one: one.fun).x).tolist())


_EXACT = {"xatol": 1e-10, "fatol": 1e-12, "maxiter": 20_000, "maxfev": 20_000}
_ROUGH = {"gtol": 2.0, "eps": 1e-5}
"""Of many surveys the likelihood is steep: a gradient of two is far less than a standard error from the mode."""


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
    points: int = 2048,
    wander: bool = False,
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
    points : int, default 2048
        At so many the standard deviations are integrated over, and four times as many draws made: a power of two. Of
        very many surveys, whose standard deviations are all but known, 32 are taken.
    wander : bool, default False
        As for `design_of`.

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
    design = design_of(figures, years=years, rho=rho, wander=wander)
    at, logs = _integration_points(design, priors, _FEW_POINTS if issparse(design.columns) else points)
    weights = np.exp(logs - logs.max())
    weights /= weights.sum()
    levels, single = drawn(design, at, weights, 4 * points, years)
    ends = (alpha / 2, 0.5, 1 - alpha / 2)
    scales = np.quantile(at[resampled(weights, 4 * points)], ends, axis=0)
    spreads = pd.DataFrame(
        {
            "spread": NAMES,
            "prior_median": priors.array() * float(ndtri(0.75)),
            "median": scales[1],
            "low": scales[0],
            "high": scales[2],
        }
    )
    effective, effects = float(1 / (weights**2).sum()), _effects(design, single, ends)
    return Posterior(design, tuple(years), levels, effects, spreads, effective, alpha, at, weights)


def _integration_points(design: Design, priors: Spreads, number: int) -> tuple[FloatArray, FloatArray]:
    """Standard deviations at which to integrate, and the logs of their weights."""
    scale = priors.array()

    def log_posteriors(log_spreads: FloatArray) -> FloatArray:
        spreads = np.exp(np.minimum(log_spreads, _LARGEST))
        prior: FloatArray = log_spreads.sum(axis=-1) - 0.5 * ((spreads / scale) ** 2).sum(axis=-1)
        likely = ~(spreads > _BEYOND * scale).any(axis=-1)
        prior[likely] += [one.loglik for one in solved_each(design, spreads[likely])]
        return prior

    def log_posterior(log_spreads: FloatArray) -> float:
        return float(log_posteriors(log_spreads[None])[0])

    start, options = np.log(0.5 * scale), _ROUGH if issparse(design.columns) else {}
    found = minimize(lambda at: -log_posterior(at), start, method="BFGS", options=options)
    spread = found.hess_inv if issparse(design.columns) else _spread_at(log_posterior, found.x)
    mode, root = np.round(found.x, 3), np.round(np.linalg.cholesky(spread + _LEAST * np.eye(len(scale))), 3)
    sobol = qmc.Sobol(len(scale) + 1, scramble=True, rng=np.random.default_rng(0)).random(number)
    normal = _normal(sobol[:, :-1])
    stretch = np.sqrt(_T_DF / chdtri(_T_DF, 1 - np.clip(sobol[:, -1], 1e-9, 1 - 1e-9)))
    z = normal * stretch[:, None]
    at = mode + _WIDER * z @ root.T
    proposal = -(_T_DF + len(scale)) / 2 * np.log1p((z**2).sum(axis=1) / _T_DF)
    return np.maximum(np.exp(at), _LEAST), log_posteriors(at) - proposal


def _spread_at(log_density: Callable[[FloatArray], float], mode: FloatArray) -> FloatArray:
    """The covariance of the normal distribution that has the curvature of a log density at its mode."""
    steps = _STEP * np.eye(len(mode))
    curvature = np.empty((len(mode), len(mode)))
    for i, j in combinations_with_replacement(range(len(mode)), 2):
        corners = [log_density(mode + a * steps[i] + b * steps[j]) * a * b for a in (-1, 1) for b in (-1, 1)]
        curvature[i, j] = curvature[j, i] = -sum(corners) / (2 * _STEP) ** 2
    values, vectors = np.linalg.eigh(curvature)
    spread: FloatArray = (vectors / np.maximum(values, _FLATTEST)) @ vectors.T
    return spread


_STEP, _FLATTEST = 0.1, 0.25
_T_DF, _WIDER = 5.0, 1.3
"""Of the t proposal. Its middle and scales are rounded to 0.001: where a search ends by 1e-6 is then no matter."""
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
    return rows.reshape(items * len(years), -1)


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
    kinds = ["survey"] * len(design.surveys) + ["house"] * len(design.houses)
    names = [*design.surveys, *design.houses]
    return pd.DataFrame({"kind": kinds, "name": names, "effect": middle, "low": low, "high": high})


def half_width(frame: pd.DataFrame) -> float:
    """Return half the mean width of intervals with the columns low and high."""
    return float((frame["high"] - frame["low"]).mean() / 2) if len(frame) else math.nan
