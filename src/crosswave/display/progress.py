"""How far long work has come, for a person who waits for it."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator
from typing import TypeVar

Thing = TypeVar("Thing")

VARIABLE = "CROSSWAVE_PROGRESS"
"""Set to 0 where nobody waits, as in the kernels of a run: a bar would stand in the saved outputs."""


def progress(things: Collection[Thing], what: str) -> Iterator[Thing]:
    """Yield things one by one, and show how many are done until the last one is."""
    if os.environ.get(VARIABLE) == "0":
        yield from things
        return
    from rich.progress import track

    yield from track(things, what, total=len(things), transient=True)
