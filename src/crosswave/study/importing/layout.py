"""A sheet before it is read: cells filled and parted, tables side by side one by one, tables of one figure a row."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import count

from crosswave.study.importing.found import Place
from crosswave.study.importing.rows import Cell, Row, Sheet
from crosswave.study.importing.signs import BASE, LETTERS, PAIRS, SPREAD, kind_of, weight_of

_NOTES = re.compile(r"(?:foot)?notes?(?: numbers?)?", re.I)
_RANKS = re.compile(r"#|rank|no\.", re.I)
_NOTE = re.compile(r"(?:\[?notes? ?[\d, ]+\]?|\[\w\d, ]+\]|\d{1,2}|[*†‡]+)+", re.I)


def blocks(sheet: Sheet, name: str, left_out: list[str]) -> list[list[Row]]:
    """Return the rows of a sheet, of each of the tables that are side by side alone; and say what is left out."""
    rows = _filled(sheet)
    for place, row in enumerate(rows):
        for k, cell in enumerate(row.cells):
            if span := _aside(rows, place, k, cell.text):
                left_out.append(f"{Place(name, row.number, k)}: column {cell.text}")
                for at, one in enumerate(rows[place : place + span], start=place):
                    rows[at] = replace(one, cells=(*one.cells[:k], Cell(), *one.cells[k + 1 :]))
    rows = [replace(row, cells=tuple(_one_figure(row))) for row in rows]
    starts = [0, *_starts(rows)]
    ends = [*starts[1:], max((len(row.cells) for row in rows), default=0)]
    parts = [[replace(row, cells=(*[Cell()] * start, *row.cells[start:end])) for row in rows]
             for start, end in zip(starts, ends, strict=True)]  # fmt: skip
    return [[row for row in part if any(cell.text or cell.fault for cell in row.cells)] for part in parts]


def _aside(rows: list[Row], place: int, column: int, heading: str) -> int:
    """How many rows a column of note marks, or one that counts the rows, goes down from its heading; 0: neither."""
    counts = bool(_RANKS.fullmatch(heading))
    if not counts and not _NOTES.fullmatch(heading):
        return 0
    counted, marked = count(1), 0
    for span, row in enumerate(rows[place + 1 :], start=1):
        text = row.text(column)
        if text and not (text == str(next(counted)) if counts else _NOTE.fullmatch(text)):
            return span if marked else 0
        marked += bool(text)
    return len(rows) - place if marked else 0


def _one_figure(row: Row) -> Iterator[Cell]:
    """Of a count and a share in one cell the share; of a base the count."""
    base = any(BASE.fullmatch(cell.text) for cell in row.cells)
    for cell in row.cells:
        if match := PAIRS.fullmatch(cell.text):
            share, people = match["share"] or match["share_"], match["count"] or match["count_"]
            cell = replace(cell, text=people if base else share + (match["mark"] or ""))
        yield cell


def _starts(rows: list[Row]) -> Iterator[int]:
    """Columns in which another table begins: right of an empty one, with texts beside figures."""
    filled = {k for row in rows for k, cell in enumerate(row.cells) if cell.text}
    last = [max((k for k, cell in enumerate(row.cells) if kind_of(cell.text)), default=-1) for row in rows]
    for k in sorted(filled)[1:]:
        if k - 1 in filled:
            continue
        beside = [row.text(k) for row, figure in zip(rows, last, strict=True) if figure > k]
        texts = [text for text in beside if text and not kind_of(text) and not LETTERS.fullmatch(text)]
        if len(texts) > 1 and len(texts) * 2 > len(beside):
            yield k


def _filled(sheet: Sheet) -> list[Row]:
    """The rows of a sheet; what is merged over several columns or rows is in each of them, if it is no figure."""
    rows = {row.number: list(row.cells) for row in sheet.rows}
    for top, last, left, right, _ in sheet.merged:
        text = rows.get(top, [])[left] if left < len(rows.get(top, [])) else Cell()
        if not text.text or kind_of(text.text) or (top == last and len([c for c in rows[top] if c.text]) == 1):
            continue  # a title over the whole width is no heading
        for number in range(top, min(last, top + 500) + 1):
            cells = rows.setdefault(number, [])
            cells += [Cell()] * (right + 1 - len(cells))
            for column in range(left, right + 1):
                cells[column] = text
    return [Row(number, tuple(cells)) for number, cells in sorted(rows.items())]


def first_column(rows: list[Row]) -> int:
    """The first column of figures: more figures than texts are in it, beside a text at their left."""
    figures: dict[int, int] = {}
    texts: dict[int, int] = {}
    for row in rows:
        filled = [k for k, cell in enumerate(row.cells) if cell.text]
        kinds = {k: kind_of(row.text(k)) for k in filled}
        if any(kinds.values()):
            for k in filled:
                (figures if kinds[k] else texts)[k] = (figures if kinds[k] else texts).get(k, 0) + 1
    found = [k for k in sorted(figures) if k > 0 and figures[k] > texts.get(k, 0) * 0.8]
    return found[0] if found else 1


# --- tables with one figure a row -------------------------------------------------------------------------------------

_COLUMNS: Mapping[str, re.Pattern[str]] = {
    "asks": re.compile(r"(survey )?(question|indicator|measure|metric|statement|item)s?([ _](text|label|name))?", re.I),
    "says": re.compile(
        r"(answer|response|option|category|answer[ _]option|response[ _]option)s?([ _](text|label))?", re.I
    ),
    "printed": re.compile(
        r"%|((weighted )?(percentage|per ?cent|pct|proportion|share)|value|estimate)s?( \(?%\)?)?", re.I
    ),
    "date": re.compile(r"((survey|financial) )?(year|wave|period|date|time[ _]?period)s?", re.I),
}
"""What the columns of a table with one figure a row are called."""


@dataclass(frozen=True, slots=True)
class Columns:
    """The places of such columns; `groups` are those that say whom a figure is of, dates among them."""

    asks: int | None
    says: int
    printed: int
    base: int | None
    groups: tuple[int, ...]


def columns_of(sheet: list[Row], place: int) -> Columns | None:
    """Return the columns of a table with one figure a row; None where the row at a place heads none."""
    names = {k: cell.text.replace("_", " ") for k, cell in enumerate(sheet[place].cells) if cell.text}
    found = {key: [k for k, name in names.items() if form.fullmatch(name)] for key, form in _COLUMNS.items()}
    if len(found["says"]) != 1 or len(found["printed"]) != 1 or len(found["asks"]) > 1:
        return None
    rows = sheet[place + 1 :]
    base = next((k for k, name in names.items() if BASE.fullmatch(name) and "eighted" not in name.lower()), None)
    base = next((k for k, name in names.items() if weight_of(name) == "unweighted"), base)
    taken = {k for key in ("asks", "says", "printed") for k in found[key]}
    taken |= {k for k, name in names.items() if BASE.fullmatch(name) or SPREAD.fullmatch(name)}
    others = [k for k in names if k not in taken and (k in found["date"] or _is_text(row.text(k) for row in rows))]
    groups = tuple(k for k in others if len({row.text(k) for row in rows if row.text(k)}) > 1)
    if not (others and rows):
        return None
    return Columns(next(iter(found["asks"]), None), found["says"][0], found["printed"][0], base, groups)


def _is_text(texts: Iterable[str]) -> bool:
    kinds = Counter(bool(kind_of(text)) for text in texts if text)
    return kinds[False] > kinds[True]
