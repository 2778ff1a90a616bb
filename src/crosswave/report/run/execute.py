"""One task: its notebook executed by papermill, judged, cleaned and turned into a page. Writes nothing."""

import json
import logging
import os
import re
import sys
import tempfile
import time
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import replace
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode
from papermill.engines import papermill_engines
from papermill.execute import raise_for_execution_errors, remove_error_markers
from papermill.iorw import load_notebook_node
from papermill.parameterize import parameterize_notebook
from papermill.utils import chdir
from traitlets.config import Config

from crosswave.failures import os_words
from crosswave.report.render import STYLE
from crosswave.report.run import shell
from crosswave.report.run.current import data_hash, shown_name
from crosswave.report.run.kernels import FIXED, LocalKernelManager
from crosswave.report.run.plan import Product, Task
from crosswave.report.site.frame import tight
from crosswave.report.site.page import COLOURS, render_page

HEADING = re.compile(r"^# +(.+?)\s*$", re.MULTILINE)
SHOWN_FILES = 4
WIDGET = "application/vnd.jupyter.widget-view+json"
"""A widget without its kernel is dead, and its id differs from run to run: its other forms are what is kept."""


class PageError(RuntimeError):
    """Says why an executed notebook does not count as a success."""


def make_page(task: Task, folder: str) -> Product:
    """Return the page of a task that is made in this process, a fork for it alone."""
    os.environ.update(FIXED, IPYTHONDIR=folder)
    if matplotlib := sys.modules.get("matplotlib"):  # it reads the variable once
        matplotlib.rcParams["backend"] = FIXED["MPLBACKEND"]
    return _execute(task, engine_name=shell.NAME, cwd=str(task.notebook.parent), scratch=folder)


def make_page_cold(task: Task, folder: str = "") -> Product:
    """Return the page of a task that is made on an ordinary kernel."""
    with tempfile.TemporaryDirectory(prefix="cw-", dir=folder or None) as scratch:
        settings = {"scratch": scratch, "folder": str(task.notebook.parent.resolve())}
        product = _execute(
            task,
            kernel_manager_class=LocalKernelManager,
            config=Config({"LocalKernelManager": settings}),
            shutdown_kernel="immediate",
            record_timing=False,
        )
        stderr = Path(scratch) / "stderr.txt"
        told = product.error and stderr.is_file()
        words = stderr.read_text(encoding="utf-8", errors="replace").strip()[-2000:] if told else ""
    return replace(product, error=f"{product.error}\nThe kernel's last words:\n{words}") if words else product


def read_notebook(path: Path) -> NotebookNode:
    """Return a notebook, read and validated once for each content of its file."""
    status = path.stat()
    return _read(path, status.st_mtime_ns, status.st_size)


@lru_cache(maxsize=32)
def _read(path: Path, *_: int) -> NotebookNode:
    notebook: NotebookNode = remove_error_markers(load_notebook_node(str(path)))
    return notebook


def _execute(task: Task, **engine: Any) -> Product:
    """The page of a task, made by an engine of papermill with these settings."""
    begun = time.perf_counter()
    logging.getLogger("papermill").setLevel(logging.CRITICAL)  # every fault is in the product
    seen: list[NotebookNode] = []  # the notebook as it starts, for a kernel that dies
    html = error = ""
    try:
        executed = _executed(
            deepcopy(read_notebook(task.notebook)),
            dict(task.parameters),
            kernel_name=task.kernel,
            execution_timeout=task.timeout,
            on_notebook_start=lambda notebook: seen.append(notebook),
            **engine,
        )
        _judge(executed)
        _clean(executed, task)
        html = render_page(executed, task.page, page_title(task, executed), page_origin(task))
    except Exception as fault:  # whatever a notebook does, the other pages go on
        executed = seen[-1] if seen else nbformat.v4.new_notebook()
        said = f"{type(fault).__name__}: {fault}"
        if isinstance(fault, OSError) and fault.errno:  # a cell that takes too long is one without a number
            said = os_words(fault)
        error = COLOURS.sub("", said).strip()
        _clean(executed, task)
    if not task.whole:
        _told_once(executed)
    # in as few bytes as may be: it is downloaded, and no difference is looked at
    notebook = json.dumps(executed, ensure_ascii=False, separators=(",", ":"), sort_keys=True) + "\n"
    return Product(task.page, page_title(task, executed), notebook, html, error, time.perf_counter() - begun)


