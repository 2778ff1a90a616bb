"""How long a notebook takes on an ordinary kernel and on a forked one, alone and eight in two processes.

Run by ``make bench``. Prints a table; asserts no time. Cold and warm take turns, so that a drift of the machine falls
on both alike.
"""

from __future__ import annotations

import logging
import multiprocessing
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import papermill

from crosswave.kernel import ensure_kernelspec, stop_server, why_cold

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
SURVEY = "01_reproduce_survey.ipynb"
SURVEYS = ("goss-2015", "goss-2017", "goss-2018", "igov-2017", "citrix-2018", "huddle-2015", "emc-2016", "capita-2019")
ROUNDS = 5
ORDINARY = "python3"


def one(kernel: str, survey: str) -> float:
    """Return the seconds that one notebook takes through papermill's own interface."""
    logging.getLogger("papermill").setLevel(logging.CRITICAL)
    begun = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        papermill.execute_notebook(
            NOTEBOOKS / SURVEY,
            Path(folder) / SURVEY,
            parameters={"survey": survey},
            kernel_name=kernel,
            progress_bar=False,
            request_save_on_cell_execute=False,
            autosave_cell_every=0,
            cwd=NOTEBOOKS,
            shutdown_kernel="immediate",
        )
    return time.perf_counter() - begun


def eight(kernel: str) -> float:
    """Return the seconds that eight notebooks take in two processes, which have their own imports done."""
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(2, mp_context=spawn) as pool:
        list(pool.map(_wait, [0.5, 0.5]))
        begun = time.perf_counter()
        list(pool.map(one, [kernel] * len(SURVEYS), SURVEYS))
        return time.perf_counter() - begun


def _wait(seconds: float) -> None:
    """What a process does before the clock starts; calling it imports this module there, and papermill with it."""
    time.sleep(seconds)


def first(kernel: str) -> float:
    """Return the seconds that one notebook takes when the server does not run yet."""
    stop_server()
    return one(kernel, SURVEYS[0])


CASES: dict[str, tuple[Callable[[str], float], int]] = {
    "one notebook, the first": (first, 3),
    "one notebook, after that": (lambda kernel: one(kernel, SURVEYS[0]), ROUNDS),
    "eight notebooks, two processes": (eight, 3),
}


def main() -> None:
    """Print the table."""
    reason = why_cold()
    if reason:
        sys.exit(f"no warm kernel here: {reason}")
    warm = ensure_kernelspec()
    print(f"{'median (least to most), seconds':<32}{'ordinary kernel':>22}{'forked kernel':>22}{'ratio':>8}")
    for name, (measure, rounds) in CASES.items():
        pairs = [(measure(ORDINARY), measure(warm)) for _ in range(rounds)]
        cold_times, warm_times = zip(*pairs, strict=True)
        ratio = statistics.median(cold_times) / statistics.median(warm_times)
        print(f"{name:<32}{_shown(cold_times):>22}{_shown(warm_times):>22}{ratio:>8.1f}", flush=True)
    stop_server()


def _shown(times: Sequence[float]) -> str:
    return f"{statistics.median(times):.2f} ({min(times):.2f} to {max(times):.2f})"


if __name__ == "__main__":
    main()
