"""What several test files need: the real registry, read and reconstructed once, and small ones made by hand."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import settings

import crosswave as cw
import real
from crosswave.memo import KEEP_VARIABLE
from crosswave.printed.quantities import Lexicon
from crosswave.reconstruct import Reconstruction
from crosswave.study import Registry, read_study
from crosswave.study.cache import keeping
from crosswave.study.models import Claim, Construct, Fact, Survey
from crosswave.trend.change import Trend

collect_ignore = ["reference"]  # scripts that made the reference numbers, with packages of their own

settings.register_profile("any machine", deadline=None)  # on a busy one a test may take its time
settings.load_profile("any machine")

os.environ[KEEP_VARIABLE] = "0"  # what is tested is computed, and not what was kept


@pytest.fixture(scope="session")
def registry() -> Registry:
    """Everything in data/."""
    return real.registry()


@pytest.fixture(scope="session")
def reconstructions() -> Mapping[str, Reconstruction]:
    """Every wave of data/, reconstructed."""
    return real.reconstructions()


@pytest.fixture(scope="session")
def resolved() -> Registry:
    """Everything in data/, with a number for every total error that the plan has estimated."""
    return real.resolved()


@pytest.fixture(scope="session")
def trends() -> Mapping[str, Trend]:
    """Every construct of data/, assessed as planned."""
    return real.trends()


@pytest.fixture(scope="session")
def study() -> cw.Study:
    """The study of data/, as an analyst opens it."""
    return real.study()


@pytest.fixture(scope="module")
def kept() -> Iterator[None]:
    """What comes of unchanged code and data is computed once for all processes, in a file of tests that asks for this.

    Such a file replaces nothing that computes. Nothing outlives the tests: their cache is their own.
    """
    with keeping():
        yield


@pytest.fixture
def ledger_at_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    """The ledger of data/ is not made anew for what a run refuses after it and before any page."""
    monkeypatch.setattr("crosswave.report.ledger.make_ledger", lambda registry: real.ledger())


@pytest.fixture(scope="session")
def lexicon(registry: Registry) -> Lexicon:
    """The real phrases and rules."""
    return Lexicon(registry.quantities)


@pytest.fixture(scope="session")
def make_survey() -> Callable[..., Survey]:
    """``make_survey("a-2017", 2017, 500, yes="40%")``: one wave, one question q, an answer for each keyword."""
    vocabulary = read_study(real.DATA).vocabulary

    def make(
        name: str, year: int, n: int | dict[str, Any] | None, *, more: Any = None, asks: Any = None, **printed: str
    ) -> Survey:
        size = {"kind": "unknown"} if n is None else {"kind": "exact", "value": n, "printed": str(n)}
        answers = [
            {"id": key, "says": key, "printed": text, "topic": "other", "sources": ["page"]}
            for key, text in printed.items()
        ]
        question = {"id": "q", "asks": "q", "about": "q", "answers": answers, **(asks or {})}
        page = {"id": "page", "title": "p", "url": "https://example.org/p", "kind": "mirror"}
        record = {
            "id": name, "title": name, "year": year, "year_basis": "fieldwork", "population": "p", "sector": "local",
            "unit": "person", "publisher": "one house", "sources": [page], "n": n if isinstance(n, dict) else size,
            "questions": [question], **(more or {}),
        }  # fmt: skip
        return Survey.model_validate(record, context={"vocabulary": vocabulary})

    return make


@pytest.fixture(scope="session")
def make_construct() -> Callable[..., Construct]:
    """``make_construct("c", "a-2017.q.yes", "b-2019.q.yes", wording="similar")``: grades for all but the first."""

    def make(
        name: str, *findings: str, family: str = "barriers", partition: str | None = None, **grades: str
    ) -> Construct:
        aspects = ("population", "unit", "stem", "wording", "base", "response")
        rows = [
            {"finding": finding, "grades": {a: grades.get(a, "same") if place else "same" for a in aspects}}
            for place, finding in enumerate(findings)
        ]
        record = {"id": name, "label": name, "family": family, "partition": partition, "answers": rows}
        return Construct.model_validate(record)

    return make


@pytest.fixture(scope="session")
def small_registry(registry: Registry) -> Callable[..., Registry]:
    """A registry of these surveys, constructs, claims and facts, under the real plan and phrases."""

    def make(
        surveys: Iterable[Survey],
        constructs: Iterable[Construct] = (),
        claims: Iterable[Claim] = (),
        facts: Iterable[Fact] = (),
    ) -> Registry:
        return replace(
            registry,
            surveys={survey.id: survey for survey in surveys},
            constructs={construct.id: construct for construct in constructs},
            claims={claim.id: claim for claim in claims},
            facts={fact.fact_id: fact for fact in facts},
        )

    return make
