"""Counts are exact whatever is printed of however many: against Python's own numbers, and every reconstruction ends."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from decimal import Decimal, localcontext
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import real
from crosswave.printed.intervals import RationalInterval, Shares, percent_interval
from crosswave.printed.quantities import Lexicon
from crosswave.reconstruct import effort, reconstruct, retractions
from crosswave.reconstruct.arithmetic import Arithmetic, components, sizes
from crosswave.reconstruct.closed_form import ClosedForm
from crosswave.reconstruct.conflicts import Conflict, _largest_base, find_conflicts
from crosswave.reconstruct.cpsat import Model, Searched, elements
from crosswave.reconstruct.effort import EFFORT, NotSolvedError, at_most, left, spend
from crosswave.reconstruct.finding import LEVELS
from crosswave.reconstruct.joint import draw_survey
from crosswave.reconstruct.means import Mean, mean_counts
from crosswave.reconstruct.power import (
    COUNTS_TRIED,
    VALUES_LISTED,
    Possible,
    Run,
    Scale,
    alone_power,
    from_mask,
    joint_power,
    members,
)
from crosswave.reconstruct.single_figures import N_LARGEST, nearest_sizes
from crosswave.reconstruct.solve import branches_of, known
from crosswave.report.fields import FINDING_FIELDS
from crosswave.report.notebook_cards import _LEVELS
from crosswave.report.survey.by_hand import worked_example
from crosswave.report.survey.conflicts import assumptions_table, survey_readings
from crosswave.report.survey.figures import LEVEL_LOOKS
from crosswave.study import DataError, Registry, load_registry
from crosswave.study.models import Survey
from crosswave.words import DECIMALS_MOST, DIGITS_MOST, too_long
from made_surveys import answer, between, question, survey

ROOT = Path(__file__).parents[1]

# A busy machine is no fault of a formula.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")

ROUNDINGS = st.sampled_from(["nearest", "truncated"])
LARGE = st.integers(1, 400) | st.integers(290_000, 320_000) | st.integers(1, effort.LARGEST)


def printed(count: int, base: int, decimals: int) -> str:
    with localcontext(prec=60):
        return f"{(Decimal(100 * count) / base).quantize(Decimal(1).scaleb(-decimals)):f}%"


@st.composite
def figures(draw: st.DrawFn) -> tuple[Shares, int, int, str]:
    """The ends of a share that a count of a base prints with some decimals, the base, the decimals and the text."""
    base, decimals, rounding = draw(LARGE), draw(st.integers(0, DECIMALS_MOST)), draw(ROUNDINGS)
    text = printed(draw(st.integers(0, base)), base, decimals)
    return percent_interval(text.rstrip("%"), decimals, rounding), base, decimals, text


def fewest_by_fractions(ends: Shares, base: int) -> int:
    return -((-ends.low * base) // 1)


def most_by_fractions(ends: Shares, base: int) -> int:
    whole = (ends.high * base) // 1
    return whole - 1 if ends.high_open and whole == ends.high * base else whole


# --- ends -----------------------------------------------------------------------------------------------------------


@given(figures(), st.lists(LARGE, min_size=1, max_size=6))
def test_counts_on_arrays_of_bases_are_those_of_fractions(
    figure: tuple[Shares, int, int, str], others: list[int]
) -> None:
    ends, bases = figure[0], [figure[1], *others]
    array = np.array(bases, dtype=np.int64)
    assert ends.fewest(array).tolist() == [fewest_by_fractions(ends, base) for base in bases]
    assert ends.most(array).tolist() == [most_by_fractions(ends, base) for base in bases]
    assert [ends.fewest(base) for base in bases] == ends.fewest(array).tolist()
    assert [ends.most(base) for base in bases] == ends.most(array).tolist()


@given(figures(), st.integers(1, 400) | LARGE, st.data())
def test_ends_among_bases_hold_the_same_counts_and_no_product_is_too_large(
    figure: tuple[Shares, int, int, str], largest: int, data: st.DataObject
) -> None:
    ends = figure[0]
    among = ends.among(largest)
    for base in {1, largest, data.draw(st.integers(1, largest)), min(figure[1], largest)}:
        assert (among.fewest(base), among.most(base)) == (ends.fewest(base), ends.most(base))
    assert max(among.low.denominator, among.high.denominator) * largest < 2**62


@given(st.integers(0, 9999), st.integers(1, 60), ROUNDINGS)
def test_ends_among_few_bases_are_those_of_every_fraction(value: int, largest: int, rounding: str) -> None:
    """However small the products: the shortcut for small ones is passed by."""
    exact = percent_interval(f"{value / 100:.2f}", 2, rounding)
    tiny = Fraction(1, 2**50)
    ends = RationalInterval(exact.low + tiny * (exact.low < 1), exact.high - tiny * (exact.high > 0), exact.high_open)
    shares = {Fraction(count, base) for base in range(1, largest + 1) for count in range(base + 1)}
    among = ends.among(largest)
    assert {share for share in shares if among.holds(share)} == {share for share in shares if ends.holds(share)}


@given(st.integers(0, 9999), st.integers(0, 2), ROUNDINGS)
def test_the_smallest_base_is_the_first_that_prints(value: int, decimals: int, rounding: str) -> None:
    ends = percent_interval(f"{value % (100 * 10**decimals) / 10**decimals:.{decimals}f}", decimals, rounding)
    first = next(base for base in range(1, 20_000) if ends.fewest(base) <= ends.most(base))
    assert ends.smallest_base() == first


def test_a_smallest_base_that_nobody_could_count_to_is_found_too() -> None:
    ends = percent_interval("13.19148936170212345", DECIMALS_MOST)
    base = ends.smallest_base()
    assert base > 10**7
    assert ends.fewest(base) <= ends.most(base)


# --- how long a printed number is ---------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["58%", "nearly half", "1,000,000", f"1.{'0' * DECIMALS_MOST}%", "1" * DIGITS_MOST])
def test_numbers_of_print_are_short_enough(text: str) -> None:
    assert too_long(text) is None


@pytest.mark.parametrize(
    "text", [f"1.{'0' * (DECIMALS_MOST + 1)}%", "9" * 5000, f"half or {'1' * (DIGITS_MOST + 1)}", f"0.{'1' * 4000} %"]
)
def test_longer_numbers_are_a_fault_of_their_line_and_nowhere_a_crash(
    tmp_path: Path, registry: Registry, text: str
) -> None:
    folder = real.part(tmp_path / "data", "igov-2017")
    file = folder / "surveys" / "igov-2017.yaml"
    lines = file.read_text(encoding="utf-8").splitlines()
    number = next(number for number, line in enumerate(lines) if line.strip().startswith('printed: "'))
    lines[number] = f'{lines[number].partition("printed:")[0]}printed: "{text}"'
    file.write_text("\n".join(lines), encoding="utf-8")
    with pytest.raises(
        DataError, match=r"a printed number has at most 15 digits and 17 decimals|at most 100 characters"
    ) as caught:
        load_registry(folder)
    assert f"igov-2017.yaml:{number + 1}:" in str(caught.value)
    if text.startswith(("0", "1.")):
        with pytest.raises(ValueError, match="a printed number has at most"):
            Lexicon(registry.quantities).share(text.replace(" %", "%"))


# --- whole surveys ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("decimals", [*range(2, DECIMALS_MOST + 1)])
def test_31_of_235_are_31_of_235_with_any_number_of_decimals(registry: Registry, decimals: int) -> None:
    found = reconstruct(survey(235, question("q", answer("a", printed(31, 235, decimals)))), registry)
    counts = found.findings["demo.q.a"]
    assert (counts.level, counts.values, found.conflicts) == ("consistent", (31,), ())
    steps = 100 * 10**decimals
    assert counts.power == counts.power_alone == pytest.approx(1 - 236 / (steps + 1))


@pytest.mark.parametrize(
    ("n", "yes", "decimals"), [(320_000, 42_213, 3), (9_999_999, 1_319_148, 1), (9_999_999, 1_319_148, 17)]
)
def test_large_surveys_have_the_counts_of_fractions(registry: Registry, n: int, yes: int, decimals: int) -> None:
    text = printed(yes, n, decimals)
    counts = reconstruct(survey(n, question("q", answer("a", text))), registry).findings["demo.q.a"]
    ends = percent_interval(text.rstrip("%"), decimals)
    assert (counts.count_low, counts.count_high) == (fewest_by_fractions(ends, n), most_by_fractions(ends, n))
    assert counts.level == "consistent"


@given(st.integers(2, 66_000_000), st.integers(0, DECIMALS_MOST), ROUNDINGS, st.data())
@settings(max_examples=40)
def test_the_solver_and_the_closed_form_bound_the_same_counts(
    n: int, decimals: int, rounding: str, data: st.DataObject
) -> None:
    """66 million people with one decimal, a hundred with seventeen: 64 bits are enough for both."""
    registry = real.registry()
    yes = data.draw(st.integers(0, n))
    size = min(n, 10_000_000)
    rows = [answer("a", printed(yes, n, decimals)), answer("b", printed(n - yes, n, decimals))]
    of = survey(size, question("q", *rows, response="single", exhaustive=True), rounding=rounding)
    [part] = branches_of(of, registry, frozenset())
    boxes, model, n_alone = ClosedForm(part), Searched(part), sizes(part)
    assert boxes.fits().tolist() == model.fits().tolist()
    if boxes.fits().any():
        assert boxes.bounds(n_alone) == model.bounds(n_alone)


def test_a_conflict_with_many_decimals_is_one_for_the_solver_too(registry: Registry) -> None:
    rows = [answer("a", printed(31, 235, 16)), answer("b", printed(205, 235, 16))]
    found = reconstruct(survey(235, question("q", *rows, response="single")), registry)
    assert [conflict.figures for conflict in found.conflicts] == [("q.a", "q.b")]
    assert "with 470 asked" not in found.conflicts[0].words  # 62 and 410 of 470 are too many as well


def test_a_wave_of_300_000_with_three_decimals_is_solved(registry: Registry) -> None:
    """Three decimals of 294,905: every count but two or three neighbours is ruled out, and the sum ties them."""
    n, yes = 294_905, (33_085, 28_736, 8_623, 100_001, 124_460)
    assert sum(yes) == n
    rows = [answer(f"a{k}", printed(one, n, 3)) for k, one in enumerate(yes)]
    of = survey(n, question("q", *rows, response="single", exhaustive=True))
    found = reconstruct(of, registry)
    for k, one in enumerate(yes):
        counts = found.findings[f"demo.q.a{k}"]
        assert counts.count_low is not None
        assert counts.count_high is not None
        assert counts.count_low <= one <= counts.count_high <= counts.count_low + 3
        assert counts.power_alone == 0
    assert not any(one.unsolved for one in retractions(of, registry))


def test_nearly_300_000_with_three_decimals_is_solved(registry: Registry) -> None:
    rows = [answer(f"a{k}", printed(one, 294_905, 3)) for k, one in enumerate((33_085, 261_820))]
    n = {"printed": "nearly 300,000", "value": 300_000, "kind": "approximate"}
    found = reconstruct(survey(n, question("q", *rows, response="single", exhaustive=True)), registry)
    counts = found.findings["demo.q.a0"]
    assert counts.level == "bounded"
    assert counts.base_low is not None
    assert counts.base_low <= 294_905 <= (counts.base_high or 0)
    assert counts.power is not None


# --- power, counted in place of looked for -------------------------------------------------------------------------


def values_of(scale: Scale, runs: list[Run]) -> set[int]:
    """Every value that a count of a run prints, by fractions."""
    shares = {Fraction(count, run.base) for run in runs for count in range(run.low, run.high + 1)}
    return {value for value in range(scale.steps + 1) for share in shares if scale.shares(value).holds(share)}


RUNS = st.integers(1, 260).flatmap(
    lambda base: st.tuples(st.just(base), st.integers(0, base), st.integers(0, base)).map(
        lambda one: Run(one[0], min(one[1:]), max(one[1:]))
    )
)


@pytest.mark.thorough
@given(st.integers(1, 120), ROUNDINGS, st.lists(RUNS, min_size=1, max_size=4))
@settings(max_examples=60)
def test_values_are_those_of_fractions_whichever_way_they_are_counted(
    steps: int, rounding: str, runs: list[Run]
) -> None:
    scale = Scale(steps, rounding)
    expected = values_of(scale, runs)
    assert set(members(from_mask(scale.mask(runs)))) == expected
    few = scale.few(runs)
    assert few is not None
    assert scale.number(few) == scale.count(runs) == len(expected)
    for run in runs:
        alone = values_of(scale, [Run(run.base, run.low, run.low)])
        assert (scale.first(run.base, run.low), scale.last(run.base, run.low)) == (min(alone), max(alone))


@given(st.integers(1, 3000), st.integers(1, 3000), ROUNDINGS, st.data())
def test_the_counts_of_one_base_are_counted_in_closed_form(
    steps: int, base: int, rounding: str, data: st.DataObject
) -> None:
    low = data.draw(st.integers(0, base))
    run = Run(base, low, data.draw(st.integers(low, base)))
    assert Scale(steps, rounding).number({run}) == int(Scale(steps, rounding).mask([run]).sum())


def test_power_of_long_scales_is_exact_or_not_given() -> None:
    assert alone_power((235,), 16) == 1 - 236 / (10**18 + 1)
    assert alone_power((10**8,), 6) == 0
    assert alone_power(range(290_000, 290_100), 7) is None
    assert alone_power((50, 100), 7) == 1 - 101 / (10**9 + 1)  # every count of 50 is one of 100
    assert Scale.of(4, "nearest").steps == VALUES_LISTED
    assert COUNTS_TRIED < 290_000


def test_readings_are_put_together_on_long_scales_as_on_short_ones() -> None:
    long = Scale.of(7, "nearest")
    one, other = (Possible(long, frozenset({Run(base, 0, base)}), base, base) for base in (50, 75))
    assert joint_power([one, other]) == 1 - (51 + 76 - 26) / (long.steps + 1)  # of 25 in common are 0 to 25
    assert joint_power([one, Possible(long, None, 1, 2)]) is None


@given(st.integers(0, 3), st.integers(1, 60), st.integers(0, 12))
def test_the_power_of_a_mean_is_that_of_every_value(decimals: int, low: int, more: int) -> None:
    mean = Mean("q.a", f"{3:.{decimals}f}", range(low, low + more + 1), ())
    texts = [f"1.{step:0{decimals}d}" if decimals else "1" for step in range(10**decimals)]
    able = sum(any(mean_counts(text, n) for n in mean.sizes) for text in texts)
    assert mean.power == pytest.approx(1 - able / 10**decimals)


def test_a_mean_with_many_decimals_ends(registry: Registry) -> None:
    row = answer("a", "3.9191489361702128", measure="mean")
    found = reconstruct(survey(235, question("q", row, response="scale")), registry)
    counts = found.findings["demo.q.a"]
    assert counts.level == "consistent"
    assert counts.power == pytest.approx(1 - 235 / 10**16)
    none = reconstruct(survey(234, question("q", row, response="scale")), registry)
    assert none.findings["demo.q.a"].level == "conflicting"
    assert none.conflicts[0].repairs == ("with 235 scores in place of 234",)


@pytest.mark.thorough
def test_the_nearest_sizes_are_not_looked_for_without_end(lexicon: Lexicon) -> None:
    share = lexicon.share("13.19148936170212345%")
    assert nearest_sizes([share], 300) == ()
    assert nearest_sizes([lexicon.share("13.1914893617021277%")], 300) == (235, 470)
    assert N_LARGEST >= 100_000


# --- the end of every reconstruction -------------------------------------------------------------------------------


def test_work_is_counted_in_the_block_and_in_those_around_it() -> None:
    with at_most(2):
        with pytest.raises(NotSolvedError), at_most(1):
            spend(1.5)
        assert left() == pytest.approx(0.5)
        with at_most(5):
            assert left() == pytest.approx(0.5)
            with pytest.raises(NotSolvedError):
                spend(1)
    assert left() == EFFORT
    spend(10 * EFFORT)  # nobody counts


@pytest.fixture
def spent(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No work is allowed that is worth the name."""
    monkeypatch.setattr("crosswave.reconstruct.effort.EFFORT", 1e-9)
    monkeypatch.setattr("crosswave.reconstruct.effort.at_most.__wrapped__.__defaults__", (1e-9,))
    yield


