"""A series file: the questions of one instrument once, its waves side by side. Each wave is then a survey."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
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


def waves_of(series: Series, document: Document) -> dict[str, Document]:
    """Return each wave of a series file as a document of its own, with the lines of that file."""
    waves = zip(series.waves, document.data["waves"], strict=True)
    lines = {wave.id: WaveLines(wave.id, lambda: document) for wave in series.waves}
    return {
        wave.id: Document(document.path, _record(series, document.data, own), lines[wave.id]) for wave, own in waves
    }


def series_faults(series: Series) -> Iterator[Located]:
    """Yield the faults of references inside a series file that has its form."""
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


def _record(series: Series, data: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    """One wave as the data of a survey: what holds for all, what is its own, and the figures that it has."""
    shared = {key: value for key, value in data.items() if key not in _OWN}
    title = f"{series.title} {own.get('year', '')}".strip()
    record = {"title": title, "series": series.id, **shared, **own}
    record["questions"] = questions = list(_questions(data["questions"], own["id"]))
    record["sources"] = [data["sources"][k] for k in _kept(data, own, questions)]
    if overlaps := list(_overlaps(series, own["id"])):
        record["overlaps"] = overlaps
    return record


def _questions(questions: list[dict[str, Any]], wave: str) -> Iterator[dict[str, Any]]:
    for _, question, answers in _asked(questions, wave):
        told = next((one["says"] for one in question.get("wordings", ()) if wave in one["waves"]), None)
        rest = {key: value for key, value in question.items() if key not in ("answers", "wordings")}
        figures = [
            {key: value for key, value in answer.items() if key != "figures"}
            | (figure if isinstance(figure, dict) else {"printed": figure})
            for _, answer, figure in answers
        ]
        yield rest | ({"wording": told} if told else {}) | {"answers": figures}


def _asked(
    questions: list[dict[str, Any]], wave: str
) -> Iterator[tuple[int, dict[str, Any], list[tuple[int, dict[str, Any], Any]]]]:
    """Each question that has figures in a wave, with its place, and the places of its answers and their figures."""
    for q, question in enumerate(questions):
        found = ((a, answer, answer["figures"].get(wave)) for a, answer in enumerate(question["answers"]))
        if answers := [one for one in found if one[2] is not None]:
            yield q, question, answers


def _kept(data: Mapping[str, Any], own: Mapping[str, Any], questions: list[dict[str, Any]]) -> list[int]:
    """The places of the sources that a wave or its figures cite."""
    cited = {*own.get("sources", ()), *_cited(questions)}
    return [k for k, source in enumerate(data["sources"]) if source["id"] in cited]


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


@dataclass(frozen=True)
class WaveLines:
    """The lines of a wave: those of the places of the series file that it is made from, found once somebody asks."""

    wave: str
    read: Callable[[], Document]

    def get(self, where: Path_, /) -> int | None:
        """Return the line of a value; None where the file has no such value."""
        document, origins = self._origins
        depth = next(depth for depth in range(len(where), -1, -1) if where[:depth] in origins)
        return document.lines.get((*origins[where[:depth]], *where[depth:]))

    @cached_property
    def _origins(self) -> tuple[Document, Mapping[Path_, Path_]]:
        document = self.read()
        data = document.data
        place, own = [(k, one) for k, one in enumerate(data["waves"]) if one["id"] == self.wave][-1]
        origins: dict[Path_, Path_] = {(): ("waves", place)} | {(key,): (key,) for key in data if key not in _OWN}
        origins |= {(key,): ("waves", place, key) for key in own}
        questions = list(_questions(data["questions"], self.wave))
        origins |= {("sources", k): ("sources", old) for k, old in enumerate(_kept(data, own, questions))}
        if "panels" in data:
            origins[("overlaps",)] = ("panels",)
        for kept, (q, _, answers) in enumerate(_asked(data["questions"], self.wave)):
            origins[("questions", kept)] = ("questions", q)
            for number, (a, _, figure) in enumerate(answers):
                here: Path_ = ("questions", kept, "answers", number)
                there: Path_ = ("questions", q, "answers", a)
                given = (
                    {(*here, key): (key,) for key in figure} if isinstance(figure, dict) else {(*here, "printed"): ()}
                )
                origins |= {here: there} | {key: (*there, "figures", self.wave, *rest) for key, rest in given.items()}
        return document, origins
