"""What a comparison could show at all, in both directions, before its data are looked at."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from crosswave.arguments import FloatArray, checked, checked_shares, checked_sizes
from crosswave.difference.arms import NO_ERROR
from crosswave.difference.detection import margin_of_equals, smallest_change


@dataclass(frozen=True, slots=True)
class Reach:
    """What a comparison of two waves could show, given the middle of the two shares and not their difference.

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


def reach(
    middle: float,
    sizes: tuple[float, float],
    *,
    margin: float,
    alpha: float = 0.05,
    power: float = 0.8,
    total_error: tuple[float, float] = NO_ERROR,
    df: float = np.inf,
) -> Reach:
    """Return critical difference, detectable change and attainable margin of a comparison, in both directions.

    Parameters
    ----------
    middle : float
        The middle of the two shares, in [0, 1].
    sizes : tuple of float
        Effective sizes of the earlier and the later wave, positive; infinity asks what a larger sample could buy.
    margin : float
        Smallest change that matters, in (0, 1).
    alpha, power : float
        Error rate and power, in (0, 1).
    total_error : tuple of float, default (0, 0)
        Standard deviations beyond sampling at a share of one half, in proportion units: 0.03 for 3 points. They are
        scaled to the middle of the shares, see `total_error.error_at`.
    df : float, default infinity
        Degrees of freedom from which the total error was estimated.

    Raises
    ------
    ValueError
        If an argument is outside its range.

    Examples
    --------
    Two houses that differ by 3 points of error each, even with everyone asked:

    >>> everyone = float("inf")
    >>> r = reach(0.5, (everyone, everyone), margin=0.05, total_error=(0.03, 0.03))
    >>> f"{r.critical_rise:.3f} {r.detectable_rise:.3f} {r.smallest_margin:.3f} {r.equivalence_attainable}"
    '0.083 0.119 0.070 False'
    """
    (found,) = reaches(
        [middle], ([sizes[0]], [sizes[1]]), margin=margin, alpha=alpha, power=power, total_error=total_error, df=df
    )
    return found


def reaches(
    middle: npt.ArrayLike,
    sizes: tuple[npt.ArrayLike, npt.ArrayLike],
    *,
    margin: float,
    alpha: float = 0.05,
    power: float = 0.8,
    total_error: tuple[npt.ArrayLike, npt.ArrayLike] = NO_ERROR,
    df: npt.ArrayLike = np.inf,
) -> list[Reach]:
    """Return what each of many comparisons could show, as `reach` does for one, all at once.

    Parameters
    ----------
    middle, sizes, total_error, df
        As for `reach`, arrays of shape (k,).
    margin, alpha, power
        As for `reach`, one for all.

    Raises
    ------
    ValueError
        If an argument is outside its range.
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
    changes = smallest_change(p, ways[0], ways[1], (ways[2], ways[3]), alpha=a, power=chances, df=v)
    margins = margin_of_equals(p, n_1, n_2, (t_1, t_2), alpha=a, df=v)
    rows = zip(*changes.reshape(4, -1).tolist(), margins.tolist(), strict=True)
    same = (alpha, power, margin)
    return [Reach(rise, fall, up, down, least, bool(least < m), *same) for rise, fall, up, down, least in rows]


def _checked_rules(margin: float, alpha: float, power: float) -> tuple[FloatArray, FloatArray, FloatArray]:
    def inside(name: str, value: float, top: float, advice: str) -> FloatArray:
        rule = "strictly between 0 and 1" if top == 1 else f"in (0, {top:g})"
        return checked(name, value, rule, lambda x: (x > 0) & (x < top), advice)

    return (
        inside("margin", margin, 1, "Pass 0.05 for 5 points."),
        inside("alpha", alpha, 0.5, "Pass 0.05."),
        inside("power", power, 1, "Pass 0.8 for 80 %."),
    )
