"""What one figure says: intervals of shares, bounds where nothing is sampled, sums of shares.

Every function takes numbers and returns numbers. A share is a proportion in [0, 1]; an effective sample size may be
fractional, because it is a base divided by a design effect, and infinite, because a limit is worth asking for.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.optimize import brentq
from scipy.stats import norm
from statsmodels.stats.proportion import proportion_confint

FloatArray = npt.NDArray[np.float64]

# Beyond this many standard errors the normal tail is no longer a double that can be inverted accurately.
Z_MAX = 37.0


def checked(
    name: str, values: npt.ArrayLike, rule: str, holds: Callable[[FloatArray], npt.NDArray[np.bool_]], advice: str
) -> FloatArray:
    """Return `values` as a float array, or raise ValueError that names the argument, the rule, the value, the way out.

    Parameters
    ----------
    name, rule, advice : str
        The argument, what must be true of it, and what to do otherwise: the three parts of the message.
    values : array_like
        The numbers that arrived.
    holds : callable
        Maps the array to booleans of its shape; NaN must map to False.

    Raises
    ------
    ValueError
        If `holds` is False anywhere.
    """
    array = np.asarray(values, dtype=np.float64)
    wrong = array[~holds(array)]
    if wrong.size:
        raise ValueError(f"{name} must be {rule}; got {wrong.flat[0]:g}. {advice}")
    return array


def checked_shares(name: str, values: npt.ArrayLike) -> FloatArray:
    """Return `values` as proportions in [0, 1].

    Raises
    ------
    ValueError
        If any value is outside [0, 1] or missing.
    """
    return checked(name, values, "in [0, 1]", lambda a: (a >= 0) & (a <= 1), "Divide a percentage by 100.")


def checked_sizes(name: str, values: npt.ArrayLike) -> FloatArray:
    """Return `values` as positive, possibly fractional or infinite, sample sizes.

    Raises
    ------
    ValueError
        If any value is zero, negative or missing.
    """
    return checked(name, values, "positive", lambda a: a > 0, "A share of nobody has no interval: leave it out.")


def checked_alpha(values: npt.ArrayLike) -> FloatArray:
    """Return `values` as error rates strictly between 0 and 1.

    Raises
    ------
    ValueError
        If any value is outside (0, 1).
    """
    rule = "strictly between 0 and 1"
    return checked("alpha", values, rule, lambda a: (a > 0) & (a < 1), "Pass 0.05 for a 95 % interval.")


@dataclass(frozen=True, slots=True)
class Interval:
    """A closed interval of real numbers.

    Raises
    ------
    ValueError
        If `low` exceeds `high`, or either is missing.
    """

    low: float
    high: float

    def __post_init__(self) -> None:
        if not self.low <= self.high:
            raise ValueError(f"low must be at most high; got {self.low:g} and {self.high:g}. Swap the two ends.")

    @property
    def width(self) -> float:
        """Distance between the ends."""
        return self.high - self.low

    def contains(self, value: float) -> bool:
        """Whether `value` lies in the interval, ends included."""
        return self.low <= value <= self.high

    def overlaps(self, other: Interval) -> bool:
        """Whether the two intervals share at least one point."""
        return self.low <= other.high and other.low <= self.high

    def hull(self, other: Interval) -> Interval:
        """Smallest interval that covers both."""
        return Interval(min(self.low, other.low), max(self.high, other.high))


@dataclass(frozen=True, slots=True)
class Estimate:
    """A finding as an interval: what print allows, and what sampling adds if it were a random sample.

    Attributes
    ----------
    share_low, share_high : float
        Range of the shares that could have printed the figure.
    estimate : float
        The middle of that range.
    low, high : float
        Union of the Wilson intervals of all those shares.
    n_effective : float
        Smallest feasible base divided by the design effect.
    alpha, design_effect : float
        As given.
    """

    share_low: float
    share_high: float
    estimate: float
    low: float
    high: float
    n_effective: float
    alpha: float
    design_effect: float

    @property
    def interval(self) -> Interval:
        """The union of the Wilson intervals."""
        return Interval(self.low, self.high)

    @property
    def printed(self) -> Interval:
        """The range of shares that print allows."""
        return Interval(self.share_low, self.share_high)


def wilson(
    share: npt.ArrayLike, n_effective: npt.ArrayLike, alpha: npt.ArrayLike = 0.05
) -> tuple[FloatArray, FloatArray]:
    """Return the limits of Wilson's score interval, as two arrays (low, high).

    Parameters
    ----------
    share : array_like
        Observed shares in [0, 1].
    n_effective : array_like
        Effective sample sizes, positive; fractions are meant, infinity gives the share itself.
    alpha : array_like, default 0.05
        One minus the confidence level, in (0, 1). The three arguments broadcast.

    Raises
    ------
    ValueError
        If an argument is outside its range.

    Notes
    -----
    The values p with ``|share - p| <= z sqrt(p (1 - p) / n)``, z the upper alpha/2 point of the normal distribution.
    It assumes a simple random sample of the effective size. statsmodels divides before it uses the size, so its
    formula holds for fractions as it stands; it is only told the limit at infinity.

    References
    ----------
    Wilson (1927), doi:10.1080/01621459.1927.10502953; effective sizes: Franco, Little, Louis and Slud (2019),
    doi:10.1093/jssam/smy019.

    Examples
    --------
    81 of 263, Newcombe (1998), doi:10.1002/(SICI)1097-0258(19980430)17:8<857::AID-SIM777>3.0.CO;2-E:

    >>> low, high = wilson(81 / 263, 263, 0.05)
    >>> f"{low:.4f} {high:.4f}"
    '0.2553 0.3662'
    """
    z = norm.isf(checked_alpha(alpha) / 2)
    return wilson_at(checked_shares("share", share), checked_sizes("n_effective", n_effective), z)


def wilson_at(share: FloatArray, n_effective: FloatArray, z: npt.ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Return the limits of Wilson's interval at `z` standard errors: `wilson` for callers that search over z.

    Parameters
    ----------
    share, n_effective : numpy.ndarray
        As for `wilson`, already checked.
    z : array_like
        From 0 (the share itself) to `Z_MAX`.
    """
    p, n, z = np.broadcast_arrays(share, n_effective, z)
    finite = np.where(np.isinf(n), 1.0, n)
    low, high = proportion_confint(p * finite, finite, alpha=2 * norm.sf(z), method="wilson")
    # The last bit of rounding must not put the share outside its own interval.
    low, high = np.minimum(low, p), np.maximum(high, p)
    return np.where(np.isinf(n), p, low), np.where(np.isinf(n), p, high)


