"""Small changes to words that every sentence needs, and which texts no file, terminal or spreadsheet should get."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

_FORMULA = ("=", "+", "-", "@")
_SIGNED = re.compile(r"[+-]( ?\d[\d.,]*[\w%/ ]*)?")
_STEERING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
"""Control characters but for new line and tab, and characters that turn the direction of reading."""


def capital(text: str) -> str:
    """Return text with its first letter as a capital."""
    return text[:1].upper() + text[1:]


def years_between(years: Collection[int], from_year: int | None, to_year: int | None) -> tuple[int, int]:
    """Return the ends of a range, open ones being those of `years`; `ValueError` where they are swapped."""
    first = min(years, default=0) if from_year is None else from_year
    last = max(years, default=0) if to_year is None else to_year
    if first > last:
        raise ValueError(f"from_year {first} must not be after to_year {last}; swap them")
    return first, last


def plural(count: int, one: str, many: str | None = None) -> str:
    """Return a count with its noun.

    Examples
    --------
    >>> plural(1, "wave"), plural(2, "wave"), plural(0, "body", "bodies")
    ('1 wave', '2 waves', '0 bodies')
    """
    return f"{count:,} {one if count == 1 else many or one + 's'}"


_MOST_SHOWN = 80


def listed_words(words: Sequence[str]) -> str:
    """Return words as a sentence lists them: a, b and c.

    Examples
    --------
    >>> listed_words(["skills", "budget", "culture"]), listed_words(["skills"])
    ('skills, budget and culture', 'skills')
    """
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}" if words else ""


def arrived(value: object) -> str:
    """Return what arrived as Python writes it, cut where it is long: a message is read by a person.

    Examples
    --------
    >>> arrived("58%"), arrived("-" * 20_001)[-26:]
    ("'58%'", '---... (20,003 characters)')
    """
    return cut(repr(value))


def cut(text: str) -> str:
    """Return a text, cut where it is long, with how long it is."""
    return text if len(text) <= _MOST_SHOWN else f"{text[: _MOST_SHOWN - 25]}... ({len(text):,} characters)"


def without_steering(text: str) -> str:
    """Return a text with a space for each character that a terminal would obey."""
    return _STEERING.sub(" ", text)


def unsafe(text: str) -> str:
    """Return why a text must not be in the data, and what to do; empty where it may.

    Examples
    --------
    >>> unsafe("=1+1"), unsafe("-2 points")
    ('begins with =, so a spreadsheet would run it as a formula; begin with a letter or a digit', '')
    """
    if hidden := _STEERING.search(text):
        return f"holds the control character U+{ord(hidden[0]):04X}, which a terminal would obey; delete it"
    start = text.strip()
    if start.startswith(_FORMULA) and not _SIGNED.fullmatch(start):
        return f"begins with {start[0]}, so a spreadsheet would run it as a formula; begin with a letter or a digit"
    return ""


DECIMALS_MOST = 17
"""No percentage has more decimals: the numbers of computers have 17 significant digits, and Excel shows 15."""

DIGITS_MOST = 15
"""No printed number has more digits before its point."""

_DIGITS = re.compile(r"(\d+)(?:\.(\d+))?")
_SHOWN = 80


def too_long(text: str) -> str | None:
    """Return why no number in a text can have been printed so, in words; None where all can.

    Examples
    --------
    >>> too_long("13.1914893617021277%")
    >>> too_long("13.191489361702127659%")
    "a printed number has at most 15 digits and 17 decimals; '13.191489361702127659%' arrived; print fewer"
    """
    if all(len(whole) <= DIGITS_MOST and len(part) <= DECIMALS_MOST for whole, part in _DIGITS.findall(text)):
        return None
    shown = text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."
    rule = f"a printed number has at most {DIGITS_MOST} digits and {DECIMALS_MOST} decimals"
    return f"{rule}; {shown!r} arrived; print fewer"
