"""How many tables of counts print the same figures, and which, where only row shares and a total are printed."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import accumulate, product

from crosswave.reconstruct.arithmetic import Arithmetic
from crosswave.reconstruct.boxes import IntArray, boxes
from crosswave.reconstruct.effort import spend
from crosswave.reconstruct.model import Model

TABLES_LISTED = 10_000
"""Parts that no closed form counts are enumerated up to this many tables; parts with one need no limit."""

Row = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Solutions:
    """How many tables of counts print every figure.

    Parameters
    ----------
    number : int
        Exact, however large, unless capped.
    capped : bool
        Whether a part reached `TABLES_LISTED`: there are then at least so many.
    """

    number: int
    capped: bool

    def __str__(self) -> str:
        return f"at least {_shown(self.number)}" if self.capped else _shown(self.number)


def _shown(number: int) -> str:
    """In full up to a thousand million million; then the power of ten, as such numbers can have thousands of digits."""
    if number < 10**15:
        return f"{number:,}"
    power = math.log10(number)
    return f"about {10 ** (power % 1):.1f} x 10^{int(power)}"


def tables_in_boxes(part: Arithmetic, n: IntArray) -> list[int]:
    """Return the number of tables of a part that `boxes` bounds, for each size that n can have."""
    box = boxes(part, n)
    if not part.links:
        return [math.prod(width) for width in (box.high - box.low + 1).T.tolist()]
    exact = any(link.kind != "exclusive" for link in part.links)
    spare = (box.sizes - box.low.sum(axis=0)).tolist()
    widths = (box.high - box.low).T.tolist()
    for width, left in zip(widths, spare, strict=True):
        spend(len(width) * min(max(left, 0), sum(width)) / 1e6)
    return [points(width, left, exact=exact) for width, left in zip(widths, spare, strict=True)]


def tables_in_model(part: Arithmetic, n: IntArray) -> tuple[list[int], bool]:
    """Return the number of tables of a part by going through them, and whether there are more."""
    found = Model(part, sizes=n.tolist()).sizes_of_tables(TABLES_LISTED + 1)
    by_size = Counter(found[:TABLES_LISTED])
    return [by_size[size] for size in n.tolist()], len(found) > TABLES_LISTED


def points(widths: Sequence[int], total: int, *, exact: bool) -> int:
    """Return the number of integer points ``0 <= x_k <= widths[k]`` whose sum is, or is at most, a total.

    Parameters
    ----------
    widths : sequence of int
        Largest value of each coordinate.
    total : int
        The sum.
    exact : bool
        Whether the sum must be reached.

    Notes
    -----
    The generating function is the product of ``1 + z + ... + z^w``; each factor is a running sum less the same sum
    ``w + 1`` places before. Integers are exact at any size.

    Examples
    --------
    Two dice numbered from 0 to 5 sum to 5 in six ways, and to at most 5 in 21:

    >>> points([5, 5], 5, exact=True), points([5, 5], 5, exact=False)
    (6, 21)
    """
    if total < 0 or (exact and total > sum(widths)):
        return 0
    if not exact and total >= sum(widths):
        return math.prod(width + 1 for width in widths)
    ways = [1]
    for width in widths:
        longer = ways + [0] * min(width, total + 1 - len(ways))
        sums = list(accumulate(longer))
        ways = [s - (sums[k - width - 1] if k > width else 0) for k, s in enumerate(sums)]
    return (ways[total] if total < len(ways) else 0) if exact else sum(ways[: total + 1])


def tables_from_rows(
    rows: Sequence[Sequence[str]], total: int, half_width: str | None = None, least: int = 1
) -> list[tuple[Row, ...]]:
    """Return every table of counts that prints these row shares, where only the total of all rows is printed.

    Parameters
    ----------
    rows : sequence of sequence of str
        The shares of each row in [0, 1] as printed, such as ``(".429", ".571")``.
    total : int
        How many there are in all rows, at least 1.
    half_width : str, optional
        How far a share may lie from its digits; half a unit of the last decimal if absent.
    least : int
        The smallest count that a cell may hold, at least 0.

    Returns
    -------
    list of tuple of tuple of int
        In ascending order. A row without anyone prints no shares, so every row holds at least one.

    Raises
    ------
    ValueError
        If the total is below 1, there is no row, or a share is no number.

    Examples
    --------
    Forty-eight in four rows whose sizes are not printed: two tables, no more.

    >>> rows = [(".429", ".571"), (".625", ".375"), (".400", ".600"), (".556", ".444")]
    >>> for table in tables_from_rows(rows, 48):
    ...     print(table)
    ((3, 4), (5, 3), (6, 9), (10, 8))
    ((9, 12), (5, 3), (4, 6), (5, 4))

    With two decimals there are four, and fifteen where a share may be off by a whole unit:

    >>> rows = [(".43", ".57"), (".63", ".37"), (".40", ".60"), (".56", ".44")]
    >>> len(tables_from_rows(rows, 48)), len(tables_from_rows(rows, 48, half_width=".01"))
    (4, 15)

    References
    ----------
    Sage and Wright 2016, European Journal of Operational Research 250:91-100.
    """
    if total < 1 or not rows:
        raise ValueError(f"tables need a row and a total of at least 1; {len(rows)} rows and {total} arrived")
    by_row = [_rows_by_size(row, total, half_width, least) for row in rows]
    return sorted(_joined(by_row, total))


def _rows_by_size(row: Sequence[str], total: int, half_width: str | None, least: int) -> dict[int, list[Row]]:
    """For each size of a row the counts that print it."""
    ends = [_ends(text, half_width) for text in row]
    found: dict[int, list[Row]] = {}
    for size in range(1, total + 1):
        cells = [range(max(least, math.ceil(low * size)), math.floor(high * size) + 1) for low, high in ends]
        if rows := [counts for counts in product(*cells) if sum(counts) == size]:
            found[size] = rows
    return found


def _ends(text: str, half_width: str | None) -> tuple[Fraction, Fraction]:
    try:
        share = Fraction(text)
        width = Fraction(half_width) if half_width else Fraction(1, 2 * 10 ** len(text.partition(".")[2]))
    except ValueError:
        raise ValueError(f"{text!r} is no share between 0 and 1; write it as printed, such as .429") from None
    return share - width, share + width


def _joined(by_row: list[dict[int, list[Row]]], total: int) -> Iterator[tuple[Row, ...]]:
    first, *rest = by_row
    if not rest:
        yield from ((row,) for row in first.get(total, []))
        return
    for size in sorted(size for size in first if size < total):
        tails = list(_joined(rest, total - size))
        yield from ((row, *tail) for row in first[size] for tail in tails)
