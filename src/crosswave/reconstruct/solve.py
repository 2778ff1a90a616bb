"""Bounds of every count and base of a survey, with the conflicts taken out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from crosswave.reconstruct.boxes import IntArray, Mask, boxes, is_simple
from crosswave.reconstruct.conflicts import Conflict, find_conflict
from crosswave.reconstruct.figures import Arithmetic, Link, components
from crosswave.reconstruct.model import Model

BASES_LISTED = 40
"""A base whose range is at most this wide is searched value by value, so that holes show."""

SIZES_LISTED = 200
"""An n whose range is at most this wide is tried value by value where CP-SAT is needed; else its two ends are."""


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

    _seen: dict[tuple[object, ...], Any] = field(default_factory=dict)

    def solve(self, reading: Arithmetic) -> Solution:
        """Return the bounds of every figure that is in no conflict, and the conflicts.

        Parameters
        ----------
        reading : Arithmetic
            The survey under one reading of its bases.

        Notes
        -----
        Parts of a survey share nothing but n. So the sizes of n that each part admits are found first, and each part is
        then bounded over the sizes that all of them admit.
        """
        conflicts: list[Conflict] = []
        while found := self._conflict(reading):
            conflicts.append(found)
            reading = without(reading, set(found.figures))
        parts = components(reading)
        fits = self._fitting(reading, parts)
        counts = {name: c for part in parts for name, c in self._bounds(part, fits).items()}
        return Solution(counts, tuple(conflicts))

    def _conflict(self, reading: Arithmetic) -> Conflict | None:
        """A conflict inside one part, or else between parts that need different n."""
        parts = components(reading)
        for part in parts:
            if not self._fits(part).any():
                return find_conflict(part)
        return None if self._fitting(reading, parts).size else find_conflict(reading)

    def _fitting(self, reading: Arithmetic, parts: list[Arithmetic]) -> IntArray:
        """The sizes of n that every part admits."""
        n = _sizes(reading)
        return np.asarray(n[np.logical_and.reduce([np.ones(len(n), bool), *map(self._fits, parts)])])

    def _fits(self, part: Arithmetic) -> Mask:
        fits = _box_fits if is_simple(part) else _tangled_fits
        return np.asarray(self._once(("fits", part.figures, part.links, part.n), lambda: fits(part)))

    def _bounds(self, part: Arithmetic, n: IntArray) -> dict[str, Counts]:
        bounds = _box_bounds if is_simple(part) else _tangled_bounds
        found: dict[str, Counts] = self._once((part.figures, part.links, n.tobytes()), lambda: bounds(part, n))
        return found

    def _once(self, key: tuple[object, ...], compute: Callable[[], object]) -> Any:
        if key not in self._seen:
            self._seen[key] = compute()
        return self._seen[key]


def _sizes(part: Arithmetic) -> IntArray:
    low, high = part.n or (1, 1)
    return np.arange(low, high + 1, dtype=np.int64)


def _box_fits(part: Arithmetic) -> Mask:
    return boxes(part, _sizes(part)).feasible


def _tangled_fits(part: Arithmetic) -> Mask:
    n, model = _sizes(part), Model(part)
    if len(n) == 1 or not model.feasible():
        return np.full(len(n), model.feasible())
    low, high = model.bounds(model.n)
    listed = model.values(model.n, SIZES_LISTED)
    return np.isin(n, listed) if listed else (low <= n) & (n <= high)


def _box_bounds(part: Arithmetic, n: IntArray) -> dict[str, Counts]:
    box = boxes(part, n)
    sizes = np.unique(box.sizes)
    low, high = int(sizes.min()), int(sizes.max())
    listed = tuple(int(size) for size in sizes) if high - low < BASES_LISTED else ()
    return {
        figure.id: Counts(int(box.low[k].min()), int(box.high[k].max()), low, high, listed)
        for k, figure in enumerate(part.figures)
    }


def _tangled_bounds(part: Arithmetic, n: IntArray) -> dict[str, Counts]:
    model = Model(part, sizes=n.tolist())
    bases = {key: (model.bounds(base), model.values(base, BASES_LISTED)) for key, base in model.bases.items()}
    return {f.id: _counts(model.bounds(model.counts[f.id]), *bases[f.base.key]) for f in part.figures}


def _counts(count: tuple[int, int], base: tuple[int, int], bases: tuple[int, ...]) -> Counts:
    return Counts(*count, *base, bases)


def without(part: Arithmetic, names: set[str]) -> Arithmetic:
    """Return a part without some figures, and without those whose base they make up.

    What is left of answers that exclude each other still sums to at most the base.
    """
    while resting := {f.id for f in part.figures if f.id not in names and names & set(f.base.answers)}:
        names = names | resting
    left = (_left_of(link, names) for link in part.links)
    figures = tuple(figure for figure in part.figures if figure.id not in names)
    return replace(part, figures=figures, links=tuple(link for link in left if link))


def _left_of(link: Link, names: set[str]) -> Link | None:
    members = tuple(member for member in link.members if member not in names)
    if members == link.members:
        return link
    sums = link.kind in ("exclusive", "exhaustive") and len(members) > 1
    return Link("exclusive", members, link.words.removesuffix(", and are all")) if sums else None