def estimate_share(
    counts: Sequence[int], bases: Sequence[int], *, alpha: float = 0.05, design_effect: float = 1.0
) -> Estimate:
    """Return the estimate of a finding from every (count, base) pair that could have printed it.

    Parameters
    ----------
    counts, bases : sequence of int, same length
        Parallel: ``counts[i]`` of ``bases[i]`` is one feasible reading, ``0 <= counts[i] <= bases[i]``.
    alpha : float, default 0.05
        One minus the confidence level, in (0, 1).
    design_effect : float, default 1
        Variance inflation of the sample, positive.

    Raises
    ------
    ValueError
        If there is no pair, lengths differ, a count is not a whole number between 0 and its base, or an option is
        outside its range.

    Notes
    -----
    Union over the pairs of Wilson intervals at n = base / design_effect. Rounding is not averaged over: nothing says
    that one feasible count is likelier than another.

    Examples
    --------
    Of 62 or 60 people who lacked confidence 73 % named skills (iGov 2017): 45 of 62 or 44 of 60.

    >>> e = estimate_share([44, 45], [60, 62])
    >>> f"{e.estimate:.4f} {e.low:.4f} {e.high:.4f}"
    '0.7296 0.6041 0.8287'
    """
    x, n = _feasible(counts, bases)
    deff = float(checked("design_effect", design_effect, "positive", lambda a: (a > 0) & np.isfinite(a), "Pass 1."))
    shares = x / n
    low, high = wilson(shares, n / deff, alpha)
    first, last = float(shares.min()), float(shares.max())
    middle, smallest_n = (first + last) / 2, float(n.min()) / deff
    return Estimate(first, last, middle, float(low.min()), float(high.max()), smallest_n, alpha, deff)


