"""Every verdict that a reasonable analyst could have reached: all combinations of the choices that plan.yaml names.

None of the analyses is preferred. What is reported is the share of each outcome and the range of the difference.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from itertools import repeat

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import ndtri

from crosswave.arguments import FloatArray
from crosswave.difference.methods import METHODS, Method, Result, Shares
from crosswave.difference.student import student
from crosswave.difference.total_error import pair_error
from crosswave.reconstruct import Reconstruction
from crosswave.robustness.choices import Choices, Reading, readings_of
from crosswave.robustness.verdict_codes import OUTCOMES, outcome_codes
from crosswave.study.models import Construct
from crosswave.study.registry import Registry
from crosswave.trend.dispersion import with_estimated_error
from crosswave.trend.settings import Settings
from crosswave.trend.waves import Pair, pairs_of, waves_of


@dataclass(frozen=True, slots=True)
class Multiverse:
    """Every analysis of a construct.

    Attributes
    ----------
    by_analysis : DataFrame
        Columns `COLUMNS`; differences in [-1, 1]. Empty where no pair of waves can be compared.
    reason : str
        Why it is empty; "" where it is not.
    """

    by_analysis: pd.DataFrame
    reason: str


COLUMNS = (
    "first", "second", "counts", "size", "method", "tier", "total_error", "design_effect", "smallest_change", "alpha",
    "difference", "low", "high", "p_value", "outcome",
)  # fmt: skip


def multiverse(
    construct: Construct, registry: Registry, reconstructions: Mapping[str, Reconstruction], settings: Settings
) -> Multiverse:
    """Return every analysis of a construct in the window of the settings.

    Parameters
    ----------
    construct : Construct
        What is measured.
    registry : Registry
        Holds findings, gate and plan, which names the choices.
    reconstructions : mapping of str to Reconstruction
        By survey id.
    settings : Settings
        Gives the window; everything else is a choice.

    Notes
    -----
    All methods take waves as independent, so pairs with respondents in common are left out.
    """
    waves = waves_of(construct, registry, reconstructions, (settings.from_year, settings.to_year))
    pairs = pairs_of(construct, waves, registry)
    usable = [pair for pair in pairs if not (pair.refusal or pair.overlap or pair.comparability.refused)]
    if not usable:
        return Multiverse(pd.DataFrame(columns=list(COLUMNS)), _why_none(pairs))
    choices = Choices.of(with_estimated_error(registry, reconstructions).plan)
    return Multiverse(_frame(usable, choices), "")


def multiverses(
    constructs: Iterable[Construct],
    registry: Registry,
    reconstructions: Mapping[str, Reconstruction],
    settings: Settings,
    executor: Executor | None = None,
) -> dict[str, Multiverse]:
    """Return every analysis of several constructs, by construct id.

    Parameters
    ----------
    constructs : iterable of Construct
        Which.
    registry, reconstructions, settings
        As for `multiverse`.
    executor : concurrent.futures.Executor, optional
        Where they are worked out: processes of this machine, or a cluster's; in this process if absent.
    """
    wanted = list(constructs)
    work = executor.map if executor else map
    given = (repeat(one) for one in (registry, reconstructions, settings))
    return dict(zip((one.id for one in wanted), work(multiverse, wanted, *given), strict=True))


def _why_none(pairs: Sequence[Pair]) -> str:
    if not pairs:
        return "there are no two waves of different years in the window"
    open_ = [pair for pair in pairs if not pair.comparability.refused]
    if not open_:
        return "the gate refuses every pair of waves"
    return open_[0].refusal or f"{open_[0].overlap_words}, and the methods take waves as independent"


def by_outcome(by_analysis: pd.DataFrame) -> pd.DataFrame:
    """Return a row for each outcome: how many analyses reach it, their share, and the range of their differences.

    Parameters
    ----------
    by_analysis : DataFrame
        From `multiverse`.

    Returns
    -------
    DataFrame
        Columns outcome, analyses, share, difference_low, difference_high; outcomes that no analysis reaches have
        share 0 and no range. The last row, "any", holds all analyses.
    """
    every, outcomes = by_analysis["difference"].to_numpy(), by_analysis["outcome"].to_numpy()
    groups = {name: every[outcomes == name] for name in OUTCOMES} | {"any": every}
    return pd.DataFrame(
        {
            "outcome": list(groups),
            "analyses": [len(own) for own in groups.values()],
            "share": [len(own) / max(len(every), 1) for own in groups.values()],
            "difference_low": [own.min() if len(own) else np.nan for own in groups.values()],
            "difference_high": [own.max() if len(own) else np.nan for own in groups.values()],
        }
    )


@dataclass(frozen=True, slots=True)
class Analyses:
    """Every analysis of some readings.

    Attributes
    ----------
    low, high, p_value : array of float
        Shape (readings, methods, tiers, design effects, smallest changes, alphas).
    """

    difference: FloatArray
    low: FloatArray
    high: FloatArray
    p_value: FloatArray
    outcome: npt.NDArray[np.int8]


def analyse(readings: Sequence[Reading], choices: Choices) -> Analyses:
    """Return every analysis of some readings.

    Parameters
    ----------
    readings : sequence of Reading
        At least one.
    choices : Choices
        What is combined.

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
    two, one = (
        Shares(share_1, n_1 / effect, share_2, n_2 / effect, extra * _longer(level, df)) for level in (alpha / 2, alpha)
    )
    results = [_both_tests(METHODS[name], two, one, alpha, margin) for name in choices.methods]
    shape = (len(readings), len(points), len(effect), len(margin), len(alpha))
    low, high, p, small = (
        np.stack([np.broadcast_to(getattr(result, name), shape) for result in results], axis=1)
        for name in ("low", "high", "p_value", "small")
    )
    differs, above = p < alpha, (low + high > 0)
    return Analyses((share_2 - share_1).ravel(), low, high, p, outcome_codes(differs & above, differs & ~above, small))


