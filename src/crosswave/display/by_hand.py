"""Counts next to a printed figure, with the division written out."""

from __future__ import annotations

import math
from fractions import Fraction

from crosswave.printed.intervals import Quantity
from crosswave.reconstruct.single_figures import counts_of
from crosswave.report.holes import feasible_words

_SHOWN = 3
_MOST_DECIMALS = 9


def ratio(yes: int, base: int, figure: Quantity) -> str:
    """Return a count of a base with its percentage.

    Examples
    --------
    >>> p73 = Quantity(Fraction(725, 1000), Fraction(735, 1000), printed="73%", decimals=0, reason="rounded")
    >>> ratio(44, 60, p73)
    '44/60 = 73.3%'
    """
    exact, decimals = Fraction(yes, base), (figure.decimals or 0) + 1
    while _misleads(exact, decimals, figure) and decimals < _MOST_DECIMALS:
        decimals += 1
    return f"{yes:,}/{base:,} = {percentage(exact, decimals)}%"


def _misleads(exact: Fraction, decimals: int, figure: Quantity) -> bool:
    return figure.holds(Fraction(percentage(exact, decimals)) / 100) != figure.holds(exact)


def percentage(share: Fraction, decimals: int) -> str:
    """Return a percentage without its sign, rounded half up; exact however many decimals it has."""
    steps = math.floor(share * 100 * 10**decimals + Fraction(1, 2))
    whole, part = divmod(steps, 10**decimals)
    return f"{whole}.{part:0{decimals}d}" if decimals else str(whole)


def counted(figure: Quantity, base: int) -> str:
    """Return which counts of a base print a figure, the first and the last with their percentages."""
    yes = counts_of(figure, base)
    if not yes:
        return "nobody"
    shown = yes if len(yes) <= _SHOWN else (yes[0], yes[-1])
    return f"{feasible_words(yes, yes[0], yes[-1])} ({', '.join(ratio(one, base, figure) for one in shown)})"


def neighbours(figure: Quantity, base: int, rounding: str) -> str:
    """Return the counts next to a figure that no count prints, each with what it would print.

    Examples
    --------
    >>> p73 = Quantity(Fraction(725, 1000), Fraction(735, 1000), printed="73%", decimals=0, reason="rounded")
    >>> neighbours(p73, 61, "nearest")
    '44/61 = 72.1%, printed as 72%, and 45/61 = 73.8%, printed as 74%'
    """
    below = math.floor(figure.low * base)
    near = [yes for yes in (below, below + 1) if yes <= base]
    return ", and ".join(f"{ratio(yes, base, figure)}{_printed(Fraction(yes, base), figure, rounding)}" for yes in near)


def _printed(share: Fraction, figure: Quantity, rounding: str) -> str:
    """What a share would be printed as; a half goes either way, as nobody prints the rule."""
    if figure.decimals is None:
        return ""
    steps, half = share * 100 * 10**figure.decimals, Fraction(1, 2)
    ends = {"nearest": (math.ceil(steps - half), math.floor(steps + half)), "truncated": (math.floor(steps),) * 2}
    values = (f"{step / 10**figure.decimals:.{figure.decimals}f}%" for step in dict.fromkeys(ends[rounding]))
    return f", printed as {' or '.join(values)}"


def ends(figure: Quantity) -> str:
    """Return the shares for which a figure stands, in percent."""
    low, high = (100 * float(end) for end in (figure.low, figure.high))
    return f"{low:g} to {high:g}%"
