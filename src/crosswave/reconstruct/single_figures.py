"""Counts behind single percentages, for anyone with a figure and a sample size."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from crosswave.printed.intervals import QuantityError, Shares
from crosswave.printed.percents import percentage
from crosswave.printed.plain import plain
from crosswave.words import arrived

N_LARGEST = 10_000_000
"""No larger number of people is typed or looked for."""


def counts_of(printed: str | Shares, n: int, rounding: str = "nearest") -> range:
    """Return the counts of n people that can have been printed so; an empty range if there are none.

    Parameters
    ----------
    printed : str or RationalInterval
        A percentage as printed, or the interval of shares that another text means (`Lexicon.share`).
    n : int, how many answered, at least 1
    rounding : {"nearest", "truncated"}
        How the printer got to the digits of a text.

    Raises
    ------
    ValueError
        If n is below 1, or the text is no percentage.

    Examples
    --------
    >>> [list(counts_of("73%", n)) for n in (60, 61, 62)]
    [[44], [], [45]]
    """
    if n < 1:
        raise ValueError(f"n must be at least 1, as nobody prints a share of nobody; {n} arrived")
    shares = percentage(plain(printed), rounding) if isinstance(printed, str) else printed
    if shares is None:
        raise QuantityError(f"{arrived(printed)} is no percentage; write 58%, or the interval of the words")
    return range(shares.fewest(n), shares.most(n) + 1)


def fitting_sizes(figures: Sequence[Shares], sizes: Iterable[int]) -> list[int]:
    """Return the sizes on which every figure can have been printed.

    Parameters
    ----------
    figures : sequence of RationalInterval, printed shares of one base
    sizes : iterable of int, the sizes to try, each at least 1

    Raises
    ------
    ValueError
        If a size is below 1.

    Examples
    --------
    A follow-up question, whose base is 60, 61 or 62 by other figures:

    >>> from crosswave.printed.intervals import percent_interval
    >>> fitting_sizes([percent_interval(p, 0) for p in ("73", "65", "63", "60", "40")], [60, 61, 62])
    [60, 62]
    """
    tried = np.fromiter(sizes, dtype=np.int64)
    if tried.size and tried.min() < 1:
        raise ValueError(f"n must be at least 1, as nobody prints a share of nobody; {tried.min()} arrived")
    fits = np.ones(tried.shape, dtype=bool)
    for shares in figures:
        fits &= shares.fewest(tried) <= shares.most(tried)
    return [int(n) for n in tried[fits]]


def nearest_sizes(figures: Sequence[Shares], n: int, largest: int = N_LARGEST) -> tuple[int, ...]:
    """Return the nearest smaller and the nearest larger size on which every figure can have been printed.

    An interval of width w holds a count on every base of 1 / w or more, so a larger size is missing only where the
    interval is narrower than 1 / `largest`. A size that does not exist is left out.
    """
    return (*_first_fitting(figures, n - 1, 0, -1), *_first_fitting(figures, n + 1, largest + 1, 1))


def _first_fitting(figures: Sequence[Shares], start: int, end: int, step: int) -> tuple[int, ...]:
    """The first size on the way that fits, found in ever longer strides."""
    stride = 256
    while (end - start) * step > 0:
        stop = start + step * min(stride, abs(end - start))
        if found := fitting_sizes(figures, range(start, stop, step)):
            return (found[0],)
        start, stride = stop, min(2 * stride, 2**20)
    return ()
