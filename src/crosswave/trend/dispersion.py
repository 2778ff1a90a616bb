"""How far surveys of one year disagree about one thing, sampling and rounding taken off: the total error, measured."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache

import numpy as np
import pandas as pd

from crosswave.arguments import FloatArray, checked, checked_alpha
from crosswave.heterogeneity import ESTIMATORS, Effects, q_profile
from crosswave.kept import kept
from crosswave.reconstruct import Reconstruction, reconstruct
from crosswave.registry.loading import Registry
from crosswave.trend.same_year import same_year_figures, same_year_surveys

POINTS_PER_LOGIT = 25.0
"""What 1 on the logit scale is at a share of one half, in points: 100 p (1 - p)."""


@dataclass(frozen=True, slots=True)
class TotalErrorEstimate:
    """The total error of one survey, estimated from figures of the same year.

    Attributes
    ----------
    points, low, high : float
        Standard deviation of ONE survey, points at a share of one half, with its interval: the same quantity as
        ``total_error`` in plan.yaml. A difference of two surveys has sqrt(2) times as much.
    logit_sd : float
        The same on the logit scale, points / 25.
    df : int
        Figures minus groups.
    groups : int
        Construct-years with two figures or more.
    """

    points: float
    low: float
    high: float
    logit_sd: float
    df: int
    groups: int


def estimate_total_error(by_wave: pd.DataFrame, *, method: str = "PM", alpha: float = 0.05) -> TotalErrorEstimate:
    """Return the standard deviation between surveys that sampling and rounding leave unexplained.

    Parameters
    ----------
    by_wave : DataFrame
        From `same_year_figures`, or any frame with its columns group, logit, sampling_variance, rounding_variance.
        Groups of one figure say nothing and are passed over.
    method : str, default "PM"
        A name of `crosswave.heterogeneity.ESTIMATORS`: "PM" is Paule and Mandel's.
    alpha : float, default 0.05
        Error rate of the interval, in (0, 1).

    Raises
    ------
    ValueError
        If no group has two figures, a number is not finite, a variance is negative or that of sampling 0, or the method
        has another name.

    Notes
    -----
    Model: logit_i = mean of its group + e_i, var(e_i) = s^2 + v_i, v_i = sampling + rounding variance, known; s is
    one for all groups. With weights 1 / (s^2 + v_i) and the weighted mean of each group, Q(s^2) = sum of weighted
    squares has expectation df = figures - groups. Paule and Mandel's method of moments solves Q(s^2) = df (0 where
    Q(0) is smaller); with equal v it is the pooled variance inside groups minus v. The interval is the Q profile:
    Q(s^2) between the quantiles of chi-square with df degrees of freedom, exact for normal errors. ``REML`` maximises
    the restricted likelihood of the same model and has the same interval.

    The model takes errors as independent. One survey often stands in several groups and errs alike in them, so the
    interval is shorter than it should be: see `leave_one_out` by survey.

    References
    ----------
    Paule and Mandel (1982), doi:10.6028/jres.087.022; DerSimonian and Kacker (2007), doi:10.1016/j.cct.2006.04.004;
    Viechtbauer (2007), doi:10.1002/sim.2514; REML: Viechtbauer (2005), doi:10.3102/10769986030003261.

    Examples
    --------
    Two construct-years of logits (0, 1) and (2, 4), each with variance 0.25: (0.5 + 2) / 2 - 0.25 = 1.

    >>> frame = pd.DataFrame({"group": [*"aabb"], "logit": [0, 1, 2, 4], "sampling_variance": 0.2,
    ...                       "rounding_variance": 0.05})
    >>> e = estimate_total_error(frame)
    >>> round(e.logit_sd, 6), round(e.points, 4), e.df, e.groups
    (1.0, 25.0, 2, 2)
    """
    if method not in ESTIMATORS:
        raise ValueError(f"method must be one of {', '.join(ESTIMATORS)}; got {method!r}. Choose one of them.")
    effects, design = _grouped(by_wave)
    low, high = (POINTS_PER_LOGIT * math.sqrt(end) for end in q_profile(effects, design, float(checked_alpha(alpha))))
    sd, (figures, groups) = math.sqrt(ESTIMATORS[method](effects, design[None])[0]), design.shape
    return TotalErrorEstimate(POINTS_PER_LOGIT * sd, low, high, sd, figures - groups, groups)


def _grouped(by_wave: pd.DataFrame) -> tuple[Effects, FloatArray]:
    """The figures of every group of two or more, with a column for each group: its mean is free."""
    among = by_wave[by_wave["group"].duplicated(keep=False)]
    if among.empty:
        raise ValueError(
            f"by_wave must have a group of two figures or more; got {len(by_wave)} figures, no two of one group. "
            "Nothing can be estimated without two surveys of one construct and year."
        )
    logit = checked("logit", among["logit"], "finite", np.isfinite, "Move a share of 0 or 1 inwards.")
    sampling, rounding = among["sampling_variance"], among["rounding_variance"]
    checked("sampling_variance", sampling, "positive and finite", lambda a: (a > 0) & np.isfinite(a), _ADVICE)
    checked("rounding_variance", rounding, "zero or more and finite", lambda a: (a >= 0) & np.isfinite(a), _ADVICE)
    codes, names = pd.factorize(among["group"])
    return Effects(logit, (sampling + rounding).to_numpy(dtype=np.float64)), np.eye(len(names))[codes]


_ADVICE = "Pass variances of logits."


def leave_one_out(by_wave: pd.DataFrame, *, column: str = "construct_id") -> pd.DataFrame:
    """Return the estimate without each construct in turn, or each survey, or each value of another column.

    Parameters
    ----------
    by_wave : DataFrame
        From `same_year_figures`.
    column : str, default "construct_id"
        What is left out, one value at a time: "survey_id" shows how far one survey carries the estimate.

    Returns
    -------
    DataFrame
        Columns left_out, points, low, high, df, groups, largest estimate first; without values of the column that
        leave no two figures to compare.

    Raises
    ------
    ValueError
        If the column is not there, or as for `estimate_total_error`.
    """
    if column not in by_wave:
        raise ValueError(f"column must be one of by_wave; got {column!r}, there are {list(by_wave)}. Choose one.")
    rest = {value: by_wave[by_wave[column] != value] for value in by_wave[column].unique()}
    found = {value: estimate_total_error(left) for value, left in rest.items() if left["group"].duplicated().any()}
    rows = [(value, e.points, e.low, e.high, e.df, e.groups) for value, e in found.items()]
    frame = pd.DataFrame(rows, columns=["left_out", "points", "low", "high", "df", "groups"])
    return frame.sort_values("points", ascending=False, kind="stable", ignore_index=True)


@dataclass(frozen=True, slots=True)
class Measurement:
    """The total error of one survey as a registry's own figures measure it.

    Attributes
    ----------
    figures : DataFrame
        From `same_year_figures`.
    estimate : TotalErrorEstimate
        From all of them.
    by_construct, by_survey : DataFrame
        From `leave_one_out`.
    """

    figures: pd.DataFrame
    estimate: TotalErrorEstimate
    by_construct: pd.DataFrame
    by_survey: pd.DataFrame


def measure_total_error(
    registry: Registry, reconstructions: Mapping[str, Reconstruction], *, alpha: float
) -> Measurement:
    """Return the total error measured on figures of one year, and what each part of the evidence does to it.

    Parameters
    ----------
    registry, reconstructions
        As for `registry_estimate`.
    alpha : float
        Error rate of the interval, in (0, 1).

    Raises
    ------
    ValueError
        If no two figures of one year can be compared.
    """

    def make() -> Measurement:
        figures = _figures(registry, reconstructions)
        estimate = estimate_total_error(figures, alpha=alpha)
        return Measurement(figures, estimate, leave_one_out(figures), leave_one_out(figures, column="survey_id"))

    return kept("errors", make, registry.content, f"measured, alpha {alpha!r}")


def registry_estimate(
    registry: Registry, reconstructions: Mapping[str, Reconstruction] | None = None
) -> TotalErrorEstimate | None:
    """Return the total error estimated from a registry, or None where no two figures of one year can be compared.

    Parameters
    ----------
    registry : Registry
        Holds constructs, surveys and the gate.
    reconstructions : mapping of str to Reconstruction, optional
        By survey id, of the same registry; those that are needed and not there are made.

    Notes
    -----
    Kept for as long as the program runs, for each content of surveys, constructs, phrases and plan.
    """
    return _estimated(_Content(registry, reconstructions or {}, registry.content))


def with_estimated_error(registry: Registry, reconstructions: Mapping[str, Reconstruction] | None = None) -> Registry:
    """Return a registry whose plan has a number where plan.yaml says that the total error of a tier is estimated.

    Parameters
    ----------
    registry, reconstructions
        As for `registry_estimate`.

    Notes
    -----
    The estimate is rounded to a tenth of a point, so that what a page shows is what was used. A registry without two
    comparable figures of one year stays as it is, and a comparison that needs the tier says so. A tier that has a
    number keeps it.
    """
    tiers = registry.plan.total_error
    if all(tier.points != "estimated" for tier in tiers.values()):
        return registry
    found = registry_estimate(registry, reconstructions)
    if found is None:
        return registry
    number = {"points": round(found.points, 1)}
    resolved = {
        name: tier.model_copy(update=number) if tier.points == "estimated" else tier for name, tier in tiers.items()
    }
    return replace(registry, plan=registry.plan.model_copy(update={"total_error": resolved}))


def tier_points(registry: Registry) -> dict[str, float]:
    """Return the total error of each tier in points at one half, estimated where plan.yaml says so.

    Parameters
    ----------
    registry : Registry
        Holds the plan, and the figures that the estimate is from.

    Raises
    ------
    ValueError
        A tier is to be estimated and no two figures of one year can be compared.
    """
    return {str(name): tier.number for name, tier in with_estimated_error(registry).plan.total_error.items()}


@dataclass(frozen=True, slots=True)
class _Content:
    """A registry, told from others by its content."""

    registry: Registry = field(compare=False)
    reconstructions: Mapping[str, Reconstruction] = field(compare=False)
    digest: str


@lru_cache(maxsize=8)
def _estimated(content: _Content) -> TotalErrorEstimate | None:
    return kept("errors", lambda: _estimate(content.registry, content.reconstructions), content.digest)


def _estimate(registry: Registry, known: Mapping[str, Reconstruction]) -> TotalErrorEstimate | None:
    by_wave = _figures(registry, known)
    return estimate_total_error(by_wave) if by_wave["group"].duplicated().any() else None


def _figures(registry: Registry, known: Mapping[str, Reconstruction]) -> pd.DataFrame:
    needed = sorted(same_year_surveys(registry))
    made = {name: known[name] if name in known else reconstruct(registry.survey(name), registry) for name in needed}
    return same_year_figures(registry, made)
