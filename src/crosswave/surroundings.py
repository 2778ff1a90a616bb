"""What a program starts in: variables that could change an output, and terminals that lack characters."""

from __future__ import annotations

import codecs
import os
import sys
import unicodedata
from collections.abc import Mapping

READ_AT_THE_START: Mapping[str, str] = {
    "PYTHONHASHSEED": "0",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "VECLIB_MAXIMUM_THREADS": "1",
    "NUMEXPR_NUM_THREADS": "1",
    "JE_ARROW_MALLOC_CONF": "background_thread:false",  # else Arrow's allocator starts a thread before the forks
}
"""What the interpreter and its libraries read once, when they start."""

_LIKE: Mapping[str, str] = {
    **dict.fromkeys("“”„", '"'), **dict.fromkeys("‘’‚", "'"), **dict.fromkeys("‐‑‒–—−", "-"), "…": "...", "·": "|",
    "×": "x", "≤": "<=", "≥": ">=", "≈": "~", "→": "->", "←": "<-", "•": "*", "±": "+-", "√": "sqrt",
    "✓": "ok", "€": "EUR", "£": "GBP", "ß": "ss", "│": "|", "─": "-",
}  # fmt: skip
_NAME = "crosswave-like"


def begin_with_them() -> None:
    """Start this program again where pages are to be made in forks of it and a variable has another value."""
    typed = sys.argv[1:]
    wanted = {**os.environ, **READ_AT_THE_START}
    if typed[:1] == ["run"] and hasattr(os, "fork") and wanted != os.environ and sys.orig_argv[-len(typed) :] == typed:
        os.execve(sys.executable, [sys.executable, *sys.orig_argv[1:]], wanted)


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
    return "".join(map(_plain, error.object[error.start : error.end])), error.end


def _plain(mark: str) -> str:
    """The character that looks like it, its letter without accents, or a question mark."""
    letters = "".join(one for one in unicodedata.normalize("NFKD", mark) if not unicodedata.combining(one))
    likes = (_LIKE.get(mark), letters)
    return next((like for like in likes if like is not None and like.isascii()), "?")
