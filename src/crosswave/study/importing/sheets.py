"""A file of figures as sheets, whatever kind of file it is; OpenDocument and HTML hold the text that a cell shows."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from crosswave.study.faults import shown_path
from crosswave.study.importing.excel import read_workbook, refuse_bomb
from crosswave.study.importing.rows import (
    ALONE,
    BYTES,
    COLUMNS,
    EMPTY,
    EMPTY_ROWS,
    ROWS,
    Cell,
    Merged,
    Row,
    Sheet,
    decoded,
    fault,
    header_of,
    limited,
    unhidden,
)
from crosswave.words import unsafe

_MB = BYTES // 1_000_000
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_TABLE = ("table", "caption", "tr", "td", "th")
_ODS, _ODS_TEXT = (f"{{urn:oasis:names:tc:opendocument:xmlns:{key}:1.0}}" for key in ("table", "text"))
_REPEAT, _SPAN = ({key: f"{_ODS}number-{key}-{how}" for key in ("rows", "columns")} for how in ("repeated", "spanned"))


Spanned = tuple[Cell, int, int]
"""A cell, and how many rows down and columns across it goes."""

_NOTHING: Spanned = (EMPTY, 1, 1)


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


def _read_ods(path: Path, content: bytes, printed: bool) -> list[Sheet]:
    """Return the tables of an OpenDocument sheet."""
    from xml.etree.ElementTree import ParseError, iterparse

    try:
        refuse_bomb(path, content)
        with zipfile.ZipFile(io.BytesIO(content)).open("content.xml") as stream:
            tables = (element for _, element in iterparse(stream) if element.tag == f"{_ODS}table")
            return [_ods_sheet(path, table) for table in tables]
    except (zipfile.BadZipFile, KeyError, ParseError) as error:
        raise fault(path, f"not an OpenDocument sheet that can be read ({error}); save it as .ods again") from None


def _ods_sheet(path: Path, table: Any) -> Sheet:
    hidden_rows, hidden_columns = set[int](), list[bool]()
    sheet = _spanned(path, str(table.get(f"{_ODS}name")), _ods_rows(table, hidden_rows))
    for one in table.iter(f"{_ODS}table-column"):
        hidden_columns += [_is_hidden(one)] * _times(one.get(_REPEAT["columns"]), COLUMNS)
    return unhidden(sheet, hidden_rows, {k for k, hidden in enumerate(hidden_columns) if hidden})


def _is_hidden(element: Any) -> bool:
    return element.get(f"{_ODS}visibility") in ("collapse", "filter")


def _ods_rows(table: Any, hidden: set[int]) -> Iterator[list[Spanned]]:
    number = 0
    for row in table.iter(f"{_ODS}table-row"):
        cells: list[Spanned] = []
        for cell in row:
            if not cell.tag.endswith("table-cell"):
                continue
            text = " ".join("".join(part.itertext()) for part in cell.findall(f"{_ODS_TEXT}p"))
            times = min(_times(cell.get(_REPEAT["columns"]), COLUMNS), COLUMNS - len(cells))
            span = _times(cell.get(_SPAN["rows"]), ROWS), _times(cell.get(_SPAN["columns"]), COLUMNS)
            cells += [(_shown(text), *span)] * times
        while cells and not cells[-1][0].text:
            cells.pop()
        times = min(_times(row.get(_REPEAT["rows"]), ROWS), ROWS if cells else EMPTY_ROWS)
        hidden |= set(range(number + 1, number + times + 1)) if _is_hidden(row) else set()
        number += times
        yield from [cells] * times


def _read_html(path: Path, content: bytes, printed: bool) -> list[Sheet]:
    """Return the tables of a page."""
    from bs4 import BeautifulSoup

    soup = BeautifulSoup(decoded(path, content)[0], "html.parser")
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


def _html_rows(title: str, rows: list[list[Any]]) -> Iterator[list[Spanned]]:
    yield [(_shown(title), 1, 1)] if title else []
    taken: dict[int, int] = {}
    for row in rows:
        cells: list[Spanned] = []
        for cell in row:
            while taken.get(len(cells), 0):
                taken[len(cells)] -= 1
                cells.append(_NOTHING)
            if len(cells) >= COLUMNS:
                break
            down, across = _times(cell.get("rowspan"), ROWS), _times(cell.get("colspan"), COLUMNS - len(cells))
            for place in range(len(cells), len(cells) + across):
                taken[place] = down - 1
            cells += [(_shown(cell.get_text(" ")), down, across), *[_NOTHING] * (across - 1)]
        yield cells


def _shown(text: str) -> Cell:
    """A cell of a text; made once for all its repetitions, which a few bytes can make millions of."""
    plain = " ".join(text.split())
    return Cell(plain, fault=unsafe(plain))


def _times(given: object, most: int) -> int:
    """How often a cell is repeated, or how far it goes: once where a file gives no number, and no more than is read."""
    return min(max(int(str(given)), 1), most) if re.fullmatch(r"[0-9]{1,9}", str(given), re.ASCII) else 1


def _spanned(path: Path, title: str, rows: Iterator[list[Spanned]]) -> Sheet:
    """Rows of cells, each with how far down and across it goes, as a sheet."""
    merged = list[Merged]()

    def held() -> Iterator[Row]:
        for number, cells in enumerate(rows, start=1):
            for column, (cell, down, across) in enumerate(cells):
                if cell.text and (down > 1 or across > 1):
                    place = (number, number + down - 1, column, column + across - 1)
                    merged.append((*place, f"row {number}, column {column + 1}"))
            if len(merged) > ROWS:
                raise fault(path, f"one merged cell too many: {ROWS:,} are read at most; {ALONE}", number)
            if any(cell.text for cell, _, _ in cells):
                yield Row(number, tuple(cell for cell, _, _ in cells))

    return Sheet(f"{shown_path(path)}[{title}]", limited(held(), path), tuple(merged))


_READERS: Mapping[str, Callable[[Path, bytes, bool], Iterable[Sheet]]] = {
    ".csv": _read_text, ".txt": _read_text, ".xlsx": read_workbook, ".xlsm": read_workbook,
    ".ods": _read_ods, ".html": _read_html, ".htm": _read_html,
}  # fmt: skip
