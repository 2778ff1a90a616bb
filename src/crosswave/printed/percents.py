"""Shares that a text names: percentages and ranges of them, and fractions in words, such as "nine in ten"."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction

from crosswave.printed.intervals import Printed, RationalInterval, Shares, percent_interval, shares_around

_TO_NINETEEN = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
NUMBERS = {
    **{word: number for number, word in enumerate(_TO_NINETEEN)},
    **{word: 20 + 10 * place for place, word in enumerate(_TENS)},
    **{
        f"{ten} {_TO_NINETEEN[unit]}": 20 + 10 * place + unit
        for place, ten in enumerate(_TENS)
        for unit in range(1, 10)
    },
    **dict.fromkeys(("hundred", "a hundred", "one hundred"), 100),
}
PARTS = {
    "half": 2, "halve": 2, "third": 3, "quarter": 4, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8,
    "ninth": 9, "tenth": 10, "twelfth": 12, "twentieth": 20, "hundredth": 100,
}  # fmt: skip
_WHOLE = {
    **dict.fromkeys(("all", "everyone", "everybody", "every one"), Fraction(1)),
    **dict.fromkeys(("none", "no one", "nobody", "not one"), Fraction(0)),
}
_RATIO = re.compile(r"(?P<top>[\w ]+?) ?(?P<by>\bin\b|\bout of\b|/) ?(?:every )?(?P<bottom>[\w ]+)")
# "4 out of 5" is a way to say four fifths; "137 out of 235" counts people. People round to these.
_SPOKEN = frozenset({*range(2, 11), 20})
_DIGITS = re.compile(r"([0-9]+)(?:\.([0-9]+))?%")
_HALVES = re.compile(r"(?:half(?: an?)?|(?P<whole>[\w ]+?) and a half|(?P<digits>[0-9]{1,2} )?1/2)%")
_BETWEEN = re.compile(r"(?:between (?P<a>.+) and (?P<b>.+)|(?:from )?(?P<c>.+?) to (?P<d>.+))")
_HALF_PERCENT = Fraction(1, 200)


def named_share(text: str) -> Fraction | None:
    """Return the share that a fraction in words names, or None.

    Examples
    --------
    >>> named_share("nine in ten"), named_share("two thirds"), named_share("2/3"), named_share("lots")
    (Fraction(9, 10), Fraction(2, 3), Fraction(2, 3), None)
    >>> named_share("1 in 50"), named_share("137 out of 235")
    (Fraction(1, 50), None)
    """
    if text in _WHOLE:
        return _WHOLE[text]
    if counted := ratio(text):
        top, bottom, by = counted
        return Fraction(top, bottom) if is_spoken(top, bottom, by) else None
    *many, last = text.removesuffix(" of").split() or [""]
    part = PARTS.get(last) or PARTS.get(last.removesuffix("s"))
    words = " ".join(many)
    numerator = 1 if words in ("", "a", "an") else small_number(words)
    return Fraction(numerator, part) if part and numerator else None


def ratio(text: str) -> tuple[int, int, str] | None:
    """Return both numbers of ``4 in 5``, ``4 out of 5`` or ``4/5`` and the word between them, or None."""
    match = _RATIO.fullmatch(text)
    top, bottom = (small_number(match["top"]), small_number(match["bottom"])) if match else (None, None)
    return (top, bottom, match["by"]) if match and top is not None and bottom else None


def is_count_of(text: str) -> bool:
    """Return whether a ratio counts people, as ``137 out of 235`` does, and is no way to say a fraction."""
    counted = ratio(text)
    return counted is not None and not is_spoken(*counted)


def is_spoken(top: int, bottom: int, by: str) -> bool:
    """Return whether two numbers say a fraction, as 4 out of 5 or 1 in 50 do, and count nobody."""
    return bottom in _SPOKEN or (top == 1 and by == "in")


def small_number(words: str) -> int | None:
    """Return a whole number in digits, or in words up to a hundred; None if it is none.

    Examples
    --------
    >>> small_number("45"), small_number("forty five"), small_number("a hundred"), small_number("²")
    (45, 45, 100, None)
    """
    return int(words) if re.fullmatch(r"[0-9]{1,9}", words) else NUMBERS.get(words)


@dataclass(frozen=True, kw_only=True)
class Share(Printed[Fraction]):
    """A share that a text names."""

    value: Fraction


def percentage(text: str, rounding: str) -> Share | None:
    """Return a percentage, or None where a text is none.

    A number of per cents and a half is printed to halves, so it holds what is nearest to it among halves.
    """
    decimals, reason = None, "printed to halves of a per cent"
    match, number = _DIGITS.fullmatch(text), small_number(text[:-1]) if text.endswith("%") else None
    if match or number is not None:
        digits, decimals = (text[:-1], len(match[2] or "")) if match else (str(number), 0)
        value, shares = Fraction(digits) / 100, percent_interval(digits, decimals, rounding)
        reason = f"rounded to {decimals} decimals" if decimals else "rounded"
    else:
        halves = _HALVES.fullmatch(text)
        whole = small_number((halves["whole"] or halves["digits"] or "zero").strip()) if halves else None
        if whole is None:
            return None
        value = Fraction(2 * whole + 1, 200)
        shares = shares_around(value, _HALF_PERCENT, rounding)
    ends = (shares.low, shares.high, shares.high_open)
    return Share(*ends, printed=text, value=value, decimals=decimals, reason=reason)


def share_range(text: str, rounding: str) -> Shares | None:
    """Return a printed range, or None where a text is none."""
    match = _BETWEEN.fullmatch(text)
    first, last = (match["a"] or match["c"], match["b"] or match["d"]) if match else ("", "")
    sign = "%" if last.endswith("%") and not first.endswith("%") else ""
    low, high = _end(first + sign, rounding) or _end(first, rounding), _end(last, rounding)
    return RationalInterval(low.low, high.high, high.high_open) if low and high else None


def _end(text: str, rounding: str) -> Shares | None:
    value = named_share(text)
    return percentage(text, rounding) or (None if value is None else RationalInterval(value, value))
