"""What a study holds as frames with numeric columns, in the units of the API."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pandas as pd

from crosswave.claims import Checker
from crosswave.reconstruct import FindingCounts, Reconstruction
from crosswave.report.results import all_findings as ledger_findings
from crosswave.report.results import by_claim, by_finding, by_survey, by_trend
from crosswave.study.models import Claim, Survey
from crosswave.study.registry import Finding, Registry, findings_of
from crosswave.trend.change import Trend
from crosswave.trend.settings import Settings

FINDINGS = (
    "finding_id", "survey_id", "survey", "year", "question_id", "question", "answer", "topic", "printed", "level", "n",
    "n_low", "n_high", "count_low", "count_high", "share_low", "share_high", "estimate", "low", "high", "n_effective",
    "power", "reason",
)  # fmt: skip


def all_findings(registry: Registry, reconstructions: Mapping[str, Reconstruction]) -> pd.DataFrame:
    """Return a row for each printed figure of a study."""
    ledger = ledger_findings(registry, reconstructions)
    return _findings_frame(ledger, registry.findings.values(), reconstructions)


def survey_findings(survey: Survey, reconstruction: Reconstruction, settings: Settings) -> pd.DataFrame:
    """Return a row for each printed figure of a survey."""
    ledger = by_finding(survey, reconstruction, alpha=settings.alpha, design_effect=settings.design_effect)
    return _findings_frame(ledger, findings_of(survey), {survey.id: reconstruction})


def _findings_frame(
    ledger: pd.DataFrame, findings: Iterable[Finding], reconstructions: Mapping[str, Reconstruction]
) -> pd.DataFrame:
    rows = [_context(one, reconstructions[one.survey.id].findings[one.id]) for one in findings]
    context = pd.DataFrame(rows, columns=list(_CONTEXT))
    names = {"published": "printed", "value_low": "share_low", "value_high": "share_high"}
    frame = ledger.rename(columns=names).drop(columns=["base_low", "base_high"])
    joined = pd.concat([frame, context.drop(columns="finding_id")], axis=1)
    numbers = dict.fromkeys(("year", "n", "n_low", "n_high"), "Int64") | dict.fromkeys(_SHARES, "float64")
    return joined[list(FINDINGS)].astype(numbers)


_CONTEXT = ("finding_id", "survey", "year", "question", "topic", "n", "n_low", "n_high")
_SHARES = ("share_low", "share_high", "estimate", "low", "high", "n_effective", "power")


def _context(finding: Finding, counts: FindingCounts) -> tuple[object, ...]:
    low, high = people(counts)
    return (
        finding.id, finding.survey.title, finding.survey.year, finding.question.asks, finding.answer.topic,
        low if low == high else None, low, high,
    )  # fmt: skip


def people(counts: FindingCounts) -> tuple[int | None, int | None]:
    """Return the fewest and the most people behind a figure, unweighted; None where print does not say."""
    if counts.weighted:
        return counts.weighted.low, counts.weighted.high
    return counts.base_low, counts.base_high


def surveys_frame(registry: Registry, reconstructions: Mapping[str, Reconstruction]) -> pd.DataFrame:
    """Return a row for each survey."""
    return by_survey(registry, reconstructions).astype({"year": "Int64"})


def topics_frame(trends: Iterable[Trend]) -> pd.DataFrame:
    """Return a row for each construct with its verdict."""
    held = list(trends)
    frame = by_trend(held)
    frame.insert(1, "label", [trend.construct.label for trend in held])
    frame.insert(2, "family", [trend.construct.family for trend in held])
    numbers = [name for name in frame if name.endswith("_pp") or name.startswith("p_") or name == "total_error"]
    return frame.astype(dict.fromkeys(numbers, "float64"))


def claims_frame(claims: Iterable[Claim], checker: Checker) -> pd.DataFrame:
    """Return a row for each claim with its verdicts."""
    held = list(claims)
    frame = by_claim(held, checker)
    frame.insert(2, "says", [claim.says for claim in held])
    return frame.astype(dict.fromkeys(("estimate", "low", "high"), "float64"))
