"""Warm kernels: outputs as of ordinary ones, and nothing is left when anything dies."""

from __future__ import annotations

import configparser
import gc
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import nbformat
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import KernelManager
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_notebook

import crosswave
from crosswave.kernel import (
    KERNEL_NAME,
    __main__,
    client,
    ensure_kernelspec,
    fingerprint,
    server,
    stack,
    stop_every_server,
    stop_server,
    why_cold,
)
from crosswave.kernel.place import PlaceError, private_folder
from crosswave.kernel.provisioner import ORDINARY_COMMAND, _why_ordinary
from crosswave.kernel.request import Request, ServerError, open_socket, read_request, receive_request, send_request
from crosswave.kernel.streams import Streams
from crosswave.report.run.execute import WIDGET

NOTEBOOKS = Path(__file__).parents[1] / "notebooks"
SECONDS = 30
linux = pytest.mark.skipif(sys.platform != "linux", reason="kernels are forked on Linux only")

Run = Callable[[str], str]


@pytest.fixture(scope="module", autouse=True)
def surroundings() -> Iterator[None]:
    """A private folder, and so a server, of this file's own."""
    with pytest.MonkeyPatch.context() as patch:
        folder = tempfile.mkdtemp(prefix="cw-")
        patch.setenv("XDG_RUNTIME_DIR", folder)
        patch.setenv("MPLBACKEND", "")
        patch.setenv("CROSSWAVE_KERNEL_IDLE", "120")
        patch.delenv("CROSSWAVE_KERNEL", raising=False)
        yield
        stop_every_server()
        shutil.rmtree(folder)


@contextmanager
def started(name: str = KERNEL_NAME, **launch: Any) -> Iterator[tuple[KernelManager, Run]]:
    """A kernel, and a function that runs code there and returns what it prints."""
    ensure_kernelspec()
    manager = KernelManager(kernel_name=name)
    manager.start_kernel(**launch)
    try:
        with talking(manager) as run:
            yield manager, run
    finally:
        if manager.has_kernel:
            manager.shutdown_kernel(now=True)


@contextmanager
def talking(manager: KernelManager) -> Iterator[Run]:
    """A function that runs code in a kernel and returns what it prints."""
    talk = manager.client()
    talk.start_channels()

    def run(code: str) -> str:
        said: list[str] = []

        def hear(message: Any) -> None:
            content = message["content"]
            said.append(content.get("text") or "\n".join(content.get("traceback", [])))

        talk.execute_interactive(code, timeout=SECONDS, allow_stdin=False, output_hook=hear)
        return "".join(said).strip()

    try:
        talk.wait_for_ready(timeout=SECONDS)
        yield run
    finally:
        talk.stop_channels()


def eventually(claim: Callable[[], bool]) -> bool:
    """Whether a claim becomes true in time."""
    end = time.monotonic() + SECONDS
    while not (held := claim()) and time.monotonic() < end:
        time.sleep(0.02)
    return held


