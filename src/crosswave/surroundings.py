"""Variables that the interpreter and its libraries read once, when they start, and that could change an output."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping

READ_AT_THE_START: Mapping[str, str] = {
    "PYTHONHASHSEED": "0",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "VECLIB_MAXIMUM_THREADS": "1",
    "NUMEXPR_NUM_THREADS": "1",
    "JE_ARROW_MALLOC_CONF": "background_thread:false",  # else Arrow's allocator starts a thread before the forks
}


def begin_with_them() -> None:
    """Start this program again where pages are to be made in forks of it and a variable has another value."""
    typed = sys.argv[1:]
    wanted = {**os.environ, **READ_AT_THE_START}
    if typed[:1] == ["run"] and hasattr(os, "fork") and wanted != os.environ and sys.orig_argv[-len(typed) :] == typed:
        os.execve(sys.executable, [sys.executable, *sys.orig_argv[1:]], wanted)
