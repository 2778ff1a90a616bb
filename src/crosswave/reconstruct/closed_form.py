"""The first engine: exact counts in closed form, where a part is figures on one base that share at most one sum.

Each count then lies in a box ``ceil(low b) <= c <= floor(high b)``, or one less at a whole upper end that is left out;
with a sum of at most (or exactly) ``b`` the bounds of each count follow from the boxes of the others. All sizes that n
can have are tried at once.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property, lru_cache
from itertools import accumulate
from typing import Any

import numpy as np
import numpy.typing as npt

from crosswave.reconstruct.arithmetic import (
    Arithmetic,
    BaseSize,
    Counts,
    IntArray,
    Mask,
    Names,
    check_people,
    sizes,
    wanted,
)
from crosswave.reconstruct.effort import CELLS, check_room, spend
from crosswave.reconstruct.power import VALUES_LISTED, Possible, Scale, all_printed, covered

BASES_LISTED = 100
"""A base whose range is at most this wide is listed value by value, so that gaps show."""

COUNTS_LISTED = 40
"""A count whose range is at most this wide is listed value by value, so that gaps show."""

_BLOCK = 2**12
"""So many sizes are tried at once; where what is looked for is often near the start, fewer at first."""

_FIRST_BLOCK = 2**7

_CELLS_A_UNIT = 2e7

_SUMS = {"exclusive": False, "exhaustive": True, "complement": True}


Tables = npt.NDArray[Any]
"""Numbers of tables: whole numbers of 64 bits, or Python's own."""


@dataclass(frozen=True, slots=True)
class Boxes:
    """Bounds of each count of a part, for every size that n can have: arrays of figures by sizes."""

    sizes: IntArray
    low: IntArray
    high: IntArray
    feasible: Mask

    def run(self, k: int) -> tuple[IntArray, IntArray, IntArray]:
        """Return the sizes on which a figure has counts, with the fewest and the most."""
        there = self.low[k] <= self.high[k]
        columns = self.sizes, self.low[k], self.high[k]
        return columns if there.all() else tuple(column[there] for column in columns)


def is_simple(part: Arithmetic) -> bool:
    """Return whether a part is figures on one base with at most one sum over all of them."""
    one_base = len({figure.base.key for figure in part.figures}) == 1 and not part.figures[0].base.answers
    sums = [link for link in part.links if link.kind in _SUMS]
    covers = all(set(link.members) == {figure.id for figure in part.figures} for link in sums)
    return one_base and len(sums) == len(part.links) <= 1 and covers


def boxes(part: Arithmetic, n: IntArray) -> Boxes:
    """Return the bounds of every count of a simple part."""
    return _boxes(part, _whole(part, n))


def _boxes(part: Arithmetic, bases: IntArray) -> Boxes:
    """The bounds of every count on some bases."""
    low, high = _printed(part, bases)
    feasible = np.asarray((low <= high).all(axis=0))
    for link in part.links:
        spare, short = bases - low.sum(axis=0), bases - high.sum(axis=0)
        feasible &= spare >= 0
        upper = np.minimum(high, low + spare)
        if _SUMS[link.kind]:
            feasible &= short <= 0
            low = np.maximum(low, high + short)
        high = upper
    return Boxes(bases, low, high, feasible)


def _relaxed(part: Arithmetic, bases: IntArray) -> Boxes:
    """What the other figures of a simple part leave to each count, its own print not looked at."""
    low, high = _printed(part, bases)
    empty = low > high
    bottom, top = np.zeros_like(low), np.broadcast_to(bases, low.shape)
    for link in part.links:
        top = np.minimum(bases, low + (bases - low.sum(axis=0)))
        if _SUMS[link.kind]:
            bottom = np.maximum(0, high + (bases - high.sum(axis=0)))
    if empty.any():
        top = np.where(empty.sum(axis=0) - empty == 0, top, -1)
    return Boxes(bases, bottom, top, np.asarray(~empty.any(axis=0)))


