"""Files as models: faults of form in words for the person who mends them, and what is left where there are any."""

from __future__ import annotations

import copy
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, reduce
from operator import getitem
from typing import Any, Generic, TypeVar

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from crosswave.study.documents import EMPTY, Document, unfit_texts
from crosswave.study.faults import MOST, Fault, Path_, listed, nearest, shown
from crosswave.study.models import Record
from crosswave.words import arrived

Model = TypeVar("Model", bound=Record)

_NEEDED = "key {} is empty and needed; give a value"

_RULES = {
    "string_pattern_mismatch": "must match {pattern}",
    "string_too_short": "must not be empty",
    "string_too_long": "must have at most {max_length} characters",
    "finite_number": "must be a finite number",
    "int_parsing_size": "must be a whole number of a size that occurs",
    "int_parsing": "must be a whole number",
    "bool_parsing": "must be true or false",
    "float_parsing": "must be a number",
    "greater_than_equal": "must be at least {ge}",
    "less_than_equal": "must be at most {le}",
    "literal_error": "must be one of: {expected}",
    "tuple_type": "must be a list",
    **dict.fromkeys(("dict_type", "model_type", "model_attributes_type"), "must be keys and values"),
    "string_type": "must be text",
    "too_short": "needs at least one entry",
}

_FORMATS = {
    "^\\d{4}": "must be a date as YYYY, YYYY-MM or YYYY-MM-DD",
    "^https?": "must be an address that starts with http:// or https://",
    "^[a-z0-9]+(-": "must be small letters, digits and single hyphens, such as poll-2017",
    "^[a-z0-9-]+\\.[a-z0-9-]+$": "must be two ids joined by a dot, such as trust.yes",
    "^[a-z0-9-]+\\.[a-z0-9-]+\\.": "must be survey.question.answer, such as poll-2017.trust.yes",
}

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
"""What stands for a key that is needed, so that the other faults of its file can be found."""


@dataclass(frozen=True, slots=True)
class Validated(Generic[Model]):
    """A document as a model, with its faults."""

    record: Model | None
    faults: tuple[Fault, ...]
    stand_ins: frozenset[Path_] = frozenset()

    def speaks_of(self, where: Path_) -> bool:
        """Return whether a place holds what the file says, and no stand-in."""
        return not any(where[: len(place)] == place for place in self.stand_ins)


def validate(
    document: Document, model: type[Model], context: Mapping[str, Any] | None = None, *, checked: bool = False
) -> Validated[Model]:
    """Return a document as a model, mended where it has faults so that its other faults can be found.

    Texts that were checked before are not looked at again.
    """
    if document.data is None:
        return Validated(None, document.faults)
    unfit = [] if checked else listed(document.fault(*found) for found in unfit_texts(document.data))
    try:
        return Validated(model.model_validate(document.data, context=context), (*document.faults, *unfit))
    except ValidationError as error:
        details = error.errors(include_url=False)
        told = (detail for detail in details if not _told_elsewhere(detail, document))
        faults = listed(document.fault(detail["loc"], _words(detail, model)) for detail in told)
        record, places = (None, set()) if len(faults) > MOST else _mend(document.data, model, error, context)
        return Validated(record, (*_reading_faults(document, details), *unfit, *faults), frozenset(places))


def validate_rows(document: Document, model: type[Model]) -> list[Validated[Model]]:
    """Return each row of a table as a model, with its faults."""
    rows = enumerate(document.data or ())
    return [validate(Document(document.path, row, {(): document.line((number,))}), model) for number, row in rows]


def _reading_faults(document: Document, details: list[ErrorDetails]) -> list[Fault]:
    """The faults of reading; a key that is empty and needed must not be deleted."""
    needed = {
        document.fault(where, EMPTY.format(where[-1])): document.fault(where, _NEEDED.format(where[-1]))
        for where in (detail["loc"] for detail in details if _empty(detail, document))
    }
    return [needed.get(fault, fault) for fault in document.faults]


def _empty(detail: ErrorDetails, document: Document) -> bool:
    return detail["type"] == "missing" and document.lines.get(detail["loc"]) is not None


