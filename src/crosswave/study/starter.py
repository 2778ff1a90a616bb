"""A new study in a folder of its own, which runs at once, and JSON Schemas with which editors check its files."""

from __future__ import annotations

import json
import os
import re
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from crosswave.study.faults import shown_path
from crosswave.study.loading import read_study
from crosswave.study.models import Batteries, Claims, Constructs, Plan, Quantities, Record, Study, Survey, Vocabulary
from crosswave.study.places import shipped
from crosswave.study.series import Series

SCHEMAS: Mapping[str, type[Record]] = {
    "study.json": Study,
    "survey.json": Survey,
    "series.json": Series,
    "constructs.json": Constructs,
    "batteries.json": Batteries,
    "claims.json": Claims,
    "quantities.json": Quantities,
    "plan.json": Plan,
}

_SHORT_FORMS = {
    "Base": {"const": "all", "description": "Everyone, stated."},
    "BatteryAnswer": {"type": "string", "description": "The item alone."},
}
_STARTER = Path(__file__).with_name("starter")
_FAMILIES = "families:\n  - id: libraries\n    label: town libraries\n\n"
_SMALLEST = "declared here; change it to the smallest change that matters to your question"


def start_study(folder: Path) -> Path:
    """Write a study that runs at once, and return its folder; `FileExistsError` where something is in the way."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        first = next(iter(sorted(folder.iterdir())), folder) if folder.is_dir() else folder
        raise FileExistsError(f"{shown_path(first)} is in the way; name a folder that is new or empty")
    folder.absolute().parent.mkdir(parents=True, exist_ok=True)
    aside = Path(tempfile.mkdtemp(dir=folder.absolute().parent, prefix=f".{folder.name}.", suffix=".part"))
    try:
        _fill(aside)
        aside.chmod(0o755)
        if folder.exists():
            folder.rmdir()
        os.replace(aside, folder)
    except BaseException:
        shutil.rmtree(aside, ignore_errors=True)
        raise
    return folder


def _fill(folder: Path) -> None:
    data = folder / "data"
    shutil.copytree(_STARTER, data)
    (data / "README.md").rename(folder / "README.md")
    study = read_study(data)
    shutil.copy(shipped("quantities.yaml"), data)
    (data / "plan.yaml").write_text(_plan(study.population), encoding="utf-8")
    write_schemas(data / "schema", study.vocabulary)
    shutil.copy(shipped("METHODS.md"), folder)
    (folder / "notebooks").mkdir()
    for path in sorted(shipped("notebooks").glob("*.ipynb")):
        text = _emptied(path.read_text(encoding="utf-8"), "Start here" if path.name.startswith("00") else "")
        (folder / "notebooks" / path.name).write_text(text, encoding="utf-8")


def _plan(population: str) -> str:
    """The plan that comes with the package, for another population and with other families."""
    path = shipped("plan.yaml")
    text = path.read_text(encoding="utf-8").replace(read_study(path.parent).population, population)
    text = re.sub(r"(smallest_change:\n  value: \S+\n  source: ).*", rf"\g<1>{_SMALLEST}", text)
    return re.sub(r"^families:\n(?:  .*\n)+\n", _FAMILIES, text, flags=re.MULTILINE)


def _emptied(text: str, title: str) -> str:
    """A notebook without outputs, and with another title where one is given."""
    notebook = json.loads(text)
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            cell |= {"outputs": [], "execution_count": None}
    if title:
        first = "".join(notebook["cells"][0]["source"])
        notebook["cells"][0]["source"] = re.sub(r"^# .*", f"# {title}", first).splitlines(keepends=True)
    return json.dumps(notebook, indent=1, ensure_ascii=False) + "\n"


def write_schemas(folder: Path, vocabulary: Vocabulary) -> list[Path]:
    """Write the schema of every data file into a folder, and return the files."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, model in SCHEMAS.items():
        (folder / name).write_text(schema_text(model, vocabulary), encoding="utf-8")
    return [folder / name for name in SCHEMAS]


def schema_text(model: type[Record], vocabulary: Vocabulary) -> str:
    """Return the JSON Schema of a model as text, with the words that a study allows."""
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", **model.model_json_schema(by_alias=True)}
    parts = schema.get("$defs", {})
    for name, short_form in _SHORT_FORMS.items():
        if name in parts:
            parts[name] = {"anyOf": [short_form, parts[name]]}
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
