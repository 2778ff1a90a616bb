"""The model of quantities.yaml: what words such as "nearly half" stand for."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from crosswave.registry.models.record import Record, Text


class Phrase(Record):
    """What a verbal quantity stands for."""

    text: Text
    kind: Literal["proportion", "count"]
    low: Text
    high: Text
    reason: Text
    seen: tuple[dict[str, str], ...] = Field((), description="Uses with a known exact value.")


class Rule(Record):
    """What a leading word does to the quantity that follows it."""

    kind: Literal["proportion", "count", "any"] = "any"
    words: Annotated[tuple[Text, ...], Field(min_length=1)]
    below: Text = Field(description="How far below the quantity the truth may lie, relative to the quantity.")
    above: Text = Field(description="How far above; rest: up to the most that is possible.")
    reason: Text


class Quantities(Record):
    """The file quantities.yaml."""

    phrases: tuple[Phrase, ...]
    rules: tuple[Rule, ...]