def is_gone(pid: int) -> bool:
    """Whether a process has ended; one that nobody has asked after yet has ended too."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


def open_files(pid: str) -> set[str]:
    """What the file descriptors of a process stand for."""
    return {os.readlink(link) for link in Path(f"/proc/{pid}/fd").iterdir()}


# --- an ordinary kernel, only sooner ---------------------------------------------------------------------------------

SHOWN = [
    "import random, sys, warnings\nimport numpy as np\nimport pandas as pd\nfrom matplotlib.figure import Figure",
    "get_ipython().display_formatter.formatters['image/png'].type_printers",
    "figure = Figure(figsize=(1, 1)); figure.add_subplot().plot([1, 2]); figure",
    "pd.DataFrame({'a': [1.5, 2.5]}, index=list('xy'))",
    "import seaborn as sns\nimport matplotlib.pyplot as plt\nplt.plot([1, 2]);",
    "figure",
    "import matplotlib\nmatplotlib.get_backend(), plt.isinteractive(), matplotlib.rcParams['figure.figsize']",
    "warnings.warn('seen', FutureWarning)\nwarnings.warn('not seen', ImportWarning)",
    "import pyarrow.parquet, scipy.stats, statsmodels.api, ortools.sat.python.cp_model\nprint(warnings.filters)",
    "print(sys.flags, sys.path, random.Random(1).random(), hash('a'))",
    "print(__name__, sorted(globals()), sys.argv[0], sys.modules['__main__'].__dict__ is globals())",
    "sys.stdin.read() if not sys.stdin.isatty() else ''",
    "import threading\nsorted(thread.name.split('-')[0] for thread in threading.enumerate())",
    "1 / 0",
]


def outputs(notebook: Any, name: str, folder: Path) -> list[Any]:
    book = nbformat.from_dict(json.loads(json.dumps(notebook)))
    where = {"metadata": {"path": str(folder)}}
    plain = ["--HistoryManager.hist_file=:memory:"]  # what nbclient adds by itself for kernels called python3
    NotebookClient(book, kernel_name=name, allow_errors=True, resources=where, extra_arguments=plain).execute()
    shown = json.dumps([cell.outputs for cell in book.cells if cell.cell_type == "code"])
    shown = re.sub(r"ipykernel_\d+|kernel-[0-9a-f-]+\.json|tmp\w+\.json", "NAME", shown)
    return list(json.loads(shown))


@linux
def test_every_output_is_that_of_an_ordinary_kernel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONHASHSEED", "0")
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path))
    book = new_notebook(cells=[new_code_cell(code) for code in SHOWN])
    cold, warm = (outputs(book, name, tmp_path) for name in ("python3", ensure_kernelspec()))
    for code, ordinary, forked in zip(SHOWN, cold, warm, strict=True):
        assert forked == ordinary, code
    assert "image/png" in warm[4][0]["data"]


@linux
def test_a_notebook_of_the_repository_gives_the_same_outputs_cell_by_cell(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONHASHSEED", "0")
    book = nbformat.read(NOTEBOOKS / "01_reproduce_survey.ipynb", as_version=4)
    assert outputs(book, ensure_kernelspec(), NOTEBOOKS) == outputs(book, "python3", NOTEBOOKS)


@pytest.mark.parametrize("path", sorted(NOTEBOOKS.glob("*.ipynb")), ids=lambda path: path.stem)
def test_nothing_that_a_notebook_shows_is_left_out_where_nbval_compares_warm_and_cold_kernels(path: Path) -> None:
    """It compares no bitmaps, and nothing that its sanitising file takes out; the ids of widgets are random."""
    book = nbformat.read(path, as_version=4)
    shown = [output for cell in book.cells if cell.cell_type == "code" for output in cell.outputs]
    kinds = {kind for output in shown for kind in output.get("data", {output.output_type: ""})}
    assert kinds <= {"text/plain", "text/html", "text/markdown", "image/svg+xml", "stream", WIDGET}
    masks = configparser.RawConfigParser()
    masks.read(Path(__file__).with_name("nbval_sanitize.cfg"), encoding="utf-8")
    text = json.dumps(
        [{**output, "data": {**output.get("data", {}), WIDGET: ""}} for output in shown], ensure_ascii=False
    )
    assert masks.sections()
    assert not [name for name in masks.sections() if re.search(masks[name]["regex"], text)]


@linux
def test_a_kernel_has_the_variables_folder_and_arguments_that_it_is_given(tmp_path: Path) -> None:
    given_to_it = os.environ | {"GIVEN": "é ü", "TZ": "Asia/Tokyo", "MPLBACKEND": "svg"}
    with started(env=given_to_it, cwd=str(tmp_path), extra_arguments=["--HistoryManager.enabled=False"]) as (_, run):
        assert run("import os, sys, time; print(os.environ['GIVEN'], os.getcwd())") == f"é ü {tmp_path}"
        assert run("print(time.tzname[0])") == "JST"
        assert run("import matplotlib; print(matplotlib.get_backend())") == "svg"
        assert run("print(get_ipython().history_manager.enabled)") == "False"
        added = run("print(*sorted(set(os.environ)))").split()
    ordinary = {"JPY_PARENT_PID", "CLICOLOR", "FORCE_COLOR", "CLICOLOR_FORCE", "PAGER", "GIT_PAGER", "TERM"}
    threads = {"OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"}
    assert set(added) - set(given_to_it) <= ordinary | threads | {"PYDEVD_USE_FRAME_EVAL"}


@linux
@pytest.mark.parametrize(("code", "status"), [("os._exit(3)", 3), ("os.kill(os.getpid(), 9)", -9), ("os.abort()", -6)])
def test_a_kernel_that_ends_by_itself_has_the_exit_code_of_a_process(code: str, status: int, tmp_path: Path) -> None:
    told = {"extra_arguments": ["--log-level=INFO"], "stderr": (tmp_path / "stderr").open("wb")}
    with told["stderr"], started(**told) as (manager, _):
        process = manager.provisioner.process
        talk = manager.client()
        talk.start_channels()
        talk.execute(f"import os; {code}")
        assert eventually(lambda: process.poll() is not None)
        assert process.poll() == status and not manager.is_alive()
        talk.stop_channels()
    assert f"[IPKernelApp] Starting the kernel at pid: {process.pid}" in (tmp_path / "stderr").read_text()


@linux
def test_an_interrupt_ends_the_cell_and_not_the_kernel() -> None:
    with started() as (manager, run):
        threading.Timer(0.5, manager.interrupt_kernel).start()
        assert "KeyboardInterrupt" in run("import time; time.sleep(60)")
        assert run("print('alive')") == "alive"


@linux
def test_a_restart_gives_a_new_process_at_the_same_sockets_and_the_client_hears_it_at_once() -> None:
    with started() as (manager, run):
        run("kept = 1")
        before, info = manager.provisioner.pid, manager.get_connection_info()
        manager.restart_kernel()
        assert "NameError" in run("kept")
        assert manager.get_connection_info() == info
        assert manager.provisioner.pid != before and is_gone(before)


@linux
def test_a_kernel_that_is_shut_down_runs_its_exit_handlers_and_ends_with_0(tmp_path: Path) -> None:
    with started() as (manager, run):
        run(f"import atexit, pathlib; atexit.register(pathlib.Path({str(tmp_path / 'left')!r}).write_text, 'word')")
        process = manager.provisioner.process
        manager.shutdown_kernel()
        assert process.returncode == 0
    assert (tmp_path / "left").read_text() == "word"


@linux
def test_streams_may_be_pipes_files_or_nothing(tmp_path: Path) -> None:
    with (
        (tmp_path / "out").open("wb") as file,
        Streams(subprocess.PIPE, file, subprocess.STDOUT) as streams,
    ):
        reading, *written = streams.kernel_ends
        assert streams.own_ends[0] is not None
        streams.own_ends[0].write(b"in")
        assert os.read(reading, 9) == b"in"
        assert written == [file.fileno()] * 2
        streams.own_ends[0].close()
    with Streams(None, subprocess.DEVNULL, None) as streams:
        assert os.read(streams.kernel_ends[0], 1) == b"" and streams.kernel_ends[2] == 2


# --- nothing is shared that must not be ------------------------------------------------------------------------------

STATE = """
import asyncio, multiprocessing, os, random, uuid, zmq
import numpy as np
print(random.random(), np.random.rand(), np.random.default_rng().random(), multiprocessing.current_process().authkey)
"""
WORK = """
import threading
import numpy as np, pyarrow as pa, pyarrow.compute as pc
from concurrent.futures import ThreadPoolExecutor
from ortools.sat.python import cp_model
model = cp_model.CpModel(); x = model.new_int_var(0, 9, "x"); model.maximize(x)
solver = cp_model.CpSolver(); solver.parameters.num_workers = 4; solver.solve(model)
with ThreadPoolExecutor(4) as pool:
    sums = list(pool.map(sum, [[1, 2]] * 8))
