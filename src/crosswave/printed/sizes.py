"""How many people can have answered a survey, from what is printed of it."""

from __future__ import annotations

from crosswave.printed.quantities import Lexicon
from crosswave.printed.quantity import Quantity
from crosswave.study.models import Plan, SampleSize


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
