"""Nets that print the sum of the rounded figures of their parts, where no sum of counts prints them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from fractions import Fraction

from crosswave.reconstruct.figures import Arithmetic, Figure


def with_rounded_nets(branches: Iterable[Arithmetic]) -> list[Arithmetic]:
    """Return a reading more for each one that has nets printed as the sum of the printed figures of their parts.

    Parameters
    ----------
    branches : iterable of Arithmetic
        Readings in which nets are sums of counts.

    Returns
    -------
    list of Arithmetic
        Only the further readings. In them the print of such a net follows from that of its parts, so that it says
        nothing more about the counts; the net stays the sum of their counts.
    """
    return [_read_so(branch, nets) for branch in branches if (nets := dict(_rounded(branch)))]


def _rounded(branch: Arithmetic) -> Iterator[tuple[str, list[Figure]]]:
    figures = {figure.id: figure for figure in branch.figures}
    for link in branch.links:
        if link.kind == "net":
            net, *parts = (figures[name] for name in link.members)
            printed = [_value(part) for part in parts]
            if None not in printed and _value(net) == sum(value for value in printed if value is not None):
                yield net.id, parts


def _value(figure: Figure) -> Fraction | None:
    digits = re.match(r"\d+(\.\d+)?", figure.printed) if figure.decimals is not None else None
    return Fraction(digits[0]) if digits else None


def _read_so(branch: Arithmetic, nets: dict[str, list[Figure]]) -> Arithmetic:
    figures = (_widened(figure, nets[figure.id]) if figure.id in nets else figure for figure in branch.figures)
    words = (f"{net} is the sum of the printed {', '.join(part.id for part in parts)}" for net, parts in nets.items())
    return replace(branch, figures=tuple(figures), reading=(*branch.reading, *words))


def _widened(net: Figure, parts: list[Figure]) -> Figure:
    high = sum((part.high for part in parts), Fraction(0))
    return replace(net, low=sum((part.low for part in parts), Fraction(0)), high=min(high, Fraction(1)))
