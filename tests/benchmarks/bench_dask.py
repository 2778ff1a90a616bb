"""How long pages take on a Dask cluster of this machine, with one worker and with two."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor
from contextlib import ExitStack, contextmanager
from pathlib import Path

from workshop import Times, Workshop

from crosswave.report.run.cluster import on_cluster
from crosswave.report.run.plan import Task
from crosswave.report.run.workers import products

HERE = ("--host", "127.0.0.1", "--dashboard-address", "127.0.0.1:0")
SECONDS_TO_START = 60
EVERY_SURVEY = 6


def one_and_two(shop: Workshop, rounds: int) -> list[Times]:
    """Return what the pages of some surveys take on one worker and on two."""
    tasks = [task for task in shop.plan() if task.kind == "survey"][::EVERY_SURVEY]
    return [_on(shop, tasks, workers, rounds) for workers in (1, 2)]


def _on(shop: Workshop, tasks: Sequence[Task], workers: int, rounds: int) -> Times:
    with cluster(shop, workers) as address:
        seconds(shop, address, tasks)  # imports, and what is kept
        each = tuple(seconds(shop, address, tasks) for _ in range(rounds))
    return Times(f"{len(tasks)} pages, Dask workers: {workers}", each)


def seconds(shop: Workshop, address: str, tasks: Sequence[Task]) -> float:
    """Return what some pages take on the workers of a scheduler, from the moment they are given out."""
    files = [*shop.folder.glob("notebooks/*.ipynb"), *shop.data.glob("*.*"), *shop.data.glob("*/*.yaml")]
    make: Callable[[int], Executor] = on_cluster(address, shop.folder, files)
    begun = time.perf_counter()
    failed = [one.error for one in products(tasks, 2, make) if one.error]
    if failed:
        raise SystemExit(f"a page failed on Dask: {failed[0]}")
    return time.perf_counter() - begun


@contextmanager
def cluster(shop: Workshop, workers: int) -> Iterator[str]:
    """Give the address of a scheduler that has so many workers."""
    with ExitStack() as stack:
        log = _begun(shop, stack, "scheduler", "--port", "0", *HERE)
        address = _said(log, r"(tcp://127\.0\.0\.1:\d+)")
        for number in range(workers):
            place = ("--local-directory", str(shop.folder / f"dask-{number}"), "--nthreads", "1", "--no-nanny")
            _said(_begun(shop, stack, "worker", address, *place, *HERE), "(Registered to)")
        yield address


def _begun(shop: Workshop, stack: ExitStack, *words: str) -> Path:
    """The log of a process that ends with the stack."""
    log = shop.folder / f"dask-{words[0]}-{time.monotonic_ns()}.log"
    stream = stack.enter_context(log.open("w"))
    process = subprocess.Popen([sys.executable, "-m", "dask", *words], env=shop.environment, stderr=stream)
    stack.callback(process.wait)
    stack.callback(process.kill)
    return log


def _said(log: Path, pattern: str) -> str:
    end = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < end:
        if found := re.search(pattern, log.read_text(encoding="utf-8")):
            return found.group(1)
        time.sleep(0.1)
    raise SystemExit(f"dask did not start:\n{log.read_text(encoding='utf-8')[-2000:]}")
