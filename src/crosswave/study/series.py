"""A series file: the questions of one instrument once, its waves side by side. Each wave is then a survey."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ConfigDict, Field

from crosswave.study.documents import Document
from crosswave.study.faults import Path_, nearest, shown
from crosswave.study.models import Record
from crosswave.study.models.record import HeadCount, Slug, Text
from crosswave.study.rules import Located, repeated


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


def waves_of(document: Document) -> dict[str, Document]:
    """Return each wave of a series file that has its form as a document of its own, with the lines of that file."""
    series, waves = Series.model_validate(document.data), document.data["waves"]
    return {wave.id: _wave(series, document, k, waves[k]) for k, wave in enumerate(series.waves)}


def series_faults(document: Document) -> Iterator[Located]:
    """Yield the faults of references inside a series file that has its form."""
    series = Series.model_validate(document.data)
    waves, sources = {wave.id for wave in series.waves}, {source.id for source in series.sources}
    yield from repeated((("waves", k, "id"), wave.id) for k, wave in enumerate(series.waves))
    named: list[tuple[Path_, str]] = []
    for q, question in enumerate(series.questions):
        for w, wording in enumerate(question.wordings):
            named += [(("questions", q, "wordings", w, "waves"), name) for name in wording.waves]
        for a, answer in enumerate(question.answers):
            named += [(("questions", q, "answers", a, "figures", name), name) for name in answer.figures]
    named += [(("panels", p, "waves"), name) for p, panel in enumerate(series.panels) for name in panel.waves]
    for where, name in named:
        if name not in waves:
            yield where, f"{shown(name)} is no wave of this series{nearest(name, waves) or '; add it or mend the name'}"
    for k, wave in enumerate(series.waves):
        for name in wave.sources:
            if name not in sources:
                told = nearest(name, sources) or "; add it or mend the name"
                yield ("waves", k, "sources"), f"{shown(name)} is no source of this series{told}"


def _wave(series: Series, document: Document, place: int, own: Mapping[str, Any]) -> Document:
    """One wave: what holds for all, what is its own, and the figures that it has."""
    name, data = own["id"], document.data
    origins: dict[Path_, Path_] = {(): ("waves", place)}
    shared = {key: value for key, value in data.items() if key not in _OWN}
    origins |= {(key,): (key,) for key in shared}
    title = f"{series.title} {own.get('year', '')}".strip()
    record = {"title": title, "series": series.id, **shared, **own}
    origins |= {(key,): ("waves", place, key) for key in own}
    record["questions"] = list(_questions(data["questions"], name, origins))
    cited = {*own.get("sources", ()), *_cited(record["questions"])}
    kept = [k for k, source in enumerate(data["sources"]) if source["id"] in cited]
    record["sources"] = [data["sources"][k] for k in kept]
    origins |= {("sources", k): ("sources", old) for k, old in enumerate(kept)}
    if overlaps := list(_overlaps(series, name)):
        record["overlaps"] = overlaps
        origins[("overlaps",)] = ("panels",)
    return Document(document.path, record, _Lines(origins, document))


def _questions(questions: list[dict[str, Any]], wave: str, origins: dict[Path_, Path_]) -> Iterator[dict[str, Any]]:
    kept = 0
    for q, question in enumerate(questions):
        answers: list[dict[str, Any]] = []
        for a, answer in enumerate(question["answers"]):
            if (figure := answer["figures"].get(wave)) is None:
                continue
            there: Path_ = ("questions", q, "answers", a)
            here: Path_ = ("questions", kept, "answers", len(answers))
            given = figure if isinstance(figure, dict) else {"printed": figure}
            answers.append({key: value for key, value in answer.items() if key != "figures"} | given)
            places = {key: (key,) if given is figure else () for key in given}
            origins |= {here: there} | {(*here, key): (*there, "figures", wave, *places[key]) for key in given}
        if answers:
            origins[("questions", kept)] = ("questions", q)
            told = next((one["says"] for one in question.get("wordings", ()) if wave in one["waves"]), None)
            rest = {key: value for key, value in question.items() if key not in ("answers", "wordings")}
            yield rest | ({"wording": told} if told else {}) | {"answers": answers}
            kept += 1


def _cited(questions: list[dict[str, Any]]) -> Iterator[str]:
    """The sources of all answers; whether they are named rightly is asked of the wave as of any survey."""
    for question in questions:
        for answer in question["answers"]:
            if isinstance(named := answer.get("sources"), list):
                yield from (one for one in named if isinstance(one, str))


def _overlaps(series: Series, wave: str) -> Iterator[dict[str, Any]]:
    """What each of two waves says of the other; the table is turned for the later one."""
    for panel in series.panels:
        if wave in panel.waves:
            first = wave == panel.waves[0]
            told = {"how": panel.how, "shared": panel.shared, "question": panel.question}
            table = panel.table if first else _turned(panel.table)
            found = {"survey": panel.waves[1 if first else 0], **told, "table": table}
            yield {key: value for key, value in found.items() if value}


def _turned(table: Mapping[str, Mapping[str, int]]) -> dict[str, dict[str, int]]:
    answers = {after for row in table.values() for after in row}
    return {after: {before: row[after] for before, row in table.items() if after in row} for after in sorted(answers)}


@dataclass(frozen=True, slots=True)
class _Lines:
    """The lines of a wave: those of the places of the series file that it is made from."""

    origins: Mapping[Path_, Path_]
    document: Document

    def get(self, where: Path_, /) -> int | None:
        depth = next(depth for depth in range(len(where), -1, -1) if where[:depth] in self.origins)
        return self.document.lines.get((*self.origins[where[:depth]], *where[depth:]))
