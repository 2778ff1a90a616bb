"""A folder for all that does not outlive the work it is for, also when its process is killed."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import IO

try:
    import fcntl
except ImportError:  # Windows: what a killed process leaves stays in the folder for temporary files
    fcntl = None  # type: ignore[assignment]

_PREFIX = "cw-work-"
_ALIVE = "alive"
_SECONDS = 5.0


class Scratch:
    """A new folder, and the end of those that killed processes have left.

    A process holds a lock in its folder. The system takes the lock back however the process ends, and the next one that
    makes a folder removes those of this user whose lock it can have.
    """

    def __init__(self) -> None:
        _sweep(Path(tempfile.gettempdir()))
        self.folder = tempfile.mkdtemp(prefix=_PREFIX)
        self._lock = _locked(Path(self.folder))

    def remove(self) -> None:
        """Remove the folder, with what kernels that are just ending still write."""
        end = time.monotonic() + _SECONDS
        while os.path.exists(self.folder) and time.monotonic() < end:
            shutil.rmtree(self.folder, ignore_errors=True)
            time.sleep(0.01)
        if self._lock:
            self._lock.close()


def _sweep(place: Path) -> None:
    if fcntl is None:
        return
    for folder in place.glob(f"{_PREFIX}*"):
        with suppress(OSError):
            if folder.lstat().st_uid == os.getuid() and (lock := _locked(folder, "rb")):
                with lock:
                    shutil.rmtree(folder, ignore_errors=True)


def _locked(folder: Path, mode: str = "wb") -> IO[bytes] | None:
    """The open lock of a folder; None where another process holds it, or it is not there yet."""
    with suppress(OSError):
        stream: IO[bytes] = (folder / _ALIVE).open(mode)
        try:
            if fcntl is not None:
                fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            stream.close()
            return None
        return stream
    return None
