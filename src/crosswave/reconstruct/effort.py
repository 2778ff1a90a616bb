"""How much work a reconstruction may be: counted and never timed, so that it ends at the same place on every machine.

A unit is about a second of CP-SAT's deterministic time, or what takes some seconds in Python.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

EFFORT = 10.0
"""Units for a survey, and for each of its retractions: the surveys of ``data/`` take less than half of them."""

CELLS = 2**23
"""Numbers in one table of counts: 64 million bytes."""

LARGEST = 10**9
"""No more people than that answer a survey, and the products of counts on so large a base still are 64-bit numbers."""


class NotSolvedError(ValueError):
    """Says what a reconstruction did not come to the end of."""


@dataclass(slots=True)
class _Allowance:
    left: float


_allowances: ContextVar[tuple[_Allowance, ...]] = ContextVar("allowances", default=())


@contextmanager
def at_most(units: float = EFFORT) -> Iterator[None]:
    """Let what is done in a ``with`` block be no more than some work, and no more than a block around it allows."""
    token = _allowances.set((*_allowances.get(), _Allowance(units)))
    try:
        yield
    finally:
        _allowances.reset(token)


def spend(units: float) -> None:
    """Count some work, done or about to be done; raise `NotSolvedError` where it is more than is left."""
    for allowance in _allowances.get():
        allowance.left -= units
    if any(allowance.left < 0 for allowance in _allowances.get()):
        raise NotSolvedError(f"not solved within {EFFORT:g} units of work (METHODS.md says what they are)")


def left() -> float:
    """Return how much work is left; that of a survey where nobody counts."""
    return max(min([EFFORT, *(allowance.left for allowance in _allowances.get())]), 0.0)


def check_room(cells: int) -> None:
    """Raise `NotSolvedError` for a table of counts that takes too much memory; count the work of one that does not."""
    if cells > CELLS:
        raise NotSolvedError(f"not solved: print leaves {cells:,} numbers to be tried at once, more than {CELLS:,}")
    spend(cells / 1e8)
