"""Results that are computed once for each content they come from, for as long as a program runs. No file is touched."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from typing import TypeVar, cast

KEEP_VARIABLE = "CROSSWAVE_KEEP"
"""``0``: every result is computed, as in the tests. ``1``: results outlive the program, as those of a run do. Else
those that runs have left are read and none is left, so that nobody who tries out other code leaves its results."""

Result = TypeVar("Result")
Shelf = Callable[[str, Callable[[], object]], object]

_MOST = 20_000

_known: dict[str, object] = {}
_shelves: list[Shelf] = []


def remembered(make: Callable[[], Result], *content: str, outlives: bool = True) -> Result:
    """Return what a function makes, or what it made before from the same content, which begins with its name.

    A result whose content makes sense in this program alone does not outlive it.
    """
    if os.environ.get(KEEP_VARIABLE) == "0":
        return make()
    key = digest(*content)
    if key not in _known:
        found = _shelves[-1](key, make) if _shelves and outlives else make()
        if len(_known) >= _MOST:
            del _known[next(iter(_known))]
        _known[key] = found
    return cast(Result, _known[key])


def kept(*content: str) -> object:
    """Return what was made from a content before in this program; None where nothing was, or nothing is kept."""
    return None if os.environ.get(KEEP_VARIABLE) == "0" else _known.get(digest(*content))


def put_on(shelf: Shelf) -> None:
    """Have a shelf asked first from now on: it is given a key and what makes the result, and returns the result."""
    _shelves[:] = [shelf]


def forget() -> None:
    """Forget all results, and the shelf."""
    _known.clear()
    _shelves.clear()


def digest(*parts: bytes | str) -> str:
    """Return the hexadecimal SHA-256 of some parts, whose borders count."""
    total = hashlib.sha256()
    for part in parts:
        content = part.encode() if isinstance(part, str) else part
        total.update(len(content).to_bytes(8, "big"))
        total.update(content)
    return total.hexdigest()
