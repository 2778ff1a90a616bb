"""What an analyst may change of an analysis, checked before anything is computed with it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from crosswave.difference.compare import Criteria
from crosswave.study.models import Plan
from crosswave.study.parameters import limit_faults
from crosswave.study.registry import Registry

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

        Raises `ValueError` that names every setting that is no number or outside its range.
        """
        made = {name: value for name, value in changes.items() if value is not None}
        faults = limit_faults(plan, made)
        declared: dict[str, float | str | None] = {
            "alpha": plan.alpha.value,
            "design_effect": plan.design_effect.value,
            "total_error": None,
            "smallest_change": plan.smallest_change.value,
            "from_year": plan.window.from_year,
            "to_year": plan.window.to_year,
        }
        found = cls(**declared | made)  # type: ignore[arg-type]
        if not faults and found.from_year > found.to_year:
            faults = [f"from_year {found.from_year} must not be after to_year {found.to_year}"]
        if faults:
            raise ValueError("\n".join(faults))
        return found

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

        Raises `ValueError` where that of the tier is still to be estimated, see `crosswave.trend.dispersion`.
        """
        if self.total_error is not None:
            return self.total_error, math.inf
        found = plan.total_error[self.error_of or tier]  # type: ignore[index]
        return found.number, found.freedom


def planned(plan: Plan, *numbers: float | None, **changes: float | str | None) -> Settings:
    """`Settings.of`, with the numbers in the order of its fields."""
    return Settings.of(plan, **dict(zip(Settings.__dataclass_fields__, numbers, strict=False)), **changes)


def check_settings(registry: Registry, changed: Mapping[str, object], constructs: Sequence[str] = ()) -> None:
    """Refuse settings outside their range, and years in which no survey asks what is compared, before a run."""
    if faults := limit_faults(registry.plan, changed):
        raise ValueError("\n".join(faults))
    numbers: dict[str, Any] = {name: value for name, value in changed.items() if name in Settings.__dataclass_fields__}
    settings = Settings.of(registry.plan, **numbers)
    chosen = [registry.construct(name) for name in constructs] or list(registry.constructs.values())
    figures = {answer.finding for construct in chosen for answer in construct.answers}
    years = sorted({registry.finding(name).survey.year for name in figures})
    told = years and changed.keys() & {"from_year", "to_year"}
    if told and not any(settings.from_year <= year <= settings.to_year for year in years):
        whose = ", ".join(constructs) or "any topic"
        raise ValueError(
            f"from_year {settings.from_year} and to_year {settings.to_year} leave no survey of {whose}: its surveys "
            f"are of {', '.join(map(str, years))}; widen the years"
        )
