"""CSV and Excel files as rows of cells, each with its place, whatever their encoding and separator."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crosswave.importing.cells import CellError, is_date, shown
from crosswave.registry.faults import DataError, Fault, shown_path

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

NEEDED = ("question", "answer", "printed")

_SEPARATORS = ",;\t"


@dataclass(frozen=True, slots=True)
class Cell:
    """What a cell shows; `fault` says why that cannot be known."""

    text: str = ""
    fault: str = ""
    date: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """A row that is not empty, with its number (the line, in a CSV file)."""

    number: int
    cells: tuple[Cell, ...]

    def text(self, column: int) -> str:
        """Return what a cell shows; nothing beyond the end of the row."""
        return self.cells[column].text if column < len(self.cells) else ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """The rows of the one sheet that holds figures.

    Attributes
    ----------
    name : str
        How faults name it: the file, and the sheet in brackets.
    rows : tuple of Row
        In order.
    merged : tuple of str
        Ranges of merged cells that reach over several columns, or over rows where each row is a figure of its own.
    notice : str
        What the person should know of how it was read.
    """

    name: str
    rows: tuple[Row, ...]
    merged: tuple[tuple[int, int, int, int, str], ...] = ()
    notice: str = ""


def read_sheet(path: Path) -> Sheet:
    """Return the sheet of a CSV or Excel file that holds figures.

    Parameters
    ----------
    path : Path
        Its ending says which.

    Raises
    ------
    DataError
        The file is neither, is broken, or has no row with the column names.
    OSError
        It cannot be read.
    """
    reader = _READERS.get(path.suffix.lower())
    if reader is None:
        known = ", ".join(_READERS)
        raise _fault(path, f"the name must end in one of: {known}; save the sheet as one of these")
    content = path.read_bytes()
    return reader(path, content)


def header_of(rows: tuple[Row, ...]) -> int | None:
    """Return the place of the first row that names the columns question, answer and printed."""
    for place, row in enumerate(rows):
        if set(NEEDED) <= {name(cell.text) for cell in row.cells}:
            return place
    return None


def name(text: str) -> str:
    """Return the name of a column or fact as it is compared: small letters, words joined by ``_``."""
    return "_".join(text.lower().replace("-", " ").replace("_", " ").split())


def _csv(path: Path, content: bytes) -> Sheet:
    text, notice = _decoded(path, content)
    for separator in _SEPARATORS:
        try:
            rows = tuple(_csv_rows(text, separator))
        except csv.Error as error:
            raise _fault(path, f"not a table: {error}; save it as CSV again") from None
        if header_of(rows) is not None:
            return Sheet(shown_path(path), rows, notice=notice)
    raise _no_header(path)


def _csv_rows(text: str, separator: str) -> Iterator[Row]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    start = 1
    for texts in reader:
        cells = tuple(Cell(" ".join(cell.split())) for cell in texts)
        if any(cell.text for cell in cells):
            yield Row(start, cells)
        start = reader.line_num + 1


def _decoded(path: Path, content: bytes) -> tuple[str, str]:
    """The text of a file, and what to say of it: Excel still writes CSV in the code page of Windows."""
    encoding = "utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        return content.decode(encoding), ""
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
    try:
        text = content.decode("cp1252")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise _fault(path, "neither UTF-8 nor Windows-1252 text; save it as CSV UTF-8", line) from None
    words = " ".join(text.splitlines()[line - 1].split())[:60]
    return (
        text,
        f"{shown_path(path)}:{line}: not UTF-8, so it was read as Windows-1252; look whether this is right: {words}",
    )


def _excel(path: Path, content: bytes) -> Sheet:
    from openpyxl import load_workbook

    try:
        book = load_workbook(io.BytesIO(content))
    except Exception as error:  # openpyxl lets through whatever zipfile, its XML parser and its readers raise
        reason = str(error).split(". ")[0].splitlines()[0] if str(error) else type(error).__name__
        raise _fault(
            path, f"not an Excel workbook that can be read ({reason}); save it as .xlsx or CSV again"
        ) from None
    sheets = [(sheet.title, tuple(_excel_rows(sheet)), _merged(sheet)) for sheet in book.worksheets]
    found = [sheet for sheet in sheets if header_of(sheet[1]) is not None]
    if not found:
        raise _no_header(path)
    if len(found) > 1:
        titles = ", ".join(title for title, _, _ in found)
        raise _fault(path, f"one sheet may hold figures, and {len(found)} do: {titles}; give each survey a file")
    title, rows, merged = found[0]
    return Sheet(f"{shown_path(path)}[{title}]", rows, merged)


def _excel_rows(sheet: Worksheet) -> Iterator[Row]:
    for number, cells in enumerate(sheet.iter_rows(), start=1):
        row = tuple(_excel_cell(cell) for cell in cells)
        if any(cell.text or cell.fault for cell in row):
            yield Row(number, row)


def _excel_cell(cell: Any) -> Cell:
    if cell.value is None:
        return Cell()
    try:
        return Cell(shown(cell.value, cell.number_format), date=is_date(cell.value))
    except CellError as error:
        return Cell(str(cell.value), fault=str(error))


def _merged(sheet: Worksheet) -> tuple[tuple[int, int, int, int, str], ...]:
    ranges = sheet.merged_cells.ranges
    return tuple((one.min_row, one.max_row, one.min_col - 1, one.max_col - 1, one.coord) for one in ranges)


def _no_header(path: Path) -> DataError:
    return _fault(
        path,
        "no row names the columns question, answer and printed; add it above the figures, "
        "or begin with: crosswave import --template figures.csv",
    )


def _fault(path: Path, message: str, line: int = 1) -> DataError:
    return DataError([Fault(shown_path(path), line, message)])


_READERS: Mapping[str, Callable[[Path, bytes], Sheet]] = {".csv": _csv, ".txt": _csv, ".xlsx": _excel, ".xlsm": _excel}