table = pa.table({"a": range(100_000)}).group_by("a", use_threads=True).aggregate([("a", "sum")])
print(solver.value(x), set(sums), table.num_rows, (np.ones((300, 300)) @ np.ones((300, 300))).sum())
"""


@linux
def test_kernels_of_one_server_share_no_random_state_and_the_server_has_one_thread() -> None:
    with started() as (first, run_first), started() as (second, run_second):
        one, other = run_first(STATE).split(), run_second(STATE).split()
        parents = {run("import os; print(os.getppid())") for run in (run_first, run_second)}
        assert not set(one) & set(other)
        assert len(parents) == 1 and first.provisioner.pid != second.provisioner.pid
        assert len(os.listdir(f"/proc/{parents.pop()}/task")) == 1


@linux
def test_thread_pools_of_every_library_work_after_the_fork() -> None:
    with started() as (_, run):
        assert run(WORK) == "9 {3} 100000 27000000.0"


@linux
def test_a_kernel_holds_no_connection_of_the_server() -> None:
    with started() as (_, run_first), started() as (_, run_second):
        run_first("1")
        parent = run_second("import os; print(os.getppid())")
        sockets = {link for link in open_files(parent) if link.startswith("socket:")}
        assert len(sockets) == 3  # where it listens, and a client for each kernel
        assert not sockets & open_files(run_second("print(os.getpid())"))


REHEARSAL = """
import json, os, threading, warnings
from pathlib import Path
import matplotlib, numpy, pandas
import matplotlib.pyplot as plt
import seaborn
from crosswave.kernel.rehearsal import rehearse

