"""What a printed figure could have failed: the values with the same decimals that no counts could have printed."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import reduce
from operator import or_

import numpy as np

from crosswave.reconstruct.arithmetic import Arithmetic, Figure
from crosswave.reconstruct.bits import from_mask, runs
from crosswave.reconstruct.boxes import IntArray, Mask, relaxed
from crosswave.reconstruct.effort import spend
from crosswave.reconstruct.model import Model, elements
from crosswave.reconstruct.scale import VALUES_LISTED, Run, Scale

Values = int | frozenset[Run] | None
"""The values as bits; on a long scale the counts behind them in their place; None where those are too many."""


@dataclass(frozen=True, slots=True)
class Possible:
    """Which values could have been printed in place of a figure, all other figures standing as they are."""

    scale: Scale
    values: Values
    base_low: int
    base_high: int


def unlimited(figure: Figure, rounding: str) -> Possible:
    """Return what could stand in place of a figure whose base is not known: everything prints on some base."""
    scale = Scale.of(figure.decimals or 0, rounding)
    return Possible(scale, _values(scale, [Run(scale.steps, 0, scale.steps)]), 1, scale.steps)


def joint_power(readings: Iterable[Possible]) -> float | None:
    """Return the share of printable values that no reading could have printed; None where it was not counted.

    Parameters
    ----------
    readings : iterable of Possible
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
    scale, sizes = Scale.of(decimals, rounding), set(bases)
    if max(sizes) >= scale.steps:
        return 0.0
    found = scale.count([Run(size, 0, size) for size in sizes])
    return None if found is None else 1 - found / (scale.steps + 1)


def printable(bases: Iterable[int], decimals: int, rounding: str) -> Mask:
    """Return for each value from 0 up to 100 % whether a count on any of the bases prints it."""
    return Scale.of(decimals, rounding).mask([Run(size, 0, size) for size in set(bases)])


def possible_in_boxes(part: Arithmetic, n: IntArray, names: Collection[str]) -> dict[str, Possible]:
    """Return what could stand in place of some figures of a part that `boxes` bounds."""
    base = part.figures[0].base
    sizes = n[:1] if base.low == base.high else n
    spend(len(sizes) * len(names) / 1e6)
    box = relaxed(part, sizes)
    found = {}
    for k, figure in enumerate(part.figures):
        if figure.id in names:
            there = box.low[k] <= box.high[k]
            columns = (box.sizes[there].tolist(), box.low[k][there].tolist(), box.high[k][there].tolist())
            scale = Scale.of(figure.decimals or 0, part.rounding)
            values = _values(scale, [Run(*case) for case in zip(*columns, strict=True)])
            found[figure.id] = Possible(scale, values, min(columns[0]), max(columns[0]))
    return found


def possible_in_places(figure: Figure, places: Mapping[int, int], rounding: str) -> Possible:
    """Return what could stand in place of a figure, from the counts that are left to it on each base."""
    scale = Scale.of(figure.decimals or 0, rounding)
    left = [Run(base, low, high) for base, counts in places.items() for low, high in runs(counts)]
    return Possible(scale, _values(scale, left), min(places), max(places))


def possible_in_model(part: Arithmetic, n: IntArray, names: Collection[str]) -> dict[str, Possible]:
    """Return what could stand in place of some figures of a part that needs a solver, value by value."""
    return {f.id: _one_in_model(part, f, n) for f in part.figures if f.id in names}


def _one_in_model(part: Arithmetic, figure: Figure, n: IntArray) -> Possible:
    """Value by value, but only those that the bounds of the count and its base leave open."""
    scale = Scale.of(figure.decimals or 0, part.rounding)
    held = [element for element in elements(part) if (element.kind, element.name) != ("figure", figure.id)]
    model = Model(part, held, sizes=n.tolist())
    count, base = model.counts[figure.id], model.bases[figure.base.key]
    (low, high), (fewest, most) = model.bounds(count), model.bounds(base)
    sizes = max(fewest, 1), most  # a share is printed of somebody
    if scale.steps > VALUES_LISTED:
        return Possible(scale, None, *sizes)
    open_ = printable(range(sizes[0], sizes[1] + 1), figure.decimals or 0, part.rounding)
    for value in np.flatnonzero(open_).tolist():
        ends = scale.ends(value)
        within = ends.low * sizes[0] <= high and ends.high * sizes[1] >= low
        open_[value] = within and model.can_print(count, base, ends)
    return Possible(scale, from_mask(open_), *sizes)


def _values(scale: Scale, left: list[Run]) -> Values:
    return from_mask(scale.mask(left)) if scale.steps <= VALUES_LISTED else scale.few(left)
