"""The decision table, read for many comparisons at once: outcomes and verdicts as places in lists."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from crosswave.arguments import FloatArray
from crosswave.difference.readings import Bools, Places, Readings
from crosswave.difference.verdict import DECISIONS, Evidence, decide, outcomes
from crosswave.robustness.edges import Edges

VERDICTS = tuple(DECISIONS)


def _outcome(rises: bool, falls: bool, small: bool) -> str:
    """The outcome of one reading, by the same function that judges a comparison."""
    signs, fails = np.array([1.0 if rises else -1.0]), np.array([1.0])
    return outcomes(signs, fails * (not (rises or falls)), fails * (not small), 0.5)[0]


_OF_TESTS = [_outcome(bool(k & 1), bool(k & 2), bool(k & 4)) for k in range(8)]
OUTCOMES = tuple(dict.fromkeys(_OF_TESTS))
_CODES = np.array([OUTCOMES.index(name) for name in _OF_TESTS], dtype=np.int8)
_SIZE = 1 << len(OUTCOMES)


def outcome_codes(rises: Bools, falls: Bools, small: Bools) -> npt.NDArray[np.int8]:
    """Return the outcome of each reading: places in `OUTCOMES`."""
    return np.asarray(_CODES[rises + 2 * falls + 4 * small])


def _decided(k: int) -> int:
    """The verdict on evidence packed into one number: a bit for each outcome, then sized, verbal.

    What a comparison could have shown is left out: where evidence is lost it is lost, whatever the reason.
    """
    seen = tuple(name for place, name in enumerate(OUTCOMES) if k >> place & 1)
    sized, verbal = (bool(k // _SIZE >> place & 1) for place in range(2))
    return VERDICTS.index(decide(Evidence(compared=True, sized=sized, verbal=verbal, outcomes=seen)))


_DECIDED = np.array([_decided(k) for k in range(4 * _SIZE)])


def verdict_codes(readings: Readings, edges: Edges, at: FloatArray) -> Places:
    """Return the verdict of each comparison where a number has a value: places in `VERDICTS`.

    Parameters
    ----------
    readings : Readings
        Feasible readings.
    edges : Edges
        Where each test passes.
    at : array of float, shape (k,)
        The value of the number in each comparison.
    """
    codes = row_codes(edges, at[readings.owner])
    seen = np.bitwise_or.reduceat(1 << codes.astype(np.intp), readings.first)
    return verdicts_on(seen, readings, np.arange(len(at)))


def row_codes(edges: Edges, at: FloatArray) -> npt.NDArray[np.int8]:
    """Return the outcome of each reading where a number has a value: places in `OUTCOMES`."""
    rises, falls, small = ((low < at) & (at < high) for low, high in (edges.rises, edges.falls, edges.small))
    return outcome_codes(rises, falls, small)


def verdicts_on(seen: Places, readings: Readings, of: Places) -> Places:
    """Return the verdicts on sets of outcomes: places in `VERDICTS`."""
    flags = readings.sized[of] + 2 * readings.verbal[of]
    return np.asarray(_DECIDED[seen + _SIZE * flags])
