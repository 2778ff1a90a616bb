"""The rows under the names of the columns: a printed figure on each, gathered into questions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from crosswave.study.faults import nearest
from crosswave.study.importing.bases import Bases, Stated, UnclearBaseError, base_of
from crosswave.study.importing.columns import (
    ANSWER_COLUMNS,
    BASE_COLUMNS,
    LISTS,
    OPEN_ANSWER,
    OPEN_QUESTION,
    QUESTION_COLUMNS,
    YES_OR_NO,
    yes_or_no,
)
from crosswave.study.importing.draft import Draft, Ids
from crosswave.study.importing.numbers import whole
from crosswave.study.importing.sheets import NEEDED, Cell, Row, Sheet, name
from crosswave.study.importing.subsets import Named, name_answers
from crosswave.study.importing.twice import refuse_twice
from crosswave.study.mending import Path_
from crosswave.words import plural

Columns = dict[str, int]
Place = tuple[int, int]
"""A row and a column."""


def read_figures(sheet: Sheet, header: int, is_figure: Callable[[str], bool], draft: Draft) -> None:
    """Put the figures of a sheet into the draft."""
    columns = _columns(sheet.rows[header], draft)
    rows = sheet.rows[header + 1 :]
    merged = _refuse_merged(sheet, sheet.rows[header].number, columns, draft)
    _refuse_untitled(rows, {place for place, cell in enumerate(sheet.rows[header].cells) if cell.text}, draft)
    gathered = _Questions(columns, _spread(sheet, columns), merged, draft)
    for row in rows:
        if not row.text(0).startswith("#"):
            gathered.add(row)
        elif is_figure(printed := row.text(columns["printed"])):
            words = f"a row that begins with # is a remark, and this one holds {printed}; empty this cell if it is one"
            told = f"{words}, or write a question that begins with # in other words"
            draft.fault(row.number, columns["printed"], "printed", told)
    gathered.close()


def _columns(row: Row, draft: Draft) -> Columns:
    known, columns = [*QUESTION_COLUMNS, *BASE_COLUMNS, *ANSWER_COLUMNS], dict[str, int]()
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


def _refuse_untitled(rows: tuple[Row, ...], titled: set[int], draft: Draft) -> None:
    """A column without a name is one fault, however many cells are filled in."""
    found: dict[int, list[tuple[int, str]]] = {}
    for row in rows:
        if not row.text(0).startswith("#"):
            for place, cell in enumerate(row.cells):
                if cell.text and place not in titled:
                    found.setdefault(place, []).append((row.number, cell.text))
    for place, ((number, text), *more) in found.items():
        others = f"; {plural(len(more), 'cell')} below it as well" if more else ""
        draft.fault(number, place, "no name", f"{text!r} stands under no column name{others}; name it or empty it")


def _refuse_merged(sheet: Sheet, header: int, columns: Columns, draft: Draft) -> set[Place]:
    """A question or a base may be merged over its figures, nothing else may: the other cells hide nothing but that."""
    of_questions, refused = {columns[key] for key in (*QUESTION_COLUMNS, *BASE_COLUMNS) if key in columns}, set[Place]()
    for first, last, left, right, where in sheet.merged:
        if last > header and (right > left or left not in of_questions):
            title = next((key for key, place in columns.items() if place == left), "no column")
            draft.fault(
                first, left, title, f"the cells {where} are merged; one figure stands on one row, so split them"
            )
            rows = range(first, min(last, sheet.rows[-1].number) + 1)
            refused |= {(number, column) for number in rows for column in columns.values() if left <= column <= right}
    return refused


def _spread(sheet: Sheet, columns: Columns) -> Mapping[Place, Cell]:
    """A base that is merged over rows is the base of each; an empty cell of a question is as above in any case."""
    cells = {row.number: row for row in sheet.rows}
    places = {columns[key] for key in BASE_COLUMNS if key in columns}
    return {
        (number, column): cells[first].cells[column]
        for first, last, column, _, _ in sheet.merged
        if column in places and first in cells and column < len(cells[first].cells)
        for number in range(first + 1, min(last, sheet.rows[-1].number) + 1)
    }


class _Questions:
    """Questions in the order of their first figures."""

    def __init__(self, columns: Columns, spread: Mapping[Place, Cell], merged: set[Place], draft: Draft) -> None:
        self._columns, self._spread, self._merged, self._draft = columns, spread, merged, draft
        self._places: dict[str, int] = {}
        self._bases: dict[int, Bases] = {}
        self._subsets: list[Named] = []
        self._now = ("", "")

    def add(self, row: Row) -> None:
        """Take a row; what is missing on it is a fault, unless it only holds cells that are faults themselves."""
        if not any(self._has(row, key) for key in self._columns):
            return
        asked = tuple(self._cell(row, key).text.casefold() for key in ("question_id", "question"))
        self._now = (asked[0], asked[1]) if any(asked) else self._now
        wanting = [key for key in NEEDED if not (any(self._now) if key == "question" else self._has(row, key))]
        for key in wanting:
            words = f"{key} is empty; fill it in, delete the row, or begin the row with # if it is a remark"
            if (row.number, self._columns[key]) not in self._merged:
                self._draft.fault(row.number, self._columns[key], key, words)
        if not wanting:
            self._answer(row, self._question(row))

    def _question(self, row: Row) -> int:
        questions: list[dict[str, Any]] = self._draft.data["questions"]
        by_id, by_words = (f"id {self._now[0]}" if self._now[0] else "", f"asks {self._now[1]}")
        k = self._places.setdefault(by_id or by_words, len(questions))
        self._places.setdefault(by_words, k)
        if k == len(questions):
            questions.append({"answers": []})
            self._draft.leave_open(("questions", k), row.number)
        for key, field in QUESTION_COLUMNS.items():
            if (text := self._read(row, key)) is not None:
                self._once(row, key, ("questions", k, field), text)
        return k

    def _once(self, row: Row, key: str, where: Path_, text: Any) -> None:
        held = self._draft.data["questions"][where[1]]
        if held.setdefault(where[2], text) == text:
            self._draft.put(where, text, row.number, self._columns[key], key)
        else:
            words = f"{text!r} stands here and {held[where[2]]!r} on row {self._draft.line(where)} of the same question"
            self._draft.fault(row.number, self._columns[key], key, f"{words}; make them the same, or empty this one")

    def _answer(self, row: Row, k: int) -> None:
        answers: list[dict[str, Any]] = self._draft.data["questions"][k]["answers"]
        place: Path_ = ("questions", k, "answers", len(answers))
        answers.append({})
        self._draft.leave_open(place, row.number)
        for key, field in ANSWER_COLUMNS.items():
            if (text := self._read(row, key)) is not None:
                self._draft.put((*place, field), text, row.number, self._columns[key], key)
        self._base(row, k, place)
        for key in OPEN_ANSWER:
            self._draft.leave_open((*place, key), row.number)

    def _base(self, row: Row, k: int, place: Path_) -> None:
        """The base on the first row of a question is that of the question; another one further down is the answer's."""
        stated = self._stated(row)
        answer = self._cell(row, "answer").text.casefold()
        if k not in self._bases:
            self._bases[k] = Bases(stated, answer)
            self._put_base(row, ("questions", k, "base"), stated)
            return
        try:
            self._put_base(row, (*place, "base"), self._bases[k].further(stated, answer))
        except UnclearBaseError as error:
            key = next(key for key in BASE_COLUMNS if key in self._columns)
            self._draft.fault(row.number, self._columns[key], key, str(error))

    def _put_base(self, row: Row, where: Path_, stated: Stated) -> None:
        if not stated:
            return
        base = base_of(stated, self._draft.data.get("n") or {})
        key = next((key for key, field in BASE_COLUMNS.items() if field in stated and key in self._columns), "base")
        self._draft.put(where, base, row.number, self._columns[key], key)
        if "answers" in stated:
            self._subsets.append((where, row.number, self._columns["base_answers"]))

    def _stated(self, row: Row) -> Stated:
        who, size, answers = (self._read(row, key) for key in BASE_COLUMNS)
        if size is not None and whole(size) is None:
            words = f"base_n is a whole number, such as 500 or 1,026; {size!r} arrived"
            self._draft.fault(row.number, self._columns["base_n"], "base_n", words)
            size = "1"  # a base of its own, so that nothing else is told of this row
        if answers is not None and (who or "").lower() == "all":
            words = "all is everybody, and base_answers names some; empty one of the two cells"
            self._draft.fault(row.number, self._columns["base_answers"], "base_answers", words)
        named = answers and [text.strip() for text in answers.split(";") if text.strip()]
        stated = {"who": who, "n": size and whole(size), "answers": named}
        return {key: value for key, value in stated.items() if value}

    def _cell(self, row: Row, key: str) -> Cell:
        column = self._columns.get(key, len(row.cells))
        cell = row.cells[column] if column < len(row.cells) else Cell()
        return cell if cell.text else self._spread.get((row.number, column), cell)

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
        return yes_or_no(cell.text) if key in YES_OR_NO and cell.text else cell.text or None

    def close(self) -> None:
        """Give ids to questions and answers that have none, and sources to figures where there is but one."""
        data = self._draft.data
        only = [data["sources"][0]["id"]] if len(data["sources"]) == 1 else None
        refuse_twice(self._columns, self._draft)
        _give_ids(data["questions"], "asks")
        for k, question in enumerate(data["questions"]):
            _give_ids(question["answers"], "says")
            for key in OPEN_QUESTION:
                self._draft.leave_open(("questions", k, key), self._draft.line(("questions", k)))
            for answer in question["answers"]:
                if only:
                    answer.setdefault("sources", only)
        name_answers(self._subsets, self._draft)


def _give_ids(records: list[dict[str, Any]], key: str) -> None:
    ids = Ids(record["id"] for record in records if "id" in record)
    for record in records:
        if "id" not in record:
            record["id"] = ids.new(record.get(key, ""))
