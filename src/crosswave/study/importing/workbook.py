"""Excel workbooks as sheets: read cell by cell, so that a small file cannot fill the memory."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crosswave.study.faults import DataError, shown_path
from crosswave.study.importing.cells import CellError, is_date, shown
from crosswave.study.importing.sheets import (
    ALONE,
    BYTES,
    MB,
    Cell,
    Merged,
    Row,
    Sheet,
    fault_of,
    header_of,
    limited,
    no_header,
    text_cell,
)

if TYPE_CHECKING:
    from openpyxl.worksheet._read_only import ReadOnlyWorksheet

EMPTY_ROWS = 500
"""After so many rows of formatted cells that show nothing, the rest of a sheet is not looked at."""

_LAST_ROW = 1_048_576
_EMPTY = Cell()
_MERGED = re.compile(rb'<(?:\w+:)?mergeCell\s[^>]*?ref="([A-Z]+)([0-9]+):([A-Z]+)([0-9]+)"')


def read_workbook(path: Path, content: bytes) -> Sheet:
    """Return the sheet of an Excel workbook that holds figures."""
    from openpyxl import load_workbook

    try:
        _refuse_large(path, content)
        book = load_workbook(io.BytesIO(content), read_only=True)
        sheets = [(sheet.title, *_excel_sheet(sheet, path)) for sheet in book.worksheets]
    except DataError:
        raise
    except Exception as error:  # openpyxl lets through whatever zipfile, its XML parser and its readers raise
        reason = str(error).split(". ")[0].splitlines()[0] if str(error) else type(error).__name__
        raise fault_of(
            path, f"not an Excel workbook that can be read ({reason}); save it as .xlsx or CSV again"
        ) from None
    found = [sheet for sheet in sheets if header_of(sheet[1]) is not None]
    if not found:
        raise no_header(path)
    if len(found) > 1:
        titles = ", ".join(sheet[0] for sheet in found)
        raise fault_of(path, f"one sheet may hold figures, and {len(found)} do: {titles}; give each survey a file")
    title, rows, merged, unread = found[0]
    name = f"{shown_path(path)}[{title}]"
    return Sheet(name, rows, merged, _not_read(name, unread) if unread else "")


def _refuse_large(path: Path, content: bytes) -> None:
    """A few bytes can unpack to billions."""
    size = sum(part.file_size for part in zipfile.ZipFile(io.BytesIO(content)).infolist())
    if size > BYTES:
        raise fault_of(path, f"the workbook unpacks to {size / 1e6:,.0f} MB, and {MB} MB are read at most; {ALONE}")


def _excel_sheet(sheet: ReadOnlyWorksheet, path: Path) -> tuple[tuple[Row, ...], tuple[Merged, ...], int]:
    """The rows of a sheet, its merged cells, and the row from which on nothing was read (0: all was)."""
    sheet.reset_dimensions()  # what the file says of its own size need not be true
    stopped: list[int] = []
    rows = limited(_excel_rows(sheet, path, stopped), path)
    return rows, _merged(sheet), stopped[0] if stopped else 0


def _excel_rows(sheet: ReadOnlyWorksheet, path: Path, stopped: list[int]) -> Iterator[Row]:
    empty = 0
    for number, cells in enumerate(sheet.iter_rows(), start=1):
        if number > _LAST_ROW:
            raise fault_of(path, f"a sheet has {_LAST_ROW:,} rows at most, and this one goes on; {ALONE}", number)
        if not cells:  # the file holds no such row
            continue
        row = tuple(_excel_cell(cell) for cell in cells)
        if any(cell.text or cell.fault for cell in row):
            empty = 0
            yield Row(number, row)
        else:
            empty += 1
        if empty == EMPTY_ROWS:
            stopped.append(number)
            return


def _excel_cell(cell: Any) -> Cell:
    if cell.value is None:
        return _EMPTY
    try:
        return replace(text_cell(shown(cell.value, cell.number_format)), date=is_date(cell.value))
    except CellError as error:
        return Cell(str(cell.value), fault=str(error))


def _merged(sheet: ReadOnlyWorksheet) -> tuple[Merged, ...]:
    """Where cells are merged: openpyxl tells it only of sheets that it holds in memory as a whole."""
    from openpyxl.utils import column_index_from_string as column

    with sheet._get_source() as stream:
        found = [[part.decode() for part in place] for place in _MERGED.findall(stream.read())]
    return tuple((int(top), int(last), column(left) - 1, column(right) - 1, f"{left}{top}:{right}{last}")
                 for left, top, right, last in found)  # fmt: skip


def _not_read(name: str, row: int) -> str:
    return f"{name}:{row}: the {EMPTY_ROWS} rows up to here are empty but formatted; what follows them was not read"