def _longer(level: FloatArray, df: FloatArray) -> FloatArray:
    """What an estimated error is multiplied by, so that a normal quantile of it is Student's."""
    z = -ndtri(level)
    return np.asarray(student(z, df) / z)


def _both_tests(method: Method, two: Shares, one: Shares, alpha: FloatArray, margin: FloatArray) -> Result:
    """The interval and p at two-sided levels; whether the margin is ruled out at one-sided ones."""
    return replace(method(two, alpha, margin), small=method(one, alpha, margin).small)


def _frame(pairs: Sequence[Pair], choices: Choices) -> pd.DataFrame:
    """One row for each analysis of each pair, in the order of the choices."""
    of_pair = [(pair, reading) for pair in pairs for reading in readings_of(pair, choices)]
    readings = [reading for _, reading in of_pair]
    found = analyse(readings, choices)
    axes = {
        "reading": range(len(readings)),
        "method": choices.methods,
        "tier": list(choices.tiers),
        "design_effect": choices.design_effects,
        "smallest_change": choices.smallest_changes,
        "alpha": choices.alphas,
    }
    frame = pd.MultiIndex.from_product(axes.values(), names=axes).to_frame(index=False)
    place = frame["reading"].to_numpy()
    named = {
        "first": np.array([pair.first.finding.id for pair, _ in of_pair])[place],
        "second": np.array([pair.second.finding.id for pair, _ in of_pair])[place],
        "counts": np.array([reading.counts for reading in readings])[place],
        "size": np.array([reading.size for reading in readings])[place],
        "total_error": frame["tier"].map({tier: points for tier, (points, _) in choices.tiers.items()}),
        "difference": found.difference[place],
        "low": found.low.ravel(),
        "high": found.high.ravel(),
        "p_value": found.p_value.ravel(),
        "outcome": np.array(OUTCOMES)[found.outcome.ravel()],
    }
    return frame.assign(**named)[list(COLUMNS)]
