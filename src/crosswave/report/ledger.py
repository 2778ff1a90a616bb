"""The committed results of a registry under its plan: findings, claims, trends and batteries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from crosswave.claims import Checker
from crosswave.memo import remembered
from crosswave.reconstruct import Reconstruction
from crosswave.report.official import official_changes
from crosswave.report.results import all_findings, all_trends, by_battery, by_claim, ledger_text
from crosswave.study.registry import Registry
from crosswave.trend.change import Trend
from crosswave.trend.dispersion import with_estimated_error
from crosswave.trend.settings import Settings
from crosswave.trend.synthesis import reconstruct_all, trends_of


@dataclass(frozen=True, slots=True)
class Ledger:
    """The results of a registry under its plan, as frames, and what they are from: reconstructions and verdicts.

    `official` holds the changes of official series, see `crosswave.report.official`; it has no file.
    """

    findings: pd.DataFrame
    claims: pd.DataFrame
    trends: pd.DataFrame
    batteries: pd.DataFrame
    reconstructions: Mapping[str, Reconstruction] = field(default_factory=dict)
    assessed: Mapping[str, Trend] = field(default_factory=dict)
    official: pd.DataFrame = field(default_factory=pd.DataFrame)

    def texts(self) -> dict[str, str]:
        """Return each frame as the text of its file."""
        frames = {"findings": self.findings, "claims": self.claims, "trends": self.trends}
        frames |= {"batteries": self.batteries} if len(self.batteries) else {}
        return {f"{name}.csv": ledger_text(frame) for name, frame in frames.items()}


def make_ledger(registry: Registry) -> Ledger:
    """Return findings, claims, trends and batteries of a registry under the settings of its plan.

    Computed once for each content: a run of some pages, or under other parameters, reads it.
    """
    told = [*registry.claims.values(), *registry.claim_sources.values(), *registry.facts.values()]
    return remembered(
        lambda: _made(registry), "ledger", registry.content, *(record.model_dump_json() for record in told)
    )


def _made(registry: Registry) -> Ledger:
    reconstructions = reconstruct_all(registry)
    registry = with_estimated_error(registry, reconstructions)
    checker = Checker(registry, reconstructions, registry.plan.alpha.value)
    settings = Settings.of(registry.plan)
    trends = trends_of(registry, settings)
    return Ledger(
        findings=all_findings(registry, reconstructions),
        claims=by_claim(registry.claims.values(), checker),
        trends=all_trends(registry, trends, settings),
        batteries=by_battery(registry, reconstructions, settings, trends),
        reconstructions=reconstructions,
        assessed=trends,
        official=official_changes(registry, reconstructions),
    )
