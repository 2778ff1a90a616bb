"""The answer for everybody and its certainty: ten cases, the table of METHODS.md, and what more answers may not do."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crosswave.difference.feasible import SharePair
from crosswave.difference.verdict import SHOWN
from crosswave.reconstruct.typed import read_figures
from crosswave.report.sentences import answer_sentence
from crosswave.study import Registry
from crosswave.trend.certainty import ANSWERS, CASES, UNTOLD, answer_of, certainty_of, hedged
from crosswave.trend.change import Judged, Trend
from crosswave.trend.settings import planned
from crosswave.trend.typed import compare_figures

LEVELS = ("very low", "low", "moderate", "high")

# what it is like, the two figures, how people were chosen, the tier, the answer and its certainty
TEN = [
    ("a census of staff, repeated", "63.6% of 290000", "72.4% of 300000", "census", "A", "rose", "high"),
    ("the same without a change", "50% of 300000", "50% of 310000", "census", "A", "no real change", "moderate"),
    ("a random sample, repeated", "40% of 3000", "50% of 3000", "probability", "A", "rose", "high"),
    ("a panel, repeated", "40% of 2000", "50% of 2000", "panel", "A", "rose", "moderate"),
    ("a supplier's own survey, repeated", "30% of 1000", "45% of 1000", "self-selected", "A", "rose", "low"),
    ("the same question by another house", "40% of 2000", "60% of 2000", "probability", "B1", "rose", "low"),
    ("one house in other words", "20% of 500", "80% of 500", "self-selected", "H", "rose", "very low"),
    ("two houses in other words", "20% of 900", "90% of 800", "self-selected", "B2", "rose", "very low"),
    ("words, and no n", "just a quarter", "85% of 198", "self-selected", "A", "rose", "very low"),
    ("too few answers", "58% of 235", "53% of 232", "census", "A", "cannot tell", "very low"),
]


@pytest.fixture(scope="module")
def estimated(resolved: Registry) -> Registry:
    return resolved


@pytest.fixture(scope="module")
def trend(estimated: Registry) -> Callable[..., Judged[SharePair]]:
    """Two typed figures as the trend of a tier."""

    def make(first: str, second: str, sampling: str | None, tier: str) -> Judged[SharePair]:
        pair, plan = read_figures([first, second], [], estimated), estimated.plan
        return compare_figures(pair, planned(plan), plan, tier=tier, sampling=sampling).judged

    return make


@pytest.mark.parametrize("case", TEN, ids=[case[0] for case in TEN])
def test_ten_cases(trend: Callable[..., Trend], case: tuple[str, ...]) -> None:
    _, first, second, sampling, tier, answer, level = case
    found = trend(first, second, sampling, tier)
    assert (answer_of(found), certainty_of(found).level) == (answer, level)


def test_the_table_of_the_methods_is_these_ten_cases(trend: Callable[..., Trend]) -> None:
    text = (Path(__file__).resolve().parents[1] / "METHODS.md").read_text(encoding="utf-8")
    rows = [re.split(r" *\| *", line.strip("| ")) for line in text.splitlines() if line.startswith("| ")]
    told = {row[0]: row for row in rows}
    for words, first, second, sampling, tier, answer, level in TEN:
        reasons = "; ".join(certainty_of(trend(first, second, sampling, tier)).reasons) or "nothing"
        assert told[words] == [words, f"{first}, then {second}", sampling, tier, answer, level, reasons]


def test_each_level_and_each_answer_has_a_case() -> None:
    assert {case[-1] for case in TEN} == set(LEVELS)
    assert {case[-2] for case in TEN} >= {"rose", "no real change", "cannot tell"}
    assert set(ANSWERS) == set(SHOWN)


def test_every_case_of_the_plan_has_a_meaning_and_every_meaning_a_rule(registry: Registry) -> None:
    assert {rule.case for rule in registry.plan.certainty.rules} == set(CASES)


def test_every_step_off_has_its_sentence_and_no_other(trend: Callable[..., Trend], registry: Registry) -> None:
    found = certainty_of(trend("just a quarter", "85% of 198", "self-selected", "A"))
    by_domain = {(rule.domain, rule.case): rule.says for rule in registry.plan.certainty.rules}
    assert found.reasons == {
        "who was asked and how": by_domain["who was asked and how", "otherwise"],
        "precision": by_domain["precision", "otherwise"],
        "completeness of print": by_domain["completeness of print", "otherwise"],
    }
    assert certainty_of(trend("63.6% of 290000", "72.4% of 300000", "census", "A")).reasons == {}


COUNTS = st.tuples(st.integers(0, 400), st.integers(20, 400)).filter(lambda figure: figure[0] <= figure[1])


@settings(derandomize=True, deadline=None, max_examples=60)
@given(
    COUNTS, COUNTS, st.integers(2, 30), st.sampled_from(["census", "panel", None]),
    st.sampled_from(["A", "B1", "H", "B2", "B3"]),
)  # fmt: skip
def test_more_answers_of_the_same_kind_never_lower_the_certainty(
    trend: Callable[..., Trend], first: tuple[int, int], second: tuple[int, int], more: int, how: str | None, tier: str
) -> None:
    few, many = (
        certainty_of(trend(*(f"{times * yes} of {times * n}" for yes, n in (first, second)), how, tier)).level
        for times in (1, more)
    )
    assert LEVELS.index(many) >= LEVELS.index(few)


def test_every_trend_of_the_evidence_has_an_answer_a_certainty_and_one_sentence(trends: Mapping[str, Trend]) -> None:
    for found in trends.values():
        answer, certainty = answer_of(found), certainty_of(found)
        assert (answer == UNTOLD) == (found.verdict not in SHOWN)
        assert answer != UNTOLD or certainty.level == "very low"
        sentence = answer_sentence(found)
        assert sentence.startswith(hedged(answer, certainty.level).capitalize()) and sentence.endswith(".")
        assert f"({certainty.level} certainty)" in sentence and "None" not in sentence


@pytest.mark.parametrize(
    ("answer", "level", "words"),
    [
        ("rose", "high", "rose"),
        ("rose", "moderate", "probably rose"),
        ("fell", "low", "may have fallen"),
        ("rose", "very low", "may have risen"),
        ("no real change", "high", "no real change"),
        ("cannot tell", "very low", "cannot tell"),
    ],
)
def test_the_words_of_certainty_are_fixed(answer: str, level: str, words: str) -> None:
    assert hedged(answer, level) == words
