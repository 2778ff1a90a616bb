"""Data folders that are right load; what is wrong is said with its line, all at once, and nothing else is raised."""

from __future__ import annotations

import os
import random
import shutil
import textwrap
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crosswave.study import DataError, Registry, find_data, load_registry
from crosswave.study.reading import SHARED

DATA = Path(__file__).resolve().parents[1] / "data"

SURVEY = """\
id: demo-2019
title: A survey
fieldwork: {start: 2019-01, end: 2019-02}
published: 2019-04
year: 2019
year_basis: fieldwork
population: staff
sector: local
unit: person
n: {printed: "100", value: 100, kind: exact}
sources:
  - id: page
    title: A page
    url: https://example.org/page
    kind: trade-press
questions:
  - id: plan
    asks: Is there a plan?
    about: a plan
    response: single
    answers:
      - id: "yes"
        says: "yes"
        printed: "58.0%"
        topic: strategy
        sources: [page]
      - id: "no"
        says: "no"
        printed: "42%"
        topic: strategy
        sources: [page]
        complement_of: "yes"
  - id: state
    asks: How far?
    about: the state
    base: {who: those with a plan, answers: [plan.yes]}
    answers:
      - id: started
        says: started
        printed: "50%"
        topic: strategy
        sources: [page]
changes:
  - id: plan-since-2018
    answer: plan.yes
    since: demo-2019
    points: -3
    sources: [page]
"""
CONSTRUCTS = """\
constructs:
  - id: has-plan
    label: has a plan
    family: barriers
    answers:
      - finding: demo-2019.plan.yes
        grades: {population: same, unit: same, stem: same, wording: same, base: same, response: same}
    changes: [demo-2019.plan-since-2018]
"""
CLAIMS = """\
sources:
  - id: blog
    title: A blog
    url: https://example.org/blog
    kind: vendor-blog
claims:
  - id: most-have-a-plan
    source: blog
    surveys: [demo-2019]
    says: Most have a plan.
    subject: respondents
    all_of:
      - terms: {demo-2019.plan.yes: 1}
        is: above
        value: 50%
"""
CONTEXT = """\
fact_id,year,subject,quantity,value,unit,source,kind,notes
staff,2019,staff,count,400,people,blog,exact,
jobs,2019,jobs,count,80,jobs,blog,lower-bound,"printed
over two lines"
"""


def write_folder(folder: Path, **files: str) -> Path:
    """A small whole data folder; keyword arguments replace files."""
    texts = {"constructs": CONSTRUCTS, "claims": CLAIMS, "context": CONTEXT, "demo-2019": SURVEY}
    texts |= {name.replace("_", "-"): text for name, text in files.items()}
    (folder / "surveys").mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        (folder / _file(name)).write_text(text, encoding="utf-8")
    for name in ("study.yaml", "plan.yaml", "quantities.yaml"):
        if not (folder / name).exists():
            shutil.copy(DATA / name, folder / name)
    return folder


def _file(name: str) -> str:
    return {"constructs": "constructs.yaml", "claims": "claims.yaml", "context": "context.csv"}.get(
        name, f"surveys/{name}.yaml"
    )


def faults_of(folder: Path) -> list[str]:
    """``file:line: message`` for each fault, without the folder."""
    with pytest.raises(DataError) as caught:
        load_registry(folder)
    return [line.replace(f"{folder}/", "") for line in str(caught.value).splitlines()]


def swapped(old: str, new: str, text: str = SURVEY) -> str:
    assert text.count(old) >= 1, old
    return text.replace(old, new, 1)


def line_of(needle: str, text: str) -> int:
    return next(number for number, line in enumerate(text.splitlines(), start=1) if needle in line)


def test_a_whole_folder_loads_and_printed_text_keeps_its_zero(tmp_path: Path) -> None:
    registry = load_registry(write_folder(tmp_path))
    assert list(registry.findings) == ["demo-2019.plan.yes", "demo-2019.plan.no", "demo-2019.state.started"]
    assert registry.finding("demo-2019.plan.yes").answer.printed == "58.0%"
    assert registry.facts["jobs"].kind == "lower-bound"
    assert list(registry.sources) == ["blog", "page"]


