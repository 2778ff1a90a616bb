"""What is written for other programs is the ledger again, whatever the form, and no text becomes a formula."""

from __future__ import annotations

import json
import warnings
from collections.abc import Mapping
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest
from openpyxl import load_workbook
from typer.testing import CliRunner

import crosswave as cw
from crosswave.api.exporting import tables_of
from crosswave.cli import app
from crosswave.report.export import MISSING, Table, write_tables
from crosswave.report.fields import FIELDS
from crosswave.report.results import ledger_text

pytestmark = pytest.mark.usefixtures("kept")

ROOT = Path(__file__).resolve().parents[1]
DATA = ROOT / "data"
RESULTS = ROOT / "reports" / "results"
RUNNER = CliRunner()
SURVEY, TOPIC = "igov-2017", "barrier-culture"
KINDS: Mapping[str, str] = {"integer": "Int64", "year": "Int64", "number": "Float64", "boolean": "boolean"}


def ledger(name: str) -> pd.DataFrame:
    types = {field.name: KINDS.get(field.type, "string") for field in FIELDS[name]}
    return pd.read_csv(RESULTS / f"{name}.csv", dtype=types, keep_default_na=False, na_values=[""])


def of_survey() -> pd.DataFrame:
    found = ledger("findings")
    return found[found["survey_id"] == SURVEY].reset_index(drop=True)


def exported(*arguments: str) -> list[str]:
    result = RUNNER.invoke(app, ["export", *arguments, "--data", str(DATA)])
    assert result.exit_code == 0, result.output
    return [line.removesuffix(" is there") for line in result.output.splitlines()]


def same(found: pd.DataFrame, expected: pd.DataFrame) -> None:
    """The same values under the same names; types are those of the ledger."""
    assert list(found.columns) == list(expected.columns)
    pd.testing.assert_frame_equal(found.astype(expected.dtypes.to_dict()), expected, rtol=0, atol=1e-12)


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_a_workbook_holds_the_ledger_again_with_cover_notes_and_marked_tables() -> None:
    assert exported("poll.xlsx", "--of", SURVEY) == ["poll.xlsx"]
    book = load_workbook("poll.xlsx")
    assert book.sheetnames == ["cover", "notes", "findings", "surveys"]
    for sheet in book.worksheets[1:]:
        [table] = sheet.tables.values()
        assert (table.displayName, table.ref) == (sheet.title, f"A4:{sheet.dimensions.split(':')[1]}")
        assert not sheet.merged_cells.ranges and all(c.data_type != "f" for row in sheet.iter_rows() for c in row)
        assert all(cell.value is not None for row in sheet.iter_rows(min_row=4) for cell in row)
    cover = [row[0] for row in book["cover"].iter_rows(values_only=True)]
    assert cover[0].endswith(SURVEY) and "Creative Commons" in cover[2] and cover[-1].startswith("surveys: ")
    links = [cell.hyperlink.location for [cell] in book["cover"].iter_rows() if cell.hyperlink]
    assert links == ["'notes'!A1", "'findings'!A1", "'surveys'!A1"]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        same(pd.read_excel("poll.xlsx", "findings", header=3, na_values=[MISSING], keep_default_na=False), of_survey())
    counts = [cell.value for cell in next(book["findings"].iter_cols(min_col=11, max_col=11, min_row=5))]
    assert counts == [int(count) for count in of_survey()["count_low"]]  # numbers are numbers


