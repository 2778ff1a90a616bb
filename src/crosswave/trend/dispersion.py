"""How far surveys of one year disagree about one thing, sampling and rounding taken off: the total error, measured."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from copy import deepcopy
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from crosswave.arguments import FloatArray, checked, checked_alpha
from crosswave.memo import remembered
from crosswave.models.heterogeneity import ESTIMATORS, Effects, q_profile
from crosswave.study.models import ErrorTier, Plan
from crosswave.study.registry import Registry
from crosswave.trend.comparability import BETWEEN_HOUSES, COMPARABLE

if TYPE_CHECKING:
    import pandas as pd

    from crosswave.reconstruct import Reconstructions

POINTS_PER_LOGIT = 25.0
"""What 1 on the logit scale is at a share of one half, in points: 100 p (1 - p)."""

_ADVICE = "Pass variances of logits."


@dataclass(frozen=True, slots=True)
class TotalErrorEstimate:
    """The total error of one survey, estimated from figures of the same year on df degrees of freedom.

    `points` is the standard deviation of ONE survey at a share of one half, as ``total_error`` in plan.yaml, with its
    interval; a difference of two surveys has sqrt(2) times as much. `logit_sd` is the same on the logit scale, points /
    25.
    """

    points: float
    low: float
    high: float
    logit_sd: float
    df: int
    groups: int


def estimate_total_error(
    by_wave: pd.DataFrame, *, method: str = "PM", alpha: float = 0.05, own_level: bool = False
) -> TotalErrorEstimate:
    """Return the standard deviation between surveys that sampling and rounding leave unexplained.

    Parameters
    ----------
    by_wave : DataFrame
        From `same_year_figures`, or any frame with its columns group, logit, sampling_variance, rounding_variance.
        Groups of one figure say nothing and are passed over.
    method : str, default "PM", a name of `crosswave.models.heterogeneity.ESTIMATORS`: "PM" is Paule and Mandel's
    alpha : float, default 0.05, error rate of the interval, in (0, 1)
    own_level : bool, default False
        Whether each survey (column survey_id) has a level of its own, shared by all its figures: what is left is the
        error of an answer inside its survey.

    Raises
    ------
    ValueError
        If no group has two figures, no degree of freedom is left, a number is not finite, a variance is negative or
        that of sampling 0, or the method has another name.

    Notes
    -----
    Model: logit_i = mean of its group + e_i, var(e_i) = s^2 + v_i, v_i = sampling + rounding variance, known; s is
    one for all groups. With weights 1 / (s^2 + v_i) and the weighted mean of each group, Q(s^2) = sum of weighted
    squares has expectation df = figures - groups. Paule and Mandel's method of moments solves Q(s^2) = df (0 where
    Q(0) is smaller); with equal v it is the pooled variance inside groups minus v. The interval is the Q profile:
    Q(s^2) between the quantiles of chi-square with df degrees of freedom, exact for normal errors. ``REML`` maximises
    the restricted likelihood of the same model and has the same interval.

    The model takes errors as independent. One survey often is in several groups and errs alike in them, so the
    interval is shorter than it should be: see `leave_one_out` by survey.

    References
    ----------
    Paule and Mandel (1982), doi:10.6028/jres.087.022; DerSimonian and Kacker (2007), doi:10.1016/j.cct.2006.04.004;
    Viechtbauer (2007), doi:10.1002/sim.2514; REML: Viechtbauer (2005), doi:10.3102/10769986030003261.

    Examples
    --------
    Two construct-years of logits (0, 1) and (2, 4), each with variance 0.25: (0.5 + 2) / 2 - 0.25 = 1.

    >>> import pandas as pd
    >>> frame = pd.DataFrame({"group": [*"aabb"], "logit": [0, 1, 2, 4], "sampling_variance": 0.2,
    ...                       "rounding_variance": 0.05})
    >>> e = estimate_total_error(frame)
    >>> round(e.logit_sd, 6), round(e.points, 4), e.df, e.groups
    (1.0, 25.0, 2, 2)
    """
    if method not in ESTIMATORS:
        raise ValueError(f"method must be one of {', '.join(ESTIMATORS)}; got {method!r}. Choose one of them.")
    effects, design = _grouped(by_wave, own_level=own_level)
    low, high = (POINTS_PER_LOGIT * math.sqrt(end) for end in q_profile(effects, design, float(checked_alpha(alpha))))
    sd, (figures, levels) = math.sqrt(ESTIMATORS[method](effects, design[None])[0]), design.shape
    groups = by_wave["group"][by_wave["group"].duplicated(keep=False)].nunique()
    return TotalErrorEstimate(POINTS_PER_LOGIT * sd, low, high, sd, figures - levels, groups)


def _grouped(by_wave: pd.DataFrame, *, own_level: bool) -> tuple[Effects, FloatArray]:
    """The figures of every group of two or more, with a column for each group and, if asked, for each survey."""
    among = by_wave[by_wave["group"].duplicated(keep=False)]
    if among.empty:
        raise ValueError(
            f"by_wave must have a group of two figures or more; got {len(by_wave)} figures, no two of one group. "
            "Nothing can be estimated without two surveys of one topic and year."
        )
    logit = checked("logit", among["logit"], "finite", np.isfinite, "Move a share of 0 or 1 inwards.")
    sampling, rounding = among["sampling_variance"], among["rounding_variance"]
    checked("sampling_variance", sampling, "positive and finite", lambda a: (a > 0) & np.isfinite(a), _ADVICE)
    checked("rounding_variance", rounding, "zero or more and finite", lambda a: (a >= 0) & np.isfinite(a), _ADVICE)
    design = _levels(among, own_level)  # and of it the columns that are no combination of those before them
    ranks = [np.linalg.matrix_rank(design[:, : k + 1]) for k in range(design.shape[1])]
    design = design[:, np.diff([0, *ranks]) > 0]
    if design.shape[0] == design.shape[1]:
        raise ValueError(
            f"by_wave must have more figures than levels to estimate; got {len(among)} figures and as many levels. "
            "Nothing is left over to estimate a variance from."
        )
    return Effects(logit, (sampling + rounding).to_numpy(dtype=np.float64)), design


def _levels(figures: pd.DataFrame, own_level: bool) -> FloatArray:
    """A column for each group and, if asked, for each survey: 1 at its figures."""
    found = (figures[name].factorize() for name in ("group", *["survey_id"] * own_level))
    return np.hstack([np.eye(len(levels))[codes] for codes, levels in found])


def leave_one_out(by_wave: pd.DataFrame, *, column: str = "construct_id", own_level: bool = False) -> pd.DataFrame:
    """Return the estimate without each construct in turn, or each survey, or each value of another column.

    Parameters
    ----------
    by_wave : DataFrame, from `same_year_figures`
    column : str, default "construct_id"
        What is left out, one value at a time: "survey_id" shows how far one survey carries the estimate, "finding_id"
        how far one figure does.
    own_level : bool, default False, as for `estimate_total_error`

    Returns
    -------
    DataFrame
        Columns left_out, points, low, high, df, groups, largest estimate first; without values of the column that
        leave nothing to estimate from.

    Raises
    ------
    ValueError
        If the column is not there, or as for `estimate_total_error`.
    """
    import pandas as pd

    if column not in by_wave:
        raise ValueError(f"column must be one of by_wave; got {column!r}, there are {list(by_wave)}. Choose one.")
    rest = {value: by_wave[by_wave[column] != value] for value in by_wave[column].unique()}
    found = {value: _estimate(left, own_level=own_level) for value, left in rest.items()}
    rows = [(value, e.points, e.low, e.high, e.df, e.groups) for value, e in found.items() if e]
    frame = pd.DataFrame(rows, columns=["left_out", "points", "low", "high", "df", "groups"])
    order = frame["points"].round(9).sort_values(ascending=False, kind="stable")  # ties may differ in their last digit
    return frame.loc[order.index].reset_index(drop=True)


def _estimate(by_wave: pd.DataFrame, *, own_level: bool, alpha: float = 0.05) -> TotalErrorEstimate | None:
    """The estimate, or None where there is nothing to estimate it from."""
    among = by_wave[by_wave["group"].duplicated(keep=False)]
    left = len(among) > 0 and len(among) > np.linalg.matrix_rank(_levels(among, own_level))
    return estimate_total_error(by_wave, alpha=alpha, own_level=own_level) if left else None


@dataclass(frozen=True, slots=True)
class Source:
    """What the total error of a tier is estimated from."""

    grades: frozenset[str]
    own_level: bool
    added: str | None = None
    no_less_than: str | None = None


SOURCES: Mapping[str, Source] = {
    "H": Source(COMPARABLE, own_level=True, added="A"),
    "B2": Source(BETWEEN_HOUSES, own_level=False),
    "B3": Source(COMPARABLE, own_level=False, no_less_than="B2"),
}
"""By tier: the grades of its figures, whether each survey has a level of its own, and the tiers that it leans on.