def test_absent_means_unknown_and_never_a_fact(tmp_path: Path) -> None:
    survey = load_registry(write_folder(tmp_path)).survey("demo-2019")
    assert survey.weighted is None
    assert survey.rounding is None
    assert survey.mode is None
    assert survey.questions[0].base is None


@pytest.mark.parametrize("name", ["demo-2018", "nothing-like-it"])
def test_an_unknown_name_is_answered_with_the_nearest_or_the_way_to_the_list(tmp_path: Path, name: str) -> None:
    registry = load_registry(write_folder(tmp_path))
    with pytest.raises(KeyError) as caught:
        registry.survey(name)
    expected = {
        "demo-2018": "no survey is called 'demo-2018'; did you mean demo-2019?",
        "nothing-like-it": "no survey is called 'nothing-like-it'; crosswave list surveys names all",
    }
    assert caught.value.args[0] == expected[name]


ONE_FAULT: Mapping[str, tuple[str, str, str]] = {
    "an unknown key, with the nearest known one": (
        '        printed: "58.0%"\n        topic: strategy',
        '        printed: "58.0%"\n        topik: strategy\n        topic: strategy',
        "25: unknown key topik; did you mean topic?",
    ),
    "a key that stands twice": (
        "title: A survey\n",
        "title: A survey\ntitle: Another\n",
        "3: key title occurs twice; the first is on line 2; keep one",
    ),
    "a key that is missing": ("population: staff\n", "", "1: key population is missing; add it"),
    "an empty value": (
        "population: staff",
        "population:",
        "7: key population is empty and needed; give a value",
    ),
    "an empty value that may be absent": (
        "published: 2019-04",
        "published:",
        "4: key published is empty; give a value or delete the line",
    ),
    "a year that is no number": ("year: 2019", "year: soon", "5: year must be a whole number; 'soon' arrived"),
    "a year out of range": ("year: 2019", "year: 1776", "5: year must be at least 1990; '1776' arrived"),
    "an n below 1": ("value: 100,", "value: 0,", "10: value must be at least 1; '0' arrived"),
    "an n that nobody could count": (
        "value: 100,",
        "value: 99999999999,",
        "10: value must be at most 10000000; '99999999999' arrived",
    ),
    "a word that is not allowed": (
        "unit: person",
        "unit: people",
        "9: unit must be one of: person, organisation, foi-return, trust, provider, household; 'people' arrived",
    ),
    "a bad date": (
        "published: 2019-04",
        "published: 2019-13",
        "4: published must be a date as YYYY, YYYY-MM or YYYY-MM-DD; '2019-13' arrived",
    ),
    "a bad address": (
        "https://example.org/page",
        "example.org/page",
        "14: url must be an address that starts with http:// or https://; 'example.org/page' arrived",
    ),
    "fieldwork that ends before it starts": (
        "start: 2019-01, end: 2019-02",
        "start: 2019-03, end: 2019-02",
        "3: fieldwork ends 2019-02, before it starts 2019-03; swap or mend them",
    ),
    "print before the fieldwork": (
        "published: 2019-04",
        "published: 2018-12",
        "4: published 2018-12, before the fieldwork of 2019-01; mend one of them",
    ),
    "an id that repeats": ("- id: state", "- id: plan", "33: id plan occurs twice; ids are unique, so rename one"),
    "a dangling source": (
        "sources: [page]",
        "sources: [pge]",
        "26: pge is no source; did you mean page?",
    ),
    "a dangling complement": (
        'complement_of: "yes"',
        "complement_of: maybe",
        "32: maybe is no other answer of question plan; add it or mend the name",
    ),
    "an answer that is part of itself": (
        'complement_of: "yes"',
        'part_of: "no"',
        "32: no is no other answer of question plan; add it or mend the name",
    ),
    "a dangling base": (
        "answers: [plan.yes]",
        "answers: [plan.yep]",
        "36: plan.yep is no answer of this survey; did you mean plan.yes or plan.no?",
    ),
    "a dangling change": (
        "answer: plan.yes",
        "answer: plan.yep",
        "45: plan.yep is no answer of this survey; did you mean plan.yes or plan.no?",
    ),
    "a change since no wave": (
        "since: demo-2019",
        "since: demo-2018",
        "46: demo-2018 is no survey; did you mean demo-2019?",
    ),
    "text where a list belongs": (
        "sources: [page]",
        "sources: page",
        "26: sources must be a list; 'page' arrived",
    ),
    "a group of keys where text belongs": (
        "title: A survey",
        "title: {a: b}",
        "2: title must be text; a group of keys arrived",
    ),
    "an n without its value": (
        '{printed: "100", value: 100, kind: exact}',
        '{printed: "100", kind: exact}',
        "10: n of kind exact needs a value",
    ),
    "a base of no form": (
        "base: {who: those with a plan, answers: [plan.yes]}",
        "base: {everyone: false}",
        "36: a base needs one of: all, who, n, at_most, answers, counts, either",
    ),
    "a tab": (
        "title: A survey",
        "title:\tA survey\n\tx: y",
        "3: not YAML: a tab is here; indent with spaces",
    ),
    "a colon inside a text": (
        "title: A survey",
        "title: Acme: a survey",
        "2: not YAML: a colon and a space are inside a text, or the line is indented too far; "
        "put the text in double quotes, or mend the indentation",
    ),
    "quotes that are not closed": (
        "title: A survey",
        'title: "A survey',
        "10: not YAML: the indentation or a quote is wrong here or above; keys of one group are in one "
        "column, and quotes come in pairs",
    ),
    "a list without its commas": (
        "answers: [plan.yes]",
        "answers: [plan.yes",
        "36: not YAML: a comma or the closing bracket is missing here or on the line above; add it",
    ),
    "a misspelt topic": (
        "topic: strategy",
        "topic: strategi",
        "25: topic must be one of: automation, budget-cost, citizen-demand, cloud, confidence, culture, data-sharing, "
        "digital-progress, leadership, legacy, other, procurement-sme, remote-working, security-privacy, skills, "
        "strategy, technology-value, training; 'strategi' arrived; did you mean strategy?",
    ),
    "an alias": (
        "title: A survey\n",
        "title: &t A survey\nnote: *t\n",
        "3: an alias repeats another part of the file; write it out",
    ),
    "a list as a key": (
        "title: A survey\n",
        "title: A survey\n? [a, b]\n: c\n",
        "3: a key must be a word, not a list or a group of keys",
    ),
}


