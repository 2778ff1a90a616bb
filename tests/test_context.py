"""Dated facts: the arithmetic of their documents, done by hand."""

import pytest

from crosswave.report.context import facts_answer, facts_between
from crosswave.study import Registry
from crosswave.study.context import check_facts


@pytest.mark.parametrize(
    ("check", "as_printed", "known"),
    [
        # (145 + 1,650) / 38,000 million = 4.72 %; "nearly 38 billion" begins at 36.1: 1,795 / 36,100 = 4.97 %.
        ("named-costs", "4.7%", "4.7% to 5.0%"),
        # 38 / 19; "over 19" ends at 29: 36.1 / 29 = 1.2448 to 38 / 19.
        ("cost-each", "GBP 2.00 billion", "GBP 1.24 billion to GBP 2.00 billion"),
        # 0.8 / (0.42 + 4.5) million; 0.8 / (0.52 + 4.5) = 15.94 % to 0.9 / (0.42 + 4.5) = 18.29 %.
        ("jobs", "16.3%", "15.9% to 18.3%"),
        # 84 / 20; each may be a tenth off: 75.6 / 22 to 92.4 / 18.
        ("inmates", "4.2", "3.4 to 5.1"),
        ("strategy-dates", "2012 in one document, 2011 + 2 = 2013 in the other", "2012 or 2013"),
    ],
)
def test_a_check_gives_what_a_hand_computes(registry: Registry, check: str, as_printed: str, known: str) -> None:
    found = {one.id: one for one in check_facts(registry.facts)}[check]
    assert (found.as_printed, found.at_most_known) == (as_printed, known)


def test_two_dates_of_one_strategy_are_told_apart(registry: Registry) -> None:
    found = {one.id: one for one in check_facts(registry.facts)}["strategy-dates"]
    assert found.finding.startswith("the dates are 1 year apart")


def test_a_check_without_its_facts_is_not_made(registry: Registry) -> None:
    fewer = {name: fact for name, fact in registry.facts.items() if name != "cf-2021-inmates"}
    assert "inmates" not in {check.id for check in check_facts(fewer)}
    assert check_facts({}) == ()


def test_every_check_names_facts_that_exist(registry: Registry) -> None:
    assert all(set(check.facts) <= set(registry.facts) for check in check_facts(registry.facts))


def test_the_answer_holds_every_check(registry: Registry) -> None:
    checks = check_facts(registry.facts)
    said = facts_answer(list(registry.facts.values()), checks)
    assert len(said) == 1 + len(checks) and said[0].startswith(
        f"{len(registry.facts)} dated facts, {len(checks)} checks"
    )


def test_years_in_the_wrong_order_are_refused(registry: Registry) -> None:
    assert {fact.year for fact in facts_between(registry, 2011, 2013)} == {2011, 2012, 2013}
    with pytest.raises(ValueError, match="from_year 2020 must not be after to_year 2017; swap them"):
        facts_between(registry, 2020, 2017)
