"""A CSV file or Excel workbook as rows of cells, each with its place, and how much of one is read."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crosswave.study.faults import DataError, Fault, shown_path
from crosswave.words import unsafe

if TYPE_CHECKING:
    from openpyxl.worksheet._read_only import ReadOnlyWorksheet

NEEDED = ("question", "answer", "printed")

BYTES = 50_000_000
"""A file is read up to this size, a workbook as it is unpacked."""

ROWS, CELLS = 50_000, 5_000_000
"""A sheet is read up to so many rows that are not empty, and up to so many cells."""

EMPTY_ROWS = 500
"""After so many rows of formatted cells that show nothing, the rest of a sheet is not looked at."""

_LAST_ROW = 1_048_576
_MB = BYTES // 1_000_000
_ALONE = "copy the figures alone into a new sheet"
_NO_HEADER = (
    "no row names the columns question, answer and printed; add it above the figures, "
    "or begin with: crosswave import --template figures.csv"
)
_NUMBER = re.compile(r'(?P<thousands>#,##)?0(?:\.(?P<decimals>0+))?(?P<unit>%|(?:"[^"]*")|(?:\\.))?')
_MERGED = re.compile(rb'<(?:\w+:)?mergeCell\s[^>]*?ref="([A-Z]+)([0-9]+):([A-Z]+)([0-9]+)"')

Merged = tuple[int, int, int, int, str]
"""First and last row, first and last column (from 0), and the range as Excel names it."""


@dataclass(frozen=True, slots=True)
class Cell:
    """What a cell shows; `fault` says why that cannot be known, or must not stand in the data."""

    text: str = ""
    fault: str = ""
    date: bool = False


_EMPTY = Cell()


@dataclass(frozen=True, slots=True)
class Row:
    """A row that is not empty, with its number (the line, in a CSV file)."""

    number: int
    cells: tuple[Cell, ...]

    def cell(self, column: int) -> Cell:
        """Return a cell; an empty one beyond the end of the row."""
        return self.cells[column] if column < len(self.cells) else _EMPTY

    def text(self, column: int) -> str:
        """Return what a cell shows."""
        return self.cell(column).text


@dataclass(frozen=True, slots=True)
class Sheet:
    """The rows of one sheet, by the name that faults give it; `notice` says what is to be known of how it was read."""

    name: str
    rows: tuple[Row, ...]
    merged: tuple[Merged, ...] = ()
    notice: str = ""


def read_sheet(path: Path) -> Sheet:
    """Return the one sheet with figures of a CSV or Excel file; `DataError` where there is none or the file is broken.

    The ending of the name says how the file is read.
    """
    reader = _READERS.get(path.suffix.lower())
    if reader is None:
        raise _fault(path, f"the name must end in one of: {', '.join(_READERS)}; save the sheet as one of these")
    if path.exists() and not path.is_file():
        raise _fault(path, "not a file; name a sheet of figures")
    if (size := path.stat().st_size) > BYTES:
        raise _fault(path, f"the file has {size / 1e6:,.0f} MB, and {_MB} MB are read at most; {_ALONE}")
    found = [sheet for sheet in reader(path, path.read_bytes()) if header_of(sheet.rows) is not None]
    if not found:
        raise _fault(path, _NO_HEADER)
    if len(found) > 1:
        titles = ", ".join(sheet.name.removeprefix(shown_path(path))[1:-1] for sheet in found)
        raise _fault(path, f"one sheet may hold figures, and {len(found)} do: {titles}; give each survey a file")
    return found[0]


def header_of(rows: tuple[Row, ...]) -> int | None:
    """Return the place of the first row that names the columns question, answer and printed."""
    titled = (place for place, row in enumerate(rows) if set(NEEDED) <= {name(cell.text) for cell in row.cells})
    return next(titled, None)


def name(text: str) -> str:
    """Return the name of a column or fact as it is compared: small letters, words joined by ``_``."""
    return "_".join(text.lower().replace("-", " ").replace("_", " ").split())


def _fault(path: Path, message: str, line: int = 1) -> DataError:
    return DataError([Fault(shown_path(path), line, message)])


def _limited(rows: Iterable[Row], path: Path) -> tuple[Row, ...]:
    """The rows, up to the most that a sheet may have."""
    held: list[Row] = []
    cells = 0
    for row in rows:
        cells += len(row.cells)
        if len(held) == ROWS or cells > CELLS:
            limits = f"{ROWS:,} rows and {CELLS:,} cells are read at most"
            raise _fault(path, f"one row too many: {limits}; {_ALONE}", row.number)
        held.append(row)
    return tuple(held)


# --- CSV, whatever its encoding and separator -------------------------------------------------------------------------


def _read_text(path: Path, content: bytes) -> Iterator[Sheet]:
    text, notice = _decoded(path, content)
    for separator in ",;\t":
        try:
            rows = _limited(_csv_rows(text, separator), path)
        except csv.Error as error:
            raise _fault(path, f"not a table: {error}; save it as CSV again") from None
        if header_of(rows) is not None:
            yield Sheet(shown_path(path), rows, notice=notice)
            return


def _csv_rows(text: str, separator: str) -> Iterator[Row]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    start = 1
    for texts in reader:
        plain = [" ".join(cell.split()) for cell in texts]
        if any(plain):
            yield Row(start, tuple(Cell(cell, fault=unsafe(cell)) for cell in plain))
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
    told = f"not UTF-8, so it was read as Windows-1252; look whether this is right: {words}"
    return text, f"{shown_path(path)}:{line}: {told}"


# --- Excel, read cell by cell, so that a small file cannot fill the memory --------------------------------------------


def _read_workbook(path: Path, content: bytes) -> list[Sheet]:
    from openpyxl import load_workbook

    try:
        size = sum(part.file_size for part in zipfile.ZipFile(io.BytesIO(content)).infolist())
        if size > BYTES:  # a few bytes can unpack to billions
            raise _fault(path, f"the workbook unpacks to {size / 1e6:,.0f} MB, and {_MB} MB are read at most; {_ALONE}")
        return [_excel_sheet(sheet, path) for sheet in load_workbook(io.BytesIO(content), read_only=True).worksheets]
    except DataError:
        raise
    except Exception as error:  # openpyxl lets through whatever zipfile, its XML parser and its readers raise
        reason = str(error).split(". ")[0].splitlines()[0] if str(error) else type(error).__name__
        told = f"not an Excel workbook that can be read ({reason}); save it as .xlsx or CSV again"
        raise _fault(path, told) from None


def _excel_sheet(sheet: ReadOnlyWorksheet, path: Path) -> Sheet:
    title = f"{shown_path(path)}[{sheet.title}]"
    sheet.reset_dimensions()  # what the file says of its own size need not be true
    stopped: list[int] = []
    rows = _limited(_excel_rows(sheet, path, stopped), path)
    told = f"the {EMPTY_ROWS} rows up to here are empty but formatted; what follows them was not read"
    return Sheet(title, rows, _merged(sheet), f"{title}:{stopped[0]}: {told}" if stopped else "")


def _excel_rows(sheet: ReadOnlyWorksheet, path: Path, stopped: list[int]) -> Iterator[Row]:
    """The rows that are not empty; where reading stops before the end, the row is put into the list."""
    empty = 0
    for number, cells in enumerate(sheet.iter_rows(), start=1):
        if number > _LAST_ROW:
            raise _fault(path, f"a sheet has {_LAST_ROW:,} rows at most, and this one goes on; {_ALONE}", number)
        if not cells:  # the file holds no such row
            continue
        row = tuple(_excel_cell(cell) for cell in cells)
        empty += 1
        if any(cell.text or cell.fault for cell in row):
            empty = 0
            yield Row(number, row)
        elif empty == EMPTY_ROWS:
            stopped.append(number)
            return


def _excel_cell(cell: Any) -> Cell:
    if cell.value is None:
        return _EMPTY
    try:
        text = shown(cell.value, cell.number_format)
    except CellError as error:
        return Cell(str(cell.value), fault=str(error))
    made_of_a_figure = isinstance(cell.value, date) or type(cell.value).__name__ in ("time", "timedelta")
    return Cell(text, unsafe(text), date=made_of_a_figure)


def _merged(sheet: ReadOnlyWorksheet) -> tuple[Merged, ...]:
    """Where cells are merged: openpyxl tells it only of sheets that it holds in memory as a whole."""
    from openpyxl.utils import column_index_from_string as column

    with sheet._get_source() as stream:
        found = [[part.decode() for part in place] for place in _MERGED.findall(stream.read())]
    return tuple((int(top), int(last), column(left) - 1, column(right) - 1, f"{left}{top}:{right}{last}")
                 for left, top, right, last in found)  # fmt: skip


# --- what an Excel cell shows: the figure that a person sees, which is the one that was printed -----------------------


class CellError(ValueError):
    """A cell of which nobody can say what it shows; the words say what to type instead."""


def shown(value: object, number_format: str) -> str:
    """Return the text that a cell shows; `CellError` where nobody can tell.

    Examples
    --------
    >>> shown(0.58, "0%"), shown(0.58, "0.0%"), shown(235, "General")
    ('58%', '58.0%', '235')
    """
    match value:
        case str():
            return _text(value)
        case bool():
            return str(value).lower()
        case int() | float():
            return _number(value, number_format)
        case date():
            # as many parts as the cell shows: Excel makes the first of the month of 2017-04
            shape = re.sub(r'"[^"]*"|\[[^\]]*\]', "", number_format).lower()
            return value.strftime("%Y-%m-%d" if "d" in shape else "%Y-%m" if "m" in shape else "%Y")
        case None:
            return ""
    raise CellError(f"is a {type(value).__name__}; type it as text")


def _text(value: str) -> str:
    if value.startswith("=") and len(value) > 1:
        raise CellError(f"is a formula ({value}); type what is printed")
    if re.fullmatch(r"#(REF!|N/A|VALUE!|DIV/0!|NAME\?|NUM!|NULL!)", value):
        raise CellError(f"is an error of the sheet ({value}); type what is printed")
    return " ".join(value.split())


def _number(value: int | float, number_format: str) -> str:
    exact = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
    if number_format in ("General", "@"):
        return _plain(exact)
    match = _NUMBER.fullmatch(number_format)
    if match is None:
        raise CellError(f"has the number format {number_format!r}, which is not read here; type the figure as text")
    scaled = exact * 100 if match["unit"] == "%" else exact
    decimals = len(match["decimals"] or "")
    seen = scaled.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    unit = (match["unit"] or "").strip('"').removeprefix("\\")
    text = f"{seen:{',' if match['thousands'] else ''}.{decimals}f}{unit}"
    if abs(seen - scaled) > Decimal("1e-9"):
        raise CellError(f"holds {_plain(exact)} and shows {text}; type the one that is printed, as text")
    return text


def _plain(number: Decimal) -> str:
    return f"{number.quantize(Decimal(1)) if number == number.to_integral_value() else number.normalize():f}"


_READERS: Mapping[str, Callable[[Path, bytes], Iterable[Sheet]]] = {
    ".csv": _read_text, ".txt": _read_text, ".xlsx": _read_workbook, ".xlsm": _read_workbook,
}  # fmt: skip
