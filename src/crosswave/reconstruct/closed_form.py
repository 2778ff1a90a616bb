"""The first engine: exact counts in closed form, where a part is figures on one base that share at most one sum.

Each count then lies in a box ``ceil(low b) <= c <= floor(high b)``, or one less at a whole upper end that is left out;
with a sum of at most (or exactly) ``b`` the bounds of each count follow from the boxes of the others. All sizes that n
can have are tried at once.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

import numpy as np

from crosswave.reconstruct.arithmetic import Arithmetic, Counts, IntArray, Mask, Names, sizes, wanted
from crosswave.reconstruct.effort import check_room, spend
from crosswave.reconstruct.power import Possible, Run, Scale

BASES_LISTED = 100
"""A base whose range is at most this wide is listed value by value, so that gaps show."""

COUNTS_LISTED = 40
"""A count whose range is at most this wide is listed value by value, so that gaps show."""

_SUMS = {"exclusive": False, "exhaustive": True, "complement": True}


@dataclass(frozen=True, slots=True)
class Boxes:
    """Bounds of each count of a part, for every size that n can have: arrays of figures by sizes."""

    sizes: IntArray
    low: IntArray
    high: IntArray
    feasible: Mask


def is_simple(part: Arithmetic) -> bool:
    """Return whether a part is figures on one base with at most one sum over all of them."""
    one_base = len({figure.base.key for figure in part.figures}) == 1 and not part.figures[0].base.answers
    sums = [link for link in part.links if link.kind in _SUMS]
    covers = all(set(link.members) == {figure.id for figure in part.figures} for link in sums)
    return one_base and len(sums) == len(part.links) <= 1 and covers


def boxes(part: Arithmetic, n: IntArray) -> Boxes:
    """Return the bounds of every count of a simple part."""
    bases, low, high = _printed(part, n)
    feasible = np.asarray((low <= high).all(axis=0))
    for link in part.links:
        total_low, total_high = low.sum(axis=0), high.sum(axis=0)
        feasible &= total_low <= bases
        upper = np.minimum(high, bases - (total_low - low))
        if _SUMS[link.kind]:
            feasible &= total_high >= bases
            low = np.maximum(low, bases - (total_high - high))
        high = upper
    return Boxes(bases, low, high, feasible)


def _relaxed(part: Arithmetic, n: IntArray) -> Boxes:
    """What the other figures of a simple part leave to each count, its own print not looked at."""
    bases, low, high = _printed(part, n)
    empty = low > high
    others_fit = empty.sum(axis=0) - empty == 0
    bottom, top = np.zeros_like(low), np.broadcast_to(bases, low.shape)
    for link in part.links:
        top = np.minimum(top, bases - (low.sum(axis=0) - low))
        if _SUMS[link.kind]:
            bottom = np.maximum(bottom, bases - (high.sum(axis=0) - high))
    return Boxes(bases, bottom, np.where(others_fit, top, -1), np.asarray(others_fit.all(axis=0)))


def _printed(part: Arithmetic, n: IntArray) -> tuple[IntArray, IntArray, IntArray]:
    """The base for each n, and the fewest and the most that print each figure on it."""
    check_room(len(n) * len(part.figures))
    bases = _whole(part, n)
    low = np.array([figure.share.fewest(bases) for figure in part.figures])
    return bases, low, np.array([figure.share.most(bases) for figure in part.figures])


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
        return boxes(self.part, sizes(self.part)).feasible

    def bounds(self, n: IntArray) -> dict[str, Counts]:
        """Return what each count and base can be, all sizes being feasible."""
        box = boxes(self.part, n)
        bases = np.unique(box.sizes)
        low, high = int(bases[0]), int(bases[-1])
        listed = tuple(bases.tolist()) if high - low < BASES_LISTED else ()
        found = {}
        for figure, lows, highs in zip(self.part.figures, box.low, box.high, strict=True):
            fewest, most, ends = int(lows.min()), int(highs.max()), zip(lows.tolist(), highs.tolist(), strict=True)
            few = set(ends) if most - fewest < COUNTS_LISTED else ()
            values = sorted({value for one, other in few for value in range(one, other + 1)})
            found[figure.id] = Counts(fewest, most, low, high, listed, tuple(values))
        return found

    def possible(self, n: IntArray, names: Names = None) -> dict[str, Possible]:
        """Return what could have been printed in place of each figure that is a number."""
        base, chosen = self.part.figures[0].base, wanted(self.part, names)
        tried = n[:1] if base.low == base.high else n
        spend(len(tried) * len(chosen) / 1e6)
        box = _relaxed(self.part, tried)
        found = {}
        for k, figure in enumerate(self.part.figures):
            if figure.id in chosen:
                there = box.low[k] <= box.high[k]
                columns = (box.sizes[there].tolist(), box.low[k][there].tolist(), box.high[k][there].tolist())
                scale = Scale.of(figure.decimals or 0, self.part.rounding)
                values = scale.values([Run(*case) for case in zip(*columns, strict=True)])
                found[figure.id] = Possible(scale, values, min(columns[0]), max(columns[0]))
        return found

    def tables(self, n: IntArray) -> tuple[list[int], bool]:
        """Return how many tables there are for each size, and whether there are more than was counted."""
        box = boxes(self.part, n)
        widths = (box.high - box.low).T.tolist()
        if not self.part.links:
            return [math.prod(width + 1 for width in of_size) for of_size in widths], False
        exact = self.part.links[0].kind != "exclusive"
        spare = (box.sizes - box.low.sum(axis=0)).tolist()
        for width, left in zip(widths, spare, strict=True):
            spend(len(width) * min(max(left, 0), sum(width)) / 1e6)
        return [points(width, left, exact=exact) for width, left in zip(widths, spare, strict=True)], False


@dataclass(frozen=True, slots=True)
class LooseClosedForm:
    """As `ClosedForm`, the base being any part of those asked: every size from its floor to n is tried as the base."""

    part: Arithmetic

    def fits(self) -> Mask:
        n = sizes(self.part)
        fitting = self._up_to(n)
        return np.asarray(_whole(self.part, n) >= (fitting[0] if fitting.size else np.inf))

    def bounds(self, n: IntArray) -> dict[str, Counts]:
        return self._tried().bounds(self._up_to(n))

    def possible(self, n: IntArray, names: Names = None) -> dict[str, Possible]:
        floor = self.part.figures[0].base.floor
        return self._tried().possible(np.arange(floor, _whole(self.part, n).max() + 1, dtype=np.int64), names)

    def tables(self, n: IntArray) -> tuple[list[int], bool]:
        bases = self._up_to(n)
        ways = list(accumulate(self._tried().tables(bases)[0], initial=0))
        return [ways[k] for k in np.searchsorted(bases, _whole(self.part, n), side="right").tolist()], False

    def fitting(self, n: IntArray) -> tuple[Arithmetic, IntArray]:
        """Return the part with its base as what n stands for, and the sizes of it that fit, up to the largest n."""
        return self._tried().part, self._up_to(n)

    def _tried(self) -> ClosedForm:
        """The part with its base as what n stands for."""
        base = self.part.figures[0].base
        ranged = (replace(f, base=replace(f.base, low=0)) for f in self.part.figures)
        return ClosedForm(replace(self.part, figures=tuple(ranged), n=(base.floor, base.high)))

    def _up_to(self, n: IntArray) -> IntArray:
        """The sizes that fit, up to the largest that was asked."""
        tried = self._tried()
        fitting = sizes(tried.part)[tried.fits()]
        return np.asarray(fitting[fitting <= _whole(self.part, n).max()])


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
