"""Why a claim holds or not, in words: each condition with the value of its sum and what was demanded."""

from __future__ import annotations

from fractions import Fraction

from crosswave.claims.figures import Figures
from crosswave.claims.meaning import printed_sum
from crosswave.printed.intervals import Span
from crosswave.study.models import Condition


def condition_words(condition: Condition, figures: Figures) -> str:
    """Return what the sum of a condition is and what it must be."""
    registry = figures.registry
    shares = all(name not in registry.facts for name in condition.names)
    level = len(condition.terms) == 1 and all(name in registry.findings for name in condition.terms)
    unit = "" if not shares else "%" if level or condition.over else " points"
    value = _value(condition, figures, unit)
    terms = _sum([(_named(name, figures), weight) for name, weight in condition.terms.items()])
    divisor = f", over {_sum([(_named(name, figures), 1) for name in condition.over])}" if condition.over else ""
    return f"{terms}{divisor} is {value}, must be {_demand(condition)}{_remarks(condition, figures)}"


def _value(condition: Condition, figures: Figures, unit: str) -> str:
    """What print says first, where it is asked whether figures are the same; then what may be behind it."""
    value = _ends(figures.span(condition), unit)
    printed = printed_sum(condition, figures)
    if printed is None:
        return value
    return f"{_shown(printed.value, unit)}{unit} in print (behind it may be {value})"


def _named(name: str, figures: Figures) -> str:
    if name in figures.registry.findings:
        finding = figures.registry.findings[name]
        return f'"{finding.answer.says}" ({finding.answer.printed}, {finding.survey.id})'
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
    first, *rest = terms
    lead = "minus " if first[1] < 0 else ""
    return lead + _times(*first) + "".join(f" {'plus' if w > 0 else 'minus'} {_times(name, w)}" for name, w in rest)


def _times(name: str, weight: int) -> str:
    return name if abs(weight) == 1 else f"{abs(weight):,} times {name}"


def _ends(span: Span, unit: str) -> str:
    if span.low is None and span.high is None:
        return "not bounded by print"
    if span.low is None or span.high is None:
        side, end = ("at most", span.high) if span.low is None else ("at least", span.low)
        return f"{side} {_shown(end or Fraction(0), unit)}{unit}"
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
