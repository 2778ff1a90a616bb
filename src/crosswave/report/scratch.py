"""A folder for all that does not outlive the work it is for, also when its process is killed."""

import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from crosswave.study.cache import cache_folder, why_unused

try:
    import fcntl
except ImportError:  # Windows: what a killed process leaves stays in the folder for temporary files
    fcntl = None  # type: ignore[assignment]

_PREFIX = "cw-work-"
_ALIVE = "alive"
_SECONDS = 5.0
_FONTS = 200_000
"""Bytes, more than a list of the fonts of a machine has as a rule."""


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


@contextmanager
def fonts_kept() -> Iterator[None]:
    """Have matplotlib keep its list of fonts in the cache, or where nothing is kept in a folder that goes at the end.

    Its own place is in the user's home, which may be full, or hold settings that change charts.
    """
    cache, scratch = cache_folder(), None
    try:
        if cache is None or why_unused():
            raise FileNotFoundError
        (place := cache / "matplotlib").mkdir(parents=True, exist_ok=True, mode=0o700)
        with tempfile.TemporaryFile(dir=place) as room:
            room.write(b" " * _FONTS)
    except OSError:
        scratch = Scratch()
        place = Path(scratch.folder)
    os.environ["MPLCONFIGDIR"] = str(place)
    try:
        yield
    finally:
        if scratch:
            scratch.remove()


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
