"""What a printed figure could have failed, against trying every other value."""

from __future__ import annotations

import random
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crosswave.printed.intervals import RationalInterval
from crosswave.printed.quantities import Lexicon
from crosswave.reconstruct import Reconstruction, reconstruct
from crosswave.reconstruct.arithmetic import Arithmetic, BaseSize, Figure, Link, interpretations
from crosswave.reconstruct.cpsat import Searched
from crosswave.reconstruct.power import Run, Scale, alone_power, members
from crosswave.reconstruct.solve import Solver
from crosswave.study import Registry
from crosswave.study.models import Survey
from made_surveys import answer, between, prints, question, random_survey, respondents_survey, survey

# A busy machine is no fault of a formula.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")


def test_the_power_of_the_last_answer_of_an_exhaustive_list_counted_by_hand(registry: Registry) -> None:
    """60 % of 1,000 is 595 to 605, so the rest is 395 to 405, which prints as 40 %, or by the ends as 39 or 41 %."""
    rows = [answer("a", "60%"), answer("b", "40%")]
    found = reconstruct(survey(1000, question("q", *rows, response="single", exhaustive=True)), registry)
    counts = found.findings["demo.q.b"]
    assert counts.power_alone == 0
    assert [v for v in range(101) if any(prints(c, 1000, f"{v}%") for c in range(395, 406))] == [39, 40, 41]
    assert counts.power == pytest.approx(98 / 101)


def test_an_answer_beside_others_could_have_been_too_large(registry: Registry) -> None:
    """Beside 60 % of 1,000 (595 or more) another answer has at most 405: 42 % and more is ruled out."""
    rows = [answer("a", "60%"), answer("b", "10%")]
    counts = reconstruct(survey(1000, question("q", *rows, response="single")), registry).findings["demo.q.b"]
    assert counts.power == pytest.approx(59 / 101)


def test_where_answers_do_not_exclude_each_other_power_is_that_of_the_base(registry: Registry) -> None:
    found = reconstruct(survey(37, question("q", answer("a", "49%"), answer("b", "51%"))), registry)
    for counts in found.findings.values():
        assert counts.power == counts.power_alone == pytest.approx(alone_power((37,), 0))


@pytest.mark.parametrize("rounding", ["nearest", "truncated"])
@pytest.mark.parametrize(
    ("base", "low", "high"), [(16, 0, 16), (16, 3, 4), (64, 1, 33), (48, 0, 47), (125, 7, 90), (7, 2, 5)]
)
def test_counts_half_way_between_two_values_print_as_either(base: int, low: int, high: int, rounding: str) -> None:
    """On a scale that is too long to be listed: 1 of 64 is 1.5625 %, which no fewer than four decimals can print."""
    for decimals in (3, 4, 5):
        scale = Scale.of(decimals, rounding)
        values = {v for c in range(low, high + 1) for v in range(scale.first(base, c), scale.last(base, c) + 1)}
        assert scale.number([Run(base, low, high)]) == len(values)


@pytest.mark.parametrize("rounding", ["nearest", "truncated"])
def test_few_open_values_are_looked_at_as_counts_are(rounding: str) -> None:
    """One large base prints nearly all values; of the rest each small base is asked, and brute force agrees."""
    scale = Scale.of(1, rounding)
    runs = [Run(2000, 0, 1900), Run(900, 0, 893), Run(700, 100, 690)]
    wanted = np.zeros(scale.steps + 1, dtype=bool)
    for base, low, high in runs:
        for count in range(low, high + 1):
            wanted[scale.first(base, count) : scale.last(base, count) + 1] = True
    assert np.array_equal(scale.mask(runs), wanted) and not wanted.all()


def test_a_figure_in_words_is_the_middle_of_what_they_can_mean(registry: Registry) -> None:
    found = reconstruct(survey(200, question("q", answer("a", "nearly half"))), registry).findings["demo.q.a"]
    assert found.verbal and found.share_low < found.share_high
    assert found.printed == (found.share_low + found.share_high) / 2
    exact = reconstruct(survey(200, question("q", answer("a", "0%"), answer("b", "100%"))), registry).findings
    assert (exact["demo.q.a"].printed, exact["demo.q.b"].printed) == (0, 1)


def replaced(of: Survey, question_id: str, answer_id: str, printed: str) -> Survey:
    """The survey with another value printed in one place."""
    [asked] = [q for q in of.questions if q.id == question_id]
    answers = [a if a.id != answer_id else a.model_copy(update={"printed": printed}) for a in asked.answers]
    changed = asked.model_copy(update={"answers": tuple(answers)})
    return of.model_copy(update={"questions": tuple(q if q is not asked else changed for q in of.questions)})


def fits(of: Survey, registry: Registry) -> bool:
    """Whether counts print the whole survey under any reading of its bases."""
    solver = Solver()
    return any(solver.fits(reading) for reading in interpretations(of, Lexicon(registry.quantities), registry.plan))


@pytest.mark.parametrize("batch", range(3))
def test_power_is_the_share_of_values_that_would_have_been_a_conflict(registry: Registry, batch: int) -> None:
    """Every value is put in the figure's place and the whole survey solved again."""
    dice, compared = random.Random(4000 + batch), 0
    while compared < 5:
        of = random_survey(dice, false_share=0.1)
        found = reconstruct(of, registry)
        if found.conflicts or found.readings:
            continue
        compared += 1
        asked = dice.choice(of.questions)
        row = dice.choice(asked.answers)
        others = [replaced(of, asked.id, row.id, f"{value}%") for value in range(101)]
        refused = sum(not fits(other, registry) for other in others)
        assert found.findings[f"demo.{asked.id}.{row.id}"].power == pytest.approx(refused / 101)


