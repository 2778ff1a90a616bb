"""Corrects two faults of the notebook tests (nbval 0.11), gives every process the same surroundings, and says what was
left out.

- It runs cells without history, and IPython then does not let a trailing semicolon silence the output.
- It starts kernels on TCP ports chosen before they are bound, which parallel test processes race for; and it starts
  them in the caller's environment. The runner's own kernels have neither fault.

Notebooks are tested on warm kernels; with CROSSWAVE_KERNEL=cold on ordinary ones. Where other tests run too, the server
of warm kernels and all sockets are of that run alone: they stand in a folder of their own. Notebooks by themselves take
the user's server, so that they are tested faster the second time.
"""

import os
import shutil
import tempfile
import threading
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

import pytest

NOTEBOOKS = Path(__file__).parent / "notebooks"

os.environ["MPLBACKEND"] = "agg"
os.environ.setdefault("PYTHONHASHSEED", "0")
for _threads in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_threads, "1")


def _execute_with_history(kernel: Any, source: str, allow_stdin: bool | None = None) -> str:
    message_id: str = kernel.kc.execute(source, store_history=True, allow_stdin=allow_stdin, stop_on_error=False)
    return message_id


def _local_kernel_manager(kernel_name: str, **_: Any) -> Any:
    from nbval.kernel import CURRENT_ENV_KERNEL_NAME

    from crosswave.report.run.kernels import BlockingLocalKernelManager, best_kernel

    names = {CURRENT_ENV_KERNEL_NAME: best_kernel()}
    return BlockingLocalKernelManager(kernel_name=names.get(kernel_name, kernel_name), holds_server=False)


def _end_server() -> None:
    from crosswave.kernel import stop_every_server

    with suppress(OSError):  # the folder may be gone, and its server with it
        stop_every_server()
    shutil.rmtree(os.environ["XDG_RUNTIME_DIR"], ignore_errors=True)


def _is_notebook(argument: str) -> bool:
    return Path(argument.partition("::")[0]).resolve().is_relative_to(NOTEBOOKS)


def pytest_configure(config: pytest.Config) -> None:
    """Make the folder of sockets, and put the corrections in place where notebooks are tested at all."""
    leads = not hasattr(config, "workerinput")  # parallel test processes share the folder, and so the server
    if leads and not all(_is_notebook(argument) for argument in config.args):
        os.environ["XDG_RUNTIME_DIR"] = tempfile.mkdtemp(prefix="cw-test-")
        config.add_cleanup(_end_server)
    if not config.getoption("--nbval", default=False):
        return
    if leads:
        from crosswave.report.run.kernels import start_kernels

        starting = threading.Thread(target=partial(start_kernels, holds_server=False), daemon=True)
        starting.start()  # while the tests are collected
        config.add_cleanup(starting.join)
    from nbval import kernel

    kernel.RunningKernel.execute_cell_input = _execute_with_history
    kernel.KernelManager = _local_kernel_manager


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Say in one line how many tests were left out for want of a browser, and how to have them run."""
    skipped = terminalreporter.stats.get("skipped", [])
    left_out = [report for report in skipped if "no browser" in str(report.longrepr)]
    if left_out:
        terminalreporter.write_line(
            f"Left out: {len(left_out)} tests of the pages in a browser (tests/browser), for none is installed. "
            "On Debian and Ubuntu: apt-get install chromium"
        )
