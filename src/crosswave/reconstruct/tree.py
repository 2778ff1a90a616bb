"""Answers of one base as blocks inside blocks, and subsets on the sums of blocks: what is tied so needs no solver.

A block is a set of answers of which something is known together: a single answer, a net, answers that exclude each
other, the answers that make up the base of another question. Where no two blocks overlap in part they form a tree.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from crosswave.reconstruct.arithmetic import Arithmetic, BaseSize, Figure, Link

_SUMS = {"exclusive": False, "exhaustive": True, "complement": True}
Leaves = frozenset[str]


@dataclass(slots=True)
class Block:
    """Answers of one base that share something."""

    leaves: Leaves
    figures: list[Figure] = field(default_factory=list)
    fills: list[bool] = field(default_factory=list)
    subsets: list[Group] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)


@dataclass(slots=True)
class Group:
    """Figures on one base, as the outermost blocks."""

    base: BaseSize
    blocks: list[Block]


def plant(part: Arithmetic) -> Group | None:
    """Return a part of a survey as a tree, or None where blocks overlap or bases are more than one."""
    try:
        return _planted(part)
    except _TangleError:
        return None


def _planted(part: Arithmetic) -> Group:
    bases = {figure.base.key: figure.base for figure in part.figures}
    growers = {key: _Grower(part, key) for key in bases}
    groups = {key: Group(base, []) for key, base in bases.items()}
    for key, base in bases.items():
        if base.answers:
            home = growers[_one({f.base.key for f in part.figures if f.id in base.answers})]
            home.block(home.union(base.answers)).subsets.append(groups[key])
    for key, grower in growers.items():
        groups[key].blocks.extend(grower.nested())
    return groups[_one({key for key, base in bases.items() if not base.answers})]


class _TangleError(Exception):
    """A part that is no tree."""


def _one(keys: set[str]) -> str:
    if len(keys) != 1:
        raise _TangleError
    return next(iter(keys))


class _Grower:
    """The blocks of the figures on one base."""

    def __init__(self, part: Arithmetic, key: str) -> None:
        self._names = {figure.id for figure in part.figures if figure.base.key == key}
        links = [link for link in part.links if self._names & set(link.members)]
        if any(not set(link.members) <= self._names for link in links):
            raise _TangleError
        self._inside = _made_of(links)
        self._blocks: dict[Leaves, Block] = {}
        for figure in part.figures:
            if figure.id in self._names:
                self.block(self.union([figure.id])).figures.append(figure)
        for leaf in sorted(frozenset().union(*self._blocks)):
            self.block(frozenset([leaf]))
        for link in links:
            if link.kind in _SUMS:
                self.block(self.union(link.members)).fills.append(_SUMS[link.kind])

    def block(self, leaves: Leaves) -> Block:
        return self._blocks.setdefault(leaves, Block(leaves))

    def union(self, names: Iterable[str], above: Leaves = frozenset()) -> Leaves:
        """The answers behind some figures, nets taken apart; each may be there once only."""
        found: set[str] = set()
        for name in names:
            if name in above:
                raise _TangleError
            parts = self._inside.get(name)
            leaves = self.union(parts, above | {name}) if parts else frozenset([name])
            if found & leaves:
                raise _TangleError
            found |= leaves
        return frozenset(found)

    def nested(self) -> list[Block]:
        """The outermost blocks, with all others put inside them."""
        outermost: list[Block] = []
        placed: list[Block] = []
        for block in sorted(self._blocks.values(), key=lambda block: -len(block.leaves)):
            around = [other for other in placed if other.leaves & block.leaves]
            if any(not block.leaves < other.leaves for other in around):
                raise _TangleError
            (around[-1].blocks if around else outermost).append(block)
            placed.append(block)
        return outermost


def _made_of(links: Iterable[Link]) -> dict[str, tuple[str, ...]]:
    """What each net is the sum of; of an answer that includes another, that one and the rest."""
    found: dict[str, tuple[str, ...]] = {}
    for link in links:
        first, *others = link.members
        made = {"net": (first, tuple(others)), "part": (others[0], (first, f"{others[0]} without {first}"))}
        if link.kind in made:
            whole, parts = made[link.kind]
            if whole in found:
                raise _TangleError
            found[whole] = parts
    return found
