"""A topic over all years: the surveys that may share one line, and the joint model of these alone."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import combinations

import numpy as np
import pandas as pd
from scipy.special import expit

from crosswave.memo import remembered
from crosswave.models.joint import combined, level_rows, posterior
from crosswave.models.mixed import NAMES, Spreads
from crosswave.models.wave_trend import FEWEST_FOR_TREND, LOGITS_PER_POINT
from crosswave.reconstruct import Reconstructions
from crosswave.study.models import Construct
from crosswave.study.registry import Registry
from crosswave.trend.comparability import GRADES, Comparability
from crosswave.trend.figures import date_interval, figure_of
from crosswave.trend.multiplicity import holm
from crosswave.trend.settings import FIRST_YEAR, LAST_YEAR, Settings
from crosswave.trend.waves import Wave, pair_of, waves_of

FEWEST_FOR_LINE = 5
_POINTS = 256
_NUMBERS = ("no survey", "one survey", "two surveys", "three surveys", "four surveys")
_NO_LINE = (
    "{}: a line needs five, because through fewer at most two degrees of freedom are left to tell a trend from "
    "differences between surveys"
)
_TWO_REPEAT = "two surveys repeat one instrument, and three are needed"


@dataclass(frozen=True, slots=True)
class ComparableWaves:
    """The largest set of waves of which every pair may be compared; why each other wave is left out, by finding id."""

    waves: tuple[Wave, ...]
    left_out: Mapping[str, str]


def comparable_waves(waves: Sequence[Wave], registry: Registry) -> ComparableWaves:
    """Return the largest set of usable waves of which the comparability rule refuses no pair.

    Parameters
    ----------
    waves : sequence of Wave, of one construct, see `crosswave.trend.waves.waves_of`
    registry : Registry, holds the comparability rules

    Notes
    -----
    A wave needs a printed n, since a line weighs waves; no two waves may share respondents. Of several largest sets
    the one with the fewest steps between recorded grades, then the earliest waves: no figure's value is looked at.
    """
    usable = [wave for wave in waves if wave.refusal is None and wave.size_known]
    best = _largest_set(usable, registry, lambda found: not found.refused)
    left_out = {wave.finding.id: _why_not(wave, best, registry) for wave in waves if wave not in best}
    return ComparableWaves(best, left_out)


def _largest_set(waves: Sequence[Wave], registry: Registry, may: Callable[[Comparability], bool]) -> tuple[Wave, ...]:
    """The largest set of waves of which each pair may be together."""
    pairs = {(i, j): pair_of(waves[i], waves[j], registry) for i, j in combinations(range(len(waves)), 2)}
    allowed = {ends for ends, pair in pairs.items() if pair.refusal is None and may(pair.comparability)}

    def order(chosen: tuple[int, ...]) -> tuple[int, int, tuple[int, ...]]:
        return -len(chosen), sum(pairs[ends].comparability.distance for ends in combinations(chosen, 2)), chosen

    return tuple(waves[i] for i in min(_cliques((), range(len(waves)), allowed), key=order))


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


@dataclass(frozen=True, slots=True)
class Line:
    """A straight line through surveys on the logit scale.

    Its slope with interval is in shares a year at the level of the mean survey; `p_value` is twice the smaller
    probability of a side; `spread` is the standard deviation between surveys (logits) with its interval. `levels` has a
    row for each year and the next: year, level, low, high (of the average survey), next_low, next_high (of a new one).
    """

    slope: float
    low: float
    high: float
    p_value: float
    spread: tuple[float, float, float]
    levels: pd.DataFrame


def line_through(figures: pd.DataFrame, priors: Spreads, *, alpha: float, known: float | None = None) -> Line:
    """Return the line through the surveys of one topic: the joint model of a single item.

    Parameters
    ----------
    figures : DataFrame, one item, with the columns of `crosswave.models.mixed.COLUMNS`
    priors : Spreads, scales of the half-normal priors
    alpha : float, error rate of the intervals
    known : float, optional
        The standard deviation between surveys (logits) where it is known; else it is integrated over.

    Notes
    -----
    ``logit p = level + slope (date - centre) + figure + error``. Nothing is drawn: quantiles are those of the mixture
    of normal distributions that the integration leaves. A p-value is twice the posterior probability of the rarer sign;
    under a known standard deviation it is that of the weighted least squares of the logits.
    """
    years = tuple(range(int(figures["date"].min()), int(figures["date"].max()) + 2))
    at = None if known is None else replace(Spreads(*(0.0 for _ in NAMES)), figure=known)
    found = posterior(figures, years=years, priors=priors, rho=0.0, alpha=alpha, points=_POINTS, known=at)
    mean = float(figures["date"].mean()) - found.design.centre
    slope, middle = combined(found, np.array([[0.0, 1.0], [1.0, mean]])).itertuples(index=False)
    rows = level_rows(found.design, years)
    average, new = (expit(combined(found, rows, beyond)) for beyond in ((), ("figure",)))
    levels = average[["estimate", "low", "high"]].set_axis(["level", "low", "high"], axis=1)
    levels = levels.assign(next_low=new["low"], next_high=new["high"])
    levels.insert(0, "year", years)
    steepness = float(expit(middle.estimate) * expit(-middle.estimate))
    estimate, low, high = (steepness * float(end) for end in (slope.estimate, slope.low, slope.high))
    middle_sd, least, most = (float(found.spreads[end][0]) for end in ("median", "low", "high"))
    p = 2 * float(min(slope.below, 1 - slope.below))
    return Line(estimate, low, high, p, (middle_sd, least, most), levels)


@dataclass(frozen=True, slots=True)
class TopicLine:
    """A construct over all years: its waves, which are comparable, their figures, and the line through them.

    `instrument` are the waves of these that repeat one instrument, and the test is of a trend within them. Where there
    is no line, or no test, the reason is in its place. Holm's p of each, "line" and "test", is among all topics, and
    empty for a construct that is looked at alone.
    """

    construct: Construct
    waves: tuple[Wave, ...]
    comparable: ComparableWaves
    instrument: tuple[Wave, ...]
    figures: pd.DataFrame
    line: Line | str
    test: Line | str
    settings: Settings
    p_adjusted: Mapping[str, float] = field(default_factory=dict)

    @property
    def has_line(self) -> bool:
        """Whether there is a line."""
        return isinstance(self.line, Line)

    @property
    def tests(self) -> dict[str, Line]:
        """The line and the test, as far as there are any."""
        return {name: one for name, one in (("line", self.line), ("test", self.test)) if isinstance(one, Line)}

    @property
    def slope(self) -> int:
        """The sign of the slope, 0 where none shows: alone, or among all lines if adjusted."""
        line = self.line
        if not isinstance(line, Line) or self.p_adjusted.get("line", 0.0) >= self.settings.alpha:
            return 0
        return int(line.low > 0) - int(line.high < 0)


def topic_line(
    construct: Construct, registry: Registry, reconstructions: Reconstructions, settings: Settings
) -> TopicLine:
    """Return a construct over all years: which waves are comparable, and the line through them.

    Parameters
    ----------
    construct : Construct
    registry, reconstructions : as everywhere
    settings : Settings, the error rate, the design effect, and the total error where it is not that of the plan

    Notes
    -----
    A line needs five waves, the trend within one instrument three of which every two have grade A; what sets these
    apart has the total error of the plan as its standard deviation. Both need dates that tell waves apart: no single
    date may lie in the intervals of all.
    """
    waves = waves_of(construct, registry, reconstructions, (FIRST_YEAR, LAST_YEAR))
    comparable, plan = comparable_waves(waves, registry), registry.plan
    instrument = _largest_set(comparable.waves, registry, lambda found: found.grade == GRADES[0])
    priors = Spreads(*(getattr(plan.joint, name) for name in NAMES))

    def figures(of: Sequence[Wave]) -> pd.DataFrame:
        rows = (figure_of(wave, construct.id, plan, settings.design_effect) for wave in of)
        return pd.DataFrame([row for row in rows if row])

    def fitted(of: Sequence[Wave], reason: str | None, known: float | None) -> Line | str:
        dates = [date_interval(wave.survey, plan.lines.published_within.value) for wave in of]
        if reason is None and max(start for start, _ in dates) <= min(end for _, end in dates):
            reason = "the dates do not tell the surveys apart: all of them may have been in the field at once"
        if reason:
            return reason
        frame = figures(of)
        made = partial(line_through, frame, priors, alpha=settings.alpha, known=known)
        return remembered(made, "line", frame.to_csv(index=False), repr((priors, settings.alpha, known)))

    many, few = len(comparable.waves), len(instrument)
    no_line = _NO_LINE.format(_NUMBERS[many]) if many < FEWEST_FOR_LINE else None
    no_test = (_TWO_REPEAT if few == 2 else "no two surveys repeat one") if few < FEWEST_FOR_TREND else None
    line = fitted(comparable.waves, no_line, None)
    test = fitted(instrument, no_test, settings.error(plan, "A")[0] * LOGITS_PER_POINT)
    shown = figures(comparable.waves)
    return TopicLine(construct, tuple(waves), comparable, instrument, shown, line, test, settings)


def topic_lines(
    registry: Registry, reconstructions: Reconstructions, settings: Settings, constructs: Iterable[Construct]
) -> tuple[TopicLine, ...]:
    """Return those of some constructs that have three comparable waves or more, over all years, adjusted as one family.

    Parameters
    ----------
    registry, reconstructions, settings : as for `topic_line`
    constructs : iterable of Construct

    Notes
    -----
    One family by Holm's procedure, apart from those of comparisons: every line and every test within one instrument.

    References
    ----------
    Holm (1979), https://www.jstor.org/stable/4615733.
    """
    every = [topic_line(one, registry, reconstructions, settings) for one in constructs]
    every = [one for one in every if len(one.comparable.waves) >= FEWEST_FOR_TREND]
    tests = [(place, name, one.p_value) for place, topic in enumerate(every) for name, one in topic.tests.items()]
    adjusted: list[dict[str, float]] = [{} for _ in every]
    for (place, name, _), p in zip(tests, holm(np.array([p for _, _, p in tests])).tolist(), strict=True):
        adjusted[place][name] = p
    return tuple(replace(one, p_adjusted=p) for one, p in zip(every, adjusted, strict=True))
