"""How a percentage can have been rounded: the rules that a publisher can follow, and those that print a figure."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from fractions import Fraction

_HALF = Fraction(1, 2)
RULES: Mapping[str, Callable[[Fraction], int]] = {
    "half up": lambda steps: math.floor(steps + _HALF),
    "half to even": round,
    "half down": lambda steps: math.ceil(steps - _HALF),
    "cut off": math.floor,
    "always up": math.ceil,
}
"""Each rule as what it makes of a share in steps of the last digit."""

NEAREST = ("half up", "half to even", "half down")


def rules_that_print(digits: str, base: int, count: int | None = None) -> frozenset[str]:
    """Return the rules by which a count of a base prints as a percentage.

    Parameters
    ----------
    digits : str
        The number before the percent sign, with its decimals.
    base : int
        How many answered, at least 1.
    count : int, optional
        How many of them gave the answer; any number of them where print does not say.

    Examples
    --------
    31 of 40 are 77.5 %; one of 8 is 12.5 %, and no other count is near it:

    >>> sorted(rules_that_print("77", 40, 31)), sorted(rules_that_print("13", 8))
    (['cut off', 'half down'], ['always up', 'half up'])
    """
    unit = 100 * 10 ** len(digits.partition(".")[2])
    value = int(Fraction(digits) / 100 * unit)
    near = range(max((value - 1) * base // unit, 0), min(-(-(value + 1) * base // unit), base) + 1)
    shares = [Fraction(one * unit, base) for one in (near if count is None else (count,))]
    return frozenset(name for name, rule in RULES.items() if any(rule(share) == value for share in shares))


def chance_to_tell(decimals: int, base: int, *, counted: bool = False) -> float:
    """Return how often a figure that is rounded to the nearest shows that it was not cut off, all counts alike likely.

    Parameters
    ----------
    decimals : int
        Of the percentage.
    base : int
        How many answered, at least 1.
    counted : bool
        Whether the count is known: then it shows wherever the two rules print it differently.

    Examples
    --------
    Of 3 people none or all show nothing; one is 33 % by both rules, two are 67 % or 66 %:

    >>> chance_to_tell(0, 3), chance_to_tell(0, 1000)
    (0.25, 0.0)
    """
    unit = 100 * int(10**decimals)
    if base >= unit and not counted:  # every value is then printed by every rule
        return 0.0
    near, cut = ([(2 * c * unit + plus) // (2 * base) for c in range(base + 1)] for plus in (base, 0))
    if counted:
        return sum(one != other for one, other in zip(near, cut, strict=True)) / (base + 1)
    printable = set(cut)
    return sum(value not in printable for value in near) / float(base + 1)
