"""Everything that counts of a tree of answers can be, exactly: from the inside out, then from the outside in."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from functools import reduce
from itertools import accumulate
from operator import or_

from crosswave.reconstruct.arithmetic import Figure
from crosswave.reconstruct.bits import between, ends, members, rests, sums
from crosswave.reconstruct.effort import spend
from crosswave.reconstruct.tree import Block, Group

Places = dict[int, int]
"""For each base the counts on it, as bits."""

Ways = tuple[int, list[int]]
"""The first value of a sum, and in how many ways it and each following value come about."""


class Tree:
    """The counts of a part of a survey whose blocks form a tree.

    Notes
    -----
    A set of counts is the bits of an integer. From the inside out, every block has the sums that its own figures and
    all inside it admit; from the outside in, the sums that all outside it admits. Where both meet are the counts of
    the survey; where the outside meets the inside without the block's own figure, what that figure could have been.
    """

    def __init__(self, root: Group) -> None:
        self.root = root
        self._sums: dict[tuple[int, int], int] = {}
        self._held: dict[tuple[int, int], bool] = {}
        self._ways: dict[tuple[int, int], int] = {}

    def asked(self, n: int) -> int:
        """Return how many were asked the outermost questions where n is so large."""
        size = self.root.base
        return size.high if size.low == size.high else n

    def fits(self, n: int) -> bool:
        """Return whether any counts exist for an n."""
        return any(self._fits(self.root, base) for base in _bases(self.root, self.asked(n)))

    def tables(self, n: int) -> int:
        """Return how many tables of counts there are for an n."""
        return self._tables_of(self.root, self.asked(n))

    def left_to(self, sizes: Iterable[int]) -> dict[str, Places]:
        """Return for each figure the counts on each base that all other figures leave to it."""
        found: dict[str, Places] = {}
        waiting: list[tuple[Group, int]] = [(self.root, _all_bases(self.root, {self.asked(n) for n in sizes}))]
        while waiting:
            group, bases = waiting.pop()
            below: dict[int, tuple[Group, int]] = {}
            for base in members(bases):
                for block, outside in self._outside(group, base):
                    self._note(block, base, outside, found, below)
            waiting += below.values()
        return found

    def _note(
        self, block: Block, base: int, outside: int, found: dict[str, Places], below: dict[int, tuple[Group, int]]
    ) -> None:
        """What a block leaves to each of its figures, and to each subset that rests on it."""
        spend(_step(base) * (1 + len(block.figures)))
        inside = outside & self._inner(block, base) & _filled(block, base)
        for figure in block.figures:
            places = found.setdefault(figure.id, {})
            printed = _printed([other for other in block.figures if other is not figure], base)
            if left := self._held_by(block.subsets, inside & printed & between(0, base)):
                places[base] = left
        for group in block.subsets:
            others = [other for other in block.subsets if other is not group]
            left = self._held_by(others, inside & _printed(block.figures, base)) & between(1, group.base.high)
            below[id(group)] = (group, below.get(id(group), (group, 0))[1] | _all_bases(group, members(left)))

    def _outside(self, group: Group, base: int) -> Iterator[tuple[Block, int]]:
        """Every block of a group with the sums that all outside it admits."""
        everything = between(0, base * sum(len(block.leaves) for block in group.blocks))
        refused = [block for block in group.blocks if not self._admitted(block, base)]
        for block in group.blocks:
            if all(other is block for other in refused):
                yield from self._down(block, base, everything)

    def _down(self, block: Block, base: int, outside: int) -> Iterator[tuple[Block, int]]:
        yield block, outside
        if not block.blocks:
            return
        inner = [self._admitted(one, base) for one in block.blocks]
        totals = self._held_by(block.subsets, outside & _filled(block, base) & _printed(block.figures, base))
        before = list(accumulate(inner, sums, initial=1))
        after = list(accumulate(reversed(inner), sums, initial=1))[::-1]
        for k, one in enumerate(block.blocks):
            yield from self._down(one, base, rests(totals, sums(before[k], after[k + 1])))

    def _fits(self, group: Group, base: int) -> bool:
        key = (id(group), base)
        if key not in self._held:
            self._held[key] = 1 <= base <= group.base.high and all(self._admitted(b, base) for b in group.blocks)
        return self._held[key]

    def _admitted(self, block: Block, base: int) -> int:
        """The sums of a block that it and everything inside it admits."""
        key = (id(block), base)
        if key not in self._sums:
            spend(_step(base))
            allowed = _filled(block, base) & _printed(block.figures, base)
            self._sums[key] = self._held_by(block.subsets, allowed & self._inner(block, base))
        return self._sums[key]

    def _inner(self, block: Block, base: int) -> int:
        if not block.blocks:
            return between(0, base)
        return reduce(sums, (self._admitted(one, base) for one in block.blocks))

    def _held_by(self, groups: list[Group], values: int) -> int:
        """Those values that can be the number asked of every one of some subsets."""
        for group in groups:
            spend(_step(values.bit_count()))
            if group.base.loose:
                least = next((b for b in range(1, values.bit_length()) if self._fits(group, b)), values.bit_length())
                values = values >> least << least
            else:
                values = sum(1 << value for value in members(values) if self._fits(group, value))
        return values

    def _tables_of(self, group: Group, asked: int) -> int:
        return sum(self._tables(group, base) for base in _bases(group, asked))

    def _tables(self, group: Group, base: int) -> int:
        key = (id(group), base)
        if key not in self._ways:
            fits = self._fits(group, base)
            self._ways[key] = math.prod(sum(self._counted(b, base)[1]) for b in group.blocks) if fits else 0
        return self._ways[key]

    def _counted(self, block: Block, base: int) -> Ways:
        admitted = self._admitted(block, base)
        low, high = ends(admitted)
        inner = reduce(_product, (self._counted(one, base) for one in block.blocks), (0, [1]))
        spend((high - low + 1) / 1e6)
        ways = [_at(inner, value) if block.blocks else 1 for value in range(low, high + 1)]
        for group in block.subsets:
            ways = [many and many * self._tables_of(group, low + k) for k, many in enumerate(ways)]
        return low, [many if admitted >> (low + k) & 1 else 0 for k, many in enumerate(ways)]


def _step(numbers: int) -> float:
    """The work of a step on a set of numbers; it limits memory too, as sets are held: ten units are 600 MB of them."""
    return 1e-5 + numbers * 2e-9


def _bases(group: Group, asked: int) -> range:
    """What the base of a group can be where so many were asked: all of them, or any number where some may be silent."""
    return range(1 if group.base.loose else asked, asked + 1)


def _all_bases(group: Group, asked: Iterable[int]) -> int:
    """The bases of a group over several numbers of those asked, as bits."""
    return reduce(or_, (between(1, most) if group.base.loose else 1 << most for most in asked), 0)


def _printed(figures: list[Figure], base: int) -> int:
    """The counts that print every one of some figures; any number where there is none."""
    if not figures:
        return -1
    low, high = 0, base
    for figure in figures:
        low, high = max(low, figure.ends.fewest(base)), min(high, figure.ends.most(base))
    return between(low, high)


def _filled(block: Block, base: int) -> int:
    """The sums that answers which exclude each other can have; any where nothing says that they do."""
    if not block.fills:
        return -1
    return 1 << base if any(block.fills) else between(0, base)


def _at(ways: Ways, value: int) -> int:
    first, many = ways
    return many[value - first] if 0 <= value - first < len(many) else 0


def _product(one: Ways, other: Ways) -> Ways:
    """In how many ways each sum comes about; running sums where every value comes about in one way."""
    first, many = other
    if all(ways == 1 for ways in many):
        return one[0] + first, _spread(one[1], len(many))
    spend(len(one[1]) * sum(map(bool, many)) / 1e6)
    found = [0] * (len(one[1]) + len(many) - 1)
    for k, ways in enumerate(many):
        if ways:
            for place, more in enumerate(one[1]):
                found[place + k] += ways * more
    return one[0] + first, found


def _spread(ways: list[int], width: int) -> list[int]:
    totals = list(accumulate(ways + [0] * (width - 1)))
    return [total - (totals[k - width] if k >= width else 0) for k, total in enumerate(totals)]
