"""The model of quantities.yaml: what words such as "nearly half" stand for."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, field_validator

from crosswave.study.models.record import Figure, Record, Text

BARE = "bare"
"""The word of the rule for a figure that no word leads."""


class Phrase(Record):
    """What a verbal quantity stands for."""

    text: Figure
    kind: Literal["proportion", "count"]
    low: Figure
    high: Figure
    reason: Text
    seen: tuple[dict[str, str], ...] = Field((), description="Uses with a known exact value.")


class Reach(Record):
    """How far the truth may lie from a quantity, relative to it."""

    below: Figure = Field(description="How far below; rest: down to nobody.")
    above: Figure = Field(description="How far above; rest: up to the most that is possible.")
    reason: Text
    seen: tuple[dict[str, str], ...] = Field((), description="Uses with a known exact value that set these ends.")


class SmallReach(Reach):
    """How far the truth may lie from a small quantity, where that is another distance."""

    up_to: Figure = Field(description="The largest quantity that counts as small.")


class Rule(Reach):
    """What a leading or following word does to a quantity."""

    kind: Literal["proportion", "count", "any"] = "any"
    words: Annotated[tuple[Figure, ...], Field(min_length=1)]
    after: tuple[Figure, ...] = Field((), description="Words that do the same where they follow the quantity.")
    small: tuple[SmallReach, ...] = Field((), description="Other distances for small quantities, the smallest first.")


class Quantities(Record):
    """The file quantities.yaml."""

    phrases: tuple[Phrase, ...]
    rules: tuple[Rule, ...]
    counted: tuple[Text, ...] = Field((), description="Words for who was counted, which may follow a head count.")

    @field_validator("rules")
    @classmethod
    def _for_figures_without_words(cls, rules: tuple[Rule, ...]) -> tuple[Rule, ...]:
        for kind in ("proportion", "count"):
            if not any(BARE in rule.words for rule in rules if rule.kind in (kind, "any")):
                raise ValueError(f"no rule for a {kind} has the word {BARE}, which means no word at all; add it")
        return rules