def files():
    return sorted(one.resolve().name for one in Path("/proc/self/fd").iterdir() if one.exists())

def state():
    look = {name: repr(value) for name, value in matplotlib.rcParams.items() if name != "backend"}
    return [look, matplotlib.rcParams._get("backend") is None, plt.get_fignums(), threading.active_count(),
            numpy.random.get_state()[1].tolist(), pandas.describe_option(_print_desc=False), dict(os.environ),
            [name for name in files() if not name.endswith(".ttf")], sorted(map(str, warnings.filters))]

before = json.dumps(state())
with warnings.catch_warnings():
    warnings.simplefilter("error")
    rehearse()
after = json.dumps(state())
print(before == after)
"""


@linux
def test_the_rehearsal_leaves_everything_as_it_was() -> None:
    said = subprocess.run([sys.executable, "-c", REHEARSAL], capture_output=True, text=True, timeout=SECONDS)
    assert said.stdout == "True\n", said.stderr


@linux
def test_a_kernel_shares_no_open_font_with_the_server() -> None:
    with started() as (_, run):
        assert any(link.endswith(".ttf") for link in open_files(run("import os; print(os.getppid())")))
        assert not any(link.endswith(".ttf") for link in open_files(run("print(os.getpid())")))


@linux
def test_a_chart_has_the_same_bytes_with_and_without_a_rehearsal() -> None:
    draw = (
        "import pandas as pd\n"
        "from crosswave.report.canvas import svg_text\n"
        "from crosswave.report.forest import bars\n"
        "table = pd.DataFrame({'label': ['älter', 'b & c'], 'value': [3.0, 1.0], 'words': ['3', '1']})\n"
        "print(svg_text(bars(table, title='Title', subtitle='And more'), 'two bars'))"
    )
    cold = subprocess.run([sys.executable, "-c", draw], capture_output=True, text=True, timeout=SECONDS, check=True)
    with started() as (_, run):
        assert run(draw) == cold.stdout.strip()


def test_a_rehearsal_that_fails_is_told_and_hinders_nothing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from crosswave.kernel import rehearsal

    def broken() -> None:
        raise ValueError("no letters")

    monkeypatch.setattr(rehearsal, "rehearse", broken)
    stack._rehearsed()
    assert "ValueError: no letters" in capsys.readouterr().err


@linux
def test_a_process_with_threads_is_not_forked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stack, "_imported", lambda name: True)
    done = threading.Event()
    other = threading.Thread(target=done.wait)
    other.start()
    refusal = stack.import_stack()
    done.set()
    other.join()
    gc.unfreeze()
    assert refusal.startswith("the imports started threads: ")


@linux
def test_a_refusal_reaches_the_client_in_words(tmp_path: Path) -> None:
    here, there = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with open_socket() as listener, here, Streams() as streams:
        host = server.Server(listener, "the imports started threads: a", 1.0)
        host._watch(there, lambda: None)
        send_request(here, Request([], {}, "/"), streams.kernel_ends)
        host._hear(there)
        assert here.recv(99) == b"refused the imports started threads: a"


@linux
def test_a_stranger_is_turned_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = str(private_folder() / "s")
    monkeypatch.setattr(server, "peer_user", lambda connection: os.getuid() + 1)
    with open_socket() as listener, open_socket() as caller:
        listener.bind(path)
        listener.listen()
        caller.connect(path)
        server.Server(listener, "", 1.0)._accept()
        assert caller.recv(1) == b""
    os.unlink(path)


# --- when something dies ---------------------------------------------------------------------------------------------

CLIENT = """
import sys, time
from jupyter_client.manager import KernelManager
manager = KernelManager(kernel_name=sys.argv[1])
manager.holds_server = sys.argv[2] == "holding"
manager.start_kernel(independent=sys.argv[2] == "independent")
print(manager.provisioner.pid, flush=True)
time.sleep(600)
"""
KILLED_FIRST = """
import os, sys
from crosswave.kernel import client
client.send_request = lambda *_: os.kill(os.getpid(), 9)
with client.Streams() as streams:
    client.fork_kernel(client.Request([], dict(os.environ), "/"), streams)
