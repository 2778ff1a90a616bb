"""How many can have given two answers both: by hand, and against every table of respondents of a small survey."""

from __future__ import annotations

import random
from fractions import Fraction
from itertools import product

import pytest

from crosswave.reconstruct.joint import joint_counts, joint_ratios
from crosswave.reconstruct.solve import feasible_readings
from made_surveys import answer, prints, question, survey


def test_sixty_and_seventy_of_a_hundred_share_thirty_to_sixty(registry):
    of = survey(100, question("q", answer("a", "60%"), answer("b", "70%"), response="multi"))
    assert joint_counts(of, registry, "q.a", "q.b") == (30, 60)


def test_answers_that_exclude_each_other_share_nobody(registry):
    of = survey(100, question("q", answer("a", "60%"), answer("b", "30%"), response="single"))
    assert joint_counts(of, registry, "q.a", "q.b") == (0, 0)


def test_a_part_lies_in_its_whole_and_a_subset_in_the_answer_that_defines_it(registry):
    subset = question("r", answer("c", "50%"), base={"who": "those", "answers": ["q.a"]})
    rows = question("q", answer("a", "60%"), answer("b", "20%", part_of="a"))
    of = survey(100, rows, subset)
    assert joint_counts(of, registry, "q.b", "q.a") == (20, 20)
    assert joint_counts(of, registry, "r.c", "q.a") == (30, 30)


def test_answers_of_two_questions_share_what_everybody_leaves_them(registry):
    of = survey(100, question("q", answer("a", "60%")), question("r", answer("b", "70%")))
    assert joint_counts(of, registry, "q.a", "r.b") == (30, 60)


def test_where_nothing_says_how_many_there_are_in_all_two_subsets_may_share_nobody(registry):
    some, others = ({"who": who, "n": n} for who, n in (("some", 50), ("others", 40)))
    rows = question("q", answer("a", "90%"), base=some), question("r", answer("b", "90%"), base=others)
    assert joint_counts(survey({"kind": "unknown"}, *rows), registry, "q.a", "r.b") == (0, 36)


def test_bounds_equal_those_over_every_table_of_two_answers(registry):
    dice = random.Random(4)
    for _ in range(60):
        n = dice.randint(3, 9)
        texts = [f"{round(100 * dice.randint(0, n) / n)}%" for _ in range(2)]
        shared = [
            cells[0]
            for cells in product(range(n + 1), repeat=3)
            if sum(cells) <= n and prints(cells[0] + cells[1], n, texts[0]) and prints(cells[0] + cells[2], n, texts[1])
        ]
        of = survey(n, question("q", answer("a", texts[0]), answer("b", texts[1]), response="multi"))
        assert joint_counts(of, registry, "q.a", "q.b") == (min(shared), max(shared))


def test_two_answers_without_counts_have_no_bounds(registry):
    of = survey({"kind": "unknown"}, question("q", answer("a", "60%"), answer("b", "30%")))
    with pytest.raises(ValueError, match=r"demo has no counts for both q\.a and q\.b; see their levels"):
        joint_counts(of, registry, "q.a", "q.b")


@pytest.mark.parametrize("seed", range(12))
def test_a_ratio_of_answers_is_that_of_every_table(registry, seed):
    """Three answers that exclude each other, printed by some people of 40 to 45: every table, one by one."""
    draw = random.Random(seed)
    n = draw.randint(40, 45)
    counts = sorted(draw.sample(range(1, n), 2))
    true = (counts[0], counts[1] - counts[0], n - counts[1])
    printed = [f"{round(100 * count / n)}%" for count in true]
    answers = [answer(name, text) for name, text in zip("abc", printed, strict=True)]
    size = {"kind": "derived", "low": 40, "high": 45, "how": "h"}
    of = survey(size, question("q", *answers, response="single", exhaustive=True))
    fits = [
        (a, b, m - a - b)
        for m in range(40, 46)
        for a, b in product(range(m + 1), repeat=2)
        if a + b <= m and all(prints(c, m, text) for c, text in zip((a, b, m - a - b), printed, strict=True))
    ]
    readings = feasible_readings(of, registry)
    among = [Fraction(a, a + b) for a, b, _ in fits]
    apart = [Fraction(a - 2 * b, a + b + c) for a, b, c in fits]
    assert joint_ratios(readings, {"q.a": 1}, ["q.a", "q.b"]) == (min(among), max(among))
    assert joint_ratios(readings, {"q.a": 1, "q.b": -2}) == (min(apart), max(apart))


def test_a_ratio_needs_one_base_and_a_divisor_of_somebody(registry):
    subset = answer("b", "50%", base={"who": "some", "n": 20})
    of = survey(100, question("q", answer("a", "60%"), subset, answer("c", "0%")))
    readings = feasible_readings(of, registry)
    assert joint_ratios(readings, {"q.a": 1}, ["q.b"]) is None
    assert joint_ratios(readings, {"q.a": 1}, ["q.c"]) is None
    assert joint_ratios(readings, {"q.a": 1, "q.nobody": 1}) is None
    assert joint_ratios(readings, {"q.a": 1}) == (Fraction(3, 5), Fraction(3, 5))
