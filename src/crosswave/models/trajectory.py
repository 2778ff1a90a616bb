"""Lines through the waves of one construct: which models apply, why others do not, and what they say."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import reduce

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import expit

from crosswave.arguments import FloatArray, checked, checked_alpha
from crosswave.models.count_models import (
    LikelihoodFit,
    LinearTrend,
    beta_binomial,
    binomial_normal,
    cochran_armitage,
    counts_by_design,
)  # fmt: skip
from crosswave.models.heterogeneity import Prediction, RandomEffects, checked_counts, logit_effects, predict
from crosswave.models.meta_regression import (
    Dates,
    SlopeRange,
    Term,
    date_design,
    dates_between,
    identified_terms,
    meta_regression,
    slope_is_identified,
    slope_over_dates,
)  # fmt: skip

COLUMNS = (
    "wave", "count_low", "base_low", "count_high", "base_high", "date_low", "date_high", "house", "series", "wording",
    "question_changed",
)  # fmt: skip
"""Columns of the table of waves: see `crosswave.models.wave_series.wave_table`."""

FEWEST_FOR_TREND = 3
FEWEST_FOR_LINE = 5
_NUMBERS = ("no survey", "one survey", "two surveys", "three surveys", "four surveys")
_NEXT_AFTER = 1.0
LOGITS_PER_POINT = 0.04


@dataclass(frozen=True, slots=True)
class Line:
    """The slope of one model: logit per year, with interval and two-sided p of "no slope".

    At the model's share p of the mean wave it is a change of the share per year, slope times p (1 - p); `average` is
    that over the fitted shares of the waves; `spread` is left between surveys: the variance of logits, or for the
    beta-binomial the correlation.
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
class Trajectory:
    """What may be said of the waves of one construct: results of models, and why a model of `MODELS` does not apply.

    The Cochran-Armitage test is at the middle counts and dates, `trend_p` its least and greatest p over the extreme
    counts. The line to report is "meta-regression" (restricted likelihood, ad hoc Knapp-Hartung), `regression` in full;
    "adjusted" is the same with every identified term. Ranges of that line are over all dates, over the extreme counts,
    and over both; the prediction is for the date of the next survey, in decimal years.
    """

    waves: tuple[str, ...]
    refusals: Mapping[str, str]
    linear_trend: LinearTrend | None = None
    trend_p: tuple[float, float] | None = None
    lines: Mapping[str, Line] = field(default_factory=dict)
    regression: RandomEffects | None = None
    terms: tuple[Term, ...] = ()
    over_dates: SlopeRange | None = None
    over_counts: SlopeRange | None = None
    over_both: SlopeRange | None = None
    next_date: float | None = None
    prediction: Prediction | None = None


