"""One claim of a writer, and whether it holds: of those who answered, of a random sample, of the population."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from crosswave.api import drawing
from crosswave.api.showing import Shown, records
from crosswave.claims import ClaimVerdict
from crosswave.report.sentences import claim_sentence

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@dataclass(frozen=True, repr=False)
class ClaimResult(Shown):
    """A claim with its verdicts.

    Attributes
    ----------
    found : ClaimVerdict
        The claim, its three verdicts, its estimate and interval.

    Examples
    --------
    >>> import crosswave as cw
    >>> study = cw.open()
    >>> [name for name in study.claims()["claim_id"][:1] if study.claim(name).verdict == ""]
    []
    """

    found: ClaimVerdict

    @property
    def verdict(self) -> str:
        """Of those who answered: true, false, undecided by rounding, not checkable."""
        return self.found.answered

    @property
    def sentence(self) -> str:
        """What became of the claim, in one sentence."""
        return claim_sentence(self.found)

    def to_frame(self) -> pd.DataFrame:
        """Return one row: claim_id, says, the three verdicts; estimate, low, high as shares."""
        found = self.found
        row = {
            "claim_id": found.claim.id, "says": found.claim.says, "answered": found.answered,
            "random_sample": found.random_sample, "population": found.population_licence,
            "estimate": found.estimate, "low": found.low, "high": found.high,
        }  # fmt: skip
        return pd.DataFrame([row]).astype(dict.fromkeys(("estimate", "low", "high"), "float64"))

    def to_dict(self) -> dict[str, object]:
        """Return the claim and its verdicts as plain values, ready for JSON."""
        return {**records(self.to_frame())[0], "sentence": self.sentence}

    def chart(self, ax: Axes | None = None) -> Axes:
        """Draw the estimate of the claim's first condition with its interval.

        Parameters
        ----------
        ax : Axes, optional
            Where to draw; new axes, nine inches wide, if absent.
        """
        found = self.found
        return drawing.interval_chart(
            found.estimate, found.low, found.high, f"{found.claim.says}: {found.answered}", ax
        )

    def _title(self) -> str:
        return self.found.claim.says

    def _facts(self) -> Mapping[str, str]:
        found = self.found
        return {
            "Of those who answered": found.answered,
            "If they were a random sample": found.random_sample,
            "Of the population": found.population_licence,
            "In a sentence": self.sentence,
            "Id": found.claim.id,
        }

    def _shown_frame(self) -> pd.DataFrame:
        frame = self.to_frame()[["estimate", "low", "high"]]
        return frame.dropna(how="all")