def _printed(part: Arithmetic, bases: IntArray) -> tuple[IntArray, IntArray]:
    """The fewest and the most that print each figure on some bases."""
    check_room(len(bases) * len(part.figures))
    low = np.array([figure.share.fewest(bases) for figure in part.figures])
    return low, np.array([figure.share.most(bases) for figure in part.figures])


def _whole(part: Arithmetic, n: IntArray) -> IntArray:
    """How many were asked, for each n."""
    base = part.figures[0].base
    return np.full_like(n, base.high) if base.low == base.high else n


@dataclass(frozen=True, slots=True)
class ClosedForm:
    """A simple part, everyone of whose base answered."""

    part: Arithmetic

    def fits(self) -> Mask:
        """Return for each size of n that print allows whether any counts exist."""
        n = sizes(self.part)
        if not _adds_up(self.part):
            return np.zeros(len(n), dtype=bool)
        return np.concatenate([boxes(self.part, block).feasible for block in _in_blocks(n)])

    def bounds(self, n: IntArray) -> dict[str, Counts]:
        """Return what each count and base can be, all sizes being feasible."""
        found = [boxes(self.part, block) for block in _in_blocks(n)]
        bases = _whole(self.part, n)
        low, high = int(bases.min()), int(bases.max())
        listed = tuple(np.unique(bases).tolist()) if high - low < BASES_LISTED else ()
        ends = [
            (min(int(box.low[k].min()) for box in found), max(int(box.high[k].max()) for box in found))
            for k in range(len(self.part.figures))
        ]
        rows = zip(self.part.figures, ends, _values(found, ends), strict=True)
        return {figure.id: Counts(*own, low, high, listed, values) for figure, own, values in rows}

    def possible(self, n: IntArray, names: Names = None) -> dict[str, Possible]:
        """Return what could have been printed in place of each figure that is a number."""
        base = self.part.figures[0].base
        return _possible(self.part, _whole(self.part, n[:1] if base.low == base.high else n), names)

    def tables(self, n: IntArray) -> tuple[Tables, bool]:
        """Return how many tables there are for each size, and whether there are more than was counted."""
        return _ways(self.part, (boxes(self.part, block) for block in _in_blocks(n))), False


