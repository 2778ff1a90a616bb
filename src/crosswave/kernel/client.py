"""Asks the server for a kernel, and starts the server where there is none."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import IO

from crosswave.kernel.fingerprint import environment_name, settings_name, source_name
from crosswave.kernel.holding import Holds
from crosswave.kernel.place import private_folder
from crosswave.kernel.process import KernelProcess
from crosswave.kernel.request import (
    LONGEST_ANSWER,
    STOP,
    Request,
    ServerError,
    open_socket,
    peer_user,
    send_request,
)
from crosswave.kernel.spec import ONE_THREAD
from crosswave.kernel.streams import Streams

START_SECONDS = 60.0
"""How long a server may take for its imports before the kernel is started in the ordinary way."""

_FIXED = {**ONE_THREAD, "JE_ARROW_MALLOC_CONF": "background_thread:false"}  # Arrow's allocator starts a thread else
_DROPPED = ("MPLBACKEND",)  # read when matplotlib is imported; each kernel has its own
_BACKLOG = 128
_holds = Holds()


def fork_kernel(request: Request, streams: Streams) -> KernelProcess:
    """Return a kernel forked by the server, which is started where it does not run.

    Raises
    ------
    ServerError
        The server gave none: the reason in words.
    """
    for _ in range(2):  # a server may end while it is being asked
        path = _server_path(request.environment)
        if request.held:
            _holds.renew(path, partial(_connected, path, request.environment))
        connection = _connected(path, request.environment)
        answer = _asked(connection, request, streams.kernel_ends)
        if answer:
            return _process(answer, connection, streams.own_ends)
        connection.close()
    raise ServerError(f"the server of warm kernels ended: {_last_line(path.with_suffix('.log'))}")


def stop_server(environment: Mapping[str, str] | None = None) -> int:
    """End the server that forks kernels with these variables; return how many there were.

    It forks nothing from then on. It ends at once, or with the last kernel that somebody still uses. Servers that other
    settings have are left alone.
    """
    if sys.platform != "linux":
        return 0
    settings = settings_name(os.environ if environment is None else environment)
    return _stopped(f"{environment_name()}-{settings}-*.sock")


def stop_every_server() -> int:
    """End every server of this Python environment and user, whatever its settings; return how many there were."""
    return _stopped(f"{environment_name()}-*.sock") if sys.platform == "linux" else 0


def _stopped(names: str) -> int:
    return sum(map(_retired, private_folder().glob(names)))


def _server_path(environment: Mapping[str, str]) -> Path:
    names = (environment_name(), settings_name(environment), source_name())
    return private_folder() / ("-".join(names) + ".sock")


def _asked(connection: socket.socket, request: Request, descriptors: list[int]) -> bytes:
    """The server's answer; empty if it ended before it gave one."""
    connection.settimeout(START_SECONDS)
    try:
        send_request(connection, request, descriptors)
        answer = connection.recv(LONGEST_ANSWER)
    except TimeoutError:
        raise ServerError(f"the server of warm kernels did not answer within {START_SECONDS:.0f} s") from None
    except ConnectionError:
        answer = b""
    connection.settimeout(None)
    return answer


def _process(answer: bytes, connection: socket.socket, streams: list[IO[bytes] | None]) -> KernelProcess:
    word, _, rest = answer.decode().partition(" ")
    if word == "pid":
        return KernelProcess(int(rest), connection, streams)
    connection.close()
    raise ServerError(rest)


def _connected(path: Path, environment: Mapping[str, str]) -> socket.socket:
    """A connection to the server of that path; of several callers that find none, one starts it."""
    if running := _called(path):
        return running
    with _lock(path.parent):
        return _called(path) or _started(path, environment)


def _called(path: Path) -> socket.socket | None:
    connection = open_socket()
    try:
        connection.connect(str(path))
    except (FileNotFoundError, ConnectionRefusedError):
        connection.close()
        return None
    if peer_user(connection) != os.getuid():
        connection.close()
        raise ServerError(f"{path} is served by another user")
    return connection


def _started(path: Path, environment: Mapping[str, str]) -> socket.socket:
    """A connection to a new server.

    It is there before the server is: nobody need try again, and the server sees it close if its caller is killed now.
    """
    path.unlink(missing_ok=True)
    _retire_older(path)
    with open_socket() as listener, path.with_suffix(".log").open("wb") as log:
        listener.bind(str(path))
        listener.listen(_BACKLOG)
        connection = open_socket()
        connection.connect(str(path))
        command = [sys.executable, "-m", "crosswave.kernel.server", str(listener.fileno()), path.stem.split("-")[-1]]
        # It forks once more and leaves: the server is nobody's child and outlives whoever started it.
        failed = subprocess.run(
            command,
            cwd="/",
            env={name: text for name, text in environment.items() if name not in _DROPPED} | _FIXED,
            pass_fds=[listener.fileno()],
            start_new_session=True,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        ).returncode
    if failed:
        connection.close()
        raise ServerError(f"the server of warm kernels did not start: {_last_words(path)}")
    return connection


def _last_words(path: Path) -> str:
    """What a server that did not start said last; nothing of it stays."""
    log = path.with_suffix(".log")
    said = _last_line(log)
    for one in (path, log):
        one.unlink(missing_ok=True)
    return said


def _retire_older(path: Path) -> None:
    """Have servers that differ in their sources alone end: nobody will ask them again."""
    same = path.stem.rpartition("-")[0]
    for older in path.parent.glob(f"{same}-*.sock"):
        if connection := _told_to_stop(older):
            connection.close()


def _retired(path: Path) -> bool:
    """Tell a server to stop, and wait until it has heard it; False where there is none."""
    connection = _told_to_stop(path)
    if connection is None:
        return False
    with connection, suppress(OSError):
        connection.recv(LONGEST_ANSWER)
    return True


def _told_to_stop(path: Path) -> socket.socket | None:
    connection = _called(path)
    if connection:
        connection.settimeout(START_SECONDS)
        with suppress(OSError):
            connection.send(STOP)
    return connection


@contextmanager
def _lock(folder: Path) -> Iterator[None]:
    import fcntl  # not on every platform that this module is imported on

    with (folder / "lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield


def _last_line(log: Path) -> str:
    try:
        lines = log.read_text(encoding="utf-8", errors="replace").split("\n")
    except OSError:
        lines = []
    return next((line for line in reversed(lines) if line.strip()), "it left no word")
