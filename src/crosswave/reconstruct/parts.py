"""Three ways to know all counts of a part of a survey: closed form, sets of numbers along a tree, or a solver."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from crosswave.reconstruct.arithmetic import Arithmetic, Figure
from crosswave.reconstruct.bits import between, members
from crosswave.reconstruct.boxes import Boxes, IntArray, Mask, boxes, is_simple
from crosswave.reconstruct.effort import LARGEST, NotSolvedError, check_room
from crosswave.reconstruct.model import Model
from crosswave.reconstruct.power import Possible, possible_in_boxes, possible_in_model, possible_in_places
from crosswave.reconstruct.solutions import tables_in_boxes, tables_in_model
from crosswave.reconstruct.tree import plant
from crosswave.reconstruct.trees import Tree

Names = Collection[str] | None

BASES_LISTED = 100
"""A base whose range is at most this wide is listed value by value, so that holes show."""

COUNTS_LISTED = 40
"""A count whose range is at most this wide is listed value by value, so that holes show."""

SIZES_LISTED = 200
"""An n whose range is at most this wide is tried value by value where CP-SAT is needed; else its two ends are."""


@dataclass(frozen=True, slots=True)
class Counts:
    """Exact bounds of one figure's count and base."""

    count_low: int
    count_high: int
    base_low: int
    base_high: int
    bases: tuple[int, ...]
    values: tuple[int, ...]


class Part(Protocol):
    """Figures that share unknown numbers. Sizes are what n can be, in ascending order."""

    def fits(self) -> Mask:
        """Return for each size that print allows whether any counts exist."""
        ...

    def bounds(self, n: IntArray) -> dict[str, Counts]:
        """Return what each count and base can be, where all sizes given are feasible."""
        ...

    def possible(self, n: IntArray, names: Names = None) -> dict[str, Possible]:
        """Return what could have been printed in place of each figure that is a number."""
        ...

    def tables(self, n: IntArray) -> tuple[list[int], bool]:
        """Return how many tables there are for each size, and whether there are more than was counted."""
        ...


def known(part: Arithmetic) -> Part:
    """Return a part of a survey with the cheapest exact way to know its counts."""
    loose = any(figure.base.loose for figure in part.figures)
    if is_simple(part):
        return _InLooseBoxes(part) if loose else _InBoxes(part)
    root = plant(part)
    return _InModel(part) if root is None else _InTree(part, Tree(root))


def _wanted(part: Arithmetic, names: Names) -> set[str]:
    return {f.id for f in part.figures if f.decimals is not None and (names is None or f.id in names)}


def sizes(part: Arithmetic) -> IntArray:
    """Return every n that print allows.

    Raises
    ------
    NotSolvedError
        They are too many, or too large.
    """
    low, high = part.n or (1, 1)
    if high > LARGEST:
        raise NotSolvedError(f"not solved: n can be {high:,}, and no more than {LARGEST:,} people answer a survey")
    check_room(high - low + 1)
    return np.arange(low, high + 1, dtype=np.int64)


@dataclass(frozen=True, slots=True)
class _InBoxes:
    part: Arithmetic

    def fits(self) -> Mask:
        return boxes(self.part, sizes(self.part)).feasible

    def bounds(self, n: IntArray) -> dict[str, Counts]:
        box = boxes(self.part, n)
        bases = np.unique(box.sizes)
        low, high = int(bases.min()), int(bases.max())
        listed = tuple(int(size) for size in bases) if high - low < BASES_LISTED else ()
        return {
            figure.id: Counts(int(box.low[k].min()), int(box.high[k].max()), low, high, listed, _values(box, k))
            for k, figure in enumerate(self.part.figures)
        }

    def possible(self, n: IntArray, names: Names = None) -> dict[str, Possible]:
        return possible_in_boxes(self.part, n, _wanted(self.part, names))

    def tables(self, n: IntArray) -> tuple[list[int], bool]:
        return tables_in_boxes(self.part, n), False


