"""Printed figures that cannot stand together: minimal sets, and what would repair them."""

from __future__ import annotations

from dataclasses import dataclass

from crosswave.reconstruct.figures import Arithmetic, Figure
from crosswave.reconstruct.model import Element, Model, elements


@dataclass(frozen=True, slots=True)
class Conflict:
    """A minimal set of figures and assumptions that no counts satisfy: without any one of them, counts exist.

    Parameters
    ----------
    figures : tuple of str
        Local ids of the printed figures in it.
    assumptions : tuple of str
        The assumptions in it, in words.
    repairs : tuple of str
        What would remove it, in words.
    """

    figures: tuple[str, ...]
    assumptions: tuple[str, ...]
    repairs: tuple[str, ...]
    words: str


def find_conflict(arithmetic: Arithmetic) -> Conflict | None:
    """Return one minimal conflict of a part of a survey, or None if its figures can stand together.

    Notes
    -----
    A figure that its own base cannot print is a conflict by itself, and is named before any that holds several. Then
    the deletion filter: every element is dropped in turn and stays out if the rest is still infeasible. What remains
    is irreducible. Assumptions are tried first, so that a conflict of print alone is shown as such.

    References
    ----------
    Chinneck and Dravnieks 1991, ORSA Journal on Computing 3(2), doi:10.1287/ijoc.3.2.157.
    """
    core = elements(arithmetic)
    if Model(arithmetic, core).feasible():
        return None
    alone = ([e for e in core if e.name in (figure.id, figure.base.key)] for figure in arithmetic.figures)
    core = next((held for held in alone if not Model(arithmetic, held).feasible()), core)
    for element in sorted(core, key=lambda e: e.kind == "figure"):
        rest = [other for other in core if other != element]
        if not Model(arithmetic, rest).feasible():
            core = rest
    return _explain(arithmetic, core)


def _explain(arithmetic: Arithmetic, core: list[Element]) -> Conflict:
    figures = [f for f in arithmetic.figures if ("figure", f.id) in {(e.kind, e.name) for e in core}]
    assumptions = tuple(element.words for element in core if element.kind != "figure")
    repairs = tuple(_repair(arithmetic, core, element) for element in core if element.kind != "figure")
    return Conflict(tuple(f.id for f in figures), assumptions, repairs, _words(figures, assumptions, repairs))


def _repair(arithmetic: Arithmetic, core: list[Element], dropped: Element) -> str:
    if dropped.kind != "base":
        return f"without the assumption that {dropped.words}"
    model = Model(arithmetic, [element for element in core if element != dropped])
    largest = model.bounds(model.bases[dropped.name])[1]
    return f"with a base of {largest} in place of {_stated(arithmetic, dropped.name)}"


def _stated(arithmetic: Arithmetic, key: str) -> str:
    base = next(f.base for f in arithmetic.figures if f.base.key == key)
    if base.answers:
        return "all of that subset"
    return str(base.high) if base.low == base.high else f"{base.low} to {base.high}"


def _words(figures: list[Figure], assumptions: tuple[str, ...], repairs: tuple[str, ...]) -> str:
    printed = " with ".join(f"{figure.printed} ({figure.id})" for figure in figures)
    stated = f"no whole number of answers prints {printed}"
    given = f" if {' and '.join(assumptions)}" if assumptions else " on one base" if len(figures) > 1 else ""
    mended = f"; it would fit {', or '.join(repairs)}" if repairs else ""
    return stated + given + mended
