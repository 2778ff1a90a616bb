"""A CSV file or Excel workbook as rows of cells, each with its place, and how much of one is read."""

from __future__ import annotations

import csv
import io
import operator
import re
import zipfile
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crosswave.study.faults import DataError, Fault, shown_path
from crosswave.study.importing.draft import letter
from crosswave.words import unsafe

if TYPE_CHECKING:
    from openpyxl.worksheet._read_only import ReadOnlyWorksheet

NEEDED = ("question", "answer", "printed")

BYTES, UNPACKED = 50_000_000, 400_000_000
"""A file is read up to this size, and up to this size as it is unpacked: formats down to the last row take much."""

ROWS, CELLS = 50_000, 5_000_000
"""A sheet is read up to so many rows that are not empty, and up to so many cells."""

EMPTY_ROWS = 500
"""After so many rows of formatted cells that show nothing, the rest of a sheet is not looked at."""

COLUMNS = 2_000
"""A row of an OpenDocument or HTML table is read up to so many cells."""

_LAST_ROW = 1_048_576
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_TABLE = ("table", "caption", "tr", "td", "th")
_MB = BYTES // 1_000_000
_ALONE = "copy the figures alone into a new sheet"
_SECTIONS = re.compile(r';(?=(?:[^"]*"[^"]*")*[^"]*$)')
_PARTS = re.compile(
    r'"(?P<quoted>[^"]*)"|\\(?P<escaped>.)|(?P<space>[_*]).|\[(?P<bracket>[^\]]*)\]|(?P<digits>[#0?][#0?.,]*|\.[#0?]+)'
    r"|(?P<general>General|@)|(?P<plain>.)",
    re.IGNORECASE,
)
_CONDITION = re.compile(r"\[(<=|>=|<>|<|>|=)(-?[\d.]+)\]")
_MEETS: Mapping[str, Callable[[Decimal, Decimal], bool]] = {
    "<": operator.lt, ">": operator.gt, "<=": operator.le, ">=": operator.ge, "=": operator.eq, "<>": operator.ne,
}  # fmt: skip
_MERGED = re.compile(rb'<(?:\w+:)?mergeCell\s[^>]*?ref="([A-Z]+)([0-9]+):([A-Z]+)([0-9]+)"')

_HIDDEN = re.compile(rb'<(?:\w+:)?(row|col)\s([^>]*\bhidden="(?:1|true)"[^>]*)>')
_PLACE = re.compile(rb'\b(r|min|max)="(\d+)"')

Merged = tuple[int, int, int, int, str]
"""First and last row, first and last column (from 0), and the range as Excel names it."""


@dataclass(frozen=True, slots=True)
class Cell:
    """What a cell shows; `fault` says why that cannot be known, or must not be in the data."""

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


def read_sheets(path: Path, printed: bool = False) -> list[Sheet]:
    """Return the sheets of a file; `DataError` where it is broken. The ending of the name says how it is read.

    With `printed` a cell is what it shows, whatever it holds.
    """
    reader = _READERS.get(path.suffix.lower())
    if reader is None:
        raise _fault(path, f"the name must end in one of: {', '.join(_READERS)}; save the sheet as one of these")
    if path.exists() and not path.is_file():
        raise _fault(path, "not a file; name a sheet of figures")
    if (size := path.stat().st_size) > BYTES:
        raise _fault(path, f"the file has {size / 1e6:,.0f} MB, and {_MB} MB are read at most; {_ALONE}")
    return list(reader(path, path.read_bytes(), printed))


def read_sheet(path: Path, sheets: list[Sheet]) -> Sheet:
    """Return the one sheet of a file that names the columns question, answer and printed."""
    found = [sheet for sheet in sheets if header_of(sheet.rows) is not None]
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


