"""Feasible whole numbers in words: holes between them are shown, as a range would claim what lies in them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from crosswave.reconstruct import FindingCounts

PIECES_LISTED = 5
"""Numbers and unbroken ranges are listed up to so many; more of them are shown by their two ends."""


def has_holes(values: Sequence[int]) -> bool:
    """Return whether whole numbers are missing between the first and the last of an ascending list.

    >>> has_holes((60, 62)), has_holes((60, 61)), has_holes(())
    (True, False, False)
    """
    return bool(values) and values[-1] - values[0] + 1 > len(values)


def feasible_words(values: Sequence[int], low: int, high: int, shown: Callable[[int], str] = "{:,}".format) -> str:
    """Return the numbers that something can be: listed where there are holes and few pieces, else as a range.

    >>> feasible_words((60, 62), 60, 62), feasible_words((44, 45), 44, 45), feasible_words((), 950, 1000)
    ('60 or 62', '44 to 45', '950 to 1,000')
    >>> feasible_words((143, 144, 235), 143, 235), feasible_words((146, 147, 148, 149, 235), 146, 235)
    ('143, 144 or 235', '146 to 149 or 235')
    """
    pieces = list(pieces_of(values, shown)) if has_holes(values) else []
    if 0 < len(pieces) <= PIECES_LISTED:
        return f"{', '.join(pieces[:-1])} or {pieces[-1]}"
    return shown(low) if low == high else f"{shown(low)} to {shown(high)}"


def listed_whole(values: Sequence[int], words: str) -> bool:
    """Return whether words of `feasible_words` tell every value: a range tells too much where there are holes."""
    return not has_holes(values) or " or " in words


def pieces_of(values: Sequence[int], shown: Callable[[int], str] = "{:,}".format) -> Iterator[str]:
    """Yield unbroken ranges of three and more as ranges, and all other numbers one by one.

    >>> list(pieces_of((60, 62, 2000, 2001, 2002)))
    ['60', '62', '2,000 to 2,002']
    """
    start = 0
    for place in range(1, len(values) + 1):
        if place < len(values) and values[place] == values[place - 1] + 1:
            continue
        run = values[start:place]
        yield from (map(shown, run) if len(run) < 3 else [f"{shown(run[0])} to {shown(run[-1])}"])
        start = place


def feasible(found: FindingCounts) -> tuple[str, str]:
    """Return what the count behind a figure and its base can be, by `feasible_words`; nothing for what is not known."""
    count = "" if found.count_low is None else feasible_words(found.values, found.count_low, found.count_high or 0)
    base = "" if found.base_low is None else feasible_words(found.bases, found.base_low, found.base_high or 0)
    return count, base


def people_behind(found: FindingCounts) -> str:
    """Return who can have given an answer, of how many: ``32 of 222``; nothing where nobody can say."""
    count, base = feasible(found)
    return f"{count} of {base}" if count and base else ""
