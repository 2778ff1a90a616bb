"""What a page depends on, as one hash: equal hashes mean that nothing need be run again."""

import hashlib
import json
import sys
from collections.abc import Iterable
from pathlib import Path

import nbformat

from crosswave.run.tasks import Task

SKIPPED_PARTS = {"__pycache__"}


def data_hash(files: Iterable[Path]) -> str:
    """Hash of data files, by content and name.

    Parameters
    ----------
    files : iterable of Path
        In any order. The folder above each file's own counts as part of its name; the rest of its place does not.

    Returns
    -------
    str
        Hexadecimal SHA-256.

    Raises
    ------
    OSError
        When a file cannot be read.
    """
    return _digest(sorted((shown_name(path), _file_digest(path)) for path in files))


def shown_name(path: Path) -> str:
    """Return a data file's name with its folder: ``surveys/igov-2017.yaml``."""
    return "/".join(path.parts[-2:])


def code_hash(package: Path, lock: Path | None = None) -> str:
    """Hash of the package's source, the locked versions, and the version of Python.

    Parameters
    ----------
    package : Path
        Folder of the package.
    lock : Path, optional
        The lock file; left out where it does not exist.

    Returns
    -------
    str
        Hexadecimal SHA-256.
    """
    files = [path for path in package.rglob("*") if path.is_file() and not SKIPPED_PARTS & set(path.parts)]
    source = sorted((path.relative_to(package).as_posix(), _file_digest(path)) for path in files)
    locked = _file_digest(lock) if lock and lock.is_file() else ""
    return _digest([source, locked, sys.version_info[:3]])


def notebook_hash(notebook: Path) -> str:
    """Return the hash of what a notebook does: its cells without outputs, counts and other metadata."""
    cells = nbformat.read(notebook, as_version=4).cells
    return _digest([[cell.cell_type, cell.source, cell.metadata.get("tags", [])] for cell in cells])


def task_key(task: Task, code: str) -> str:
    """Hash of everything that a page is made from.

    Parameters
    ----------
    task : Task
        The page.
    code : str
        From `code_hash`.

    Returns
    -------
    str
        Hexadecimal SHA-256.

    Raises
    ------
    OSError
        When the notebook or a data file cannot be read.
    """
    parts = [notebook_hash(task.notebook), dict(task.parameters), data_hash(task.data), code, task.kernel, task.title]
    return _digest([task.page, *parts])


def _digest(content: object) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def _file_digest(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
