"""Tipping points: how far one number must move, all others unchanged, before the decision table says something else.

A verdict changes only where a test on some feasible reading changes, and each such place has a closed form or is one
root. So no grid is searched: the places are listed, and the table is read between them, for thousands of comparisons
at once. What a comparison could have shown is left out: where evidence is lost it is lost, whatever the reason.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri

from crosswave.arguments import FloatArray
from crosswave.difference.arms import Arms
from crosswave.difference.compare import Criteria
from crosswave.difference.readings import Bools, Places, Readings
from crosswave.difference.student import student
from crosswave.difference.verdict import DECISIONS, Evidence, decide, outcome_masks

Below = Callable[[Arms, FloatArray, float], FloatArray]
_SAME_PLACE = 1e-9
# Beyond every limit, and yet a number that can be halved.
_FAR = 1e9
_ALL_POINTS = 100.0


def passing_design_effects(readings: Readings, criteria: Criteria) -> FloatArray:
    """Return the open intervals of the design effect in which each test passes, shape (3, 2, rows).

    Parameters
    ----------
    readings : Readings, feasible readings
    criteria : Criteria, error rate and smallest change that matters

    Notes
    -----
    The tests are those of a rise, of a fall, and of the absence of a change as large as the smallest that matters.
    A Wilson arm depends on ``z^2 deff / n`` alone, so the arm at z under a design effect is that at ``z sqrt(deff)``
    under none: one root per reading and limit.
    """
    extra, df = readings.error(readings.points), readings.df[readings.owner]

    def below(arms: Arms, gap: FloatArray, z: float) -> FloatArray:
        left = np.where(gap > 0, gap**2 - (student(z, df) * extra) ** 2, 0.0)
        return np.where(left > 0, (arms.reaching(np.sqrt(np.maximum(left, 0))) / z) ** 2, -np.inf)

    return _passing_below(readings, readings.arms(1.0), criteria, below)


def passing_total_errors(readings: Readings, criteria: Criteria) -> FloatArray:
    """Return the open intervals of the total error, points at 50 %, in which each test passes, shape (3, 2, rows).

    Parameters
    ----------
    readings, criteria : as for `passing_design_effects`

    Notes
    -----
    Squared arms add, so the error that brings a limit to a place is the root of what sampling leaves.
    """
    per_point, df = readings.error(np.ones_like(readings.points)), readings.df[readings.owner]

    def below(arms: Arms, gap: FloatArray, z: float) -> FloatArray:
        left, rate = np.where(gap > 0, gap**2 - arms.length(z) ** 2, 0.0), student(z, df) * per_point
        error = np.divide(np.sqrt(np.maximum(left, 0)), rate, out=np.full_like(gap, np.inf), where=rate > 0)
        return np.where(left > 0, error, -np.inf)

    return _passing_below(readings, readings.arms(criteria.design_effect), criteria, below)


def _passing_below(readings: Readings, arms: Arms, criteria: Criteria, below: Below) -> FloatArray:
    """Intervals of a number that only ever lengthens arms: each test passes below some value of it."""
    difference, m, other = readings.difference, criteria.margin, arms.reversed()
    z, z_one = _quantiles(criteria)
    small = np.minimum(below(arms, difference + m, z_one), below(other, m - difference, z_one))
    tops = np.stack([below(arms, difference, z), below(other, -difference, z), small])
    return np.stack([np.full_like(tops, -np.inf), tops], axis=1)


def passing_biases(readings: Readings, criteria: Criteria) -> FloatArray:
    """Return the open intervals of the bias of the difference, points, in which each test passes, shape (3, 2, rows).

    Parameters
    ----------
    readings, criteria : as for `passing_design_effects`

    Notes
    -----
    The arms stay those of the shares as given, so a change is lost where the bias is the limit on the side of 0.
    """
    difference, m, never = readings.difference, criteria.margin, np.full(len(readings.share_1), np.inf)
    arms = readings.arms_in_use(criteria.design_effect)
    low, low_one = (difference - arms.length(z) for z in _quantiles(criteria))
    high, high_one = (difference + arms.reversed().length(z) for z in _quantiles(criteria))
    return np.array([(-never, 100 * low), (100 * high, never), (100 * (high_one - m), 100 * (low_one + m))])


def _quantiles(criteria: Criteria) -> tuple[float, float]:
    return -float(ndtri(criteria.alpha / 2)), -float(ndtri(criteria.alpha))


# --- the decision table, read for many comparisons at once: outcomes and verdicts as places in lists ------------------

VERDICTS = tuple(DECISIONS)


OUTCOMES = ("inconclusive", "rose", "fell", "no material change", "changed, immaterially")
_SIZE = 1 << len(OUTCOMES)


def outcome_codes(rises: Bools, falls: Bools, small: Bools) -> npt.NDArray[np.int8]:
    """Return the outcome of each reading: places in `OUTCOMES`."""
    masks = outcome_masks(rises, falls, small)
    return np.asarray(np.argmax([masks[name] for name in OUTCOMES], axis=0), dtype=np.int8)


def _decided(k: int) -> int:
    """The verdict on evidence packed into one number: a bit for each outcome, then sized, verbal."""
    seen = tuple(name for place, name in enumerate(OUTCOMES) if k >> place & 1)
    sized, verbal = (bool(k // _SIZE >> place & 1) for place in range(2))
    return VERDICTS.index(decide(Evidence(compared=True, sized=sized, verbal=verbal, outcomes=seen)))


_DECIDED = np.array([_decided(k) for k in range(4 * _SIZE)])


def verdicts_at(readings: Readings, passing: FloatArray, at: FloatArray) -> Places:
    """Return the verdict of each comparison, a place in `VERDICTS`, where a number has the value of that comparison."""
    codes = _row_codes(passing, at[readings.owner])
    return _verdicts_on(np.bitwise_or.reduceat(1 << codes.astype(np.intp), readings.first), readings, slice(None))


def _row_codes(passing: FloatArray, at: FloatArray) -> npt.NDArray[np.int8]:
    return outcome_codes(*((low < at) & (at < high) for low, high in passing))


def _verdicts_on(seen: Places, readings: Readings, of: Places | slice) -> Places:
    return np.asarray(_DECIDED[seen + _SIZE * (readings.sized[of] + 2 * readings.verbal[of])])


# --- where a verdict changes first ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class TippingPoint:
    """Where a verdict changes when one number is moved and all others are unchanged; no value where none up to `limit`.

    The limit is how far the number was moved: to that which was set, or not at all where the value in use is beyond it.
    """

    value: float | None
    verdict: str | None
    limit: float
    down: bool = False


def tipping_points(
    readings: Readings, passing: FloatArray, start: FloatArray, limit: float, *, down: bool = False
) -> list[TippingPoint]:
    """Return where the verdict of each comparison changes first.

    Parameters
    ----------
    readings : Readings, feasible readings
    passing : array of float, shape (3, 2, rows), where each test passes
    start : array of float, shape (k,), the value in use
    limit : float, how far to go
    down : bool, default False, whether to go down

    Notes
    -----
    Between neighbouring ends of intervals no verdict changes. All ends are sorted, how many readings have each outcome
    is counted from one to the next, and the table is read there. Ends closer than 1e-9 are one: rounding separates
    them.
    """
    sign, ends = (-1.0 if down else 1.0), (np.minimum if down else np.maximum)(start, limit)
    of, at, change = _steps(readings, passing, start, ends, sign)
    begun = np.add.reduceat(_tally(_row_codes(passing, start[readings.owner])), readings.first)
    # One running sum over all comparisons, less what it was where each begins.
    running = np.concatenate([np.zeros((1, begun.shape[1]), dtype=np.int64), change]).cumsum(axis=0)
    count = begun[of] + running[1:] - running[np.searchsorted(of, of)]
    codes = _verdicts_on(((count > 0) << np.arange(len(OUTCOMES))).sum(axis=1), readings, of)
    apart = (np.diff(at, append=np.inf) > _SAME_PLACE) | (np.diff(of, append=-1) != 0)
    other = np.flatnonzero(apart & (codes != verdicts_at(readings, passing, start)[of]))
    found = [TippingPoint(None, None, end, down) for end in ends.tolist()]
    for k, place in zip(*np.unique(of[other], return_index=True), strict=True):
        value, code = sign * at[other[place]], codes[other[place]]
        found[k] = replace(found[k], value=float(value), verdict=VERDICTS[code])
    return found


def _steps(
    readings: Readings, passing: FloatArray, start: FloatArray, ends: FloatArray, sign: float
) -> tuple[Places, FloatArray, npt.NDArray[np.int32]]:
    """Where outcomes change beyond `start` and up to `ends`, in order: of which comparison, the place, each count."""
    cuts = np.sort(np.clip(passing.reshape(6, -1), -_FAR, _FAR), axis=0)
    wide = np.concatenate([cuts[:1] - 1, cuts, cuts[-1:] + 1])
    codes, owner = _row_codes(passing, (wide[:-1] + wide[1:]) / 2), readings.owner
    between = (sign * cuts > sign * start[owner]) & (sign * cuts <= sign * ends[owner])
    cut, row = np.nonzero((codes[1:] != codes[:-1]) & between)
    at, of = sign * cuts[cut, row], owner[row]
    change = int(sign) * (_tally(codes[cut + 1, row]).astype(np.int32) - _tally(codes[cut, row]))
    order = np.lexsort((at, of))
    return of[order], at[order], change[order]


def _tally(codes: npt.NDArray[np.int8]) -> npt.NDArray[np.int8]:
    """A last axis with 1 at the outcome of each reading and 0 elsewhere."""
    return np.eye(len(OUTCOMES), dtype=np.int8)[codes]


def nearest_bias(readings: Readings, passing: FloatArray) -> list[TippingPoint]:
    """Return the smallest bias that tips each verdict; a positive one has made the later share too high."""
    none = np.zeros_like(readings.points)
    up = tipping_points(readings, passing, none, _ALL_POINTS)
    down = tipping_points(readings, passing, none, -_ALL_POINTS, down=True)
    return [
        min(both, key=lambda one: np.inf if one.value is None else abs(one.value))
        for both in zip(up, down, strict=True)
    ]
