"""Published tables of a sheet: questions, answers, groups with their bases, and the cells that are not understood."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import NamedTuple

from crosswave.study.importing import signs
from crosswave.study.importing.found import Cells, Figure, Found, Group, Line, Place, Table, add_up, near
from crosswave.study.importing.houses import House
from crosswave.study.importing.layout import Columns, blocks, columns_of, first_column
from crosswave.study.importing.rows import Cell, Row, Sheet
from crosswave.study.importing.signs import GSS, kind_of, weight_of, whole


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


class _Block(NamedTuple):
    """What is below one question: its rows, what its columns are called and hold, and which hold bases."""

    lines: list[Line]
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
        self._house, self._found, self._cells = house, found, Cells(name, house, marks, found)
        self._first = first_column(rows)
        self._weight = _said_weight(rows)
        self._heads: list[Row] = []
        self._words: list[str] = []
        self._title = ""
        self._who = ""
        self._lines: list[Line] = []
        self._question = ""
        self._bases: list[Line] = []
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
        if len(texts) > 1 and texts[-2] not in (texts[-1], self._question) and not self._items():
            self._close()
            self._question = texts[-2]
        first = row.text(self._first)
        return texts[-1] if texts else first if signs.BASE.fullmatch(first) or first in self._house.skip else ""

    def _items(self) -> bool:
        """Whether each row is a question of its own, as the heading of its label says."""
        return bool(self._heads) and bool(signs.ITEM.fullmatch(self._heads[-1].text(self._first - 1)))

    def _head(self, row: Row, kinds: Mapping[int, str]) -> None:
        label = row.text(self._first - 1) if self._first else ""
        letters = all((signs.LETTERS if self._lines else signs.LETTER).fullmatch(row.text(k)) for k in kinds)
        if letters and not label and self._last == row.number - 1 and (self._lines or self._heads):
            self._leave_out(row, min(kinds), "letters of a test")
            return
        if self._lines or (self._bases and not all(signs.UNITS.fullmatch(row.text(k)) for k in kinds)):
            self._close()
            self._heads, self._bases = [], []
        self._heads.append(row)
        texts = dict.fromkeys(cell.text for cell in row.cells[: self._first])
        self._words += [text for text in texts if signs.ASKS.fullmatch(text)]

    def _text(self, row: Row) -> None:
        if self._lines:
            self._close()
        for text in dict.fromkeys(cell.text for cell in row.cells if cell.text):
            if match := signs.BASE_WORDS.fullmatch(text):
                self._who = match["who"] or match["all"]
            else:
                self._words.append(text)

    def _figures(self, row: Row, kinds: Mapping[int, str]) -> None:
        label = self._label(row)
        line = Line(row, label, {k: row.cells[k] for k in kinds})
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
            oldest = min(self._lines[0].row.number, row.number - 400) if self._lines else 0
            self._bases = [one for one in self._bases if one.label != label and one.row.number >= oldest] + [line]
        elif not label and self._lines and self._last == row.number - 1:
            self._second(line, kinds)
        elif not label and self._bases and not self._lines:
            self._leave_out(row, min(kinds), "the bases as shares")
        elif label.casefold() in {text.casefold() for text in self._house.skip}:
            self._leave_out(row, min(kinds), f"{label}, as the house says")
        else:
            self._lines.append(line)

    def _second(self, line: Line, kinds: Mapping[int, str]) -> None:
        """A second row under an answer: its shares count where the first has bare counts."""
        above = self._lines[-1]
        shares = "share" in kinds.values() and not _shares_in([above])
        if shares or self._percentages_of(above, line):
            self._lines[-1] = Line(line.row, above.label, line.cells, "" if shares else "percent")
        else:
            self._leave_out(line.row, min(kinds), f"a second row of {above.label}")

    def _percentages_of(self, counts: Line, below: Line) -> bool:
        """Whether the bare numbers below bare counts are what these are of one of the bases, in per cent."""
        for base in self._bases:
            sizes = {k: (whole(counts.row.text(k)), whole(base.row.text(k))) for k in counts.cells}
            shares = {k: 100 * people / n for k, (people, n) in sizes.items() if people and n}
            if shares and all(near(below.row.text(k), share) for k, share in shares.items()):
                return True
        return False

    # --- a question is closed: what is in it ----------------------------------------------------------------------

    def _close(self) -> None:
        lines, self._lines = self._lines, []
        asked = self._asked()
        if not lines:
            return
        self._words = []
        if not self._heads and not self._bases:
            row, first = lines[0].row, min(lines[0].cells)
            if not _shares_in(lines):
                self._leave_out(row, first, "numbers without a heading")
                return
            self._heads = [replace(row, cells=(*[Cell()] * first, Cell("Total")))]
        self._table(lines, asked)

    def _asked(self) -> str:
        texts = self._words
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

    def _table(self, lines: list[Line], asked: str) -> None:
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
                self._leave_out(lines[0].row, k, f"{' / '.join(heads[k])}, {words}")
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

    def _headings(self, lines: list[Line]) -> dict[int, tuple[str, ...]]:
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

    def _unit(self, column: int, head: tuple[str, ...], lines: list[Line], asked: str) -> str:
        kinds = {kind_of(line.cells[column].text) for line in lines if column in line.cells}
        if not kinds - {""}:
            return "none"
        words = " ".join(head)
        if signs.SPREAD.fullmatch(words):
            return "spread"
        if "share" in kinds:
            return "shown"
        last, bare = head[-1] if head else "", self._house.bare
        counts = signs.COUNTS.fullmatch(last) and not signs.PERCENT.fullmatch(last)
        if (not head and _shares_in(lines)) or (counts and bare != "count"):
            return "count"
        if bare:
            return "people" if bare == "count" else bare
        first = self._heads[0].number if self._heads else 0
        above = (cell.text for row in self._rows if row.number < first for cell in row.cells)
        texts = (words, asked, self._title, *(text for text in above if signs.ALL_ARE.match(text)))
        return "percent" if any(signs.PERCENT.fullmatch(text) for text in texts) else "bare"

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
        sums = not (self._bases or add_up(columns)) and add_up([list(row) for row in zip(*columns, strict=True)])
        across = (len(columns) > 1 and (sums or bool(table.own))) or len(sizes) > 1
        people = [line.label for line in table.lines if signs.PEOPLE.fullmatch(line.label)]
        dates = [line.label for line in lines if signs.DATE.fullmatch(line.label)]
        if len(dates) > 1 and not add_up(columns):
            chosen = [date for date in dates if self._wanted(date)]
            if len(chosen) != 1:
                self._several_dates(table.at, dates[0], dates[-1], "rows")
            return "rows" if len(chosen) == 1 else ""
        if across and people:
            return "rows"
        if across or (len(people) > 1 and len(people) * 2 > len(lines) and not add_up(columns)):
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
            (line.label, tuple(self._cells.figure(line, k, line.unit or table.units[k], group.unweighted)
                               for k, group in zip(wanted, groups, strict=True)))
            for line in self._answers(table.lines)
        ]  # fmt: skip
        self._found.put(Table(table.asked, self._who, table.at, groups, tuple(answers), {}))

    def _answers(self, lines: list[Line]) -> Iterator[Line]:
        for line in lines:
            first = min(line.cells)
            if signs.SUMS.fullmatch(line.label) or signs.SPREAD.fullmatch(line.label):
                self._leave_out(line.row, first, f"{line.label}, no answer")
            elif not line.label:
                self._fault(line.row, first, "a figure without an answer beside it; write the answer, or empty the row")
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

    # --- the other layout: groups down, answers across ----------------------------------------------------------------

    def _by_row(self, table: _Block, about: str | None = None) -> None:
        dated = any(self._wanted(table.names[k]) for k in table.units) and bool(self._house.columns)
        kept = [line for line in table.lines if dated or self._wanted(line.label)]
        groups = []
        for line in kept:
            n = next((n for k in table.own if k in line.cells and (n := whole(line.cells[k].text))), None)
            name = line.label if about is None else "Total"
            groups.append(Group(name, n, False, about is not None or _is_all(name)))
        answers = []
        for k, unit in table.units.items():
            says = table.names[k]
            if kept and signs.SUMS.fullmatch(says) and all(near(line.row.text(k), 100) for line in kept):
                self._leave_out(kept[0].row, k, f"{says}, no answer")
                continue
            unnamed = len(table.units) == 1 and (says == "Total" or signs.DATE.fullmatch(says))
            says = about or table.asked if unnamed else says
            answers.append((says, tuple(self._cells.figure(line, k, line.unit or unit) for line in kept)))
        self._found.put(Table(table.asked, self._who, table.at, tuple(groups), tuple(answers), {}))

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
            held, line = tables.setdefault(asks, {}), Line(row, says, {columns.printed: row.cells[columns.printed]})
            if (says, name) in held:
                words = "a column that tells the two apart has no heading or words"
                self._fault(row, columns.printed, f"a second figure for {says!r} of {name}; {words}")
            n = whole(row.text(columns.base)) if columns.base is not None else None
            held[says, name] = self._cells.figure(line, columns.printed, unit)
            groups[name] = Group(name, n, False, _is_all(name.partition(",")[0]))
        at = Place(self._name, head.number, columns.printed)
        dated = [name for name in groups if signs.DATE.search(name)]
        if len({str(signs.DATE.findall(name)) for name in dated}) > 1:
            self._several_dates(at, dated[0], dated[-1], "rows")
            return
        for asks, held in tables.items():
            names = list(dict.fromkeys(name for _, name in held))
            answers = dict.fromkeys(says for says, _ in held)
            rows_of = tuple((says, tuple(held.get((says, name)) for name in names)) for says in answers)
            self._found.put(Table(asks, "", at, tuple(groups[name] for name in names), rows_of, {}))

    def _leave_out(self, row: Row, column: int, words: str) -> None:
        self._found.left_out.append(f"{Place(self._name, row.number, column)}: {words}")

    def _fault(self, row: Row, column: int, words: str) -> None:
        self._found.faults.append((Place(self._name, row.number, column), words))

    def _several_dates(self, at: Place, one: str, other: str, what: str) -> None:
        words = f"the {what} are dates ({one}, {other} ...), each a survey of its own"
        self._found.faults.append((at, f"{words}; import one at a time: --set 'columns={one}'"))


def _shares_in(lines: list[Line]) -> bool:
    return any(kind_of(cell.text) == "share" for line in lines for cell in line.cells.values())


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
