"""Printed text as an exact interval: what "58%", "58.0 per cent", "nearly half" and "over 300" can stand for."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from crosswave.printed.ends import percent_ends
from crosswave.printed.quantity import Quantity, QuantityError, number
from crosswave.printed.words import named_share, small_number
from crosswave.registry.models import Quantities, Rule

_PERCENT = re.compile(r"(\d+(?:\.(\d+))?)\s*(?:%|per ?cent)", re.IGNORECASE)
_RANGE = re.compile(r"(\d+)(?: ?[-–] ?| to )(\d+)\s*(?:%|per ?cent)", re.IGNORECASE)
_COUNT = re.compile(r"(\d[\d,]*(?:\.\d+)?)\s*(\+|thousand|million|billion)?\D*", re.IGNORECASE)
_SCALES = {None: 1, "": 1, "+": 1, "thousand": 10**3, "million": 10**6, "billion": 10**9}


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
        match = _PERCENT.fullmatch(rest)
        value = Fraction(match[1]) / 100 if match else named_share(rest)
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


@lru_cache(maxsize=1024)
def _plain(text: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"(?<!\d)-|-(?!\d)", " ", text.strip().lower()))


@lru_cache(maxsize=1024)  # a survey has many figures and few different ones
def _exact_percent(printed: str, text: str, rounding: str) -> Quantity | None:
    spelt = re.fullmatch(r"(\w+) per ?cent", text)
    if spelt and (value := small_number(spelt[1])) is not None:
        text = f"{value}%"
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
