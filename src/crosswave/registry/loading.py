"""A data folder as one registry of surveys, constructs, claims, quantities, facts and the plan."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import TypeVar

from crosswave.registry.cache import Store, digest, file_digests
from crosswave.registry.cross import registry_faults
from crosswave.registry.documents import Document
from crosswave.registry.faults import DataError, Fault, nearest, shown_path
from crosswave.registry.models import (
    Answer,
    Base,
    Claim,
    Claims,
    Construct,
    Constructs,
    Fact,
    Plan,
    Quantities,
    Question,
    Source,
    Survey,
)
from crosswave.registry.reading import LateSurveys, Reader, folder_digests, folder_key
from crosswave.words import arrived

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Finding:
    """A printed figure in its place."""

    survey: Survey
    question: Question
    answer: Answer

    @property
    def id(self) -> str:
        """``survey.question.answer``."""
        return f"{self.survey.id}.{self.question.id}.{self.answer.id}"

    @property
    def local_id(self) -> str:
        """``question.answer``."""
        return f"{self.question.id}.{self.answer.id}"

    @property
    def base(self) -> Base | None:
        """Whom the figure was counted on; None where no source says."""
        return self.answer.base or self.question.base


def findings_of(survey: Survey) -> tuple[Finding, ...]:
    """Return every printed figure of a survey, in the order of its file."""
    return tuple(Finding(survey, question, answer) for question in survey.questions for answer in question.answers)


_OF_TRENDS = {"total_error", "families", "lines"}


@dataclass(frozen=True)
class Registry:
    """Everything in a data folder, checked."""

    folder: Path
    surveys: Mapping[str, Survey]
    constructs: Mapping[str, Construct]
    claims: Mapping[str, Claim]
    claim_sources: Mapping[str, Source]
    quantities: Quantities
    facts: Mapping[str, Fact]
    plan: Plan
    documents: Mapping[str, Document]
    unread: frozenset[str] = frozenset()

    @cached_property
    def findings(self) -> Mapping[str, Finding]:
        """Every printed figure by its id, surveys in order of their ids."""
        return {finding.id: finding for survey in self.surveys.values() for finding in findings_of(survey)}

    @cached_property
    def rules_of_reading(self) -> tuple[str, str]:
        """What a reconstruction comes from besides its survey, as text: the phrases, and the plan but for trends."""
        return self.quantities.model_dump_json(), self.plan.model_dump_json(exclude=_OF_TRENDS)

    @cached_property
    def content(self) -> str:
        """Digest of all that is asked of the evidence and by which rules: surveys, constructs, phrases and plan."""
        records = [*self.surveys.values(), *self.constructs.values(), self.quantities, self.plan]
        return digest(*(record.model_dump_json() for record in records))

    @cached_property
    def sources(self) -> Mapping[str, Source]:
        """Every source by its id."""
        in_surveys = {source.id: source for survey in self.surveys.values() for source in survey.sources}
        return dict(sorted({**in_surveys, **self.claim_sources}.items()))

    def survey(self, survey_id: str) -> Survey:
        """Return a survey by its id.

        Raises
        ------
        KeyError
            No survey has that id; the message names the nearest ones.
        """
        return _pick(self.surveys, survey_id, "survey")

    def construct(self, construct_id: str) -> Construct:
        """Return a construct by its id.

        Raises
        ------
        KeyError
            No construct has that id; the message names the nearest ones.
        """
        return _pick(self.constructs, construct_id, "construct")

    def finding(self, finding_id: str) -> Finding:
        """Return a printed figure by its id.

        Raises
        ------
        KeyError
            No figure has that id; the message names the nearest ones.
        """
        return _pick(self.findings, finding_id, "finding")


def _pick(table: Mapping[str, Value], name: str, what: str) -> Value:
    if name not in table:
        raise KeyError(
            f"no {what} is called {arrived(name)}{nearest(name, table) or f'; crosswave list {what}s names all'}"
        )
    return table[name]


def find_data(start: Path | None = None) -> Path:
    """Return the data folder: the nearest ``data/surveys`` above a folder, else the one beside the package.

    Parameters
    ----------
    start : Path, optional
        Where to look from; the working folder if absent.

    Raises
    ------
    DataError
        No folder ``data/surveys`` is there.
    """
    start = (start or Path.cwd()).resolve()
    for folder in (start, *start.parents, Path(__file__).resolve().parents[3]):
        if (folder / "data" / "surveys").is_dir():
            return folder / "data"
    message = "no folder data/surveys here or above; run from inside the repository or name the folder"
    raise DataError([Fault(shown_path(start), 1, message)])


def load_registry(folder: Path | None = None) -> Registry:
    """Return a data folder as a registry.

    Parameters
    ----------
    folder : Path, optional
        The data folder; found from the working folder if absent.

    Raises
    ------
    DataError
        Anything in the folder breaks a rule: all faults at once.
    ValueError
        A notebook calls this, and papermill gave it a parameter that it does not have or whose value does not fit.

    Notes
    -----
    A folder that was found without faults is not checked again as long as no byte of it changes: its surveys are then
    read when they are asked for. See `crosswave.registry.cache` for where that is kept.
    """
    from crosswave.given import check_given  # which needs the models of this package

    registry = _loaded(folder)
    check_given(registry.plan)
    return registry


def _loaded(folder: Path | None) -> Registry:
    folder, checked = folder or find_data(), Store("checked")
    digests = folder_digests(folder)
    key = folder_key(folder, digests)
    if checked.get(key) is not None:
        return _unchecked(folder, digests)
    registry, faults = read_folder(folder)
    if registry is None or faults:
        raise DataError(faults)
    if folder_digests(folder) == digests:  # else a file changed while it was read
        checked.put(key, b"")
    return registry


def read_folder(folder: Path) -> tuple[Registry | None, list[Fault]]:
    """Return a data folder as a registry, and its faults.

    Parameters
    ----------
    folder : Path
        The data folder.

    Returns
    -------
    tuple
        Where there are faults the registry holds stand-ins, and serves only to look for further faults; None where a
        file that every folder needs cannot be read.
    """
    reader = Reader(folder)
    surveys = reader.surveys()
    shared = _Shared.read(reader)
    if shared is None:
        return None, reader.faults
    registry = shared.with_surveys(surveys, reader)
    return registry, [*reader.faults, *registry_faults(registry, shared.constructs, shared.claims)]


def _unchecked(folder: Path, digests: Mapping[Path, str]) -> Registry:
    """A folder whose bytes are known to break no rule."""
    reader = Reader(folder)
    shared = _Shared.read(reader)
    if shared is None or reader.faults:
        raise DataError(reader.faults)
    return shared.with_surveys(LateSurveys(folder, partial(_late_survey, folder, digests)), reader)


def _late_survey(folder: Path, digests: Mapping[Path, str], path: Path) -> Survey:
    reader = Reader(folder)
    survey = reader.survey(path, checked=True)
    if file_digests([path])[path] != digests[path]:  # somebody changed it since the folder was checked
        reader = Reader(folder)
        survey = reader.survey(path)
    if survey is None or reader.faults:
        raise DataError(reader.faults)
    return survey


@dataclass(frozen=True, slots=True)
class _Shared:
    """The files that stand beside the surveys."""

    constructs: Constructs
    claims: Claims
    quantities: Quantities
    plan: Plan
    facts: list[Fact]

    @classmethod
    def read(cls, reader: Reader) -> _Shared | None:
        constructs = reader.one("constructs.yaml", Constructs)
        claims = reader.one("claims.yaml", Claims)
        quantities = reader.one("quantities.yaml", Quantities)
        plan = reader.one("plan.yaml", Plan)
        facts = reader.facts("context.csv")
        if constructs is None or claims is None or quantities is None or plan is None:
            return None
        return cls(constructs, claims, quantities, plan, facts)

    def with_surveys(self, surveys: Mapping[str, Survey], reader: Reader) -> Registry:
        return Registry(
            folder=reader.folder,
            surveys=surveys,
            constructs={construct.id: construct for construct in self.constructs.constructs},
            claims={claim.id: claim for claim in self.claims.claims},
            claim_sources={source.id: source for source in self.claims.sources},
            quantities=self.quantities,
            facts={fact.fact_id: fact for fact in self.facts},
            plan=self.plan,
            documents=reader.documents,
            unread=frozenset(reader.unread),
        )
