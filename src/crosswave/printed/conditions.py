"""What the condition of a claim demands, and what a printed change or a dated fact can be, as exact intervals."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction

from crosswave.printed.intervals import RationalInterval, Span, number
from crosswave.printed.quantities import Lexicon
from crosswave.study.models import Condition, Fact, PrintedChange


def _between(condition: Condition, lexicon: Lexicon, equal_within: Fraction) -> Span:
    return RationalInterval(number(condition.value or "0"), number(condition.and_value or "1"))


def _about(condition: Condition, lexicon: Lexicon, equal_within: Fraction) -> Span:
    value = number(condition.value or "0")
    one = lexicon.share("about 50%")
    width = abs(value) * (2 * one.high - 1) if value else equal_within
    return RationalInterval(value - width, value + width)


def _phrase(condition: Condition, lexicon: Lexicon, equal_within: Fraction) -> Span:
    quantity = lexicon.share(condition.phrase or "")
    return RationalInterval(quantity.low, quantity.high)


TARGETS: Mapping[str, Callable[[Condition, Lexicon, Fraction], Span]] = {
    "above": lambda c, lexicon, within: RationalInterval(number(c.value or "0"), None, low_open=True),
    "at-least": lambda c, lexicon, within: RationalInterval(number(c.value or "0"), None),
    "below": lambda c, lexicon, within: RationalInterval(None, number(c.value or "0"), high_open=True),
    "between": _between,
    "about": _about,
    "phrase": _phrase,
}
"""What each kind of condition demands, from the condition, the lexicon and how near counts as equal."""


def change_span(change: PrintedChange) -> Span:
    """Return the values of a printed change of whole points, itself rounded to the nearest."""
    return RationalInterval(Fraction(2 * change.points - 1, 200), Fraction(2 * change.points + 1, 200))


def fact_span(fact: Fact) -> Span:
    """Return the values that a dated fact can have.

    "Over 19" ends one unit of its leading digit higher, at 29, and "nearly 38" begins a twentieth lower, as for the
    size of a sample. A rhetorical number is no measurement, so it bounds nothing.
    """
    value = number(fact.value)
    leading_unit = int(10 ** (len(str(int(value))) - 1))
    spans = {
        "lower-bound": RationalInterval(value, value + leading_unit),
        "upper-bound": RationalInterval(value * Fraction(19, 20), value),
        "approximate": RationalInterval(value * Fraction(9, 10), value * Fraction(11, 10)),
        "rhetorical": RationalInterval(None, None),
    }
    return spans.get(fact.kind, RationalInterval(value, value))
