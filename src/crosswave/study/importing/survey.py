"""From a sheet to a survey file: every fault at once, or the file and what is still open in it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from crosswave.files import write_whole
from crosswave.printed.quantities import Lexicon
from crosswave.study.audit import unread, unreadable
from crosswave.study.documents import Document, validate
from crosswave.study.faults import DataError, Fault, shown_path
from crosswave.study.importing.advice import plainer, sums_of_all
from crosswave.study.importing.draft import Draft, slug
from crosswave.study.importing.facts import read_facts
from crosswave.study.importing.figures import read_figures
from crosswave.study.importing.known import cite_known
from crosswave.study.importing.reading import read_sheet
from crosswave.study.importing.sheets import header_of
from crosswave.study.loading import read_study
from crosswave.study.mending import Path_
from crosswave.study.models import Answer, Quantities, Study, Survey
from crosswave.study.reading import Reader
from crosswave.study.references import inner_faults
from crosswave.study.template import (
    answer_text,
    flow,
    question_text,
    quoted,
    scalar,
    source_text,
    survey_path,
    survey_text,
    words_of,
    year_in,
)

_OPEN = re.compile(r"\s*(\w+): +# ")
_DIGITS = re.compile(r"[\W\d]*\d[\W\d]*")
_YEAR = re.compile(r"\d{4}")
_DATES = ("start", "end", "published")
_NUMBERS = ("year", "value", "organisations", "asked", "n")


@dataclass(frozen=True, slots=True)
class Imported:
    """A survey file that was written.

    Attributes
    ----------
    still_open : tuple of (int, str)
        Line and key of what the sheet did not say.
    notice : str
        What the person should know of how the sheet was read; empty where nothing.
    """

    path: Path
    questions: int
    figures: int
    still_open: tuple[tuple[int, str], ...]
    notice: str


def import_survey(sheet: Path, folder: Path, force: bool = False) -> Imported:
    """Write a sheet of figures as a survey file, and return what was written.

    Raises
    ------
    DataError
        Every fault of the sheet at once; nothing is written then.
    FileExistsError
        The survey file is there already.
    """
    document, notice = _read(sheet, folder)
    study = read_study(folder)
    data = document.data
    path = survey_path(data["id"], folder)
    if path.exists() and not force:
        raise FileExistsError(
            f"{shown_path(path)} is there already; give the sheet another id, or overwrite the file with --force"
        )
    write_whole(path, file_text(data, study))
    figures = sum(len(question["answers"]) for question in data["questions"])
    return Imported(path, len(data["questions"]), figures, tuple(_open_lines(path)), notice)


def _open_lines(path: Path) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if match := _OPEN.match(line):
            yield number, match[1]


def _read(path: Path, folder: Path) -> tuple[Document, str]:
    sheet, lexicon = read_sheet(path), _lexicon(folder)
    header = header_of(sheet.rows) or 0
    draft = Draft(sheet.name)
    read_facts(sheet.rows[:header], slug(path.stem), draft)
    cite_known(draft, folder)
    read_figures(sheet, header, partial(_is_figure, lexicon=lexicon), draft)
    if not (draft.data["questions"] or draft.faults):
        raise DataError(
            [Fault(sheet.name, sheet.rows[header].number, "no figure stands under the names of the columns")]
        )
    document = draft.document()
    faults = list(_faults(document, lexicon, read_study(folder)))
    if faults:
        raise DataError(faults)
    return document, sheet.notice


def _lexicon(folder: Path) -> Lexicon:
    reader = Reader(folder)
    quantities = reader.one("quantities.yaml", Quantities)
    if quantities is None:
        raise DataError(reader.faults)
    return Lexicon(quantities)


def _is_figure(text: str, lexicon: Lexicon) -> bool:
    """Whether a text is digits and signs alone, or words that stand for a share."""
    return _DIGITS.fullmatch(text) is not None or (text != "" and unread(text, lexicon) is None)


def _faults(document: Document, lexicon: Lexicon, study: Study) -> Iterator[Fault]:
    validated = validate(document, Survey, {"vocabulary": study.vocabulary})
    yield from validated.faults
    yield from inner_faults(validated, document)
    survey = validated.record
    if survey is None:
        return
    no_shares = ((where, plainer(_answer_at(survey, where), words)) for where, words in unreadable(survey, lexicon))
    for where, message in (*no_shares, *sums_of_all(survey)):
        if validated.speaks_of(where):
            yield document.fault(where, message)


def _answer_at(survey: Survey, where: Path_) -> Answer:
    return survey.questions[int(where[1])].answers[int(where[3])]


def file_text(data: Mapping[str, Any], study: Study) -> str:
    """Return a survey as the text of its file."""
    head = {key: _yaml(value, key) for key, value in data.items() if key not in ("id", "sources", "questions")}
    words = words_of(study, str(data.get("year") or year_in(data["id"], study)))
    sources = [source_text(source["id"], _values(source), words, asked=True) for source in data["sources"]]
    return survey_text(data["id"], head, sources, map(_question, data["questions"]), words, asked=True)


def _question(question: Mapping[str, Any]) -> str:
    return question_text(question["id"], _values(question), map(_answer, question["answers"]), commented=False)


def _answer(answer: Mapping[str, Any]) -> str:
    known = _values({key: value for key, value in answer.items() if value is not False})
    return answer_text(answer["id"], known, answer["sources"])


def _values(record: Mapping[str, Any]) -> dict[str, str]:
    return {key: _yaml(value, key) for key, value in record.items() if key not in ("id", "answers", "sources")}


def _yaml(value: Any, key: str = "") -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{name}: {_yaml(one, name)}" for name, one in value.items()) + "}"
    if isinstance(value, list):
        return flow(value)
    if isinstance(value, bool):
        return str(value).lower()
    if key in _NUMBERS:
        return str(value)
    bare_year = key in _DATES and _YEAR.fullmatch(value)
    return quoted(value) if key == "printed" or bare_year else scalar(value)
