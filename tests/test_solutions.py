"""How many tables print the same figures, and which counts: against the literature, enumeration and the solver."""

from __future__ import annotations

import itertools
import random
from collections.abc import Mapping

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crosswave.printed.quantities import Lexicon
from crosswave.reconstruct import Reconstruction, reconstruct, tables_from_rows
from crosswave.reconstruct.arithmetic import components, retracted
from crosswave.reconstruct.bits import members, rests, runs, sums
from crosswave.reconstruct.boxes import is_simple
from crosswave.reconstruct.figures import readings
from crosswave.reconstruct.nets import SUM_OF_COUNTS, SUM_OF_PRINT
from crosswave.reconstruct.parts import _InModel, known, sizes
from crosswave.reconstruct.solutions import TABLES_LISTED, Solutions, points
from crosswave.reconstruct.solve import Solver
from crosswave.reconstruct.tree import plant
from crosswave.study import Registry
from crosswave.study.models import Survey
from made_surveys import answer, between, enumerate_solutions, question, random_survey, respondents_survey, survey

THREE_DECIMALS = [(".429", ".571"), (".625", ".375"), (".400", ".600"), (".556", ".444")]
TWO_DECIMALS = [(".43", ".57"), (".63", ".37"), (".40", ".60"), (".56", ".44")]


# --- by hand ----------------------------------------------------------------------------------------------------------


def test_the_number_of_tables_of_a_survey_counted_by_hand(registry: Registry) -> None:
    """50 % of 3 to 5 is 2 of 4 (2 of 3 is 67, of 5 is 40 or 60). Beside it 25 % is 1 of 4."""
    of = survey(between(3, 5), question("q", answer("a", "50%"), answer("b", "25%")))
    assert reconstruct(of, registry).solutions == Solutions(1, capped=False)
    of = survey(400, question("q", answer("a", "50%"), answer("b", "25%")))
    assert reconstruct(of, registry).solutions == Solutions(5 * 5, capped=False)  # 198 to 202 and 98 to 102
    of = survey(400, question("q", answer("a", "50%"), answer("b", "50%"), response="single"))
    assert reconstruct(of, registry).solutions == Solutions(
        15, capped=False
    )  # of 25 pairs those that sum to at most 400
    of = survey(400, question("q", answer("a", "50%"), answer("b", "50%"), response="single", exhaustive=True))
    assert reconstruct(of, registry).solutions == Solutions(5, capped=False)


def test_a_count_has_holes_where_its_base_has(registry: Registry) -> None:
    """20 % of 5 to 10 people is 1 of 5 or 2 of 10; 40 % is 2 or 4, and 3 is a hole."""
    found = reconstruct(survey(between(5, 10), question("q", answer("a", "20%"), answer("b", "40%"))), registry)
    assert found.findings["demo.q.b"].values == (2, 4)


def test_a_count_of_wide_range_is_not_listed(registry: Registry) -> None:
    of = survey(5000, question("q", answer("a", "20%")))
    counts = reconstruct(of, registry).findings["demo.q.a"]
    assert (counts.count_low, counts.count_high, counts.values) == (975, 1025, ())


def test_the_number_is_printed_with_what_it_is_worth() -> None:
    assert str(Solutions(12_345, capped=False)) == "12,345"
    assert str(Solutions(TABLES_LISTED, capped=True)) == "at least 10,000"
    assert str(Solutions(12 * 10**5000, capped=False)) == "about 1.2 x 10^5001"


# --- the literature ---------------------------------------------------------------------------------------------------


def test_sage_and_wright_2016_three_decimals_leave_two_tables() -> None:
    assert tables_from_rows(THREE_DECIMALS, 48) == [
        ((3, 4), (5, 3), (6, 9), (10, 8)),
        ((9, 12), (5, 3), (4, 6), (5, 4)),
    ]


@pytest.mark.parametrize(("half_width", "number"), [(None, 4), (".005", 4), (".01", 15)])
def test_sage_and_wright_2016_two_decimals(half_width: str | None, number: int) -> None:
    assert len(tables_from_rows(TWO_DECIMALS, 48, half_width)) == number


def test_rows_of_two_decimals_have_the_sizes_of_the_reference() -> None:
    tables = tables_from_rows(TWO_DECIMALS, 48)
    by_row = [{sum(table[k]) for table in tables} for k in range(4)]
    assert by_row == [{7, 14, 21}, {8, 27}, {5, 10, 15}, {9, 16, 18}]