def test_a_survey_that_takes_too_much_work_is_not_solved_and_says_so(registry: Registry, spent: None) -> None:
    rows = [answer("a", "60%"), answer("b", "nearly half"), answer("c", "12", measure="size")]
    of = survey(1000, question("q", *rows), question("r", answer("a", "10%"), base={"who": "some"}))
    found = reconstruct(of, registry)
    levels = {name: counts.level for name, counts in found.findings.items()}
    assert levels == {
        "demo.q.a": "not-solved",
        "demo.q.b": "not-solved",
        "demo.q.c": "unquantified",
        "demo.r.a": "bounded",
    }
    counts = found.findings["demo.q.a"]
    assert (counts.share_low, counts.count_low, counts.power, counts.pairs()) == (
        Fraction(119, 200),
        None,
        None,
        ([], []),
    )
    assert counts.reason.startswith("not solved within")
    assert (found.conflicts, found.solutions, found.rounding) == ((), None, counts.reason)
    assert retractions(of, registry) == []
    assert worked_example(of, registry, found) == [
        f"{counts.reason[:1].upper()}{counts.reason[1:]}, so there is nothing to count by hand."
    ]
    assert survey_readings(of, registry) == []
    with pytest.raises(ValueError, match="not solved within"):
        draw_survey(of, registry, 1, 1)


