"""A kernel that another process forked, seen as `subprocess.Popen` shows one's own."""

from __future__ import annotations

import os
import select
import signal
import socket
import subprocess
import threading
import time
from typing import IO

from crosswave.kernel.request import LONGEST_ANSWER

_STEP = 0.05


class KernelProcess:
    """What jupyter_client's local provisioner uses of `subprocess.Popen`, for a kernel of the server."""

    def __init__(self, pid: int, connection: socket.socket, streams: list[IO[bytes] | None]) -> None:
        self.pid = pid
        self.returncode: int | None = None
        self.stdin, self.stdout, self.stderr = streams
        self._connection = connection
        self._lock = threading.Lock()

    def poll(self) -> int | None:
        """Return the exit code, negative for a signal; None while the kernel runs."""
        with self._lock:
            if self.returncode is None:
                self.returncode = self._heard()
            return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Return the exit code when the kernel has ended, and hang up.

        Raises
        ------
        subprocess.TimeoutExpired
            It still runs after `timeout` seconds.
        """
        end = None if timeout is None else time.monotonic() + timeout
        while (code := self.poll()) is None:
            left = _STEP if end is None else min(_STEP, end - time.monotonic())
            if left <= 0:
                raise subprocess.TimeoutExpired(["kernel", str(self.pid)], timeout or 0.0)
            select.select([self._connection], [], [], left)
        self._connection.close()
        return code

    def ends_within(self, seconds: float) -> bool:
        """Return whether the kernel has ended, at the latest after that many seconds."""
        end = time.monotonic() + seconds
        while self.poll() is None and (left := end - time.monotonic()) > 0:
            select.select([self._connection], [], [], min(_STEP, left))
        return self.poll() is not None

    def send_signal(self, number: int) -> None:
        """Send a signal to the kernel, unless it has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        """Ask the kernel to end."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End the kernel."""
        self.send_signal(signal.SIGKILL)

    def _heard(self) -> int | None:
        """What the server has said since; a server that is gone has taken the kernel with it."""
        try:
            said = self._connection.recv(LONGEST_ANSWER, socket.MSG_DONTWAIT)
        except BlockingIOError:
            return None
        except OSError:
            said = b""
        return int(said.split()[1]) if said else -signal.SIGKILL
