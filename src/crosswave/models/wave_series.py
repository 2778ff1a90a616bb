"""A construct over all years: the waves of which every pair is comparable, their table, and what the models say."""

from __future__ import annotations

from calendar import isleap, monthrange
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial
from itertools import combinations

import numpy as np
import pandas as pd

from crosswave.memo import remembered
from crosswave.models.heterogeneity import Prediction, predict
from crosswave.models.meta_regression import dates_between
from crosswave.models.trajectory import COLUMNS, FEWEST_FOR_TREND, Trajectory, trajectory
from crosswave.reconstruct import Reconstruction
from crosswave.study.models import Construct, Survey
from crosswave.study.registry import Registry
from crosswave.trend.multiplicity import holm
from crosswave.trend.settings import Settings
from crosswave.trend.waves import Wave, pair_of, waves_of

_EVERY_YEAR = (0, 9999)


@dataclass(frozen=True, slots=True)
class ComparableWaves:
    """The largest set of waves of which every pair may be compared; why each other wave is left out, by finding id."""

    waves: tuple[Wave, ...]
    left_out: Mapping[str, str]


def comparable_waves(waves: Sequence[Wave], registry: Registry) -> ComparableWaves:
    """Return the largest set of usable waves of which the comparability rule refuses no pair.

    Parameters
    ----------
    waves : sequence of Wave
        Of one construct, see `crosswave.trend.waves.waves_of`.
    registry : Registry, holds the comparability rules

    Notes
    -----
    A wave needs a printed n, since a line weighs waves; no two waves may share respondents. Of several largest sets
    the one with the fewest steps between recorded grades, then the earliest waves: no figure's value is looked at.
    """
    usable = [wave for wave in waves if wave.refusal is None and wave.size_known]
    pairs = {(i, j): pair_of(usable[i], usable[j], registry) for i, j in combinations(range(len(usable)), 2)}
    allowed = {ends for ends, pair in pairs.items() if pair.refusal is None and not pair.comparability.refused}

    def order(chosen: tuple[int, ...]) -> tuple[int, int, tuple[int, ...]]:
        return -len(chosen), sum(pairs[ends].comparability.distance for ends in combinations(chosen, 2)), chosen

    best = [usable[i] for i in min(_cliques((), range(len(usable)), allowed), key=order)]
    return ComparableWaves(
        tuple(best), {wave.finding.id: _why_not(wave, best, registry) for wave in waves if wave not in best}
    )


def _cliques(
    chosen: tuple[int, ...], candidates: Sequence[int], allowed: set[tuple[int, int]]
) -> Iterator[tuple[int, ...]]:
    """Every set of waves of which each pair is allowed, the empty one too."""
    yield chosen
    for i in candidates:
        yield from _cliques((*chosen, i), [j for j in candidates if j > i and (i, j) in allowed], allowed)


def _why_not(wave: Wave, chosen: Sequence[Wave], registry: Registry) -> str:
    if wave.refusal or not wave.size_known:
        return wave.refusal or "its n is not printed, so that it cannot be weighed"
    for pair in (pair_of(other, wave, registry) for other in chosen):
        reasons = pair.refusal or ("; ".join(pair.comparability.reasons) if pair.comparability.refused else None)
        if reasons:
            return f"not comparable with {pair.first.finding.id}: {reasons}"
    return "another set of waves is as large"


def wave_table(waves: Sequence[Wave], *, published_within: float) -> pd.DataFrame:
    """Return waves as the table that `crosswave.models.trajectory.trajectory` takes, a row each.

    A wording is its grade against the construct's first answer; no question changed, because the registry records no
    such change within a series.
    """
    rows = []
    for wave in waves:
        survey, ends = wave.survey, sorted(zip(wave.shares.tolist(), wave.sizes.tolist(), strict=True))
        (low, base_low), (high, base_high) = ends[0], ends[-1]
        house, wording = survey.fieldwork.house or survey.publisher, wave.answer.grades.wording
        counts = low * base_low, base_low, high * base_high, base_high
        dates = date_interval(survey, published_within)
        rows.append((survey.id, *counts, *dates, house, survey.series, wording, False))
    return pd.DataFrame(rows, columns=list(COLUMNS))


def date_interval(survey: Survey, published_within: float) -> tuple[float, float]:
    """Return the earliest and latest decimal year at which a survey can have been in the field.

    Parameters
    ----------
    survey : Survey
        With fieldwork as far as it is recorded.
    published_within : float
        Years: a survey without recorded fieldwork was in the field at most so long before it was published.

    Notes
    -----
    From the first day of the recorded start to the last day of the recorded end, each as far as it is known: 2017-04
    stands for the whole month. An end that is missing is the day of publication, a start that is missing
    `published_within` before it; without a day of publication the calendar year takes its place.
    """
    start, end = survey.fieldwork.start, survey.fieldwork.end
    published = _decimal(survey.published)[1] if survey.published else survey.year + 1.0
    latest = _decimal(end)[1] if end else published
    earliest = _decimal(start)[0] if start else latest - published_within
    return earliest, max(earliest, latest)


