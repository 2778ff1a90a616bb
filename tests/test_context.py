"""Dated facts: the arithmetic of their documents, done by hand."""

from dataclasses import replace

import pytest

from crosswave.claims import Checker, ClaimVerdict
from crosswave.report.context import checks_table, claims_of_facts, facts_answer, facts_between
from crosswave.study import Registry


@pytest.fixture(scope="module")
def checks(registry: Registry) -> dict[str, ClaimVerdict]:
    checker = Checker(registry, {}, 0.05)
    return {name: checker.check(registry.claims[name]) for name in claims_of_facts(registry)}


@pytest.mark.parametrize(
    ("claim", "answered", "known"),
    [
        # 10 * 145 + 10,000 * 1.65 - 1,000 * (36.1 to 38): "nearly 38" begins a twentieth lower.
        ("two-programmes-under-a-tenth-of-cost", "true", "is -20,050 to -18,150,"),
        # 38 / 19; "over 19" ends at 29: 36.1 / 29 = 1.2448 to 38 / 19.
        ("programmes-cost-about-two-billion-each", "undecided by rounding", "is 1.24 to 2,"),
        # 0.8 / (0.52 + 4.5) = 15.94 % to 0.9 / (0.42 + 4.5) = 18.29 %.
        ("automation-more-than-a-seventh-of-staff", "true", "is 0.159 to 0.183,"),
        # 84 / 20; each may be a tenth off: 75.6 / 22 to 92.4 / 18.
        ("at-least-three-inmates-per-officer", "true", "is 3.44 to 5.13,"),
        ("one-date-for-the-strategy", "does not follow", "is 1,"),
    ],
)
def test_a_check_gives_what_a_hand_computes(
    checks: dict[str, ClaimVerdict], claim: str, answered: str, known: str
) -> None:
    found = checks[f"blog-2021-{claim}"]
    assert found.answered == answered and known in found.reason


def test_a_claim_of_figures_is_no_check_of_facts(registry: Registry, checks: dict[str, ClaimVerdict]) -> None:
    fewer = replace(registry, facts={})
    assert claims_of_facts(fewer) == []
    assert all(set(check.claim.names) <= set(registry.facts) for check in checks.values())


def test_the_answer_and_the_table_hold_every_check(registry: Registry, checks: dict[str, ClaimVerdict]) -> None:
    said = facts_answer(list(registry.facts.values()), list(checks.values()))
    assert len(said) == 1 + len(checks) == 1 + len(checks_table(checks.values()))
    assert said[0].startswith(f"{len(registry.facts)} dated facts, {len(checks)} checks")


def test_years_in_the_wrong_order_are_refused(registry: Registry) -> None:
    assert {fact.year for fact in facts_between(registry, 2011, 2013)} == {2011, 2012, 2013}
    with pytest.raises(ValueError, match="from_year 2020 must not be after to_year 2017; swap them"):
        facts_between(registry, 2020, 2017)
