"""The two ends of what a printed share can stand for, and the whole counts between them."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from crosswave.printed.digits import too_long

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

Whole = TypeVar("Whole", int, "npt.NDArray[np.int64]")


class Ends(NamedTuple):
    """The shares from a lowest to a highest one, which belongs to them or just does not."""

    low: Fraction
    high: Fraction
    high_open: bool = False

    def fewest(self, base: Whole) -> Whole:
        """Return the smallest count of a base, or of each of an array of bases, at or above the lowest share."""
        return -_floor(-self.low.numerator, base, 0, self.low.denominator)

    def most(self, base: Whole) -> Whole:
        """Return the largest count of a base, or of each of an array of bases, that is not beyond the highest share.

        Notes
        -----
        For whole numbers ``c d < h b`` is ``c d <= h b - 1``.
        """
        return _floor(self.high.numerator, base, -int(self.high_open), self.high.denominator)

    def among(self, largest: int) -> Ends:
        """Return ends between which the same counts lie, on every base up to a largest one, with smaller numerators.

        Notes
        -----
        A count of a base is a fraction whose denominator is at most that base. So an end can be moved inwards to the
        next such fraction (its neighbour in the Farey sequence) and no count is lost. Ends whose products with counts
        are small as they are stay so.
        """
        small = max(self.low.denominator, self.high.denominator) * largest < _SMALL
        return self if small else self._moved(largest)

    def smallest_base(self) -> int:
        """Return the smallest base of which some count lies between the ends: the denominator of the simplest fraction.

        Examples
        --------
        >>> percent_ends("13.1914893617021277", 16).smallest_base()
        235
        """
        if self.low == self.high:
            return self.low.denominator
        wide_enough = math.ceil(1 / (self.high - self.low))  # from here on every base has such a count
        closed = self._moved(wide_enough)
        return _simplest(closed.low, closed.high).denominator

    def _moved(self, largest: int) -> Ends:
        """An end that is left out is first moved by less than two fractions of so small denominators can be apart."""
        least = Fraction(1, 2 * self.high.denominator * largest) if self.high_open else Fraction(0)
        return Ends(_neighbours(self.low, largest)[1], _neighbours(self.high - least, largest)[0])

    def holds(self, share: Fraction) -> bool:
        """Return whether a share lies between the ends."""
        return self.low <= share and (share < self.high if self.high_open else share <= self.high)


_HALF = Fraction(1, 2)
_SMALL = 2**40
"""Products of counts and ends below it are far from the limits of 64-bit numbers."""

_INT64 = 2**63


def _floor(numerator: int, base: Whole, plus: int, denominator: int) -> Whole:
    """``(numerator * base + plus) // denominator``, exactly: where 64 bits are too few in Python's own numbers."""
    if isinstance(base, int):
        return (numerator * base + plus) // denominator
    if max(abs(numerator) * int(base.max(initial=0)) + 1, denominator) < _INT64:
        return (numerator * base + plus) // denominator
    import numpy as np  # only here: whoever reads a text needs no arrays

    return np.array([(numerator * one + plus) // denominator for one in base.tolist()], dtype=np.int64)


def _simplest(low: Fraction, high: Fraction) -> Fraction:
    """The fraction from a low to a high one, both included, that has the smallest denominator."""
    whole = math.floor(low)
    if whole == low or math.ceil(low) <= high:
        return Fraction(math.ceil(low))
    return whole + 1 / _simplest(1 / (high - whole), 1 / (low - whole))


def _neighbours(share: Fraction, largest: int) -> tuple[Fraction, Fraction]:
    """The fractions next to a share, below and above, whose denominators are at most a largest one; itself if its is.

    By its continued fraction, as `fractions.Fraction.limit_denominator` finds the nearer of the two.
    """
    if share.denominator <= largest:
        return share, share
    before, last = (0, 1), (1, 0)
    n, d = share.numerator, share.denominator
    while True:
        whole = n // d
        following = before[0] + whole * last[0], before[1] + whole * last[1]
        if following[1] > largest:
            break
        before, last, n, d = last, following, d, n - whole * d
    times = (largest - before[1]) // last[1]
    pair = Fraction(before[0] + times * last[0], before[1] + times * last[1]), Fraction(*last)
    return min(pair), max(pair)


def percent_ends(digits: str, decimals: int, rounding: str = "nearest") -> Ends:
    """Return the lowest and highest share that print as these digits.

    Parameters
    ----------
    digits : str
        The number before the percent sign.
    decimals : int
        How many decimals it has.
    rounding : {"nearest", "truncated"}
        Truncated digits stand for anything up to one unit more, which itself is left out; 100 % is 100 %.

    Raises
    ------
    ValueError
        The number is longer than any printed one.

    Examples
    --------
    >>> percent_ends("58", 0)
    Ends(low=Fraction(23, 40), high=Fraction(117, 200), high_open=False)
    >>> percent_ends("24", 0, "truncated").most(4)  # 1 of 4 are 25 %
    0
    """
    if words := too_long(digits):
        raise ValueError(words)
    unit = Fraction(1, 100 * 10**decimals)
    value = Fraction(digits) / 100
    below, above = {"nearest": (_HALF, _HALF), "truncated": (Fraction(0), Fraction(1))}[rounding]
    high_open = rounding == "truncated" and value < 1
    return Ends(max(value - below * unit, Fraction(0)), min(value + above * unit, Fraction(1)), high_open)
