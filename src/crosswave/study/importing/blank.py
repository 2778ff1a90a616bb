"""An empty sheet to fill in: facts above, figures below, as CSV or Excel."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import get_args

from crosswave.files import write_whole
from crosswave.study.faults import refuse_existing
from crosswave.study.importing.rows import letter
from crosswave.study.models import Question, Survey, Vocabulary

_WORDS: Mapping[str, str] = {
    "sector": "sectors", "nation": "nations", "unit": "units", "mode": "modes", "sampling": "sampling",
    "source_kind": "source_kinds", "topic": "topics",
}  # fmt: skip
"""Facts and columns that hold a word of study.yaml, and of which kind it is."""

_FACTS: Mapping[str, str] = {
    "id": "small letters, digits, hyphens and the year: town-poll-2021",
    "title": "as printed",
    "publisher": "who put it out",
    "sponsor": "who paid, if a source says so",
    "fieldwork_start": "YYYY, YYYY-MM or YYYY-MM-DD, as far as it is known",
    "fieldwork_end": "the same",
    "published": "the same",
    "year": "the year that places the survey",
    "year_basis": "where the year is from",
    "population": "who was asked, in own words",
    "sector": "",
    "nation": "",
    "unit": "whose answer one reply is",
    "mode": "",
    "sampling": "",
    "n": "as printed: 235, nearly 1,000, over 300",
    "source_title": "the page that prints the figures, in own words; for a second page add these rows again",
    "source_publisher": "",
    "source_url": "https://...",
    "source_kind": "",
    "source_published": "",
}

_COLUMNS: Mapping[str, tuple[str, int]] = {
    "question": ("# in own words; empty: as above", 34),
    "answer": ("in own words", 34),
    "printed": ("exactly as printed: 58%, 58.0%, nearly half", 30),
    "topic": ("", 18),
    "barrier": ("yes, where it is in the way", 10),
    "about": ("the thing measured, in own words; once for a question", 34),
    "response": ("once for a question", 12),
    "base": ("all, or which of them; empty: nobody says", 24),
    "base_n": ("how many they are, if printed", 10),
    "base_answers": (
        "where they are those who gave other answers: these, in their words or by id, separated by ;", 24,
    ),
    "question_id": ("a short name of the question, if others refer to it; once for a question", 18),
    "note": ("", 24),
}  # fmt: skip
"""What belongs into each column, and its width."""

_LAST = 200

Choices = Mapping[str, tuple[str, ...]]
"""The words that a cell may hold, by its fact or column."""


def write_template(path: Path, vocabulary: Vocabulary) -> Path:
    """Write an empty sheet that names the words of a study, and return its path; a file that is there stays."""
    write = _WRITERS.get(path.suffix.lower())
    if write is None:
        raise ValueError(f"a template ends in {' or '.join(_WRITERS)}; {path.name!r} arrived")
    refuse_existing(path, "choose another name")
    words = {key: vocabulary.words(kind) for key, kind in _WORDS.items()}
    fixed = {"year_basis": _allowed(Survey, "year_basis"), "response": _allowed(Question, "response")}
    write(path, fixed | {key: listed for key, listed in words.items() if listed})
    return path


def _allowed(model: type[Survey | Question], key: str) -> tuple[str, ...]:
    """The words that a field of fixed words allows, also where it may be absent."""
    kind = model.model_fields[key].annotation
    return tuple(word for one in (kind, *get_args(kind)) for word in get_args(one) if isinstance(word, str))


def _rows(choices: Choices) -> list[list[str]]:
    facts = [[key, "", _hint(key, words, choices)] for key, words in _FACTS.items()]
    hints = [_hint(key, words, choices) for key, (words, _) in _COLUMNS.items()]
    return [["fact", "value", "what belongs there"], *facts, [], list(_COLUMNS), hints]


def _hint(key: str, words: str, choices: Choices) -> str:
    listed = f"one of: {', '.join(choices[key])}" if key in choices else ""
    return "; ".join(filter(None, (words, listed)))


def _csv(path: Path, choices: Choices) -> None:
    stream = io.StringIO()
    csv.writer(stream, lineterminator="\n").writerows(_rows(choices))
    write_whole(path, "\ufeff" + stream.getvalue())


def _excel(path: Path, choices: Choices) -> None:
    """Cells that Excel leaves as they are typed, wide enough to read, with lists to choose words from."""
    from openpyxl import Workbook
    from openpyxl.styles import Font
    from openpyxl.worksheet.datavalidation import DataValidation

    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = "Figures"
    for row in _rows(choices):
        sheet.append(row)
    for cell in (*sheet[1], *sheet[len(_FACTS) + 3]):
        cell.font = Font(bold=True)
    places = {key: f"B{row}" for row, key in enumerate(_FACTS, start=2)}
    for column, (key, (_, width)) in zip(map(letter, range(len(_COLUMNS))), _COLUMNS.items(), strict=True):
        places[key] = f"{column}{len(_FACTS) + 5}:{column}{_LAST}"
        sheet.column_dimensions[column].width = width
        for number in range(2, _LAST + 1):
            sheet[f"{column}{number}"].number_format = "@"
    for key, words in choices.items():
        choice = DataValidation(type="list", formula1=f'"{",".join(words)}"', allow_blank=True)
        sheet.add_data_validation(choice)
        choice.add(places[key])
    path.parent.mkdir(parents=True, exist_ok=True)
    book.save(path)


_WRITERS: Mapping[str, Callable[[Path, Choices], None]] = {".csv": _csv, ".xlsx": _excel}
