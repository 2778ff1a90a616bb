"""The rows above the figures: a fact of the survey and its value on each."""

from __future__ import annotations

import re
from typing import Any

from crosswave.study.faults import nearest
from crosswave.study.importing.columns import DATES, FACTS, OPEN_SOURCE, OPEN_SURVEY, SOURCE_FACTS, YES_OR_NO, yes_or_no
from crosswave.study.importing.draft import Draft
from crosswave.study.importing.numbers import whole
from crosswave.study.importing.sheets import Row, name

_N = re.compile(r"(?P<words>[a-z ]*?)\s*(?P<number>[0-9].*)", re.IGNORECASE)
_WHOLE = {"year": "2021", "organisations": "235 or 1,026", "asked": "235 or 1,026"}
_KINDS = {
    "": "exact",
    **dict.fromkeys(("nearly", "almost", "around", "about", "some", "approximately", "roughly"), "approximate"),
    **dict.fromkeys(("over", "more than", "at least", "upwards of"), "at-least"),
}
_HEADING = ("fact", "survey_fact")


def read_facts(rows: tuple[Row, ...], survey_id: str, draft: Draft) -> None:
    """Put the facts of a survey, and its sources, into the draft."""
    for row in rows:
        key = name(row.text(0))
        if not key.startswith("#") and key not in _HEADING:
            _read_fact(row, key, draft)
    draft.data.setdefault("id", survey_id)
    if not draft.data["sources"]:
        draft.data["sources"].append({})
    for k, source in enumerate(draft.data["sources"]):
        if "id" not in source:
            source["id"] = f"{draft.data['id']}-release"
        for open_key in OPEN_SOURCE:
            draft.leave_open(("sources", k, open_key), draft.line(("sources", k)))
    for open_key in OPEN_SURVEY:
        draft.leave_open((open_key,), 1)


def _read_fact(row: Row, key: str, draft: Draft) -> None:
    for column in range(3, len(row.cells)):
        if row.text(column):
            draft.fault(row.number, column, key, "a fact has one value, in column B, and a remark in C; move this one")
    cell = row.cells[1] if len(row.cells) > 1 else None
    if cell is None or not (cell.text or cell.fault):
        return
    if key not in FACTS and key not in SOURCE_FACTS:
        words = f"{row.text(0)!r} is no fact of a survey{nearest(key, [*FACTS, *SOURCE_FACTS])}"
        draft.fault(row.number, 0, "fact", f"{words}; a row that is only a remark begins with #")
    elif cell.fault:
        draft.fault(row.number, 1, key, cell.fault)
    elif cell.date and key not in DATES:
        draft.fault(
            row.number, 1, key, f"Excel holds a date here ({cell.text}); set the cell to text and type it again"
        )
    elif key in SOURCE_FACTS:
        _put_source(row, key, cell.text, draft)
    elif (value := _value(row, key, cell.text, draft)) is not None:
        draft.put(FACTS[key], value, row.number, 1, key)


def _put_source(row: Row, key: str, text: str, draft: Draft) -> None:
    sources = draft.data["sources"]
    if key == "source" or not sources or SOURCE_FACTS[key] in sources[-1]:
        sources.append({})
        draft.leave_open(("sources", len(sources) - 1), row.number)
    draft.put(("sources", len(sources) - 1, SOURCE_FACTS[key]), text, row.number, 1, key)


def _value(row: Row, key: str, text: str, draft: Draft) -> Any:
    if key in _WHOLE:
        return _whole(row, key, text, draft)
    if key in YES_OR_NO:
        return yes_or_no(text)
    return _sample(row, text, draft) if key == "n" else text


def _whole(row: Row, key: str, text: str, draft: Draft) -> str | None:
    if (digits := whole(text)) is None:
        draft.fault(row.number, 1, key, f"{key} is a whole number, such as {_WHOLE[key]}; {text!r} arrived")
    return digits


def _sample(row: Row, text: str, draft: Draft) -> dict[str, str] | None:
    match = _N.fullmatch(text)
    kind = _KINDS.get(match["words"].strip().lower()) if match else None
    digits = whole(match["number"]) if match else None
    if kind is None or digits is None:
        message = (
            f"n is a number as printed, such as 235, nearly 1,000 or over 300; {text!r} arrived; "
            "empty the cell and put another form into the survey file afterwards"
        )
        draft.fault(row.number, 1, "n", message)
        return None
    return {"printed": text, "value": digits, "kind": kind}
