"""How notebook kernels are started: this interpreter, private sockets, one thread, one hash seed."""

import os
import shutil
import signal
import sys
import tempfile
import weakref
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from ipykernel.kernelspec import RESOURCES, get_kernel_dict
from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from jupyter_client.manager import AsyncKernelManager, KernelManager
from jupyter_core.paths import jupyter_path
from traitlets import Unicode, default

from crosswave.report.run.plan import CURRENT_KERNEL
from crosswave.surroundings import READ_AT_THE_START

PRIVATE_SOCKETS = sys.platform != "win32"
RUNNING = "kernel.pid"
"""The file in a kernel's folder that says which process it is."""

LONGEST_SOCKET = 107
"""Bytes of a socket's path (``sun_path`` in unix(7))."""

FIXED = {
    "CROSSWAVE_PROGRESS": "0",
    "CROSSWAVE_WARN": "0",
    **READ_AT_THE_START,
    "MPLBACKEND": "module://matplotlib_inline.backend_inline",
    "PYDEVD_DISABLE_FILE_VALIDATION": "1",
    "CROSSWAVE_KEEP": "1",
}
# Without byte code every kernel compiles the package anew.
DROPPED = ("PYTHONDONTWRITEBYTECODE", "PYTHONSTARTUP")


def kernel_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """Return environment variables for a kernel: those given, with all fixed that could change an output."""
    return {name: value for name, value in environment.items() if name not in DROPPED} | FIXED


class CurrentKernelSpecManager(KernelSpecManager):
    """Kernel specifications, with one more that is always the interpreter running this.

    An installed ``python3`` may be any Python of the user's; none need be installed. IPython's former folder of
    specifications is passed over: to learn where it is one has to import IPython, in every process that starts kernels.
    """

    @default("kernel_dirs")
    def _kernel_dirs_default(self) -> list[str]:
        return list(jupyter_path("kernels"))

    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
        """Return the specification of that name."""
        if kernel_name == CURRENT_KERNEL:
            return KernelSpec(resource_dir=RESOURCES, **get_kernel_dict())
        return super().get_kernel_spec(kernel_name)


class BlockingLocalKernelManager(KernelManager):
    """Starts kernels for callers that wait, as the notebook tests do.

    Kernels listen on sockets in a private folder: TCP ports are chosen before they are bound, and processes that
    start kernels at the same time then race for them. A folder whose name is too long for sockets leaves TCP.
    """

    scratch = Unicode(help="Folder of the sockets, the connection file and the kernel's own stderr.").tag(config=True)
    folder = Unicode(help="Working directory of the kernel; empty is that of the caller.").tag(config=True)

    @default("scratch")
    def _scratch_default(self) -> str:
        made = tempfile.mkdtemp(prefix="cw-")
        weakref.finalize(self, shutil.rmtree, made, ignore_errors=True)
        return made

    @default("kernel_spec_manager")
    def _kernel_spec_manager_default(self) -> KernelSpecManager:
        return CurrentKernelSpecManager(parent=self)

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.connection_file = str(Path(self.scratch) / "k.json")
        if PRIVATE_SOCKETS and len(os.fsencode(self.scratch)) + len("/k-ipc-1") <= LONGEST_SOCKET:
            self.transport = "ipc"

    @property
    def ipykernel(self) -> bool:
        """Whether the kernel takes IPython's options."""
        spec = self.kernel_spec
        return spec is not None and spec.language == "python"

    async def _async_pre_start_kernel(self, **kw: Any) -> tuple[list[str], dict[str, Any]]:
        own = {"IPYTHONDIR": str(Path(self.scratch) / "ipython")}
        kw["env"] = kernel_environment(kw.get("env") or os.environ) | own
        if self.folder:
            kw.setdefault("cwd", self.folder)
        if "stderr" not in kw:
            kw["stderr"] = open(Path(self.scratch) / "stderr.txt", "ab")  # noqa: SIM115 (lives as long as the kernel)
        return await super()._async_pre_start_kernel(**kw)


class LocalKernelManager(BlockingLocalKernelManager, AsyncKernelManager):
    """Starts the same kernels for the runner, and writes down which: a kernel outlives who started it by a second."""

    async def _async_launch_kernel(self, kernel_cmd: list[str], **kw: Any) -> None:
        await super()._async_launch_kernel(kernel_cmd, **kw)
        (Path(self.scratch) / RUNNING).write_text(str(getattr(self.provisioner, "pid", "")))


def end_kernels(folder: Path) -> None:
    """Kill the kernels that were started in a folder and run on, each with all that it has started."""
    for file in folder.rglob(RUNNING):
        with suppress(OSError, ValueError):
            number = int(file.read_text())
            if os.getsid(number) == number:  # a kernel is the head of its session
                os.killpg(number, signal.SIGKILL)
