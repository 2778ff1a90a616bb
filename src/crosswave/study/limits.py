"""What each number must be that a person may choose: for compare, for a run and for a notebook in papermill's hands."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from crosswave.report.words import arrived
from crosswave.study.models import ALPHA_TOP, Plan

# Digits and a point. An exponent, a nan or an inf is no number that anybody chooses.
_PLAIN = re.compile(r"[-+]?(?:[0-9]{1,15}(?:\.[0-9]{0,15})?|\.[0-9]{1,15})")


@dataclass(frozen=True, slots=True)
class Limit:
    """What a number must be."""

    must: str
    advice: str
    holds: Callable[[float], bool]
    whole: bool = False

    def fault(self, name: str, value: object) -> str | None:
        """Return what is wrong with a value, or None if it keeps the rule."""
        number = _number(value)
        if number is not None and self.holds(number) and (not self.whole or isinstance(number, int)):
            return None
        return f"{name} must be {self.must}; {arrived(value)} arrived; {self.advice}"


def limits(plan: Plan) -> Mapping[str, Limit]:
    """Return the limit of each number, by the name of its parameter."""
    effect, error = plan.robustness.design_effect_limit.value, plan.robustness.total_error_limit.value
    year = Limit("a year from 1990 to 2100", "write 2017", lambda x: 1990 <= x <= 2100, whole=True)
    points = Limit(
        f"points from 0 to {error:g}", "write 0 for sampling error alone", lambda x: 0 <= x <= error
    )  # fmt: skip
    return {
        "alpha": Limit(
            f"an error rate above 0 and below {ALPHA_TOP:g}",
            "write 0.05 for 95 % intervals",
            lambda x: 0 < x < ALPHA_TOP,
        ),
        "design_effect": Limit(f"a number from 1 to {effect:g}", "write 1 for none", lambda x: 1 <= x <= effect),
        "smallest_change": Limit("points above 0 and below 100", "write 5 for five points", lambda x: 0 < x < 100),
        "total_error": points,
        "true_error": points,
        "from_year": year,
        "to_year": year,
        "n": Limit("a whole number from 1 to 10,000,000", "write 1000", lambda x: 1 <= x <= 10_000_000, whole=True),
        "change": Limit("points above -100 and below 100", "write 5 for a rise of five", lambda x: -100 < x < 100),
        "share": Limit("a share above 0 and below 1", "write 0.5 for one half", lambda x: 0 < x < 1),
        "worlds": Limit("a whole number from 1 to 1,000,000", "write 10000", lambda x: 1 <= x <= 1_000_000, whole=True),
        "seed": Limit("a whole number from 0 to 4,294,967,295", "write 2017", lambda x: 0 <= x < 2**32, whole=True),
    }


def limit_faults(plan: Plan, values: Mapping[str, object]) -> list[str]:
    """Return what is wrong with values, a line each; None takes the plan's number and is right."""
    known = limits(plan)
    given = {name: value for name, value in values.items() if name in known and value is not None}
    return [words for name, value in given.items() if (words := known[name].fault(name, value))]


def _number(value: object) -> float | None:
    if isinstance(value, str):
        whole = re.fullmatch(r"[-+]?[0-9]{1,15}", value)
        return int(value) if whole else float(value) if _PLAIN.fullmatch(value) else None
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None
