"""How a run hears that it is to end: its main thread notes the signal, and ends between two steps.

An exception that a signal throws into whatever runs at that moment can be lost: Python drops it in a finaliser, and
threads that hold each other's locks do not survive it. So each signal is noted first. Where the run computes, it is
also thrown at once; where it waits for its processes it is only noted, and thrown by the next `check`.
"""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import psutil

_NAMES = ("SIGINT", "SIGTERM", "SIGHUP")

_heard: list[int] = []
_wakers: list[Callable[[], None]] = []


@contextmanager
def listening() -> Iterator[None]:
    """Hear the signals that end a run, in a ``with`` block of the main thread.

    An interrupt becomes `KeyboardInterrupt`. A termination, or a terminal that goes away, becomes `SystemExit` with
    the status that a shell gives to it (128 and the signal's number). What is ignored, as under nohup, stays ignored.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    numbers = [getattr(signal, name) for name in _NAMES if hasattr(signal, name)]
    before = {number: signal.signal(number, _hear) for number in numbers if _is_taken(number)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        if before:
            _heard.clear()


@contextmanager
def held(wake: Callable[[], None] = lambda: None) -> Iterator[None]:
    """Only note signals in a ``with`` block, and throw none."""
    _wakers.append(wake)
    try:
        yield
    finally:
        _wakers.pop()


def check() -> None:
    """End the run if a signal has come that ends it.

    Raises
    ------
    KeyboardInterrupt
        It was an interrupt.
    SystemExit
        It was another.
    """
    if _heard:
        raise KeyboardInterrupt if _heard[0] == signal.SIGINT else SystemExit(128 + _heard[0])


@contextmanager
def unheard_by_children() -> Iterator[None]:
    """Have processes started in a ``with`` block hear nothing of what a terminal sends to all, until they are ready."""
    if sys.platform == "win32":
        yield
        return
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, _sent_to_all())
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)


def leave_it_to_the_parent() -> None:
    """Ignore what a terminal sends to all, in a process started under `unheard_by_children`."""
    for number in _sent_to_all():
        signal.signal(number, signal.SIG_IGN)
    if sys.platform != "win32":
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _sent_to_all())


def _sent_to_all() -> set[int]:
    return {getattr(signal, name) for name in ("SIGINT", "SIGHUP") if hasattr(signal, name)}


def kill_with_children(pid: int) -> None:
    """Kill a process and all that it has started: a kernel that has only begun does not see that it is alone."""
    with suppress(psutil.Error):
        process = psutil.Process(pid)
        process.suspend()  # it starts nothing while its children are listed
        kill_children(pid)
        process.kill()


def kill_children(pid: int) -> None:
    """Kill all that a process has started."""
    with suppress(psutil.Error):
        for one in psutil.Process(pid).children(recursive=True):
            with suppress(psutil.Error):
                one.kill()


def _is_taken(number: int) -> bool:
    return signal.getsignal(number) not in (signal.SIG_IGN, _hear)


def _hear(number: int, _: object) -> None:
    _heard.append(number)
    if _wakers:
        _wakers[-1]()
    else:
        check()
