"""What was worked out once and need not be worked out again: entries in a folder, each named by what it came from."""

from __future__ import annotations

import hashlib
import os
import pickle
import re
import stat
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cache, lru_cache
from importlib.metadata import version
from pathlib import Path

from crosswave.files import write_whole
from crosswave.memo import KEEP_VARIABLE, digest, put_on
from crosswave.study.documents import read_bytes
from crosswave.study.places import PACKAGE

try:
    import fcntl
except ImportError:  # Windows: two processes may then work the same thing out twice, and both are right
    fcntl = None  # type: ignore[assignment]

RESULTS = "results"
FOLDER_VARIABLE = "CROSSWAVE_CACHE"
"""Names the folder of the cache; empty means that nothing is kept."""

_BEGUN = time.time_ns()
_locks = 0
"""How many locks this process holds."""

_LIBRARIES = ("numpy", "ortools", "pandas", "scipy", "statsmodels")
_MARK = b"crosswave cache 1"
_DAYS = 90
_OWN_NAMES = re.compile(r"[0-9a-f]{2}/([0-9a-f]{64}|\.[^/]*\.part)|[0-9a-f]{2}\.lock")
"""Entries, what a killed process has written of them by half, and locks: nothing else in the folder is ever removed."""

_OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH


def cache_folder() -> Path | None:
    """Return the folder of the cache: that of `FOLDER_VARIABLE`, else ``crosswave`` in the user's own cache folder.

    It is outside the repository, because entries are named by content: every checkout of one user shares them,
    and ``make clean`` need not know of them. ``XDG_CACHE_HOME`` and ``LOCALAPPDATA`` are respected.
    """
    if (named := os.environ.get(FOLDER_VARIABLE)) is not None:
        return Path(named).absolute() if named else None
    home = os.environ.get("LOCALAPPDATA") if sys.platform == "win32" else os.environ.get("XDG_CACHE_HOME")
    try:
        return (Path(home) if home else Path.home() / ".cache") / "crosswave"
    except RuntimeError:  # a user without a home
        return None


def why_unused() -> str:
    """Return why the folder of the cache is neither read nor written, in words; empty where it is or none is wanted."""
    folder = cache_folder()
    return _why_not_trusted(folder) if folder else ""


# --- whom a folder and a file belong to: what is kept is believed as code is ------------------------------------------


def _why_not_trusted(folder: Path) -> str:
    """Why others can put files into a folder, in words; empty where only its user can.

    The folder has to belong to this user, and nobody else may write it. Nor may everybody write a folder above it, as
    they could put another in its place, unless only owners can rename there (the sticky bit, as ``/tmp`` has it). On
    Windows, where profiles are closed to others, nothing is looked at.
    """
    if not hasattr(os, "getuid"):
        return ""
    try:
        place = folder.resolve()
        found = [(one, _status(one)) for one in (place, *place.parents)]
    except (OSError, RuntimeError) as error:  # a ring of links, or a folder that cannot be looked into
        return f"{folder} cannot be looked at ({error})"
    for one, status in found:
        mode = status.st_mode if status else 0
        if one == place and status and status.st_uid != os.getuid():
            return f"{place} belongs to user {status.st_uid}, not to user {os.getuid()}"
        if one == place and mode & _OTHERS_WRITE:
            return f"others may write {place} (mode {stat.S_IMODE(mode):o}; chmod go-w closes it)"
        if one != place and mode & stat.S_IWOTH and not mode & stat.S_ISVTX:
            return f"everybody may rename what is in {one} (mode {stat.S_IMODE(mode):o})"
    return ""


def _status(place: Path) -> os.stat_result | None:
    try:
        return place.stat()
    except (FileNotFoundError, NotADirectoryError):
        return None


def _own_bytes(path: Path) -> bytes:
    """The bytes of a file that this user alone can have written; none of any other, and nothing waits for a pipe."""
    with open(os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0)), "rb") as stream:
        status = os.fstat(stream.fileno())
        own = not hasattr(os, "getuid") or (status.st_uid == os.getuid() and not status.st_mode & _OTHERS_WRITE)
        return stream.read() if own and stat.S_ISREG(status.st_mode) else b""


# --- entries ----------------------------------------------------------------------------------------------------------


