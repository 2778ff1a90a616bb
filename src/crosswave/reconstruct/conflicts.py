"""Printed figures that contradict each other: minimal sets, and what would repair them; each repair is tried."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from itertools import islice

import numpy as np

from crosswave.printed.intervals import percent_interval
from crosswave.reconstruct.arithmetic import MENDED, N_FACTOR, Arithmetic, BaseSize, Conflict, Figure, IntArray
from crosswave.reconstruct.closed_form import boxes, is_simple
from crosswave.reconstruct.cpsat import Element, Model, elements, link_name
from crosswave.reconstruct.effort import NotSolvedError, at_most, check_room

CONFLICTS_LISTED = 10
"""At most so many minimal conflicts are looked for in a part of a survey."""

TRIALS = 500
"""After so many questions to the solver the search for further conflicts of a part ends."""

EFFORT_OF_REPAIRS = 0.5
"""Units of work for each kind of repair of a conflict; what is not found within it is not offered."""


def find_conflicts(arithmetic: Arithmetic, *, limit: int = CONFLICTS_LISTED) -> Iterator[Conflict]:
    """Yield the minimal conflicts of a part of a survey, those of a single figure first, up to a limit.

    Parameters
    ----------
    arithmetic : Arithmetic, the part
    limit : int

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
    """A conflict in words, with what would remove it."""
    names = {element.name for element in core if element.kind == "figure"}
    figures = [figure for figure in arithmetic.figures if figure.id in names]
    assumptions = tuple(element.words for element in core if element.kind != "figure")
    printed = " with ".join(f"{figure.printed} ({figure.id})" for figure in figures)
    one_base = len({figure.base.key for figure in figures}) == 1
    alone = (" on one base" if one_base else ", the one being asked of those who gave the other") * (len(figures) > 1)
    given = f" if {' and '.join(assumptions)}" if assumptions else alone
    found = repairs(arithmetic, core)
    mended = f"{MENDED} {', or '.join(found)}" if found else ""
    words = f"no whole number of answers gives {printed}{given}{mended}"
    return Conflict(tuple(figure.id for figure in figures), assumptions, found, words)


def with_repairs(conflict: Conflict, more: tuple[str, ...]) -> Conflict:
    """Return a conflict with further repairs, in its words too."""
    words = conflict.words + (f"; or {', or '.join(more)}" if more else "")
    return replace(conflict, repairs=(*conflict.repairs, *more), words=words)


# --- what would remove a conflict -------------------------------------------------------------------------------------


def repairs(arithmetic: Arithmetic, core: Sequence[Element]) -> tuple[str, ...]:
    """Return what removes a conflict, in words; every entry was tried and found to leave counts.

    Parameters
    ----------
    arithmetic, core
        The part of a survey that holds the conflict, and its figures and assumptions, irreducible.
    """
    found: list[str] = []
    for tried in (_without_assumptions, _other_n, _truncated):
        with suppress(NotSolvedError), at_most(EFFORT_OF_REPAIRS):
            found += tried(arithmetic, core)
    return tuple(dict.fromkeys(found))


def _without_assumptions(arithmetic: Arithmetic, core: Sequence[Element]) -> Iterator[str]:
    """Each assumption of the core retracted: that is enough by itself, as the core is irreducible."""
    for dropped in core:
        if dropped.kind == "base":
            largest = _largest_base(arithmetic, [element for element in core if element != dropped], dropped.name)
            base = _base(arithmetic, dropped.name)
            ends = str(base.high) if base.low == base.high else f"{base.low} to {base.high}"
            yield f"with a base of {largest} in place of {'all of that subset' if base.answers else ends}"
        elif dropped.kind == "link":
            yield f"without the assumption that {dropped.words}"


def _largest_base(arithmetic: Arithmetic, held: Sequence[Element], key: str) -> int:
    """The most people of whom counts exist; of figures on one base in closed form."""
    bases = np.arange(1, _base(arithmetic, key).high + 1, dtype=np.int64)
    if (fitting := _fitting(arithmetic, held, key, bases)) is not None:
        return int(fitting[-1])
    model = Model(arithmetic, held)
    return model.bounds(model.bases[key])[1]


