"""Every verdict that a reasonable analyst could have reached: all combinations of the choices that plan.yaml names.

None of the analyses is preferred. What is reported is the share of each outcome and the range of the difference.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import ndtri

from crosswave.arguments import FloatArray
from crosswave.difference.methods import METHODS, Shares
from crosswave.difference.student import student
from crosswave.difference.total_error import pair_error
from crosswave.reconstruct import Reconstructions
from crosswave.robustness.tipping_points import OUTCOMES, outcome_codes
from crosswave.study.models import Construct, Plan
from crosswave.study.registry import Registry
from crosswave.trend.settings import Settings
from crosswave.trend.waves import Pair, Wave, pairs_of, waves_of

COLUMNS = (
    "first", "second", "counts", "size", "method", "tier", "total_error", "design_effect", "smallest_change", "alpha",
    "difference", "low", "high", "p_value", "outcome",
)  # fmt: skip
# Which end of the feasible shares the earlier and the later wave give: 0 the lowest, 1 the highest, None the printed.
COUNTS: Mapping[str, tuple[int | None, int | None]] = {"lowest": (1, 0), "printed": (None, None), "highest": (0, 1)}
_SIZES: Mapping[str, Callable[[FloatArray], float]] = {"smallest": np.min, "largest": np.max}


@dataclass(frozen=True, slots=True)
class Multiverse:
    """Every analysis of a construct, a row each with `COLUMNS`; why there is none, or ""."""

    by_analysis: pd.DataFrame
    reason: str


@dataclass(frozen=True, slots=True)
class Choices:
    """The named choices, one list for each: keys of `METHODS`, `COUNTS` and sizes where print leaves n open.

    Each tier has a total error, points at 50 %, and the degrees of freedom from which it was estimated.
    """

    methods: tuple[str, ...]
    tiers: Mapping[str, tuple[float, float]]
    design_effects: tuple[float, ...]
    counts: tuple[str, ...]
    sizes: tuple[str, ...]
    smallest_changes: tuple[float, ...]
    alphas: tuple[float, ...]

    @classmethod
    def of(cls, plan: Plan) -> Choices:
        """Return the choices that plan.yaml declares."""
        named = plan.multiverse
        tiers = {str(tier): one.error for tier, one in plan.errors.items() if tier in named.tiers}
        numbers = named.smallest_changes, named.alphas
        return cls(named.methods, tiers, named.design_effects, named.counts, named.sizes, *numbers)


@dataclass(frozen=True, slots=True)
class Reading:
    """One pair of shares with their sizes, and the choices that lead to it."""

    counts: str
    size: str
    share_1: float
    n_1: float
    share_2: float
    n_2: float


def multiverse(
    construct: Construct, registry: Registry, reconstructions: Reconstructions, settings: Settings
) -> Multiverse:
    """Return every analysis of a construct in the window of the settings.

    Parameters
    ----------
    construct : Construct, what is measured
    registry : Registry
        Holds findings, comparability rules and the plan, which names the choices and has a number for every tier.
    reconstructions : mapping of str to Reconstruction, by survey id
    settings : Settings, gives the window; everything else is a choice

    Notes
    -----
    All methods take waves as independent, so pairs with respondents in common are left out.
    """
    waves = waves_of(construct, registry, reconstructions, (settings.from_year, settings.to_year))
    pairs = pairs_of(construct, waves, registry)
    usable = [pair for pair in pairs if not (pair.refusal or pair.overlap or pair.comparability.refused)]
    if usable:
        return Multiverse(_frame(usable, Choices.of(registry.plan)), "")
    none = "there are no two waves of different years in the window"
    reason = "no two surveys can be compared" if pairs else none
    if first := next((pair for pair in pairs if not pair.comparability.refused), None):
        reason = first.refusal or f"{first.overlap_words}, and the methods take waves as independent"
    return Multiverse(pd.DataFrame(columns=list(COLUMNS)), reason)


def _frame(pairs: Sequence[Pair], choices: Choices) -> pd.DataFrame:
    """One row for each analysis of each pair, in the order of the choices."""
    of_pair = [(pair, reading) for pair in pairs for reading in readings_of(pair, choices)]
    readings = [reading for _, reading in of_pair]
    found = analyse(readings, choices)
    axes = {
        "reading": range(len(readings)), "method": choices.methods, "tier": list(choices.tiers),
        "design_effect": choices.design_effects, "smallest_change": choices.smallest_changes, "alpha": choices.alphas,
    }  # fmt: skip
    frame = pd.MultiIndex.from_product(axes.values(), names=axes).to_frame(index=False)
    of_reading = {
        "first": [pair.first.finding.id for pair, _ in of_pair],
        "second": [pair.second.finding.id for pair, _ in of_pair],
        "counts": [reading.counts for reading in readings],
        "size": [reading.size for reading in readings],
        "difference": [reading.share_2 - reading.share_1 for reading in readings],
    }
    place = frame["reading"].to_numpy()
    named = {name: np.array(values)[place] for name, values in of_reading.items()}
    numbers = {"low": found.low.ravel(), "high": found.high.ravel(), "p_value": found.p_value.ravel()}
    points = frame["tier"].map({tier: points for tier, (points, _) in choices.tiers.items()})
    outcome = np.array(OUTCOMES)[found.outcome.ravel()]
    return frame.assign(**named, **numbers, total_error=points, outcome=outcome)[list(COLUMNS)]


def readings_of(pair: Pair, choices: Choices) -> list[Reading]:
    """Return the readings of two usable waves that the choices name.

    Where one size of each wave fits the print, the choice of a size falls away and is called "only".
    """
    waves = (pair.first, pair.second)
    only = all(wave.sizes.min() == wave.sizes.max() for wave in waves)
    found = []
    for name, pick in ({"only": np.min} if only else {name: _SIZES[name] for name in choices.sizes}).items():
        one, two = (float(pick(wave.sizes)) for wave in waves)
        for counts in choices.counts:
            first, second = (_share(w, n, end) for w, n, end in zip(waves, (one, two), COUNTS[counts], strict=True))
            n = one / pair.first.design_effect, two / pair.second.design_effect
            found.append(Reading(counts, name, first, n[0], second, n[1]))
    return found


def _share(wave: Wave, size: float, end: int | None) -> float:
    """The printed share, or the lowest or highest that can be printed on a base of this size."""
    there = wave.shares[wave.sizes == size]
    return wave.share if end is None else float((there.min(), there.max())[end])


@dataclass(frozen=True, slots=True)
class Analyses:
    """Every analysis of some readings: arrays (readings, methods, tiers, design effects, smallest changes, alphas)."""

    low: FloatArray
    high: FloatArray
    p_value: FloatArray
    outcome: npt.NDArray[np.int8]


def analyse(readings: Sequence[Reading], choices: Choices) -> Analyses:
    """Return every analysis of some readings.

    Parameters
    ----------
    readings : sequence of Reading, at least one
    choices : Choices, what is combined

    Notes
    -----
    An estimated error is multiplied by Student's quantile over the normal one, so that intervals and tests are exact
    at each alpha; a p-value inverts the interval at its own alpha only.
    """
    share_1, n_1, share_2, n_2 = (
        np.array([getattr(reading, name) for reading in readings], dtype=np.float64)[:, None, None, None, None]
        for name in ("share_1", "n_1", "share_2", "n_2")
    )
    points, df = (np.array(each)[:, None, None, None] for each in zip(*choices.tiers.values(), strict=True))
    effect = np.array(choices.design_effects)[:, None, None]
    margin = np.array(choices.smallest_changes)[:, None] / 100
    extra = np.sqrt(2) * pair_error(points, share_1, share_2)
    alpha = np.array(choices.alphas)
    levels = []
    for level in (alpha / 2, alpha):  # the interval and p are two-sided; whether the margin is ruled out is not
        longer = student(-ndtri(level), df) / -ndtri(level)  # so that a normal quantile of the error is Student's
        levels.append(Shares(share_1, n_1 / effect, share_2, n_2 / effect, extra * longer))
    results = []
    for method in (METHODS[name] for name in choices.methods):
        two, one = (method(shares, alpha, margin) for shares in levels)
        results.append(replace(two, small=one.small))
    shape = (len(readings), len(points), len(effect), len(margin), len(alpha))
    low, high, p, small = (
        np.stack([np.broadcast_to(getattr(result, name), shape) for result in results], axis=1)
        for name in ("low", "high", "p_value", "small")
    )
    differs, above = p < alpha, (low + high > 0)
    return Analyses(low, high, p, outcome_codes(differs & above, differs & ~above, small))


def by_outcome(by_analysis: pd.DataFrame) -> pd.DataFrame:
    """Return a row for each outcome: how many analyses reach it, their share, and the range of their differences.

    Parameters
    ----------
    by_analysis : DataFrame, from `multiverse`

    Returns
    -------
    DataFrame
        Columns outcome, analyses, share, difference_low, difference_high; outcomes that no analysis reaches have
        share 0 and no range. The last row, "any", holds all analyses.
    """
    outcomes, every = by_analysis["outcome"], by_analysis["difference"].astype(float)
    groups = {name: every[outcomes == name] for name in OUTCOMES} | {"any": every}
    rows = [(name, len(own), len(own) / max(len(every), 1), own.min(), own.max()) for name, own in groups.items()]
    return pd.DataFrame(rows, columns=["outcome", "analyses", "share", "difference_low", "difference_high"])
