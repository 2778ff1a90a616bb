"""The files to be downloaded: complete, typed, described, referring to each other rightly, the same bytes twice."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import zipfile
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.parquet as pq
import pytest

import real
from crosswave.report.fields import FIELDS
from crosswave.report.results import by_survey
from crosswave.report.site.build import render_markdown
from crosswave.report.site.package import FOREIGN_KEYS, KEYS, PACKAGE, WHOLE, Downloads, make_downloads, read_citation
from crosswave.study import read_study

ROOT = Path(__file__).parents[1]
RESULTS = ROOT / "reports" / "results"
TYPES = {"integer": "Int64", "year": "Int64", "number": "Float64", "string": "string", "boolean": "boolean"}


@cache
def frames() -> dict[str, pd.DataFrame]:
    ledger = {}
    for name in ("findings", "claims", "trends", "batteries"):
        types = {field.name: TYPES[field.type] for field in FIELDS[name]}
        ledger[name] = pd.read_csv(RESULTS / f"{name}.csv", dtype=types, keep_default_na=False, na_values=[""])
    return {**ledger, "surveys": by_survey(real.registry().surveys, real.reconstructions())}


STUDY = read_study(ROOT / "data")


@cache
def downloads() -> Downloads:
    return make_downloads(frames(), "1.2.3", STUDY)


@cache
def tables() -> dict[str, Any]:
    return {one["name"]: one for one in json.loads(downloads().files[PACKAGE])["resources"]}


def rows(name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(downloads().files[f"{name}.csv"].decode())))


def test_every_table_is_there_as_csv_and_parquet_and_all_in_one_file() -> None:
    wanted = {f"{name}.{kind}" for name in FIELDS for kind in ("csv", "parquet")} | {PACKAGE}
    assert set(downloads().files) == {*wanted, WHOLE}
    with zipfile.ZipFile(io.BytesIO(downloads().files[WHOLE])) as archive:
        assert {name: archive.read(name) for name in archive.namelist()} == {
            name: downloads().files[name] for name in wanted
        }


@pytest.mark.parametrize("name", ["findings", "claims", "trends", "batteries"])
def test_a_table_of_the_ledger_is_downloaded_as_it_is_committed(name: str) -> None:
    assert downloads().files[f"{name}.csv"] == (RESULTS / f"{name}.csv").read_bytes()


def test_the_same_results_give_the_same_bytes() -> None:
    assert make_downloads(frames(), "1.2.3", STUDY).files == downloads().files


@pytest.mark.parametrize("name", FIELDS)
def test_the_package_describes_every_column_of_every_file_and_its_bytes(name: str) -> None:
    text, resource = downloads().files[f"{name}.csv"], tables()[name]
    assert [field["name"] for field in resource["schema"]["fields"]] == list(rows(name)[0])
    assert all(field["description"].endswith(".") for field in resource["schema"]["fields"])
    assert resource["bytes"] == len(text)
    assert resource["hash"] == f"sha256:{hashlib.sha256(text).hexdigest()}"
    assert resource["rows"] == len(rows(name))


@pytest.mark.parametrize("name", FIELDS)
def test_every_cell_keeps_the_rules_of_its_column(name: str) -> None:
    reads = {"integer": int, "year": int, "number": float, "string": str, "boolean": ("true", "false").index}
    broken = []
    for row in rows(name):
        for field in FIELDS[name]:
            cell = row[field.name]
            if cell:
                reads[field.type](cell)
            if (field.required and not cell) or (cell and field.options and cell not in field.options):
                broken.append((row[KEYS[name][0]], field.name, cell))
    assert broken == []
    keys = [tuple(row[key] for key in KEYS[name]) for row in rows(name)]
    assert len(keys) == len(set(keys))


@pytest.mark.parametrize("name", FOREIGN_KEYS)
def test_what_a_table_refers_to_is_there(name: str) -> None:
    for own, table, there in FOREIGN_KEYS[name]:
        known = {row[there] for row in rows(table)}
        assert {row[own] for row in rows(name)} - {""} <= known


@pytest.mark.parametrize("name", FIELDS)
def test_parquet_holds_the_same_values_with_types_and_descriptions(name: str) -> None:
    table = pq.read_table(io.BytesIO(downloads().files[f"{name}.parquet"]))
    types = {field.name: TYPES[field.type] for field in FIELDS[name]}
    same = pd.read_csv(io.BytesIO(downloads().files[f"{name}.csv"]), dtype=types, keep_default_na=False, na_values=[""])
    found = table.to_pandas().astype(types)
    pd.testing.assert_frame_equal(found, same)
    assert all(table.schema.field(field.name).metadata[b"description"] for field in FIELDS[name])


def test_methods_become_a_page_whose_headings_can_be_linked() -> None:
    document = render_markdown((ROOT / "METHODS.md").read_text(encoding="utf-8"))
    assert document.title == "Methods"
    anchors = [anchor for _, anchor, _ in document.headings]
    assert len(anchors) == len(set(anchors)) > 10
    assert all(f'id="{anchor}"' in document.html for anchor in anchors)


def test_html_in_a_document_is_escaped_and_equal_headings_have_anchors_of_their_own() -> None:
    document = render_markdown("# T\n\n## A\n\n<script>x</script>\n\n## A\n")
    assert "<script>" not in document.html
    assert [anchor for _, anchor, _ in document.headings] == ["a", "a-1"]


def test_the_whole_is_cited_as_its_citation_file_says() -> None:
    citation = read_citation(ROOT / "CITATION.cff", "1.2.3", STUDY)
    assert citation.sentence.startswith("The crosswave maintainers (2026). crosswave: published survey evidence")
    assert "Version 1.2.3" in citation.sentence and "version = {1.2.3}" in citation.bibtex
    assert read_citation(ROOT / "nothing.cff", "1", STUDY).sentence.startswith("The crosswave maintainers (2020). What")
