"""The results as files to be downloaded, CSV, Parquet and a Frictionless data package, and how the whole is cited."""

import hashlib
import io
import json
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from crosswave.report.fields import Field, fields_of
from crosswave.report.results import ledger_text
from crosswave.report.site.material import Citation, Downloads
from crosswave.study.models import Study

TITLES = {
    "findings": "Every printed figure, with its possible counts, interval and level",
    "claims": "Every claim, with its conclusions",
    "trends": "Every topic, with its comparison and answer",
    "surveys": "Every survey: who asked whom, when, and how",
    "batteries": "Every item of batteries by the joint model: levels, changes and ranks",
}
KEYS: Mapping[str, tuple[str, ...]] = {
    "findings": ("finding_id",), "claims": ("claim_id",), "trends": ("construct_id",), "surveys": ("survey_id",),
    "batteries": ("battery", "figures", "item", "quantity", "year"),
}  # fmt: skip
FOREIGN_KEYS = {  # table -> its column, the table it refers to, the column there
    "findings": (("survey_id", "surveys", "survey_id"),),
    "trends": (("first", "findings", "finding_id"), ("second", "findings", "finding_id")),
}
PACKAGE, WHOLE = "datapackage.json", "crosswave-data.zip"
_TYPES = {"integer": "Int64", "year": "Int64", "number": "Float64", "boolean": "boolean", "string": "string"}
_CODE_LICENCE = ("MIT", "the code")
_DATA = "the descriptions and results; figures are facts, cited to the pages that published them"


def make_downloads(frames: Mapping[str, pd.DataFrame], version: str, study: Study) -> Downloads:
    """Return the results as files, the same bytes for the same results.

    Their description is a Frictionless data package, version 1:
    https://specs.frictionlessdata.io/tabular-data-package/.
    """
    fields = {name: fields_of(name, study) for name in frames}
    texts = {f"{name}.csv": ledger_text(frame).encode() for name, frame in frames.items()}
    parquet = {f"{name}.parquet": parquet_bytes(frame, fields[name]) for name, frame in frames.items()}
    package = {
        "profile": "tabular-data-package",
        "name": "crosswave",
        "title": f"crosswave: {study.title[:1].lower()}{study.title[1:]}",
        "version": version,
        "licenses": [study.licence.model_dump()],
        "resources": [_resource(name, len(frames[name]), texts[f"{name}.csv"], fields[name]) for name in frames],
    }
    described = {PACKAGE: (json.dumps(package, indent=2, ensure_ascii=False) + "\n").encode()}
    files = {**texts, **parquet, **described}
    tables = tuple((name, TITLES[name], len(frame)) for name, frame in frames.items())
    columns = {name: tuple(map(_told, fields[name])) for name in frames}
    return Downloads(tables, {**files, WHOLE: _zip(files)}, columns, (PACKAGE, WHOLE))


def _resource(name: str, rows: int, text: bytes, fields: tuple[Field, ...]) -> dict[str, Any]:
    references = [
        {"fields": [own], "reference": {"resource": table, "fields": [there]}}
        for own, table, there in FOREIGN_KEYS.get(name, ())
    ]
    schema = {
        "fields": [_descriptor(field, unique=KEYS[name] == (field.name,)) for field in fields],
        "missingValues": [""],
        "primaryKey": list(KEYS[name]),
        **({"foreignKeys": references} if references else {}),
    }
    return {
        "profile": "tabular-data-resource",
        "name": name,
        "title": TITLES[name],
        "path": f"{name}.csv",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "bytes": len(text),
        "hash": f"sha256:{hashlib.sha256(text).hexdigest()}",
        "rows": rows,
        "schema": schema,
    }


def _descriptor(field: Field, *, unique: bool) -> dict[str, Any]:
    rules = {"required": field.required, "unique": unique, "enum": list(field.options)}
    constraints = {name: rule for name, rule in rules.items() if rule}
    more = {"unit": field.unit, "constraints": constraints}
    told = {"name": field.name, "type": field.type, "description": field.description}
    return told | {name: value for name, value in more.items() if value}


def _told(field: Field) -> tuple[str, str, str, str]:
    """Name, type, unit and description; the values where there are few."""
    values = f" One of: {', '.join(field.options)}." if field.options else ""
    return field.name, field.type, field.unit, f"{field.description}{values}"


def parquet_bytes(frame: pd.DataFrame, fields: tuple[Field, ...]) -> bytes:
    """A frame with the types and decimals of its columns, as Parquet without a trace of when it was made."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pa.Table.from_pandas(typed(frame, fields), preserve_index=False).replace_schema_metadata(None)
    described = [
        one.with_metadata({"description": field.description, "unit": field.unit})
        for one, field in zip(table.schema, fields, strict=True)
    ]
    stream = io.BytesIO()
    pq.write_table(table.cast(pa.schema(described)), stream, compression="zstd")
    return stream.getvalue()


def typed(frame: pd.DataFrame, fields: tuple[Field, ...]) -> pd.DataFrame:
    """Return a frame with the types and decimals of its columns; missing where a text is empty."""
    return pd.DataFrame({field.name: _column(frame[field.name], field) for field in fields})


def _column(values: pd.Series, field: Field) -> pd.Series:
    typed = values.astype(_TYPES[field.type])
    empty = typed.replace("", pd.NA) if field.type == "string" else typed
    return empty if field.decimals is None else empty.round(field.decimals)


def _zip(files: Mapping[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name)  # of 1980
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, content, zipfile.ZIP_DEFLATED)
    return stream.getvalue()


def read_citation(file: Path, version: str, study: Study) -> Citation:
    """Return how the whole is cited: as a file in the Citation File Format says, or as study.yaml does."""
    plain = {"authors": [{"name": name} for name in study.authors], "title": study.title}
    held: dict[str, Any] = yaml.safe_load(file.read_text(encoding="utf-8")) if file.is_file() else plain
    authors = ", ".join(
        str(one.get("name") or " ".join(filter(None, (one.get("given-names"), one.get("family-names")))))
        for one in held["authors"]
    )
    year = str(held.get("date-released", study.window.to_year))[:4]
    address = f" {held['url']}" if held.get("url") else ""
    sentence = f"{authors} ({year}). {held['title']}. Version {version}.{address}"
    rows = {"author": f"{{{authors}}}", "title": held["title"], "year": year, "version": version}
    rows |= {"url": held["url"]} if held.get("url") else {}
    bibtex = "\n".join(["@software{crosswave,", *(f"  {key} = {{{value}}}," for key, value in rows.items()), "}"])
    licences = _CODE_LICENCE, (study.licence.name.replace("CC-BY-", "CC BY "), _DATA)
    return Citation(sentence, bibtex, licences, authors, str(held.get("date-released", "")))
