"""What a server depends on, as its name: a kernel is only ever forked from a server that is as the kernel must be.

The name has three parts. A server of another environment, of other surroundings or of older sources has another name,
so that nobody asks it.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path

import crosswave

READ_BEFORE_FORK = (
    "PYTHON", "LD_", "GLIBC_", "MALLOC_", "HOME", "XDG_", "TMPDIR", "LANG", "LC_", "MPLCONFIGDIR", "MATPLOTLIBRC",
    "IPYTHON", "PYDEVD_", "NPY_", "ARROW_", "KMP_", "CROSSWAVE_",
)  # fmt: skip
"""Beginnings of variables that the interpreter or a library reads at its start: no fork can take them up later."""

INHERITED = ("Umask:", "Gid:", "Groups:", "Cap", "NoNewPrivs:", "Seccomp:")
"""Lines of /proc/self/status that a process has from its parent."""

NAMESPACES = ("mnt", "net", "pid", "user", "cgroup", "ipc", "uts")


def environment_name() -> str:
    """Return the part of a server's name that says which interpreter it runs."""
    return _digest([sys.executable, sys.prefix, sys.version])[:8]


def settings_name(environment: Mapping[str, str]) -> str:
    """Return the part that says what a kernel would have from its parent and could not be given later."""
    variables = {name: text for name, text in environment.items() if name.startswith(READ_BEFORE_FORK)}
    return _digest([variables, _surroundings()])[:8]


def source_name() -> str:
    """Return the part that says what is imported: the package's source by content, the installed versions by record.

    Notes
    -----
    An installed package edited by hand, or one installed elsewhere in editable mode, is not seen: end the servers with
    `crosswave.kernel.stop_every_server` after that.
    """
    folder = Path(crosswave.__file__).parent
    sources = [(path.relative_to(folder).as_posix(), _content(path)) for path in sorted(folder.rglob("*.py"))]
    return _digest([sources, sorted(_installed())])[:12]


def _content(path: Path) -> str:
    try:
        now = path.stat()
        return _read(path, now.st_ino, now.st_size, now.st_mtime_ns, now.st_ctime_ns)
    except FileNotFoundError:  # removed since it was listed
        return ""


@lru_cache(maxsize=2048)
def _read(path: Path, *_: int) -> str:
    """Digest of a file, read again once the system says that anything was written to it."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _installed() -> Iterator[tuple[str, int]]:
    for folder in filter(os.path.isdir, sys.path):
        with os.scandir(folder) as entries:
            yield from ((one.path, one.stat().st_mtime_ns) for one in entries if one.name.endswith(".dist-info"))


def _surroundings() -> list[object]:
    """What a process has from the one that forks it: limits, cores, groups, control group, namespaces."""
    import resource  # not on every platform that this module is imported on

    status = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    limits = [resource.getrlimit(getattr(resource, name)) for name in dir(resource) if name.startswith("RLIMIT_")]
    return [
        [line for line in status if line.startswith(INHERITED)],
        limits,
        sorted(os.sched_getaffinity(0)),
        os.getpriority(os.PRIO_PROCESS, 0),
        Path("/proc/self/cgroup").read_text(encoding="utf-8"),
        [os.readlink(f"/proc/self/ns/{name}") for name in NAMESPACES],
    ]


def _digest(content: object) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
