"""What a condition means, where words can be read in two ways or figures be the same in print; and why it holds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import permutations

from crosswave.claims.figures import Figures, change_span
from crosswave.printed.intervals import Span, number
from crosswave.printed.quantities import Lexicon
from crosswave.study.models import Condition

Conditions = tuple[Condition, ...]


def _more_than_half(condition: Condition, figures: Figures) -> Conditions:
    return (condition.model_copy(update={"is_": "above", "value": "1/2", "reading": None}),)


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


def target(condition: Condition, lexicon: Lexicon, equal_within: Fraction) -> Span:
    """Return the values that a condition demands of its sum; about 0 is what is so near that it counts as equal."""
    if condition.is_ == "phrase":
        quantity = lexicon.share(condition.phrase or "")
        return Span(quantity.low, quantity.high)
    value = number(condition.value or "0")
    match condition.is_:
        case "above":
            return Span(value, None, low_open=True)
        case "at-least":
            return Span(value, None)
        case "below":
            return Span(None, value, high_open=True)
        case "between":
            return Span(value, number(condition.and_value or "1"))
    width = abs(value) * (2 * lexicon.share("about 50%").high - 1) if value else equal_within
    return Span(value - width, value + width)


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


# --- in words ---------------------------------------------------------------------------------------------------------


def condition_words(condition: Condition, figures: Figures) -> str:
    """Return what the sum of a condition is and what it must be."""
    registry = figures.registry
    shares = all(name not in registry.facts for name in condition.names)
    level = len(condition.terms) == 1 and all(name in registry.findings for name in condition.terms)
    unit = "" if not shares else "%" if level or condition.over else " points"
    value, printed = _ends(figures.span(condition), unit), printed_sum(condition, figures)
    if printed:  # where it is asked whether figures are the same, what print says comes first
        value = f"{_shown(printed.value, unit)}{unit} in print (behind it may be {value})"
    terms = _sum([(_named(name, figures), weight) for name, weight in condition.terms.items()])
    divisor = f", over {_sum([(_named(name, figures), 1) for name in condition.over])}" if condition.over else ""
    return f"{terms}{divisor} is {value}, must be {_demand(condition)}{_remarks(condition, figures)}"


def _named(name: str, figures: Figures) -> str:
    if name in figures.registry.findings:
        finding = figures.registry.findings[name]
        return f'"{finding.answer.says}" ({finding.shown}, {finding.survey.id})'
    if name in figures.registry.facts:
        fact = figures.registry.facts[name]
        return f"{fact.subject} ({fact.value} {fact.unit})"
    return f"the printed change of {figures.change(name).points:+d} points ({name.split('.')[0]})"


def _remarks(condition: Condition, figures: Figures) -> str:
    """What a reader must know of the figures: rivals, and words that were calibrated on them."""
    registry = figures.registry
    rivals = [n for n in condition.terms if n in registry.findings and len(figures.values_of(n)) > 1]
    seen = {use.get("figure") for p in registry.quantities.phrases if p.text == condition.phrase for use in p.seen}
    remarks = ["print gives more than one value"] if rivals else []
    remarks += ["the words are calibrated on this figure among others"] if seen & set(condition.terms) else []
    together = len(condition.names) > 1 and (condition.over or min(condition.terms.values()) > 0)
    apart = together and figures.one_question(condition.names) and not figures.joint(condition)
    remarks += ["each figure within its own bounds, as they have no counts together"] if apart else []
    remarks += _other_groups(condition, figures)
    return f" ({'; '.join(remarks)})" if remarks else ""


def _other_groups(condition: Condition, figures: Figures) -> list[str]:
    """The groups that one is held against as the largest, and whether another may be larger that is not printed."""
    if condition.is_ != "most" or condition.reading == "more-than-half":
        return []
    name = next(iter(condition.terms))
    others, question = figures.others(name), figures.registry.findings[name].question
    listed = ", ".join(_named(other, figures) for other in others)
    known = [figures.share_span(one).low or 0 for one in (name, *others)]
    hidden = not question.exhaustive and (question.response == "multi" or 1 - sum(known) > known[0])
    return [f"other groups in print: {listed}"] * bool(others) + ["one that is not printed may be larger"] * hidden


def _sum(terms: list[tuple[str, int]]) -> str:
    words = ""
    for name, weight in terms:
        sign = "minus " if weight < 0 else "plus " if words else ""
        times = "" if abs(weight) == 1 else f"{abs(weight):,} times "
        words += f" {sign}{times}{name}"
    return words.strip()


def _ends(span: Span, unit: str) -> str:
    if span.low is None or span.high is None:  # none of the sums has one end alone
        return "not bounded by print"
    ends = dict.fromkeys(_shown(end, unit) for end in (span.low, span.high))
    return " to ".join(ends) + unit


def _shown(end: Fraction, unit: str) -> str:
    return f"{float(100 * end):.1f}" if unit else f"{float(end):,.3g}" if abs(end) < 1000 else f"{float(end):,.0f}"


def _demand(condition: Condition) -> str:
    words = condition.is_.replace("-", " ")
    if condition.is_ == "phrase":
        return f'"{condition.phrase}"'
    if condition.is_ == "most":
        return "most"
    return f"{words} {condition.value}" + (f" and {condition.and_value}" if condition.and_value else "")
