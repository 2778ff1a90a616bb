"""The readings of a pair of waves: the feasible shares that decide whether every feasible share says the same."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from crosswave.arguments import FloatArray
from crosswave.difference.correlation import shared_correlation
from crosswave.trend.waves import Pair, Wave


@dataclass(frozen=True, slots=True)
class Grid:
    """Readings of a pair, one below the other.

    Attributes
    ----------
    share_1, n_1, share_2, n_2 : array of float, shape (rows,)
        Shares in [0, 1] and their sizes, not divided by a design effect, of the earlier and the later wave.
    correlation : array of float, shape (rows,)
        Of the two estimates; 0 where nobody is known to be in both waves.
    """

    share_1: FloatArray
    n_1: FloatArray
    share_2: FloatArray
    n_2: FloatArray
    correlation: FloatArray

    @property
    def difference(self) -> FloatArray:
        """Later minus earlier share."""
        return self.share_2 - self.share_1


def readings_grid(pair: Pair) -> Grid:
    """Return the readings of a pair that stand for all of them.

    Parameters
    ----------
    pair : Pair
        Two usable waves.

    Notes
    -----
    Each extreme of the earlier wave with each of the later one, and, for sizes on which the two ranges of shares cross,
    the feasible pair nearest to no difference. Extremes alone can miss an outcome: 33 % of 358 against 33 % of 789 is
    inconclusive at all four, and no material change in between. A p-value falls, and that of the equivalence test
    rises, the farther a difference is from none, so that what these readings agree on holds for all others.

    Where respondents are in both waves, each reading stands there with the least and with the greatest correlation
    that they can have, see `crosswave.difference.correlation.shared_correlation`.
    """
    rows = np.concatenate([_extremes(pair), *_nearest_to_none(pair.first, pair.second)], axis=1)
    return _correlated(rows, pair)


def _correlated(rows: FloatArray, pair: Pair) -> Grid:
    share_1, n_1, share_2, n_2 = rows
    if pair.overlap is None:
        return Grid(share_1, n_1, share_2, n_2, np.zeros_like(share_1))
    ends = correlation_ends(pair, share_1, n_1, share_2, n_2)
    one, size_1, two, size_2 = np.tile(rows, 2)
    return Grid(one, size_1, two, size_2, np.concatenate(ends))


def correlation_ends(
    pair: Pair, share_1: npt.ArrayLike, n_1: npt.ArrayLike, share_2: npt.ArrayLike, n_2: npt.ArrayLike
) -> tuple[FloatArray, FloatArray]:
    """Return the least and the greatest correlation of the two estimates of a pair.

    Parameters
    ----------
    pair : Pair
        Two usable waves.
    share_1, n_1, share_2, n_2 : array_like
        Readings, as in `Grid`.

    Notes
    -----
    A base may be smaller than its wave, and then no more than all of it is in both.
    """
    if pair.overlap is None:
        return np.zeros(np.shape(share_1)), np.zeros(np.shape(share_1))
    most = np.minimum(n_1, n_2)
    shared = most if pair.overlap.shared is None else np.minimum(most, pair.overlap.shared)
    return shared_correlation(share_1, n_1, share_2, n_2, shared=shared)


def _extremes(pair: Pair) -> FloatArray:
    """Each extreme of the first wave with each of the second: shape (4, rows)."""
    one, two = (np.stack([wave.shares, wave.sizes]) for wave in (pair.first, pair.second))
    return np.concatenate([np.repeat(one, two.shape[1], axis=1), np.tile(two, one.shape[1])])


@dataclass(frozen=True, slots=True)
class _Options:
    """What a wave can say, size by size: shares in ascending order, the place of their size, and the nearest ones."""

    shares: FloatArray
    place: npt.NDArray[np.intp]
    sizes: FloatArray
    nearest: tuple[Callable[[FloatArray], FloatArray], ...]


def _options(wave: Wave) -> _Options:
    sizes = np.unique(wave.sizes)
    each = [_shares_on(wave, float(size)) for size in sizes]
    # Where bases are listed a share is a count; else print gives the two ends, and anything between them may be.
    near = [_nearest_count(shares) if wave.counts.bases else _clipped(shares) for shares in each]
    place = np.repeat(np.arange(len(sizes)), [len(shares) for shares in each])
    return _Options(np.concatenate(each), place, sizes, tuple(near))


def _shares_on(wave: Wave, size: float) -> FloatArray:
    ends = wave.shares[wave.sizes == size]
    low, high = float(ends.min()), float(ends.max())
    if not wave.counts.bases:
        return np.array([low, high])
    yes = np.arange(round(low * size), round(high * size) + 1)
    printed = size - yes if wave.answer.reversed else yes
    # The two ends stay although a hole may hide them: what is looked at may be more than was feasible, never less.
    listed = np.isin(printed, wave.counts.values) if wave.counts.values else np.ones(len(yes), dtype=bool)
    listed[[0, -1]] = True
    return np.asarray(yes[listed] / size)


def _nearest_count(shares: FloatArray) -> Callable[[FloatArray], FloatArray]:
    def nearest(to: FloatArray) -> FloatArray:
        above = np.clip(np.searchsorted(shares, to), 0, len(shares) - 1)
        below = np.maximum(above - 1, 0)
        return np.asarray(np.where(to - shares[below] < shares[above] - to, shares[below], shares[above]))

    return nearest


def _clipped(ends: FloatArray) -> Callable[[FloatArray], FloatArray]:
    return lambda to: np.clip(to, ends[0], ends[-1])


def _nearest_to_none(first: Wave, second: Wave) -> tuple[FloatArray, FloatArray]:
    """The pairs nearest to no difference, sought from either wave: two arrays of shape (4, rows)."""
    one, two = _options(first), _options(second)
    forth, back = _sought(one, two), _sought(two, one)
    return forth, back[[2, 3, 0, 1]]


def _sought(one: _Options, two: _Options) -> FloatArray:
    """For each size of one and each of the other whose ranges cross, the share of the first with its nearest."""
    found = [np.empty((4, 0))]
    starts = np.searchsorted(one.place, np.arange(len(one.sizes)))
    low, high = np.minimum.reduceat(one.shares, starts), np.maximum.reduceat(one.shares, starts)
    for place, (size, nearest) in enumerate(zip(two.sizes, two.nearest, strict=True)):
        there = two.shares[two.place == place]
        partner = nearest(one.shares)
        apart = np.abs(partner - one.shares)
        least = np.flatnonzero(apart == np.minimum.reduceat(apart, starts)[one.place])
        best = least[np.searchsorted(one.place[least], np.arange(len(one.sizes)))]
        best = best[(low <= there.max()) & (high >= there.min())]
        found.append(np.stack([one.shares[best], one.sizes[one.place[best]], partner[best], np.full(len(best), size)]))
    return np.concatenate(found, axis=1)
