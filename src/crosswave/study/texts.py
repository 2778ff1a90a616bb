"""What may be read of a data file: an ordinary file of a size that people type, and texts that only say something."""

from __future__ import annotations

import errno
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from crosswave.words import unsafe

LARGEST = 2_000_000
"""Bytes of a data file, far more than a person types into one."""

Place = tuple[str | int, ...]


def read_bytes(path: Path) -> bytes:
    """Return the content of a data file.

    Raises
    ------
    OSError
        It cannot be read, or is larger than `LARGEST`, or is no ordinary file: reading a pipe or a device may never
        end.
    """
    found = path.stat()
    if not stat.S_ISREG(found.st_mode):
        raise OSError(errno.EINVAL, "it is no ordinary file; put a text file in its place", str(path))
    if found.st_size > LARGEST:
        words = f"it has {found.st_size:,} bytes, and a data file at most {LARGEST:,}; divide it or mend it"
        raise OSError(errno.EFBIG, words, str(path))
    return path.read_bytes()


def read_text(path: Path) -> str:
    """Return the content of a data file as text, with the line ends of Unix.

    Raises
    ------
    OSError
        As for `read_bytes`.
    UnicodeDecodeError
        It is no UTF-8.
    """
    return read_bytes(path).decode("utf-8").replace("\r\n", "\n").replace("\r", "\n")


def unfit_texts(data: Any, where: Place = ()) -> Iterator[tuple[Place, str]]:
    """Yield the place of each text that a terminal would obey or a spreadsheet would run, and why it must not stand."""
    if isinstance(data, dict | list):
        parts = data.items() if isinstance(data, dict) else enumerate(data)
        for key, value in parts:
            yield from unfit_texts(value, (*where, key))
    elif isinstance(data, str) and (words := unsafe(data)):
        yield where, f"{where[-1] if where else 'the text'} {words}"
