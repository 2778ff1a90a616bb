"""Bases that are the givers of other answers: named in a sheet by the words of the answer or by its id."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from crosswave.study.faults import nearest
from crosswave.study.importing.draft import Draft
from crosswave.study.mending import Path_

Named = tuple[Path_, int, int]
"""Where a base with answers stands in the draft, its row and its column."""


def name_answers(named: Iterable[Named], draft: Draft) -> None:
    """Put the ids of answers in place of their words in the bases of a draft."""
    known, told = _known(draft.data["questions"]), set[tuple[str, str]]()
    for where, row, column in named:
        base, question = _at(draft.data, where), draft.data["questions"][where[1]]["id"]
        meant = {text: _meant(known, text, question) for text in base.pop("answers")}
        for text, ids in meant.items():
            if len(ids) != 1 and (question, text) not in told:
                told.add((question, text))
                draft.fault(row, column, "base_answers", _words(text, ids, known))
        found = [local_id for ids in meant.values() for local_id in ids]
        base |= {"answers": found} if found else {"who": "some"}  # the fault is told; nothing else is of this base


def _known(questions: list[dict[str, Any]]) -> dict[str, list[str]]:
    known: dict[str, list[str]] = {}
    for question in questions:
        for answer in question["answers"]:
            local_id = f"{question['id']}.{answer['id']}"
            for text in dict.fromkeys((local_id, answer.get("says", "").casefold())):
                known.setdefault(text, []).append(local_id)
    return known


def _meant(known: dict[str, list[str]], text: str, question_id: str) -> list[str]:
    """Answers of that name; nobody is asked because of the answer to the same question."""
    ids = known.get(text.casefold(), [])
    others = [local_id for local_id in ids if local_id.partition(".")[0] != question_id]
    return others or ids


def _words(text: str, ids: list[str], known: dict[str, list[str]]) -> str:
    if ids:
        return f"{text!r} is an answer to {len(ids)} questions; name one by its id: {', '.join(ids)}"
    meant = nearest(text.casefold(), known) or "; several are separated by ;"
    return f"{text!r} is no answer of this sheet, in its words or by its id (question.answer){meant}"


def _at(data: Any, where: Path_) -> Any:
    for key in where:
        data = data[key]
    return data
