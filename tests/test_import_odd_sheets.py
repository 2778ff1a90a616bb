"""Odd sheets, as people and programs make them: each gives the figures that it shows, or a fault for each mistake."""

from __future__ import annotations

import csv
import io
import shutil
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook
from openpyxl.styles import Font

from crosswave.reconstruct import Reconstruction, reconstruct
from crosswave.study import DataError, Registry
from crosswave.study.documents import read_document
from crosswave.study.importing import excel, import_survey
from crosswave.study.importing import rows as rows_of_sheets
from crosswave.study.importing.draft import whole
from crosswave.study.importing.rows import EMPTY_ROWS
from crosswave.study.models import Survey
from crosswave.study.template import quoted
from crosswave.words import unsafe

DATA = Path(__file__).resolve().parents[1] / "data"
FACTS = {
    "id": "odd-2021", "title": "Poll", "publisher": "House", "year": "2021", "year_basis": "fieldwork",
    "population": "adults", "sector": "mixed", "unit": "person", "n": "1,026", "source_title": "tables",
    "source_url": "https://example.org/t", "source_kind": "publisher-report",
}  # fmt: skip
FIRST = len(FACTS) + 1
"""The row that names the columns; figures begin on the next."""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder that holds no survey, beside the working folder."""
    (tmp_path / "data" / "surveys").mkdir(parents=True)
    shutil.copy(DATA / "quantities.yaml", tmp_path / "data")
    shutil.copy(DATA / "study.yaml", tmp_path / "data")
    monkeypatch.chdir(tmp_path)
    return tmp_path / "data"


def table(columns: str, *rows: str, **facts: str | None) -> list[list[str]]:
    """Facts above, then rows of cells that are written with | between them, topic and about filled in."""
    known = {key: value for key, value in {**FACTS, **facts}.items() if value is not None}
    below = [[*columns.split("|"), "topic", "about"], *([*row.split("|"), "other", "a thing"] for row in rows)]
    width = len(below[0])
    below[1:] = [[*row[:-2], *[""] * (width - len(row)), *row[-2:]] for row in below[1:]]
    return [*([key, value] for key, value in known.items()), *below]


def sheet(rows: list[list[str]]) -> Path:
    path = Path("odd-2021.csv")
    stream = io.StringIO()
    csv.writer(stream).writerows(rows)
    path.write_text(stream.getvalue(), encoding="utf-8")
    return path


def read(path: Path) -> Survey:
    document = read_document(path, path.name)
    assert document.faults == ()
    return Survey.model_validate(document.data)


def figures(rows: list[list[str]], folder: Path) -> Survey:
    return read(import_survey(sheet(rows), folder).path)


def faults(rows: list[list[str]], folder: Path) -> list[str]:
    """Faults by row, counted from the row of the column names, and by what they say."""
    with pytest.raises(DataError) as caught:
        import_survey(sheet(rows), folder)
    assert not (folder / "surveys" / "odd-2021.yaml").exists()
    return [f"{fault.line}: {fault.message}" for fault in caught.value.faults]


def counts(found: Reconstruction) -> Mapping[str, tuple[Any, ...]]:
    return {
        name.partition(".")[2]: (one.count_low, one.count_high, one.base_low, one.base_high)
        for name, one in found.findings.items()
    }


# --- remarks ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("printed", ["42%", "nearly half", "<1%", "0.42", "45%*"])
def test_a_remark_that_holds_a_figure_is_a_fault(folder: Path, printed: str) -> None:
    rows = table("question|answer|printed", "Heard?|yes|60%", f"#Tag: heard of it?|a lot|{printed}", "|some|24%")
    assert faults(rows, folder) == [
        f"{FIRST + 2}: column C (printed): a row that begins with # is a remark, and this one holds {printed}; empty "
        "this cell if it is one, or write a question that begins with # in other words"
    ]


def test_remarks_without_a_figure_stay_remarks(folder: Path) -> None:
    rows = table(
        "question|answer|printed", "# of 1,026 adults, online", "# Note| cut by a comma| in 2021", "Q?|a|5%", "# end"
    )
    assert [answer.printed for answer in figures(rows, folder).questions[0].answers] == ["5%"]


# --- bases of blocks --------------------------------------------------------------------------------------------------

BLOCKS = "question|answer|printed|base|base_n"


@pytest.mark.parametrize("again", ["Support?", ""])
def test_the_rows_of_a_block_have_the_base_of_its_first_row(folder: Path, registry: Registry, again: str) -> None:
    """55 % of 1,026 is 560 to 569, 60 % of 500 is 298 to 302, 40 % of 500 is 198 to 202, 30 % of 526 is 156 to 160."""
    survey = figures(
        table(
            BLOCKS, "Support?|Yes|45%|all|1026", "|No|55%||", f"{again}|Yes|60%|men|500", "|No|40%||",
            f"{again}|Yes|30%|women|526", "|No|70%||",
        ),
        folder,
    )  # fmt: skip
    assert counts(reconstruct(survey, registry)) == {
        "support.yes": (457, 466, 1026, 1026),
        "support.no": (560, 569, 1026, 1026),
        "support.yes-2": (298, 302, 500, 500),
        "support.no-2": (198, 202, 500, 500),
        "support.yes-3": (156, 160, 526, 526),
        "support.no-3": (366, 370, 526, 526),
    }
    assert survey.questions[0].base is not None and survey.questions[0].base.everyone


def test_a_new_answer_below_another_base_could_be_on_either(folder: Path) -> None:
    rows = table(
        BLOCKS, "Q?|Yes|45%|all|", "|No|55%||", "|Yes|60%|men|500", "|Perhaps|3%||", "|Never|2%||", "|No|40%||"
    )
    assert faults(rows, folder) == [
        f"{FIRST + 4}: column D (base): the row has no base, and the base above it (men) is not that of the question; "
        "nobody can tell which of the two this answer was counted on, so write the base here and on the rows below"
    ]


def test_part_of_a_base_that_stands_above_means_all_of_it(folder: Path) -> None:
    rows = table(BLOCKS, "Q?|Yes|45%|all|1026", "|Yes|60%|men|500", "|No|40%|men|", "|Perhaps|1%||500", "|No|55%|all|")
    bases = [answer.base and (answer.base.who, answer.base.n) for answer in figures(rows, folder).questions[0].answers]
    assert bases == [None, ("men", 500), ("men", 500), ("men", 500), None]


def test_all_of_another_number_than_n_stay_that_number(folder: Path) -> None:
    [question] = figures(table(BLOCKS, "Q?|Yes|45%|all|1000"), folder).questions
    assert question.base is not None and (question.base.who, question.base.n) == ("all", 1000)


def test_a_base_that_is_merged_over_rows_is_the_base_of_each(folder: Path) -> None:
    book = Workbook()
    page = book.worksheets[0]
    for row in table(BLOCKS, "Q?|Yes|45%|all|", "|No|55%||", "|Perhaps|60%|men|500", "|Never|40%||"):
        page.append(row)
    for column in "DE":
        page.merge_cells(f"{column}{FIRST + 3}:{column}{FIRST + 4}")
    book.save("odd-2021.xlsx")
    [question] = read(import_survey(Path("odd-2021.xlsx"), folder).path).questions
    assert [answer.base and answer.base.n for answer in question.answers] == [None, None, 500, 500]


# --- bases that are the givers of other answers -----------------------------------------------------------------------

CLOUD = "question|question_id|answer|printed|response|base|base_n|base_answers"
ASKED = ("Is cloud used?||uses cloud|35%|single|all||", "||does not|65%||||")


@pytest.mark.parametrize("named", ["uses cloud", "USES CLOUD", "is-cloud-used.uses-cloud"])
def test_those_who_gave_an_answer_are_a_base_as_in_yaml(folder: Path, registry: Registry, named: str) -> None:
    """35 % of 200 with 65 % of the rest is 70 or 71; of 70 no whole number is 30 %, of 71 it is 21."""
    survey = figures(
        table(CLOUD, *ASKED, f"Where?||here|31%|multi|councils using cloud||{named}", "||there|42%||||", n="200"),
        folder,
    )
    base = survey.questions[1].base
    assert base is not None
    assert (base.who, base.answers, base.n) == ("councils using cloud", ("is-cloud-used.uses-cloud",), None)
    found = counts(reconstruct(survey, registry))
    assert found["where.here"][2:] == found["is-cloud-used.uses-cloud"][:2]


def test_several_answers_are_separated_by_semicolons(folder: Path) -> None:
    rows = table(
        CLOUD, "Sure?|sure|not very|24%||||", "||not, at all|2%||||", "Why?||costs|31%||unsure||not very; not, at all"
    )
    base = figures(rows, folder).questions[1].base
    assert base is not None and base.answers == ("sure.not-very", "sure.not-at-all")


def test_an_answer_of_several_questions_is_named_by_its_id(folder: Path) -> None:
    rows = ["A?|first|Yes|35%||||", "B?||Yes|65%||||", "C?||x|31%||those||Yes", "||y|3%||||"]
    assert faults(table(CLOUD, *rows), folder) == [
        f"{FIRST + 3}: column H (base_answers): 'Yes' is an answer to 2 questions; name one by its id: first.yes, b.yes"
    ]
    rows[2] = "C?||x|31%||those||first.yes"
    base = figures(table(CLOUD, *rows), folder).questions[2].base
    assert base is not None and base.answers == ("first.yes",)


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        ("those||use cloud", "'use cloud' is no answer of this sheet, in its words or by its id (question.answer); did "
         "you mean uses cloud?"),
        ("all||uses cloud", "all is everybody, and base_answers names some; empty one of the two cells"),
    ],
)  # fmt: skip
def test_a_base_that_names_no_answer_or_everybody_is_a_fault(folder: Path, cells: str, words: str) -> None:
    rows = table(CLOUD, *ASKED, f"Where?||here|31%|multi|{cells}")
    assert faults(rows, folder) == [f"{FIRST + 3}: column H (base_answers): {words}"]


def test_nobody_is_asked_for_the_answer_to_the_same_question(folder: Path) -> None:
    [told] = faults(table(CLOUD, *ASKED, "||both|5%||those||does not"), folder)
    assert told.endswith("is-cloud-used.does-not is an answer to this question itself; name one of an earlier question")


# --- one mistake, one fault -------------------------------------------------------------------------------------------


def test_an_answer_that_stands_twice_is_one_fault_with_all_its_rows(folder: Path) -> None:
    rows = table("question|answer|printed", "Q?|Yes|45%", "|Yes|39%", "|No|1%", "|yes |16%", "R?|Yes|1%")
    assert faults(rows, folder) == [
        f"{FIRST + 2}: column B (answer): 'Yes' is on rows {FIRST + 1}, {FIRST + 2} and {FIRST + 4} of one "
        "question; name the answers differently, or say what sets them apart (base, item, measure, rival_of)"
    ]


@pytest.mark.parametrize(
    ("columns", "second"),
    [
        ("question|answer|printed|item|measure|rival_of|base", "|Yes|39%|other-statement|||"),
        ("question|answer|printed|item|measure|rival_of|base", "|Yes|3.4||mean||"),
        ("question|answer|printed|item|measure|rival_of|base", "|Yes|39%|||yes|"),
        ("question|answer|printed|item|measure|rival_of|base", "|Yes|39%||||men"),
    ],
)
def test_answers_that_something_sets_apart_may_have_one_name(folder: Path, columns: str, second: str) -> None:
    answers = figures(table(columns, "Q?|Yes|45%||||", second), folder).questions[0].answers
    assert [answer.id for answer in answers] == ["yes", "yes-2"]


def test_a_question_is_the_same_in_capitals(folder: Path) -> None:
    rows = table("question|answer|printed", "Support?|Yes|45%", "support?|Yes|39%")
    assert len(faults(rows, folder)) == 2  # the words of the question differ, and the answer stands twice


def test_unknown_columns_are_a_fault_each_whatever_stands_in_them(folder: Path) -> None:
    rows = table("survey|question|answer|printed|page", *(f"odd|Q?|{k}|1%|{k}" for k in "abcde"))
    assert faults(rows, folder) == [
        f"{FIRST}: column A (column name): 'survey' is no column; did you mean sources or measure?; mend the name or "
        "delete the column",
        f"{FIRST}: column E (column name): 'page' is no column; mend the name or delete the column",
    ]


def test_a_column_that_stands_twice_is_one_fault(folder: Path) -> None:
    rows = table("question|answer|printed|printed", "Q?|a|1%|2%", "|b|3%|4%")
    assert faults(rows, folder) == [f"{FIRST}: column D (printed): the column occurs twice; keep one"]


BAD_NUMBERS = ["10,26", "1,0", "1,,026", "1,026,", ",026", "1.026", "1 026", "0,026", "1'026", "٣"]


@pytest.mark.parametrize("number", BAD_NUMBERS)
def test_a_misplaced_comma_is_a_fault_wherever_people_are_counted(folder: Path, number: str) -> None:
    told = faults(
        table(BLOCKS, f"Q?|a|45%|men|{number}", "|b|5%||", n=number, organisations=number, asked=number), folder
    )
    assert [line.partition(": ")[2].partition(";")[0] for line in told] == [
        "column B (n): n is a number as printed, such as 235, nearly 1,000 or over 300",
        "column B (organisations): organisations is a whole number, such as 235 or 1,026",
        "column B (asked): asked is a whole number, such as 235 or 1,026",
        "column E (base_n): base_n is a whole number, such as 500 or 1,026",
    ]
    assert all(f"; {number!r} arrived" in line for line in told)


def test_numbers_with_commas_before_each_three_digits_are_read() -> None:
    assert [whole(text) for text in ("7", "1026", "1,026", "12,345,678")] == ["7", "1026", "1026", "12345678"]
    assert [whole(text) for text in BAD_NUMBERS] == [None] * len(BAD_NUMBERS)


# --- rows and cells that are no shares --------------------------------------------------------------------------------

BASE_ROW = "this row gives a base: write it as n (of the survey) or base_n (of a question), and delete the row"
WEIGHTED = (
    "this row gives a weighted base, which counts nobody: write the unweighted one as n or base_n, "
    "give the fact weighted as yes, and delete the row"
)


@pytest.mark.parametrize(
    ("answer", "printed", "words"),
    [
        ("Unweighted base", "1026", BASE_ROW),
        ("Base", "1,026", BASE_ROW),
        ("Base: all adults", "(1,026)", BASE_ROW),
        ("Sample size", "n=1,026", BASE_ROW),
        ("Unweighted total", "500", BASE_ROW),
        ("N", "1026", BASE_ROW),
        ("All respondents", "1026", BASE_ROW),
        ("Weighted base", "1031", WEIGHTED),
        ("Base (weighted)", "1031", WEIGHTED),
        ("Base (unweighted)", "1031", BASE_ROW),
        ("Total", "1026", BASE_ROW),
        ("Total", "100%", "this row is the sum of the others; delete the row"),
    ],
)
def test_a_row_that_gives_a_base_is_called_one(folder: Path, answer: str, printed: str, words: str) -> None:
    rows = table("question|answer|printed", "Q?|a|45%", f"|{answer}|{printed}")
    assert faults(rows, folder) == [f"{FIRST + 2}: column C (printed): {words}"]


@pytest.mark.parametrize(("answer", "printed"), [("Total support", "61%"), ("Base rate", "5%"), ("Total", "58%")])
def test_an_answer_is_not_taken_for_a_base(folder: Path, answer: str, printed: str) -> None:
    assert (
        figures(table("question|answer|printed", f"Q?|{answer}|{printed}"), folder).questions[0].answers[0].says
        == answer
    )


MARKS = ["*", "-", "–", "..", "[c]", "[x]", "z", "n/a", "N/A", "[low]", ":"]


@pytest.mark.parametrize("mark", MARKS)
def test_a_mark_in_place_of_a_figure_is_told_what_to_do_with(folder: Path, mark: str) -> None:
    assert faults(table("question|answer|printed", "Q?|a|45%", f"|b|{mark}"), folder) == [
        f"{FIRST + 2}: column C (printed): {mark} stands for a figure that is suppressed or missing: leave the row "
        "out, or give the reason in the column unusable; where the table says what it means, such as less "
        "than 0.5%, write that"
    ]


@pytest.mark.parametrize("mark", MARKS)
def test_a_mark_with_its_reason_is_kept_and_its_part_of_the_base_is_left(
    folder: Path, registry: Registry, mark: str
) -> None:
    """37 and 62 % are 99 %: with all answers given they would have to be 100 %; one is withheld."""
    rows = ["Q?|a|37%|single|yes|", "|b|62%|||", f"|c|{mark}|||fewer than five people"]
    survey = figures(table("question|answer|printed|response|exhaustive|unusable", *rows), folder)
    found = reconstruct(survey, registry)
    assert found.conflicts == ()
    assert [found.findings[f"odd-2021.q.{name}"].level for name in "abc"] == [
        "consistent",
        "consistent",
        "unquantified",
    ]
    assert found.findings["odd-2021.q.c"].reason == f"{mark} is printed in place of a figure: fewer than five people"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("=1+1", "begins with =, so a spreadsheet would run it as a formula; begin with a letter or a digit"),
        (
            "+cmd|' /C calc'!A0",
            "begins with +, so a spreadsheet would run it as a formula; begin with a letter or a digit",
        ),
        ("-2+3+cmd", "begins with -, so a spreadsheet would run it as a formula; begin with a letter or a digit"),
        ("@SUM(1)", "begins with @, so a spreadsheet would run it as a formula; begin with a letter or a digit"),
        ("red \x1b[31m", "holds the control character U+001B, which a terminal would obey; delete it"),
        ("\x9b2J", "holds the control character U+009B, which a terminal would obey; delete it"),
        ("a\u202eb", "holds the control character U+202E, which a terminal would obey; delete it"),
    ],
)
def test_a_text_that_commands_a_spreadsheet_or_a_terminal_is_refused(folder: Path, text: str, words: str) -> None:
    rows = table("question|answer|printed", "Q?|a|45%", title=text)
    rows[-1][1] = text
    assert faults(rows, folder) == [f"2: column B (title): {words}", f"{FIRST + 1}: column B (answer): {words}"]
    assert unsafe(text) == words


@pytest.mark.parametrize("text", ["-2 points", "+3", "- 1.5%", "-", "1 = one", "a\nb", "naïve – “no”", ""])
def test_a_text_that_commands_nothing_is_safe(text: str) -> None:
    assert unsafe(text) == ""


# --- what is known already, and how values are written ----------------------------------------------------------------

KNOWN = """id: other-2020
title: Another
year: 2020
year_basis: fieldwork
population: adults
sector: mixed
unit: person
sources:
  - {id: tables-2020, title: The tables, url: "https://example.org/old", kind: mirror, published: "2020"}
