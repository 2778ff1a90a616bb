"""A papermill engine that runs the cells of a notebook in this process, which is there for that notebook alone."""

from __future__ import annotations

import builtins
import faulthandler
import io
import os
import signal
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from ipykernel.jsonutil import encode_images, json_clean
from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.error import StdinNotImplementedError
from IPython.core.interactiveshell import InteractiveShell
from nbclient.exceptions import CellExecutionError, CellTimeoutError
from nbformat import NotebookNode, from_dict
from papermill.engines import Engine, papermill_engines
from traitlets import Type
from traitlets.config import Config

NAME = "crosswave-here"

_SECONDS_TO_HEAR = 10
_LANGUAGE = {
    "name": "python",
    "mimetype": "text/x-python",
    "codemirror_mode": {"name": "ipython", "version": sys.version_info[0]},
    "pygments_lexer": "ipython3",
    "nbconvert_exporter": "python",
    "file_extension": ".py",
}


@contextmanager
def plain_warnings() -> Iterator[None]:
    """Have warnings say what they are about, and not in which folder of this machine they arose."""
    before = warnings.formatwarning
    warnings.formatwarning = lambda message, category, *_, **__: f"{category.__name__}: {message}\n"
    try:
        yield
    finally:
        warnings.formatwarning = before


class EngineHere(Engine):  # type: ignore[misc]
    """Runs cells one after the other, and leaves in each what an ordinary kernel and its client would."""

    @classmethod
    def execute_managed_notebook(
        cls,
        nb_man: Any,
        kernel_name: str,
        *,
        scratch: str,
        execution_timeout: int = 0,
        on_notebook_start: Callable[..., None] = lambda notebook: None,
        **_: Any,
    ) -> None:
        """Run a notebook: the first error ends it, and papermill tells of it."""
        on_notebook_start(notebook=nb_man.nb)
        said = Said()
        with said.listening(), plain_warnings():
            shell = ZMQInteractiveShell.instance(said=said, ipython_dir=scratch, config=_SETTINGS)
            for index, cell in enumerate(nb_man.nb.cells):
                try:
                    nb_man.cell_start(cell, index)
                    if cell.cell_type == "code" and cell.source.strip():
                        _run(shell, said, cell, execution_timeout)
                except CellExecutionError as error:
                    nb_man.cell_exception(cell, cell_index=index, exception=error)
                    break
                finally:
                    nb_man.cell_complete(cell, cell_index=index)
        nb_man.nb.metadata["language_info"] = dict(_LANGUAGE)


papermill_engines.register(NAME, EngineHere)


class Said:
    """What the cell that runs has said so far: streams, displays and errors, as outputs of a notebook."""

    def __init__(self) -> None:
        self.outputs: list[NotebookNode] = []
        self._displays: dict[str, list[NotebookNode]] = {}
        self._clears = False

    def add(self, kind: str, display: str = "", **content: Any) -> None:
        """Add an output; one with a display id can be replaced later, also by another cell."""
        if self._clears:
            self.outputs.clear()
            self._clears = False
        output = from_dict({"output_type": kind, **content})
        if display:
            self._displays.setdefault(display, []).append(output)
        self.outputs.append(output)

    def stream(self, name: str, text: str) -> None:
        """Add text to a stream, which goes on where it was the last to speak."""
        last = self.outputs[-1] if self.outputs and not self._clears else {}
        if last.get("output_type") == "stream" and last["name"] == name:
            last["text"] += text
        elif text:
            self.add("stream", name=name, text=text)

    def replace(self, display: str, content: dict[str, Any]) -> None:
        """Replace every output of a display id."""
        for output in self._displays.get(display, ()):
            output.update(content)

    def clear(self, *, wait: bool) -> None:
        """Clear all outputs of the cell, at once or when the next one comes."""
        self._clears = wait
        if not wait:
            self.outputs.clear()

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Take what Python writes to its streams, and let nobody be asked."""
        before = sys.stdout, sys.stderr, builtins.input
        sys.stdout, sys.stderr, builtins.input = _Stream(self, "stdout", 1), _Stream(self, "stderr", 2), _nobody
        try:
            yield
        finally:
            sys.stdout, sys.stderr, builtins.input = before


class _Stream(io.TextIOBase):
    """A stream of the notebook; processes that a cell starts find the real one under its number."""

    encoding = "utf-8"

    def __init__(self, said: Said, name: str, number: int) -> None:
        self._said, self._name, self._number = said, name, number

    def write(self, text: str) -> int:
        self._said.stream(self._name, text)
        return len(text)

    def writable(self) -> bool:
        return True

    def fileno(self) -> int:
        return self._number


class _Hook(DisplayHook):
    """The value of a cell's last line."""

    shell: Any

    def write_output_prompt(self) -> None: ...

    def write_format_data(self, format_dict: dict[str, Any], md_dict: dict[str, Any] | None = None) -> None:
        if format_dict:
            content = _content(format_dict, md_dict)
            self.shell.said.add("execute_result", **content, execution_count=self.prompt_count)

    def finish_displayhook(self) -> None: ...


