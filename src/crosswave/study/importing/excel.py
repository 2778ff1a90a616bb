"""Excel workbooks, read cell by cell, so that a small file cannot fill the memory."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crosswave.study.faults import DataError, shown_path
from crosswave.study.importing.excel_cells import CellError, shown
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
