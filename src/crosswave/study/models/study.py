"""The models of what all surveys share: study.yaml, constructs.yaml, claims.yaml and context.csv."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, field_validator, model_validator

from crosswave.study.models.record import (
    Address,
    Figure,
    FindingId,
    LocalId,
    Record,
    Slug,
    Text,
    Vocabulary,
    Year,
    held,
)
from crosswave.study.models.survey import Source

Grade = Literal["same", "similar", "different", "unknown"]


class Grades(Record):
    """How alike an answer is to the first of its construct."""

    population: Grade
    unit: Grade
    stem: Grade
    wording: Grade
    base: Grade
    response: Grade


class Window(Record):
    """The years in question."""

    from_year: Year
    to_year: Year
    source: Text

    @model_validator(mode="after")
    def _in_order(self) -> Window:
        if self.from_year > self.to_year:
            raise ValueError(f"window ends {self.to_year}, before it starts {self.from_year}")
        return self


class Licence(Record):
    """Under which terms the descriptions and results may be used."""

    name: Text = Field(description="Its short name, as SPDX has it: CC-BY-4.0.")
    title: Text
    path: Address


class Shown(Record):
    """The survey, series, construct and source of claims whose pages a notebook shows unless told otherwise."""

    survey: Slug | None = None
    series: Slug | None = None
    trend: Slug | None = None
    claims: Slug | None = None


class Lesson(Record):
    """How the first page tells the way of a survey into data/: with the file data/tutorial.txt."""

    survey: Slug = Field(description="Id of the made-up survey that data/tutorial.txt holds.")
    figure: LocalId = Field(description="The answer of it that is put into a topic.")
    into: Slug = Field(description="The topic that it is put into.")
    grades: Grades
    note: Text


class Published(Record):
    """Where the site is, and who answers for it; what is not known is left out of every page."""

    address: Address | None = Field(None, description="Where index.html will be found: https://example.org/surveys/")
    who: Text | None = Field(None, description="Who makes the study, in a sentence.")
    funding: Text | None = Field(None, description="Who pays for it, in a sentence.")
    contact: Address | None = Field(None, description="Where errors are reported.")

    @field_validator("address")
    @classmethod
    def _folder(cls, address: str | None) -> str | None:
        return f"{address.rstrip('/')}/" if address else address


class Correction(Record):
    """A published number or sentence that was wrong, and what is there now."""

    date: Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$", description="When it was corrected: 2020-12-31.")]
    page: Text = Field(description="The page that was wrong, by its id: survey/poll-2017.")
    was: Text
    now: Text


class Study(Record):
    """The file study.yaml: what this study is."""

    title: Text = Field(description="What the study is, as a heading.")
    question: Text = Field(description="What it asks, as the first line of its first page.")
    population: Text = Field(description="Whom its surveys speak of, as a sentence ends: the people of the town.")
    window: Window
    authors: Annotated[tuple[Text, ...], Field(min_length=1)]
    licence: Licence
    headline: dict[Slug, Text] = Field(
        {}, description="Topics whose results README.md gives: their ids, each with its name there."
    )
    shown: Shown = Shown()
    lesson: Lesson | None = None
    published: Published = Published()
    corrections: tuple[Correction, ...] = ()
    synonyms: tuple[Annotated[tuple[Text, ...], Field(min_length=2)], ...] = Field(
        (), description="Words for the same thing: whoever searches for one finds the others."
    )
    vocabulary: Vocabulary = Vocabulary()


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
    changes: tuple[LocalId, ...] = Field((), description="survey.change: printed changes from which to find a level.")
    left_out: tuple[LeftOut, ...] = ()
    overview: Text | None = Field(None, description="Heading under which the site's first page answers it.")


class Constructs(Record):
    """The file constructs.yaml."""

    constructs: tuple[Construct, ...]


class Condition(Record):
    """A linear statement: the weighted sum of shares or facts is compared with a value."""

    terms: dict[str, Annotated[int, Field(ge=-1_000_000, le=1_000_000)]] = Field(
        description="Finding id, change id (survey.change) or fact id: its weight."
    )
    over: tuple[str, ...] = Field((), description="Finding ids or fact ids whose sum divides the terms.")
    is_: Literal["above", "at-least", "below", "between", "about", "phrase", "most"] = Field(alias="is")
    value: Figure | None = Field(None, description="A number, fraction or percentage: 1/3, 50%, 0.")
    and_value: Figure | None = Field(None, description="The upper end, for between.")
    phrase: Figure | None = Field(None, description="A phrase of quantities.yaml, for phrase.")
    reading: Literal["more-than-half", "largest-group"] | None = Field(
        None, description="The reading that the words force, for most. Absent: both are tried."
    )

    @model_validator(mode="after")
    def _most_of_one_group(self) -> Condition:
        one = list(self.terms.values()) == [1]
        rules = {
            f"is: most speaks of one group; give one term of weight 1, not {self.terms}": self.is_ != "most" or one,
            f"reading tells what most means; is: {self.is_} has none": self.is_ == "most" or self.reading is None,
        }
        return held(self, rules)

    @property
    def names(self) -> tuple[str, ...]:
        """Everything that takes part: the terms, and what divides them, each once."""
        return tuple(dict.fromkeys((*self.terms, *self.over)))


class Claim(Record):
    """A sentence that a writer built on figures, as a predicate."""

    id: Slug
    source: Slug
    surveys: tuple[Slug, ...] = ()
    says: Text = Field(description="The claim, in own words.")
    made_by: Literal["source", "project"] = Field(
        "source", description="project: no source says so; it is put together here from what sources print."
    )
    subject: Literal["respondents", "population", "organisations", "arithmetic"]
    all_of: tuple[Condition, ...] = Field((), description="Every one must hold.")
    not_checkable: Text | None = Field(None, description="Why no published figure can check it.")
    note: Text | None = None

    @model_validator(mode="after")
    def _checkable_or_not(self) -> Claim:
        if bool(self.all_of) == bool(self.not_checkable):
            raise ValueError("a claim has either all_of or not_checkable")
        return self

    @property
    def names(self) -> tuple[str, ...]:
        """Everything that takes part in a condition, each once."""
        return tuple(dict.fromkeys(name for condition in self.all_of for name in condition.names))


class Claims(Record):
    """The file claims.yaml."""

    sources: tuple[Source, ...]
    claims: tuple[Claim, ...]


class Item(Record):
    """A thing that batteries of several surveys name, whatever their words."""

    id: Slug
    label: Text


class BatteryAnswer(Record):
    """Which item an answer names, and a second one where it names two."""

    item: Slug
    second: Slug | None = None
    note: Text | None = None

    @model_validator(mode="before")
    @classmethod
    def _short_form(cls, value: object) -> object:
        return {"item": value} if isinstance(value, str) else value


class Battery(Record):
    """A question with several answers of one kind, each of which is an item that other surveys name too."""

    question: LocalId = Field(description="survey.question")
    kind: Slug = Field("barriers", description="What its answers are; those of one kind go into one model.")
    stem: Text = Field(description="The class of the thing asked about, such as cloud.")
    choices: Text = Field(description="How many answers one could give: any, top one, up to 3; unknown.")
    comparable: bool = Field(description="Whether it may be set beside the other batteries without a term of its own.")
    why: Text | None = Field(None, description="Why it is not comparable, or what is doubtful.")
    answers: Annotated[dict[Slug, BatteryAnswer], Field(min_length=1)]


class Batteries(Record):
    """The file batteries.yaml, which a data folder may have."""

    items: tuple[Item, ...] = ()
    apart: tuple[Text, ...] = Field((), description="Stems of batteries that are never in one model with the others.")
    batteries: tuple[Battery, ...] = ()

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of batteries, the first that is listed first."""
        return tuple(dict.fromkeys(one.kind for one in self.batteries))


class Fact(Record):
    """A row of context.csv: a dated fact that is no survey figure."""

    fact_id: Slug
    year: Year
    subject: Text
    quantity: Text
    value: Figure
    unit: Text
    source: Slug
    kind: Literal["exact", "lower-bound", "upper-bound", "approximate", "date", "rhetorical"]
    notes: str = ""
