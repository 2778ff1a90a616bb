"""The same done to many things at once, in forks of this process: each has what this one has read and computed."""

from __future__ import annotations

import os
import threading
import warnings
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

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
    from multiprocessing import connection, get_context  # not where a command makes little

    context = get_context("fork")
    found: dict[str, Made] = {}
    forks, pipes = [], []
    try:
        for number in range(jobs):
            ours, its = context.Pipe(duplex=False)
            fork = context.Process(target=_work, args=(make, names[number::jobs], its), daemon=True)
            with warnings.catch_warnings():  # of the threads of libraries, which do nothing in a fork
                warnings.simplefilter("ignore", DeprecationWarning)
                fork.start()
            its.close()
            forks.append(fork)
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


def _work(make: Callable[[str], Made], names: Sequence[str], pipe: Connection) -> None:
    """Make and send one after the other; where the process that was forked is gone nothing can be sent any more."""
    with suppress(Exception, KeyboardInterrupt):
        for name in names:
            pipe.send({name: make(name)})