@given(st.lists(st.lists(st.integers(1, 6), min_size=2, max_size=3), min_size=1, max_size=3))
def test_the_true_table_is_among_those_found(rows: list[list[int]]) -> None:
    printed = [[f"{cell / sum(row):.2f}" for cell in row] for row in rows]
    tables = tables_from_rows(printed, sum(map(sum, rows)))
    assert tuple(map(tuple, rows)) in tables
    assert tables == sorted(set(tables))


@pytest.mark.parametrize(
    ("rows", "total", "message"),
    [
        ([], 10, "tables need a row and a total of at least 1; 0 rows and 10 arrived"),
        ([(".5", ".5")], 0, "tables need a row and a total of at least 1; 1 rows and 0 arrived"),
        ([("half", ".5")], 4, "'half' is no share between 0 and 1; write it as printed, such as .429"),
    ],
)
def test_rows_that_cannot_be_read_are_refused(rows: list[tuple[str, ...]], total: int, message: str) -> None:
    with pytest.raises(ValueError) as caught:
        tables_from_rows(rows, total)
    assert str(caught.value) == message


# --- enumeration ------------------------------------------------------------------------------------------------------


def every_table(of: Survey) -> list[dict[str, tuple[int, int]]]:
    """Counts and bases of every table, over every reading."""
    ambiguous = {q.id: q.base.either for q in of.questions if q.base and q.base.either}
    picks = (dict(zip(ambiguous, pick, strict=True)) for pick in itertools.product(*ambiguous.values()))
    return [table for chosen in picks for table in enumerate_solutions(of, chosen, set())]


@pytest.mark.parametrize("batch", range(4))
def test_number_and_values_equal_plain_enumeration(registry: Registry, batch: int) -> None:
    dice, compared = random.Random(3000 + batch), 0
    for _ in range(60):
        of = random_survey(dice, false_share=0.2)
        tables = every_table(of)
        if not tables:
            continue
        found, compared = reconstruct(of, registry), compared + 1
        assert found.solutions == Solutions(len(tables), capped=False), of.model_dump_json(exclude_defaults=True)
        for name in tables[0]:
            values = tuple(sorted({table[name][0] for table in tables}))
            assert found.findings[f"demo.{name}"].values == values
    assert compared > 20


@given(st.lists(st.integers(0, 5), max_size=4), st.integers(-1, 22), st.booleans())
def test_points_are_those_that_plain_enumeration_finds(widths: list[int], total: int, exact: bool) -> None:
    every = itertools.product(*(range(width + 1) for width in widths))
    assert points(widths, total, exact=exact) == sum(
        sum(point) == total if exact else sum(point) <= total for point in every
    )


@given(st.sets(st.integers(0, 30)), st.sets(st.integers(0, 30)))
def test_bits_are_sets(one: set[int], other: set[int]) -> None:
    first, second = (sum(1 << k for k in numbers) for numbers in (one, other))
    assert set(members(sums(first, second))) == {a + b for a in one for b in other}
    assert set(members(rests(first, second))) == {a - b for a in one for b in other if a >= b}
    assert {k for low, high in runs(first) for k in range(low, high + 1)} == one


# --- trees and the solver ---------------------------------------------------------------------------------------------


def test_trees_and_the_solver_find_the_same(registry: Registry, lexicon: Lexicon) -> None:
    dice, compared = random.Random(12), 0
    while compared < 60:
        of = random_survey(dice, false_share=0.2) if compared % 2 else respondents_survey(dice)[0]
        for part in components(readings(of, lexicon, registry.plan)[0]):
            if is_simple(part) or plant(part) is None:
                continue
            tree, model, n = known(part), _InModel(part), sizes(part)
            np.testing.assert_array_equal(tree.fits(), model.fits())
            n = n[tree.fits()]
            if n.size and sum(tree.tables(n)[0]) <= TABLES_LISTED:
                compared += 1
                assert tree.bounds(n) == model.bounds(n)
                assert tree.tables(n) == model.tables(n)