def _told_elsewhere(detail: ErrorDetails, document: Document) -> bool:
    """A key that is empty is not missing as well, and a list of faulty entries is not too short as well."""
    return _empty(detail, document) or (detail["type"] == "too_short" and bool(detail["input"]))


def _words(detail: ErrorDetails, model: type[Record]) -> str:
    """What breaks a rule of form: the key, the rule, what arrived, and the nearest that was perhaps meant."""
    key = shown(detail["loc"][-1]) if detail["loc"] else "the file"
    if key.isdigit() and (lists := [one for one in detail["loc"] if isinstance(one, str)]):
        key = f"entry {int(key) + 1} of {lists[-1]}"
    kind, value = detail["type"], detail.get("input")
    if kind == "extra_forbidden":
        return f"unknown key {key}{nearest(key, _known_keys(model))}"
    if kind == "missing":
        return f"key {key} is missing; add it"
    if kind == "value_error":
        return str(detail["ctx"]["error"]) if "ctx" in detail else detail["msg"]
    came = "a list" if isinstance(value, list | tuple) else "a group of keys" if isinstance(value, dict) else None
    meant = nearest(str(value), _allowed(detail)) if kind == "literal_error" else ""
    return f"{key} {_rule(detail)}; {came or arrived(value)} arrived{meant}"


def _rule(detail: ErrorDetails) -> str:
    context = {"pattern": "", "expected": "", **detail.get("ctx", {})}
    formats = [words for start, words in _FORMATS.items() if str(context["pattern"]).startswith(start)]
    if formats:
        return formats[-1]
    context["expected"] = str(context["expected"]).replace("'", "").replace(" or ", ", ")
    return _RULES.get(detail["type"], detail["msg"]).format(**context)


def _allowed(detail: ErrorDetails) -> list[str]:
    return re.findall(r"'([^']+)'", str(detail.get("ctx", {}).get("expected", "")))


@cache
def _known_keys(model: type[Record]) -> set[str]:
    schema = model.model_json_schema()
    return {key for part in [schema, *schema.get("$defs", {}).values()] for key in part.get("properties", {})}


# --- a faulty file made whole enough to find its other faults ---------------------------------------------------------


def _mend(
    data: Any, model: type[Model], error: ValidationError, context: Mapping[str, Any] | None
) -> tuple[Model | None, set[Path_]]:
    """A model of faulty data with stand-ins for what is wrong, and where they are."""
    mended, places = copy.deepcopy(data), set[Path_]()
    for _ in range(_ROUNDS):
        details = error.errors()
        inside = {detail["loc"][:depth] for detail in details for depth in range(len(detail["loc"]))}
        for detail in details:
            if detail["type"] == "too_short" and detail["loc"] in inside:  # only as its entries are faulty
                continue
            places.add(tuple(detail["loc"]))
            _mend_one(mended, detail, len(places))
        try:
            return model.model_validate(mended, context=context), places
        except ValidationError as next_error:
            error = next_error
    return None, places


def _mend_one(data: Any, detail: ErrorDetails, number: int) -> None:
    *around, key = detail["loc"] or ("",)
    try:
        holder = reduce(getitem, around, data)
    except (KeyError, IndexError, TypeError):
        return
    stand_in = _stand_in(detail, str(key), number)
    if isinstance(holder, list) and isinstance(key, int):
        holder[key : key + 1] = [{} if stand_in is None else stand_in]  # at the end where a pair has but one
    elif isinstance(holder, dict) and stand_in is None:
        holder.pop(key, None)
    elif isinstance(holder, dict):
        holder[key] = stand_in


def _stand_in(detail: ErrorDetails, key: str, number: int) -> Any:
    kind = detail["type"]
    if kind == "literal_error" and key in _STAND_INS:
        return next(iter(_allowed(detail)), None)
    if kind == "extra_forbidden" or (kind != "missing" and key not in _STAND_INS):
        return None
    if key == "id":
        return f"stand-in-{number}"
    return _STAND_INS.get(key, [] if key in ("answers", "questions", "sources", "all_of") else "stand in")
