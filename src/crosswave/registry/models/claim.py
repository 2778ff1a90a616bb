"""The models of claims.yaml and context.csv: sentences that writers built on figures, and facts beside them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from crosswave.registry.models.record import Figure, Record, Slug, Text, Year
from crosswave.registry.models.survey import Source


class Condition(Record):
    """A linear statement: the weighted sum of shares or facts stands in a relation to a value."""

    terms: dict[str, Annotated[int, Field(ge=-1_000_000, le=1_000_000)]] = Field(
        description="Finding id, change id (survey.change) or fact id: its weight."
    )
    over: tuple[str, ...] = Field((), description="Fact ids whose sum divides the terms.")
    is_: Literal["above", "at-least", "below", "between", "about", "phrase"] = Field(alias="is")
    value: Figure | None = Field(None, description="A number, fraction or percentage: 1/3, 50%, 0.")
    and_value: Figure | None = Field(None, description="The upper end, for between.")
    phrase: Figure | None = Field(None, description="A phrase of quantities.yaml, for phrase.")


class Claim(Record):
    """A sentence that a writer built on figures, as a predicate."""

    id: Slug
    source: Slug
    surveys: tuple[Slug, ...] = ()
    says: Text = Field(description="The claim, in own words.")
    subject: Literal["respondents", "population", "organisations", "arithmetic"]
    all_of: tuple[Condition, ...] = Field((), description="Every one must hold.")
    not_checkable: Text | None = Field(None, description="Why no published figure can check it.")
    note: Text | None = None

    @model_validator(mode="after")
    def _checkable_or_not(self) -> Claim:
        if bool(self.all_of) == bool(self.not_checkable):
            raise ValueError("a claim has either all_of or not_checkable")
        return self


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
