"""YAML read safely and with positions: every scalar is text, every value knows its line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

import yaml
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from crosswave.study.faults import MOST, Fault, listed, shown
from crosswave.study.mending import Path_, mend
from crosswave.study.models import Record
from crosswave.study.texts import read_text, unfit_texts
from crosswave.study.wording import fault_words, yaml_words

_LOADER = getattr(yaml, "CBaseLoader", yaml.BaseLoader)

_DEEPEST = 40
_EMPTY = "key {} is empty; give a value or delete the line"
_NEEDED = "key {} is empty and needed; give a value"

Model = TypeVar("Model", bound=Record)


@dataclass(frozen=True, slots=True)
class Document:
    """A data file: plain values, and the line of each."""

    path: str
    data: Any
    lines: dict[Path_, int]
    faults: tuple[Fault, ...] = ()

    def line(self, where: Path_) -> int:
        """Return the line of a value, or of the nearest part around it that the file has."""
        while where and where not in self.lines:
            where = where[:-1]
        return self.lines.get(where, 1)

    def fault(self, where: Path_, message: str) -> Fault:
        """Return a fault at a value of this file."""
        return Fault(self.path, self.line(where), message)


def read_document(path: Path, shown_as: str) -> Document:
    """Return a YAML file as plain values with the line of each.

    Notes
    -----
    All scalars stay text, so that a printed ``58.0`` keeps its zero and ``no`` stays a word; the models turn text
    into numbers where they ask for numbers. Nothing in a file can make Python objects.
    """
    try:
        text = read_text(path)
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
        return Document(shown_as, None, {}, (Fault(shown_as, line, f"not YAML: {yaml_words(error)}"),))
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        return Document(
            shown_as, None, {}, (Fault(shown_as, line, f"not UTF-8 text: {error.reason}; save the file as UTF-8"),)
        )
    except yaml.YAMLError as error:
        reason = getattr(error, "reason", error)
        return Document(shown_as, None, {}, (Fault(shown_as, 1, f"not text that YAML allows: {reason}"),))


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
                faults.append(
                    Fault(shown_as, line, f"key {shown(key)} stands twice; the first is on line {first}; keep one")
                )
                continue
            lines[(*where, key)] = line
            value = value_of(value_node, (*where, key))
            if value == "":
                faults.append(Fault(shown_as, line, _EMPTY.format(shown(key))))
            elif value is not None:
                values[key] = value
        return values

    data = value_of(root, ())
    return Document(shown_as, data, lines, tuple(listed(faults)))


@dataclass(frozen=True, slots=True)
class Validated(Generic[Model]):
    """A document as a model, with its faults."""

    record: Model | None
    faults: tuple[Fault, ...]
    stand_ins: frozenset[Path_] = frozenset()

    def speaks_of(self, where: Path_) -> bool:
        """Return whether a place holds what the file says, and no stand-in."""
        return not any(where[: len(place)] == place for place in self.stand_ins)


def validate(document: Document, model: type[Model], context: Mapping[str, Any] | None = None) -> Validated[Model]:
    """Return a document as a model, mended where it has faults so that its other faults can be found."""
    if document.data is None:
        return Validated(None, document.faults)
    unfit = listed(document.fault(*found) for found in unfit_texts(document.data))
    try:
        return Validated(model.model_validate(document.data, context=context), (*document.faults, *unfit))
    except ValidationError as error:
        details = error.errors(include_url=False)
        told = (detail for detail in details if not _told_elsewhere(detail, document))
        faults = listed(document.fault(detail["loc"], fault_words(detail, model)) for detail in told)
        record, places = (None, set()) if len(faults) > MOST else mend(document.data, model, error, context)
        return Validated(record, (*_reading_faults(document, details), *unfit, *faults), frozenset(places))


def _reading_faults(document: Document, details: list[ErrorDetails]) -> list[Fault]:
    """The faults of reading; a key that is empty and needed must not be deleted."""
    empty = [detail["loc"] for detail in details if detail["type"] == "missing" and detail["loc"] in document.lines]
    needed = {document.fault(where, _EMPTY.format(where[-1])): where for where in empty}
    return [
        document.fault(needed[fault], _NEEDED.format(needed[fault][-1])) if fault in needed else fault
        for fault in document.faults
    ]


def _told_elsewhere(detail: ErrorDetails, document: Document) -> bool:
    """A key that stands there empty is not missing as well, and a list of faulty entries is not too short as well."""
    empty = detail["type"] == "missing" and detail["loc"] in document.lines
    return empty or (detail["type"] == "too_short" and bool(detail["input"]))
