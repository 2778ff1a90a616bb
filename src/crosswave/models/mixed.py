"""Figures of many surveys as one mixed model: its columns, its solution under known spreads, restricted likelihood."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from itertools import pairwise
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
    products : sparse array, shape (cells, figures)
        Each figure's products of its columns and y, two at a time: of the columns of the first nested block with
        themselves, of these with the others, of the others with each other. None where columns are sparse.
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
    products: Any = None

    @property
    def nested(self) -> list[int]:
        """How many columns lead each nested block: each survey has one house, so that each block is diagonal."""
        return [int((self.kind == kind).sum()) for kind in (_KNOWN, 0, 1) if (self.kind == kind).any()] or [0]

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
    blocks = [
        (_KNOWN, survey, np.sqrt(rho * variance)), (0, survey, one), (1, house, one), (FIXED, item, one),
        (FIXED, np.zeros_like(item), dates - centre),
        *((3, item, column) for column in course_of(dates, every, centre, wander=wander).T),
        (4, np.searchsorted(every, calendar), one),
    ]  # fmt: skip
    blocks = blocks if rho else blocks[1:]
    blocks = blocks if len(items) > 1 else [block for block in blocks if block[0] == FIXED]
    sizes = [len(every) if kind == 4 else int(place.max()) + 1 for kind, place, _ in blocks]
    rows = np.arange(len(figures))
    parts = [
        csr_array((value, (rows, place)), shape=(len(rows), size))
        for (_, place, value), size in zip(blocks, sizes, strict=True)
    ]
    columns = hstack(parts, format="csr")
    kind = np.repeat([kind for kind, _, _ in blocks], sizes)
    y = figures["logit"].to_numpy(dtype=float)
    large, first = np.prod(columns.shape) > _LARGE, sizes[0] if len(items) > 1 else 0
    held, products = (columns, None) if large else (columns.toarray(), _products(columns, y, first))
    return Design(y, variance * (1 - rho), dates, held, kind, items, every, surveys, houses, centre, wander, products)


def _products(columns: Any, y: FloatArray, n: int) -> Any:
    bordered = hstack([columns, y[:, None]], format="coo")
    m, cells = bordered.shape[1] - n, pd.DataFrame({"row": bordered.row, "at": bordered.col, "value": bordered.data})
    pairs = cells.merge(cells, on="row").query("(at_x < @n and at_x == at_y) or at_y >= @n")
    first, second = pairs["at_x"], pairs["at_y"] - n
    place = np.where(second < 0, first, n + first * m + second)
    value = pairs["value_x"] * pairs["value_y"]
    return csr_array((value, (place, pairs["row"])), shape=(n + (n + m) * m, len(y)))


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
    logs, steps, nested = np.log(variance).sum(axis=-1), [], design.nested
    diagonal, cross, left = (_sparse if design.products is None else _dense)(design, 1 / variance, scale)
    for place, n in enumerate(nested):
        if place:
            diagonal, cross, left = _split(left, n)
        if issparse(cross) and place == len(nested) - 1:
            cross, left = cross.toarray(), left.toarray()
        steps.append((diagonal, cross))
        logs = logs + np.log(diagonal).sum(axis=-1)
        left = left - _turned(cross) @ _scaled(cross, 1 / diagonal)
    root = np.linalg.cholesky(left[..., :-1, :-1])
    half = np.linalg.solve(root, left[..., :-1, -1:])
    logs = logs + 2 * np.log(np.einsum("...ii->...i", root)).sum(axis=-1)
    loglik = -0.5 * (logs + left[..., -1, -1] - (half**2).sum(axis=(-1, -2)))
    return Solved(loglik, np.linalg.solve(_turned(root), half)[..., 0], root, tuple(steps))


def _dense(design: Design, weights: FloatArray, scale: FloatArray) -> tuple[Any, Any, Any]:
    """Of the equations the diagonal of the first nested block, what it shares with the others, and the others."""
    n, penalty = design.nested[0], np.append(design.kind != FIXED, False).astype(float)
    first, others = scale[..., :n], scale[..., n:]
    cells = np.ascontiguousarray((design.products @ weights.T).T)
    ends = n, n + n * others.shape[-1]
    cross, rest = (part.reshape(*scale.shape[:-1], -1, others.shape[-1]) for part in np.split(cells, ends, axis=-1)[1:])
    for part, rows in ((cross, first), (rest, others)):
        part *= rows[..., None]
        part *= others[..., None, :]
    np.einsum("...ii->...i", rest)[...] += penalty[n:]
    return cells[..., :n] * first**2 + penalty[:n], cross, rest


def _sparse(design: Design, weights: FloatArray, scale: FloatArray) -> tuple[Any, Any, Any]:
    """The same of many surveys."""
    bordered = hstack([design.columns, design.y[:, None]])
    penalty = diags_array(np.append(design.kind != FIXED, False).astype(float))
    left = _scaled(_scaled(bordered.T @ _scaled(bordered, weights), scale).T, scale) + penalty
    return _split(left, design.nested[0])


def _split(left: Any, n: int) -> tuple[Any, Any, Any]:
    left = left.tocsr() if issparse(left) else left
    diagonal = left.diagonal()[:n] if issparse(left) else np.einsum("...ii->...i", left)[..., :n].copy()
    return diagonal, left[..., :n, n:], left[..., n:, n:]


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
        return Spreads(*spreads(minimize(lost, np.full(len(places), 0.3), method="BFGS", options=ROUGH).x).tolist())
    tried = [minimize(lost, np.full(len(places), start), method="Nelder-Mead", options=_NEAR) for start in _STARTS]
    best = min(tried, key=lambda one: float(one.fun))
    return Spreads(*spreads(minimize(lost, best.x, method="Nelder-Mead", options=_EXACT).x).tolist())


_STARTS, _NEAR = (0.1, 0.3, 0.6), {"xatol": 1e-2, "fatol": 1e-2}
_EXACT = {"xatol": 1e-7, "fatol": 1e-10, "maxiter": 20_000, "maxfev": 20_000}
ROUGH = {"gtol": 2.0, "eps": 1e-5}
"""Of many surveys the likelihood is steep: a gradient of two is far less than a standard error from the mode."""
