"""Everything that the counts of a survey can be under one reading, with the conflicts taken out."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from crosswave.reconstruct.arithmetic import Arithmetic, Counts, IntArray, Mask, Names, components, sizes, without
from crosswave.reconstruct.closed_form import ClosedForm, LooseClosedForm, is_simple
from crosswave.reconstruct.conflicts import Conflict, find_conflicts
from crosswave.reconstruct.cpsat import Searched
from crosswave.reconstruct.effort import spend
from crosswave.reconstruct.power import Possible

Part = ClosedForm | LooseClosedForm | Searched


def known(part: Arithmetic) -> Part:
    """Return a part of a survey with the cheaper exact engine that knows its counts."""
    if not is_simple(part):
        return Searched(part)
    return LooseClosedForm(part) if part.figures[0].base.loose else ClosedForm(part)


@dataclass(frozen=True, slots=True)
class Solutions:
    """How many tables of counts print every figure.

    Parameters
    ----------
    number : int
        Exact, however large, unless capped.
    capped : bool
        Whether a part has more than `TABLES_LISTED` tables: there are then at least so many.
    """

    number: int
    capped: bool

    def __str__(self) -> str:
        return f"at least {_shown(self.number)}" if self.capped else _shown(self.number)


def _shown(number: int) -> str:
    """In full up to a thousand million million; then the power of ten, as such numbers can have thousands of digits."""
    if number < 10**15:
        return f"{number:,}"
    power = math.log10(number)
    return f"about {10 ** (power % 1):.1f} x 10^{int(power)}"


@dataclass(frozen=True, slots=True)
class Solution:
    """One reading of a survey, solved."""

    counts: dict[str, Counts]
    conflicts: tuple[Conflict, ...]
    out: frozenset[str]
    left: Arithmetic


@dataclass(slots=True)
class Solver:
    """Solves readings of one survey; what readings have in common is solved once."""

    _seen: dict[tuple[object, ...], Any] = field(default_factory=dict)

    def solve(self, reading: Arithmetic) -> Solution:
        """Return the bounds of every figure that is in no conflict, and the conflicts.

        Notes
        -----
        Parts of a survey share nothing but n. So the sizes of n that each part allows are found first, and each part is
        then bounded over the sizes that all of them allow.
        """
        left, conflicts = self.settled(reading)
        parts = components(left)
        n = self._fitting(left, parts)
        counts = {name: found for part in parts for name, found in self._ask(part, "bounds", n).items()}
        return Solution(counts, conflicts, frozenset(f.id for f in reading.figures) - counts.keys(), left)

    def possible(self, left: Arithmetic, names: frozenset[str] | None = None) -> dict[str, Possible]:
        """Return what could have been printed in place of each figure of a reading that has no conflict.

        Notes
        -----
        A part does not limit the sizes of n at which its own figures are looked at.
        """
        parts = components(left)
        n, refused = sizes(left), [~self._fits(part) for part in parts]
        refusals = np.sum(refused, axis=0)
        found: dict[str, Possible] = {}
        for part, own in zip(parts, refused, strict=True):
            if names is None or any(figure.id in names for figure in part.figures):
                found |= self._ask(part, "possible", np.asarray(n[refusals - own == 0]), names)
        return found

    def tables(self, left: Arithmetic) -> Solutions:
        """Return how many tables print a reading that has no conflict."""
        parts = components(left)
        n = self._fitting(left, parts)
        spend(len(n) * len(parts) / 1e6)
        found = [self._ask(part, "tables", n) for part in parts]
        if not found:
            return Solutions(1, capped=False)
        number = sum(math.prod(many) for many in zip(*(by_size for by_size, _ in found), strict=True))
        return Solutions(number, any(capped for _, capped in found))

    def fits(self, reading: Arithmetic) -> bool:
        """Return whether counts exist that print every figure of a reading."""
        return bool(self._fitting(reading, components(reading)).size)

    def settled(self, reading: Arithmetic) -> tuple[Arithmetic, tuple[Conflict, ...]]:
        """Return a reading without the figures that contradict each other, and the conflicts."""
        conflicts: dict[tuple[tuple[str, ...], ...], Conflict] = {}
        while found := self._conflicts(reading):
            conflicts = {(conflict.figures, conflict.assumptions): conflict for conflict in found} | conflicts
            reading = without(reading, _taken_out(found))
        return reading, tuple(conflicts.values())

    def sizes(self, reading: Arithmetic) -> list[int]:
        """Return what n can be under a reading that has no conflict."""
        return [int(n) for n in self._fitting(reading, components(reading))]

    def _conflicts(self, reading: Arithmetic) -> list[Conflict]:
        """Conflicts inside parts, or else between parts that need different n."""
        parts = components(reading)
        if unfit := [part for part in parts if not self._fits(part).any()]:
            return [conflict for part in unfit for conflict in self._conflicts_in(part)]
        return [] if self._fitting(reading, parts).size else self._conflicts_in(reading)

    def _conflicts_in(self, part: Arithmetic) -> list[Conflict]:
        found: list[Conflict] = self._once(part, "conflicts", lambda: list(find_conflicts(part)))
        return found

    def _fitting(self, reading: Arithmetic, parts: list[Arithmetic]) -> IntArray:
        """The sizes of n that every part allows."""
        n = sizes(reading)
        return np.asarray(n[np.logical_and.reduce([np.ones(len(n), bool), *map(self._fits, parts)])])

    def _fits(self, part: Arithmetic) -> Mask:
        return np.asarray(self._once(part, "fits", lambda: known(part).fits()))

    def _ask(self, part: Arithmetic, what: str, n: IntArray, *names: Names) -> Any:
        """What an engine answers for some sizes of n; they are told apart by a digest, as they can be a million."""
        key = (what, hashlib.sha256(n.tobytes()).digest(), *names)
        return self._once(part, key, lambda: getattr(known(part), what)(n, *names))

    def _once(self, part: Arithmetic, what: object, compute: Callable[[], object]) -> Any:
        key = (what, part.figures, part.links, part.n, part.rounding)
        if key not in self._seen:
            self._seen[key] = compute()
        return self._seen[key]


def _taken_out(conflicts: list[Conflict]) -> set[str]:
    """The figures to be left out: those that are impossible by themselves, else all that contradict each other.

    What else a figure that is impossible by itself is at odds with says nothing of the other figures.
    """
    alone = [conflict for conflict in conflicts if len(conflict.figures) == 1]
    return {name for conflict in alone or conflicts for name in conflict.figures}
