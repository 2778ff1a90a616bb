"""The rows under the names of the columns: a printed figure on each, gathered into questions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crosswave.importing.columns import (
    ANSWER_COLUMNS,
    LISTS,
    OPEN_ANSWER,
    OPEN_QUESTION,
    QUESTION_COLUMNS,
    YES_OR_NO,
)
from crosswave.importing.draft import Draft, slug
from crosswave.importing.sheets import NEEDED, Cell, Row, Sheet, name
from crosswave.registry.faults import nearest

Columns = Mapping[str, int]


def read_figures(sheet: Sheet, header: int, draft: Draft) -> None:
    """Put the figures of a sheet into the draft.

    Parameters
    ----------
    sheet : Sheet
        The whole sheet.
    header : int
        Which of its rows names the columns.
    draft : Draft
        Gets values and faults.
    """
    columns = _columns(sheet.rows[header], draft)
    _refuse_merged(sheet, sheet.rows[header].number, columns, draft)
    gathered = _Questions(columns, draft)
    for row in sheet.rows[header + 1 :]:
        if not row.text(0).startswith("#"):
            gathered.add(row)
    gathered.close()


def _columns(row: Row, draft: Draft) -> Columns:
    known, columns = [*QUESTION_COLUMNS, *ANSWER_COLUMNS], dict[str, int]()
    for place, cell in enumerate(row.cells):
        key = name(cell.text)
        if key in columns:
            draft.fault(row.number, place, key, "the column stands twice; keep one")
        elif key in known:
            columns[key] = place
        elif key:
            words = f"{cell.text!r} is no column{nearest(key, known)}"
            draft.fault(row.number, place, "column name", f"{words}; mend the name or delete the column")
    return columns


def _refuse_merged(sheet: Sheet, header: int, columns: Columns, draft: Draft) -> None:
    """A question may be merged over its figures; nothing else may."""
    of_questions = {columns[key] for key in QUESTION_COLUMNS if key in columns}
    for first, last, left, right, where in sheet.merged:
        if last > header and (right > left or left not in of_questions):
            title = next((key for key, place in columns.items() if place == left), "no column")
            draft.fault(
                first, left, title, f"the cells {where} are merged; one figure stands on one row, so split them"
            )


class _Questions:
    """Questions in the order of their first figures."""

    def __init__(self, columns: Columns, draft: Draft) -> None:
        self._columns, self._draft = columns, draft
        self._places: dict[str, int] = {}
        self._now = ""

    def add(self, row: Row) -> None:
        """Take a row: cells that no column names are faults, and so are missing figures."""
        self._refuse_unnamed(row)
        asked = self._cell(row, "question_id").text or self._cell(row, "question").text
        self._now = asked or self._now
        wanting = [key for key in NEEDED if not (self._now if key == "question" else self._has(row, key))]
        for key in wanting:
            words = f"{key} is empty; fill it in, delete the row, or begin the row with # if it is a remark"
            self._draft.fault(row.number, self._columns[key], key, words)
        if not wanting:
            self._answer(row, self._question(row))

    def _question(self, row: Row) -> int:
        questions: list[dict[str, Any]] = self._draft.data["questions"]
        k = self._places.setdefault(self._now, len(questions))
        if k == len(questions):
            questions.append({"answers": []})
            self._draft.leave_open(("questions", k), row.number)
        for key, field in QUESTION_COLUMNS.items():
            if (text := self._read(row, key)) is not None and key not in ("base", "base_n"):
                self._once(row, key, ("questions", k, field), text)
        return k

    def _once(self, row: Row, key: str, where: tuple[Any, ...], text: Any) -> None:
        held = self._draft.data["questions"][where[1]]
        if held.setdefault(where[2], text) == text:
            self._draft.put(where, text, row.number, self._columns[key], key)
        else:
            words = f"{text!r} stands here and {held[where[2]]!r} on row {self._draft.line(where)} of the same question"
            self._draft.fault(row.number, self._columns[key], key, f"{words}; make them the same, or empty this one")

    def _answer(self, row: Row, k: int) -> None:
        answers: list[dict[str, Any]] = self._draft.data["questions"][k]["answers"]
        place = ("questions", k, "answers", len(answers))
        answers.append({})
        self._draft.leave_open(place, row.number)
        for key, field in ANSWER_COLUMNS.items():
            if (text := self._read(row, key)) is not None:
                self._draft.put((*place, field), text, row.number, self._columns[key], key)
        self._base(row, k, place)
        for key in OPEN_ANSWER:
            self._draft.leave_open((*place, key), row.number)

    def _base(self, row: Row, k: int, place: tuple[Any, ...]) -> None:
        """The base on the first row of a question is that of the question; another one further down is the answer's."""
        who, size = self._read(row, "base"), self._read(row, "base_n")
        if who is None and size is None:
            return
        base = "all" if who == "all" and size is None else _filled({"who": who, "n": size and size.replace(",", "")})
        question = self._draft.data["questions"][k]
        first = len(question["answers"]) == 1
        key = "base" if who is not None else "base_n"
        if first or question.get("base") != base:
            where = ("questions", k, "base") if first else (*place, "base")
            self._draft.put(where, base, row.number, self._columns[key], key)

    def _refuse_unnamed(self, row: Row) -> None:
        named = set(self._columns.values())
        for column, cell in enumerate(row.cells):
            if cell.text and column not in named:
                self._draft.fault(
                    row.number, column, "no name", f"{cell.text!r} stands under no column name; name it or empty it"
                )

    def _cell(self, row: Row, key: str) -> Cell:
        column = self._columns.get(key, len(row.cells))
        return row.cells[column] if column < len(row.cells) else Cell()

    def _has(self, row: Row, key: str) -> bool:
        cell = self._cell(row, key)
        return bool(cell.text or cell.fault)

    def _read(self, row: Row, key: str) -> Any:
        """What a cell says; None where it is empty or nobody can tell."""
        cell = self._cell(row, key)
        if cell.fault:
            self._draft.fault(row.number, self._columns[key], key, cell.fault)
            return None
        if cell.date:
            words = f"Excel holds a date here ({cell.text}), perhaps made of a figure such as 9/10"
            self._draft.fault(row.number, self._columns[key], key, f"{words}; set the cell to text and type it again")
            return None
        if key in LISTS and cell.text:
            return cell.text.replace(",", " ").replace(";", " ").split()
        return (cell.text.lower() if key in YES_OR_NO else cell.text) or None

    def close(self) -> None:
        """Give ids to questions and answers that have none, and sources to figures where there is but one."""
        data = self._draft.data
        only = [data["sources"][0]["id"]] if len(data["sources"]) == 1 else None
        _give_ids(data["questions"], "asks")
        for k, question in enumerate(data["questions"]):
            _give_ids(question["answers"], "says")
            for key in OPEN_QUESTION:
                self._draft.leave_open(("questions", k, key), self._draft.line(("questions", k)))
            for answer in question["answers"]:
                if only:
                    answer.setdefault("sources", only)


def _give_ids(records: list[dict[str, Any]], key: str) -> None:
    taken = [record["id"] for record in records if "id" in record]
    for record in records:
        if "id" not in record:
            record["id"] = slug(record.get(key, ""), taken)
            taken.append(record["id"])


def _filled(values: Mapping[str, str | None]) -> dict[str, str]:
    return {key: value for key, value in values.items() if value}