def _executed(
    notebook: NotebookNode, parameters: dict[str, object], *, engine_name: str | None = None, cwd: str | None = None,
    kernel_name: str, **engine: Any,
) -> NotebookNode:  # fmt: skip
    """What `papermill.execute_notebook` does, without writing and validating a notebook that is no file yet."""
    named = {"engine_name": engine_name, "kernel_name": kernel_name}
    given = parameterize_notebook(notebook, parameters, language="python", **named) if parameters else notebook
    with chdir(cwd):
        executed: NotebookNode = papermill_engines.execute_notebook_with_engine(
            nb=given, progress_bar=False, autosave_cell_every=0, **named, **engine
        )
    raise_for_execution_errors(executed, None)
    return executed


def page_title(task: Task, notebook: NotebookNode) -> str:
    """Return the task's own title, else the notebook's first heading of prose or output, else the page's id."""
    headings = (found.group(1) for text in _texts(notebook) if (found := HEADING.search(text)))
    return task.title or next(headings, task.page)


def _texts(notebook: NotebookNode) -> Iterator[str]:
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            yield cell.source
        for output in cell.get("outputs", []):
            yield str(output.get("data", {}).get("text/markdown", ""))


def page_origin(task: Task) -> dict[str, str]:
    """Return what the page of a task says of its own making."""
    names = [shown_name(path) for path in task.data]
    files = ", ".join(sorted(names)) if len(names) <= SHOWN_FILES else f"{len(names)} files"
    return {
        "Notebook": task.notebook.name,
        "Parameters": ", ".join(f"{name} = {value!r}" for name, value in task.parameters.items()) or "defaults",
        "Data": files or "none recorded",
        "Data hash": data_hash(task.data)[:16],
        "crosswave": version("crosswave"),
    }


def _judge(notebook: NotebookNode) -> None:
    """Raise PageError unless every code cell ran to its end; papermill calls some of these a success."""
    for number, cell in enumerate(notebook.cells, start=1):
        if cell.cell_type != "code" or not cell.source.strip():
            continue
        errors = [output for output in cell.outputs if output.output_type == "error"]
        if errors:
            raise PageError(f"cell {number} ended with {errors[0].ename}: {errors[0].evalue}")
        if cell.execution_count is None:
            raise PageError(f"cell {number} did not run")


_DOWNLOAD = re.compile(r'\n?<p class="download">.*?</p>')
_SCOPED = re.compile(r"<style scoped>.*?</style>\n?", re.DOTALL)


def _told_once(notebook: NotebookNode) -> None:
    """Leave each table and chart in one form: the page has the downloads, and whoever runs the notebook the frames."""
    styled = False
    for output in (output for cell in notebook.cells for output in cell.get("outputs", [])):
        data = output.get("data", {})
        if html := data.get("text/html"):
            html = tight(_SCOPED.sub("", _DOWNLOAD.sub("", html)))
            data["text/html"] = html.replace(f"{STYLE}\n", "") if styled else html
            data["text/plain"] = data.get("text/plain", "").partition("\n")[0]
            styled = styled or STYLE in html
        elif "image/svg+xml" in data:  # which says in words what it shows
            data.pop("text/plain", None)
            output["metadata"] = {}
        elif "text/markdown" in data:
            data.pop("text/plain", None)


def _clean(notebook: NotebookNode, task: Task) -> None:
    """Take out of the notebook what differs between machines and moments: times, paths, random ids."""
    notebook.metadata.pop("widgets", None)
    notebook.metadata.get("language_info", {}).pop("version", None)
    for cell in notebook.cells:
        for name in ("papermill", "execution"):
            cell.metadata.pop(name, None)
        for output in cell.get("outputs", []):
            output.get("data", {}).pop(WIDGET, None)
        if "injected-parameters" in cell.metadata.get("tags", []):
            cell["id"] = "injected-parameters"
    notebook.metadata["papermill"] = {"parameters": dict(task.parameters)}
    notebook.metadata["crosswave"] = {"page": task.page, "version": version("crosswave")}
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
