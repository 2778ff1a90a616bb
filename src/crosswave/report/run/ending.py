"""How a run hears that it is to end: each signal is noted, as an exception thrown by one can be lost, and thrown.

While pages are made it is only noted, and thrown between two steps by `check`.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_NUMBERS = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))

_heard: list[int] = []
_noting: list[bool] = []


@contextmanager
def listening() -> Iterator[None]:
    """Hear the signals that end a run, in a ``with`` block of the main thread.

    An interrupt becomes `KeyboardInterrupt`. A termination, or a terminal that goes away, becomes `SystemExit` with
    the status that a shell gives to it (128 and the signal's number). What is ignored, as under nohup, stays ignored.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    taken = [number for number in _NUMBERS if signal.getsignal(number) not in (signal.SIG_IGN, _hear)]
    before = {number: signal.signal(number, _hear) for number in taken}
    try:
        yield
    except Exception:
        check()  # a package that a signal breaks off as it is imported says something else
        raise
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        if before:
            _heard.clear()


@contextmanager
def noting() -> Iterator[None]:
    """Only note signals in a ``with`` block, and throw none but by `check`."""
    _noting.append(True)
    try:
        yield
    finally:
        _noting.pop()


def check() -> None:
    """Raise what ends the run if a signal has come: KeyboardInterrupt for an interrupt, SystemExit for another."""
    if _heard:
        raise KeyboardInterrupt if _heard[0] == signal.SIGINT else SystemExit(128 + _heard[0])


@contextmanager
def unheard() -> Iterator[None]:
    """Hear the signals only after a ``with`` block, so that none breaks into a fork or into putting things away."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _NUMBERS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _hear(number: int, _: object) -> None:
    _heard.append(number)
    if not _noting:
        check()