@pytest.mark.thorough
def test_power_is_exact_where_a_base_is_read_two_ways(registry: Registry) -> None:
    dice, compared = random.Random(13), 0
    while compared < 6:
        of = random_survey(dice, false_share=0.1)
        found = reconstruct(of, registry)
        if found.conflicts or not found.readings:
            continue
        compared += 1
        asked = dice.choice(of.questions)
        row = dice.choice(asked.answers)
        others = [replaced(of, asked.id, row.id, f"{value}%") for value in range(101)]
        refused = sum(not fits(other, registry) for other in others)
        assert found.findings[f"demo.{asked.id}.{row.id}"].power == pytest.approx(refused / 101)


@pytest.mark.thorough
def test_joint_power_is_never_less_than_that_of_the_base_alone(
    registry: Registry, reconstructions: Mapping[str, Reconstruction]
) -> None:
    dice = random.Random(15)
    surveys = [random_survey(dice) for _ in range(15)] + [respondents_survey(dice)[0] for _ in range(10)]
    for found in [*(reconstruct(of, registry) for of in surveys), *reconstructions.values()]:
        for counts in found.findings.values():
            assert (counts.power is None) == (counts.power_alone is None)
            if counts.power is not None and counts.power_alone is not None:
                assert 1 > counts.power >= counts.power_alone - 1e-12 >= -1e-12


def test_the_value_that_is_printed_is_always_possible(reconstructions: Mapping[str, Reconstruction]) -> None:
    powers = [c.power for found in reconstructions.values() for c in found.findings.values() if c.power is not None]
    assert max(powers) <= 1 - 1 / 1001
    assert sum(power > 0 for power in powers) > 100  # print of this kind can fail


@pytest.mark.thorough
@given(st.integers(1, 120), st.integers(0, 1), st.sampled_from(["nearest", "truncated"]))
def test_a_value_can_be_printed_where_a_count_prints_it(base: int, decimals: int, rounding: str) -> None:
    texts = [f"{Decimal(k).scaleb(-decimals)}%" for k in range(100 * 10**decimals + 1)]
    expected = [any(prints(c, base, text, rounding) for c in _near(text, base)) for text in texts]
    np.testing.assert_array_equal(Scale.of(decimals, rounding).mask([Run(base, 0, base)]), expected)


def _near(text: str, base: int) -> range:
    middle = int(Decimal(text.rstrip("%")) * base / 100)
    return range(max(middle - 3, 0), min(middle + 3, base) + 1)


def test_a_reading_without_a_known_base_rules_nothing_out(registry: Registry) -> None:
    base = {"either": ["all", {"who": "some of them"}]}
    counts = reconstruct(survey(37, question("q", answer("a", "49%"), base=base)), registry).findings["demo.q.a"]
    assert (counts.power, counts.power_alone) == (0, 0)


def test_power_under_truncation_counts_truncated_values(registry: Registry) -> None:
    of = survey(between(30, 30), question("q", answer("a", "33%")), rounding="truncated")
    counts = reconstruct(of, registry).findings["demo.q.a"]
    assert counts.power == counts.power_alone == pytest.approx(alone_power((30,), 0, "truncated"))


def test_a_net_of_parts_that_are_cut_off_stays_below_the_sum_of_their_next_values(registry: Registry) -> None:
    """Of 100 people 10 give each part; the net that is added up from print is 20 or 21, as each part is below 11.

    Beside 10 people for the other part that leaves 10 or 11 for each.
    """
    rows = [answer("a", "10%"), answer("b", "10%"), answer("net", "20%", net_of=["a", "b"])]
    of = survey(100, question("q", *rows, response="single"), rounding="truncated")
    found = reconstruct(of, registry).findings
    assert [found[f"demo.q.{name}"].values for name in ("a", "b", "net")] == [(10,), (10,), (20,)]
    assert [round(101 * (1 - (found[f"demo.q.{name}"].power or 0))) for name in ("a", "b")] == [2, 2]


def test_a_share_of_nobody_prints_nothing() -> None:
    """Of 6 people 3 or all gave q.b, as 33 % of them did s.d; so 3 or none gave q.a.

    A share of none is not printed: what could stand in place of r.c is a share of 3.
    """
    everyone = BaseSize("q|all", "everyone", 6, 6, (), "everyone answered q")
    of_a, of_b = (BaseSize(f"of {a}", a, 1, 6, (a,), f"all of {a} answered") for a in ("q.a", "q.b"))
    figures = (
        Figure("q.a", "up to 60%", RationalInterval(Fraction(0), Fraction(3, 5)), None, everyone),
        Figure("q.b", "40% and more", RationalInterval(Fraction(2, 5), Fraction(1)), None, everyone),
        Figure("r.c", "33%", RationalInterval(Fraction(65, 200), Fraction(67, 200)), 0, of_a),
        Figure("s.d", "33%", RationalInterval(Fraction(65, 200), Fraction(67, 200)), 0, of_b),
    )
    part = Arithmetic(figures, (Link("exhaustive", ("q.a", "q.b"), "these are all"),), (6, 6))
    for possible in (Searched(part).possible(np.array([6]), ["r.c"]), Solver().possible(part)):
        assert list(members(possible["r.c"].values)) == [0, 33, 67, 100]