questions:
  - id: q
    asks: a question
    about: a thing
    answers:
      - {id: a, says: a, printed: "1%", topic: other, sources: [tables-2020]}
"""
CITED = {"source_title": None, "source_url": None, "source_kind": None, "source": "tables-2020"}


def test_a_source_of_another_survey_is_cited_by_its_id(folder: Path) -> None:
    (folder / "surveys" / "other-2020.yaml").write_text(KNOWN, encoding="utf-8")
    survey = figures(table("question|answer|printed", "Q?|a|45%", **CITED), folder)
    assert survey.sources == read(folder / "surveys" / "other-2020.yaml").sources


def test_a_source_that_contradicts_its_record_is_told_what_differs(folder: Path) -> None:
    (folder / "surveys" / "other-2020.yaml").write_text(KNOWN, encoding="utf-8")
    rows = table("question|answer|printed", "Q?|a|45%", **CITED)
    place = rows.index(["source", "tables-2020"])
    rows[place + 1 : place + 1] = [["source_title", "My tables"], ["source_kind", "mirror"]]
    assert [line.partition(": ")[2] for line in faults(rows, folder)] == [
        "column B (source): source tables-2020 is in surveys/other-2020.yaml as well, and differs (title "
        "'My tables' here, 'The tables' there); make them the same, or give the id alone to cite it"
    ]


def test_a_file_that_is_written_again_does_not_contradict_itself(folder: Path) -> None:
    import_survey(sheet(table("question|answer|printed", "Q?|a|45%")), folder)
    done = import_survey(sheet(table("question|answer|printed", "Q?|a|45%", source_title="new words")), folder, True)
    assert read(done.path).sources[0].title == "new words"


def test_bare_years_stand_in_quotes_and_yes_is_true(folder: Path) -> None:
    columns = "question|answer|printed|barrier|exhaustive|response_inferred"
    facts = {"published": "2016", "fieldwork_start": "2015", "fieldwork_end": "2015-11", "source_published": "2016"}
    rows = table(columns, "Q?|2021|45%|Yes|TRUE|y", "|b|5%|no||", weighted="no", **facts)
    written = import_survey(sheet(rows), folder).path.read_text(encoding="utf-8")
    for line in (
        'published: "2016"', 'fieldwork: {start: "2015", end: 2015-11}', "year: 2021", "weighted: false",
        '    published: "2016"', "    response_inferred: true", "    exhaustive: true", "        barrier: true",
        '        says: "2021"', 'n: {printed: "1,026", value: 1026, kind: exact}',
    ):  # fmt: skip
        assert line in written.splitlines()
    assert written.count("barrier:") == 1


def test_a_word_that_is_neither_yes_nor_no_is_a_fault(folder: Path) -> None:
    rows = table("question|answer|printed|barrier", "Q?|a|45%|perhaps")
    assert faults(rows, folder) == [
        f"{FIRST + 1}: column D (barrier): barrier must be true or false; 'perhaps' arrived"
    ]


# --- large sheets -----------------------------------------------------------------------------------------------------


def with_rows(path: Path, rows: str) -> None:
    """A workbook with further rows, written as another program might."""
    book = Workbook()
    for row in table("question|answer|printed", "Q?|a|45%"):
        book.worksheets[0].append(row)
    stream = io.BytesIO()
    book.save(stream)
    with zipfile.ZipFile(stream) as held, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        for name in held.namelist():
            content = held.read(name)
            if name == "xl/worksheets/sheet1.xml":
                content = content.replace(b"</sheetData>", rows.encode() + b"</sheetData>")
            made.writestr(name, content)


def test_a_cell_that_is_formatted_in_the_last_row_costs_nothing(folder: Path) -> None:
    with_rows(Path("odd-2021.xlsx"), '<row r="1048576"><c r="J1048576" s="0"/></row>')
    done = import_survey(Path("odd-2021.xlsx"), folder)
    assert (done.figures, done.notice) == (1, "")


def test_a_text_in_the_last_cell_of_a_sheet_is_one_fault(folder: Path) -> None:
    with_rows(Path("odd-2021.xlsx"), '<row r="1048576"><c r="XFD1048576" t="inlineStr"><is><t>x</t></is></c></row>')
    with pytest.raises(DataError) as caught:
        import_survey(Path("odd-2021.xlsx"), folder)
    assert str(caught.value) == (
        "odd-2021.xlsx[Sheet]:1048576: column XFD (no name): 'x' is under no column name; name it or empty it"
    )


def test_a_row_that_no_sheet_has_is_refused(folder: Path) -> None:
    with_rows(Path("odd-2021.xlsx"), '<row r="999999999999"><c r="A999999999999" s="0"/></row>')
    with pytest.raises(DataError) as caught:
        import_survey(Path("odd-2021.xlsx"), folder)
    assert str(caught.value) == (
        "odd-2021.xlsx:1048577: a sheet has 1,048,576 rows at most, and this one goes on; copy the figures alone into "
        "a new sheet"
    )


def test_after_many_rows_that_are_only_formatted_the_rest_is_not_read_and_that_is_said(folder: Path) -> None:
    first = FIRST + 2
    rows = range(first, first + EMPTY_ROWS + 100)
    with_rows(Path("odd-2021.xlsx"), "".join(f'<row r="{row}"><c r="A{row}" s="0"/></row>' for row in rows))
    last = first + EMPTY_ROWS - 1
    assert import_survey(Path("odd-2021.xlsx"), folder).notice == (
        f"odd-2021.xlsx[Sheet]:{last}: the 500 rows up to here are empty but formatted; what follows them was not read"
    )


def test_a_workbook_that_unpacks_to_too_much_is_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Workbook().save("odd-2021.xlsx")
    monkeypatch.setattr(excel, "UNPACKED", Path("odd-2021.xlsx").stat().st_size)
    with pytest.raises(DataError) as caught:
        import_survey(Path("odd-2021.xlsx"), folder)
    assert "the workbook unpacks to " in str(caught.value)


@pytest.mark.parametrize(("limit", "most"), [("ROWS", 15), ("CELLS", 60)])
@pytest.mark.parametrize("ending", [".csv", ".xlsx"])
def test_a_sheet_of_too_many_rows_or_cells_is_refused(
    folder: Path, monkeypatch: pytest.MonkeyPatch, limit: str, most: int, ending: str
) -> None:
    rows = table("question|answer|printed", *(f"|a{k}|1%" for k in range(50)))
    path, book = sheet(rows), Workbook()
    for row in rows:
        book.worksheets[0].append(row)
    if ending == ".xlsx":
        path = Path("odd-2021.xlsx")
        book.save(path)
    monkeypatch.setattr(rows_of_sheets, limit, most)
    with pytest.raises(DataError) as caught:
        import_survey(path, folder)
    [fault] = caught.value.faults
    assert "one row too many: " in fault.message and fault.message.endswith("; copy the figures alone into a new sheet")


def test_a_folder_is_no_sheet(folder: Path) -> None:
    Path("figures.csv").mkdir()
    with pytest.raises(DataError) as caught:
        import_survey(Path("figures.csv"), folder)
    assert str(caught.value) == "figures.csv:1: not a file; name a sheet of figures"


# --- fifteen odd sheets -----------------------------------------------------------------------------------------------

PLAIN = "question|answer|printed"
EMPTY = " is empty; fill it in, delete the row, or begin the row with # if it is a remark"
RIGHT: dict[str, tuple[list[list[str]], list[str]]] = {
    "columns in another order and case": (table("Printed|ANSWER|Question", "45%|a|Q?", "5%|b|"), ["45%", "5%"]),
    "the question on each row": (table(PLAIN, "Q?|a|45%", "Q?|b|5%"), ["45%", "5%"]),
    "a question that goes on after another": (table(PLAIN, "Q?|a|45%", "R?|x|1%", "Q?|b|5%"), ["45%", "5%", "1%"]),
    "words of several lines": (table(PLAIN, "Q?|of two\n lines|45%"), ["45%"]),
    "a question in curly quotes that begins with #": (table(PLAIN, "“#Tag”: heard of it?|a|45%"), ["45%"]),
    "an answer that is a number": (table(PLAIN, "How many?|2|45%", "|3|5%"), ["45%", "5%"]),
    "emoji and scripts": (table(PLAIN, "Q?|👍|45%", "|да|5%", "|نعم|6%"), ["45%", "5%", "6%"]),
    "a negative change": (table(f"{PLAIN}|measure", "Q?|a|-2 points|change"), ["-2 points"]),
}
WRONG: dict[str, tuple[list[list[str]], list[str]]] = {
    "no question at all": (
        table(PLAIN, "|a|45%"),
        [f"{FIRST + 1}: column A (question): question{EMPTY}"],
    ),
    "a question on a row of its own": (
        table(PLAIN, "Q?|a|45%", "R?||", "|x|1%"),
        [f"{FIRST + 2}: column B (answer): answer{EMPTY}",
         f"{FIRST + 2}: column C (printed): printed{EMPTY}"],
    ),
    "bare numbers": (
        table(PLAIN, "Q?|a|45"),
        [f"{FIRST + 1}: column C (printed): 45 has no percent sign; type the figure as it is printed, such as 45%, "
         "or say in a column measure that it is a mean or a size"],
    ),
    "two sentences in one cell of n": (
        table(PLAIN, "Q?|a|45%", n="1,026 (weighted)"),
        ["9: column B (n): n is a number as printed, such as 235, nearly 1,000 or over 300; '1,026 (weighted)' "
         "arrived; empty the cell and put another form into the survey file afterwards"],
    ),
    "a fact in two columns": (
        [["title", "Poll", "", "Another"], *table(PLAIN, "Q?|a|45%", title=None)],
        ["1: column D (title): a fact has one value, in column B, and a remark in C; move this one"],
    ),
    "a net of an answer that is not there": (
        table(f"{PLAIN}|answer_id|net_of", "Q?|a|45%|a|", "|all of it|50%||a b"),
        [f"{FIRST + 2}: column E (net_of): b is no other answer of question q; add it or mend the name"],
    ),
    "a year with a comma": (
        table(PLAIN, "Q?|a|45%", year="20,21"),
        ["4: column B (year): year is a whole number, such as 2021; '20,21' arrived"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", RIGHT)
def test_an_odd_sheet_gives_the_figures_that_it_shows(folder: Path, name: str) -> None:
    rows, printed = RIGHT[name]
    found = figures(rows, folder)
    assert [answer.printed for question in found.questions for answer in question.answers] == printed


@pytest.mark.parametrize("name", WRONG)
def test_an_odd_sheet_has_a_fault_for_each_mistake(folder: Path, name: str) -> None:
    rows, told = WRONG[name]
    assert faults(rows, folder) == told


def test_many_answers_that_begin_alike_have_an_id_each(folder: Path) -> None:
    many = 2_000
    done = import_survey(sheet(table(PLAIN, *(f"Q?|the same first five words {k}|1%" for k in range(many)))), folder)
    assert done.figures == many
    found = [line for line in done.path.read_text(encoding="utf-8").splitlines() if line.startswith("      - id: ")]
    assert len(set(found)) == many and found[-1] == f"      - id: the-same-first-five-words-{many}"


def test_bold_rows_are_rows(folder: Path) -> None:
    book = Workbook()
    for row in table(PLAIN, "Q?|a|45%"):
        book.worksheets[0].append(row)
    for cell in book.worksheets[0][FIRST]:
        cell.font = Font(bold=True)
    book.save("odd-2021.xlsx")
    assert import_survey(Path("odd-2021.xlsx"), folder).figures == 1


@given(st.text())
def test_a_quoted_text_is_that_of_yaml_and_reads_back(text: str) -> None:
    assert quoted(text) == yaml.safe_dump(text, default_style='"', allow_unicode=True, width=10**9).rstrip("\n")
    assert yaml.safe_load(quoted(text)) == text


@pytest.mark.thorough
def test_five_thousand_figures_above_rows_that_are_formatted_to_the_last_are_read(folder: Path) -> None:
    rows = [f"Q{k // 10}?|answer {k}|{k % 100}%" for k in range(5000)]
    book = Workbook()
    for row in table("question|answer|printed", *rows):
        book.worksheets[0].append(row)
    stream = io.BytesIO()
    book.save(stream)
    empty = "".join(f'<row r="{row}"><c r="A{row}" s="0"/></row>' for row in range(6000, 1_048_577)).encode()
    with zipfile.ZipFile(stream) as held, zipfile.ZipFile("odd-2021.xlsx", "w", zipfile.ZIP_DEFLATED) as made:
        for name in held.namelist():
            made.writestr(name, held.read(name).replace(b"</sheetData>", empty + b"</sheetData>"))
    assert import_survey(Path("odd-2021.xlsx"), folder).figures == 5000
