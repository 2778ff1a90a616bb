"""Where a verdict gives way first: the decision table is read between the places at which tests change."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from crosswave.arguments import FloatArray
from crosswave.difference.readings import Bools, Places, Readings
from crosswave.robustness.edges import Edges
from crosswave.robustness.verdict_codes import OUTCOMES, VERDICTS, row_codes, verdict_codes, verdicts_on


@dataclass(frozen=True, slots=True)
class Tipping:
    """Where a verdict gives way when one number is moved and everything else stands.

    Attributes
    ----------
    value : float or None
        The first value beyond which the verdict is another; None where there is none up to `limit`.
    limit : float
        How far the number was moved: to the limit that was set, or not at all where the value in use lies beyond it.
    """

    value: float | None
    verdict: str | None
    limit: float
    down: bool = False

    def words(self, unit: str = "") -> str:
        """Return it as a reader would say it: "1.4 points: inconclusive", "none up to 50 points", "none even at 0"."""
        ending = f" {unit}" if unit else ""
        if self.value is not None:
            return f"{self.value:.3g}{ending}: {self.verdict}"
        return f"none {'even at' if self.down else 'up to'} {self.limit:g}{ending}"


def tip(readings: Readings, edges: Edges, start: FloatArray, limit: float, *, down: bool = False) -> list[Tipping]:
    """Return where the verdict of each comparison gives way first.

    Parameters
    ----------
    readings : Readings
        Feasible readings.
    edges : Edges
        Where each test passes.
    start : array of float, shape (k,)
        The value in use.
    limit : float
        How far to go.
    down : bool, default False
        Whether to go down.

    Notes
    -----
    Between neighbouring edges no verdict changes. All edges are sorted, how many readings have each outcome is counted
    from one to the next, and the table is read there. Edges closer than 1e-9 are one: rounding separates them.
    """
    sign, before = (-1.0 if down else 1.0), verdict_codes(readings, edges, start)
    ends = (np.minimum if down else np.maximum)(start, limit)
    steps = _steps(readings, edges, start, ends, sign)
    tally = _tally(row_codes(edges, start[readings.owner]))
    begun = np.add.reduceat(tally, readings.first)
    # One running sum over all comparisons, less what it was where each begins.
    running = np.concatenate([np.zeros((1, begun.shape[1]), dtype=np.int64), steps.change]).cumsum(axis=0)
    count = begun[steps.of] + running[1:] - running[np.searchsorted(steps.of, steps.of)]
    seen = ((count > 0) << np.arange(len(OUTCOMES))).sum(axis=1)
    codes = verdicts_on(seen, readings, steps.of)
    apart = (np.diff(steps.at, append=np.inf) > _ONE_EDGE) | (np.diff(steps.of, append=-1) != 0)
    other = np.flatnonzero(apart & (codes != before[steps.of]))
    of, places = np.unique(steps.of[other], return_index=True)
    found = zip(of, sign * steps.at[other[places]], codes[other[places]], strict=True)
    none = [Tipping(None, None, end, down) for end in ends.tolist()]
    tipped = {int(k): replace(none[k], value=float(at), verdict=VERDICTS[code]) for k, at, code in found}
    return [tipped.get(k, it) for k, it in enumerate(none)]


_ONE_EDGE = 1e-9
# Beyond every limit, and yet a number that can be halved.
_FAR = 1e9


@dataclass(frozen=True, slots=True)
class _Steps:
    """Edges in the order in which they are met: of which comparison, where, and what they do to each count."""

    of: Places
    at: FloatArray
    change: npt.NDArray[np.int32]


def _steps(readings: Readings, edges: Edges, start: FloatArray, ends: FloatArray, sign: float) -> _Steps:
    """The edges beyond `start` and up to `ends` at which an outcome changes, and what they change."""
    passes = [np.clip(end, -_FAR, _FAR) for pair in (edges.rises, edges.falls, edges.small) for end in pair]
    cuts = np.sort(np.stack(passes), axis=0)
    wide = np.concatenate([cuts[:1] - 1, cuts, cuts[-1:] + 1])
    codes = row_codes(edges, (wide[:-1] + wide[1:]) / 2)
    cut, row = np.nonzero((codes[1:] != codes[:-1]) & _between(sign * cuts, sign * start, sign * ends, readings.owner))
    at, of = sign * cuts[cut, row], readings.owner[row]
    change = np.zeros((len(at), len(OUTCOMES)), dtype=np.int32)
    met, step = np.arange(len(cut)), int(sign)
    change[met, codes[cut + 1, row]] += step
    change[met, codes[cut, row]] -= step
    order = np.lexsort((at, of))
    return _Steps(of[order], at[order], change[order])


def _between(at: FloatArray, start: FloatArray, ends: FloatArray, of: Places) -> Bools:
    """Whether a place lies beyond the start of its comparison, and not beyond the end."""
    return np.asarray((at > start[of]) & (at <= ends[of]))


def _tally(codes: npt.NDArray[np.int8]) -> npt.NDArray[np.int8]:
    """A last axis with 1 at the outcome of each reading and 0 elsewhere."""
    return np.eye(len(OUTCOMES), dtype=np.int8)[codes]


_ALL_POINTS = 100.0


def nearest_bias(readings: Readings, edges: Edges) -> list[Tipping]:
    """Return the smallest bias that tips each verdict; a positive one has made the later share too high."""
    none = np.zeros_like(readings.points)
    up = tip(readings, edges, none, _ALL_POINTS)
    down = tip(readings, edges, none, -_ALL_POINTS, down=True)
    return [min(both, key=_distance) for both in zip(up, down, strict=True)]


def _distance(tipping: Tipping) -> float:
    return np.inf if tipping.value is None else abs(tipping.value)
