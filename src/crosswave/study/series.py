"""A series file: the questions of one instrument once, its waves side by side. Each wave is then a survey."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from pydantic import ConfigDict, Field

from crosswave.study.documents import Document
from crosswave.study.faults import Path_
from crosswave.study.models import Record
from crosswave.study.models.record import HeadCount, Slug, Text
from crosswave.study.rules import Located, dangling, repeated


class _Open(Record):
    """A part of a series file: what is not named here is a field of the survey that it becomes."""

    model_config = ConfigDict(extra="allow")


class _Wave(_Open):
    id: Slug
    sources: tuple[Slug, ...] = ()


class _Source(_Open):
    id: Slug


class _Wording(Record):
    says: Text
    waves: tuple[Slug, ...]


class _Answer(_Open):
    id: Slug
    sources: tuple[Slug, ...] = ()
    figures: dict[Slug, str | dict[str, Any]]


class _Question(_Open):
    id: Slug
    wordings: tuple[_Wording, ...] = ()
    answers: tuple[_Answer, ...]


class Panel(Record):
    """The same respondents in two waves: how many gave which answer then and now."""

    waves: tuple[Slug, Slug]
    how: Text
    shared: HeadCount | None = None
    question: Slug | None = None
    table: dict[Slug, dict[Slug, int]] = Field({}, description="First wave's answer, second wave's answer, how many.")


class Series(_Open):
    """A series file. Fields that are not named here are those of a survey, and hold for every wave."""

    id: Slug
    title: Text
    sources: tuple[_Source, ...]
    waves: tuple[_Wave, ...]
    questions: tuple[_Question, ...]
    panels: tuple[Panel, ...] = ()


_OWN = {"id", "title", "sources", "waves", "questions", "panels"}


def waves_of(series: Series, document: Document) -> dict[str, Document]:
    """Return each wave of a series file as a document of its own, with the lines of that file."""
    found = {wave.id: LateLines(lambda: document, wave.id) for wave in series.waves}
    return {name: Document(document.path, _wave(document.data, name)[0], lines) for name, lines in found.items()}


def series_faults(series: Series) -> Iterator[Located]:
    """Yield the faults of references inside a series file that has its form."""
    waves, sources = {wave.id for wave in series.waves}, {source.id for source in series.sources}
    yield from repeated((("waves", k, "id"), wave.id) for k, wave in enumerate(series.waves))
    named: list[tuple[Path_, Iterable[str]]] = []
    for q, question in enumerate(series.questions):
        named += [(("questions", q, "wordings", w, "waves"), one.waves) for w, one in enumerate(question.wordings)]
        for a, answer in enumerate(question.answers):
            named += [(("questions", q, "answers", a, "figures", name), [name]) for name in answer.figures]
    named += [(("panels", p, "waves"), panel.waves) for p, panel in enumerate(series.panels)]
    for where, names in named:
        yield from dangling(where, "wave of this series", names, waves)
    for k, wave in enumerate(series.waves):
        yield from dangling(("waves", k, "sources"), "source of this series", wave.sources, sources)


def _wave(data: Mapping[str, Any], wave: str) -> tuple[dict[str, Any], dict[Path_, Path_]]:
    """One wave as the data of a survey, and where in the series file its parts are."""
    place, own = [(k, one) for k, one in enumerate(data["waves"]) if one["id"] == wave][-1]
    shared = {key: value for key, value in data.items() if key not in _OWN}
    title = f"{data['title'].strip()} {own.get('year', '')}".strip()
    record = {"title": title, "series": data["id"], **shared, **own, "questions": [], "sources": []}
    origins: dict[Path_, Path_] = {(): ("waves", place)} | {(key,): (key,) for key in shared}
    origins |= {(key,): ("waves", place, key) for key in own}
    for q, question in enumerate(data["questions"]):
        here, there = ("questions", len(record["questions"])), ("questions", q)
        answers: list[dict[str, Any]] = []
        for a, answer in enumerate(question["answers"]):
            if (figure := answer["figures"].get(wave)) is None:
                continue
            new, old = (*here, "answers", len(answers)), (*there, "answers", a)
            given = figure if isinstance(figure, dict) else {"printed": figure}
            own_keys = {(*new, key): (key,) if given is figure else () for key in given}
            origins |= {new: old} | {part: (*old, "figures", wave, *key) for part, key in own_keys.items()}
            answers.append({key: value for key, value in answer.items() if key != "figures"} | given)
        if answers:
            origins[here] = there
            told = next((one["says"] for one in question.get("wordings", ()) if wave in one["waves"]), None)
            rest = {key: value for key, value in question.items() if key not in ("answers", "wordings")}
            record["questions"].append(rest | ({"wording": told} if told else {}) | {"answers": answers})
    cited = {*own.get("sources", ()), *_cited(record["questions"])}
    for k, source in enumerate(data["sources"]):
        if source["id"] in cited:
            origins["sources", len(record["sources"])] = ("sources", k)
            record["sources"].append(source)
    if overlaps := list(_overlaps(data.get("panels", ()), wave)):
        origins[("overlaps",)] = ("panels",)
        record["overlaps"] = overlaps
    return record, origins


def _cited(questions: list[dict[str, Any]]) -> Iterator[str]:
    """The sources of all answers; whether they are named rightly is asked of the wave as of any survey."""
    for named in (answer.get("sources") for question in questions for answer in question["answers"]):
        yield from (one for one in named if isinstance(one, str)) if isinstance(named, list) else ()


def _overlaps(panels: Iterable[Mapping[str, Any]], wave: str) -> Iterator[dict[str, Any]]:
    """What each of two waves says of the other; the table is turned for the later one."""
    for panel in map(Panel.model_validate, panels):
        if wave in panel.waves:
            first = wave == panel.waves[0]
            told = {"how": panel.how, "shared": panel.shared, "question": panel.question}
            table = panel.table if first else _turned(panel.table)
            found = {"survey": panel.waves[1 if first else 0], **told, "table": table}
            yield {key: value for key, value in found.items() if value}


def _turned(table: Mapping[str, Mapping[str, int]]) -> dict[str, dict[str, int]]:
    answers = {after for row in table.values() for after in row}
    return {after: {before: row[after] for before, row in table.items() if after in row} for after in sorted(answers)}


@dataclass(frozen=True)
class LateLines:
    """The lines of a file, or of the places of a series file that a wave is made from: found once somebody asks."""

    read: Callable[[], Document]
    wave: str = ""

    def get(self, where: Path_, /) -> int | None:
        """Return the line of a value; None where the file has no such value."""
        document, origins = self._found
        depth = next(depth for depth in range(len(where), -1, -1) if where[:depth] in origins)
        return document.lines.get((*origins[where[:depth]], *where[depth:]))

    @cached_property
    def _found(self) -> tuple[Document, Mapping[Path_, Path_]]:
        document = self.read()
        return document, _wave(document.data, self.wave)[1] if self.wave else {(): ()}
