"""What client and server say to each other.

One connection stands for one kernel. The client asks; the server answers with the kernel's process id and, when it has
ended, with its exit code. The client hanging up ends the kernel; the server hanging up means that the kernel is dead.
One more connection, on which nothing else is said, stands for a process that holds the server.
Sockets keep messages apart (``SOCK_SEQPACKET``), so that none is ever read by half. A request may be long (it carries
a whole environment) and travels as an open file that has no name, with the kernel's three streams.
"""

from __future__ import annotations

import json
import os
import socket
import struct
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass

KERNEL, HOLD, STOP = b"kernel", b"hold", b"stop"
LONGEST_ANSWER = 4096
_CREDENTIALS = struct.Struct("3i")


class ServerError(OSError):
    """Says in words why the server gave no kernel."""


@dataclass(frozen=True, slots=True)
class Request:
    """A kernel to fork.

    Attributes
    ----------
    argv : list of str
        Arguments of the kernel, without the interpreter and the launcher.
    independent : bool
        Whether it lives on when its client dies.
    sockets : str
        What its sockets' paths begin with, to remove them if nobody else can; empty where there are none.
    held : bool
        Whether the process that asks holds the server, and so needs it no longer than it lives itself.
    """

    argv: list[str]
    environment: dict[str, str]
    folder: str
    independent: bool = False
    sockets: str = ""
    held: bool = False


def open_socket() -> socket.socket:
    """Return a new socket of the kind that both sides use; other programs do not inherit it."""
    return socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)


def send_request(connection: socket.socket, request: Request, streams: Sequence[int]) -> None:
    """Ask for a kernel whose standard input, output and error are the three file descriptors given."""
    with tempfile.TemporaryFile() as text:
        text.write(json.dumps(asdict(request)).encode())
        text.flush()
        socket.send_fds(connection, [KERNEL], [text.fileno(), *streams])


def receive_request(connection: socket.socket) -> tuple[bytes, list[int]]:
    """Return the word that arrived, and the file descriptors with it: they are the receiver's to close."""
    word, descriptors, _, _ = socket.recv_fds(connection, 64, 4)
    return word, list(descriptors)


def read_request(descriptor: int) -> Request:
    """Return the request in an open file, and close it.

    Raises
    ------
    ValueError, TypeError, OSError
        The file holds none.
    """
    with os.fdopen(descriptor, "rb") as text:
        text.seek(0)
        return Request(**json.load(text))


def peer_user(connection: socket.socket) -> int:
    """Return the user id of the process at the other end, as the kernel of the system recorded it."""
    raw = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
    user: int = _CREDENTIALS.unpack(raw)[1]
    return user
