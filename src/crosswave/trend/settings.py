"""What an analyst may change of an analysis, checked before anything is computed with it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import UnionType

from crosswave.limits import limit_faults
from crosswave.registry.faults import shown
from crosswave.registry.models import ALPHA_RULE, ALPHA_TOP, Plan

FIRST_YEAR, LAST_YEAR = 0, 9999
"""A window that leaves nothing out."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What an analyst may change.

    Parameters
    ----------
    alpha : float
        Error rate in (0, 0.5): the two tests of equivalence use the interval at 1 - 2 alpha.
    design_effect : float
        At least 1; n is divided by it.
    total_error : float or None
        SD of a wave in points at 50 %; None takes the tier of the grade.
    smallest_change : float
        Smallest change that matters, percentage points.
    from_year, to_year : int
        The window, both included.
    error_of : str, optional
        The tier of the plan whose total error is taken, with its degrees of freedom, in place of that of the grade.
    """

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
        """Refuse settings outside their range.

        Raises
        ------
        ValueError
            A setting is no number or outside its range; all of them are named.
        """
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

    Parameters
    ----------
    plan : Plan
        The file plan.yaml.
    alpha, design_effect, total_error, smallest_change, from_year, to_year
        As for `Settings`; None takes that of the plan.

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

    Parameters
    ----------
    plan : Plan
        Gives the settings that are not changed.
    changed : mapping of str to object
        Changed settings by name; names of other things are passed over.

    Raises
    ------
    ValueError
        A setting is no number or outside its range; all of them are named.
    """
    if faults := limit_faults(plan, changed):
        raise ValueError("\n".join(faults))
    known = {name: value for name, value in changed.items() if name in Settings.__dataclass_fields__}
    planned(plan, **known)  # type: ignore[arg-type]
