"""Percentages and ranges of them, as the shares that print so."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction

from crosswave.printed.intervals import Printed, RationalInterval, Shares, percent_interval, shares_around
from crosswave.printed.words import named_share, small_number

_DIGITS = re.compile(r"([0-9]+)(?:\.([0-9]+))?%")
_HALVES = re.compile(r"(?:half(?: an?)?|(?P<whole>[\w ]+?) and a half|(?P<digits>[0-9]{1,2} )?1/2)%")
_BETWEEN = re.compile(r"(?:between (?P<a>.+) and (?P<b>.+)|(?:from )?(?P<c>.+?) to (?P<d>.+))")
_HALF_PERCENT = Fraction(1, 200)


@dataclass(frozen=True, kw_only=True)
class Share(Printed[Fraction]):
    """A share that a text names."""

    value: Fraction


def _named(text: str, value: Fraction, shares: Shares, decimals: int | None, reason: str) -> Share:
    ends = (shares.low, shares.high, shares.high_open)
    return Share(*ends, printed=text, value=value, decimals=decimals, reason=reason)


def percentage(text: str, rounding: str) -> Share | None:
    """Return a percentage, or None where a text is none."""
    digits, decimals = _digits(text)
    if digits is None:
        return _halves(text, rounding)
    reason = f"rounded to {decimals} decimals" if decimals else "rounded"
    return _named(text, Fraction(digits) / 100, percent_interval(digits, decimals, rounding), decimals, reason)


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
    return _named(text, value, shares_around(value, _HALF_PERCENT, rounding), None, "printed to halves of a per cent")


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
