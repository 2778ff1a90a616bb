"""Figures of many surveys as one mixed model: its columns, its solution under known spreads, restricted likelihood."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from itertools import combinations_with_replacement, pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.optimize import minimize
from scipy.sparse import csr_array, diags_array, hstack, issparse

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


NAMES = tuple(field.name for field in fields(Spreads))

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
    of : array, shape (houses, surveys)
        1 where a house has a survey, sparse as the columns are; nothing where a single item leaves both out.
    products : sparse array, shape (cells, figures)
        What each figure adds to the sums that make the equations, but for its weight: see `_sums`.
    cells : tuple of arrays, optional
        Where the columns are sparse: which of the others each survey has, as a sparse array keeps it.
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
    wander: bool
    of: Any
    products: Any
    cells: tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]] | None

    @property
    def others(self) -> int:
        """How many columns are not those of surveys and houses: levels, mean slope, slopes, years."""
        return int(((self.kind > 1) & (self.kind != _KNOWN)).sum())

    def course(self, dates: FloatArray) -> FloatArray:
        """Return what multiplies an item's own course at each date: see `course_of`."""
        return course_of(dates, self.years, self.centre, wander=self.wander)

    @property
    def fixed(self) -> int:
        """The number of fixed columns."""
        return int((self.kind == FIXED).sum())

    @property
    def free(self) -> list[int]:
        """Places of the standard deviations that figures can tell: of one item only what sets its figures apart."""
        return list(range(len(NAMES))) if len(self.items) > 1 else [NAMES.index("figure")]

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
    """Return figures as a mixed model; of a single item it is a line through its surveys and what sets them apart.

    Parameters
    ----------
    figures : DataFrame
        Columns `COLUMNS`, a row for each survey and item; logits finite, variances positive.
    years : sequence of int
        Calendar years that are asked about: each has an effect of its own, also without a survey.
    centre : float, default 2018.5
        The date of the levels.
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
    several = len(items) > 1
    rho *= several
    nested = [(_KNOWN, survey, np.sqrt(rho * variance)), (0, survey, one), (1, house, one)][0 if rho else 1 :]
    others = [
        (FIXED, item, one), (FIXED, np.zeros_like(item), dates - centre),
        *((3, item, column) for column in course_of(dates, every, centre, wander=wander).T),
        (4, np.searchsorted(every, calendar), one),
    ]  # fmt: skip
    nested, others = (nested, others) if several else ([], others[:2])
    y, rows = figures["logit"].to_numpy(dtype=float), np.arange(len(figures))
    parts = [
        csr_array((value, (rows, place)), shape=(len(rows), len(every) if kind == 4 else int(place.max()) + 1))
        for kind, place, value in [*nested, *others]
    ]
    columns = hstack(parts, format="csr")
    kind = np.repeat([kind for kind, _, _ in [*nested, *others]], [part.shape[1] for part in parts])
    large, asked = np.prod(columns.shape) > _LARGE, survey[: len(survey) * several]
    first = house[np.unique(asked, return_index=True)[1]]
    of = csr_array((np.ones(len(first)), (first, np.arange(len(first)))), shape=(len(houses) * several, len(first)))
    starts = np.cumsum([0, *(part.shape[1] for part in parts[len(nested) :])])
    bordered = [
        (start + place, value) for start, (_, place, value) in zip(starts, [*others, (0, 0 * rows, y)], strict=True)
    ]
    products, cells = _products(bordered, asked, np.sqrt(rho * variance), sparse=large)
    columns, of = (columns, of) if large else (columns.toarray(), of.toarray())
    told = y, variance * (1 - rho), dates, columns, kind, items, every, surveys, houses, centre, wander
    return Design(*told, of, products, cells)


def _products(
    others: list[tuple[npt.NDArray[np.intp], FloatArray]], survey: npt.NDArray[np.intp], known: FloatArray,
    *, sparse: bool,
) -> tuple[Any, Any]:  # fmt: skip
    """What each figure adds to the sums of `_sums`; where those by survey are, if most of them are 0."""
    n, m, cells, one = int(survey.max(initial=-1)) + 1, int(others[-1][0][0]) + 1, None, np.ones_like(known)
    held, at = np.arange(n * m), np.array([survey * m + place for place, _ in others if n])
    if sparse:
        held, at = np.unique(at, return_inverse=True)
        cells, at = (held % m, np.searchsorted(held, np.arange(n + 1) * m)), at.reshape(len(others), -1)
    start = 3 * n + np.array([0, len(held), 2 * len(held)])
    parts = [(k * n + survey, lead) for k, lead in enumerate((known**2, known, one)) if n]
    for first, lead in zip(start, (known, one), strict=False):
        parts += [(first + place, value * lead) for place, (_, value) in zip(at, others, strict=False) if lead.any()]
    pairs = combinations_with_replacement(others, 2)
    parts += [(start[2] + a * m + b, x * z * (1 - 0.5 * (a is b))) for (a, x), (b, z) in pairs]
    place = np.concatenate([one.astype(np.int32) for one, _ in parts])
    rows, value = np.tile(np.arange(len(known), dtype=np.int32), len(parts)), np.concatenate([one for _, one in parts])
    del parts
    found = csr_array((value, (place, rows)), shape=(start[2] + m * m, len(known)))
    found.eliminate_zeros()
    return found, cells


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
    precision) are those of the coefficients of levels, slopes and years, each over its `scale`; `steps` lead from them
    back to houses, and by `of` to their surveys. Of many points at once all but `of` have a leading axis.
    """

    loglik: Any
    mean: FloatArray
    root: FloatArray
    scale: FloatArray
    steps: tuple[tuple[Any, ...], ...]
    of: Any

    def at(self, place: int) -> Solved:
        """Return one of many points."""
        steps = tuple(tuple(part[place] for part in step) for step in self.steps)
        return Solved(float(self.loglik[place]), self.mean[place], self.root[place], self.scale[place], steps, self.of)

    def drawn(self, normal: FloatArray) -> FloatArray:
        """Return coefficients of all columns, over their scales, from standard normal numbers, a column a draw."""
        m, above = len(self.mean), np.zeros((1, normal.shape[1]))
        end, found = len(normal) - m, [self.mean[:, None] + np.linalg.solve(self.root.T, normal[-m:])]
        against = np.vstack([-self.scale[:, None] * found[0], np.ones_like(above)])
        for place, (spread, gain, shared, total) in enumerate(reversed(self.steps)):
            above = self.of.T @ above if place == 1 else above
            own = spread * gain[:, None] * (shared @ against - total[:, None] * above)
            own += normal[end - len(gain) : end] * np.sqrt(gain)[:, None]
            found, above, end = [own, *found], above + spread * own, end - len(gain)
        return np.vstack(found)


