"""Faults of form in the words of the person who has to mend them, not of the libraries that found them."""

from __future__ import annotations

import re
from functools import cache

import yaml
from pydantic_core import ErrorDetails

from crosswave.study.faults import nearest, shown
from crosswave.study.models import Record
from crosswave.words import arrived

_YAML_WORDS = {
    "mapping values are not allowed": "a colon and a space stand inside a text, or the line is indented too far; "
    "put the text in double quotes, or mend the indentation",
    "found character '\\t'": "a tab stands here; indent with spaces",
    "found a tab character": "a tab stands here; indent with spaces",
    "could not find expected ':'": "a key without its colon stands here or on the line above; write key: value",
    "did not find expected key": "the indentation or a quote is wrong here or above; keys of one group stand "
    "in one column, and quotes come in pairs",
    "found unexpected end of stream": "the quotes that open here are not closed; close them",
    "did not find expected ',' or": "a comma or the closing bracket is missing here or on the line above; add it",
    "found character that cannot start": "a text begins with a character that YAML keeps for itself; "
    "put the text in double quotes",
    "did not find expected '-' indicator": "the entries of a list stand in different columns; "
    "put each - under the one above",
    "found undefined alias": "a text begins with *, which YAML keeps for itself; put the text in double quotes",
}


def yaml_words(error: yaml.MarkedYAMLError) -> str:
    """Return what the parser met and what to do; its own words where none are known for them."""
    problem = str(error.problem or error.context)
    return next((words for start, words in _YAML_WORDS.items() if start in problem), problem)


_ONLY_WORDS = {
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
    "dict_type": "must be keys and values",
    "model_type": "must be keys and values",
    "model_attributes_type": "must be keys and values",
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


def fault_words(detail: ErrorDetails, model: type[Record]) -> str:
    """Return what breaks a rule of form: the key, the rule, what arrived, and the nearest that was perhaps meant."""
    key = shown(detail["loc"][-1]) if detail["loc"] else "the file"
    arrived = detail.get("input")
    kind = detail["type"]
    if kind == "extra_forbidden":
        return f"unknown key {key}{nearest(key, _known_keys(model))}"
    if kind == "missing":
        return f"key {key} is missing; add it"
    if kind == "value_error":
        return str(detail["ctx"]["error"]) if "ctx" in detail else detail["msg"]
    meant = nearest(str(arrived), _allowed(detail)) if kind == "literal_error" else ""
    return f"{key} {_rule(kind, detail)}; {_shown(arrived)} arrived{meant}"


def _allowed(detail: ErrorDetails) -> list[str]:
    return re.findall(r"'([^']+)'", str(detail.get("ctx", {}).get("expected", "")))


def _rule(kind: str, detail: ErrorDetails) -> str:
    context = dict(detail.get("ctx", {}))
    pattern = str(context.get("pattern", ""))
    formats = [words for start, words in _FORMATS.items() if pattern.startswith(start)]
    if formats:
        return formats[-1]
    expected = re.sub(r"'", "", str(context.get("expected", ""))).replace(" or ", ", ")
    return _ONLY_WORDS.get(kind, detail["msg"]).format(**(context | {"expected": expected, "pattern": pattern}))


def _shown(value: object) -> str:
    if isinstance(value, dict | list | tuple):
        return "a list" if isinstance(value, list | tuple) else "a group of keys"
    return arrived(value)


@cache
def _known_keys(model: type[Record]) -> set[str]:
    schema = model.model_json_schema()
    return {key for part in [schema, *schema.get("$defs", {}).values()] for key in part.get("properties", {})}
