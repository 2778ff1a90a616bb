"""A series file is as good as a file for each of its waves, and its faults stand where they were written."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import yaml

from crosswave.reconstruct import reconstruct
from crosswave.study import DataError, Registry, load_evidence, load_registry
from crosswave.study.models import Answer, Base, SampleSize
from crosswave.study.registry import text_of
from crosswave.trend.change import assess
from crosswave.trend.settings import Settings
from crosswave.trend.synthesis import reconstruct_all

DATA = Path(__file__).parents[1] / "data"
SAME = "{population: same, unit: same, stem: same, wording: same, base: same, response: same}"
SERIES = """\
id: staff-poll
title: Staff poll
publisher: An office
population: all staff
sector: central
unit: person
sampling: census
weighted: false
sources:
  - {id: staff-tables, title: Tables, url: "https://example.org/staff-tables", kind: publisher-report}
waves:
  - {id: staff-2017, year: 2017, year_basis: fieldwork, n: {printed: "2,000", value: 2000, kind: exact}, asked: 3000}
  - {id: staff-2019, year: 2019, year_basis: fieldwork, n: {printed: "2,100", value: 2100, kind: exact}}
  - id: staff-2020
    title: Staff poll in the spring
    year: 2020
    year_basis: financial-year
    n: {printed: "2,200", value: 2200, kind: exact}
questions:
  - id: tools
    asks: Are the tools there?
    about: tools
    response: scale
    base: {at_most: n}
    wordings:
      - {says: tools, waves: [staff-2017, staff-2019]}
      - {says: tools and training, waves: [staff-2020]}
    answers:
      - id: agree
        says: agrees
        topic: skills
        printed_in: percent
        sources: [staff-tables]
        figures:
          staff-2017: "40.05"
          staff-2019: "50.1"
          staff-2020: {printed: "0.61", printed_in: share, note: After the move.}
  - id: paper
    asks: Is paper kept?
    about: paper
    response: single
    base: {who: those with records, n: 50}
    answers:
      - {id: only, says: paper only, topic: other, printed_in: count, sources: [staff-tables],
         figures: {staff-2017: "32"}}
panels:
  - {waves: [staff-2017, staff-2019], how: the same people, shared: 900, question: paper, table: {only: {only: 20}}}
"""
CONSTRUCT = f"""\
  - id: staff-tools
    label: tools
    family: barriers
    answers:
      - {{finding: staff-2017.tools.agree, grades: {SAME}, same_instrument_as: [staff-2019.tools.agree]}}
      - {{finding: staff-2019.tools.agree, grades: {SAME}, same_instrument_as: [staff-2017.tools.agree]}}
      - {{finding: staff-2020.tools.agree, grades: {SAME}}}
