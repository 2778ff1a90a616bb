"""Standard input, output and error of a kernel, given as `subprocess.Popen` takes them."""

from __future__ import annotations

import os
import subprocess
from contextlib import ExitStack
from typing import IO, Any, Self

_OWN_MODE = {0: "wb", 1: "rb", 2: "rb"}


class Streams:
    """Three open files for a kernel, and the caller's ends of those that are pipes.

    Use it as a context: the kernel's ends are closed at its end, once the kernel has them; the caller's stay open.
    """

    def __init__(self, stdin: Any = None, stdout: Any = None, stderr: Any = None) -> None:
        self.kernel_ends: list[int] = []
        self.own_ends: list[IO[bytes] | None] = []
        self._open = ExitStack()
        for number, given in enumerate((subprocess.DEVNULL if stdin is None else stdin, stdout, stderr)):
            self._add(number, given)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def _add(self, number: int, given: Any) -> None:
        own = None
        if given is None:
            end = number
        elif given == subprocess.PIPE:
            end, own = self._pipe(number)
        elif given == subprocess.DEVNULL:
            end = self._opened(os.open(os.devnull, os.O_RDWR))
        elif given == subprocess.STDOUT:
            end = self.kernel_ends[1]
        else:
            end = given if isinstance(given, int) else given.fileno()
        self.kernel_ends.append(end)
        self.own_ends.append(own)

    def _pipe(self, number: int) -> tuple[int, IO[bytes]]:
        reading, writing = os.pipe()
        end, own = (reading, writing) if number == 0 else (writing, reading)
        return self._opened(end), os.fdopen(own, _OWN_MODE[number], buffering=0)

    def _opened(self, descriptor: int) -> int:
        self._open.callback(os.close, descriptor)
        return descriptor