@pytest.mark.parametrize("name", ONE_FAULT)
def test_one_fault_gives_one_whole_message_on_its_line(tmp_path: Path, name: str) -> None:
    old, new, message = ONE_FAULT[name]
    assert faults_of(write_folder(tmp_path, **{"demo-2019": swapped(old, new)})) == [
        f"surveys/demo-2019.yaml:{message}"
    ]


def test_a_file_called_otherwise_than_its_id_is_told(tmp_path: Path) -> None:
    folder = write_folder(tmp_path)
    (folder / "surveys" / "demo-2019.yaml").rename(folder / "surveys" / "demo-2020.yaml")
    assert "surveys/demo-2020.yaml:1: id is demo-2019, the file is called demo-2020.yaml; make them the same" in (
        faults_of(folder)
    )


def test_six_different_faults_in_one_file_give_six_lines(tmp_path: Path) -> None:
    """A wrong form does not hide a dangling reference or a date out of order."""
    text = SURVEY
    for old, new in (
        ("end: 2019-02", "end: 2018-12"),
        ("unit: person", "unit: people"),
        ("url: https://", "url: htp://"),
        ("sources: [page]", "sources: [pge]"),
        ('- id: "no"', '- id: "yes"'),
        ("points: -3", "points: -3\n    colour: red"),
    ):
        text = swapped(old, new, text)
    text = swapped('complement_of: "yes"', "note: ok", text)
    assert faults_of(write_folder(tmp_path, **{"demo-2019": text})) == [
        "surveys/demo-2019.yaml:3: fieldwork ends 2018-12, before it starts 2019-01; swap or mend them",
        "surveys/demo-2019.yaml:9: unit must be one of: person, organisation, foi-return, trust, provider, household; 'people' arrived",  # noqa: E501
        "surveys/demo-2019.yaml:14: url must be an address that starts with http:// or https://; "
        "'htp://example.org/page' arrived",
        "surveys/demo-2019.yaml:26: pge is no source; did you mean page?",
        "surveys/demo-2019.yaml:27: id yes occurs twice; ids are unique, so rename one",
        "surveys/demo-2019.yaml:48: unknown key colour",
    ]


