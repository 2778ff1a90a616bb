"""The rows under the names of the columns: a printed figure on each, gathered into questions."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from crosswave.printed.quantities import Lexicon
from crosswave.study.faults import Path_, nearest
from crosswave.study.importing.draft import ANSWER_COLUMNS, BASE_COLUMNS, QUESTION_COLUMNS, Draft, Ids, whole, yes_or_no
from crosswave.study.importing.rows import NEEDED, Cell, Row, Sheet, name
from crosswave.study.rules import unread
from crosswave.words import plural

Columns = dict[str, int]
Place = tuple[int, int]
"""A row and a column."""

Stated = dict[str, Any]
"""What the cells of a base say: some of who, n and answers."""

# What every survey file needs: left open in the file where the sheet does not say it.
_OPEN_QUESTION = ("asks", "about")
_OPEN_ANSWER = ("says", "printed", "topic")

_LISTS = ("sources", "net_of")
_APART = ("measure", "item", "base")
_DIGITS = re.compile(r"[\W\d]*\d[\W\d]*")


def read_figures(sheet: Sheet, header: int, lexicon: Lexicon, draft: Draft) -> None:
    """Put the figures of a sheet into the draft."""
    columns = _columns(sheet.rows[header], draft)
    rows = sheet.rows[header + 1 :]
    merged = _refuse_merged(sheet, sheet.rows[header].number, columns, draft)
    _refuse_untitled(rows, sheet.rows[header], draft)
    gathered = _Questions(columns, _spread(sheet, columns), merged, draft)
    for row in rows:
        printed = row.text(columns["printed"])
        if not row.text(0).startswith("#"):
            gathered.add(row)
        elif _DIGITS.fullmatch(printed) or (printed and unread(printed, lexicon) is None):
            words = f"a row that begins with # is a remark, and this one holds {printed}; empty this cell if it is one"
            told = f"{words}, or write a question that begins with # in other words"
            draft.fault(row.number, columns["printed"], "printed", told)
    gathered.close()


def _columns(row: Row, draft: Draft) -> Columns:
    known, columns = [*QUESTION_COLUMNS, *BASE_COLUMNS, *ANSWER_COLUMNS], dict[str, int]()
    for place, cell in enumerate(row.cells):
        key = name(cell.text)
        if key in columns:
            draft.fault(row.number, place, key, "the column occurs twice; keep one")
        elif key in known:
            columns[key] = place
        elif key:
            words = f"{cell.text!r} is no column{nearest(key, known)}"
            draft.fault(row.number, place, "column name", f"{words}; mend the name or delete the column")
    return columns


def _refuse_untitled(rows: tuple[Row, ...], header: Row, draft: Draft) -> None:
    """A column without a name is one fault, however many cells are filled in."""
    found: dict[int, list[tuple[int, str]]] = {}
    for row in rows:
        if not row.text(0).startswith("#"):
            for place, cell in enumerate(row.cells):
                if cell.text and not header.text(place):
                    found.setdefault(place, []).append((row.number, cell.text))
    for place, ((number, text), *more) in found.items():
        others = f"; {plural(len(more), 'cell')} below it as well" if more else ""
        draft.fault(number, place, "no name", f"{text!r} is under no column name{others}; name it or empty it")


def _refuse_merged(sheet: Sheet, header: int, columns: Columns, draft: Draft) -> set[Place]:
    """A question or a base may be merged over its figures, nothing else may: the other cells hide nothing but that."""
    of_questions, refused = {columns[key] for key in (*QUESTION_COLUMNS, *BASE_COLUMNS) if key in columns}, set[Place]()
    for first, last, left, right, where in sheet.merged:
        if last > header and (right > left or left not in of_questions):
            title = next((key for key, place in columns.items() if place == left), "no column")
            words = f"the cells {where} are merged; one figure is on one row, so split them"
            draft.fault(first, left, title, words)
            rows = range(first, min(last, sheet.rows[-1].number) + 1)
            refused |= {(number, column) for number in rows for column in columns.values() if left <= column <= right}
    return refused


def _spread(sheet: Sheet, columns: Columns) -> Mapping[Place, Cell]:
    """A base that is merged over rows is the base of each; an empty cell of a question is as above in any case."""
    cells = {row.number: row for row in sheet.rows}
    places = {columns[key] for key in BASE_COLUMNS if key in columns}
    return {
        (number, column): cells[first].cell(column)
        for first, last, column, _, _ in sheet.merged
        if column in places and first in cells
        for number in range(first + 1, min(last, sheet.rows[-1].number) + 1)
    }


class _Questions:
    """Questions in the order of their first figures."""

    def __init__(self, columns: Columns, spread: Mapping[Place, Cell], merged: set[Place], draft: Draft) -> None:
        self._columns, self._spread, self._merged, self._draft = columns, spread, merged, draft
        self._questions: list[dict[str, Any]] = draft.data["questions"]
        self._places: dict[str, int] = {}
        self._bases: dict[int, _Bases] = {}
        self._subsets: list[tuple[Path_, int]] = []
        self._now = ("", "")

    def add(self, row: Row) -> None:
        """Take a row; what is missing on it is a fault, unless it only holds cells that are faults themselves."""
        if not any(self._has(row, key) for key in self._columns):
            return
        by_id, by_words = (self._cell(row, key).text.casefold() for key in ("question_id", "question"))
        self._now = (by_id, by_words) if by_id or by_words else self._now
        wanting = [key for key in NEEDED if not (any(self._now) if key == "question" else self._has(row, key))]
        for key in wanting:
            if (row.number, self._columns[key]) not in self._merged:
                words = f"{key} is empty; fill it in, delete the row, or begin the row with # if it is a remark"
                self._fault(row, key, words)
        if not wanting:
            self._answer(row, self._question(row))

    def _question(self, row: Row) -> int:
        by_id, by_words = (f"id {self._now[0]}" if self._now[0] else "", f"asks {self._now[1]}")
        k = self._places.setdefault(by_id or by_words, len(self._questions))
        self._places.setdefault(by_words, k)
        if k == len(self._questions):
            self._questions.append({"answers": []})
            self._draft.leave_open(("questions", k), row.number)
        for key, field in QUESTION_COLUMNS.items():
            if (text := self._read(row, key)) is None:
                continue
            where: Path_ = ("questions", k, field)
            if (held := self._questions[k].setdefault(field, text)) == text:
                self._draft.put(where, text, row.number, self._columns[key], key)
            else:
                words = f"{text!r} is here and {held!r} on row {self._draft.line(where)} of the same question"
                self._fault(row, key, f"{words}; make them the same, or empty this one")
        return k

    def _answer(self, row: Row, k: int) -> None:
        answers: list[dict[str, Any]] = self._questions[k]["answers"]
        place: Path_ = ("questions", k, "answers", len(answers))
        answers.append({})
        self._draft.leave_open(place, row.number)
        for key, field in ANSWER_COLUMNS.items():
            if (text := self._read(row, key)) is not None:
                self._draft.put((*place, field), text, row.number, self._columns[key], key)
        self._base(row, k, place)
        for key in _OPEN_ANSWER:
            self._draft.leave_open((*place, key), row.number)

    def _base(self, row: Row, k: int, place: Path_) -> None:
        """The base on the first row of a question is that of the question; another one further down is the answer's."""
        stated, answer = self._stated(row), self._cell(row, "answer").text.casefold()
        if k in self._bases:
            where: Path_ = (*place, "base")
            try:
                stated = self._bases[k].further(stated, answer)
            except ValueError as error:
                self._fault(row, next(key for key in BASE_COLUMNS if key in self._columns), str(error))
                return
        else:
            where = ("questions", k, "base")
            self._bases[k] = _Bases(stated, answer)
        if stated:
            key = next((key for key, field in BASE_COLUMNS.items() if field in stated and key in self._columns), "base")
            base = _base_of(stated, self._draft.data.get("n") or {})
            self._draft.put(where, base, row.number, self._columns[key], key)
        if "answers" in stated:
            self._subsets.append((where, row.number))

    def _stated(self, row: Row) -> Stated:
        who, size, answers = (self._read(row, key) for key in BASE_COLUMNS)
        if size is not None and whole(size) is None:
            self._fault(row, "base_n", f"base_n is a whole number, such as 500 or 1,026; {size!r} arrived")
            size = "1"  # a base of its own, so that nothing else is told of this row
        if answers is not None and (who or "").lower() == "all":
            words = "all is everybody, and base_answers names some; empty one of the two cells"
            self._fault(row, "base_answers", words)
        named = answers and [text.strip() for text in answers.split(";") if text.strip()]
        stated = {"who": who, "n": size and whole(size), "answers": named}
        return {key: value for key, value in stated.items() if value}

    def _cell(self, row: Row, key: str) -> Cell:
        column = self._columns.get(key, len(row.cells))
        cell = row.cell(column)
        return cell if cell.text else self._spread.get((row.number, column), cell)

    def _has(self, row: Row, key: str) -> bool:
        cell = self._cell(row, key)
        return bool(cell.text or cell.fault)

    def _fault(self, row: Row, key: str, message: str) -> None:
        self._draft.fault(row.number, self._columns[key], key, message)

    def _read(self, row: Row, key: str) -> Any:
        """What a cell says; None where it is empty or nobody can tell."""
        if key not in self._columns:
            return None
        cell = self._cell(row, key)
        fault = cell.fault
        if cell.date and not fault:
            words = f"Excel holds a date here ({cell.text}), perhaps made of a figure such as 9/10"
            fault = f"{words}; set the cell to text and type it again"
        if fault:
            self._fault(row, key, fault)
            return None
        if key in _LISTS and cell.text:
            return cell.text.replace(",", " ").replace(";", " ").split()
        return yes_or_no(key, cell.text) if cell.text else None

    def close(self) -> None:
        """Give ids to questions and answers that have none, and sources to figures where there is but one."""
        sources = self._draft.data["sources"]
        only = {"sources": [sources[0]["id"]]} if len(sources) == 1 else {}
        self._refuse_twice()
        _give_ids(self._questions, "asks")
        for k, question in enumerate(self._questions):
            _give_ids(question["answers"], "says")
            question["answers"] = [only | answer for answer in question["answers"]]
            for key in _OPEN_QUESTION:
                self._draft.leave_open(("questions", k, key), self._draft.line(("questions", k)))
        self._name_answers()

    def _refuse_twice(self) -> None:
        """Refuse an answer that a question has twice: nobody can tell what sets the two figures apart."""
        for k, question in enumerate(self._questions):
            groups: dict[tuple[str, ...], list[int]] = {}
            for j, answer in enumerate(question["answers"]):
                same = (answer.get("says", "").casefold(), *(str(answer.get(key, "")) for key in _APART))
                if not ("rival_of" in answer or "organisations_of" in answer):
                    groups.setdefault(same, []).append(j)
            for group in groups.values():
                if len(group) == 1 or all("id" in question["answers"][j] for j in group):
                    continue
                rows = [self._draft.line(("questions", k, "answers", j)) for j in group]
                says = question["answers"][group[0]].get("says", "")
                words = f"{says!r} is on rows {', '.join(map(str, rows[:-1]))} and {rows[-1]} of one question"
                told = f"{words}; name the answers differently, or say what sets them apart"
                self._draft.fault(rows[1], self._columns["answer"], "answer", f"{told} (base, item, measure, rival_of)")

    def _name_answers(self) -> None:
        """Put ids of answers in place of their words where a base is the givers of other answers."""
        known, told = dict[str, list[str]](), set[tuple[str, str]]()
        for question in self._questions:
            for answer in question["answers"]:
                local_id = f"{question['id']}.{answer['id']}"
                for text in dict.fromkeys((local_id, answer.get("says", "").casefold())):
                    known.setdefault(text, []).append(local_id)
        for where, row in self._subsets:
            question = self._questions[int(where[1])]["id"]
            base: Any = self._draft.data
            for key in where:
                base = base[key]
            meant: dict[str, list[str]] = {}
            for text in base.pop("answers"):
                ids = known.get(text.casefold(), [])  # nobody is asked because of the answer to the same question
                meant[text] = [local_id for local_id in ids if local_id.partition(".")[0] != question] or ids
            for text, ids in meant.items():
                if len(ids) != 1 and (question, text) not in told:
                    told.add((question, text))
                    self._draft.fault(row, self._columns["base_answers"], "base_answers", _unclear(text, ids, known))
            found = [local_id for ids in meant.values() if len(ids) == 1 for local_id in ids]
            base |= {"answers": found} if found else {"who": "some"}  # the fault is told; nothing else is of this base


