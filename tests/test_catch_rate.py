"""Surveys of known respondents: the truth is never ruled out, and a falsified figure is caught whenever it can be."""

from __future__ import annotations

import itertools
import random
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

import numpy as np
import pytest

from crosswave.printed.quantities import Lexicon
from crosswave.reconstruct import FindingCounts, Reconstruction, reconstruct
from crosswave.reconstruct.arithmetic import Arithmetic, Counts, components, interpretations, without
from crosswave.reconstruct.conflicts import Conflict
from crosswave.reconstruct.cpsat import Element, Model, elements
from crosswave.reconstruct.solve import SUM_OF_PRINT, Solver, readings_of_nets
from crosswave.reconstruct.solve import known as way_to_know
from crosswave.study import Registry
from crosswave.study.models import SampleSize, Survey
from made_surveys import Known, Rules, answer, between, counts_exist, falsified, known_survey, question, survey

pytestmark = pytest.mark.thorough

BATCHES, SURVEYS = 4, 80


# --- the truth --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("batch", range(BATCHES))
def test_the_truth_lies_inside_everything_that_is_reported_of_known_respondents(
    registry: Registry, lexicon: Lexicon, batch: int
) -> None:
    dice = random.Random(3000 + batch)
    seen: Counter[str] = Counter()
    for _ in range(SURVEYS):
        known = known_survey(dice, (4, 400))
        branches = every_reading(known.survey, lexicon, registry)
        retracted = [held_without(branch, known.skipped) for branch in branches]
        assert any(solves(known, branch, held) for branch, held in retracted), known
        seen["skipped" if known.skipped else "declared"] += 1
        if known.skipped:
            assert_named_and_harmless_once_retracted(known, branches)
        else:
            assert reported(known, registry) if known.n <= 14 else inside(known, branches), known
        seen["added"] += bool(known.summed)
    assert min(seen["declared"], seen["skipped"], seen["added"]) >= 10


def every_reading(of: Survey, lexicon: Lexicon, registry: Registry) -> list[Arithmetic]:
    """A survey under every reading of its bases and of its nets."""
    return [one for branch in interpretations(of, lexicon, registry.plan) for one in readings_of_nets(branch)]


def held_without(arithmetic: Arithmetic, skipped: Iterable[str]) -> tuple[Arithmetic, list[Element]]:
    """A reading, and what it holds if not everybody need have answered some of its questions."""
    own = {figure.base.key for figure in arithmetic.figures if figure.id.partition(".")[0] in set(skipped)}
    return arithmetic, [e for e in elements(arithmetic) if (e.kind, e.name) not in {("base", key) for key in own}]


def solves(known: Known, arithmetic: Arithmetic, held: list[Element]) -> bool:
    """Whether the true counts and bases, all together, satisfy a model."""
    model = Model(arithmetic, held)
    model.fix(model.n, known.n)
    for figure in arithmetic.figures:
        count, base = known.truth[figure.id]
        model.fix(model.counts[figure.id], count)
        model.fix(model.bases[figure.base.key], base)
    return model.feasible()


def inside(known: Known, branches: list[Arithmetic]) -> bool:
    """Whether each true count and base is among those that some reading which fits admits."""
    solver = Solver()
    fitting = [one for one in branches if solver.fits(one)]
    assert fitting, known
    admitted = [admitted_by(one, solver.sizes(one)) for one in fitting]
    return all(any(holds(found[name], *truth) for found in admitted) for name, truth in known.truth.items())


def admitted_by(reading: Arithmetic, sizes: list[int]) -> dict[str, Counts]:
    """What is reported of each figure, without what it could have failed and how many tables there are."""
    parts = components(reading)
    return {name: found for part in parts for name, found in way_to_know(part).bounds(np.array(sizes)).items()}


def reported(known: Known, registry: Registry) -> bool:
    """Whether what is reported holds each true count and base; a survey that is true has no conflict."""
    found = reconstruct(known.survey, registry)
    assert found.conflicts == (), known
    return all(holds(found.findings[f"demo.{name}"], *truth) for name, truth in known.truth.items())


