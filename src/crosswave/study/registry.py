"""A data folder as one registry of surveys, constructs, claims, quantities, facts, the plan and the study."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Literal, TypeVar

from crosswave.memo import digest
from crosswave.printed.quantities import Lexicon
from crosswave.study import models
from crosswave.study.documents import Document
from crosswave.study.faults import DataError, Fault, nearest
from crosswave.words import arrived

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Finding:
    """A printed figure in its place."""

    survey: models.Survey
    question: models.Question
    answer: models.Answer

    @property
    def id(self) -> str:
        """``survey.question.answer``."""
        return f"{self.survey.id}.{self.question.id}.{self.answer.id}"

    @property
    def local_id(self) -> str:
        """``question.answer``."""
        return f"{self.question.id}.{self.answer.id}"

    @property
    def base(self) -> models.Base | None:
        """Whom the figure was counted on; None where no source says."""
        return self.answer.base or self.question.base

    @property
    def text(self) -> str:
        """The printed figure with its unit, as it is read: 63.5 in per cent is 63.5%, 32 of 222 is a count."""
        return text_of(self.answer, self.base, self.survey.n)

    @property
    def shown(self) -> str:
        """The printed figure as sentences and charts tell it before its base: 63.5%, and 32 of a count of 222."""
        return self.answer.printed if self.answer.printed_in == "count" else self.text


def text_of(answer: models.Answer, base: models.Base | None, n: models.SampleSize) -> str:
    """Return a printed figure with its unit: what a bare number stands for is said by `printed_in`."""
    printed = answer.printed
    if answer.printed_in is None or not _BARE.fullmatch(printed):
        return printed
    if answer.printed_in == "count":
        return f"{printed} of {size_of_base(base, n) or 0}"
    return f"{printed}%" if answer.printed_in == "percent" else f"{_in_percent(Decimal(printed))}%"


def size_of_base(base: models.Base | None, n: models.SampleSize) -> int | None:
    """Return how many a base holds where that is one number: its own, or that of all who answered."""
    whole = n.value if n.kind == "exact" else n.low if n.low == n.high else None
    return base.n if base and base.n else whole if base is None or base.everyone else None


_BARE = re.compile(r"\d[\d,]*(\.\d+)?")
_SINGLE = 9
"""A share with more decimals is a number in single precision: about seven of its digits say something."""


def _in_percent(share: Decimal) -> Decimal:
    """A share in per cent; a data set drops zeros at the end, and keeps two decimals or more."""
    decimals = -int(share.as_tuple().exponent)
    digits = 7 if decimals > _SINGLE else max(2, decimals)
    return share.quantize(Decimal(1).scaleb(-digits)).scaleb(2)


def findings_of(survey: models.Survey) -> tuple[Finding, ...]:
    """Return every printed figure of a survey, in the order of its file."""
    return tuple(Finding(survey, question, answer) for question in survey.questions for answer in question.answers)


_OF_TRENDS = {"total_error", "families", "lines"}


@dataclass(frozen=True)
class Registry:
    """Everything in a data folder, checked; or all of it that can be used, with the faults of the rest.

    Records are held by their ids, documents by the names of their files; the plan has the years of the study. Series
    that have a file of their own hold the ids of their waves. Nothing
    is said of what refers to the ids in `unread`, which could not be read whole. `faults` and the ids of surveys in
    `left_out` are what `crosswave.study.load_evidence` found wrong and did not take.
    """

    folder: Path
    surveys: Mapping[str, models.Survey]
    constructs: Mapping[str, models.Construct]
    claims: Mapping[str, models.Claim]
    claim_sources: Mapping[str, models.Source]
    quantities: models.Quantities
    facts: Mapping[str, models.Fact]
    plan: models.Plan
    study: models.Study
    documents: Mapping[str, Document]
    series: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    batteries: models.Batteries = field(default_factory=models.Batteries)
    unread: frozenset[str] = frozenset()
    faults: tuple[Fault, ...] = ()
    left_out: frozenset[str] = frozenset()
    figures: int | None = None
    """How many printed figures a folder without faults holds: known although its surveys were not read again."""

    @cached_property
    def findings(self) -> Mapping[str, Finding]:
        """Every printed figure by its id, surveys in order of their ids."""
        return {finding.id: finding for survey in self.surveys.values() for finding in findings_of(survey)}

    @cached_property
    def series_of(self) -> Mapping[str, str]:
        """The series whose file holds a wave, by the id of the wave; other surveys are not in it."""
        return {wave: name for name, waves in self.series.items() for wave in waves}

    @cached_property
    def lexicon(self) -> Lexicon:
        """What reads printed text by the phrases and rules of this folder."""
        return Lexicon(self.quantities)

    @cached_property
    def rules_of_reading(self) -> tuple[str, str]:
        """What a reconstruction comes from besides its survey, as text: the phrases, and the plan but for trends."""
        return self.quantities.model_dump_json(), self.plan.model_dump_json(exclude=_OF_TRENDS)

    @cached_property
    def content(self) -> str:
        """Digest of all that is asked of the evidence, by which rules and in which words; not of claims and facts."""
        records = [*self.surveys.values(), *self.constructs.values(), self.quantities, self.plan, self.study]
        records.append(self.batteries)
        return digest(*(record.model_dump_json() for record in records))

    @cached_property
    def sources(self) -> Mapping[str, models.Source]:
        """Every source by its id."""
        in_surveys = {source.id: source for survey in self.surveys.values() for source in survey.sources}
        return dict(sorted({**in_surveys, **self.claim_sources}.items()))

    def shown(self, kind: Literal["survey", "series", "trend", "claims"]) -> str:
        """Return what a notebook shows by default: what study.yaml names, or the first; `KeyError` if there is none."""
        known = {
            "survey": self.surveys, "series": self.series, "trend": self.constructs, "claims": self.claim_sources
        }[kind]  # fmt: skip
        named = getattr(self.study.shown, kind)
        found = named if named and named not in self.left_out else next(iter(known), None)
        if found is None:
            raise KeyError(f"there is nothing to show: data/ holds no {kind}")
        return str(found)

    def survey(self, survey_id: str) -> models.Survey:
        """Return a survey by its id; `KeyError` names the nearest, `DataError` all faults of one that was left out."""
        if survey_id in self.left_out:
            path = self.documents[f"surveys/{survey_id}.yaml"].path
            raise DataError(fault for fault in self.faults if fault.path == path)
        return pick(self.surveys, survey_id, "survey")

    def construct(self, construct_id: str) -> models.Construct:
        """Return a construct by its id; `KeyError` names the nearest ones."""
        return pick(self.constructs, construct_id, "construct")

    def finding(self, finding_id: str) -> Finding:
        """Return a printed figure by its id; errors as for `survey`."""
        if (survey_id := finding_id.split(".")[0]) in self.left_out:
            self.survey(survey_id)
        if "findings" not in self.__dict__ and survey_id in self.surveys:  # of many surveys the others stay unread
            for found in findings_of(self.surveys[survey_id]):
                if found.id == finding_id:
                    return found
        return pick(self.findings, finding_id, "finding")


def pick(table: Mapping[str, Value], name: str, what: str) -> Value:
    """Return a record by its id; `KeyError` names the nearest ones, or the command that lists all."""
    if name not in table:
        meant = nearest(name, table) or f"; crosswave list {what.removesuffix('s')}s names all"
        raise KeyError(f"no {what} is called {arrived(name)}{meant}")
    return table[name]
