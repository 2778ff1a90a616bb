"""Tables as houses lay them out, with made-up figures: read right, or refused with the cell."""

from __future__ import annotations

import csv
import re
import zipfile
from html import escape
from pathlib import Path
from typing import Any

import pytest
import yaml
from openpyxl import Workbook
from typer.testing import CliRunner

import real
from crosswave.cli import app
from crosswave.study.importing import house_of, import_survey
from crosswave.study.importing.excel import shown
from crosswave.study.importing.found import Table
from crosswave.study.importing.houses import House
from crosswave.study.importing.sheets import read_sheets
from crosswave.study.importing.tables import find_tables

DATA = Path(__file__).resolve().parents[1] / "data"
FACTS = (
    "title=Poll",
    "year=2021",
    "year_basis=publication",
    "population=adults",
    "sector=mixed",
    "unit=person",
    "topic=other",
    "source_title=tables",
    "source_url=https://example.org/t",
    "source_kind=publisher-report",
)
Rows = list[list[Any]]
LAYOUTS: dict[str, dict[str, Any]] = yaml.safe_load(
    Path(__file__).with_name("layouts.yaml").read_text(encoding="utf-8")
)
READS = [(name, settings) for name, layout in LAYOUTS.items() for settings in layout["read"]]


def book(
    path: Path, sheets: dict[str, Rows], form: str = "General", merged: dict[str, list[str]] | None = None
) -> Path:
    """A workbook whose numbers below one have a number format."""
    made = Workbook()
    made.remove(made.worksheets[0])
    for title, rows in sheets.items():
        sheet = made.create_sheet(title)
        for row in rows:
            sheet.append(row)
        for cells in sheet.iter_rows():
            for cell in cells:
                if isinstance(cell.value, float):
                    cell.number_format = form
        for place in (merged or {}).get(title, []):
            sheet.merge_cells(place)
    made.save(path)
    return path


def ods(path: Path, sheets: dict[str, Rows]) -> Path:
    """An OpenDocument sheet: each cell holds the text that it shows."""
    spaces = " ".join(f'xmlns:{k}="urn:oasis:names:tc:opendocument:xmlns:{k}:1.0"' for k in ("office", "table", "text"))
    body = "".join(
        f'<table:table table:name="{title}">'
        + "".join(
            "<table:table-row>"
            + "".join(f"<table:table-cell><text:p>{cell}</text:p></table:table-cell>" for cell in row)
            + "</table:table-row>"
            for row in rows
        )
        + "</table:table>"
        for title, rows in sheets.items()
    )
    with zipfile.ZipFile(path, "w") as made:
        made.writestr("content.xml", f"<office:document-content {spaces}>{body}</office:document-content>")
    return path


def table(path: Path, house: str = "any", *settings: str) -> list[Table]:
    found = find_tables(read_sheets(path, printed=True), house_of(house, settings))
    assert not found.faults, found.faults
    return found.tables


def figures(one: Table) -> dict[str, list[str]]:
    return {says: [figure.printed if figure else "" for figure in row] for says, row in one.answers}


def sizes(one: Table) -> dict[str, int | None]:
    return {group.name: group.unweighted for group in one.groups}


def laid_out(folder: Path, name: str) -> Path:
    """A file of layouts.yaml as its house publishes it."""
    layout = LAYOUTS[name]
    path = folder / f"{name}.{layout['kind']}"
    if layout["kind"] == "html":
        path.write_text(layout["html"], encoding="utf-8")
        return path
    sheets = {
        title: [[_cell(text) for text in line.split("|")] for line in text.splitlines()]
        for title, text in layout["sheets"].items()
    }
    texts = {title: [[_shown(value) for value in row] for row in rows] for title, rows in sheets.items()}
    if layout["kind"] == "ods":
        return ods(path, {title: [[escape(text) for text in row] for row in rows] for title, rows in texts.items()})
    if layout["kind"] == "csv":
        separator, encoding = layout.get("csv", (",", "utf-8"))
        with path.open("w", newline="", encoding=encoding) as stream:
            csv.writer(stream, delimiter=separator).writerows(texts[""])
        return path
    return _workbook(path, sheets, layout)


