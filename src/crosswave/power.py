"""What a comparison of two waves could show at all, before its data are looked at.

Everything here follows from the interval of `crosswave.compare`, so what is promised is what will be judged.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from scipy.optimize import brentq
from scipy.stats import norm

from crosswave.arguments import checked, checked_shares
from crosswave.compare import NO_ERROR, newcombe

# A sample beyond this size is no plan: more people than live.
N_MAX = 2**33


@dataclass(frozen=True, slots=True)
class Reach:
    """What a comparison of two waves could show, given the earlier share.

    Attributes
    ----------
    critical_rise, critical_fall : float
        Smallest observed change whose interval excludes 0; infinite when the scale ends before.
    detectable_rise, detectable_fall : float
        Smallest true change that is found with the stated power; infinite when the scale ends before.
    smallest_margin : float
        Margins up to this one cannot be passed even by two equal shares.
    equivalence_attainable : bool
        Whether two equal shares would be judged equivalent.
    alpha, power, margin : float
        As given.
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

    @property
    def detectable(self) -> float:
        """The larger of the two detectable changes: what is found whichever way it goes."""
        return max(self.detectable_rise, self.detectable_fall)


def reach(
    share: float,
    sizes: tuple[float, float],
    *,
    margin: float,
    alpha: float = 0.05,
    power: float = 0.8,
    total_error: tuple[float, float] = NO_ERROR,
) -> Reach:
    """Return critical difference, detectable change and attainable margin of a comparison, in both directions.

    Parameters
    ----------
    share : float
        Share of the earlier wave, in [0, 1].
    sizes : tuple of float
        Effective sizes of the earlier and the later wave, positive; infinity asks what a larger sample could buy.
    margin : float
        Smallest change that matters, in (0, 1).
    alpha, power : float
        Error rate and power, in (0, 1).
    total_error : tuple of float, default (0, 0)
        Standard deviations beyond sampling, in proportion units, see `crosswave.compare.error_at`.

    Raises
    ------
    ValueError
        If an argument is outside its range.

    Examples
    --------
    Two houses that differ by 3 points of error each, even with everyone asked:

    >>> r = reach(0.5, (math.inf, math.inf), margin=0.05, total_error=(0.03, 0.03))
    >>> f"{r.critical_rise:.3f} {r.detectable_rise:.3f} {r.smallest_margin:.3f} {r.equivalence_attainable}"
    '0.083 0.119 0.070 False'
    """
    rise, fall = (share, *sizes), (1 - share, *sizes)
    critical = partial(critical_difference, alpha=alpha, total_error=total_error)
    detectable = partial(detectable_change, alpha=alpha, power=power, total_error=total_error)
    return Reach(
        critical_rise=critical(*rise),
        critical_fall=critical(*fall),
        detectable_rise=detectable(*rise),
        detectable_fall=detectable(*fall),
        smallest_margin=smallest_margin(*rise, alpha=alpha, total_error=total_error),
        equivalence_attainable=equivalence_attainable(*rise, margin=margin, alpha=alpha, total_error=total_error),
        alpha=alpha,
        power=power,
        margin=margin,
    )


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
    The root of the lower limit of `crosswave.compare.newcombe` in the later share, which is continuous here although
    counts are not.

    Examples
    --------
    >>> round(critical_difference(0.5, 1000, 1000), 4)
    0.0438
    """

    def low(later: float) -> float:
        return float(newcombe(share, n_1, later, n_2, alpha=alpha, total_error=total_error)[0])

    return _first(low, share) - share


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
    by its part of the variance; there the lower limit of `crosswave.compare.newcombe` is 0. The observed change is
    taken as normal: exact enumeration gives .80 to .81 where .8 is asked.

    References
    ----------
    Fagerland, Lydersen and Laake (2015), doi:10.1177/0962280211415469.

    Examples
    --------
    >>> round(detectable_change(0.5, 1000, 1000), 4)
    0.0625
    """
    z = float(norm.ppf(_checked_power(power)))
    t_1, t_2 = total_error

    def low(later: float) -> float:
        v_1, v_2 = _variance(share, n_1) + t_1**2, _variance(later, n_2) + t_2**2
        per_se = z / math.sqrt(v_1 + v_2) if v_1 + v_2 else 0.0
        p_1, p_2 = (min(max(p, 0.0), 1.0) for p in (share + v_1 * per_se, later - v_2 * per_se))
        return float(newcombe(p_1, n_1, p_2, n_2, alpha=alpha, total_error=total_error)[0])

    return _first(low, share) - share


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
    Two one-sided tests at `alpha` use the interval at 1 - 2 alpha; its longer arm is the answer. Above
    alpha = 0.5 that interval is empty, so alpha must be below.

    References
    ----------
    Schuirmann (1987), doi:10.1007/BF01068419.

    Examples
    --------
    >>> round(smallest_margin(0.5, 1000, 1000), 4)
    0.0367
    """
    a = float(checked("alpha", alpha, "in (0, 0.5)", lambda x: (x > 0) & (x < 0.5), "Pass 0.05."))
    low, high = newcombe(share, n_1, share, n_2, alpha=2 * a, total_error=total_error)
    return max(-float(low), float(high))


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

    def found(n: float) -> bool:
        return detectable_change(share, n, n, alpha=alpha, power=power, total_error=total_error) <= change

    return _first_whole(found) if found(N_MAX) else None


def _first_whole(holds: Callable[[float], bool]) -> int:
    """Smallest whole number from which on `holds`, known to hold at N_MAX."""
    below, above = 0, N_MAX
    while above - below > 1:
        middle = (below + above) // 2
        below, above = (below, middle) if holds(middle) else (middle, above)
    return above


def _first(rising: Callable[[float], float], start: float) -> float:
    """Root between `start` and 1 of a function that is not positive at `start`; infinity if it stays below 0."""
    if rising(1.0) < 0:
        return math.inf
    return float(brentq(rising, start, 1.0, xtol=1e-12)) if rising(start) < 0 else start


def _variance(share: float, n: float) -> float:
    return max(share * (1 - share), 0.0) / n


def _checked_power(power: float) -> float:
    rule = "strictly between 0 and 1"
    return float(checked("power", power, rule, lambda a: (a > 0) & (a < 1), "Pass 0.8 for 80 %."))
