"""Everything that the counts of a survey can be under one reading, with the conflicts taken out."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from crosswave.reconstruct.boxes import IntArray, Mask
from crosswave.reconstruct.conflicts import Conflict, find_conflict
from crosswave.reconstruct.figures import Arithmetic, Link, components
from crosswave.reconstruct.parts import Counts, Part, known, sizes
from crosswave.reconstruct.power import Possible
from crosswave.reconstruct.solutions import Solutions


@dataclass(frozen=True, slots=True)
class Solution:
    """One reading of a survey, solved.

    Parameters
    ----------
    counts : dict of str to Counts
        Every figure that is in no conflict.
    conflicts : tuple of Conflict
        What had to be taken out.
    possible : dict of str to Possible
        What could have been printed in place of each figure.
    tables : Solutions
        How many tables print what is left.
    """

    counts: dict[str, Counts]
    conflicts: tuple[Conflict, ...]
    possible: dict[str, Possible]
    tables: Solutions


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
        reading, conflicts = self.settled(reading)
        parts = components(reading)
        n = self._fitting(reading, parts)
        counts = {name: c for part in parts for name, c in self._bounds(part, n).items()}
        return Solution(counts, conflicts, self._possible(reading, parts), self._tables(parts, n))

    def fits(self, reading: Arithmetic) -> bool:
        """Return whether counts exist that print every figure of a reading."""
        return bool(self._fitting(reading, components(reading)).size)

    def settled(self, reading: Arithmetic) -> tuple[Arithmetic, tuple[Conflict, ...]]:
        """Return a reading without the figures that cannot stand together, and the conflicts.

        Parameters
        ----------
        reading : Arithmetic
            The survey under one reading of its bases.
        """
        conflicts: list[Conflict] = []
        while found := self._conflict(reading):
            conflicts.append(found)
            reading = without(reading, set(found.figures))
        return reading, tuple(conflicts)

    def sizes(self, reading: Arithmetic) -> list[int]:
        """Return what n can be under a reading that has no conflict."""
        return [int(n) for n in self._fitting(reading, components(reading))]

    def _conflict(self, reading: Arithmetic) -> Conflict | None:
        """A conflict inside one part, or else between parts that need different n.

        One at a time: what else the figures of a conflict are at odds with says nothing of the other figures.
        """
        parts = components(reading)
        for part in parts:
            if not self._fits(part).any():
                return find_conflict(part)
        return None if self._fitting(reading, parts).size else find_conflict(reading)

    def _fitting(self, reading: Arithmetic, parts: list[Arithmetic]) -> IntArray:
        """The sizes of n that every part admits."""
        n = sizes(reading)
        return np.asarray(n[np.logical_and.reduce([np.ones(len(n), bool), *map(self._fits, parts)])])

    def _fits(self, part: Arithmetic) -> Mask:
        return np.asarray(self._once(part, "fits", lambda: self._known(part).fits()))

    def _bounds(self, part: Arithmetic, n: IntArray) -> dict[str, Counts]:
        found: dict[str, Counts] = self._once(part, ("bounds", n.tobytes()), lambda: self._known(part).bounds(n))
        return found

    def _possible(self, reading: Arithmetic, parts: list[Arithmetic]) -> dict[str, Possible]:
        """A part does not limit the sizes of n at which its own figures are looked at."""
        n, refused = sizes(reading), [~self._fits(part) for part in parts]
        refusals = np.sum(refused, axis=0)
        found: dict[str, Possible] = {}
        for part, own in zip(parts, refused, strict=True):
            found |= self._possible_in(part, np.asarray(n[refusals - own == 0]))
        return found

    def _possible_in(self, part: Arithmetic, n: IntArray) -> dict[str, Possible]:
        found: dict[str, Possible] = self._once(part, ("possible", n.tobytes()), lambda: self._known(part).possible(n))
        return found

    def _tables(self, parts: list[Arithmetic], n: IntArray) -> Solutions:
        found = [self._tables_of(part, n) for part in parts]
        if not found:
            return Solutions(1, capped=False)
        number = sum(math.prod(many) for many in zip(*(by_size for by_size, _ in found), strict=True))
        return Solutions(number, any(capped for _, capped in found))

    def _tables_of(self, part: Arithmetic, n: IntArray) -> tuple[list[int], bool]:
        found: tuple[list[int], bool] = self._once(part, ("tables", n.tobytes()), lambda: self._known(part).tables(n))
        return found

    def _known(self, part: Arithmetic) -> Part:
        found: Part = self._once(part, "known", lambda: known(part))
        return found

    def _once(self, part: Arithmetic, what: object, compute: Callable[[], object]) -> Any:
        key = (what, part.figures, part.links, part.n, part.rounding)
        if key not in self._seen:
            self._seen[key] = compute()
        return self._seen[key]


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