def _feasible(counts: Sequence[int], bases: Sequence[int]) -> tuple[FloatArray, FloatArray]:
    x = checked("counts", counts, "whole numbers", _whole, "Pass counts of people, not shares.")
    n = checked("bases", bases, "whole numbers from 1", lambda a: _whole(a) & (a >= 1), "Drop empty bases.")
    if x.ndim != 1 or x.shape != n.shape or not x.size:
        raise ValueError(
            f"counts and bases must be parallel and not empty; got {x.size} and {n.size} values. "
            "Pass one base for each count."
        )
    wrong = np.flatnonzero((x < 0) | (x > n))
    if wrong.size:
        i = wrong[0]
        raise ValueError(
            f"counts must lie between 0 and their base; got {x[i]:g} of {n[i]:g}. Check the order of the arguments."
        )
    return x, n


def _whole(values: FloatArray) -> npt.NDArray[np.bool_]:
    return np.asarray(np.isfinite(values) & (values == np.round(values)))


def manski(yes_low: int, yes_high: int, *, answered: int, asked: int) -> Interval:
    """Return worst-case bounds for the share of all who were asked, whatever those who did not answer think.

    Parameters
    ----------
    yes_low, yes_high : int
        Fewest and most "yes" among those who answered, ``0 <= yes_low <= yes_high <= answered``.
    answered, asked : int
        ``1 <= answered <= asked``.

    Raises
    ------
    ValueError
        If the four numbers are not in that order.

    Notes
    -----
    ``[yes_low / asked, (yes_high + asked - answered) / asked]``; no assumption about non-response at all.

    References
    ----------
    Manski (1989), doi:10.2307/145818.

    Examples
    --------
    >>> manski(60, 60, answered=80, asked=100)
    Interval(low=0.6, high=0.8)
    """
    if not 0 <= yes_low <= yes_high <= answered <= asked or asked < 1:
        raise ValueError(
            "manski needs 0 <= yes_low <= yes_high <= answered <= asked; "
            f"got {yes_low}, {yes_high}, {answered}, {asked}. Check the order of the arguments."
        )
    return Interval(yes_low / asked, (yes_high + asked - answered) / asked)


def frechet_joint(share_a: float, share_b: float) -> Interval:
    """Return the sharp bounds of P(A and B) when only P(A) and P(B), of the same people, are known.

    Parameters
    ----------
    share_a, share_b : float
        Shares in [0, 1] on one base.

    Raises
    ------
    ValueError
        If a share is outside [0, 1].

    Notes
    -----
    ``[max(0, a + b - 1), min(a, b)]``.

    References
    ----------
    Duncan and Davis (1953), doi:10.2307/2088122.

    Examples
    --------
    >>> frechet_joint(0.75, 0.5)
    Interval(low=0.25, high=0.5)
    """
    a, b = (float(checked_shares(name, value)) for name, value in (("share_a", share_a), ("share_b", share_b)))
    # With one share at 1 the two bounds are equal, and rounding must not put them in the wrong order.
    return Interval(min(max(0.0, a + b - 1), a, b), min(a, b))