def _workbook(path: Path, sheets: dict[str, Rows], layout: dict[str, Any]) -> Path:
    made = Workbook()
    made.remove(made.worksheets[0])
    for title, rows in sheets.items():
        sheet = made.create_sheet(title)
        for r, row in enumerate(rows, start=1):
            for c, value in enumerate(row, start=1):
                cell = sheet.cell(r, c, _number(value[0]) if isinstance(value, tuple) else _plain(value))
                cell.number_format = value[1] if isinstance(value, tuple) else "General"
        for place in layout.get("merged", {}).get(title, []):
            sheet.merge_cells(place)
        for hidden in layout.get("hidden", []):
            (sheet.row_dimensions if isinstance(hidden, int) else sheet.column_dimensions)[hidden].hidden = True
    made.save(path)
    return path


def _cell(text: str) -> str | tuple[str, str]:
    match = re.fullmatch(r"([\d.]+)\{(.*)\}", text.strip())
    return (match[1], match[2]) if match else text.strip().replace("⏎", "\n")


def _number(text: str) -> float:
    return float(text) if "." in text else int(text)


def _plain(text: str) -> str | float | None:
    return _number(text) if re.fullmatch(r"\d+(\.\d+)?", text) else text.removeprefix("'") or None


def _shown(value: str | tuple[str, str]) -> str:
    return shown(_number(value[0]), value[1], printed=True) if isinstance(value, tuple) else value.removeprefix("'")


def understood(path: Path, house: str, settings: list[str]) -> str:
    """What is read of a file, in the words of layouts.yaml."""
    found = find_tables(read_sheets(path, printed=True), house_of(house, settings))
    units = {"percent": " in %", "share": " in 1", "count": " people"}
    lines: list[str] = []
    for one in found.tables:
        lines += [one.asks + (f"  [{one.who}]" if one.who else "")]
        lines += ["  " + " | ".join(f"{group.name} n={group.unweighted or '?'}" for group in one.groups)]
        for says, row in one.answers:
            texts = [
                one.printed + (" unusable" if one.unusable else units.get(one.printed_in, "")) if one else ""
                for one in row
            ]
            lines += [f"  {says}: " + " | ".join(texts)]
        lines += [f"  {net} = {' + '.join(parts)}" for net, parts in one.nets.items()]
    lines += [f"left out: {words}" for words in found.left_out]
    return "\n".join([*lines, *(f"! {at}: {words.partition(';')[0]}" for at, words in found.faults)])


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return real.part(tmp_path / "data", "igov-2017")


@pytest.mark.parametrize(("name", "settings"), READS)
def test_a_layout_is_read_as_it_was_meant_or_refused_with_the_cell(folder: Path, name: str, settings: str) -> None:
    house, *set_ = settings.split("; ")
    path = laid_out(folder.parent, name)
    told = understood(path, house, set_)
    assert [line.rstrip() for line in told.splitlines()] == LAYOUTS[name]["read"][settings].rstrip().splitlines()
    if "\n! " not in f"\n{told}":
        facts = ("publisher=House", *FACTS)
        done = import_survey(path, folder, survey_id="poll-2021", house=house_of(house, (*facts, *set_)))
        assert (done.still_open, done.figures > 0) == ((), True)


def test_yougov_groups_above_and_several_questions_below_one_heading(tmp_path: Path) -> None:
    path = book(
        tmp_path / "t.xlsx",
        {
            "Front": [["YouGov Survey Results"]],
            "Results": [
                ["YouGov / Town Hall Survey Results"],
                ["Sample Size: 1,026 adults"],
                ["Fieldwork: 1st - 2nd March 2021"],
                [],
                [None, None, "Gender", None],
                [None, "Total", "Male", "Female"],
                ["Weighted Sample", 1026, 500, 526],
                ["Unweighted Sample", 1026, 480, 546],
                [None, "%", "%", "%"],
                ["Have you heard of the scheme?"],
                ["Yes", 45, 50, 40],
                ["No", 55, 50, 60],
                [],
                ["Do you trust the council?"],
                ["Yes", 37, 40, 34],
                ["No", 62, 59, 65],
                ["Don't know", "*", 1, "-"],
            ],
        },
    )
    first, second = table(path, "yougov")
    assert first.asks == "Have you heard of the scheme?"
    assert sizes(first) == sizes(second) == {"Total": 1026, "Gender: Male": 480, "Gender: Female": 546}
    assert figures(second) == {
        "Yes": ["37", "40", "34"],
        "No": ["62", "59", "65"],
        "Don't know": ["less than 0.5%", "1", "0%"],
    }


