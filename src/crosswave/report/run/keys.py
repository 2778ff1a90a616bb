"""The keys of a run's pages, with each notebook read once."""

from collections.abc import Iterable
from functools import cache
from pathlib import Path

from crosswave.report.run.cache import content_hash, notebook_code, notebook_hash, task_key, versions_hash
from crosswave.report.run.tasks import Task
from crosswave.report.source_graph import SourceGraph, own_graph

MAKES_PAGES = "crosswave.report.run.execute"


def task_keys(tasks: Iterable[Task], lock: Path | None = None, graph: SourceGraph | None = None) -> dict[str, str]:
    """Return the key of each page, by its id.

    Raises
    ------
    OSError
        When a notebook or a data file cannot be read.
    """
    known, versions = graph or own_graph(), versions_hash(lock)
    makers = known.reached_by(MAKES_PAGES)

    @cache
    def code(notebook: Path) -> str:
        reached = known.reached_from(notebook_code(notebook)) | makers
        return content_hash([versions, notebook_hash(notebook), known.digest_of(reached)])

    return {task.page: task_key(task, code(task.notebook)) for task in tasks}