def solved(design: Design, spreads: FloatArray) -> Solved:
    """Return the model under five standard deviations, in the order of `Spreads`; of many points, one in each row.

    Notes
    -----
    Henderson's mixed model equations, bordered by y. Answers of the same respondents, surveys and houses are nested:
    eliminated one kind after the other, each of their blocks is diagonal (the Woodbury identity of nested terms of rank
    one), so that the work grows with the number of figures. What is left is dense and small; its random columns are
    scaled by their standard deviations so that one of 0 is no harm. The restricted log-likelihood is minus half of the
    logs of variances and pivots and of what is left of ``y' W y``, W the inverse of the variances. Sparse columns take
    one point.
    """
    variance = design.variance + spreads[..., 2, None] ** 2
    squares, products, total, known, shared, left = _sums(design, 1 / variance)
    steps = []
    if (design.kind == _KNOWN).any():
        gain = 1 / (1 + squares)
        steps.append((np.ones_like(spreads[..., 0]), gain, known, products))
        left = left - _crossed(known, gain)
        shared, total = shared - _scaled(known, gain * products), total - gain * products**2
    for place in (0, 1) if design.of.shape[1] else ():
        square = spreads[..., place, None] ** 2
        gain = 1 / (1 + square * total)
        steps.append((spreads[..., place], gain, shared, total))
        left = left - _crossed(shared, square * gain)
        if place == 0:
            shared, total = design.of @ _scaled(shared, gain), (gain * total) @ design.of.T
            shared = shared.toarray() if issparse(shared) else shared
    logs = np.log(variance).sum(axis=-1) - sum(np.log(gain).sum(axis=-1) for _, gain, _, _ in steps)
    kind = design.kind[-design.others :]
    scale = design.scales(spreads)[..., -design.others :]
    bordered = np.append(scale, np.ones_like(scale[..., :1]), axis=-1)
    left = left * bordered[..., None] * bordered[..., None, :]
    np.einsum("...ii->...i", left)[..., :-1] += kind != FIXED
    root = np.linalg.cholesky(left[..., :-1, :-1])
    half = np.linalg.solve(root, left[..., :-1, -1:])
    logs = logs + 2 * np.log(np.einsum("...ii->...i", root)).sum(axis=-1)
    loglik = -0.5 * (logs + left[..., -1, -1] - (half**2).sum(axis=(-1, -2)))
    mean = np.asarray(np.linalg.solve(_turned(root), half)[..., 0], dtype=float)
    return Solved(loglik, mean, root, scale, tuple(steps), design.of)