"""


@contextmanager
def other_client(*arguments: str) -> Iterator[int]:
    """Process id of a kernel whose client is a process of its own, killed at the end."""
    command = [sys.executable, "-c", CLIENT, ensure_kernelspec(), *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        pid = int(process.stdout.readline())
        assert not is_gone(pid)
        try:
            yield pid
        finally:
            process.kill()


def killed_client(*arguments: str) -> int:
    """Process id of a kernel whose client has been killed."""
    with other_client(*arguments) as pid:
        return pid


def parent_of(pid: int) -> int:
    """Process id of the server that forked a kernel."""
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


@linux
def test_a_killed_client_takes_its_kernel_with_it_and_not_the_server() -> None:
    with started() as (_, run):
        parent = run("import os; print(os.getppid())")
        pid = killed_client("dependent")
        assert eventually(lambda: is_gone(pid))
        assert eventually(lambda: len(list(private_folder().glob("k-*"))) == 5)  # those of the kernel here
        with started() as (_, run_other):
            assert run_other("import os; print(os.getppid())") == parent


@linux
def test_an_independent_kernel_outlives_its_client() -> None:
    pid = killed_client("independent")
    time.sleep(0.5)
    assert not is_gone(pid)
    os.kill(pid, signal.SIGKILL)
    assert eventually(lambda: is_gone(pid))


@linux
def test_kernels_end_with_a_killed_server_and_the_next_one_has_a_new_server() -> None:
    with started() as (manager, run):
        parent = int(run("import os; print(os.getppid())"))
        os.kill(parent, signal.SIGKILL)
        assert eventually(lambda: manager.provisioner.process.poll() == -signal.SIGKILL)
        assert eventually(lambda: is_gone(manager.provisioner.pid))
        manager.restart_kernel(now=True)
        assert manager.is_alive()
    with started() as (_, run):
        assert int(run("import os; print(os.getppid())")) != parent


@linux
def test_a_stopped_server_serves_its_kernels_to_the_end_and_forks_no_more() -> None:
    stop_every_server()
    with started() as (manager, run):
        parent = int(run("import os; print(os.getppid())"))
        assert stop_server() == 1 and stop_server() == 0
        assert not list(private_folder().glob("*.sock"))
        assert run("print('alive')") == "alive" and not is_gone(parent)
        manager.shutdown_kernel(now=True)
        assert eventually(lambda: is_gone(parent))


@linux
def test_a_server_ends_with_the_last_process_that_holds_it_however_that_ends() -> None:
    stop_every_server()
    with other_client("holding") as first:
        parent = parent_of(first)
        with other_client("holding") as second:
            assert parent_of(second) == parent
        assert eventually(lambda: is_gone(second)) and not is_gone(parent) and not is_gone(first)
    assert eventually(lambda: is_gone(parent)) and is_gone(first)
    assert not list(private_folder().glob("*.sock"))


@linux
def test_a_server_that_somebody_else_uses_too_stays_for_them() -> None:
    stop_every_server()
    with started() as (manager, run):
        parent = int(run("import os; print(os.getppid())"))
        pid = killed_client("holding")
        assert eventually(lambda: is_gone(pid))
        manager.shutdown_kernel(now=True)
    with started() as (_, run):
        assert int(run("import os; print(os.getppid())")) == parent


@linux
def test_a_process_holds_the_next_server_when_the_one_it_held_has_ended() -> None:
    stop_every_server()
    ensure_kernelspec()
    for _ in range(2):
        manager = KernelManager(kernel_name=KERNEL_NAME)
        manager.holds_server = True
        manager.start_kernel()
        parent = parent_of(manager.provisioner.pid)
        connections = [link for link in open_files(str(parent)) if link.startswith("socket:")]
        manager.shutdown_kernel(now=True)
        assert len(connections) == 3  # where it listens, this process, the kernel
        assert stop_server() == 1 and eventually(lambda: is_gone(parent))  # noqa: B023 (asked at once)


@linux
def test_a_server_whose_caller_is_killed_before_it_has_asked_for_anything_ends() -> None:
    stop_every_server()
    killed = subprocess.run([sys.executable, "-c", KILLED_FIRST], check=False)
    assert killed.returncode == -signal.SIGKILL
    assert eventually(lambda: sorted(path.name for path in private_folder().iterdir()) == ["lock"])


@linux
def test_stopping_ends_the_server_of_ones_own_settings_unless_every_one_is_named(
    capsys: pytest.CaptureFixture[str],
) -> None:
    stop_every_server()
    others = os.environ | {"PYTHONHASHSEED": "7"}
    with started() as (own, run), started(env=others) as (other, run_other):
        own_server, other_server = (int(ask("import os; print(os.getppid())")) for ask in (run, run_other))
        for manager in (own, other):
            manager.shutdown_kernel(now=True)
        assert __main__.main(["stop"]) == 0 and eventually(lambda: is_gone(own_server))
        assert not is_gone(other_server)
        assert __main__.main(["stop-all"]) == 0 and eventually(lambda: is_gone(other_server))
    assert capsys.readouterr().out == "1 ended; stop-all ends those with other settings too\n1 ended\n"


@linux
def test_a_server_can_be_named_by_the_variables_of_its_kernels() -> None:
    stop_every_server()
    others = os.environ | {"PYTHONHASHSEED": "7"}
    with started(env=others):
        assert (stop_server(), stop_server(others)) == (0, 1)


@linux
def test_a_server_that_cannot_be_started_is_said_with_its_last_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", shutil.which("false"))
    with Streams() as streams, pytest.raises(ServerError, match="the server of warm kernels did not start: it left no"):
        client.fork_kernel(Request([], dict(os.environ), "/"), streams)
    assert not list(private_folder().glob(f"{fingerprint.environment_name()}-*"))


def test_the_command_says_what_it_can_do(capsys: pytest.CaptureFixture[str]) -> None:
    assert __main__.main(["--help"]) == 0 and __main__.main(["stpo"]) == 2
    out, err = capsys.readouterr()
    assert all(f"\n  {name} " in out for name in ("install", "stop", "stop-all"))
    assert err == "the command must be one of install, stop, stop-all, --help, and is 'stpo'\n"


@linux
def test_an_idle_server_ends_and_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    stop_every_server()
    monkeypatch.setenv("CROSSWAVE_KERNEL_IDLE", "0.2")
    with started() as (_, run):
        parent = int(run("import os, time; time.sleep(1); print(os.getppid())"))
        assert not is_gone(parent)
    assert eventually(lambda: is_gone(parent))
    assert eventually(lambda: sorted(path.name for path in private_folder().iterdir()) == ["lock"])


# --- never an old kernel, never an open door -------------------------------------------------------------------------


def test_the_server_is_another_when_a_source_changes_and_the_same_when_byte_code_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "package"
    (package / "__pycache__").mkdir(parents=True)
    (package / "one.py").write_text("a = 1")
    monkeypatch.setattr(crosswave, "__file__", str(package / "__init__.py"))
    first = fingerprint.source_name()
    (package / "__pycache__" / "one.pyc").write_bytes(b"1")
    assert fingerprint.source_name() == first
    (package / "one.py").write_text("a = 2")
    assert fingerprint.source_name() != first


def test_the_server_is_another_when_an_installed_version_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(tmp_path)
    first = fingerprint.source_name()
    (tmp_path / "pandas-9.0.dist-info").mkdir()
    assert fingerprint.source_name() != first


@linux
def test_the_server_is_another_for_what_no_fork_can_take_up() -> None:
    base = {"PYTHONHASHSEED": "0", "HOME": "/h"}
    assert fingerprint.settings_name(base | {"MPLBACKEND": "agg", "ANY": "1"}) == fingerprint.settings_name(base)
    assert fingerprint.settings_name(base | {"PYTHONHASHSEED": "1"}) != fingerprint.settings_name(base)
    mask = os.umask(0o077)
    try:
        closed = fingerprint.settings_name(base)
        os.umask(0o022)
        assert fingerprint.settings_name(base) != closed
    finally:
        os.umask(mask)


@linux
def test_a_kernel_starts_cold_rather_than_with_sources_that_changed_meanwhile(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(client, "source_name", lambda: "0" * 12)
    with started() as (manager, run):
        assert isinstance(manager.provisioner.process, subprocess.Popen)
        assert run("import os; print(os.getppid())") == str(os.getpid())
    assert "The kernel starts cold: the server of warm kernels ended: " in caplog.text


@linux
def test_the_private_folder_is_closed_to_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / f"crosswave-{os.getuid()}"
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    monkeypatch.setattr("crosswave.kernel.place.LONGEST_SOCKET", 400)
    assert private_folder() == folder and folder.stat().st_mode & 0o777 == 0o700
    folder.chmod(0o755)
    with pytest.raises(PlaceError) as caught:
        private_folder()
    assert str(caught.value) == f"{folder} must be closed to others (mode 700), and has mode 755: change or remove it"
    folder.rmdir()
    folder.symlink_to(tmp_path)
    with pytest.raises(PlaceError, match=f"must be a folder of user {os.getuid()}, and is not: remove it"):
        private_folder()


@linux
def test_a_private_folder_too_long_for_a_socket_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    long = tmp_path / ("x" * 100)
    long.mkdir()
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(long))
    assert str(why_cold()).endswith("is too long for a socket: set XDG_RUNTIME_DIR or TMPDIR to a shorter path")
    assert ensure_kernelspec() == "python3"


@given(
    st.lists(st.text()),
    st.dictionaries(st.text(st.characters(codec=None), min_size=1), st.text(st.characters(codec=None))),
    st.booleans(),
)
@linux
def test_a_request_arrives_as_it_was_sent(argv: list[str], environment: dict[str, str], independent: bool) -> None:
    sent = Request(argv, environment, "/a b", independent, "k")
    here, there = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with here, there, Streams() as streams:
        send_request(here, sent, streams.kernel_ends)
        word, (text, *rest) = receive_request(there)
        assert (word, len(rest), read_request(text)) == (b"kernel", 3, sent)
    for descriptor in rest:
        os.close(descriptor)


# --- names, sockets, reasons -----------------------------------------------------------------------------------------


@linux
def test_kernels_speak_over_private_sockets_and_leave_none() -> None:
    with started() as (manager, run):
        run("1")
        names = [Path(f"{manager.ip}-{port}") for port in manager.ports]
        assert manager.transport == "ipc" and all(name.is_socket() for name in names)
        assert {name.parent for name in names} == {private_folder()}
    assert not any(name.exists() for name in names)


@linux
def test_a_client_that_has_chosen_ports_keeps_them() -> None:
    ensure_kernelspec()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    manager = KernelManager(kernel_name=KERNEL_NAME, shell_port=port, cache_ports=False)
    manager.start_kernel(stderr=subprocess.DEVNULL)
    assert (manager.transport, manager.shell_port) == ("tcp", port)
    manager.shutdown_kernel(now=True)


@linux
def test_the_kernelspec_is_found_by_name_and_names_the_provisioner() -> None:
    spec = KernelSpecManager().get_kernel_spec(ensure_kernelspec())
    assert spec.metadata["kernel_provisioner"]["provisioner_name"] == "crosswave-warm"
    assert (spec.language, spec.argv[0]) == ("python", "python")


@linux
def test_the_kernelspec_is_found_where_the_environment_cannot_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setattr(sys, "prefix", str(tmp_path / "file"))
    monkeypatch.setenv("JUPYTER_PATH", "elsewhere")
    name = ensure_kernelspec()
    assert os.environ["JUPYTER_PATH"] == f"{private_folder()}{os.pathsep}elsewhere"
    assert KernelSpecManager().get_kernel_spec(name).resource_dir.startswith(str(private_folder()))
    shutil.rmtree(private_folder() / "kernels")


@pytest.mark.parametrize(
    ("target", "value", "reason"),
    [
        ("sys.platform", "win32", "processes are forked on Linux only, and this is win32"),
        (
            "crosswave.kernel.reasons.PROVISIONER",
            "none",
            "the installed package does not announce 'none': install it again",
        ),
    ],
)
def test_the_ordinary_kernel_is_named_where_none_can_be_forked_and_the_reason_is_said(
    target: str, value: str, reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if sys.platform != "linux" and target != "sys.platform":
        pytest.skip("the platform is the reason here")
    monkeypatch.setattr(target, value)
    assert why_cold() == reason and ensure_kernelspec() == "python3"


def test_the_ordinary_kernel_can_be_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CROSSWAVE_KERNEL", "cold")
    assert why_cold() == "the variable CROSSWAVE_KERNEL is 'cold'" and ensure_kernelspec() == "python3"


@pytest.mark.parametrize(
    ("cmd", "launch", "reason"),
    [
        ([*ORDINARY_COMMAND, "-f", "k"], {"cwd": None, "stdin": None, "user": None}, None),
        ([*ORDINARY_COMMAND], {"umask": 7, "user": "x"}, "a forked kernel knows nothing of umask, user"),
        ([*ORDINARY_COMMAND], {"cwd": "/no/such"}, "its folder '/no/such' is none"),
        (["R", "-e"], {}, f"its command must begin with {' '.join(ORDINARY_COMMAND)}, and is R -e"),
    ],
)
def test_a_launch_that_the_server_does_not_know_is_left_to_the_ordinary_launcher(
    cmd: list[str], launch: dict[str, Any], reason: str | None
) -> None:
    assert _why_ordinary(cmd, launch) == reason


@linux
def test_a_cold_start_of_the_warm_kernel_works_and_says_why(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    ensure_kernelspec()
    monkeypatch.setenv("CROSSWAVE_KERNEL", "cold")
    manager = KernelManager(kernel_name=KERNEL_NAME)
    manager.start_kernel()
    assert isinstance(manager.provisioner.process, subprocess.Popen)
    manager.shutdown_kernel(now=True)
    assert "The kernel starts cold: the variable CROSSWAVE_KERNEL is 'cold'" in caplog.text
