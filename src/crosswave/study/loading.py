"""A data folder as a registry: whole, or without the surveys whose files have faults."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from itertools import groupby
from pathlib import Path

from crosswave.memo import digest, remembered
from crosswave.printed.quantities import Lexicon
from crosswave.study import models
from crosswave.study.cache import Store, file_digest, read_results, source_digest
from crosswave.study.cross import disagreements, registry_faults
from crosswave.study.faults import DataError, Fault, shown_path
from crosswave.study.parameters import check_given
from crosswave.study.places import PACKAGE, find_data
from crosswave.study.reading import LateSurveys, Reader, Shared, folder_digests, folder_key, kept_document, wave_files
from crosswave.study.registry import Registry, findings_of, pick
from crosswave.study.rules import arithmetic_faults
from crosswave.study.series import Series

WARN_VARIABLE = "CROSSWAVE_WARN"
"""``0``: nothing is said of what is left out, as in the kernels of a run, which says it itself."""

_NO_STUDY = models.Study(
    title="figures typed by hand",
    question="What do these figures say?",
    population="those who were asked",
    window=models.ALL_YEARS,
    authors=("unknown",),
    licence=models.Licence(name="none", title="none", path="https://example.org/"),
)


def load_registry(folder: Path | None = None) -> Registry:
    """Return a data folder, or the nearest there is, in which every rule of form, reference and arithmetic holds.

    `DataError` has all faults at once; `ValueError` names a parameter of papermill that a notebook does not have or
    whose value does not fit. A folder that was found without faults is not examined again as long as no byte of it
    changes: its surveys are then read when they are asked for. `crosswave.study.cache` says where that is kept.
    """
    registry, faults = _loaded(Path(os.path.abspath(folder or find_data())))
    if registry is None or faults:
        raise DataError(faults)
    check_given(registry.plan)
    return registry


def load_evidence(folder: Path | None = None, *, warn: bool = True) -> Registry:
    """Return the evidence without the surveys whose files have faults; each such file gets a line on standard error.

    `DataError` where a file that all surveys share has a fault, or no survey is without one; `ValueError` as above.
    """
    read_results()
    place = Path(os.path.abspath(folder or find_data()))  # surveys are read when they are asked for, wherever that is
    content = ("evidence", str(place), _key(place, folder_digests(place)))
    registry = remembered(lambda: _usable(place), *content, outlives=False)
    check_given(registry.plan)
    if warn and registry.faults and os.environ.get(WARN_VARIABLE) != "0":
        for line in warnings(registry):
            print(f"crosswave: {line}", file=sys.stderr)
    return registry


def load_rules(folder: Path) -> Registry:
    """Return plan.yaml and quantities.yaml alone as a registry without surveys; `DataError` has all their faults."""
    reader = Reader(folder)
    quantities, plan = reader.one("quantities.yaml", models.Quantities), reader.one("plan.yaml", models.Plan)
    if quantities is None or plan is None or reader.faults:
        raise DataError(reader.faults)
    nothing = models.Constructs(constructs=()), models.Claims(sources=(), claims=())
    return _registry(reader, {}, (_NO_STUDY, *nothing, quantities, plan))


def read_study(folder: Path) -> models.Study:
    """Return the file study.yaml of a data folder; `DataError` where it is missing or breaks a rule."""
    reader = Reader(folder)
    if reader.study is None or reader.faults:
        raise DataError(reader.faults)
    return reader.study


def read_lexicon(folder: Path) -> Lexicon:
    """Return what reads printed text by the phrases and rules of a data folder; `DataError` where it has faults."""
    reader = Reader(folder)
    quantities = reader.one("quantities.yaml", models.Quantities)
    if quantities is None:
        raise DataError(reader.faults)
    return Lexicon(quantities)


def read_series(registry: Registry, series_id: str) -> Series:
    """Return the file of a series; `KeyError` names the nearest where there is none."""
    pick(registry.series, series_id, "series")
    path = registry.folder / "series" / f"{series_id}.yaml"
    return Series.model_validate(kept_document(path, shown_path(path), Store("parsed")).data)


def warnings(registry: Registry) -> Iterator[str]:
    """Yield a line for each file with faults: its first fault, how many more there are, and what became of it."""
    used = {one.path for name, one in registry.documents.items() if Path(name).stem not in registry.left_out}
    for path, group in groupby(sorted(registry.faults), lambda fault: fault.path):
        first, *more = group
        yield f"{with_rest(first, len(more))}; {'it is used all the same' if path in used else 'it is left out'}"


def with_rest(first: Fault, more: int) -> str:
    """Return the first fault of several, and how many more there are."""
    return f"{first} (and {more} more; crosswave check lists all)" if more else str(first)


def _key(folder: Path, digests: Mapping[Path, str]) -> str:
    return digest(folder_key(folder, digests), source_digest(PACKAGE / "printed"))


def _loaded(folder: Path) -> tuple[Registry | None, list[Fault]]:
    """A folder as a registry, with its faults; not examined again where the same bytes had none."""
    examined, digests = Store("examined"), folder_digests(folder)
    key = _key(folder, digests)
    if (kept := examined.get(key)) is not None:
        reader = Reader(folder)
        known = json.loads(kept)
        reader.by_series = {name: tuple(waves) for name, waves in known["series"].items()}
        shared = reader.shared()
        if shared is None or reader.faults:
            raise DataError(reader.faults)
        surveys = LateSurveys(folder, reader.by_series, partial(_late_surveys, folder, digests))
        return replace(_registry(reader, surveys, shared), figures=known["figures"]), []
    registry, faults = read_folder(folder)
    if registry is not None and not faults and folder_digests(folder) == digests:  # else a file changed while read
        registry = replace(registry, figures=sum(len(findings_of(survey)) for survey in registry.surveys.values()))
        examined.put(key, json.dumps({"series": registry.series, "figures": registry.figures}).encode())
    return registry, faults


def read_folder(folder: Path) -> tuple[Registry | None, list[Fault]]:
    """Return a data folder as a registry, and its faults of form, reference and arithmetic."""
    reader = Reader(folder)
    surveys = reader.surveys()
    shared = reader.shared()
    if shared is None:
        return None, reader.faults
    registry, (_, constructs, claims, *_) = _registry(reader, surveys, shared), shared
    return registry, [*reader.faults, *registry_faults(registry, constructs, claims), *arithmetic_faults(registry)]


def _late_surveys(folder: Path, digests: Mapping[Path, str], path: Path) -> dict[str, models.Survey]:
    """The surveys of a file, which is checked once more where somebody changed it since the folder was checked."""
    reader, checked = Reader(folder), True
    found = reader.file(path, checked=checked)
    if file_digest(path) != digests[path]:
        reader = Reader(folder)
        found = reader.file(path)
    if not found or reader.faults:
        raise DataError(reader.faults)
    return found


def _registry(reader: Reader, surveys: Mapping[str, models.Survey], shared: Shared) -> Registry:
    study, constructs, claims, quantities, plan = shared
    return Registry(
        folder=reader.folder,
        surveys=surveys,
        constructs={construct.id: construct for construct in constructs.constructs},
        claims={claim.id: claim for claim in claims.claims},
        claim_sources={source.id: source for source in claims.sources},
        quantities=quantities,
        facts={fact.fact_id: fact for fact in reader.facts},
        plan=plan.model_copy(update={"window": study.window}),
        study=study,
        documents=reader.documents,
        series=reader.by_series,
        batteries=reader.batteries,
        unread=frozenset(reader.unread),
    )


# --- what is left without the faulty surveys --------------------------------------------------------------------------


def _usable(folder: Path) -> Registry:
    """A folder without the surveys whose files have faults; the same object while it is remembered."""
    registry, faults = _loaded(folder)
    if registry is None:
        raise DataError(faults)
    return _leave_out(registry, faults) if faults else registry


def _leave_out(registry: Registry, faults: Sequence[Fault]) -> Registry:
    """A registry without faulty surveys; `DataError` where a file that all share has a fault, or none is left.

    A construct loses the answers of a survey that is left out. A claim that needs one cannot be checked, and says why.
    A fact whose source only such a survey describes goes too. Where two files describe one source differently, nobody
    can say which is wrong: it is told, and both are used.
    """
    lost = {shown_path(path) for path in wave_files(registry.folder)}
    grave = set(faults) - set(disagreements(registry))
    faulty = {fault.path for fault in grave}
    held = {name: registry.documents[f"surveys/{name}.yaml"].path for name in registry.surveys}
    gone = {name for name, path in held.items() if path in faulty} | registry.unread
    surveys = {name: survey for name, survey in registry.surveys.items() if name not in gone}
    if not surveys or any(fault.path not in lost for fault in grave):
        raise DataError(faults)
    waves = {name: tuple(wave for wave in own if wave in surveys) for name, own in registry.series.items()}
    sources = {source.id for survey in surveys.values() for source in survey.sources} | set(registry.claim_sources)
    facts = {name: fact for name, fact in registry.facts.items() if fact.source in sources}
    missing = gone | (registry.facts.keys() - facts.keys())
    return replace(
        registry,
        surveys=surveys,
        constructs={name: _construct(one, gone) for name, one in registry.constructs.items()},
        claims={name: _claim(one, missing) for name, one in registry.claims.items()},
        facts=facts,
        batteries=_batteries(registry.batteries, gone),
        series={name: own for name, own in waves.items() if own},
        faults=tuple(faults),
        left_out=frozenset(gone),
    )


def _batteries(batteries: models.Batteries, gone: Collection[str]) -> models.Batteries:
    kept = tuple(one for one in batteries.batteries if _owner(one.question) not in gone)
    return batteries.model_copy(update={"batteries": kept})


def _construct(construct: models.Construct, gone: Collection[str]) -> models.Construct:
    answers = [
        answer.model_copy(update={"same_instrument_as": _kept(answer.same_instrument_as, gone)})
        for answer in construct.answers
        if _owner(answer.finding) not in gone
    ]
    return construct.model_copy(update={"answers": tuple(answers), "changes": _kept(construct.changes, gone)})


def _claim(claim: models.Claim, missing: Collection[str]) -> models.Claim:
    lost = sorted({_owner(name) for name in (*claim.surveys, *claim.names)} & set(missing))
    if not lost:
        return claim
    why = f"it rests on {' and '.join(lost)}, left out because the data file has faults; crosswave check lists them"
    surveys = _kept(claim.surveys, missing)
    return claim.model_copy(update={"all_of": (), "not_checkable": claim.not_checkable or why, "surveys": surveys})


def _kept(names: Iterable[str], gone: Collection[str]) -> tuple[str, ...]:
    return tuple(name for name in names if _owner(name) not in gone)


def _owner(name: str) -> str:
    """The survey of a figure or of a printed change; a survey or a fact itself."""
    return name.split(".")[0]
