"""Which modules code reaches: by name through packages that collect names, and nothing that is not imported."""

from pathlib import Path

import pytest

from crosswave.report.source_graph import SourceGraph, own_graph, read_source
from crosswave.study.cache import FOLDER_VARIABLE

PACKAGE = {
    "__init__.py": '"""Words."""',
    "a.py": "from p.base import x",
    "base.py": "x = 1",
    "alone.py": "y = 1",
    "late.py": "def f():\n    from p.base import x\n    return x",
    "typed.py": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from p.base import x",
    "tables/__init__.py": "from p.tables.one import first\nfrom p.tables.two import second\n__all__ = ['first']",
    "tables/one.py": "from p import base\nfirst = base.x",
    "tables/two.py": "from p.tables.one import first",
    "tables/three.py": "",
    "heavy/__init__.py": "from p.alone import y\nz = y + 1",
    "heavy/inner.py": "",
    "round.py": "from p.circle import c",
    "circle.py": "from p.round import r",
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path / "cache"))
    for name, text in PACKAGE.items():
        path = tmp_path / "p" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path / "p"


@pytest.mark.parametrize(
    ("code", "reached"),
    [
        ("import p.a", "p.a p.base"),
        ("from p import a", "p.a p.base"),
        ("from p.a import x", "p.a p.base"),
        ("import pandas, os", ""),
        ("from p import late", "p.late p.base"),
        ("from p import typed", "p.typed"),
        ("from p import tables\ntables.second()", "p.tables.two p.tables.one p.base"),
        ("from p import tables as t\nt.first()", "p.tables.one p.base"),
        ("from p import tables\ntables.three.x", "p.tables.three"),
        ("from p import tables", ""),
        ("from p.tables import first", "p.tables.one p.base"),
        ("from p import tables\nprint(tables)", "p.tables p.tables.one p.tables.two p.base"),
        ("from p.tables import *", "p.tables p.tables.one p.tables.two p.base"),
        ("import p.tables\np.tables.first", "p.tables p.tables.one p.tables.two p.base"),
        ("import p\np.tables.first", "p.tables p.tables.one p.tables.two p.base"),
        ("from p.heavy import inner", "p.heavy p.heavy.inner p.alone"),
        ("from p.heavy import z", "p.heavy p.alone"),
        ("from p import round", "p.round p.circle"),
        ("from p import missing", "p"),
    ],
)
def test_code_reaches_what_it_names_and_what_that_imports(folder: Path, code: str, reached: str) -> None:
    for _ in range(2):  # the second time from the cache
        assert SourceGraph(folder).reached_from(code) == frozenset(reached.split())


def test_code_that_cannot_be_parsed_reaches_everything(folder: Path) -> None:
    assert len(SourceGraph(folder).reached_from("%matplotlib inline")) == len(PACKAGE)


def test_digest_changes_with_a_reached_module_alone(folder: Path) -> None:
    def now() -> str:
        graph = SourceGraph(folder)
        return graph.digest_of(graph.reached_from("from p import tables\ntables.first()"))

    before = now()
    (folder / "alone.py").write_text("y = 2  # a comment")
    (folder / "tables" / "two.py").write_text("from p.tables.one import first  # a comment")
    assert now() == before
    (folder / "base.py").write_text("x = 2")
    assert now() != before


def test_digest_changes_with_the_templates_beside_a_reached_module(folder: Path) -> None:
    before = SourceGraph(folder).digest_of(["p.a"])
    (folder / "templates").mkdir()
    (folder / "templates" / "page.j2").write_text("<p>")
    assert SourceGraph(folder).digest_of(["p.a"]) != before


def test_relative_imports_are_followed() -> None:
    source = read_source("from . import one\nfrom .two import x\nfrom ..base import y", "p.tables")
    assert {(b.module, b.name) for bound in source.bindings.values() for b in bound} == {
        ("p.tables", "one"),
        ("p.tables.two", "x"),
        ("p.base", "y"),
    }


def test_a_survey_page_reaches_no_claims_and_the_facts_no_statistics() -> None:
    of_a_survey = own_graph().reached_from("from crosswave.reconstruct import reconstruct")
    assert "crosswave.reconstruct.survey" in of_a_survey
    assert not {"crosswave.claims", "crosswave.trend.change", "crosswave.report.trend.waves"} & of_a_survey
    of_the_facts = own_graph().reached_from("from crosswave.study.context import check_facts")
    assert "crosswave.printed.quantities" in of_the_facts
    assert "crosswave.reconstruct.survey" not in of_the_facts
