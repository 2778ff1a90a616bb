"""What a condition means: words that can be read in two ways, and figures that are the same, first asked of print."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import permutations

from crosswave.claims.figures import Figures
from crosswave.printed.conditions import change_span
from crosswave.printed.intervals import Span, number
from crosswave.study.models import Condition

Conditions = tuple[Condition, ...]


def _more_than_half(condition: Condition, figures: Figures) -> Conditions:
    return (
        Condition.model_validate({"terms": condition.terms, "over": condition.over, "is": "above", "value": "1/2"}),
    )


def _largest_group(condition: Condition, figures: Figures) -> Conditions:
    name = next(iter(condition.terms))
    leads = ({"terms": {name: 1, other: -1}, "is": "above", "value": "0"} for other in figures.others(name))
    return tuple(map(Condition.model_validate, leads))


_READINGS: Mapping[str, tuple[str, Callable[[Condition, Figures], Conditions]]] = {
    "largest-group": ("as the largest group printed", _largest_group),
    "more-than-half": ("as more than half", _more_than_half),
}


ANSWERED = ("false", "undecided by rounding", "true")
NOT_FOLLOWING = "does not follow"
"""What is false, where no source says it: nobody but this project is wrong."""
SAMPLED = ("contradicted", "undetermined", "supported")


def readings(condition: Condition, figures: Figures) -> dict[str, Conditions]:
    """Return what a condition can mean, in words: the conditions that must hold then; itself where it has one meaning.

    Parameters
    ----------
    condition : Condition, of a claim
    figures : Figures
        What print says of its terms; no reading as the largest group where no other group is printed.
    """
    if condition.is_ != "most":
        return {"": (condition,)}
    names = [condition.reading] if condition.reading else list(_READINGS)
    found = {words: make(condition, figures) for words, make in (_READINGS[name] for name in names)}
    return {words: conditions for words, conditions in found.items() if conditions}


def in_words(verdicts: Mapping[str, str]) -> str:
    """Return the verdict on all readings: one where they agree, else each with its reading."""
    if len(set(verdicts.values())) == 1:
        return next(iter(verdicts.values()))
    (first, as_first), *rest = ((verdict, words) for words, verdict in verdicts.items())
    told = [f"{'not' if (first, verdict) == ('true', 'false') else verdict} {words}" for verdict, words in rest]
    return ", ".join([f"{first} {as_first}", *told])


def every_verdict(order: tuple[str, ...]) -> tuple[str, ...]:
    """Return all verdicts that there can be, from best to worst, those that differ by reading last."""
    as_first, as_second = (words for words, _ in _READINGS.values())
    pairs = ({as_first: first, as_second: second} for first, second in permutations(reversed(order), 2))
    return (*reversed(order), "not checkable", *map(in_words, pairs))


def worst(verdicts: list[str], order: tuple[str, ...]) -> str:
    """Return the worst of several verdicts: a claim is as good as its worst condition."""

    def rank(verdict: str) -> tuple[int, bool]:
        return next(place for place, word in enumerate(order) if verdict.startswith(word)), verdict in order

    return min(verdicts, key=rank)


@dataclass(frozen=True, slots=True)
class Printed:
    """A sum of figures as they are printed."""

    value: Fraction
    within: Fraction
    same: bool


def printed_sum(condition: Condition, figures: Figures) -> Printed | None:
    """Return what print says of a condition that demands equality, about 0; None where it demands something else.

    Words, dated facts and figures with rival values have no rounding, so nothing is said of them.
    """
    spans = {name: _rounding(name, figures) for name in condition.terms}
    known = [(weight, span) for name, weight in condition.terms.items() if (span := spans[name])]
    cancels = condition.is_ == "about" and not condition.over and number(condition.value or "0") == 0
    if not cancels or len(known) < len(spans):
        return None
    value = sum((weight * (low + high) / 2 for weight, (low, high) in known), Fraction(0))
    halves = [abs(weight) * (high - low) / 2 for weight, (low, high) in known]
    within = sum(halves, Fraction(0))
    return Printed(value, within, abs(value) <= max(Fraction(0), 2 * max(halves) - within))


def _rounding(name: str, figures: Figures) -> tuple[Fraction, Fraction] | None:
    """The values that print as a figure does, whoever answered."""
    if name in figures.registry.facts:
        return None
    if name not in figures.registry.findings:
        span = change_span(figures.change(name))
        return (span.low, span.high) if span.low is not None and span.high is not None else None
    counts = figures.counts(name)
    single = len(figures.values_of(name)) == 1 and not counts.verbal and counts.share_low is not None
    return (counts.ends.low, counts.ends.high) if single else None


def answered_equal(span: Span, printed: Printed) -> str:
    """Return whether figures are the same: true where they print the same, false where rounding cannot explain it."""
    if printed.same:
        return "true"
    return "false" if span.outside(Span(-printed.within, printed.within)) else "undecided by rounding"
