"""Printed text as an exact interval: what "58%", "58.0 per cent", "nearly half" and "over 300" can stand for."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from crosswave.printed.index import Hedged, head_count, indexed, share_value
from crosswave.printed.misprints import share_advice
from crosswave.printed.percents import percentage, share_range
from crosswave.printed.plain import plain
from crosswave.printed.quantity import Quantity, QuantityError, number
from crosswave.study.models import Phrase, Quantities, Rule
from crosswave.study.models.quantities import Reach
from crosswave.words import arrived


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Reads printed text by the phrases and rules of quantities.yaml."""

    quantities: Quantities

    def share(self, printed: str, rounding: str = "nearest") -> Quantity:
        """Return the shares for which a printed text can stand.

        Raises
        ------
        QuantityError
            The text is no percentage, no phrase of quantities.yaml and no rule reads it; or it exceeds 100 %.
        """
        exact = _exact_percent(printed, rounding)
        return exact if exact is not None else self._in_words(printed, plain(printed), rounding)

    def _in_words(self, printed: str, text: str, rounding: str) -> Quantity:
        index = indexed(self.quantities, "proportion")
        hedged = index.hedged(text)
        if hedged and hedged.text != text and index.is_bare(hedged.rule) and percentage(hedged.text, rounding):
            return _exact(printed, hedged.text, rounding)  # "only 58%"
        if phrase := index.phrase(text):
            return _of_phrase(printed, phrase)
        if ends := share_range(text, rounding):
            low, high = _up_to_all(printed, (ends.low, ends.high))
            return Quantity(printed, low, high, None, "a printed range, its ends rounded", ends.high_open)
        return self._by_rule(printed, text, hedged)

    def _by_rule(self, printed: str, text: str, hedged: Hedged | None) -> Quantity:
        value = share_value(hedged.text) if hedged else None
        if hedged is None or value is None:
            raise QuantityError(share_advice(printed, text))
        reach = _reach(hedged.rule, value)
        low, high = _around(value, reach)
        low, high = _up_to_all(printed, (max(low, Fraction(0)), min(high, Fraction(1))))
        if low == high and not indexed(self.quantities, "proportion").is_bare(hedged.rule):
            raise QuantityError(
                f"{arrived(printed)} hedges all or nothing, which leaves one share alone; write 0% or 100%"
            )
        return Quantity(printed, low, high, None, reach.reason)

    def known_count(self, printed: str) -> Quantity | None:
        """Return the whole numbers that quantities.yaml gives to a printed text, if it names it."""
        phrase = indexed(self.quantities, "count").phrase(plain(printed))
        return _of_phrase(printed, phrase) if phrase else None

    def count(self, printed: str) -> Quantity:
        """Return the whole numbers for which a printed text can stand.

        Raises
        ------
        QuantityError
            The text is no phrase of quantities.yaml and holds no number, more than one, or a word after it that is
            not under `counted` in quantities.yaml.
        """
        if known := self.known_count(printed):
            return known
        index = indexed(self.quantities, "count")
        hedged = index.hedged(plain(printed))
        value = head_count(hedged.text) if hedged else None
        if hedged is None or value is None:
            raise QuantityError(
                f"cannot read {arrived(printed)} as a count; print a whole number, such as 235 or over 300"
            )
        if index.is_bare(hedged.rule):
            return Quantity(printed, value, value, 0, "printed as a number")
        reach = _reach(hedged.rule, value)
        low, high = _around(value, reach)
        most = None if reach.above == "rest" else Fraction(math.floor(high))
        return Quantity(printed, Fraction(math.ceil(low)), most, None, reach.reason)


def _of_phrase(printed: str, phrase: Phrase) -> Quantity:
    return Quantity(printed, number(phrase.low), number(phrase.high), None, phrase.reason)


@lru_cache(maxsize=2048)  # a survey has many figures and few different ones
def _exact_percent(printed: str, rounding: str) -> Quantity | None:
    text = plain(printed)
    return _exact(printed, text, rounding) if percentage(text, rounding) else None


def _exact(printed: str, text: str, rounding: str) -> Quantity:
    share = percentage(text, rounding)
    assert share is not None
    low, high = _up_to_all(printed, (share.ends.low, share.ends.high))
    return Quantity(printed, low, high, share.decimals, share.reason, share.ends.high_open)


def _up_to_all(printed: str, ends: tuple[Fraction, Fraction]) -> tuple[Fraction, Fraction]:
    if ends[0] > ends[1]:
        raise QuantityError(
            f"{arrived(printed)} is above 100 %, or its ends are the wrong way round; mend it or call it a mean"
        )
    return ends


def _reach(rule: Rule, value: Fraction) -> Reach:
    """How far the truth may lie from a value: small ones may have distances of their own."""
    return next((small for small in rule.small if value <= number(small.up_to)), rule)


def _around(value: Fraction, reach: Reach) -> tuple[Fraction, Fraction]:
    low = Fraction(0) if reach.below == "rest" else value * (1 - number(reach.below))
    high = max(value, Fraction(1)) if reach.above == "rest" else value * (1 + number(reach.above))
    return low, high


def phrases_seen(quantities: Quantities) -> Iterator[tuple[str, str, str]]:
    """Yield phrase, figure and exact value for every use that may calibrate a phrase or a rule."""
    for phrase in quantities.phrases:
        for use in _calibrating(phrase.seen):
            yield phrase.text, use.get("figure", ""), use["exact"]
    for rule in quantities.rules:
        for reach in (rule, *rule.small):
            for use in _calibrating(reach.seen):
                yield use["phrase"], use.get("figure", ""), use["exact"]


def _calibrating(seen: Iterable[dict[str, str]]) -> Iterator[dict[str, str]]:
    return (use for use in seen if "exact" in use and use.get("misreport") != "yes")
