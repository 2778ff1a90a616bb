"""Tables for other programs: workbooks as the Government Statistical Service asks, Parquet, and CSV on the Web."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from crosswave.files import write_whole
from crosswave.report.fields import Field
from crosswave.report.results import ledger_text
from crosswave.report.site.package import KEYS, TITLES, parquet_bytes, typed
from crosswave.study.faults import nearest
from crosswave.study.models import Survey
from crosswave.words import unsafe, without_steering

MISSING = "[x]"
"""What a cell of a workbook shows where there is no value: the shorthand of the Government Statistical Service."""

_WIDEST, _HEAD = 60, 4
_CSVW = {"integer": "integer", "year": "gYear", "number": "number", "boolean": "boolean", "string": "string"}
Files = Mapping[Path, str | bytes]


@dataclass(frozen=True, slots=True)
class Table:
    """A frame with the meaning of its columns, and its title."""

    name: str
    title: str
    frame: pd.DataFrame
    fields: tuple[Field, ...]

    @classmethod
    def of(cls, name: str, frame: pd.DataFrame, fields: Sequence[Field]) -> Table:
        """Return a table of results; its columns are those of `fields`."""
        return cls(name, TITLES[name], frame, tuple(fields))

    @classmethod
    def plain(cls, name: str, title: str, frame: pd.DataFrame) -> Table:
        """Return a table of which nothing but its columns is known."""
        kinds = {"i": "integer", "u": "integer", "f": "number", "b": "boolean"}
        types = {str(key): kinds.get(getattr(kind, "kind", "O"), "string") for key, kind in frame.dtypes.items()}
        return cls(name, title, frame, tuple(Field(key, "", kind) for key, kind in types.items()))  # type: ignore[arg-type]


def write_tables(path: Path, tables: Sequence[Table], about: Mapping[str, str]) -> tuple[Path, ...]:
    """Write tables as the ending of a path says, and return what was written; a file that is there is replaced.

    A workbook holds all of them; of other kinds each has a file, named after it where there are several.

    Raises
    ------
    ValueError
        The ending is none of these, or a library is missing.
    """
    write = WRITERS.get(path.suffix.lower())
    if write is None:
        hint = f"{path.name!r} arrived{nearest(path.suffix, WRITERS)}"
        raise ValueError(f"a file of tables ends in one of {', '.join(WRITERS)}; {hint}")
    try:
        files = write(path, tables, about)
    except ImportError as error:
        raise ValueError(f"{path.name} needs {error.name}: pip install 'crosswave[import,report]'") from None
    for file, content in files.items():
        write_whole(file, content)
    return tuple(files)


def _each(path: Path, tables: Sequence[Table]) -> Iterator[tuple[Path, Table]]:
    for table in tables:
        yield path if len(tables) == 1 else path.with_name(f"{path.stem}-{table.name}{path.suffix}"), table


def _parquet(path: Path, tables: Sequence[Table], about: Mapping[str, str]) -> Files:
    return {file: parquet_bytes(table.frame, table.fields) for file, table in _each(path, tables)}


def _csv(path: Path, tables: Sequence[Table], about: Mapping[str, str]) -> Files:
    """CSV, and beside each file its description: https://www.w3.org/TR/tabular-data-primer/."""
    files: dict[Path, str | bytes] = {}
    for file, table in _each(path, tables):
        files[file] = ledger_text(table.frame)
        described = json.dumps(_described(file.name, table, about), indent=1, ensure_ascii=False)
        files[file.with_name(f"{file.name}-metadata.json")] = f"{described}\n"
    return files


def _described(url: str, table: Table, about: Mapping[str, str]) -> dict[str, Any]:
    columns = [
        {"name": field.name, "titles": field.name, "datatype": _CSVW[field.type], "required": field.required}
        | ({"dc:description": _meaning(field)} if field.description else {})
        for field in table.fields
    ]
    key = {"primaryKey": list(KEYS[table.name])} if table.name in KEYS else {}
    return {
        "@context": ["http://www.w3.org/ns/csvw", {"@language": "en"}],
        "url": url, **{f"dc:{name}": text for name, text in about.items()}, "dc:title": table.title,
        "tableSchema": {"columns": columns, **key},
    }  # fmt: skip


def _meaning(field: Field) -> str:
    unit = f" Unit: {field.unit}." if field.unit else ""
    values = f" One of: {', '.join(field.options)}." if field.options else ""
    return f"{field.description}{unit}{values}"


# --- workbooks --------------------------------------------------------------------------------------------------------


