"""The same done to many things at once, in forks of this process: each has what this one has read and computed.

A fork takes the number of the next batch from a pipe that all share, and sends what it made through a pipe of its own.
It starts no thread and leaves no file; where this process is gone it can send nothing more, and ends.
"""

from __future__ import annotations

import os
import pickle
import selectors
import signal
import threading
import warnings
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import NoReturn, TypeVar

Made = TypeVar("Made")

FEWEST = 20
"""Of fewer things each is made here: they take less time than forks do."""

_BATCH, _BATCHES = 8, 10_000
"""Things that a fork takes at once, and no more batches than there is room for in the pipe of their numbers."""

_NUMBER, _LENGTH, _CHUNK = 4, 8, 1 << 20
_forked: list[bool] = []

if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=lambda: _forked.append(True))


def default_jobs() -> int:
    """Return how many things to make at once: one for each core that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def may_fork() -> bool:
    """Return whether this process can be forked: it is no fork itself, such as that of a page, and has one thread."""
    return hasattr(os, "fork") and not _forked and threading.active_count() == 1


def made_in_forks(make: Callable[[str], Made], names: Sequence[str], jobs: int) -> dict[str, Made]:
    """Return what was made of each name; one whose fork failed is left out, so that it is made, or fails, here."""
    size = max(_BATCH, -(-len(names) // _BATCHES))
    batches = [names[start : start + size] for start in range(0, len(names), size)]
    numbers, feed = os.pipe()
    os.write(feed, b"".join(number.to_bytes(_NUMBER, "big") for number in range(len(batches))))
    os.close(feed)
    pids: list[int] = []
    found: dict[str, Made] = {}
    with selectors.DefaultSelector() as selector:
        try:
            for _ in range(min(jobs, len(batches))):
                pids.append(_fork(make, batches, numbers, selector))
            while selector.get_map():
                for key, _ in selector.select():
                    if not _receive(key.fd, key.data, found):
                        selector.unregister(key.fd)
                        os.close(key.fd)
        finally:
            os.close(numbers)
            for fd in [key.fd for key in selector.get_map().values()]:
                os.close(fd)
            for pid in pids:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
                with suppress(ChildProcessError):
                    os.waitpid(pid, 0)
    return found


def _fork(
    make: Callable[[str], Made], batches: Sequence[Sequence[str]], numbers: int, selector: selectors.BaseSelector
) -> int:
    ours, its = os.pipe()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of the threads of libraries, which do nothing in a fork
        pid = os.fork()
    if pid == 0:
        _work(make, batches, numbers, its)
    os.close(its)
    selector.register(ours, selectors.EVENT_READ, bytearray())
    return pid


def _work(make: Callable[[str], Made], batches: Sequence[Sequence[str]], numbers: int, its: int) -> NoReturn:
    """Make batch after batch, and end without what an ordinary end does: that is for the process that was forked."""
    try:
        for number in iter(lambda: os.read(numbers, _NUMBER), b""):
            batch = batches[int.from_bytes(number, "big")]
            content = pickle.dumps({name: make(name) for name in batch}, pickle.HIGHEST_PROTOCOL)
            left = memoryview(len(content).to_bytes(_LENGTH, "big") + content)
            while left:
                left = left[os.write(its, left) :]
    finally:
        os._exit(0)


def _receive(pipe: int, come: bytearray, found: dict[str, Made]) -> bool:
    """Take what a fork has sent; whether there can be more."""
    chunk = os.read(pipe, _CHUNK)
    come += chunk
    while len(come) >= _LENGTH and len(come) >= (end := _LENGTH + int.from_bytes(come[:_LENGTH], "big")):
        found.update(pickle.loads(memoryview(come)[_LENGTH:end].tobytes()))
        del come[:end]
    return bool(chunk)
