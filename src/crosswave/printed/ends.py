"""The two ends of what a printed share can stand for, and the whole counts between them."""

from __future__ import annotations

from fractions import Fraction
from typing import NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt

Whole = TypeVar("Whole", int, npt.NDArray[np.int64])


class Ends(NamedTuple):
    """The shares from a lowest to a highest one, which belongs to them or just does not.

    Parameters
    ----------
    low, high : Fraction
        In [0, 1].
    high_open : bool, default False
        Whether the highest share itself is left out, as where digits are cut off: 25 % is never cut off to 24 %.
    """

    low: Fraction
    high: Fraction
    high_open: bool = False

    def fewest(self, base: Whole) -> Whole:
        """Return the smallest count of a base, or of each of an array of bases, at or above the lowest share.

        Parameters
        ----------
        base : int or array of int
            Bases, zero or more.
        """
        return -(-self.low.numerator * base // self.low.denominator)

    def most(self, base: Whole) -> Whole:
        """Return the largest count of a base, or of each of an array of bases, that is not beyond the highest share.

        Parameters
        ----------
        base : int or array of int
            Bases, zero or more.

        Notes
        -----
        For whole numbers ``c d < h b`` is ``c d <= h b - 1``.
        """
        return (self.high.numerator * base - self.high_open) // self.high.denominator

    def holds(self, share: Fraction) -> bool:
        """Return whether a share lies between the ends.

        Parameters
        ----------
        share : Fraction
            In [0, 1].
        """
        return self.low <= share and (share < self.high if self.high_open else share <= self.high)


_HALF = Fraction(1, 2)


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

    Examples
    --------
    >>> percent_ends("58", 0)
    Ends(low=Fraction(23, 40), high=Fraction(117, 200), high_open=False)
    >>> percent_ends("24", 0, "truncated").most(4)  # 1 of 4 are 25 %
    0
    """
    unit = Fraction(1, 100 * 10**decimals)
    value = Fraction(digits) / 100
    below, above = {"nearest": (_HALF, _HALF), "truncated": (Fraction(0), Fraction(1))}[rounding]
    high_open = rounding == "truncated" and value < 1
    return Ends(max(value - below * unit, Fraction(0)), min(value + above * unit, Fraction(1)), high_open)
