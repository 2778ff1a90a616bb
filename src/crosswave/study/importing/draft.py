"""A survey in the making: what may be in a sheet, values with the cell that each came from, facts and sources."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from crosswave.study.cross import differences
from crosswave.study.documents import Document
from crosswave.study.faults import Fault, Path_, nearest
from crosswave.study.importing.rows import Cell, Row, letter, name
from crosswave.study.models import Answer, Claims, Source, Survey
from crosswave.study.reading import Reader, survey_files

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

    def document(self) -> Document:
        """Return what was gathered as a document that the models can check."""
        return Document(self.name, self.data, self._lines, tuple(self.faults), self._columns)


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


def _label(column: int, title: str) -> str:
    """How a message names a column."""
    return f"column {letter(column)} ({title})"


# --- the rows above the figures: a fact of the survey and its value on each, and the sources that are cited -----------

# What every survey file needs: left open in the file where the sheet does not say it.
_OPEN_SURVEY = ("title", "year", "year_basis", "population", "sector", "unit")
_OPEN_SOURCE = ("title", "url", "kind")

_DATES = ("published", "fieldwork_start", "fieldwork_end", "source_published")
_N = re.compile(r"(?P<words>[a-z ]*?)\s*(?P<number>[0-9].*)", re.I)
_NUMBERS = {"year": "2021", "organisations": "235 or 1,026", "asked": "235 or 1,026"}
_KINDS = {
    "": "exact",
    **dict.fromkeys(("nearly", "almost", "around", "about", "some", "approximately", "roughly"), "approximate"),
    **dict.fromkeys(("over", "more than", "at least", "upwards of"), "at-least"),
}
_CLAIMS = "claims.yaml"


def put_facts(facts: Mapping[str, str], survey_id: str, draft: Draft, folder: Path) -> None:
    """Put the facts of a survey that no sheet holds into the draft."""
    read_facts(tuple(Row(0, (Cell(key), Cell(text))) for key, text in facts.items()), survey_id, draft, folder)


def read_facts(rows: tuple[Row, ...], survey_id: str, draft: Draft, folder: Path) -> None:
    """Put the facts of a survey into the draft, and its sources, filled from the records of the data folder."""
    for row in rows:
        key = name(row.text(0))
        if not key.startswith("#") and key not in ("fact", "survey_fact"):
            _read_fact(row, key, draft)
    draft.data.setdefault("id", survey_id)
    sources = draft.data["sources"] or [{}]
    draft.data["sources"] = [{"id": f"{draft.data['id']}-release", **source} for source in sources]
    for k in range(len(sources)):
        for key in _OPEN_SOURCE:
            draft.leave_open(("sources", k, key), draft.line(("sources", k)))
    for key in _OPEN_SURVEY:
        draft.leave_open((key,), 1)
    _cite_known(draft, folder)


def _read_fact(row: Row, key: str, draft: Draft) -> None:
    for column in range(3, len(row.cells)):
        if row.text(column):
            draft.fault(row.number, column, key, "a fact has one value, in column B, and a remark in C; move this one")
    cell = row.cell(1)
    if not (cell.text or cell.fault):
        return
    if key not in FACTS and key not in SOURCE_FACTS:
        words = f"{row.text(0)!r} is no fact of a survey{nearest(key, [*FACTS, *SOURCE_FACTS])}"
        draft.fault(row.number, 0, "fact", f"{words}; a row that is only a remark begins with #")
    elif cell.fault:
        draft.fault(row.number, 1, key, cell.fault)
    elif cell.date and key not in _DATES:
        words = f"Excel holds a date here ({cell.text}); set the cell to text and type it again"
        draft.fault(row.number, 1, key, words)
    elif key in SOURCE_FACTS:
        sources = draft.data["sources"]
        if key == "source" or not sources or SOURCE_FACTS[key] in sources[-1]:
            sources.append({})
            draft.leave_open(("sources", len(sources) - 1), row.number)
        draft.put(("sources", len(sources) - 1, SOURCE_FACTS[key]), cell.text, row.number, 1, key)
    elif (value := _value(row, key, cell.text, draft)) is not None:
        draft.put(FACTS[key], value, row.number, 1, key)


def _value(row: Row, key: str, text: str, draft: Draft) -> Any:
    """What the model is given for a fact; None where it is no number and should be one."""
    if key == "n":
        return _sample(row, text, draft)
    if key not in _NUMBERS:
        return yes_or_no(key, text)
    if (digits := whole(text)) is None:
        draft.fault(row.number, 1, key, f"{key} is a whole number, such as {_NUMBERS[key]}; {text!r} arrived")
    return digits


def _sample(row: Row, text: str, draft: Draft) -> dict[str, str] | None:
    match = _N.fullmatch(text)
    kind = _KINDS.get(match["words"].strip().lower()) if match else None
    digits = whole(match["number"]) if match else None
    if kind and digits:
        return {"printed": text, "value": digits, "kind": kind}
    words = f"n is a number as printed, such as 235, nearly 1,000 or over 300; {text!r} arrived"
    draft.fault(row.number, 1, "n", f"{words}; empty the cell and put another form into the survey file afterwards")
    return None


def _cite_known(draft: Draft, folder: Path) -> None:
    """Fill the sources of a draft from the records of the data folder; a difference is a fault."""
    sources = draft.data["sources"]
    known = dict(_records({source["id"] for source in sources}, folder, draft.data["id"]))
    for k, source in enumerate(sources):
        if source["id"] not in known:
            continue
        record, file = known[source["id"]]
        said = {key: value for key in SOURCE_FACTS.values() if (value := getattr(record, key)) is not None}
        if words := differences(source, said):
            message = f"source {source['id']} is in {file} as well, and differs ({words})"
            told = f"{message}; make them the same, or give the id alone to cite it"
            draft.fault(draft.line(("sources", k, "id")), 1, "source", told)
        sources[k] = {**said, **source}


def _records(ids: Collection[str], folder: Path, own: str) -> Iterator[tuple[str, tuple[Source, str]]]:
    """Records of files that are without faults of form, each with its file."""
    reader = Reader(folder)
    for path in survey_files(folder):
        survey = reader.survey(path) if path.stem != own and _names(path, ids) else None
        if survey and path.stem not in reader.unread:
            yield from ((source.id, (source, f"surveys/{path.name}")) for source in survey.sources)
    if _names(folder / _CLAIMS, ids) and (claims := reader.one(_CLAIMS, Claims)):
        yield from ((source.id, (source, _CLAIMS)) for source in claims.sources)


def _names(path: Path, ids: Collection[str]) -> bool:
    return path.is_file() and any(name in path.read_text(encoding="utf-8", errors="replace") for name in ids)
