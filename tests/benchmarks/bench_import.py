"""How long a sheet of 5,000 figures takes to become a survey file, in times of only reading its cells with openpyxl.

Run by ``make bench``. Asserts no time: the ratios are of one run, and each way has a process of its own.
"""

from __future__ import annotations

import io
import os
import re
import shutil
import subprocess
import sys
import time
import zipfile
from pathlib import Path
from tempfile import TemporaryDirectory

from openpyxl import Workbook, load_workbook

ROOT = Path(__file__).resolve().parents[2]
FIGURES, LAST = 5000, 1_048_576
FACTS = {
    "id": "odd-2021", "title": "Poll", "publisher": "House", "year": "2021", "year_basis": "fieldwork",
    "population": "adults", "sector": "mixed", "unit": "person", "n": "1,026", "source_title": "tables",
    "source_url": "https://example.org/t", "source_kind": "publisher-report",
}  # fmt: skip


def plain() -> bytes:
    """Return a sheet of our own kind: facts above, a figure on each row."""
    made, stream = Workbook(), io.BytesIO()
    rows = [[f"Q{k // 10}?", f"answer {k}", f"{k % 100}%", "other", "a thing"] for k in range(FIGURES)]
    for row in [*map(list, FACTS.items()), ["question", "answer", "printed", "topic", "about"], *rows]:
        made.worksheets[0].append(row)
    made.save(stream)
    return stream.getvalue()


def formatted(sheet: bytes) -> bytes:
    """Return the sheet with a format in the first cell of every row down to the last."""
    empty = "".join(f'<row r="{row}"><c r="A{row}" s="0"/></row>' for row in range(FIGURES + 500, LAST)).encode()
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(sheet)) as held, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as made:
        for name in held.namelist():
            made.writestr(name, held.read(name).replace(b"</sheetData>", empty + b"</sheetData>"))
    return stream.getvalue()


def published() -> bytes:
    """Return a house's crosstab: fifty questions, five answers, twenty groups."""
    made, stream = Workbook(), io.BytesIO()
    sheet = made.worksheets[0]
    for row in [["", *(f"Group {k}" for k in range(20))], ["Base", *[1000] * 20]]:
        sheet.append(row)
    for asked in range(50):
        sheet.append([f"Q{asked}. Is it so?"])
        for k in range(5):
            sheet.append([f"Answer {k}", *[0.2] * 20])
            for cell in sheet[sheet.max_row][1:]:
                cell.number_format = "0%"
    made.save(stream)
    return stream.getvalue()


def used(way: str, book: str) -> tuple[float, float]:
    """Return the processor seconds of a way in its own process, imports left out, and its memory in megabytes."""
    done = subprocess.run([sys.executable, __file__, way, book], capture_output=True, text=True, check=True)
    return tuple(map(float, done.stdout.split()))  # type: ignore[return-value]


def measure(way: str, book: Path) -> None:
    """Print what one way takes."""
    from crosswave.study.importing import import_survey
    from crosswave.study.importing.houses import house_of
    from crosswave.study.importing.sheets import read_sheets
    from crosswave.study.importing.tables import find_tables

    began = time.process_time()
    if way == "cells":
        for sheet in load_workbook(book, read_only=True):
            sum(1 for _ in sheet.iter_rows(values_only=True))
    elif way == "survey":
        figures = import_survey(book, Path("data")).figures
        assert figures == FIGURES
    else:
        tables = find_tables(read_sheets(book, printed=True), house_of("any", ())).tables
        assert sum(len(one.answers) * len(one.groups) for one in tables) == FIGURES
    peak = re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text(encoding="ascii"))
    print(time.process_time() - began, int(peak[1]) / 1024 if peak else 0)


def main() -> None:
    """Print the table."""
    plain_sheet = plain()
    sheets = {
        "a figure on each row": ("survey", plain_sheet),
        "the same, formatted down to the last row": ("survey", formatted(plain_sheet)),
        "a house's crosstab of twenty groups": ("tables", published()),
    }
    print("| sheet of 5,000 figures | CPU s | MB | times openpyxl |\n|---|---|---|---|")
    for title, (way, content) in sheets.items():
        Path("odd-2021.xlsx").write_bytes(content)
        cells, (seconds, memory) = used("cells", "odd-2021.xlsx")[0], used(way, "odd-2021.xlsx")
        Path("data/surveys/odd-2021.yaml").unlink(missing_ok=True)
        print(f"| {title} | {seconds:.2f} | {memory:.0f} | {seconds / cells:.1f} |")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        measure(sys.argv[1], Path(sys.argv[2]))
    else:
        with TemporaryDirectory() as folder:
            os.chdir(folder)
            Path("data/surveys").mkdir(parents=True)
            for name in ("quantities.yaml", "study.yaml"):
                shutil.copy(ROOT / "data" / name, "data")
            main()
