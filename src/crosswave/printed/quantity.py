"""What a printed text stands for, as an exact interval of shares or counts, and exact numbers."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction

from crosswave.printed.ends import Ends
from crosswave.words import arrived

# No exponents: 1e999999999 would be computed, and nobody prints a number so.
_NUMBER = re.compile(r"-?(?:[0-9]{1,15}|[0-9]{1,3}(?:,[0-9]{3}){1,5})(?:\.[0-9]{1,17})?%?|-?[0-9]{1,15}/[0-9]{1,15}")


class QuantityError(ValueError):
    """Printed text that stands for no quantity that is known."""


@dataclass(frozen=True, slots=True)
class Quantity:
    """The shares, or counts, for which a printed text can stand."""

    printed: str
    low: Fraction
    high: Fraction | None
    decimals: int | None
    reason: str
    high_open: bool = False

    @property
    def verbal(self) -> bool:
        """Whether words stand where a number could."""
        return self.decimals is None

    @property
    def ends(self) -> Ends:
        """The ends of a share; one without an upper end goes up to all."""
        return Ends(self.low, Fraction(1) if self.high is None else self.high, self.high_open)

    def holds(self, value: Fraction) -> bool:
        """Return whether a value can have been printed so."""
        return self.low <= value if self.high is None else self.ends.holds(value)


def number(text: str) -> Fraction:
    """Return ``50%``, ``1/3``, ``0.5``, ``1,000`` or ``12`` exactly.

    Raises
    ------
    QuantityError
        The text is no number.

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
