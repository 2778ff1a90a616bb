"""The results as files to be downloaded: CSV, Parquet, and a Frictionless data package that describes them."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Mapping
from typing import Any

import pandas as pd

from crosswave.report.fields import Field, fields_of
from crosswave.report.results import ledger_text
from crosswave.report.site.material import Download, Downloads
from crosswave.study.models import Study

TITLES = {
    "findings": "Every printed figure, with its feasible counts, interval and level",
    "claims": "Every claim, with its verdicts",
    "trends": "Every thing measured, with its comparison and verdict",
    "surveys": "Every survey wave: who asked whom, when, and how",
}
KEYS = {"findings": "finding_id", "claims": "claim_id", "trends": "construct_id", "surveys": "survey_id"}
FOREIGN_KEYS = {  # table -> its column, the table it refers to, the column there
    "findings": (("survey_id", "surveys", "survey_id"),),
    "trends": (("first", "findings", "finding_id"), ("second", "findings", "finding_id")),
}
PACKAGE, WHOLE = "datapackage.json", "crosswave-data.zip"
_TYPES = {"integer": "Int64", "year": "Int64", "number": "Float64", "boolean": "boolean", "string": "string"}
_LONG_AGO = (1980, 1, 1, 0, 0, 0)


def make_downloads(frames: Mapping[str, pd.DataFrame], version: str, study: Study) -> Downloads:
    """Return the results as files, the same bytes for the same results."""
    fields = {name: fields_of(name, study) for name in frames}
    texts = {f"{name}.csv": ledger_text(frame).encode() for name, frame in frames.items()}
    parquet = {f"{name}.parquet": _parquet(frame, fields[name]) for name, frame in frames.items()}
    described = {PACKAGE: _json(data_package(frames, texts, version, study))}
    files = {**texts, **parquet, **described}
    tables = tuple(
        Download(name, TITLES[name], len(frame), (f"{name}.csv", f"{name}.parquet")) for name, frame in frames.items()
    )
    columns = {name: tuple(map(_told, fields[name])) for name in frames}
    return Downloads(tables, {**files, WHOLE: _zip(files)}, columns, (PACKAGE, WHOLE))


def data_package(
    frames: Mapping[str, pd.DataFrame], texts: Mapping[str, bytes], version: str, study: Study
) -> dict[str, Any]:
    """Return the descriptor of a Frictionless data package (version 1).

    Notes
    -----
    The form is that of https://specs.frictionlessdata.io/tabular-data-package/.
    """
    return {
        "profile": "tabular-data-package",
        "name": "crosswave",
        "title": f"crosswave: {study.title[:1].lower()}{study.title[1:]}",
        "version": version,
        "licenses": [
            study.licence.model_dump(),
        ],
        "resources": [_resource(name, len(frame), texts[f"{name}.csv"], study) for name, frame in frames.items()],
    }  # fmt: skip


def _resource(name: str, rows: int, text: bytes, study: Study) -> dict[str, Any]:
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
        "schema": _schema(name, study),
    }


def _schema(name: str, study: Study) -> dict[str, Any]:
    keys = [
        {"fields": [own], "reference": {"resource": table, "fields": [there]}}
        for own, table, there in FOREIGN_KEYS.get(name, ())
    ]
    schema: dict[str, Any] = {
        "fields": [_descriptor(field, KEYS[name]) for field in fields_of(name, study)],
        "missingValues": [""],
        "primaryKey": [KEYS[name]],
    }
    return schema | ({"foreignKeys": keys} if keys else {})


def _descriptor(field: Field, key: str) -> dict[str, Any]:
    rules: dict[str, Any] = {"required": True} if field.required else {}
    rules |= {"unique": True} if field.name == key else {}
    rules |= {"enum": list(field.options)} if field.options else {}
    unit = {"unit": field.unit} if field.unit else {}
    constraints = {"constraints": rules} if rules else {}
    return {"name": field.name, "type": field.type, "description": field.description, **unit, **constraints}


def _told(field: Field) -> tuple[str, str, str, str]:
    """Name, type, unit and description; the values where there are few."""
    values = f" One of: {', '.join(field.options)}." if field.options else ""
    return field.name, field.type, field.unit, f"{field.description}{values}"


def _parquet(frame: pd.DataFrame, fields: tuple[Field, ...]) -> bytes:
    """A frame with the types and decimals of its columns, as Parquet without a trace of when it was made."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    typed = pd.DataFrame({field.name: _column(frame[field.name], field) for field in fields})
    table = pa.Table.from_pandas(typed, preserve_index=False).replace_schema_metadata(None)
    described = [
        one.with_metadata({"description": field.description, "unit": field.unit})
        for one, field in zip(table.schema, fields, strict=True)
    ]
    stream = io.BytesIO()
    pq.write_table(table.cast(pa.schema(described)), stream, compression="zstd")
    return stream.getvalue()


def _column(values: pd.Series, field: Field) -> pd.Series:
    typed = values.astype(_TYPES[field.type])
    empty = typed.replace("", pd.NA) if field.type == "string" else typed
    return empty if field.decimals is None else empty.round(field.decimals)


def _json(content: Mapping[str, Any]) -> bytes:
    return (json.dumps(content, indent=2, ensure_ascii=False) + "\n").encode()


def _zip(files: Mapping[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name, _LONG_AGO)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, content)
    return stream.getvalue()
