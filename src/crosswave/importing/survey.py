"""From a sheet to a survey file: every fault at once, or the file and what is still open in it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from crosswave.audit import unreadable
from crosswave.importing.draft import Draft, slug
from crosswave.importing.facts import read_facts
from crosswave.importing.figures import read_figures
from crosswave.importing.sheets import header_of, read_sheet
from crosswave.printed.quantities import Lexicon
from crosswave.registry.documents import Document, validate
from crosswave.registry.faults import DataError, Fault, shown_path
from crosswave.registry.models import Quantities, Survey
from crosswave.registry.reading import Reader
from crosswave.registry.references import inner_faults
from crosswave.site.files import write_whole
from crosswave.template import (
    answer_text,
    flow,
    question_text,
    quoted,
    scalar,
    source_text,
    survey_path,
    survey_text,
    year_in,
)

_OPEN = re.compile(r"\s*(\w+): +# ")
_BARE = re.compile(r"\d+(\.\d+)?")


@dataclass(frozen=True, slots=True)
class Imported:
    """A survey file that was written.

    Attributes
    ----------
    path : Path
        The file.
    questions, figures : int
        How many it holds.
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

    Parameters
    ----------
    sheet : Path
        A CSV or Excel file.
    folder : Path
        The data folder.
    force : bool
        Whether a survey file that is there may be overwritten.

    Raises
    ------
    DataError
        Every fault of the sheet at once; nothing is written then.
    FileExistsError
        The survey file is there already.
    """
    document, notice = _read(sheet, folder)
    data = document.data
    path = survey_path(data["id"], folder)
    if path.exists() and not force:
        raise FileExistsError(
            f"{shown_path(path)} is there already; give the sheet another id, or overwrite the file with --force"
        )
    write_whole(path, file_text(data))
    figures = sum(len(question["answers"]) for question in data["questions"])
    return Imported(path, len(data["questions"]), figures, tuple(_open_lines(path)), notice)


def _open_lines(path: Path) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if match := _OPEN.match(line):
            yield number, match[1]


def _read(path: Path, folder: Path) -> tuple[Document, str]:
    sheet = read_sheet(path)
    header = header_of(sheet.rows) or 0
    draft = Draft(sheet.name)
    read_facts(sheet.rows[:header], slug(path.stem, ()), draft)
    read_figures(sheet, header, draft)
    if not (draft.data["questions"] or draft.faults):
        raise DataError(
            [Fault(sheet.name, sheet.rows[header].number, "no figure stands under the names of the columns")]
        )
    document = draft.document()
    faults = list(_faults(document, folder))
    if faults:
        raise DataError(faults)
    return document, sheet.notice


def _faults(document: Document, folder: Path) -> Iterator[Fault]:
    validated = validate(document, Survey)
    yield from validated.faults
    yield from inner_faults(validated, document)
    reader = Reader(folder)
    quantities = reader.one("quantities.yaml", Quantities)
    if validated.record is None or quantities is None:
        yield from reader.faults
        return
    for where, message in unreadable(validated.record, Lexicon(quantities)):
        if validated.speaks_of(where):
            yield document.fault(where, _plainer(validated.record, where, message))


def _plainer(survey: Survey, where: tuple[Any, ...], message: str) -> str:
    """A bare number is the fault that sheets make most: percentages typed into cells of another format."""
    printed = survey.questions[where[1]].answers[where[3]].printed
    if not _BARE.fullmatch(printed):
        return message
    percent = f"{float(printed) * 100:g}% or {printed}%" if float(printed) <= 1 else f"{printed}%"
    return (
        f"{printed} has no percent sign; type the figure as it is printed, such as {percent}, "
        "or say in a column measure that it is a mean or a size"
    )


def file_text(data: Mapping[str, Any]) -> str:
    """Return a survey as the text of its file.

    Parameters
    ----------
    data : mapping
        Plain values as the model of a survey takes them.
    """
    head = {key: _yaml(value) for key, value in data.items() if key not in ("id", "sources", "questions")}
    year = str(data.get("year") or year_in(data["id"]))
    sources = [source_text(source["id"], _values(source), year, asked=True) for source in data["sources"]]
    return survey_text(data["id"], head, sources, map(_question, data["questions"]), asked=True)


def _question(question: Mapping[str, Any]) -> str:
    return question_text(question["id"], _values(question), map(_answer, question["answers"]), commented=False)


def _answer(answer: Mapping[str, Any]) -> str:
    known = _values({key: value for key, value in answer.items() if key != "barrier" or _is_yes(value)})
    return answer_text(answer["id"], known, answer["sources"])


def _is_yes(value: str) -> bool:
    return value in ("true", "yes", "y", "1", "on", "t")


def _values(record: Mapping[str, Any]) -> dict[str, str]:
    return {key: _yaml(value, key) for key, value in record.items() if key not in ("id", "answers", "sources")}


def _yaml(value: Any, key: str = "") -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{name}: {_yaml(one, name)}" for name, one in value.items()) + "}"
    if isinstance(value, list):
        return flow(value)
    return quoted(value) if key == "printed" else scalar(value)
