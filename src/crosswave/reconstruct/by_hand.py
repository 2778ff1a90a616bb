"""Counts behind single percentages, for anyone with a figure and a sample size."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

from crosswave.printed.quantity import Quantity

N_LARGEST = 10_000_000
"""No larger number of people is typed or looked for."""

_INT64 = 2**62


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
    tried = np.fromiter(sizes, dtype=np.int64)
    if tried.size and tried.min() < 1:
        raise ValueError(f"n must be at least 1, as nobody prints a share of nobody; {tried.min()} arrived")
    return [int(n) for n in tried[_fits(figures, tried)]]


def _fits(figures: Sequence[Quantity], sizes: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
    fits = np.ones(sizes.shape, dtype=bool)
    for ends in (figure.ends for figure in figures):
        terms = (ends.low.numerator, ends.low.denominator, ends.high.numerator, ends.high.denominator)
        exact = sizes if max(terms) * int(sizes.max(initial=1)) < _INT64 else sizes.astype(object)
        fits &= (ends.fewest(exact) <= ends.most(exact)).astype(bool)
    return fits


def nearest_sizes(figures: Sequence[Quantity], n: int, largest: int = N_LARGEST) -> tuple[int, ...]:
    """Return the nearest smaller and the nearest larger size on which every figure can have been printed.

    Notes
    -----
    An interval of width w holds a count on every base of 1 / w or more, so a larger size is missing only where the
    interval is narrower than 1 / `largest`. A size that does not exist is left out.
    """
    return (*_first_fitting(figures, n - 1, 0, -1), *_first_fitting(figures, n + 1, largest + 1, 1))


def _first_fitting(figures: Sequence[Quantity], start: int, end: int, step: int) -> tuple[int, ...]:
    """The first size on the way that fits, found in ever longer strides."""
    stride = 256
    while (end - start) * step > 0:
        stop = start + step * min(stride, abs(end - start))
        if found := fitting_sizes(figures, range(start, stop, step)):
            return (found[0],)
        start, stride = stop, min(2 * stride, 2**20)
    return ()
