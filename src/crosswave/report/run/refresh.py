"""Executes committed notebooks in place with their defaults: their outputs are what the notebook tests compare.

Run as ``python -m crosswave.report.run.refresh notebooks/*.ipynb``.
"""

import sys
from collections.abc import Sequence
from pathlib import Path

import nbformat

from crosswave.files import write_whole
from crosswave.report.run.execute import make_page_cold
from crosswave.report.run.recorded import record
from crosswave.report.run.tasks import Task


def refresh(notebook: Path) -> str:
    """Execute one notebook and write it back with its outputs."""
    product = make_page_cold(Task(notebook.stem, notebook, {}, kind="start"))
    if not product.error:
        executed = nbformat.reads(product.notebook, as_version=4)
        for name in ("papermill", "crosswave"):
            executed.metadata.pop(name, None)
        executed.metadata["language_info"] = {"name": "python"}
        write_whole(notebook, nbformat.writes(executed).rstrip("\n") + "\n")
        record([notebook])
    return product.error


def main(arguments: Sequence[str]) -> int:
    """Refresh each notebook named, say what became of it, and return the exit status."""
    failures = 0
    for notebook in map(Path, arguments):
        error = refresh(notebook)
        failures += bool(error)
        print(f"{notebook}: {error or 'done'}")
    return int(bool(failures))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
