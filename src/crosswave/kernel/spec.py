"""The kernel specification by which Jupyter programs name the warm kernel."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

from crosswave.kernel.place import private_folder
from crosswave.kernel.reasons import PROVISIONER, why_cold

KERNEL_NAME = "crosswave"
ORDINARY_KERNEL = "python3"

ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
"""A process with threads cannot be forked safely. They stand in the specification, so that a kernel of this name has
one thread and the same variables also where it is started in the ordinary way."""

_SPECIFICATION = {
    "argv": ["python", "-m", "ipykernel_launcher", "-f", "{connection_file}"],
    "display_name": "Python 3 (crosswave, warm)",
    "language": "python",
    "env": ONE_THREAD,
    "kernel_protocol_version": "5.5",
    "metadata": {
        "debugger": True,
        "supported_encryption": ["curve"],
        "kernel_provisioner": {"provisioner_name": PROVISIONER},
    },
}


def ensure_kernelspec() -> str:
    """Return the kernel name to use: the warm kernel's, made known to Jupyter, else the ordinary one's.

    The specification is written where it is missing or differs: into the environment, or, where that cannot be
    written, into the user's private folder, which then joins ``JUPYTER_PATH`` of this process.
    """
    if why_cold():
        return ORDINARY_KERNEL
    try:
        _write(Path(sys.prefix) / "share" / "jupyter")
    except OSError:
        _write(private_folder())
        _add_to_path(private_folder())
    return KERNEL_NAME


def _write(data: Path) -> None:
    """Put the specification into a Jupyter data folder, whole or not at all."""
    target = data / "kernels" / KERNEL_NAME / "kernel.json"
    text = json.dumps(_SPECIFICATION, indent=1) + "\n"
    if target.is_file() and target.read_text(encoding="utf-8") == text:
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    aside = target.with_name(f".{target.name}.{os.getpid()}")
    aside.write_text(text, encoding="utf-8")
    os.replace(aside, target)


def _add_to_path(data: Path) -> None:
    given = os.environ.get("JUPYTER_PATH", "")
    if str(data) not in given.split(os.pathsep):
        os.environ["JUPYTER_PATH"] = os.pathsep.join(filter(None, [str(data), given]))
