"""What was worked out once and need not be worked out again: entries in a folder, each named by what it came from."""

from __future__ import annotations

import hashlib
import json
import os
import pickle
import re
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from crosswave.memo import KEEP_VARIABLE, digest, put_on
from crosswave.study.documents import read_bytes
from crosswave.study.trust import is_own_file, why_not_trusted

try:
    import fcntl
except ImportError:  # Windows: two processes may then work the same thing out twice, and both are right
    fcntl = None  # type: ignore[assignment]

RESULTS = "results"
FOLDER_VARIABLE = "CROSSWAVE_CACHE"
"""Names the folder of the cache; empty means that nothing is kept."""

PACKAGE = Path(__file__).parents[1]

_BEGUN = time.time_ns()
_LIBRARIES = ("numpy", "ortools", "pandas", "scipy", "statsmodels")
_MARK = b"crosswave cache 1"
_DAYS = 90
_OWN_NAMES = re.compile(r"[0-9a-f]{2}/([0-9a-f]{64}|\.[^/]*\.part)|[0-9a-f]{2}\.lock")
"""Entries, what a killed process has written of them by half, and locks: nothing else in the folder is ever removed."""


def cache_folder() -> Path | None:
    """Return the folder of the cache: that of `FOLDER_VARIABLE`, else ``crosswave`` in the user's own cache folder.

    Notes
    -----
    It stands outside the repository, because entries are named by content: every checkout of one user shares them,
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
    return why_not_trusted(folder) if folder else ""


@cache
def source_digest(folder: Path) -> str:
    """Return the digest of the Python files of one folder, read once in the life of a process."""
    files = sorted(folder.glob("*.py"))
    return digest(*(part for file in files for part in (file.name, file.read_bytes())))


@cache
def package_digest() -> str:
    """Return the digest of every file of the package, and of the versions of the libraries that compute."""
    files = [(path.relative_to(PACKAGE).as_posix(), file_digest(path)) for path in _package_files()]
    return digest(*(part for row in sorted(files) for part in row), *map(_version, _LIBRARIES))


@cache
def _package_files() -> list[Path]:
    return [path for path in PACKAGE.rglob("*") if path.is_file() and path.parent.name != "__pycache__"]


def _version(library: str) -> str:
    try:
        return version(library)
    except PackageNotFoundError:
        return ""


def _edited() -> bool:
    """Whether a file of the package has changed since this process, or the one it was forked from, began."""
    return any(_changed(file) > _BEGUN for file in _package_files())


def _changed(file: Path) -> int:
    try:
        now = file.stat()
    except OSError:  # it was removed, or renamed
        return time.time_ns()
    return max(now.st_mtime_ns, now.st_ctime_ns)


class Store:
    """Entries of one kind, each the bytes that some content led to.

    An entry names its kind, its key and the digest of its bytes. What is cut short, altered, renamed or made by
    another version is therefore seen, and counts as not there. Entries appear whole or not at all. A folder that
    cannot be written makes nothing fail: it only keeps nothing.

    Notes
    -----
    The folder is made for its user alone (0700), and what stands in it is believed as the user's other files are. A
    folder that others can write (`crosswave.study.trust.why_not_trusted`) is not used, and an entry that another
    user can have written is not read.
    """

    def __init__(self, kind: str, folder: Path | None = None) -> None:
        base = folder or cache_folder()
        self._kind = kind
        self._folder = base / kind if base and not why_not_trusted(base) else None

    def get(self, key: str) -> bytes | None:
        """Return the bytes kept under a key; None where there are none, or what stands there is not they."""
        if self._folder is None:
            return None
        try:
            head, end, content = _own_bytes(self._path(key)).partition(b"\n")
        except OSError:
            return None
        return content if end and head == self._head(key, content) else None

    def put(self, key: str, content: bytes) -> None:
        """Keep bytes under a key, in place of what stood there."""
        if self._folder is None:
            return
        with suppress(OSError):
            self._make_folder(self._path(key).parent)
            handle, aside = tempfile.mkstemp(dir=self._path(key).parent, prefix=".", suffix=".part")
            try:
                with os.fdopen(handle, "wb") as stream:
                    stream.write(self._head(key, content) + b"\n" + content)
                os.replace(aside, self._path(key))
            except BaseException:
                Path(aside).unlink(missing_ok=True)
                raise

    @contextmanager
    def alone(self, key: str) -> Iterator[None]:
        """Keep other processes out while an entry is made: they wait, and then find it.

        The lock ends with its process, however that ends.
        """
        try:
            stream = None if fcntl is None or self._folder is None else self._lock_file(key).open("ab")
        except OSError:
            stream = None
        if stream is None:
            yield
            return
        with stream:
            fcntl.flock(stream, fcntl.LOCK_EX)
            yield

    def prune(self, days: float = _DAYS) -> int:
        """Remove the entries made longer ago than some days, and return how many there were."""
        if self._folder is None:
            return 0
        found = [*self._folder.glob("*"), *self._folder.glob("*/*")]
        names = {path: path.relative_to(self._folder).as_posix() for path in found if path.is_file()}
        old = [path for path, name in names.items() if _OWN_NAMES.fullmatch(name) and _age(path) > days]
        for path in old:
            with suppress(OSError):
                path.unlink()
        return len(old)

    def _head(self, key: str, content: bytes) -> bytes:
        return b" ".join((_MARK, self._kind.encode(), key.encode(), hashlib.sha256(content).hexdigest().encode()))

    def _path(self, key: str) -> Path:
        assert self._folder is not None
        return self._folder / key[:2] / key

    def _lock_file(self, key: str) -> Path:
        """One of 256 files, so that locks do not pile up; two entries then seldom wait for each other."""
        assert self._folder is not None
        self._make_folder(self._folder)
        return self._folder / f"{key[:2]}.lock"

    def _make_folder(self, folder: Path) -> None:
        assert self._folder is not None
        self._folder.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._folder.mkdir(exist_ok=True, mode=0o700)
        folder.mkdir(exist_ok=True, mode=0o700)


def _own_bytes(path: Path) -> bytes:
    """The bytes of a file that this user alone can have written; none of any other, and nothing waits for a pipe."""
    with open(os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0)), "rb") as stream:
        return stream.read() if is_own_file(stream.fileno()) else b""


def results(key: str, make: Callable[[], object]) -> object:
    """Return a result from the cache, or make it, and keep it where `KEEP_VARIABLE` says so: for `crosswave.memo`.

    Notes
    -----
    It is kept under its content and the whole package. A second process that wants the same result at the same time
    waits for the first. A process whose code is older than the files of the package neither reads nor keeps.
    """
    store, whole = Store(RESULTS), digest(package_digest(), key)
    if _edited():
        return make()
    if found := _unpickled(store.get(whole)):
        return found[0]
    if os.environ.get(KEEP_VARIABLE) != "1":
        return make()
    with store.alone(whole):
        if found := _unpickled(store.get(whole)):
            return found[0]
        made = make()
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
        if before is None:
            del os.environ[KEEP_VARIABLE]
        else:
            os.environ[KEEP_VARIABLE] = before


def json_bytes(content: object) -> bytes:
    """Return plain content as JSON bytes: compact, keys in their order."""
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()


def file_digests(files: Iterable[Path]) -> dict[Path, str]:
    """Return the digest of each file's bytes; empty where it cannot be read."""
    return {path: file_digest(path) for path in files}


def file_digest(path: Path) -> str:
    """Return the digest of a file's bytes; empty where it cannot be read."""
    try:
        return hashlib.sha256(read_bytes(path)).hexdigest()
    except OSError:
        return ""


def _age(path: Path) -> float:
    """Days since a file was written."""
    try:
        return (time.time() - path.stat().st_mtime) / 86400
    except OSError:
        return 0.0
