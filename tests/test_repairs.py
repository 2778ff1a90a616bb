"""What removes a conflict: each repair is tried, and a conflict is minimal."""

from fractions import Fraction
from itertools import combinations

import pytest

from crosswave.printed.intervals import percent_interval
from crosswave.reconstruct.arithmetic import Arithmetic, BaseSize, Figure, Link
from crosswave.reconstruct.conflicts import find_conflicts, survey_repairs, with_repairs
from crosswave.reconstruct.cpsat import Model, elements


def base(n, key="q|all", who="everyone"):
    return BaseSize(key, who, n, n, (), f"the base of {key} is {who}")


def figure(name, percent, size):
    return Figure(name, f"{percent}%", percent_interval(str(percent), 0), 0, size)


def survey(n, *percents, links=()):
    figures = tuple(figure(f"q.a{k}", percent, base(n)) for k, percent in enumerate(percents))
    return Arithmetic(figures, tuple(links), (n, n))


def exclusive(*names):
    return Link("exclusive", names, "answers to q exclude each other")


def test_forty_one_percent_of_twenty_eight_by_hand():
    """11 of 28 is 39.3 %, 12 is 42.9 %; 11 of 27 is 40.7 %, 12 of 29 is 41.4 %; cut off, 41 % needs 11.48 to 11.76."""
    [conflict] = find_conflicts(survey(28, 41))
    assert conflict.repairs == ("with a base of 27 in place of 28", "with 29 asked in place of 28")
    assert conflict.words == (
        "no whole number of answers gives 41% (q.a0) if the base of q|all is everyone; it would fit with a base of 27 "
        "in place of 28, or with 29 asked in place of 28"
    )


def test_a_truncated_percentage_is_recognised():
    """10 of 19 is 52.6 %: rounded it prints as 53 %, cut off as 52 %; no rounded share of 19 is 52 %."""
    [conflict] = find_conflicts(survey(19, 52))
    assert "with percentages cut off in place of rounded" in conflict.repairs


def test_two_conflicts_of_one_question_are_both_found():
    conflicts = list(find_conflicts(survey(28, 41, 53, 50)))
    assert [conflict.figures for conflict in conflicts[:2]] == [("q.a0",), ("q.a1",)]


def test_answers_that_exceed_everybody_are_one_conflict_with_the_link_as_repair():
    [conflict] = find_conflicts(survey(100, 60, 57, links=[exclusive("q.a0", "q.a1")]))
    assert conflict.figures == ("q.a0", "q.a1")
    assert "without the assumption that answers to q exclude each other" in conflict.repairs


def test_no_more_conflicts_are_listed_than_the_limit():
    assert len(list(find_conflicts(survey(28, 41, 53, 41), limit=2))) == 2


@pytest.mark.parametrize("percents", list(combinations((41, 50, 53, 29), 3)))
def test_every_conflict_is_infeasible_and_minimal(percents):
    part = survey(28, *percents, links=[exclusive("q.a0", "q.a1", "q.a2")])
    for conflict in find_conflicts(part):
        words = set(conflict.assumptions)
        core = [e for e in elements(part) if e.name in conflict.figures or (e.kind != "figure" and e.words in words)]
        assert not Model(part, core).feasible()
        for element in core:
            assert Model(part, [other for other in core if other != element]).feasible()


def test_all_minimal_conflicts_are_found():
    """Compared with every subset of the elements of a small part, largest first."""
    part = survey(20, 60, 45, 30, links=[exclusive("q.a0", "q.a1", "q.a2")])
    every = elements(part)
    infeasible = [
        frozenset(subset)
        for size in range(1, len(every) + 1)
        for subset in combinations(every, size)
        if not Model(part, subset).feasible()
    ]
    minimal = {core for core in infeasible if not any(other < core for other in infeasible)}
    found = {frozenset(conflict.figures) for conflict in find_conflicts(part)}
    assert found == {frozenset(e.name for e in core if e.kind == "figure") for core in minimal}


def test_a_base_for_all_figures_of_the_same_people_is_offered():
    """55, 43 and 10 % cannot all come from 37; 22, 17 and 4 of 40 print them."""
    part = survey(37, 55, 43, 10)
    assert survey_repairs(part, ("q.a0",), {})[0] == "with 40 for all 3 figures of everyone"


def of_several(percent, *answers):
    """A figure of those who gave some of the answers to q, each by so many of 31 people."""
    those = BaseSize("r|those", "those", 1, 31, answers, "all of them (those) answered r")
    figures = figure("q.a", 55, base(31)), figure("q.b", 45, base(31)), figure("r.c", percent, those)
    return Arithmetic(figures, (), (31, 31))


def test_one_of_the_answers_that_make_up_a_base_is_offered_as_the_base():
    """41 % of 17 is 7; of 31 (12 are 38.7 %, 13 are 41.9 %) and of 14 (5 are 35.7 %, 6 are 42.9 %) it is impossible."""
    part = of_several(41, "q.a", "q.b")
    assert survey_repairs(part, ("r.c",), {"q.a": (17, 17), "q.b": (14, 14)}) == (
        "if only the 17 behind q.a were asked",
    )
    assert survey_repairs(part, ("r.c",), {"q.b": (14, 14)}) == ()


@pytest.mark.parametrize("answers", [(), ("q.a",)])
def test_an_answer_that_the_base_does_not_name_is_never_offered_as_one(answers):
    """41 % of 17 is 7, and so could be of any 17 people: a survey has many answers, and one of them fits by chance."""
    counts = {"q.a": (22, 22), "q.b": (14, 14), "other.yes": (17, 17)}
    part = of_several(41, *answers) if answers else survey(28, 41)
    assert survey_repairs(part, ("r.c",) if answers else ("q.a0",), counts) == ()


def test_further_repairs_stand_in_the_words():
    [conflict] = find_conflicts(survey(28, 41))
    more = with_repairs(conflict, ("if only the 17 behind cloud.yes were asked",))
    assert more.words.endswith("; or if only the 17 behind cloud.yes were asked")
    assert len(more.repairs) == len(conflict.repairs) + 1


def test_intervals_are_exact():
    assert figure("q.a", 41, base(28)).share.low == Fraction(81, 200)


def test_a_subset_of_nobody_is_a_conflict_of_both_figures():
    """0 % of 10 is nobody, and of nobody no half can be printed: neither figure is impossible by itself."""
    everyone = base(10)
    subset = BaseSize("r|those", "those", 1, 10, ("q.a",), "all of them (those) answered r")
    figures = figure("q.a", 0, everyone), figure("q.b", 50, everyone), figure("r.c", 50, subset)
    [conflict] = find_conflicts(Arithmetic(figures, (), (10, 10)))
    assert conflict.figures == ("q.a", "r.c")
    assert conflict.words == (
        "no whole number of answers gives 0% (q.a) with 50% (r.c), the one being asked of those who gave the other"
    )
