"""Corrects two faults of the notebook tests (nbval 0.11), gives every process the same surroundings and one cache that
ends with the tests, and says what was left out.

- It runs cells without history, and IPython then does not let a trailing semicolon silence the output.
- It starts kernels on TCP ports chosen before they are bound, which parallel test processes race for; and it starts
  them in the caller's environment. The runner's own kernels have neither fault.

statsmodels collects garbage at each adjustment of p-values, of which a notebook makes hundreds: not in these kernels.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import nullcontext
from functools import partial
from typing import Any

import pytest

os.environ["MPLBACKEND"] = "agg"
os.environ.setdefault("PYTHONHASHSEED", "0")
for _threads in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_threads, "1")


LONGEST = (
    "test_browser.py", "04_synthesis.ipynb", "07_barriers.ipynb", "test_environment.py", "test_tutorial.py",
    "test_display_trends.py", "test_run.py", "test_cluster.py", "test_report.py", "test_reconstruct.py",
    "test_catch_rate.py", "test_meta_regression.py", "test_exact.py", "test_planned.py", "test_official_pages.py",
    "test_usable.py", "test_decision_rule.py", "test_results.py",
)  # fmt: skip
"""Files whose tests take long: they come first, so that no process is left alone with one of them in the end."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put what takes long first; of the batches of random cases that a test draws only the first is quick."""
    for item in items:
        if getattr(item, "callspec", None) and item.callspec.params.get("batch"):
            item.add_marker("thorough")
    places = {name: place for place, name in enumerate(LONGEST)}
    items.sort(key=lambda item: places.get(item.path.name, len(LONGEST)))


def _execute_with_history(kernel: Any, source: str, allow_stdin: bool | None = None) -> str:
    message_id: str = kernel.kc.execute(source, store_history=True, allow_stdin=allow_stdin, stop_on_error=False)
    return message_id


def _local_kernel_manager(kernel_name: str, **_: Any) -> Any:
    from nbval.kernel import CURRENT_ENV_KERNEL_NAME

    from crosswave.report.run.kernels import BlockingLocalKernelManager
    from crosswave.report.run.plan import CURRENT_KERNEL

    names = {CURRENT_ENV_KERNEL_NAME: CURRENT_KERNEL}
    manager = BlockingLocalKernelManager(kernel_name=names.get(kernel_name, kernel_name))
    line = "--IPKernelApp.exec_lines=import gc; gc.collect = int"
    kept = {**os.environ, "CROSSWAVE_KEEP": "1"}  # in the cache of these tests, which begins empty
    manager.start_kernel = partial(manager.start_kernel, extra_arguments=[line], env=kept)
    return manager


def pytest_configure(config: pytest.Config) -> None:
    """Name the cache of these tests, new and empty, and put the corrections in place where notebooks are tested."""
    if not hasattr(config, "workerinput"):  # the processes of xdist have it from the one that starts them
        folder = tempfile.mkdtemp(prefix="crosswave-tests-")
        os.environ["CROSSWAVE_CACHE"] = folder
        config.add_cleanup(lambda: shutil.rmtree(folder, ignore_errors=True))
    if config.getoption("--nbval", default=False):
        from nbval import kernel

        kernel.RunningKernel.execute_cell_input = _execute_with_history
        kernel.KernelManager = _local_kernel_manager


@pytest.fixture(autouse=True)
def examples_share(request: pytest.FixtureRequest) -> Iterator[None]:
    """What comes of the data is computed once for all examples in docstrings."""
    from crosswave.study.cache import keeping

    with keeping() if isinstance(request.node, pytest.DoctestItem) else nullcontext():
        yield


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Say in one line how many tests were left out for want of a browser, and how to have them run."""
    skipped = terminalreporter.stats.get("skipped", [])
    left_out = [report for report in skipped if "no browser" in str(report.longrepr)]
    if left_out:
        terminalreporter.write_line(
            f"Left out: {len(left_out)} tests of the pages in a browser (tests/browser), for none is installed. "
            "On Debian and Ubuntu: apt-get install chromium"
        )
