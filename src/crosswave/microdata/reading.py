"""A file of respondents with its labels; values that its maker declared missing stay apart."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd

_MOST = 500_000_000


@dataclass(frozen=True, slots=True, eq=False)
class Respondents:
    """A row for each respondent; `missing` says of each variable which values are no answer, in words."""

    frame: pd.DataFrame
    labels: Mapping[str, str] = field(default_factory=dict)
    codes: Mapping[str, Mapping[Any, str]] = field(default_factory=dict)
    missing: Mapping[str, Mapping[Any, str]] = field(default_factory=dict)


def read_respondents(path: Path) -> Respondents:
    """Return the respondents of a CSV, Parquet, SPSS, Stata or SAS file.

    Raises
    ------
    ValueError
        The ending of the name is none of these, the file is too large, or pyreadstat is needed and missing.
    """
    reader = _READERS.get(path.suffix.lower())
    if reader is None:
        raise ValueError(f"{path}: a file of respondents ends in one of {', '.join(_READERS)}")
    if path.stat().st_size > _MOST:
        raise ValueError(f"{path}: {_MOST // 10**6} MB are read at most; keep the columns that are needed")
    return reader(path)


def _read_labelled(path: Path, *, by: str, **options: Any) -> Respondents:
    """A file of SPSS, Stata or SAS, read by a function of pyreadstat."""
    try:
        import pyreadstat
    except ImportError:
        words = "files of SPSS, Stata and SAS need pyreadstat: pip install 'crosswave[microdata]'"
        raise ValueError(f"{path}: {words}") from None
    try:
        frame, meta = getattr(pyreadstat, by)(str(path), **options)
    except pyreadstat.ReadstatError as error:
        raise ValueError(f"{path}: not a file that can be read ({error})") from None
    labels = {name: label for name, label in meta.column_names_to_labels.items() if label}
    values = {name: {code: " ".join(str(label).split()) for code, label in codes.items()}
              for name, codes in meta.variable_value_labels.items()}  # fmt: skip
    ranges = {name: [(one["lo"], one["hi"]) for one in held] for name, held in meta.missing_ranges.items()}
    missing = {name: _declared(frame[name], ends, values.get(name, {})) for name, ends in ranges.items()}
    letters = {name: {code: values.get(name, {}).get(code, f"missing .{code}") for code in codes}
               for name, codes in (meta.missing_user_values or {}).items()}  # fmt: skip
    blank = frame.select_dtypes(["object", "string"]).columns  # SPSS and SAS know no other missing text
    frame[blank] = frame[blank].mask(frame[blank] == "")
    return Respondents(frame, labels, values, {**missing, **letters})


def _declared(column: pd.Series[Any], ranges: list[tuple[Any, Any]], labels: Mapping[Any, str]) -> dict[Any, str]:
    held = [code for code in column.dropna().unique() if any(low <= code <= high for low, high in ranges)]
    return {code: labels.get(code, f"declared missing: {code:g}" if isinstance(code, float) else code) for code in held}


def _read_csv(path: Path) -> Respondents:
    """A CSV file: UTF-8 or as Windows saves it, its separator the sign that its first line has most of."""
    with path.open("rb") as stream:
        head = stream.read(1 << 16)
    lines = head.decode("latin-1").splitlines() or [""]
    separator = max(",;\t|", key=lines[0].count)
    decimal = "," if separator == ";" and re.search(r"\d,\d", " ".join(lines[1:])) else "."
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            return Respondents(pd.read_csv(path, sep=separator, decimal=decimal, encoding=encoding, low_memory=False))
        except UnicodeDecodeError:
            continue
        except (pd.errors.ParserError, pd.errors.EmptyDataError) as error:
            raise ValueError(f"{path}: not a table that can be read ({error})") from None
    raise ValueError(f"{path}: neither UTF-8 nor Windows-1252 text; save it as CSV UTF-8")


_READERS: Mapping[str, Callable[[Path], Respondents]] = {
    ".csv": _read_csv,
    ".parquet": lambda path: Respondents(pd.read_parquet(path)),
    **dict.fromkeys((".sav", ".zsav"), partial(_read_labelled, by="read_sav", user_missing=True)),
    ".dta": partial(_read_labelled, by="read_dta", user_missing=True),
    ".sas7bdat": partial(_read_labelled, by="read_sas7bdat", user_missing=True),
    ".xpt": partial(_read_labelled, by="read_xport"),
}
