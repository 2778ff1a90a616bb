"""A cell of a published table as a printed figure: its marks, its unit, or why it is none."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from crosswave.printed.plain import is_mark
from crosswave.study.importing import signs
from crosswave.study.importing.found import Figure, Found, Place, number_of
from crosswave.study.importing.houses import House
from crosswave.study.importing.rows import Cell, Row
from crosswave.study.importing.signs import FLAGS, kind_of

_PRINTED_IN = {"percent": "percent", "share": "share", "people": "count"}
_BARE = (
    "say what bare numbers are: --set bare=percent (45 is 45 %), bare=share (0.45 is 45 %) or bare=count"
    " (45 people of an unweighted base)"
)


@dataclass(slots=True)
class Line:
    row: Row
    label: str
    cells: dict[int, Cell]
    unit: str = ""
    signed: bool = field(init=False)

    def __post_init__(self) -> None:
        """A row with a signed number holds differences, those without a sign too."""
        self.signed = any(re.match(r"[-+−]\s?\d", cell.text) for cell in self.cells.values())


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
        if re.fullmatch(r"(zero|nil|none)\b.*", says, re.IGNORECASE):
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
