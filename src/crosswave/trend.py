"""What changed between two waves: the comparison, what it could have shown, and whether the verdict survives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from crosswave.arguments import FloatArray
from crosswave.compare import compare_shares, error_at, newcombe, p_value, tost_p
from crosswave.power import Reach, reach
from crosswave.reconstruct import Reconstruction
from crosswave.registry.loading import Registry
from crosswave.registry.models import Construct, Plan
from crosswave.verdict import Evidence, decide, outcomes
from crosswave.waves import Pair, Wave, pairs_of, waves_of


@dataclass(frozen=True, slots=True)
class Settings:
    """What an analyst may change.

    Parameters
    ----------
    alpha : float
        Error rate in (0, 1).
    design_effect : float
        At least 1; n is divided by it.
    total_error : float or None
        SD of a wave in points at 50 %; None takes the tier of the grade.
    smallest_change : float
        Smallest change that matters, percentage points.
    from_year, to_year : int
        The window, both included.
    """

    alpha: float
    design_effect: float
    total_error: float | None
    smallest_change: float
    from_year: int
    to_year: int

    def __post_init__(self) -> None:
        """Refuse settings outside their range.

        Raises
        ------
        ValueError
            A setting is outside its range; all of them are named.
        """
        rules = {
            f"alpha must lie between 0 and 1; {self.alpha} arrived": 0 < self.alpha < 1,
            f"design_effect must be at least 1; {self.design_effect} arrived": self.design_effect >= 1,
            f"total_error must be points, 0 or more; {self.total_error} arrived": (self.total_error or 0) >= 0,
            f"smallest_change must be points above 0 and below 100; {self.smallest_change} arrived": 0
            < self.smallest_change
            < 100,
            f"from_year {self.from_year} must not be after to_year {self.to_year}": self.from_year <= self.to_year,
        }
        broken = [words for words, holds in rules.items() if not holds]
        if broken:
            raise ValueError("; ".join(broken))


def planned(plan: Plan) -> Settings:
    """Return the settings that plan.yaml declares."""
    return Settings(
        plan.alpha.value,
        plan.design_effect.value,
        None,
        plan.smallest_change.value,
        plan.window.from_year,
        plan.window.to_year,
    )


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
        A setting is outside its range; all of them are named.
    """
    numbers = {name: value for name, value in changed.items() if isinstance(value, int | float)}
    known = {name: value for name, value in numbers.items() if name in Settings.__dataclass_fields__}
    replace(planned(plan), **known)  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two waves compared over every count that can have printed them.

    Parameters
    ----------
    pair : Pair
        The waves and their grade.
    points : float
        Total error used, points at 50 %.
    difference, low, high : float
        Later minus earlier printed share (the middle of what words can stand for); the widest interval over all
        feasible counts.
    p_value, p_low, p_high : float
        At the printed shares, and the range over all feasible counts.
    equivalence_p : float
        At the printed shares.
    reach : Reach
        What the comparison could have shown before the data.
    outcomes : tuple of str
        Outcomes over all feasible counts.
    """

    pair: Pair
    points: float
    difference: float
    low: float
    high: float
    p_value: float
    p_low: float
    p_high: float
    equivalence_p: float
    reach: Reach
    outcomes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Trend:
    """A construct in a window of years: its waves, the comparison that is reported, and the verdict."""

    construct: Construct
    settings: Settings
    waves: tuple[Wave, ...]
    pairs: tuple[Pair, ...]
    comparison: Comparison | None
    verdict: str
    p_adjusted: float | None = None

    @property
    def pair(self) -> Pair | None:
        """The pair of waves that is reported, tested or not."""
        return self.pairs[0] if self.pairs else None


def assess(
    construct: Construct, registry: Registry, reconstructions: Mapping[str, Reconstruction], settings: Settings
) -> Trend:
    """Return what can be said of a construct in a window of years.

    Parameters
    ----------
    construct : Construct
        What is measured.
    registry : Registry
        Holds findings, plan and gate.
    reconstructions : mapping of str to Reconstruction
        By survey id.
    settings : Settings
        The window and the error rates.
    """
    waves = waves_of(construct, registry, reconstructions, (settings.from_year, settings.to_year))
    pairs = pairs_of(construct, waves, registry)
    open_pairs = [pair for pair in pairs if pair.refusal is None and not pair.comparability.refused]
    comparison = compare_pair(open_pairs[0], settings, registry.plan) if open_pairs else None
    refused = bool(pairs) and all(pair.comparability.refused for pair in pairs)
    evidence = _evidence(comparison, refused=refused, plan=registry.plan)
    return Trend(construct, settings, tuple(waves), tuple(pairs), comparison, decide(evidence))


def _evidence(comparison: Comparison | None, *, refused: bool, plan: Plan) -> Evidence:
    if comparison is None:
        return Evidence(compared=False, refused=refused)
    pair, limit = comparison.pair, plan.detectable_limit.value / 100
    detectable = min(comparison.reach.detectable_rise, comparison.reach.detectable_fall)
    return Evidence(
        compared=True,
        sized=pair.first.size_known and pair.second.size_known,
        informative=comparison.reach.equivalence_attainable or detectable <= limit,
        verbal=pair.first.verbal or pair.second.verbal,
        outcomes=comparison.outcomes,
    )


def compare_pair(pair: Pair, settings: Settings, plan: Plan) -> Comparison:
    """Return the comparison of a pair that passed the gate.

    Parameters
    ----------
    pair : Pair
        Two usable waves.
    settings : Settings
        Error rates.
    plan : Plan
        The total error of each tier.

    Raises
    ------
    ValueError
        The gate refused the pair: no number is computed for it.
    """
    grade = pair.comparability.grade
    if pair.comparability.refused:
        reasons = "; ".join(pair.comparability.reasons)
        raise ValueError(f"{pair.first.finding.id} and {pair.second.finding.id} are not comparable: {reasons}")
    points = plan.total_error[grade].points if settings.total_error is None else settings.total_error  # type: ignore[index]
    grid = _grid(pair, settings.design_effect)
    return _compare_grid(pair, grid, points, settings, plan.power.value)


@dataclass(frozen=True, slots=True)
class _Grid:
    """Every pair of extreme counts, flattened, and the printed pair; n already divided by the design effect."""

    printed: tuple[float, float]
    share_1: FloatArray
    n_1: FloatArray
    share_2: FloatArray
    n_2: FloatArray

    @property
    def middle(self) -> tuple[float, float, float, float]:
        return self.printed[0], _mean_size(self.n_1), self.printed[1], _mean_size(self.n_2)


def _mean_size(sizes: FloatArray) -> float:
    return float(np.sqrt(sizes.min() * sizes.max()))


def _grid(pair: Pair, design_effect: float) -> _Grid:
    one, two = np.meshgrid(np.arange(len(pair.first.shares)), np.arange(len(pair.second.shares)), indexing="ij")
    first, second = one.ravel(), two.ravel()
    return _Grid(
        (pair.first.share, pair.second.share),
        pair.first.shares[first],
        pair.first.sizes[first] / design_effect,
        pair.second.shares[second],
        pair.second.sizes[second] / design_effect,
    )


def _compare_grid(pair: Pair, grid: _Grid, points: float, settings: Settings, power: float) -> Comparison:
    waves = (grid.share_1, grid.n_1, grid.share_2, grid.n_2)
    error = (error_at(points, grid.share_1), error_at(points, grid.share_2))
    margin = settings.smallest_change / 100
    low, high = newcombe(*waves, alpha=settings.alpha, total_error=error)
    p, tost = p_value(*waves, total_error=error), tost_p(*waves, margin=margin, total_error=error)
    difference = grid.share_2 - grid.share_1
    share_1, n_1, share_2, n_2 = grid.middle
    middle_error = (float(error_at(points, share_1)), float(error_at(points, share_2)))
    middle = compare_shares(
        (share_1, n_1), (share_2, n_2), alpha=settings.alpha, margin=margin, total_error=middle_error
    )
    straddles = bool(difference.min() <= 0 <= difference.max())
    return Comparison(
        pair=pair,
        points=points,
        difference=middle.difference,
        low=float(low.min()),
        high=float(high.max()),
        p_value=middle.p_value,
        p_low=float(p.min()),
        p_high=1.0 if straddles else float(p.max()),
        equivalence_p=middle.equivalence_p,
        reach=_reach(grid, points, settings, power),
        outcomes=outcomes(difference, p, tost, settings.alpha),
    )


def _reach(grid: _Grid, points: float, settings: Settings, power: float) -> Reach:
    """What could have been shown at the earlier share, had nothing changed: it looks at no difference.

    At the largest sizes that print allows: what those could not have shown, no smaller ones could.
    """
    share, n_1, n_2 = grid.printed[0], float(grid.n_1.max()), float(grid.n_2.max())
    error = float(error_at(points, share))
    margin = settings.smallest_change / 100
    return reach(share, (n_1, n_2), margin=margin, alpha=settings.alpha, power=power, total_error=(error, error))


def with_adjusted(trend: Trend, p_adjusted: float | None) -> Trend:
    """Return a trend with its p-value adjusted for the other comparisons of its family.

    Notes
    -----
    A change that does not survive the adjustment is no change: what is left of the verdict is the equivalence test.
    """
    left = {"rose": "inconclusive", "fell": "inconclusive", "changed, immaterially": "no material change"}
    lost = p_adjusted is not None and p_adjusted >= trend.settings.alpha
    verdict = left.get(trend.verdict, trend.verdict) if lost else trend.verdict
    return replace(trend, p_adjusted=p_adjusted, verdict=verdict)
