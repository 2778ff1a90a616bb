"""Why kernels are started in the ordinary way here, if they are."""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Callable
from functools import cache
from importlib.metadata import entry_points

from crosswave.kernel.place import PlaceError, private_folder

PROVISIONER = "crosswave-warm"
SWITCH = "CROSSWAVE_KERNEL"


def why_cold() -> str | None:
    """Return the reason why no warm kernel can be had, in words; None where one can.

    Set the variable ``CROSSWAVE_KERNEL`` to ``cold`` to have ordinary kernels, as a check that both kinds give the
    same outputs.
    """
    return next((reason for ask in _QUESTIONS if (reason := ask())), None)


def _switched_off() -> str | None:
    return f"the variable {SWITCH} is 'cold'" if os.environ.get(SWITCH) == "cold" else None


def _platform() -> str | None:
    # macOS can fork, but its system libraries do not bear it once they are loaded.
    return None if sys.platform == "linux" else f"processes are forked on Linux only, and this is {sys.platform}"


def _python() -> str | None:
    has_all = hasattr(os, "fork") and hasattr(socket, "send_fds") and hasattr(os, "waitid")
    return None if has_all else "this Python was built without fork, waitid or the passing of file descriptors"


def _installed() -> str | None:
    known = _announced(PROVISIONER)
    return None if known else f"the installed package does not announce {PROVISIONER!r}: install it again"


@cache
def _announced(name: str) -> bool:
    """Looked up once: it takes a file of every installed package."""
    return bool(entry_points(group="jupyter_client.kernel_provisioners", name=name))


def _place() -> str | None:
    try:
        private_folder()
    except PlaceError as error:
        return str(error)
    return None


_QUESTIONS: tuple[Callable[[], str | None], ...] = (_switched_off, _platform, _python, _installed, _place)
