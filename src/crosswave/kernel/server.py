"""The fork server: waits for requests, forks a kernel for each, and watches them.

Who ends when something dies:

- the client: its connections close, and the server ends its kernels, save those that were asked for as independent;
- the server, in whatever way: the system ends every kernel (``PR_SET_PDEATHSIG``), and ipykernel's own watch on its
  parent stands behind that; their clients read the end of the connection as the kernel's end;
- a kernel: the server tells its exit code and keeps its process id from being used again until the client hangs up;
- a run: its processes hold the server, by a connection each. When the last of them closes, in whatever way, the
  server ends, unless somebody who does not hold it has asked it for a kernel (JupyterLab, papermill, nbval);
- nobody: without kernels the server ends when it is told to, or after ``CROSSWAVE_KERNEL_IDLE`` seconds (300).

The server removes its name from the file system before it stops listening: a client that comes too late meets a closed
connection, never a lost request.
"""

from __future__ import annotations

import contextlib
import os
import selectors
import signal
import socket
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from crosswave.kernel.child import Launch, become_kernel
from crosswave.kernel.fingerprint import source_name
from crosswave.kernel.request import HOLD, KERNEL, STOP, peer_user, read_request, receive_request
from crosswave.kernel.stack import import_stack

IDLE = "CROSSWAVE_KERNEL_IDLE"
IDLE_SECONDS = 300.0


@dataclass(slots=True)
class _Kernel:
    """A forked kernel and its client's connection; `code` is there once it has ended."""

    pid: int
    connection: socket.socket
    independent: bool
    sockets: str
    code: int | None = None
    abandoned: bool = False


class Server:
    """Forks kernels on request."""

    def __init__(self, listener: socket.socket, refusal: str, idle: float) -> None:
        self._listener, self._refusal, self._idle = listener, refusal, idle
        self._kernels: dict[socket.socket, _Kernel] = {}
        self._holders: set[socket.socket] = set()
        self._shared = False
        self._launch: Launch | None = None
        self._stopping = False
        self._watched = selectors.PollSelector()  # nothing of it is in the system: a fork cannot disturb it
        self._bell, self._bell_rope = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)

    def serve(self) -> Launch | None:
        """Return, in each forked process, what it has to become; None in the server when it is to end."""
        signal.set_wakeup_fd(self._bell_rope, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)  # the bell rings for signals that have a handler
        self._watch(self._listener, self._accept)
        self._watched.register(self._bell, selectors.EVENT_READ, self._look_after)
        while self._launch is None and (self._kernels or not self._stopping):
            ready = self._watched.select(None if self._kernels else self._idle)
            if not ready and not self._kernels:
                self._stop()
            for key, _ in ready:
                if self._launch is None:
                    key.data()
        if self._launch is None:
            self._close()
        return self._launch

    def _watch(self, watched: socket.socket, act: Callable[[], None]) -> None:
        self._watched.register(watched, selectors.EVENT_READ, act)

    def _accept(self) -> None:
        try:
            connection, _ = self._listener.accept()
        except OSError:  # the client left, or the server was told to stop in the same moment
            return
        if peer_user(connection) != os.getuid():
            connection.close()
            return
        self._watch(connection, lambda: self._hear(connection))

    def _hear(self, connection: socket.socket) -> None:
        """Do what a client asks; a client that hangs up without a word, or says what nobody knows, is let go."""
        descriptors: list[int] = []
        try:
            word, descriptors = receive_request(connection)
            acts = {KERNEL: self._fork, HOLD: self._hold, STOP: self._told_to_stop}
            acts.get(word, self._let_go)(connection, descriptors)
        except (OSError, TypeError, ValueError) as error:
            _tell(connection, f"refused {error}")
            self._let_go(connection, [])
        finally:
            if self._launch is None:
                _close_all(descriptors)

    def _fork(self, connection: socket.socket, descriptors: list[int]) -> None:
        if len(descriptors) != 4:
            raise OSError(f"four open files must come with a request, and {len(descriptors)} came")
        request = read_request(os.dup(descriptors[0]))
        self._shared = self._shared or not request.held
        if self._refusal:
            raise OSError(self._refusal)
        server = os.getpid()
        pid = os.fork()
        if not pid:
            self._launch = Launch(request, tuple(descriptors[1:]), server)
            self._close()
            os.close(descriptors[0])
            return
        self._kernels[connection] = _Kernel(pid, connection, request.independent, request.sockets)
        self._watched.modify(connection, selectors.EVENT_READ, lambda: self._hang_up(connection))
        _tell(connection, f"pid {pid}")

    def _hang_up(self, connection: socket.socket) -> None:
        """A kernel's client is gone: its kernel ends too, unless it is independent."""
        kernel = self._kernels[connection]
        self._let_go(connection, [])
        kernel.abandoned = True
        if kernel.code is not None:
            kernel.sockets = ""  # the client knew that it had ended, and may use them again
        elif not kernel.independent:
            _kill_group(kernel.pid)
        self._bury(kernel)

    def _look_after(self) -> None:
        """Tell the clients of kernels that have ended."""
        with contextlib.suppress(BlockingIOError):
            while os.read(self._bell, 512):
                pass
        for kernel in list(self._kernels.values()):
            if kernel.code is None and (code := _exit_code(kernel.pid)) is not None:
                kernel.code = code
                _tell(kernel.connection, f"exit {code}")
            self._bury(kernel)

    def _bury(self, kernel: _Kernel) -> None:
        """Let the system have the process id of a kernel that has ended and that nobody signals any more."""
        if kernel.abandoned and kernel.code is not None:
            os.waitpid(kernel.pid, 0)
            if kernel.sockets:
                _remove_sockets(kernel.sockets)
            del self._kernels[kernel.connection]

    def _told_to_stop(self, connection: socket.socket, _: list[int]) -> None:
        self._stop()
        _tell(connection, "stopping")
        self._let_go(connection, [])

    def _stop(self) -> None:
        """Take no more requests."""
        if not self._stopping:
            self._stopping = True
            _remove_names(self._listener)
            self._watched.unregister(self._listener)
            self._listener.close()

    def _hold(self, connection: socket.socket, _: list[int]) -> None:
        self._holders.add(connection)
        self._watched.modify(connection, selectors.EVENT_READ, lambda: self._let_go(connection, []))

    def _let_go(self, connection: socket.socket, _: list[int]) -> None:
        """Close a connection. Who was there for those alone that held it, or has served nobody yet, then ends."""
        self._watched.unregister(connection)
        connection.close()
        self._holders.discard(connection)
        if not self._holders and not self._shared:
            self._stop()

    def _close(self) -> None:
        """Close whatever is open here: in a fork so that it is the server's alone, in the server because it ends."""
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        for key in list(self._watched.get_map().values()):
            if isinstance(key.fileobj, socket.socket):
                key.fileobj.close()
        _close_all([self._bell, self._bell_rope])
        self._watched.close()


