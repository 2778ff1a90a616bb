"""What each page is made from: whole files, and digests of what is less than a file or computed from many."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from crosswave.study.models import Claim, Construct, Record
from crosswave.study.reading import SHARED
from crosswave.study.registry import Registry

if TYPE_CHECKING:
    import pandas as pd

    from crosswave.reconstruct import Reconstruction

_ALWAYS = ("study.yaml", "quantities.yaml", "plan.yaml")
_DECIMALS = 4


@dataclass(frozen=True, slots=True)
class MadeFrom:
    """The dependencies of every page, by its id, or by its kind where all of a kind have the same."""

    files: Mapping[str, Sequence[Path]]
    facts: Mapping[str, str]


def made_from(
    registry: Registry,
    reconstructions: Mapping[str, Reconstruction],
    trends: pd.DataFrame,
    *,
    as_planned: bool = True,
) -> MadeFrom:
    """Return what the pages of a registry are made from.

    Notes
    -----
    A trend is made from its own surveys and its own record. Two numbers in it come from the surveys of others: the
    estimated total error, and the p-value adjusted for the other comparisons. They enter as digests of the same-year
    figures and of the compared rows of `trends`, rounded as they are shown. A change elsewhere that alters neither
    leaves the page as it is.
    """
    folder = registry.folder
    always = [folder / name for name in _ALWAYS]
    compared = [folder / "constructs.yaml", *_surveys(folder, _used(registry.constructs.values()))]
    everything = [*(folder / name for name in SHARED), *_surveys(folder, registry.surveys)]
    by_survey = {f"survey/{name}": [*always, *_surveys(folder, [name])] for name in registry.surveys}
    by_trend = {
        f"trend/{name}": [*always, *(_surveys(folder, _used([one])) if as_planned else compared)]
        for name, one in registry.constructs.items()
    }
    by_source = {
        f"claims/{source}": [*always, folder / "context.csv", *_surveys(folder, _behind(claims, registry))]
        for source, claims in _by_source(registry).items()
    }
    single = {
        "start": everything,
        "synthesis": [*always, *compared],
        "context": [folder / "study.yaml", folder / "context.csv"],
    }
    files = {
        **single,
        "calibration": [folder / "study.yaml", folder / "plan.yaml"],
        **by_survey,
        **by_trend,
        **by_source,
    }
    return MadeFrom(files, _facts(registry, reconstructions, trends))


def _facts(registry: Registry, reconstructions: Mapping[str, Reconstruction], trends: pd.DataFrame) -> dict[str, str]:
    error, overlaps = _same_year(registry, reconstructions), _overlaps(registry)
    rows = trends.round(_DECIMALS).set_index("construct_id", drop=False)
    tested = rows[rows["p_value"].notna()]
    adjusted = _digest(tested.to_csv(index=False))
    facts = {"synthesis": error, "calibration": error, "context": _digest(*_dated_sources(registry))}
    for name, construct in registry.constructs.items():
        others = (adjusted,) if name in tested.index else ()
        facts[f"trend/{name}"] = _digest(construct.model_dump_json(), error, *others)
    for source, claims in _by_source(registry).items():
        facts[f"claims/{source}"] = _digest(overlaps, *_texts([registry.claim_sources[source], *claims]))
    return facts


def _same_year(registry: Registry, reconstructions: Mapping[str, Reconstruction]) -> str:
    """The figures that the total error is estimated from, rounded."""
    from crosswave.trend.same_year import same_year_figures

    return _digest(same_year_figures(registry, reconstructions).round(_DECIMALS).to_csv(index=False))


def _overlaps(registry: Registry) -> str:
    """Which surveys share respondents: their errors may add up in a claim about others."""
    shared = ((survey.id, *_texts(survey.overlaps)) for survey in registry.surveys.values() if survey.overlaps)
    return _digest(*chain.from_iterable(shared))


def _dated_sources(registry: Registry) -> list[str]:
    return _texts(registry.sources[fact.source] for fact in registry.facts.values())


def _used(constructs: Iterable[Construct]) -> list[str]:
    """Surveys whose figures stand in some constructs, or are named there as left out or as a printed change."""
    names = (
        name
        for one in constructs
        for name in (*(a.finding for a in one.answers), *(out.figure for out in one.left_out), *one.changes)
    )
    return sorted({name.split(".")[0] for name in names})


def _behind(claims: Iterable[Claim], registry: Registry) -> list[str]:
    """Surveys that some claims name, or whose figures decide them."""
    named = (name.split(".")[0] for claim in claims for name in (*claim.surveys, *claim.names))
    return sorted({name for name in named if name in registry.surveys})


def _by_source(registry: Registry) -> dict[str, list[Claim]]:
    found: dict[str, list[Claim]] = {}
    for claim in registry.claims.values():
        found.setdefault(claim.source, []).append(claim)
    return found


def _surveys(folder: Path, names: Iterable[str]) -> list[Path]:
    files = (folder / "surveys" / f"{name}.yaml" for name in names)
    return [path for path in files if path.is_file()]


def _texts(records: Iterable[Record]) -> list[str]:
    return [record.model_dump_json() for record in records]


def _digest(*texts: str) -> str:
    total = hashlib.sha256()
    for text in texts:
        total.update(f"{len(text)}:{text}".encode())
    return total.hexdigest()
