"""One run at a time in one output folder: two would write over each other's pages and manifest."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

try:
    import fcntl
except ImportError:  # a system without it: nobody is kept out
    fcntl = None  # type: ignore[assignment]

LOCK = ".lock"


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Hold an output folder for as long as the block runs.

    Raises
    ------
    BlockingIOError
        Another run holds it.
    OSError
        It cannot be written.
    """
    new = not folder.exists()
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with (folder / LOCK).open("a+", encoding="utf-8") as stream:
            _take(stream, folder)
            yield
    finally:
        if new and [path.name for path in folder.iterdir()] in ([], [LOCK]):
            (folder / LOCK).unlink(missing_ok=True)
            with suppress(OSError):
                folder.rmdir()


def _take(stream: IO[str], folder: Path) -> None:
    if fcntl is None:
        return
    try:
        fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        stream.seek(0)
        holder = stream.read().strip() or "unknown"
        raise BlockingIOError(
            f"another crosswave run is writing to {folder} (process {holder}); wait until it ends, "
            "or give this run a folder of its own with --out"
        ) from None
    stream.truncate(0)
    stream.write(str(os.getpid()))
    stream.flush()
