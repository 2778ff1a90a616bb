"""The model of a survey file: everything that is known of one wave."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from crosswave.study.models.record import (
    Address,
    Figure,
    HeadCount,
    LocalId,
    Mode,
    Nation,
    PartialDate,
    Record,
    SamplingName,
    Sector,
    Slug,
    SourceKind,
    Text,
    Topic,
    UnitName,
    Year,
    held,
)
from crosswave.words import too_long


class Source(Record):
    """A page or document that prints figures."""

    id: Slug
    title: Text
    publisher: Text | None = None
    url: Address
    also_at: tuple[Address, ...] = Field((), description="Other addresses of the same page: older ones, copies.")
    kind: SourceKind
    published: PartialDate | None = Field(None, description="YYYY, YYYY-MM or YYYY-MM-DD, as far as it is known.")


class Fieldwork(Record):
    """When a survey was in the field, and who ran it."""

    start: PartialDate | None = None
    end: PartialDate | None = None
    house: Text | None = Field(None, description="The organisation that collected the answers.")


class SampleSize(Record):
    """How many answered, as printed, and the integers that this allows."""

    printed: Figure | None = Field(None, description="The printed form, untouched.")
    value: HeadCount | None = Field(None, description="The number in the printed form.")
    kind: Literal["exact", "approximate", "at-least", "derived", "unknown"]
    low: HeadCount | None = Field(None, description="Smallest n; needed where kind is derived.")
    high: HeadCount | None = Field(None, description="Largest n; needed where kind is derived.")
    how: Text | None = Field(None, description="The arithmetic behind a derived n.")

    @model_validator(mode="after")
    def _complete(self) -> SampleSize:
        if self.kind in ("exact", "approximate", "at-least") and self.value is None:
            raise ValueError(f"n of kind {self.kind} needs a value")
        if self.kind == "derived" and not (self.low and self.high and self.how):
            raise ValueError("n of kind derived needs low, high and how")
        if self.low and self.high and self.low > self.high:
            raise ValueError(f"n has low {self.low} above high {self.high}")
        return self


ORGANISATIONS = "organisations"
"""What a base counts where it is the organisations behind the people who answered."""


class Base(Record):
    """Whom a question or an answer was counted on. Exactly one of the forms below."""

    everyone: bool = Field(False, description="A source states that it is everybody. (Short form: base: all)")
    who: Text | None = Field(None, description="The subset, in own words.")
    n: HeadCount | None = Field(None, description="Size of the subset, where it is printed.")
    answers: tuple[LocalId, ...] = Field((), description="question.answer whose respondents make up the subset.")
    at_most: Literal["n"] | HeadCount | None = Field(
        None, description="It is not printed and at most this many; n is all who answered the survey."
    )
    counts: Text | None = Field(None, description="What is counted, where it is not respondents (projects, breaches).")
    either: tuple[Base, ...] = Field((), description="Alternatives, where print is ambiguous: each is tried.")

    @model_validator(mode="before")
    @classmethod
    def _short_form(cls, value: object) -> object:
        return {"everyone": True} if value == "all" else value

    @model_validator(mode="after")
    def _one_form(self) -> Base:
        some = bool(self.who or self.n or self.at_most or self.answers)
        forms = (self.everyone, some, bool(self.either), bool(self.counts))
        if not any(forms):
            raise ValueError("a base needs one of: all, who, n, at_most, answers, counts, either")
        if self.n and self.at_most:
            raise ValueError("a base has n where it is printed, or at_most where it is not; keep one")
        if self.either and (len(self.either) < 2 or any(forms[:2]) or forms[3]):
            raise ValueError("either lists two or more alternatives and is the only key")
        return self


def _short(printed: str) -> str:
    if words := too_long(printed):
        raise ValueError(words)
    return printed


def _refused(found_at: str) -> str:
    raise ValueError(
        "unchecked: a program found this figure; compare it with the source, say what it answers, and delete this line"
    )


_Printed = Annotated[Figure, AfterValidator(_short)]


class Answer(Record):
    """One printed figure."""

    id: Slug
    says: Text = Field(description="The answer, in own words.")
    printed: _Printed = Field(description="The figure exactly as printed, in quotes: 58%, 58.0 per cent, nearly half.")
    printed_in: Literal["percent", "share", "count"] | None = Field(
        None, description="What a bare number means: 63.5 per cent, a share of 0.635, a count of the base."
    )
    measure: Literal["share", "mean", "median", "change", "range", "size"] = Field(
        "share",
        description="A share of the base, a mean score, a median of organisations, a change, a range, a head count.",
    )
    topic: Topic
    barrier: bool = Field(False, description="true where the answer names something that is in the way.")
    sources: Annotated[tuple[Slug, ...], Field(min_length=1)]
    item: Slug | None = Field(None, description="The statement of a battery that this answers, one per statement.")
    base: Base | None = Field(None, description="Where it differs from the base of the question.")
    net_of: tuple[Slug, ...] = Field((), description="Answers of this question whose sum this is.")
    part_of: Slug | None = Field(None, description="The answer of this question that includes this one.")
    rival_of: Slug | None = Field(None, description="The answer of which this is another printed value.")
    complement_of: Slug | None = Field(None, description="The answer that everybody else gave.")
    organisations_of: Slug | None = Field(None, description="The answer of people that this counts by organisation.")
    derived: Text | None = Field(None, description="How the value follows from others: it is computed, not printed.")
    ambiguity: Text | None = Field(None, description="What print leaves open.")
    unusable: Text | None = Field(None, description="Why the figure must not be used in a comparison.")
    unchecked: Annotated[Text, AfterValidator(_refused)] | None = Field(
        None, description="Where a program found the figure: nobody has compared it yet, and no check passes."
    )
    note: Text | None = None


class Question(Record):
    """A question, with the answers that are printed for it."""

    id: Slug
    asks: Text = Field(description="What it asks, in own words.")
    about: Text = Field(description="The stem: the thing measured, in own words.")
    response: Literal["single", "multi", "scale", "fact"] | None = Field(
        None, description="single and scale: answers exclude each other. Absent: unknown, nothing is summed."
    )
    response_inferred: bool = Field(False, description="true where no source states how it was answered.")
    exhaustive: bool = Field(False, description="true where the listed answers are all that was offered.")
    wording: Text | None = Field(None, description="Which of several wordings of one series it has, in own words.")
    base: Base | None = Field(None, description="Absent: not stated; everyone is then an assumption.")
    answers: Annotated[tuple[Answer, ...], Field(min_length=1)]
    note: Text | None = None


class PrintedChange(Record):
    """A change printed without the earlier level: claims may use it, levels never."""

    id: Slug
    answer: LocalId = Field(description="The answer, in this survey or in the earlier one, that changed.")
    since: Slug = Field(description="The earlier survey.")
    points: int = Field(ge=-100, le=100, description="Later minus earlier, percentage points.")
    level: Figure | None = Field(None, description="The later level as printed.")
    sources: Annotated[tuple[Slug, ...], Field(min_length=1)]
    note: Text | None = None


class Overlap(Record):
    """Another wave with some of the same respondents."""

    survey: Slug
    how: Text
    shared: HeadCount | None = Field(
        None, description="How many answered in both, where that is printed or follows from what is printed."
    )
    question: Slug | None = Field(None, description="The question of which the table tells both answers.")
    table: dict[Slug, dict[Slug, Annotated[int, Field(ge=0)]]] = Field(
        {}, description="The answer in this wave, the answer in the other, and how many gave both."
    )


class Inferred(Record):
    """Fields of a wave that no source states as they are, each with what it is taken from."""

    series: Text | None = None
    fieldwork: Text | None = Field(None, description="The dates.")
    house: Text | None = None
    nation: Text | None = None
    unit: Text | None = None
    mode: Text | None = None
    sampling: Text | None = None
    n: Text | None = None
    organisations: Text | None = None

    @property
    def named(self) -> tuple[str, ...]:
        """The fields that are inferred, in order."""
        return tuple(name for name, why in self if why)


class Survey(Record):
    """One survey wave: everything that is known of it."""

    id: Slug
    title: Text
    series: Slug | None = Field(None, description="Same publisher and instrument repeated.")
    group: Text | None = Field(None, description="The group or the one organisation of a series that this wave is of.")
    publisher: Text | None = None
    sponsor: Text | None = None
    fieldwork: Fieldwork = Fieldwork()
    published: PartialDate | None = None
    year: Year = Field(description="The year that places the wave.")
    year_basis: Literal["fieldwork", "publication", "inferred", "financial-year"]
    population: Text
    sector: Sector
    nation: Nation | None = None
    unit: UnitName
    mode: Mode | None = None
    sampling: SamplingName | None = None
    n: SampleSize = SampleSize(kind="unknown")
    organisations: HeadCount | None = None
    asked: HeadCount | None = Field(None, description="How many were asked, where a source prints the number.")
    weighted: bool | None = Field(None, description="Absent: unknown; unweighted is then an assumption.")
    design_effect: Annotated[float, Field(gt=0)] | None = Field(
        None, description="As printed: the variance of its shares over that of a simple random sample of as many."
    )
    margin_of_error: Annotated[float, Field(gt=0, lt=50)] | None = Field(
        None, description="As printed: of a share of one half, in points at 95 %."
    )
    microdata: Text | None = Field(None, description="The file of respondents that its figures were computed from.")
    rounding: Literal["nearest", "truncated"] | None = Field(None, description="Absent: unknown; nearest assumed.")
    inferred: Inferred = Field(Inferred(), description="What no source states in these words, and why it is given.")
    overlaps: tuple[Overlap, ...] = ()
    missing: Text | None = Field(None, description="What would have to be obtained, where no share is printed.")
    note: Text | None = None
    sources: Annotated[tuple[Source, ...], Field(min_length=1)]
    questions: tuple[Question, ...] = ()
    changes: tuple[PrintedChange, ...] = ()

    @model_validator(mode="after")
    def _inferred_is_there(self) -> Survey:
        given = {
            **{name: bool(getattr(self, name, None)) for name in Inferred.model_fields},
            "fieldwork": bool(self.fieldwork.start or self.fieldwork.end),
            "house": bool(self.fieldwork.house),
            "n": self.n != SampleSize(kind="unknown"),
        }
        rule = "inferred names {0}, which is not given; give {0}, or take it out of inferred"
        return held(self, {rule.format(name): given[name] for name in self.inferred.named})

    def mark(self, name: str) -> str:
        """Return `` (inferred: why)`` where no source states a field as it is, and nothing where one does."""
        why = getattr(self.inferred, name)
        return f" (inferred: {why})" if why else ""

    @model_validator(mode="after")
    def _asked_enough(self) -> Survey:
        answered = self.n.value if self.n.kind == "exact" else self.n.low
        if self.asked and answered and self.asked < answered:
            raise ValueError(f"asked is {self.asked}, fewer than the {answered} who answered; mend one of them")
        return self
