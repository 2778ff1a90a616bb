"""Excel workbooks, read cell by cell, so that a small file cannot fill the memory, and what a cell of one shows."""

from __future__ import annotations

import io
import operator
import re
import zipfile
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crosswave.study.faults import DataError, shown_path
from crosswave.study.importing.rows import (
    ALONE,
    COLUMNS,
    EMPTY,
    EMPTY_ROWS,
    UNPACKED,
    Cell,
    Merged,
    Row,
    Sheet,
    fault,
    header_of,
    limited,
    unhidden,
)
from crosswave.words import unsafe

if TYPE_CHECKING:
    from openpyxl.worksheet._read_only import ReadOnlyWorksheet

_LAST_ROW = 1_048_576
_MERGED = re.compile(rb'<(?:\w+:)?mergeCell\s[^>]*?ref="([A-Z]+)([0-9]+):([A-Z]+)([0-9]+)"')

_HIDDEN = re.compile(rb'<(?:\w+:)?(row|col)\s([^>]*\bhidden="(?:1|true)"[^>]*)>')
_PLACE = re.compile(rb'\b(r|min|max)="(\d+)"')


def read_workbook(path: Path, content: bytes, printed: bool) -> list[Sheet]:
    """Return the visible sheets of a workbook."""
    from openpyxl import load_workbook

    try:
        refuse_bomb(path, content)
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=printed)
        return [_excel_sheet(sheet, path, printed) for sheet in book.worksheets if sheet.sheet_state == "visible"]
    except DataError:
        raise
    except Exception as error:  # whatever zipfile, the XML parser and the readers of openpyxl raise
        reason = str(error).split(". ")[0].splitlines()[0] if str(error) else type(error).__name__
        told = f"not an Excel workbook that can be read ({reason}); save it as .xlsx or CSV again"
        raise fault(path, told) from None


def refuse_bomb(path: Path, content: bytes) -> None:
    """Raise `DataError` where a few bytes unpack to billions."""
    size = sum(part.file_size for part in zipfile.ZipFile(io.BytesIO(content)).infolist())
    if size > UNPACKED:
        most = UNPACKED // 1_000_000
        raise fault(path, f"the workbook unpacks to {size / 1e6:,.0f} MB, and {most} MB are read at most; {ALONE}")


def _excel_sheet(sheet: ReadOnlyWorksheet, path: Path, printed: bool) -> Sheet:
    title = f"{shown_path(path)}[{sheet.title}]"
    sheet.reset_dimensions()  # what the file says of its own size need not be true
    stopped: list[int] = []
    rows = limited(_excel_rows(sheet, path, stopped, printed), path)
    told = f"the {EMPTY_ROWS} rows up to here are empty but formatted; what follows them was not read"
    notice = f"{title}:{stopped[0]}: {told}" if stopped else ""
    if not printed and header_of(rows) is None:  # it is read again as printed
        return Sheet(title, rows, (), notice)
    merged, hidden_rows, hidden_columns = _marked_up(sheet)
    sheet_ = Sheet(title, rows, merged, notice)
    return unhidden(sheet_, hidden_rows, hidden_columns) if printed else sheet_


def _excel_rows(sheet: ReadOnlyWorksheet, path: Path, stopped: list[int], printed: bool) -> Iterator[Row]:
    """The rows that are not empty; where reading stops before the end, the row is put into the list."""
    empty = 0
    for number, cells in enumerate(sheet.iter_rows(), start=1):
        if number > _LAST_ROW:
            raise fault(path, f"a sheet has {_LAST_ROW:,} rows at most, and this one goes on; {ALONE}", number)
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
        return EMPTY
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


# --- what a cell shows: the figure that a person sees, which is the one that was printed ------------------------------

_SECTIONS = re.compile(r';(?=(?:[^"]*"[^"]*")*[^"]*$)')
_PARTS = re.compile(
    r'"(?P<quoted>[^"]*)"|\\(?P<escaped>.)|(?P<space>[_*]).|\[(?P<bracket>[^\]]*)\]|(?P<digits>[#0?][#0?.,]*|\.[#0?]+)'
    r"|(?P<general>General|@)|(?P<plain>.)",
    re.I,
)
_CONDITION = re.compile(r"\[(<=|>=|<>|<|>|=)(-?[\d.]+)\]")
_MEETS: Mapping[str, Callable[[Decimal, Decimal], bool]] = {
    "<": operator.lt, ">": operator.gt, "<=": operator.le, ">=": operator.ge, "=": operator.eq, "<>": operator.ne,
}  # fmt: skip


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
