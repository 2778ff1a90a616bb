"""Whether two or more waves differ: one interval, and the p-values that invert that same interval.

A difference is always the later wave minus the earlier one. Functions of two waves take arrays, because robustness
is computed over thousands of feasible counts at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import brentq, elementwise
from scipy.stats import chi2, norm
from statsmodels.stats.contingency_tables import Table
from statsmodels.stats.proportion import proportions_chisquare

from crosswave.estimate import (
    Z_MAX,
    FloatArray,
    Interval,
    checked,
    checked_alpha,
    checked_shares,
    checked_sizes,
    wilson_at,
)

NO_ERROR: tuple[float, float] = (0.0, 0.0)
TotalError = tuple[npt.ArrayLike, npt.ArrayLike]


@dataclass(frozen=True, slots=True)
class Contrast:
    """Difference of one share between two waves.

    Attributes
    ----------
    share_1, n_1, share_2, n_2 : float
        Shares in [0, 1] and effective sizes of the earlier and the later wave.
    difference : float
        ``share_2 - share_1``.
    low, high : float
        Interval at 1 - alpha.
    p_value : float
        Two-sided p of "no difference".
    equivalence_p : float
        p of "the difference is at least as large as the margin".
    alpha, margin : float
        As given.
    total_error : tuple of float
        Standard deviations beyond sampling, as proportions.
    """

    share_1: float
    n_1: float
    share_2: float
    n_2: float
    difference: float
    low: float
    high: float
    p_value: float
    equivalence_p: float
    alpha: float
    margin: float
    total_error: tuple[float, float]

    @property
    def interval(self) -> Interval:
        """The interval at 1 - alpha."""
        return Interval(self.low, self.high)

    @property
    def differs(self) -> bool:
        """Whether the interval excludes 0."""
        return self.p_value < self.alpha

    @property
    def equivalent(self) -> bool:
        """Whether a difference as large as the margin is ruled out."""
        return self.equivalence_p < self.alpha


def compare_shares(
    first: tuple[float, float],
    second: tuple[float, float],
    *,
    alpha: float,
    margin: float,
    total_error: tuple[float, float] = NO_ERROR,
) -> Contrast:
    """Return interval, p-value and equivalence p-value of the later share minus the earlier one.

    Parameters
    ----------
    first, second : tuple of float
        (share in [0, 1], effective sample size) of the earlier and the later wave.
    alpha : float
        Error rate in (0, 1).
    margin : float
        Smallest difference that matters, a proportion in (0, 1).
    total_error : tuple of float, default (0, 0)
        Standard deviations beyond sampling of the two waves, see `error_at`.

    Raises
    ------
    ValueError
        If an argument is outside its range.

    Examples
    --------
    >>> c = compare_shares((0.40, 1000), (0.46, 800), alpha=0.05, margin=0.05)
    >>> c.differs, c.equivalent
    (True, False)
    """
    waves = (*first, *second)
    low, high = newcombe(*waves, alpha=alpha, total_error=total_error)
    p = p_value(*waves, total_error=total_error)
    tost = tost_p(*waves, margin=margin, total_error=total_error)
    difference = second[0] - first[0]
    return Contrast(*waves, difference, float(low), float(high), float(p), float(tost), alpha, margin, total_error)


def error_at(points: npt.ArrayLike, share: npt.ArrayLike) -> FloatArray:
    """Return the total error of a wave at a share, as a standard deviation in proportion units.

    Parameters
    ----------
    points : array_like
        The declared standard deviation in percentage points at a share of one half, not negative.
    share : array_like
        Shares in [0, 1].

    Raises
    ------
    ValueError
        If an argument is outside its range.

    Notes
    -----
    The error is constant on the logit scale, ``s = 4 points / 100``, and ``p (1 - p) s`` on the scale of shares
    (delta method). It vanishes at 0 and 1, so where a share is 0 or 1 pass one nearer to the middle.

    Examples
    --------
    >>> [round(float(x), 4) for x in error_at(3, [0.5, 0.9])]
    [0.03, 0.0108]
    """
    t = checked("points", points, "zero or more", lambda a: a >= 0, "Pass a standard deviation.")
    p = checked_shares("share", share)
    return np.asarray(p * (1 - p) * 4 * t / 100)


def newcombe(
    share_1: npt.ArrayLike,
    n_1: npt.ArrayLike,
    share_2: npt.ArrayLike,
    n_2: npt.ArrayLike,
    *,
    alpha: npt.ArrayLike,
    total_error: TotalError = NO_ERROR,
) -> tuple[FloatArray, FloatArray]:
    """Return the limits of ``share_2 - share_1`` as two arrays (low, high).

    Parameters
    ----------
    share_1, share_2 : array_like
        Shares in [0, 1] of the earlier and the later wave.
    n_1, n_2 : array_like
        Effective sample sizes, positive; infinity is allowed.
    alpha : array_like
        Error rate in (0, 1). All arguments broadcast.
    total_error : pair of array_like, default (0, 0)
        Standard deviations (t1, t2) beyond sampling, in proportion units.

    Raises
    ------
    ValueError
        If an argument is outside its range.

    Notes
    -----
    Newcombe's method 10 with wider arms: ``low = d - sqrt((p2 - l2)^2 + (u1 - p1)^2 + z^2 (t1^2 + t2^2))``, high
    likewise, l and u being Wilson limits; cut to [-1, 1]. With t = 0 it is statsmodels'
    ``confint_proportions_2indep(method="newcomb")``, which cannot be told of t. The samples are independent.

    References
    ----------
    Newcombe (1998), doi:10.1002/(SICI)1097-0258(19980430)17:8<873::AID-SIM779>3.0.CO;2-I.

    Examples
    --------
    >>> low, high = newcombe(48 / 80, 80, 56 / 70, 70, alpha=0.05)
    >>> f"{low:.4f} {high:.4f}"
    '0.0524 0.3339'
    """
    p1, n1, p2, n2, t1, t2 = _waves(share_1, n_1, share_2, n_2, total_error)
    z, extra = norm.isf(checked_alpha(alpha) / 2), np.hypot(t1, t2)
    low = p2 - p1 - _arm(z, p1, n1, p2, n2, extra)
    high = p2 - p1 + _arm(z, 1 - p1, n1, 1 - p2, n2, extra)
    return np.clip(low, -1, 1), np.clip(high, -1, 1)


def p_value(
    share_1: npt.ArrayLike,
    n_1: npt.ArrayLike,
    share_2: npt.ArrayLike,
    n_2: npt.ArrayLike,
    *,
    total_error: TotalError = NO_ERROR,
) -> FloatArray:
    """Return the two-sided p-value of "no difference", which inverts `newcombe`.

    Parameters
    ----------
    share_1, n_1, share_2, n_2, total_error
        As for `newcombe`.

    Raises
    ------
    ValueError
        If an argument is outside its range.

    Notes
    -----
    The alpha at which a limit of the interval is 0; 1 where the shares are equal.

    Examples
    --------
    >>> p = p_value(48 / 80, 80, 56 / 70, 70)
    >>> low, high = newcombe(48 / 80, 80, 56 / 70, 70, alpha=p)
    >>> f"{p:.4f} {abs(low):.6f}"
    '0.0081 0.000000'
    """
    z = _signed_z(_waves(share_1, n_1, share_2, n_2, total_error), 0.0)
    return np.asarray(2 * norm.sf(np.abs(z)))


def tost_p(
    share_1: npt.ArrayLike,
    n_1: npt.ArrayLike,
    share_2: npt.ArrayLike,
    n_2: npt.ArrayLike,
    *,
    margin: npt.ArrayLike,
    total_error: TotalError = NO_ERROR,
) -> FloatArray:
    """Return the p-value of "the difference is at least `margin` in size", by two one-sided tests.

    Parameters
    ----------
    share_1, n_1, share_2, n_2, total_error
        As for `newcombe`.
    margin : array_like
        Smallest difference that matters, in (0, 1).

    Raises
    ------
    ValueError
        If an argument is outside its range.

    Notes
    -----
    The larger of two one-sided p-values, each from `newcombe`: p < a if and only if the interval at alpha = 2 a lies
    strictly between -margin and margin.

    References
    ----------
    Schuirmann (1987), doi:10.1007/BF01068419.

    Examples
    --------
    >>> p = tost_p(0.5, 2000, 0.5, 2000, margin=0.05)
    >>> f"{p:.5f}"
    '0.00076'
    """
    m = checked("margin", margin, "strictly between 0 and 1", lambda a: (a > 0) & (a < 1), "Pass 0.05 for 5 points.")
    waves = _waves(share_1, n_1, share_2, n_2, total_error)
    return np.asarray(np.maximum(norm.sf(_signed_z(waves, -m)), norm.cdf(_signed_z(waves, m))))


def equivalent(
    share_1: npt.ArrayLike,
    n_1: npt.ArrayLike,
    share_2: npt.ArrayLike,
    n_2: npt.ArrayLike,
    *,
    margin: npt.ArrayLike,
    alpha: npt.ArrayLike,
    total_error: TotalError = NO_ERROR,
) -> npt.NDArray[np.bool_]:
    """Return whether a difference as large as `margin` is ruled out at `alpha`, as an array of booleans.

    Parameters
    ----------
    share_1, n_1, share_2, n_2, margin, total_error
        As for `tost_p`.
    alpha : array_like
        Error rate of each one-sided test, in (0, 1).

    Raises
    ------
    ValueError
        If an argument is outside its range.

    Examples
    --------
    >>> equivalent(0.5, [235, 2000], 0.5, [235, 2000], margin=0.05, alpha=0.05).tolist()
    [False, True]
    """
    p = tost_p(share_1, n_1, share_2, n_2, margin=margin, total_error=total_error)
    return np.asarray(p < checked_alpha(alpha))


def _waves(
    share_1: npt.ArrayLike, n_1: npt.ArrayLike, share_2: npt.ArrayLike, n_2: npt.ArrayLike, total_error: TotalError
) -> tuple[FloatArray, ...]:
    advice = "Pass standard deviations as proportions: 0.03 for 3 points."
    t1, t2 = (checked("total_error", t, "zero or more", lambda a: a >= 0, advice) for t in total_error)
    p1, p2 = checked_shares("share_1", share_1), checked_shares("share_2", share_2)
    return p1, checked_sizes("n_1", n_1), p2, checked_sizes("n_2", n_2), t1, t2


def _arm(
    z: npt.ArrayLike, p1: FloatArray, n1: FloatArray, p2: FloatArray, n2: FloatArray, extra: FloatArray
) -> FloatArray:
    """Distance from the difference down to its lower limit; pass complements for the upper one."""
    _, high_1 = wilson_at(p1, n1, z)
    low_2, _ = wilson_at(p2, n2, z)
    return np.sqrt((p2 - low_2) ** 2 + (high_1 - p1) ** 2 + (np.asarray(z) * extra) ** 2)


def _signed_z(waves: tuple[FloatArray, ...], null: npt.ArrayLike) -> FloatArray:
    """Standard errors at which the limit that faces `null` touches it: positive where the difference is above."""
    p1, n1, p2, n2, t1, t2 = waves
    gap = p2 - p1 - np.asarray(null, dtype=np.float64)
    below = gap < 0
    lower, upper = np.where(below, 1 - p1, p1), np.where(below, 1 - p2, p2)
    arms = np.broadcast_arrays(lower, n1, upper, n2, np.hypot(t1, t2), np.abs(gap))
    bracket, close = (np.zeros(arms[0].shape), Z_MAX), {"xatol": 1e-13}
    found = elementwise.find_root(lambda z, *a: _arm(z, *a[:5]) - a[5], bracket, args=arms, tolerances=close)
    # No sign change: the arm stays short of the gap at any z that a double can hold.
    z = np.where(gap == 0, 0.0, np.where(found.success, found.x, np.inf))
    return np.asarray(np.sign(gap) * z)


def miettinen_nurminen(x_1: int, n_1: int, x_2: int, n_2: int, alpha: float = 0.05) -> Interval:
    """Return the Miettinen-Nurminen score interval of ``x_2 / n_2 - x_1 / n_1``, a check on `newcombe`.

    Parameters
    ----------
    x_1, n_1, x_2, n_2 : int
        Counts and bases, ``0 <= x <= n``, n at least 1.
    alpha : float, default 0.05
        Error rate in (0, 1).

    Raises
    ------
    ValueError
        If a count is outside its base or alpha outside its range.

    Notes
    -----
    The differences d with ``(observed - d)^2 <= z^2 V(d) N / (N - 1)``, V being the variance at the maximum
    likelihood shares that differ by d. statsmodels 0.15.0 gets this interval wrong (its issue 10269).

    References
    ----------
    Miettinen and Nurminen (1985), doi:10.1002/sim.4780040211; restricted shares: Farrington and Manning (1990),
    doi:10.1002/sim.4780091208.

    Examples
    --------
    7/34 against 1/34, Fagerland, Lydersen and Laake (2015), doi:10.1177/0962280211415469:

    >>> i = miettinen_nurminen(1, 34, 7, 34)
    >>> f"{i.low:.6f} {i.high:.6f}"
    '0.027042 0.345291'
    """
    for name, x, n in (("x_1", x_1, n_1), ("x_2", x_2, n_2)):
        if not 0 <= x <= n or n < 1:
            raise ValueError(f"{name} must lie between 0 and its base; got {x} of {n}. Check the order of arguments.")
    z = float(norm.isf(checked_alpha(alpha) / 2))
    upper = _score_limit(x_1, n_1, x_2, n_2, z)
    return Interval(-_score_limit(x_2, n_2, x_1, n_1, z), upper)


def _score_limit(x_1: int, n_1: int, x_2: int, n_2: int, z: float) -> float:
    """Upper limit; the lower one is the upper one of the waves exchanged, with the sign changed."""
    observed = x_2 / n_2 - x_1 / n_1
    factor = z**2 * (n_1 + n_2) / (n_1 + n_2 - 1)

    def excess(d: float) -> float:
        p_1, p_2 = _restricted(x_1, n_1, x_2, n_2, d)
        return (d - observed) ** 2 - factor * (p_1 * (1 - p_1) / n_1 + p_2 * (1 - p_2) / n_2)

    # At the observed difference itself the excess may be exactly 0 (both shares 0): start just above.
    start = observed + 1e-9
    return 1.0 if start >= 1 else float(brentq(excess, start, 1.0, xtol=1e-13))


def _restricted(x_1: int, n_1: int, x_2: int, n_2: int, d: float) -> tuple[float, float]:
    """Maximum likelihood shares with ``p_2 - p_1 = d``: the admissible root of a cubic."""
    n, x = n_1 + n_2, x_1 + x_2
    b, c, e = (n_2 + 2 * n_1) * d / n - 1 - x / n, (n_1 * d - n - 2 * x_1) * d / n + x / n, x_1 * d * (1 - d) / n
    q = b**3 / 27 - b * c / 6 + e / 2
    r = np.copysign(np.sqrt(max(b**2 / 9 - c / 3, 0.0)), q)
    angle = (np.pi + np.arccos(np.clip(q / r**3 if r else 1.0, -1, 1))) / 3
    p_1 = float(np.clip(2 * r * np.cos(angle) - b / 3, max(0.0, -d), min(1.0, 1 - d)))
    return p_1, p_1 + d


@dataclass(frozen=True, slots=True)
class Trend:
    """Cochran-Armitage test for a linear trend in shares, with what a line leaves unexplained.

    Attributes
    ----------
    z : float
        Signed root of the trend chi-square (1 degree of freedom); positive where shares rise with the scores.
    p_value : float
        Two-sided p of "no trend".
    departure, departure_df, departure_p
        Chi-square, degrees of freedom and p of "the shares lie on a line".
    homogeneity, homogeneity_df, homogeneity_p
        The same of "all shares are equal".
    """

    z: float
    p_value: float
    departure: float
    departure_df: int
    departure_p: float
    homogeneity: float
    homogeneity_df: int
    homogeneity_p: float


def cochran_armitage(counts: Sequence[float], totals: Sequence[float], scores: Sequence[float] | None = None) -> Trend:
    """Return the Cochran-Armitage trend test of three or more shares (with two: the pooled z test).

    Parameters
    ----------
    counts, totals : sequence of float, shape (k,), k at least 2
        "Yes" answers and effective bases, ``0 <= counts <= totals``, totals positive.
    scores : sequence of float, shape (k,), optional
        Times of the waves; 0, 1, ... when absent.

    Raises
    ------
    ValueError
        If lengths differ, a count is outside its base, everyone or nobody said yes, or all scores are equal.

    Notes
    -----
    The variant of R's prop.trend.test, with ``N p (1 - p)`` as variance: the linear-by-linear statistic of
    statsmodels, whose variance has N - 1, times N / (N - 1). Departure is homogeneity minus trend.

    References
    ----------
    Cochran (1954), doi:10.2307/3001616; Armitage (1955), doi:10.2307/3001775.

    Examples
    --------
    Smokers among patients of four studies (Fleiss 1981; R's help page of prop.trend.test):

    >>> t = cochran_armitage([83, 90, 129, 70], [86, 93, 136, 82])
    >>> f"{t.z**2:.4f} {t.p_value:.6f} {t.homogeneity:.4f}"
    '8.2249 0.004132 12.6004'
    """
    x, n, s = _trend_input(counts, totals, scores)
    # Without shift_zeros=False statsmodels adds one half to every cell as soon as one is empty.
    table = Table(np.column_stack([n - x, x]), shift_zeros=False)
    size = float(n.sum())
    # Centred, because squares of years leave few digits for their differences.
    centred = s - np.average(s, weights=n)
    z = float(table.test_ordinal_association(row_scores=centred).zscore * np.sqrt(size / (size - 1)))
    homogeneity = float(proportions_chisquare(x, n)[0])
    k, departure = len(x), max(homogeneity - z**2, 0.0)
    departure_p = float(chi2.sf(departure, k - 2)) if k > 2 else 1.0
    homogeneity_p = float(chi2.sf(homogeneity, k - 1))
    return Trend(z, float(2 * norm.sf(abs(z))), departure, k - 2, departure_p, homogeneity, k - 1, homogeneity_p)


def _trend_input(
    counts: Sequence[float], totals: Sequence[float], scores: Sequence[float] | None
) -> tuple[FloatArray, FloatArray, FloatArray]:
    n = checked("totals", totals, "positive and finite", lambda a: (a > 0) & np.isfinite(a), "Leave out empty waves.")
    x = checked("counts", counts, "zero or more", lambda a: a >= 0, "Pass counts of people, not shares.")
    s = checked("scores", range(len(n)) if scores is None else scores, "finite", np.isfinite, "Drop undated waves.")
    if not len(x) == len(n) == len(s) >= 2:
        raise ValueError(
            f"counts, totals and scores must have one length of at least 2; got {len(x)}, {len(n)} and {len(s)}. "
            "Pass one of each for every wave."
        )
    if (x > n).any() or not 0 < x.sum() < n.sum() or np.ptp(s) == 0:
        raise ValueError(
            "a trend needs counts within their totals, some yes and some no, and scores that differ; "
            f"got counts {x.tolist()} of {n.tolist()} at {s.tolist()}. Leave out waves that cannot show a trend."
        )
    return x, n, s
