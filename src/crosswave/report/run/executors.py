"""Who makes pages: forks of this process, or any executor, such as that of a cluster, which replaces lost workers."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import CancelledError, Executor, Future, ThreadPoolExecutor
from contextlib import suppress
from queue import Empty, SimpleQueue

from crosswave.report.run.ending import check
from crosswave.report.run.tasks import Product, Task, failed

MakeExecutor = Callable[[int], Executor]

KERNEL_VARIABLE = "CROSSWAVE_KERNEL"
"""``cold``: every page is made on an ordinary kernel, as it is where no process can be forked."""

_GLANCE_SECONDS = 0.5


def products(tasks: Sequence[Task], jobs: int, make_executor: MakeExecutor | None = None) -> Iterator[Product]:
    """Yield the product of each task as it comes, from an executor, or from forks of this process where none is given.

    Raises
    ------
    ConnectionError
        The executor lost what it stands on, and no further page can be made.
    """
    if not tasks:
        return
    if make_executor is None and hasattr(os, "fork"):
        from crosswave.report.run.execute import make_page, make_page_cold
        from crosswave.report.run.forks import forked

        make = make_page_cold if os.environ.get(KERNEL_VARIABLE) == "cold" else make_page
        yield from forked(tasks, jobs, make, make_page_cold)
        return
    executor = (make_executor or ThreadPoolExecutor)(max(1, min(jobs, len(tasks))))
    done = False
    try:
        futures = {executor.submit(make_on_kernel, task): task for task in tasks}
        for future in _as_they_come(futures):
            yield _product(future, futures.pop(future))
        done = True
    finally:
        if not done and hasattr(executor, "end"):
            executor.end()
        executor.shutdown(cancel_futures=True)


def make_on_kernel(task: Task) -> Product:
    """Return the page of a task that is made on an ordinary kernel of this machine."""
    from crosswave.report.run.execute import make_page_cold  # papermill is imported where notebooks run

    return make_page_cold(task)


def default_jobs() -> int:
    """Return how many pages to make at once: one for each core that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _as_they_come(futures: Iterable[Future[Product]]) -> Iterator[Future[Product]]:
    """Each future once it is done; in between the run hears whether it is to end."""
    come: SimpleQueue[Future[Product]] = SimpleQueue()
    left = set(futures)
    for future in left:
        future.add_done_callback(come.put)
    while left:
        check()
        with suppress(Empty):
            done = come.get(timeout=_GLANCE_SECONDS)
            left.remove(done)
            yield done


def _product(future: Future[Product], task: Task) -> Product:
    try:
        return future.result()
    except CancelledError:
        message = "the scheduler is gone; pages that were made are kept, so run again to go on"
        raise ConnectionError(message) from None
    except ConnectionError:
        raise
    except Exception as error:  # a task that could not be sent, or that ended each worker it was given to
        return failed(task, f"{type(error).__name__}: {error}")