def test_parquet_and_csv_hold_the_ledger_again_and_say_what_each_column_is() -> None:
    files = exported("poll.csv", "--of", SURVEY) + exported("poll.parquet", "--of", SURVEY)
    assert sorted(files) == sorted(path.name for path in Path().iterdir())
    text = Path("poll-findings.csv").read_text(encoding="utf-8")
    rows = (RESULTS / "findings.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    assert text == "".join([rows[0], *(row for row in rows if row.startswith(f"{SURVEY}."))])
    table = pq.read_table("poll-findings.parquet")
    same(table.to_pandas(), of_survey())
    described = json.loads(Path("poll-findings.csv-metadata.json").read_text(encoding="utf-8"))
    assert (described["@context"][0], described["url"]) == ("http://www.w3.org/ns/csvw", "poll-findings.csv")
    assert described["tableSchema"]["primaryKey"] == ["finding_id"]
    for column, field in zip(described["tableSchema"]["columns"], FIELDS["findings"], strict=True):
        assert column["name"] == field.name and column["dc:description"].startswith(field.description)
        assert table.schema.field(field.name).metadata[b"description"].decode() == field.description
    assert [one["name"] for one in described["tableSchema"]["columns"]] == rows[0].strip().split(",")


@pytest.mark.parametrize("ending", ["csv", "parquet", "xlsx"])
def test_the_long_table_has_every_number_of_the_ledger_once(ending: str) -> None:
    exported(f"long.{ending}", "--of", SURVEY, "--long")
    read = {"csv": pd.read_csv, "parquet": pd.read_parquet, "xlsx": lambda path: pd.read_excel(path, 2, header=3)}
    found = read[ending](f"long.{ending}")
    assert list(found.columns) == [
        "REF_AREA", "TIME_PERIOD", "SURVEY", "QUESTION", "ANSWER", "MEASURE", "UNIT_MEASURE", "OBS_VALUE", "LEVEL",
    ]  # fmt: skip
    wide = found.set_index(["ANSWER", "MEASURE"])["OBS_VALUE"].unstack()  # noqa: PD010 (fails where a number stands twice)
    expected = of_survey().set_index("finding_id")
    for name in wide:
        assert wide[name].dropna().to_dict() == pytest.approx(expected[name].dropna().astype(float).to_dict())
    numbers = {field.name for field in FIELDS["findings"] if field.unit}
    assert set(wide) == {name for name in numbers if expected[name].notna().any()}
    assert set(found["TIME_PERIOD"]) == {2017} and set(found["SURVEY"]) == {SURVEY}


def test_everything_is_the_committed_ledger() -> None:
    tables = {table.name: ledger_text(table.frame) for table in tables_of(cw.open(DATA), None)}
    for name in ("findings", "trends", "claims"):
        assert tables[name] == (RESULTS / f"{name}.csv").read_text(encoding="utf-8")
    assert tables["surveys"].count("\n") - 1 == len(cw.open(DATA).loaded.surveys)


def test_a_topic_has_its_row_its_figures_and_their_surveys() -> None:
    study = cw.open(DATA)
    tables = {table.name: table.frame for table in tables_of(study, TOPIC)}
    row = next(line for line in (RESULTS / "trends.csv").read_text("utf-8").splitlines() if line.startswith(TOPIC))
    assert ledger_text(tables["trends"]).splitlines()[1] == row
    assert set(tables["findings"]["finding_id"]) == {a.finding for a in study.loaded.constructs[TOPIC].answers}
    assert set(tables["surveys"]["survey_id"]) == set(tables["findings"]["survey_id"])


@pytest.mark.parametrize("of", [SURVEY, TOPIC])
def test_a_chart_is_that_of_the_page(of: str) -> None:
    exported("chart.svg", "--of", of)
    exported("chart.png", "--of", of)
    text, picture = Path("chart.svg").read_text(encoding="utf-8"), Path("chart.png").read_bytes()
    alt = text.split('aria-label="')[1].split('"')[0]
    notebook = {SURVEY: "01_reproduce_survey", TOPIC: "03_test_trend"}[of]
    cells = json.loads((ROOT / "notebooks" / f"{notebook}.ipynb").read_text(encoding="utf-8"))["cells"]
    shown = [out["data"] for cell in cells for out in cell.get("outputs", ()) if "image/svg+xml" in out.get("data", {})]
    assert text in ["".join(data["image/svg+xml"]) for data in shown] and len(alt) > 100
    assert picture.startswith(b"\x89PNG") and len(picture) > 20_000


def test_no_text_becomes_a_formula_or_steers_a_terminal() -> None:
    hostile = ["=1+1", "+cmd|' /C calc'!A0", "@SUM(A1)", "-2+3", "\x1b[31mred", "x" * 40_000, "", "a\nb"]
    write_tables(Path("t.xlsx"), [Table.plain("t", "=T()", pd.DataFrame({"=c": hostile}))], {"title": "=HYPERLINK(1)"})
    book = load_workbook("t.xlsx")
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert {cell.data_type for cell in cells} <= {"s", "n"}  # empty cells have the type of numbers
    assert [cell.value for cell in book["t"]["A"]][4:8] == hostile[:4]
    assert all(cell.quotePrefix for cell in book["t"]["A"][4:7])


@pytest.mark.parametrize(("arguments", "words"), [
    (["poll.doc"], "ends in one of .xlsx, .parquet, .csv"), (["chart.svg"], "a chart shows one survey"),
    (["poll.csv", "--of", "igov2017"], "did you mean igov-2017"), (["there.csv"], "is there already"),
])  # fmt: skip
def test_what_cannot_be_written_is_told(arguments: list[str], words: str) -> None:
    Path("there.csv").write_text("mine")
    result = RUNNER.invoke(app, ["export", *arguments, "--data", str(DATA)])
    assert result.exit_code == 1 and words in result.output
    assert [path.name for path in Path().iterdir()] == ["there.csv"]


def test_a_result_writes_itself() -> None:
    found = cw.compare("58% of 235", "53% of 232")
    for ending in ("xlsx", "csv", "parquet", "svg", "png"):
        assert all(path.is_file() for path in found.export(f"two.{ending}"))
    expected = found.to_frame()["difference_pp"].iloc[0]
    for table in (pd.read_csv("two.csv"), pd.read_parquet("two.parquet"), pd.read_excel("two.xlsx", 2, header=3)):
        assert table["difference_pp"].iloc[0] == pytest.approx(expected, abs=0.05)


@pytest.mark.parametrize("name", [SURVEY, f"{SURVEY}.strategy.yes", TOPIC])
def test_show_prints_json_whose_numbers_are_numbers(name: str) -> None:
    result = RUNNER.invoke(app, ["show", name, "--json", "--data", str(DATA)])
    found = json.loads(result.output, parse_constant=lambda word: pytest.fail(f"{word} is no JSON"))
    row = ledger("findings").set_index("finding_id").loc[f"{SURVEY}.strategy.yes"]
    figures = {one["finding_id"]: one for one in found.get("findings", [found])} if name != TOPIC else {}
    if figures:
        told = figures[f"{SURVEY}.strategy.yes"]
        assert (told["count_low"], told["estimate"]) == (row["count_low"], pytest.approx(row["estimate"]))
    else:
        assert isinstance(found["waves"][0]["year"], int) and found["construct_id"] == TOPIC


def test_list_prints_records() -> None:
    records = json.loads(RUNNER.invoke(app, ["list", "--json", "--data", str(DATA)]).output)
    study = cw.open(DATA).loaded
    assert {one["id"]: one["year"] for one in records} == {one.id: one.year for one in study.surveys.values()}
    waves = json.loads(RUNNER.invoke(app, ["list", "series", "--json", "--data", str(DATA)]).output)
    assert {one["id"]: one["waves"] for one in waves} == {key: len(one) for key, one in study.series.items()}
