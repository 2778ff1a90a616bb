"""Turns a fresh fork of the server into the kernel that was asked for."""

from __future__ import annotations

import ctypes
import os
import random
import signal
import sys
import time
import warnings
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

from crosswave.kernel.request import Request
from crosswave.kernel.stack import FILTERS, FOR_NOTEBOOKS

_PR_SET_PDEATHSIG = 1
INLINE = "module://matplotlib_inline.backend_inline"


@dataclass(frozen=True, slots=True)
class Launch:
    """What a fork has to become: the kernel of a request, with three open files as its streams, and its parent."""

    request: Request
    streams: tuple[int, ...]
    server: int


def become_kernel(launch: Launch) -> None:
    """Run the kernel until it is shut down; the interpreter then ends as it does after any program."""
    _separate(launch.server)
    _take_streams(launch.streams)
    _take_surroundings(launch.request)
    _reseed()
    app = _application().instance(parent_handle=launch.server)
    app.initialize(launch.request.argv)
    _put_filters_first()
    app.start()


def _separate(server: int) -> None:
    """A process group of its own, ordinary signals, and death with the server."""
    os.setsid()
    signal.signal(signal.SIGINT, signal.default_int_handler)
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != server:  # it died before this was asked for
        os._exit(1)


def _take_streams(streams: tuple[int, ...]) -> None:
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)


def _take_surroundings(request: Request) -> None:
    """Variables, folder and arguments as if the launcher had been run with them."""
    os.environ.clear()
    os.environ.update(request.environment)
    if not request.independent:
        os.environ["JPY_PARENT_PID"] = str(os.getppid())
    time.tzset()
    os.chdir(request.folder)
    launcher = find_spec("ipykernel_launcher")
    sys.argv = [str(launcher and launcher.origin), *request.argv]
    _choose_backend()


def _choose_backend() -> None:
    """What matplotlib does when it is imported, now that the variables are there."""
    if not os.environ.get("MPLBACKEND"):
        os.environ["MPLBACKEND"] = INLINE
    if matplotlib := sys.modules.get("matplotlib"):
        matplotlib.rcParams["backend"] = os.environ["MPLBACKEND"]


def _reseed() -> None:
    random.seed()
    if numpy_random := sys.modules.get("numpy.random"):
        numpy_random.seed()
    if processes := sys.modules.get("multiprocessing.process"):
        processes.current_process().authkey = os.urandom(32)


def _put_filters_first() -> None:
    """The filters that libraries set go before those of the shell, as when they are imported in its cells."""
    for action, message, category, module, line in reversed(FILTERS):
        patterns = [one.pattern if one else "" for one in (message, module)]
        warnings.filterwarnings(action, patterns[0], category, patterns[1], line)


def _application() -> Any:
    """The ordinary kernel's application.

    Its debugger does not step into what is imported when a kernel starts. Here that is far more than ipykernel itself,
    and it should step into the rest.
    """
    from ipykernel import kernelapp

    class IPKernelApp(kernelapp.IPKernelApp):
        def init_kernel(self) -> None:
            super().init_kernel()  # type: ignore[no-untyped-call]
            files = getattr(self.kernel, "_kernel_modules", [])
            files[:] = [file for file in files if file not in FOR_NOTEBOOKS]

    return IPKernelApp
