"""Feasible counts against a second implementation (plain enumeration), and against print."""

from __future__ import annotations

import csv
import random
import re
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from crosswave.printed.intervals import RationalInterval
from crosswave.printed.quantities import Lexicon
from crosswave.reconstruct import Reconstruction, reconstruct
from crosswave.reconstruct.arithmetic import Arithmetic, BaseSize, Figure, Link, components, interpretations, rivals
from crosswave.reconstruct.closed_form import boxes, is_simple
from crosswave.reconstruct.conflicts import find_conflicts
from crosswave.reconstruct.cpsat import Model, elements
from crosswave.reconstruct.survey import LEVELS, alone_power
from crosswave.study import Registry
from crosswave.study.models import Survey
from made_surveys import (
    Bounds,
    answer,
    between,
    brute,
    printed_share,
    prints,
    question,
    random_survey,
    respondents_survey,
    survey,
)


def bounds_of(found: Reconstruction) -> Bounds:
    return {
        name.removeprefix("demo."): (c.count_low, c.count_high, c.bases)
        for name, c in found.findings.items()
        if c.count_low is not None and c.count_high is not None
    }


# --- references -------------------------------------------------------------------------------------------------------


def test_igov_2017_comes_out_as_in_the_reference_with_61_as_a_hole(
    reconstructions: Mapping[str, Reconstruction],
) -> None:
    found = reconstructions["igov-2017"].findings
    expected = {
        "gap-confidence.confident": (84, 85), "gap-confidence.neutral": (77, 78), "gap-confidence.not-very": (56, 57),
        "gap-confidence.not-at-all": (4, 5), "gap-barriers.skills": (44, 45), "gap-barriers.culture": (39, 40),
        "gap-barriers.budget": (38, 39), "gap-barriers.priorities": (36, 37), "gap-barriers.guidance": (24, 25),
    }  # fmt: skip
    counts = {name: (found[f"igov-2017.{name}"].count_low, found[f"igov-2017.{name}"].count_high) for name in expected}
    assert counts == expected
    assert found["igov-2017.gap-barriers.skills"].bases == (60, 62)
    assert found["igov-2017.strategy-stage.just-started"].bases == (143, 144, 235)
    assert reconstructions["igov-2017"].conflicts == ()
    assert len(found) == 26


def test_igov_2017_without_the_assumption_that_all_of_the_subset_answered_admits_61_and_less(
    registry: Registry, lexicon: Lexicon
) -> None:
    arithmetic = interpretations(registry.survey("igov-2017"), lexicon, registry.plan)[0]
    [part] = [p for p in components(arithmetic) if any(f.id == "gap-barriers.skills" for f in p.figures)]
    key = next(figure.base.key for figure in part.figures if figure.id == "gap-barriers.skills")
    model = Model(part, [element for element in elements(part) if (element.kind, element.name) != ("base", key)])
    allowed = [
        size
        for size in range(1, 63)
        if all(any(prints(c, size, p) for c in range(size + 1)) for p in ("73%", "65%", "63%", "60%", "40%"))
    ]
    assert model.values(model.bases[key], 100) == tuple(allowed)
    assert 61 not in allowed  # not even then: no count of 61 prints as 73 %


@pytest.mark.parametrize("percent", range(6, 17))
def test_whole_percentages_of_50_are_possible_where_even(registry: Registry, percent: int) -> None:
    """GRIM: 6 % ... 16 % of 50 are T F T F T F T F T F T (scrutiny and rsprite2)."""
    found = reconstruct(survey(50, question("q", answer("a", f"{percent}%"))), registry)
    assert (not found.conflicts) == (percent % 2 == 0)
    assert found.findings["demo.q.a"].level == ("consistent" if percent % 2 == 0 else "conflicting")


@pytest.mark.parametrize(
    ("printed", "n", "count"),
    [
        ("71%", 43, None),
        ("54.0%", 150, 81),
        ("67.4%", 150, None),
        ("54.2%", 150, None),
        ("69.8%", 150, None),
        ("68.1%", 150, None),
        ("55.4%", 150, None),
    ],
)
def test_the_other_grim_percentages(registry: Registry, printed: str, n: int, count: int | None) -> None:
    counts = reconstruct(survey(n, question("q", answer("a", printed))), registry).findings["demo.q.a"]
    assert (counts.count_low, counts.count_high) == (count, count)
    assert (counts.level == "conflicting") == (count is None)


