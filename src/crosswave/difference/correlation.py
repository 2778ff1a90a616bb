"""How far two estimates of the same people, or of some of the same people, can be correlated."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from crosswave.arguments import FloatArray, checked_shares, checked_sizes


def phi_bounds(share_a: npt.ArrayLike, share_b: npt.ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Return the least and the greatest correlation of two yes-or-no answers of the same people.

    Parameters
    ----------
    share_a, share_b : array_like
        Shares of yes in [0, 1]; they broadcast.

    Raises
    ------
    ValueError
        If a share is outside [0, 1].

    Notes
    -----
    The phi coefficient ``(j - a b) / sqrt(a (1 - a) b (1 - b))`` at the two ends of `bounds.frechet_joint`;
    0 where a share is 0 or 1, since what does not vary is correlated with nothing.

    References
    ----------
    Duncan and Davis (1953), doi:10.2307/2088122.

    Examples
    --------
    >>> low, high = phi_bounds(0.5, [0.5, 0.2])
    >>> low.tolist(), high.tolist()
    ([-1.0, -0.5], [1.0, 0.5])
    """
    a, b = np.broadcast_arrays(checked_shares("share_a", share_a), checked_shares("share_b", share_b))
    scale = np.sqrt(a * (1 - a) * b * (1 - b))
    ends = (np.maximum(0.0, a + b - 1) - a * b, np.minimum(a, b) - a * b)
    low, high = (np.divide(end, scale, out=np.zeros_like(scale), where=scale > 0) for end in ends)
    return np.clip(low, -1, 0), np.clip(high, 0, 1)


def shared_correlation(
    share_1: npt.ArrayLike,
    n_1: npt.ArrayLike,
    share_2: npt.ArrayLike,
    n_2: npt.ArrayLike,
    *,
    shared: npt.ArrayLike | None = None,
) -> tuple[FloatArray, FloatArray]:
    """Return the least and the greatest correlation of two estimates some of whose respondents are the same.

    Parameters
    ----------
    share_1, n_1, share_2, n_2 : array_like
        Shares in [0, 1] and numbers of respondents of the two waves, not divided by a design effect.
    shared : array_like, optional
        How many answered in both, from 0 to the smaller wave. Absent: any such number.

    Raises
    ------
    ValueError
        If a number is outside its range.

    Notes
    -----
    ``phi m / sqrt(n_1 n_2)`` with m in common and phi at the ends of `phi_bounds`. It assumes that those in common
    answered like the others of their wave. An unknown m lies between none and the smaller wave, and the ends are those
    of the latter.

    Examples
    --------
    All 100 of the first among the 400 of the second:

    >>> low, high = shared_correlation(0.5, 100, 0.5, 400)
    >>> float(low), float(high)
    (-0.5, 0.5)
    """
    one, two = checked_sizes("n_1", n_1), checked_sizes("n_2", n_2)
    most = np.minimum(one, two)
    m = most if shared is None else np.asarray(shared, dtype=np.float64)
    if not ((m >= 0) & (m <= most)).all():
        raise ValueError(
            f"shared must lie between 0 and the smaller wave; got {m.tolist()} of {most.tolist()}. "
            "Leave it out where nobody says how many."
        )
    # Both parts are below one, so that waves too large for their product to be held are no harm.
    part = np.sqrt(m / one) * np.sqrt(m / two)
    low, high = phi_bounds(share_1, share_2)
    return low * part, high * part
