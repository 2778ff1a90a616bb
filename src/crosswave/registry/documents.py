"""YAML read safely and with positions: every scalar is text, every value knows its line."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

import yaml
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from crosswave.registry.faults import Fault, nearest
from crosswave.registry.mending import Path_, mend
from crosswave.registry.models import Record

_LOADER = getattr(yaml, "CBaseLoader", yaml.BaseLoader)

_DEEPEST = 40

Model = TypeVar("Model", bound=Record)


@dataclass(frozen=True, slots=True)
class Document:
    """A data file: plain values, and the line of each."""

    path: str
    data: Any
    lines: dict[Path_, int]
    faults: tuple[Fault, ...] = ()

    def line(self, where: Path_) -> int:
        """Return the line of a value, or of the nearest part around it that the file has.

        Parameters
        ----------
        where : tuple of str and int
            Keys and list positions from the top, e.g. ``("questions", 0, "id")``.
        """
        while where and where not in self.lines:
            where = where[:-1]
        return self.lines.get(where, 1)

    def fault(self, where: Path_, message: str) -> Fault:
        """Return a fault at a value of this file."""
        return Fault(self.path, self.line(where), message)


def read_document(path: Path, shown_as: str) -> Document:
    """Return a YAML file as plain values with the line of each.

    Parameters
    ----------
    path : Path
        The file.
    shown_as : str
        How faults name it.

    Notes
    -----
    All scalars stay text, so that a printed ``58.0`` keeps its zero and ``no`` stays a word; the models turn text
    into numbers where they ask for numbers. Nothing in a file can make Python objects.
    """
    try:
        text = path.read_text(encoding="utf-8")
        if too_deep := _too_deep(text):
            return Document(
                shown_as, None, {}, (Fault(shown_as, too_deep, "lists or keys stand too deep in each other"),)
            )
        return _read_root(yaml.compose(text, Loader=_LOADER), shown_as)
    except OSError as error:
        return Document(shown_as, None, {}, (Fault(shown_as, 1, f"cannot be read: {error.strerror}"),))
    except yaml.MarkedYAMLError as error:
        unclosed = "end of stream" in str(error.problem)  # the parser then complains of the last line
        mark = (error.context_mark if unclosed else None) or error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        return Document(shown_as, None, {}, (Fault(shown_as, line, f"not YAML: {_yaml_words(error)}"),))
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        return Document(
            shown_as, None, {}, (Fault(shown_as, line, f"not UTF-8 text: {error.reason}; save the file as UTF-8"),)
        )
    except yaml.YAMLError as error:
        reason = getattr(error, "reason", error)
        return Document(shown_as, None, {}, (Fault(shown_as, 1, f"not text that YAML allows: {reason}"),))


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


def _yaml_words(error: yaml.MarkedYAMLError) -> str:
    """What the parser met and what to do; its own words where none are known for them."""
    problem = str(error.problem or error.context)
    return next((words for start, words in _YAML_WORDS.items() if start in problem), problem)


def _too_deep(text: str) -> int | None:
    """The line on which nesting goes too deep: the parser would crash there, as it calls itself for each level."""
    depth = 0
    for event in yaml.parse(text, Loader=_LOADER):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > _DEEPEST:
            return event.start_mark.line + 1 if event.start_mark else 1
    return None


def _read_root(root: yaml.Node | None, shown_as: str) -> Document:
    if not isinstance(root, yaml.MappingNode):
        return Document(
            shown_as, None, {}, (Fault(shown_as, 1, "the file must hold keys and values, such as id: ..."),)
        )
    return _read_nodes(root, shown_as)


def _read_nodes(root: yaml.MappingNode, shown_as: str) -> Document:
    lines: dict[Path_, int] = {}
    faults: list[Fault] = []
    seen: set[int] = set()

    def value_of(node: yaml.Node, where: Path_) -> Any:
        lines.setdefault(where, node.start_mark.line + 1)
        if id(node) in seen:
            faults.append(Fault(shown_as, lines[where], "an alias stands for another part of the file; write it out"))
            return None
        seen.add(id(node))
        if isinstance(node, yaml.MappingNode):
            return mapping_of(node, where)
        if isinstance(node, yaml.SequenceNode):
            return [value_of(item, (*where, position)) for position, item in enumerate(node.value)]
        return node.value

    def mapping_of(node: yaml.MappingNode, where: Path_) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key, line = str(key_node.value), key_node.start_mark.line + 1
            if not isinstance(key_node, yaml.ScalarNode):
                faults.append(Fault(shown_as, line, "a key must be a word, not a list or a group of keys"))
                continue
            if (*where, key) in lines:
                first = lines[(*where, key)]
                faults.append(Fault(shown_as, line, f"key {key} stands twice; the first is on line {first}; keep one"))
                continue
            lines[(*where, key)] = line
            value = value_of(value_node, (*where, key))
            if value == "":
                faults.append(Fault(shown_as, line, f"key {key} is empty; give a value or delete the line"))
            elif value is not None:
                values[key] = value
        return values

    data = value_of(root, ())
    return Document(shown_as, data, lines, tuple(faults))


@dataclass(frozen=True, slots=True)
class Validated(Generic[Model]):
    """A document as a model, with its faults.

    Parameters
    ----------
    record : Record or None
        The model; where there are faults, with stand-ins in their places; None where too much is wrong.
    faults : tuple of Fault
        What is wrong.
    stand_ins : set of tuple
        Places of which nothing more can be said.
    """

    record: Model | None
    faults: tuple[Fault, ...]
    stand_ins: frozenset[Path_] = frozenset()

    def speaks_of(self, where: Path_) -> bool:
        """Return whether a place holds what the file says, and no stand-in."""
        return not any(where[: len(place)] == place for place in self.stand_ins)


def validate(document: Document, model: type[Model]) -> Validated[Model]:
    """Return a document as a model, mended where it has faults so that its other faults can be found.

    Parameters
    ----------
    document : Document
        What was read.
    model : type of Record
        What it should be.
    """
    if document.data is None:
        return Validated(None, document.faults)
    try:
        return Validated(model.model_validate(document.data), document.faults)
    except ValidationError as error:
        told = [detail for detail in error.errors() if not _told_elsewhere(detail, document)]
        faults = [document.fault(detail["loc"], _words(detail, model)) for detail in told]
        record, places = mend(document.data, model, error)
        return Validated(record, (*document.faults, *faults), frozenset(places))


def _told_elsewhere(detail: ErrorDetails, document: Document) -> bool:
    """A key that stands there empty is not missing as well, and a list of faulty entries is not too short as well."""
    empty = detail["type"] == "missing" and detail["loc"] in document.lines
    return empty or (detail["type"] == "too_short" and bool(detail["input"]))


_ONLY_WORDS = {
    "string_pattern_mismatch": "must match {pattern}",
    "string_too_short": "must not be empty",
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
    "^[a-z0-9]+(-": "must be small letters, digits and single hyphens, such as igov-2017",
    "^[a-z0-9-]+\\.[a-z0-9-]+$": "must be two ids joined by a dot, such as barriers.culture",
    "^[a-z0-9-]+\\.[a-z0-9-]+\\.": "must be survey.question.answer, such as igov-2017.barriers.culture",
}


def _words(detail: ErrorDetails, model: type[Record]) -> str:
    key = str(detail["loc"][-1]) if detail["loc"] else "the file"
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
    return f"{value!r}" if len(str(value)) < 80 else f"{str(value)[:77]!r}..."


def _known_keys(model: type[Record]) -> set[str]:
    keys: set[str] = set()
    for definition in [model.model_json_schema(), *model.model_json_schema().get("$defs", {}).values()]:
        keys |= set(definition.get("properties", {}))
    return keys
