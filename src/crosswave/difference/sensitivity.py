"""What a comparison of two shares could show at all, before its difference is looked at.

Everything here follows from the interval of `newcombe`, so what is promised is what will be judged.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri

from crosswave.arguments import FloatArray, checked, checked_shares, checked_sizes
from crosswave.difference.arms import NO_ERROR, Arms
from crosswave.difference.roots import root_between
from crosswave.difference.student import student

N_MAX = 2**33
"""A sample beyond this size is no plan: more people than live."""


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """What a comparison of two waves could show, given the middle of the two shares and not their difference.

    `critical_rise` and `critical_fall` are the smallest observed changes whose interval excludes 0, the detectable ones
    the smallest true changes found with the stated power; infinite where the scale ends before. Margins up to the
    smallest cannot be passed even by two equal shares; equivalence is attainable where the margin asked for is larger.
    """

    critical_rise: float
    critical_fall: float
    detectable_rise: float
    detectable_fall: float
    smallest_margin: float
    equivalence_attainable: bool
    alpha: float
    power: float
    margin: float

    def shows(self, limit: float) -> bool:
        """Return whether either outcome could have been shown: equivalence, or a change as large as a limit."""
        return self.equivalence_attainable or min(self.detectable_rise, self.detectable_fall) <= limit

    @property
    def detectable(self) -> float:
        """The larger of the two detectable changes: what is found whichever way it goes."""
        return max(self.detectable_rise, self.detectable_fall)


def sensitivities(
    middle: npt.ArrayLike,
    sizes: tuple[npt.ArrayLike, npt.ArrayLike],
    *,
    margin: float,
    alpha: float,
    power: float,
    total_error: tuple[npt.ArrayLike, npt.ArrayLike] = NO_ERROR,
    df: npt.ArrayLike = np.inf,
) -> list[Sensitivity]:
    """Return critical difference, detectable change and attainable margin of each comparison, in both directions.

    Parameters
    ----------
    middle : array_like, shape (k,)
        The middle of the two shares, in [0, 1]; where the scale ends before a change does, the middle moves.
    sizes : pair of array_like, shape (k,)
        Effective sizes of the earlier and the later wave, positive; infinity asks what a larger sample could buy.
    margin : float
        Smallest change that matters, in (0, 1).
    alpha, power : float
        Error rate in (0, 0.5) and power in (0, 1).
    total_error : pair of array_like, default (0, 0)
        Standard deviations beyond sampling at a share of one half, in proportion units: 0.03 for 3 points. They are
        scaled to the middle of the shares, see `total_error.error_at`.
    df : array_like, default infinity
        Degrees of freedom from which the total error was estimated.

    Raises
    ------
    ValueError
        If an argument is outside its range.

    Notes
    -----
    The critical difference is the root of the lower limit of `newcombe` in the distance of the two shares. The
    detectable change is the one for which an observed difference ``z_power`` standard errors smaller than the true one
    is just found, the variance of a wave being ``p (1 - p) / n + t^2``; the likeliest such result moves each share
    towards the other by its part of the variance. The observed change is taken as normal: exact enumeration gives .79
    to .815 where .8 is asked.

    References
    ----------
    Fagerland, Lydersen and Laake (2015), doi:10.1177/0962280211415469.

    Examples
    --------
    Two houses that differ by 3 points of error each, even with everyone asked:

    >>> everyone, rules = [float("inf")], {"margin": 0.05, "alpha": 0.05, "power": 0.8}
    >>> found = sensitivities([0.5], (everyone, everyone), total_error=([0.03], [0.03]), **rules)[0]
    >>> f"{found.critical_rise:.3f} {found.detectable_rise:.3f} {found.smallest_margin:.3f}"
    '0.083 0.119 0.070'
    """
    m, a, chance = _checked_rules(margin, alpha, power)
    advice = "Pass standard deviations as proportions: 0.03 for 3 points."
    errors = [checked("total_error", t, "zero or more", lambda x: x >= 0, advice) for t in total_error]
    p, n_1, n_2, t_1, t_2, v = np.broadcast_arrays(
        checked_shares("middle", middle), *(checked_sizes("sizes", n) for n in sizes), *errors, np.asarray(df, float)
    )
    # With a chance of one half the likeliest result is the true one: the smallest observed change. A fall is a rise
    # seen from the later wave.
    chances = np.stack([np.asarray(0.5), chance])[:, None, None]
    ways = [np.stack(pair) for pair in ((n_1, n_2), (n_2, n_1), (t_1, t_2), (t_2, t_1))]
    changes = _smallest_change(*np.broadcast_arrays(p, *ways, a, chances, v))
    equals, z = Arms(p, n_1, p, n_2, np.hypot(t_1, t_2) * _scale(p), np.zeros_like(p), v), -ndtri(a)
    margins = np.maximum(equals.length(z), equals.reversed().length(z))
    rows = zip(*changes.reshape(4, -1).tolist(), margins.tolist(), strict=True)
    same = (alpha, power, margin)
    return [Sensitivity(rise, fall, up, down, least, bool(least < m), *same) for rise, fall, up, down, least in rows]


def _checked_rules(margin: float, alpha: float, power: float) -> tuple[FloatArray, FloatArray, FloatArray]:
    def inside(name: str, value: float, top: float, advice: str) -> FloatArray:
        rule = "strictly between 0 and 1" if top == 1 else f"in (0, {top:g})"
        return checked(name, value, rule, lambda x: (x > 0) & (x < top), advice)

    return (
        inside("margin", margin, 1, "Pass 0.05 for 5 points."),
        inside("alpha", alpha, 0.5, "Pass 0.05."),
        inside("power", power, 1, "Pass 0.8 for 80 %."),
    )


def smallest_n(
    change: float,
    middle: float,
    *,
    alpha: float,
    power: float,
    total_error: tuple[float, float] = NO_ERROR,
    df: float = math.inf,
) -> int | None:
    """Return the smallest effective size of each wave with which a change is found, or None if none will do.

    Parameters
    ----------
    change : float
        The true change, in (0, 1].
    middle, alpha, power, total_error, df
        As for `sensitivities`, each one number.

    Raises
    ------
    ValueError
        If an argument is outside its range.

    Notes
    -----
    None means that error beyond sampling alone hides the change: no sample is large enough.

    Examples
    --------
    >>> rules = {"alpha": 0.05, "power": 0.8}
    >>> smallest_n(0.05, 0.5, **rules), smallest_n(0.05, 0.5, total_error=(0.03, 0.03), **rules)
    (1569, None)
    """
    checked("change", change, "in (0, 1]", lambda a: (a > 0) & (a <= 1), "Pass 0.05 for 5 points.")
    m, (_, a, chance) = checked_shares("middle", middle), _checked_rules(0.5, alpha, power)
    error = (float(total_error[0]), float(total_error[1]))
    return _smallest_n(float(change), float(m), float(a), float(chance), error, float(df))


@lru_cache(maxsize=256)
def _smallest_n(
    change: float, middle: float, alpha: float, power: float, total_error: tuple[float, float], df: float
) -> int | None:
    def found(n: int) -> bool:
        numbers = (change, middle, n, n, *total_error, alpha, power, df)
        return bool(_limit_when_missed(*(np.asarray(number, dtype=np.float64) for number in numbers)) >= 0)

    return bisect_left(range(1, N_MAX), True, key=found) + 1 if found(N_MAX) else None


def _smallest_change(*given: FloatArray) -> FloatArray:
    """The smallest true rise that is found with a probability, as `_limit_when_missed` has it; infinity where none is.

    For a fall exchange sizes and errors. A power of one half gives the smallest observed rise whose interval excludes
    0.
    """
    always, never = _limit_when_missed(np.zeros(()), *given) >= 0, _limit_when_missed(np.ones(()), *given) < 0
    found = root_between(lambda change: _limit_when_missed(change, *given), 0.0, 1.0)
    return np.where(never, np.inf, np.where(always, 0.0, found))


def around(middle: FloatArray, change: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return two shares as far apart as `change`, their middle as near to `middle` as the scale allows.

    Examples
    --------
    >>> [round(float(share), 3) for share in around(np.array(0.05), np.array(0.2))]
    [0.0, 0.2]
    """
    low = np.clip(middle - change / 2, 0, 1 - change)
    return low, np.minimum(low + change, 1)