def _read_text(path: Path, content: bytes, printed: bool) -> Iterator[Sheet]:
    text, notice = _decoded(path, content)
    tried: list[tuple[Row, ...]] = []
    for separator in ",;\t":
        try:
            rows = _limited(_csv_rows(text, separator), path)
        except csv.Error as error:
            raise _fault(path, f"not a table: {error}; save it as CSV again") from None
        if header_of(rows) is not None:
            yield Sheet(shown_path(path), rows, notice=notice)
            return
        tried.append(rows)
    if printed:  # the separator that makes the most cells
        yield Sheet(shown_path(path), max(tried, key=lambda rows: sum(len(row.cells) for row in rows)), notice=notice)


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


def _read_workbook(path: Path, content: bytes, printed: bool) -> list[Sheet]:
    from openpyxl import load_workbook

    try:
        _refuse_bomb(path, content)
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=printed)
        return [_excel_sheet(sheet, path, printed) for sheet in book.worksheets if sheet.sheet_state == "visible"]
    except DataError:
        raise
    except Exception as error:  # openpyxl does not catch whatever zipfile, its XML parser and its readers raise
        reason = str(error).split(". ")[0].splitlines()[0] if str(error) else type(error).__name__
        told = f"not an Excel workbook that can be read ({reason}); save it as .xlsx or CSV again"
        raise _fault(path, told) from None


def _refuse_bomb(path: Path, content: bytes) -> None:
    size = sum(part.file_size for part in zipfile.ZipFile(io.BytesIO(content)).infolist())
    if size > UNPACKED:  # a few bytes can unpack to billions
        most = UNPACKED // 1_000_000
        raise _fault(path, f"the workbook unpacks to {size / 1e6:,.0f} MB, and {most} MB are read at most; {_ALONE}")


def _excel_sheet(sheet: ReadOnlyWorksheet, path: Path, printed: bool) -> Sheet:
    title = f"{shown_path(path)}[{sheet.title}]"
    sheet.reset_dimensions()  # what the file says of its own size need not be true
    stopped: list[int] = []
    rows = _limited(_excel_rows(sheet, path, stopped, printed), path)
    told = f"the {EMPTY_ROWS} rows up to here are empty but formatted; what follows them was not read"
    notice = f"{title}:{stopped[0]}: {told}" if stopped else ""
    if not printed and header_of(rows) is None:  # it is read again as printed
        return Sheet(title, rows, (), notice)
    merged, hidden_rows, hidden_columns = _marked_up(sheet)
    sheet_ = Sheet(title, rows, merged, notice)
    return _unhidden(sheet_, hidden_rows, hidden_columns) if printed else sheet_


def _excel_rows(sheet: ReadOnlyWorksheet, path: Path, stopped: list[int], printed: bool) -> Iterator[Row]:
    """The rows that are not empty; where reading stops before the end, the row is put into the list."""
    empty = 0
    for number, cells in enumerate(sheet.iter_rows(), start=1):
        if number > _LAST_ROW:
            raise _fault(path, f"a sheet has {_LAST_ROW:,} rows at most, and this one goes on; {_ALONE}", number)
        if not cells:  # the file holds no such row
            continue
        row = tuple(_excel_cell(cell, printed) for cell in cells)
        empty += 1
        if any(cell.text or cell.fault for cell in row):
            empty = 0
            yield Row(number, row)
        elif empty == EMPTY_ROWS:
            stopped.append(number)
            return


def _excel_cell(cell: Any, printed: bool) -> Cell:
    if cell.value is None:
        return _EMPTY
    try:
        text = shown(cell.value, cell.number_format, printed)
    except CellError as error:
        return Cell(str(cell.value), fault=str(error))
    made_of_a_figure = isinstance(cell.value, date) or type(cell.value).__name__ in ("time", "timedelta")
    return Cell(text, unsafe(text), date=made_of_a_figure)


