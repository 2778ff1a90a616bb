"""CSV files as sheets, whatever their encoding and separator."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path

from crosswave.study.faults import shown_path
from crosswave.study.importing.sheets import Row, Sheet, fault_of, header_of, limited, no_header, text_cell

_SEPARATORS = ",;\t"


def read_text(path: Path, content: bytes) -> Sheet:
    """Return the sheet of a CSV file."""
    text, notice = _decoded(path, content)
    for separator in _SEPARATORS:
        try:
            rows = limited(_csv_rows(text, separator), path)
        except csv.Error as error:
            raise fault_of(path, f"not a table: {error}; save it as CSV again") from None
        if header_of(rows) is not None:
            return Sheet(shown_path(path), rows, notice=notice)
    raise no_header(path)


def _csv_rows(text: str, separator: str) -> Iterator[Row]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    start = 1
    for texts in reader:
        cells = tuple(text_cell(" ".join(cell.split())) for cell in texts)
        if any(cell.text for cell in cells):
            yield Row(start, cells)
        start = reader.line_num + 1


def _decoded(path: Path, content: bytes) -> tuple[str, str]:
    """The text of a file, and what to say of it: Excel still writes CSV in the code page of Windows."""
    encoding = "utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        return content.decode(encoding), ""
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
    try:
        text = content.decode("cp1252")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise fault_of(path, "neither UTF-8 nor Windows-1252 text; save it as CSV UTF-8", line) from None
    words = " ".join(text.splitlines()[line - 1].split())[:60]
    return (
        text,
        f"{shown_path(path)}:{line}: not UTF-8, so it was read as Windows-1252; look whether this is right: {words}",
    )
