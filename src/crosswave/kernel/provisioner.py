"""The kernel provisioner: what jupyter_client calls for a kernel whose specification names it."""

from __future__ import annotations

import asyncio
import os
import sys
import time
from collections.abc import Mapping
from typing import Any

from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.localinterfaces import is_local_ip
from jupyter_client.provisioning.local_provisioner import LocalProvisioner
from traitlets import Bool

from crosswave.kernel.client import fork_kernel
from crosswave.kernel.place import PlaceError, socket_prefix
from crosswave.kernel.process import KernelProcess
from crosswave.kernel.reasons import why_cold
from crosswave.kernel.request import Request
from crosswave.kernel.streams import Streams

ORDINARY_COMMAND = (sys.executable, "-m", "ipykernel_launcher")
_UNDERSTOOD = {"env", "cwd", "stdin", "stdout", "stderr", "independent", "kernel_id", "extra_arguments"}
_PORTS = ("shell_port", "iopub_port", "stdin_port", "hb_port", "control_port")
_END_SECONDS = 2.0
_STEP = 0.005
_RECONNECTED = 0.25
"""Seconds after a restart: clients of the kernel before try again every 0.1 to 0.2 s, and a forked kernel would else
have answered by then, unheard."""


class WarmProvisioner(LocalProvisioner):
    """Starts kernels as forks of a process that has the imports done, and in the ordinary way where that cannot be.

    A kernel ends when its client dies, unless it is started with ``independent=True``, as ordinary kernels do. The
    server waits for the next. Where the kernel manager has a true attribute ``holds_server`` it need not outlive the
    processes that have such managers.
    """

    process: Any = None

    private_sockets = Bool(
        True, help="Use sockets in a private folder instead of TCP, unless the client has chosen an address or ports."
    ).tag(config=True)

    async def pre_launch(self, **kwargs: Any) -> dict[str, Any]:
        """Return the arguments of the launch, the connection file written."""
        if self.private_sockets and sys.platform != "win32" and self.parent and _is_free(self.parent):
            _use_private_sockets(self.parent)
        return await super().pre_launch(**kwargs)

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> KernelConnectionInfo:
        """Return how to reach the kernel, once it is started."""
        reason = why_cold() or _why_ordinary(cmd, kwargs)
        if not reason:
            try:
                self.process = await asyncio.to_thread(self._forked, cmd, kwargs)
            except OSError as error:
                reason = str(error)
        if reason:
            self.log.warning("The kernel starts cold: %s", reason)
            return await super().launch_kernel(cmd, **kwargs)
        await _listening(self.parent, self.process)
        if self.pid:
            await asyncio.sleep(_RECONNECTED)
        self.pid = self.pgid = self.process.pid
        self.cwd = kwargs.get("cwd") or os.getcwd()
        return self.connection_info

    async def send_signal(self, signum: int) -> None:
        """Send a signal to the kernel and the processes that it started, unless it has ended."""
        if self.process and self.process.poll() is None:
            await super().send_signal(signum)

    async def kill(self, restart: bool = False) -> None:
        """End the kernel. Back when it has ended, so that nobody need ask for it at intervals."""
        await super().kill(restart=restart)
        if isinstance(self.process, KernelProcess):
            await asyncio.to_thread(self.process.ends_within, _END_SECONDS)

    def _forked(self, cmd: list[str], launch: Mapping[str, Any]) -> KernelProcess:
        request = Request(
            argv=cmd[len(ORDINARY_COMMAND) :],
            environment=dict(launch["env"]),
            folder=os.path.abspath(launch.get("cwd") or os.getcwd()),
            independent=bool(launch.get("independent")),
            sockets=self.parent.ip if self.parent and self.parent.transport == "ipc" else "",
            held=bool(getattr(self.parent, "holds_server", False)),
        )
        with Streams(*(launch.get(name) for name in ("stdin", "stdout", "stderr"))) as streams:
            return fork_kernel(request, streams)


def _why_ordinary(cmd: list[str], launch: Mapping[str, Any]) -> str | None:
    """Why the server cannot do what this launch asks for: the ordinary launcher then does it, or says what is wrong."""
    unknown = sorted(name for name, given in launch.items() if given is not None and name not in _UNDERSTOOD)
    if unknown:
        return f"a forked kernel knows nothing of {', '.join(unknown)}"
    if tuple(cmd[: len(ORDINARY_COMMAND)]) != ORDINARY_COMMAND:
        return f"its command must begin with {' '.join(ORDINARY_COMMAND)}, and is {' '.join(cmd)}"
    if not os.path.isdir(launch.get("cwd") or "."):
        return f"its folder {str(launch.get('cwd'))!r} is none"
    return None


def _is_free(manager: Any) -> bool:
    """Whether the client leaves it open how the kernel is reached."""
    return manager.transport == "tcp" and is_local_ip(manager.ip) and not any(getattr(manager, p) for p in _PORTS)


async def _listening(manager: Any, process: KernelProcess) -> None:
    """Wait until the last of a new kernel's sockets is there: who calls earlier waits far longer for the next try."""
    if not manager or manager.transport != "ipc":
        return
    last = f"{manager.ip}-{manager.hb_port}"
    end = time.monotonic() + _END_SECONDS
    while time.monotonic() < end and process.poll() is None and not os.path.exists(last):
        await asyncio.sleep(_STEP)


def _use_private_sockets(manager: Any) -> None:
    try:
        prefix = socket_prefix()
    except PlaceError:
        return
    manager.cache_ports = False
    manager.transport, manager.ip = "ipc", prefix