def test_trees_and_the_solver_find_the_same_where_some_may_have_skipped_a_question(
    registry: Registry, lexicon: Lexicon
) -> None:
    dice, compared, below = random.Random(13), 0, 0
    while compared < 40:
        of = random_survey(dice, false_share=0.1)
        reading = readings(of, lexicon, registry.plan)[0]
        every = sorted({figure.base.assumption for figure in reading.figures})
        chosen = set(dice.sample(every, dice.randint(1, len(every)))) if every else set()
        for part in components(retracted(reading, chosen)):
            loose = [figure for figure in part.figures if figure.base.loose]
            if is_simple(part) or plant(part) is None or not loose:
                continue
            tree, model, n = known(part), _InModel(part), sizes(part)
            np.testing.assert_array_equal(tree.fits(), model.fits())
            n = n[tree.fits()]
            if n.size and sum(tree.tables(n)[0]) <= TABLES_LISTED:
                compared += 1
                below += any(figure.base.answers for figure in loose)
                assert tree.bounds(n) == model.bounds(n)
                assert tree.tables(n) == model.tables(n)
                left, possible = tree.possible(n), model.possible(n)
                assert {name: one.values for name, one in left.items()} == {
                    name: one.values for name, one in possible.items()
                }
    assert below >= 5


def test_parts_of_an_answer_that_overlap_are_no_tree_and_are_still_solved(registry: Registry, lexicon: Lexicon) -> None:
    rows = [answer("a", "50%"), answer("b", "25%", part_of="a"), answer("c", "37.5%", part_of="a")]
    of = survey(8, question("q", *rows, response="multi"))
    [part] = components(readings(of, lexicon, registry.plan)[0])
    assert plant(part) is None
    assert isinstance(known(part), _InModel)
    assert reconstruct(of, registry).solutions == Solutions(1, capped=False)


def test_what_only_the_solver_counts_is_capped_and_says_so(registry: Registry) -> None:
    rows = [answer("a", "50%"), answer("b", "25%", part_of="a"), answer("c", "37%", part_of="a")]
    of = survey(5000, question("q", *rows, response="multi"))
    assert reconstruct(of, registry).solutions == Solutions(TABLES_LISTED, capped=True)


def test_every_survey_of_the_registry_has_tables_counted_without_a_cap(
    reconstructions: Mapping[str, Reconstruction],
) -> None:
    for found in reconstructions.values():
        counted = any(counts.count_low is not None for counts in found.findings.values())
        assert (found.solutions is not None) == counted
        assert found.solutions is None or (found.solutions.number >= 1 and not found.solutions.capped)
    assert reconstructions["goss-2015"].solutions == Solutions(622, capped=False)


def test_without_a_figure_there_is_one_empty_table(registry: Registry, lexicon: Lexicon) -> None:
    of = survey({"kind": "unknown"}, question("q", answer("a", "50%")))
    assert reconstruct(of, registry).solutions is None
    assert Solver().tables(readings(of, lexicon, registry.plan)[0]) == Solutions(1, capped=False)


# --- nets of rounded parts --------------------------------------------------------------------------------------------


def thirds(net: str) -> Survey:
    """Of 8 people 3 and 1 give an answer: 38 and 13 %, together 4, which is 50 % and by the printed parts 51 %."""
    rows = [answer("a", "38%"), answer("b", "13%"), answer("c", "50%"), answer("net", net, net_of=["a", "b"])]
    return survey(8, question("q", *rows, response="single", exhaustive=True))


def test_a_net_that_adds_up_printed_figures_is_read_so_and_it_is_said(registry: Registry) -> None:
    found = reconstruct(thirds("51%"), registry)
    assert (found.conflicts, found.surviving) == ((), (SUM_OF_PRINT,))
    assert found.readings == (SUM_OF_COUNTS, SUM_OF_PRINT)
    assert found.findings["demo.q.net"].values == (4,)
    assert found.solutions == Solutions(1, capped=False)


def test_a_net_that_both_ways_of_adding_can_have_printed_is_read_both_ways(registry: Registry) -> None:
    """50 and 1 of 101 print as 50 and 1 %; together they are 50.5 %, which only added up prints as 51 %."""
    rows = [answer("a", "50%"), answer("b", "1%"), answer("net", "51%", net_of=["a", "b"])]
    found = reconstruct(survey(101, question("q", *rows, response="single")), registry)
    assert found.surviving == (SUM_OF_COUNTS, SUM_OF_PRINT)
    assert found.findings["demo.q.a"].values == (50, 51)
    assert found.solutions == Solutions(2, capped=False)


def test_a_net_that_is_a_sum_of_counts_is_never_read_otherwise(registry: Registry) -> None:
    found = reconstruct(thirds("50%"), registry)
    assert (found.conflicts, found.readings) == ((), ())


def test_a_net_that_is_neither_stays_a_conflict(registry: Registry) -> None:
    found = reconstruct(thirds("63%"), registry)
    assert "q.net" in {name for conflict in found.conflicts for name in conflict.figures}
    assert found.readings == ()
