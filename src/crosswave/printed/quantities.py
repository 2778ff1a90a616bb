"""Printed text as an exact interval: what "58%", "58.0 per cent", "nearly half" and "over 300" can stand for."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction

from crosswave.printed.ends import Ends
from crosswave.registry.models import Plan, Quantities, Rule, SampleSize

HALF = Fraction(1, 2)

_NUMBER_WORDS = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen", "twenty",
)  # fmt: skip
_PARTS = {
    "half": 2, "third": 3, "quarter": 4, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8,
    "ninth": 9, "tenth": 10, "twentieth": 20,
}  # fmt: skip
_PERCENT = re.compile(r"(\d+(?:\.(\d+))?)\s*(?:%|per ?cent)", re.IGNORECASE)
_RANGE = re.compile(r"(\d+)(?: ?[-–] ?| to )(\d+)\s*(?:%|per ?cent)", re.IGNORECASE)
_RATIO = re.compile(r"(?:just )?(\w+) (?:in|out of) (?:every )?(\w+)", re.IGNORECASE)
_COUNT = re.compile(r"(\d[\d,]*(?:\.\d+)?)\s*(\+|thousand|million|billion)?\D*", re.IGNORECASE)
_SCALES = {None: 1, "": 1, "+": 1, "thousand": 10**3, "million": 10**6, "billion": 10**9}


class QuantityError(ValueError):
    """Printed text that stands for no quantity that is known."""


@dataclass(frozen=True, slots=True)
class Quantity:
    """The shares, or counts, for which a printed text can stand.

    Parameters
    ----------
    printed : str
        The text, untouched.
    low, high : Fraction
        Both ends belong to it, but for `high_open`. Shares lie in [0, 1]; for counts ``high`` may be absent (no upper
        end).
    decimals : int or None
        Decimals of the printed percentage; None for words.
    reason : str
        Why these ends.
    high_open : bool, default False
        Whether `high` itself is left out, as where digits are cut off.
    """

    printed: str
    low: Fraction
    high: Fraction | None
    decimals: int | None
    reason: str
    high_open: bool = False

    @property
    def verbal(self) -> bool:
        """Whether words stand where a number could."""
        return self.decimals is None

    @property
    def ends(self) -> Ends:
        """The ends of a share; one without an upper end goes up to all."""
        return Ends(self.low, Fraction(1) if self.high is None else self.high, self.high_open)

    def holds(self, value: Fraction) -> bool:
        """Return whether a value can have been printed so.

        Parameters
        ----------
        value : Fraction
            A share or a count.
        """
        return self.low <= value if self.high is None else self.ends.holds(value)


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Reads printed text by the phrases and rules of quantities.yaml."""

    quantities: Quantities

    def share(self, printed: str, rounding: str = "nearest") -> Quantity:
        """Return the shares for which a printed text can stand.

        Parameters
        ----------
        printed : str
            Such as ``58%``, ``58.0 per cent``, ``six per cent``, ``25-30%``, ``nearly half``, ``nine in ten``.
        rounding : {"nearest", "truncated"}
            How the printer got to the digits. Nearest has both ends, as the rule for ties is unknown; a share that
            is cut off has no ties, and the next unit does not belong to it.

        Raises
        ------
        QuantityError
            The text is no percentage, no phrase of quantities.yaml and no rule reads it; or it exceeds 100 %.
        """
        text = _plain(printed)
        exact = _exact_percent(printed, text, rounding)
        if exact is not None:
            return exact
        return self._phrase(printed, text, "proportion") or self._by_rule(printed, text)

    def known_count(self, printed: str) -> Quantity | None:
        """Return the whole numbers that quantities.yaml gives to a printed text, if it names it.

        Parameters
        ----------
        printed : str
            Such as ``nearly 1,000``.
        """
        return self._phrase(printed, _plain(printed), "count")

    def _phrase(self, printed: str, text: str, kind: str) -> Quantity | None:
        for phrase in self.quantities.phrases:
            if phrase.kind == kind and _plain(phrase.text) == text:
                return Quantity(printed, number(phrase.low), number(phrase.high), None, phrase.reason)
        return None

    def _by_rule(self, printed: str, text: str) -> Quantity:
        rule, rest = self._leading(text, "proportion")
        value = _named_share(rest)
        if value is None:
            raise QuantityError(
                f"cannot read {printed!r} as a share; print a percentage, a fraction in words or a phrase of "
                "quantities.yaml, or add the phrase there with an interval and a reason"
            )
        low, high = _around(value, rule)
        low, high = _up_to_all(printed, (max(low, Fraction(0)), min(high, Fraction(1))))
        return Quantity(printed, low, high, None, rule.reason)

    def count(self, printed: str) -> Quantity:
        """Return the whole numbers for which a printed text can stand.

        Parameters
        ----------
        printed : str
            Such as ``235``, ``1,095``, ``nearly 1,000``, ``over 300``, ``900+``.

        Raises
        ------
        QuantityError
            The text is no phrase of quantities.yaml and holds no number, or more than one.
        """
        text = _plain(printed)
        if known := self.known_count(printed):
            return known
        rule, rest = self._leading(text, "count")
        match = _COUNT.fullmatch(rest)
        if not match:
            raise QuantityError(f"cannot read {printed!r} as a count; print a whole number, such as 235 or over 300")
        value = Fraction(match[1].replace(",", "")) * _SCALES[(match[2] or "").lower()]
        if match[2] == "+":
            rule, _ = self._leading("more than 1", "count")
        if rule is self._bare("count"):
            return Quantity(printed, value, value, 0, "printed as a number")
        low, high = _around(value, rule)
        no_end = rule.above == "rest"
        return Quantity(
            printed, Fraction(math.ceil(low)), None if no_end else Fraction(math.floor(high)), None, rule.reason
        )

    def _leading(self, text: str, kind: str) -> tuple[Rule, str]:
        for words, rule in self._rules(kind):
            if words and (text + " ").startswith(words + " "):
                return rule, text[len(words) :].strip()
        return self._bare(kind), text

    def _rules(self, kind: str) -> list[tuple[str, Rule]]:
        rules = [(word, rule) for rule in self.quantities.rules if rule.kind in (kind, "any") for word in rule.words]
        return sorted(rules, key=lambda pair: -len(pair[0]))

    def _bare(self, kind: str) -> Rule:
        return next(rule for word, rule in self._rules(kind) if word == "bare")


