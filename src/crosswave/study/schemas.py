"""JSON Schemas of the data files, generated from the models: editors complete and check with them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from crosswave.study.models import Claims, Constructs, Plan, Quantities, Record, Study, Survey, Vocabulary

SCHEMAS: Mapping[str, type[Record]] = {
    "study.json": Study,
    "survey.json": Survey,
    "constructs.json": Constructs,
    "claims.json": Claims,
    "quantities.json": Quantities,
    "plan.json": Plan,
}


def schema_text(model: type[Record], vocabulary: Vocabulary) -> str:
    """Return the JSON Schema of a model as text, with the words that a study allows."""
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", **model.model_json_schema(by_alias=True)}
    base = schema.get("$defs", {}).get("Base")
    if base is not None:
        schema["$defs"]["Base"] = {"anyOf": [{"const": "all", "description": "Everyone, stated."}, base]}
    return json.dumps(_with_words(schema, vocabulary), indent=2, ensure_ascii=False) + "\n"


def _with_words(part: Any, vocabulary: Vocabulary) -> Any:
    """A schema in which each field of the vocabulary lists its words."""
    if isinstance(part, list):
        return [_with_words(one, vocabulary) for one in part]
    if not isinstance(part, dict):
        return part
    kind = part.get("vocabulary")  # of a field, its kind of words; in study.json it is a property of that name
    words = vocabulary.words(kind) if isinstance(kind, str) else ()
    rest = {key: _with_words(value, vocabulary) for key, value in part.items() if value is not kind or not words}
    return ({"enum": list(words)} if words else {}) | rest


def write_schemas(folder: Path, vocabulary: Vocabulary) -> list[Path]:
    """Write every schema into a folder, and return the files."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, model in SCHEMAS.items():
        (folder / name).write_text(schema_text(model, vocabulary), encoding="utf-8")
    return [folder / name for name in SCHEMAS]