def _workbook(path: Path, tables: Sequence[Table], about: Mapping[str, str]) -> Files:
    """A cover with the contents, notes on every column, and a sheet with one marked table for each table."""
    from openpyxl import Workbook
    from openpyxl.worksheet.hyperlink import Hyperlink

    rows = ((one.name, field.name, field.type, field.unit, _meaning(field)) for one in tables for field in one.fields)
    notes = pd.DataFrame(rows, columns=["table", "column", "type", "unit", "meaning"])
    book, sheets = Workbook(), [Table.plain("notes", "What each column holds", notes), *tables]
    cover = book.worksheets[0]
    cover.title = "cover"
    told = "Each further sheet holds one table, from its fourth row on."
    lines = [*about.values(), f"{MISSING} is written where there is no value.", told, "Contents"]
    for row, text in enumerate([*lines, *(f"{one.name}: {one.title}" for one in sheets)], start=1):
        _put(cover.cell(row, 1), text)
        if row > len(lines):
            place = f"'{sheets[row - len(lines) - 1].name}'!A1"
            cover.cell(row, 1).hyperlink = Hyperlink(ref=cover.cell(row, 1).coordinate, location=place)
    cover.column_dimensions["A"].width = 2 * _WIDEST
    _headed(cover["A1"], 14)
    for table in sheets:
        _fill(book.create_sheet(table.name), table)
    stream = io.BytesIO()
    book.save(stream)
    return {path: stream.getvalue()}


def _fill(sheet: Any, table: Table) -> None:
    from openpyxl.utils import get_column_letter as letter
    from openpyxl.worksheet.table import Table as Marked
    from openpyxl.worksheet.table import TableStyleInfo

    frame = typed(table.frame, table.fields)
    _put(sheet["A1"], table.title)
    _headed(sheet["A1"], 14)
    _put(sheet["A2"], f"This sheet holds one table. {MISSING} is written where there is no value; see the sheet notes.")
    for column, field in enumerate(table.fields, start=1):
        _put(sheet.cell(_HEAD, column), field.name)
        _headed(sheet.cell(_HEAD, column), 11)
        values = frame[field.name].astype(object).where(frame[field.name].notna(), MISSING)
        for row, value in enumerate(values, start=_HEAD + 1):
            cell = sheet.cell(row, column)
            _put(cell, value.item() if hasattr(value, "item") else value)
            if field.decimals is not None:
                cell.number_format = f"0.{'0' * field.decimals}"
        widest = max([len(field.name), *values.astype(str).str.len()])
        sheet.column_dimensions[letter(column)].width = min(widest + 3, _WIDEST)
    last = max(_HEAD + len(frame), _HEAD + 1)  # a marked table has a row below its head
    marked = Marked(displayName=table.name, ref=f"A{_HEAD}:{letter(len(table.fields))}{last}")
    marked.tableStyleInfo = TableStyleInfo(name="TableStyleLight1", showRowStripes=False)
    sheet.add_table(marked)
    sheet.freeze_panes = f"B{_HEAD + 1}"


def _put(cell: Any, value: object) -> None:
    """A value as it is: a text is never a formula, whatever it begins with."""
    if isinstance(value, str):
        cell.value, cell.data_type, cell.quotePrefix = without_steering(value), "s", bool(unsafe(value))
    else:
        cell.value = value


def _headed(cell: Any, size: int) -> None:
    from openpyxl.styles import Font

    cell.font = Font(bold=True, size=size)


WRITERS: Mapping[str, Callable[[Path, Sequence[Table], Mapping[str, str]], Files]] = {
    ".xlsx": _workbook, ".parquet": _parquet, ".csv": _csv,
}  # fmt: skip
"""What writes tables, by the ending of the file."""


# --- one long table, its columns named as those of SDMX ---------------------------------------------------------------

_LONG = (
    Field("REF_AREA", "Where; empty where no source says."),
    Field("TIME_PERIOD", "The year that places the survey.", "year", required=True),
    Field("SURVEY", "The survey.", required=True),
    Field("QUESTION", "The question, within its survey.", required=True),
    Field("ANSWER", "The printed figure.", required=True),
    Field("MEASURE", "What is given: a column of the findings.", required=True),
    Field("UNIT_MEASURE", "Its unit.", required=True),
    Field("OBS_VALUE", "The number.", "number", required=True),
    Field("LEVEL", "How far the figure can be reproduced.", required=True),
)


def long_table(findings: pd.DataFrame, fields: Sequence[Field], surveys: Mapping[str, Survey]) -> Table:
    """Return findings as one number a row, in the words of SDMX: area, period, what is measured, unit and value."""
    units = {field.name: field.unit for field in fields if field.unit}
    keys = ["survey_id", "question_id", "finding_id", "level"]
    long = findings.melt(keys, list(units), "MEASURE", "OBS_VALUE").dropna(subset="OBS_VALUE")
    known = long["survey_id"].map(surveys)
    frame = long.rename(columns=dict(zip(keys, ("SURVEY", "QUESTION", "ANSWER", "LEVEL"), strict=True))).assign(
        REF_AREA=[one.nation for one in known],
        TIME_PERIOD=[one.year for one in known],
        UNIT_MEASURE=long["MEASURE"].map(units),
        OBS_VALUE=long["OBS_VALUE"].astype(float).round(4),
    )
    ordered = frame.sort_values(["SURVEY", "QUESTION", "ANSWER"], kind="stable", ignore_index=True)
    title = "Every number of every printed figure, one a row"
    return Table("observations", title, ordered[[field.name for field in _LONG]], _LONG)
