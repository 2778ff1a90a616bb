"""The rows and cells of a sheet, each with its place, and how much of one is read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from crosswave.study.faults import DataError, Fault, shown_path

NEEDED = ("question", "answer", "printed")

BYTES, UNPACKED = 50_000_000, 400_000_000
"""A file is read up to this size, and up to this size as it is unpacked: formats down to the last row take much."""

ROWS, CELLS = 50_000, 5_000_000
"""A sheet is read up to so many rows that are not empty, and up to so many cells."""

EMPTY_ROWS = 500
"""After so many rows of formatted cells that show nothing, the rest of a sheet is not looked at."""

COLUMNS = 2_000
"""A row of an OpenDocument or HTML table is read up to so many cells."""

ALONE = "copy the figures alone into a new sheet"

Merged = tuple[int, int, int, int, str]
"""First and last row, first and last column (from 0), and the range as Excel names it."""


@dataclass(frozen=True, slots=True)
class Cell:
    """What a cell shows; `fault` says why that cannot be known, or must not be in the data."""

    text: str = ""
    fault: str = ""
    date: bool = False


EMPTY = Cell()


@dataclass(frozen=True, slots=True)
class Row:
    """A row that is not empty, with its number (the line, in a CSV file)."""

    number: int
    cells: tuple[Cell, ...]

    def cell(self, column: int) -> Cell:
        """Return a cell; an empty one beyond the end of the row."""
        return self.cells[column] if column < len(self.cells) else EMPTY

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


def header_of(rows: tuple[Row, ...]) -> int | None:
    """Return the place of the first row that names the columns question, answer and printed."""
    titled = (place for place, row in enumerate(rows) if set(NEEDED) <= {name(cell.text) for cell in row.cells})
    return next(titled, None)


def name(text: str) -> str:
    """Return the name of a column or fact as it is compared: small letters, words joined by ``_``."""
    return "_".join(text.lower().replace("-", " ").replace("_", " ").split())


def letter(column: int) -> str:
    """Return the letters that a spreadsheet gives to a column, the first being 0."""
    before, last = divmod(column, 26)
    return (letter(before - 1) if before else "") + chr(ord("A") + last)


def fault(path: Path, message: str, line: int = 1) -> DataError:
    """Return what is wrong with a file, at a line of it."""
    return DataError([Fault(shown_path(path), line, message)])


def limited(rows: Iterable[Row], path: Path) -> tuple[Row, ...]:
    """Return the rows, up to the most that a sheet may have."""
    held: list[Row] = []
    cells = 0
    for row in rows:
        cells += len(row.cells)
        if len(held) == ROWS or cells > CELLS:
            limits = f"{ROWS:,} rows and {CELLS:,} cells are read at most"
            raise fault(path, f"one row too many: {limits}; {ALONE}", row.number)
        held.append(row)
    return tuple(held)


def decoded(path: Path, content: bytes) -> tuple[str, str]:
    """Return the text of a file, and what to say of it: Excel still writes CSV in the code page of Windows."""
    encoding = "utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        return content.decode(encoding), ""
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
    try:
        text = content.decode("cp1252")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise fault(path, "neither UTF-8 nor Windows-1252 text; save it as CSV UTF-8", line) from None
    words = " ".join(text.splitlines()[line - 1].split())[:60]
    told = f"not UTF-8, so it was read as Windows-1252; look whether this is right: {words}"
    return text, f"{shown_path(path)}:{line}: {told}"


def unhidden(sheet: Sheet, rows: set[int], columns: set[int]) -> Sheet:
    """Return a sheet as it shows itself: what its maker has hidden is not read, and that is said."""
    held = {row.number for row in sheet.rows if row.number in rows}
    wide = {k for k in columns if any(row.text(k) for row in sheet.rows)}
    if not held | wide:
        return sheet
    told = [f"row {number}" for number in sorted(held)] + [f"column {letter(k)}" for k in sorted(wide)]
    shown_rows = (
        Row(row.number, tuple(EMPTY if k in wide else cell for k, cell in enumerate(row.cells)))
        for row in sheet.rows
        if row.number not in held
    )
    notice = f"{sheet.name}: hidden, and so not read: {', '.join(told[:9])}{' ...' if len(told) > 9 else ''}"
    return replace(sheet, rows=tuple(shown_rows), notice="\n".join(filter(None, (sheet.notice, notice))))
