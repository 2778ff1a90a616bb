"""What is left of a data folder without its faulty surveys, and without what refers to them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace

from crosswave.study.cross import disagreements
from crosswave.study.faults import DataError, Fault, shown_path
from crosswave.study.models import Claim, Construct
from crosswave.study.reading import survey_files, wrongly_named
from crosswave.study.registry import Registry


def leave_out(registry: Registry, faults: Sequence[Fault]) -> Registry:
    """Return a registry without the surveys whose files have faults.

    Raises
    ------
    DataError
        A fault is in a file that all surveys share, or no survey is without one: all faults.

    Notes
    -----
    A construct loses the answers of a survey that is left out. A claim that needs one cannot be checked, and says why.
    A fact whose source only such a survey describes goes too. Where two files describe one source differently, nobody
    can say which is wrong: it is told, and both are used.
    """
    names = {shown_path(path): path.stem for path in survey_files(registry.folder)}
    lost = set(names) | {shown_path(path) for path in wrongly_named(registry.folder)}
    grave = set(faults) - set(disagreements(registry))
    gone = {names[fault.path] for fault in grave if fault.path in names}
    surveys = {name: survey for name, survey in registry.surveys.items() if name not in gone}
    if not surveys or any(fault.path not in lost for fault in grave):
        raise DataError(faults)
    sources = {source.id for survey in surveys.values() for source in survey.sources} | set(registry.claim_sources)
    facts = {name: fact for name, fact in registry.facts.items() if fact.source in sources}
    missing = gone | (registry.facts.keys() - facts.keys())
    return replace(
        registry,
        surveys=surveys,
        constructs={name: _construct(one, gone) for name, one in registry.constructs.items()},
        claims={name: _claim(one, missing) for name, one in registry.claims.items()},
        facts=facts,
        faults=tuple(faults),
        left_out=frozenset(gone),
    )


def _construct(construct: Construct, gone: Collection[str]) -> Construct:
    answers = [
        answer.model_copy(update={"same_instrument_as": _kept(answer.same_instrument_as, gone)})
        for answer in construct.answers
        if _owner(answer.finding) not in gone
    ]
    return construct.model_copy(update={"answers": tuple(answers), "changes": _kept(construct.changes, gone)})


def _claim(claim: Claim, missing: Collection[str]) -> Claim:
    terms = (name for condition in claim.all_of for name in (*condition.terms, *condition.over))
    lost = sorted({_owner(name) for name in (*claim.surveys, *terms)} & set(missing))
    if not lost:
        return claim
    why = f"it rests on {' and '.join(lost)}, left out because the data file has faults; crosswave check lists them"
    return claim.model_copy(
        update={"all_of": (), "not_checkable": claim.not_checkable or why, "surveys": _kept(claim.surveys, missing)}
    )


def _kept(names: Iterable[str], gone: Collection[str]) -> tuple[str, ...]:
    return tuple(name for name in names if _owner(name) not in gone)


def _owner(name: str) -> str:
    """The survey of a figure or of a printed change; a survey or a fact itself."""
    return name.split(".")[0]
