"""Faults in data files, said so that the person who wrote the file can mend it."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass, replace
from difflib import get_close_matches
from itertools import islice
from pathlib import Path

from crosswave.words import cut

Path_ = tuple[str | int, ...]
"""Where a value is in a file: the keys and places that lead to it."""


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """One fault: where it is and what to do about it."""

    path: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.message}"


class DataError(Exception):
    """Data that cannot be used: every fault at once, one per line."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(sorted(set(faults)))
        super().__init__("\n".join(str(fault) for fault in self.faults))


_LONGEST = 200
"""No name is longer, and nearness takes the square of the length."""

MOST = 100
"""Faults that are told of one file: nobody mends more at once, and a file that is no data file may have a million."""


def listed(faults: Iterable[Fault]) -> list[Fault]:
    """Return the first faults of a file; where there are more than `MOST`, one more fault says so."""
    found = list(islice(faults, MOST + 1))
    more = [replace(fault, message="more faults follow in this file; mend the others first") for fault in found[MOST:]]
    return found[:MOST] + more


def shown(value: object) -> str:
    """Return a value as a message shows it: cut where it is long."""
    return cut(str(value))


def shown_path(path: Path) -> str:
    """Return a path as a reader would type it: relative to the working folder where it lies inside."""
    resolved, here = os.path.realpath(path), os.path.join(os.getcwd(), "")  # paths as text: this is asked for each file
    return resolved.removeprefix(here).replace(os.sep, "/") if resolved.startswith(here) else str(path)


def refuse_existing(path: Path, advice: str) -> None:
    """Raise `FileExistsError` where a file is there, with what to do instead."""
    if path.exists():
        raise FileExistsError(f"{shown_path(path)} is there already; {advice}")


def nearest(word: str, allowed: Iterable[str]) -> str:
    """Return ``"; did you mean ...?"`` for the nearest allowed words in any case, or nothing."""
    known = {name.lower(): name for name in allowed}
    close = [known[name] for name in get_close_matches(word.lower()[:_LONGEST], known, n=3, cutoff=0.6)]
    return f"; did you mean {' or '.join(close)}?" if close else ""
