"""A survey in the making: plain values, with the cell that each came from."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from crosswave.study.documents import Document
from crosswave.study.faults import Fault
from crosswave.study.importing.columns import letter
from crosswave.study.mending import Path_

_LONGEST_ID = 5


@dataclass(frozen=True, slots=True)
class SheetDocument(Document):
    """A document whose values know their column as well."""

    columns: dict[Path_, str] = field(default_factory=dict)

    def fault(self, where: Path_, message: str) -> Fault:
        """Return a fault at the row of a value; its column is named in the message."""
        place = where
        while place and place not in self.columns:
            place = place[:-1]
        label = f"{self.columns[place]}: " if place in self.columns else ""
        return Fault(self.path, self.line(where), label + message)


class Draft:
    """Gathers values and faults of one sheet."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.data: dict[str, Any] = {"questions": [], "sources": []}
        self.faults: list[Fault] = []
        self._lines: dict[Path_, int] = {}
        self._columns: dict[Path_, str] = {}

    def put(self, where: Path_, value: Any, row: int, column: int | None = None, title: str = "") -> None:
        """Keep a value and the cell that it came from."""
        holder: Any = self.data
        for key in where[:-1]:
            holder = holder[key] if isinstance(key, int) else holder.setdefault(key, {})
        holder[where[-1]] = value
        self.leave_open(where, row)
        if column is not None:
            self._columns[where] = cell_label(column, title)

    def leave_open(self, where: Path_, row: int) -> None:
        """Say where a value would stand that the sheet does not give: the file then asks for it."""
        self._lines.setdefault(where, row)

    def line(self, where: Path_) -> int:
        """Return the row of a value."""
        return self._lines.get(where, 1)

    def fault(self, row: int, column: int, title: str, message: str) -> None:
        """Keep a fault of a cell."""
        self.faults.append(Fault(self.name, row, f"{cell_label(column, title)}: {message}"))

    def document(self) -> SheetDocument:
        """Return what was gathered as a document that the models can check."""
        return SheetDocument(self.name, self.data, self._lines, tuple(self.faults), self._columns)


def cell_label(column: int, title: str) -> str:
    """Return how a message names a column: its letter and its title."""
    return f"column {letter(column)} ({title})"


def slug(text: str) -> str:
    """Return an id made of the first words of a text.

    Examples
    --------
    >>> slug("Résistance to change!")
    'resistance-to-change'
    """
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return "-".join(re.findall(r"[a-z0-9]+", plain.lower().replace("'", ""))[:_LONGEST_ID]) or "answer"


class Ids:
    """Gives ids made of words, each once: the second answer of one name gets a number."""

    def __init__(self, taken: Iterable[str]) -> None:
        self._taken = set(taken)
        self._last: dict[str, int] = {}

    def new(self, text: str) -> str:
        """Return an id that nothing has yet."""
        stem = found = slug(text)
        while found in self._taken:
            self._last[stem] = self._last.get(stem, 1) + 1
            found = f"{stem}-{self._last[stem]}"
        self._taken.add(found)
        return found
