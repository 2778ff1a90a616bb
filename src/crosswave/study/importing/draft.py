"""A survey in the making: what may be in a sheet, and plain values with the cell that each came from."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from crosswave.study.documents import Document
from crosswave.study.faults import Fault, Path_
from crosswave.study.models import Answer, Survey

_PARTS = ("fieldwork", "inferred", "overlaps", "sources", "questions", "changes")

FACTS: Mapping[str, Path_] = {
    **{key: (key,) for key in Survey.model_fields if key not in _PARTS},
    "fieldwork_start": ("fieldwork", "start"), "fieldwork_end": ("fieldwork", "end"), "house": ("fieldwork", "house"),
}  # fmt: skip
SOURCE_FACTS: Mapping[str, str] = {
    "source": "id", **{f"source_{key}": key for key in ("title", "publisher", "url", "kind", "published")},
}  # fmt: skip
"""The facts above the figures, and where each belongs in a survey file or in a source of it."""

QUESTION_COLUMNS: Mapping[str, str] = {
    "question": "asks", "question_id": "id", "about": "about", "response": "response",
    "response_inferred": "response_inferred", "exhaustive": "exhaustive", "question_note": "note",
}  # fmt: skip
BASE_COLUMNS: Mapping[str, str] = {"base": "who", "base_n": "n", "base_answers": "answers"}
ANSWER_COLUMNS: Mapping[str, str] = {
    "answer": "says", "answer_id": "id",
    **{key: key for key in Answer.model_fields if key not in ("id", "says", "base")},
}  # fmt: skip
"""The columns of the figures, and where each belongs in a question, its base or an answer."""

_LONGEST_ID = 5
_WHOLE = re.compile(r"[0-9]+|[1-9][0-9]{0,2}(?:,[0-9]{3})+")
_YES_OR_NO = ("barrier", "exhaustive", "response_inferred", "weighted")
_YES, _NO = ("yes", "y", "true", "t", "1", "on"), ("no", "n", "false", "f", "0", "off")


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

    def put(self, where: Path_, value: Any, row: int, column: int, title: str) -> None:
        """Keep a value and the cell that it came from."""
        holder: Any = self.data
        for key in where[:-1]:
            holder = holder[key] if isinstance(key, int) else holder.setdefault(key, {})
        holder[where[-1]] = value
        self.leave_open(where, row)
        self._columns[where] = _label(column, title)

    def leave_open(self, where: Path_, row: int) -> None:
        """Say where a value would be that the sheet does not give: the file then asks for it."""
        self._lines.setdefault(where, row)

    def line(self, where: Path_) -> int:
        """Return the row of a value."""
        return self._lines.get(where, 1)

    def fault(self, row: int, column: int, title: str, message: str) -> None:
        """Keep a fault of a cell."""
        self.faults.append(Fault(self.name, row, f"{_label(column, title)}: {message}"))

    def document(self) -> SheetDocument:
        """Return what was gathered as a document that the models can check."""
        return SheetDocument(self.name, self.data, self._lines, tuple(self.faults), self._columns)


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


def slug(text: str) -> str:
    """Return an id made of the first words of a text.

    Examples
    --------
    >>> slug("Résistance to change!")
    'resistance-to-change'
    """
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return "-".join(re.findall(r"[a-z0-9]+", plain.lower().replace("'", ""))[:_LONGEST_ID]) or "answer"


def whole(text: str) -> str | None:
    """Return the digits of a whole number as people type it, or None where a text is none.

    Examples
    --------
    >>> whole("1026"), whole("1,026"), whole("10,26"), whole("1.026")
    ('1026', '1026', None, None)
    """
    return text.replace(",", "") if _WHOLE.fullmatch(text) else None


def yes_or_no(key: str, text: str) -> bool | str:
    """Return what a cell says where it holds yes or no; else its text, for the model to take or refuse."""
    said = text.lower()
    return said in _YES if key in _YES_OR_NO and said in (*_YES, *_NO) else text


def letter(column: int) -> str:
    """Return the letters that a spreadsheet gives to a column, the first being 0."""
    before, last = divmod(column, 26)
    return (letter(before - 1) if before else "") + chr(ord("A") + last)


def _label(column: int, title: str) -> str:
    """How a message names a column."""
    return f"column {letter(column)} ({title})"