Between two surveys of one house the level of a survey cancels as far as the house causes it. How far its repeated
surveys differ all the same cannot be told from figures of one year; tier A declares it, so that it is added. Too few
figures are graded different for an estimate of their own: that of all figures is taken, no smaller than B2 and on no
more degrees of freedom."""


@dataclass(frozen=True, slots=True)
class Measurement:
    """The total error of one survey under one tier, as a registry's own figures measure it."""

    figures: pd.DataFrame
    estimate: TotalErrorEstimate
    by_construct: pd.DataFrame
    by_survey: pd.DataFrame
    by_figure: pd.DataFrame


def measure_total_error(
    registry: Registry, reconstructions: Reconstructions, *, alpha: float
) -> dict[str, Measurement]:
    """The total error by tier, measured on figures of one year, and what each part of the evidence does to it."""

    def make() -> dict[str, Measurement]:
        found = {}
        for tier, source in SOURCES.items():
            figures, own = _figures(registry, reconstructions, source.grades), source.own_level
            if estimate := _estimate(figures, own_level=own, alpha=alpha):
                parts = ("construct_id", "survey_id", "finding_id")
                without = (leave_one_out(figures, column=part, own_level=own) for part in parts)
                found[tier] = Measurement(figures, estimate, *without)
        return found

    return deepcopy(remembered(make, "total error measured", registry.content, repr(alpha)))