def _give_ids(records: list[dict[str, Any]], key: str) -> None:
    ids = Ids(record["id"] for record in records if "id" in record)
    for record in records:
        if "id" not in record:
            record["id"] = ids.new(record.get(key, ""))


def _unclear(text: str, ids: list[str], known: dict[str, list[str]]) -> str:
    if ids:
        return f"{text!r} is an answer to {len(ids)} questions; name one by its id: {', '.join(ids)}"
    meant = nearest(text.casefold(), known) or "; several are separated by ;"
    return f"{text!r} is no answer of this sheet, in its words or by its id (question.answer){meant}"


class _Bases:
    """The bases of one question, row by row.

    A table may show one question for all and below for men, with the base on the first row of each block. A row without
    a base is on that of the block if its answer was given on the base of the question above: one base has each answer
    once. A new answer could be on either, so its base must be written.
    """

    def __init__(self, stated: Stated, answer: str) -> None:
        self._question = self._block = stated
        self._known = [stated]
        self._answers = {answer}
        self._told = False

    def further(self, stated: Stated, answer: str) -> Stated:
        """Return the base of a further row, empty where it is that of the question.

        `ValueError`, once for each block, where the row says nothing and nobody can tell which base it has.
        """
        if stated:
            found = [base for base in self._known if all(base.get(key) == value for key, value in stated.items())]
            self._known += [] if len(found) == 1 else [stated]
            self._block, self._told = found[0] if len(found) == 1 else stated, False
        elif self._block != self._question and answer not in self._answers:
            if self._told:
                return {}
            self._told = True
            who = self._block.get("who") or "another base"
            raise ValueError(
                f"the row has no base, and the base above it ({who}) is not that of the question; nobody can tell "
                "which of the two this answer was counted on, so write the base here and on the rows below"
            )
        if self._block != self._question:
            return self._block
        self._answers.add(answer)
        return {}


def _base_of(stated: Stated, n: Mapping[str, str]) -> Any:
    """A base as the survey file holds it."""
    everyone = stated.get("who", "").lower() == "all" and "answers" not in stated
    size = stated.get("n")
    if everyone and (size is None or (n.get("kind") == "exact" and size == n.get("value"))):
        return "all"
    return dict(stated)
