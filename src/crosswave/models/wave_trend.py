"""A trend over several waves of one instrument: on the counts alone, and with the error of surveys beyond sampling."""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import chdtrc, ndtri

from crosswave.arguments import FloatArray, checked, checked_alpha
from crosswave.difference.arms import arms_of
from crosswave.difference.newcombe import limits_of, two_sided_p
from crosswave.difference.total_error import pair_error
from crosswave.models.heterogeneity import checked_counts, logit_effects, weighted_fits
from crosswave.trend.multiplicity import holm

FEWEST_FOR_TREND = 3
LOGITS_PER_POINT = 0.04
_FEWEST_SPLIT = 2


@dataclass(frozen=True, slots=True)
class _Counts:
    """Counts of k waves on a constant and years."""

    yes: FloatArray
    bases: FloatArray
    design: FloatArray


@dataclass(frozen=True, slots=True)
class TrendTest:
    """A line on the logit scale through k waves, and what it leaves.

    Attributes
    ----------
    slope, low, high : float
        Logits per year, with the interval.
    trend, trend_p : float
        Chi-square on one degree of freedom of a line against a constant, and its p.
    departure, departure_p : float
        Chi-square on `departure_df` = k - 2 of a level for each wave against a line, and its p.
    """

    slope: float
    low: float
    high: float
    trend: float
    trend_p: float
    departure: float
    departure_df: int
    departure_p: float


@dataclass(frozen=True, slots=True)
class Contrast:
    """The difference of two waves, later minus earlier share, with interval, p and Holm's p among the contrasts."""

    first_year: float
    last_year: float
    difference: float
    low: float
    high: float
    p_value: float
    p_adjusted: float


@dataclass(frozen=True, slots=True)
class WaveTrend:
    """What several waves of one instrument say of a trend.

    Attributes
    ----------
    counts, with_error : TrendTest
        By the binomial likelihood of the counts, as if nothing but sampling erred; with the total error of each wave.
    contrasts : tuple of Contrast
        First wave to the last before the pandemic, and that to the last wave, as far as there are two waves to each.
    """

    counts: TrendTest
    with_error: TrendTest
    contrasts: tuple[Contrast, ...]


def trend_over_waves(
    yes: npt.ArrayLike,
    n: npt.ArrayLike,
    years: npt.ArrayLike,
    *,
    total_error: float = 0.0,
    alpha: float = 0.05,
    pandemic: float = 2020.0,
) -> WaveTrend:
    """Return the trend over three waves or more of one instrument, its departure from a line, and two contrasts.

    Parameters
    ----------
    yes, n : array_like of float, shape (k,), k at least 3
        "Yes" answers and bases, ``0 <= yes <= n``, n positive; divided by a design effect, if any.
    years : array_like of float, shape (k,)
        When each wave was in the field, rising.
    total_error : float
        Standard deviation beyond sampling of one wave, points at 50 %, 0 or more.
    alpha : float
        Error rate of the intervals, in (0, 1).
    pandemic : float
        Waves of earlier years were asked before it.

    Raises
    ------
    ValueError
        If lengths differ, a number is outside its range, years do not rise, or fewer than two waves hold yes and no.

    Notes
    -----
    `counts`: a logistic regression of the counts. Trend is the deviance of a constant less that of a line, departure
    the deviance of the line, which is its likelihood ratio against a level for each wave.
    `with_error`: weighted least squares of the logits, each with variance ``1/x + 1/(n - x) + s^2``, where s is 0.04
    logits a point; trend and departure are weighted sums of squares, and s is known, so that no degrees of freedom are
    spent on it. Without error it differs from `counts` by the normal law in place of the binomial.
    With 300,000 answers a wave has a standard error of 0.09 points, so every trend and every departure is significant
    by the counts alone: they answer whether chance among so many answers made the figures, which nobody doubts. What
    else moves a figure between two waves (who answers, when, in which mode, after which question) does not shrink with
    n, and one degree of freedom more cannot tell it from a change. Read `with_error`.
    The contrasts were declared before any figure was seen: they are `limits_of` with the total error at the middle of
    the two shares, and Holm's procedure over them needs no independence, which they lack, having a wave in common.

    References
    ----------
    McCullagh and Nelder (1989), doi:10.1007/978-1-4899-3242-6, chapter 4; error beyond the binomial: Williams (1982),
    doi:10.2307/2347977; Holm (1979), https://www.jstor.org/stable/4615733.

    Examples
    --------
    A point in three years among 300,000: beyond doubt by the counts, nothing beside an error of 1.5 points.

    >>> yes, n, years = [180_000, 181_500, 183_000, 183_000], [300_000] * 4, [2017, 2018, 2019, 2020]
    >>> found = trend_over_waves(yes, n, years, total_error=1.5)
    >>> [f"{test.trend_p:.4f} {test.departure_p:.4f}" for test in (found.counts, found.with_error)]
    ['0.0000 0.0092', '0.5858 0.9820']
    >>> [f"{one.difference:.3f} {one.low:.3f} {one.high:.3f}" for one in found.contrasts]
    ['0.010 -0.030 0.050', '0.000 -0.040 0.040']
    """
    when = checked("years", years, "finite", np.isfinite, "Leave out undated waves.")
    if when.ndim != 1 or len(when) < FEWEST_FOR_TREND or (np.diff(when) <= 0).any():
        got = f"got {when.tolist()}. Pass each wave once, in order."
        raise ValueError(f"years must rise over {FEWEST_FOR_TREND} waves or more; {got}")
    rule = "points, 0 or more"
    error = float(checked("total_error", total_error, rule, lambda a: (a >= 0) & np.isfinite(a), "Pass 0 for none."))
    level = checked_alpha(alpha)
    z = float(-ndtri(level / 2))
    data = _Counts(*checked_counts(yes, n), np.column_stack([np.ones_like(when), when - when.mean()]))
    if ((data.yes > 0) & (data.yes < data.bases)).sum() < _FEWEST_SPLIT:
        raise ValueError(
            f"yes must be some and not all of n in two waves or more, else a slope may be without end; "
            f"got {data.yes.tolist()} of {data.bases.tolist()}. Compare two waves instead."
        )
    by_error = _by_least_squares(data, error * LOGITS_PER_POINT, z)
    return WaveTrend(_by_likelihood(data, z), by_error, _contrasts(data, when, error, level, pandemic))


