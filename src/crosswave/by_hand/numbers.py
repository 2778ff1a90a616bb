"""Numbers that a person types in the place of planned ones, read; every fault at once."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial

from crosswave.by_hand.typed import PARTS, attempt
from crosswave.registry.models import ALPHA_TOP, Plan
from crosswave.trend.settings import Settings, planned

Rule = tuple[str, Callable[[float], bool]]


def _rules(plan: Plan) -> Mapping[str, Rule]:
    """What each number must be, and what to write, by option; none beyond which no tipping point is searched."""
    effect, error = plan.robustness.design_effect_limit.value, plan.robustness.total_error_limit.value
    return {
        "alpha": (
            f"an error rate above 0 and below {ALPHA_TOP:g}; write 0.05 for 95 % intervals",
            lambda x: 0 < x < ALPHA_TOP,
        ),
        "design-effect": (f"a number from 1 to {effect:g}; write 1 for none", lambda x: 1 <= x <= effect),
        "smallest-change": ("points above 0 and below 100; write 5 for five points", lambda x: 0 < x < 100),
        "total-error": (f"points from 0 to {error:g}; write 0 for sampling error alone", lambda x: 0 <= x <= error),
    }


def read_settings(numbers: Mapping[str, str | None], tier: str | None, plan: Plan) -> tuple[Settings, str | None]:
    """Return the planned settings with the numbers that were typed in their places, and the tier.

    Parameters
    ----------
    numbers : mapping of str to str
        By option: alpha, design-effect, smallest-change, total-error; None where it was not given.
    tier : str or None
        A tier of plan.yaml, in either case.
    plan : Plan
        Gives what was not typed.

    Raises
    ------
    ValueError
        A number breaks its rule, or the tier has another name: every fault, a line each.

    Examples
    --------
    >>> from crosswave.registry import load_registry
    >>> settings, tier = read_settings({"total-error": "0"}, "b1", load_registry().plan)
    >>> settings.total_error, settings.smallest_change, tier
    (0.0, 5.0, 'B1')
    """
    faults: list[str] = []
    typed = {name: text for name, text in numbers.items() if text is not None}
    values = {
        name.replace("-", "_"): attempt(faults, partial(_number, name, text, plan)) for name, text in typed.items()
    }
    named = tier.upper() if tier else None
    if named and named not in plan.total_error:
        tiers = "; ".join(f"{name} ({error.means})" for name, error in plan.total_error.items())
        faults.append(f"--tier must be one of {', '.join(plan.total_error)}; {tier!r} arrived; choose {tiers}")
    if faults:
        raise ValueError("\n".join(faults))
    return replace(planned(plan), **values), named  # type: ignore[arg-type]


def _number(option: str, text: str, plan: Plan) -> float:
    rule, holds = _rules(plan)[option]
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not holds(value):
        must, advice = rule.split("; ")
        raise ValueError(f"--{option} must be {must}; {text!r} arrived; {advice}")
    return value


def read_design_effects(typed: Sequence[str], plan: Plan) -> tuple[float | None, float | None]:
    """Return the design effect of each figure: one that was typed for both, one for each, or none.

    Parameters
    ----------
    typed : sequence of str
        At most two numbers.
    plan : Plan
        Says how large one may be.

    Raises
    ------
    ValueError
        A number breaks its rule, or there are more than two.
    """
    if len(typed) > len(PARTS):
        raise ValueError(
            f"--design-effect may be given twice, once for each figure; it was given {len(typed)} times; "
            "leave out the rest"
        )
    found = [_number("design-effect", text, plan) for text in typed]
    return (found[0], found[-1]) if found else (None, None)


SAMPLING = ("probability", "census", "panel", "self-selected", "poll-at-event", "foi")


def read_sampling(typed: str | None) -> str | None:
    """Return how those who answered were chosen, as a survey file would say it.

    Parameters
    ----------
    typed : str or None
        One of `SAMPLING`; None where it was not said.

    Raises
    ------
    ValueError
        It is another word.
    """
    if typed is None or typed in SAMPLING:
        return typed
    raise ValueError(f"--sampling must be one of {', '.join(SAMPLING)}; {typed!r} arrived; leave it out if nobody says")