def _sums(design: Design, weights: FloatArray) -> tuple[Any, ...]:
    """By survey the sums of the squares of what is known, of it, of ones; of it and of ones times the other columns and
    y; and the sums of products of these others: all times the weights."""
    n, m, cells = design.of.shape[1], design.others + 1, np.ascontiguousarray((design.products @ weights.T).T)
    size = (cells.shape[-1] - 3 * n - m * m) // 2
    *by_survey, known, shared, others = np.split(cells, np.cumsum([n, n, n, size, size]), axis=-1)
    if design.cells:
        both = [csr_array((part, *design.cells), shape=(n, m)) for part in (known, shared)]
    else:
        both = [part.reshape(*part.shape[:-1], n, m) for part in (known, shared)]
    half = others.reshape(*others.shape[:-1], m, m)
    return *by_survey, *both, half + _turned(half)


def _crossed(rows: Any, factors: FloatArray) -> FloatArray:
    """Sums over rows of their products, two columns at a time, each row times its factor."""
    found = (rows.T if issparse(rows) else _turned(rows)) @ _scaled(rows, factors)
    return np.asarray(found.toarray() if issparse(found) else found)


def _scaled(matrix: Any, factors: FloatArray) -> Any:
    """Rows times factors, of a dense or a sparse matrix."""
    return diags_array(factors) @ matrix if issparse(matrix) else matrix * factors[..., None]


def _turned(matrix: FloatArray) -> FloatArray:
    return np.swapaxes(matrix, -1, -2)


def solved_each(design: Design, points: FloatArray) -> Iterator[Solved]:
    """Yield the model at each of many points, dense columns many at a time."""
    if issparse(design.columns):
        yield from (solved(design, point) for point in points)
        return
    for first in range(0, len(points), _AT_ONCE):
        many = solved(design, points[first : first + _AT_ONCE])
        yield from (many.at(place) for place in range(len(many.mean)))


_AT_ONCE = 32


def restricted(design: Design, free: Sequence[str] | None = None) -> Spreads:
    """Return the standard deviations of the highest restricted likelihood; those that are not free are 0.

    Parameters
    ----------
    design : Design
        From `design_of`.
    free : sequence of str, optional
        Fields of `Spreads`; all that figures can tell if absent.

    References
    ----------
    Cross-classified and three-level meta-regression: Konstantopoulos (2011), doi:10.1002/jrsm.35; Viechtbauer (2010),
    doi:10.18637/jss.v036.i03, whose ``rma.mv`` maximises the same function.
    """
    places = design.free if free is None else [NAMES.index(name) for name in free]

    def spreads(at: FloatArray) -> FloatArray:
        found = np.zeros(len(NAMES))
        found[places] = np.abs(at)
        return found

    def lost(at: FloatArray) -> float:
        return -float(solved(design, spreads(at)).loglik)

    if issparse(design.columns):
        start = np.full(len(places), 0.3)
        return Spreads(*spreads(minimize(lost, start, method="BFGS", options=steep(design, places, start)).x).tolist())
    tried = [minimize(lost, np.full(len(places), start), method="Nelder-Mead", options=_NEAR) for start in _STARTS]
    best = min(tried, key=lambda one: float(one.fun))
    return Spreads(*spreads(minimize(lost, best.x, method="Nelder-Mead", options=_EXACT).x).tolist())


_STARTS, _NEAR = (0.1, 0.3, 0.6), {"xatol": 1e-2, "fatol": 1e-2}
_EXACT = {"xatol": 1e-7, "fatol": 1e-10, "maxiter": 20_000, "maxfev": 20_000}


def steep(design: Design, places: Sequence[int], start: FloatArray | float = 1.0) -> dict[str, Any]:
    """Return options of a search where surveys are many, so that the likelihood is steep, for logs if without start.

    A gradient of two is far less than a standard error from the mode; of a standard deviation that k effects have, the
    relative error is the root of 1 / (2 k).
    """
    effects = np.bincount(design.kind, minlength=len(NAMES))
    effects[NAMES.index("figure")] = len(design.y)
    return {"gtol": 2.0, "eps": 1e-5, "hess_inv0": np.diag(start**2 / (2 * effects[places]))}
