"""What an engine is given to do: one page made, here or on a machine that has only the package."""

from __future__ import annotations

import atexit
import multiprocessing
import os
import platform
import shutil
import sys
import tempfile
import threading
import zlib
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from crosswave.report.run.cache import content_hash
from crosswave.report.run.ending import kill_children, leave_it_to_the_parent
from crosswave.report.run.tasks import Product, Task, failed
from crosswave.report.scratch import Scratch

OTHER_SOURCE = "the worker on {host} has another source of crosswave than the driver; install the same on both"
SHOW_CURSOR = b"\x1b[?25h"

_unpacking = threading.Lock()
_unpacked: dict[str, Path] = {}


def make_page(task: Task) -> Product:
    """Return the page of a task that is made on this machine."""
    from crosswave.report.run.execute import execute_task  # papermill and nbconvert are imported where notebooks run

    return execute_task(task)


def warm_up() -> None:
    """Start the server of warm kernels, and import what making pages needs, before there is a page to make."""
    from crosswave.report.run.kernels import start_kernels

    with ThreadPoolExecutor(1) as thread:
        starting = thread.submit(start_kernels)  # the server is a process of its own, which imports at the same time
        from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

        from crosswave.report.run import execute  # noqa: F401  (papermill is imported with it)
        from crosswave.report.site.page import PageOrigin, render_page

        render_page(new_notebook(cells=[new_code_cell("1"), new_markdown_cell("# 1")]), PageOrigin("", "", "", ()))
        starting.result()


def prepare_worker(scratch: str) -> None:
    """Leave it to the driver when a process of the pool ends, and give it a folder for what does not outlive the run.

    What a terminal sends to every process is the driver's to hear. When the driver is gone the process
    ends, and its kernels with it: also when the driver was killed and could tell nobody.
    """
    tempfile.tempdir = scratch
    leave_it_to_the_parent()
    threading.Thread(target=_end_with_the_driver, args=(scratch,), daemon=True).start()


def _end_with_the_driver(scratch: str) -> None:
    driver = multiprocessing.parent_process()
    if driver is None:
        return
    driver.join()
    if sys.stderr.isatty():  # the driver hid the cursor while it showed its progress
        os.write(sys.stderr.fileno(), SHOW_CURSOR)
    kill_children(os.getpid())
    shutil.rmtree(scratch, ignore_errors=True)
    os._exit(1)


@dataclass(frozen=True, slots=True)
class Parcel:
    """Files that travel to the workers: by address inside one folder, compressed, with the digest of the source.

    Attributes
    ----------
    source : str
        Digest of the package that the driver has: a worker with another would make other pages.
    """

    root: Path
    files: Mapping[str, bytes]
    source: str

    @classmethod
    def of(cls, root: Path, files: Iterable[Path], source: str) -> Parcel:
        """Return a parcel of some files below a folder, those that exist."""
        found = sorted({path for path in files if path.is_file()})
        packed = {path.relative_to(root).as_posix(): zlib.compress(path.read_bytes()) for path in found}
        return cls(root, packed, source)

    @property
    def digest(self) -> str:
        """Hash of the addresses, the files and the source."""
        return content_hash([self.source, *((name, zlib.crc32(file), file.hex()) for name, file in self.files.items())])

    def addressed(self, task: Task) -> Task:
        """Return a task whose files are named by their addresses in the parcel."""
        inside = replace(task, notebook=task.notebook.relative_to(self.root))
        return replace(inside, data=tuple(path.relative_to(self.root) for path in task.data))


def make_page_away(task: Task, parcel: Parcel) -> Product:
    """Return the page of a task whose files came in a parcel."""
    from crosswave.study.cache import package_digest

    if package_digest() != parcel.source:
        return failed(task, OTHER_SOURCE.format(host=platform.node()))
    folder = _folder_of(parcel)
    here = replace(task, notebook=folder / task.notebook, data=tuple(folder / path for path in task.data))
    return make_page(here)


@cache
def _own_scratch() -> Scratch:
    """A folder that goes with this process, or, where that is killed, with the next one here that has such a folder."""
    made = Scratch()
    atexit.register(made.remove)
    return made


def _folder_of(parcel: Parcel) -> Path:
    digest = parcel.digest
    with _unpacking:
        if digest not in _unpacked:
            folder = Path(_own_scratch().folder) / digest
            for name, content in parcel.files.items():
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                (folder / name).write_bytes(zlib.decompress(content))
            _unpacked[digest] = folder
        return _unpacked[digest]
