"""A data folder as one registry of surveys, constructs, claims, quantities, facts and the plan."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TypeVar

from crosswave.registry.cross import registry_faults
from crosswave.registry.documents import Document, Model, Validated, read_document, validate
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
from crosswave.registry.references import repeated, survey_faults
from crosswave.registry.rows import read_rows, validate_rows

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
        raise KeyError(f"no {what} is called {name!r}{nearest(name, table) or f'; crosswave list {what}s names all'}")
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
    """
    folder = folder or find_data()
    registry, faults = read_folder(folder)
    if registry is None or faults:
        raise DataError(faults)
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
    reader = _Reader(folder)
    surveys = reader.surveys()
    constructs = reader.one("constructs.yaml", Constructs)
    claims = reader.one("claims.yaml", Claims)
    quantities = reader.one("quantities.yaml", Quantities)
    plan = reader.one("plan.yaml", Plan)
    facts = reader.facts("context.csv")
    if constructs is None or claims is None or quantities is None or plan is None:
        return None, reader.faults
    registry = Registry(
        folder=folder,
        surveys={survey.id: survey for survey in surveys},
        constructs={construct.id: construct for construct in constructs.constructs},
        claims={claim.id: claim for claim in claims.claims},
        claim_sources={source.id: source for source in claims.sources},
        quantities=quantities,
        facts={fact.fact_id: fact for fact in facts},
        plan=plan,
        documents=reader.documents,
        unread=frozenset(reader.unread),
    )
    return registry, [*reader.faults, *registry_faults(registry, constructs, claims)]


class _Reader:
    """Reads the files of one folder and gathers their faults."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.documents: dict[str, Document] = {}
        self.faults: list[Fault] = []
        self.unread: list[str] = []

    def surveys(self) -> list[Survey]:
        paths = sorted((self.folder / "surveys").glob("*.yaml"))
        for path in sorted((self.folder / "surveys").glob("*.yml")):
            self.faults.append(Fault(shown_path(path), 1, "files of surveys end in .yaml; rename it"))
        if not paths:
            message = "no survey file stands here; crosswave new SURVEY-ID makes one"
            self.faults.append(Fault(shown_path(self.folder / "surveys"), 1, message))
        surveys = [survey for path in paths if (survey := self._survey(path))]
        return surveys

    def _survey(self, path: Path) -> Survey | None:
        document = self._document(path)
        validated = self._validated(document, Survey)
        self.faults += survey_faults(validated, document)
        if validated.record is None or validated.faults or validated.record.id != path.stem:
            self.unread.append(path.stem)
        return validated.record

    def one(self, name: str, model: type[Model]) -> Model | None:
        path = self.folder / name
        if not path.is_file():
            self.faults.append(Fault(shown_path(path), 1, "the file is missing; every data folder needs it"))
            return None
        return self._validated(self._document(path), model).record

    def _validated(self, document: Document, model: type[Model]) -> Validated[Model]:
        validated = validate(document, model)
        self.faults += validated.faults
        return validated

    def facts(self, name: str) -> list[Fact]:
        path = self.folder / name
        if not path.is_file():
            self.faults.append(Fault(shown_path(path), 1, "the file is missing; every data folder needs it"))
            return []
        document = self.documents[name] = read_rows(path, shown_path(path), "fact_id")
        rows = validate_rows(document, Fact)
        names = [row.get("fact_id", "") for row in document.data or ()]
        self.faults += [*document.faults, *(fault for row in rows for fault in row.faults)]
        self.faults += [document.fault(*row) for row in repeated(((k,), name) for k, name in enumerate(names) if name)]
        self.unread += [name for name, row in zip(names, rows, strict=True) if row.faults]
        return [row.record for row in rows if row.record and not row.faults]

    def _document(self, path: Path) -> Document:
        document = read_document(path, shown_path(path))
        self.documents[path.relative_to(self.folder).as_posix()] = document
        return document