def test_a_mean_is_no_share_and_is_said_to_be_one(registry: Registry) -> None:
    """The mean 5.19 of GRIM needs another model; it must not be read as a share."""
    counts = reconstruct(survey(28, question("q", answer("a", "5.19", measure="mean"))), registry).findings["demo.q.a"]
    assert (counts.level, counts.share_low, counts.count_low) == ("bounded", None, None)
    assert counts.reason == "a mean is printed, not a share of respondents"


SAGE_AND_WRIGHT = {
    "three decimals: exactly two tables": (
        [("42.9%", "57.1%"), ("62.5%", "37.5%"), ("40.0%", "60.0%"), ("55.6%", "44.4%")],
        [{7, 21}, {8}, {10, 15}, {9, 18}],
    ),
    "two decimals: four tables": (
        [("43%", "57%"), ("63%", "37%"), ("40%", "60%"), ("56%", "44%")],
        [{7, 14, 21}, {8, 27}, {5, 10, 15}, {9, 16, 18}],
    ),
}


@pytest.mark.parametrize("case", SAGE_AND_WRIGHT)
def test_sage_and_wright_2016_rows_with_only_a_total_printed(registry: Registry, case: str) -> None:
    """EJOR 250:91-100: N = 48, four rows given as row percentages; the row sizes are unknown parts of everyone."""
    printed, sizes = SAGE_AND_WRIGHT[case]
    rows = question("row", *(answer(f"r{k}", "0-100%") for k in range(4)), response="single", exhaustive=True)
    cells = [
        question(
            f"cell{k}", answer("left", left), answer("right", right),
            response="single", exhaustive=True, base={"who": f"row {k}", "answers": [f"row.r{k}"]},
        )
        for k, (left, right) in enumerate(printed)
    ]  # fmt: skip
    found = reconstruct(survey(48, rows, *cells), registry)
    assert [set(found.findings[f"demo.cell{k}.left"].bases) for k in range(4)] == sizes
    assert found.findings["demo.cell1.left"].base_high == max(sizes[1])


# --- the impossible percentages of the evidence -----------------------------------------------------------------------

KNOWN_CONFLICTS: dict[str, tuple[str, int, int]] = {
    # finding: printed, the n beside it, a base that the evidence names or the engine finds, on which it does print
    "bigdataldn-2019.sharing-barriers.data-loss-alt2": ("13.6%", 100, 88),
    "bigdataldn-2019.sharing-barriers.gdpr-alt2": ("5.5%", 100, 91),
    "capita-2019.challenges.funding": ("81%", 23, 21),
    "capita-2019.challenges.demand": ("71%", 23, 21),
    "cif-2017.cloud-importance.very": ("51%", 50, 41),
    "eduserv-hr-2017.knowledge-improved.it": ("81%", 87, 85),
    "scotland-2018.progress.little": ("81%", 65, 64),
    "scotland-2018.leadership.lacking": ("73%", 65, 64),
    "solarwinds-2018.migrate-all.central": ("41%", 28, 17),
    "solarwinds-2018.monitoring-tools.central": ("53%", 28, 17),
    "solarwinds-2018.same-tools.no-or-unsure-central": ("55%", 28, 22),
    "vmb-globaldata-2020.priority.top": ("55%", 37, 40),
    "vmb-globaldata-2020.it-budget.increase": ("10%", 37, 40),
}


def test_exactly_the_known_conflicts_are_found_and_no_other_in_the_surveys_gathered_first(
    reconstructions: Mapping[str, Reconstruction],
) -> None:
    """Surveys that are added later may have conflicts of their own."""
    with (Path(__file__).parent / "reference" / "evidence_surveys.csv").open(encoding="utf-8", newline="") as stream:
        gathered = {row["survey_id"] for row in csv.DictReader(stream)}
    named = {f"{r.survey_id}.{name}" for r in reconstructions.values() for c in r.conflicts for name in c.figures}
    levels = {name for r in reconstructions.values() for name, c in r.findings.items() if c.level == "conflicting"}
    assert named == levels
    assert {name for name in named if name.partition(".")[0] in gathered} == set(KNOWN_CONFLICTS)


