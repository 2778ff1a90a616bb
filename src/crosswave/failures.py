"""What to do about faults of the machine, in words. Needs Python alone, so that it can speak of what is missing."""

from __future__ import annotations

import errno
from collections.abc import Mapping

OLDEST, TOO_NEW = (3, 11), (3, 15)

_MEND = "run make setup, which makes .venv whole again, then: . .venv/bin/activate"

_NO_ROOM = (
    "the disk is full, so {file} could not be written; free some room and give the command again: "
    "what was made before is kept"
)
_NO_RIGHT = (
    "{file} cannot be written or read here ({reason}); name another folder (--out or --data), or change its rights"
)
_OTHER_KIND = "{file} is a file, and a folder is needed here; name another"

_WORDS: Mapping[int, str] = {
    errno.ENOSPC: _NO_ROOM,
    errno.EDQUOT: _NO_ROOM,
    errno.EACCES: _NO_RIGHT,
    errno.EPERM: _NO_RIGHT,
    errno.EROFS: _NO_RIGHT,
    errno.ENOTDIR: _OTHER_KIND,
    errno.EEXIST: _OTHER_KIND,
    errno.EISDIR: "{file} is a folder, and a file is needed here; name another",
    errno.ENOENT: "{file} is not there; mend the path",
    errno.EFBIG: "this machine lets no command write a file as large as {file}; raise the limit: ulimit -f unlimited",
    errno.EMFILE: "this machine lets a command open no more files; raise the limit with ulimit -n 4096",
}


def os_words(error: OSError) -> str:
    """Return what the operating system refused, and what to do about it."""
    template = _WORDS.get(error.errno or 0)
    if template is None:
        return str(error)
    return template.format(file=error.filename or "a file or what is printed", reason=error.strerror)


def python_fault(version: tuple[int, int]) -> str | None:
    """Return why this Python does not do, and what to do; None where it does."""
    if OLDEST <= version < TOO_NEW:
        return None
    return (
        f"crosswave needs Python 3.11, 3.12, 3.13 or 3.14, and this is {version[0]}.{version[1]}; "
        "install one of them, or name it: make PYTHON=/path/to/python3.12 setup"
    )


NO_MEMORY = (
    "this machine gives a command too little memory; end other programs, or raise the limit with ulimit -v unlimited"
)
_OUT_OF_MEMORY = (
    "cannot allocate memory", "failed to map segment", "resource temporarily unavailable",
    "without exception set", "without setting an exception",
)  # fmt: skip
"""The last two are Python's, of compiled code that found no memory and did not say so."""


def out_of_memory(words: str) -> bool:
    """Return whether words of the operating system, or of Python, mean that a process had too little memory."""
    return any(one in words.lower() for one in _OUT_OF_MEMORY)


def import_words(error: ImportError) -> str:
    """Return which package is missing or broken, and the command that mends it."""
    if out_of_memory(str(error)):
        return NO_MEMORY
    package = (error.name or "").split(".")[0] or "a package"
    if package == "distributed":
        return 'the package distributed is not installed, which --scheduler needs: pip install ".[cluster]"'
    state = "is not installed" if isinstance(error, ModuleNotFoundError) else f"cannot be loaded ({error})"
    return f"the package {package} {state}: the environment is half made; {_MEND}"
