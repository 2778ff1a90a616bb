"""One page made on a machine that has only the package: the files that it needs travel in a parcel."""

from __future__ import annotations

import atexit
import platform
import threading
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from crosswave.report.run.cache import content_hash
from crosswave.report.run.executors import make_on_kernel
from crosswave.report.run.tasks import Product, Task, failed
from crosswave.report.scratch import Scratch

OTHER_SOURCE = "the worker on {host} has another source of crosswave than the driver; install the same on both"

_unpacking = threading.Lock()
_unpacked: dict[str, Path] = {}


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
    return make_on_kernel(here)


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