def test_ipsos_counts_above_shares_letters_and_bases(tmp_path: Path) -> None:
    path = book(
        tmp_path / "t.xlsx",
        {
            "Contents": [["Table 1", "Q1", 3]],
            "Table 1": [
                ["Ipsos"],
                ["Table 1"],
                ["Q1. To what extent do you agree?"],
                ["Base: All adults aged 18+"],
                [],
                [None, "Total", "Gender", None],
                [None, None, "Male", "Female"],
                [None, None, "(a)", "(b)"],
                ["Unweighted base", 1000, 480, 520],
                ["Weighted base", 1000, 490, 510],
                ["Strongly agree", 200, 110, 90],
                [None, 0.2, 0.2245, 0.1765],
                [None, None, "B", None],
                ["Tend to agree", 300, 150, 150],
                [None, 0.3, 0.3061, 0.2941],
                ["NET: Agree", 500, 260, 240],
                [None, 0.5, 0.5306, 0.4706],
                ["Mean", 2.5, 2.6, 2.4],
            ],
        },
        "0%",
    )
    (one,) = table(path, "ipsos")
    assert (one.asks, one.who) == ("Q1. To what extent do you agree?", "All adults aged 18+")
    assert list(sizes(one).values()) == [1000, 480, 520]
    assert figures(one)["Strongly agree"] == ["20%", "22%", "18%"]
    assert one.nets == {"NET: Agree": ("Strongly agree", "Tend to agree")}
    assert one.answers[-1][1][0].measure == "mean"  # type: ignore[union-attr]


@pytest.mark.parametrize("form", ["0%", "0.0%", '0"%"', "0%;-0%;\\-", '[<0.005]"*";0%', "_-0%_-", "[Red]0%"])
def test_survation_and_deltapoll_shares_in_any_number_format(tmp_path: Path, form: str) -> None:
    scale = 100 if form == '0"%"' else 1
    path = book(
        tmp_path / "t.xlsx",
        {
            "T": [
                ["Table 4"],
                ["Q4. Who should decide?"],
                ["Base: All Respondents"],
                [None, "Total", "Region", None],
                [None, None, "North", "South"],
                ["Unweighted Total", 1010, 505, 505],
                ["Weighted Total", 1010, 500, 510],
                ["The council", 450, 220, 230],
                [None, 0.4455 * scale, 0.44 * scale, 0.451 * scale],
                ["SIGMA", 1010, 500, 510],
                [None, 1.0 * scale, 1.0 * scale, 1.0 * scale],
            ]
        },
        form,
    )
    (one,) = table(path, "survation")
    expected = ["44.6%", "44.0%", "45.1%"] if form == "0.0%" else ["45%", "44%", "45%"]
    assert figures(one) == {"The council": expected}


def test_ons_groups_down_answers_across_with_sample_sizes_and_limits(tmp_path: Path) -> None:
    path = book(
        tmp_path / "t.xlsx",
        {
            "Cover sheet": [["Title"]],
            "Table 1": [
                ["Table 1: Percentage of adults by use of online services"],
                ["Great Britain, March 2021"],
                ["Group", "Often (%)", "Often LCL", "Often UCL", "Never (%)", "Sample size"],
                ["All persons", 31.5, 29.0, 34.0, 12.25, 4000],
                ["Men", 30.5, 27.0, 33.0, "[c]", 1900],
                ["Women", 32.5, 29.0, 35.0, "[x]", 2100],
            ],
        },
        "0.0",
    )
    (one,) = table(path, "ons")
    assert sizes(one) == {"All persons": 4000, "Men": 1900, "Women": 2100}
    assert figures(one) == {"Often": ["31.5", "30.5", "32.5"], "Never": ["12.3", "[c]", "[x]"]}
    assert [figure.unusable for figure in one.answers[1][1] if figure] == ["", "confidential", "not available"]


def test_govuk_ods_with_notes_contents_and_base_below(tmp_path: Path) -> None:
    path = ods(
        tmp_path / "t.ods",
        {
            "Contents": [["Sheet", "Title"], ["Table_1", "Use"]],
            "Notes": [["Note 1", "About"]],
            "Table_1": [
                ["Table 1: Do you use the service? [note 1]"],
                ["This worksheet contains one table."],
                ["Response", "2021 to 2022 all adults", "Disabled adults"],
                ["Yes", "45% [r]", "&lt;1%"],
                ["No", "55%", "z"],
                ["Unweighted base", "2,014", "310"],
            ],
        },
    )
    (one,) = table(path)
    assert figures(one) == {"Yes": ["45%", "<1%"], "No": ["55%", "z"]}
    assert list(sizes(one).values()) == [2014, 310]
    assert one.answers[0][1][0].note == "marked [r]: revised"  # type: ignore[union-attr]


def test_nhs_digital_csv_with_a_base_column_and_footnotes(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text(
        "Table 5: Would you recommend your organisation?\n\nResponse,Percentage,Base\nAgree,61.2%,510\n"
        "Disagree,12.4%¹,510\nNo view,..,510\n\n¹ Small numbers.\n",
        encoding="utf-8",
    )
    (one,) = table(path, "govuk")
    assert figures(one) == {"Agree": ["61.2%"], "Disagree": ["12.4%"], "No view": [".."]}
    assert list(sizes(one).values()) == [510]


def test_pew_topline_html_refuses_columns_that_are_dates_and_takes_one(tmp_path: Path) -> None:
    path = tmp_path / "t.html"
    path.write_text(
        "<h2>Q12 Do you use the internet?</h2><table><tr><th></th><th>Feb 2021</th><th>Jan 2019</th></tr>"
        "<tr><td>Yes</td><td>93</td><td>90</td></tr><tr><td>No</td><td>7</td><td>10</td></tr></table>",
        encoding="utf-8",
    )
    found = find_tables(read_sheets(path, printed=True), house_of("pew"))
    assert [str(at) for at, _ in found.faults] == ["table 1!B2"]
    (one,) = table(path, "pew", "columns=Feb 2021")
    assert figures(one) == {"Yes": ["93"], "No": ["7"]}


def test_opinium_counts_beside_shares_under_merged_headings(tmp_path: Path) -> None:
    path = book(
        tmp_path / "t.xlsx",
        {
            "Q3": [
                ["Q3. Is the council well run?"],
                [None, "Total", None, "Male", None],
                [None, "Count", "Col %", "Count", "Col %"],
                ["Base", 2000, None, 980, None],
                ["Yes", 800, 0.4, 400, 0.408],
                ["No", 1200, 0.6, 580, 0.592],
            ]
        },
        "0%",
        {"Q3": ["B2:C2", "D2:E2"]},
    )
    (one,) = table(path, "opinium")
    assert figures(one) == {"Yes": ["40%", "41%"], "No": ["60%", "59%"]}


def test_surveymonkey_answered_below_each_question(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    with path.open("w", newline="", encoding="utf-8") as stream:
        csv.writer(stream).writerows(
            [
                ["Q1. Do you have a plan?", "", ""],
                ["Answer Choices", "Responses", ""],
                ["Yes", "45.00%", "135"],
                ["No", "55.00%", "165"],
                ["Answered", "", "300"],
                ["Skipped", "", "12"],
                [],
                ["Q2. Which tools?", "", ""],
                ["Answer Choices", "Responses", ""],
                ["Maps", "70.00%", "203"],
                ["Answered", "", "290"],
                ["Skipped", "", "22"],
            ]
        )
    first, second = table(path, "surveymonkey")
    assert (figures(first), list(sizes(first).values())) == ({"Yes": ["45.00%"], "No": ["55.00%"]}, [300])
    assert (second.asks, list(sizes(second).values())) == ("Q2. Which tools?", [290])


def test_a_question_in_a_column_of_its_own_beside_the_answers(tmp_path: Path) -> None:
    path = book(
        tmp_path / "t.xlsx",
        {
            "T": [
                ["Question", "Answer", "All", "Men"],
                ["Base", None, 900, 400],
                ["Heard of it?", "Yes", 0.25, 0.3],
                [None, "No", 0.75, 0.7],
                ["Used it?", "Yes", 0.1, 0.2],
            ]
        },
        "0%",
        {"T": ["A3:A4"]},
    )
    assert [(one.asks, figures(one)) for one in table(path)] == [
        ("Heard of it?", {"Yes": ["25%", "30%"], "No": ["75%", "70%"]}),
        ("Used it?", {"Yes": ["10%", "20%"]}),
    ]


def test_bare_numbers_are_refused_by_cell_until_somebody_says_what_they_are(tmp_path: Path) -> None:
    path = book(tmp_path / "t.xlsx", {"T": [["Is it?"], ["", "Total"], ["Base", 100], ["Yes", 45]]})
    found = find_tables(read_sheets(path, printed=True), House())
    assert [(str(at), words.partition(";")[0]) for at, words in found.faults] == [("T!B4", "45 is a bare number")]
    assert figures(table(path, "any", "bare=percent")[0]) == {"Yes": ["45"]}


def test_a_survey_file_is_written_that_passes_the_check(folder: Path) -> None:
    path = book(
        Path("poll-2021.xlsx"),
        {
            "T": [
                ["Q1. Do you trust it?"],
                ["Base: All adults"],
                [None, "Total", "Male", "Female"],
                ["Unweighted base", 1000, 480, 520],
                ["Weighted base", 1000, 490, 510],
                ["A great deal", 0.2, 0.21, 0.19],
                ["A fair amount", 0.3, 0.31, 0.29],
                ["NET: Trust", 0.5, 0.52, 0.48],
                ["No", 0.4, 0.4, 0.4],
                ["Other", "*", "-", "[c]"],
            ]
        },
        "0%",
    )
    done = import_survey(path, folder, survey_id="poll-2021", house=house_of("ipsos", FACTS))
    assert (done.questions, done.figures, done.still_open) == (1, 15, ())
    from crosswave.study import load_registry

    survey = load_registry(folder).survey("poll-2021")
    answers = {answer.id: answer for answer in survey.questions[0].answers}
    assert (survey.n.value, survey.weighted, survey.questions[0].base and survey.questions[0].base.everyone) == (
        1000,
        True,
        True,
    )
    assert answers["net-trust"].net_of == ("a-great-deal", "a-fair-amount")
    assert answers["net-trust-male"].net_of == ("a-great-deal-male", "a-fair-amount-male")
    assert (answers["other"].printed, answers["other-female"].unusable) == ("less than 0.5%", "confidential")
    male = answers["no-male"].base
    assert male and (male.who, male.n) == ("All adults; Male", 480)


def test_a_preview_writes_nothing_and_names_what_was_left_out(folder: Path) -> None:
    book(
        Path("t-2021.xlsx"),
        {"Contents": [["x"]], "T": [["Is it?"], ["", "Total"], ["Base", 100], ["Yes", 0.45], ["Total", 1.0]]},
        "0%",
    )
    before = sorted(path.name for path in (folder / "surveys").iterdir())
    result = CliRunner().invoke(
        app, ["import", "t-2021.xlsx", "--preview", "--save", "mine.yaml", "--set", "topic=cloud"]
    )
    assert result.exit_code == 0, result.output
    assert "left out: T!B5: Total, no answer" in result.output and "45%" in result.output
    assert sorted(path.name for path in (folder / "surveys").iterdir()) == before
    assert house_of("mine.yaml").topic == "cloud"


@pytest.mark.parametrize(
    ("setting", "words"),
    [("topic", "a setting is KEY=VALUE"), ("topik=x", "did you mean topic"), ("bare=tons", "bare: Input should be")],
)
def test_a_wrong_setting_is_told(setting: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        house_of("any", [setting])


@pytest.mark.parametrize(
    ("value", "form", "text"),
    [
        (0.45, "0%", "45%"),
        (0.4549, "0%", "45%"),
        (0.455, "0%", "46%"),
        (-0.05, "0%;(0%)", "(5%)"),
        (0.0, '0%;-0%;"-"', "-"),
        (0.004, '[<0.005]"*";0%', "*"),
        (1234.5, "#,##0", "1,235"),
        (45, '0"%"', "45%"),
        (0.5, "0.0#%", "50.0%"),
        (12500, "0.0,", "12.5"),
        (45, "0\\ %", "4500 %"),
    ],
)
def test_a_number_is_read_as_its_format_shows_it(value: float, form: str, text: str) -> None:
    assert shown(value, form, printed=True) == text


def test_five_thousand_figures_are_read(tmp_path: Path) -> None:
    rows: Rows = [["", *(f"Group {k}" for k in range(20))], ["Base", *[1000] * 20]]
    for q in range(50):
        rows += [[f"Q{q}. Is it so?"], *([f"Answer {j}", *[0.2] * 20] for j in range(5))]
    path = book(tmp_path / "t.xlsx", {"T": rows}, "0%")
    assert sum(len(one.answers) * len(one.groups) for one in table(path)) == 5000
