"""Bounds of every count and base of a survey, with the conflicts taken out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from itertools import chain

import numpy as np
import numpy.typing as npt

from crosswave.reconstruct.boxes import Boxes, IntArray, boxes, is_simple
from crosswave.reconstruct.conflicts import Conflict, find_conflict
from crosswave.reconstruct.figures import Arithmetic, components
from crosswave.reconstruct.model import Model

BASES_LISTED = 40
"""A base whose range is at most this wide is searched value by value, so that holes show."""


@dataclass(frozen=True, slots=True)
class Counts:
    """Exact bounds of one figure's count and base.

    Parameters
    ----------
    count_low, count_high, base_low, base_high : int
        Tight bounds under everything that the model holds.
    bases : tuple of int
        Every feasible base, if the range is at most `BASES_LISTED` wide; else empty.
    """

    count_low: int
    count_high: int
    base_low: int
    base_high: int
    bases: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Solution:
    """One reading of a survey, solved."""

    counts: dict[str, Counts]
    conflicts: tuple[Conflict, ...]


@dataclass(slots=True)
class Solver:
    """Solves readings of one survey; what readings have in common is solved once."""

    _seen: dict[tuple[object, ...], Solution] = field(default_factory=dict)

    def solve(self, reading: Arithmetic) -> Solution:
        """Return the bounds of every figure that is in no conflict, and the conflicts.

        Parameters
        ----------
        reading : Arithmetic
            The survey under one reading of its bases.

        Notes
        -----
        Simple parts (see `boxes`) are bounded jointly over every n; the others go to CP-SAT one by one, each with an
        n of its own where n is a range.
        """
        parts = components(reading)
        tangled = [self._once(part, _solve_tangled) for part in parts if not is_simple(part)]
        simple = self._once(merged(reading, [part for part in parts if is_simple(part)]), _solve_simple)
        solutions = [simple, *tangled]
        counts = {name: counts for solution in solutions for name, counts in solution.counts.items()}
        return Solution(counts, tuple(chain.from_iterable(solution.conflicts for solution in solutions)))

    def _once(self, part: Arithmetic, solve: Callable[[Arithmetic], Solution]) -> Solution:
        key = (part.figures, part.links, part.n)
        if key not in self._seen:
            self._seen[key] = solve(part)
        return self._seen[key]


def _solve_simple(part: Arithmetic) -> Solution:
    conflicts: list[Conflict] = []
    while found := _simple_conflict(part):
        conflicts.append(found)
        part = without(part, set(found.figures))
    n = _sizes(part)
    bounded = [(one, boxes(one, n)) for one in components(part)]
    feasible = np.logical_and.reduce([box.feasible for _, box in bounded]) if bounded else np.ones(len(n), bool)
    counts = {name: c for one, box in bounded for name, c in _box_counts(one, box, feasible).items()}
    return Solution(counts, tuple(conflicts))


def _simple_conflict(part: Arithmetic) -> Conflict | None:
    """A conflict inside one sum, or else between sums that need different n."""
    n = _sizes(part)
    masks = []
    for one in components(part):
        masks.append(boxes(one, n).feasible)
        if not masks[-1].any():
            return find_conflict(one)
    return find_conflict(part) if masks and not np.logical_and.reduce(masks).any() else None


def _sizes(part: Arithmetic) -> IntArray:
    low, high = part.n or (1, 1)
    return np.arange(low, high + 1, dtype=np.int64)


def _box_counts(part: Arithmetic, box: Boxes, feasible: npt.NDArray[np.bool_]) -> dict[str, Counts]:
    sizes = np.unique(box.sizes[feasible])
    low, high = int(sizes.min()), int(sizes.max())
    listed = tuple(int(size) for size in sizes) if high - low < BASES_LISTED else ()
    return {
        figure.id: Counts(int(box.low[k, feasible].min()), int(box.high[k, feasible].max()), low, high, listed)
        for k, figure in enumerate(part.figures)
    }


def _solve_tangled(part: Arithmetic) -> Solution:
    conflicts: list[Conflict] = []
    while conflict := find_conflict(part):
        conflicts.append(conflict)
        part = without(part, set(conflict.figures))
    if not part.figures:
        return Solution({}, tuple(conflicts))
    model = Model(part)
    bases = {key: _base_bounds(model, key) for key in model.bases}
    counts = {f.id: _counts(model.bounds(model.counts[f.id]), bases[f.base.key]) for f in part.figures}
    return Solution(counts, tuple(conflicts))


def _counts(count: tuple[int, int], base: tuple[int, int, tuple[int, ...]]) -> Counts:
    return Counts(count[0], count[1], base[0], base[1], base[2])


def _base_bounds(model: Model, key: str) -> tuple[int, int, tuple[int, ...]]:
    variable = model.bases[key]
    low, high = model.bounds(variable)
    return low, high, model.values(variable, BASES_LISTED)


def merged(reading: Arithmetic, parts: list[Arithmetic]) -> Arithmetic:
    """Return several parts of a reading as one."""
    return replace(
        reading,
        figures=tuple(figure for part in parts for figure in part.figures),
        links=tuple(link for part in parts for link in part.links),
    )


def without(part: Arithmetic, names: set[str]) -> Arithmetic:
    """Return a part without some figures, and without those whose base they make up."""
    while resting := {f.id for f in part.figures if f.id not in names and names & set(f.base.answers)}:
        names = names | resting
    return replace(
        part,
        figures=tuple(figure for figure in part.figures if figure.id not in names),
        links=tuple(link for link in part.links if not names & set(link.members)),
    )
