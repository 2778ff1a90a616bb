"""Sheets of figures become survey files as printed; what is ambiguous is told, all at once, and nothing is written."""

from __future__ import annotations

import csv
import io
import re
import shutil
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook
from typer.testing import CliRunner

import real
from crosswave.cli import app
from crosswave.study import DataError, Registry, load_registry
from crosswave.study.importing import import_survey, write_template
from crosswave.study.importing.draft import Ids, slug
from crosswave.study.importing.excel import CellError, shown
from crosswave.study.models import Survey, Vocabulary

DATA = Path(__file__).resolve().parents[1] / "data"
RUNNER = CliRunner()

FACTS = [
    ["title", "Acme cloud survey"],
    ["publisher", "Acme"],
    ["published", "2021-04"],
    ["year", "2021"],
    ["year_basis", "publication"],
    ["population", "council staff"],
    ["sector", "local"],
    ["unit", "person"],
    ["n", "nearly 1,000"],
    ["source_title", "Acme's release"],
    ["source_url", "https://example.org/acme"],
    ["source_kind", "press-release"],
]
COLUMNS = ["question", "answer", "printed", "topic", "barrier", "about", "response", "base", "base_n"]
FIGURES = [
    ["What stops cloud?", "culture", "58.0%", "culture", "yes", "barriers to cloud", "multi", "all", ""],
    ["", "résistance: “no”", "nearly half", "culture", "yes", "", "", "", ""],
    ["", "cost, of users", "12 per cent", "budget-cost", "yes", "", "", "users", "60"],
    ["Is there a plan?", "yes", "61%", "strategy", "", "has a plan", "single", "", ""],
]


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A part of the data in an empty folder, which is the working folder."""
    monkeypatch.chdir(tmp_path)
    return real.part(tmp_path / "data", "igov-2017")


def rows(*figures: list[str], facts: list[list[str]] = FACTS) -> list[list[str]]:
    return [*facts, [], COLUMNS, *figures]


def csv_bytes(table: list[list[str]], separator: str = ",", encoding: str = "utf-8") -> bytes:
    stream = io.StringIO()
    csv.writer(stream, delimiter=separator).writerows(table)
    return stream.getvalue().encode(encoding)


def excel(path: Path, table: list[list[Any]]) -> Any:
    book = Workbook()
    for row in table:
        book.worksheets[0].append(row)
    book.save(path)
    return book


def imported(sheet: Path, data: Path) -> Survey:
    done = import_survey(sheet, data)
    return load_registry(data).survey(done.path.stem)


def faults(sheet: Path, data: Path) -> list[str]:
    before = sorted((data / "surveys").iterdir())
    with pytest.raises(DataError) as caught:
        import_survey(sheet, data)
    assert sorted((data / "surveys").iterdir()) == before
    return str(caught.value).splitlines()


def one_more(figures: int) -> str:
    """What the check counts where one survey of so many figures was added to the one that was there."""
    there = [name for name in real.registry().findings if name.startswith("igov-2017.")]
    return f"2 surveys, {len(there) + figures} figures"


def test_a_csv_sheet_becomes_a_survey_that_passes_the_check(data: Path) -> None:
    Path("acme-2021.csv").write_bytes(csv_bytes(rows(*FIGURES)))
    result = RUNNER.invoke(app, ["import", "acme-2021.csv"])
    assert (result.exit_code, result.output) == (
        0,
        "data/surveys/acme-2021.yaml is there, with 4 figures; questions: 2\n"
        "then: crosswave check, crosswave show acme-2021\n",
    )
    assert RUNNER.invoke(app, ["check"]).output.startswith(f"no fault: {one_more(4)}")
    survey = load_registry(data).survey("acme-2021")
    barriers, plan = survey.questions
    assert [answer.printed for answer in barriers.answers] == ["58.0%", "nearly half", "12 per cent"]
    assert [answer.says for answer in barriers.answers] == ["culture", "résistance: “no”", "cost, of users"]
    assert [answer.id for answer in barriers.answers] == ["culture", "resistance-no", "cost-of-users"]
    assert [answer.barrier for answer in (*barriers.answers, *plan.answers)] == [True, True, True, False]
    assert barriers.base is not None and barriers.base.everyone
    assert barriers.answers[2].base is not None and barriers.answers[2].base.n == 60
    assert (barriers.id, plan.id, plan.response) == ("what-stops-cloud", "is-there-a-plan", "single")
    assert (survey.n.value, survey.n.kind, survey.published) == (1000, "approximate", "2021-04")
    assert {source for answer in barriers.answers for source in answer.sources} == {"acme-2021-release"}


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_separator_and_encoding_change_nothing(data: Path, separator: str, encoding: str) -> None:
    table = [["source", "acme-release"], *rows(*FIGURES)]
    Path("plain-2021.csv").write_bytes(csv_bytes(table))
    Path("other-2021.csv").write_bytes(csv_bytes(table, separator, encoding))
    plain, other = imported(Path("plain-2021.csv"), data), imported(Path("other-2021.csv"), data)
    figures = [[answer.model_dump(exclude={"sources"}) for answer in q.answers] for q in plain.questions]
    assert figures == [[answer.model_dump(exclude={"sources"}) for answer in q.answers] for q in other.questions]


def test_a_guessed_encoding_is_told_with_the_line_to_look_at(data: Path) -> None:
    Path("acme-2021.csv").write_bytes(csv_bytes(rows(*FIGURES), encoding="cp1252"))
    result = RUNNER.invoke(app, ["import", "acme-2021.csv"])
    assert result.output.splitlines()[0] == (
        "acme-2021.csv:16: not UTF-8, so it was read as Windows-1252; look whether this is right: "
        ",résistance: “no”,nearly half,culture,yes,,,,"
    )


def test_bytes_of_no_known_encoding_are_told(data: Path) -> None:
    Path("acme.csv").write_bytes(b"question,answer,printed\na,b\x81\xff,58%\n")
    assert faults(Path("acme.csv"), data) == ["acme.csv:2: neither UTF-8 nor Windows-1252 text; save it as CSV UTF-8"]


def test_figures_alone_leave_the_facts_to_be_filled_in(data: Path) -> None:
    table = [["Question", "Answer", "Printed"], ["What stops cloud?", "culture", "58%"], [], ["", "skills", "41%"]]
    Path("Acme Cloud 2021.csv").write_bytes(csv_bytes(table))
    result = RUNNER.invoke(app, ["import", "Acme Cloud 2021.csv"])
    path = data / "surveys" / "acme-cloud-2021.yaml"
    assert result.exit_code == 0
    told = result.output.splitlines()[1]
    wanted = "title, year, year_basis, population, sector, unit, title, url, kind, about, topic, topic"
    assert re.findall(r"\d+ (\w+)", told) == wanted.split(", ")
    values = {
        "year": "2021", "year_basis": "publication", "sector": "local", "unit": "person", "kind": "press-release",
        "url": "https://example.org/acme", "topic": "cloud",
    }  # fmt: skip
    filled = []
    for line in path.read_text(encoding="utf-8").splitlines():
        key, colon, rest = line.partition(":")
        open_line = colon and not key.lstrip().startswith("#") and rest.lstrip().startswith("# ")
        filled.append(f"{key}: {values.get(key.strip(), 'Acme')}" if open_line else line)
    assert RUNNER.invoke(app, ["check"]).exit_code == 1
    path.write_text("\n".join(filled), encoding="utf-8")
    assert RUNNER.invoke(app, ["check"]).output.startswith(f"no fault: {one_more(2)}")


SHOWN = [
    ("58%", "General", "58%"),
    (0.58, "0%", "58%"),
    (0.58, "0.0%", "58.0%"),
    (0.575, "0.0%", "57.5%"),
    (0.07, "0%", "7%"),
    (1, "0%", "100%"),
    (58, '0"%"', "58%"),
    (58.5, "0.0\\%", "58.5%"),
    (3.4, "0.00", "3.40"),
    (1000, "#,##0", "1,000"),
    (235, "General", "235"),
    (235.0, "General", "235"),
    (3.25, "General", "3.25"),
    (0.1 + 0.2, "0%", "30%"),
    (True, "General", "true"),
    (datetime(2017, 4, 1), "mmm-yy", "2017-04"),
    (datetime(2017, 4, 18), "yyyy-mm-dd", "2017-04-18"),
    (None, "General", ""),
    ("  nearly\n half ", "General", "nearly half"),
]


@pytest.mark.parametrize(("value", "number_format", "text"), SHOWN)
def test_a_cell_is_read_as_what_it_shows(value: object, number_format: str, text: str) -> None:
    assert shown(value, number_format) == text


@pytest.mark.parametrize(
    ("value", "number_format", "words"),
    [
        (0.583, "0%", "holds 0.583 and shows 58%; type the one that is printed, as text"),
        (3.456, "0.0", "holds 3.456 and shows 3.5; type the one that is printed, as text"),
        (0.5, "# ?/?", "has the number format '# ?/?', which is not read here; type the figure as text"),
        ("=B2/100", "0%", "is a formula (=B2/100); type what is printed"),
        ("#REF!", "0%", "is an error of the sheet (#REF!); type what is printed"),
    ],
)
def test_a_cell_that_hides_what_was_printed_is_refused(value: object, number_format: str, words: str) -> None:
    with pytest.raises(CellError) as caught:
        shown(value, number_format)
    assert str(caught.value) == words


def test_excel_percentages_keep_the_digits_that_they_show(data: Path) -> None:
    book = excel(Path("acme-2021.xlsx"), rows(*FIGURES))
    sheet = book.worksheets[0]
    first = len(FACTS) + 3
    for row, (value, shape) in enumerate([(0.58, "0.0%"), (0.49, "0%"), (0.12, "0.00%"), ("61%", "@")], start=first):
        sheet[f"C{row}"].value, sheet[f"C{row}"].number_format = value, shape
    sheet["B3"].value, sheet["B3"].number_format = datetime(2021, 4, 1), "mmm-yy"
    sheet["B4"].value, sheet["B9"].value, sheet[f"I{first + 2}"].value = 2021, 1000, 60
    sheet.merge_cells(f"A{first}:A{first + 2}")
    book.save("acme-2021.xlsx")
    survey = imported(Path("acme-2021.xlsx"), data)
    assert [answer.printed for question in survey.questions for answer in question.answers] == [
        "58.0%", "49%", "12.00%", "61%",
    ]  # fmt: skip
    assert (survey.published, survey.year, survey.n.printed) == ("2021-04", 2021, "1000")


def test_every_fault_of_a_workbook_is_told_at_once_by_sheet_row_and_column(data: Path) -> None:
    table: list[list[Any]] = [
        ["titel", "Acme"],
        ["n", "about two hundred"],
        ["year", 1776],
        ["question", "answer", "printed", "topic", "remarks"],
        ["What stops cloud?", "culture", 0.583, "culture"],
        ["", "skills", 58, "skils"],
        ["", "budget", datetime(2026, 10, 9), "budget-cost"],
        ["", "legacy", "=1/2", "legacy"],
        ["", "", "41%", "legacy"],
        ["", "leaders", "33%", "leadership", "under remarks", "stray"],
        ["", "laws", "32%", "other", "", "also stray"],
        ["", "two rows", "21%", "other"],
        ["", "two rows more", None, "other"],
    ]
    book = excel(Path("acme-2021.xlsx"), table)
    sheet = book.worksheets[0]
    sheet["C5"].number_format = "0%"
    sheet.merge_cells("C12:C13")
    book.save("acme-2021.xlsx")
    where = "acme-2021.xlsx[Sheet]"
    assert faults(Path("acme-2021.xlsx"), data) == [
        f"{where}:1: column A (fact): 'titel' is no fact of a survey; did you mean title?; a row that is only a remark "
        "begins with #",
        f"{where}:2: column B (n): n is a number as printed, such as 235, nearly 1,000 or over 300; "
        "'about two hundred' arrived; empty the cell and put another form into the survey file afterwards",
        f"{where}:3: column B (year): year must be at least 1990; '1776' arrived",
        f"{where}:4: column E (column name): 'remarks' is no column; mend the name or delete the column",
        f"{where}:5: column C (printed): holds 0.583 and shows 58%; type the one that is printed, as text",
        f"{where}:6: column C (printed): 58 has no percent sign; type the figure as it is printed, such as 58%, or say "
        "in a column measure that it is a mean or a size",
        f"{where}:6: column D (topic): topic must be one of: automation, budget-cost, citizen-demand, cloud, "
        "confidence, culture, data-sharing, digital-progress, leadership, legacy, other, procurement-sme, "
        "remote-working, security-privacy, skills, strategy, technology-value, training; 'skils' arrived; "
        "did you mean skills?",
        f"{where}:7: column C (printed): Excel holds a date here (2026-10-09), perhaps made of a figure such as 9/10; "
        "set the cell to text and type it again",
        f"{where}:8: column C (printed): is a formula (=1/2); type what is printed",
        f"{where}:9: column B (answer): answer is empty; fill it in, delete the row, or begin the row with # if it is "
        "a remark",
        f"{where}:10: column F (no name): 'stray' is under no column name; 1 cell below it as well; "
        "name it or empty it",
        f"{where}:12: column C (printed): the cells C12:C13 are merged; one figure is on one row, so split them",
    ]


def test_rows_of_one_question_that_disagree_are_told(data: Path) -> None:
    table = [["question", "answer", "printed", "response"], ["Q?", "a", "1%", "multi"], ["Q?", "b", "2%", "single"]]
    Path("acme-2021.csv").write_bytes(csv_bytes(table))
    assert faults(Path("acme-2021.csv"), data) == [
        "acme-2021.csv:3: column D (response): 'single' is here and 'multi' on row 2 of the same question; "
        "make them the same, or empty this one"
    ]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.doc", b"", "the name must end in one of: .csv, .txt, .xlsx, .xlsm, .ods, .html, .htm; "
             "save the sheet as one of these"),
        ("a.xlsx", b"no zip", "not an Excel workbook that can be read (File is not a zip file); "
         "save it as .xlsx or CSV again"),
        ("a.csv", b"", "no row names the columns question, answer and printed, and no table of figures under a heading "
         "was found; begin with: crosswave import --template figures.csv"),
        ("a.csv", b"question,answer,printed\n", "no figure is under the names of the columns"),
    ],
)  # fmt: skip
def test_a_file_that_is_no_sheet_of_figures_is_told(data: Path, name: str, content: bytes, message: str) -> None:
    Path(name).write_bytes(content)
    assert faults(Path(name), data) == [f"{name}:1: {message}"]


def test_two_sheets_with_figures_are_two_surveys(data: Path) -> None:
    book = excel(Path("acme-2021.xlsx"), rows(*FIGURES))
    book.copy_worksheet(book.worksheets[0]).title = "Second"
    book.save("acme-2021.xlsx")
    assert faults(Path("acme-2021.xlsx"), data) == [
        "acme-2021.xlsx:1: one sheet may hold figures, and 2 do: Sheet, Second; give each survey a file"
    ]


def test_a_survey_file_that_is_there_stays_unless_forced(data: Path) -> None:
    Path("igov-2017.csv").write_bytes(csv_bytes(rows(*FIGURES)))
    path = data / "surveys" / "igov-2017.yaml"
    before = path.read_bytes()
    result = RUNNER.invoke(app, ["import", "igov-2017.csv"])
    assert (result.exit_code, result.output) == (
        1,
        "crosswave: data/surveys/igov-2017.yaml is there already; give the sheet another id, "
        "or overwrite the file with --force\n",
    )
    assert path.read_bytes() == before
    assert RUNNER.invoke(app, ["import", "igov-2017.csv", "--force"]).exit_code == 0
    assert path.read_bytes() != before


@pytest.mark.parametrize("ending", [".csv", ".xlsx"])
def test_the_template_is_a_sheet_that_only_lacks_figures_and_holds_every_fact(data: Path, ending: str) -> None:
    name = f"acme-2021{ending}"
    assert RUNNER.invoke(app, ["import", "--template", name]).output == (
        f"{name} is there; fill it in, then: crosswave import {name}\n"
    )
    assert [line.partition(": ")[2] for line in faults(Path(name), data)] == [
        "no figure is under the names of the columns"
    ]
    fill(Path(name))
    survey = imported(Path(name), data)
    assert (survey.population, survey.questions[0].answers[0].printed) == ("council staff", "58.0%")
    assert RUNNER.invoke(app, ["import", "--template", name]).output == (
        f"crosswave: {name} is there already; choose another name\n"
    )


def fill(path: Path) -> None:
    """Type the facts and a figure into a template, as a person would."""
    facts, figure = dict(map(tuple, FACTS)), dict(zip(COLUMNS, FIGURES[0], strict=True))
    if path.suffix == ".csv":
        with path.open(encoding="utf-8-sig", newline="") as stream:
            table = list(csv.reader(stream))
        for row in filter(None, table):
            row[1:2] = [facts.get(row[0], row[1])]
        header = next(row for row in table if row[:1] == ["question"])
        path.write_bytes(csv_bytes([*table, [figure.get(column, "") for column in header]]))
        return
    book = load_workbook(path)
    sheet = book.worksheets[0]
    for cells in sheet.iter_rows(max_col=2):
        cells[1].value = facts.get(str(cells[0].value), cells[1].value)
    header = next(cells for cells in sheet.iter_rows() if cells[0].value == "question")
    for cell in header:
        sheet.cell(header[0].row + 2, cell.column).value = figure.get(str(cell.value))
    book.save(path)


def test_a_template_of_another_kind_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError) as caught:
        write_template(tmp_path / "a.pdf", Vocabulary())
    assert str(caught.value) == "a template ends in .csv or .xlsx; 'a.pdf' arrived"


@pytest.mark.parametrize("arguments", [[], ["a.csv", "--template", "b.csv"]])
def test_import_takes_a_sheet_or_a_template(arguments: list[str]) -> None:
    result = RUNNER.invoke(app, ["import", *arguments])
    assert (result.exit_code, result.output) == (
        1,
        "crosswave: name the sheet to import, or --template FILE for an empty one\n",
    )


def test_an_id_is_made_of_the_first_words_and_given_once() -> None:
    ids = Ids(["yes", "yes-3"])
    assert [ids.new("Yes"), ids.new("yes!"), ids.new("No"), ids.new("Yes")] == ["yes-2", "yes-4", "no", "yes-5"]
    assert slug("What, then, stops your organisation today?") == "what-then-stops-your-organisation"
    assert slug("—") == "answer"


# The whole registry as sheets, and back. ---------------------------------------------------------------------------

ANSWER = (
    "measure",
    "item",
    "part_of",
    "rival_of",
    "complement_of",
    "organisations_of",
    "ambiguity",
    "unusable",
    "note",
)
LATER = {"series", "overlaps", "changes", "fieldwork", "n", "inferred", "sources"}


def as_sheet(survey: Survey) -> list[list[str]]:
    """A survey as the sheet that a person would have filled in."""
    plain = (
        "id", "title", "publisher", "sponsor", "published", "year", "year_basis", "population", "sector", "nation",
        "unit", "mode", "sampling", "organisations", "asked", "weighted", "rounding", "missing", "note",
    )  # fmt: skip
    facts = [[key, text(getattr(survey, key))] for key in plain]
    for source in survey.sources:
        facts.append(["source", source.id])
        facts += [[f"source_{key}", text(getattr(source, key))] for key in ("title", "publisher", "url", "kind")]
        facts.append(["source_published", text(source.published)])
    header = ["question_id", "question", "about", "response", "response_inferred", "exhaustive", "question_note",
              "answer_id", "answer", "printed", "topic", "barrier", "sources", "net_of", *ANSWER]  # fmt: skip
    figures = [
        [q.id, q.asks, q.about, text(q.response), text(q.response_inferred or None), text(q.exhaustive or None),
         text(q.note), a.id, a.says, a.printed, a.topic, text(a.barrier or None), " ".join(a.sources),
         " ".join(a.net_of), *(text(getattr(a, key)) for key in ANSWER)]
        for q in survey.questions for a in q.answers
    ]  # fmt: skip
    return [*facts, header, *figures]


def text(value: object) -> str:
    return "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def figures_of(survey: Survey) -> list[dict[str, Any]]:
    return [
        question.model_dump(exclude={"base": True, "answers": {"__all__": {"base"}}}) for question in survey.questions
    ]


def fits_a_sheet(survey: Survey) -> bool:
    """Whether a sheet has a column for all that a survey holds: none for groups, bare numbers and ceilings."""
    answers = [answer for question in survey.questions for answer in question.answers]
    bases = [base for question in survey.questions for base in (question.base, *(a.base for a in question.answers))]
    bare = any(answer.printed_in or answer.derived for answer in answers) or any(b and b.at_most for b in bases)
    return survey.group is None and not bare and not any(question.wording for question in survey.questions)


@pytest.mark.parametrize("ending", [".csv", ".xlsx"])
def test_every_survey_of_the_registry_comes_back_from_its_sheet(
    tmp_path: Path, registry: Registry, ending: str
) -> None:
    shutil.copy(DATA / "quantities.yaml", tmp_path)
    shutil.copy(DATA / "study.yaml", tmp_path)
    every = {".csv": 1, ".xlsx": 4}[ending]  # in a workbook stands what stands in text
    for survey in list(registry.surveys.values())[::every]:
        if not survey.questions or not fits_a_sheet(survey):
            continue
        path = tmp_path / f"sheet{ending}"
        table = as_sheet(survey)
        excel(path, table) if ending == ".xlsx" else path.write_bytes(csv_bytes(table))
        found = read_back(import_survey(path, tmp_path).path)
        assert figures_of(found) == figures_of(survey), survey.id
        assert found.sources == tuple(source.model_copy(update={"also_at": ()}) for source in survey.sources), survey.id
        assert found.model_dump(exclude={*LATER, "questions"}) == survey.model_dump(exclude={*LATER, "questions"})


def read_back(path: Path) -> Survey:
    from crosswave.study.documents import read_document

    document = read_document(path, path.name)
    assert document.faults == ()
    return Survey.model_validate(document.data)
