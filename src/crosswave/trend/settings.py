"""What an analyst may change of an analysis, checked before anything is computed with it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import UnionType

from crosswave.difference.compare import Criteria
from crosswave.study.faults import shown
from crosswave.study.models import ALPHA_RULE, ALPHA_TOP, Plan
from crosswave.study.parameters import limit_faults

FIRST_YEAR, LAST_YEAR = 0, 9999
"""A window that leaves nothing out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What an analyst may change."""

    alpha: float
    design_effect: float
    total_error: float | None
    smallest_change: float
    from_year: int
    to_year: int
    error_of: str | None = None

    @classmethod
    def of(cls, plan: Plan, **changes: float | str | None) -> Settings:
        """Return the settings that plan.yaml declares, with the changes in their place; None leaves the plan's.

        Raises
        ------
        ValueError
            A setting is no number or outside its range; all of them are named.
        """
        declared: dict[str, float | str | None] = {
            "alpha": plan.alpha.value,
            "design_effect": plan.design_effect.value,
            "total_error": None,
            "smallest_change": plan.smallest_change.value,
            "from_year": plan.window.from_year,
            "to_year": plan.window.to_year,
        }
        return cls(**declared | {name: value for name, value in changes.items() if value is not None})  # type: ignore[arg-type]

    @property
    def years(self) -> str:
        """The window in words, such as ``2017 to 2020``."""
        return f"{self.from_year} to {self.to_year}"

    def criteria(self, plan: Plan) -> Criteria:
        """Return by what two shares are judged under these settings."""
        return Criteria(
            alpha=self.alpha, power=plan.power.value, margin=self.smallest_change / 100,
            detectable_limit=plan.detectable_limit.value / 100, design_effect=self.design_effect,
            wider_design_effect=max(plan.design_effects), more_error=plan.certainty.more_error.value,
        )  # fmt: skip

    def error(self, plan: Plan, tier: str) -> tuple[float, float]:
        """Return the total error of two surveys that are so related, points at 50 %, and its degrees of freedom.

        Raises
        ------
        ValueError
            The total error of the tier is still to be estimated, see `crosswave.trend.dispersion`.
        """
        if self.total_error is not None:
            return self.total_error, math.inf
        found = plan.total_error[self.error_of or tier]  # type: ignore[index]
        return found.number, found.freedom

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
    """`Settings.of`, with the changes in the order in which notebooks give them."""
    return Settings.of(
        plan, alpha=alpha, design_effect=design_effect, total_error=total_error, smallest_change=smallest_change,
        from_year=from_year, to_year=to_year,
    )  # fmt: skip


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
    Settings.of(plan, **known)  # type: ignore[arg-type]
