"""What an analyst may change of an analysis, checked before anything is computed with it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import UnionType

from crosswave.study.faults import shown
from crosswave.study.models import ALPHA_RULE, ALPHA_TOP, Plan
from crosswave.study.parameters import limit_faults

FIRST_YEAR, LAST_YEAR = 0, 9999
"""A window that leaves nothing out."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What an analyst may change."""

    alpha: float
    design_effect: float
    total_error: float | None
    smallest_change: float
    from_year: int
    to_year: int
    error_of: str | None = None

    @property
    def years(self) -> str:
        """The window in words, such as ``2017 to 2020``."""
        return f"{self.from_year} to {self.to_year}"

    def __post_init__(self) -> None:
        """Refuse settings outside their range."""
        broken = [
            f"{name} must be {words}; {shown(value)} arrived"
            for name, (kind, words) in _KINDS.items()
            if isinstance(value := getattr(self, name), bool) or not isinstance(value, kind)
        ]
        broken = broken or [words for words, holds in self._rules().items() if not holds]
        if broken:
            raise ValueError("; ".join(broken))

    def _rules(self) -> dict[str, bool]:
        return {
            f"alpha {ALPHA_RULE}; {self.alpha} arrived": 0 < self.alpha < ALPHA_TOP,
            f"design_effect must be at least 1; {self.design_effect} arrived": self.design_effect >= 1,
            f"total_error must be points, 0 or more; {self.total_error} arrived": (self.total_error or 0) >= 0,
            f"smallest_change must be points above 0 and below 100; {self.smallest_change} arrived": 0
            < self.smallest_change
            < 100,
            f"design_effect must be finite; {self.design_effect} arrived": self.design_effect != math.inf,
            f"total_error must be finite; {self.total_error} arrived": self.total_error != math.inf,
            f"from_year {self.from_year} must not be after to_year {self.to_year}": self.from_year <= self.to_year,
        }


_KINDS: Mapping[str, tuple[type | UnionType, str]] = {
    "alpha": (int | float, "a number"),
    "design_effect": (int | float, "a number"),
    "total_error": (int | float | None, "a number of points, or None"),
    "smallest_change": (int | float, "a number of points"),
    "from_year": (int, "a whole year"),
    "to_year": (int, "a whole year"),
}


def planned(
    plan: Plan,
    alpha: float | None = None,
    design_effect: float | None = None,
    total_error: float | None = None,
    smallest_change: float | None = None,
    from_year: int | None = None,
    to_year: int | None = None,
) -> Settings:
    """Return the settings that plan.yaml declares, with those in their place that are given.

    Raises
    ------
    ValueError
        A setting is no number or outside its range; all of them are named.
    """
    given = (alpha, design_effect, total_error, smallest_change, from_year, to_year)
    declared = (plan.alpha, plan.design_effect, None, plan.smallest_change)
    numbers = [None if one is None else one.value for one in declared]
    wanted = zip(given, [*numbers, plan.window.from_year, plan.window.to_year], strict=True)
    return Settings(*(own if one is None else one for one, own in wanted))  # type: ignore[arg-type]


def check_settings(plan: Plan, changed: Mapping[str, object]) -> None:
    """Refuse settings outside their range before anything is computed with them.

    Raises
    ------
    ValueError
        A setting is no number or outside its range; all of them are named.
    """
    if faults := limit_faults(plan, changed):
        raise ValueError("\n".join(faults))
    known = {name: value for name, value in changed.items() if name in Settings.__dataclass_fields__}
    planned(plan, **known)  # type: ignore[arg-type]