def holds(found: FindingCounts | Counts, count: int, base: int) -> bool:
    """Whether a count on a base is inside the bounds, and is no hole in what is listed."""
    assert found.count_low is not None and found.count_high is not None
    assert found.base_low is not None and found.base_high is not None
    inside = found.count_low <= count <= found.count_high and found.base_low <= base <= found.base_high
    return inside and (not found.values or count in found.values) and (not found.bases or base in found.bases)


def assert_named_and_harmless_once_retracted(known: Known, branches: list[Arithmetic]) -> None:
    """That everybody answered is false here: it is said, and without it the truth is inside the bounds."""
    said = {(f.id.partition(".")[0], f.base.assumption) for f in branches[0].figures}
    assert all("answered" in words or "skipped" in words for place, words in said if place in known.skipped), known
    models = [Model(*held_without(branch, known.skipped)) for branch in branches]
    models = [model for model in models if model.feasible()]
    for place in known.skipped:
        name = next(f.id for f in branches[0].figures if f.id.startswith(f"{place}."))
        assert any(bounded(model, name, *known.truth[name]) for model in models), known


def bounded(model: Model, name: str, count: int, base: int) -> bool:
    key = next(figure.base.key for figure in model.arithmetic.figures if figure.id == name)
    (low, high), (fewest, most) = model.bounds(model.counts[name]), model.bounds(model.bases[key])
    return low <= count <= high and fewest <= base <= most


def test_a_net_that_prints_a_sum_of_rounded_parts_never_rules_the_truth_out(registry: Registry) -> None:
    """50 of 101 are 49.5 %, 1 is 1.0 %: printed 50 and 1, added 51. In all 50.5 %; only 51 and 1 would print so."""
    rows = [answer("a", "50%"), answer("b", "1%"), answer("net", "51%", net_of=["a", "b"])]
    found = reconstruct(survey(101, question("q", *rows, response="single")), registry)
    assert holds(found.findings["demo.q.a"], 50, 101)


def test_a_net_of_a_net_that_print_sums_of_rounded_parts_is_no_conflict(registry: Registry) -> None:
    """2 of 7 are 28.57 %, printed 29 three times; added they make 58 and 87, where 4 and 6 of 7 are 57.1 and 85.7 %."""
    rows = [answer(name, "29%") for name in "abc"]
    rows += [answer("net", "58%", net_of=["a", "b"]), answer("top", "87%", net_of=["net", "c"])]
    of = survey(7, question("q", *rows, response="single"))
    assert counts_exist(of, Rules(summed=True))
    assert reconstruct(of, registry).conflicts == ()


# --- what is caught ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class CatchRate:
    """Of falsified surveys which are caught, and which no counts print."""

    caught: tuple[bool, ...]
    catchable: tuple[bool, ...]

    def __str__(self) -> str:
        shares = [f"{sum(one) / len(one):.1%}" for one in (self.caught, self.catchable)]
        return "{} surveys: {} caught, {} can be caught".format(len(self.caught), *shares)


def catch_rate(surveys: Iterable[Survey], registry: Registry) -> CatchRate:
    """Return for each survey whether the engine says that it cannot be, and whether enumeration does."""
    rows = [(not fits(of, registry), not counts_exist(of, Rules(summed=True))) for of in surveys]
    return CatchRate(*map(tuple, zip(*rows, strict=True)))


def fits(of: Survey, registry: Registry) -> bool:
    """Whether counts print a survey under any reading of its bases and nets."""
    solver = Solver()
    return any(solver.fits(one) for one in every_reading(of, Lexicon(registry.quantities), registry))


def false_surveys(seed: int, sizes: tuple[int, int] = (8, 300)) -> Iterator[Survey]:
    """Without end: surveys of known people with one figure replaced by what its count and base cannot print."""
    dice = random.Random(seed)
    while True:
        yield falsified(dice, known_survey(dice, sizes, missing=("sized",)))


