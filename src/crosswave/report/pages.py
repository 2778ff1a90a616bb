"""The pages of a registry: which there are, what each is made from, and what the index says of it."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path

import pandas as pd

from crosswave.report.ledger import Ledger
from crosswave.report.made_from import made_from
from crosswave.report.results import by_survey
from crosswave.report.run.plan import RunRequest
from crosswave.report.site.cards import make_cards
from crosswave.report.site.finders import make_finders
from crosswave.report.site.material import Material, PageText
from crosswave.report.site.overview import make_overview
from crosswave.report.site.package import make_downloads, read_citation
from crosswave.study.loading import warnings
from crosswave.study.registry import Registry
from crosswave.words import capital


def run_request(
    registry: Registry, ledger: Ledger, out: Path, parameters: Mapping[str, object] | None = None
) -> RunRequest:
    """Return the request for every page of a registry."""
    root, given = registry.folder.parent, parameters or {}
    made = made_from(registry, ledger.reconstructions, ledger.trends, as_planned=not given)
    return RunRequest(
        notebooks=root / "notebooks",
        out=out,
        surveys=tuple(registry.surveys),
        sources=_sources_with_claims(registry),
        constructs=tuple(registry.constructs),
        without=_without_material(registry),
        parameters=given,
        data=made.files,
        facts=made.facts,
        texts=_page_texts(registry, ledger),
        material=site_material(registry, ledger),
        lock=root / "requirements.lock",
    )


def site_material(registry: Registry, ledger: Ledger) -> Material:
    """Return what the site shows beside the pages: overview, tables, cards, downloads, methods and citation."""
    root, made_by = registry.folder.parent, version("crosswave")
    frames = {"findings": ledger.findings, "claims": ledger.claims, "trends": ledger.trends}
    frames |= {"surveys": by_survey(registry, ledger.reconstructions)}
    methods = root / "METHODS.md"
    return Material(
        overview=make_overview(registry, ledger),
        finders=make_finders(registry, ledger),
        cards=make_cards(registry, ledger),
        downloads=make_downloads(
            frames | {"surveys": by_survey(registry, ledger.reconstructions)}, made_by, registry.study
        ),
        citation=read_citation(root / "CITATION.cff", made_by, registry.study),
        methods=methods.read_text(encoding="utf-8") if methods.is_file() else "",
        left_out=tuple(warnings(registry)),
    )


def _without_material(registry: Registry) -> tuple[str, ...]:
    """The single pages of which the data folder holds nothing."""
    needs = {"context": registry.facts, "synthesis": registry.constructs}
    return tuple(page for page, material in needs.items() if not material)


def _sources_with_claims(registry: Registry) -> tuple[str, ...]:
    return tuple(dict.fromkeys(claim.source for claim in registry.claims.values()))


def _page_texts(registry: Registry, ledger: Ledger) -> Mapping[str, PageText]:
    return {
        "start": PageText(title=registry.study.question, summary="What this is, and the state of the evidence."),
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
            title=capital(construct.label),
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
