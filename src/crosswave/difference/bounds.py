"""Bounds: what silence and an unknown joint distribution leave open; those of waves that share respondents besides."""

from __future__ import annotations

from crosswave.arguments import checked_shares
from crosswave.difference.estimate import Interval


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


def manski_difference(first: Interval, second: Interval) -> Interval:
    """Return worst-case bounds for the later share of all who were asked minus the earlier one.

    Parameters
    ----------
    first, second : Interval
        Bounds of the earlier and the later wave, from `manski`.

    Notes
    -----
    ``[second.low - first.high, second.high - first.low]``: nothing ties the silent of one wave to those of the other.

    References
    ----------
    Manski (1989), doi:10.2307/145818.

    Examples
    --------
    >>> d = manski_difference(manski(40, 40, answered=80, asked=100), manski(90, 90, answered=95, asked=100))
    >>> f"{d.low:.2f} {d.high:.2f}"
    '0.30 0.55'
    """
    return Interval(second.low - first.high, second.high - first.low)


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


def mcnemar_bounds(yes_a: int, yes_b: int, asked: int) -> Interval:
    """Return the least and the greatest exact p of "as many say yes to A as to B", asked of the same people.

    Parameters
    ----------
    yes_a, yes_b : int
        Counts of yes, ``0 <= yes <= asked``.
    asked : int
        Who answered both, at least 1.

    Raises
    ------
    ValueError
        If the numbers are not in that order.

    Notes
    -----
    McNemar's exact test needs the numbers who said yes to one answer only. Print gives their difference k alone; their
    sum runs from ``|k|`` to ``min(yes_a + yes_b, 2 asked - yes_a - yes_b)``, and p rises with it.

    References
    ----------
    McNemar (1947), doi:10.1007/BF02295996.

    Examples
    --------
    >>> p = mcnemar_bounds(40, 55, 100)
    >>> f"{p.low:.5f} {p.high:.3f}"
    '0.00006 0.151'
    """
    if not (0 <= yes_a <= asked and 0 <= yes_b <= asked and asked >= 1):
        raise ValueError(
            f"mcnemar_bounds needs 0 <= yes_a, yes_b <= asked; got {yes_a}, {yes_b}, {asked}. "
            "Check the order of the arguments."
        )
    from statsmodels.stats.contingency_tables import mcnemar  # takes a second to import

    few, most = abs(yes_a - yes_b), min(yes_a + yes_b, 2 * asked - yes_a - yes_b)
    p = [float(mcnemar([[0, (sum_ + few) // 2], [(sum_ - few) // 2, 0]], exact=True).pvalue) for sum_ in (few, most)]
    return Interval(min(p[0], 1.0), min(p[1], 1.0))