def _fitting(arithmetic: Arithmetic, held: Sequence[Element], key: str, bases: IntArray) -> IntArray | None:
    """Those sizes of a base on which the figures and links of a core fit; None where they rest on more than that."""
    names = {(element.kind, element.name) for element in held}
    figures = tuple(replace(f, base=replace(f.base, low=0)) for f in arithmetic.figures if ("figure", f.id) in names)
    links = tuple(link for link in arithmetic.links if ("link", link_name(link)) in names)
    part = replace(arithmetic, figures=figures, links=links)
    if {figure.base.key for figure in figures} != {key} or not is_simple(part):
        return None
    return np.asarray(bases[boxes(part, bases).feasible])


def _base(arithmetic: Arithmetic, key: str) -> BaseSize:
    return next(figure.base for figure in arithmetic.figures if figure.base.key == key)


def _other_n(arithmetic: Arithmetic, core: Sequence[Element]) -> Iterator[str]:
    """The nearest larger number of people, where one number is stated for all figures of the core."""
    stated = {_base(arithmetic, element.name) for element in core if element.kind == "base"}
    if len(stated) != 1 or any(base.answers or base.low != base.high for base in stated):
        return
    [base] = stated
    larger = np.arange(base.high + 1, N_FACTOR * base.high + 1, dtype=np.int64)
    fitting = _fitting(arithmetic, core, base.key, larger)

    def resized(n: int) -> Arithmetic:
        other = replace(base, low=n, high=n)
        figures = (replace(f, base=other) if f.base == base else f for f in arithmetic.figures)
        return replace(arithmetic, figures=tuple(figures), n=(n, n))

    tried = (n for n in larger.tolist() if Model(resized(n), core).feasible())
    if n := next(iter(tried if fitting is None else fitting.tolist()), None):
        yield f"with {n} asked in place of {base.high}"


def _truncated(arithmetic: Arithmetic, core: Sequence[Element]) -> Iterator[str]:
    """The figures of the core as shares that were cut off after their last digit."""
    held, figures = {element.name for element in core if element.kind == "figure"}, []
    for figure in arithmetic.figures:
        digits = re.match(r"\d+(?:\.\d+)?", figure.printed)
        if figure.id in held and figure.decimals is not None and digits:
            figure = replace(figure, share=percent_interval(digits[0], figure.decimals, "truncated"))
        figures.append(figure)
    cut = replace(arithmetic, figures=tuple(figures))
    if cut != arithmetic and Model(cut, core).feasible():
        yield "with percentages cut off in place of rounded"


def survey_repairs(
    arithmetic: Arithmetic, figures: Sequence[str], counts: Mapping[str, tuple[int, int]]
) -> tuple[str, ...]:
    """Return what would remove a conflict if the rest of the survey is looked at: guesses, offered and never applied.

    Parameters
    ----------
    arithmetic : Arithmetic
        The survey under one reading, conflicts included.
    figures : sequence of str, local ids of those in conflict
    counts : mapping of str to (int, int)
        Fewest and most people behind each figure that is in no conflict.

    Notes
    -----
    A base that prints every figure of the same people may be the true one: 40 councils where 37 are stated. Where the
    base is several answers together, it may have been one of them. Answers that the base does not name are not tried:
    a survey has so many of them that one fits by chance.
    """
    held = [figure for figure in arithmetic.figures if figure.id in figures]
    bases = {(figure.base.who, figure.base.low, figure.base.high, figure.base.answers) for figure in held}
    if len(bases) != 1:
        return ()
    return tuple(_one_answer(held, counts) if held[0].base.answers else _one_base(arithmetic, held[0].base))


def _one_base(arithmetic: Arithmetic, base: BaseSize) -> Iterator[str]:
    same = [f for f in arithmetic.figures if (f.base.who, f.base.low, f.base.high) == (base.who, base.low, base.high)]
    fitting = np.arange(-(-base.low // N_FACTOR), N_FACTOR * base.high + 1, dtype=np.int64)
    for figure in same:
        check_room(len(fitting))
        fitting = fitting[figure.share.fewest(fitting) <= figure.share.most(fitting)]
    if fitting.size and len(same) > 1:
        nearest = int(fitting[np.abs(fitting - base.high).argmin()])
        yield f"with {nearest} for all {len(same)} figures of {base.who}"


def _one_answer(held: Sequence[Figure], counts: Mapping[str, tuple[int, int]]) -> Iterator[str]:
    named = held[0].base.answers
    for name in named if len(named) > 1 else ():
        low, high = counts.get(name, (1, 0))
        for size in range(max(low, 1), high + 1) if high - low <= 1 else ():
            if all(figure.share.fewest(size) <= figure.share.most(size) for figure in held):
                yield f"if only the {size} behind {name} were asked"
