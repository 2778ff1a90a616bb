"""A sheet as rows of cells, each with its place, and how much of one is read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from crosswave.study.faults import DataError, Fault, shown_path
from crosswave.words import unsafe

NEEDED = ("question", "answer", "printed")

BYTES = 50_000_000
"""A file is read up to this size, a workbook as it is unpacked."""

ROWS = 50_000
CELLS = 5_000_000
"""A sheet is read up to so many rows that are not empty, and up to so many cells."""

MB = BYTES // 1_000_000
ALONE = "copy the figures alone into a new sheet"

Merged = tuple[int, int, int, int, str]
"""First and last row, first and last column (from 0), and the range as Excel names it."""


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
    merged : tuple of (int, int, int, int, str)
        Merged cells: first and last row, first and last column (from 0), and the range as Excel names it.
    notice : str
        What the person should know of how it was read.
    """

    name: str
    rows: tuple[Row, ...]
    merged: tuple[Merged, ...] = ()
    notice: str = ""


def header_of(rows: tuple[Row, ...]) -> int | None:
    """Return the place of the first row that names the columns question, answer and printed."""
    for place, row in enumerate(rows):
        if set(NEEDED) <= {name(cell.text) for cell in row.cells}:
            return place
    return None


def name(text: str) -> str:
    """Return the name of a column or fact as it is compared: small letters, words joined by ``_``."""
    return "_".join(text.lower().replace("-", " ").replace("_", " ").split())


def limited(rows: Iterable[Row], path: Path) -> tuple[Row, ...]:
    """Return rows that are not empty, up to the most that a sheet may have.

    Raises
    ------
    DataError
        There are more rows or cells.
    """
    held: list[Row] = []
    cells = 0
    for row in rows:
        cells += len(row.cells)
        if len(held) == ROWS or cells > CELLS:
            limits = f"{ROWS:,} rows and {CELLS:,} cells are read at most"
            raise fault_of(path, f"one row too many: {limits}; {ALONE}", row.number)
        held.append(row)
    return tuple(held)


def text_cell(text: str) -> Cell:
    """Return a cell of plain text; with a fault where the text must not stand in the data."""
    return Cell(text, fault=unsafe(text))


def no_header(path: Path) -> DataError:
    """Return the fault of a file in which no row names the columns."""
    return fault_of(
        path,
        "no row names the columns question, answer and printed; add it above the figures, "
        "or begin with: crosswave import --template figures.csv",
    )


def fault_of(path: Path, message: str, line: int = 1) -> DataError:
    """Return a fault of a file as the error to be raised."""
    return DataError([Fault(shown_path(path), line, message)])
