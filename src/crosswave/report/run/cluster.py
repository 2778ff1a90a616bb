"""A Dask cluster that is there already, as an executor: the files that pages need travel to its workers in a parcel."""

from __future__ import annotations

import asyncio
import atexit
import platform
import sys
import threading
import zlib
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any
from weakref import WeakSet

from crosswave.report.run.current import content_hash
from crosswave.report.run.plan import Product, Task, failed
from crosswave.report.run.workers import make_on_kernel
from crosswave.report.scratch import Scratch
from crosswave.study.cache import package_digest

OTHER_SOURCE = "the worker on {host} has another source of crosswave than the driver; install the same on both"
SECONDS_TO_ANSWER = 10
SECONDS_TO_LEAVE = 2
SECONDS_UNTIL_SAID, SECONDS_FOR_A_WORKER = 5, 120
RETRIES = 2
"""How often a task is given out again after it failed; a task whose worker was lost is given out again besides."""

_unpacking = threading.Lock()
_unpacked: dict[str, Path] = {}


@dataclass(frozen=True, slots=True)
class Parcel:
    """Files that travel to the workers, by address inside one folder, compressed."""

    root: Path
    files: Mapping[str, bytes]
    source: str  # digest of the driver's package: a worker with another would make other pages

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
        data = tuple(path.relative_to(self.root) for path in task.data)
        return replace(task, notebook=task.notebook.relative_to(self.root), data=data)


class ClusterExecutor(Executor):
    """Submits work to the workers of a Dask scheduler; ConnectionError where none answers, or dask is not there."""

    def __init__(self, address: str, parcel: Parcel) -> None:
        self._client = _connected(address)
        _wait_for_a_worker(self._client, address)
        self._executor = self._client.get_executor(pure=False, retries=RETRIES)
        self._parcel = parcel
        self._given: WeakSet[Future[Any]] = WeakSet()
        self._sent = self._client.submit(_same, parcel, key=f"crosswave-parcel-{parcel.digest}")

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Submit a page with the files it needs, or any other function as it is."""
        if args and isinstance(args[0], Task):
            fn, args = make_page_away, (self._parcel.addressed(args[0]), self._sent)
        future: Future[Any] = self._executor.submit(fn, *args, **kwargs)
        self._given.add(future)
        return future

    def end(self) -> None:
        """Give up what was submitted, also what the workers have begun, if the scheduler can still be told."""
        if self._client.status == "running":
            self._executor.shutdown(wait=False)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Leave the cluster, which goes on without us; what is done is not cancelled, as that would fill its log."""
        cancel = cancel_futures and not all(future.done() for future in self._given)
        if self._client.status == "running":
            self._executor.shutdown(wait=wait and not cancel)
        self._client.close(timeout=SECONDS_TO_LEAVE)


def on_cluster(address: str, root: Path, files: Iterable[Path]) -> Callable[[int], Executor]:
    """Return what makes an executor of a Dask cluster, for `crosswave.report.run.engine.run_all`."""
    parcel = Parcel.of(root, files, package_digest())
    return lambda jobs: ClusterExecutor(address, parcel)


def _connected(address: str) -> Any:
    """A client of the scheduler; dask is imported by name, as only a run on a cluster needs it."""
    try:
        distributed = import_module("distributed")
    except ImportError:
        raise ConnectionError("a scheduler needs dask, which is not installed: pip install distributed") from None
    try:
        with ThreadPoolExecutor(1) as thread:  # the caller may be in an event loop, as a notebook does
            thread.submit(asyncio.run, asyncio.wait_for(_asked(distributed, address), SECONDS_TO_ANSWER)).result()
        return distributed.Client(address, timeout=SECONDS_TO_ANSWER, set_as_default=False)
    except Exception as error:  # whatever listens there, it is no scheduler
        reason = str(error) or f"nothing was heard in {SECONDS_TO_ANSWER} s"
        raise ConnectionError(
            f"no Dask scheduler answers at {address!r} ({reason}); start one with 'dask scheduler' and give its "
            "address, such as tcp://127.0.0.1:8786"
        ) from None


def _wait_for_a_worker(client: Any, address: str) -> None:
    """Say after some seconds that no worker is there, and give up later: pages would wait for ever."""
    missing = f"the scheduler at {address} has no worker; start one with 'dask worker {address}'"
    try:
        with suppress(TimeoutError):
            client.wait_for_workers(1, timeout=SECONDS_UNTIL_SAID)
            return
        print(f"crosswave: {missing}; waiting {SECONDS_FOR_A_WORKER} s", file=sys.stderr)
        client.wait_for_workers(1, timeout=SECONDS_FOR_A_WORKER)
    except TimeoutError:
        client.close(timeout=SECONDS_TO_LEAVE)
        raise ConnectionError(missing) from None


async def _asked(distributed: Any, address: str) -> None:
    """Ask the scheduler who it is before there is a client, which tries again for half a minute."""
    place = distributed.comm.resolve_address(address)
    security = distributed.Security().get_connection_args("client")
    async with distributed.rpc(place, connection_args=security) as scheduler:
        said = await scheduler.identity()
    if said["type"] != "Scheduler":
        raise ConnectionError(f"a {said['type']} answers there")


def _same(parcel: Parcel) -> Parcel:
    return parcel


def make_page_away(task: Task, parcel: Parcel) -> Product:
    """Return the page of a task whose files came in a parcel."""
    if package_digest() != parcel.source:
        return failed(task, OTHER_SOURCE.format(host=platform.node()))
    folder = _folder_of(parcel)
    return make_on_kernel(
        replace(task, notebook=folder / task.notebook, data=tuple(folder / path for path in task.data))
    )


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
