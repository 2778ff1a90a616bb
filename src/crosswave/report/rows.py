"""A printed figure as a row of the ledger."""

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from crosswave.difference.estimate import Estimate, estimate_range, estimate_share
from crosswave.reconstruct import FindingCounts
from crosswave.report.holes import has_holes
from crosswave.study.registry import Finding


def finding_row(finding: Finding, counts: FindingCounts, alpha: float, design_effect: float) -> dict[str, Any]:
    """Return what is known of a printed figure, by the columns of `by_finding`."""
    estimate = _estimate(finding, counts, alpha, design_effect)
    ends = counts.share_low, counts.share_high
    middle = None if ends[0] is None or ends[1] is None else (ends[0] + ends[1]) / 2
    held = ("level", "base_low", "base_high", "count_low", "count_high", "reason")
    return {name: getattr(counts, name) for name in held} | {
        "finding_id": finding.id,
        "survey_id": finding.survey.id,
        "question_id": finding.question.id,
        "answer": finding.answer.says,
        "published": finding.answer.printed,
        "value_low": share(counts.share_low),
        "value_high": share(counts.share_high),
        "count_values": _listed(counts.values),
        "base_values": _listed(counts.bases),
        "estimate": share(estimate.estimate if estimate else middle),
        "low": share(estimate.low if estimate else None),
        "high": share(estimate.high if estimate else None),
        "n_effective": round(estimate.n_effective, 1) if estimate else None,
        "power": None if counts.power is None else round(counts.power, 3),
    }


def _estimate(finding: Finding, counts: FindingCounts, alpha: float, design_effect: float) -> Estimate | None:
    """From every count that can have printed the figure; of a weighted one, from its effective n."""
    yes, bases = counts.pairs()
    if yes:
        effect = design_effect * (finding.survey.design_effect or 1.0)
        return estimate_share(yes, bases, alpha=alpha, design_effect=effect)
    if counts.weighted is None or counts.share_low is None or counts.share_high is None:
        return None
    n = counts.weighted.effective[0] / design_effect
    return estimate_range(float(counts.share_low), float(counts.share_high), n, alpha=alpha)


def _listed(values: Sequence[int]) -> str:
    """Every value where some between the ends are missing; two ends say enough where none is."""
    return " ".join(map(str, values)) if has_holes(values) else ""


def share(value: Fraction | float | None) -> float | None:
    """Return a share as the ledger has it, with four decimals."""
    return None if value is None else round(float(value), 4) + 0.0
