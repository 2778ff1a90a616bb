"""Printed text as an exact interval: what "58%", "58.0 per cent", "nearly half" and "over 300" can stand for."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache
from typing import TypeVar

from crosswave.printed.index import Hedged, head_count, indexed, share_value
from crosswave.printed.intervals import Printed, Quantity, QuantityError, RationalInterval, Shares, number
from crosswave.printed.percents import percentage, share_range
from crosswave.printed.plain import plain
from crosswave.printed.words import is_count_of, ratio
from crosswave.study.models import Phrase, Plan, Quantities, Rule, SampleSize
from crosswave.study.models.quantities import Reach
from crosswave.words import arrived

Some = TypeVar("Some", bound=Shares)

_NOT_EXACT = {"approximate": "nearly", "at-least": "over"}

_SHORT = 80
"""A text is repeated in its advice up to so many characters."""

_ADVICE: Mapping[Callable[[str], object], str] = {
    re.compile(r"[0-9]{1,3}(\.[0-9]+)?").fullmatch: "is a bare number; write {text}% for a percentage, or a count as "
    "137 of 235",
    re.compile(r"[0-9][0-9.,]*").fullmatch: "is a bare number; write 58% for a percentage, or a count as 137 of 235",
    is_count_of: "is a count and who answered, and no share; write {counts}",
    re.compile(r".*[0-9],[0-9].*").fullmatch: "has a comma in a percentage; write a decimal with a point: {pointed}",
    re.compile(r".*[0-9.]e[-+]?[0-9].*").fullmatch: "has an exponent; write the number in full: 58%",
    re.compile(r".*\(.*").fullmatch: "says more in brackets, which may be a count or who answered; write 58% of 235 if "
    "235 answered, or 137 of 235 if 137 gave this answer",
    re.compile(r".*(%|half|third|quarter) ?([*†‡#^¹²³]|\[).*").fullmatch: "has the mark of a note; write the share "
    "alone once the note is read: 58%",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Reads printed text by the phrases and rules of quantities.yaml."""

    quantities: Quantities

    def share(self, printed: str, rounding: str = "nearest") -> Quantity:
        """Return the shares that a printed text can mean.

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
        bare = hedged and hedged.text != text and index.is_bare(hedged.rule)
        if hedged and bare and (share := percentage(hedged.text, rounding)):  # "only 58%"
            return replace(_up_to_all(printed, share), printed=printed)
        if phrase := index.phrase(text):
            return _of_phrase(printed, phrase)
        if shares := share_range(text, rounding):
            low, high, high_open = (_up_to_all(printed, shares).low, shares.high, shares.high_open)
            return Printed(low, high, high_open, printed=printed, reason="a printed range, its ends rounded")
        return self._by_rule(printed, text, hedged)

    def _by_rule(self, printed: str, text: str, hedged: Hedged | None) -> Quantity:
        value = share_value(hedged.text) if hedged else None
        if hedged is None or value is None:
            raise QuantityError(_advice(printed, text))
        reach = _reach(hedged.rule, value)
        low, high = _around(value, reach)
        shares = _up_to_all(printed, RationalInterval(max(low, Fraction(0)), min(high, Fraction(1))))
        if shares.low == shares.high and not indexed(self.quantities, "proportion").is_bare(hedged.rule):
            raise QuantityError(
                f"{arrived(printed)} hedges all or nothing, which leaves one share alone; write 0% or 100%"
            )
        return Printed(shares.low, shares.high, printed=printed, reason=reach.reason)

    def known_count(self, printed: str) -> Printed[Fraction | None] | None:
        """Return the whole numbers that quantities.yaml gives to a printed text, if it names it."""
        phrase = indexed(self.quantities, "count").phrase(plain(printed))
        return _of_phrase(printed, phrase) if phrase else None

    def count(self, printed: str) -> Printed[Fraction | None]:
        """Return the whole numbers that a printed text can mean.

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
            return Printed(value, value, printed=printed, decimals=0, reason="printed as a number")
        reach = _reach(hedged.rule, value)
        low, high = _around(value, reach)
        most = None if reach.above == "rest" else Fraction(math.floor(high))
        return Printed(Fraction(math.ceil(low)), most, printed=printed, reason=reach.reason)


def _of_phrase(printed: str, phrase: Phrase) -> Quantity:
    return Printed(number(phrase.low), number(phrase.high), printed=printed, reason=phrase.reason)


@lru_cache(maxsize=2048)  # a survey has many figures and few different ones
def _exact_percent(printed: str, rounding: str) -> Quantity | None:
    share = percentage(plain(printed), rounding)
    return None if share is None else replace(_up_to_all(printed, share), printed=printed)


def _up_to_all(printed: str, shares: Some) -> Some:
    if shares.low > shares.high:
        raise QuantityError(
            f"{arrived(printed)} is above 100 %, or its ends are the wrong way round; mend it or call it a mean"
        )
    return shares


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


def _advice(printed: str, text: str) -> str:
    """Why a text is no share, and what to write."""
    counted = ratio(text) or (137, 235)
    own = {"text": text, "pointed": text.replace(",", "."), "counts": f"{counted[0]} of {counted[1]}"}
    for meets, advice in _ADVICE.items():
        if meets(text) and len(text) <= _SHORT:
            return f"{arrived(printed)} {advice.format(**own)}"
    return (
        f"cannot read {arrived(printed)} as a share; print a percentage, a fraction in words or a phrase of "
        "quantities.yaml, or add the phrase there with an interval and a reason"
    )


def sample_range(n: SampleSize, lexicon: Lexicon, plan: Plan) -> tuple[int, int] | None:
    """Return the smallest and largest number of people who can have answered, or None if none is printed.

    Parameters
    ----------
    n, lexicon
        As recorded, and what says how far below "nearly" may be.
    plan : Plan
        Says where "over 300" ends if quantities.yaml does not: so many units of the leading digit above.
    """
    if n.kind == "derived":
        return int(n.low or 0), int(n.high or 0)
    if n.value is None or n.kind not in ("exact", *_NOT_EXACT):
        return None
    if n.kind == "exact":
        return n.value, n.value
    counted = lexicon.known_count(n.printed or "") or lexicon.count(f"{_NOT_EXACT[n.kind]} {n.value:,}")
    unit = 10 ** (len(str(n.value)) - 1)
    beyond = plan.at_least_span.value * unit - 1 if n.kind == "at-least" else 0
    return int(counted.low or 0), int(counted.high or n.value + beyond)
