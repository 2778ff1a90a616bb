"""The models of claims.yaml and context.csv: sentences that writers built on figures, and facts beside them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from crosswave.study.models.record import Figure, Record, Slug, Text, Year, held
from crosswave.study.models.survey import Source


class Condition(Record):
    """A linear statement: the weighted sum of shares or facts stands in a relation to a value."""

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
        rules = {
            f"is: most speaks of one group; give one term of weight 1, not {self.terms}": (
                self.is_ != "most" or list(self.terms.values()) == [1]
            ),
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
