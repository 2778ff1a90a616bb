"""What a printed figure could have failed: the values of as many decimals that no counts could have printed."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextvars import Context
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache, reduce
from operator import or_
from typing import NamedTuple

import numpy as np

from crosswave.printed.intervals import Shares, Whole, shares_around
from crosswave.reconstruct.arithmetic import Figure, IntArray, Mask
from crosswave.reconstruct.effort import spend

VALUES_LISTED = 1_000_000
"""A scale of at most so many values (four decimals) is looked at value by value; of a longer one counts are."""

COUNTS_TRIED = 100_000
"""Counts on several bases that are turned into values one by one; those on one base are counted in closed form."""

_CELLS_AT_ONCE = 1_000_000


class Run(NamedTuple):
    """The counts from a lowest to a highest one, on a base of at least as many."""

    base: int
    low: int
    high: int


RunArrays = tuple[IntArray, IntArray, IntArray]
"""The bases, the lowest and the highest counts of many runs."""

Values = int | frozenset[Run] | None
"""The values as bits; on a long scale the counts behind them in their place; None where those are too many."""


@dataclass(frozen=True, slots=True)
class Scale:
    """The values 0, 1 ... up to 100 % in steps of the last decimal, and how the printer gets to one of them."""

    steps: int
    rounding: str

    @classmethod
    def of(cls, decimals: int, rounding: str) -> Scale:
        """Return the scale of a percentage with so many decimals."""
        return cls(100 * 10**decimals, rounding)

    def shares(self, value: int) -> Shares:
        """Return the shares that print as a value."""
        return shares_around(Fraction(value, self.steps), Fraction(1, self.steps), self.rounding)

    def values(self, runs: Sequence[Run]) -> Values:
        """Return which values the counts of some runs print."""
        return from_mask(self.mask(runs)) if self.steps <= VALUES_LISTED else self.few(runs)

    def values_of(self, runs: Sequence[RunArrays]) -> Values:
        """Return which values the counts of many runs print."""
        if self.steps <= VALUES_LISTED:
            return from_mask(self.mask_of(runs))
        return self.few([Run(*run) for arrays in runs for run in np.transpose(arrays).tolist()])

    def mask(self, runs: Sequence[Run]) -> Mask:
        """Return for each value whether a count of any run prints it; the scale has to be short."""
        base, low, high = np.array(runs, dtype=np.int64).reshape(-1, 3).T
        return self.mask_of([(base, low, high)])

    def mask_of(self, runs: Sequence[RunArrays]) -> Mask:
        """Return for each value whether a count of any run prints it; the scale has to be short.

        Notes
        -----
        On a base of at least as many as there are steps, neighbouring counts print as one value or as neighbours, so
        that a run prints everything between its ends. On a smaller one each count is turned into its value; once few
        values are missing, these are looked at.
        """
        found, some_large, some_small = np.zeros(self.steps + 1, dtype=bool), [], []
        for base, low, high in runs:
            if (large := base >= self.steps).any():
                columns = (base, low, high) if large.all() else (base[large], low[large], high[large])
                some_large.append((self.first(*columns[:2]), self.last(columns[0], columns[2])))
            if not large.all():
                some_small.append(np.column_stack((base, low, high))[~large])
        if some_large:
            least, most = min(int(one.min()) for one, _ in some_large), max(int(one.max()) for _, one in some_large)
            found[least : most + 1] = covered(some_large, least, most)
        if not some_small:
            return found
        small = np.concatenate(some_small)[::-1]  # the largest bases print the most
        base, low, high = small.T
        least, most = int(self.first(base, low).min()), int(self.last(base, high).max())
        at_once = max(1, _CELLS_AT_ONCE // int((high - low).max() + 1))
        for some in np.split(small, range(at_once, len(small), at_once)):
            open_, widths = np.flatnonzero(~found[least : most + 1]) + least, some[:, 2] - some[:, 1] + 1
            spend(min(open_.size * len(some), int(widths.sum())) / 1e8)
            if open_.size * len(some) <= widths.sum():
                found[open_[self._meets(open_, some)]] = True
                continue
            bases = np.repeat(some[:, 0], widths)
            counts = np.arange(len(bases)) + np.repeat(some[:, 1] - (np.cumsum(widths) - widths), widths)
            found[self.first(bases, counts)] = found[self.last(bases, counts)] = True
        return found

    def count(self, runs: Sequence[Run]) -> int | None:
        """Return how many values the counts of some runs print; None where that is too long to be found out."""
        if self.steps <= VALUES_LISTED:
            return int(self.mask(runs).sum())
        few = self.few(runs)
        return None if few is None else self.number(few)

    def few(self, runs: Collection[Run]) -> frozenset[Run] | None:
        """Return runs whose values `number` can count; None where they are too many."""
        different = frozenset(runs)
        everything = Run(self.steps, 0, self.steps)
        if any(run.base >= self.steps and (run.low, run.high) == (0, run.base) for run in different):
            return frozenset({everything})
        counts = sum(run.high - run.low + 1 for run in different if run.base < self.steps)
        return different if len(different) <= 1 or max(counts, len(different)) <= COUNTS_TRIED else None

    def number(self, runs: Collection[Run]) -> int:
        """Return how many values the counts of some runs print."""
        if len(runs) == 1 and (run := next(iter(runs))).base < self.steps:
            return run.high - run.low + 1 + self._ties(run)
        ends = []
        for base, low, high in runs:
            pieces = [(low, high)] if base >= self.steps else [(count, count) for count in range(low, high + 1)]
            ends += [(self.first(base, lowest), self.last(base, highest)) for lowest, highest in pieces]
        total, reached = 0, -1
        for first, last in sorted(ends):
            total += max(last - max(first - 1, reached), 0)
            reached = max(reached, last)
        return total

    def first(self, base: Whole, count: Whole) -> Whole:
        """Return the lowest value as which a count of a base prints: of two that are equally near the lower."""
        if self.rounding == "truncated":
            return count * self.steps // base
        return -(-(2 * count * self.steps - base) // (2 * base))

    def last(self, base: Whole, count: Whole) -> Whole:
        """Return the highest value as which a count of a base prints: of two that are equally near the higher."""
        if self.rounding == "truncated":
            return count * self.steps // base
        return (2 * count * self.steps + base) // (2 * base)

    def printed(self, share: Fraction) -> tuple[int, int]:
        """Return the lowest and the highest value as which a share prints."""
        return self.first(share.denominator, share.numerator), self.last(share.denominator, share.numerator)

    def _meets(self, values: IntArray, runs: IntArray) -> Mask:
        """For each value whether a count of any run prints it: no product has more than 14 digits."""
        base, low, high = (column[:, None] for column in runs.T)
        below, above = _HALVES[self.rounding]
        first = -(-(2 * values - below) * base // (2 * self.steps))
        last = ((2 * values + above) * base - (self.rounding == "truncated")) // (2 * self.steps)
        return np.asarray((np.maximum(first, low) <= np.minimum(last, high)).any(axis=0))

    def _ties(self, run: Run) -> int:
        """The counts of a run half way between two values: those c with 2 c s = b modulo 2 b."""
        divisor = 2 * math.gcd(self.steps, run.base)
        if self.rounding == "truncated" or run.base % divisor:
            return 0
        period = 2 * run.base // divisor
        start = run.base // divisor * pow(2 * self.steps // divisor, -1, period) % period
        return (run.high - start) // period - (run.low - 1 - start) // period


_HALVES = {"nearest": (1, 1), "truncated": (0, 2)}
"""How many half steps below and above a value still print as it."""


def covered(ends: Iterable[tuple[IntArray, IntArray]], least: int, most: int) -> Mask:
    """Return for each number from a least to a most whether it lies between any two of some ends, both included."""
    change = np.zeros(most - least + 2, dtype=np.int64)
    for low, high in ends:
        change += np.bincount(low - least, minlength=change.size)
        change -= np.bincount(high + 1 - least, minlength=change.size)
    return np.asarray(np.cumsum(change[:-1]) > 0)


def from_mask(mask: Mask) -> int:
    """Return the places of an array that are true, as the bits of an integer.

    Examples
    --------
    >>> list(members(from_mask(np.array([True, False, True]))))
    [0, 2]
    """
    return int.from_bytes(np.packbits(mask, bitorder="little").tobytes(), "little")


def members(bits: int) -> Iterator[int]:
    """Yield the places of the bits of an integer in ascending order."""
    while bits:
        lowest = bits & -bits
        yield lowest.bit_length() - 1
        bits ^= lowest


@dataclass(frozen=True, slots=True)
class Possible:
    """Which values could have been printed in place of a figure, all other figures unchanged."""

    scale: Scale
    values: Values
    base_low: int
    base_high: int


@lru_cache(maxsize=256)
def _all_of(scale: Scale, low: int, high: int) -> Values:
    bases = np.arange(low, high + 1)
    return Context().run(scale.values_of, [(bases, np.zeros_like(bases), bases)])  # its work is counted by who asks


def all_printed(scale: Scale, low: int, high: int) -> Values:
    """Return which values all counts of the bases from a lowest to a highest one print: many figures have the same."""
    spend((high - low + 1 + min(scale.steps, VALUES_LISTED)) / 2e7)
    return _all_of(scale, low, high)


def unlimited(figure: Figure, rounding: str) -> Possible:
    """Return what could be in place of a figure whose base is not known: everything prints on some base."""
    scale = Scale.of(figure.decimals or 0, rounding)
    return Possible(scale, scale.values([Run(scale.steps, 0, scale.steps)]), 1, scale.steps)


def joint_power(readings: Iterable[Possible]) -> float | None:
    """Return the share of printable values that no reading could have printed; None where it was not counted.

    Parameters
    ----------
    readings
        One figure under each reading; at least one.
    """
    different = list(readings)
    scales, found = {one.scale for one in different}, [one.values for one in different]
    bits = [values for values in found if isinstance(values, int)]
    listed = [values for values in found if isinstance(values, frozenset)]
    scale = different[0].scale
    if len(bits) == len(found):
        return 1 - reduce(or_, bits).bit_count() / (scale.steps + 1)
    few = scale.few(frozenset().union(*listed)) if len(listed) == len(found) and len(scales) == 1 else None
    return None if few is None else 1 - scale.number(few) / (scale.steps + 1)


def alone_power(bases: Iterable[int], decimals: int, rounding: str = "nearest") -> float | None:
    """Return the share of printable percentages that no count on any of the bases prints; None if not counted.

    Parameters
    ----------
    bases : iterable of int, sizes that the base can have
    decimals : int, of the percentage
    rounding : {"nearest", "truncated"}

    Examples
    --------
    Half of the whole percentages cannot come from 50 answers, none is impossible with 100:

    >>> round(alone_power((50,), 0), 3), alone_power((100,), 0)
    (0.495, 0.0)

    References
    ----------
    Brown and Heathers 2017, Social Psychological and Personality Science 8(4), doi:10.1177/1948550616673876.
    """
    scale, sizes = Scale.of(decimals, rounding), set(bases)
    if max(sizes) >= scale.steps:
        return 0.0
    values = all_printed(scale, min(sizes), max(sizes)) if max(sizes) - min(sizes) < len(sizes) else None
    if isinstance(values, int):
        return 1 - values.bit_count() / (scale.steps + 1)
    found = scale.count([Run(size, 0, size) for size in sizes])
    return None if found is None else 1 - found / (scale.steps + 1)
