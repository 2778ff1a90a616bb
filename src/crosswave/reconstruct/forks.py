"""Work in forks of this process, which have what it has read and computed: many things at once, one beside others."""

from __future__ import annotations

import os
import threading
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from multiprocessing.connection import Connection
    from multiprocessing.context import ForkProcess

Made = TypeVar("Made")

FEWEST = 20
"""Of fewer things each is made here: they take less time than forks do."""

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
    from multiprocessing import Pipe, connection  # not where a command makes little

    found: dict[str, Made] = {}
    forks, pipes = [], []
    try:
        for number in range(jobs):
            ours, its = Pipe(duplex=False)
            forks.append(_started(_work, make, names[number::jobs], its))
            its.close()
            pipes.append(ours)
        while pipes:
            ready = connection.wait(pipes)
            for pipe in [one for one in pipes if one in ready]:
                try:
                    found.update(pipe.recv())
                except (EOFError, OSError):
                    pipes.remove(pipe)
    finally:
        for fork in forks:
            fork.kill()
            fork.join()
    return found


@contextmanager
def beside(make: Callable[[], object]) -> Iterator[None]:
    """While the body runs, have a fork make what is wanted later and leave it in the cache; at the end wait for it."""
    if default_jobs() == 1 or not may_fork():
        yield
        return
    fork = _started(make)
    try:
        yield
        fork.join()
    finally:
        fork.kill()
        fork.join()


def _started(work: Callable[..., object], *args: object) -> ForkProcess:
    from multiprocessing import get_context

    fork = get_context("fork").Process(target=_done_in_fork, args=(work, *args), daemon=True)
    with warnings.catch_warnings():  # of the threads of libraries, which do nothing in a fork
        warnings.simplefilter("ignore", DeprecationWarning)
        fork.start()
    return fork


def _done_in_fork(work: Callable[..., object], *args: object) -> None:
    """Do it, without a word where it fails; where the process that was forked is gone, end at once."""
    threading.Thread(target=_end_with_parent, daemon=True).start()
    with suppress(Exception, KeyboardInterrupt):
        work(*args)


def _end_with_parent() -> None:
    from multiprocessing import parent_process

    if parent := parent_process():
        parent.join()
    os._exit(1)


def _work(make: Callable[[str], Made], names: Sequence[str], pipe: Connection) -> None:
    """Make and send one after the other."""
    for name in names:
        pipe.send({name: make(name)})
