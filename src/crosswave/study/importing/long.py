"""Tables with one figure a row: which column holds the question, the answer, the figure, its base and its group."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from crosswave.study.importing import signs
from crosswave.study.importing.rows import Row

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
"""What the columns of such tables are called."""


@dataclass(frozen=True, slots=True)
class Columns:
    """The places of the columns; `groups` are those that say whom a figure is of, dates among them."""

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
    base = next((k for k, name in names.items() if signs.BASE.fullmatch(name) and "eighted" not in name.lower()), None)
    base = next((k for k, name in names.items() if signs.weight_of(name) == "unweighted"), base)
    taken = {k for key in ("asks", "says", "printed") for k in found[key]}
    taken |= {k for k, name in names.items() if signs.BASE.fullmatch(name) or signs.SPREAD.fullmatch(name)}
    others = [k for k in names if k not in taken and (k in found["date"] or _is_text(row.text(k) for row in rows))]
    groups = tuple(k for k in others if len({row.text(k) for row in rows if row.text(k)}) > 1)
    if not (others and rows):
        return None
    return Columns(next(iter(found["asks"]), None), found["says"][0], found["printed"][0], base, groups)


def _is_text(texts: Iterable[str]) -> bool:
    kinds = Counter(bool(signs.kind_of(text)) for text in texts if text)
    return kinds[False] > kinds[True]