@pytest.mark.parametrize("name", KNOWN_CONFLICTS)
def test_a_known_conflict_is_real_and_its_repair_repairs(
    reconstructions: Mapping[str, Reconstruction], registry: Registry, name: str
) -> None:
    printed, n, fits = KNOWN_CONFLICTS[name]
    assert registry.finding(name).answer.printed == printed
    assert not any(prints(count, n, printed) for count in range(n + 1))
    assert any(prints(count, fits, printed) for count in range(fits + 1))
    survey_id, _, local = name.partition(".")
    [conflict] = [c for c in reconstructions[survey_id].conflicts if local in c.figures]
    assert conflict.figures == (local,)
    [base] = [int(size) for words in conflict.repairs for size in re.findall(r"a base of (\d+) in place of", words)]
    assert any(prints(count, base, printed) for count in range(base + 1))
    assert not any(prints(c, size, printed) for size in range(base + 1, n + 1) for c in range(size + 1))
    assert printed in conflict.words
    assert str(n) in conflict.words


def test_65_per_cent_of_28_departments_is_ruled_out_and_fits_the_17_adopters(
    reconstructions: Mapping[str, Reconstruction],
) -> None:
    """Its base is ambiguous, so no conflict: the reading that does not fit is dropped, 61 % of 28 remain."""
    counts = reconstructions["solarwinds-2018"].findings["solarwinds-2018.cloud-barriers.legacy-central-alt2"]
    assert not any(prints(count, 28, "65%") for count in range(29))
    assert prints(11, 17, "65%")
    assert (counts.level, counts.base_high) == ("sources-disagree", 17)


# --- a second implementation ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("batch", range(5))
def test_feasibility_and_every_bound_equal_plain_enumeration(registry: Registry, batch: int) -> None:
    dice = random.Random(1000 + batch)
    feasible = 0
    for _ in range(60):
        of = random_survey(dice)
        expected, found = brute(of), reconstruct(of, registry)
        assert (expected is None) == bool(found.conflicts), of.model_dump_json(exclude_defaults=True)
        if expected is not None:
            feasible += 1
            assert bounds_of(found) == expected, of.model_dump_json(exclude_defaults=True)
    assert 15 <= feasible <= 55  # both outcomes are tried


def test_figures_on_their_own_bases_equal_plain_enumeration(registry: Registry) -> None:
    dice = random.Random(5)
    for _ in range(80):
        sizes = [dice.randint(3, 12) for _ in range(2)]
        rows = [
            answer(f"a{k}", printed_share(dice, dice.randint(0, b), b, 0.3), base={"who": f"g{b}", "n": b})
            for k, b in enumerate(sizes)
        ]
        rows += [answer(f"b{k}", printed_share(dice, dice.randint(0, 6), 12, 0.3)) for k in range(2)]
        of = survey(12, question("q", *rows, response="single", exhaustive=dice.random() < 0.5))
        expected, found = brute(of), reconstruct(of, registry)
        assert (expected is None) == bool(found.conflicts), of.model_dump_json(exclude_defaults=True)
        if expected is not None:
            assert bounds_of(found) == expected, of.model_dump_json(exclude_defaults=True)


def test_a_rival_is_solved_in_place_of_the_value_it_rivals(registry: Registry) -> None:
    dice = random.Random(6)
    for _ in range(60):
        n = dice.randint(5, 12)
        first, second, other = (f"{dice.randint(5, 80)}%" for _ in range(3))
        rows = [answer("a", first), answer("b", other), answer("a-alt", second, rival_of="a")]
        of = survey(n, question("q", *rows, response="single"))
        found = reconstruct(of, registry)
        trusted, rival = brute(of, {"q.a-alt"}), brute(of, {"q.a"})
        assert (rival is None) == (found.findings["demo.q.a-alt"].count_low is None) or trusted is None
        if trusted is not None:
            assert bounds_of(found)["q.a"] == trusted["q.a"]
            assert bounds_of(found)["q.b"] == trusted["q.b"]
            assert found.findings["demo.q.b"].level == "consistent"  # the rival's conflict is not b's
        if rival is not None and trusted is not None:
            assert bounds_of(found)["q.a-alt"] == rival["q.a-alt"]


# --- simple parts by boxes and by CP-SAT ------------------------------------------------------------------------------


