"""Bounds that need no sampling: what silence and an unknown joint distribution leave open."""

from __future__ import annotations

from crosswave.arguments import checked_shares
from crosswave.estimate import Interval


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
