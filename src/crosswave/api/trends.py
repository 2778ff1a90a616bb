"""One thing that several surveys measured: its waves, the comparison that is reported, and the answer."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import pandas as pd

from crosswave.api import drawing
from crosswave.api.comparisons import ComparisonResult, result_of
from crosswave.api.frames import people
from crosswave.api.showing import Answered, records
from crosswave.difference.readings import stacked
from crosswave.report.sentences import trend_sentence
from crosswave.report.trend.waves import by_wave
from crosswave.trend.change import Trend
from crosswave.trend.settings import Settings
from crosswave.trend.waves import Wave
from crosswave.words import capital

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@dataclass(frozen=True, repr=False)
class TrendResult(Answered):
    """What may be said of one thing that several surveys measured, in a window of years.

    Attributes
    ----------
    trend : Trend
        Waves, pairs, comparison and verdict as they were computed.

    Examples
    --------
    >>> import crosswave as cw
    >>> study = cw.open()
    >>> compared = study.topics().dropna(subset="difference_pp")["construct_id"]
    >>> [name for name in compared[:1] if study.trend(name).comparison is None]
    []
    """

    trend: Trend

    @property
    def settings(self) -> Settings:
        """The window and the error rates."""
        return self.trend.settings

    @cached_property
    def waves(self) -> pd.DataFrame:
        """A row for each survey of the window, earliest first.

        ``finding_id``, ``survey_id``, ``survey``, ``year``, ``house``, ``printed``, ``reversed``, ``n``, ``n_low``,
        ``n_high``, ``level``, ``share_low``, ``share_high``, ``estimate``, ``low``, ``high`` (shares in [0, 1], turned
        round where ``reversed``), ``count`` (a feasible number of people who gave the answer, missing where n is not
        known), ``compared``, ``tier``, ``refusal``.
        """
        names = {"published": "printed", "value_low": "share_low", "value_high": "share_high"}
        frame = by_wave(self.trend).rename(columns=names).drop(columns="base")
        ends = [people(wave.counts) for wave in self.trend.waves]
        n = pd.DataFrame(ends, columns=["n_low", "n_high"]).astype("Int64")
        frame[["n_low", "n_high"]], frame["n"] = n, n["n_low"].where(n["n_low"] == n["n_high"])
        frame["count"] = pd.array([_count(wave) for wave in self.trend.waves], dtype="Int64")
        return frame[list(WAVES)].astype(
            {"year": "Int64", "reversed": bool, "compared": bool, **dict.fromkeys(_SHARES, "float64")}
        )

    @cached_property
    def comparison(self) -> ComparisonResult | None:
        """The comparison that is reported; None where no two surveys may be compared."""
        return result_of(self.trend) if self.trend.comparison else None

    @cached_property
    def readings(self) -> pd.DataFrame:
        """A row for each pair of feasible counts of the two surveys that are compared; none where none are.

        ``count_1``, ``n_1``, ``count_2``, ``n_2`` (earlier and later survey; n is divided by the design effect, and
        counts accordingly), ``share_1``, ``share_2`` in [0, 1], ``correlation`` of the two estimates (0 unless some
        people answered both).
        """
        comparison, effect = self.trend.comparison, self.settings.design_effect
        if comparison is None:
            return pd.DataFrame(columns=list(READINGS), dtype="float64")
        found = stacked([comparison.pair], [0.0], [math.inf])
        n_1, n_2 = found.n_1 / effect, found.n_2 / effect
        columns = (
            found.share_1 * n_1, n_1, found.share_2 * n_2, n_2, found.share_1, found.share_2, found.correlation,
        )  # fmt: skip
        return pd.DataFrame(dict(zip(READINGS, columns, strict=True)))

    @property
    def interval(self) -> tuple[float, float]:
        """The interval of the difference in percentage points; not a number where nothing was compared."""
        return self.comparison.interval if self.comparison else (math.nan, math.nan)

    def chart(self, ax: Axes | None = None) -> Axes:
        """Draw the surveys over the years, each with its interval; those that are compared are joined.

        Parameters
        ----------
        ax : Axes, optional
            Where to draw; new axes, nine inches wide, if absent.
        """
        return drawing.waves_chart(self.waves, f"{self._title()}: {self.answer}", ax)

    def to_frame(self) -> pd.DataFrame:
        """Return `waves`."""
        return self.waves.copy()

    def to_dict(self) -> dict[str, object]:
        """Return the answer, the comparison and the waves as plain values, ready for JSON."""
        return {
            "construct_id": self.trend.construct.id,
            "label": self.trend.construct.label,
            "verdict": self.verdict,
            "answer": self.answer,
            "certainty": self.certainty,
            "sentence": self.sentence,
            "comparison": self.comparison.to_dict() if self.comparison else None,
            "waves": records(self.waves),
        }

    def _title(self) -> str:
        return capital(self.trend.construct.label)

    def _facts(self) -> Mapping[str, str]:
        return {
            "Answer": self.sentence,
            "Verdict": self.verdict,
            "In numbers": trend_sentence(self.trend),
            "Years": self.settings.years,
            "Id": self.trend.construct.id,
        }

    def _shown_frame(self) -> pd.DataFrame:
        return self.waves[["year", "survey_id", "printed", "n_low", "n_high", "estimate", "low", "high", "tier"]]


READINGS = ("count_1", "n_1", "count_2", "n_2", "share_1", "share_2", "correlation")
_SHARES = ("share_low", "share_high", "estimate", "low", "high")
WAVES = (
    "finding_id", "survey_id", "survey", "year", "house", "printed", "reversed", "n", "n_low", "n_high", "count",
    "level", *_SHARES, "compared", "tier", "refusal",
)  # fmt: skip


def _count(wave: Wave) -> int | None:
    """The people who gave the answer on the middle feasible base, turned round where the wave is."""
    bases = wave.counts.bases
    return round(wave.share * bases[len(bases) // 2]) if bases else None
