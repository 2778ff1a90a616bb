"""Non-response: the correlation that would make a change of nothing, and bounds for all who were asked."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce

import numpy as np
import numpy.typing as npt

from crosswave.arguments import FloatArray, checked, checked_shares, checked_sizes
from crosswave.difference.bounds import manski, manski_difference
from crosswave.difference.estimate import Interval
from crosswave.difference.readings import Readings
from crosswave.trend.waves import Pair, Wave


@dataclass(frozen=True, slots=True)
class Correlation:
    """The response-answer correlation that would make a change of nothing, for populations of a stated size."""

    population: str
    sizes: tuple[float, float]
    value: float


def needed_correlation(
    share_1: npt.ArrayLike,
    n_1: npt.ArrayLike,
    share_2: npt.ArrayLike,
    n_2: npt.ArrayLike,
    *,
    populations: tuple[npt.ArrayLike, npt.ArrayLike],
) -> FloatArray:
    """Return the correlation of answering at all with saying yes that would make the whole difference, no change being.

    Parameters
    ----------
    share_1, n_1, share_2, n_2 : array_like, shares in [0, 1] and numbers of those who answered
    populations : pair of array_like, how many people each wave was drawn from, finite, at least those who answered

    Raises
    ------
    ValueError
        If a number is outside its range.

    Notes
    -----
    The error of a share is ``rho sqrt((N - n) / n) sigma``, sigma being the standard deviation ``sqrt(P (1 - P))`` of
    the population. With k the middle factor and correlations of one size and opposite signs, which is the least that
    will do, ``P = (p1 k2 + p2 k1) / (k1 + k2)`` and ``rho = (p2 - p1) / ((k1 + k2) sigma)``. Infinite where everybody
    answered and the shares differ; towards 0 as populations grow. No design effect enters: nobody answered twice.

    References
    ----------
    Meng (2018), doi:10.1214/18-AOAS1161SF, equation 2.3.

    Examples
    --------
    40 % of 1,000 against 46 % of 800, out of a million each:

    >>> rho = needed_correlation(0.40, 1000, 0.46, 800, populations=(1e6, 1e6))
    >>> f"{rho:.5f}"
    '0.00181'
    """
    p1, p2 = checked_shares("share_1", share_1), checked_shares("share_2", share_2)
    sizes = checked_sizes("n_1", n_1), checked_sizes("n_2", n_2)
    k1, k2 = (_dropout(n, people) for n, people in zip(sizes, populations, strict=True))
    both, difference = k1 + k2, p2 - p1
    p = p1 + difference * np.divide(k1, both, out=np.zeros_like(both + p1), where=both > 0)
    scale = np.sqrt(np.maximum(p * (1 - p), 0)) * both
    empty = np.where(difference == 0, 0.0, np.copysign(np.inf, difference))
    return np.where(scale > 0, difference / np.where(scale > 0, scale, 1.0), empty)


def _dropout(n: FloatArray, population: npt.ArrayLike) -> FloatArray:
    """``sqrt((N - n) / n)``: how much a correlation of answer and answering moves a share."""
    advice = "Pass the people who could have answered."
    size = checked("populations", population, "positive and finite", lambda a: (a > 0) & np.isfinite(a), advice)
    checked("populations less those who answered", size - n, "zero or more", lambda a: a >= 0, advice)
    return np.sqrt((size - n) / n)


def correlations(
    readings: Readings, multiples: Sequence[float], populations: Sequence[int]
) -> list[tuple[Correlation, ...]]:
    """Return the correlation of each comparison for each population that holds those who answered.

    Parameters
    ----------
    readings : Readings, feasible readings
    multiples, populations : sequence of float, of int, sizes of the population: times those who answered, and people
    """
    sizes = readings.people()
    named = {f"{times:g} times those who answered": [times * n for n in sizes] for times in multiples}
    named |= {f"{people:,} people": [np.full_like(n, people) for n in sizes] for people in populations}
    rows: list[list[Correlation]] = [[] for _ in readings.first]
    for words, (one, two) in named.items():
        enough = (one >= sizes[0]) & (two >= sizes[1])
        people = (np.where(enough, one, sizes[0]), np.where(enough, two, sizes[1]))
        rho = needed_correlation(readings.printed_1, sizes[0], readings.printed_2, sizes[1], populations=people)
        for k in np.flatnonzero(enough):
            rows[k].append(Correlation(words, (float(one[k]), float(two[k])), float(rho[k])))
    return [tuple(row) for row in rows]


def bounds_of_all(pair: Pair, asked: tuple[int | None, int | None]) -> Interval | None:
    """Return worst-case bounds of the difference for all who were asked; None where either number is unknown.

    Parameters
    ----------
    pair : Pair, two usable waves
    asked : pair of int or None, how many each wave asked
    """
    first, second = _of_all(pair.first, asked[0]), _of_all(pair.second, asked[1])
    return None if first is None or second is None else manski_difference(first, second)


def asked_of(wave: Wave) -> int | None:
    """Return how many were asked, where it is recorded and the figure counts all who answered, or most of them.

    Of those who answered the survey and not its question nothing is known either.
    """
    base = wave.finding.base
    return wave.survey.asked if base is None or base.everyone or base.at_most == "n" else None


def _of_all(wave: Wave, asked: int | None) -> Interval | None:
    """Manski bounds of one wave over all its readings."""
    if asked is None or not wave.size_known:
        return None
    readings = zip(np.rint(wave.shares * wave.sizes).astype(int).tolist(), wave.sizes.astype(int).tolist(), strict=True)
    return reduce(Interval.hull, (manski(yes, yes, answered=size, asked=asked) for yes, size in readings))
