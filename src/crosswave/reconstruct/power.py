"""What a printed figure could have failed: the values with the same decimals that no counts could have printed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import reduce
from operator import or_

from crosswave.reconstruct.arithmetic import Figure, Mask
from crosswave.reconstruct.scale import Run, Scale, Values


@dataclass(frozen=True, slots=True)
class Possible:
    """Which values could have been printed in place of a figure, all other figures unchanged."""

    scale: Scale
    values: Values
    base_low: int
    base_high: int


def unlimited(figure: Figure, rounding: str) -> Possible:
    """Return what could stand in place of a figure whose base is not known: everything prints on some base."""
    scale = Scale.of(figure.decimals or 0, rounding)
    return Possible(scale, scale.values([Run(scale.steps, 0, scale.steps)]), 1, scale.steps)


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
