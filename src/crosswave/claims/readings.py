"""Words that can be read in two ways, each as conditions of its own: most is more than half, or the largest group."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import permutations

from crosswave.claims.figures import Figures
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
    """Return what a condition can mean, in words: the conditions that must hold then.

    Parameters
    ----------
    condition : Condition
        Of a claim.
    figures : Figures
        What print says of its terms.

    Returns
    -------
    dict of str to tuple of Condition
        The condition itself where it has one meaning. No reading as the largest group where no other group is printed.
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
