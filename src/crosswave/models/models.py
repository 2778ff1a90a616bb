"""Lines through the waves of one construct: one table, several models, every extreme of counts and dates."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import reduce

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import expit

from crosswave.arguments import FloatArray, checked, checked_alpha
from crosswave.models.beta_binomial import beta_binomial
from crosswave.models.glmm import LikelihoodFit, binomial_normal, counts_on
from crosswave.models.heterogeneity import logit_effects
from crosswave.models.linear_trend import LinearTrend, cochran_armitage
from crosswave.models.meta_regression import (
    Dates,
    date_design,
    dates_between,
    meta_regression,
)
from crosswave.models.pooling import RandomEffects
from crosswave.models.slope_range import SlopeRange, slope_over_dates

COLUMNS = (
    "wave", "count_low", "base_low", "count_high", "base_high", "date_low", "date_high", "house", "series", "wording",
    "question_changed",
)  # fmt: skip
"""Columns of the table of waves: see `crosswave.models.wave_table.wave_table`."""

Sample = tuple[FloatArray, FloatArray]


@dataclass(frozen=True, slots=True)
class Line:
    """The slope of one model.

    Attributes
    ----------
    slope, low, high, p_value : float
        Logit per year, with interval and two-sided p of "no slope".
    at_mean, at_mean_low, at_mean_high : float
        Change of the share per year, in [-1, 1], at the model's share of the mean wave: slope times p (1 - p).
    average : float
        The same, averaged over the fitted shares of the waves.
    spread : float
        What is left between surveys: the variance of logits, or for the beta-binomial the correlation.
    """

    slope: float
    low: float
    high: float
    p_value: float
    at_mean: float
    at_mean_low: float
    at_mean_high: float
    average: float
    spread: float


@dataclass(frozen=True, slots=True)
class WaveTable:
    """A checked table of waves in order of their dates, with the error rate and design effect of the analysis."""

    rows: pd.DataFrame
    dates: Dates
    alpha: float
    design_effect: float

    @property
    def no_terms(self) -> FloatArray:
        """No column beside constant and date."""
        return np.empty((len(self.rows), 0))

    def samples(self) -> dict[str, Sample]:
        """Return counts and bases, over the design effect, at the middle and at four corners of what print allows.

        The corners are all shares lowest, all highest, and both tilts: lowest before the mean date and highest after
        it, and the reverse. A slope rises with the share of every late wave and falls with that of every early one.
        """
        early = self.dates.middle < self.dates.centre
        nobody = np.zeros_like(early)
        low, high = self._with_high(nobody), self._with_high(~nobody)
        middle = ((low[0] + high[0]) / 2, (low[1] + high[1]) / 2)
        tilts = {"lows early": self._with_high(~early), "lows late": self._with_high(early)}
        return {"middle": middle, "all low": low, "all high": high, **tilts}

    def _with_high(self, high: npt.NDArray[np.bool_]) -> Sample:
        count, base = (
            np.where(high, self.rows[f"{name}_high"], self.rows[f"{name}_low"]) for name in ("count", "base")
        )
        return count / self.design_effect, base / self.design_effect


def checked_table(table: pd.DataFrame, *, alpha: float, design_effect: float) -> WaveTable:
    """Return a table of waves in order of their dates, checked.

    Raises
    ------
    ValueError
        If a column is missing, a number is out of range, or two rows are one wave.
    """
    if missing := [name for name in COLUMNS if name not in table]:
        raise ValueError(f"table must have the columns {', '.join(COLUMNS)}; {', '.join(missing)} missing. Add them.")
    if twice := table["wave"][table["wave"].duplicated()].tolist():
        raise ValueError(f"table must have one row per wave; got {twice[0]!r} twice. Keep one of its figures.")
    checked("design_effect", design_effect, "1 or more and finite", lambda a: (a >= 1) & np.isfinite(a), "Pass 1.")
    order = ((table["date_low"] + table["date_high"]) / 2).argsort(kind="stable")
    rows = table.iloc[order].reset_index(drop=True)
    dates = dates_between(rows["date_low"], rows["date_high"])
    for end in ("low", "high"):
        logit_effects(rows[f"count_{end}"], rows[f"base_{end}"])
    return WaveTable(rows, dates, float(checked_alpha(alpha)), design_effect)


def regression_line(case: WaveTable, others: FloatArray) -> tuple[Line, RandomEffects]:
    """Return the meta-regression of the middle counts on the middle dates and other columns, as a line and in full.

    Parameters
    ----------
    case : WaveTable
        Five waves or more.
    others : array of float, shape (k, q)
        Columns beside constant and date; q may be 0.
    """
    fit = meta_regression(logit_effects(*case.samples()["middle"]), case.dates, others, alpha=case.alpha)
    return _line(fit, date_design(case.dates.middle, case.dates.centre, others), fit.tau2), fit


_COUNT_MODELS: Mapping[str, Callable[..., LikelihoodFit]] = {
    "binomial-normal": binomial_normal,
    "beta-binomial": beta_binomial,
}


def count_line(case: WaveTable, model: str) -> Line:
    """Return the line of a model of counts at the middle counts and dates, with Student's t on k - 2.

    Parameters
    ----------
    case : WaveTable
        Five waves or more.
    model : {"binomial-normal", "beta-binomial"}
        Which.

    Raises
    ------
    ValueError
        If its likelihood has no maximum that can be found.
    """
    design = date_design(case.dates.middle, case.dates.centre, case.no_terms)
    fit = _COUNT_MODELS[model](counts_on(*case.samples()["middle"], design), law="t", alpha=case.alpha)
    return _line(fit, design, fit.dispersion)


def _line(fit: RandomEffects | LikelihoodFit, design: FloatArray, spread: float) -> Line:
    fitted = expit(design @ fit.coefficients)
    mean = float(expit(design.mean(axis=0) @ fit.coefficients))
    slope, low, high, p = (float(part[1]) for part in (fit.coefficients, fit.low, fit.high, fit.p_values))
    steepness = mean * (1 - mean)
    average = slope * float((fitted * (1 - fitted)).mean())
    return Line(slope, low, high, p, slope * steepness, low * steepness, high * steepness, average, spread)


def ranges(case: WaveTable) -> tuple[SlopeRange, SlopeRange, SlopeRange]:
    """Return the range of the meta-regression's slope over dates, over counts, and over both.

    Parameters
    ----------
    case : WaveTable
        Five waves or more, whose dates tell them apart.

    Notes
    -----
    Over dates at the middle counts; over the five samples of `WaveTable.samples` at the middle dates; over the dates at
    each of the five. Each range encloses the estimate at the middle.
    """
    effects = {name: logit_effects(*sample) for name, sample in case.samples().items()}
    fixed = Dates(case.dates.middle, case.dates.middle)
    over_dates = {
        name: slope_over_dates(part, case.dates, case.no_terms, alpha=case.alpha) for name, part in effects.items()
    }
    over_counts = [slope_over_dates(part, fixed, case.no_terms, alpha=case.alpha) for part in effects.values()]
    return over_dates["middle"], reduce(SlopeRange.joined, over_counts), reduce(SlopeRange.joined, over_dates.values())


def one_instrument(case: WaveTable, error_variance: float) -> tuple[LinearTrend, tuple[float, float]]:
    """Return the Cochran-Armitage test of the middle counts, and its least and greatest p over the extreme counts.

    Parameters
    ----------
    case : WaveTable
        Three waves or more of one instrument.
    error_variance : float
        Of one wave's total error on the logit scale; 0 for sampling error alone.

    Notes
    -----
    Dates stand at their middles. A total error with variance e (logit scale) makes the base n worth
    n / (1 + n p (1 - p) e), p the pooled share.
    """
    tests = {name: _trend(sample, case.dates.middle, error_variance) for name, sample in case.samples().items()}
    p_values = [test.p_value for test in tests.values()]
    signs = {bool(test.z > 0) for test in tests.values()}
    return tests["middle"], (min(p_values), 1.0 if len(signs) > 1 else max(p_values))


def _trend(sample: Sample, moments: FloatArray, error_variance: float) -> LinearTrend:
    counts, bases = sample
    pooled = counts.sum() / bases.sum()
    worth = 1 / (1 + bases * pooled * (1 - pooled) * error_variance)
    return cochran_armitage((counts * worth).tolist(), (bases * worth).tolist(), moments.tolist())