def _limit_when_missed(change: FloatArray, *given: FloatArray) -> FloatArray:
    """The lower limit of a change at the largest result that is missed with probability ``1 - power``.

    Given are the middle of the two shares, both sizes, both total errors at one half, alpha, power and df. The result
    lies ``q`` below the true change: z standard errors of sampling and t of the total error, added in quadrature, t
    being Student's quantile where that error is estimated. The likeliest such result moves each share towards the
    other by its part of ``q^2``.
    """
    middle, n_1, n_2, t_1, t_2, alpha, power, df = given
    low, high = around(middle, change)
    scale, z = _scale((low + high) / 2), ndtri(power)
    e_1, e_2, t = t_1 * scale, t_2 * scale, student(z, df)
    part_1, part_2 = (z**2 * _variance(p, n) + (t * e) ** 2 for p, n, e in ((low, n_1, e_1), (high, n_2, e_2)))
    q = np.sqrt(part_1 + part_2)
    per_part = np.divide(np.sign(z), q, out=np.zeros(np.broadcast_shapes(q.shape, np.shape(z))), where=q > 0)
    one, two = np.clip(low + part_1 * per_part, 0, 1), np.clip(high - part_2 * per_part, 0, 1)
    arms = Arms(one, n_1, two, n_2, np.hypot(e_1, e_2), np.zeros_like(q), df)
    return np.asarray(two - one - arms.length(-ndtri(alpha / 2)))


def _scale(share: FloatArray) -> FloatArray:
    """What a total error at one half is multiplied by at another share: it is constant on the logit scale."""
    return 4 * share * (1 - share)


def _variance(share: FloatArray, n: FloatArray) -> FloatArray:
    return np.maximum(share * (1 - share), 0.0) / n
