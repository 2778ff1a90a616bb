"""JSON Schemas of the data files, generated from the models: editors complete and check with them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from crosswave.study.models import Claims, Constructs, Plan, Quantities, Record, Survey

SCHEMAS: Mapping[str, type[Record]] = {
    "survey.json": Survey,
    "constructs.json": Constructs,
    "claims.json": Claims,
    "quantities.json": Quantities,
    "plan.json": Plan,
}


def schema_text(model: type[Record]) -> str:
    """Return the JSON Schema of a model as text."""
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", **model.model_json_schema(by_alias=True)}
    base = schema.get("$defs", {}).get("Base")
    if base is not None:
        schema["$defs"]["Base"] = {"anyOf": [{"const": "all", "description": "Everyone, stated."}, base]}
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def write_schemas(folder: Path) -> list[Path]:
    """Write every schema into a folder, and return the files."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, model in SCHEMAS.items():
        (folder / name).write_text(schema_text(model), encoding="utf-8")
    return [folder / name for name in SCHEMAS]
