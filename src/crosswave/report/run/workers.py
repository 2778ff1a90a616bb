"""Who makes pages: forks of this process, or any executor, such as that of a cluster, which replaces lost workers.

A fork has what this process has imported, read and computed. It is the head of a process group, which hears nothing of
what a terminal sends and is killed whole when the run ends. It also ends by itself once this process is gone, however
that went: it reads from a pipe whose other end nobody else holds. What a killed run has left in its folder goes with
the next run (`Scratch`).
"""

from __future__ import annotations

import gc
import os
import pickle
import random
import selectors
import signal
import sys
import tempfile
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import CancelledError, Executor, Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import IO

from crosswave.failures import NO_MEMORY, out_of_memory
from crosswave.report.run.ending import check, noting, unheard
from crosswave.report.run.plan import Product, Task, failed
from crosswave.report.scratch import Scratch

MakeExecutor = Callable[[int], Executor]
Make = Callable[[Task, str], Product]
"""Makes a page in a folder for all that does not outlive it."""

KERNEL_VARIABLE = "CROSSWAVE_KERNEL"
"""``cold``: every page is made on an ordinary kernel, as it is where no process can be forked."""

_GLANCE_SECONDS = 0.5
_CHUNK = 1 << 20
_WORDS = 2000


def products(tasks: Sequence[Task], jobs: int, make_executor: MakeExecutor | None = None) -> Iterator[Product]:
    """Yield the product of each task as it comes, from an executor, or from forks of this process where none is given.

    A ConnectionError ends it where the executor has lost what it runs on, and no further page can be made.
    """
    if not tasks:
        return
    if make_executor is None and hasattr(os, "fork"):
        from crosswave.report.run.execute import make_page, make_page_cold

        make = make_page_cold if os.environ.get(KERNEL_VARIABLE) == "cold" else make_page
        yield from forked(tasks, jobs, make, make_page_cold)
        return
    executor = (make_executor or ThreadPoolExecutor)(max(1, min(jobs, len(tasks))))
    come: SimpleQueue[Future[Product]] = SimpleQueue()
    left: dict[Future[Product], Task] = {}
    try:
        for task in tasks:
            future = executor.submit(make_on_kernel, task)
            left[future] = task
            future.add_done_callback(come.put)
        while left:
            check()
            with suppress(Empty):
                future = come.get(timeout=_GLANCE_SECONDS)
                yield _brought(future, left.pop(future))
    finally:
        if left and hasattr(executor, "end"):
            executor.end()
        executor.shutdown(cancel_futures=True)


def make_on_kernel(task: Task) -> Product:
    """Return the page of a task that is made on an ordinary kernel of this machine."""
    from crosswave.report.run.execute import make_page_cold  # papermill is imported where notebooks run

    return make_page_cold(task)


def _brought(future: Future[Product], task: Task) -> Product:
    try:
        return future.result()
    except CancelledError:
        message = "the scheduler is gone; pages that were made are kept, so run again to go on"
        raise ConnectionError(message) from None
    except ConnectionError:
        raise
    except Exception as error:  # a task that could not be sent, or that ended each worker it was given to
        return failed(task, f"{type(error).__name__}: {error}")


@dataclass(slots=True)
class _Fork:
    """A page that is being made; `again` where it is made for the second time, on an ordinary kernel."""

    task: Task
    again: bool
    pid: int
    pipe: int
    folder: str
    words: IO[bytes]
    come: bytearray = field(default_factory=bytearray)

    def end(self) -> None:
        """Kill what is left of the fork and of all it has started, and take note of its end."""
        with suppress(OSError):
            os.close(self.pipe)
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)
        with suppress(ChildProcessError):
            os.waitpid(self.pid, 0)
        from crosswave.report.run.kernels import end_kernels  # imported where pages are made

        end_kernels(Path(self.folder))

    def product(self) -> Product | None:
        """End the fork and return what it has sent before; None where it is worth while to make the page again."""
        self.end()
        with suppress(pickle.UnpicklingError, EOFError):
            sent = pickle.loads(self.come)
            assert isinstance(sent, Product)
            return sent
        if not self.again:
            return None
        self.words.seek(0)
        words = self.words.read().decode("utf-8", "replace").strip()[-_WORDS:]
        told = f"; its last words:\n{words}" if words else ""
        short = f"\nfor want of memory or threads: {NO_MEMORY}" if out_of_memory(words) else ""
        return failed(self.task, f"the process that ran it ended{told}{short}")


def forked(tasks: Sequence[Task], jobs: int, make: Make, make_again: Make) -> Iterator[Product]:
    """Yield the product of each task as it comes; the page of a fork that died is made again, by `make_again`."""
    waiting, running = deque((task, False) for task in tasks), dict[int, _Fork]()
    scratch, alive, selector = Scratch(), os.pipe(), selectors.DefaultSelector()
    gc.freeze()  # what is here now is never collected in a fork, so its pages of memory stay shared
    try:
        with noting():
            while waiting or running:
                check()
                while waiting and len(running) < max(1, jobs):
                    task, again = waiting.popleft()
                    started = _started(task, again, make_again if again else make, scratch.folder, alive)
                    running[started.pipe] = started
                    selector.register(started.pipe, selectors.EVENT_READ)
                for key, _ in selector.select(_GLANCE_SECONDS):
                    one = running[key.fd]
                    if chunk := os.read(key.fd, _CHUNK):
                        one.come += chunk
                        continue
                    selector.unregister(key.fd)
                    del running[key.fd]
                    if (product := one.product()) is None:
                        waiting.appendleft((one.task, True))
                    else:
                        yield product
    finally:
        with unheard():
            for one in running.values():
                one.end()
            for number in alive:
                os.close(number)
            selector.close()
            scratch.remove()
            gc.unfreeze()


def _started(task: Task, again: bool, make: Make, scratch: str, alive: tuple[int, int]) -> _Fork:
    reading, writing = os.pipe()
    words = tempfile.TemporaryFile(dir=scratch)  # noqa: SIM115 (closed when the fork has ended)
    folder = tempfile.mkdtemp(dir=scratch)
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):
            stream.flush()
    with unheard():
        pid = os.fork()
        if pid == 0:
            os.close(reading)
            _make(task, make, folder, words.fileno(), writing, alive)  # does not return
    os.close(writing)
    return _Fork(task, again, pid, reading, folder, words)


def _make(task: Task, make: Make, folder: str, words: int, writing: int, alive: tuple[int, int]) -> None:
    """Make the page, send it and end; the run reads what went to the stream of errors where the fork has died."""
    status = 1
    try:
        os.setpgid(0, 0)
        os.close(alive[1])
        threading.Thread(target=_end_with_the_run, args=(alive[0],), daemon=True).start()
        for number in (signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.pthread_sigmask(signal.SIG_SETMASK, [])
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.dup2(os.open(os.path.join(folder, "stdout"), os.O_RDWR | os.O_CREAT), 1)
        os.dup2(words, 2)
        tempfile.tempdir = folder
        random.seed()
        if numpy_random := sys.modules.get("numpy.random"):
            numpy_random.seed()
        with os.fdopen(writing, "wb") as pipe:
            pickle.dump(make(task, folder), pipe)
        status = 0
    finally:
        os._exit(status)


def _end_with_the_run(alive: int) -> None:
    os.read(alive, 1)
    os.killpg(0, signal.SIGKILL)