@pytest.mark.parametrize("batch", range(BATCHES))
def test_a_falsified_figure_is_caught_exactly_where_enumeration_finds_no_counts(registry: Registry, batch: int) -> None:
    """The shares are shown by ``pytest -rP``."""
    surveys = list(itertools.islice(false_surveys(4000 + batch), SURVEYS))
    rate = catch_rate(surveys, registry)
    print(rate)
    differ = [of for of, *one in zip(surveys, rate.caught, rate.catchable, strict=True) if one[0] != one[1]]
    assert not differ, differ[0].model_dump_json(exclude_defaults=True)
    assert 10 <= sum(rate.caught) <= SURVEYS - 5
    assert any(of.rounding == "truncated" for of, caught in zip(surveys, rate.caught, strict=True) if caught)


@pytest.mark.parametrize("summed", [False, True])
def test_each_reading_of_nets_fits_exactly_where_enumeration_finds_counts(
    registry: Registry, lexicon: Lexicon, summed: bool
) -> None:
    tried: Counter[bool] = Counter()
    for of in itertools.islice(false_surveys(5), 100):
        branches, solver = interpretations(of, lexicon, registry.plan), Solver()
        by_nets = [readings_of_nets(branch) for branch in branches]
        chosen = [one[1] for one in by_nets if len(one) > 1] if summed else branches
        if chosen:
            expected = counts_exist(of, Rules(summed=summed))
            assert any(solver.fits(one) for one in chosen) == expected, of.model_dump_json(exclude_defaults=True)
            tried[expected] += 1
    assert min(tried[True], tried[False]) >= 5


@pytest.mark.parametrize(("printed", "fits_cut"), [("24%", False), ("25%", True), ("24.9%", False), ("25.0%", True)])
def test_one_of_four_is_25_per_cent_and_never_cut_off_to_24(registry: Registry, printed: str, fits_cut: bool) -> None:
    """Alone, beside answers that exclude it, and in a subset that needs the solver."""
    alone = question("q", answer("a", printed))
    beside = question("q", answer("a", printed), answer("b", "75%"), response="single", exhaustive=fits_cut)
    subset = question("q", answer("a", printed), base={"who": "those", "answers": ["p.x", "p.y"]})
    above = question("p", answer("x", "25%"), answer("y", "25%"), answer("z", "25%", part_of="x"), response="multi")
    for of in (survey(4, alone), survey(4, beside), survey(8, above, subset)):
        cut = of.model_copy(update={"rounding": "truncated"})
        assert fits(cut, registry) == counts_exist(cut, Rules(summed=True)) == fits_cut


# --- what is blamed ---------------------------------------------------------------------------------------------------


def test_what_is_blamed_cannot_be_by_itself_and_nothing_in_it_is_idle(registry: Registry, lexicon: Lexicon) -> None:
    checked = larger = 0
    for of in false_surveys(6, (5, 16)):
        found = reconstruct(of, registry)
        assert bool(found.conflicts) != fits(of, registry)
        if not found.conflicts or any(q.base and q.base.either for q in of.questions):
            continue
        rules = Rules(summed=adds_up_print(found))
        lefts = every_reading(of, lexicon, registry)
        for conflict in found.conflicts[:2]:
            assert not counts_exist(of, replace(rules, held=conflict.figures)), of.model_dump_json()
            assert any(irreducible(left, core) for left in lefts for core in cores(left, conflict)), (
                of.model_dump_json()
            )
            # A conflict may be one of what others leave.
            lefts += [without(left, set(conflict.figures)) for left in lefts]
            larger += len(conflict.figures) > 1
        checked += 1
        if checked == 50:
            break
    assert larger >= 3


def adds_up_print(found: Reconstruction) -> bool:
    """Whether no reading survives in which nets print the share of their counts."""
    return bool(found.surviving) and all(SUM_OF_PRINT in words for words in found.surviving)


def cores(arithmetic: Arithmetic, conflict: Conflict) -> Iterator[list[Element]]:
    """The figures of a conflict with assumptions in its words; two statements of a battery have the same words."""
    every = elements(arithmetic)
    figures = [e for e in every if e.kind == "figure" and e.name in conflict.figures]
    said = [e for e in every if e.kind != "figure" and e.words in conflict.assumptions]
    for chosen in itertools.combinations(said, len(conflict.assumptions)):
        if Counter(e.words for e in chosen) == Counter(conflict.assumptions):
            yield [*figures, *chosen]


