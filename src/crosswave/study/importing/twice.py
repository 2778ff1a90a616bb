"""One answer that stands twice in a question: nobody can tell what sets the two figures apart."""

from __future__ import annotations

from typing import Any

from crosswave.study.importing.draft import Draft
from crosswave.study.mending import Path_

_APART = ("measure", "item", "base")
_OF_ANOTHER = ("rival_of", "organisations_of")


def refuse_twice(columns: dict[str, int], draft: Draft) -> None:
    """Put a fault into the draft for each answer that a question has twice, before ids are made of its words."""
    for k, question in enumerate(draft.data["questions"]):
        groups: dict[tuple[str, ...], list[Path_]] = {}
        for j, answer in enumerate(question["answers"]):
            if not any(key in answer for key in _OF_ANOTHER):
                groups.setdefault(_same(answer), []).append(("questions", k, "answers", j))
        for group in groups.values():
            if len(group) > 1 and not all("id" in question["answers"][place[3]] for place in group):
                _refuse(group, question, columns, draft)


def _same(answer: dict[str, Any]) -> tuple[str, ...]:
    return (answer.get("says", "").casefold(), *(str(answer.get(key, "")) for key in _APART))


def _refuse(group: list[Path_], question: dict[str, Any], columns: dict[str, int], draft: Draft) -> None:
    rows = [str(draft.line(place)) for place in group]
    says = question["answers"][group[0][3]].get("says", "")
    words = f"{says!r} stands on rows {', '.join(rows[:-1])} and {rows[-1]} of one question"
    told = f"{words}; name the answers differently, or say what sets them apart (base, item, measure, rival_of)"
    draft.fault(draft.line(group[1]), columns["answer"], "answer", told)
