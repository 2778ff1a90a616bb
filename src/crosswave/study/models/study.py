"""The model of study.yaml: what a study is about, its years, and the words that its surveys may use."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import AfterValidator, Field, ValidationInfo, WithJsonSchema, model_validator
from pydantic_core import PydanticKnownError

from crosswave.study.models.construct import Grades
from crosswave.study.models.record import Address, LocalId, Record, Slug, Text, Year


class Unit(Record):
    """What one reply stands for, in the three forms that sentences need."""

    one: Text = Field(description="One of them: a person.")
    many: Text = Field(description="Several: people.")
    answered: Text = Field(description="What they did: people answered.")


class Sampling(Record):
    """How those who answered were chosen, in the forms that sentences need."""

    says: Text = Field(description="As a clause: those asked were drawn at random.")
    sample: Text = Field(description="As what they are: a probability sample.")
    chosen: Text | None = Field(None, description="As a remark: by post. Absent: the word itself.")


UNITS: Mapping[str, Unit] = {
    "person": Unit(one="a person", many="people", answered="people answered"),
    "organisation": Unit(one="an organisation", many="organisations", answered="organisations answered"),
}
"""The units that every study has."""

SAMPLING: Mapping[str, Sampling] = {
    "probability": Sampling(
        says="those asked were drawn at random", sample="a probability sample", chosen="probability sample"
    ),
    "census": Sampling(says="everybody was asked", sample="a census"),
    "panel": Sampling(says="those who answered come from a panel", sample="a panel, not a probability sample"),
    "self-selected": Sampling(says="those who answered chose to", sample="people who chose to answer"),
    "poll-at-event": Sampling(says="those who answered attended an event", sample="people who attended an event"),
}
"""The ways of choosing that every study has: what may be concluded rests on them."""

_UNSTATED = "nobody says how those who answered were chosen"


class Vocabulary(Record):
    """The words that survey files may use; an empty list allows any."""

    topics: tuple[Slug, ...] = ()
    sectors: tuple[Slug, ...] = Field((), description="Parts of the population.")
    nations: tuple[Text, ...] = ()
    modes: tuple[Slug, ...] = Field((), description="How answers are collected.")
    source_kinds: tuple[Slug, ...] = ()
    units: dict[Slug, Unit] = Field({}, description="What one reply can stand for, besides a person or organisation.")
    sampling: dict[Slug, Sampling] = Field({}, description="Ways of choosing, besides those that every study has.")

    def words(self, kind: str) -> tuple[str, ...]:
        """Return the words of one kind, those of every study first."""
        of_every_study = {"units": tuple(UNITS), "sampling": tuple(SAMPLING)}.get(kind, ())
        return (*of_every_study, *getattr(self, kind))

    def word(self, kind: str, text: str) -> str:
        """Return a word with the phrases that this study has for it, if any."""
        own = getattr(self, kind)
        if not isinstance(own, dict) or text not in own:
            return text
        word = _Word(text)
        word.phrases = own[text]
        return word


class _Word(str):
    """A word with what study.yaml says of it."""

    phrases: Record


def _checked(text: str, info: ValidationInfo, kind: str) -> str:
    vocabulary: Vocabulary | None = (info.context or {}).get("vocabulary")
    if vocabulary is None:
        return text
    words = vocabulary.words(kind)
    if words and text not in words:
        raise PydanticKnownError("literal_error", {"expected": ", ".join(f"'{word}'" for word in words)})
    return vocabulary.word(kind, text)


def _of(kind: str) -> tuple[AfterValidator, WithJsonSchema]:
    schema = WithJsonSchema({"type": "string", "vocabulary": kind})
    return AfterValidator(lambda text, info: _checked(text, info, kind)), schema


Topic = Annotated[str, *_of("topics")]
Sector = Annotated[str, *_of("sectors")]
Nation = Annotated[str, *_of("nations")]
Mode = Annotated[str, *_of("modes")]
SourceKind = Annotated[str, *_of("source_kinds")]
UnitName = Annotated[str, *_of("units")]
SamplingName = Annotated[str, *_of("sampling")]


def unit_words(unit: str) -> Unit:
    """Return what a survey's unit is called in sentences."""
    found = getattr(unit, "phrases", None) or UNITS.get(unit)
    plain = unit.replace("-", " ")
    return found or Unit(one=f"a {plain}", many=f"{plain}s", answered=f"{plain}s answered")


def sampling_words(sampling: str) -> Sampling:
    """Return what a survey's way of choosing is called in sentences; ``unstated`` has words, too."""
    found = getattr(sampling, "phrases", None) or SAMPLING.get(sampling)
    return found or Sampling(says=_UNSTATED, sample=_UNSTATED)


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


class Headline(Record):
    """The constructs whose results stand in README.md."""

    noun: Text = Field(description="What they are together, in the plural.")
    constructs: dict[Slug, Text] = Field(description="Construct id: its name there.")


class Shown(Record):
    """The survey, the construct and the source of claims whose pages a notebook shows unless told otherwise."""

    survey: Slug | None = None
    trend: Slug | None = None
    claims: Slug | None = None


class Lesson(Record):
    """How the first page tells the way of a survey into data/: with the file data/tutorial.txt."""

    survey: Slug = Field(description="Id of the made-up survey that data/tutorial.txt holds.")
    figure: LocalId = Field(description="The answer of it that is put into a construct.")
    into: Slug = Field(description="The construct that it is put into.")
    grades: Grades
    note: Text


class Study(Record):
    """The file study.yaml: what this study is."""

    title: Text = Field(description="What the study is, as a heading.")
    question: Text = Field(description="What it asks, as the first line of its first page.")
    population: Text = Field(description="Whom its surveys speak of, as a sentence ends: the people of the town.")
    window: Window
    authors: Annotated[tuple[Text, ...], Field(min_length=1)]
    licence: Licence
    headline: Headline | None = None
    shown: Shown = Shown()
    lesson: Lesson | None = None
    vocabulary: Vocabulary = Vocabulary()
