"""Three and more waves of one construct: which models apply, why others do not, and what they say of a line."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from crosswave.arguments import checked
from crosswave.models.linear_trend import LinearTrend
from crosswave.models.meta_regression import slope_is_identified
from crosswave.models.models import Line, WaveTable, checked_table, count_line, one_instrument, ranges, regression_line
from crosswave.models.pooling import Prediction, RandomEffects, predict
from crosswave.models.slope_range import SlopeRange
from crosswave.models.terms import Term, identified_terms

FEWEST_FOR_TREND = 3
FEWEST_FOR_LINE = 5
_NUMBERS = ("no wave", "one wave", "two waves", "three waves", "four waves")
_NEXT_AFTER = 1.0
_LOGITS_PER_POINT = 0.04


@dataclass(frozen=True, slots=True)
class Trajectory:
    """What may be said of the waves of one construct.

    Attributes
    ----------
    refusals : mapping of str to str
        Model: why it does not apply. A model of `MODELS` that is not here has its result below.
    linear_trend : LinearTrend or None
        Cochran-Armitage at the middle counts and dates.
    trend_p : tuple of float or None
        Its least and greatest p over the extreme counts.
    lines : mapping of str to Line
        "meta-regression" (restricted likelihood, ad hoc Knapp-Hartung: the one to report), "binomial-normal",
        "beta-binomial", and "adjusted": the first with every term that is identified.
    regression : RandomEffects or None
        The meta-regression behind the first line, with tau2 and its Q-profile interval.
    terms : tuple of Term
        Break, house and wording terms, identified or not; empty where no line is fitted.
    over_dates, over_counts, over_both : SlopeRange or None
        The range of the first line over all dates, over the extreme counts, and over both.
    next_date : float or None
        Date of the next survey, in decimal years.
    prediction : Prediction or None
        Share of the average and of the next survey then.
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
    table: pd.DataFrame,
    *,
    alpha: float = 0.05,
    design_effect: float = 1.0,
    total_error: float = 0.0,
    next_date: float | None = None,
) -> Trajectory:
    """Return what may be said of the waves of one construct: tests, lines and a prediction where they apply.

    Parameters
    ----------
    table : DataFrame
        One row per wave, with the columns `crosswave.models.models.COLUMNS`: count_low of base_low is the lowest share
        that can have been printed, count_high of base_high the highest; dates in decimal years; house and series str
        or missing; wording a grade; question_changed true for the first wave of a new form of the question. Every pair
        of waves must have passed the gate (`crosswave.models.wave_table.comparable_waves`).
    alpha : float
        Error rate in (0, 1).
    design_effect : float
        At least 1; bases are divided by it.
    total_error : float
        Points at 50 %: the standard deviation of one wave's error that n does not show. It enters the Cochran-Armitage
        test alone; the other models estimate it from the waves.
    next_date : float, optional
        Date of the next survey in decimal years; a year after the latest date when absent.

    Raises
    ------
    ValueError
        If a column is missing, a number is out of range, or two rows are one wave.

    Notes
    -----
    Cochran-Armitage: three waves or more of one instrument (one recorded series, one house, an unchanged question).
    Lines: five waves or more whose dates tell them apart. Ranges are over the middle counts, halfway between the
    extremes, and four corners: all lowest, all highest, and both tilts.
    """
    checked("total_error", total_error, "points, 0 or more", lambda a: (a >= 0) & np.isfinite(a), "Pass 0 for none.")
    case = checked_table(table, alpha=alpha, design_effect=design_effect)
    waves = tuple(case.rows["wave"])
    refusals = {model: reason for model, rule in MODELS.items() if (reason := rule(case))}
    test = None if "cochran-armitage" in refusals else one_instrument(case, (total_error * _LOGITS_PER_POINT) ** 2)
    trend, trend_p = test or (None, None)
    if "meta-regression" in refusals:
        return Trajectory(waves, refusals, trend, trend_p)
    line, regression = regression_line(case, case.no_terms)
    terms = identified_terms(case.rows)
    lines, more = _other_lines(case, terms)
    moment = float(case.dates.high.max()) + _NEXT_AFTER if next_date is None else next_date
    return Trajectory(
        waves, refusals | more, trend, trend_p, {"meta-regression": line, **lines}, regression, terms, *ranges(case),
        moment, predict(regression, [1.0, moment - case.dates.centre]),
    )  # fmt: skip


def _other_lines(case: WaveTable, terms: tuple[Term, ...]) -> tuple[dict[str, Line], dict[str, str]]:
    """Lines of the other models, and why some have none."""
    lines: dict[str, Line] = {}
    refusals: dict[str, str] = {}
    for model in ("binomial-normal", "beta-binomial"):
        try:
            lines[model] = count_line(case, model)
        except ValueError as fault:
            refusals[model] = str(fault)
    if any(term.identified for term in terms):
        lines["adjusted"] = regression_line(case, np.column_stack([term.columns for term in terms]))[0]
    else:
        refusals["adjusted"] = "not identified: " + "; ".join(f"{term.name}: {term.reason}" for term in terms)
    return lines, refusals


def _no_line(case: WaveTable) -> str | None:
    k = len(case.rows)
    if k < FEWEST_FOR_LINE:
        return (
            f"{_NUMBERS[k]}: chart and pairwise contrasts only, because a line through fewer than five waves leaves at "
            "most two degrees of freedom to tell a trend from differences between surveys"
        )
    if not slope_is_identified(case.dates, case.no_terms):
        return "the dates do not tell the waves apart: all of them may have been in the field at once"
    return None


def _no_trend(case: WaveTable) -> str | None:
    if len(case.rows) < FEWEST_FOR_TREND:
        return f"{_NUMBERS[len(case.rows)]}: a trend within one instrument needs three"
    for column in ("series", "house"):
        if len(set(case.rows[column])) > 1 or case.rows[column].isna().any():
            return f"the waves are not one instrument: they have no single recorded {column}"
    if case.rows["question_changed"].any():
        return "the waves are not one instrument: the question changed"
    if np.ptp(case.dates.middle) == 0:
        return "the dates do not tell the waves apart: they have one middle"
    return _nothing_varies(case)


def _nothing_varies(case: WaveTable) -> str | None:
    shares = [counts.sum() / bases.sum() for counts, bases in case.samples().values()]
    return None if 0 < min(shares) <= max(shares) < 1 else "counts are possible in which everyone or nobody said yes"


MODELS: Mapping[str, Callable[[WaveTable], str | None]] = {
    "cochran-armitage": _no_trend,
    "meta-regression": _no_line,
    "binomial-normal": _no_line,
    "beta-binomial": _no_line,
    "adjusted": _no_line,
}
"""Model: the rule that says why it does not apply, looking at no share's difference from another."""