class Store:
    """Entries of one kind, each the bytes that some content led to.

    An entry names its kind, its key and the digest of its bytes. What is cut short, altered, renamed or made by
    another version is therefore seen, and counts as not there. Entries appear whole or not at all. A folder that
    cannot be written makes nothing fail: it only keeps nothing.

    The folder is made for its user alone (0700), and what is in it is believed as the user's other files are. A
    folder that others can write is not used, and an entry that another user can have written is not read.
    """

    def __init__(self, kind: str, folder: Path | None = None) -> None:
        base = folder or cache_folder()
        self._kind = kind
        self._folder = base / kind if base and not _why_not_trusted(base) else None

    def get(self, key: str) -> bytes | None:
        """Return the bytes kept under a key; None where there are none, or what is there differs."""
        if self._folder is None:
            return None
        try:
            head, end, content = _own_bytes(self._folder / key[:2] / key).partition(b"\n")
        except OSError:
            return None
        return content if end and head == self._head(key, content) else None

    def put(self, key: str, content: bytes) -> None:
        """Keep bytes under a key, in place of what was there."""
        if self._folder is None:
            return
        place = self._folder / key[:2]
        with suppress(OSError):
            _make_folders(self._folder, place)
            write_whole(place / key, self._head(key, content) + b"\n" + content)

    @contextmanager
    def alone(self, key: str) -> Iterator[None]:
        """Keep other processes out while an entry is made: they wait, and then find it.

        The lock ends with its process, however that ends. It is one of 256 files, so that locks do not pile up; two
        entries then seldom wait for each other. Who holds a lock already, since one result is made from others, waits
        for no second one: two could wait for each other, or one for itself, and an entry that is made twice is no harm.
        """
        stream = None
        if fcntl is not None and self._folder is not None:
            with suppress(OSError):
                _make_folders(self._folder)
                stream = (self._folder / f"{key[:2]}.lock").open("ab")
        if stream is None:
            yield
            return
        global _locks
        with stream:
            with suppress(BlockingIOError):
                fcntl.flock(stream, fcntl.LOCK_EX | (fcntl.LOCK_NB if _locks else 0))
            _locks += 1
            try:
                yield
            finally:
                _locks -= 1

    def prune(self, days: float = _DAYS) -> int:
        """Remove the entries made longer ago than some days, and return how many there were."""
        if self._folder is None:
            return 0
        removed, latest = 0, time.time() - days * 86400
        for path in [*self._folder.glob("*"), *self._folder.glob("*/*")]:
            own = path.is_file() and _OWN_NAMES.fullmatch(path.relative_to(self._folder).as_posix())
            with suppress(OSError):
                if own and path.stat().st_mtime < latest:
                    path.unlink()
                    removed += 1
        return removed

    def _head(self, key: str, content: bytes) -> bytes:
        return b" ".join((_MARK, self._kind.encode(), key.encode(), hashlib.sha256(content).hexdigest().encode()))


def _make_folders(*folders: Path) -> None:
    folders[0].parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    for folder in folders:
        folder.mkdir(exist_ok=True, mode=0o700)


# --- results of the package -------------------------------------------------------------------------------------------


def results(key: str, make: Callable[[], object]) -> object:
    """Return a result from the cache, or make it, and keep it where `KEEP_VARIABLE` says so: for `crosswave.memo`.

    It is kept under its content and the whole package. A second process that wants the same result at the same time
    waits for the first. A process whose code is older than the files of the package neither reads nor keeps.
    """
    store, whole = Store(RESULTS), digest(package_digest(), key)
    if _is_old(_BEGUN, int(time.monotonic())):
        return make()
    if found := _unpickled(store.get(whole)):
        return found[0]
    if os.environ.get(KEEP_VARIABLE) != "1":
        return make()
    with store.alone(whole):
        if found := _unpickled(store.get(whole)):
            return found[0]
        made = make()
        if not _is_old(_BEGUN, time.monotonic_ns()):
            store.put(whole, pickle.dumps(made))
        return made


def _unpickled(content: bytes | None) -> tuple[object, ...]:
    """A result, if any; the store has made sure that these are the bytes once written under its key."""
    if content is not None:
        with suppress(Exception):  # a library that has another version than it says may not read what it wrote
            return (pickle.loads(content),)
    return ()


def read_results() -> None:
    """Have results read from the cache from now on."""
    put_on(results)


@contextmanager
def keeping() -> Iterator[None]:
    """Read and keep results in a ``with`` block, and in the processes started in it, whatever `KEEP_VARIABLE` says."""
    before = os.environ.get(KEEP_VARIABLE)
    os.environ[KEEP_VARIABLE] = "1"
    read_results()
    try:
        yield
    finally:
        del os.environ[KEEP_VARIABLE]
        if before is not None:
            os.environ[KEEP_VARIABLE] = before


@cache
def package_digest() -> str:
    """Return the digest of every file of the package, and of the versions of the libraries that compute."""
    files = [(path.relative_to(PACKAGE).as_posix(), file_digest(path)) for path in _package_files()]
    return digest(*(part for row in sorted(files) for part in row), *map(version, _LIBRARIES))


@cache
def _package_files() -> list[Path]:
    return [path for path in PACKAGE.rglob("*") if path.is_file() and path.parent.name != "__pycache__"]


@lru_cache(maxsize=1)
def _is_old(begun: int, _moment: int) -> bool:
    """Whether the package was changed since a process began: two hundred files are looked at once a moment."""
    return any(_changed(file) > begun for file in _package_files())


def _changed(file: Path) -> int:
    """When a file was last changed, or that it is gone now."""
    try:
        now = file.stat()
    except OSError:  # it was removed, or renamed
        return time.time_ns()
    return max(now.st_mtime_ns, now.st_ctime_ns)


@cache
def source_digest(folder: Path) -> str:
    """Return the digest of the Python files below a folder, read once in the life of a process."""
    files = sorted(folder.rglob("*.py"))
    return digest(*(part for file in files for part in (file.relative_to(folder).as_posix(), file.read_bytes())))


def file_digest(path: Path) -> str:
    """Return the digest of a file's bytes, read once while the file stays as it is; empty where it cannot be read."""
    try:
        status = path.stat()
        return _file_digest(path, (status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns))
    except OSError:
        return ""


@lru_cache(maxsize=20_000)
def _file_digest(path: Path, _status: tuple[int, ...]) -> str:
    return hashlib.sha256(read_bytes(path)).hexdigest()
