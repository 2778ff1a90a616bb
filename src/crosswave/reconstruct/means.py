"""Whether a printed mean of whole scores can come from so many answers."""

from __future__ import annotations

import math
from fractions import Fraction


def mean_totals(printed: str, n: int, items: int = 1) -> range:
    """Return the sums of whole scores whose mean prints so; an empty range if there are none.

    Parameters
    ----------
    printed : str
        The mean with all its decimals, such as ``5.19`` or ``3.0``.
    n : int
        How many answered, at least 1.
    items : int
        How many scores each of them gave, if the mean is one over several; at least 1.

    Raises
    ------
    ValueError
        If n or items is below 1, or the text is no number.

    Notes
    -----
    Means of n times items whole numbers are multiples of one over that product. Rounding is to the nearest with both
    ends, as the rule for ties is unknown.

    Examples
    --------
    >>> mean_totals("5.19", 28), mean_totals("5.18", 28)
    (range(146, 146), range(145, 146))

    References
    ----------
    Brown and Heathers 2017, Social Psychological and Personality Science 8(4), doi:10.1177/1948550616673876.
    """
    if n < 1 or items < 1:
        raise ValueError(f"a mean needs n and items of at least 1; n {n} and items {items} arrived")
    half = Fraction(1, 2 * 10 ** len(printed.partition(".")[2].strip()))
    try:
        mean = Fraction(printed.strip())
    except ValueError:
        raise ValueError(f"{printed!r} is no mean; write it as printed, such as 5.19") from None
    scores = n * items
    return range(math.ceil((mean - half) * scores), math.floor((mean + half) * scores) + 1)


def mean_counts(printed: str, n: int, items: int = 1) -> bool:
    """Return whether a mean of whole scores can have been printed so.

    Parameters
    ----------
    printed : str
        The mean with all its decimals.
    n : int
        How many answered, at least 1.
    items : int
        How many scores each of them gave, at least 1.

    Raises
    ------
    ValueError
        If n or items is below 1, or the text is no number.

    Examples
    --------
    Two means that no 28 and no 43 whole scores have; with two items each, the first can be:

    >>> mean_counts("5.19", 28), mean_counts("5.27", 43), mean_counts("5.20", 28, items=2)
    (False, False, True)
    """
    return len(mean_totals(printed, n, items)) > 0
