"""How long a printed number can be: longer ones are slips of a keyboard or a formula, and are refused."""

from __future__ import annotations

import re

DECIMALS_MOST = 17
"""No percentage has more decimals: the numbers of computers have 17 significant digits, and Excel shows 15."""

DIGITS_MOST = 15
"""No printed number has more digits before its point."""

_NUMBER = re.compile(r"(\d+)(?:\.(\d+))?")
_SHOWN = 80


def too_long(text: str) -> str | None:
    """Return why no number in a text can have been printed so, in words; None where all can.

    Examples
    --------
    >>> too_long("13.1914893617021277%")
    >>> too_long("13.191489361702127659%")
    "a printed number has at most 15 digits and 17 decimals; '13.191489361702127659%' arrived; print fewer"
    """
    if all(len(whole) <= DIGITS_MOST and len(part) <= DECIMALS_MOST for whole, part in _NUMBER.findall(text)):
        return None
    shown = text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."
    rule = f"a printed number has at most {DIGITS_MOST} digits and {DECIMALS_MOST} decimals"
    return f"{rule}; {shown!r} arrived; print fewer"
