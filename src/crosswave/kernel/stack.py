"""What a kernel has imported and done when it is forked, and why forking after that is safe.

A fork copies memory and one thread. What goes wrong with forks goes wrong because another thread held a lock at that
moment, because two processes go on using one connection, or because two processes go on from one state. Here:

- Threads. The server has one thread, which it counts before it serves (`threads`); with more it forks nothing and says
  so. BLAS and OpenMP are told to use one thread before they are loaded, which also fixes the order of sums; the
  allocator that Arrow brings is told to start none. Pools that Arrow, OR-tools and scipy use are made when work is
  given to them, so each kernel makes its own.
- Sockets and event loops. The server makes no ZeroMQ context, no asyncio loop and no IPython shell: a kernel makes
  them after the fork. It closes the server's connections first. There are no open files else, but for fonts.
- The rehearsal (`crosswave.kernel.rehearsal`). It starts no thread and leaves settings, pyplot and filters as they
  were. The fonts that it reads stay open in the server; matplotlib forgets and closes them in every fork.
- Random state. `random` seeds itself anew in a fork; numpy's global generator does not and is seeded by the kernel, as
  is the key of `multiprocessing`. Generators made in a notebook take fresh entropy there. The seed of string hashes
  belongs to the interpreter: kernels of one server share it, and one with another ``PYTHONHASHSEED`` gets another
  server.
- What is read at the start. Variables that the interpreter and libraries read before the fork are part of a server's
  name (`crosswave.kernel.fingerprint`). matplotlib's back end is read again by the kernel. Pyplot, which seaborn
  imports, chooses its back end with the first figure; the inline one attaches itself to the shell that exists when
  it is imported, and is not imported here.
- Ends. Nothing of the server is on a kernel's stack: it leaves the server's loop, and ends as an interpreter does, with
  the handlers of `atexit` and of the imported libraries and none of the server's. `faulthandler`, signal handlers and
  the threads of ipykernel are set up after the fork.

A warning that a library gives when it is imported is given here and not in a notebook: it stands in the server's log.
"""

from __future__ import annotations

import gc
import importlib
import os
import pkgutil
import sys
import traceback
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import crosswave

KERNEL_MODULES = ("ipykernel.ipkernel", "ipykernel.kernelapp", "ipykernel.zmqshell")
STARTED_WITH_IT = (
    "IPython.core.completerlib",
    "IPython.core.debugger",
    "IPython.core.oinspect",
    "IPython.core.pylabtools",
    "IPython.extensions.storemagic",
    "faulthandler",
    "ipykernel.debugger",
    "sqlite3",
    "tornado.locks",
    "tornado.platform.asyncio",
)
LIBRARIES = (
    "numpy",
    "numpy.random",
    "pandas",
    "pandas.core.methods.to_dict",
    "pyarrow.pandas_compat",
    "pyarrow.parquet",
    "scipy.stats",
    "statsmodels.api",
    "statsmodels.formula.api",
    "matplotlib.pyplot",
    "matplotlib.backends.backend_agg",
    "matplotlib.backends.backend_svg",
    "seaborn",
    "ortools.sat.python.cp_model",
)
NOT_FOR_NOTEBOOKS = frozenset({"cli", "report", "kernel"})

FOR_NOTEBOOKS: set[str] = set()
"""Files of the modules that an ordinary kernel does not import before its first cell."""

FILTERS: list[tuple[Any, ...]] = []
"""Filters of warnings that those modules have set, the first to be tried first."""


def import_stack() -> str:
    """Import everything and rehearse; return why kernels must not be forked after that, empty where they may be.

    A module that cannot be imported is left out, and a rehearsal that fails is broken off: the notebook that does the
    same shows why.
    """
    if not all(map(_imported, KERNEL_MODULES)):
        return "ipykernel cannot be imported"
    for name in STARTED_WITH_IT:
        _imported(name)
    files, filters = _files(), list(warnings.filters)
    for name in (*LIBRARIES, *_package_modules()):
        _imported(name)
    _rehearsed()
    FOR_NOTEBOOKS.update(_files() - files)
    FILTERS.extend(one for one in warnings.filters if one not in filters)
    gc.collect()
    gc.freeze()  # what is here now is never collected, so its pages stay shared with the kernels
    running = threads()
    return f"the imports started threads: {', '.join(running[1:])}" if len(running) > 1 else ""


def threads() -> list[str]:
    """Return the name of each thread of this process, Python's and others, the main thread first."""
    folder = Path("/proc/self/task")
    numbers = sorted(map(int, os.listdir(folder)))
    return [(folder / str(number) / "comm").read_text(encoding="utf-8").strip() for number in numbers]


def _files() -> set[str]:
    return {file for module in list(sys.modules.values()) if (file := getattr(module, "__file__", None))}


def _package_modules() -> Iterator[str]:
    for module in pkgutil.walk_packages(crosswave.__path__, "crosswave.", onerror=lambda name: None):
        if module.name.split(".")[1] not in NOT_FOR_NOTEBOOKS:
            yield module.name


def _rehearsed() -> None:
    try:
        from crosswave.kernel.rehearsal import rehearse

        rehearse()
    except Exception:
        traceback.print_exc(file=sys.stderr)


def _imported(name: str) -> bool:
    try:
        importlib.import_module(name)
    except Exception:  # whatever a module does when it is imported, the others are there
        traceback.print_exc(file=sys.stderr)
        return False
    return True