def number(text: str) -> Fraction:
    """Return ``50%``, ``1/3``, ``0.5``, ``1,000`` or ``12`` exactly.

    Parameters
    ----------
    text : str
        As a person writes it.

    Raises
    ------
    QuantityError
        The text is no number.

    Examples
    --------
    >>> number("37.5%"), number("1/3")
    (Fraction(3, 8), Fraction(1, 3))
    """
    plain = text.strip().replace(",", "")
    try:
        return Fraction(plain[:-1]) / 100 if plain.endswith("%") else Fraction(plain)
    except (ValueError, ZeroDivisionError):
        raise QuantityError(f"{text!r} is no number; write 50%, 1/3 or 12") from None


def percent_ends(digits: str, decimals: int, rounding: str = "nearest") -> Ends:
    """Return the lowest and highest share that print as these digits.

    Parameters
    ----------
    digits : str
        The number before the percent sign.
    decimals : int
        How many decimals it has.
    rounding : {"nearest", "truncated"}
        Truncated digits stand for anything up to one unit more, which itself is left out; 100 % is 100 %.

    Examples
    --------
    >>> percent_ends("58", 0)
    Ends(low=Fraction(23, 40), high=Fraction(117, 200), high_open=False)
    >>> percent_ends("24", 0, "truncated").most(4)  # 1 of 4 are 25 %
    0
    """
    unit = Fraction(1, 100 * 10**decimals)
    value = Fraction(digits) / 100
    below, above = {"nearest": (HALF, HALF), "truncated": (Fraction(0), Fraction(1))}[rounding]
    high_open = rounding == "truncated" and value < 1
    return Ends(max(value - below * unit, Fraction(0)), min(value + above * unit, Fraction(1)), high_open)


def sample_range(n: SampleSize, lexicon: Lexicon, plan: Plan) -> tuple[int, int] | None:
    """Return the smallest and largest number of people who can have answered, or None if none is printed.

    Parameters
    ----------
    n : SampleSize
        As recorded.
    lexicon : Lexicon
        Says how far below "nearly" may be.
    plan : Plan
        Says where "over 300" ends if quantities.yaml does not: so many units of the leading digit above.
    """
    if n.value is None and n.kind != "derived":
        return None
    readers = {"exact": _exact_n, "derived": _derived_n, "approximate": _approximate_n, "at-least": _at_least_n}
    return readers[n.kind](n, lexicon, plan) if n.kind in readers else None


