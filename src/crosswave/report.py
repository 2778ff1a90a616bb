"""From a registry to a run: which pages there are, what each is made from, what the index says, and the ledger."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from crosswave.claims import Checker
from crosswave.registry.loading import Registry
from crosswave.results import all_findings, by_claim, by_trend, ledger_text
from crosswave.run import PageText, ResultLink, RunRequest
from crosswave.site.files import write_whole
from crosswave.trend.settings import planned
from crosswave.trend.synthesis import assess_all, reconstruct_all

_SHARED = ("quantities.yaml", "plan.yaml")
_LEDGER_WORDS = {
    "findings": "every printed figure with its feasible counts, interval and level",
    "claims": "every claim with its verdicts",
    "trends": "every construct with its comparison and verdict",
}


@dataclass(frozen=True, slots=True)
class Ledger:
    """The results of a registry under its plan, as frames."""

    findings: pd.DataFrame
    claims: pd.DataFrame
    trends: pd.DataFrame

    def texts(self) -> dict[str, str]:
        """Return each frame as the text of its file."""
        frames = {"findings": self.findings, "claims": self.claims, "trends": self.trends}
        return {f"{name}.csv": ledger_text(frame) for name, frame in frames.items()}


def make_ledger(registry: Registry) -> Ledger:
    """Return findings, claims and trends of a registry under the settings of its plan."""
    reconstructions = reconstruct_all(registry)
    checker = Checker(registry, reconstructions, registry.plan.alpha.value)
    trends = assess_all(registry, reconstructions, planned(registry.plan))
    return Ledger(
        findings=all_findings(registry, reconstructions),
        claims=by_claim(registry.claims.values(), checker),
        trends=by_trend(trends.values()),
    )


def write_ledger(ledger: Ledger, folder: Path) -> None:
    """Write the ledger, each file whole or not at all.

    Parameters
    ----------
    ledger : Ledger
        The frames.
    folder : Path
        Such as ``reports/results``; made if it is not there.
    """
    for name, text in ledger.texts().items():
        write_whole(folder / name, text)


def run_request(registry: Registry, ledger: Ledger, out: Path) -> RunRequest:
    """Return the request for every page of a registry.

    Parameters
    ----------
    registry : Registry
        What the pages are about.
    ledger : Ledger
        What the index says of them.
    out : Path
        The folder that gets the pages.
    """
    root = registry.folder.parent
    return RunRequest(
        notebooks=root / "notebooks",
        out=out,
        surveys=tuple(registry.surveys),
        sources=_sources_with_claims(registry),
        constructs=tuple(registry.constructs),
        data=_made_from(registry),
        texts=_page_texts(registry, ledger),
        results=tuple(ResultLink(f"results/{n}.csv", f"{n}.csv", words) for n, words in _LEDGER_WORDS.items()),
        lock=root / "requirements.lock",
    )


def _sources_with_claims(registry: Registry) -> tuple[str, ...]:
    return tuple(dict.fromkeys(claim.source for claim in registry.claims.values()))


def _made_from(registry: Registry) -> dict[str, Sequence[Path]]:
    """The data files of each page: its own surveys where it names them, else everything."""
    folder = registry.folder
    shared = [folder / name for name in _SHARED]
    surveys = {name: folder / "surveys" / f"{name}.yaml" for name in registry.surveys}
    everything = [
        *shared,
        folder / "constructs.yaml",
        folder / "claims.yaml",
        folder / "context.csv",
        *surveys.values(),
    ]
    pages: dict[str, Sequence[Path]] = dict.fromkeys(("start", "synthesis", "context", "claims", "trend"), everything)
    pages |= {"calibration": [folder / "plan.yaml"]}
    return pages | {f"survey/{name}": [*shared, path] for name, path in surveys.items()}


def _page_texts(registry: Registry, ledger: Ledger) -> Mapping[str, PageText]:
    return {
        "start": PageText(summary="What this is, and the state of the evidence."),
        "synthesis": PageText(summary="All constructs side by side, with what the evidence cannot say."),
        "context": PageText(summary="Spending, programmes and staff, with their arithmetic checked."),
        "calibration": PageText(summary="The error rates of the engine in simulated worlds whose truth is known."),
        **_survey_texts(registry, ledger.findings),
        **_trend_texts(registry, ledger.trends),
        **_claim_texts(registry, ledger.claims),
    }


def _survey_texts(registry: Registry, findings: pd.DataFrame) -> dict[str, PageText]:
    levels = pd.crosstab(findings["survey_id"], findings["level"])
    return {
        f"survey/{name}": PageText(
            title=survey.title,
            summary=f"{survey.publisher or 'Unknown publisher'}, {survey.year}: {survey.population}.",
            verdict=_level_words(levels.loc[name]) if name in levels.index else "no figure",
        )
        for name, survey in registry.surveys.items()
    }


def _level_words(counts: pd.Series) -> str:
    return ", ".join(f"{number} {level}" for level, number in counts[counts > 0].items())


def _trend_texts(registry: Registry, trends: pd.DataFrame) -> dict[str, PageText]:
    by_id = trends.set_index("construct_id")
    return {
        f"trend/{name}": PageText(
            title=construct.label[:1].upper() + construct.label[1:],
            summary=str(by_id.loc[name, "sentence"]),
            verdict=str(by_id.loc[name, "verdict"]),
        )
        for name, construct in registry.constructs.items()
    }


def _claim_texts(registry: Registry, claims: pd.DataFrame) -> dict[str, PageText]:
    counts = pd.crosstab(claims["source_id"], claims["answered_verdict"])
    return {
        f"claims/{name}": PageText(
            title=registry.claim_sources[name].title,
            summary=f"{registry.claim_sources[name].publisher or 'Unknown publisher'}: claims checked against print.",
            verdict=f"of those who answered: {_level_words(counts.loc[name])}",
        )
        for name in _sources_with_claims(registry)
    }
