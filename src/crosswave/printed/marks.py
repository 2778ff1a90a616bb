"""Marks that tables print where a figure is missing: they stand for no share."""

from __future__ import annotations

import re

from crosswave.study.models import Answer

_MARK = re.compile(
    r"\*+|[-–—]+|\.\.+|…|:|#|\[[a-z]{1,3}\]|[cxzu]|n\.? ?[/.]? ?[akd]\.?|not available|not applicable|suppressed",
    re.IGNORECASE,
)


def is_mark(printed: str) -> bool:
    """Return whether a printed text is the mark of a figure that is missing or suppressed.

    Examples
    --------
    >>> [is_mark(text) for text in ("*", "[c]", "n/a", "nearly half")]
    [True, True, True, False]
    """
    return _MARK.fullmatch(printed.strip()) is not None


def is_withheld(answer: Answer) -> bool:
    """Return whether a figure is kept as a mark alone, with the reason why it cannot be used."""
    return answer.unusable is not None and is_mark(answer.printed)
