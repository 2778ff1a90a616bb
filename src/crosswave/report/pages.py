"""The pages of a registry: which there are, what each is made from, and what the index says of it."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from importlib.metadata import version
from itertools import chain
from pathlib import Path

import pandas as pd

from crosswave.report.ledger import Ledger
from crosswave.report.render import span
from crosswave.report.results import by_survey
from crosswave.report.run.plan import RunRequest
from crosswave.report.sentences import said_of, verdict_word
from crosswave.report.site.cards import make_cards
from crosswave.report.site.finders import make_finders
from crosswave.report.site.material import Material, PageText
from crosswave.report.site.overview import make_overview, make_subjects
from crosswave.report.site.package import make_downloads, read_citation
from crosswave.study.loading import read_series, warnings
from crosswave.study.models import Claim, Construct, Record
from crosswave.study.reading import SHARED
from crosswave.study.registry import Registry
from crosswave.trend.official import topics_of
from crosswave.trend.same_year import same_year_figures
from crosswave.words import capital

_ALWAYS = ("study.yaml", "quantities.yaml", "plan.yaml")
_DECIMALS = 4
_SEARCH = re.compile(r"(?<=^## )How the surveys were found$.*?(?=^## |\Z)", re.MULTILINE | re.DOTALL)


def run_request(
    registry: Registry, ledger: Ledger, out: Path, parameters: Mapping[str, object] | None = None
) -> RunRequest:
    """Return the request for every page of a registry."""
    given = parameters or {}
    return replace(
        page_ids(registry, out),
        parameters=given,
        data=_files(registry, as_planned=not given),
        facts=_facts(registry, ledger),
        texts=_texts(registry, ledger),
        material=_material(registry, ledger),
        lock=registry.folder.parent / "requirements.lock",
    )


def moved_pages(registry: Registry) -> dict[str, str]:
    """Return the page of the series of each wave that has none of its own."""
    return {f"survey/{wave}": f"series/{name}" for wave, name in registry.series_of.items()}


def page_ids(registry: Registry, out: Path) -> RunRequest:
    """Return the request for every page with nothing but what names them: no result is needed."""
    needs = {"context": registry.facts, "synthesis": registry.constructs, "barriers": registry.batteries.batteries}
    return RunRequest(
        notebooks=registry.folder.parent / "notebooks",
        out=out,
        surveys=tuple(name for name in registry.surveys if name not in registry.series_of),
        sources=tuple(_claims_by_source(registry)),
        constructs=tuple(registry.constructs),
        series=tuple(registry.series),
        without=tuple(page for page, material in needs.items() if not material),
    )


def _material(registry: Registry, ledger: Ledger) -> Material:
    """What the site shows beside the pages: overview, tables, cards, downloads, methods and citation."""
    root, made_by = registry.folder.parent, version("crosswave")
    frames = {"findings": ledger.findings, "claims": ledger.claims, "trends": ledger.trends}
    frames |= {"surveys": by_survey(registry.surveys, ledger.reconstructions)}
    frames |= {"batteries": ledger.batteries} if len(ledger.batteries) else {}
    methods, codebook = (_text(path) for path in (root / "METHODS.md", registry.folder / "README.md"))
    return Material(
        overview=make_overview(registry, ledger),
        finders=make_finders(registry, ledger),
        cards=make_cards(registry, ledger),
        downloads=make_downloads(frames, made_by, registry.study),
        citation=read_citation(root / "CITATION.cff", made_by, registry.study),
        methods=methods,
        search=f"# {found[0]}" if (found := _SEARCH.search(codebook)) else "",
        moved=moved_pages(registry),
        left_out=tuple(warnings(registry)),
        subjects=make_subjects(registry, ledger),
        study=registry.study,
        data=_data_hash(registry.folder),
    )


def _data_hash(folder: Path) -> str:
    """The first digits of a hash of every data file with its name: the same data, the same digits."""
    files = sorted(path for path in folder.rglob("*.yaml") if path.is_file())
    found = hashlib.sha256()
    for path in files:
        found.update(f"{path.relative_to(folder).as_posix()}\n{path.stat().st_size}\n".encode() + path.read_bytes())
    return found.hexdigest()[:12]


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.is_file() else ""


def _claims_by_source(registry: Registry) -> dict[str, list[Claim]]:
    found: dict[str, list[Claim]] = {}
    for claim in registry.claims.values():
        found.setdefault(claim.source, []).append(claim)
    return found


# --- what pages are made from -----------------------------------------------------------------------------------------
# A trend is made from its own surveys and its own record. Two numbers in it come from the surveys of others: the
# estimated total error, and the p-value adjusted for the other comparisons. They enter as digests of the same-year
# figures and of the compared rows of the trends, rounded as they are shown. A change elsewhere that alters neither
# leaves the page as it is.


def _files(registry: Registry, *, as_planned: bool) -> dict[str, list[Path]]:
    """The whole files that pages are made from, by id, or by kind where all of a kind have the same."""
    folder = registry.folder
    plan, context = [folder / name for name in _ALWAYS], folder / "context.csv"
    compared = [folder / "constructs.yaml", *_surveys(registry, _used(registry.constructs.values()))]
    by_survey = {f"survey/{name}": [*plan, *_surveys(registry, [name])] for name in registry.surveys}
    by_series = {f"series/{name}": [*plan, *_surveys(registry, waves)] for name, waves in registry.series.items()}
    by_trend = {
        f"trend/{name}": [*plan, *(_surveys(registry, _used([one])) if as_planned else compared)]
        for name, one in registry.constructs.items()
    }
    by_source = {
        f"claims/{source}": [*plan, context, *_surveys(registry, _behind(claims, registry))]
        for source, claims in _claims_by_source(registry).items()
    }
    return {
        "start": [*(folder / name for name in SHARED), *_surveys(registry, registry.surveys)],
        "synthesis": [*plan, *compared],
        "barriers": [*plan, folder / "batteries.yaml", *_surveys(registry, _in_batteries(registry))],
        "context": [folder / "study.yaml", context],
        "calibration": [folder / "study.yaml", folder / "plan.yaml"],
        **by_survey,
        **by_series,
        **by_trend,
        **by_source,
    }


def _facts(registry: Registry, ledger: Ledger) -> dict[str, str]:
    """Digests of what else pages are made from: less than a file, or computed from many."""
    same_year = same_year_figures(registry, ledger.reconstructions).round(_DECIMALS)
    error = _digest(same_year.to_csv(index=False))
    overlapping = [survey for survey in registry.surveys.values() if survey.overlaps]  # their errors may add up
    overlaps = _digest(*chain.from_iterable((survey.id, *_records(survey.overlaps)) for survey in overlapping))
    rows = ledger.trends.round(_DECIMALS).set_index("construct_id", drop=False)
    tested = rows[rows["p_value"].notna()]
    adjusted = _digest(tested.to_csv(index=False))
    dated = _records(registry.sources[fact.source] for fact in registry.facts.values())
    facts = {"synthesis": error, "calibration": error, "context": _digest(*dated)}
    for name, construct in registry.constructs.items():
        others = (adjusted,) if name in tested.index else ()
        facts[f"trend/{name}"] = _digest(construct.model_dump_json(), error, *others)
    for name in registry.series:
        facts[f"series/{name}"] = _digest(error, adjusted, *_records(topics_of(name, registry)))
    for source, claims in _claims_by_source(registry).items():
        facts[f"claims/{source}"] = _digest(overlaps, *_records([registry.claim_sources[source], *claims]))
    return facts


def _used(constructs: Iterable[Construct]) -> list[str]:
    """Surveys whose figures are in some constructs, or are named there as left out or as a printed change."""
    names = (
        name
        for one in constructs
        for name in (*(a.finding for a in one.answers), *(out.figure for out in one.left_out), *one.changes)
    )
    return sorted({name.split(".")[0] for name in names})


def _in_batteries(registry: Registry) -> list[str]:
    return sorted({battery.question.split(".")[0] for battery in registry.batteries.batteries})


def _behind(claims: Iterable[Claim], registry: Registry) -> list[str]:
    """Surveys that some claims name, or whose figures decide them."""
    named = (name.split(".")[0] for claim in claims for name in (*claim.surveys, *claim.names))
    return sorted({name for name in named if name in registry.surveys})


def _surveys(registry: Registry, names: Iterable[str]) -> list[Path]:
    """The files of some surveys, each once: their own, or those of their series."""
    series = registry.series_of
    files = {f"series/{series[name]}.yaml" if name in series else f"surveys/{name}.yaml": None for name in names}
    return [path for file in files if (path := registry.folder / file).is_file()]


def _records(records: Iterable[Record]) -> list[str]:
    return [record.model_dump_json() for record in records]


def _digest(*texts: str) -> str:
    return hashlib.sha256("".join(f"{len(text)}:{text}" for text in texts).encode()).hexdigest()


# --- what the index says of them --------------------------------------------------------------------------------------


def _texts(registry: Registry, ledger: Ledger) -> dict[str, PageText]:
    levels = pd.crosstab(ledger.findings["survey_id"], ledger.findings["level"])
    verdicts = pd.crosstab(ledger.claims["source_id"], ledger.claims["answered_verdict"])
    trends = ledger.trends.set_index("construct_id")
    texts = {
        "start": PageText(title=registry.study.question, summary="What this is, and the state of the evidence."),
        "synthesis": PageText(summary="All topics side by side, with what the evidence cannot say."),
        "barriers": PageText(summary="Every figure of every battery in one model: levels, changes and a ranking."),
        "context": PageText(summary="Spending, programmes and staff, with their arithmetic checked."),
        "calibration": PageText(summary="The error rates of the engine in simulated worlds whose truth is known."),
    }
    for name, waves in registry.series.items():
        own = [registry.surveys[wave] for wave in waves]
        years = span(*(str(end(survey.year for survey in own)) for end in (min, max)))
        [(asked, _)] = Counter(survey.population for survey in own).most_common(1)  # of a series by groups, the whole
        summary = f"{own[-1].publisher or 'Unknown publisher'}, {years}: {asked}."
        verdict = _counted(levels.reindex(list(waves), fill_value=0).sum())
        texts[f"series/{name}"] = PageText(read_series(registry, name).title, summary, verdict)
    for name, survey in registry.surveys.items():
        if name in registry.series_of:
            continue
        summary = f"{survey.publisher or 'Unknown publisher'}, {survey.year}: {survey.population}."
        verdict = _counted(levels.loc[name]) if name in levels.index else "no figure"
        texts[f"survey/{name}"] = PageText(survey.title, summary, verdict)
    for name, construct in registry.constructs.items():
        row = trends.loc[name]
        texts[f"trend/{name}"] = PageText(
            capital(construct.label), str(row["answer_sentence"]), said_of(str(row["verdict"]))
        )
    for name in _claims_by_source(registry):
        source = registry.claim_sources[name]
        summary = f"{source.publisher or 'Unknown publisher'}: claims checked."
        verdict = f"of those who answered: {_counted(verdicts.loc[name].rename(verdict_word))}"
        texts[f"claims/{name}"] = PageText(source.title, summary, verdict)
    return texts


def _counted(counts: pd.Series) -> str:
    return ", ".join(f"{number} {word}" for word, number in counts[counts > 0].items())
