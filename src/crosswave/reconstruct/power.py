"""What a printed figure could have failed: the values with the same decimals that no counts could have printed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from crosswave.printed.ends import Ends
from crosswave.reconstruct.arithmetic import Arithmetic, Figure
from crosswave.reconstruct.bits import runs
from crosswave.reconstruct.boxes import IntArray, Mask, relaxed
from crosswave.reconstruct.model import Model, elements


@dataclass(frozen=True, slots=True)
class Possible:
    """Which values could have been printed in place of a figure, all other figures standing as they are.

    Parameters
    ----------
    values : tuple of bool
        For each printable value from 0 up to 100 %, in steps of its last decimal.
    base_low, base_high : int
        Sizes that its base can have before it is looked at.
    """

    values: tuple[bool, ...]
    base_low: int
    base_high: int


def unlimited(figure: Figure) -> Possible:
    """Return what could stand in place of a figure whose base is not known: everything prints on some base.

    Parameters
    ----------
    figure : Figure
        Printed as a number or in words.
    """
    steps = 100 * 10 ** (figure.decimals or 0)
    return Possible((True,) * (steps + 1), 1, steps)


def joint_power(readings: Iterable[Possible]) -> float:
    """Return the share of printable values that no reading could have printed.

    Parameters
    ----------
    readings : iterable of Possible
        One figure under each reading; at least one.
    """
    return float(1 - np.logical_or.reduce([possible.values for possible in readings]).mean())


def alone_power(bases: Iterable[int], decimals: int, rounding: str = "nearest") -> float:
    """Return the share of printable percentages that no count on any of the bases prints.

    Parameters
    ----------
    bases : iterable of int
        Sizes that the base can have.
    decimals : int
        Decimals of the percentage.
    rounding : {"nearest", "truncated"}
        How the printer got to the digits.

    Examples
    --------
    Half of the whole percentages cannot come from 50 answers, none is impossible with 100:

    >>> round(alone_power((50,), 0), 3), alone_power((100,), 0)
    (0.495, 0.0)

    References
    ----------
    Brown and Heathers 2017, Social Psychological and Personality Science 8(4), doi:10.1177/1948550616673876.
    """
    return float(1 - np.mean(printable(bases, decimals, rounding)))


def printable(bases: Iterable[int], decimals: int, rounding: str) -> tuple[bool, ...]:
    """Return for each value from 0 up to 100 % whether a count on any of the bases prints it.

    Parameters
    ----------
    bases : iterable of int
        Sizes, each at least 1.
    decimals : int
        Decimals of the percentage.
    rounding : {"nearest", "truncated"}
        How the printer got to the digits.
    """
    scale, sizes = _Scale.of(decimals, rounding), set(bases)
    if any(size >= scale.whole // 2 for size in sizes):
        return (True,) * len(scale.lower)
    fits = [scale.meets(size, (0, size)) for size in sizes]
    return tuple(np.logical_or.reduce(fits).tolist())


@dataclass(frozen=True, slots=True)
class _Scale:
    """The interval of each printable value in half steps, and how many half steps make 100 %."""

    lower: IntArray
    upper: IntArray
    upper_open: Mask
    whole: int

    @classmethod
    def of(cls, decimals: int, rounding: str) -> _Scale:
        steps: int = 100 * 10**decimals
        below, above = {"nearest": (1, 1), "truncated": (0, 2)}[rounding]
        halves = 2 * np.arange(steps + 1, dtype=np.int64)
        upper_open = (halves < 2 * steps) & (rounding == "truncated")
        return cls(np.maximum(halves - below, 0), np.minimum(halves + above, 2 * steps), upper_open, 2 * steps)

    def meets(self, base: int, counts: tuple[int, int]) -> Mask:
        """For each interval whether a count between two ends prints in it."""
        first, last = -(-self.lower * base // self.whole), (self.upper * base - self.upper_open) // self.whole
        return np.asarray(np.maximum(first, counts[0]) <= np.minimum(last, counts[1]))

    def ends(self) -> list[Ends]:
        """The ends of each interval as shares."""
        columns = zip(self.lower.tolist(), self.upper.tolist(), self.upper_open.tolist(), strict=True)
        return [Ends(Fraction(low, self.whole), Fraction(high, self.whole), open_) for low, high, open_ in columns]


def possible_in_boxes(part: Arithmetic, n: IntArray) -> dict[str, Possible]:
    """Return what could stand in place of each figure of a part that `boxes` bounds.

    Parameters
    ----------
    part : Arithmetic
        For which `crosswave.reconstruct.boxes.is_simple` holds.
    n : array of int, shape (sizes,)
        The sizes that n can have.
    """
    box = relaxed(part, n)
    found = {}
    for k, figure in enumerate(part.figures):
        if figure.decimals is None:
            continue
        cases = zip(box.sizes, box.low[k], box.high[k], strict=True)
        places = {(int(size), int(low), int(high)) for size, low, high in cases if low <= high}
        values = _any_case(places, figure.decimals, part.rounding)
        sizes = [size for size, _, _ in places]
        found[figure.id] = Possible(tuple(values.tolist()), min(sizes), max(sizes))
    return found


def _any_case(places: Iterable[tuple[int, int, int]], decimals: int, rounding: str) -> Mask:
    scale = _Scale.of(decimals, rounding)
    values = np.zeros(len(scale.lower), dtype=bool)
    for size, low, high in places:
        values |= scale.meets(size, (low, high))
        if values.all():
            break
    return values


def possible_in_model(part: Arithmetic, n: IntArray) -> dict[str, Possible]:
    """Return what could stand in place of each figure of a part that needs a solver, value by value.

    Parameters
    ----------
    part : Arithmetic
        Figures that share unknown numbers.
    n : array of int, shape (sizes,)
        The sizes that n can have.
    """
    return {f.id: _one_in_model(part, f, n) for f in part.figures if f.decimals is not None}


def possible_in_places(figure: Figure, places: Mapping[int, int], rounding: str) -> Possible:
    """Return what could stand in place of a figure, from the counts that are left to it on each base.

    Parameters
    ----------
    figure : Figure
        Printed as a number.
    places : mapping of int to int
        For each base the counts, as bits; at least one base.
    rounding : {"nearest", "truncated"}
        How the printer got to the digits.
    """
    scale = _Scale.of(figure.decimals or 0, rounding)
    values = np.zeros(len(scale.lower), dtype=bool)
    for base, counts in places.items():
        for low, high in runs(counts):
            values |= scale.meets(base, (low, high))
    return Possible(tuple(values.tolist()), min(places), max(places))


def _one_in_model(part: Arithmetic, figure: Figure, n: IntArray) -> Possible:
    """Value by value, but only those that the bounds of the count and its base leave open."""
    held = [element for element in elements(part) if (element.kind, element.name) != ("figure", figure.id)]
    model = Model(part, held, sizes=n.tolist())
    count, base = model.counts[figure.id], model.bases[figure.base.key]
    (low, high), (fewest, most) = model.bounds(count), model.bounds(base)
    sizes = max(fewest, 1), most  # a share is printed of somebody
    scale = _Scale.of(figure.decimals or 0, part.rounding)
    open_ = np.array(printable(range(sizes[0], sizes[1] + 1), figure.decimals or 0, part.rounding))
    open_ &= (scale.lower * sizes[0] <= high * scale.whole) & (scale.upper * sizes[1] >= low * scale.whole)
    tried = zip(open_.tolist(), scale.ends(), strict=True)
    return Possible(tuple(maybe and model.can_print(count, base, ends) for maybe, ends in tried), *sizes)
