"""The score interval of a difference of two shares: an independent check on the interval that verdicts use."""

from __future__ import annotations

import numpy as np
from scipy.optimize import brentq
from scipy.special import ndtri

from crosswave.arguments import checked_alpha
from crosswave.estimate import Interval


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
    z = float(-ndtri(checked_alpha(alpha) / 2))
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
