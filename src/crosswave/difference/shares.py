"""Two shares as arrays, for methods that look at many pairs at once."""

from __future__ import annotations

from dataclasses import dataclass

from crosswave.arguments import FloatArray


@dataclass(frozen=True, slots=True)
class Shares:
    """Two shares, their effective sizes and the total error of their difference: arrays that broadcast.

    Parameters
    ----------
    share_1, share_2 : array of float
        Shares in [0, 1] of the earlier and the later wave.
    n_1, n_2 : array of float
        Effective sizes, positive.
    extra : array of float
        Standard deviation of the difference beyond sampling, in proportion units.
    """

    share_1: FloatArray
    n_1: FloatArray
    share_2: FloatArray
    n_2: FloatArray
    extra: FloatArray

    @property
    def difference(self) -> FloatArray:
        """Later minus earlier."""
        return self.share_2 - self.share_1

    def reversed(self) -> Shares:
        """Return the two waves exchanged."""
        return Shares(self.share_2, self.n_2, self.share_1, self.n_1, self.extra)
