"""Whether figures are the same: a question to the print, before the counts behind it."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from crosswave.claims.figures import Figures
from crosswave.printed.conditions import change_span
from crosswave.printed.intervals import Span, number
from crosswave.study.models import Condition


@dataclass(frozen=True, slots=True)
class Printed:
    """A sum of figures as they are printed."""

    value: Fraction
    within: Fraction
    same: bool


def printed_sum(condition: Condition, figures: Figures) -> Printed | None:
    """Return what print says of a condition that demands equality; None where it demands something else.

    Parameters
    ----------
    condition : Condition
        Of a claim.
    figures : Figures
        What print says of its terms.

    Notes
    -----
    Words, dated facts and figures with rival values have no rounding, so nothing is said of them.
    """
    spans = {name: _rounding(name, figures) for name in condition.terms}
    known = [(weight, span) for name, weight in condition.terms.items() if (span := spans[name])]
    if not equality(condition) or len(known) < len(spans):
        return None
    value = sum((weight * (low + high) / 2 for weight, (low, high) in known), Fraction(0))
    halves = [abs(weight) * (high - low) / 2 for weight, (low, high) in known]
    within = sum(halves, Fraction(0))
    return Printed(value, within, abs(value) <= max(Fraction(0), 2 * max(halves) - within))


def equality(condition: Condition) -> bool:
    """Return whether a condition says that figures cancel out: about 0."""
    return condition.is_ == "about" and not condition.over and number(condition.value or "0") == 0


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
    """Return whether figures are the same: true where they print the same, false where rounding cannot explain it.

    Parameters
    ----------
    span : Span
        What their sum can be behind the print.
    printed : Printed
        Their sum in print.
    """
    if printed.same:
        return "true"
    return "false" if span.outside(Span(-printed.within, printed.within)) else "undecided by rounding"