def _exact_n(n: SampleSize, lexicon: Lexicon, plan: Plan) -> tuple[int, int]:
    return int(n.value or 0), int(n.value or 0)


def _derived_n(n: SampleSize, lexicon: Lexicon, plan: Plan) -> tuple[int, int]:
    return int(n.low or 0), int(n.high or 0)


def _approximate_n(n: SampleSize, lexicon: Lexicon, plan: Plan) -> tuple[int, int]:
    quantity = _counted(n, lexicon, "nearly")
    return int(quantity.low), int(quantity.high or n.value or 0)


def _at_least_n(n: SampleSize, lexicon: Lexicon, plan: Plan) -> tuple[int, int]:
    quantity = _counted(n, lexicon, "over")
    unit = 10 ** (len(str(n.value)) - 1)
    return int(quantity.low), int(quantity.high or (n.value or 0) + plan.at_least_span.value * unit - 1)


def _counted(n: SampleSize, lexicon: Lexicon, word: str) -> Quantity:
    """As printed where quantities.yaml knows the phrase, else by its kind."""
    return lexicon.known_count(n.printed or "") or lexicon.count(f"{word} {n.value:,}")


def _plain(text: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"(?<!\d)-|-(?!\d)", " ", text.strip().lower()))


def _exact_percent(printed: str, text: str, rounding: str) -> Quantity | None:
    spelt = re.fullmatch(r"(\w+) per ?cent", text)
    if spelt and spelt[1] in _NUMBER_WORDS:
        text = f"{_NUMBER_WORDS.index(spelt[1])}%"
    if match := _PERCENT.fullmatch(text):
        decimals = len(match[2] or "")
        ends = percent_ends(match[1], decimals, rounding)
        low, high = _up_to_all(printed, (ends.low, ends.high))
        reason = f"rounded to {decimals} decimals" if decimals else "rounded"
        return Quantity(printed, low, high, decimals, reason, ends.high_open)
    if match := _RANGE.fullmatch(text):
        first, last = (percent_ends(digits, 0, rounding) for digits in match.groups())
        low, high = _up_to_all(printed, (first.low, last.high))
        return Quantity(printed, low, high, None, "a printed range, its ends rounded", last.high_open)
    return None


def _up_to_all(printed: str, ends: tuple[Fraction, Fraction]) -> tuple[Fraction, Fraction]:
    if ends[0] > ends[1]:
        raise QuantityError(
            f"{printed!r} is above 100 %, or its ends are the wrong way round; mend it or call it a mean"
        )
    return ends


def _named_share(text: str) -> Fraction | None:
    if match := _PERCENT.fullmatch(text):
        return Fraction(match[1]) / 100
    if match := _RATIO.fullmatch(text):
        top, bottom = _small_number(match[1]), _small_number(match[2])
        return Fraction(top, bottom) if top is not None and bottom else None
    return _fraction_words(text)


def _fraction_words(text: str) -> Fraction | None:
    words = text.replace(" of", "").split()
    if not words:
        return None
    part = _PARTS.get(words[-1]) or _PARTS.get(words[-1].removesuffix("s"))
    many = _small_number(words[0]) if len(words) == 2 else 1
    if words[0] in ("a", "an", "one"):
        many = 1
    return Fraction(many, part) if part and many and len(words) <= 2 else None


def _small_number(word: str) -> int | None:
    if word.isdigit():
        return int(word)
    return _NUMBER_WORDS.index(word) if word in _NUMBER_WORDS else None


def _around(value: Fraction, rule: Rule) -> tuple[Fraction, Fraction]:
    low = Fraction(0) if rule.below == "rest" else value * (1 - number(rule.below))
    high = max(value, Fraction(1)) if rule.above == "rest" else value * (1 + number(rule.above))
    return low, high


def phrases_seen(quantities: Quantities) -> Iterator[tuple[str, str, str]]:
    """Yield phrase, figure and exact value for every use of a phrase that may calibrate it.

    Parameters
    ----------
    quantities : Quantities
        The file quantities.yaml.
    """
    for phrase in quantities.phrases:
        for use in _calibrating(phrase.seen):
            yield phrase.text, use.get("figure", ""), use["exact"]


def _calibrating(seen: Iterable[dict[str, str]]) -> Iterator[dict[str, str]]:
    return (use for use in seen if "exact" in use and use.get("misreport") != "yes")
