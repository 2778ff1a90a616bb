"""Figures printed for organisations beside figures for the people who answered from them."""

from __future__ import annotations

import random

import pytest

from crosswave.reconstruct import reconstruct
from made_surveys import answer, prints, question, survey
from test_reconstruct import bounds_of

BY_ORGANISATION = {"counts": "organisations"}


def told_twice(n: int, organisations: int, people: str, bodies: str, **more):
    """One answer, printed as a share of people and as a share of organisations."""
    rows = [answer("people", people), answer("bodies", bodies, base=BY_ORGANISATION, organisations_of="people")]
    return survey(n, question("q", *rows), organisations=organisations, **more)


def test_organisations_are_counted_on_their_own_number(registry):
    """3 of 4 organisations, 4 of 10 people."""
    found = reconstruct(told_twice(10, 4, "40%", "75%"), registry)
    assert bounds_of(found) == {"q.people": (4, 4, (10,)), "q.bodies": (3, 3, (4,))}
    assert "q counts all 4 organisations, once each" in found.assumptions
    assert found.findings["demo.q.bodies"].level == "consistent"


def test_more_organisations_than_people_cannot_have_given_an_answer(registry):
    """75 % of 4 organisations are 3; 20 % of 10 people are 2."""
    [conflict] = reconstruct(told_twice(10, 4, "20%", "75%"), registry).conflicts
    assert set(conflict.figures) == {"q.people", "q.bodies"}
    link = "q.bodies counts the organisations where somebody gave q.people, and no others"
    assert link in conflict.assumptions
    assert not reconstruct(told_twice(10, 4, "20%", "75%"), registry, retract=[link]).conflicts


def test_organisations_without_the_answer_need_somebody_who_did_not_give_it(registry):
    """25 % of 4 leave 3 organisations; 80 % of 10 people leave 2 people."""
    assert reconstruct(told_twice(10, 4, "80%", "25%"), registry).conflicts


@pytest.mark.thorough
def test_people_and_organisations_equal_plain_enumeration(registry):
    dice, outcomes = random.Random(3), set()
    for _ in range(150):
        n = dice.randint(4, 25)
        bodies = dice.randint(1, n)
        printed = f"{dice.randint(0, 100)}%", f"{dice.randint(0, 100)}%"
        pairs = [
            (c, k)
            for c in range(n + 1)
            for k in range(bodies + 1)
            if prints(c, n, printed[0]) and prints(k, bodies, printed[1]) and k <= c and bodies - k <= n - c
        ]
        found = reconstruct(told_twice(n, bodies, *printed), registry)
        outcomes.add(bool(pairs))
        assert bool(found.conflicts) != bool(pairs)
        if pairs:
            people, some = [c for c, _ in pairs], [k for _, k in pairs]
            expected = {"q.people": (min(people), max(people), (n,)), "q.bodies": (min(some), max(some), (bodies,))}
            assert bounds_of(found) == expected
    assert outcomes == {True, False}


def test_every_organisation_sends_somebody(registry):
    size = {"printed": "over 300", "value": 300, "kind": "at-least"}
    assert reconstruct(survey(size, question("q", answer("a", "50%")), organisations=350), registry).n == (350, 399)


def test_organisations_can_be_one_reading_of_an_ambiguous_base(registry):
    base = {"either": ["all", BY_ORGANISATION]}
    of = survey(28, question("q", answer("a", "41%"), base=base), organisations=17)
    found = reconstruct(of, registry)
    assert found.surviving == ("q: organisations",)
    assert bounds_of(found) == {"q.a": (7, 7, (17,))}
