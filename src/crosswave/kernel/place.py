"""Where the server and its kernels listen: a folder that no other user can enter."""

from __future__ import annotations

import os
import secrets
import stat
import tempfile
from pathlib import Path

LONGEST_SOCKET = 107
"""Bytes of a socket's path (``sun_path`` in unix(7))."""

_LONGEST_NAME = 40


class PlaceError(OSError):
    """Says why there is no private folder for sockets."""


def private_folder() -> Path:
    """Return this user's folder for sockets, made where it is missing.

    It lies in ``XDG_RUNTIME_DIR``, which is local to the machine and ends with the login, else in the folder for
    temporary files.

    Raises
    ------
    PlaceError
        The folder belongs to somebody else, others can enter it, or its name is too long for a socket.
    """
    folder = Path(os.environ.get("XDG_RUNTIME_DIR") or tempfile.gettempdir()) / f"crosswave-{os.getuid()}"
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise PlaceError(f"{folder} must be a folder that can be made: {error.strerror}") from None
    _check(folder)
    return folder


def socket_prefix() -> str:
    """Return a path in the private folder, new each time, that the sockets of one kernel begin with."""
    return str(private_folder() / f"k-{secrets.token_hex(6)}")


def _check(folder: Path) -> None:
    status = folder.lstat()
    if not stat.S_ISDIR(status.st_mode) or status.st_uid != os.getuid():
        raise PlaceError(f"{folder} must be a folder of user {os.getuid()}, and is not: remove it")
    if status.st_mode & 0o077:
        mode = stat.S_IMODE(status.st_mode)
        raise PlaceError(f"{folder} must be closed to others (mode 700), and has mode {mode:o}: change or remove it")
    if len(os.fsencode(folder)) + _LONGEST_NAME > LONGEST_SOCKET:
        raise PlaceError(f"{folder} is too long for a socket: set XDG_RUNTIME_DIR or TMPDIR to a shorter path")