def trajectory(
    table: pd.DataFrame, *, alpha: float = 0.05, design_effect: float = 1.0, total_error: float = 0.0
) -> Trajectory:
    """Return what may be said of the waves of one construct: tests, lines and a prediction where they apply.

    Parameters
    ----------
    table : DataFrame
        One row per wave, with the columns `COLUMNS`: count_low of base_low is the lowest share that can have been
        printed, count_high of base_high the highest; dates in decimal years; house and series str or missing; wording
        a grade; question_changed true for the first wave of a new form of the question. Every pair of waves must be
        comparable (`crosswave.models.wave_series.comparable_waves`).
    alpha : float, error rate in (0, 1)
    design_effect : float, at least 1; bases are divided by it
    total_error : float
        Points at 50 %: the standard deviation of one wave's error that n does not show. It enters the Cochran-Armitage
        test alone; the other models estimate it from the waves.

    Raises
    ------
    ValueError
        If a column is missing, a number is out of range, or two rows are one wave.

    Notes
    -----
    Cochran-Armitage: three waves or more of one instrument (one recorded series, one house, an unchanged question).
    Lines: five waves or more whose dates tell them apart. Ranges are over the middle counts, halfway between the
    extremes, and four corners: all lowest, all highest, and both tilts. The next survey is a year after the last.
    """
    checked("total_error", total_error, "points, 0 or more", lambda a: (a >= 0) & np.isfinite(a), "Pass 0 for none.")
    case = _checked_table(table, float(checked_alpha(alpha)), design_effect)
    waves = tuple(case.rows["wave"])
    refusals = {model: reason for model, rule in MODELS.items() if (reason := rule(case))}
    test = None if "cochran-armitage" in refusals else one_instrument(case, (total_error * LOGITS_PER_POINT) ** 2)
    trend, trend_p = test or (None, None)
    if "meta-regression" in refusals:
        return Trajectory(waves, refusals, trend, trend_p)
    line, regression = regression_line(case)
    terms = identified_terms(case.rows)
    lines, more = _other_lines(case, terms)
    moment = float(case.dates.high.max()) + _NEXT_AFTER
    return Trajectory(
        waves, refusals | more, trend, trend_p, {"meta-regression": line, **lines}, regression, terms, *ranges(case),
        moment, predict(regression, [1.0, moment - case.dates.centre]),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class WaveTable:
    """A checked table of waves in order of their dates, with the error rate and design effect of the analysis."""

    rows: pd.DataFrame
    dates: Dates
    alpha: float
    design_effect: float

    def samples(self) -> dict[str, tuple[FloatArray, FloatArray]]:
        """Return counts and bases, over the design effect, at the middle and at four corners of what print allows.

        The corners are all shares lowest, all highest, and both tilts: lowest before the mean date and highest after
        it, and the reverse. A slope rises with the share of every late wave and falls with that of every early one.
        """
        early = self.dates.middle < self.dates.centre
        low, high = self._with_high(early & ~early), self._with_high(early | ~early)
        middle = ((low[0] + high[0]) / 2, (low[1] + high[1]) / 2)
        tilts = {"lows early": self._with_high(~early), "lows late": self._with_high(early)}
        return {"middle": middle, "all low": low, "all high": high, **tilts}

    def _with_high(self, high: npt.NDArray[np.bool_]) -> tuple[FloatArray, FloatArray]:
        ends = ((self.rows[f"{name}_high"], self.rows[f"{name}_low"]) for name in ("count", "base"))
        count, base = (np.where(high, *end) / self.design_effect for end in ends)
        return count, base


def _checked_table(table: pd.DataFrame, alpha: float, design_effect: float) -> WaveTable:
    if missing := [name for name in COLUMNS if name not in table]:
        raise ValueError(f"table must have the columns {', '.join(COLUMNS)}; {', '.join(missing)} missing. Add them.")
    if twice := table["wave"][table["wave"].duplicated()].tolist():
        raise ValueError(f"table must have one row per wave; got {twice[0]!r} twice. Keep one of its figures.")
    checked("design_effect", design_effect, "1 or more and finite", lambda a: (a >= 1) & np.isfinite(a), "Pass 1.")
    rows = table.iloc[((table["date_low"] + table["date_high"]) / 2).argsort(kind="stable")].reset_index(drop=True)
    for end in ("low", "high"):
        checked_counts(rows[f"count_{end}"], rows[f"base_{end}"])
    return WaveTable(rows, dates_between(rows["date_low"], rows["date_high"]), alpha, design_effect)


def regression_line(case: WaveTable, others: FloatArray | None = None) -> tuple[Line, RandomEffects]:
    """Return the meta-regression of the middle counts on the middle dates and other columns, as a line and in full."""
    fit = meta_regression(logit_effects(*case.samples()["middle"]), case.dates, others, alpha=case.alpha)
    return _line(fit, date_design(case.dates.middle, case.dates.centre, others), fit.tau2), fit


COUNT_MODELS: Mapping[str, Callable[..., LikelihoodFit]] = {
    "binomial-normal": binomial_normal,
    "beta-binomial": beta_binomial,
}


def _other_lines(case: WaveTable, terms: tuple[Term, ...]) -> tuple[dict[str, Line], dict[str, str]]:
    """Lines of the models of counts (middle counts and dates, Student's t) and of all terms; why some have none."""
    lines: dict[str, Line] = {}
    refusals: dict[str, str] = {}
    design = date_design(case.dates.middle, case.dates.centre)
    for model, fitted in COUNT_MODELS.items():
        try:
            fit = fitted(counts_by_design(*case.samples()["middle"], design), law="t", alpha=case.alpha)
            lines[model] = _line(fit, design, fit.dispersion)
        except ValueError as fault:
            refusals[model] = str(fault)
    if any(term.identified for term in terms):
        lines["adjusted"] = regression_line(case, np.column_stack([term.columns for term in terms]))[0]
    else:
        refusals["adjusted"] = "not identified: " + "; ".join(f"{term.name}: {term.reason}" for term in terms)
    return lines, refusals


def _line(fit: RandomEffects | LikelihoodFit, design: FloatArray, spread: float) -> Line:
    fitted = expit(design @ fit.coefficients)
    mean = float(expit(design.mean(axis=0) @ fit.coefficients))
    slope, low, high, p = (float(part[1]) for part in (fit.coefficients, fit.low, fit.high, fit.p_values))
    steepness = mean * (1 - mean)
    average = slope * float((fitted * (1 - fitted)).mean())
    return Line(slope, low, high, p, slope * steepness, low * steepness, high * steepness, average, spread)


def ranges(case: WaveTable) -> tuple[SlopeRange, SlopeRange, SlopeRange]:
    """Return the range of the slope over dates at the middle counts, over counts at the middle dates, and over both."""
    effects = {name: logit_effects(*sample) for name, sample in case.samples().items()}
    known = Dates(case.dates.middle, case.dates.middle)
    over_dates = {name: slope_over_dates(part, case.dates, alpha=case.alpha) for name, part in effects.items()}
    over_counts = [slope_over_dates(part, known, alpha=case.alpha) for part in effects.values()]
    return over_dates["middle"], reduce(SlopeRange.joined, over_counts), reduce(SlopeRange.joined, over_dates.values())


def one_instrument(case: WaveTable, error_variance: float) -> tuple[LinearTrend, tuple[float, float]]:
    """Return the Cochran-Armitage test of the middle counts, and its least and greatest p over the extreme counts.

    A total error with variance e (logit scale) makes the base n worth n / (1 + n p (1 - p) e), p the pooled share.
    """

    def test(counts: FloatArray, bases: FloatArray) -> LinearTrend:
        pooled = counts.sum() / bases.sum()
        worth = 1 / (1 + bases * pooled * (1 - pooled) * error_variance)
        return cochran_armitage((counts * worth).tolist(), (bases * worth).tolist(), case.dates.middle.tolist())

    tests = {name: test(*sample) for name, sample in case.samples().items()}
    p_values, signs = [one.p_value for one in tests.values()], {one.z > 0 for one in tests.values()}
    return tests["middle"], (min(p_values), 1.0 if len(signs) > 1 else max(p_values))


def _no_line(case: WaveTable) -> str | None:
    k = len(case.rows)
    if k < FEWEST_FOR_LINE:
        return (
            f"{_NUMBERS[k]}: a line needs five, because through fewer at most two degrees of freedom are left "
            "to tell a trend from differences between surveys"
        )
    if not slope_is_identified(case.dates):
        return "the dates do not tell the surveys apart: all of them may have been in the field at once"
    return None


def _no_trend(case: WaveTable) -> str | None:
    if len(case.rows) < FEWEST_FOR_TREND:
        return f"{_NUMBERS[len(case.rows)]}: a trend within one instrument needs three"
    for column in ("series", "house"):
        if len(set(case.rows[column])) > 1 or case.rows[column].isna().any():
            return f"the surveys are not one instrument: they have no single recorded {column}"
    if case.rows["question_changed"].any():
        return "the surveys are not one instrument: the question changed"
    if np.ptp(case.dates.middle) == 0:
        return "the dates do not tell the surveys apart: they have one middle"
    shares = [counts.sum() / bases.sum() for counts, bases in case.samples().values()]
    return None if 0 < min(shares) <= max(shares) < 1 else "counts are possible in which everyone or nobody said yes"


MODELS: Mapping[str, Callable[[WaveTable], str | None]] = {
    "cochran-armitage": _no_trend,
    **dict.fromkeys(("meta-regression", *COUNT_MODELS, "adjusted"), _no_line),
}
"""Model: the rule that says why it does not apply, looking at no share's difference from another."""