def test_what_is_beside_the_counts_is_left_out_where_work_ends(
    registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    def endless(*_: object, **__: object) -> Mapping[str, object]:
        raise NotSolvedError("not solved within a test")

    of = survey(1000, question("q", answer("a", "60%"), answer("b", "40%"), response="single", exhaustive=True))
    whole = reconstruct(of, registry)
    for name in ("survey._possible", "solve.Solver.tables", "survey.rounding_words"):
        monkeypatch.setattr(f"crosswave.reconstruct.{name}", endless)
    found = reconstruct(of, registry)
    for name, counts in found.findings.items():
        assert (counts.level, counts.values) == ("consistent", whole.findings[name].values)
        assert counts.power is counts.power_alone is None
    assert str(found.solutions) == "at least 1"
    assert found.rounding == (
        "rounded to the nearest is assumed; whether figures cut off would fit was not solved within a test"
    )


def test_a_retraction_that_takes_too_much_work_says_so(registry: Registry, monkeypatch: pytest.MonkeyPatch) -> None:
    def endless(*_: object) -> None:
        raise NotSolvedError("not solved within a test")

    of = survey(1000, question("q", answer("a", "60%")))
    monkeypatch.setattr("crosswave.reconstruct.survey._compared", endless)
    found = retractions(of, registry)
    assert {one.unsolved for one in found} == {"not solved within a test"}
    table = assumptions_table(found, reconstruct(of, registry))
    assert set(table.iloc[:, 3]) == {"not solved within a test"}


def test_a_base_of_answers_to_two_questions_ends_and_has_its_counts(registry: Registry) -> None:
    """Whoever gave q.a or r.a, which nobody says exclude each other: three questions are one part for the solver."""
    mixed = {"either": ["all", {"who": "those", "answers": ["q.a", "r.a"]}]}
    of = survey(
        40,
        question("q", answer("a", "30%"), answer("b", "70%"), response="single", exhaustive=True),
        question("r", answer("a", "20%"), answer("b", "80%"), response="single", exhaustive=True),
        question("s", answer("a", "35%"), answer("b", "65%"), base=mixed),
    )
    found = reconstruct(of, registry)
    kinds = {type(known(part)).__name__ for one in branches_of(of, registry, frozenset()) for part in components(one)}
    assert "Searched" in kinds
    values = {name: (counts.level, counts.values) for name, counts in found.findings.items()}
    assert values["demo.q.a"] == ("consistent", (12,))
    assert values["demo.r.a"] == ("consistent", (8,))
    assert values["demo.s.a"] == ("consistent", (7, 14))  # 7 of the 20 who gave either, or 14 of 40
    assert all(counts.power is not None for counts in found.findings.values())


def test_conflicts_of_a_part_are_looked_for_once_whichever_assumption_is_taken_back(
    registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Arithmetic] = []

    def watched(part: Arithmetic) -> Iterator[Conflict]:
        asked.append(replace(part, reading=()))
        return find_conflicts(part)

    monkeypatch.setattr("crosswave.reconstruct.solve.find_conflicts", watched)
    questions = [question(name, answer("a", "33%"), answer("b", "50%")) for name in ("q", "r", "s")]
    assert len(retractions(survey(10, *questions), registry)) >= 4
    assert len(asked) == len(set(asked)) > 0


@given(st.integers(2, 90), st.lists(st.integers(0, 100), min_size=1, max_size=3), st.booleans())
@settings(max_examples=40)
def test_a_repaired_base_is_the_same_in_closed_form_and_by_the_solver(n: int, shares: list[int], summed: bool) -> None:
    registry = real.registry()
    rows = [answer(f"a{k}", f"{share}%") for k, share in enumerate(shares)]
    of = survey(n, question("q", *rows, response="single" if summed else "multi", exhaustive=summed))
    for part in components(branches_of(of, registry, frozenset())[0]):
        held = [element for element in elements(part) if element.kind != "base"]
        model, key = Model(part, held), part.figures[0].base.key
        if model.feasible():
            assert _largest_base(part, held, key) == model.bounds(model.bases[key])[1]


def test_more_readings_than_can_be_tried_are_not_solved(registry: Registry) -> None:
    base = {"either": ["all", {"who": "some", "n": 100}]}
    of = survey(1000, *(question(f"q{k}", answer("a", "60%"), base=base) for k in range(20)))
    found = reconstruct(of, registry)
    assert {counts.level for counts in found.findings.values()} == {"not-solved"}
    assert {counts.reason for counts in found.findings.values()} == {
        "not solved: its bases can be read in 1,048,576 ways, more than 256"
    }


def test_more_sizes_than_there_is_room_for_are_not_solved(registry: Registry) -> None:
    of = survey(between(1, 10_000_000), question("q", answer("a", "60%"), answer("b", "10%")))
    found = reconstruct(of, registry)
    assert {counts.level for counts in found.findings.values()} == {"not-solved"}
    assert found.findings["demo.q.a"].reason == (
        "not solved: print leaves 10,000,000 numbers to be tried at once, more than 8,388,608"
    )


def test_the_solver_ends_where_its_work_does(registry: Registry) -> None:
    rows = [answer("a", "60%"), answer("b", "40%")]
    [part] = branches_of(survey(1000, question("q", *rows)), registry, frozenset())
    with at_most(0.01), pytest.raises(NotSolvedError):
        for _ in range(100):
            Model(part).feasible()


def test_nested_subsets_of_very_many_end(registry: Registry) -> None:
    """A base of a million sizes, each with a base inside it: the work is counted, and ends."""
    of = survey(
        between(900_000, 1_000_000),
        question("q", answer("a", "60%"), answer("b", "30%"), response="single"),
        question("r", answer("a", "50%"), answer("b", "21%"), base={"who": "a", "answers": ["q.a"]}),
    )
    [reading] = branches_of(of, registry, frozenset())
    assert type(known(reading)).__name__ == "Searched"
    with at_most(0.5):
        found = reconstruct(of, registry).findings
    assert {counts.level for counts in found.values()} <= {"not-solved", "bounded"}


def test_every_list_of_levels_has_every_level() -> None:
    [options] = [field.options for field in FINDING_FIELDS if field.name == "level"]
    assert list(options) == list(LEVELS) == list(_LEVELS) == list(LEVEL_LOOKS)
    text = (ROOT / "data" / "README.md").read_text(encoding="utf-8")
    rows = [line for line in text.splitlines() if line.startswith("| `level` |")]
    assert any(all(level in row for level in LEVELS) for row in rows)


@pytest.mark.thorough
def test_the_surveys_of_the_registry_take_half_of_the_work_that_is_allowed(
    registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    used: dict[str, float] = {}
    for of in registry.surveys.values():
        with at_most(EFFORT):
            reconstruct_uncached(of, registry)
            used[of.id] = EFFORT - left()
    assert max(used.values()) < EFFORT / 2


def reconstruct_uncached(of: Survey, registry: Registry) -> None:
    from crosswave.reconstruct.survey import _solved

    _solved(of, registry, ())
