"""Published tables of a sheet: questions, answers, groups with their bases, and the cells that are not understood."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from crosswave.printed.plain import is_mark
from crosswave.study.importing import signs
from crosswave.study.importing.draft import letter
from crosswave.study.importing.houses import House
from crosswave.study.importing.layout import blocks, first_column
from crosswave.study.importing.long import Columns, columns_of
from crosswave.study.importing.sheets import Cell, Row, Sheet
from crosswave.study.importing.signs import FLAGS, GSS, kind_of, no_name, weight_of, whole


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


def find_tables(sheets: list[Sheet], house: House) -> Found:
    """Return the tables of a file as its house lays them out."""
    found = Found()
    names = [sheet.name.partition("[")[2].removesuffix("]") for sheet in sheets]
    marks = {**GSS, **{m["mark"]: m["says"].strip(" .,") for sheet in sheets for row in sheet.rows for cell in row.cells
                       if not kind_of(cell.text) for m in signs.SAYS.finditer(cell.text)}, **house.marks}  # fmt: skip
    for sheet, name in zip(sheets, names, strict=True):
        if len(sheets) > 1 and signs.OTHER_SHEETS.fullmatch(name):
            found.left_out.append(f"sheet {name}: by its name no table")
            continue
        before = len(found.tables), len(found.faults)
        for rows in blocks(sheet, name, found.left_out):
            _Sheet(rows, bool(sheet.merged), name, house, marks, found).read()
        if (len(found.tables), len(found.faults)) == before:
            like = f" that says {' or '.join(house.columns)}" if house.columns else ""
            found.left_out.append(f"sheet {name}: no row of figures under a heading{like}")
    return found


@dataclass(slots=True)
class _Line:
    row: Row
    label: str
    cells: dict[int, Cell]
    unit: str = ""
    signed: bool = field(init=False)

    def __post_init__(self) -> None:
        """A row with a signed number holds differences, those without a sign too."""
        self.signed = any(re.match(r"[-+−]\s?\d", cell.text) for cell in self.cells.values())


class _Block(NamedTuple):
    """What is below one question: its rows, what its columns are called and hold, and which hold bases."""

    lines: list[_Line]
    asked: str
    at: Place
    names: Mapping[int, str]
    units: Mapping[int, str]
    own: set[int]
    heads: Mapping[int, tuple[str, ...]]
    counts: Mapping[int, int]


class _Sheet:
    """Reads the rows of one sheet from the first to the last."""

    def __init__(
        self, rows: list[Row], merged: bool, name: str, house: House, marks: Mapping[str, str], found: Found
    ) -> None:
        self._rows, self._merged, self._name = rows, merged, name
        self._house, self._marks, self._found = house, marks, found
        self._first = first_column(rows)
        self._weight = _said_weight(rows)
        self._heads: list[Row] = []
        self._words: list[tuple[Row, str]] = []
        self._title = ""
        self._who = ""
        self._lines: list[_Line] = []
        self._question = ""
        self._bases: list[_Line] = []
        self._last = 0

    def read(self) -> None:
        for place, row in enumerate(self._rows):
            if columns := columns_of(self._rows, place):
                self._long(row, self._rows[place + 1 :], columns)
                return
            kinds = {k: kind_of(cell.text) for k, cell in enumerate(row.cells) if k >= self._first and cell.text}
            if any(kinds.values()) and not self._is_heading(row, kinds):
                self._figures(row, kinds)
            elif kinds:
                self._head(row, kinds)
            else:
                self._text(row)
            self._last = row.number
        self._close()

    def _is_heading(self, row: Row, kinds: Mapping[int, str]) -> bool:
        """Years over figures are headings, and so is a row of which hardly a cell is a figure."""
        texts = [row.text(k) for k in kinds]
        if not self._lines and all(re.fullmatch(r"(19|20)\d\d", text) for text in texts):
            return True
        return sum(map(bool, kinds.values())) * 2 < len(kinds) or (
            not self._label(row) and not self._lines and "share" not in kinds.values() and not self._bases
        )

    def _label(self, row: Row) -> str:
        texts = [cell.text for cell in row.cells[: self._first] if cell.text]
        if len(texts) > 1 and texts[-2] != texts[-1] and not self._items():
            self._ask(row, texts[-2])
        first = row.text(self._first)
        return texts[-1] if texts else first if signs.BASE.fullmatch(first) or first in self._house.skip else ""

    def _items(self) -> bool:
        """Whether each row is a question of its own, as the heading of its label says."""
        return bool(self._heads) and bool(signs.ITEM.fullmatch(self._heads[-1].text(self._first - 1)))

    def _ask(self, row: Row, question: str) -> None:
        if question != self._question:
            self._close()
            self._question = question

    def _head(self, row: Row, kinds: Mapping[int, str]) -> None:
        label = row.text(self._first - 1) if self._first else ""
        letters = all((signs.LETTERS if self._lines else signs.LETTER).fullmatch(row.text(k)) for k in kinds)
        if letters and not label and self._last == row.number - 1 and (self._lines or self._heads):
            self._found.left_out.append(f"{Place(self._name, row.number, min(kinds))}: letters of a test")
            return
        if self._lines or (self._bases and not all(signs.UNITS.fullmatch(row.text(k)) for k in kinds)):
            self._close()
            self._heads, self._bases = [], []
        self._heads.append(row)
        for text in dict.fromkeys(cell.text for cell in row.cells[: self._first] if cell.text):
            if signs.ASKS.fullmatch(text):
                self._words.append((row, text))

    def _text(self, row: Row) -> None:
        if self._lines:
            self._close()
        for text in dict.fromkeys(cell.text for cell in row.cells if cell.text):
            if match := signs.BASE_WORDS.fullmatch(text):
                self._who = match["who"] or match["all"]
            else:
                self._words.append((row, text))

    def _figures(self, row: Row, kinds: Mapping[int, str]) -> None:
        label = self._label(row)
        line = _Line(row, label, {k: row.cells[k] for k in kinds})
        base = signs.BASE.fullmatch(label)
        told = signs.BASE_WORDS.fullmatch(label)
        if told and told["who"] and "share" not in kinds.values():
            base, self._who = told, told["who"]
        counts = {k: cell for k, cell in line.cells.items() if kinds[k] == "number"}
        whole_shares = all(re.fullmatch(r"100(\.0+)? ?%", row.text(k)) for k in kinds if kinds[k] == "share")
        if base and counts and whole_shares and not self._bases:  # all, and beside it how many that are
            line.cells, kinds = counts, dict.fromkeys(counts, "number")
        if base and "share" not in kinds.values():
            if self._lines and self._bases and self._bases[-1].row.number < self._lines[0].row.number:
                self._close()
            self._bases = [one for one in self._bases if one.label != label and not self._stale(one, row)] + [line]
        elif not label and self._lines and self._last == row.number - 1:
            self._second(line, kinds)
        elif not label and self._bases and not self._lines:
            self._found.left_out.append(f"{Place(self._name, row.number, min(kinds))}: the bases as shares")
        elif label.casefold() in {text.casefold() for text in self._house.skip}:
            self._found.left_out.append(f"{Place(self._name, row.number, min(kinds))}: {label}, as the house says")
        else:
            self._lines.append(line)

    def _stale(self, base: _Line, row: Row) -> bool:
        return bool(self._lines) and base.row.number < self._lines[0].row.number and base.row.number < row.number - 400

    def _second(self, line: _Line, kinds: Mapping[int, str]) -> None:
        """A second row under an answer: its shares count where the first has bare counts."""
        above = self._lines[-1]
        shares = "share" in kinds.values() and all(kind_of(cell.text) != "share" for cell in above.cells.values())
        if shares or self._percentages_of(above, line):
            self._lines[-1] = _Line(line.row, above.label, line.cells, "" if shares else "percent")
        else:
            self._found.left_out.append(
                f"{Place(self._name, line.row.number, min(kinds))}: a second row of {above.label}"
            )

    def _percentages_of(self, counts: _Line, below: _Line) -> bool:
        """Whether the bare numbers below bare counts are what these are of one of the bases, in per cent."""

        def fits(base: _Line) -> bool:
            places = [k for k in counts.cells if (whole(base.row.text(k)) and whole(counts.row.text(k)))]
            return bool(places) and all(
                _near(below.row.text(k), 100 * (whole(counts.row.text(k)) or 0) / (whole(base.row.text(k)) or 1))
                for k in places
            )

        return any(fits(base) for base in self._bases)

    # --- a question is closed: what is in it ----------------------------------------------------------------------

    def _close(self) -> None:
        lines, self._lines = self._lines, []
        asked = self._asked()
        if not lines:
            return
        self._words = []
        if not self._heads and not self._bases:
            place = Place(self._name, lines[0].row.number, min(lines[0].cells))
            if any(kind_of(cell.text) == "share" for line in lines for cell in line.cells.values()):
                self._heads = [replace(lines[0].row, cells=(*[Cell()] * min(lines[0].cells), Cell("Total")))]
            else:
                self._found.left_out.append(f"{place}: numbers without a heading")
                return
        self._table(lines, asked)

    def _asked(self) -> str:
        texts = [text for _, text in self._words]
        asking = [text for text in texts if signs.ASKS.fullmatch(text) and not signs.TABLE.fullmatch(text)]
        asking += [m["rest"] for text in texts if (m := signs.TABLE.fullmatch(text)) and m["rest"] and not asking]
        plain = [text for text in texts if not (signs.ASIDE.fullmatch(text) or signs.TABLE.fullmatch(text))]
        asking = [signs.CONTINUED.sub("", text) for text in asking]
        if found := (asking or plain)[-1:]:
            code = found[0].split()[0]  # of one question in two languages the first
            self._question = next((text for text in asking if text.split()[0] == code), found[0])
        if not self._title and texts:
            self._title = texts[0]
        return self._house.asks or self._question or self._title

    def _table(self, lines: list[_Line], asked: str) -> None:
        heads = self._headings(lines)
        shares = {k for line in lines for k, cell in line.cells.items() if kind_of(cell.text) == "share"}
        sizes = {k for k, head in heads.items() if head and signs.SIZES.fullmatch(head[-1]) and k not in shares}
        base_columns = {k for k in sizes if signs.BASE.fullmatch(heads[k][-1])}
        base_columns = base_columns if len(base_columns) < len(heads) else set()
        units = {k: self._unit(k, head, lines, asked) for k, head in heads.items() if k not in base_columns}
        counted = [k for k, unit in units.items() if unit == "count"]
        for k in [k for k, unit in units.items() if unit in ("spread", "count", "none")]:
            words = {"spread": "not a share", "count": "counts beside shares", "none": "no figures"}[units.pop(k)]
            if words != "no figures" or any(line.row.text(k) for line in lines):
                self._found.left_out.append(
                    f"{Place(self._name, lines[0].row.number, k)}: {' / '.join(heads[k])}, {words}"
                )
        counts = _counts_of(heads, units, counted)
        names = {k: self._name_of(heads[k], bool(base_columns)) for k in units}
        at = Place(self._name, lines[0].row.number, max(self._first - 1, 0))
        block = _Block(lines, asked, at, names, self._one_date(heads, names, units), base_columns, heads, counts)
        if not block.units:
            return
        layout = self._layout(block) if asked or self._items() else ""
        if not (asked or self._items()):
            told = "no question is above this table; write it on a row of its own, or --set asks='...'"
            self._found.faults.append((at, told))
        elif layout == "questions":
            for line in lines:
                self._by_row(block._replace(lines=[line], asked=line.label), about=asked)
        elif layout:
            (self._by_row if layout == "rows" else self._by_column)(block)

    def _headings(self, lines: list[_Line]) -> dict[int, tuple[str, ...]]:
        columns = sorted({k for line in [*lines, *self._bases] for k in line.cells})
        heads: dict[int, list[str]] = {k: [] for k in columns}
        for place, row in enumerate(self._heads):
            last = place == len(self._heads) - 1
            above = ""
            for k in columns:
                text = row.text(k)
                above = text or above
                kept = text if last or self._merged else above
                if kept and (not heads[k] or heads[k][-1] != kept):
                    heads[k].append(kept)
        return {k: tuple(texts) for k, texts in heads.items()}

    def _unit(self, column: int, head: tuple[str, ...], lines: list[_Line], asked: str) -> str:
        kinds = {kind_of(line.cells[column].text) for line in lines if column in line.cells}
        if not kinds - {""}:
            return "none"
        words = " ".join(head)
        if signs.SPREAD.fullmatch(words):
            return "spread"
        if "share" in kinds:
            return "shown"
        unheaded = not head and any(kind_of(cell.text) == "share" for line in lines for cell in line.cells.values())
        if unheaded or (
            self._house.bare != "count"
            and head
            and signs.COUNTS.fullmatch(head[-1])
            and not signs.PERCENT.fullmatch(head[-1])
        ):
            return "count"
        texts = (words, asked, self._title, *self._aside())
        told = any(signs.PERCENT.fullmatch(text) for text in texts)
        bare = "people" if self._house.bare == "count" else self._house.bare
        return bare or ("percent" if told else "bare")

    def _aside(self) -> Iterator[str]:
        """What is above the headings and says what all figures are."""
        first = self._heads[0].number if self._heads else 0
        texts = (cell.text for row in self._rows if row.number < first for cell in row.cells)
        yield from (text for text in texts if signs.ALL_ARE.match(text))

    def _name_of(self, head: tuple[str, ...], answers: bool) -> str:
        kept = [text for text in head if not signs.UNITS.fullmatch(text)] or ["Total"]
        kept = [signs.AFTER_NAME.sub("", signs.HEAD_BASE.sub("", text)) for text in kept]
        return kept[-1] if answers else ": ".join(kept)

    def _one_date(
        self, heads: Mapping[int, tuple[str, ...]], names: Mapping[int, str], units: Mapping[int, str]
    ) -> Mapping[int, str]:
        """The columns of figures; of columns of several dates those of the one that was chosen, or a fault."""
        dates = {k: signs.DATE.findall(signs.VOTES.sub("", ": ".join(heads[k]))) for k in units}
        chosen = [k for k in units if self._wanted(names[k])]
        if self._house.columns and chosen and any(dates.values()):
            units = {k: units[k] for k in chosen}
        dated = {str(dates[k]): k for k in reversed(list(units)) if dates[k]}
        if len(dated) < 2:
            return units
        other, one = sorted(dated.values(), reverse=True)[-2:]
        self._several_dates(Place(self._name, self._heads[-1].number, one), names[one], names[other], "columns")
        return {}

    def _layout(self, table: _Block) -> str:
        """What each row is: "columns", an answer; "rows", a group; "questions", a question; "" for a fault."""
        if self._house.groups:
            return self._house.groups
        if self._items():
            return "questions"
        lines = [line for line in table.lines if not _is_sum(line.label)] or table.lines
        columns = [[line.row.text(k) for line in lines] for k in table.units if not _is_sum(table.names[k])]
        sizes = {line.cells[k].text for line in lines for k in table.own if k in line.cells}
        sums = not (self._bases or _add_up(columns)) and _add_up([list(row) for row in zip(*columns, strict=True)])
        across = (len(columns) > 1 and (sums or bool(table.own))) or len(sizes) > 1
        people = [line.label for line in table.lines if signs.PEOPLE.fullmatch(line.label)]
        dates = [line.label for line in lines if signs.DATE.fullmatch(line.label)]
        if len(dates) > 1 and not _add_up(columns):
            chosen = [date for date in dates if self._wanted(date)]
            if len(chosen) != 1:
                self._several_dates(table.at, dates[0], dates[-1], "rows")
            return "rows" if len(chosen) == 1 else ""
        if across and people:
            return "rows"
        if across or (len(people) > 1 and len(people) * 2 > len(lines) and not _add_up(columns)):
            told = "each row looks like a group of people or a question of its own, and not like an answer"
            kinds = "groups=rows (groups), groups=questions or groups=columns (each row is an answer)"
            self._found.faults.append((table.at, f"{told} ({lines[0].label}, {lines[-1].label} ...); --set {kinds}"))
            return ""
        return "columns"

    def _wanted(self, name: str) -> bool:
        columns = self._house.columns
        return not columns or any(word.casefold() in name.casefold() for word in columns)

    # --- one layout: answers down, groups across ----------------------------------------------------------------------

    def _by_column(self, table: _Block) -> None:
        wanted = [k for k in table.units if self._wanted(table.names[k])]
        groups = tuple(self._group(k, table, alone=len(wanted) == 1) for k in wanted)
        answers = [
            (line.label, tuple(self._figure(line, k, line.unit or table.units[k], group.unweighted)
                               for k, group in zip(wanted, groups, strict=True)))
            for line in self._answers(table.lines)
        ]  # fmt: skip
        self._put(Table(table.asked, self._who, table.at, groups, tuple(answers), {}))

    def _answers(self, lines: list[_Line]) -> Iterator[_Line]:
        for line in lines:
            place = Place(self._name, line.row.number, min(line.cells))
            if signs.SUMS.fullmatch(line.label) or signs.SPREAD.fullmatch(line.label):
                self._found.left_out.append(f"{place}: {line.label}, no answer")
            elif not line.label:
                self._found.faults.append(
                    (place, "a figure without an answer beside it; write the answer, or empty the row")
                )
            else:
                yield line

    def _group(self, column: int, table: _Block, alone: bool) -> Group:
        sizes: dict[str, int] = {}
        name, lines = table.names[column], table.lines
        for base in self._bases:
            cells = [base.cells.get(column), base.cells.get(table.counts.get(column, column))]
            cells += list(base.cells.values()) if alone else []
            sized = (number for cell in cells if cell is not None and (number := whole(cell.text)) is not None)
            if number := next(sized, None):
                sizes[weight_of(base.label) or self._weight] = number
        if match := signs.HEAD_BASE.search(" ".join(table.heads[column])):
            sizes["unweighted"] = whole(match["n"]) or 0
        for k in table.own:
            if k in lines[0].cells and (number := whole(lines[0].cells[k].text)):
                sizes["unweighted"] = number
        n = sizes.get("unweighted", sizes.get(""))
        return Group(name, n, "weighted" in sizes, alone or _is_all(name))

    def _figure(self, line: _Line, column: int, unit: str, n: int | None = None) -> Figure | None:
        cell, place = line.cells.get(column, Cell()), Place(self._name, line.row.number, column)
        if cell.fault:
            self._found.faults.append((place, cell.fault))
            return None
        text, note = cell.text, ""
        if not text:
            return None
        if (match := signs.MARKED.fullmatch(text)) and not signs.SHARE.fullmatch(text) and not is_mark(text):
            text, mark = match["figure"].strip(), match["mark"].strip()
            note = f"marked {mark}" + (
                f": {self._marks.get(mark) or FLAGS[mark]}" if mark in self._marks or mark in FLAGS else ""
            )
        kind = kind_of(text)
        if kind == "mark":
            return self._marked(text, place)
        if signs.DECIMAL_COMMA.search(text):
            text, note = signs.DECIMAL_COMMA.sub(".", text), note or f"printed as {text}"
        if kind and signs.MEANS.fullmatch(line.label):
            return Figure(text, place, note=note, measure="mean")
        if kind and line.signed:
            return Figure(text, place, note=note, measure="change", unusable="a difference of shares, no share")
        if kind == "number" and unit == "shown":
            unit = self._house.bare or "bare"
        if kind == "" or (kind == "number" and unit == "bare"):
            words = f"{cell.text} is a bare number" if kind else f"{cell.text!r} is no figure"
            advice = (
                "say what bare numbers are: --set bare=percent (45 is 45 %), bare=share (0.45 is 45 %) or bare=count"
                " (45 people of an unweighted base)"
            )
            self._found.faults.append((place, f"{words}; {advice if kind else 'mend or empty the cell'}"))
            return None
        if unit == "people" and kind == "number":
            return self._count(text, place, n)
        if (number := _number(text)) is not None and number > (1 if kind == "number" and unit == "share" else 100):
            told = (
                f"{text} is more than all, so a count, a mean or a change, and no share; empty the cell or the column"
            )
            self._found.faults.append((place, told))
            return None
        return Figure(
            text, place, {"percent": "percent", "share": "share"}.get(unit, "") if kind == "number" else "", note
        )

    def _count(self, text: str, place: Place, n: int | None) -> Figure | None:
        if n is None or not text.replace(",", "").isdecimal():
            self._found.faults.append(
                (place, f"{text} cannot be read as a count of an unweighted base; add a row Base")
            )
            return None
        return Figure(text, place, "count")

    def _marked(self, text: str, place: Place) -> Figure:
        says = self._marks.get(text) or self._marks.get(text.lower(), "")
        if re.search(r"\d\s*(%|per ?cent)", says):
            return Figure(says.replace(" per cent", "%"), place, note=f"printed as {text}")
        if re.fullmatch(r"(zero|nil|none)\b.*", says, re.IGNORECASE):
            return Figure("0%", place, note=f"printed as {text}")
        if not says:
            self._found.left_out.append(f"{place}: {text}, and no note says what it means (--set 'mark:{text}=...')")
        return Figure(text, place, unusable=says or f"the table does not say what {text} means")

    # --- the other layout: groups down, answers across ----------------------------------------------------------------

    def _by_row(self, table: _Block, about: str | None = None) -> None:
        dated = any(self._wanted(table.names[k]) for k in table.units) and bool(self._house.columns)
        kept = [line for line in table.lines if dated or self._wanted(line.label)]
        sizes = [
            next((n for k in table.own if k in line.cells and (n := whole(line.cells[k].text))), None) for line in kept
        ]
        groups = tuple(
            Group(
                "Total" if about is not None else line.label,
                n,
                False,
                about is not None or _is_all(line.label),
            )
            for line, n in zip(kept, sizes, strict=True)
        )
        answers = []
        for k, unit in table.units.items():
            says = table.names[k]
            if kept and signs.SUMS.fullmatch(says) and all(_near(line.row.text(k), 100) for line in kept):
                self._found.left_out.append(f"{Place(self._name, kept[0].row.number, k)}: {says}, no answer")
                continue
            unnamed = len(table.units) == 1 and (says == "Total" or signs.DATE.fullmatch(says))
            says = about or table.asked if unnamed else says
            answers.append((says, tuple(self._figure(line, k, line.unit or unit) for line in kept)))
        self._put(Table(table.asked, self._who, table.at, groups, tuple(answers), {}))

    # --- a third layout: one figure a row -----------------------------------------------------------------------------

    def _long(self, head: Row, rows: list[Row], columns: Columns) -> None:
        unit = "percent" if signs.PERCENT.fullmatch(head.text(columns.printed)) else self._house.bare or "bare"
        tables: dict[str, dict[tuple[str, str], Figure | None]] = {}
        groups: dict[str, Group] = {}
        for row in rows:
            name, says = ", ".join(row.text(k) for k in columns.groups) or "Total", row.text(columns.says)
            if not (says and row.text(columns.printed) and self._wanted(name)):
                continue
            asks = row.text(columns.asks) if columns.asks is not None else self._asked()
            held, line = tables.setdefault(asks, {}), _Line(row, says, {columns.printed: row.cells[columns.printed]})
            if (says, name) in held:
                told = (
                    f"a second figure for {says!r} of {name}; a column that tells the two apart has no heading or words"
                )
                self._found.faults.append((Place(self._name, row.number, columns.printed), told))
            n = whole(row.text(columns.base)) if columns.base is not None else None
            held[says, name] = self._figure(line, columns.printed, unit)
            groups[name] = Group(name, n, False, _is_all(name.partition(",")[0]))
        at = Place(self._name, head.number, columns.printed)
        if (
            len(dated := [name for name in groups if signs.DATE.search(name)]) > 1
            and len({str(signs.DATE.findall(name)) for name in dated}) > 1
        ):
            self._several_dates(at, dated[0], dated[-1], "rows")
            return
        for asks, held in tables.items():
            names = list(dict.fromkeys(name for _, name in held))
            answers = [
                (says, tuple(held.get((says, name)) for name in names))
                for says in dict.fromkeys(one for one, _ in held)
            ]
            self._put(Table(asks, "", at, tuple(groups[name] for name in names), tuple(answers), {}))

    def _several_dates(self, at: Place, one: str, other: str, what: str) -> None:
        words = f"the {what} are dates ({one}, {other} ...), each a survey of its own"
        self._found.faults.append((at, f"{words}; import one at a time: --set 'columns={one}'"))

    def _put(self, table: Table) -> None:
        named = [table.asks, *(group.name for group in table.groups), *(says for says, _ in table.answers)]
        if wrong := [text for text in named if no_name(text)] + [table.asks] * bool(re.fullmatch(r"\d+", table.asks)):
            words = f"{wrong[0]!r} stands where a question, an answer or a heading should"
            told = f"{words}; mend the cells around, or empty them"
            self._found.faults.append((table.at, told))
            return
        sized = {k: group.unweighted for k, group in enumerate(table.groups) if group.unweighted}
        if (
            sized
            and len(table.answers) > 1
            and all(n == _sum(table, k) != 100 and not _all_in(table, k, "count") for k, n in sized.items())
        ):
            words = f"the figures add up to the base {next(iter(sized.values()))}, so they are counts, and no shares"
            self._found.faults.append((table.at, f"{words}; --set bare=count (where the base is unweighted)"))
            return
        bare = [
            _sum(table, k) for k in range(len(table.groups)) if len(table.answers) > 1 and _all_in(table, k, "percent")
        ]
        if bare and all(abs(one - 1) < 1e-9 for one in bare):
            self._found.faults.append((table.at, "the figures add up to 1, and not to 100; --set bare=share"))
            return
        if table.groups and any(any(figures) for _, figures in table.answers):
            self._found.tables.append(replace(table, nets=_nets(table)))


def _sum(table: Table, column: int) -> float:
    return sum(_value(figures[column]) or 0 for _, figures in table.answers)


def _all_in(table: Table, column: int, unit: str) -> bool:
    return all(figure.printed_in == unit for _, figures in table.answers if (figure := figures[column]))


def _number(text: str) -> float | None:
    match = re.fullmatch(r"[<>]?\s*(\d[\d,]*(?:\.\d+)?)\s*%?", signs.DECIMAL_COMMA.sub(".", text))
    return float(match[1].replace(",", "")) if match else None


def _near(text: str, value: float) -> bool:
    """Whether a shown figure is a value as far as its decimals tell."""
    number, decimals = _number(text), len(text.rstrip("% ").partition(".")[2])
    return number is not None and abs(number - value) <= 0.51 / 10**decimals


def _said_weight(rows: list[Row]) -> str:
    """What a base that does not say so is, where texts say that all figures are weighted."""
    texts = [cell.text.lower() for row in rows for cell in row.cells if "weighted" in cell.text.lower()]
    told = " ".join(text for text in texts if not signs.BASE.fullmatch(text))
    return "weighted" if re.search(r"\bweighted", told) and "unweighted" not in told else ""


def _counts_of(heads: Mapping[int, tuple[str, ...]], shares: Mapping[int, str], counts: list[int]) -> dict[int, int]:
    """The column of counts of each column of shares: of those each heading has one."""
    under = [{k: heads[k][:-1] for k in columns} for columns in (shares, counts)]
    often = [Counter(held.values()) for held in under]
    alone = [{parent: k for k, parent in held.items() if n[parent] == 1} for held, n in zip(under, often, strict=True)]
    return {k: alone[1][parent] for parent, k in alone[0].items() if parent in alone[1]}


def _is_sum(label: str) -> bool:
    return bool(signs.SUMS.fullmatch(label) or signs.NET.fullmatch(label) or signs.BASE.fullmatch(label))


def _is_all(name: str) -> bool:
    """Whether a group is everybody: by its name, or as those of the one date that is read."""
    return bool(signs.EVERYONE.fullmatch(name) or signs.DATE.fullmatch(name))


def _add_up(lists: list[list[str]]) -> bool:
    """Whether the figures of each list add up to 100, as far as rounding lets one see."""
    sums = [[number for text in texts if (number := _number(text)) is not None] for texts in lists]
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
    return bool(full) and all(
        len(parts) == len(run) and abs(total - sum(parts)) <= 0.5 * (len(parts) + 1) for total, parts in full
    )


def _value(figure: Figure | None) -> float | None:
    match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*(%?)", figure.printed) if figure and not figure.measure else None
    return None if match is None or figure is None else float(match[1]) * (100 if figure.printed_in == "share" else 1)
