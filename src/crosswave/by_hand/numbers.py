"""Numbers that a person types in the place of planned ones, read; every fault at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from crosswave.by_hand.typed import PARTS
from crosswave.study.models import SAMPLING, Plan
from crosswave.study.parameters import limits
from crosswave.trend.settings import Settings, planned
from crosswave.words import arrived


def read_settings(numbers: Mapping[str, str | None], tier: str | None, plan: Plan) -> tuple[Settings, str | None]:
    """Return the planned settings with the numbers that were typed in their places, and the tier.

    Raises
    ------
    ValueError
        A number breaks its rule, or the tier has another name: every fault, a line each.

    Examples
    --------
    >>> from crosswave.study import load_registry
    >>> settings, tier = read_settings({"total-error": "0"}, "b1", load_registry().plan)
    >>> settings.total_error, settings.smallest_change, tier
    (0.0, 5.0, 'B1')
    """
    faults: list[str] = []
    typed = {name.replace("-", "_"): text for name, text in numbers.items() if text is not None}
    rules = limits(plan)
    for name, text in typed.items():
        faults += [words] if (words := rules[name].fault(f"--{name.replace('_', '-')}", text)) else []
    named = tier.upper() if tier else None
    if named and named not in plan.total_error:
        tiers = "; ".join(f"{name} ({error.means})" for name, error in plan.total_error.items())
        faults.append(f"--tier must be one of {', '.join(plan.total_error)}; {arrived(tier)} arrived; choose {tiers}")
    if faults:
        raise ValueError("\n".join(faults))
    return replace(planned(plan), **{name: float(text) for name, text in typed.items()}), named  # type: ignore[arg-type]


def read_design_effects(typed: Sequence[str], plan: Plan) -> tuple[float | None, float | None]:
    """Return the design effect of each figure: one that was typed for both, one for each, or none.

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
    rule = limits(plan)["design_effect"]
    if faults := [words for text in typed if (words := rule.fault("--design-effect", text))]:
        raise ValueError("\n".join(faults))
    return (float(typed[0]), float(typed[-1])) if typed else (None, None)


def read_sampling(typed: str | None) -> str | None:
    """Return how those who answered were chosen, as a survey file would say it.

    Raises
    ------
    ValueError
        It is another word.
    """
    if typed is None or typed in SAMPLING:
        return typed
    raise ValueError(
        f"--sampling must be one of {', '.join(SAMPLING)}; {arrived(typed)} arrived; leave it out if nobody says"
    )