def test_faults_of_several_files_come_together_and_a_bad_file_is_not_blamed_on_others(tmp_path: Path) -> None:
    """Constructs and claims name figures of the broken survey; they are not called dangling."""
    folder = write_folder(
        tmp_path,
        **{"demo-2019": swapped("year: 2019", "year: soon")},
        claims=swapped("subject: respondents", "subject: everybody", CLAIMS),
        context=CONTEXT.replace("staff,2019,", "staff,long ago,"),
    )
    assert faults_of(folder) == [
        "claims.yaml:11: subject must be one of: respondents, population, organisations, arithmetic; "
        "'everybody' arrived",
        "context.csv:2: year must be a whole number; 'long ago' arrived",
        "surveys/demo-2019.yaml:5: year must be a whole number; 'soon' arrived",
    ]


BETWEEN_FILES: Mapping[str, tuple[str, str, str, str]] = {
    "a family that the plan does not have": (
        "constructs", "family: barriers", "family: bariers",
        "constructs.yaml:4: bariers is no family of plan.yaml; did you mean barriers?",
    ),
    "a finding that no survey has": (
        "constructs", "demo-2019.plan.yes", "demo-2019.plan.yep",
        "constructs.yaml:6: demo-2019.plan.yep is no finding; did you mean demo-2019.plan.yes or demo-2019.plan.no?",
    ),
    "a printed change that no survey has": (
        "constructs", "demo-2019.plan-since-2018", "demo-2019.plan-since-2017",
        "constructs.yaml:8: demo-2019.plan-since-2017 is no printed change; did you mean demo-2019.plan-since-2018?",
    ),
    "a claim on a finding that no survey has": (
        "claims", "demo-2019.plan.yes", "demo-2019.plan.yep",
        "claims.yaml:13: demo-2019.plan.yep is no finding, printed change or fact; "
        "did you mean demo-2019.plan.yes or demo-2019.plan.no or demo-2019.plan-since-2018?",
    ),
    "a claim on no survey": (
        "claims", "[demo-2019]", "[demo-2018]", "claims.yaml:9: demo-2018 is no survey; did you mean demo-2019?",
    ),
    "a claim of no source": (
        "claims", "source: blog", "source: blob", "claims.yaml:8: blob is no source of this file; did you mean blog?",
    ),
    "a fact of no source": (
        "context", "people,blog", "people,blob",
        "context.csv:2: source blob is described in no survey and not in claims.yaml; add it there",
    ),
    "a fact of a later line than its number": (
        "context", "over two lines\"\n", "over two lines\"\nlast,2019,a,b,1,c,blob,exact,\n",
        "context.csv:5: source blob is described in no survey and not in claims.yaml; add it there",
    ),
    "a fact that stands twice": (
        "context", "jobs,2019", "staff,2019", "context.csv:3: id staff occurs twice; ids are unique, so rename one",
    ),
    "a row with a cell too many": (
        "context", "exact,\n", "exact,,\n", "context.csv:2: the row has 10 cells, the first line 9",
    ),
    "a fact of a kind that is not allowed": (
        "context", "exact,\n", "sure,\n",
        "context.csv:2: kind must be one of: exact, lower-bound, upper-bound, approximate, date, rhetorical; "
        "'sure' arrived",
    ),
    "a source that differs between files": (
        "claims", "id: blog", "id: page",
        "claims.yaml:2: source page differs from the record in surveys/demo-2019.yaml (title 'A blog' here, "
        "'A page' there; url 'https://example.org/blog' here, 'https://example.org/page' there; "
        "kind 'vendor-blog' here, 'trade-press' there); make them the same",
    ),
    "one page under two addresses": (
        "claims", "url: https://example.org/blog\n", "url: http://www.example.org/page/?utm_source=mail\n",
        "claims.yaml:2: blog and page are one page; give both one id and record, and list a second address in also_at",
    ),
    "a share of what is nothing": (
        "claims", "        is: above\n", "        over: [demo-2019.plan.yep]\n        is: above\n",
        "claims.yaml:14: demo-2019.plan.yep is no finding or fact; "
        "did you mean demo-2019.plan.yes or demo-2019.plan.no?",
    ),
    "most of a fact": (
        "claims", "{demo-2019.plan.yes: 1}\n        is: above\n        value: 50%\n", "{people: 1}\n        is: most\n",
        "claims.yaml:13: people is no finding; add it or mend the name",
    ),
    "a claim that is neither checkable nor not": (
        "claims", "    subject: respondents\n", "    subject: respondents\n    not_checkable: Why not.\n",
        "claims.yaml:7: a claim has either all_of or not_checkable",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", BETWEEN_FILES)
def test_what_one_file_names_another_must_hold(tmp_path: Path, name: str) -> None:
    which, old, new, message = BETWEEN_FILES[name]
    text = {"constructs": CONSTRUCTS, "claims": CLAIMS, "context": CONTEXT}[which]
    assert message in faults_of(write_folder(tmp_path, **{which: swapped(old, new, text)}))


def test_two_answers_of_one_survey_in_a_construct_are_told(tmp_path: Path) -> None:
    grades = CONSTRUCTS.splitlines()[6]
    more = CONSTRUCTS.replace("    changes:", f"      - finding: demo-2019.plan.no\n{grades}\n    changes:")
    assert faults_of(write_folder(tmp_path, constructs=more)) == [
        "constructs.yaml:6: demo-2019 has 2 answers in has-plan; keep one per survey",
        "constructs.yaml:8: demo-2019 has 2 answers in has-plan; keep one per survey",
    ]


@pytest.mark.parametrize("name", SHARED)
def test_a_missing_file_is_named(tmp_path: Path, name: str) -> None:
    folder = write_folder(tmp_path)
    (folder / name).unlink()
    assert f"{name}:1: the file is missing; every data folder needs it" in faults_of(folder)


def test_a_folder_without_surveys_says_how_to_make_one(tmp_path: Path) -> None:
    folder = write_folder(tmp_path)
    (folder / "surveys" / "demo-2019.yaml").unlink()
    assert "surveys:1: no survey file is here; crosswave new SURVEY-ID makes one" in faults_of(folder)


def test_no_folder_at_all_is_told_only_where_the_package_has_none_beside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert find_data() == DATA
    write_folder(tmp_path / "data")
    assert find_data() == tmp_path / "data"


@pytest.mark.parametrize(
    ("bytes_", "message"),
    [
        (
            SURVEY.encode()[:200] + b"\xff" + SURVEY.encode()[200:],
            "10: not UTF-8 text: invalid start byte; save the file as UTF-8",
        ),
        (b"", "1: the file must hold keys and values, such as id: ..."),
        (b"- a\n- b\n", "1: the file must hold keys and values, such as id: ..."),
        (b"a: " + b"[" * 100_000, "1: lists or keys are too deep in each other"),
        (b"a: " + b"[" * 900 + b"]" * 900, "1: lists or keys are too deep in each other"),
        (b"a: b\x00c\n", "1: not text that YAML allows: control characters are not allowed"),
        (b"a: b\n---\nc: d\n", "2: not YAML: but found another document"),
    ],
    ids=["not UTF-8", "empty", "a list", "a bomb of brackets", "deep brackets", "NUL", "two documents"],
)
def test_what_is_no_document_is_told_with_its_line(tmp_path: Path, bytes_: bytes, message: str) -> None:
    folder = write_folder(tmp_path)
    (folder / "surveys" / "demo-2019.yaml").write_bytes(bytes_)
    assert f"surveys/demo-2019.yaml:{message}" in faults_of(folder)


def test_a_bomb_of_aliases_goes_off_in_no_time(tmp_path: Path) -> None:
    bomb = ["a: &a [x, x, x, x, x, x, x, x, x]"]
    bomb += [f"{b}: &{b} [{', '.join([f'*{a}'] * 9)}]" for a, b in zip("abcdefghij", "bcdefghijk", strict=True)]
    faults = faults_of(write_folder(tmp_path, **{"demo-2019": "\n".join(bomb) + "\n"}))
    assert "surveys/demo-2019.yaml:2: an alias repeats another part of the file; write it out" in faults


def test_a_folder_where_a_file_should_be_is_told(tmp_path: Path) -> None:
    folder = write_folder(tmp_path)
    (folder / "surveys" / "demo-2020.yaml").mkdir()
    assert (
        "surveys/demo-2020.yaml:1: cannot be read: it is no ordinary file; put a text file in its place"
        in faults_of(folder)
    )


@pytest.mark.parametrize("rows", [b"fact_id\n\xff\n", b'fact_id,year\n"a,2\n', b"", b"a,b\n1,2\n"])
def test_a_table_of_bytes_is_a_fault_and_no_traceback(tmp_path: Path, rows: bytes) -> None:
    folder = write_folder(tmp_path)
    (folder / "context.csv").write_bytes(rows)
    if rows:
        assert any(line.startswith("context.csv:") for line in faults_of(folder))
    else:
        assert not load_registry(folder).facts


REAL = [path.read_bytes() for path in sorted((DATA / "surveys").glob("*.yaml"))]
SOUP = [
    b"",
    b"\t",
    b"\x00",
    b"\xff\xfe",
    b"&a ",
    b"*a",
    b"!!python/object:os.system ",
    b"{",
    b"}",
    b"[",
    b"]",
    b"? ",
    b": ",
    b"- ",
    b"\n",
    b"  ",
    b'"',
    b"'",
    b"|\n",
    b"#",
    b"%",
    b"---\n",
    b"<<: ",
    b"null",
    b"~",
    b"1e999",
    b"9" * 400,
    b"\xed\xa0\x80",
    "\u2028".encode(),
    b"id: id: id",
    b"either: [all]",
    b"{base: {either: [all, all]}}",
    b"@",
    b"`",
]


@pytest.mark.thorough
@settings(max_examples=150, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 2**32), edits=st.integers(1, 12))
def test_no_soup_of_bytes_makes_anything_but_a_registry_or_faults(
    tmp_path_factory: pytest.TempPathFactory, seed: int, edits: int
) -> None:
    dice = random.Random(seed)
    text = dice.choice(REAL)
    for _ in range(edits):
        text = _spoilt(text, dice)
    folder = _soup_folder(tmp_path_factory)
    (folder / "surveys" / "soup.yaml").write_bytes(text)
    try:
        assert isinstance(load_registry(folder), Registry)
    except DataError as error:
        assert error.faults
        assert all(fault.line >= 1 and fault.message for fault in error.faults)


def _soup_folder(factory: pytest.TempPathFactory) -> Path:
    folder = factory.getbasetemp() / "soup"
    if not folder.exists():
        write_folder(folder, constructs="constructs: []\n", claims="sources: []\nclaims: []\n", context="fact_id\n")
        (folder / "surveys" / "demo-2019.yaml").unlink()
    return folder


def _spoilt(text: bytes, dice: random.Random) -> bytes:
    """One edit: a piece put in, a line moved, doubled or lost, an indent shifted, a byte changed."""
    lines = text.split(b"\n")
    place, other = dice.randrange(len(lines)), dice.randrange(len(lines))
    at = dice.randrange(len(text) + 1)
    edits = [
        lambda: text[:at] + dice.choice(SOUP) + text[at:],
        lambda: b"\n".join(lines[:place] + lines[place + 1 :]),
        lambda: b"\n".join([*lines[:place], lines[other], *lines[place:]]),
        lambda: b"\n".join([*lines[:place], b"  " + lines[place], *lines[place + 1 :]]),
        lambda: text[:at] + bytes([dice.randrange(256)]) + text[at + 1 :],
        lambda: b"\n".join(
            [*lines[:place], lines[place].split(b":")[0] + b": " + dice.choice(SOUP), *lines[place + 1 :]]
        ),
        lambda: text[: max(at, 1)],
    ]
    return dice.choice(edits)()


PEER = SURVEY.replace("demo-2019", "peer-2020").replace("2019", "2020")
SAME = "{population: same, unit: same, stem: same, wording: same, base: same, response: same}"


def with_peer(folder: Path, first: str = "", second: str = "", **files: str) -> Path:
    """Two surveys in one construct; more lines for its first and its second answer."""
    rows = f"      - finding: peer-2020.plan.yes\n        grades: {SAME}\n"
    head, tail = CONSTRUCTS.split("    changes:")
    texts = {"constructs": f"{head}{first}{rows}{second}    changes:{tail}", "peer-2020": PEER, **files}
    return write_folder(folder, **texts)


def test_waves_of_one_instrument_name_each_other(tmp_path: Path) -> None:
    first, second = ("        same_instrument_as: [demo-2019.plan.yes]\n".replace("demo-2019", name) for name in
                     ("peer-2020", "demo-2019"))  # fmt: skip
    assert load_registry(with_peer(tmp_path / "both", first, second))
    for one_way, place, other in ((("", second), 10, "demo-2019"), ((first, ""), 8, "peer-2020")):
        own = {"demo-2019": "peer-2020", "peer-2020": "demo-2019"}[other]
        words = f"{other}.plan.yes does not name {own}.plan.yes in return; add same_instrument_as there"
        assert faults_of(with_peer(tmp_path / other, *one_way)) == [f"constructs.yaml:{place}: {words}"]


def test_waves_that_share_respondents_name_each_other(tmp_path: Path) -> None:
    overlap = "overlaps: [{{survey: {}, how: some answered twice}}]\n".format
    both = {"demo-2019": SURVEY + overlap("peer-2020"), "peer-2020": PEER + overlap("demo-2019")}
    assert load_registry(with_peer(tmp_path / "both", **both))
    line = len(SURVEY.splitlines()) + 1
    assert faults_of(with_peer(tmp_path / "one", **{"demo-2019": both["demo-2019"]})) == [
        f"surveys/demo-2019.yaml:{line}: peer-2020 does not name demo-2019 in return; add the overlap there"
    ]


@pytest.mark.parametrize("aspect", ["population", "unit", "stem", "wording", "base", "response"])
def test_the_first_answer_of_a_construct_is_like_itself(tmp_path: Path, aspect: str) -> None:
    text = swapped(f"{aspect}: same", f"{aspect}: similar", CONSTRUCTS)
    told = [fault for fault in faults_of(write_folder(tmp_path, constructs=text)) if "the first answer is" in fault]
    words = f"the first answer is what the others are graded by; write {aspect}: same, or put it below"
    assert told == [f"constructs.yaml:7: {words}"]


@pytest.mark.parametrize(
    ("unit", "grade", "words"),
    [
        ("organisation", "same", "the survey counts by organisation, the first answer's by person; grade it different"),
        ("person", "different", "both surveys count by person; grade it same, or unknown where replies may differ"),
        ("person", "similar", "both surveys count by person; grade it same, or unknown where replies may differ"),
        ("person", "unknown", ""),
        ("organisation", "unknown", ""),
        ("organisation", "different", ""),
        ("organisation", "similar", ""),
    ],
)
def test_the_grade_of_a_unit_is_that_of_the_surveys(tmp_path: Path, unit: str, grade: str, words: str) -> None:
    folder = with_peer(tmp_path, **{"peer-2020": swapped("unit: person", f"unit: {unit}", PEER)})
    path = folder / "constructs.yaml"
    head, tail = path.read_text(encoding="utf-8").rsplit("unit: same", 1)
    path.write_text(f"{head}unit: {grade}{tail}", encoding="utf-8")
    if words:
        assert faults_of(folder) == [f"constructs.yaml:9: {words}"]
    else:
        assert load_registry(folder)


@pytest.mark.parametrize(
    ("rival", "words"),
    [
        ('printed: "58.0%", rival_of: "yes"', "yes is printed 58.0% too; a rival is another value"),
        ('printed: "59%", rival_of: maybe', "maybe is itself a rival, of yes; name that one"),
        ('printed: "59%", rival_of: "yes"', ""),
    ],
)
def test_a_rival_is_another_value_of_a_figure_that_is_none(tmp_path: Path, rival: str, words: str) -> None:
    rows = [
        '      - {id: maybe, says: "yes", printed: "57%", rival_of: "yes", topic: strategy, sources: [page]}\n',
        f'      - {{id: rather, says: "yes", {rival}, topic: strategy, sources: [page]}}\n',
    ]
    text = swapped('      - id: "no"\n', f'{"".join(rows)}      - id: "no"\n')
    folder = write_folder(tmp_path, **{"demo-2019": text})
    if words:
        assert faults_of(folder) == [f"surveys/demo-2019.yaml:{line_of('id: rather', text)}: {words}"]
    else:
        assert load_registry(folder)


@pytest.mark.parametrize(
    ("base", "words"),
    [
        ("", ""),
        (
            "        base: {who: heads, n: 12}\n",
            "yes is counted on another base, and a complement is of the same people; give both one base, or leave this "
            "out",
        ),
    ],
)
def test_a_complement_is_of_the_same_people(tmp_path: Path, base: str, words: str) -> None:
    text = swapped('      - id: "no"\n', f'      - id: "no"\n{base}')
    folder = write_folder(tmp_path, **{"demo-2019": text})
    if words:
        assert faults_of(folder) == [f"surveys/demo-2019.yaml:{line_of('complement_of', text)}: {words}"]
    else:
        assert load_registry(folder)


def test_the_real_folder_has_no_fault(registry: Registry) -> None:
    waves = sum(len(waves) for waves in registry.series.values())
    assert len(registry.surveys) == len(list((DATA / "surveys").glob("*.yaml"))) + waves


def test_a_message_shows_paths_as_a_reader_types_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_folder(tmp_path / "data", **{"demo-2019": swapped("year: 2019", "year: soon")})
    monkeypatch.chdir(tmp_path)
    with pytest.raises(DataError) as caught:
        load_registry()
    assert str(caught.value) == "data/surveys/demo-2019.yaml:5: year must be a whole number; 'soon' arrived"


def test_a_source_may_stand_in_several_files_word_for_word(tmp_path: Path) -> None:
    source = textwrap.dedent("""\
        sources:
          - id: page
            title: A page
            url: https://example.org/page
            kind: trade-press
        """)
    blog = CLAIMS.removeprefix("sources:\n")
    assert load_registry(write_folder(tmp_path, claims=source + blog)).sources["page"].title == "A page"


def test_nothing_in_a_file_makes_python_objects(tmp_path: Path) -> None:
    marker = tmp_path / "made"
    evil = swapped("title: A survey", f"title: !!python/object/apply:os.mkdir [{marker}]")
    faults_of(write_folder(tmp_path / "data", **{"demo-2019": evil}))
    assert not os.path.exists(marker)
