"""What every model of a data file is made of: texts, dates and numbers of a stated form, and a record of them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

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


PartialDate = Annotated[
    str,
    StringConstraints(pattern=r"^\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?$"),
    AfterValidator(_in_the_calendar),
]
Address = Annotated[str, StringConstraints(pattern=r"^https?://[^\s/]+\.[^\s]+$", max_length=2_000)]
Text = Annotated[str, StringConstraints(min_length=1, max_length=5_000, strip_whitespace=True)]
Figure = Annotated[str, StringConstraints(min_length=1, max_length=100, strip_whitespace=True)]
Year = Annotated[int, Field(ge=1990, le=2100)]
HeadCount = Annotated[int, Field(ge=1, le=10_000_000)]


class Record(BaseModel):
    """A part of a data file: unknown keys are faults, and nothing changes after loading."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


_Held = TypeVar("_Held", bound=Record)


def held(record: _Held, rules: Mapping[str, bool]) -> _Held:
    """Return a record, or refuse it with all rules that it breaks.

    Raises
    ------
    ValueError
        A rule is broken.
    """
    broken = [words for words, holds in rules.items() if not holds]
    if broken:
        raise ValueError("; ".join(broken))
    return record