def _by_likelihood(data: _Counts, z: float) -> TrendTest:
    import statsmodels.api as sm  # takes a second to import
    from statsmodels.tools.sm_exceptions import PerfectSeparationWarning

    cells = np.column_stack([data.yes, data.bases - data.yes])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", PerfectSeparationWarning)  # it is also given for waves that lie on the line
        flat, line = (sm.GLM(cells, x, family=sm.families.Binomial()).fit() for x in (data.design[:, :1], data.design))
    return _trend_test(line.params[1], line.bse[1], flat.deviance, line.deviance, len(cells) - 2, z)


def _by_least_squares(data: _Counts, error: float, z: float) -> TrendTest:
    effects, spread = logit_effects(data.yes, data.bases), np.array([error**2])
    flat, line = (weighted_fits(spread, effects, design[None]) for design in (data.design[:, :1], data.design))
    slope, se = line.coefficients[0, 1], np.sqrt(line.inverse[0, 1, 1])
    return _trend_test(slope, se, flat.q[0], line.q[0], len(data.yes) - 2, z)


def _trend_test(slope: float, se: float, flat: float, line: float, df: int, z: float) -> TrendTest:
    """From a slope with its standard error, and what a constant and a line leave, as chi-squares."""
    trend, left = max(float(flat - line), 0.0), max(float(line), 0.0)
    ends = float(slope - z * se), float(slope + z * se)
    return TrendTest(float(slope), *ends, trend, float(chdtrc(1, trend)), left, df, float(chdtrc(df, left)))


def _contrasts(
    data: _Counts, years: FloatArray, error: float, alpha: FloatArray, pandemic: float
) -> tuple[Contrast, ...]:
    before, last = int((years < pandemic).sum()) - 1, len(years) - 1
    pairs = np.array([pair for pair in ((0, before), (before, last)) if 0 <= pair[0] < pair[1]], dtype=np.intp)
    if not pairs.size:
        return ()
    (one, two), shares = pairs.T, data.yes / data.bases
    beyond = pair_error(error, shares[one], shares[two])
    arms = arms_of(shares[one], data.bases[one], shares[two], data.bases[two], total_error=(beyond, beyond))
    p = two_sided_p(arms)
    columns = years[one], years[two], shares[two] - shares[one], *limits_of(arms, alpha), p, holm(p)
    return tuple(Contrast(*numbers) for numbers in zip(*(column.tolist() for column in columns), strict=True))
