"""What a comparison of two waves could show at all, before its data are looked at.

Everything here follows from the interval of `compare`, so what is promised is what will be judged.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache

import numpy as np

from crosswave.arguments import FloatArray, checked, checked_alpha, checked_shares, checked_sizes
from crosswave.difference.arms import NO_ERROR
from crosswave.difference.detection import Bools, around, limit_when_missed, margin_of_equals, smallest_change

# A sample beyond this size is no plan: more people than live.
N_MAX = 2**33
_TRIED = 64


def critical_difference(
    middle: float, n_1: float, n_2: float, *, alpha: float = 0.05, total_error: tuple[float, float] = NO_ERROR
) -> float:
    """Return the smallest observed rise around `middle` whose interval excludes 0.

    Parameters
    ----------
    middle : float
        The middle of the two shares, in [0, 1]; where the scale ends before the change does, the middle moves.
    n_1, n_2 : float
        Effective sizes of the earlier and the later wave, positive, possibly infinite. For a fall exchange them.
    alpha : float, default 0.05
        Error rate in (0, 1).
    total_error : tuple of float, default (0, 0)
        Standard deviations beyond sampling at a share of one half, in proportion units.

    Returns
    -------
    float
        In [0, 1], or infinity if even a rise from 0 to 1 would not do.

    Raises
    ------
    ValueError
        If an argument is outside its range.

    Notes
    -----
    The root of the lower limit of `newcombe` in the distance of the shares, continuous here although counts are not.

    Examples
    --------
    >>> round(critical_difference(0.5, 1000, 1000), 4)
    0.0438
    """
    # With a chance of one half the likeliest result is the true one.
    return _rise(middle, n_1, n_2, total_error, alpha=alpha, power=0.5)


def detectable_change(
    middle: float,
    n_1: float,
    n_2: float,
    *,
    alpha: float = 0.05,
    power: float = 0.8,
    total_error: tuple[float, float] = NO_ERROR,
    df: float = math.inf,
) -> float:
    """Return the smallest true rise around `middle` that is found with the stated power.

    Parameters
    ----------
    middle, n_1, n_2, alpha, total_error
        As for `critical_difference`.
    power : float, default 0.8
        Probability of finding it, in (0, 1).
    df : float, default infinity
        Degrees of freedom from which the total error was estimated.

    Returns
    -------
    float
        In [0, 1], or infinity if even a rise from 0 to 1 would be missed too often.

    Raises
    ------
    ValueError
        If an argument is outside its range.

    Notes
    -----
    The change for which an observed difference ``z_power`` standard errors smaller than the true one is just found,
    the variance of a wave being ``p (1 - p) / n + t^2``. The likeliest such result moves each share towards the other
    by its part of the variance; there the lower limit of `newcombe` is 0. The observed change is
    taken as normal: exact enumeration gives .79 to .815 where .8 is asked.

    References
    ----------
    Fagerland, Lydersen and Laake (2015), doi:10.1177/0962280211415469.

    Examples
    --------
    >>> round(detectable_change(0.5, 1000, 1000), 4)
    0.0626
    """
    return _rise(middle, n_1, n_2, total_error, alpha=alpha, power=power, df=df)


def smallest_margin(
    middle: float, n_1: float, n_2: float, *, alpha: float = 0.05, total_error: tuple[float, float] = NO_ERROR
) -> float:
    """Return the margin that two waves with exactly this share would just fail to pass.

    Parameters
    ----------
    middle, n_1, n_2, alpha, total_error
        As for `critical_difference`.

    Raises
    ------
    ValueError
        If an argument is outside its range.

    Notes
    -----
    Two one-sided tests at `alpha` use the interval at 1 - 2 alpha, empty above 0.5; its longer arm is the answer.

    References
    ----------
    Schuirmann (1987), doi:10.1007/BF01068419.

    Examples
    --------
    >>> round(smallest_margin(0.5, 1000, 1000), 4)
    0.0367
    """
    a = checked("alpha", alpha, "in (0, 0.5)", lambda x: (x > 0) & (x < 0.5), "Pass 0.05.")
    p, sizes, error = _checked_waves(middle, n_1, n_2, total_error)
    return min(float(margin_of_equals(p, *sizes, error, alpha=a)), 1.0)


def equivalence_attainable(
    middle: float,
    n_1: float,
    n_2: float,
    *,
    margin: float,
    alpha: float = 0.05,
    total_error: tuple[float, float] = NO_ERROR,
) -> bool:
    """Return whether two waves with exactly this share would be judged equivalent.

    Parameters
    ----------
    middle, n_1, n_2, alpha, total_error
        As for `critical_difference`.
    margin : float
        Smallest change that matters, in (0, 1).

    Raises
    ------
    ValueError
        If an argument is outside its range.

    Examples
    --------
    >>> equivalence_attainable(0.5, 1000, 1000, margin=0.05), equivalence_attainable(0.5, 235, 235, margin=0.05)
    (True, False)
    """
    m = float(
        checked("margin", margin, "strictly between 0 and 1", lambda a: (a > 0) & (a < 1), "Pass 0.05 for 5 points.")
    )
    return smallest_margin(middle, n_1, n_2, alpha=alpha, total_error=total_error) < m


def smallest_n(
    change: float,
    middle: float,
    *,
    alpha: float = 0.05,
    power: float = 0.8,
    total_error: tuple[float, float] = NO_ERROR,
    df: float = math.inf,
) -> int | None:
    """Return the smallest effective size of each wave with which a change is found, or None if none will do.

    Parameters
    ----------
    change : float
        The true change, in (0, 1].
    middle, alpha, total_error
        As for `critical_difference`.
    power : float, default 0.8
        Probability of finding it, in (0, 1).
    df : float, default infinity
        Degrees of freedom from which the total error was estimated.

    Raises
    ------
    ValueError
        If an argument is outside its range.

    Notes
    -----
    None means that error beyond sampling alone hides the change: no sample is large enough.

    Examples
    --------
    >>> smallest_n(0.05, 0.5), smallest_n(0.05, 0.5, total_error=(0.03, 0.03))
    (1569, None)
    """
    checked("change", change, "in (0, 1]", lambda a: (a > 0) & (a <= 1), "Pass 0.05 for 5 points.")
    _checked_waves(middle, N_MAX, N_MAX, total_error)
    chances = float(checked_alpha(alpha)), float(_checked_power(power))
    error = (float(total_error[0]), float(total_error[1]))
    return _smallest_n(float(change), float(middle), *chances, error, float(df))


@lru_cache(maxsize=256)
def _smallest_n(
    change: float, middle: float, alpha: float, power: float, total_error: tuple[float, float], df: float
) -> int | None:
    m, _, error = _checked_waves(middle, N_MAX, N_MAX, total_error)
    low, high = around(m, np.asarray(change))
    chances = {"alpha": np.asarray(alpha), "power": np.asarray(power)}

    def found(n: FloatArray) -> Bools:
        return limit_when_missed(low, high, (n, n), error, **chances, df=df) >= 0

    return _first_whole(found) if found(np.array([N_MAX], dtype=np.float64)).all() else None


def _first_whole(holds: Callable[[FloatArray], Bools]) -> int:
    """Smallest whole number from which on `holds`, known to hold at N_MAX: many are tried at once."""
    below, above = 0, N_MAX
    while above - below > 1:
        tried = np.unique(np.linspace(below, above, _TRIED).astype(np.int64))[1:]  # the last is known to hold
        first = int(np.argmax(holds(tried.astype(np.float64))))
        below, above = (below, int(tried[0])) if first == 0 else (int(tried[first - 1]), int(tried[first]))
    return above


def _rise(
    middle: float,
    n_1: float,
    n_2: float,
    total_error: tuple[float, float],
    *,
    alpha: float,
    power: float,
    df: float = math.inf,
) -> float:
    m, sizes, error = _checked_waves(middle, n_1, n_2, total_error)
    chances = {"alpha": checked_alpha(alpha), "power": _checked_power(power)}
    return float(smallest_change(m, *sizes, error, **chances, df=df))


def _checked_power(power: float) -> FloatArray:
    return checked("power", power, "strictly between 0 and 1", lambda a: (a > 0) & (a < 1), "Pass 0.8 for 80 %.")


def _checked_waves(
    middle: float, n_1: float, n_2: float, total_error: tuple[float, float]
) -> tuple[FloatArray, tuple[FloatArray, FloatArray], tuple[FloatArray, FloatArray]]:
    advice = "Pass standard deviations as proportions: 0.03 for 3 points."
    one, two = (checked("total_error", t, "zero or more", lambda a: a >= 0, advice) for t in total_error)
    return checked_shares("middle", middle), (checked_sizes("n_1", n_1), checked_sizes("n_2", n_2)), (one, two)
