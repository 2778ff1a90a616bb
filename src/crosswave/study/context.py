"""Dated facts that are no survey figures, held against each other: does the arithmetic of one document agree?"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from crosswave.printed.conditions import fact_span
from crosswave.printed.intervals import Span, number
from crosswave.study.models import Fact

_SCALES = {"GBP billion": Fraction(1000), "GBP million": Fraction(1)}


@dataclass(frozen=True, slots=True)
class Check:
    """One question put to the dated facts."""

    id: str
    question: str
    facts: tuple[str, ...]
    as_printed: str
    at_most_known: str
    finding: str


def check_facts(facts: Mapping[str, Fact]) -> tuple[Check, ...]:
    """Return every check whose facts are there.

    Parameters
    ----------
    facts : mapping of str to Fact
        Rows of context.csv by id.

    Raises
    ------
    QuantityError
        A value that should be a number is none.
    """
    return tuple(
        Check(name, question, needs, *answer(*(facts[fact] for fact in needs)))
        for name, question, needs, answer in _CHECKS
        if set(needs) <= set(facts)
    )


Answer = tuple[str, str, str]
"""What follows from the facts as they are printed, what at most is known, and the finding in words."""


def _named_costs(total: Fact, *parts: Fact) -> Answer:
    named = _span(parts[0]).plus(_span(parts[1]))
    share = _percent(sum(map(_printed, parts), Fraction(0)) / _printed(total))
    finding = f"the two named programmes make up {share} of the printed total; nothing else of it can be checked"
    return share, _range(named.over(_span(total)), _percent), finding


def _cost_each(programmes: Fact, cost: Fact, *named: Fact) -> Answer:
    each, dearest = _printed(cost) / _printed(programmes), max(map(_printed, named))
    relation = "less" if dearest < each else "more"
    finding = f"the dearest named programme, {_billions(dearest)}, costs {relation} than that average"
    return _billions(each), _range(_span(cost).over(_span(programmes)), _billions), finding


def _jobs(jobs: Fact, *staff: Fact) -> Answer:
    printed = _printed(jobs) / sum(map(_printed, staff), Fraction(0))
    known = _range(_span(jobs).over(_span(staff[0]).plus(_span(staff[1]))), _percent)
    finding = f"about one job in {float(1 / printed):.0f}, if the numbers are exactly what is printed"
    return _percent(printed), known, finding


def _inmates(inmates: Fact, officers: Fact) -> Answer:
    printed = _printed(inmates) / _printed(officers)
    finding = f"one officer for about {float(printed):.0f} inmates, on all shifts together"
    return _tenths(printed), _range(_span(inmates).over(_span(officers)), _tenths), finding


def _strategy_dates(*dates: Fact) -> Answer:
    one, service, later, other = (int(fact.value) for fact in dates)
    told = service + later
    apart = abs(told - one)
    agree = "the dates agree" if not apart else f"the dates are {apart} year{'' if apart == 1 else 's'} apart"
    printed = f"{one} in one document, {service} + {later} = {told} in the other"
    return printed, f"{one} or {other}", f"{agree}; what is said of the strategy rests on one of them"


def _printed(fact: Fact) -> Fraction:
    """The printed number; of a sum of money, millions of pounds."""
    return number(fact.value) * _SCALES.get(fact.unit, 1)


def _span(fact: Fact) -> Span:
    """What the printed form allows; of a sum of money, millions of pounds."""
    span, scale = fact_span(fact), _SCALES.get(fact.unit, 1)
    low, high = (None if end is None else end * scale for end in (span.low, span.high))
    return Span(low, high)


def _percent(value: Fraction) -> str:
    return f"{float(100 * value):.1f}%"


def _billions(millions: Fraction) -> str:
    return f"GBP {float(millions / 1000):.2f} billion"


def _tenths(value: Fraction) -> str:
    return f"{float(value):.1f}"


def _range(span: Span, shown: Callable[[Fraction], str]) -> str:
    low = None if not span.low else shown(span.low)
    high = None if span.high is None else shown(span.high)
    if low and high:
        return low if low == high else f"{low} to {high}"
    return f"{low} or more" if low else f"{high} or less" if high else "any number"


_COSTS = ("cf-2018-programme-cost", "cf-2018-home-office", "cf-2018-hmcts")
_CHECKS: tuple[tuple[str, str, tuple[str, ...], Callable[..., Answer]], ...] = (
    ("named-costs", "What part of the printed cost of all programmes is named?", _COSTS, _named_costs),
    ("cost-each", "What would one programme cost on average?", ("cf-2018-programmes", *_COSTS), _cost_each),
    (
        "jobs", "What share of the printed staff is the number of jobs that could be automated?",
        ("cf-2030-automation", "cf-2021-civil-service", "cf-2021-wider-public"), _jobs,
    ),
    (
        "inmates", "How many inmates are there to a prison officer?",
        ("cf-2021-inmates", "cf-2021-prison-officers"), _inmates,
    ),
    (
        "strategy-dates", "When was the Government Digital Strategy launched?",
        ("cf-2012-strategy", "cf-2011-gds", "cf-2013-years-later", "cf-2013-strategy"), _strategy_dates,
    ),
)  # fmt: skip
