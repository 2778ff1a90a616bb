"""A Dask cluster that is there already, as an executor."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from importlib import import_module
from pathlib import Path
from typing import Any
from weakref import WeakSet

from crosswave.report.run.tasks import Task
from crosswave.report.run.work import Parcel, make_page_away

SECONDS_TO_ANSWER = 10
SECONDS_TO_LEAVE = 2
RETRIES = 2
"""How often a task is given out again after it failed; a task whose worker was lost is given out again besides."""


class ClusterExecutor(Executor):
    """Submits work to the workers of a Dask scheduler.

    Raises
    ------
    ConnectionError
        No scheduler answers, or dask is not installed.
    """

    def __init__(self, address: str, parcel: Parcel) -> None:
        self._client = _connected(address)
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
    """Return what makes an executor of a Dask cluster, for `crosswave.report.run.engine.run_all`.

    Raises
    ------
    ConnectionError
        No scheduler answers, or dask is not installed.
    """
    from crosswave.study.cache import package_digest

    parcel = Parcel.of(root, files, package_digest())
    return lambda jobs: ClusterExecutor(address, parcel)


def _connected(address: str) -> Any:
    """A client of the scheduler; dask is imported by name, as only a run on a cluster needs it."""
    try:
        distributed = import_module("distributed")
    except ImportError:
        raise ConnectionError("a scheduler needs dask, which is not installed: pip install distributed") from None
    try:
        with ThreadPoolExecutor(1) as thread:  # the caller may stand in an event loop, as a notebook does
            thread.submit(asyncio.run, asyncio.wait_for(_asked(distributed, address), SECONDS_TO_ANSWER)).result()
        return distributed.Client(address, timeout=SECONDS_TO_ANSWER, set_as_default=False)
    except Exception as error:  # whatever listens there, it is no scheduler
        reason = str(error) or f"nothing was heard in {SECONDS_TO_ANSWER} s"
        raise ConnectionError(
            f"no Dask scheduler answers at {address!r} ({reason}); start one with 'dask scheduler' and give its "
            "address, such as tcp://127.0.0.1:8786"
        ) from None


async def _asked(distributed: Any, address: str) -> None:
    """Ask the scheduler who it is before there is a client, which tries again for half a minute"""
    place = distributed.comm.resolve_address(address)
    security = distributed.Security().get_connection_args("client")
    async with distributed.rpc(place, connection_args=security) as scheduler:
        said = await scheduler.identity()
    if said["type"] != "Scheduler":
        raise ConnectionError(f"a {said['type']} answers there")


def _same(parcel: Parcel) -> Parcel:
    return parcel
