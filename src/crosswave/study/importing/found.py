"""What is found in published tables: cells as printed figures, groups, answers, and what the figures add up to."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from crosswave.printed.plain import is_mark
from crosswave.study.importing import signs
from crosswave.study.importing.houses import House
from crosswave.study.importing.rows import Cell, Row, letter
from crosswave.study.importing.signs import FLAGS, kind_of, no_name


@dataclass(frozen=True, slots=True)
class Place:
    """A cell by the names that a person knows it by."""

    sheet: str
    row: int
    column: int

    def __str__(self) -> str:
        return f"{self.sheet}!{letter(self.column)}{self.row}" if self.sheet else f"{letter(self.column)}{self.row}"


@dataclass(frozen=True, slots=True)
class Figure:
    """A printed figure of a table and its cell."""

    printed: str
    at: Place
    printed_in: str = ""
    note: str = ""
    unusable: str = ""
    measure: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """A column of figures: whom they were counted on."""

    name: str
    unweighted: int | None
    weighted: bool
    everyone: bool


@dataclass(frozen=True, slots=True)
class Table:
    """One question: its groups, and a figure of each for every answer."""

    asks: str
    who: str
    at: Place
    groups: tuple[Group, ...]
    answers: tuple[tuple[str, tuple[Figure | None, ...]], ...]
    nets: Mapping[str, tuple[str, ...]]


@dataclass(slots=True)
class Found:
    """What was found in a file: tables, what was left out on purpose, and what nobody can understand."""

    tables: list[Table] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    faults: list[tuple[Place, str]] = field(default_factory=list)

    def put(self, table: Table) -> None:
        """Take a table, or say what is wrong with its words or its sums."""
        named = [table.asks, *(group.name for group in table.groups), *(says for says, _ in table.answers)]
        if wrong := [text for text in named if no_name(text)] + [table.asks] * bool(re.fullmatch(r"\d+", table.asks)):
            words = f"{wrong[0]!r} is where a question, an answer or a heading should be"
            told = f"{words}; mend the cells around, or empty them"
            self.faults.append((table.at, told))
            return
        sized = {k: group.unweighted for k, group in enumerate(table.groups) if group.unweighted}
        several = len(table.answers) > 1
        counts = (n == _sum(table, k) != 100 and not _all_in(table, k, "count") for k, n in sized.items())
        if sized and several and all(counts):
            words = f"the figures add up to the base {next(iter(sized.values()))}, so they are counts, and no shares"
            self.faults.append((table.at, f"{words}; --set bare=count (where the base is unweighted)"))
            return
        bare = [_sum(table, k) for k in range(len(table.groups)) if several and _all_in(table, k, "percent")]
        if bare and all(abs(one - 1) < 1e-9 for one in bare):
            self.faults.append((table.at, "the figures add up to 1, and not to 100; --set bare=share"))
            return
        if table.groups and any(any(figures) for _, figures in table.answers):
            self.tables.append(replace(table, nets=_nets(table)))


def _sum(table: Table, column: int) -> float:
    return sum(_value(figures[column]) or 0 for _, figures in table.answers)


def _all_in(table: Table, column: int, unit: str) -> bool:
    return all(figure.printed_in == unit for _, figures in table.answers if (figure := figures[column]))


def number_of(text: str) -> float | None:
    match = re.fullmatch(r"[<>]?\s*(\d[\d,]*(?:\.\d+)?)\s*%?", signs.DECIMAL_COMMA.sub(".", text))
    return float(match[1].replace(",", "")) if match else None


def near(text: str, value: float) -> bool:
    """Whether a shown figure is a value as far as its decimals tell."""
    number, decimals = number_of(text), len(text.rstrip("% ").partition(".")[2])
    return number is not None and abs(number - value) <= 0.51 / 10**decimals


def add_up(lists: list[list[str]]) -> bool:
    """Whether the figures of each list add up to 100, as far as rounding lets one see."""
    sums = [[number for text in texts if (number := number_of(text)) is not None] for texts in lists]
    return bool(sums) and all(len(one) > 1 and abs(sum(one) - 100) <= max(1.0, 0.5 * len(one)) for one in sums)


def _nets(table: Table) -> dict[str, tuple[str, ...]]:
    """Nets that are the sum of the answers beside them in every column, as far as rounding lets one see."""
    values = [[_value(figure) for figure in figures] for _, figures in table.answers]
    names = [says for says, _ in table.answers]
    found = {}
    for j in (j for j, says in enumerate(names) if signs.NET.fullmatch(says)):
        runs = [range(j + 1, k) for k in range(j + 3, len(names) + 1)] + [range(k, j) for k in range(j - 1)]
        fits = [run for run in runs if not any(signs.NET.fullmatch(names[k]) for k in run) and _sums(values, j, run)]
        if len(fits) == 1:
            found[names[j]] = tuple(names[k] for k in fits[0])
    return found


def _sums(values: list[list[float | None]], net: int, run: range) -> bool:
    pairs = [(total, parts) for total, *parts in zip(values[net], *(values[k] for k in run), strict=True)]
    full = [(total, [part for part in parts if part is not None]) for total, parts in pairs if total is not None]
    near_enough = 0.5 * (len(run) + 1)
    return bool(full) and all(len(parts) == len(run) and abs(one - sum(parts)) <= near_enough for one, parts in full)


def _value(figure: Figure | None) -> float | None:
    match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*(%?)", figure.printed) if figure and not figure.measure else None
    return None if match is None or figure is None else float(match[1]) * (100 if figure.printed_in == "share" else 1)


# --- a cell as a printed figure: its marks, its unit, or why it is none -----------------------------------------------

_PRINTED_IN = {"percent": "percent", "share": "share", "people": "count"}
_BARE = (
    "say what bare numbers are: --set bare=percent (45 is 45 %), bare=share (0.45 is 45 %) or bare=count"
    " (45 people of an unweighted base)"
)


@dataclass
class Line:
    """A row of a table: its label and the cells that are under the headings of figures."""

    row: Row
    label: str
    cells: dict[int, Cell]
    unit: str = ""

    @cached_property
    def signed(self) -> bool:
        """Whether a number has a sign: all of the row are then differences, those without a sign too."""
        return any(re.match(r"[-+−]\s?\d", cell.text) for cell in self.cells.values())


@dataclass(frozen=True, slots=True)
class Cells:
    """Reads the cells of one sheet; what nobody can understand goes among the faults of what was found."""

    sheet: str
    house: House
    marks: Mapping[str, str]
    found: Found

    def figure(self, line: Line, column: int, unit: str, n: int | None = None) -> Figure | None:
        """Return the figure of a cell; None where the cell is empty, or a fault."""
        cell, place = line.cells.get(column, Cell()), Place(self.sheet, line.row.number, column)
        fault = cell.fault
        if cell.text and not fault:
            text, note = self._unmarked(cell.text)
            kind = kind_of(text)
            if kind == "mark":
                return self._marked(text, place)
            if signs.DECIMAL_COMMA.search(text):
                text, note = signs.DECIMAL_COMMA.sub(".", text), note or f"printed as {text}"
            if kind and signs.MEANS.fullmatch(line.label):
                return Figure(text, place, note=note, measure="mean")
            if kind and line.signed:
                return Figure(text, place, note=note, measure="change", unusable="a difference of shares, no share")
            own = (self.house.bare or "bare" if unit == "shown" else unit) if kind == "number" else ""
            fault = _fault(cell.text, text, kind, own, n)
            if not fault:
                return Figure(text, place, _PRINTED_IN.get(own, ""), note)
        if fault:
            self.found.faults.append((place, fault))
        return None

    def _unmarked(self, text: str) -> tuple[str, str]:
        """A figure without the mark of a note beside it, and what the mark says."""
        match = signs.MARKED.fullmatch(text)
        if not match or signs.SHARE.fullmatch(text) or is_mark(text):
            return text, ""
        mark = match["mark"].strip()
        says = self.marks.get(mark) or FLAGS.get(mark, "")
        return match["figure"].strip(), f"marked {mark}" + (f": {says}" if says else "")

    def _marked(self, text: str, place: Place) -> Figure:
        says = self.marks.get(text) or self.marks.get(text.lower(), "")
        if re.search(r"\d\s*(%|per ?cent)", says):
            return Figure(says.replace(" per cent", "%"), place, note=f"printed as {text}")
        if re.fullmatch(r"(zero|nil|none)\b.*", says, re.I):
            return Figure("0%", place, note=f"printed as {text}")
        if not says:
            self.found.left_out.append(f"{place}: {text}, and no note says what it means (--set 'mark:{text}=...')")
        return Figure(text, place, unusable=says or f"the table does not say what {text} means")


def _fault(shown: str, text: str, kind: str, unit: str, n: int | None) -> str:
    """Why a text is no figure of a share or a count; empty where it is one."""
    if not kind:
        return f"{shown!r} is no figure; mend or empty the cell"
    if unit == "bare":
        return f"{shown} is a bare number; {_BARE}"
    if unit == "people":
        counted = n is not None and text.replace(",", "").isdecimal()
        return "" if counted else f"{text} cannot be read as a count of an unweighted base; add a row Base"
    number = number_of(text)
    if number is not None and number > (1 if unit == "share" else 100):
        return f"{text} is more than all, so a count, a mean or a change, and no share; empty the cell or the column"
    return ""
