"""One survey: its printed figures, the counts that can have printed them, and what is in conflict."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import pandas as pd

from crosswave.api import drawing
from crosswave.api.frames import people, survey_findings
from crosswave.api.showing import Shown, records
from crosswave.reconstruct import FindingCounts, Reconstruction
from crosswave.study.models import Survey
from crosswave.study.registry import findings_of
from crosswave.trend.settings import Settings
from crosswave.words import plural

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@dataclass(frozen=True, repr=False)
class SurveyResult(Shown):
    """A survey with what can have printed it.

    Attributes
    ----------
    record : Survey
        All that is known of the survey.
    reconstruction : Reconstruction
        Feasible counts, conflicts and assumptions.
    settings : Settings
        Error rate and design effect of the intervals.

    Examples
    --------
    >>> import crosswave as cw
    >>> study = cw.open()
    >>> survey = study.survey(study.surveys()["survey_id"][0])
    >>> len(survey.findings) == len(survey.counts) > 0
    True
    """

    record: Survey
    reconstruction: Reconstruction
    settings: Settings

    @cached_property
    def findings(self) -> pd.DataFrame:
        """A row for each printed figure, with the columns of `Study.findings`."""
        return survey_findings(self.record, self.reconstruction, self.settings)

    @cached_property
    def counts(self) -> pd.DataFrame:
        """A row for each printed figure: finding_id, answer, printed, level, fewest and most counts and people."""
        rows = [
            (one.id, one.answer.says, one.answer.printed, *_counts(self.reconstruction.findings[one.id]))
            for one in findings_of(self.record)
        ]
        frame = pd.DataFrame(rows, columns=["finding_id", "answer", "printed", "level", *_WHOLE, "count_values"])
        return frame.astype(dict.fromkeys(_WHOLE, "Int64"))

    @cached_property
    def conflicts(self) -> pd.DataFrame:
        """A row for each figure of each conflict: conflict (1, 2, ...), finding_id, printed, why and repairs."""
        printed = {one.local_id: one.answer.printed for one in findings_of(self.record)}
        rows = [
            (number, f"{self.record.id}.{name}", printed.get(name, ""), conflict.why, "; ".join(conflict.repairs))
            for number, conflict in enumerate(self.reconstruction.conflicts, start=1)
            for name in conflict.figures
        ]
        return pd.DataFrame(rows, columns=["conflict", "finding_id", "printed", "why", "repairs"])

    def chart(self, ax: Axes | None = None) -> Axes:
        """Draw each printed figure with its interval.

        Parameters
        ----------
        ax : Axes, optional
            Where to draw; new axes, nine inches wide, if absent.
        """
        return drawing.survey_chart(self.findings, self.record.title, ax)

    def to_frame(self) -> pd.DataFrame:
        """Return `findings`."""
        return self.findings.copy()

    def to_dict(self) -> dict[str, object]:
        """Return the survey and its figures as plain values, ready for JSON."""
        n = list(self.reconstruction.n) if self.reconstruction.n else None
        told = {"survey_id": self.record.id, "title": self.record.title, "year": self.record.year, "n": n}
        return {**told, "findings": records(self.findings), "conflicts": records(self.conflicts)}

    def _title(self) -> str:
        return self.record.title

    def _facts(self) -> Mapping[str, str]:
        levels = self.findings["level"].value_counts()
        conflicts = len(self.reconstruction.conflicts)
        n = self.reconstruction.n
        return {
            "Whom": self.record.population,
            "Year": str(self.record.year),
            "How many answered": " to ".join(f"{end:,}" for end in dict.fromkeys(n)) if n else "not printed",
            "Figures": ", ".join(f"{number} {level}" for level, number in levels.items()) or "none",
            "In conflict": plural(conflicts, "group") + " of figures" if conflicts else "",
            "Id": self.record.id,
        }

    def _shown_frame(self) -> pd.DataFrame:
        return self.counts.drop(columns=["finding_id", "count_values"])


_WHOLE = ("count_low", "count_high", "n_low", "n_high")


def _counts(counts: FindingCounts) -> tuple[object, ...]:
    return (counts.level, counts.count_low, counts.count_high, *people(counts), list(counts.values))
