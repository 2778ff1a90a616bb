"""Bounds: what the silence of those who did not answer leaves open."""

from __future__ import annotations

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
