"""Counts behind single percentages, for anyone with a figure and a sample size."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from crosswave.printed.quantity import Quantity

SIZES_TRIED = 100_000
"""So far a size that fits is looked for: with three decimals every larger size does within that."""


def counts_on(figure: Quantity, n: int) -> range:
    """Return the counts of n that can have been printed so; an empty range if there are none.

    Parameters
    ----------
    figure : Quantity
        A printed share.
    n : int
        How many answered, at least 1.

    Raises
    ------
    ValueError
        If n is below 1.

    Examples
    --------
    >>> from fractions import Fraction
    >>> p73 = Quantity("73%", Fraction(725, 1000), Fraction(735, 1000), 0, "rounded")
    >>> list(counts_on(p73, 60)), list(counts_on(p73, 61)), list(counts_on(p73, 62))
    ([44], [], [45])
    """
    if n < 1:
        raise ValueError(f"n must be at least 1, as nobody prints a share of nobody; {n} arrived")
    return range(figure.ends.fewest(n), figure.ends.most(n) + 1)


def fitting_sizes(figures: Sequence[Quantity], sizes: Iterable[int]) -> list[int]:
    """Return the sizes on which every figure can have been printed.

    Parameters
    ----------
    figures : sequence of Quantity
        Printed shares of one base.
    sizes : iterable of int
        The sizes to try, each at least 1.

    Raises
    ------
    ValueError
        If a size is below 1.

    Examples
    --------
    The follow-up question of iGov 2017, whose base is 60, 61 or 62 by other figures:

    >>> from fractions import Fraction
    >>> def whole(p): return Quantity(f"{p}%", Fraction(2 * p - 1, 200), Fraction(2 * p + 1, 200), 0, "rounded")
    >>> fitting_sizes([whole(p) for p in (73, 65, 63, 60, 40)], [60, 61, 62])
    [60, 62]
    """
    return [n for n in sizes if all(counts_on(figure, n) for figure in figures)]


def nearest_sizes(figures: Sequence[Quantity], n: int) -> tuple[int, ...]:
    """Return the nearest smaller and the nearest larger size on which every figure can have been printed.

    Parameters
    ----------
    figures : sequence of Quantity
        Printed shares of one base.
    n : int
        The size to start from; it is not looked at itself.

    Notes
    -----
    A larger size always exists: an interval of width w holds a count on every base of 1 / w or more. It is not returned
    where it is further than `SIZES_TRIED` away, and a smaller one is not where it is, or where none exists.
    """
    below, above = range(n - 1, max(n - 1 - SIZES_TRIED, 0), -1), range(n + 1, n + 1 + SIZES_TRIED)
    found = (next((size for size in sizes if fitting_sizes(figures, [size])), None) for sizes in (below, above))
    return tuple(size for size in found if size is not None)
