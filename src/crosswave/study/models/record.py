"""What every model of a data file is made of: texts, dates and numbers of a stated form, words of a study, records."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, TypeVar
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, ValidationInfo, WithJsonSchema
from pydantic_core import PydanticKnownError

from crosswave.words import arrived, capital

_ID = 100

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=_ID)]
LocalId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]+\.[a-z0-9-]+$", max_length=2 * _ID)]
FindingId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]+\.[a-z0-9-]+\.[a-z0-9-]+$", max_length=3 * _ID)]


def _in_the_calendar(text: str) -> str:
    if len(text) == len("2017-04-18"):
        try:
            date.fromisoformat(text)
        except ValueError:
            raise ValueError(f"{text} is no day of the calendar; mend the date") from None
    if not 1990 <= int(text[:4]) <= 2100:
        raise ValueError(f"{text} is not between 1990 and 2100; mend the date")
    return text


def _of_the_web(text: str) -> str:
    try:
        urlsplit(text)
    except ValueError as error:
        raise ValueError(f"{arrived(text)} is no address of the web ({error}); copy it from the browser") from None
    return text


PartialDate = Annotated[
    str,
    StringConstraints(pattern=r"^\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?$"),
    AfterValidator(_in_the_calendar),
]
Address = Annotated[
    str, StringConstraints(pattern=r"^https?://[^\s/]+\.[^\s]+$", max_length=2_000), AfterValidator(_of_the_web)
]
Text = Annotated[str, StringConstraints(min_length=1, max_length=5_000, strip_whitespace=True)]
Figure = Annotated[str, StringConstraints(min_length=1, max_length=100, strip_whitespace=True)]
Year = Annotated[int, Field(ge=1990, le=2100)]
HeadCount = Annotated[int, Field(ge=1, le=10_000_000)]


class Record(BaseModel):
    """A part of a data file: unknown keys are faults, and nothing changes after loading."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False, defer_build=True)


_Held = TypeVar("_Held", bound=Record)


def held(record: _Held, rules: Mapping[str, bool]) -> _Held:
    """Return a record, or refuse it with all rules that it breaks."""
    broken = [words for words, holds in rules.items() if not holds]
    if broken:
        raise ValueError("; ".join(broken))
    return record


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
    units: dict[Slug, Unit] = Field({}, description="Whose answer one reply can be, besides a person or organisation.")
    sampling: dict[Slug, Sampling] = Field({}, description="Ways of choosing, besides those that every study has.")
    names: dict[Slug, Text] = Field(
        {}, description="What readers see in place of a topic or a sector, where a capital letter does not do."
    )

    def name(self, word: str) -> str:
        """Return what readers see in place of a word."""
        return self.names.get(word, capital(word.replace("-", " ")))

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