@dataclass(frozen=True, slots=True)
class _InLooseBoxes:
    """A base that can be any part of those asked: every size up to n is tried as the base."""

    part: Arithmetic

    def fits(self) -> Mask:
        fitting = self._fitting()
        return self._largest(sizes(self.part)) >= (fitting[0] if fitting.size else np.inf)

    def bounds(self, n: IntArray) -> dict[str, Counts]:
        return self._tried().bounds(self._up_to(n))

    def possible(self, n: IntArray, names: Names = None) -> dict[str, Possible]:
        bases = np.arange(1, self._largest(n).max() + 1, dtype=np.int64)
        return possible_in_boxes(self._tried().part, bases, _wanted(self.part, names))

    def tables(self, n: IntArray) -> tuple[list[int], bool]:
        bases = self._up_to(n)
        ways, _ = self._tried().tables(bases)
        below = np.searchsorted(bases, self._largest(n), side="right").tolist()
        return [sum(ways[:number]) for number in below], False

    def _tried(self) -> _InBoxes:
        """The part with its base as what n stands for."""
        ranged = (replace(f, base=replace(f.base, low=0)) for f in self.part.figures)
        return _InBoxes(replace(self.part, figures=tuple(ranged), n=(1, self.part.figures[0].base.high)))

    def _largest(self, n: IntArray) -> IntArray:
        base = self.part.figures[0].base
        return np.full_like(n, base.high) if base.low == base.high else n

    def _fitting(self) -> IntArray:
        tried = self._tried()
        return np.asarray(sizes(tried.part)[tried.fits()])

    def _up_to(self, n: IntArray) -> IntArray:
        fitting = self._fitting()
        return np.asarray(fitting[fitting <= self._largest(n).max()])


def _values(box: Boxes, k: int) -> tuple[int, ...]:
    if box.high[k].max() - box.low[k].min() >= COUNTS_LISTED:
        return ()
    ends = set(zip(box.low[k].tolist(), box.high[k].tolist(), strict=True))
    return tuple(sorted({value for low, high in ends for value in range(low, high + 1)}))


@dataclass(frozen=True, slots=True)
class _InTree:
    part: Arithmetic
    tree: Tree

    def fits(self) -> Mask:
        return np.array([self.tree.fits(n) for n in sizes(self.part).tolist()], dtype=bool)

    def bounds(self, n: IntArray) -> dict[str, Counts]:
        left = self.tree.left_to(n.tolist())
        return {figure.id: _held(figure, left[figure.id]) for figure in self.part.figures}

    def possible(self, n: IntArray, names: Names = None) -> dict[str, Possible]:
        left, wanted = self.tree.left_to(n.tolist()), _wanted(self.part, names)
        printed = (figure for figure in self.part.figures if figure.id in wanted)
        return {f.id: possible_in_places(f, left[f.id], self.part.rounding) for f in printed}

    def tables(self, n: IntArray) -> tuple[list[int], bool]:
        return [self.tree.tables(size) for size in n.tolist()], False


def _held(figure: Figure, left: Mapping[int, int]) -> Counts:
    """Of the counts that the others leave to a figure those that print it."""
    by_base = {base: counts & _printing(figure, base) for base, counts in left.items()}
    bases = sorted(base for base, counts in by_base.items() if counts)
    union = 0
    for counts in by_base.values():
        union |= counts
    values = tuple(members(union))
    listed = (tuple(bases) if bases[-1] - bases[0] < BASES_LISTED else ()), _few(values)
    return Counts(values[0], values[-1], bases[0], bases[-1], *listed)


def _few(values: tuple[int, ...]) -> tuple[int, ...]:
    return values if values[-1] - values[0] < COUNTS_LISTED else ()


def _printing(figure: Figure, base: int) -> int:
    return between(figure.ends.fewest(base), figure.ends.most(base))


@dataclass(frozen=True, slots=True)
class _InModel:
    part: Arithmetic

    def fits(self) -> Mask:
        n, model = sizes(self.part), Model(self.part)
        if len(n) == 1 or not model.feasible():
            return np.full(len(n), model.feasible())
        low, high = model.bounds(model.n)
        listed = model.values(model.n, SIZES_LISTED)
        return np.isin(n, listed) if listed else (low <= n) & (n <= high)

    def bounds(self, n: IntArray) -> dict[str, Counts]:
        model = Model(self.part, sizes=n.tolist())
        bases = {key: (model.bounds(base), model.values(base, BASES_LISTED)) for key, base in model.bases.items()}
        return {f.id: _solved(model, f.id, *bases[f.base.key]) for f in self.part.figures}

    def possible(self, n: IntArray, names: Names = None) -> dict[str, Possible]:
        return possible_in_model(self.part, n, _wanted(self.part, names))

    def tables(self, n: IntArray) -> tuple[list[int], bool]:
        return tables_in_model(self.part, n)


def _solved(model: Model, name: str, base: tuple[int, int], bases: tuple[int, ...]) -> Counts:
    count = model.counts[name]
    return Counts(*model.bounds(count), *base, bases, model.values(count, COUNTS_LISTED))
