"""What a comparison of two waves could show at all, before its data are looked at.

Everything here follows from the interval of `compare`, so what is promised is what will be judged.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import numpy as np

from crosswave.arguments import FloatArray, checked, checked_alpha, checked_shares, checked_sizes
from crosswave.difference.arms import NO_ERROR
from crosswave.difference.detection import Bools, margin_of_equals, smallest_rise

# A sample beyond this size is no plan: more people than live.
N_MAX = 2**33
_TRIED = 64


def critical_difference(
    share: float, n_1: float, n_2: float, *, alpha: float = 0.05, total_error: tuple[float, float] = NO_ERROR
) -> float:
    """Return the smallest observed rise from `share` whose interval excludes 0.

    Parameters
    ----------
    share : float
        Share of the earlier wave, in [0, 1]. For a fall pass ``1 - share``: a fall of "yes" is a rise of "no".
    n_1, n_2 : float
        Effective sizes, positive, possibly infinite.
    alpha : float, default 0.05
        Error rate in (0, 1).
    total_error : tuple of float, default (0, 0)
        Standard deviations beyond sampling, in proportion units.

    Returns
    -------
    float
        In [0, 1 - share], or infinity if even a rise to 1 would not do.

    Raises
    ------
    ValueError
        If an argument is outside its range.

    Notes
    -----
    The root of the lower limit of `newcombe` in the later share, which is continuous here although
    counts are not.

    Examples
    --------
    >>> round(critical_difference(0.5, 1000, 1000), 4)
    0.0438
    """
    # With a chance of one half the likeliest result is the true one.
    return _rise(share, n_1, n_2, total_error, alpha=alpha, power=0.5)


def detectable_change(
    share: float,
    n_1: float,
    n_2: float,
    *,
    alpha: float = 0.05,
    power: float = 0.8,
    total_error: tuple[float, float] = NO_ERROR,
) -> float:
    """Return the smallest true rise from `share` that is found with the stated power.

    Parameters
    ----------
    share, n_1, n_2, alpha, total_error
        As for `critical_difference`.
    power : float, default 0.8
        Probability of finding it, in (0, 1).

    Returns
    -------
    float
        In [0, 1 - share], or infinity if even a rise to 1 would be missed too often.

    Raises
    ------
    ValueError
        If an argument is outside its range.

    Notes
    -----
    The change for which an observed difference ``z_power`` standard errors smaller than the true one is just found,
    the variance of a wave being ``p (1 - p) / n + t^2``. The likeliest such result moves each share towards the other
    by its part of the variance; there the lower limit of `newcombe` is 0. The observed change is
    taken as normal: exact enumeration gives .80 to .81 where .8 is asked.

    References
    ----------
    Fagerland, Lydersen and Laake (2015), doi:10.1177/0962280211415469.

    Examples
    --------
    >>> round(detectable_change(0.5, 1000, 1000), 4)
    0.0625
    """
    return _rise(share, n_1, n_2, total_error, alpha=alpha, power=power)


def smallest_margin(
    share: float, n_1: float, n_2: float, *, alpha: float = 0.05, total_error: tuple[float, float] = NO_ERROR
) -> float:
    """Return the margin that two waves with exactly this share would just fail to pass.

    Parameters
    ----------
    share, n_1, n_2, alpha, total_error
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
    p, sizes, error = _checked_waves(share, n_1, n_2, total_error)
    return min(float(margin_of_equals(p, *sizes, error, alpha=a)), 1.0)


def equivalence_attainable(
    share: float,
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
    share, n_1, n_2, alpha, total_error
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
    return smallest_margin(share, n_1, n_2, alpha=alpha, total_error=total_error) < m


def smallest_n(
    change: float,
    share: float,
    *,
    alpha: float = 0.05,
    power: float = 0.8,
    total_error: tuple[float, float] = NO_ERROR,
) -> int | None:
    """Return the smallest effective size of each wave with which a rise from `share` is found, or None if none will do.

    Parameters
    ----------
    change : float
        The true rise, in (0, 1 - share].
    share, alpha, total_error
        As for `critical_difference`.
    power : float, default 0.8
        Probability of finding it, in (0, 1).

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
    (1565, None)
    """
    top = 1 - float(checked_shares("share", share))
    # 1 - 0.9 is a little less than 0.1.
    checked("change", change, f"in (0, {top:g}]", lambda a: (a > 0) & (a <= top + 1e-12), "For a fall pass 1 - share.")

    _checked_waves(share, N_MAX, N_MAX, total_error)
    chances = float(checked_alpha(alpha)), float(_checked_power(power))
    return _smallest_n(float(change), float(share), *chances, (float(total_error[0]), float(total_error[1])))


@lru_cache(maxsize=256)
def _smallest_n(
    change: float, share: float, alpha: float, power: float, total_error: tuple[float, float]
) -> int | None:
    p, _, error = _checked_waves(share, N_MAX, N_MAX, total_error)

    def found(n: FloatArray) -> Bools:
        return smallest_rise(p, n, n, error, alpha=np.asarray(alpha), power=np.asarray(power)) <= change

    return _first_whole(found) if found(np.array([N_MAX])).all() else None


def _first_whole(holds: Callable[[FloatArray], Bools]) -> int:
    """Smallest whole number from which on `holds`, known to hold at N_MAX: many are tried at once."""
    below, above = 0, N_MAX
    while above - below > 1:
        tried = np.unique(np.linspace(below, above, _TRIED).astype(np.int64))[1:]  # the last is known to hold
        first = int(np.argmax(holds(tried.astype(np.float64))))
        below, above = (below, int(tried[0])) if first == 0 else (int(tried[first - 1]), int(tried[first]))
    return above


def _rise(
    share: float, n_1: float, n_2: float, total_error: tuple[float, float], *, alpha: float, power: float
) -> float:
    p, sizes, error = _checked_waves(share, n_1, n_2, total_error)
    return float(smallest_rise(p, *sizes, error, alpha=checked_alpha(alpha), power=_checked_power(power)))


def _checked_power(power: float) -> FloatArray:
    return checked("power", power, "strictly between 0 and 1", lambda a: (a > 0) & (a < 1), "Pass 0.8 for 80 %.")


def _checked_waves(
    share: float, n_1: float, n_2: float, total_error: tuple[float, float]
) -> tuple[FloatArray, tuple[FloatArray, FloatArray], tuple[FloatArray, FloatArray]]:
    advice = "Pass standard deviations as proportions: 0.03 for 3 points."
    one, two = (checked("total_error", t, "zero or more", lambda a: a >= 0, advice) for t in total_error)
    return checked_shares("share", share), (checked_sizes("n_1", n_1), checked_sizes("n_2", n_2)), (one, two)
