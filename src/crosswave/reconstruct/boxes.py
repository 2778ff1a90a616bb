"""Exact bounds without a solver, where a part is figures on one base that share at most one sum.

Each count then lies in a box ``ceil(low b) <= c <= floor(high b)``, or one less at a whole upper end that is left out;
with a sum of at most (or exactly) ``b`` the bounds of each count follow from the boxes of the others. All sizes that n
can have are tried at once.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from crosswave.reconstruct.arithmetic import Arithmetic
from crosswave.reconstruct.effort import check_room

IntArray = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

_SUMS = {"exclusive": False, "exhaustive": True, "complement": True}


@dataclass(frozen=True, slots=True)
class Boxes:
    """Bounds of each count of a part, for every size that n can have."""

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
    sizes, low, high = _ends(part, n)
    feasible = np.asarray((low <= high).all(axis=0))
    for link in part.links:
        low, high, fits = _within_sum(low, high, sizes, exact=_SUMS[link.kind])
        feasible &= fits
    return Boxes(sizes, low, high, feasible)


def relaxed(part: Arithmetic, n: IntArray) -> Boxes:
    """Return what the other figures of a simple part leave to each count, its own print not looked at."""
    sizes, low, high = _ends(part, n)
    empty = low > high
    others_fit = empty.sum(axis=0) - empty == 0
    bottom, top = np.zeros_like(low), np.broadcast_to(sizes, low.shape)
    for link in part.links:
        top = np.minimum(top, sizes - (low.sum(axis=0) - low))
        if _SUMS[link.kind]:
            bottom = np.maximum(bottom, sizes - (high.sum(axis=0) - high))
    return Boxes(sizes, bottom, np.where(others_fit, top, -1), np.asarray(others_fit.all(axis=0)))


def _ends(part: Arithmetic, n: IntArray) -> tuple[IntArray, IntArray, IntArray]:
    """The base for each n, and the fewest and the most that print each figure on it."""
    base = part.figures[0].base
    check_room(len(n) * len(part.figures))
    sizes = np.full_like(n, base.high) if base.low == base.high else n
    low = np.array([figure.ends.fewest(sizes) for figure in part.figures])
    high = np.array([figure.ends.most(sizes) for figure in part.figures])
    return sizes, low, high


def _within_sum(low: IntArray, high: IntArray, sizes: IntArray, *, exact: bool) -> tuple[IntArray, IntArray, Mask]:
    others_low, others_high = low.sum(axis=0) - low, high.sum(axis=0) - high
    fits = low.sum(axis=0) <= sizes
    upper = np.minimum(high, sizes - others_low)
    if not exact:
        return low, upper, np.asarray(fits)
    fits &= high.sum(axis=0) >= sizes
    return np.maximum(low, sizes - others_high), upper, np.asarray(fits)
