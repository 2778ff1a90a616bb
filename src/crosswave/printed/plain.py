"""Printed text in one form, so that what is written in several ways is read in one, and marks of missing figures."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from crosswave.study.models import Answer

_DASHES = "‐‑‒–—−"
_FRACTIONS = {
    mark: " " + unicodedata.normalize("NFKC", mark).replace("⁄", "/")
    for mark in map(chr, range(0xBC, 0x215F))
    if unicodedata.decomposition(mark).startswith("<fraction>")
}
_SIGNS = {"≤": "at most ", "≥": "at least ", "≈": "about ", "~": "about ", "％": "%", "⁄": "/"}
_TABLE = str.maketrans({**dict.fromkeys(_DASHES, "-"), **_FRACTIONS, **_SIGNS})

# In this order: each pattern meets what those before it have made.
_FORMS = (
    (re.compile(r"<="), "at most "),
    (re.compile(r">="), "at least "),
    (re.compile(r"([<>])"), r" \1 "),
    (re.compile(r"^(?:c\.|ca\.|c )(?= ?[0-9a-z])"), "about "),
    (re.compile(r"(?<=[0-9a-z)])\s*(?:per ?cent|pct|p\.? ?c\.?|%)(?![a-z0-9])"), "%"),
    (re.compile(r"(?<=[0-9%])\s*-\s*(?=[0-9])"), " to "),
    (re.compile(r"(?<=[a-z])-(?=[a-z0-9])|(?<=[0-9])-(?=[a-z])"), " "),
    (re.compile(r"(?<=[0-9%])\s*\+$|(?<=[0-9%])\s*\+(?= )"), " + "),
    (re.compile(r"\s+"), " "),
)

_MARK = re.compile(
    r"\*+|[-–—]+|\.\.+|…|:|#|\[[a-z]{1,3}\]|[cxzu]|n\.? ?[/.]? ?[akd]\.?|not available|not applicable|suppressed",
    re.IGNORECASE,
)


@lru_cache(maxsize=2048)  # a survey has many figures and few different ones
def plain(text: str) -> str:
    """Return a text in small letters, its signs as words, "per cent" as %, hyphens as spaces and ranges with "to".

    Examples
    --------
    >>> plain("Forty-five per cent"), plain("58–60 %"), plain("~ ½"), plain("45 p.c."), plain("58%+")
    ('forty five%', '58 to 60%', 'about 1/2', '45%', '58% +')
    """
    text = text.strip().lower().translate(_TABLE)
    for pattern, form in _FORMS:
        text = pattern.sub(form, text)
    return text.strip()


def is_mark(printed: str) -> bool:
    """Return whether a printed text is the mark of a figure that is missing or suppressed.

    Examples
    --------
    >>> [is_mark(text) for text in ("*", "[c]", "n/a", "nearly half")]
    [True, True, True, False]
    """
    return _MARK.fullmatch(printed.strip()) is not None


def is_withheld(answer: Answer) -> bool:
    """Return whether a figure is recorded as a mark alone, with the reason why it cannot be used."""
    return answer.unusable is not None and is_mark(answer.printed)
