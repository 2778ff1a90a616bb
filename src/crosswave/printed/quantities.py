"""Printed text as an exact interval: what "58%", "58.0 per cent", "nearly half" and "over 300" can mean."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property, lru_cache
from typing import TypeVar

from crosswave.printed.intervals import Printed, Quantity, QuantityError, RationalInterval, Shares, number
from crosswave.printed.percents import is_count_of, named_share, percentage, ratio, share_range, small_number
from crosswave.printed.plain import plain
from crosswave.study.models import Phrase, Plan, Quantities, Rule, SampleSize
from crosswave.study.models.quantities import BARE, Reach
from crosswave.words import arrived

Some = TypeVar("Some", bound=Shares)

_BOTH = re.compile(r"([^\d(]+) \((\d[\d.]*%)\)")
_COUNTED = re.compile(r"(\d[\d,]*) of ([1-9]\d*)")
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

_HEADS = re.compile(r"(?P<number>[0-9]{1,12}|[1-9][0-9]{0,2}(?:,[0-9]{3}){1,4})(?P<decimals>\.[0-9]{1,9})?")
_SCALES = {"hundred": 10**2, "thousand": 10**3, "million": 10**6, "billion": 10**9}
_ARTICLE = re.compile(r"^(?:an?|the) ")


@dataclass(frozen=True)
class Lexicon:
    """Reads printed text by the phrases and rules of quantities.yaml; `Registry.lexicon` is that of a data folder."""

    quantities: Quantities

    @cached_property
    def shares(self) -> Index:
        """What is known of shares."""
        return Index(self.quantities, "proportion")

    @cached_property
    def heads(self) -> Index:
        """What is known of head counts."""
        return Index(self.quantities, "count")

    def figure(self, text: str, rounding: str = "nearest") -> Quantity:
        """Return the shares that a figure can mean: as `share`; of a count of its base that one."""
        counted = _COUNTED.fullmatch(text)
        if counted is None:
            return self.share(text, rounding)
        share = Fraction(int(counted[1].replace(",", "")), int(counted[2]))
        return Printed(share, share, printed=text, reason="a count of its base", counted=True)

    def share(self, printed: str, rounding: str = "nearest") -> Quantity:
        """Return the shares that a printed text can mean.

        Raises
        ------
        QuantityError
            The text is no percentage, no phrase of quantities.yaml and no rule reads it; or it exceeds 100 %.
        """
        if (both := _BOTH.fullmatch(printed)) and (number := _exact_percent(both[2], rounding)):
            words = self.share(both[1], rounding)  # "two-thirds (67%)": the number counts, and the words must allow it
            if max(words.low, number.low) <= min(words.high, number.high):
                return replace(number, printed=printed)
        exact = _exact_percent(printed, rounding)
        return exact if exact is not None else self._in_words(printed, plain(printed), rounding)

    def _in_words(self, printed: str, text: str, rounding: str) -> Quantity:
        hedged = self.shares.hedged(text)
        bare = hedged and hedged.text != text and self.shares.is_bare(hedged.rule)
        if hedged and bare and (share := percentage(hedged.text, rounding)):  # "only 58%"
            return replace(_up_to_all(printed, share), printed=printed)
        if phrase := self.shares.phrase(text):
            return _of_phrase(printed, phrase)
        if shares := share_range(text, rounding):
            low, high, high_open = (_up_to_all(printed, shares).low, shares.high, shares.high_open)
            return Printed(low, high, high_open, printed=printed, reason="a printed range, its ends rounded")
        return self._by_rule(printed, text, hedged)

    def _by_rule(self, printed: str, text: str, hedged: Hedged | None) -> Quantity:
        value = share_value(hedged.text) if hedged else None
        if hedged is None or value is None:
            raise QuantityError(_advice(printed, text))
        low, high, reach = _around(value, hedged.rule)
        shares = _up_to_all(printed, RationalInterval(max(low, Fraction(0)), min(high, Fraction(1))))
        if shares.low == shares.high and not self.shares.is_bare(hedged.rule):
            words = "hedges all or nothing, which leaves one share alone; write 0% or 100%"
            raise QuantityError(f"{arrived(printed)} {words}")
        return Printed(shares.low, shares.high, printed=printed, reason=reach.reason)

    def known_count(self, printed: str) -> Printed[Fraction | None] | None:
        """Return the whole numbers that quantities.yaml gives to a printed text, if it names it."""
        phrase = self.heads.phrase(plain(printed))
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
        hedged = self.heads.hedged(plain(printed))
        value = head_count(hedged.text) if hedged else None
        if hedged is None or value is None:
            advice = "print a whole number, such as 235 or over 300"
            raise QuantityError(f"cannot read {arrived(printed)} as a count; {advice}")
        if self.heads.is_bare(hedged.rule):
            return Printed(value, value, printed=printed, decimals=0, reason="printed as a number")
        low, high, reach = _around(value, hedged.rule)
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
        words = "is above 100 %, or its ends are the wrong way round; mend it or call it a mean"
        raise QuantityError(f"{arrived(printed)} {words}")
    return shares


def _around(value: Fraction, rule: Rule) -> tuple[Fraction, Fraction, Reach]:
    """What a hedged value can be, and by which reach: small ones may have distances of their own."""
    reach = next((small for small in rule.small if value <= number(small.up_to)), rule)
    low = Fraction(0) if reach.below == "rest" else value * (1 - number(reach.below))
    high = max(value, Fraction(1)) if reach.above == "rest" else value * (1 + number(reach.above))
    return low, high, reach


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


# --- what quantities.yaml knows, found by value and not by spelling ---------------------------------------------------


@dataclass(frozen=True, slots=True)
class Hedged:
    """A quantity with the rule of the words around it."""

    rule: Rule
    text: str


class Index:
    """The phrases and rules of one file, of one kind of quantity."""

    def __init__(self, quantities: Quantities, kind: str) -> None:
        self._rules = [rule for rule in quantities.rules if rule.kind in (kind, "any")]
        self._before = _longest_first((word, rule) for rule in self._rules for word in rule.words if word != BARE)
        self._after = _longest_first((word, rule) for rule in self._rules for word in rule.after)
        self._bare = next(rule for rule in self._rules if BARE in rule.words)
        self._counted = frozenset(quantities.counted)
        self._value: Callable[[str], Fraction | None] = {"proportion": share_value, "count": head_count}[kind]
        phrases = [phrase for phrase in reversed(quantities.phrases) if phrase.kind == kind]
        self._texts = {_nameless(plain(phrase.text)): phrase for phrase in phrases}
        # A head count is hedged for its own survey, as "more than 5,000" was for 4,899: it is found by its words alone.
        self._by_value = phrases if kind == "proportion" else []

    @cached_property
    def _values(self) -> Mapping[tuple[int, Fraction], Phrase]:
        """The first phrase of each hedge and value."""
        return {key: phrase for phrase in self._by_value if (key := self.key(plain(phrase.text)))}

    def phrase(self, text: str) -> Phrase | None:
        """Return the phrase of a text in plain form: the same words, or the same hedge of the same value."""
        if found := self._texts.get(_nameless(text)):
            return found
        key = self.key(text)
        return self._values.get(key) if key else None

    def key(self, text: str) -> tuple[int, Fraction] | None:
        """Return the rule, as its place in the file, and the value of a text in plain form; None if it has none."""
        hedged = self.hedged(text)
        value = self._value(hedged.text) if hedged else None
        return None if hedged is None or value is None else (self._rules.index(hedged.rule), value)

    def is_bare(self, rule: Rule) -> bool:
        """Return whether a rule is that of quantities without a hedge."""
        return rule is self._bare

    def hedged(self, text: str) -> Hedged | None:
        """Return a text in plain form without its hedge, and the rule of that; None if words of two hedge it."""
        text = self._unnamed(text)
        leading = ((rule, text[len(word) :].strip()) for word, rule in self._before if text.startswith(f"{word} "))
        before, rest = next(leading, (self._bare, text))
        if before is self._bare and rest != text:  # "only about a third": only judges and does not shift
            return self.hedged(rest)
        ending = ((rule, rest[: -len(word)].strip()) for word, rule in self._after if rest.endswith(f" {word}"))
        after, inner = next(ending, (self._bare, rest))
        if self._bare not in (before, after):
            return None
        return Hedged(before if after is self._bare else after, self._unnamed(inner))

    def _unnamed(self, text: str) -> str:
        """Without the words for who was counted, which end it."""
        words = text.split()
        while len(words) > 1 and words[-1] in self._counted:
            words.pop()
        return " ".join(words)


def _longest_first(pairs: Iterator[tuple[str, Rule]]) -> list[tuple[str, Rule]]:
    return sorted(pairs, key=lambda pair: -len(pair[0]))


def _nameless(text: str) -> str:
    return _ARTICLE.sub("", text)


def share_value(text: str) -> Fraction | None:
    """Return the share that a text in plain form names, in digits or in words; None if it names none."""
    share = percentage(text, "nearest")
    return named_share(text) if share is None else share.value


def head_count(text: str) -> Fraction | None:
    """Return the number that a text in plain form gives, in digits or in words; None if it gives none.

    Examples
    --------
    >>> head_count("1,026"), head_count("two hundred"), head_count("12,35"), head_count("100k")
    (Fraction(1026, 1), Fraction(200, 1), None, None)
    """
    number, scale = text, 1
    for word, size in _SCALES.items():
        if text.endswith(" " + word):
            number, scale = text.removesuffix(word).strip(), size
    match = _HEADS.fullmatch(number)
    if match and (scale > 1 or not match["decimals"]):
        return Fraction(number.replace(",", "")) * scale
    spelt = 1 if number == "a" and scale > 1 else small_number(number)
    return None if match or spelt is None else Fraction(spelt * scale)
