"""Whether what stands in a folder can only have been put there by its user: what is kept is believed as code is."""

from __future__ import annotations

import os
import stat
from pathlib import Path

_OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH


def why_not_trusted(folder: Path) -> str:
    """Return why others can put files into a folder, in words; empty where only its user can.

    Notes
    -----
    The folder has to belong to this user, and nobody else may write it. Nor may everybody write a folder above it, as
    they could put another in its place, unless only owners can rename there (the sticky bit, as ``/tmp`` has it). On
    Windows, where profiles are closed to others, nothing is looked at.
    """
    if not hasattr(os, "getuid"):
        return ""
    try:
        place = folder.resolve()
        above = [_why_replaceable(parent) for parent in place.parents]
        return _why_not_own(place) or next(filter(None, above), "")
    except (OSError, RuntimeError) as error:  # a ring of links, or a folder that cannot be looked into
        return f"{folder} cannot be looked at ({error})"


def is_own_file(descriptor: int) -> bool:
    """Return whether an open file is one that this user alone can have written."""
    status = os.fstat(descriptor)
    if not hasattr(os, "getuid"):
        return stat.S_ISREG(status.st_mode)
    return stat.S_ISREG(status.st_mode) and status.st_uid == os.getuid() and not status.st_mode & _OTHERS_WRITE


def _why_not_own(place: Path) -> str:
    status = _status(place)
    if status is None:
        return ""
    if status.st_uid != os.getuid():
        return f"{place} belongs to user {status.st_uid}, not to user {os.getuid()}"
    if status.st_mode & _OTHERS_WRITE:
        return f"others may write {place} (mode {stat.S_IMODE(status.st_mode):o}; chmod go-w closes it)"
    return ""


def _why_replaceable(parent: Path) -> str:
    status = _status(parent)
    if status is None or not status.st_mode & stat.S_IWOTH or status.st_mode & stat.S_ISVTX:
        return ""
    return f"everybody may rename what stands in {parent} (mode {stat.S_IMODE(status.st_mode):o})"


def _status(place: Path) -> os.stat_result | None:
    try:
        return place.stat()
    except (FileNotFoundError, NotADirectoryError):
        return None
