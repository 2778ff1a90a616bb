"""Shares and small numbers in words: "nine in ten", "two thirds", "six"."""

from __future__ import annotations

import re
from fractions import Fraction

_NUMBER_WORDS = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen", "twenty",
)  # fmt: skip
_PARTS = {
    "half": 2, "third": 3, "quarter": 4, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8,
    "ninth": 9, "tenth": 10, "twentieth": 20,
}  # fmt: skip
_RATIO = re.compile(r"(?:just )?(\w+) (?:in|out of) (?:every )?(\w+)", re.IGNORECASE)


def named_share(text: str) -> Fraction | None:
    """Return the share that a fraction in words names, or None.

    Parameters
    ----------
    text : str
        In small letters, such as ``nine in ten``, ``two thirds`` or ``a quarter``.

    Examples
    --------
    >>> named_share("nine in ten"), named_share("two thirds"), named_share("lots")
    (Fraction(9, 10), Fraction(2, 3), None)
    """
    if match := _RATIO.fullmatch(text):
        top, bottom = small_number(match[1]), small_number(match[2])
        return Fraction(top, bottom) if top is not None and bottom else None
    return _fraction_words(text)


def _fraction_words(text: str) -> Fraction | None:
    words = text.replace(" of", "").split()
    if not words:
        return None
    part = _PARTS.get(words[-1]) or _PARTS.get(words[-1].removesuffix("s"))
    many = small_number(words[0]) if len(words) == 2 else 1
    if words[0] in ("a", "an", "one"):
        many = 1
    return Fraction(many, part) if part and many and len(words) <= 2 else None


def small_number(word: str) -> int | None:
    """Return a whole number in digits, or in words up to twenty; None if it is none.

    Parameters
    ----------
    word : str
        In small letters.
    """
    if word.isdigit():
        return int(word)
    return _NUMBER_WORDS.index(word) if word in _NUMBER_WORDS else None
