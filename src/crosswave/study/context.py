"""Dated facts that are no survey figures, held against each other: does the arithmetic of one document agree?"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from crosswave.printed.conditions import fact_span
from crosswave.printed.intervals import Span, number
from crosswave.study.models import Fact

_SCALES = {"GBP billion": Fraction(1000), "GBP million": Fraction(1)}

Facts = Mapping[str, Fact]


@dataclass(frozen=True, slots=True)
class Check:
    """One question put to the dated facts."""

    id: str
    question: str
    facts: tuple[str, ...]
    as_printed: str
    at_most_known: str
    finding: str


def check_facts(facts: Facts) -> tuple[Check, ...]:
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
    return tuple(build(facts) for needs, build in _CHECKS.items() if set(needs) <= set(facts))


def _money(fact: Fact) -> Span:
    """A sum in millions of pounds."""
    span, scale = fact_span(fact), _SCALES[fact.unit]
    low, high = (None if end is None else end * scale for end in (span.low, span.high))
    return Span(low, high)


def _plain(fact: Fact) -> Fraction:
    return number(fact.value)


def _named_costs(facts: Facts) -> Check:
    total, *parts = (facts[name] for name in _COSTS)
    named, all_costs = _money(parts[0]).plus(_money(parts[1])), _money(total)
    whole = _plain(total) * _SCALES[total.unit]
    printed = sum((_plain(part) * _SCALES[part.unit] for part in parts), Fraction(0)) / whole
    return Check(
        "named-costs",
        "What part of the printed cost of all programmes is named?",
        _COSTS,
        _percent(printed),
        _range(named.over(all_costs), _percent),
        f"the two named programmes make up {_percent(printed)} of the printed total; nothing else of it can be checked",
    )


def _cost_each(facts: Facts) -> Check:
    programmes, cost, *named = (facts[name] for name in _EACH)
    scale = _SCALES[cost.unit] / 1000
    each = _money(cost).over(fact_span(programmes))
    dearest = max(_plain(fact) * _SCALES[fact.unit] for fact in named) / 1000
    printed = _plain(cost) * scale / _plain(programmes)
    relation = "less" if dearest < printed else "more"
    return Check(
        "cost-each",
        "What would one programme cost on average?",
        _EACH,
        f"GBP {float(printed):.2f} billion",
        _range(each, lambda millions: f"GBP {float(millions / 1000):.2f} billion"),
        f"the dearest named programme, GBP {float(dearest):.2f} billion, costs {relation} than that average",
    )


def _jobs(facts: Facts) -> Check:
    jobs, *staff = (facts[name] for name in _JOBS)
    total = fact_span(staff[0]).plus(fact_span(staff[1]))
    printed = _plain(jobs) / sum((_plain(group) for group in staff), Fraction(0))
    return Check(
        "jobs",
        "What share of the printed staff is the number of jobs that could be automated?",
        _JOBS,
        _percent(printed),
        _range(fact_span(jobs).over(total), _percent),
        f"about one job in {float(1 / printed):.0f}, if the numbers are exactly what is printed",
    )


def _inmates(facts: Facts) -> Check:
    inmates, officers = (facts[name] for name in _PRISONS)
    printed = _plain(inmates) / _plain(officers)
    return Check(
        "inmates",
        "How many inmates are there to a prison officer?",
        _PRISONS,
        f"{float(printed):.1f}",
        _range(fact_span(inmates).over(fact_span(officers)), lambda value: f"{float(value):.1f}"),
        f"one officer for about {float(printed):.0f} inmates, on all shifts together",
    )


def _strategy_dates(facts: Facts) -> Check:
    one, service, later, other = (int(facts[name].value) for name in _DATES)
    told = service + later
    apart = abs(told - one)
    agree = "the dates agree" if not apart else f"the dates are {apart} year{'' if apart == 1 else 's'} apart"
    return Check(
        "strategy-dates",
        "When was the Government Digital Strategy launched?",
        _DATES,
        f"{one} in one document, {service} + {later} = {told} in the other",
        f"{one} or {other}",
        f"{agree}; what is said of the strategy rests on one of them",
    )


def _percent(value: Fraction) -> str:
    return f"{float(100 * value):.1f}%"


def _range(span: Span, shown: Callable[[Fraction], str]) -> str:
    low = None if not span.low else shown(span.low)
    high = None if span.high is None else shown(span.high)
    if low and high:
        return low if low == high else f"{low} to {high}"
    return f"{low} or more" if low else f"{high} or less" if high else "any number"


_COSTS = ("cf-2018-programme-cost", "cf-2018-home-office", "cf-2018-hmcts")
_EACH = ("cf-2018-programmes", *_COSTS)
_JOBS = ("cf-2030-automation", "cf-2021-civil-service", "cf-2021-wider-public")
_PRISONS = ("cf-2021-inmates", "cf-2021-prison-officers")
_DATES = ("cf-2012-strategy", "cf-2011-gds", "cf-2013-years-later", "cf-2013-strategy")

_CHECKS: Mapping[tuple[str, ...], Callable[[Facts], Check]] = {
    _COSTS: _named_costs,
    _EACH: _cost_each,
    _JOBS: _jobs,
    _PRISONS: _inmates,
    _DATES: _strategy_dates,
}
