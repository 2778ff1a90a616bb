"""Clients of kernels that are ready as soon as their kernel is.

Those of jupyter_client listen for a fixed fifth of a second after the kernel has answered, in case it says more: a good
part of the time that a page takes. A kernel says when it has said everything, and that is waited for here.
"""

from __future__ import annotations

import time
from queue import Empty
from typing import Any

from jupyter_client.asynchronous.client import AsyncKernelClient
from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_core.utils import ensure_async, run_sync

_SECONDS_TO_ANSWER = 1.0
_SECONDS_TO_SAY = 0.2


async def _ready(client: Any, timeout: float | None = None) -> None:
    """Return when a kernel has answered a question and has said on its public channel that it is idle again."""
    end = float("inf") if timeout is None else time.monotonic() + timeout
    while not await _answers(client):
        if not await client._async_is_alive():
            raise RuntimeError("Kernel died before replying to kernel_info")
        if time.monotonic() > end:
            raise RuntimeError(f"Kernel didn't respond in {timeout} seconds")


async def _answers(client: Any) -> bool:
    """Whether a kernel answers, and can be heard on its public channel: what it said before we listened is lost."""
    asked = client.kernel_info()
    try:
        while (reply := await ensure_async(client.shell_channel.get_msg(timeout=_SECONDS_TO_ANSWER)))[
            "parent_header"
        ].get("msg_id") != asked:
            continue
        while not _ends(await ensure_async(client.iopub_channel.get_msg(timeout=_SECONDS_TO_SAY)), asked):
            continue
    except Empty:
        return False
    client._handle_kernel_info_reply(reply)
    return True


def _ends(message: dict[str, Any], asked: str) -> bool:
    """Whether a message says that a request is dealt with."""
    own = message["parent_header"].get("msg_id") == asked
    return bool(own and message["content"].get("execution_state") == "idle")


class QuickClient(AsyncKernelClient):
    """Talks to kernels of the runner."""

    wait_for_ready = _ready


class BlockingQuickClient(BlockingKernelClient):
    """Talks to kernels for callers that wait."""

    wait_for_ready = run_sync(_ready)
