"""What may stand in a sheet: the facts above the figures, the columns of the figures, and where each belongs."""

from __future__ import annotations

from collections.abc import Mapping

from crosswave.study.mending import Path_

FACTS: Mapping[str, Path_] = {
    **{key: (key,) for key in (
        "id", "title", "series", "publisher", "sponsor", "published", "year", "year_basis", "population", "sector",
        "nation", "unit", "mode", "sampling", "n", "organisations", "asked", "weighted", "design_effect",
        "margin_of_error", "rounding", "missing", "note",
    )},
    "fieldwork_start": ("fieldwork", "start"),
    "fieldwork_end": ("fieldwork", "end"),
    "house": ("fieldwork", "house"),
}  # fmt: skip

SOURCE_FACTS: Mapping[str, str] = {
    "source": "id",
    "source_title": "title",
    "source_publisher": "publisher",
    "source_url": "url",
    "source_kind": "kind",
    "source_published": "published",
}

QUESTION_COLUMNS: Mapping[str, str] = {
    "question": "asks",
    "question_id": "id",
    "about": "about",
    "response": "response",
    "response_inferred": "response_inferred",
    "exhaustive": "exhaustive",
    "question_note": "note",
}

BASE_COLUMNS: Mapping[str, str] = {"base": "who", "base_n": "n", "base_answers": "answers"}

ANSWER_COLUMNS: Mapping[str, str] = {
    "answer": "says",
    "answer_id": "id",
    **{key: key for key in (
        "printed", "topic", "barrier", "sources", "measure", "item", "net_of", "part_of", "rival_of", "complement_of",
        "organisations_of", "ambiguity", "unusable", "note",
    )},
}  # fmt: skip

DATES = ("published", "fieldwork_start", "fieldwork_end", "source_published")
LISTS = ("sources", "net_of")
YES_OR_NO = ("barrier", "exhaustive", "response_inferred", "weighted")

_SAID = {
    **dict.fromkeys(("yes", "y", "true", "t", "1", "on"), True),
    **dict.fromkeys(("no", "n", "false", "f", "0", "off"), False),
}

# What every survey file needs: left open in the file where the sheet does not say it.
OPEN_SURVEY = ("title", "year", "year_basis", "population", "sector", "unit")
OPEN_SOURCE = ("title", "url", "kind")
OPEN_QUESTION = ("asks", "about")
OPEN_ANSWER = ("says", "printed", "topic")


def yes_or_no(text: str) -> bool | str:
    """Return what a cell of `YES_OR_NO` says; the text itself where it is neither, for the model to refuse."""
    return _SAID.get(text.lower(), text)


def letter(column: int) -> str:
    """Return the letters that a spreadsheet gives to a column, the first being 0."""
    text, left = "", column + 1
    while left:
        left, rest = divmod(left - 1, 26)
        text = chr(ord("A") + rest) + text
    return text
