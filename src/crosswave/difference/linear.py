"""Weighted sums of shares from one or several surveys, and their intervals."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri

from crosswave.arguments import checked_alpha, checked_shares, checked_sizes
from crosswave.difference.estimate import Interval, wilson_at


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
    """One share in a weighted sum; terms of one group of a survey exclude one another on one base."""

    survey: str
    group: str
    weight: float
    share: float
    n_effective: float


def linear_value(terms: Sequence[LinearTerm]) -> float:
    """Return the weighted sum of the shares of `terms`."""
    return math.fsum(term.weight * term.share for term in terms)


def combine_linear(terms: Sequence[LinearTerm], *, alpha: float) -> Interval:
    """Return the interval of a weighted sum of shares from one or several surveys.

    Parameters
    ----------
    terms : sequence of LinearTerm
        At least one.
    alpha : float
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

    >>> terms = [LinearTerm("a", "q", 1, 56 / 70, 70), LinearTerm("b", "q", -1, 48 / 80, 80)]
    >>> i = combine_linear(terms, alpha=0.05)
    >>> f"{i.low:.4f} {i.high:.4f}"
    '0.0524 0.3339'
    """
    z = float(-ndtri(checked_alpha(alpha) / 2))
    value, (down, up) = linear_value(terms), _arms(terms, z)
    return Interval(value - down, value + up)


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
