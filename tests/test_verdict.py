"""The decision table is the one of plan.yaml, complete and in order; every comparison has exactly one outcome."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crosswave.difference.verdict import DECISIONS, Evidence, decide, outcomes
from crosswave.study import Registry
from two_shares import by_p

OUTCOMES = ("changed, immaterially", "rose", "fell", "no material change", "inconclusive")
SETS = [tuple(group) for size in (1, 2, 3, 5) for group in itertools.combinations(OUTCOMES, size)]
EVIDENCE = [
    *(Evidence(compared=False, refused=refused) for refused in (False, True)),
    *(
        Evidence(True, sized=sized, informative=informative, verbal=verbal, outcomes=found)
        for sized, informative, verbal in itertools.product((False, True), repeat=3)
        for found in SETS
    ),
]


def by_the_words_of_the_plan(e: Evidence) -> str:
    """The table again, written from its words and not from its code."""
    small, found = {"changed, immaterially", "no material change"}, set(e.outcomes)
    if not e.compared:
        return "not comparable" if e.refused else "not testable"
    if found == {"inconclusive"}:
        return "inconclusive" if e.informative else "uninformative by design"
    for way in ("rose", "fell"):
        if way in found and found <= {way, "changed, immaterially"}:
            return way
    if found and found <= small:
        return "no material change" if "no material change" in found else "changed, immaterially"
    if not e.sized:
        return "not testable"
    return "undecided by wording" if e.verbal else "undecided by rounding"


def test_the_rows_are_those_of_the_plan_in_its_order(registry: Registry) -> None:
    assert list(DECISIONS) == [row.verdict for row in registry.plan.decision_table]


@pytest.mark.parametrize("evidence", EVIDENCE, ids=str)
def test_every_evidence_gets_the_verdict_that_the_words_of_the_plan_give(evidence: Evidence) -> None:
    assert decide(evidence) == by_the_words_of_the_plan(evidence)


def test_every_row_can_be_reached() -> None:
    assert {decide(evidence) for evidence in EVIDENCE} == set(DECISIONS)


def test_one_evidence_falls_in_one_row_and_those_after_it_are_not_looked_at() -> None:
    """Ordered: not comparable beats all, and what could have been shown is asked only where nothing is shown."""
    assert decide(Evidence(True, refused=True, outcomes=("rose",))) == "not comparable"
    assert decide(Evidence(True, informative=False, outcomes=("rose",))) == "rose"
    assert decide(Evidence(True, informative=False, outcomes=("rose", "inconclusive"))) == "undecided by rounding"
    assert decide(Evidence(True, informative=False, outcomes=("inconclusive",))) == "uninformative by design"
    assert decide(Evidence(True, outcomes=("changed, immaterially", "rose"))) == "rose"
    assert decide(Evidence(True, outcomes=("changed, immaterially", "no material change"))) == "no material change"
    assert decide(Evidence(True, sized=False, outcomes=("rose",))) == "rose"
    assert decide(Evidence(True, sized=False, outcomes=("rose", "inconclusive"))) == "not testable"


SEEN = st.lists(st.sampled_from(OUTCOMES), unique=True).map(lambda found: tuple(o for o in OUTCOMES if o in found))
ANY = st.builds(Evidence, st.booleans(), st.booleans(), st.booleans(), st.booleans(), st.booleans(), SEEN)


@settings(derandomize=True, deadline=None, max_examples=500)
@given(ANY)
def test_the_table_is_complete_and_exclusive(evidence: Evidence) -> None:
    """Each row with all earlier ones negated: exactly one holds, whatever the evidence, and it is the verdict."""
    holds = [condition(evidence) for condition in DECISIONS.values()]
    alone = [here and not any(holds[:place]) for place, here in enumerate(holds)]
    assert sum(alone) == 1
    assert decide(evidence) == list(DECISIONS)[alone.index(True)]


def _outcomes(rows: list[tuple[float, float, float]], alpha: float) -> tuple[str, ...]:
    difference, p, equivalence = (np.array(column) for column in zip(*rows, strict=True))
    return outcomes(*by_p(difference, p, equivalence, alpha))


@settings(derandomize=True, deadline=None, max_examples=200)
@given(
    st.lists(st.tuples(st.floats(-1, 1), st.floats(0, 1), st.floats(0, 1)), min_size=1, max_size=8),
    st.floats(0.001, 0.5),
)
def test_each_comparison_has_exactly_one_outcome(rows: list[tuple[float, float, float]], alpha: float) -> None:
    """p is 1 where the shares are equal, as in compare: a difference of 0 cannot be significant."""
    rows = [(d, 1.0 if d == 0 else p, e) for d, p, e in rows]
    alone = [_outcomes([row], alpha) for row in rows]
    assert all(len(found) == 1 for found in alone)
    together = _outcomes(rows, alpha)
    assert set(together) == {found[0] for found in alone}
    assert list(together) == [name for name in OUTCOMES if name in together]


@pytest.mark.parametrize(
    ("difference", "p", "equivalence", "outcome"),
    [
        (0.1, 0.01, 0.9, "rose"),
        (-0.1, 0.01, 0.9, "fell"),
        (0.02, 0.01, 0.01, "changed, immaterially"),
        (0.02, 0.5, 0.01, "no material change"),
        (0.02, 0.5, 0.5, "inconclusive"),
        (0.1, 0.05, 0.9, "inconclusive"),  # at alpha exactly nothing is shown
        (0.0, 1.0, 0.05, "inconclusive"),
    ],
)
def test_outcomes_by_hand(difference: float, p: float, equivalence: float, outcome: str) -> None:
    assert _outcomes([(difference, p, equivalence)], 0.05) == (outcome,)
