"""Whole numbers as people type them: 1026 or 1,026, and no other place for a comma."""

from __future__ import annotations

import re

_WHOLE = re.compile(r"[0-9]+|[1-9][0-9]{0,2}(?:,[0-9]{3})+")


def whole(text: str) -> str | None:
    """Return the digits of a whole number, or None where a text is none.

    Examples
    --------
    >>> whole("1026"), whole("1,026"), whole("10,26"), whole("1.026")
    ('1026', '1026', None, None)
    """
    return text.replace(",", "") if _WHOLE.fullmatch(text) else None
