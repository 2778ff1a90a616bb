"""A real Dask scheduler and two real workers on this machine: the same pages, one worker killed, the scheduler lost."""

import asyncio
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from rich.console import Console

import real
from crosswave.report.run import cluster
from crosswave.report.run.cluster import ClusterExecutor, Parcel, make_page_away, on_cluster
from crosswave.report.run.engine import run_all
from crosswave.report.run.plan import RunRequest, Task
from crosswave.study.cache import package_digest

pytestmark = pytest.mark.thorough

pytest.importorskip("distributed")

ROOT = Path(__file__).parents[1]

HERE = ("--host", "127.0.0.1", "--dashboard-address", "127.0.0.1:0")
READS_ITS_FILE = "from pathlib import Path\nprint(Path(f'../data/surveys/{survey}.yaml').read_text())"


def started(*arguments: str) -> subprocess.Popen[str]:
    environment = {**os.environ, "CROSSWAVE_KERNEL": "cold"}
    return subprocess.Popen(
        [sys.executable, "-m", "dask", *arguments, *HERE], stderr=subprocess.PIPE, text=True, env=environment
    )


def said(process: subprocess.Popen[str], pattern: str) -> str:
    """What a process says of itself, once it has said it; the rest of its words is thrown away as it comes."""
    assert process.stderr is not None
    for line in process.stderr:
        if found := re.search(pattern, line):
            threading.Thread(target=process.stderr.read, daemon=True).start()
            return found.group(1)
    raise AssertionError(f"ended before it said {pattern!r}")


class Cluster:
    """A scheduler and its workers, as processes."""

    def __init__(self, folder: Path, workers: int) -> None:
        self.scheduler = started("scheduler", "--port", "0")
        self.address = said(self.scheduler, r"(tcp://127\.0\.0\.1:\d+)")
        place = ("--nthreads", "1", "--no-nanny", "--local-directory", str(folder))
        self.workers = [started("worker", self.address, *place) for _ in range(workers)]
        for worker in self.workers:
            said(worker, r"(Registered to)")

    def end(self) -> None:
        for process in (*self.workers, self.scheduler):
            process.kill()
            process.wait()


@pytest.fixture(scope="module")
def two_workers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    made = Cluster(tmp_path_factory.mktemp("dask"), 2)
    yield made
    made.end()


@pytest.fixture
def request_of_six(tmp_path: Path) -> RunRequest:
    """Pages of six surveys, of which each takes a second."""
    book = tmp_path / "notebooks" / "01_reproduce_survey.ipynb"
    book.parent.mkdir()
    first = new_code_cell("survey: str = 'a'", metadata={"tags": ["parameters"]})
    cells = [first, new_markdown_cell("# T"), new_code_cell(f"{READS_ITS_FILE}\nimport time; time.sleep(1)")]
    nbformat.write(new_notebook(cells=cells), book)
    surveys = tmp_path / "data" / "surveys"
    surveys.mkdir(parents=True)
    for name in "abcdef":
        (surveys / f"{name}.yaml").write_text(f"content of {name}", encoding="utf-8")
    data = {f"survey/{name}": (surveys / f"{name}.yaml",) for name in "abcdef"}
    return RunRequest(book.parent, tmp_path / "out", surveys=tuple("abcdef"), only=("survey",), data=data)


def on(address: str, request: RunRequest) -> Callable[[int], ClusterExecutor]:
    root = request.out.parent
    files = [*root.glob("notebooks/*"), *root.glob("data/surveys/*")]
    make_executor: Callable[[int], ClusterExecutor] = on_cluster(address, root, files)
    return make_executor


def when_a_page_is_there(request: RunRequest, then: Callable[[], None]) -> None:
    def wait() -> None:
        while not list(request.out.glob("pages/survey/*.html")):
            time.sleep(0.02)
        then()

    threading.Thread(target=wait, daemon=True).start()


