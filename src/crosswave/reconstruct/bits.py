"""Sets of whole numbers from 0 upwards as the bits of one integer: sums of sets are shifts."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt


def between(low: int, high: int) -> int:
    """Return the numbers from low to high, both included; none if low is above high.

    Examples
    --------
    >>> list(members(between(2, 4)))
    [2, 3, 4]
    """
    low = max(low, 0)
    return ((1 << (high - low + 1)) - 1) << low if high >= low else 0


def from_mask(mask: npt.NDArray[np.bool_]) -> int:
    """Return the places of an array that are true.

    Examples
    --------
    >>> list(members(from_mask(np.array([True, False, True]))))
    [0, 2]
    """
    return int.from_bytes(np.packbits(mask, bitorder="little").tobytes(), "little")


def members(bits: int) -> Iterator[int]:
    """Yield the numbers of a set in ascending order."""
    while bits:
        lowest = bits & -bits
        yield lowest.bit_length() - 1
        bits ^= lowest


def ends(bits: int) -> tuple[int, int]:
    """Return the least and the greatest number of a set that is not empty."""
    return (bits & -bits).bit_length() - 1, bits.bit_length() - 1


def runs(bits: int) -> Iterator[tuple[int, int]]:
    """Yield the ends of every run of numbers that follow each other.

    Examples
    --------
    >>> list(runs(0b1110010))
    [(1, 1), (4, 6)]
    """
    while bits:
        low = (bits & -bits).bit_length() - 1
        rest = bits >> low
        length = (~rest & (rest + 1)).bit_length() - 1
        yield low, low + length - 1
        bits = (rest >> length) << (low + length)


def sums(one: int, other: int) -> int:
    """Return every sum of a number of one set and a number of the other.

    Examples
    --------
    >>> list(members(sums(between(2, 3), 0b10010)))
    [3, 4, 6, 7]
    """
    if not one or not other:
        return 0
    if _width(one) == one.bit_count():
        one, other = other, one
    low, high = ends(other)
    if high - low + 1 == other.bit_count():
        return _widened(one, high - low) << low
    found = 0
    for number in members(other):
        found |= one << number
    return found


def rests(totals: int, taken: int) -> int:
    """Return every number that makes one of the totals with one of the numbers taken.

    Examples
    --------
    >>> list(members(rests(0b100000, between(1, 2))))
    [3, 4]
    """
    if not totals or not taken:
        return 0
    low, high = ends(taken)
    if high - low + 1 == taken.bit_count():  # t - [low, high] is t - high + [0, high - low], cut at zero
        return _widened(totals, high - low) >> high
    found = 0
    for number in members(taken):
        found |= totals >> number
    return found


def _width(bits: int) -> int:
    low, high = ends(bits)
    return high - low + 1


def _widened(bits: int, by: int) -> int:
    """Every number of a set plus 0, 1 ... by, in a number of shifts that is logarithmic in ``by``."""
    done = 0
    while done < by:
        step = min(done + 1, by - done)
        bits |= bits << step
        done += step
    return bits
