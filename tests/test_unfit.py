"""What a data file must not hold, and files that are none: told with their line, and nothing hangs."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from crosswave.printed.intervals import QuantityError, number
from crosswave.study import DataError, load_registry
from crosswave.study.documents import LARGEST, unfit_texts
from crosswave.study.faults import MOST
from test_registry import CLAIMS, CONTEXT, DATA, SURVEY, faults_of, line_of, swapped, write_folder


def audited(folder: Path) -> list[str]:
    with pytest.raises(DataError) as caught:
        load_registry(folder)
    return [line.replace(f"{folder}/", "") for line in str(caught.value).splitlines()]


@pytest.mark.parametrize("key", ["title: A survey", "says: started", "asks: How far?", "about: a plan"])
@pytest.mark.parametrize(
    ("escape", "code"), [(r"\e]0;OWNED\a", "001B"), (r"\x9b2J", "009B"), (r"\b", "0008"), (r"\u202e", "202E"),
                         (r"\r", "000D"), (r"\0", "0000")],
)  # fmt: skip
def test_a_text_that_a_terminal_would_obey_is_a_fault(tmp_path: Path, key: str, escape: str, code: str) -> None:
    name = key.partition(":")[0]
    faults = faults_of(write_folder(tmp_path, **{"demo-2019": swapped(key, f'{name}: "a{escape}"')}))
    words = f"{name} holds the control character U+{code}, which a terminal would obey; delete it"
    assert faults == [f"surveys/demo-2019.yaml:{line_of(key, SURVEY)}: {words}"]


def test_a_row_of_the_table_of_facts_is_looked_at_as_well(tmp_path: Path) -> None:
    faults = faults_of(write_folder(tmp_path, context=swapped("staff,count", "=cmd|' /c calc'!A1,count", CONTEXT)))
    words = "subject begins with =, so a spreadsheet would run it as a formula; begin with a letter or a digit"
    assert faults == [f"context.csv:2: {words}"]


@pytest.mark.parametrize(
    "text", ["=cmd|'/c calc'!A1", "@SUM(1+1)", "+1+cmd|'/c calc'!A1", "-2+3+x!A1", " =1", "- none"]
)
def test_a_text_that_a_spreadsheet_would_run_is_a_fault(text: str) -> None:
    [(where, words)] = unfit_texts({"questions": [{"says": text}]})
    assert where == ("questions", 0, "says")
    assert words.startswith(f"says begins with {text.strip()[0]}, so a spreadsheet would run it")


@pytest.mark.parametrize(
    "text", ["-5%", "+3 points", "-1/3", "-1,000", "none - at all", "– none", "a\tb\nc", "58 %", ""]
)
def test_numbers_with_a_sign_and_ordinary_texts_are_none(text: str) -> None:
    assert list(unfit_texts({"says": [text]})) == []


@pytest.mark.parametrize("text", ["1e999999999", "1E5", "1e-5%", "9" * 31, "1/" + "3" * 30])
def test_a_number_has_no_exponent_and_at_most_30_characters(text: str) -> None:
    with pytest.raises(QuantityError, match=r"is no number; write|has more than 30 characters; round it"):
        number(text)


@pytest.mark.parametrize("text", ["1e999999999", "9" * 99])
@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("claims.yaml", "value: 50%", 'value: "{}"'),
        ("quantities.yaml", 'low: "3/4"', 'low: "{}"'),
        ("quantities.yaml", 'below: "1/20"', 'below: "{}"'),
        ("quantities.yaml", 'above: "1/20"', 'above: "{}"'),
    ],
)
def test_numbers_in_every_file_are_looked_at(tmp_path: Path, file: str, old: str, new: str, text: str) -> None:
    path = write_folder(tmp_path) / file
    before = path.read_text(encoding="utf-8")
    path.write_text(swapped(old, new.format(text), before), encoding="utf-8")
    told = [fault for fault in audited(tmp_path) if fault.startswith(f"{file}:") and "9999" in fault]
    assert len(told) == 1
    assert abs(int(told[0].split(":")[1]) - line_of(old, before)) <= 2  # a condition of a claim is told at its start
    assert len(told[0]) < 200


@pytest.mark.parametrize(
    "key", ["id: started", 'printed: "50%"', 'printed: "100"', "about: the state", "topic: strategy"]
)
def test_long_values_are_faults_that_show_eighty_characters_of_them(tmp_path: Path, key: str) -> None:
    name = key.partition(":")[0]
    text = swapped(key, f'{name}: "{"9" * 6_000}"', SURVEY).replace(", value: 100, kind", ", value: 100, kind")
    faults = faults_of(write_folder(tmp_path, **{"demo-2019": text}))
    assert faults and all(len(fault) < 500 and "9" * 81 not in fault for fault in faults)
    assert any(fault.startswith(f"surveys/demo-2019.yaml:{line_of(key, SURVEY)}: ") for fault in faults)


@pytest.mark.parametrize(
    ("file", "old"),
    [("plan.yaml", "  value: 5000"), ("plan.yaml", "  value: 0.05"), ("claims.yaml", "demo-2019.plan.yes: 1}")],
)
@pytest.mark.parametrize("number", ["1e999999999", ".inf", "nan", "9" * 5_000, "1e300"])
def test_a_number_of_the_plan_or_a_weight_is_finite_and_of_a_size_that_occurs(
    tmp_path: Path, file: str, old: str, number: str
) -> None:
    path = write_folder(tmp_path) / file
    head, colon, tail = old.partition(": ")
    path.write_text(swapped(old, f"{head}{colon}{number}{'}' * tail.count('}')}", path.read_text(encoding="utf-8")))
    faults = faults_of(tmp_path)
    assert faults and all(fault.startswith(f"{file}:") and len(fault) < 300 for fault in faults)


def test_rules_need_the_word_for_a_figure_without_words(tmp_path: Path) -> None:
    path = write_folder(tmp_path) / "quantities.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("bare", "nude"), encoding="utf-8")
    line = line_of("rules:", path.read_text(encoding="utf-8"))
    words = "no rule for a proportion has the word bare, which means no word at all; add it"
    assert faults_of(tmp_path) == [f"quantities.yaml:{line}: {words}"]


def fifo(path: Path) -> None:
    os.mkfifo(path)


def endless(path: Path) -> None:
    path.symlink_to("/dev/zero")


def folder(path: Path) -> None:
    path.mkdir()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes in folders")
@pytest.mark.parametrize("make", [fifo, endless, folder])
@pytest.mark.parametrize("name", ["surveys/demo-2020.yaml", "plan.yaml", "constructs.yaml", "context.csv"])
def test_what_is_no_ordinary_file_is_not_read(tmp_path: Path, make: object, name: str) -> None:
    path = write_folder(tmp_path) / name
    path.unlink(missing_ok=True)
    make(path)  # type: ignore[operator]
    [told] = [fault for fault in faults_of(tmp_path) if "/dev/zero" in fault or fault.startswith(f"{name}:1: ")]
    assert "it is no ordinary file; put a text file in its place" in told


@pytest.mark.parametrize("name", ["surveys/demo-2020.yaml", "quantities.yaml", "context.csv"])
def test_a_file_that_nobody_typed_is_too_large(tmp_path: Path, name: str) -> None:
    path = write_folder(tmp_path) / name
    path.write_text("a" * (LARGEST + 1), encoding="utf-8")
    words = f"it has {LARGEST + 1:,} bytes, and a data file at most {LARGEST:,}; divide it or mend it"
    [told] = [fault for fault in faults_of(tmp_path) if fault.startswith(f"{name}:1: ")]
    assert words in told


def many(count: int) -> Iterator[tuple[str, str]]:
    grades = "{population: same, unit: same, stem: same, wording: same, base: same, response: same}"
    yield "surveys/demo-2019.yaml", SURVEY + "".join(f"key-{k}: x\n" for k in range(count))
    yield "surveys/demo-2019.yaml", SURVEY + "id: demo-2019\n" * count
    yield "surveys/demo-2019.yaml", SURVEY + "".join(f"key-{k}:\n" for k in range(count))
    yield (
        "surveys/demo-2019.yaml",
        (f"{SURVEY}overlaps:\n" + "".join(f"  - {{survey: a{k}, how: x}}\n" for k in range(count))),
    )
    yield "surveys/demo-2019.yaml", f"{SURVEY}rounding: nearest\n" + "overlaps: [" + "x, " * count + "]\n"
    yield (
        "constructs.yaml",
        (
            "constructs:\n  - id: c\n    label: c\n    family: barriers\n    answers:\n"
            + "".join(f"      - {{finding: a.b.c{k}, grades: {grades}}}\n" for k in range(count // 4))
        ),
    )
    yield "claims.yaml", CLAIMS + "sources:\n" * count
    yield "context.csv", CONTEXT + "=1,x\n" * count


@pytest.mark.thorough
@pytest.mark.parametrize("case", range(len(list(many(1)))))
def test_a_hundred_faults_of_a_file_are_told_and_that_there_are_more(tmp_path: Path, case: int) -> None:
    name, text = list(many(20_000))[case]
    (write_folder(tmp_path) / name).write_text(text, encoding="utf-8")
    faults = [fault for fault in faults_of(tmp_path) if fault.startswith(name)]
    assert MOST < len(faults) <= 3 * MOST + 3
    assert any(fault.endswith(": more faults follow in this file; mend the others first") for fault in faults)


def test_the_evidence_has_none_of_all_that() -> None:
    assert load_registry(DATA).surveys