def registry_estimates(
    registry: Registry, reconstructions: Reconstructions | None = None
) -> dict[str, TotalErrorEstimate]:
    """Return, by tier, the total error estimated from a registry; tiers without figures to estimate from are left out.

    Notes
    -----
    Computed once for each content of surveys, constructs, phrases and plan.
    """

    def make() -> dict[str, TotalErrorEstimate]:
        found = {
            tier: _estimate(_figures(registry, reconstructions or {}, source.grades), own_level=source.own_level)
            for tier, source in SOURCES.items()
        }
        return {tier: one for tier, one in found.items() if one}

    return remembered(make, "total error", registry.content)


def with_estimated_error(registry: Registry, reconstructions: Reconstructions | None = None) -> Registry:
    """Return a registry whose plan has a number where a total error is to be estimated.

    Parameters
    ----------
    registry : Registry, as loaded
    reconstructions : mapping of str to Reconstruction, optional, as for `registry_estimates`

    Notes
    -----
    The estimate is rounded to a tenth of a point, so that what a page shows is what was used. A tier that nothing can
    be estimated for takes the error of the next tier that has one, which is larger by its meaning; a registry without
    two comparable figures of one year stays as it is, and a comparison that needs such a tier says so. A tier that
    has a number keeps it.
    """
    tiers = registry.plan.total_error
    if all(tier.points != "estimated" for tier in tiers.values()):
        return registry
    found = registry_estimates(registry, reconstructions)
    if not found:
        return registry
    resolved = {name: _resolved(name, tier, registry.plan, found) for name, tier in tiers.items()}
    return replace(registry, plan=registry.plan.model_copy(update={"total_error": resolved}))


def _resolved(name: str, tier: ErrorTier, plan: Plan, found: Mapping[str, TotalErrorEstimate]) -> ErrorTier:
    order = list(SOURCES)
    used = next((one for one in order[order.index(name) :] if one in found), None) if name in order else None
    if tier.points != "estimated" or used is None:
        return tier
    source, own = SOURCES[used], found[used]
    added = plan.total_error[source.added].number if source.added else 0.0  # type: ignore[index]
    below = found.get(source.no_less_than or used, own)
    points, df = math.hypot(max(own.points, below.points), added), min(own.df, below.df)
    return tier.model_copy(update={"points": round(points, 1), "df": float(df)})


def _figures(registry: Registry, known: Reconstructions, grades: Collection[str]) -> pd.DataFrame:
    from crosswave.reconstruct import reconstruct  # the solver and pandas: not where the estimate is known
    from crosswave.trend.same_year import same_year_figures, same_year_surveys

    needed = sorted(same_year_surveys(registry))
    made = {name: known[name] if name in known else reconstruct(registry.survey(name), registry) for name in needed}
    return same_year_figures(registry, made, grades)