def random_part(dice: random.Random) -> tuple[Arithmetic, tuple[int, int]]:
    low = dice.randint(1, 60)
    n = (low, low + dice.choice([0, 1, 7]))
    size = dice.choice([None, dice.randint(1, 60)])
    base = BaseSize("q|all", "everyone", *(n if size is None else (size, size)), (), "everyone answered")
    figures = []
    for k in range(dice.randint(1, 4)):
        centre, width = Fraction(dice.randint(0, 100), 100), Fraction(1, dice.choice([200, 200, 2000, 10]))
        low_end, high_end = max(centre - width, Fraction(0)), min(centre + width, Fraction(1))
        figures.append(Figure(f"q.a{k}", "p", RationalInterval(low_end, high_end), 0, base))
    names = tuple(figure.id for figure in figures)
    kinds = ["exclusive", "exhaustive"] + (["complement"] if len(names) == 2 else [])
    links = (Link(dice.choice(kinds), names, "w"),) if len(names) > 1 and dice.random() < 0.8 else ()
    return Arithmetic(tuple(figures), links, n), n


def test_boxes_and_the_solver_give_the_same_feasibility_and_bounds() -> None:
    dice = random.Random(7)
    feasible = 0
    for _ in range(150):
        part, (low, high) = random_part(dice)
        assert is_simple(part)
        box = boxes(part, np.arange(low, high + 1))
        for place, n in enumerate(range(low, high + 1)):
            model = Model(part, sizes=[n])
            assert model.feasible() == bool(box.feasible[place])
            if box.feasible[place]:
                feasible += 1
                for k, figure in enumerate(part.figures):
                    ends = int(box.low[k, place]), int(box.high[k, place])
                    assert model.bounds(model.counts[figure.id]) == ends
    assert feasible > 60


@pytest.mark.parametrize("kind", ["net", "part", "two sums", "two bases", "subset"])
def test_what_boxes_cannot_bound_is_no_simple_part(kind: str) -> None:
    part, _ = random_part(random.Random(8))
    one = part.figures[0]
    others = {
        "net": replace(
            part,
            figures=(one, replace(one, id="x"), replace(one, id="y")),
            links=(Link("net", (one.id, "x", "y"), ""),),
        ),
        "part": replace(part, figures=(one, replace(one, id="x")), links=(Link("part", (one.id, "x"), ""),)),
        "two sums": replace(
            part,
            figures=(one, replace(one, id="x")),
            links=(Link("exclusive", (one.id, "x"), ""), Link("complement", (one.id, "x"), "")),
        ),
        "two bases": replace(part, figures=(one, replace(one, id="x", base=replace(one.base, key="other"))), links=()),
        "subset": replace(part, figures=(replace(one, base=replace(one.base, answers=("q.z",))),), links=()),
    }
    assert not is_simple(others[kind])


# --- order, minimality ------------------------------------------------------------------------------------------------


def falsified(dice: random.Random) -> Survey:
    """Many people, so that a false figure shows only beside others."""
    of, _ = respondents_survey(dice)
    asked = dice.choice(of.questions)
    moved = tuple(a.model_copy(update={"printed": f"{dice.randint(1, 90)}%"}) for a in asked.answers)
    others = tuple(q if q is not asked else q.model_copy(update={"answers": moved}) for q in of.questions)
    return of.model_copy(update={"questions": others})


@pytest.mark.thorough
def test_the_order_of_questions_and_answers_changes_nothing(registry: Registry) -> None:
    dice = random.Random(10)
    for k in range(24):
        of = random_survey(dice) if k % 2 else respondents_survey(dice)[0]
        questions = [
            q.model_copy(update={"answers": tuple(dice.sample(q.answers, len(q.answers)))}) for q in of.questions
        ]
        mixed = of.model_copy(update={"questions": tuple(dice.sample(questions, len(questions)))})
        one, other = reconstruct(of, registry), reconstruct(mixed, registry)
        assert bool(one.conflicts) == bool(other.conflicts)
        if not one.conflicts:
            assert bounds_of(one) == bounds_of(other)


@pytest.mark.thorough
def test_solving_twice_gives_the_same(registry: Registry) -> None:
    for name in ("igov-2017", "solarwinds-2018", "techuk-2017", "goss-2015"):
        assert reconstruct(registry.survey(name), registry) == reconstruct(registry.survey(name), registry)


