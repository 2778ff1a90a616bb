"""The JSON Schemas are current, and hold for every data file."""

import json
from pathlib import Path

import pytest
import yaml
from jsonschema import Draft202012Validator

from crosswave.study import read_study
from crosswave.study.starter import SCHEMAS, schema_text

DATA = Path(__file__).parents[1] / "data"
FILES = sorted(DATA.glob("*.yaml")) + sorted((DATA / "surveys").glob("*.yaml"))


@pytest.mark.parametrize("name", SCHEMAS)
def test_schema_is_what_the_models_give(name):
    assert (DATA / "schema" / name).read_text(encoding="utf-8") == schema_text(
        SCHEMAS[name], read_study(DATA).vocabulary
    )


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_each_file_names_its_schema_first_and_the_schema_holds(path):
    first, _, rest = path.read_text(encoding="utf-8").partition("\n")
    prefix = "# yaml-language-server: $schema="
    assert first.startswith(prefix)
    schema = json.loads((path.parent / first.removeprefix(prefix)).read_text(encoding="utf-8"))
    # Dates are dates to YAML 1.1 and text to the schema, as to the editors' YAML 1.2.
    loader = type("Loader", (yaml.SafeLoader,), {"yaml_implicit_resolvers": without_dates()})
    errors = [error.message for error in Draft202012Validator(schema).iter_errors(yaml.load(rest, Loader=loader))]
    assert errors == []


def without_dates():
    return {
        first: [(tag, pattern) for tag, pattern in pairs if "timestamp" not in tag]
        for first, pairs in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }
