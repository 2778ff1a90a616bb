"""A CSV file as rows, each with its line."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import TypeVar

from crosswave.study.documents import Document, Validated, validate
from crosswave.study.faults import Fault
from crosswave.study.mending import Path_
from crosswave.study.models import Record
from crosswave.study.texts import read_text

Model = TypeVar("Model", bound=Record)


def read_rows(path: Path, shown_as: str, key: str) -> Document:
    """Return a CSV file as a list of rows, with the line on which each starts under its number and under its key."""
    try:
        reader = csv.reader(io.StringIO(read_text(path), newline=""), strict=True)
        names, start = next(reader, []), reader.line_num + 1
        rows, lines, faults = list[dict[str, str]](), dict[Path_, int](), list[Fault]()
        for cells in filter(None, reader):
            row = dict(zip(names, cells, strict=False))
            lines[(len(rows),)] = lines[(row.get(key, ""),)] = start
            if len(cells) != len(names):
                faults.append(Fault(shown_as, start, f"the row has {len(cells)} cells, the first line {len(names)}"))
            rows.append(row)
            start = reader.line_num + 1
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        return Document(
            shown_as,
            None,
            {},
            (Fault(shown_as, 1, f"not a table in UTF-8 text: {_reason(error)}; save it as CSV UTF-8"),),
        )
    return Document(shown_as, rows, lines, tuple(faults))


def _reason(error: Exception) -> str:
    return str(getattr(error, "strerror", None) or error)


def validate_rows(document: Document, model: type[Model]) -> list[Validated[Model]]:
    """Return each row of a table as a model, with its faults."""
    rows = document.data or []
    lines = [document.line((number,)) for number in range(len(rows))]
    alone = [Document(document.path, row, {(): line}) for row, line in zip(rows, lines, strict=True)]
    return [validate(row, model) for row in alone]
