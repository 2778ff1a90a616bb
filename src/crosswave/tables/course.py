"""A construct over all years: which of its waves may stand on one line, and what the models say of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import pandas as pd

from crosswave.models.family import adjusted_over_lines
from crosswave.models.meta_regression import dates_between
from crosswave.models.pooling import Prediction, predict
from crosswave.models.trajectory import FEWEST_FOR_TREND, Trajectory, trajectory
from crosswave.models.wave_table import ComparableWaves, comparable_waves, wave_table
from crosswave.reconstruct import Reconstruction
from crosswave.report.kept import kept as kept_result
from crosswave.study.models import Construct
from crosswave.study.registry import Registry
from crosswave.tables.names import figure_name
from crosswave.trend.settings import Settings
from crosswave.trend.waves import waves_of

_EVERY_YEAR = (0, 9999)


@dataclass(frozen=True, slots=True)
class Course:
    """A construct over all years: the waves that may stand on one line, and what may be said of them."""

    construct: Construct
    kept: ComparableWaves
    table: pd.DataFrame
    found: Trajectory | None
    settings: Settings
    names: Mapping[str, str] = field(default_factory=dict)
    p_adjusted: Mapping[str, float] = field(default_factory=dict)

    @property
    def has_line(self) -> bool:
        """Whether a line is fitted."""
        return self.found is not None and self.found.regression is not None

    @property
    def has_test(self) -> bool:
        """Whether the trend within one instrument is tested."""
        return self.found is not None and self.found.linear_trend is not None

    @property
    def slope(self) -> int:
        """The sign of the slope of the reported line, 0 where none shows: alone, or among all lines if adjusted."""
        if self.found is None or self.found.regression is None:
            return 0
        line, adjusted = self.found.lines["meta-regression"], self.p_adjusted.get("meta-regression", 0.0)
        return 0 if adjusted >= self.settings.alpha else int(line.low > 0) - int(line.high < 0)

    def at(self, moment: float) -> Prediction:
        """Return what the meta-regression gives for a date in decimal years.

        Raises
        ------
        ValueError
            No line is fitted.
        """
        if self.found is None or self.found.regression is None:
            raise ValueError(f"{self.construct.id} has no line; ask has_line before a date.")
        centre = dates_between(self.table["date_low"], self.table["date_high"]).centre
        return predict(self.found.regression, [1.0, moment - centre])


def course_of(
    construct: Construct, registry: Registry, reconstructions: Mapping[str, Reconstruction], settings: Settings
) -> Course:
    """Return a construct over all years."""
    return _course(construct, _comparable(construct, registry, reconstructions), registry, settings)


def _comparable(
    construct: Construct, registry: Registry, reconstructions: Mapping[str, Reconstruction]
) -> ComparableWaves:
    return comparable_waves(waves_of(construct, registry, reconstructions, _EVERY_YEAR), registry)


def _course(construct: Construct, kept: ComparableWaves, registry: Registry, settings: Settings) -> Course:
    names = {one.finding: figure_name(registry.finding(one.finding)) for one in construct.answers}
    if not kept.waves:
        return Course(construct, kept, pd.DataFrame(), None, settings, names)
    table = wave_table(kept.waves, published_within=registry.plan.lines.published_within.value)
    error = registry.plan.total_error["A"].number if settings.total_error is None else settings.total_error
    numbers = {"alpha": settings.alpha, "design_effect": settings.design_effect, "total_error": error}
    content = (repr(table.to_dict("split")), repr(numbers))
    found = kept_result("courses", lambda: trajectory(table, **numbers), *content)
    return Course(construct, kept, table, found, settings, names)


def courses_of(
    registry: Registry,
    reconstructions: Mapping[str, Reconstruction],
    settings: Settings,
    constructs: Iterable[Construct] | None = None,
) -> tuple[Course, ...]:
    """Return every construct with three comparable waves or more, over all years, adjusted as one family."""
    wanted = registry.constructs.values() if constructs is None else constructs
    every = ((one, _comparable(one, registry, reconstructions)) for one in wanted)
    courses = [_course(one, kept, registry, settings) for one, kept in every if len(kept.waves) >= FEWEST_FOR_TREND]
    adjusted = adjusted_over_lines({course.construct.id: course.found for course in courses if course.found})
    return tuple(replace(course, p_adjusted=adjusted.get(course.construct.id, {})) for course in courses)


def with_line(courses: Sequence[Course]) -> list[Course]:
    """Return those through which a line is fitted."""
    return [course for course in courses if course.has_line]
