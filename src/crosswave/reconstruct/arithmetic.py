"""The figures of a survey as arithmetic: exact intervals, the bases they rest on, what ties them, what they share."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from crosswave.printed.intervals import Shares
from crosswave.reconstruct.effort import LARGEST, NotSolvedError, check_room

IntArray = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]
Names = Collection[str] | None


@dataclass(frozen=True, slots=True)
class BaseSize:
    """The number of respondents that a figure was counted on; a loose one can be any part of them from a floor on."""

    key: str
    who: str
    low: int
    high: int
    answers: tuple[str, ...]
    assumption: str
    loose: bool = False
    floor: int = 1


@dataclass(frozen=True, slots=True)
class Figure:
    """One printed share that can be modelled."""

    id: str
    printed: str
    share: Shares
    decimals: int | None
    base: BaseSize


@dataclass(frozen=True, slots=True)
class Counts:
    """Exact bounds of one figure's count and base, and every value of them where they are few."""

    count_low: int
    count_high: int
    base_low: int
    base_high: int
    bases: tuple[int, ...]
    values: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Link:
    """A relation between counts on one base.

    ``exclusive``: the members sum to at most the base (``exhaustive``: to the base). ``net``: the first member is the
    sum of the others. ``part``: the first is at most the second. ``complement``: the two sum to the base.
    ``organisations``: the first counts organisations where somebody gave the second, the others of its base being
    those where somebody did not.
    """

    kind: str
    members: tuple[str, ...]
    words: str
    inferred: bool = True


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """What can be modelled of a survey, under one reading of its ambiguous bases."""

    figures: tuple[Figure, ...]
    links: tuple[Link, ...]
    n: tuple[int, int] | None
    reading: tuple[str, ...] = ()
    rounding: str = "nearest"


def components(arithmetic: Arithmetic) -> list[Arithmetic]:
    """Return the parts of a survey that share no unknown number but n, each to be solved by itself."""
    places = {figure.id: place for place, figure in enumerate(arithmetic.figures)}
    tied = [(places[first], places[other]) for first, *others in _ties(arithmetic) for other in others]
    rows, columns = zip(*tied, strict=True) if tied else ((), ())
    graph = coo_array((np.ones(len(tied)), (rows, columns)), shape=(len(places), len(places)))
    labels = connected_components(graph, directed=False)[1].tolist()
    figures, links = defaultdict(list), defaultdict(list)
    for figure, label in zip(arithmetic.figures, labels, strict=True):
        figures[label].append(figure)
    for link in arithmetic.links:
        links[labels[places[link.members[0]]]].append(link)
    return [replace(arithmetic, figures=tuple(figures[k]), links=tuple(links[k])) for k in figures]


def _ties(arithmetic: Arithmetic) -> Iterator[tuple[str, ...]]:
    by_base: dict[str, list[str]] = {}
    for figure in arithmetic.figures:
        yield (figure.id, *figure.base.answers)
        if figure.base.answers or figure.base.loose:
            by_base.setdefault(figure.base.key, []).append(figure.id)
    yield from map(tuple, by_base.values())
    yield from (link.members for link in arithmetic.links)


def sizes(part: Arithmetic) -> IntArray:
    """Return every n that print allows."""
    low, high = part.n or (1, 1)
    if high > LARGEST:
        raise NotSolvedError(f"not solved: n can be {high:,}, and no more than {LARGEST:,} people answer a survey")
    check_room(high - low + 1)
    return np.arange(low, high + 1, dtype=np.int64)


def wanted(part: Arithmetic, names: Names) -> set[str]:
    """Return the figures of a part that are printed as numbers, all or those that are named."""
    return {f.id for f in part.figures if f.decimals is not None and (names is None or f.id in names)}


def retracted(arithmetic: Arithmetic, words: Collection[str]) -> Arithmetic:
    """Return a survey without some of its assumptions: their bases can be smaller, their links do not hold."""
    figures = (
        replace(figure, base=replace(figure.base, loose=True, floor=1)) if figure.base.assumption in words else figure
        for figure in arithmetic.figures
    )
    links = tuple(link for link in arithmetic.links if link.words not in words)
    return replace(arithmetic, figures=tuple(figures), links=links)


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
    return (
        replace(link, kind="exclusive", members=members, words=link.words.removesuffix(", and are all"))
        if sums
        else None
    )
