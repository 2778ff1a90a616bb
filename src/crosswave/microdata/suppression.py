"""Small cells of tables are hidden, and as many others as keep sums and nets from giving them away."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby

import numpy as np
from scipy.optimize import linprog

from crosswave.microdata.design import Estimate


@dataclass(frozen=True, slots=True)
class Line:
    """An answer of a question in a group; `answered` of `asked` gave one that is not declared missing."""

    question: str
    label: str
    answer: str
    group: str
    estimate: Estimate | None
    count: int
    answered: int
    asked: int
    kind: str = "share"
    parts: tuple[str, ...] = ()
    readings: Mapping[str, float] = field(default_factory=dict)


Sum = tuple[dict[int, int], int]
"""Places of lines with their signs, and what their counts come to together."""


def suppressed(lines: Sequence[Line], least: int) -> list[Line]:
    """Return lines of which those of few respondents are hidden, and others by which they could be computed.

    Parameters
    ----------
    lines : sequence of Line
        All lines of a file: every answer in all and in each group.
    least : int
        An answer given, or not given, by fewer respondents is hidden.

    Notes
    -----
    The answers of a question sum to who answered, a net to its parts, the groups of a column to all. A hidden count is
    safe where these sums and what is shown leave it more than one value. While one is not, the smallest count that
    is in a sum with a hidden one is hidden too, one of a group before one of all;
    at the end what need not be hidden is shown again.
    """
    found = list(lines)
    for _, held in groupby(sorted(range(len(lines)), key=lambda k: lines[k].question), lambda k: lines[k].question):
        places = list(held)
        for k in _hidden({k: lines[k] for k in places}, least):
            found[k] = replace(lines[k], estimate=None, count=0, readings={})
    return found


def _hidden(lines: Mapping[int, Line], least: int) -> set[int]:
    without = {k for k, line in lines.items() if line.estimate is None}
    small = {k for k, line in lines.items() if 0 < line.count < least or 0 < line.answered - line.count < least}
    sums, hidden = list(_sums(lines)), without | small
    while _tells(small, hidden, lines, sums):
        near = {k for terms, _ in sums if set(terms) & hidden for k in terms} - hidden
        if not near:
            break
        hidden.add(min(near, key=lambda k: (not lines[k].group, lines[k].count == 0, lines[k].count, k)))
    for k in sorted(hidden - without - small, key=lambda k: -lines[k].count):
        if not _tells(small, hidden - {k}, lines, sums):
            hidden.discard(k)
    return hidden


def _tells(small: set[int], hidden: set[int], lines: Mapping[int, Line], sums: Sequence[Sum]) -> bool:
    return any(_is_told(k, hidden, lines, sums) for k in small)


def _sums(lines: Mapping[int, Line]) -> Iterator[Sum]:
    """What a reader of all lines of one question knows of their counts."""
    place = {(line.answer, line.group): k for k, line in lines.items()}
    for group in dict.fromkeys(line.group for line in lines.values()):
        own = {k: line for k, line in lines.items() if line.group == group}
        whole = [k for k, line in own.items() if not line.parts]
        answered = next(iter(own.values())).answered
        shares = all(line.kind == "share" for line in own.values())
        if shares and sum(own[k].count for k in whole) == answered:  # as it is not where one may tick several boxes
            yield dict.fromkeys(whole, 1), answered
        for k, line in own.items():
            if line.parts:
                yield {k: -1} | {place[part, group]: 1 for part in line.parts}, 0
    columns = {line.group.partition(": ")[0] for line in lines.values() if line.group}
    for answer in dict.fromkeys(line.answer for line in lines.values()):
        for column in columns:
            groups = [k for k, line in lines.items() if line.answer == answer and line.group.startswith(f"{column}: ")]
            everyone = place.get((answer, ""))
            if everyone is not None and sum(lines[k].answered for k in groups) == lines[everyone].answered:
                yield {everyone: -1} | dict.fromkeys(groups, 1), 0


def _is_told(k: int, hidden: set[int], lines: Mapping[int, Line], sums: Sequence[Sum]) -> bool:
    """Whether the sums and what is shown leave a hidden count one value alone."""
    places = sorted(hidden)
    used = [(terms, total) for terms, total in sums if set(terms) & hidden]
    if not used:
        return False
    matrix = [[terms.get(j, 0) for j in places] for terms, _ in used]
    totals = [total - sum(sign * lines[j].count for j, sign in terms.items() if j not in hidden)
              for terms, total in used]  # fmt: skip
    bounds = [(0, lines[j].answered) for j in places]
    aim = np.array(places) == k
    low, high = (linprog(sign * aim, A_eq=matrix, b_eq=totals, bounds=bounds) for sign in (1, -1))
    return bool(-high.fun - low.fun < 1 - 1e-6)