def _marked_up(sheet: ReadOnlyWorksheet) -> tuple[tuple[Merged, ...], set[int], set[int]]:
    """Where cells are merged, hidden rows and columns: openpyxl tells it only of sheets held in memory as a whole."""
    from openpyxl.utils import column_index_from_string as column

    merged, rows, columns, tail = list[list[str]](), set[int](), set[int](), b""
    with sheet._get_source() as stream:
        while chunk := stream.read(1 << 20):  # never the whole of a sheet that is formatted to its last row
            text, tail = tail + chunk, chunk[-200:]
            if b"mergeCell" in text:
                merged += [[part.decode() for part in place] for place in _MERGED.findall(text)]
            for what, attributes in _HIDDEN.findall(text) if b"hidden=" in text else ():
                at = {key: int(value) for key, value in _PLACE.findall(attributes)}
                if what == b"col":
                    columns |= set(range(at.get(b"min", 1) - 1, min(at.get(b"max", 0), COLUMNS)))
                else:
                    rows.add(at.get(b"r", 0))
    merged = [list(place) for place in dict.fromkeys(map(tuple, merged))]  # what is on an edge is found twice
    places = ((int(top), int(last), column(left) - 1, column(right) - 1, f"{left}{top}:{right}{last}")
              for left, top, right, last in merged)  # fmt: skip
    return tuple(places), rows, columns


def _unhidden(sheet: Sheet, rows: set[int], columns: set[int]) -> Sheet:
    """A sheet as it shows itself: what its maker has hidden is not read, and that is said."""
    held = {row.number for row in sheet.rows if row.number in rows}
    wide = {k for k in columns if any(row.text(k) for row in sheet.rows)}
    if not held | wide:
        return sheet
    told = [f"row {number}" for number in sorted(held)] + [f"column {letter(k)}" for k in sorted(wide)]
    shown_rows = (
        Row(row.number, tuple(_EMPTY if k in wide else cell for k, cell in enumerate(row.cells)))
        for row in sheet.rows
        if row.number not in held
    )
    notice = f"{sheet.name}: hidden, and so not read: {', '.join(told[:9])}{' ...' if len(told) > 9 else ''}"
    return replace(sheet, rows=tuple(shown_rows), notice="\n".join(filter(None, (sheet.notice, notice))))


# --- what an Excel cell shows: the figure that a person sees, which is the one that was printed -----------------------


class CellError(ValueError):
    """A cell of which nobody can say what it shows; the words say what to type instead."""


