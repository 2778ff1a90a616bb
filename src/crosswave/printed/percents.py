"""Percentages and ranges of them, as the shares that print so."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction

from crosswave.printed.ends import Ends, percent_ends
from crosswave.printed.words import named_share, small_number

_DIGITS = re.compile(r"([0-9]+)(?:\.([0-9]+))?%")
_HALVES = re.compile(r"(?:half(?: an?)?|(?P<whole>[\w ]+?) and a half|(?P<digits>[0-9]{1,2} )?1/2)%")
_BETWEEN = re.compile(r"(?:between (?P<a>.+) and (?P<b>.+)|(?:from )?(?P<c>.+?) to (?P<d>.+))")
_HALF_PERCENT = Fraction(1, 200)


@dataclass(frozen=True, slots=True)
class Share:
    """A share that a text names."""

    value: Fraction
    ends: Ends
    decimals: int | None
    reason: str


def percentage(text: str, rounding: str) -> Share | None:
    """Return a percentage, or None where a text is none."""
    digits, decimals = _digits(text)
    if digits is None:
        return _halves(text, rounding)
    reason = f"rounded to {decimals} decimals" if decimals else "rounded"
    return Share(Fraction(digits) / 100, percent_ends(digits, decimals, rounding), decimals, reason)


def _digits(text: str) -> tuple[str | None, int]:
    if match := _DIGITS.fullmatch(text):
        return text[:-1], len(match[2] or "")
    number = small_number(text[:-1]) if text.endswith("%") else None
    return (None, 0) if number is None else (str(number), 0)


def _halves(text: str, rounding: str) -> Share | None:
    """A number of per cents and a half is printed to halves, so it holds what is nearest to it among halves."""
    match = _HALVES.fullmatch(text)
    whole = small_number((match["whole"] or match["digits"] or "zero").strip()) if match else None
    if whole is None:
        return None
    value = Fraction(2 * whole + 1, 200)
    below, above = {"nearest": (_HALF_PERCENT / 2,) * 2, "truncated": (Fraction(0), _HALF_PERCENT)}[rounding]
    ends = Ends(max(value - below, Fraction(0)), min(value + above, Fraction(1)), rounding == "truncated")
    return Share(value, ends, None, "printed to halves of a per cent")


def share_range(text: str, rounding: str) -> Ends | None:
    """Return the ends of a printed range, or None where a text is none."""
    match = _BETWEEN.fullmatch(text)
    first, last = (match["a"] or match["c"], match["b"] or match["d"]) if match else ("", "")
    sign = "%" if last.endswith("%") and not first.endswith("%") else ""
    low, high = _end(first + sign, rounding) or _end(first, rounding), _end(last, rounding)
    return Ends(low.low, high.high, high.high_open) if low and high else None


def _end(text: str, rounding: str) -> Ends | None:
    if share := percentage(text, rounding):
        return share.ends
    value = named_share(text)
    return None if value is None else Ends(value, value)
