"""What would remove a conflict: an assumption retracted, another n, another rounding, a subset; each is tried."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace

import numpy as np

from crosswave.printed.intervals import percent_interval
from crosswave.reconstruct.arithmetic import Arithmetic, BaseSize, Figure, IntArray
from crosswave.reconstruct.closed_form import boxes, is_simple
from crosswave.reconstruct.cpsat import Element, Model, link_name
from crosswave.reconstruct.effort import NotSolvedError, at_most, check_room

EFFORT_OF_REPAIRS = 0.5
"""Units of work for each kind of repair of a conflict; what is not found within it is not offered."""

N_FACTOR = 2
"""An n is looked for up to this many times larger, and down to this part, of the one that is stated."""


def repairs(arithmetic: Arithmetic, core: Sequence[Element]) -> tuple[str, ...]:
    """Return what removes a conflict, in words; every entry was tried and found to leave counts.

    Parameters
    ----------
    arithmetic : Arithmetic
        The part of a survey that holds the conflict.
    core : sequence of Element
        Its figures and assumptions, irreducible.
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
    tried = (n for n in larger.tolist() if Model(_resized(arithmetic, base, n), core).feasible())
    if n := next(iter(tried if fitting is None else fitting.tolist()), None):
        yield f"with {n} asked in place of {base.high}"


def _resized(arithmetic: Arithmetic, base: BaseSize, n: int) -> Arithmetic:
    resized = replace(base, low=n, high=n)
    figures = (replace(f, base=resized) if f.base == base else f for f in arithmetic.figures)
    return replace(arithmetic, figures=tuple(figures), n=(n, n))


def _truncated(arithmetic: Arithmetic, core: Sequence[Element]) -> Iterator[str]:
    held = {element.name for element in core if element.kind == "figure"}
    figures = tuple(_cut(figure) if figure.id in held else figure for figure in arithmetic.figures)
    if figures != arithmetic.figures and Model(replace(arithmetic, figures=figures), core).feasible():
        yield "with percentages cut off in place of rounded"


def _cut(figure: Figure) -> Figure:
    digits = re.match(r"\d+(?:\.\d+)?", figure.printed)
    if figure.decimals is None or digits is None:
        return figure
    return replace(figure, share=percent_interval(digits[0], figure.decimals, "truncated"))


def survey_repairs(
    arithmetic: Arithmetic, figures: Sequence[str], counts: Mapping[str, tuple[int, int]]
) -> tuple[str, ...]:
    """Return what would remove a conflict if the rest of the survey is looked at: guesses, offered and never applied.

    Parameters
    ----------
    arithmetic : Arithmetic
        The survey under one reading, conflicts included.
    figures : sequence of str
        Local ids of the figures in conflict.
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