@dataclass(frozen=True)
class LooseClosedForm:
    """As `ClosedForm`, the base being any part of those asked, from its floor on.

    Bounds are looked for from both ends, in blocks, until nothing farther in can be beyond them.
    """

    part: Arithmetic

    def fits(self) -> Mask:
        """Return for each size of n that print allows whether any counts exist."""
        return np.asarray(self._asked >= self._least)

    @cached_property
    def _asked(self) -> IntArray:
        return _whole(self.part, sizes(self.part))

    @cached_property
    def _least(self) -> float:
        """The smallest base that fits."""
        most = int(self._asked.max())
        return next((float(box.sizes[0]) for box in self._blocks(most, first=_FIRST_BLOCK)), math.inf)

    def bounds(self, n: IntArray) -> dict[str, Counts]:
        """Return what each count and base can be, all sizes being feasible."""
        most = int(_whole(self.part, n).max())
        (low, fewest), (high, largest) = self._lowest(most), self._highest(most)
        ends = list(zip(fewest, largest, strict=True))
        listed = high - low < BASES_LISTED
        few = listed or any(other - one < COUNTS_LISTED for one, other in ends)
        found = list(self._blocks(high, low)) if few else []
        bases = tuple(size for box in found for size in box.sizes.tolist()) if listed else ()
        rows = zip(self.part.figures, ends, _values(found, ends), strict=True)
        return {figure.id: Counts(*own, low, high, bases, values) for figure, own, values in rows}

    def possible(self, n: IntArray, names: Names = None) -> dict[str, Possible]:
        """Return what could have been printed in place of each figure that is a number."""
        tried = np.arange(self._base.floor, _whole(self.part, n).max() + 1, dtype=np.int64)
        return _possible(self.part, tried, names)

    def tables(self, n: IntArray) -> tuple[Tables, bool]:
        """Return how many tables there are for each size, and whether there are more than was counted."""
        asked = _whole(self.part, n)
        found = list(self._blocks(int(asked.max())))
        so_far = np.cumsum(np.append(np.array([0]), _ways(self.part, found)))
        return so_far[np.searchsorted(np.concatenate([box.sizes for box in found]), asked, side="right")], False

    @property
    def _base(self) -> BaseSize:
        return self.part.figures[0].base

    def fitting(self, n: IntArray) -> tuple[Arithmetic, IntArray]:
        """Return the part with its base as what n stands for, and the sizes of it that fit, up to the largest n."""
        figures = tuple(replace(figure, base=replace(figure.base, low=0)) for figure in self.part.figures)
        part = replace(self.part, figures=figures, n=(self._base.floor, self._base.high))
        found = [box.sizes for box in self._blocks(int(_whole(self.part, n).max()))]
        return part, np.concatenate(found) if found else np.array([], dtype=np.int64)

    def _lowest(self, most: int) -> tuple[int, list[int]]:
        """The smallest base that fits, and the fewest of each count on any that does."""
        fewest = [most] * len(self.part.figures)
        for box in self._blocks(most, int(self._least), first=_FIRST_BLOCK):
            fewest, last = np.minimum(fewest, box.low.min(axis=1)).tolist(), int(box.sizes[-1])
            if all(one <= f.share.fewest(last) for one, f in zip(fewest, self.part.figures, strict=True)):
                break
        return int(self._least), fewest

    def _highest(self, most: int) -> tuple[int, list[int]]:
        """The largest base that fits, and the most of each count on any that does."""
        base, largest = 0, [0] * len(self.part.figures)
        for box in self._blocks(most, int(self._least), first=_FIRST_BLOCK, down=True):
            base, first = max(base, int(box.sizes[-1])), int(box.sizes[0])
            largest = np.maximum(largest, box.high.max(axis=1)).tolist()
            if all(one >= f.share.most(first) for one, f in zip(largest, self.part.figures, strict=True)):
                break
        return base, largest

    def _blocks(self, most: int, least: int = 0, *, first: int = _BLOCK, down: bool = False) -> Iterator[Boxes]:
        """The boxes of the sizes that fit, block by block from the smallest on, or from the largest down."""
        check_people(most)
        part, low = self.part, max(least, self._base.floor)
        whole, done, block = most - low + 1 if _adds_up(part) else 0, 0, first
        while done < whole:
            if done * len(part.figures) > CELLS:
                check_room(whole * len(part.figures))
            more = min(done + block, whole)
            ends = (most + 1 - more, most + 1 - done) if down else (low + done, low + more)
            found = _fitting(part, np.arange(*ends, dtype=np.int64))
            if found.sizes.size:
                yield found
            done, block = more, min(2 * block, _BLOCK)


def _adds_up(part: Arithmetic) -> bool:
    """Whether the shares of a simple part can sum to what they have to, whatever the base."""
    low, high = (sum(getattr(figure.share, end) for figure in part.figures) for end in ("low", "high"))
    open_ = any(figure.share.high_open for figure in part.figures)
    reached = high > 1 or (high == 1 and not open_)
    return not part.links or (low <= 1 and (reached or not _SUMS[part.links[0].kind]))


def _fitting(part: Arithmetic, bases: IntArray) -> Boxes:
    """The boxes of those sizes that fit; each figure in turn is looked at on the sizes that print those before it."""
    for figure in part.figures:
        if bases.size and not figure.share.on_every(int(bases[0])):
            spend(bases.size / 1e8)
            bases = bases[figure.share.fewest(bases) <= figure.share.most(bases)]
    box = _boxes(part, bases)
    there = box.feasible
    return box if there.all() else Boxes(box.sizes[there], box.low[:, there], box.high[:, there], there[there])


