"""The figures of a survey as arithmetic: exact intervals, the bases they rest on, what ties them, what they share."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from crosswave.printed.ends import Ends


@dataclass(frozen=True, slots=True)
class BaseSize:
    """The number of respondents that a figure was counted on."""

    key: str
    who: str
    low: int
    high: int
    answers: tuple[str, ...]
    assumption: str
    loose: bool = False


@dataclass(frozen=True, slots=True)
class Figure:
    """One printed share that can be modelled."""

    id: str
    printed: str
    low: Fraction
    high: Fraction
    decimals: int | None
    base: BaseSize
    high_open: bool = False

    @property
    def ends(self) -> Ends:
        """The ends of the shares that it can stand for."""
        return Ends(self.low, self.high, self.high_open)


@dataclass(frozen=True, slots=True)
class Link:
    """A relation between counts on one base.

    ``exclusive``: the members sum to at most the base (``exhaustive``: to the base). ``net``: the first member is the
    sum of the others. ``part``: the first is at most the second. ``complement``: the two sum to the base.
    ``organisations``: the first counts organisations where somebody gave the second, the others of its base being
    those where somebody did not.

    Parameters
    ----------
    kind : str
        One of the above.
    members : tuple of str
        Local ids of figures.
    words : str
        The relation, in words.
    inferred : bool
        Whether no source states it.
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


def retracted(arithmetic: Arithmetic, words: Collection[str]) -> Arithmetic:
    """Return a survey without some of its assumptions: their bases can be smaller, their links do not hold."""
    figures = (_loosened(figure) if figure.base.assumption in words else figure for figure in arithmetic.figures)
    links = tuple(link for link in arithmetic.links if link.words not in words)
    return replace(arithmetic, figures=tuple(figures), links=links)


def _loosened(figure: Figure) -> Figure:
    return replace(figure, base=replace(figure.base, loose=True))
