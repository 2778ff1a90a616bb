"""How many people can have answered a survey, from what is printed of it."""

from __future__ import annotations

from crosswave.printed.quantities import Lexicon
from crosswave.study.models import Plan, SampleSize

_WORDS = {"approximate": "nearly", "at-least": "over"}


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
    if n.kind == "derived":
        return int(n.low or 0), int(n.high or 0)
    if n.value is None or n.kind not in ("exact", *_WORDS):
        return None
    if n.kind == "exact":
        return n.value, n.value
    counted = lexicon.known_count(n.printed or "") or lexicon.count(f"{_WORDS[n.kind]} {n.value:,}")
    unit = 10 ** (len(str(n.value)) - 1)
    beyond = plan.at_least_span.value * unit - 1 if n.kind == "at-least" else 0
    return int(counted.low or 0), int(counted.high or n.value + beyond)