def irreducible(arithmetic: Arithmetic, core: list[Element]) -> bool:
    """Whether no counts satisfy all of it, and some satisfy it without any one member."""
    fewer = ([other for other in core if other != element] for element in core)
    return not Model(arithmetic, core).feasible() and all(Model(arithmetic, left).feasible() for left in fewer)


# --- one figure more, another order -----------------------------------------------------------------------------------


def test_a_further_figure_only_shrinks_what_counts_and_bases_can_be(registry: Registry) -> None:
    """Some figures are taken away first, and n is made wide, as the last of many figures seldom tells anything new."""
    dice = random.Random(7)
    shrunk = tried = 0
    while tried < 25:
        known = known_survey(dice, (6, 100), missing=("sized",))
        left = known.survey.model_copy(update={"n": SampleSize(**between(max(1, known.n - 30), known.n + 30))})
        for _ in range(dice.randint(2, 9)):
            left = dropped(left, *dice.choice(rows)) if (rows := droppable(left)) else left
        if known.summed or not (rows := droppable(left)):
            continue
        wide, narrow = (reconstruct(of, registry).findings for of in (dropped(left, *dice.choice(rows)), left))
        for name, before in wide.items():
            after = narrow[name]
            assert before.count_low <= after.count_low <= after.count_high <= before.count_high  # type: ignore[operator]
            assert before.base_low <= after.base_low <= after.base_high <= before.base_high  # type: ignore[operator]
            assert not before.bases or set(after.bases) <= set(before.bases)
            assert not before.values or set(after.values) <= set(before.values)
        shrunk += any(reach(narrow[name]) != reach(before) for name, before in wide.items())
        tried += 1
    assert shrunk >= 5


def reach(found: FindingCounts) -> tuple[object, ...]:
    """All that a figure's count and base can be."""
    return found.count_low, found.count_high, found.base_low, found.base_high, found.values, found.bases


def droppable(of: Survey) -> list[tuple[str, str]]:
    """Figures on which no base, net or other relation rests, in questions that have others."""
    bases = [base for q in of.questions if q.base for base in (q.base, *q.base.either)]
    named = {name for base in bases for name in base.answers}
    return [
        (q.id, a.id)
        for q in of.questions
        for a in q.answers
        if len(q.answers) > 1
        and f"{q.id}.{a.id}" not in named
        and not any(a.id in (*other.net_of, other.part_of, other.complement_of) for other in q.answers)
    ]


def dropped(of: Survey, place: str, local: str) -> Survey:
    """The survey without one figure. A list that lost an answer is no longer all that was offered."""
    questions = []
    for q in of.questions:
        answers = tuple(a for a in q.answers if (q.id, a.id) != (place, local))
        lost = q.exhaustive and any(not a.net_of for a in set(q.answers) - set(answers))
        questions.append(q.model_copy(update={"answers": answers, "exhaustive": q.exhaustive and not lost}))
    return of.model_copy(update={"questions": tuple(questions)})


def test_the_order_of_questions_and_of_answers_changes_neither_bounds_nor_what_is_caught(registry: Registry) -> None:
    dice, seen = random.Random(8), Counter[bool]()
    for k in range(40):
        known = known_survey(dice, (4, 150), missing=("sized",))
        of = falsified(dice, known) if k % 2 else known.survey
        shuffled = [
            q.model_copy(update={"answers": tuple(dice.sample(q.answers, len(q.answers)))}) for q in of.questions
        ]
        mixed = of.model_copy(update={"questions": tuple(dice.sample(shuffled, len(shuffled)))})
        assert fits(of, registry) == fits(mixed, registry)
        seen[fits(of, registry)] += 1
        if fits(of, registry):
            one, other = reconstruct(of, registry), reconstruct(mixed, registry)
            # An assumption names the answers of a net in their order; everything else is the same.
            assert one.findings == other.findings
            assert one.solutions == other.solutions
    assert min(seen[True], seen[False]) >= 10
