"""The model of constructs.yaml: which answers of different surveys measure one thing."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from crosswave.study.models.record import FindingId, LocalId, Record, Slug, Text

Grade = Literal["same", "similar", "different", "unknown"]


class Grades(Record):
    """How alike an answer is to the first of its construct."""

    population: Grade
    unit: Grade
    stem: Grade
    wording: Grade
    base: Grade
    response: Grade


class ConstructAnswer(Record):
    """One survey's answer in a construct."""

    finding: FindingId
    grades: Grades
    same_instrument_as: tuple[FindingId, ...] = ()
    reversed: bool = Field(False, description="true where the complement of the printed share is meant.")
    note: Text | None = None


class LeftOut(Record):
    """A figure that speaks to a construct and is not used in it."""

    figure: FindingId
    reason: Text


class Construct(Record):
    """Answers of different surveys that measure the same thing, one per survey."""

    id: Slug
    label: Text
    family: Slug = Field(description="The family of plan.yaml in which multiplicity is controlled.")
    partition: Slug | None = Field(None, description="Constructs of one partition are answers of one question.")
    answers: tuple[ConstructAnswer, ...] = ()
    changes: tuple[LocalId, ...] = Field((), description="survey.change: printed changes that stand for a level.")
    left_out: tuple[LeftOut, ...] = ()
    overview: Text | None = Field(None, description="Heading under which the site's first page answers it.")


class Constructs(Record):
    """The file constructs.yaml."""

    constructs: tuple[Construct, ...]