def test_a_scheduler_without_workers_is_said_and_given_up_on(
    monkeypatch: pytest.MonkeyPatch, request_of_six: RunRequest, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(cluster, "SECONDS_UNTIL_SAID", 0.2)
    monkeypatch.setattr(cluster, "SECONDS_FOR_A_WORKER", 0.2)
    alone = Cluster(tmp_path / "dask", 0)
    missing = f"the scheduler at {alone.address} has no worker; start one with 'dask worker {alone.address}'"
    try:
        with pytest.raises(ConnectionError, match=re.escape(missing)):
            on(alone.address, request_of_six)(1)
    finally:
        alone.end()
    assert capsys.readouterr().err == f"crosswave: {missing}; waiting 0.2 s\n"


def test_pages_are_made_from_what_travels_and_a_killed_worker_costs_no_page(
    two_workers: Cluster, request_of_six: RunRequest
) -> None:
    when_a_page_is_there(request_of_six, two_workers.workers[0].kill)
    summary = run_all(
        request_of_six, make_executor=on(two_workers.address, request_of_six), console=Console(quiet=True)
    )
    assert two_workers.workers[0].wait() == -signal.SIGKILL
    assert [page.status for page in summary.pages] == ["made"] * 6
    for name in "abcdef":
        html = (request_of_six.out / "pages" / "survey" / f"{name}.html").read_text(encoding="utf-8")
        assert f"content of {name}" in html


def test_any_other_work_takes_the_same_way(two_workers: Cluster, tmp_path: Path) -> None:
    with ClusterExecutor(two_workers.address, Parcel.of(tmp_path, (), "")) as executor:
        assert [executor.submit(pow, 2, k).result(timeout=20) for k in (5, 6)] == [32, 64]


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("tcp://127.0.0.1:1", "nothing was heard in 1 s"),
        ("127.0.0.1", "missing port number in address '127.0.0.1'"),
        ("host://a:1", "unknown address scheme 'host'"),
        ("tcp://no.such.host.invalid:1", ""),
    ],
)
def test_a_scheduler_that_does_not_answer_is_named_with_the_reason(
    address: str, reason: str, request_of_six: RunRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("crosswave.report.run.cluster.SECONDS_TO_ANSWER", 1)
    said = re.escape(f"no Dask scheduler answers at {address!r} ({reason}")
    with pytest.raises(ConnectionError, match=said + r".*\); start one with 'dask scheduler' and give its address"):
        run_all(request_of_six, make_executor=on(address, request_of_six), console=Console(quiet=True))


def test_what_listens_and_is_no_scheduler_is_named_too(
    request_of_six: RunRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("crosswave.report.run.cluster.SECONDS_TO_ANSWER", 1)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"tcp://127.0.0.1:{silent.getsockname()[1]}"
        with pytest.raises(ConnectionError, match=r"\(nothing was heard in 1 s\)"):
            run_all(request_of_six, make_executor=on(address, request_of_six), console=Console(quiet=True))


def test_the_address_of_a_worker_is_not_taken_for_the_schedulers(
    two_workers: Cluster, request_of_six: RunRequest
) -> None:
    with ClusterExecutor(two_workers.address, Parcel.of(request_of_six.out.parent, (), "")) as executor:
        worker = next(iter(executor._client.scheduler_info()["workers"]))
    with pytest.raises(ConnectionError, match=r"\(a Worker answers there\)"):
        run_all(request_of_six, make_executor=on(worker, request_of_six), console=Console(quiet=True))


def test_a_cluster_can_be_asked_inside_an_event_loop_as_a_notebook_does(two_workers: Cluster, tmp_path: Path) -> None:
    async def asked() -> int:
        with ClusterExecutor(two_workers.address, Parcel.of(tmp_path, (), "")) as executor:
            return int(executor.submit(max, 1, 2).result())

    with ThreadPoolExecutor(1) as thread:  # another test may have left a loop in this one
        assert thread.submit(asyncio.run, asked()).result() == 2


@pytest.mark.parametrize("address", ["127.0.0.1", "tcp://127.0.0.1:1"])
def test_a_run_without_its_scheduler_ends_with_one_sentence(address: str, tmp_path: Path) -> None:
    real.part(tmp_path / "data", "igov-2017")
    shutil.copytree(ROOT / "notebooks", tmp_path / "notebooks")
    command = [sys.executable, "-m", "crosswave", "run", "--out", "out", "--scheduler", address]
    ended = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert ended.returncode == 1
    assert ended.stderr.startswith(f"crosswave: no Dask scheduler answers at {address!r} (")
    assert "Traceback" not in ended.stderr and len(ended.stderr.splitlines()) == 1


def test_a_scheduler_that_dies_in_the_run_ends_it_with_its_reason_and_keeps_what_was_made(
    request_of_six: RunRequest, tmp_path: Path
) -> None:
    alone = Cluster(tmp_path / "dask", 1)
    when_a_page_is_there(request_of_six, alone.scheduler.kill)
    try:
        with pytest.raises(ConnectionError, match="the scheduler is gone; pages that were made are kept"):
            run_all(request_of_six, make_executor=on(alone.address, request_of_six), console=Console(quiet=True))
    finally:
        alone.end()
    made = list(request_of_six.out.glob("pages/survey/*.html"))
    assert 1 <= len(made) < 6
    assert not list(request_of_six.out.rglob("*.part"))


def test_a_worker_with_another_source_makes_no_page(tmp_path: Path) -> None:
    product = make_page_away(Task("start", Path("n.ipynb"), {}, "start"), Parcel.of(tmp_path, (), "other"))
    assert "has another source of crosswave than the driver" in product.error


def test_a_parcel_says_what_it_holds_by_its_digest(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("1", encoding="utf-8")
    first = Parcel.of(tmp_path, [tmp_path / "a", tmp_path / "missing"], package_digest())
    assert list(first.files) == ["a"]
    assert first.digest == Parcel.of(tmp_path, [tmp_path / "a"], package_digest()).digest
    (tmp_path / "a").write_text("2", encoding="utf-8")
    assert first.digest != Parcel.of(tmp_path, [tmp_path / "a"], package_digest()).digest


UNPACKS = """
import os, sys
from pathlib import Path
from crosswave.report.run.cluster import Parcel, _folder_of
folder = Path(sys.argv[1])
print(_folder_of(Parcel.of(folder, [folder / "a"], "")), flush=True)
if sys.argv[2:]:
    os.kill(os.getpid(), 9)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="folders are locked by fcntl")
def test_what_a_killed_worker_has_unpacked_goes_with_the_next(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("1", encoding="utf-8")

    def unpacked(*killed: str) -> Path:
        command = [sys.executable, "-c", UNPACKS, str(tmp_path), *killed]
        environment = {**os.environ, "TMPDIR": str(tmp_path)}
        said = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        return Path(said.stdout.strip())

    killed = unpacked("killed")
    assert (killed / "a").read_text(encoding="utf-8") == "1"
    assert unpacked() != killed
    assert [path.name for path in tmp_path.iterdir()] == ["a"]
