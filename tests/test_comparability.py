"""The gate, rule by rule against a typed table: an unknown grade counts as different, and the worst grade counts."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crosswave.study import Registry
from crosswave.study.models import ConstructAnswer
from crosswave.trend.comparability import GRADES, compare_grades, grade_pair

ASPECTS = ("population", "unit", "stem", "wording", "base", "response", "mode", "house")
WORDS = ("same", "similar", "different", "unknown")
# What each grade of each aspect gives alone where another house asked: similar, different, unknown.
TABLE = {
    "population": ("B2", "B3", "B3"),
    "unit": ("B2", "C", "C"),
    "stem": ("B2", "C", "C"),
    "wording": ("B2", "B3", "B3"),
    "base": ("B2", "C", "C"),
    "response": ("B2", "C", "C"),
    "mode": ("A", "B3", "A"),  # a mode that is not known neither raises nor lowers
    "house": ("A", "B1", "B1"),
}
ALONE = {(a, w): g for a, gives in TABLE.items() for w, g in zip(("same", *WORDS[1:]), ("A", *gives), strict=True)}


ONE_HOUSE = {"B2": "H"}
"""What one house makes of a grade."""


def all_same(**other: str) -> dict[str, str]:
    return dict.fromkeys(ASPECTS, "same") | other


@pytest.mark.parametrize(("aspect", "word"), ALONE)
def test_each_rule_alone(registry: Registry, aspect: str, word: str) -> None:
    found = compare_grades(all_same(**{aspect: word}), registry.plan)
    assert found.grade == ONE_HOUSE.get(ALONE[aspect, word], ALONE[aspect, word])
    assert found.refused == (found.grade == "C")
    assert found.reasons


@settings(derandomize=True, deadline=None, max_examples=300)
@given(st.fixed_dictionaries({aspect: st.sampled_from(WORDS) for aspect in ASPECTS}))
def test_the_worst_grade_of_any_aspect_is_the_grade(registry: Registry, grades: dict[str, str]) -> None:
    found = compare_grades(grades, registry.plan)
    worst = max((ALONE[pair] for pair in grades.items()), key=GRADES.index)
    assert found.grade == (ONE_HOUSE.get(worst, worst) if grades["house"] == "same" else worst)
    steps = {"same": 0, "similar": 1, "unknown": 2, "different": 3}
    assert found.distance == sum(steps[word] for word in grades.values())


@pytest.mark.parametrize("aspect", [a for a in ASPECTS if a != "mode"])
def test_an_unknown_grade_counts_as_different(registry: Registry, aspect: str) -> None:
    unknown, different = (
        compare_grades(all_same(**{aspect: w}), registry.plan).grade for w in ("unknown", "different")
    )
    assert unknown == different


@pytest.mark.parametrize("aspect", [a for a in ASPECTS if a != "mode"])
def test_an_aspect_that_nobody_graded_is_unknown_and_not_the_same(registry: Registry, aspect: str) -> None:
    graded = {other: "same" for other in ASPECTS if other != aspect}
    assert compare_grades(graded, registry.plan).grade == ALONE[aspect, "unknown"]


def test_nothing_graded_is_refused(registry: Registry) -> None:
    assert compare_grades({}, registry.plan).refused


def test_a_word_that_is_no_grade_is_told_with_those_allowed(registry: Registry) -> None:
    with pytest.raises(
        ValueError, match=r"^grade of stem must be one of same, similar, unknown, different; 'alike' arrived$"
    ):
        compare_grades(all_same(stem="alike"), registry.plan)


def test_every_reason_of_the_grade_is_given_and_no_other(registry: Registry) -> None:
    found = compare_grades(all_same(unit="different", base="unknown", wording="similar"), registry.plan)
    assert found.reasons == (
        "one counts people, the other organisations or freedom-of-information returns",
        "one rests on a subset, or on a base that is not known to be the same",
    )
    assert compare_grades(all_same(), registry.plan).reasons == ("the same instrument, house and population repeated",)


@pytest.fixture
def pair(
    registry: Registry,
    make_survey: Callable[..., Any],
    make_construct: Callable[..., Any],
    small_registry: Callable[..., Registry],
) -> Callable[..., str]:
    """The grade of two waves, with what is recorded of each survey and of the second answer."""

    def grade(first: dict[str, Any], second: dict[str, Any], **grades: str) -> str:
        waves = [
            make_survey(f"w-{year}", year, 500, more=more, a="40%") for year, more in ((2017, first), (2019, second))
        ]
        construct = make_construct("c", "w-2017.q.a", "w-2019.q.a", **grades)
        small = small_registry(waves, [construct])
        one, other = construct.answers
        found = {grade_pair(one, other, small).grade, grade_pair(other, one, small).grade}
        assert len(found) == 1
        return found.pop()

    return grade


HOUSE: list[tuple[dict[str, Any], dict[str, Any], str]] = [
    ({"fieldwork": {"house": "X"}}, {"fieldwork": {"house": "X"}}, "A"),
    ({"fieldwork": {"house": "X"}}, {"fieldwork": {"house": "Y"}}, "B1"),
    ({"fieldwork": {"house": "X"}, "series": "s"}, {"fieldwork": {"house": "Y"}, "series": "s"}, "B1"),
    ({"publisher": None, "series": "s"}, {"publisher": None, "series": "s"}, "A"),
    ({"publisher": None}, {"publisher": None}, "B1"),
    ({"publisher": "P"}, {"publisher": None}, "B1"),
    ({"publisher": "P"}, {"publisher": "Q"}, "B1"),
    ({"mode": "online"}, {"mode": "telephone"}, "B3"),
    ({"mode": "online"}, {"mode": "online"}, "A"),
    ({"mode": "online"}, {}, "A"),
]


@pytest.mark.parametrize(("first", "second", "grade"), HOUSE)
def test_mode_and_house_come_from_the_surveys(pair: Callable[..., str], first: Any, second: Any, grade: str) -> None:
    assert pair(first, second) == grade


def test_recorded_grades_and_those_of_the_surveys_count_together(pair: Callable[..., str]) -> None:
    assert pair({"publisher": "P"}, {"publisher": "Q"}, wording="similar") == "B2"
    assert pair({"publisher": "P"}, {"publisher": "Q"}, unit="different") == "C"
    assert pair({"publisher": "P"}, {"publisher": "Q"}, wording="different") == "B3"


def test_similar_words_of_one_house_are_nearer_than_those_of_two_and_different_ones_are_not(
    pair: Callable[..., str],
) -> None:
    one, two = ({"publisher": "P"}, {"publisher": "P"}), ({"publisher": "P"}, {"publisher": "Q"})
    assert (pair(*one, wording="similar"), pair(*two, wording="similar")) == ("H", "B2")
    assert (pair(*one, wording="different"), pair(*two, wording="different")) == ("B3", "B3")
    assert (pair(*one), pair(*two)) == ("A", "B1")


def graded(finding: str, linked: tuple[str, ...] = (), **grades: str) -> ConstructAnswer:
    aspects = dict.fromkeys(("population", "unit", "stem", "wording", "base", "response"), "same") | grades
    return ConstructAnswer.model_validate({"finding": finding, "grades": aspects, "same_instrument_as": linked})


def test_two_answers_are_as_far_apart_as_the_farther_of_them_is_from_the_reference(
    make_survey: Callable[..., Any], small_registry: Callable[..., Registry]
) -> None:
    small = small_registry([make_survey(f"w-{year}", year, 500, a="40%") for year in (2017, 2018)])
    for one, other in itertools.product(WORDS, repeat=2):
        found = grade_pair(graded("w-2017.q.a", wording=one), graded("w-2018.q.a", wording=other), small)
        assert found.aspects["wording"] == max(one, other, key=("same", "similar", "unknown", "different").index)


def test_one_instrument_repeated_is_the_same_in_everything_although_both_differ_from_the_reference(
    make_survey: Callable[..., Any], small_registry: Callable[..., Registry]
) -> None:
    small = small_registry([make_survey(f"w-{year}", year, 500, a="40%") for year in (2017, 2018)])
    one, other = graded("w-2017.q.a", ("w-2018.q.a",), stem="different"), graded("w-2018.q.a", stem="different")
    assert grade_pair(one, other, small).grade == grade_pair(other, one, small).grade == "A"


def test_a_link_to_the_reference_does_not_wipe_out_a_recorded_difference(
    make_survey: Callable[..., Any], small_registry: Callable[..., Registry]
) -> None:
    small = small_registry([make_survey(f"w-{year}", year, 500, a="40%") for year in (2017, 2018)])
    one, other = graded("w-2017.q.a", ("w-2018.q.a",)), graded("w-2018.q.a", wording="similar")
    assert grade_pair(one, other, small).grade == "H"


def test_the_gate_is_symmetric_on_every_pair_of_the_registry(registry: Registry) -> None:
    pairs = [p for c in registry.constructs.values() for p in itertools.combinations(c.answers, 2)]
    assert len(pairs) > 100
    for one, other in pairs:
        forth, back = grade_pair(one, other, registry), grade_pair(other, one, registry)
        assert (forth.grade, forth.reasons) == (back.grade, back.reasons)


def test_igov_culture_2017_and_2019_differ_in_wording_and_population(registry: Registry) -> None:
    answers = {a.finding: a for a in registry.construct("barrier-culture").answers}
    found = grade_pair(answers["igov-2017.barriers.culture"], answers["igov-parkplace-2019.barriers.culture"], registry)
    assert found.grade == "H"
    assert "another slice of the public sector answered" in found.reasons
