"""The feasible readings of many comparisons, one below the other, so that thousands are worked on at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from crosswave.arguments import FloatArray
from crosswave.difference.arms import Arms, arms_of
from crosswave.difference.correlation import shared_correlation
from crosswave.difference.feasible import FeasibleShare, SharePair
from crosswave.difference.newcombe import two_sided_p
from crosswave.difference.total_error import pair_error

Bools = npt.NDArray[np.bool_]
Places = npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Readings:
    """The feasible readings of many comparisons, one below the other.

    Arrays of shape (rows,): shares, sizes (divided by each wave's own design effect alone) and the correlation of the
    two estimates. Of shape (k,): the first row of each comparison, its printed shares, its total error (points at 50 %)
    with the degrees of freedom, whether print says all that it needs, whether a figure is printed in words, and each
    wave's own design effect.
    """

    share_1: FloatArray
    n_1: FloatArray
    share_2: FloatArray
    n_2: FloatArray
    correlation: FloatArray
    first: Places
    printed_1: FloatArray
    printed_2: FloatArray
    points: FloatArray
    df: FloatArray
    sized: Bools
    verbal: Bools
    effect_1: FloatArray | float = 1.0
    effect_2: FloatArray | float = 1.0

    @property
    def owner(self) -> Places:
        """The comparison of each row."""
        return np.repeat(np.arange(len(self.first)), np.diff(self.first, append=len(self.share_1)))

    @property
    def difference(self) -> FloatArray:
        """Later minus earlier share of each row."""
        return self.share_2 - self.share_1

    def most(self, values: FloatArray) -> FloatArray:
        """Return the largest value of each comparison."""
        return np.asarray(np.maximum.reduceat(values, self.first))

    def least(self, values: FloatArray) -> FloatArray:
        """Return the smallest value of each comparison."""
        return np.asarray(np.minimum.reduceat(values, self.first))

    def middle_sizes(self) -> tuple[FloatArray, FloatArray]:
        """Return the geometric middle of the feasible sizes of each comparison, earlier and later."""
        one, two = (np.sqrt(self.least(n) * self.most(n)) for n in (self.n_1, self.n_2))
        return one, two

    def people(self) -> tuple[FloatArray, FloatArray]:
        """Return the same in people who answered, not in answers of a simple random sample that are worth as much."""
        one, two = self.middle_sizes()
        return one * self.effect_1, two * self.effect_2

    @property
    def middle(self) -> FloatArray:
        """The middle of the two printed shares of each comparison."""
        return (self.printed_1 + self.printed_2) / 2

    def error(self, points: FloatArray) -> FloatArray:
        """Return the total error of the difference of each row, for points of each comparison."""
        return np.asarray(np.sqrt(2) * pair_error(points[self.owner], self.share_1, self.share_2))

    def arms(self, design_effect: float, extra: FloatArray | float = 0.0) -> Arms:
        """Return the lower arm of each row."""
        one, two = self.n_1 / design_effect, self.n_2 / design_effect
        return arms_of(
            self.share_1, one, self.share_2, two, total_error=(extra, 0.0), correlation=self.correlation,
            df=self.df[self.owner],
        )  # fmt: skip

    def arms_in_use(self, design_effect: float) -> Arms:
        """Return the lower arm of each row under the total error in use."""
        return self.arms(design_effect, self.error(self.points))

    def printed_arms(self, design_effect: float) -> Arms:
        """Return the lower arm of each comparison at its printed shares, middle sizes and least correlation."""
        one, two = (n / design_effect for n in self.middle_sizes())
        error = pair_error(self.points, self.printed_1, self.printed_2)
        worst = self.least(self.correlation)
        return arms_of(
            self.printed_1, one, self.printed_2, two, total_error=(error, error), correlation=worst, df=self.df
        )


def stacked(pairs: Sequence[SharePair], points: Sequence[float], df: Sequence[float]) -> Readings:
    """Return the readings of pairs of shares that stand for all feasible ones, under a total error of each pair.

    Parameters
    ----------
    pairs : sequence of SharePair
        At least one.
    points, df : sequence of float, as long as `pairs`
        Total error of one wave, points at 50 %, and the degrees of freedom from which it was estimated.

    Notes
    -----
    Each extreme of the earlier share with each of the later one, and, for sizes on which the two ranges of shares
    cross, the feasible pair nearest to no difference. Extremes alone can miss an outcome: 33 % of 358 against 33 % of
    789 is inconclusive at all four, and no material change in between. A p-value falls, and that of the equivalence
    test rises, the farther a difference is from none, so that what these readings agree on holds for all others.

    Where respondents are in both waves, each reading is there with the least and with the greatest correlation
    that they can have, see `crosswave.difference.correlation.shared_correlation`; where a table tells how their answers
    go together, with that one.
    """
    rows = [_rows(pair) for pair in pairs]
    lengths = [each.shape[1] for each in rows]
    share_1, n_1, share_2, n_2, correlation = np.concatenate(rows, axis=1)
    own_1, own_2 = (
        np.repeat([getattr(pair, wave).design_effect for pair in pairs], lengths) for wave in ("first", "second")
    )
    return Readings(
        share_1, n_1 / own_1, share_2, n_2 / own_2, correlation,
        first=np.cumsum([0, *lengths[:-1]]),
        printed_1=np.array([pair.first.share for pair in pairs]),
        printed_2=np.array([pair.second.share for pair in pairs]),
        points=np.array(points, dtype=np.float64),
        df=np.array(df, dtype=np.float64),
        sized=np.array([pair.sized for pair in pairs]),
        verbal=np.array([pair.verbal for pair in pairs]),
        effect_1=np.array([pair.first.design_effect for pair in pairs]),
        effect_2=np.array([pair.second.design_effect for pair in pairs]),
    )  # fmt: skip


def _rows(pair: SharePair) -> FloatArray:
    """Shares, sizes and correlation of each reading: shape (5, rows)."""
    four = np.concatenate([_extremes(pair), *_nearest_to_none(pair.first, pair.second)], axis=1)
    if pair.shared == 0:
        return np.concatenate([four, np.zeros((1, four.shape[1]))])
    # A base may be smaller than its wave, and then no more than all of it is in both.
    shared = np.minimum(pair.shared, np.minimum(four[1], four[3]))
    if pair.phi is not None:
        return np.concatenate([four, pair.phi * np.sqrt(shared / four[1] * shared / four[3])[None]])
    ends = shared_correlation(*four, shared=shared)
    return np.concatenate([np.tile(four, 2), np.concatenate(ends)[None]])


def _extremes(pair: SharePair) -> FloatArray:
    """Each extreme of the first wave with each of the second: shape (4, rows)."""
    one, two = (np.stack([wave.shares, wave.sizes]) for wave in (pair.first, pair.second))
    return np.concatenate([np.repeat(one, two.shape[1], axis=1), np.tile(two, one.shape[1])])


def _nearest_to_none(first: FeasibleShare, second: FeasibleShare) -> tuple[FloatArray, FloatArray]:
    """The pairs nearest to no difference, sought from either wave: two arrays of shape (4, rows)."""
    return _sought(first, second), _sought(second, first)[[2, 3, 0, 1]]


def _sought(one: FeasibleShare, two: FeasibleShare) -> FloatArray:
    """For each size of one and each of the other whose ranges cross, the share of the first with its nearest."""
    sizes = np.unique(one.sizes)
    each = [one.shares_on(size) for size in sizes]
    shares, place = np.concatenate(each), np.repeat(np.arange(len(sizes)), [len(own) for own in each])
    starts = np.searchsorted(place, np.arange(len(sizes)))
    low, high = shares[starts], np.maximum.reduceat(shares, starts)
    found = [np.empty((4, 0))]
    for size in np.unique(two.sizes):
        there = two.shares_on(size)
        crossing = (low <= there[-1]) & (high >= there[0])
        if crossing.any():
            partner = _nearest(there, shares, counts=bool(two.counts.bases))
            apart = np.abs(partner - shares)
            least = np.flatnonzero(apart == np.minimum.reduceat(apart, starts)[place])
            best = least[np.searchsorted(place[least], np.flatnonzero(crossing))]
            found.append(np.stack([shares[best], sizes[place[best]], partner[best], np.full(len(best), size)]))
    return np.concatenate(found, axis=1)


def _nearest(shares: FloatArray, to: FloatArray, *, counts: bool) -> FloatArray:
    """What is nearest to each of some shares: one of the counts, or else anything between the two ends."""
    if not counts:
        return np.clip(to, shares[0], shares[-1])
    above = np.clip(np.searchsorted(shares, to), 0, len(shares) - 1)
    below = np.maximum(above - 1, 0)
    return np.asarray(np.where(to - shares[below] < shares[above] - to, shares[below], shares[above]))


def p_ranges(readings: Readings, design_effect: float) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return p at the printed shares, and the least and the greatest p over all readings, of each comparison.

    Where the readings lie on both sides of "no difference" the greatest is 1. Where no reading prints both shares, p at
    the printed shares is that of counts that nobody gave; the end of the range beside it is returned.
    """
    p, printed = (two_sided_p(arms(design_effect)) for arms in (readings.arms_in_use, readings.printed_arms))
    straddles = (readings.least(readings.difference) <= 0) & (readings.most(readings.difference) >= 0)
    low, high = readings.least(p), np.where(straddles, 1.0, readings.most(p))
    return np.clip(printed, low, high), low, high
