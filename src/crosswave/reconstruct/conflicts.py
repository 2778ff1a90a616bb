"""Printed figures that contradict each other: minimal sets, and what would repair them."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice

from crosswave.reconstruct.arithmetic import Arithmetic, Figure
from crosswave.reconstruct.cpsat import Element, Model, elements
from crosswave.reconstruct.repairs import repairs

CONFLICTS_LISTED = 10
"""At most so many minimal conflicts are looked for in a part of a survey."""

_MENDED = "; it would fit"

TRIALS = 500
"""After so many questions to the solver the search for further conflicts of a part ends."""


@dataclass(frozen=True, slots=True)
class Conflict:
    """A minimal set of figures and assumptions that no counts satisfy: without any one of them, counts exist."""

    figures: tuple[str, ...]
    assumptions: tuple[str, ...]
    repairs: tuple[str, ...]
    words: str

    @property
    def why(self) -> str:
        """What cannot be, without what would mend it."""
        return self.words.partition(_MENDED)[0]


def find_conflicts(arithmetic: Arithmetic, *, limit: int = CONFLICTS_LISTED) -> Iterator[Conflict]:
    """Yield the minimal conflicts of a part of a survey, those of a single figure first, up to a limit.

    Parameters
    ----------
    arithmetic : Arithmetic
        The part.
    limit : int
        The most that are looked for.

    Notes
    -----
    A figure that its own base cannot print is a conflict by itself. Further ones: every other minimal conflict lacks
    at least one element of each that is known, so each element is taken away in turn and the rest searched. The search
    is complete unless `limit` or `TRIALS` ends it.
    """
    oracle = _Oracle(arithmetic)
    if oracle.feasible(frozenset(oracle.elements)):
        return
    alone = [[e for e in oracle.elements if e.name in (f.id, f.base.key)] for f in arithmetic.figures]
    starts = [held for held in alone if not oracle.feasible(frozenset(held))]
    for core in islice(_cores(oracle, [*starts, oracle.elements]), limit):
        yield _explain(arithmetic, core)


class _Oracle:
    """Whether counts exist under some of the elements; what follows from earlier answers is not asked again.

    Elements have an order of their own, so that the order of questions and answers changes nothing.
    """

    def __init__(self, arithmetic: Arithmetic) -> None:
        self.elements = sorted(elements(arithmetic), key=lambda e: (e.kind != "figure", e.name))
        self.asked = 0
        self._arithmetic = arithmetic
        self._fit: list[frozenset[Element]] = []
        self._unfit: list[frozenset[Element]] = []

    def feasible(self, held: frozenset[Element]) -> bool:
        if any(held <= known for known in self._fit):
            return True
        if any(known <= held for known in self._unfit):
            return False
        self.asked += 1
        fits = Model(self._arithmetic, held).feasible()
        (self._fit if fits else self._unfit).append(held)
        return fits


def _cores(oracle: _Oracle, starts: list[list[Element]]) -> Iterator[list[Element]]:
    known: set[frozenset[Element]] = set()
    searched: set[frozenset[Element]] = set()
    queue = deque(starts)
    while queue and oracle.asked < TRIALS:
        held = queue.popleft()
        if frozenset(held) in searched:
            continue
        searched.add(frozenset(held))
        if oracle.feasible(frozenset(held)):
            continue
        core = next((list(c) for c in known if c <= set(held)), None) or _irreducible(oracle, held)
        if frozenset(core) not in known:
            known.add(frozenset(core))
            yield core
        queue.extend([other for other in held if other != element] for element in core)


def _irreducible(oracle: _Oracle, core: list[Element]) -> list[Element]:
    """Drop every element in turn; it stays out if the rest is still infeasible (deletion filter).

    Assumptions are tried first, so that a conflict of print alone is shown as such. See Chinneck and Dravnieks 1991,
    ORSA Journal on Computing 3(2), doi:10.1287/ijoc.3.2.157.
    """
    for element in sorted(core, key=lambda e: e.kind == "figure"):
        rest = [other for other in core if other != element]
        if not oracle.feasible(frozenset(rest)):
            core = rest
    return core


def _explain(arithmetic: Arithmetic, core: list[Element]) -> Conflict:
    figures = [f for f in arithmetic.figures if ("figure", f.id) in {(e.kind, e.name) for e in core}]
    assumptions = tuple(element.words for element in core if element.kind != "figure")
    found = repairs(arithmetic, core)
    return Conflict(tuple(f.id for f in figures), assumptions, found, _words(figures, assumptions, found))


def with_repairs(conflict: Conflict, more: tuple[str, ...]) -> Conflict:
    """Return a conflict with further repairs, in its words too."""
    words = conflict.words + (f"; or {', or '.join(more)}" if more else "")
    return replace(conflict, repairs=(*conflict.repairs, *more), words=words)


def _words(figures: list[Figure], assumptions: tuple[str, ...], found: tuple[str, ...]) -> str:
    printed = " with ".join(f"{figure.printed} ({figure.id})" for figure in figures)
    stated = f"no whole number of answers prints {printed}"
    one_base = len({figure.base.key for figure in figures}) == 1
    alone = (" on one base" if one_base else ", the one being asked of those who gave the other") * (len(figures) > 1)
    given = f" if {' and '.join(assumptions)}" if assumptions else alone
    mended = f"{_MENDED} {', or '.join(found)}" if found else ""
    return stated + given + mended
