"""Whether the outputs of committed notebooks are those of their code, found out without running them.

Run as ``python -m crosswave.report.run.recorded notebooks/*.ipynb``: a check for every commit. With ``--refresh`` first
they are executed in place with their defaults: their outputs are what the notebook tests compare.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from crosswave.files import write_whole

RECORD = "outputs.sha256"
_MEND = "run make notebooks"


def faults(notebook: Path) -> Iterator[str]:
    """Yield what shows that a notebook was not run from its first cell to its last in this form."""
    try:
        cells = _code(notebook)
    except (OSError, ValueError, KeyError) as error:
        yield f"{notebook}: no notebook that can be read ({error}); git checkout {notebook} brings it back"
        return
    if [cell.get("execution_count") for cell in cells] != list(range(1, len(cells) + 1)):
        yield f"{notebook}: its cells were not run in order from the first to the last; {_MEND}"
    for number, cell in enumerate(cells, start=1):
        outputs = cell.get("outputs", [])
        if any(output.get("output_type") == "error" or output.get("name") == "stderr" for output in outputs):
            yield f"{notebook}: code cell {number} ended in an error or a warning; mend it, then {_MEND}"
    if _recorded(notebook.parent).get(notebook.name) != _digest(cells):
        yield f"{notebook}: its code has changed since its outputs were made; {_MEND}"


def record(notebooks: Iterable[Path]) -> None:
    """Write down the code that the outputs of notebooks come from, beside them."""
    for notebook in notebooks:
        lines = {**_recorded(notebook.parent), notebook.name: _digest(_code(notebook))}
        there = sorted((name, digest) for name, digest in lines.items() if (notebook.parent / name).is_file())
        write_whole(notebook.parent / RECORD, "".join(f"{digest}  {name}\n" for name, digest in there))


def refresh(notebook: Path) -> str:
    """Execute one notebook and write it back with its outputs; return why it failed, empty where it did not."""
    import nbformat

    from crosswave.report.run.execute import make_page_cold
    from crosswave.report.run.plan import Task

    product = make_page_cold(Task(notebook.stem, notebook, {}, kind="start", whole=True))
    if not product.error:
        executed = nbformat.reads(product.notebook, as_version=4)
        for name in ("papermill", "crosswave"):
            executed.metadata.pop(name, None)
        executed.metadata["language_info"] = {"name": "python"}
        write_whole(notebook, nbformat.writes(executed).rstrip("\n") + "\n")
        record([notebook])
    return product.error


def _code(notebook: Path) -> list[dict[str, Any]]:
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    return [cell for cell in cells if cell["cell_type"] == "code"]


def _digest(cells: Sequence[Mapping[str, Any]]) -> str:
    return hashlib.sha256("\0".join("".join(cell["source"]) for cell in cells).encode()).hexdigest()


def _recorded(folder: Path) -> dict[str, str]:
    path = folder / RECORD
    lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
    return {name: digest for digest, _, name in (line.partition("  ") for line in lines)}


def main(arguments: Sequence[str]) -> int:
    """Print what is wrong with the notebooks named, or what became of refreshing them; return the exit status."""
    if arguments[:1] == ["--refresh"]:
        errors = {notebook: refresh(Path(notebook)) for notebook in arguments[1:]}
        print("\n".join(f"{notebook}: {error or 'done'}" for notebook, error in errors.items()))
        return int(any(errors.values()))
    found = [fault for notebook in map(Path, arguments) for fault in faults(notebook)]
    print("\n".join(found), end="\n" if found else "")
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
