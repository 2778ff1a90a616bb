"""Rules that no single field can break: ids that repeat, references that dangle, dates out of order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Set
from pathlib import PurePath

from crosswave.study.documents import Document, Validated
from crosswave.study.faults import Fault, listed, nearest, shown
from crosswave.study.mending import Path_
from crosswave.study.models import ORGANISATIONS, Answer, Base, Question, Survey

Located = tuple[Path_, str]


def survey_faults(validated: Validated[Survey], document: Document) -> list[Fault]:
    """Return the faults that one survey file shows by itself, beside those of form."""
    if validated.record is None:
        return []
    named = [document.fault(*row) for row in _identity(validated.record, document) if validated.speaks_of(row[0])]
    return [*named, *inner_faults(validated, document)]


def inner_faults(validated: Validated[Survey], document: Document) -> list[Fault]:
    """Return the faults of `survey_faults` that do not ask for the name of the file."""
    survey = validated.record
    if survey is None:
        return []
    located = (fault for check in (_dates, _heads, _repeats, _references) for fault in check(survey))
    return listed(document.fault(where, message) for where, message in located if validated.speaks_of(where))


def _identity(survey: Survey, document: Document) -> Iterator[Located]:
    stem = PurePath(document.path).stem
    if survey.id != stem:
        yield ("id",), f"id is {shown(survey.id)}, the file is called {stem}.yaml; make them the same"


def _dates(survey: Survey) -> Iterator[Located]:
    start, end = survey.fieldwork.start, survey.fieldwork.end
    if start and end and end[: len(start)] < start[: len(end)]:
        yield ("fieldwork", "end"), f"fieldwork ends {end}, before it starts {start}; swap or mend them"
    first = start or end
    if first and survey.published and survey.published[: len(first)] < first[: len(survey.published)]:
        yield ("published",), f"published {survey.published}, before the fieldwork of {first}; mend one of them"


def _heads(survey: Survey) -> Iterator[Located]:
    """Each organisation sends somebody; where organisations are counted, how many there are is known."""
    most = max((size for size in (survey.n.value, survey.n.high) if size), default=None)
    if survey.n.kind in ("exact", "derived") and survey.organisations and most and survey.organisations > most:
        yield ("organisations",), f"{survey.organisations} organisations cannot send {most} replies; mend one of them"
    for k, question in enumerate(survey.questions):
        for where, base in _bases(question, ("questions", k)):
            if base.counts == ORGANISATIONS and not survey.organisations:
                yield where, "organisations are counted here, and the survey does not say how many; add organisations"


def _bases(question: Question, where: Path_) -> Iterator[tuple[Path_, Base]]:
    if question.base:
        yield (*where, "base"), question.base
    for j, answer in enumerate(question.answers):
        if answer.base:
            yield (*where, "answers", j, "base"), answer.base


def _repeats(survey: Survey) -> Iterator[Located]:
    yield from repeated((("sources", k, "id"), source.id) for k, source in enumerate(survey.sources))
    yield from repeated((("questions", k, "id"), question.id) for k, question in enumerate(survey.questions))
    yield from repeated((("changes", k, "id"), change.id) for k, change in enumerate(survey.changes))
    for k, question in enumerate(survey.questions):
        where: Path_ = ("questions", k, "answers")
        yield from repeated(((*where, j, "id"), answer.id) for j, answer in enumerate(question.answers))


def repeated(ids: Iterable[Located]) -> Iterator[Located]:
    """Yield a fault for each id that stands a second time."""
    seen: Counter[str] = Counter()
    for where, name in ids:
        if seen[name]:
            yield where, f"id {shown(name)} stands twice; ids are unique, so rename one"
        seen[name] += 1


def _references(survey: Survey) -> Iterator[Located]:
    sources, asked = {source.id for source in survey.sources}, Counter(question.id for question in survey.questions)
    answers = {f"{question.id}.{answer.id}" for question in survey.questions for answer in question.answers}
    for k, question in enumerate(survey.questions):
        if question.base:
            yield from _base(question.base, ("questions", k, "base"), answers)
        if asked[question.id] == 1:
            yield from _own_base(question, ("questions", k))
        siblings = Counter(answer.id for answer in question.answers)
        for j, answer in enumerate(question.answers):
            place: Path_ = ("questions", k, "answers", j)
            yield from dangling((*place, "sources"), "source", answer.sources, sources)
            yield from _siblings(answer, question.id, place, siblings)
            yield from _rival(answer, question, place)
            if answer.base:
                yield from _base(answer.base, (*place, "base"), answers)
    for k, change in enumerate(survey.changes):
        yield from dangling(("changes", k, "sources"), "source", change.sources, sources)


def _own_base(question: Question, where: Path_) -> Iterator[Located]:
    """Nobody can be asked because of the answer that they give to the same question."""
    for place, base in _bases(question, where):
        for alternative in (base, *base.either):
            own = [name for name in alternative.answers if name.split(".")[0] == question.id]
            yield from (
                (place, f"{name} is an answer to this question itself; name one of an earlier question") for name in own
            )


def _siblings(answer: Answer, question: str, where: Path_, known: Mapping[str, int]) -> Iterator[Located]:
    """Other answers that an answer names; of many answers, those that name none cost nothing."""
    for key in ("net_of", "part_of", "rival_of", "complement_of", "organisations_of"):
        named = getattr(answer, key) or ()
        named = (named,) if isinstance(named, str) else named
        if named:
            others = [name for name in known if name != answer.id]
            yield from dangling((*where, key), f"other answer of question {question}", named, others)


def _rival(answer: Answer, question: Question, where: Path_) -> Iterator[Located]:
    """A rival is another value of an answer that is itself no rival."""
    for other in question.answers if answer.rival_of else ():
        if other.id == answer.rival_of and other.rival_of:
            yield (*where, "rival_of"), f"{other.id} is itself a rival, of {other.rival_of}; name that one"
        elif other.id == answer.rival_of and other.printed == answer.printed:
            yield (*where, "rival_of"), f"{other.id} is printed {shown(answer.printed)} too; a rival is another value"


def _base(base: Base, where: Path_, answers: set[str]) -> Iterator[Located]:
    yield from dangling((*where, "answers"), "answer of this survey", base.answers, answers)
    for k, alternative in enumerate(base.either):
        yield from _base(alternative, (*where, "either", k), answers)


def dangling(where: Path_, what: str, named: Iterable[str], known: Iterable[str]) -> Iterator[Located]:
    """Yield a fault for each name that refers to nothing."""
    known = known if isinstance(known, Mapping | Set) else set(known)
    for name in named:
        if name not in known:
            yield where, f"{shown(name)} is no {what}{nearest(name, known) or '; add it or mend the name'}"
