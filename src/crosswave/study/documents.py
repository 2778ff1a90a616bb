"""Data files read safely and with positions: every scalar is text, every value knows its line."""

from __future__ import annotations

import csv
import errno
import io
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import yaml

from crosswave.study.faults import Fault, Path_, listed, shown
from crosswave.words import unsafe

LARGEST = 2_000_000
"""Bytes of a data file, far more than a person types into one."""

EMPTY = "key {} is empty; give a value or delete the line"


class _Loader(getattr(yaml, "CBaseLoader", yaml.BaseLoader)):  # type: ignore[misc]  # libyaml may not be there
    def resolve(self, *_: object) -> str:
        """Every scalar is text: what kind of value it could be is not looked for."""
        return ""


_DEEPEST = 40
_YAML_WORDS = {
    "mapping values are not allowed": "a colon and a space are inside a text, or the line is indented too far; "
    "put the text in double quotes, or mend the indentation",
    "found character '\\t'": "a tab is here; indent with spaces",
    "found a tab character": "a tab is here; indent with spaces",
    "could not find expected ':'": "a key without its colon is here or on the line above; write key: value",
    "did not find expected key": "the indentation or a quote is wrong here or above; keys of one group are "
    "in one column, and quotes come in pairs",
    "found unexpected end of stream": "the quotes that open here are not closed; close them",
    "did not find expected ',' or": "a comma or the closing bracket is missing here or on the line above; add it",
    "found character that cannot start": "a text begins with a character that YAML keeps for itself; "
    "put the text in double quotes",
    "did not find expected '-' indicator": "the entries of a list are in different columns; "
    "put each - under the one above",
    "found undefined alias": "a text begins with *, which YAML keeps for itself; put the text in double quotes",
}


class Lines(Protocol):
    """The lines that hold values, such as a dictionary of them."""

    def get(self, where: Path_, /) -> int | None:
        """Return the line of a value; None where the file has no such value."""


@dataclass(frozen=True, slots=True)
class Document:
    """A data file: plain values, and the line of each; of a sheet also the column, as a message names it."""

    path: str
    data: Any
    lines: Lines
    faults: tuple[Fault, ...] = ()
    columns: Mapping[Path_, str] = field(default_factory=dict)

    def line(self, where: Path_) -> int:
        """Return the line of a value, or of the nearest part around it that the file has."""
        while where and self.lines.get(where) is None:
            where = where[:-1]
        return self.lines.get(where) or 1

    def fault(self, where: Path_, message: str) -> Fault:
        """Return a fault at a value of this file."""
        around = (where[:depth] for depth in range(len(where), 0, -1))
        column = next((self.columns[place] for place in around if place in self.columns), None)
        return Fault(self.path, self.line(where), f"{column}: {message}" if column else message)


def read_bytes(path: Path) -> bytes:
    """Return the content of a data file; `OSError` also where it is too large, or a pipe that may never end."""
    found = path.stat()
    if not stat.S_ISREG(found.st_mode):
        raise OSError(errno.EINVAL, "it is no ordinary file; put a text file in its place", str(path))
    if found.st_size > LARGEST:
        words = f"it has {found.st_size:,} bytes, and a data file at most {LARGEST:,}; divide it or mend it"
        raise OSError(errno.EFBIG, words, str(path))
    return path.read_bytes()


def _read_text(path: Path) -> str:
    return read_bytes(path).decode("utf-8").replace("\r\n", "\n").replace("\r", "\n")


def unfit_texts(data: Any, where: Path_ = ()) -> Iterator[tuple[Path_, str]]:
    """Yield the place of each text that a terminal would obey or a spreadsheet would run, with the reason."""
    if isinstance(data, dict | list):
        parts = data.items() if isinstance(data, dict) else enumerate(data)
        for key, value in parts:
            yield from unfit_texts(value, (*where, key))
    elif isinstance(data, str) and (words := unsafe(data)):
        yield where, f"{where[-1] if where else 'the text'} {words}"


def read_document(path: Path, shown_as: str) -> Document:
    """Return a YAML file as plain values with the line of each.

    All scalars stay text, so that a printed ``58.0`` keeps its zero and ``no`` stays a word; the models turn text into
    numbers where they ask for numbers. Nothing in a file can make Python objects.
    """
    line = 1
    try:
        text = _read_text(path)
        if too_deep := _too_deep(text):
            line, words = too_deep, "lists or keys are too deep in each other"
        elif isinstance(root := yaml.compose(text, Loader=_Loader), yaml.MappingNode):
            return _read_nodes(root, shown_as)
        else:
            words = "the file must hold keys and values, such as id: ..."
    except OSError as error:
        words = f"cannot be read: {error.strerror}"
    except yaml.MarkedYAMLError as error:
        unclosed = "end of stream" in str(error.problem)  # the parser then complains of the last line
        mark = (error.context_mark if unclosed else None) or error.problem_mark or error.context_mark
        problem = str(error.problem or error.context)
        known = (words for start, words in _YAML_WORDS.items() if start in problem)
        line, words = mark.line + 1 if mark else 1, f"not YAML: {next(known, problem)}"
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        words = f"not UTF-8 text: {error.reason}; save the file as UTF-8"
    except yaml.YAMLError as error:
        words = f"not text that YAML allows: {getattr(error, 'reason', error)}"
    return Document(shown_as, None, {}, (Fault(shown_as, line, words),))


def _too_deep(text: str) -> int | None:
    """The line on which nesting goes too deep: the parser would crash there, as it calls itself for each level."""
    depth = 0
    for event in yaml.parse(text, Loader=_Loader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > _DEEPEST:
            return event.start_mark.line + 1 if event.start_mark else 1
    return None


def _read_nodes(root: yaml.MappingNode, shown_as: str) -> Document:
    lines: dict[Path_, int] = {}
    faults: list[Fault] = []
    seen: set[int] = set()

    def value_of(node: yaml.Node, where: Path_) -> Any:
        lines.setdefault(where, node.start_mark.line + 1)
        if id(node) in seen:
            faults.append(Fault(shown_as, lines[where], "an alias repeats another part of the file; write it out"))
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
            if first := lines.get((*where, key)):
                words = f"key {shown(key)} occurs twice; the first is on line {first}; keep one"
                faults.append(Fault(shown_as, line, words))
                continue
            lines[(*where, key)] = line
            value = value_of(value_node, (*where, key))
            if value == "":
                faults.append(Fault(shown_as, line, EMPTY.format(shown(key))))
            elif value is not None:
                values[key] = value
        return values

    data = value_of(root, ())
    return Document(shown_as, data, lines, tuple(listed(faults)))


def read_rows(path: Path, shown_as: str, key: str) -> Document:
    """Return a CSV file as a list of rows, with the line on which each starts under its number and under its key."""
    try:
        reader = csv.reader(io.StringIO(_read_text(path), newline=""), strict=True)
        names, start = next(reader, []), reader.line_num + 1
        rows, lines, faults = list[dict[str, str]](), dict[Path_, int](), list[Fault]()
        for cells in filter(None, reader):
            row = dict(zip(names, cells, strict=False))
            lines[(len(rows),)] = lines[(row.get(key, ""),)] = start
            if len(cells) != len(names):
                faults.append(Fault(shown_as, start, f"the row has {len(cells)} cells, the first line {len(names)}"))
            rows.append(row)
            start = reader.line_num + 1
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        reason = getattr(error, "strerror", None) or error
        words = f"not a table in UTF-8 text: {reason}; save it as CSV UTF-8"
        return Document(shown_as, None, {}, (Fault(shown_as, 1, words),))
    return Document(shown_as, rows, lines, tuple(faults))
