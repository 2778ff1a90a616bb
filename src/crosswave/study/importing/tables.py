"""Published tables of a sheet: questions, answers, groups with their bases, and the cells that are not understood."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from crosswave.printed.plain import is_mark
from crosswave.study.importing.draft import letter
from crosswave.study.importing.houses import House
from crosswave.study.importing.sheets import Cell, Row, Sheet

_SHARE = re.compile(r"(?:[<>~≤≥+-]|less than|under)?\s*-?\d[\d,]*(?:\.\d+)?\s*%", re.IGNORECASE)
_NUMBER = re.compile(r"[<>]?\s*[-+]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?")
_MARKED = re.compile(
    r"(?P<figure>[<>]?\s*[-+]?\d[\d,]*(?:\.\d+)?\s*%?)\s*"
    r"(?P<mark>(?:\[[a-z0-9 ,]+\]\s*)+|[*†‡#^¹²³⁴⁵⁶⁷⁸⁹]+|[A-Z]{1,9}|[A-Za-z](?:[/, ][A-Za-z])*)"
)
_LETTERS = re.compile(r"[A-Z*]{1,9}|\(?[A-Za-z]\)?(?:[/, ][A-Za-z*])*")
_LETTER = re.compile(r"\(?[A-Za-z]\)?")
_BASE = re.compile(
    r"(?P<weight>un-?weighted|weighted|effective)?[\s_]*"
    r"(?:(?:total|number of|all|row|column)\s+)?(?:bases?|sample|count|total|n|respondents|responses|answered)"
    r"(?:[\s_](?:base|sizes?|sample|totals?|counts?|n|respondents|responses|row))*"
    r"[\s_]*(?:\(?(?P<after>un-?weighted|weighted|effective)\)?)?(?:\s*\(.*\))?\s*:?(?:\s*\[.*\])?",
    re.IGNORECASE,
)
_SIZES = re.compile(r".*(base|sample|respondents|answered).*", re.IGNORECASE)
_UNITS = re.compile(r"(col(umn)?\.? ?)?(%|per ?cent(age)?s?|pct|counts?|n|no\.?)", re.IGNORECASE)
_ALL_ARE = re.compile(r"col(umn)? ?%|percent|all figures|figures are", re.IGNORECASE)
_SUMS = re.compile(r"(?:total|sigma|sum|all|σ)\s*(?:\(?%\)?)?", re.IGNORECASE)
_SPREAD = re.compile(
    r".*(confidence|\b[lu]cl\b|\bci\b|lower|upper|standard (error|deviation)|std\.?\s|variance|margin of error|"
    r"error (variance|limit)|\bcv\b|significan|p-?value).*",
    re.IGNORECASE,
)
_MEANS = re.compile(r"(mean|average)\b.*", re.IGNORECASE)
_NET = re.compile(r"(?:net\b|nett\b|total:? \w|sum:|all:? \w).*|.*\((?:net|total)\)|t[23]b\b.*|(?:top|bottom) ?[23].*",
                  re.IGNORECASE)  # fmt: skip
_PERCENT = re.compile(r".*(%|per ?cent|percentages?|proportions?|\bpct\b).*", re.IGNORECASE)
_COUNTS = re.compile(r"(?:.*\b)?(?:counts?|n|no\.?|number(?: of .*)?|frequency|freq\.?|#)(?:\s*[)\]])?", re.IGNORECASE)
_ASKS = re.compile(r"(?:q(?:uestion)?\.?\s?[a-z_]*\d|[a-z]{1,6}_?\d+[a-z_]*\d*[.:) ]).*|.*\?.*", re.IGNORECASE)
_BASE_WORDS = re.compile(
    r"base\s*(?:\(.*?\))?\s*[:=-]\s*(?P<who>.+)|(?P<all>all (?:respondents|adults).*)", re.IGNORECASE
)
_ASIDE = re.compile(
    r"(table|sheet|worksheet|page|contents|back to|return to|field ?work|prepared|source|note|notes|©|published|weight|"
    r"sample:|method|prop(ortion)?s? |mean of|this (work)?sheet|some cells|some short|columns? |column %|percentages? |"
    r"%|figures|significan|www\.|http|\*|\[|\(|summary).*",
    re.IGNORECASE,
)
_TABLE = re.compile(r"table[\s_]+[\w.]+\s*(?:[:.–-]\s*)?(?P<rest>.*)", re.IGNORECASE)
_SAYS = re.compile(
    r"[\"'“‘]?(?P<mark>\*+|-|–|\.\.|:|~|[cxzu]|\[[a-z]{1,8}\])[\"'”’]?\s*"
    r"(?:=|:|denotes|indicates?|means|represents|shows|refers to|stands for)\s*(?P<says>[^;\[]{2,90})",
    re.IGNORECASE,
)
_DATE = re.compile(
    r".*\b(?:19|20)\d\d\b.*|(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*[ -]\d\d", re.IGNORECASE
)
_OTHER_SHEETS = re.compile(
    r".*\b(contents?|index|cover|notes?|information|metadata|front|read ?me|toc|back)\b.*", re.IGNORECASE
)
_EVERYONE = re.compile(
    r"(?:total|all|overall|everyone|all (?:adults|respondents|persons|people)|great britain|uk)\b.*", re.IGNORECASE
)
GSS: Mapping[str, str] = {
    "[c]": "confidential", "[d]": "not comparable", "[x]": "not available", "[z]": "not applicable",
    "[w]": "none recorded", "[low]": "a small number that the table does not print", "[u]": "unreliable",
    "z": "not applicable", "..": "not available", ":": "not available", "n/a": "not available",
}  # fmt: skip
"""What a sign alone in a cell means by the guidance of the Government Statistical Service (analysisfunction, 2022)."""

FLAGS: Mapping[str, str] = {
    "[b]": "break in the series", "[e]": "estimated", "[f]": "forecast", "[p]": "provisional", "[r]": "revised",
    "[u]": "unreliable", "[er]": "estimated and revised", "[low]": "low",
}  # fmt: skip


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
                       if not _kind(cell.text) for m in _SAYS.finditer(cell.text)}, **house.marks}  # fmt: skip
    for sheet, name in zip(sheets, names, strict=True):
        if len(sheets) > 1 and _OTHER_SHEETS.fullmatch(name):
            found.left_out.append(f"sheet {name}: by its name no table")
            continue
        before = len(found.tables), len(found.faults)
        _Sheet(sheet, name, house, marks, found).read()
        if (len(found.tables), len(found.faults)) == before:
            found.left_out.append(f"sheet {name}: no row of figures under a heading")
    return found


def _kind(text: str) -> str:
    if _SHARE.fullmatch(text):
        return "share"
    if _NUMBER.fullmatch(text):
        return "number"
    if is_mark(text) and not re.fullmatch(r"[A-Za-z#]", text.replace("z", "").replace("c", "").replace("x", "")):
        return "mark"
    match = _MARKED.fullmatch(text)
    return (_kind(match["figure"]) if match and match["figure"].strip() else "") if text else ""


@dataclass(slots=True)
class _Line:
    row: Row
    label: str
    cells: dict[int, Cell]


class _Block(NamedTuple):
    """What stands below one question: its rows, what its columns are called and hold, and which hold bases."""

    lines: list[_Line]
    asked: str
    at: Place
    names: Mapping[int, str]
    units: Mapping[int, str]
    own: set[int]


class _Sheet:
    """Reads one sheet from its first row to its last."""

    def __init__(self, sheet: Sheet, name: str, house: House, marks: Mapping[str, str], found: Found) -> None:
        self._sheet, self._name, self._house, self._marks, self._found = sheet, name, house, marks, found
        self._rows = _filled(sheet)
        self._first = _first_column(self._rows)
        self._heads: list[Row] = []
        self._words: list[tuple[Row, str]] = []
        self._title = ""
        self._who = ""
        self._lines: list[_Line] = []
        self._question = ""
        self._bases: list[_Line] = []
        self._last = 0

    def read(self) -> None:
        for row in self._rows:
            kinds = {k: _kind(cell.text) for k, cell in enumerate(row.cells) if k >= self._first and cell.text}
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
        if len(texts) > 1 and texts[-2] != texts[-1]:
            self._ask(row, texts[-2])
        return texts[-1] if texts else ""

    def _ask(self, row: Row, question: str) -> None:
        if question != self._question:
            self._close()
            self._question = question

    def _head(self, row: Row, kinds: Mapping[int, str]) -> None:
        label = row.text(self._first - 1) if self._first else ""
        letters = all((_LETTERS if self._lines else _LETTER).fullmatch(row.text(k)) for k in kinds)
        if letters and not label and self._last == row.number - 1 and (self._lines or self._heads):
            self._found.left_out.append(f"{Place(self._name, row.number, min(kinds))}: letters of a test")
            return
        if self._lines or (self._bases and not all(_UNITS.fullmatch(row.text(k)) for k in kinds)):
            self._close()
            self._heads, self._bases = [], []
        self._heads.append(row)
        for text in dict.fromkeys(cell.text for cell in row.cells[: self._first] if cell.text):
            if _ASKS.fullmatch(text):
                self._words.append((row, text))

    def _text(self, row: Row) -> None:
        if self._lines:
            self._close()
        for text in dict.fromkeys(cell.text for cell in row.cells if cell.text):
            if match := _BASE_WORDS.fullmatch(text):
                self._who = match["who"] or match["all"]
            else:
                self._words.append((row, text))

    def _figures(self, row: Row, kinds: Mapping[int, str]) -> None:
        label = self._label(row)
        line = _Line(row, label, {k: row.cells[k] for k in kinds})
        base = _BASE.fullmatch(label)
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
        if "share" in kinds.values() and all(_kind(cell.text) != "share" for cell in above.cells.values()):
            self._lines[-1] = _Line(line.row, above.label, line.cells)
        else:
            self._found.left_out.append(
                f"{Place(self._name, line.row.number, min(kinds))}: a second row of {above.label}"
            )

    # --- a question is closed: what stands in it ----------------------------------------------------------------------

    def _close(self) -> None:
        lines, self._lines = self._lines, []
        asked = self._asked()
        if not lines:
            return
        self._words = []
        if not self._heads and not self._bases:
            place = Place(self._name, lines[0].row.number, min(lines[0].cells))
            if any(_kind(cell.text) == "share" for line in lines for cell in line.cells.values()):
                self._heads = [replace(lines[0].row, cells=(*[Cell()] * min(lines[0].cells), Cell("Total")))]
            else:
                self._found.left_out.append(f"{place}: numbers without a heading")
                return
        self._table(lines, asked)

    def _asked(self) -> str:
        texts = [text for _, text in self._words]
        asking = [text for text in texts if _ASKS.fullmatch(text) and not _TABLE.fullmatch(text)]
        asking += [m["rest"] for text in texts if (m := _TABLE.fullmatch(text)) and m["rest"] and not asking]
        plain = [text for text in texts if not (_ASIDE.fullmatch(text) or _TABLE.fullmatch(text))]
        if found := (asking or plain)[-1:]:
            self._question = found[0]
        if not self._title and texts:
            self._title = texts[0]
        return self._question or self._title

    def _table(self, lines: list[_Line], asked: str) -> None:
        heads = self._headings(lines)
        base_columns = {
            k for k, head in heads.items() if head and _BASE.fullmatch(head[-1]) and _SIZES.fullmatch(head[-1])
        }
        units = {k: self._unit(k, head, lines, asked) for k, head in heads.items() if k not in base_columns}
        for k in [k for k, unit in units.items() if unit in ("spread", "count", "none")]:
            words = {"spread": "not a share", "count": "counts beside shares", "none": "empty"}[units.pop(k)]
            if words != "empty":
                self._found.left_out.append(
                    f"{Place(self._name, lines[0].row.number, k)}: {' / '.join(heads[k])}, {words}"
                )
        names = {k: self._name_of(heads[k], bool(base_columns)) for k in units}
        at = Place(self._name, lines[0].row.number, max(self._first - 1, 0))
        if not asked:
            self._found.faults.append((at, "no question stands above this table; write it on a row of its own"))
        elif self._rows_are_groups(lines, base_columns, units):
            self._by_row(_Block(lines, asked, at, names, units, base_columns))
        else:
            self._by_column(_Block(lines, asked, at, names, units, base_columns))

    def _headings(self, lines: list[_Line]) -> dict[int, tuple[str, ...]]:
        columns = sorted({k for line in [*lines, *self._bases] for k in line.cells})
        heads: dict[int, list[str]] = {k: [] for k in columns}
        for place, row in enumerate(self._heads):
            last = place == len(self._heads) - 1
            above = ""
            for k in columns:
                text = row.text(k)
                above = text or above
                kept = text if last or self._sheet.merged else above
                if kept and (not heads[k] or heads[k][-1] != kept):
                    heads[k].append(kept)
        return {k: tuple(texts) for k, texts in heads.items()}

    def _unit(self, column: int, head: tuple[str, ...], lines: list[_Line], asked: str) -> str:
        kinds = {_kind(line.cells[column].text) for line in lines if column in line.cells}
        if not kinds - {""}:
            return "none"
        words = " ".join(head)
        if _SPREAD.fullmatch(words):
            return "spread"
        if "share" in kinds:
            return "shown"
        unheaded = not head and any(_kind(cell.text) == "share" for line in lines for cell in line.cells.values())
        if unheaded or (head and _COUNTS.fullmatch(head[-1]) and not _PERCENT.fullmatch(head[-1])):
            return "count"
        told = _PERCENT.fullmatch(words) or any(
            _PERCENT.fullmatch(text) for text in (asked, self._title, *self._aside())
        )
        return self._house.bare or ("percent" if told else "bare")

    def _aside(self) -> Iterator[str]:
        """What stands above the headings and says what all figures are."""
        first = self._heads[0].number if self._heads else 0
        texts = (cell.text for row in self._rows if row.number < first for cell in row.cells)
        yield from (text for text in texts if _ALL_ARE.match(text))

    def _name_of(self, head: tuple[str, ...], answers: bool) -> str:
        kept = [text for text in head if not _UNITS.fullmatch(text)] or ["Total"]
        kept = [re.sub(r"\s*(\((%|per ?cent)\)|\[note \d+\]|[¹²³])$", "", text) for text in kept]
        return kept[-1] if answers else ": ".join(kept)

    def _rows_are_groups(self, lines: list[_Line], bases: set[int], units: Mapping[int, str]) -> bool:
        if self._house.groups or not bases:
            return self._house.groups == "rows"
        sizes = {line.cells[k].text for line in lines for k in bases if k in line.cells}
        return len(units) > 1 or len(sizes) > 1

    def _wanted(self, name: str) -> bool:
        columns = self._house.columns
        return not columns or any(word.casefold() in name.casefold() for word in columns)

    # --- one layout: answers down, groups across ----------------------------------------------------------------------

    def _by_column(self, table: _Block) -> None:
        wanted = [k for k in table.units if self._wanted(table.names[k])]
        dated = [k for k in wanted if _DATE.fullmatch(table.names[k])]
        if len(dated) > 1:
            one, other = (table.names[k] for k in dated[:2])
            words = f"the columns are dates ({one}, {other} ...), each a survey of its own"
            told = f"{words}; import one at a time: --set 'columns={one}'"
            self._found.faults.append((Place(self._name, self._heads[-1].number, dated[0]), told))
            return
        groups = tuple(self._group(k, table.names[k], table.lines, table.own, alone=len(wanted) == 1) for k in wanted)
        lines = self._answers(table.lines)
        answers = [(line.label, tuple(self._figure(line, k, table.units[k]) for k in wanted)) for line in lines]
        self._put(Table(table.asked, self._who, table.at, groups, tuple(answers), {}))

    def _answers(self, lines: list[_Line]) -> Iterator[_Line]:
        for line in lines:
            place = Place(self._name, line.row.number, min(line.cells))
            if (
                _SUMS.fullmatch(line.label)
                or _SPREAD.fullmatch(line.label)
                or re.fullmatch("median.*", line.label, re.I)
            ):
                self._found.left_out.append(f"{place}: {line.label}, no answer")
            elif not line.label:
                self._found.faults.append(
                    (place, "a figure without an answer beside it; write the answer, or empty the row")
                )
            else:
                yield line

    def _group(self, column: int, name: str, lines: list[_Line], own: set[int], alone: bool) -> Group:
        sizes: dict[str, int] = {}
        for base in self._bases:
            match = _BASE.fullmatch(base.label)
            weight = ((match["weight"] or match["after"] or "") if match else "").lower().replace("-", "")
            cell = base.cells.get(column) or (next(iter(base.cells.values())) if alone else None)
            if cell is not None and (number := _whole(cell.text)) is not None:
                sizes[weight] = number
        for k in own:
            number = _whole(lines[0].cells[k].text) if k in lines[0].cells else None
            sizes |= {"" if number is None else "unweighted": number or 0} if number else {}
        n = sizes.get("unweighted", sizes.get("") if "weighted" not in sizes else None)
        return Group(name, n, "weighted" in sizes, alone or bool(_EVERYONE.fullmatch(name)))

    def _figure(self, line: _Line, column: int, unit: str) -> Figure | None:
        cell, place = line.cells.get(column, Cell()), Place(self._name, line.row.number, column)
        if cell.fault:
            self._found.faults.append((place, cell.fault))
            return None
        text, note = cell.text, ""
        if not text:
            return None
        if (match := _MARKED.fullmatch(text)) and not _SHARE.fullmatch(text) and not is_mark(text):
            text, mark = match["figure"].strip(), match["mark"].strip()
            note = f"marked {mark}" + (
                f": {self._marks.get(mark) or FLAGS[mark]}" if mark in self._marks or mark in FLAGS else ""
            )
        kind = _kind(text)
        if kind == "mark":
            return self._marked(text, place)
        if kind == "" or (kind == "number" and unit == "bare" and not _MEANS.fullmatch(line.label)):
            words = f"{cell.text} is a bare number" if kind else f"{cell.text!r} is no figure"
            advice = "say what bare numbers are: --set bare=percent (45 is 45 %) or --set bare=share (0.45 is 45 %)"
            self._found.faults.append((place, f"{words}; {advice if kind else 'mend or empty the cell'}"))
            return None
        if _MEANS.fullmatch(line.label):
            return Figure(text, place, note=note, measure="mean")
        if text.startswith(("-", "+", "−")):
            return Figure(text, place, note=note, measure="change", unusable="a difference of shares, no share")
        return Figure(
            text, place, {"percent": "percent", "share": "share"}.get(unit, "") if kind == "number" else "", note
        )

    def _marked(self, text: str, place: Place) -> Figure:
        says = self._marks.get(text) or self._marks.get(text.lower(), "")
        if re.search(r"\d\s*(%|per ?cent)", says):
            return Figure(says.replace(" per cent", "%"), place, note=f"printed as {text}")
        if re.fullmatch(r"(zero|nil|none)\b.*", says, re.IGNORECASE):
            return Figure("0%", place, note=f"printed as {text}")
        if not says:
            self._found.left_out.append(f"{place}: {text}, and no note says what it means (--set 'mark:{text}=...')")
        return Figure(text, place, unusable=says or f"the table does not say what {text} stands for")

    # --- the other layout: groups down, answers across ----------------------------------------------------------------

    def _by_row(self, table: _Block) -> None:
        kept = [line for line in table.lines if self._wanted(line.label)]
        size = min(table.own, default=None)
        groups = tuple(
            Group(line.label, _whole(line.cells[size].text) if size in line.cells else None, False,
                  bool(_EVERYONE.fullmatch(line.label)))
            for line in kept
        )  # fmt: skip
        answers = tuple(
            (table.names[k], tuple(self._figure(line, k, unit) for line in kept)) for k, unit in table.units.items()
        )
        self._put(Table(table.asked, self._who, table.at, groups, answers, {}))

    def _put(self, table: Table) -> None:
        if table.groups and any(any(figures) for _, figures in table.answers):
            self._found.tables.append(replace(table, nets=_nets(table)))


def _filled(sheet: Sheet) -> list[Row]:
    """The rows of a sheet; what is merged over several columns or rows stands in each of them, if it is no figure."""
    rows = {row.number: list(row.cells) for row in sheet.rows}
    for top, last, left, right, _ in sheet.merged:
        text = rows.get(top, [])[left] if left < len(rows.get(top, [])) else Cell()
        if not text.text or _kind(text.text) or (top == last and len([c for c in rows[top] if c.text]) == 1):
            continue  # a title over the whole width is no heading
        for number in range(top, min(last, top + 500) + 1):
            cells = rows.setdefault(number, [])
            cells += [Cell()] * (right + 1 - len(cells))
            for column in range(left, right + 1):
                cells[column] = text
    return [Row(number, tuple(cells)) for number, cells in sorted(rows.items())]


def _first_column(rows: list[Row]) -> int:
    """The first column of figures: more figures than texts stand in it, beside a text at their left."""
    figures: dict[int, int] = {}
    texts: dict[int, int] = {}
    for row in rows:
        filled = [k for k, cell in enumerate(row.cells) if cell.text]
        kinds = {k: _kind(row.text(k)) for k in filled}
        if any(kinds.values()):
            for k in filled:
                (figures if kinds[k] else texts)[k] = (figures if kinds[k] else texts).get(k, 0) + 1
    found = [k for k in sorted(figures) if k > 0 and figures[k] > texts.get(k, 0) * 0.8]
    return found[0] if found else 1


def _whole(text: str) -> int | None:
    digits = re.sub(r"\s*(\[.*\]|[*¹²³†])$", "", text).replace(",", "").strip("() ").removeprefix("n=").strip()
    return round(float(digits)) if re.fullmatch(r"\d+(\.\d+)?", digits) and float(digits) >= 1 else None


def _nets(table: Table) -> dict[str, tuple[str, ...]]:
    """Nets that are the sum of the answers beside them in every column, as far as rounding lets one see."""
    values = [[_value(figure) for figure in figures] for _, figures in table.answers]
    names = [says for says, _ in table.answers]
    found = {}
    for j in (j for j, says in enumerate(names) if _NET.fullmatch(says)):
        runs = [range(j + 1, k) for k in range(j + 3, len(names) + 1)] + [range(k, j) for k in range(j - 1)]
        fits = [run for run in runs if not any(_NET.fullmatch(names[k]) for k in run) and _sums(values, j, run)]
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
