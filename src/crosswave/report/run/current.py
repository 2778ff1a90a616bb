"""Whether a page, or anything at all, is to be made: found out from bytes alone, importing nearly nothing."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from crosswave.report.run.outputs import INDEX, Outputs, digest
from crosswave.report.run.plan import PageResult, RunSummary, Task, is_chosen
from crosswave.study.cache import package_digest


def task_keys(tasks: Iterable[Task], lock: Path | None = None) -> dict[str, str]:
    """Return the hash of everything that each page is made from, by its id: data, notebook, package and versions."""
    wanted, makers = list(tasks), [versions_hash(lock), package_digest()]
    code = {book: content_hash([*makers, notebook_hash(book)]) for book in {task.notebook for task in wanted}}
    return {
        task.page: content_hash(
            [task.page, dict(task.parameters), data_hash(task.data), task.facts, code[task.notebook], task.title]
        )
        for task in wanted
    }


def whole_digest(data: Path, notebooks: Path, lock: Path | None, parameters: Mapping[str, object]) -> str:
    """Return the digest of everything that any page of a run can be made from: while it stays, all keys stay."""
    shown = [data.parent / name for name in ("METHODS.md", "CITATION.cff")]
    folders = [data, data / "surveys", data / "series"]
    groups = [*(folder.glob("*") for folder in folders), notebooks.glob("*.ipynb"), shown]
    files = [sorted((path.name, file_hash(path)) for path in group if path.is_file()) for group in groups]
    given = sorted((name, repr(value)) for name, value in parameters.items())
    return content_hash([files, package_digest(), versions_hash(lock), given])


def unchanged(out: Path, inputs: str, only: Sequence[str] = ()) -> RunSummary | None:
    """Return the summary of a run that has nothing to do; None where something may have to be done.

    Nothing is to be done when the last run was planned from the same inputs, and every page chosen, every result and
    the index are in the folder byte for byte as they were written.
    """
    outputs = Outputs(out)
    planned = outputs.planned(inputs)
    chosen = [page for page in planned if not only or any(is_chosen(page, one) for one in only)]
    matched = all(any(is_chosen(page, one) for page in planned) for one in only)
    if not chosen or not matched or not outputs.whole() or not all(outputs.holds(p, planned[p]) for p in chosen):
        return None
    return RunSummary(tuple(PageResult(page, "unchanged") for page in chosen), out / INDEX)


def data_hash(files: Iterable[Path]) -> str:
    """Return the hash of data files, by content and name."""
    return content_hash(sorted((shown_name(path), file_hash(path)) for path in files))


def shown_name(path: Path) -> str:
    """Return a data file's name with its folder: ``surveys/poll-2017.yaml``."""
    return "/".join(path.parts[-2:])


def versions_hash(lock: Path | None = None) -> str:
    """Return the hash of the locked versions and the version of Python; never of the commit."""
    return content_hash([file_hash(lock) if lock and lock.is_file() else "", sys.version_info[:3]])


def notebook_hash(notebook: Path) -> str:
    """Return the hash of what a notebook does, read as plain JSON: nbformat takes a fifth of a second to import."""
    cells: list[dict[str, Any]] = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    rows = [(cell["cell_type"], "".join(cell["source"]), cell.get("metadata", {}).get("tags", [])) for cell in cells]
    return content_hash(rows)


def content_hash(content: object) -> str:
    """Return the hexadecimal SHA-256 of plain content: lists, texts and numbers."""
    return digest(json.dumps(content, sort_keys=True))


def file_hash(path: Path) -> str:
    """Return the hexadecimal SHA-256 of a file's bytes."""
    return digest(path.read_bytes())