def frechet_difference(share_a: float, share_b: float) -> Interval:
    """Return the sharp bounds of P(A but not B) when only P(A) and P(B), of the same people, are known.

    Parameters
    ----------
    share_a, share_b : float
        Shares in [0, 1] on one base.

    Raises
    ------
    ValueError
        If a share is outside [0, 1].

    Notes
    -----
    ``[max(0, a - b), min(a, 1 - b)]``: `frechet_joint` with B complemented.

    References
    ----------
    Duncan and Davis (1953), doi:10.2307/2088122.

    Examples
    --------
    >>> frechet_difference(0.75, 0.5)
    Interval(low=0.25, high=0.5)
    """
    return frechet_joint(share_a, 1 - float(checked_shares("share_b", share_b)))


def multinomial_se(shares: npt.ArrayLike, weights: npt.ArrayLike, n_effective: float) -> float:
    """Return the standard error of a weighted sum of shares that exclude one another on one base.

    Parameters
    ----------
    shares : array_like, shape (k,)
        Shares in [0, 1] whose sum is at most 1, give or take half a point of rounding each.
    weights : array_like, shape (k,)
        Coefficients, any finite numbers.
    n_effective : float
        Effective base, positive.

    Raises
    ------
    ValueError
        If a number is outside its range or the shares add to more than one whole.

    Notes
    -----
    ``sqrt((sum w^2 p - (sum w p)^2) / n)``, multinomial sampling.

    References
    ----------
    Scott and Seber (1983), doi:10.1080/00031305.1983.10483129.

    Examples
    --------
    A lead of 45 over 40 % among 1,000:

    >>> round(multinomial_se([0.45, 0.40], [1, -1], 1000), 6)
    0.029112
    """
    p, w = checked_shares("shares", shares), np.asarray(weights, dtype=np.float64)
    n = float(checked_sizes("n_effective", n_effective))
    if p.sum() > 1 + 0.005 * p.size:
        raise ValueError(
            f"shares of one exclusive question must add to at most 1; got {p.sum():g}. "
            "Put answers that people could combine into different groups."
        )
    variance = float((w**2 * p).sum() - (w * p).sum() ** 2)
    return math.sqrt(max(variance, 0.0) / n)


@dataclass(frozen=True, slots=True)
class LinearTerm:
    """One share in a weighted sum, and what it is independent of.

    Attributes
    ----------
    survey : str
        Terms of different surveys are independent.
    group : str
        Terms of one group (within one survey) exclude one another on one base.
    weight : float
        Coefficient.
    share : float
        In [0, 1].
    n_effective : float
        Effective base, the same throughout a group.
    """

    survey: str
    group: str
    weight: float
    share: float
    n_effective: float


def linear_value(terms: Sequence[LinearTerm]) -> float:
    """Return the weighted sum of the shares of `terms`."""
    return math.fsum(term.weight * term.share for term in terms)


def combine_linear(terms: Sequence[LinearTerm], *, alpha: float = 0.05) -> Interval:
    """Return the interval of a weighted sum of shares from one or several surveys.

    Parameters
    ----------
    terms : sequence of LinearTerm
        At least one.
    alpha : float, default 0.05
        One minus the confidence level, in (0, 1).

    Raises
    ------
    ValueError
        If there are no terms, a group has two bases, a number is outside its range, or exclusive shares exceed 1.

    Notes
    -----
    Arms (distances from value to limit) are built from the inside out. Answers of a group with equal weight are one
    share; a group with one share left has Wilson arms, any other z times `multinomial_se`. Groups of one survey
    concern the same people in an unknown joint distribution: their arms are added, the worst case. Surveys are
    independent: their arms are combined in quadrature (MOVER). The result is not cut to a range.

    References
    ----------
    Zou and Donner (2008), doi:10.1002/sim.3095; Donner and Zou (2012), doi:10.1177/0962280210383082.

    Examples
    --------
    With one share from each of two surveys this is Newcombe's interval (1998, method 10) of 56/70 - 48/80:

    >>> i = combine_linear([LinearTerm("a", "q", 1, 56 / 70, 70), LinearTerm("b", "q", -1, 48 / 80, 80)])
    >>> f"{i.low:.4f} {i.high:.4f}"
    '0.0524 0.3339'
    """
    z = float(norm.isf(checked_alpha(alpha) / 2))
    value, (down, up) = linear_value(terms), _arms(terms, z)
    return Interval(value - down, value + up)


