"""What a page depends on, as one hash: equal hashes mean that nothing need be run again."""

import hashlib
import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from crosswave.report.run.tasks import Task
from crosswave.study.cache import package_digest


def data_hash(files: Iterable[Path]) -> str:
    """Hash of data files, by content and name.

    Raises
    ------
    OSError
        When a file cannot be read.
    """
    return content_hash(sorted((shown_name(path), file_hash(path)) for path in files))


def shown_name(path: Path) -> str:
    """Return a data file's name with its folder: ``surveys/poll-2017.yaml``."""
    return "/".join(path.parts[-2:])


def versions_hash(lock: Path | None = None) -> str:
    """Hash of the locked versions and the version of Python; never of the commit."""
    return content_hash([file_hash(lock) if lock and lock.is_file() else "", sys.version_info[:3]])


def notebook_hash(notebook: Path) -> str:
    """Return the hash of what a notebook does: its cells without outputs, counts and other metadata."""
    return content_hash([[kind, source, tags] for kind, source, tags in _cells(notebook)])


def task_keys(tasks: Iterable[Task], lock: Path | None = None) -> dict[str, str]:
    """Return the hash of everything that each page is made from, by its id: data, notebook, package and versions.

    Raises
    ------
    OSError
        When a notebook or a data file cannot be read.
    """
    wanted, makers = list(tasks), [versions_hash(lock), package_digest()]
    code = {book: content_hash([*makers, notebook_hash(book)]) for book in {task.notebook for task in wanted}}
    return {task.page: _task_key(task, code[task.notebook]) for task in wanted}


def _task_key(task: Task, code: str) -> str:
    parts = [dict(task.parameters), data_hash(task.data), task.facts, code, task.title]
    return content_hash([task.page, *parts])


def content_hash(content: object) -> str:
    """Return the hexadecimal SHA-256 of plain content: lists, texts and numbers."""
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def file_hash(path: Path) -> str:
    """Return the hexadecimal SHA-256 of a file's bytes."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _cells(notebook: Path) -> list[tuple[str, str, list[str]]]:
    """Kind, source and tags of each cell. Read as plain JSON: nbformat takes a fifth of a second to import."""
    cells: list[dict[str, Any]] = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    return [
        (cell["cell_type"], "".join(cell["source"]), list(cell.get("metadata", {}).get("tags", []))) for cell in cells
    ]
