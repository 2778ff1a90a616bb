"""Text for terminals that cannot show every character: what they lack is written in characters that they have."""

from __future__ import annotations

import codecs
import sys
import unicodedata
from collections.abc import Mapping

_LIKE: Mapping[str, str] = {
    **dict.fromkeys("“”„", '"'), **dict.fromkeys("‘’‚", "'"), **dict.fromkeys("‐‑‒–—−", "-"), "…": "...", "·": "|",
    "×": "x", "≤": "<=", "≥": ">=", "≈": "~", "→": "->", "←": "<-", "•": "*", "±": "+-", "√": "sqrt",
    "✓": "ok", "€": "EUR", "£": "GBP", "ß": "ss", "│": "|", "─": "-",
}  # fmt: skip
_NAME = "crosswave-like"


def show_everywhere() -> None:
    """Make both streams write what their encoding lacks as something like it, in place of an error."""
    codecs.register_error(_NAME, _like)
    for stream in (sys.stdout, sys.stderr):
        if reconfigure := getattr(stream, "reconfigure", None):
            reconfigure(errors=_NAME)


def _like(error: UnicodeError) -> tuple[str, int]:
    """What codecs ask for: the characters to write, and where to go on."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    lost = error.object[error.start : error.end]
    return "".join(_plain(mark) for mark in lost), error.end


def _plain(mark: str) -> str:
    """The character that looks like it, its letter without accents, or a question mark."""
    letters = "".join(one for one in unicodedata.normalize("NFKD", mark) if not unicodedata.combining(one))
    for like in (_LIKE.get(mark), letters):
        if like is not None and like.isascii():
            return like
    return "?"