"""


def folder_with(place: Path, text: str = SERIES) -> Path:
    folder = place / "data"
    shutil.copytree(DATA, folder, ignore=shutil.ignore_patterns("series"))
    for name in ("constructs.yaml", "claims.yaml", "context.csv"):
        first = (folder / name).read_text(encoding="utf-8").splitlines()[0]
        empty = {"constructs.yaml": f"{first}\nconstructs:\n{CONSTRUCT}", "claims.yaml": "sources: []\nclaims: []\n"}
        (folder / name).write_text(empty.get(name, f"{first}\n"), encoding="utf-8")
    (folder / "batteries.yaml").unlink()
    for path in (folder / "surveys").glob("*.yaml"):
        if path.stem != "igov-2017":
            path.unlink()
    (folder / "series").mkdir()
    (folder / "series" / "staff-poll.yaml").write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory) -> Registry:
    return load_registry(folder_with(tmp_path_factory.mktemp("series")))


def test_each_wave_is_a_survey_of_the_registry(held: Registry) -> None:
    assert held.series == {"staff-poll": ("staff-2017", "staff-2019", "staff-2020")}
    assert list(held.surveys) == ["igov-2017", "staff-2017", "staff-2019", "staff-2020"]
    first, _, last = (held.surveys[name] for name in held.series["staff-poll"])
    assert (first.title, last.title, first.series) == ("Staff poll 2017", "Staff poll in the spring", "staff-poll")
    assert [source.id for source in last.sources] == ["staff-tables"]
    assert [question.id for question in first.questions] == ["tools", "paper"]
    assert [question.id for question in last.questions] == ["tools"]
    assert held.finding("staff-2020.tools.agree").answer.note == "After the move."


def test_a_folder_that_was_checked_before_gives_the_same(held: Registry) -> None:
    again = load_registry(held.folder)
    assert again.series == held.series
    assert {name: again.surveys[name] for name in again.surveys} == dict(held.surveys)


def test_a_panel_is_an_overlap_of_both_waves(held: Registry) -> None:
    first, second = held.surveys["staff-2017"].overlaps, held.surveys["staff-2019"].overlaps
    assert (first[0].survey, first[0].shared, second[0].survey) == ("staff-2019", 900, "staff-2017")
    assert first[0].table == second[0].table == {"only": {"only": 20}}


@pytest.mark.parametrize(
    ("printed", "unit", "text"),
    [
        ("63.569", "percent", "63.569%"),
        ("0.67", "share", "67%"),
        ("0.8", "share", "80%"),
        ("0.8307", "share", "83.07%"),
        ("0.7130783796310425", "share", "71.30784%"),
        ("32", "count", "32 of 222"),
        ("nearly half", "percent", "nearly half"),
        ("58%", None, "58%"),
    ],
)
def test_a_bare_number_is_read_in_its_unit(printed: str, unit: str | None, text: str) -> None:
    record = {"id": "a", "says": "a", "printed": printed, "printed_in": unit, "topic": "skills", "sources": ["s"]}
    answer = Answer.model_validate(record)
    assert text_of(answer, Base(who="w", n=222), SampleSize(kind="unknown")) == text


def test_a_count_is_itself_and_a_base_that_is_at_most_n_is_a_range(held: Registry) -> None:
    found = reconstruct(held.surveys["staff-2017"], held).findings
    paper, tools = found["staff-2017.paper.only"], found["staff-2017.tools.agree"]
    assert (paper.count_low, paper.count_high, paper.bases) == (32, 32, (50,))
    # 1,900 is the least of 2,000 where at most 5 % left it out; by hand: which bases have a count that prints 40.05 %
    bases = [n for n in range(1900, 2001) if any(round(100 * c / n, 2) == 40.05 for c in range(740, 820))]
    assert (tools.base_low, tools.base_high) == (bases[0], bases[-1])
    assert tools.reason.startswith(
        "whole numbers of people give it, if at most 5% of them (everyone who answered the item) left"
    )


def test_the_gate_refuses_two_wordings_of_one_series(held: Registry) -> None:
    construct, counts = held.constructs["staff-tools"], reconstruct_all(held)
    known = held.plan.total_error | {"H": held.plan.total_error["A"], "B2": held.plan.total_error["A"]}
    before, after = (
        assess(construct, held, counts, Settings.of(held.plan, from_year=first, to_year=last))
        for first, last in ((2017, 2019), (2019, 2020))
    )
    assert known and before.comparison is not None and before.comparison.difference == pytest.approx(0.1005, abs=2e-3)
    assert after.comparison is None and after.pairs[0].comparability.reasons == (
        "the series put the question in other words",
    )


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("    about: tools\n", "    about: tools\n    colour: red\n", "unknown key colour"),
        ('"50.1"', '"a lot of it"', "a lot of it"),
        ("staff-2019: \"50.1\"", "staff-2018: \"50.1\"", "staff-2018 is no wave of this series"),
        ("waves: [staff-2020]}", "waves: [staff-2021]}", "staff-2021 is no wave of this series"),
        ("sector: central", "sector: moon", "sector must be one of"),
        ("id: staff-poll", "id: staff-pole", "the file is called staff-poll.yaml"),
        ("  - {id: staff-2019, year: 2019", "  - {id: staff-2017, year: 2019", "occurs twice"),
        ("sources: [staff-tables]\n        figures", "sources: [tables]\n        figures", "tables is no source"),
        ("year_basis: financial-year", "year_basis: spring", "year_basis must be one of"),
    ],
)  # fmt: skip
def test_a_fault_is_told_once_and_where_it_stands(tmp_path: Path, old: str, new: str, words: str) -> None:
    assert old in SERIES
    text = SERIES.replace(old, new, 1)
    pairs = zip(SERIES.splitlines(), text.splitlines(), strict=False)
    line = next(number for number, (one, other) in enumerate(pairs, start=1) if one != other)
    with pytest.raises(DataError) as error:
        load_registry(folder_with(tmp_path, text))
    told = [row for row in str(error.value).splitlines() if words in row]
    assert len(told) == 1 and f"series/staff-poll.yaml:{line}: " in told[0]


def test_a_faulty_series_is_left_out_and_the_rest_goes_on(tmp_path: Path) -> None:
    folder = folder_with(tmp_path, SERIES.replace("response: scale", "response: guess"))
    found = load_evidence(folder)
    assert list(found.surveys) == ["igov-2017"]
    assert found.left_out == {"staff-2017", "staff-2019", "staff-2020"}
    with pytest.raises(DataError, match="guess"):
        found.survey("staff-2019")


def test_a_wave_and_a_survey_of_one_id_are_a_fault(tmp_path: Path) -> None:
    folder = folder_with(tmp_path, SERIES.replace("staff-2019", "igov-2017"))
    with pytest.raises(DataError, match="is a survey of another file too"):
        load_registry(folder)


@pytest.mark.parametrize(
    "text", ["[]", "id: staff-poll", "id: staff-poll\nwaves: 3", "waves: [1, {id: 2}]\nquestions: [x]"]
)
def test_a_file_without_the_form_of_a_series_ends_in_words(tmp_path: Path, text: str) -> None:
    with pytest.raises(DataError, match=r"staff-poll\.yaml:\d+: "):
        load_registry(folder_with(tmp_path, text))


def test_the_example_is_yaml() -> None:
    assert set(yaml.safe_load(SERIES)) >= {"waves", "questions", "panels"}
