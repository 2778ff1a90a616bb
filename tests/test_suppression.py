"""A hidden count stays hidden from whoever adds and subtracts what is shown, and no more is hidden than that takes."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from crosswave.microdata.design import Estimate
from crosswave.microdata.suppression import Line, suppressed

SHOWN = Estimate(0.5, 0.1, 0.3, 0.7, 10, 1.0, 10.0, 9)
GROUPS, ANSWERS = ("sex: men", "sex: women"), ("a", "b", "c")
TABLES = st.lists(st.lists(st.integers(0, 7), min_size=3, max_size=3), min_size=2, max_size=2)


def line(answer: str, group: str, count: int, answered: int, parts: tuple[str, ...] = ()) -> Line:
    return Line("q", "Q?", answer, group, SHOWN, count, answered, answered, "share", parts)


def table(counts: list[list[int]], net: bool = False) -> list[Line]:
    """All, men and women by three answers, with a net of the first two."""
    rows = {"": [sum(column) for column in zip(*counts, strict=True)], **dict(zip(GROUPS, counts, strict=True))}
    found = [line(a, g, c, sum(row)) for g, row in rows.items() for a, c in zip(ANSWERS, row, strict=True)]
    nets = [line("a or b", g, row[0] + row[1], sum(row), ("a", "b")) for g, row in rows.items()]
    return found + (nets if net else [])


def attack(shown: list[Line]) -> dict[tuple[str, str], set[int]]:
    """All values that each count can have: every table of whole numbers that agrees with what is shown is tried."""
    known = {(one.answer, one.group): one.count for one in shown if one.estimate}
    totals = {one.group: one.answered for one in shown}
    rows = {g: [(a, b, n - a - b) for a in range(n + 1) for b in range(n + 1 - a)]
            for g, n in totals.items() if g}  # fmt: skip
    possible: dict[tuple[str, str], set[int]] = {}
    for men, women in product(*(rows[group] for group in GROUPS)):
        every = {"": [m + w for m, w in zip(men, women, strict=True)], GROUPS[0]: men, GROUPS[1]: women}
        cells = {(a, g): c for g, row in every.items() for a, c in zip(ANSWERS, row, strict=True)}
        cells |= {("a or b", g): row[0] + row[1] for g, row in every.items()}
        if all(cells[key] == count for key, count in known.items()):
            for key, count in cells.items():
                possible.setdefault(key, set()).add(count)
    return possible


@pytest.mark.thorough
@settings(deadline=None, max_examples=60)
@given(TABLES, st.integers(2, 4), st.booleans())
def test_no_sum_gives_a_small_cell_away(counts: list[list[int]], least: int, net: bool) -> None:
    assume(all(sum(row) > 1 for row in counts))
    lines = table(counts, net)
    shown = suppressed(lines, least)
    possible = attack(shown)
    for before, after in zip(lines, shown, strict=True):
        if 0 < before.count < least or 0 < before.answered - before.count < least:
            assert after.estimate is None and len(possible[before.answer, before.group]) > 1
        if after.estimate is None:
            assert (after.count, after.readings) == (0, {})


def hidden(lines: list[Line]) -> set[tuple[str, str]]:
    return {(one.answer, one.group) for one in lines if one.estimate is None}


def test_the_attack_succeeds_where_the_small_cell_alone_is_hidden() -> None:
    """Two of twenty men say c: 20 - 12 - 6 tells it, and so does 9 in all less 7 women."""
    lines = table([[12, 6, 2], [8, 9, 7]])
    alone = [one if 0 < one.count >= 3 else Line(*one_hidden(one)) for one in lines]
    assert hidden(alone) == {("c", GROUPS[0])} and attack(alone)["c", GROUPS[0]] == {2}
    shown = suppressed(lines, 3)
    assert hidden(shown) == {("c", GROUPS[0]), ("b", GROUPS[0]), ("b", GROUPS[1]), ("c", GROUPS[1])}
    assert attack(shown)["c", GROUPS[0]] == set(range(9))


def one_hidden(one: Line) -> tuple[str, str, str, str, None, int, int, int]:
    return one.question, one.label, one.answer, one.group, None, 0, one.answered, one.asked


@given(TABLES)
def test_nothing_is_hidden_where_nothing_is_small(counts: list[list[int]]) -> None:
    lines = table(counts)
    assert suppressed(lines, 0) == lines
    large = table([[count + 5 for count in row] for row in counts])
    assert suppressed(large, 5) == large


def test_a_net_gives_no_part_away() -> None:
    lines = [line("a", "", 1, 30), line("b", "", 9, 30), line("c", "", 20, 30), line("a or b", "", 10, 30, ("a", "b"))]
    assert hidden(suppressed(lines, 5)) == {("a", ""), ("b", "")}


def test_boxes_of_which_one_may_tick_several_are_hidden_alone() -> None:
    lines = [line("a", "", 2, 30), line("b", "", 25, 30), line("c", "", 20, 30)]
    assert hidden(suppressed(lines, 5)) == {("a", "")}
