"""Results that are computed once for each content they come from and then read, by every notebook of a run."""

from __future__ import annotations

import os
import pickle
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from typing import TypeVar, cast

from crosswave.registry.cache import Store, digest
from crosswave.source_graph import own_graph

KEEP_VARIABLE = "CROSSWAVE_KEEP"
"""Set to 1 where results are to be kept: in a run and in its kernels. Tests of the engine leave it unset."""

KINDS = ("calibrations", "comparisons", "courses", "errors", "reconstructions", "retractions", "survivals")

_LIBRARIES = ("numpy", "ortools", "pandas", "scipy", "statsmodels")

Result = TypeVar("Result")


def kept(kind: str, make: Callable[[], Result], module: str, *content: str | bytes) -> Result:
    """Return what a function makes, from the cache where it was made before from the same content.

    Parameters
    ----------
    kind : str
        One of `KINDS`.
    make : callable
        Makes the result, which can be pickled.
    module : str
        Name of the module that makes it.
    content : str or bytes
        All that the result comes from, besides code.

    Notes
    -----
    Where `KEEP_VARIABLE` is 1, the result is kept under the content, the source of every module that `module` reaches,
    and the versions of the libraries under them. A second process that wants the same result at the same time waits
    for the first.
    """
    if os.environ.get(KEEP_VARIABLE) != "1":
        return make()
    store, key = Store(kind), digest(_code(module), *content)
    if found := _read(store, key):
        return cast(Result, found[0])
    with store.alone(key):
        if found := _read(store, key):
            return cast(Result, found[0])
        made = make()
        store.put(key, pickle.dumps(made))
        return made


@contextmanager
def keeping() -> Iterator[None]:
    """Keep results in a ``with`` block, and in the processes started in it."""
    before = os.environ.get(KEEP_VARIABLE)
    os.environ[KEEP_VARIABLE] = "1"
    try:
        yield
    finally:
        if before is None:
            del os.environ[KEEP_VARIABLE]
        else:
            os.environ[KEEP_VARIABLE] = before


@cache
def _code(module: str) -> str:
    graph = own_graph()
    return digest(graph.digest_of(graph.reached_by(module)), *map(_version, _LIBRARIES))


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
