"""A faulty file made whole enough to find its other faults: stand-ins replace what is wrong."""

from __future__ import annotations

import copy
import re
from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from crosswave.study.models import Record

Path_ = tuple[str | int, ...]
Model = TypeVar("Model", bound=Record)

_ROUNDS = 4
_STAND_INS = {
    "id": "stand-in",
    "printed": "1%",
    "url": "https://example.org/",
    "year": "2000",
    "topic": "other",
    "kind": "mirror",
    "unit": "person",
    "sector": "mixed",
    "year_basis": "inferred",
}


def mend(
    data: Any, model: type[Model], error: ValidationError, context: Mapping[str, Any] | None = None
) -> tuple[Model | None, set[Path_]]:
    """Return a model of faulty data with stand-ins for what is wrong, and where they stand."""
    mended, places = copy.deepcopy(data), set[Path_]()
    for _ in range(_ROUNDS):
        for detail in details_of(error):
            places.add(tuple(detail["loc"]))
            _mend_one(mended, detail, len(places))
        try:
            return model.model_validate(mended, context=context), places
        except ValidationError as next_error:
            error = next_error
    return None, places


def details_of(error: ValidationError) -> list[ErrorDetails]:
    """Return what is wrong; a list is not too short because its entries are faulty."""
    details = error.errors()
    inside = {detail["loc"][:depth] for detail in details for depth in range(len(detail["loc"]))}
    return [detail for detail in details if detail["type"] != "too_short" or detail["loc"] not in inside]


def _mend_one(data: Any, detail: ErrorDetails, number: int) -> None:
    *around, key = detail["loc"] or ("",)
    holder = _reach(data, tuple(around))
    if not isinstance(holder, dict | list):
        return
    stand_in = _stand_in(detail, str(key), number)
    if stand_in is not None:
        holder[key] = stand_in  # type: ignore[index]
    elif isinstance(holder, dict):
        holder.pop(key, None)
    elif isinstance(key, int) and key < len(holder):
        holder[key] = {}


def _reach(data: Any, where: Path_) -> Any:
    for key in where:
        try:
            data = data[key]
        except (KeyError, IndexError, TypeError):
            return None
    return data


def _stand_in(detail: ErrorDetails, key: str, number: int) -> Any:
    if detail["type"] == "extra_forbidden":
        return None
    if detail["type"] == "literal_error" and key in _STAND_INS:
        expected = re.findall(r"'([^']+)'", str(detail.get("ctx", {}).get("expected", "")))
        return expected[0] if expected else None
    if detail["type"] == "missing" or key in _STAND_INS:
        return f"stand-in-{number}" if key == "id" else _STAND_INS.get(key, _missing(key))
    return None


def _missing(key: str) -> Any:
    if key in ("answers", "questions", "sources", "all_of"):
        return []
    return "stand in"
