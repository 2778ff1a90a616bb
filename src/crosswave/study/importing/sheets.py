"""A file of figures as sheets, whatever kind of file it is."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

from crosswave.study.faults import shown_path
from crosswave.study.importing.excel import read_workbook
from crosswave.study.importing.markup import read_html, read_ods
from crosswave.study.importing.rows import ALONE, BYTES, Cell, Row, Sheet, decoded, fault, header_of, limited
from crosswave.words import unsafe

_MB = BYTES // 1_000_000


def read_sheets(path: Path, printed: bool = False) -> list[Sheet]:
    """Return the sheets of a file; `DataError` where it is broken. The ending of the name says how it is read.

    With `printed` a cell is what it shows, whatever it holds.
    """
    reader = _READERS.get(path.suffix.lower())
    if reader is None:
        raise fault(path, f"the name must end in one of: {', '.join(_READERS)}; save the sheet as one of these")
    if path.exists() and not path.is_file():
        raise fault(path, "not a file; name a sheet of figures")
    if (size := path.stat().st_size) > BYTES:
        raise fault(path, f"the file has {size / 1e6:,.0f} MB, and {_MB} MB are read at most; {ALONE}")
    return list(reader(path, path.read_bytes(), printed))


def read_sheet(path: Path, sheets: list[Sheet]) -> Sheet:
    """Return the one sheet of a file that names the columns question, answer and printed."""
    found = [sheet for sheet in sheets if header_of(sheet.rows) is not None]
    if len(found) > 1:
        titles = ", ".join(sheet.name.removeprefix(shown_path(path))[1:-1] for sheet in found)
        raise fault(path, f"one sheet may hold figures, and {len(found)} do: {titles}; give each survey a file")
    return found[0]


def _read_text(path: Path, content: bytes, printed: bool) -> Iterator[Sheet]:
    text, notice = decoded(path, content)
    tried: list[tuple[Row, ...]] = []
    for separator in ",;\t":
        try:
            rows = limited(_csv_rows(text, separator), path)
        except csv.Error as error:
            raise fault(path, f"not a table: {error}; save it as CSV again") from None
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


_READERS: Mapping[str, Callable[[Path, bytes, bool], Iterable[Sheet]]] = {
    ".csv": _read_text, ".txt": _read_text, ".xlsx": read_workbook, ".xlsm": read_workbook,
    ".ods": read_ods, ".html": read_html, ".htm": read_html,
}  # fmt: skip
