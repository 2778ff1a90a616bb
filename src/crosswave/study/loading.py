"""A data folder as one registry of surveys, constructs, claims, quantities, facts and the plan."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import TypeVar

from crosswave.memo import digest
from crosswave.study.cache import Store, file_digests
from crosswave.study.cross import registry_faults
from crosswave.study.documents import Document
from crosswave.study.faults import DataError, Fault, nearest
from crosswave.study.models import (
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
from crosswave.study.parameters import check_given
from crosswave.study.places import find_data
from crosswave.study.reading import LateSurveys, Reader, folder_digests, folder_key
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
    """Everything in a data folder, checked; or all of it that can be used, with the faults of the rest.

    Attributes
    ----------
    folder : Path
        The data folder.
    surveys, constructs, claims, claim_sources, facts : mapping
        By id.
    quantities, plan : Quantities, Plan
        The files of these names.
    documents : mapping of str to Document
        What was read, by the name of its file in the folder.
    unread : frozenset of str
        Ids of what could not be read whole: nothing is said of what refers to them.
    faults : tuple of Fault
        What `crosswave.study.evidence.load_evidence` found wrong.
    left_out : frozenset of str
        Ids of the surveys that it therefore left out.
    """

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
    faults: tuple[Fault, ...] = ()
    left_out: frozenset[str] = frozenset()

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
        DataError
            The survey was left out: all faults of its file.
        """
        if survey_id in self.left_out:
            path = self.documents[f"surveys/{survey_id}.yaml"].path
            raise DataError(fault for fault in self.faults if fault.path == path)
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
        DataError
            Its survey was left out: all faults of its file.
        """
        if (survey_id := finding_id.split(".")[0]) in self.left_out:
            self.survey(survey_id)
        return _pick(self.findings, finding_id, "finding")


def _pick(table: Mapping[str, Value], name: str, what: str) -> Value:
    if name not in table:
        raise KeyError(
            f"no {what} is called {arrived(name)}{nearest(name, table) or f'; crosswave list {what}s names all'}"
        )
    return table[name]


def load_registry(folder: Path | None = None) -> Registry:
    """Return a data folder as a registry.

    Parameters
    ----------
    folder : Path, optional
        The data folder; found from the working folder if absent.

    Raises
    ------
    DataError
        Anything in the folder breaks a rule of form or reference: all faults at once.
    FileNotFoundError
        There is no data folder.
    ValueError
        A notebook calls this, and papermill gave it a parameter that it does not have or whose value does not fit.

    Notes
    -----
    A folder that was found without faults is not checked again as long as no byte of it changes: its surveys are then
    read when they are asked for. See `crosswave.study.cache` for where that is kept.
    """
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


def load_rules(folder: Path) -> Registry:
    """Return plan and phrases of a folder as a registry without surveys.

    Parameters
    ----------
    folder : Path
        Needs the files plan.yaml and quantities.yaml; others are not looked at.

    Raises
    ------
    DataError
        One of the two is missing or breaks a rule: all faults at once.
    """
    reader = Reader(folder)
    quantities, plan = reader.one("quantities.yaml", Quantities), reader.one("plan.yaml", Plan)
    if quantities is None or plan is None or reader.faults:
        raise DataError(reader.faults)
    nothing = _Shared(Constructs(constructs=()), Claims(sources=(), claims=()), quantities, plan, [])
    return nothing.with_surveys({}, reader)


def read_folder(folder: Path) -> tuple[Registry | None, list[Fault]]:
    """Return a data folder as a registry, and its faults."""
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
