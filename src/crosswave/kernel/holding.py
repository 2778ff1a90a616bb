"""Keeps a server for as long as this process lives, and no longer."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from crosswave.kernel.request import HOLD


class Holds:
    """Connections by which this process holds servers, one each.

    The system closes them however the process ends: nobody has to say that it is over.
    """

    def __init__(self) -> None:
        self._open: dict[Path, socket.socket] = {}
        self._lock = threading.Lock()

    def renew(self, path: Path, connect: Callable[[], socket.socket]) -> None:
        """Hold a server, unless it is held already."""
        with self._lock:
            held = self._open.get(path)
            if held and not _is_over(held):
                return
            if held:
                held.close()
            self._open[path] = connect()
            with suppress(ConnectionError):  # it ended in this moment: so will the next call find
                self._open[path].send(HOLD)


def _is_over(connection: socket.socket) -> bool:
    """Whether the server, which says nothing here, has hung up."""
    try:
        return not connection.recv(1, socket.MSG_DONTWAIT)
    except BlockingIOError:
        return False
    except ConnectionError:
        return True