class _Publisher(DisplayPublisher):
    """What a cell displays."""

    def publish(
        self, data: Any, metadata: Any = None, *_: Any, transient: Any = None, update: bool = False, **more: Any
    ) -> None:
        content, display = _content(data, metadata), (transient or {}).get("display_id", "")
        if display:
            self.shell.said.replace(display, content)
        if not update:
            self.shell.said.add("display_data", display, **content)

    def clear_output(self, wait: bool = False) -> None:
        self.shell.said.clear(wait=wait)


def _content(data: Any, metadata: Any) -> dict[str, Any]:
    clean: Any = json_clean
    return {"data": clean(encode_images(data)), "metadata": clean(metadata or {})}  # type: ignore[no-untyped-call]


class ZMQInteractiveShell(InteractiveShell):
    """Has the name of a kernel's shell, by which pandas and rich know that they are in a notebook."""

    displayhook_class = Type(_Hook)
    display_pub_class = Type(_Publisher)
    system = InteractiveShell.system_piped

    def __init__(self, said: Said, **settings: Any) -> None:
        self.said = said
        super().__init__(**settings)  # type: ignore[no-untyped-call]

    def _showtraceback(self, etype: type[BaseException], evalue: BaseException, stb: list[str]) -> None:
        self._last_traceback = stb
        self.said.add("error", ename=etype.__name__, evalue=str(evalue), traceback=list(stb))

    def enable_gui(self, gui: str | None = None) -> None: ...

    def ask_exit(self) -> None:
        raise SystemExit


_SETTINGS = Config({"HistoryManager": {"enabled": False}})


_heard = {1: 0, 2: 0}
"""How far the real streams were read."""


class _OutOfTimeError(BaseException):
    """Thrown into a cell that takes too long; no handler of the cell catches it by mistake."""


def _run(shell: ZMQInteractiveShell, said: Said, cell: NotebookNode, seconds: int) -> None:
    said.outputs = cell.outputs = []
    with _at_most(seconds):
        result = shell.run_cell(cell.source, store_history=True)  # type: ignore[no-untyped-call]
    cell.execution_count = result.execution_count
    for name, number in (("stdout", 1), ("stderr", 2)):  # of processes that the cell has started: files of this page
        end = os.lseek(number, 0, os.SEEK_CUR)
        if text := os.pread(number, end - _heard[number], _heard[number]):
            said.stream(name, text.decode("utf-8", "replace"))
            _heard[number] = end
    if isinstance(result.error_in_exec, _OutOfTimeError):
        raise CellTimeoutError.error_from_timeout_and_cell("Cell execution timed out", seconds, cell)
    if not result.success and "raises-exception" not in cell.metadata.get("tags", []):
        errors = [output for output in cell.outputs if output.output_type == "error"]
        raise CellExecutionError.from_cell_and_msg(cell, errors[-1])


@contextmanager
def _at_most(seconds: int) -> Iterator[None]:
    """Throw into what takes longer; a cell that does not hear it, inside compiled code, ends the process."""
    if not seconds:
        yield
        return
    before = signal.signal(signal.SIGALRM, _throw)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    faulthandler.dump_traceback_later(seconds + _SECONDS_TO_HEAR, exit=True, file=2)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        faulthandler.cancel_dump_traceback_later()
        signal.signal(signal.SIGALRM, before)


def _throw(*_: object) -> None:
    raise _OutOfTimeError


def _nobody(prompt: object = "") -> str:
    raise StdinNotImplementedError("input was asked for, and nobody answers where pages are made")