def test_conflicts_are_minimal_without_any_one_member_counts_exist(registry: Registry, lexicon: Lexicon) -> None:
    dice = random.Random(11)
    checked = larger = 0
    while checked < 60:
        of = falsified(dice) if checked % 2 else random_survey(dice, false_share=1.5)
        for reading in interpretations(of, lexicon, registry.plan, frozenset(rivals(of))):
            for part in components(reading):
                conflict = next(find_conflicts(part, limit=1), None)
                if conflict is None:
                    continue
                words = set(conflict.assumptions)
                core = [
                    e for e in elements(part) if e.name in conflict.figures or (e.kind != "figure" and e.words in words)
                ]
                assert not Model(part, core).feasible()
                for element in core:
                    assert Model(part, [other for other in core if other != element]).feasible()
                checked += 1
                larger += len(conflict.figures) > 1
    assert larger >= 3


# --- where more could be claimed than is known ------------------------------------------------------------------------


def test_what_is_left_of_exclusive_answers_still_excludes_each_other(registry: Registry) -> None:
    """41 % of 28 is impossible alone; each two of the three exceed everybody."""
    rows = [answer("a", "41%"), answer("b", "61%"), answer("c", "57%")]
    found = reconstruct(survey(28, question("q", *rows, response="single")), registry)
    named = {conflict.figures for conflict in found.conflicts}
    assert named == {("q.a",), ("q.a", "q.b"), ("q.a", "q.c"), ("q.b", "q.c")}


def test_two_bases_of_one_name_and_different_sizes_are_not_taken_for_one(registry: Registry) -> None:
    rows = [answer("a", "41%", base={"who": "central", "n": 17}), answer("b", "50%", base={"who": "central", "n": 28})]
    found = reconstruct(survey(100, question("q", *rows, response="single")), registry)
    assert bounds_of(found) == {"q.a": (7, 7, (17,)), "q.b": (14, 14, (28,))}


def test_a_list_is_exhaustive_only_while_all_of_it_is_modelled(registry: Registry) -> None:
    """The third answer rests on a base of no size, so the other two need not fill everybody."""
    rows = [answer("a", "40%"), answer("b", "30%"), answer("c", "30%", base={"who": "some"})]
    found = reconstruct(survey(100, question("q", *rows, response="single", exhaustive=True)), registry)
    assert found.conflicts == ()
    assert bounds_of(found) == {"q.a": (40, 40, (100,)), "q.b": (30, 30, (100,))}


def test_an_n_that_is_a_range_ties_parts_that_share_nothing_else(registry: Registry) -> None:
    """50 % needs an even n of 7 to 9, and 43 % (3 of 7) or 44 % (4 of 9) an odd one, whatever the other parts are."""
    base = {"who": "those", "answers": ["q.a"]}
    of = survey(
        between(7, 9),
        question("q", answer("a", "50%")),
        question("r", answer("b", "44%")),
        question("s", answer("c", "50%"), base=base),
    )
    found = reconstruct(of, registry)
    assert brute(of) is None
    assert {name for conflict in found.conflicts for name in conflict.figures} == {"q.a", "r.b"}


def test_a_conflict_of_one_reading_only_is_no_conflict(registry: Registry) -> None:
    """Either reading costs one conflict, but another one: neither figure is called impossible."""
    base = {"either": [{"who": "x", "n": 28}, {"who": "y", "n": 17}]}
    of = survey(100, question("q", answer("a", "41%"), answer("b", "54%"), response="multi", base=base))
    found = reconstruct(of, registry)
    assert not any(prints(c, 28, "41%") for c in range(29))
    assert not any(prints(c, 17, "54%") for c in range(18))
    assert {name: c.level for name, c in found.findings.items()} == {"demo.q.a": "consistent", "demo.q.b": "consistent"}
    assert bounds_of(found) == {"q.a": (7, 7, (17,)), "q.b": (15, 15, (28,))}