def _exit_code(pid: int) -> int | None:
    """Exit code of a child as `subprocess` counts, None while it runs; its process id stays taken."""
    ended = os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    if ended is None:
        return None
    return ended.si_status if ended.si_code == os.CLD_EXITED else -ended.si_status


def _kill_group(pid: int) -> None:
    for kill in (os.killpg, os.kill):  # right after the fork the kernel has no group of its own yet
        with contextlib.suppress(ProcessLookupError):
            kill(pid, signal.SIGKILL)


def _tell(connection: socket.socket, words: str) -> None:
    with contextlib.suppress(OSError):  # the client may be gone
        connection.send(words.encode())


def _close_all(descriptors: list[int]) -> None:
    for descriptor in descriptors:
        os.close(descriptor)


def _remove_names(listener: socket.socket) -> None:
    path = Path(listener.getsockname())
    for one in (path, path.with_suffix(".log")):
        one.unlink(missing_ok=True)


def _remove_sockets(prefix: str) -> None:
    for path in Path(prefix).parent.glob(Path(prefix).name + "-*"):
        path.unlink(missing_ok=True)


def main(descriptor: int, sources: str) -> None:
    """Serve on a listening socket; in a fork, become its kernel."""
    if os.fork():
        os._exit(0)
    if sys.path[0] in ("", os.getcwd()):
        del sys.path[0]  # as the launcher of ordinary kernels does
    listener = socket.socket(fileno=descriptor)
    listener.set_inheritable(False)
    refusal = import_stack()
    if source_name() != sources:
        sys.stderr.write("the sources changed while they were imported\n")
        _remove_names(listener)
        return
    sys.stderr.flush()
    launch = Server(listener, refusal, float(os.environ.get(IDLE, IDLE_SECONDS))).serve()
    if launch:
        become_kernel(launch)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])