def _possible(part: Arithmetic, bases: IntArray, names: Names) -> dict[str, Possible]:
    """What could have been printed in place of each figure on any of some bases."""
    found, chosen = {}, wanted(part, names)
    if len(part.figures) == 1 and chosen and int(bases[-1] - bases[0]) + 1 == len(bases):
        scale, ends = Scale.of(part.figures[0].decimals or 0, part.rounding), (int(bases[0]), int(bases[-1]))
        return {part.figures[0].id: Possible(scale, all_printed(scale, *ends), *ends)}
    scales = {k: Scale.of(f.decimals or 0, part.rounding) for k, f in enumerate(part.figures) if f.id in chosen}
    for one in scales.values():
        spend(len(bases) / (_CELLS_A_UNIT if one.steps <= VALUES_LISTED else 1e6))
    if reached := _reached(part, bases, scales):
        return reached
    relaxed = [_relaxed(part, block) for block in _in_blocks(bases)]
    for k, figure in enumerate(part.figures):
        if k in scales:
            runs = [box.run(k) for box in relaxed]
            there = [run[0] for run in runs if run[0].size]
            low, high = min(int(one.min()) for one in there), max(int(one.max()) for one in there)
            found[figure.id] = Possible(scales[k], scales[k].values_of(runs), low, high)
    return found


def _reached(part: Arithmetic, bases: IntArray, scales: Mapping[int, Scale]) -> dict[str, Possible] | None:
    """`_possible` where each figure prints one value on every base, and so all between two ends; None if it may not.

    What the others leave of a base is at least its share without their highest ones and at most that without their
    lowest ones, but for less than a count for each of them. No base is looked at once these shares are reached.
    """
    fewest, shares, open_ends = int(bases[0]), [figure.share for figure in part.figures], {}
    spare = Fraction(len(shares) - 1, fewest)
    for k, scale in scales.items():
        low, high = (sum(ends, -ends[k]) for ends in ([one.low for one in shares], [one.high for one in shares]))
        least = 1 - high if part.links and _SUMS[part.links[0].kind] else Fraction(0)
        most = 1 - low if part.links else Fraction(1)
        inner = scale.printed(max(least + spare, Fraction(0)))[0], scale.printed(most - spare)[1]
        if most < spare or inner[0] > inner[1] or not fewest >= scale.steps <= VALUES_LISTED:
            return None
        open_ends[k] = scale.printed(max(least, Fraction(0)))[0], scale.printed(min(most, Fraction(1)))[1]
    if not all(share.on_every(fewest) for share in shares):
        return None
    found = {k: (scale.steps, 0) for k, scale in scales.items()}
    for block in _in_blocks(bases, _FIRST_BLOCK):
        box = _relaxed(part, block)
        for k in [k for k, ends in open_ends.items() if ends != found[k]]:
            first, last = scales[k].first(block, box.low[k]), scales[k].last(block, box.high[k])
            found[k] = min(found[k][0], int(first.min())), max(found[k][1], int(last.max()))
        if found == open_ends:
            break
    bits = {k: (1 << last + 1) - (1 << first) for k, (first, last) in found.items()}
    return {part.figures[k].id: Possible(scales[k], bits[k], fewest, int(bases[-1])) for k in scales}


def _ways(part: Arithmetic, found: Iterable[Boxes]) -> Tables:
    """The number of tables for each size; where widths and what is left to share out are the same it is the same."""
    ways, known = list[Tables](), dict[tuple[int, ...], int]()
    exact = bool(part.links) and _SUMS[part.links[0].kind]
    for box in found:
        widths = box.high - box.low
        if not part.links:
            ways.append(_whole_numbers([math.prod(width + 1 for width in of_size) for of_size in widths.T.tolist()]))
            continue
        spare = np.clip(box.sizes - box.low.sum(axis=0), -1, widths.sum(axis=0) + 1)  # beyond these nothing changes
        different, places = _columns(np.vstack((widths, spare)))
        for *width, left in different:
            if (*width, left) not in known:
                spend(len(width) * min(max(left, 0), sum(width)) / 1e6)
                known[*width, left] = _points(tuple(sorted(width)), left, exact)
        ways.append(_whole_numbers([known[*column] for column in different])[places])
    return np.concatenate(ways)


