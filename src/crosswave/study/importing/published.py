"""Published tables as a survey in the making, and as the preview that is shown before anything is written."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from crosswave.study.faults import Fault, Path_, shown_path
from crosswave.study.importing.draft import Draft, Ids, put_facts
from crosswave.study.importing.found import Figure, Found, Group, Table
from crosswave.study.importing.houses import House
from crosswave.study.importing.rows import Sheet, fault
from crosswave.study.importing.tables import find_tables

_NONE = (
    "no row names the columns question, answer and printed, and no table of figures under a heading was found; "
    "begin with: crosswave import --template figures.csv"
)
_SHOWN = 6
"""Columns of a preview."""


def read_published(path: Path, sheets: list[Sheet], survey_id: str, house: House, folder: Path) -> tuple[Draft, Found]:
    """Return the draft that the tables of a file make, and what was found in it.

    Raises
    ------
    DataError
        A cell that is not understood, by its name; or no table at all.
    """
    found = find_tables(sheets, house)
    if not (found.tables or found.faults):
        raise fault(path, _NONE)
    draft = Draft(shown_path(path))
    facts = {"id": survey_id, **_facts(found), **house.facts}
    put_facts(facts, survey_id, draft, folder)
    draft.faults += [Fault(draft.name, at.row, f"cell {at}: {words}") for at, words in found.faults]
    _Questions(draft, house).add(found.tables)
    return draft, found


def preview(found: Found) -> str:
    """Return the tables as they were understood, what was left out, and every cell that is not understood."""
    return "\n".join([*(line for table in found.tables for line in _preview(table)),
                      *(f"left out: {words}" for words in found.left_out),
                      *(f"not understood: {at}: {words}" for at, words in found.faults)])  # fmt: skip


def _preview(table: Table) -> Iterator[str]:
    more = len(table.groups) - _SHOWN
    yield f"{table.at}  {table.asks}" + (f"  [base: {table.who}]" if table.who else "")
    heads = [f"{group.name[:9]} n={group.unweighted or '?'}" for group in table.groups]
    rows = [("", heads), *((says, [figure.printed if figure else "" for figure in row]) for says, row in table.answers)]
    for says, texts in rows:
        shown = [text[:16] for text in texts[:_SHOWN]]
        yield f"  {says[:38]:<38} " + " ".join(f"{text:>16}" for text in shown) + (" ..." if more > 0 else "")
    yield from (f"  {net} = {' + '.join(parts)}, by its figures in every column" for net, parts in table.nets.items())
    yield ""


def _everyone(table: Table) -> Group | None:
    return next((group for group in table.groups if group.everyone), None)


def _facts(found: Found) -> dict[str, str]:
    sizes = [group.unweighted for table in found.tables if (group := _everyone(table)) and group.unweighted]
    weighted = any(group.weighted for table in found.tables for group in table.groups)
    return ({"n": str(max(sizes))} if sizes else {}) | ({"weighted": "yes"} if weighted else {})


class _Questions:
    """Questions of a draft, by their words: one that is in several tables, each with other groups, is one."""

    def __init__(self, draft: Draft, house: House) -> None:
        self._draft, self._house = draft, house
        self._questions: list[dict[str, Any]] = draft.data["questions"]
        self._places: dict[str, int] = {}
        self._known: dict[tuple[int, str, str], tuple[int, Figure]] = {}
        self._ids: list[Ids] = []
        self._question_ids = Ids(())

    def add(self, tables: list[Table]) -> None:
        """Put tables into the draft."""
        source = self._draft.data["sources"][0]["id"]
        for table in tables:
            k = self._question(table)
            order = sorted(range(len(table.groups)), key=lambda place: not table.groups[place].everyone)
            for place in order:
                for says, figures in table.answers:
                    if figure := figures[place]:
                        self._answer(k, says, figure, table, place, source)
                self._nets(k, table, table.groups[place])

    def _nets(self, k: int, table: Table, group: Group) -> None:
        name = "" if group.everyone else group.name
        for net, parts in table.nets.items():
            known = [self._known.get((k, says, name)) for says in (net, *parts)]
            places = [one[0] for one in known if one]
            if len(places) == len(known):
                answers = self._questions[k]["answers"]
                answers[places[0]]["net_of"] = [answers[place]["id"] for place in places[1:]]

    def _question(self, table: Table) -> int:
        k = self._places.setdefault(table.asks.casefold(), len(self._questions))
        if k == len(self._questions):
            self._questions.append({"id": self._question_ids.new(table.asks), "answers": []})
            self._ids.append(Ids(()))
            where: Path_ = ("questions", k)
            self._draft.leave_open(where, table.at.row)
            self._put((*where, "asks"), table.asks, table.at)
            self._put((*where, "about"), table.asks, table.at)
            if base := self._base(table, _everyone(table)):
                self._put((*where, "base"), base, table.at)
        return k

    def _put(self, where: Path_, value: Any, at: Any) -> None:
        self._draft.put(where, value, at.row, at.column, f"cell {at}")

    def _base(self, table: Table, group: Group | None) -> Any:
        """Who was asked, as the table says it: "all" where as many answered as the whole survey."""
        if group is None:
            return {"who": table.who} if table.who else None
        n, all_ = group.unweighted, (self._draft.data.get("n") or {}).get("value")
        if group.everyone and n and str(n) == all_:
            return "all"
        who = "; ".join(filter(None, (table.who, "" if group.everyone else group.name)))
        return {key: value for key, value in {"who": who, "n": n and str(n)}.items() if value} or None

    def _answer(self, k: int, says: str, figure: Figure, table: Table, place: int, source: str) -> None:
        group = table.groups[place]
        name = "" if group.everyone else group.name
        answers = self._questions[k]["answers"]
        _, held = self._known.setdefault((k, says, name), (len(answers), figure))
        if held is not figure:
            if held.printed != figure.printed:
                words = f"{figure.printed} is here and {held.printed} in {held.at} for {says!r} of the same question"
                told = f"cell {figure.at}: {words}; import one of the two tables, or give the groups other names"
                self._draft.faults.append(Fault(self._draft.name, figure.at.row, told))
            return
        where: Path_ = ("questions", k, "answers", len(answers))
        answers.append({"id": self._ids[k].new(f"{says} {name}".strip())})
        self._draft.leave_open(where, figure.at.row)
        stated = {
            "says": says, "printed": figure.printed, "printed_in": figure.printed_in, "measure": figure.measure,
            "topic": self._house.topic, "note": figure.note, "unusable": figure.unusable,
            "base": self._base(table, group) if name else None,
        }  # fmt: skip
        for key, value in stated.items():
            if value:
                self._put((*where, key), value, figure.at)
        answers[-1]["sources"] = [source]
        self._draft.leave_open((*where, "topic"), figure.at.row)