def linear_p_value(terms: Sequence[LinearTerm], threshold: float) -> float:
    """Return the one-sided p-value of "the weighted sum is at most `threshold`".

    Parameters
    ----------
    terms : sequence of LinearTerm
        At least one.
    threshold : float
        The value to be exceeded. To test "at least", change the sign of every weight and of the threshold.

    Raises
    ------
    ValueError
        As `combine_linear`.

    Notes
    -----
    Inverts `combine_linear`: p < a if and only if the interval at alpha = 2 a lies above the threshold.

    Examples
    --------
    >>> terms = [LinearTerm("a", "q", 1, 56 / 70, 70), LinearTerm("b", "q", -1, 48 / 80, 80)]
    >>> round(linear_p_value(terms, combine_linear(terms, alpha=0.05).low), 6)
    0.025
    """
    gap = linear_value(terms) - threshold
    side = 0 if gap > 0 else 1

    def excess(z: float) -> float:
        return _arms(terms, z)[side] - abs(gap)

    z = Z_MAX if excess(Z_MAX) < 0 else float(brentq(excess, 0.0, Z_MAX, xtol=1e-12))
    return float(norm.sf(math.copysign(z, gap)))


def _arms(terms: Sequence[LinearTerm], z: float) -> tuple[float, float]:
    """Distances from the value down to the lower and up to the upper limit at `z` standard errors."""
    if not terms:
        raise ValueError("terms must not be empty; got none. Pass one LinearTerm for each share of the sum.")
    by_survey = [_survey_arms(group, z) for group in _grouped(terms, lambda term: term.survey)]
    return math.hypot(*(down for down, _ in by_survey)), math.hypot(*(up for _, up in by_survey))


def _survey_arms(terms: Sequence[LinearTerm], z: float) -> tuple[float, float]:
    by_group = [_group_arms(group, z) for group in _grouped(terms, lambda term: term.group)]
    return math.fsum(down for down, _ in by_group), math.fsum(up for _, up in by_group)


def _group_arms(terms: Sequence[LinearTerm], z: float) -> tuple[float, float]:
    sizes = sorted({term.n_effective for term in terms})
    if len(sizes) > 1:
        raise ValueError(
            f"the shares of group '{terms[0].group}' of survey '{terms[0].survey}' must rest on one base; "
            f"got {sizes[0]:g} and {sizes[-1]:g}. Put answers with different bases into different groups."
        )
    shares, weights = [term.share for term in terms], [term.weight for term in terms]
    half = z * multinomial_se(shares, weights, sizes[0])
    merged = _merged(terms)
    return _share_arms(merged[0], z) if len(merged) == 1 else (half, half)


def _merged(terms: Sequence[LinearTerm]) -> list[LinearTerm]:
    """Exclusive answers of equal weight are one answer, whose count is binomial."""
    by_weight = _grouped(terms, lambda term: term.weight)
    return [replace(same[0], share=min(1.0, math.fsum(term.share for term in same))) for same in by_weight]


def _share_arms(term: LinearTerm, z: float) -> tuple[float, float]:
    low, high = wilson_at(np.asarray(term.share), np.asarray(term.n_effective), z)
    arms = abs(term.weight) * (term.share - float(low)), abs(term.weight) * (float(high) - term.share)
    return arms if term.weight >= 0 else arms[::-1]


def _grouped(terms: Iterable[LinearTerm], key: Callable[[LinearTerm], Any]) -> list[list[LinearTerm]]:
    return [list(group) for _, group in groupby(sorted(terms, key=key), key=key)]