def _decimal(partial: str) -> tuple[float, float]:
    """First and last moment of a year, month or day as decimal years."""
    year, month, day = ([int(part) for part in partial.split("-")] + [0, 0])[:3]
    first = date(year, month or 1, day or 1)
    last = date(year, month or 12, day or monthrange(year, month or 12)[1])
    length = 366 if isleap(year) else 365
    return year + (first.timetuple().tm_yday - 1) / length, year + last.timetuple().tm_yday / length


@dataclass(frozen=True, slots=True)
class WaveSeries:
    """A construct over all years: its waves, which are comparable, their table, and what the models say of them.

    No trajectory where no wave has both a share and an n. Holm's p of each reported test is by model, and empty for a
    construct that is looked at alone.
    """

    construct: Construct
    waves: tuple[Wave, ...]
    comparable: ComparableWaves
    table: pd.DataFrame
    trajectory: Trajectory | None
    settings: Settings
    p_adjusted: Mapping[str, float] = field(default_factory=dict)

    @property
    def has_line(self) -> bool:
        """Whether a line is fitted."""
        return self.trajectory is not None and self.trajectory.regression is not None

    @property
    def has_test(self) -> bool:
        """Whether the trend within one instrument is tested."""
        return self.trajectory is not None and self.trajectory.linear_trend is not None

    @property
    def slope(self) -> int:
        """The sign of the slope of the reported line, 0 where none shows: alone, or among all lines if adjusted."""
        if self.trajectory is None or self.trajectory.regression is None:
            return 0
        line, adjusted = self.trajectory.lines["meta-regression"], self.p_adjusted.get("meta-regression", 0.0)
        return 0 if adjusted >= self.settings.alpha else int(line.low > 0) - int(line.high < 0)

    def at(self, moment: float) -> Prediction:
        """Return what the meta-regression gives for a date in decimal years; ask `has_line` before."""
        if self.trajectory is None or self.trajectory.regression is None:
            raise ValueError(f"{self.construct.id} has no line; ask has_line before a date.")
        centre = dates_between(self.table["date_low"], self.table["date_high"]).centre
        return predict(self.trajectory.regression, [1.0, moment - centre])


def wave_series(
    construct: Construct, registry: Registry, reconstructions: Mapping[str, Reconstruction], settings: Settings
) -> WaveSeries:
    """Return a construct over all years: which waves are comparable, and what the models say of them."""
    waves = waves_of(construct, registry, reconstructions, _EVERY_YEAR)
    comparable = comparable_waves(waves, registry)
    table, found = pd.DataFrame(), None
    if comparable.waves:
        table = wave_table(comparable.waves, published_within=registry.plan.lines.published_within.value)
        error = registry.plan.total_error["A"].number if settings.total_error is None else settings.total_error
        numbers = {"alpha": settings.alpha, "design_effect": settings.design_effect, "total_error": error}
        found = remembered(partial(trajectory, table, **numbers), "trajectory", table.to_csv(), repr(numbers))
    return WaveSeries(construct, tuple(waves), comparable, table, found, settings)


def every_wave_series(
    registry: Registry,
    reconstructions: Mapping[str, Reconstruction],
    settings: Settings,
    constructs: Iterable[Construct] | None = None,
) -> tuple[WaveSeries, ...]:
    """Return every construct with three comparable waves or more, over all years, adjusted as one family."""
    chosen = registry.constructs.values() if constructs is None else constructs
    every = (wave_series(one, registry, reconstructions, settings) for one in chosen)
    found = [one for one in every if len(one.comparable.waves) >= FEWEST_FOR_TREND]
    adjusted = adjusted_over_lines({one.construct.id: one.trajectory for one in found if one.trajectory})
    return tuple(replace(one, p_adjusted=adjusted.get(one.construct.id, {})) for one in found)


def adjusted_over_lines(found: Mapping[str, Trajectory]) -> dict[str, dict[str, float]]:
    """Return Holm's adjusted p-values of the tests that are reported, by construct and model.

    Parameters
    ----------
    found : mapping of str to Trajectory
        By construct id; those without a test are passed over.

    Notes
    -----
    One family, apart from those of comparisons: the slope of each meta-regression and each Cochran-Armitage test. A
    test enters with its largest p over all dates and feasible counts. Lines of the other models are second opinions and
    no tests of their own.

    References
    ----------
    Holm (1979), https://www.jstor.org/stable/4615733.
    """
    tests = {(name, "meta-regression"): one.over_both.p_high for name, one in found.items() if one.over_both}
    tests |= {(name, "cochran-armitage"): one.trend_p[1] for name, one in found.items() if one.trend_p}
    by_construct: dict[str, dict[str, float]] = {}
    for (name, model), p in zip(tests, holm(np.array(list(tests.values()))).tolist(), strict=True):
        by_construct.setdefault(name, {})[model] = p
    return by_construct
