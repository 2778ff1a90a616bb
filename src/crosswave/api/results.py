"""One survey with its printed figures and the counts behind them, and one claim: of whom it holds."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from crosswave.api.showing import Drawn, Shown, records
from crosswave.claims import ClaimVerdict
from crosswave.reconstruct import Reconstruction, Reconstructions
from crosswave.report.results import by_finding
from crosswave.report.sentences import claim_sentence
from crosswave.study.models import Survey
from crosswave.study.registry import Finding, findings_of
from crosswave.trend.settings import Settings
from crosswave.words import plural

FINDINGS = (
    "finding_id", "survey_id", "survey", "year", "question_id", "question", "answer", "topic", "printed", "level", "n",
    "n_low", "n_high", "count_low", "count_high", "share_low", "share_high", "estimate", "low", "high", "n_effective",
    "power", "reason",
)  # fmt: skip
SHARES = ("share_low", "share_high", "estimate", "low", "high")
RENAMED = {"published": "printed", "value_low": "share_low", "value_high": "share_high"}


def findings_frame(ledger: pd.DataFrame, findings: Iterable[Finding], reconstructions: Reconstructions) -> pd.DataFrame:
    """Return the rows of the ledger of some figures with what is known of each, in the units of the API."""
    rows = []
    for one in findings:
        low, high = reconstructions[one.survey.id].findings[one.id].people
        n = low if low == high else None
        rows.append((one.survey.title, one.survey.year, one.question.asks, one.answer.topic, n, low, high))
    context = pd.DataFrame(rows, columns=["survey", "year", "question", "topic", "n", "n_low", "n_high"])
    joined = pd.concat([ledger.rename(columns=RENAMED), context], axis=1)[list(FINDINGS)]
    whole, numbers = ("year", "n", "n_low", "n_high"), (*SHARES, "n_effective", "power")
    return joined.astype(dict.fromkeys(whole, "Int64") | dict.fromkeys(numbers, "float64"))


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
    def _ledger(self) -> pd.DataFrame:
        numbers = {"alpha": self.settings.alpha, "design_effect": self.settings.design_effect}
        return by_finding(self.record, self.reconstruction, **numbers)

    @cached_property
    def findings(self) -> pd.DataFrame:
        """A row for each printed figure, with the columns of `Study.findings`."""
        return findings_frame(self._ledger, findings_of(self.record), {self.record.id: self.reconstruction})

    @cached_property
    def counts(self) -> pd.DataFrame:
        """A row for each printed figure: finding_id, answer, printed, level, fewest and most counts and people."""
        rows = [
            (one.id, one.answer.says, one.shown, held.level, held.count_low, held.count_high, *held.people,
             list(held.values))
            for one in findings_of(self.record)
            if (held := self.reconstruction.findings[one.id])
        ]  # fmt: skip
        whole = ("count_low", "count_high", "n_low", "n_high")
        frame = pd.DataFrame(rows, columns=["finding_id", "answer", "printed", "level", *whole, "count_values"])
        return frame.astype(dict.fromkeys(whole, "Int64"))

    @cached_property
    def conflicts(self) -> pd.DataFrame:
        """A row for each figure of each conflict: conflict (1, 2, ...), finding_id, printed, why and repairs."""
        printed = {one.local_id: one.shown for one in findings_of(self.record)}
        rows = [
            (number, f"{self.record.id}.{name}", printed.get(name, ""), conflict.why, "; ".join(conflict.repairs))
            for number, conflict in enumerate(self.reconstruction.conflicts, start=1)
            for name in conflict.figures
        ]
        return pd.DataFrame(rows, columns=["conflict", "finding_id", "printed", "why", "repairs"])

    def _drawn(self) -> Drawn:
        from crosswave.report.survey.figures import findings_alt, findings_chart

        drawn = findings_chart(self.record, self._ledger, alpha=self.settings.alpha)
        return drawn, findings_alt(self.record, self._ledger)

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
        conflicts, n = len(self.reconstruction.conflicts), self.reconstruction.n
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

    def _drawn(self) -> Drawn:
        from crosswave.report.canvas import NAVY, Look
        from crosswave.report.forest import Row, Scale, intervals_chart

        found = self.found
        value, low, high = (math.nan if one is None else 100 * one for one in (found.estimate, found.low, found.high))
        rows = [] if math.isnan(value) else [Row(f"{value:.1f}%", "claim", value, low, high)]
        ends = [0.0, 100.0, *(end for end in (value, low, high) if not math.isnan(end))]
        scale = Scale(min(ends), max(ends), "% of those who answered")
        title, looks = f"{found.claim.says}: {found.answered}", {"claim": Look("o", NAVY)}
        return intervals_chart(rows, looks, scale, title, "With its interval, if those who answered were a sample.")

    def _title(self) -> str:
        return self.found.claim.says

    def _facts(self) -> Mapping[str, str]:
        return {
            "Of those who answered": self.found.answered,
            "If they were a random sample": self.found.random_sample,
            "Of the population": self.found.population_licence,
            "In a sentence": self.sentence,
            "Id": self.found.claim.id,
        }

    def _shown_frame(self) -> pd.DataFrame:
        return self.to_frame()[["estimate", "low", "high"]].dropna(how="all")
