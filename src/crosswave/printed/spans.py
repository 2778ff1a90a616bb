"""Exact intervals, and what a condition demands of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from crosswave.printed.quantities import Lexicon
from crosswave.printed.quantity import number
from crosswave.study.models import Condition, Fact, PrintedChange


@dataclass(frozen=True, slots=True)
class Span:
    """A closed interval of exact numbers; an absent end is open to infinity."""

    low: Fraction | None
    high: Fraction | None

    def scaled(self, weight: int) -> Span:
        """Return the interval of a multiple."""
        ends = [None if end is None else end * weight for end in (self.low, self.high)]
        return Span(*ends) if weight >= 0 else Span(*ends[::-1])

    def plus(self, other: Span) -> Span:
        """Return the interval of a sum."""
        low = None if self.low is None or other.low is None else self.low + other.low
        high = None if self.high is None or other.high is None else self.high + other.high
        return Span(low, high)

    def over(self, other: Span) -> Span:
        """Return the interval of a ratio; nothing is known of it unless the divisor is above 0."""
        if other.low is None or other.low <= 0:
            return Span(None, None)
        low = None if self.low is None else _divided(self.low, other.high if self.low >= 0 else other.low)
        high = None if self.high is None else _divided(self.high, other.low if self.high >= 0 else other.high)
        return Span(low, high)


def _divided(value: Fraction, by: Fraction | None) -> Fraction:
    return Fraction(0) if by is None else value / by


@dataclass(frozen=True, slots=True)
class Target:
    """The values that a condition admits; an open end does not belong to it."""

    low: Fraction | None
    high: Fraction | None
    low_open: bool = False
    high_open: bool = False


def inside(span: Span, target: Target) -> bool:
    """Return whether every value of a span meets a target."""
    above = target.low is None or (span.low is not None and _beyond(span.low, target.low, target.low_open))
    below = target.high is None or (span.high is not None and _beyond(target.high, span.high, target.high_open))
    return above and below


def outside(span: Span, target: Target) -> bool:
    """Return whether no value of a span meets a target."""
    under = target.low is not None and span.high is not None and not _beyond(span.high, target.low, target.low_open)
    over = target.high is not None and span.low is not None and not _beyond(target.high, span.low, target.high_open)
    return under or over


def _beyond(value: Fraction, limit: Fraction, strict: bool) -> bool:
    return value > limit if strict else value >= limit


def _between(condition: Condition, lexicon: Lexicon, equal_within: Fraction) -> Target:
    return Target(number(condition.value or "0"), number(condition.and_value or "1"))


def _about(condition: Condition, lexicon: Lexicon, equal_within: Fraction) -> Target:
    value = number(condition.value or "0")
    one = lexicon.share("about 50%")
    width = abs(value) * (2 * (one.high or Fraction(1)) - 1) if value else equal_within
    return Target(value - width, value + width)


def _phrase(condition: Condition, lexicon: Lexicon, equal_within: Fraction) -> Target:
    quantity = lexicon.share(condition.phrase or "")
    return Target(quantity.low, quantity.high)


TARGETS: Mapping[str, Callable[[Condition, Lexicon, Fraction], Target]] = {
    "above": lambda c, lexicon, within: Target(number(c.value or "0"), None, low_open=True),
    "at-least": lambda c, lexicon, within: Target(number(c.value or "0"), None),
    "below": lambda c, lexicon, within: Target(None, number(c.value or "0"), high_open=True),
    "between": _between,
    "about": _about,
    "phrase": _phrase,
}
"""What each kind of condition demands, from the condition, the lexicon and how near counts as equal."""


def change_span(change: PrintedChange) -> Span:
    """Return the values of a printed change of whole points, itself rounded to the nearest."""
    return Span(Fraction(2 * change.points - 1, 200), Fraction(2 * change.points + 1, 200))


def fact_span(fact: Fact) -> Span:
    """Return the values that a dated fact can have.

    "Over 19" ends one unit of its leading digit higher, at 29, and "nearly 38" begins a twentieth lower, as for the
    size of a sample. A rhetorical number is no measurement, so it bounds nothing.

    Raises
    ------
    QuantityError
        The value of the fact is no number.
    """
    value = number(fact.value)
    spans = {
        "lower-bound": Span(value, value + _leading_unit(value)),
        "upper-bound": Span(value * Fraction(19, 20), value),
        "approximate": Span(value * Fraction(9, 10), value * Fraction(11, 10)),
        "rhetorical": Span(None, None),
    }
    return spans.get(fact.kind, Span(value, value))


def _leading_unit(value: Fraction) -> int:
    return int(10 ** (len(str(int(value))) - 1))
