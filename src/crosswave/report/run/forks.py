"""Pages made side by side, each in a fork of this process, which has imported, read and computed what they share."""

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
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from crosswave.report.run.ending import check, noting, unheard
from crosswave.report.run.tasks import Product, Task, failed
from crosswave.report.scratch import Scratch

Make = Callable[[Task, str], Product]

_GLANCE_SECONDS = 0.5
_CHUNK = 1 << 20
_WORDS = 2000


@dataclass(slots=True)
class _Fork:
    """A page that is being made; `again` where it is made for the second time, on an ordinary kernel."""

    task: Task
    again: bool
    pid: int
    pipe: int
    words: IO[bytes]
    come: bytearray = field(default_factory=bytearray)


def forked(tasks: Sequence[Task], jobs: int, make: Make, make_again: Make) -> Iterator[Product]:
    """Yield the product of each task as it comes.

    Parameters
    ----------
    tasks : sequence of Task
        In the order in which they are begun.
    jobs : int
        How many are made at once.
    make, make_again : callable
        What makes a page in a folder for all that does not outlive it; and what makes that of a fork that died.

    Notes
    -----
    Each fork is the head of a process group, which hears nothing of what a terminal sends and is killed whole when the
    run ends. It also ends by itself once this process is gone, however that went: it reads from a pipe whose other end
    nobody else holds. What a killed run has left in its folder goes with the next run (`Scratch`).
    """
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
                    if (product := _product(one)) is None:
                        waiting.appendleft((one.task, True))
                    else:
                        yield product
    finally:
        with unheard():
            for one in running.values():
                _end(one)
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
    return _Fork(task, again, pid, reading, words)


def _make(task: Task, make: Make, folder: str, words: int, writing: int, alive: tuple[int, int]) -> None:
    """Make the page, send it and end."""
    status = 1
    try:
        os.setpgid(0, 0)
        os.close(alive[1])
        threading.Thread(target=_end_with_the_run, args=(alive[0],), daemon=True).start()
        for number in (signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.pthread_sigmask(signal.SIG_SETMASK, [])
        _take_streams(Path(folder), words)
        tempfile.tempdir = folder
        random.seed()
        if numpy_random := sys.modules.get("numpy.random"):
            numpy_random.seed()
        with os.fdopen(writing, "wb") as pipe:
            pickle.dump(make(task, folder), pipe)
        status = 0
    finally:
        os._exit(status)


def _take_streams(folder: Path, words: int) -> None:
    """Read from nowhere; write into files, of which the run reads the one for errors where the fork has died."""
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(os.open(folder / "stdout", os.O_RDWR | os.O_CREAT), 1)
    os.dup2(words, 2)


def _end_with_the_run(alive: int) -> None:
    os.read(alive, 1)
    os.killpg(0, signal.SIGKILL)


def _product(one: _Fork) -> Product | None:
    """What a fork has sent before it ended; None where it is worth while to make the page again."""
    _end(one)
    with suppress(pickle.UnpicklingError, EOFError):
        sent: Any = pickle.loads(one.come)
        assert isinstance(sent, Product)
        return sent
    return failed(one.task, f"the process that ran it ended{_last_words(one)}") if one.again else None


def _end(one: _Fork) -> None:
    """Kill what is left of a fork and of all it has started, and take note of its end."""
    with suppress(OSError):
        os.close(one.pipe)
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(one.pid, signal.SIGKILL)
    with suppress(ProcessLookupError):
        os.kill(one.pid, signal.SIGKILL)
    with suppress(ChildProcessError):
        os.waitpid(one.pid, 0)


def _last_words(one: _Fork) -> str:
    one.words.seek(0)
    words = one.words.read().decode("utf-8", "replace").strip()[-_WORDS:]
    return f"; its last words:\n{words}" if words else ""
