"""Sheets of figures as no program should make them: workbooks, tables of OpenDocument and HTML, and CSV files."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Callable, Iterator
from html import escape
from itertools import pairwise
from random import Random

from openpyxl import Workbook
from openpyxl.utils.exceptions import IllegalCharacterError

from campaign.mutation import BY_BYTES, FIGURES, NUMBERS, TEXTS

Rows = list[list[str]]
_FORMATS = (
    "General",
    "0%",
    "0.0%",
    '0"%"',
    "@",
    "[<1]0%;0",
    "#,##0",
    "yyyy-mm",
    "0.00E+00",
    "[Red]0;;;",
    "# ?/?",
    '"' * 9,
    "%" * 30,
)
_NS = " ".join(f'xmlns:{k}="urn:oasis:names:tc:opendocument:xmlns:{k}:1.0"' for k in ("office", "table", "text"))
_LEVELS = "".join(f'<!ENTITY {letter} "{f"&{before};" * 10}">' for before, letter in pairwise("abcdefghi"))
_BOMB = f'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">{_LEVELS}]>'
_XXE = '<!DOCTYPE x [<!ENTITY i SYSTEM "file:///etc/hostname">]>'


def sheets(random: Random, number: int) -> Iterator[tuple[str, bytes]]:
    """Yield names and contents of sheets, most of them with an unforeseen part."""
    for _ in range(number):
        ending = random.choice([*_WRITERS])
        content = _WRITERS[ending](_rows(random), random)
        if random.random() < 0.3:
            for _ in range(random.randint(1, 3)):
                content = random.choice(BY_BYTES)(content, {"a": "Base,1\n"}, random)
        yield f"sheet.{random.choice([*_WRITERS]) if random.random() < 0.05 else ending}", content


def _rows(random: Random) -> Rows:
    """A sheet as the template has it, or published tables, with some cells changed."""
    rows = random.choice((_template, _tables))(random)
    for _ in range(random.choice((0, 0, 0, 1, 2, 20))):
        row = random.choice(rows)
        if row:
            row[random.randrange(len(row))] = random.choice(random.choice((FIGURES, NUMBERS, TEXTS)))
    for _ in range(random.choice((0, 0, 0, 1, 3))):
        place = random.randrange(len(rows))
        rows[place : place + 1] = random.choice(([], [rows[place], list(rows[place])])) or [[""]]
    return rows


def _template(random: Random) -> Rows:
    facts = {"id": "sheet-2020", "title": "Poll", "publisher": "House", "year": "2020", "year_basis": "fieldwork",
             "population": "adults", "sector": "adults", "unit": "person", "n": "1,026", "source_title": "tables",
             "source_url": "https://example.org/t", "source_kind": "press-release"}  # fmt: skip
    figures = [[f"Question {k // 3}?", f"answer {k}", f"{random.randint(0, 100)}%", "use", "a thing"]
               for k in range(random.randint(1, 9))]  # fmt: skip
    return [*map(list, facts.items()), ["question", "answer", "printed", "topic", "about"], *figures]


def _tables(random: Random) -> Rows:
    rows: Rows = [["A poll of adults, 2020"], []]
    for k in range(random.randint(1, 3)):
        rows += [
            [f"Q{k}. How satisfied are you?"],
            ["", "Total", "Male", "Female"],
            ["Unweighted base", "1026", "500", "526"],
        ]
        rows += [[f"answer {a}", *(f"{random.randint(0, 60)}%" for _ in range(3))] for a in range(random.randint(1, 4))]
    return rows


def _csv(rows: Rows, random: Random) -> bytes:
    stream = io.StringIO(newline="")
    form = {"delimiter": random.choice(",;\t|"), "quoting": random.choice((csv.QUOTE_ALL, csv.QUOTE_MINIMAL))}
    csv.writer(stream, **form).writerows(rows * (3_000 if random.random() < 0.02 else 1))
    return stream.getvalue().encode(random.choice(("utf-8", "utf-8-sig", "utf-16", "cp1252", "utf-16-be")), "replace")


def _xlsx(rows: Rows, random: Random) -> bytes:
    book = Workbook()
    for sheet in [book.active, *(book.create_sheet() for _ in range(random.choice((0, 0, 1, 3))))]:
        for r, row in enumerate(rows, 1):
            for c, text in enumerate(row, 1):
                try:
                    cell = sheet.cell(r, c, _value(text, random))
                except (ValueError, IllegalCharacterError):
                    continue
                cell.number_format = random.choice(_FORMATS) if random.random() < 0.03 else "General"
        for _ in range(random.choice((0, 0, 1, 4))):
            sheet.merge_cells(
                start_row=random.randint(1, 9),
                end_row=random.randint(9, 20),
                start_column=1,
                end_column=random.randint(1, 5),
            )
        if random.random() < 0.1:
            sheet.cell(random.choice((1_048_576, 70_000, 3)), random.choice((1, 16_384)), " ")
        sheet.sheet_state = random.choice(("visible", "visible", "visible", "hidden", "veryHidden"))
    book.active = 0
    if all(sheet.sheet_state != "visible" for sheet in book.worksheets):
        book.worksheets[0].sheet_state = "visible"
    stream = io.BytesIO()
    book.save(stream)
    return _repacked(stream.getvalue(), random)


def _value(text: str, random: Random) -> object:
    """What a program would put into a cell: often a number where a text has one."""
    try:
        number = float(text.rstrip("%").replace(",", ""))
        return random.choice((text, number, number / 100, int(number) if abs(number) < 1e15 else text))
    except (ValueError, OverflowError):
        return text


def _repacked(content: bytes, random: Random) -> bytes:
    """A zipped file with a part changed: its bytes, its name, an entity, or so large that nobody would unpack it."""
    how = random.random()
    if how < 0.5:
        return content
    stream, given = io.BytesIO(), zipfile.ZipFile(io.BytesIO(content))
    names = given.namelist()
    chosen = random.choice([name for name in names if name.endswith("xml")])
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as made:
        for name in names:
            part = given.read(name)
            if name == chosen:
                if how < 0.6:
                    part = random.choice(BY_BYTES)(part, {"a": "<a>"}, random)
                elif how < 0.7:
                    part = part.replace(b"?>", b"?>" + random.choice((_BOMB, _XXE)).encode(), 1).replace(
                        b"answer", b"&i;"
                    )
                elif how < 0.75:
                    part = part.replace(b"<row ", b"<row " * 3).replace(b'r="', b'r="9999999', 1)
                elif how < 0.8:
                    part += b" " * 450_000_000 if random.random() < 0.1 else b" " * 20_000_000
                elif how < 0.85:
                    continue
                elif how < 0.9:
                    name = f"../../{name}"
                elif how < 0.95:
                    made.writestr(name, part)
            made.writestr(name, part)
    return stream.getvalue()


def _ods(rows: Rows, random: Random) -> bytes:
    often = random.choice((1, 1, 1, 1_000_000_000, 1_048_576, -1, 3))

    def cell(text: str) -> str:
        kind = random.choice(("string", "float", "percentage", "date", "boolean", "x"))
        value = (
            random.choice((text, "0.5", "1e999", "nan", "")).replace("\x00", "").replace("\x1b", "").replace("\x07", "")
        )
        times = f' table:number-columns-repeated="{random.choice((often, 2))}"' if random.random() < 0.1 else ""
        return (f'<table:table-cell office:value-type="{kind}" office:value="{escape(value)}"{times}>'
                f"<text:p>{escape(text)}</text:p></table:table-cell>")  # fmt: skip

    lines = "".join(f'<table:table-row table:number-rows-repeated="{often if random.random() < 0.1 else 1}">'
                    f"{''.join(map(cell, row))}</table:table-row>" for row in rows)  # fmt: skip
    head = random.choice(("", "", "", _BOMB, _XXE))
    inside = f'<office:spreadsheet><table:table table:name="t">{lines}</table:table></office:spreadsheet>'
    text = f"{head}<office:document-content {_NS}><office:body>{inside}</office:body></office:document-content>"
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as made:
        made.writestr("content.xml", text.encode("utf-8", "replace"))
    return _repacked(stream.getvalue(), random)


def _html(rows: Rows, random: Random) -> bytes:
    def cell(text: str) -> str:
        span = (
            f' {random.choice(("rowspan", "colspan"))}="{random.choice((2, 0, -1, 10**9, "x", 999_999))}"'
            if random.random() < 0.05
            else ""
        )
        tag = random.choice(("td", "td", "th"))
        return f"<{tag}{span}>{escape(text) if random.random() < 0.9 else text}</{tag}>"

    lines = "".join(f"<tr>{''.join(map(cell, row))}</tr>" for row in rows)
    head = random.choice(
        ("", "<h2>Q1. What?</h2>", "<script>alert(1)</script>", "<table><tr><td>" * random.choice((1, 30, 900)), "<!--")
    )
    return f"<html><body>{head}<table>{lines}</table></body></html>".encode("utf-8", "replace")


_WRITERS: dict[str, Callable[[Rows, Random], bytes]] = {"csv": _csv, "xlsx": _xlsx, "ods": _ods, "html": _html}
