"""Results that a run computes once for each content they come from, and that every notebook and command then reads."""

from __future__ import annotations

import os
import pickle
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import cache, lru_cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TypeVar, cast

from crosswave.report.source_graph import own_graph
from crosswave.study.cache import Store, digest

KEEP_VARIABLE = "CROSSWAVE_KEEP"
"""``1``: results are kept, as in a run and its kernels. ``0``: they are not even read, as in the tests of the engine.
Else what runs have kept is read and nothing is kept, so that nobody who tries out other code by hand leaves its results
to others."""

MAKERS: Mapping[str, str] = {
    "calibrations": "crosswave.robustness.simulation",
    "comparisons": "crosswave.trend.comparison",
    "courses": "crosswave.models.trajectory",
    "errors": "crosswave.trend.dispersion",
    "reconstructions": "crosswave.reconstruct.survey",
    "retractions": "crosswave.reconstruct.retractions",
    "survivals": "crosswave.robustness.survival",
}
"""The kinds of results, and the module that makes each."""

_LOADED = time.time_ns()
_LOOKS_A_SECOND = 10
_LIBRARIES = ("numpy", "ortools", "pandas", "scipy", "statsmodels")

Result = TypeVar("Result")


def kept(kind: str, make: Callable[[], Result], *content: str | bytes) -> Result:
    """Return what a function makes, from the cache where it was made before from the same content.

    Notes
    -----
    The result is kept under the content, the source of every module that its maker reaches, and the versions of the
    libraries under them. A second process that wants the same result at the same time waits for the first. Once one of
    these modules is edited, a process that has the older code in memory neither reads nor keeps.
    """
    wanted = os.environ.get(KEEP_VARIABLE)
    if wanted == "0" or _edited(kind, int(_LOOKS_A_SECOND * time.monotonic())):
        return make()
    store, key = Store(kind), digest(_code(kind), *content)
    if found := _read(store, key):
        return cast(Result, found[0])
    if wanted != "1":
        return make()
    with store.alone(key):
        if found := _read(store, key):
            return cast(Result, found[0])
        made = make()
        store.put(key, pickle.dumps(made))
        return made


@contextmanager
def keeping() -> Iterator[None]:
    """Keep results in a ``with`` block, and in the processes started in it, whatever `KEEP_VARIABLE` says outside."""
    before = os.environ.get(KEEP_VARIABLE)
    os.environ[KEEP_VARIABLE] = "1"
    try:
        yield
    finally:
        if before is None:
            del os.environ[KEEP_VARIABLE]
        else:
            os.environ[KEEP_VARIABLE] = before


def read_code() -> None:
    """Read now what code each kind comes from, for the processes that are forked from this one."""
    for kind in MAKERS:
        _code(kind)


@lru_cache(maxsize=len(MAKERS))
def _edited(kind: str, moment: int) -> bool:
    """Whether a file of the code has changed since this process, or the one it was forked from, imported it."""
    return any(_changed(file) > _LOADED for file in _files(kind))


def _changed(file: Path) -> int:
    try:
        now = file.stat()
    except OSError:  # it was removed, or renamed
        return time.time_ns()
    return max(now.st_mtime_ns, now.st_ctime_ns)


@cache
def _files(kind: str) -> tuple[Path, ...]:
    graph = own_graph()
    return graph.files_of(graph.reached_by(MAKERS[kind]))


@cache
def _code(kind: str) -> str:
    graph = own_graph()
    return digest(graph.digest_of(graph.reached_by(MAKERS[kind])), *map(_version, _LIBRARIES))


@cache
def _version(library: str) -> str:
    try:
        return version(library)
    except PackageNotFoundError:
        return ""


def _read(store: Store, key: str) -> tuple[object, ...]:
    """What is kept, if anything; the store has made sure that these are the bytes once written under this key."""
    content = store.get(key)
    if content is not None:
        with suppress(Exception):  # a library that has another version than it says may not read what it wrote
            return (pickle.loads(content),)
    return ()
