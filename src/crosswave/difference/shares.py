"""Two shares as arrays, for methods that look at many pairs at once."""

from __future__ import annotations

from dataclasses import dataclass

from crosswave.arguments import FloatArray


@dataclass(frozen=True, slots=True)
class Shares:
    """Two shares, their effective sizes and the total error of their difference: arrays that broadcast."""

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
