"""Nets that print the sum of the rounded figures of their parts: print does not say whether they do."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from fractions import Fraction

from crosswave.reconstruct.arithmetic import Arithmetic, Figure

NETS = "nets"
SUM_OF_COUNTS = f"{NETS}: the share of the counts added up"
SUM_OF_PRINT = f"{NETS}: the printed percentages added up"


def readings_of_nets(branch: Arithmetic) -> list[Arithmetic]:
    """A reading, and where some of its nets print the sum of the printed figures of their parts, a second one."""
    nets = dict(_added_up(branch))
    if not nets:
        return [branch]
    figures = {figure.id: figure for figure in branch.figures}
    wide = tuple(_widened(name, nets, figures) for name in figures)
    by_print = replace(branch, figures=wide, reading=(*branch.reading, SUM_OF_PRINT))
    return [replace(branch, reading=(*branch.reading, SUM_OF_COUNTS)), by_print]


def _added_up(branch: Arithmetic) -> Iterator[tuple[str, tuple[str, ...]]]:
    figures = {figure.id: figure for figure in branch.figures}
    for link in branch.links:
        if link.kind == "net":
            net, *parts = link.members
            printed = [_value(figures[part]) for part in parts]
            if None not in printed and _value(figures[net]) == sum(value for value in printed if value is not None):
                yield net, tuple(parts)


def _value(figure: Figure) -> Fraction | None:
    digits = re.match(r"\d+(\.\d+)?", figure.printed) if figure.decimals is not None else None
    return Fraction(digits[0]) if digits else None


def _widened(name: str, nets: Mapping[str, tuple[str, ...]], figures: Mapping[str, Figure]) -> Figure:
    """A net as all that it can be, its parts being what they print; a part can be such a net itself."""
    if name not in nets:
        return figures[name]
    parts = [_widened(part, nets, figures) for part in nets[name]]
    low, high = (sum((getattr(part, end) for part in parts), Fraction(0)) for end in ("low", "high"))
    high_open = high <= 1 and any(part.high_open for part in parts)
    return replace(figures[name], low=low, high=min(high, Fraction(1)), high_open=high_open)