def _whole_numbers(found: list[int]) -> Tables:
    """Numbers of any length as an array, in 64 bits where a million of them add up to no more."""
    return np.array(found, dtype=np.int64 if max(found, default=0) < 2**43 else object)


@lru_cache(maxsize=2**14)
def _points(widths: tuple[int, ...], total: int, exact: bool) -> int:
    """The number of points, found once for widths in any order."""
    return points(widths, total, exact=exact)


def _values(found: Sequence[Boxes], ends: Sequence[tuple[int, int]]) -> Iterator[tuple[int, ...]]:
    """Every value of each count, nothing where its range is too wide to be listed."""
    for k, (fewest, most) in enumerate(ends):
        if most - fewest < COUNTS_LISTED:
            there = covered([(box.low[k], box.high[k]) for box in found], fewest, most)
            yield tuple((np.flatnonzero(there) + fewest).tolist())
        else:
            yield ()


def _in_blocks(n: IntArray, block: int = _BLOCK) -> Iterator[IntArray]:
    """Sizes some at a time, so that the tables of their counts stay small: memory is slower than the arithmetic."""
    start = 0
    while start < len(n):
        yield n[start : start + block]
        start, block = start + block, min(2 * block, _BLOCK)


def _columns(table: IntArray) -> tuple[list[list[int]], IntArray]:
    """The different columns of a table of whole numbers, and for each of its columns which of them it is."""
    least, lengths = table.min(axis=1, keepdims=True), np.ptp(table, axis=1) + 1
    possible = math.prod(lengths.tolist())
    if possible >= 2**63:
        columns, places = np.unique(table.T, axis=0, return_inverse=True)
        return columns.tolist(), np.asarray(places.ravel())
    keys = np.ravel_multi_index(tuple(table - least), tuple(lengths))
    if possible <= 8 * table.shape[1]:
        seen = np.bincount(keys, minlength=possible) > 0
        different, places = np.flatnonzero(seen), (np.cumsum(seen) - 1)[keys]
    else:
        different, places = np.unique(keys, return_inverse=True)
    return (np.transpose(np.unravel_index(different, tuple(lengths))) + least.T).tolist(), np.asarray(places)


def points(widths: Sequence[int], total: int, *, exact: bool) -> int:
    """Return the number of integer points ``0 <= x_k <= widths[k]`` whose sum is, or is at most, a total.

    Parameters
    ----------
    widths : sequence of int, largest value of each coordinate
    total, exact
        The sum, and whether it must be reached.

    Notes
    -----
    The generating function is the product of ``1 + z + ... + z^w``; each factor is a running sum less the same sum
    ``w + 1`` places before. Integers are exact at any size.

    Examples
    --------
    Two dice numbered from 0 to 5 sum to 5 in six ways, and to at most 5 in 21:

    >>> points([5, 5], 5, exact=True), points([5, 5], 5, exact=False)
    (6, 21)
    """
    if total < 0 or (exact and total > sum(widths)):
        return 0
    if not exact and total >= sum(widths):
        return math.prod(width + 1 for width in widths)
    ways = [1]
    for width in widths:
        longer = ways + [0] * min(width, total + 1 - len(ways))
        sums = list(accumulate(longer))
        ways = [s - (sums[k - width - 1] if k > width else 0) for k, s in enumerate(sums)]
    return (ways[total] if total < len(ways) else 0) if exact else sum(ways[: total + 1])