def test_a_weighted_figure_is_bounded_and_never_called_impossible(registry: Registry) -> None:
    found = reconstruct(survey(28, question("q", answer("a", "41%")), weighted=True), registry)
    counts = found.findings["demo.q.a"]
    assert (counts.level, counts.count_low, found.conflicts) == ("bounded", None, ())
    assert counts.reason == (
        "the figures are weighted, so no whole numbers of people need give them; the interval takes 28 people to be "
        "worth 14 (a design effect of 2, the widest of the 1 to 2 that the plan tries)"
    )


def test_a_verbal_figure_on_a_known_base_is_bounded_with_counts(registry: Registry) -> None:
    counts = reconstruct(survey(100, question("q", answer("a", "nearly half"))), registry).findings["demo.q.a"]
    assert (counts.level, counts.count_low, counts.count_high, counts.power) == ("bounded", 43, 50, None)


def test_an_n_not_printed_as_a_number_bounds_and_does_not_reproduce(registry: Registry) -> None:
    of = survey({"printed": "over 300", "value": 300, "kind": "at-least"}, question("q", answer("a", "58%")))
    counts = reconstruct(of, registry).findings["demo.q.a"]
    assert (counts.level, counts.base_low, counts.base_high) == ("bounded", 300, 399)
    assert counts.reason == "n is printed as 'over 300': 300 to 399"
    yes, bases = counts.pairs()
    shares = [Fraction(c, b) for c, b in zip(yes, bases, strict=True)]
    every = [Fraction(c, b) for b in range(300, 400) for c in range(b + 1) if prints(c, b, "58%")]
    assert (min(shares), max(shares)) == (min(every), max(every))


def test_an_unknown_n_gives_an_interval_and_no_counts(registry: Registry) -> None:
    counts = reconstruct(survey({"kind": "unknown"}, question("q", answer("a", "58%"))), registry).findings["demo.q.a"]
    assert (counts.level, counts.count_low, counts.pairs(), counts.power) == ("bounded", None, ([], []), None)
    assert (counts.share_low, counts.share_high) == (Fraction(575, 1000), Fraction(585, 1000))


@pytest.mark.parametrize(
    ("bases", "decimals"), [((50,), 0), ((37,), 0), ((28, 30), 0), ((99,), 0), ((100,), 0), ((250,), 1), ((60, 62), 0)]
)
def test_power_is_the_share_of_values_that_no_count_prints(bases: tuple[int, ...], decimals: int) -> None:
    steps = 100 * 10**decimals
    texts = [f"{Decimal(k).scaleb(-decimals)}%" for k in range(steps + 1)]
    printable = sum(any(prints(c, base, text) for base in bases for c in range(base + 1)) for text in texts)
    assert alone_power(bases, decimals) == pytest.approx(1 - printable / (steps + 1))


def test_the_power_of_a_figure_does_not_count_the_sizes_that_it_rules_out_itself(registry: Registry) -> None:
    """20 % needs 5 or 10 of 5 to 10 people, but 6, 7, 8 and 9 could have been: 17 % would have passed."""
    counts = reconstruct(survey(between(5, 10), question("q", answer("a", "20%"))), registry).findings["demo.q.a"]
    assert counts.bases == (5, 10)
    assert counts.power == pytest.approx(alone_power(range(5, 11), 0))
    assert counts.power < alone_power((5, 10), 0)  # type: ignore[operator]


def test_a_figure_on_100_people_or_more_has_no_power_alone_as_a_whole_percentage(
    reconstructions: Mapping[str, Reconstruction], registry: Registry
) -> None:
    for found in reconstructions.values():
        for counts in found.findings.values():
            if counts.power_alone and "." not in registry.finding(counts.finding_id).answer.printed:
                assert counts.base_low is not None and counts.base_low < 100


def test_every_level_is_one_of_those_documented_and_has_a_reason(
    reconstructions: Mapping[str, Reconstruction],
) -> None:
    for found in reconstructions.values():
        for counts in found.findings.values():
            assert counts.level in LEVELS
            assert counts.reason


def test_the_named_assumptions_are_those_that_no_source_states(
    reconstructions: Mapping[str, Reconstruction],
) -> None:
    words = reconstructions["igov-2017"].assumptions
    assert "the base of barriers is everyone, and nobody skipped it" in words
    assert "all of them (those not very or not at all confident) answered gap-barriers" in words
    assert words[-2:] == ("the figures are not weighted", "percentages are rounded to the nearest")
    assert len(set(words)) == len(words)
