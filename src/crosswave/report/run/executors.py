"""Processes of this machine as an executor, and the products of tasks from any executor, lost workers or not."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import BrokenExecutor, CancelledError, Executor, Future, ProcessPoolExecutor
from contextlib import suppress
from queue import Empty, SimpleQueue
from typing import Any

from crosswave.report.run.ending import check, held, kill_with_children, unheard_by_children
from crosswave.report.run.tasks import Product, Task, failed
from crosswave.report.run.work import make_page, prepare_worker, warm_up
from crosswave.report.scratch import Scratch

MakeExecutor = Callable[[int], Executor]

ROUNDS = 3
"""How often a pool is made for pages whose worker was lost: after that it is the page that ends its worker."""

_SECONDS_TO_LEAVE = 5.0
_GLANCE_SECONDS = 0.5


class LocalProcesses(ProcessPoolExecutor):
    """Fresh processes on this machine, which can be told to end."""

    def __init__(self, jobs: int) -> None:
        self._scratch = Scratch()
        with held(), unheard_by_children():  # it starts a helper of its own
            super().__init__(
                jobs,
                mp_context=multiprocessing.get_context("spawn"),
                initializer=prepare_worker,
                initargs=(self._scratch.folder,),
            )
        self._jobs = jobs

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Submit a call. No signal breaks into the start of a process, and the process hears no interrupt."""
        with held(), unheard_by_children():
            future = super().submit(fn, *args, **kwargs)
        check()
        return future

    def warm_up(self) -> None:
        """Begin to start the processes, and what pages need in them, while the caller does something else.

        One for each core: what is beyond that starts when there are pages for it.
        """
        for _ in range(min(self._jobs, cores())):
            self.submit(warm_up)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """End the processes when they are done, and remove what they left: those that were killed cannot."""
        super().shutdown(wait, cancel_futures=cancel_futures)
        if wait:
            self._scratch.remove()

    def end(self) -> None:
        """Kill all processes, and the kernels that they have started."""
        processes = list((getattr(self, "_processes", None) or {}).values())
        for process in processes:
            assert process.pid is not None  # it was started
            kill_with_children(process.pid)
        for process in processes:
            process.join(_SECONDS_TO_LEAVE)


class PoolInHand:
    """Makes pools, of which the first is there already."""

    def __init__(self, jobs: int) -> None:
        self._first: LocalProcesses | None = LocalProcesses(jobs)
        self._first.warm_up()

    def __call__(self, jobs: int) -> Executor:
        """Return the first pool, and from then on new ones."""
        first, self._first = self._first, None
        return first or LocalProcesses(jobs)

    def end(self) -> None:
        """End the first pool if nobody took it."""
        if self._first:
            self._first.end()
            self._first.shutdown(cancel_futures=True)


def cores() -> int:
    """Return the number of cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def default_jobs() -> int:
    """Return how many pages to make at once: one more than cores, as a page waits while its kernel starts or ends."""
    return cores() + 1


def products(tasks: Sequence[Task], jobs: int, make_executor: MakeExecutor = LocalProcesses) -> Iterator[Product]:
    """Yield the product of each task as it comes.

    Raises
    ------
    ConnectionError
        The executor lost what it stands on, and no further page can be made.

    Notes
    -----
    A broken pool is made anew for what it left, `ROUNDS` times in all. Executors that replace lost workers themselves
    need none of that.
    """
    left = {task.page: task for task in tasks}
    for number in range(1, ROUNDS + 1):
        if left:
            for product in _round(list(left.values()), jobs, make_executor, last=number == ROUNDS):
                del left[product.page]
                yield product


def _round(tasks: Sequence[Task], jobs: int, make_executor: MakeExecutor, *, last: bool) -> Iterator[Product]:
    executor = make_executor(max(1, min(jobs, len(tasks))))
    done = False
    try:
        futures = {executor.submit(make_page, task): task for task in tasks}
        for future in _as_they_come(futures):
            if product := _product(future, futures.pop(future), last=last):
                yield product
        done = True
    finally:
        with held():  # who interrupts twice would leave processes behind
            if not done:
                getattr(executor, "end", _nothing)()
            executor.shutdown(cancel_futures=True)


def _as_they_come(futures: Iterable[Future[Product]]) -> Iterator[Future[Product]]:
    """Each future once it is done. A signal that ends the run wakes the wait, and is thrown here and nowhere else."""
    come: SimpleQueue[Future[Product] | None] = SimpleQueue()
    left: set[Future[Product]] = set(futures)
    for future in left:
        future.add_done_callback(come.put)
    with held(lambda: come.put(None)):
        while left:
            check()
            done = None
            with suppress(Empty):  # a signal can come between the check and the wait
                done = come.get(timeout=_GLANCE_SECONDS)
            if done is not None:
                left.remove(done)
                yield done


def _product(future: Future[Product], task: Task, *, last: bool) -> Product | None:
    """The product of a task; None where its worker was lost and it is to be tried again."""
    try:
        return future.result()
    except BrokenExecutor as error:
        return failed(task, f"the process that ran it ended: {error}") if last else None
    except CancelledError:
        message = "the scheduler is gone; pages that were made are kept, so run again to go on"
        raise ConnectionError(message) from None
    except ConnectionError:
        raise
    except Exception as error:  # a task that could not be sent, or that ended each worker it was given to
        return failed(task, f"{type(error).__name__}: {error}")


def _nothing() -> None:
    pass
