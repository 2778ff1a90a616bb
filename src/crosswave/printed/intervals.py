"""The interval of exact numbers, and the shares that a printed percentage can mean."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Generic, TypeVar

from crosswave.words import arrived, too_long

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

End = TypeVar("End", bound=Fraction | None, covariant=True)
Whole = TypeVar("Whole", int, "npt.NDArray[np.int64]")

# No exponents: 1e999999999 would be computed, and nobody prints a number so.
_NUMBER = re.compile(r"-?(?:[0-9]{1,15}|[0-9]{1,3}(?:,[0-9]{3}){1,5})(?:\.[0-9]{1,17})?%?|-?[0-9]{1,15}/[0-9]{1,15}")
_HALF = Fraction(1, 2)
_SMALL = 2**40
"""Products of counts and ends below it are far from the limits of 64-bit numbers."""

_INT64 = 2**63


@dataclass(frozen=True)
class RationalInterval(Generic[End]):
    """The exact numbers from a lowest to a highest one; an end that is open does not belong to it.

    An end is None where it is unbounded; those of shares are fractions from 0 to 1.
    """

    low: End
    high: End
    high_open: bool = False
    low_open: bool = False

    def holds(self: Span, value: Fraction) -> bool:
        """Return whether a number lies in the interval."""
        return RationalInterval(value, value).inside(self)

    def inside(self: Span, other: Span) -> bool:
        """Return whether every number of this closed interval lies in another."""
        above = other.low is None or (self.low is not None and _beyond(self.low, other.low, other.low_open))
        below = other.high is None or (self.high is not None and _beyond(other.high, self.high, other.high_open))
        return above and below

    def outside(self: Span, other: Span) -> bool:
        """Return whether no number of this closed interval lies in another."""
        under = other.low is not None and self.high is not None and not _beyond(self.high, other.low, other.low_open)
        over = other.high is not None and self.low is not None and not _beyond(other.high, self.low, other.high_open)
        return under or over

    def scaled(self: Span, weight: int) -> Span:
        """Return the interval of a multiple."""
        low, high = (None if end is None else end * weight for end in (self.low, self.high))
        return RationalInterval(low, high) if weight >= 0 else RationalInterval(high, low)

    def plus(self: Span, other: Span) -> Span:
        """Return the interval of a sum."""
        low = None if self.low is None or other.low is None else self.low + other.low
        return RationalInterval(low, None if self.high is None or other.high is None else self.high + other.high)

    def over(self: Span, other: Span) -> Span:
        """Return the interval of a ratio; nothing is known of it unless the divisor is above 0."""
        if other.low is None or other.low <= 0:
            return RationalInterval(None, None)
        low = None if self.low is None else _divided(self.low, other.high if self.low >= 0 else other.low)
        high = None if self.high is None else _divided(self.high, other.low if self.high >= 0 else other.high)
        return RationalInterval(low, high)

    def fewest(self: Shares, base: Whole) -> Whole:
        """Return the smallest count of a base, or of each of an array of bases, at or above the lowest share."""
        return _floor(self.low.numerator, base, self.low.denominator - 1, self.low.denominator)

    def most(self: Shares, base: Whole) -> Whole:
        """Return the largest count of a base, or of each of an array of bases, that is not beyond the highest share.

        For whole numbers ``c d < h b`` is ``c d <= h b - 1``.
        """
        return _floor(self.high.numerator, base, -int(self.high_open), self.high.denominator)

    def on_every(self: Shares, base: int) -> bool:
        """Return whether the interval is so wide that a base and every larger one have a count in it."""
        (a, b), (c, d) = self.low.as_integer_ratio(), self.high.as_integer_ratio()
        return base * (c * b - a * d) >= b * d

    def among(self: Shares, largest: int) -> Shares:
        """Return an interval with the same counts on every base up to a largest one and with smaller numerators.

        Notes
        -----
        A count of a base is a fraction whose denominator is at most that base. So an end can be moved inwards to the
        next such fraction (its neighbour in the Farey sequence) and no count is lost. Ends whose products with counts
        are small as they are stay so.
        """
        small = max(self.low.denominator, self.high.denominator) * largest < _SMALL
        return self if small else _moved(self, largest)

    def smallest_base(self: Shares) -> int:
        """Return the smallest base with a count in the interval: the denominator of the simplest fraction.

        Examples
        --------
        >>> percent_interval("13.1914893617021277", 16).smallest_base()
        235
        """
        if self.low == self.high:
            return self.low.denominator
        closed = _moved(self, math.ceil(1 / (self.high - self.low)))  # from there on every base has such a count
        return _simplest(closed.low, closed.high).denominator


Shares = RationalInterval[Fraction]
Span = RationalInterval[Fraction | None]


@dataclass(frozen=True, kw_only=True)
class Printed(RationalInterval[End]):
    """The shares, or counts, that a printed text can mean."""

    printed: str
    decimals: int | None = None
    reason: str
    counted: bool = False

    @property
    def verbal(self) -> bool:
        """Whether words are printed where a number could be."""
        return self.decimals is None and not self.counted


Quantity = Printed[Fraction]


class QuantityError(ValueError):
    """Printed text that means no quantity that is known."""


def _beyond(value: Fraction, limit: Fraction, strict: bool) -> bool:
    return value > limit if strict else value >= limit


def _divided(value: Fraction, by: Fraction | None) -> Fraction:
    return Fraction(0) if by is None else value / by


def _floor(numerator: int, base: Whole, plus: int, denominator: int) -> Whole:
    """``(numerator * base + plus) // denominator``, exactly: where 64 bits are too few in Python's own numbers."""
    if isinstance(base, int):
        return (numerator * base + plus) // denominator
    if abs(numerator) * int(base.max(initial=0)) + denominator < _INT64:
        product = numerator * base
        product += plus
        product //= denominator
        return product
    import numpy as np  # only here: whoever reads a text needs no arrays

    return np.array([(numerator * one + plus) // denominator for one in base.tolist()], dtype=np.int64)


def _moved(shares: Shares, largest: int) -> Shares:
    """An end that is left out is first moved by less than two fractions of so small denominators can be apart."""
    least = Fraction(1, 2 * shares.high.denominator * largest) if shares.high_open else Fraction(0)
    return RationalInterval(_neighbours(shares.low, largest)[1], _neighbours(shares.high - least, largest)[0])


def _simplest(low: Fraction, high: Fraction) -> Fraction:
    """The fraction from a low to a high one, both included, that has the smallest denominator."""
    whole = math.floor(low)
    if whole == low or math.ceil(low) <= high:
        return Fraction(math.ceil(low))
    return whole + 1 / _simplest(1 / (high - whole), 1 / (low - whole))


def _neighbours(share: Fraction, largest: int) -> tuple[Fraction, Fraction]:
    """The fractions next to a share, below and above, whose denominators are at most a largest one; itself if its is.

    Neighbours a/b and p/q in the Farey sequence have ``b p - a q = 1``: of the nearer one the other follows.
    """
    near = share.limit_denominator(largest)
    a, b, side = near.numerator, near.denominator, 1 if near < share else -1
    if near == share:
        return share, share
    q = -side * pow(a, -1, b) % b
    q += (largest - q) // b * b
    other = Fraction((a * q + side) // b, q)
    return min(near, other), max(near, other)


def percent_interval(digits: str, decimals: int, rounding: str = "nearest") -> Shares:
    """Return the shares that print as these digits.

    Parameters
    ----------
    digits : str, the number before the percent sign
    decimals : int, how many decimals it has
    rounding : {"nearest", "truncated"}
        Truncated digits stand for anything up to one unit more, which itself is left out; 100 % is 100 %.

    Raises
    ------
    ValueError
        The number is longer than any printed one.

    Examples
    --------
    >>> percent_interval("58", 0)
    RationalInterval(low=Fraction(23, 40), high=Fraction(117, 200), high_open=False, low_open=False)
    >>> percent_interval("24", 0, "truncated").most(4)  # 1 of 4 are 25 %
    0
    """
    if words := too_long(digits):
        raise ValueError(words)
    return shares_around(Fraction(digits) / 100, Fraction(1, 100 * 10**decimals), rounding)


def shares_around(value: Fraction, unit: Fraction, rounding: str) -> Shares:
    """Return the shares that print as a value in steps of a unit."""
    below, above = {"nearest": (_HALF, _HALF), "truncated": (Fraction(0), Fraction(1))}[rounding]
    high_open = rounding == "truncated" and value < 1
    return RationalInterval(max(value - below * unit, Fraction(0)), min(value + above * unit, Fraction(1)), high_open)


def number(text: str) -> Fraction:
    """Return ``50%``, ``1/3``, ``0.5``, ``1,000`` or ``12`` exactly; raise `QuantityError` for other text.

    Examples
    --------
    >>> number("37.5%"), number("1/3")
    (Fraction(3, 8), Fraction(1, 3))
    """
    plain = text.strip()
    if not _NUMBER.fullmatch(plain) or re.search(r"/0+$", plain):
        raise QuantityError(f"{arrived(text)} is no number; write 50%, 1/3 or 12")
    plain = plain.replace(",", "")
    return Fraction(plain[:-1]) / 100 if plain.endswith("%") else Fraction(plain)