def shown(value: object, number_format: str, printed: bool = False) -> str:
    """Return the text that a cell shows; `CellError` where nobody can tell.

    A cell may hold more digits than it shows: of a table as it was `printed`, those shown are its figure.

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
            return _number(value, number_format, printed)
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


def _number(value: int | float, number_format: str, printed: bool) -> str:
    exact = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
    section, sign = _section(exact, number_format)
    text, rounded = _formatted(abs(exact) if sign else exact, section, number_format)
    if not (printed or rounded == 0):
        raise CellError(f"holds {_plain(exact)} and shows {text}; type the one that is printed, as text")
    return text


def _section(number: Decimal, number_format: str) -> tuple[str, bool]:
    """The part of a format that shows a number, and whether it shows the sign of a negative one itself."""
    sections = _SECTIONS.split(number_format)
    conditions = [_CONDITION.search(section) for section in sections]
    if any(conditions):
        met = (k for k, one in enumerate(conditions) if one is None or _MEETS[one[1]](number, Decimal(one[2])))
        return sections[next(met, len(sections) - 1)], False
    if number < 0 and len(sections) > 1:
        return sections[1], True
    return sections[2 if number == 0 and len(sections) > 2 else 0], False


def _formatted(number: Decimal, section: str, number_format: str) -> tuple[str, Decimal]:
    """A number as a section of a format shows it, and by how much the shown number differs."""
    texts, digits, scale, general = list[str](), "", Decimal(1), False
    for part in _PARTS.finditer(section):
        kind, text = str(part.lastgroup), part[str(part.lastgroup)]
        if kind in ("digits", "general"):
            if digits or general or text.count(".") > 1:
                kind, text = "plain", "/"
            else:
                digits, general = text, kind == "general"
                texts.append("\0")
        if kind in ("quoted", "escaped") or (kind == "plain" and text in " -+()%£$€:,"):
            texts.append(text)
            scale *= 100 if text == "%" and kind == "plain" else 1
        elif kind == "plain" or (kind == "bracket" and text.startswith("$") and len(text) < 2):
            raise CellError(f"has the number format {number_format!r}, which is not read here; type the figure as text")
    if general or not digits:
        shown_text = _plain(number)
        return "".join(texts).replace("\0", shown_text).strip(), Decimal(0)
    scale /= 1000 ** (len(digits) - len(digits.rstrip(",")))
    head, _, tail = digits.rstrip(",").partition(".")
    scaled = number * scale
    seen = scaled.quantize(Decimal(1).scaleb(-len(tail)), ROUND_HALF_UP)
    text = f"{seen:{',' if ',' in head else ''}f}"
    if optional := len(tail) - len(tail.rstrip("#?")):
        whole_part, _, decimals = text.partition(".")
        kept = decimals[:-optional] + decimals[-optional:].rstrip("0")
        text = f"{whole_part}.{kept}"
    off = abs(seen - scaled)
    return "".join(texts).replace("\0", text).strip(), off if off > Decimal("1e-9") else Decimal(0)


def _plain(number: Decimal) -> str:
    return f"{number.quantize(Decimal(1)) if number == number.to_integral_value() else number.normalize():f}"


# --- OpenDocument and HTML, whose cells hold the text that they show --------------------------------------------------

_ODS = {key: f"{{urn:oasis:names:tc:opendocument:xmlns:{key}:1.0}}" for key in ("table", "text", "office")}
_REPEAT, _SPAN = (
    {key: f"{_ODS['table']}number-{key}-{what}" for key in ("rows", "columns")} for what in ("repeated", "spanned")
)


def _read_ods(path: Path, content: bytes, printed: bool) -> list[Sheet]:
    from xml.etree.ElementTree import ParseError, iterparse

    try:
        _refuse_bomb(path, content)
        with zipfile.ZipFile(io.BytesIO(content)).open("content.xml") as stream:
            tables = (element for _, element in iterparse(stream) if element.tag == f"{_ODS['table']}table")
            return [_ods_sheet(path, table) for table in tables]
    except (zipfile.BadZipFile, KeyError, ParseError) as error:
        raise _fault(path, f"not an OpenDocument sheet that can be read ({error}); save it as .ods again") from None


def _ods_sheet(path: Path, table: Any) -> Sheet:
    hidden_rows, hidden_columns = set[int](), list[bool]()
    sheet = _spanned(path, str(table.get(f"{_ODS['table']}name")), _ods_rows(table, hidden_rows))
    for one in table.iter(f"{_ODS['table']}table-column"):
        hidden_columns += [_is_hidden(one)] * _times(one.get(_REPEAT["columns"]), COLUMNS)
    return _unhidden(sheet, hidden_rows, {k for k, hidden in enumerate(hidden_columns) if hidden})


def _is_hidden(element: Any) -> bool:
    return element.get(f"{_ODS['table']}visibility") in ("collapse", "filter")


def _ods_rows(table: Any, hidden: set[int]) -> Iterator[list[tuple[str, int, int]]]:
    number = 0
    for row in table.iter(f"{_ODS['table']}table-row"):
        cells: list[tuple[str, int, int]] = []
        for cell in row:
            if not cell.tag.endswith("table-cell"):
                continue
            text = " ".join("".join(part.itertext()) for part in cell.findall(f"{_ODS['text']}p"))
            times = min(_times(cell.get(_REPEAT["columns"]), COLUMNS), COLUMNS - len(cells))
            span = _times(cell.get(_SPAN["rows"]), ROWS), _times(cell.get(_SPAN["columns"]), COLUMNS)
            cells += [(text, *span)] * times
        while cells and not cells[-1][0]:
            cells.pop()
        times = min(_times(row.get(_REPEAT["rows"]), ROWS), ROWS if cells else EMPTY_ROWS)
        hidden |= set(range(number + 1, number + times + 1)) if _is_hidden(row) else set()
        number += times
        yield from [cells] * times


def _read_html(path: Path, content: bytes, printed: bool) -> list[Sheet]:
    from bs4 import BeautifulSoup

    soup = BeautifulSoup(_decoded(path, content)[0], "html.parser")
    for raised in soup.find_all("sup"):  # the mark of a note
        raised.replace_with(f" [{raised.get_text().strip(' []()')}]")
    heading, titles, inside = "", dict[int, str](), defaultdict[int, list[Any]](list)
    tables = list[Any]()
    for tag in soup.find_all([*_HEADINGS, *_TABLE]):  # once, for tables can be in tables
        if tag.name in _HEADINGS:
            heading = tag.get_text(" ")
        elif tag.name == "table":
            titles[id(tag)] = heading
            tables.append(tag)
        elif tag.name == "caption":
            titles[id(tag.find_parent("table"))] = tag.get_text(" ")
        else:
            inside[id(tag.find_parent("table" if tag.name == "tr" else "tr"))].append(tag)
    return [
        _spanned(path, f"table {k}", _html_rows(titles[id(table)], [inside[id(row)] for row in inside[id(table)]]))
        for k, table in enumerate(tables, start=1)
    ]


def _html_rows(title: str, rows: list[list[Any]]) -> Iterator[list[tuple[str, int, int]]]:
    yield [(title, 1, 1)] if title else []
    taken: dict[int, int] = {}
    for row in rows:
        cells: list[tuple[str, int, int]] = []
        for cell in row:
            while taken.get(len(cells), 0):
                taken[len(cells)] -= 1
                cells.append(("", 1, 1))
            if len(cells) >= COLUMNS:
                break
            down, across = _times(cell.get("rowspan"), ROWS), _times(cell.get("colspan"), COLUMNS - len(cells))
            for place in range(len(cells), len(cells) + across):
                taken[place] = down - 1
            cells += [(cell.get_text(" "), down, across), *[("", 1, 1)] * (across - 1)]
        yield cells


def _times(given: object, most: int) -> int:
    """How often a cell is repeated, or how far it goes: once where a file gives no number, and no more than is read."""
    return min(max(int(str(given)), 1), most) if re.fullmatch(r"[0-9]{1,9}", str(given), re.ASCII) else 1


def _spanned(path: Path, title: str, rows: Iterator[list[tuple[str, int, int]]]) -> Sheet:
    """Rows of texts, each with how far down and across it goes, as a sheet."""
    merged = list[Merged]()

    def held() -> Iterator[Row]:
        for number, cells in enumerate(rows, start=1):
            for column, (text, down, across) in enumerate(cells):
                if text and (down > 1 or across > 1):
                    place = (number, number + down - 1, column, column + across - 1)
                    merged.append((*place, f"row {number}, column {column + 1}"))
            plain = [" ".join(text.split()) for text, _, _ in cells]
            if any(plain):
                yield Row(number, tuple(Cell(text, fault=unsafe(text)) for text in plain))

    return Sheet(f"{shown_path(path)}[{title}]", _limited(held(), path), tuple(merged))


_READERS: Mapping[str, Callable[[Path, bytes, bool], Iterable[Sheet]]] = {
    ".csv": _read_text, ".txt": _read_text, ".xlsx": _read_workbook, ".xlsm": _read_workbook,
    ".ods": _read_ods, ".html": _read_html, ".htm": _read_html,
}  # fmt: skip
