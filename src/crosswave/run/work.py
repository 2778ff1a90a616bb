"""What an engine is given to do: one page made, here or on a machine that has only the package."""

from __future__ import annotations

import atexit
import multiprocessing
import os
import platform
import shutil
import signal
import sys
import tempfile
import threading
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from crosswave.run.cache import content_hash
from crosswave.run.tasks import CURRENT_KERNEL, Product, Task, failed

OTHER_SOURCE = "the worker on {host} has another source of crosswave than the driver; install the same on both"

_busy = threading.Event()
_unpacking = threading.Lock()
_unpacked: dict[str, Path] = {}


def make_page(task: Task) -> Product:
    """Return the page of a task that is made on this machine.

    Parameters
    ----------
    task : Task
        What to make.
    """
    from crosswave.run.execute import execute_task  # papermill and nbconvert are imported where notebooks run

    _busy.set()
    try:
        return execute_task(task)
    except KeyboardInterrupt:
        if multiprocessing.parent_process() is None:
            raise
        os._exit(130)  # else this process would begin the next task, and the interrupted run would wait for it
    finally:
        _busy.clear()


def warm_up() -> None:
    """Import what making pages needs, and start the server of warm kernels, before there is a page to make."""
    from crosswave.run.kernels import BlockingLocalKernelManager, best_kernel
    from crosswave.site.page import make_exporter

    make_exporter()
    if best_kernel() != CURRENT_KERNEL:
        manager = BlockingLocalKernelManager(kernel_name=best_kernel())
        manager.start_kernel()
        manager.shutdown_kernel(now=True)


def prepare_worker(scratch: str) -> None:
    """Make an interrupt end a process of the pool quietly, and give it a folder for all that does not outlive it."""
    tempfile.tempdir = scratch
    signal.signal(signal.SIGINT, _leave)
    if sys.platform != "win32":  # held back while the process started
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})


def _leave(*_: object) -> None:
    if _busy.is_set():
        raise KeyboardInterrupt
    os._exit(130)


@dataclass(frozen=True, slots=True)
class Parcel:
    """Files that travel to the workers: by address inside one folder, compressed, with the digest of the source.

    Attributes
    ----------
    root : Path
        The folder on the driver's machine.
    files : mapping of str to bytes
        Compressed content by address.
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
    """Return the page of a task whose files came in a parcel.

    Parameters
    ----------
    task : Task
        From `Parcel.addressed`.
    parcel : Parcel
        Unpacked once in the life of a process, into a folder that goes with it.
    """
    from crosswave.run.current import package_digest

    if package_digest() != parcel.source:
        return failed(task, OTHER_SOURCE.format(host=platform.node()))
    folder = _folder_of(parcel)
    here = replace(task, notebook=folder / task.notebook, data=tuple(folder / path for path in task.data))
    return make_page(here)


def _folder_of(parcel: Parcel) -> Path:
    digest = parcel.digest
    with _unpacking:
        if digest not in _unpacked:
            folder = Path(tempfile.mkdtemp(prefix="cw-parcel-"))
            atexit.register(shutil.rmtree, folder, ignore_errors=True)
            for name, content in parcel.files.items():
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                (folder / name).write_bytes(zlib.decompress(content))
            _unpacked[digest] = folder
        return _unpacked[digest]
