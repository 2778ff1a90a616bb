"""From a sheet to a survey file: every fault at once, or the file and what is still open in it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from crosswave.files import write_whole
from crosswave.printed.plain import is_mark
from crosswave.printed.quantities import Lexicon
from crosswave.study import template
from crosswave.study.documents import Document
from crosswave.study.faults import DataError, Fault, refuse_existing
from crosswave.study.importing.draft import Draft, read_facts, slug
from crosswave.study.importing.figures import read_figures
from crosswave.study.importing.houses import House
from crosswave.study.importing.published import preview, read_published
from crosswave.study.importing.rows import header_of
from crosswave.study.importing.sheets import read_sheet, read_sheets
from crosswave.study.importing.tables import find_tables
from crosswave.study.loading import read_lexicon, read_study
from crosswave.study.models import Answer, Study, Survey
from crosswave.study.registry import text_of
from crosswave.study.rules import inner_faults, unreadable
from crosswave.study.validation import validate

_OPEN = re.compile(r"\s*(\w+): +# ")
_YEAR = re.compile(r"\d{4}")
_DATES = ("start", "end", "published")
_NUMBERS = ("year", "value", "organisations", "asked", "n")


@dataclass(frozen=True, slots=True)
class Imported:
    """A survey file that was written.

    `still_open` has line and key of what the sheet did not say, `notice` what is to be known of how it was read.
    """

    path: Path
    questions: int
    figures: int
    still_open: tuple[tuple[int, str], ...]
    notice: str


def import_survey(
    sheet: Path, folder: Path, force: bool = False, survey_id: str | None = None, house: House | None = None
) -> Imported:
    """Write a sheet of figures as a survey file; `DataError` has every fault of the sheet, and nothing is written.

    A sheet whose columns are not those of the template is read as published tables, as `house` lays them out.
    """
    lexicon = read_lexicon(folder)
    draft, notice = _drafted(sheet, folder, lexicon, survey_id, house or House())
    return write_document(checked(draft, lexicon, folder), folder, force, notice)


def write_document(document: Document, folder: Path, force: bool = False, notice: str = "") -> Imported:
    """Write a survey in the making that is free of faults as a file; one that is there stays unless forced."""
    data = document.data
    path = template.survey_path(data["id"], folder)
    if not force:
        refuse_existing(path, "give the sheet another id, or overwrite the file with --force")
    text = _file_text(data, read_study(folder))
    write_whole(path, text)
    lines = enumerate(text.splitlines(), start=1)
    still_open = [(number, found[1]) for number, line in lines if (found := _OPEN.match(line))]
    figures = sum(len(question["answers"]) for question in data["questions"])
    return Imported(path, len(data["questions"]), figures, tuple(still_open), notice)


def preview_survey(sheet: Path, house: House) -> str:
    """Return the published tables of a file as they are understood; nothing is written."""
    sheets = read_sheets(sheet, printed=True)
    return "\n".join([preview(find_tables(sheets, house)), *(one.notice for one in sheets if one.notice)])


def checked(draft: Draft, lexicon: Lexicon, folder: Path) -> Document:
    """Return the document of a draft; `DataError` has every fault of it."""
    document = draft.document()
    if faults := list(_faults(document, lexicon, read_study(folder))):
        raise DataError(faults)
    return document


def _drafted(path: Path, folder: Path, lexicon: Lexicon, survey_id: str | None, house: House) -> tuple[Draft, str]:
    sheets = read_sheets(path)
    if not any(header_of(sheet.rows) is not None for sheet in sheets):
        sheets = read_sheets(path, printed=True)
        draft, found = read_published(path, sheets, survey_id or slug(path.stem), house, folder)
        notices = [*(sheet.notice for sheet in sheets if sheet.notice), *(f"left out: {one}" for one in found.left_out)]
        return draft, "\n".join(notices)
    sheet = read_sheet(path, sheets)
    header, draft = header_of(sheet.rows) or 0, Draft(sheet.name)
    read_facts(sheet.rows[:header], survey_id or slug(path.stem), draft, folder)
    read_figures(sheet, header, lexicon, draft)
    if not (draft.data["questions"] or draft.faults):
        row = sheet.rows[header].number
        raise DataError([Fault(sheet.name, row, "no figure is under the names of the columns")])
    return draft, sheet.notice


def _faults(document: Document, lexicon: Lexicon, study: Study) -> Iterator[Fault]:
    validated = validate(document, Survey, {"vocabulary": study.vocabulary})
    yield from validated.faults
    yield from inner_faults(validated, document)
    if (survey := validated.record) is None:
        return
    for k, question in enumerate(survey.questions):
        for j, answer in enumerate(question.answers):
            where = ("questions", k, "answers", j, "printed")
            text = text_of(answer, answer.base or question.base, survey.n)
            words = "" if answer.printed_in == "count" else _no_share(answer, lexicon, text)
            if words and validated.speaks_of(where):
                yield document.fault(where, words)


# --- what to do about a cell that shows no share ----------------------------------------------------------------------

_NUMBER = re.compile(r"\(?(n ?= ?)?\d[\d,. ]*\)?", re.I)
_BASE = re.compile(
    r"((un-?)?weighted |effective |all |number of |total )*(base|total|sample|n|count|respondents|interviews)"
    r"( (base|size|sample|total|count|n|respondents))*( ?\((?P<weight>(un-?)?weighted).*| ?[(:,].*)?",
    re.I,
)
_WEIGHTED = re.compile(r"\bweighted", re.I)


def _no_share(answer: Answer, lexicon: Lexicon, text: str) -> str | None:
    """What to do about a row that is no share; None where it is one. What it shows says what was perhaps meant."""
    printed = answer.printed
    if _BASE.fullmatch(answer.says) and re.fullmatch(r"100(\.0+)? ?%", printed):
        return "this row is the sum of the others; delete the row"
    message = unreadable(answer, lexicon, text)
    if message is None:
        return None
    if _BASE.fullmatch(answer.says) and _NUMBER.fullmatch(printed):
        if _WEIGHTED.search(answer.says):
            return (
                "this row gives a weighted base, which counts nobody: write the unweighted one as n or base_n, "
                "give the fact weighted as yes, and delete the row"
            )
        return "this row gives a base: write it as n (of the survey) or base_n (of a question), and delete the row"
    if is_mark(printed):
        return (
            f"{printed} stands for a figure that is suppressed or missing: leave the row out, or give the reason in "
            "the column unusable; where the table says what it means, such as less than 0.5%, write that"
        )
    if re.fullmatch(r"\d+(\.\d+)?", printed):  # the fault that sheets make most: percentages in cells of another format
        percent = f"{float(printed) * 100:g}% or {printed}%" if float(printed) <= 1 else f"{printed}%"
        return (
            f"{printed} has no percent sign; type the figure as it is printed, such as {percent}, "
            "or say in a column measure that it is a mean or a size"
        )
    return message


# --- the text of the file ---------------------------------------------------------------------------------------------


def _file_text(data: Mapping[str, Any], study: Study) -> str:
    head = {key: _yaml(value, key) for key, value in data.items() if key not in ("id", "sources", "questions")}
    words = template.words_of(study, data["id"], data.get("year"))
    sources = [template.source_text(source["id"], _values(source), words) for source in data["sources"]]
    questions = []
    for question in data["questions"]:
        said = [{key: value for key, value in answer.items() if value is not False} for answer in question["answers"]]
        answers = [template.answer_text(one["id"], _values(one), one["sources"]) for one in said]
        questions.append(template.question_text(question["id"], _values(question), answers))
    return template.survey_text(data["id"], head, sources, questions, words)


def _values(record: Mapping[str, Any]) -> dict[str, str]:
    return {key: _yaml(value, key) for key, value in record.items() if key not in ("id", "answers", "sources")}


def _yaml(value: Any, key: str) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{name}: {_yaml(one, name)}" for name, one in value.items()) + "}"
    if isinstance(value, list):
        return template.flow(value)
    if isinstance(value, bool):
        return str(value).lower()
    if key in _NUMBERS:
        return str(value)
    bare_year = key in _DATES and _YEAR.fullmatch(value)
    return template.quoted(value) if key == "printed" or bare_year else template.scalar(value)
