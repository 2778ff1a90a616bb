"""The runner: parameters are checked first, failures stay aside, unchanged pages are kept, files appear whole."""

import errno
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from html import unescape
from pathlib import Path
from typing import Any

import nbformat
import psutil
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from rich.console import Console

from crosswave.files import write_whole
from crosswave.report.run.current import data_hash, notebook_hash, task_keys, unchanged, versions_hash
from crosswave.report.run.engine import run_all
from crosswave.report.run.execute import make_page, make_page_cold
from crosswave.report.run.kernels import (
    RUNNING,
    BlockingLocalKernelManager,
    CurrentKernelSpecManager,
    end_kernels,
    kernel_environment,
)
from crosswave.report.run.outputs import Outputs
from crosswave.report.run.parameters import (
    ParameterError,
    check_parameters,
    parse_parameters,
    read_parameters,
    with_parameters,
)
from crosswave.report.run.plan import (
    CURRENT_KERNEL,
    SINGLE,
    PlanError,
    Product,
    RunRequest,
    RunSummary,
    Task,
    choose_tasks,
    plan_tasks,
)
from crosswave.report.run.recorded import main as recorded
from crosswave.report.run.shell import plain_warnings
from crosswave.report.run.workers import KERNEL_VARIABLE, forked
from crosswave.report.scratch import Scratch

SECONDS = 90  # a machine with much else to do takes its time
DECLARED = "survey: str = 'a'  # id of a wave\nalpha: float = 0.05  # level\nwave: int | None = None"
linux = pytest.mark.skipif(sys.platform != "linux", reason="sockets and processes are looked at as Linux has them")


Page = Callable[[Task], Product]


@pytest.fixture(params=["fork", "kernel"])
def page(request: pytest.FixtureRequest) -> Page:
    """Makes one page, in a fork of this process or on an ordinary kernel."""
    make = make_page if request.param == "fork" else make_page_cold
    return lambda task: next(iter(forked([task], 1, make, make_page_cold)))


def write_notebook(path: Path, *code: str, declared: str = "", title: str = "# A title") -> Path:
    cells = [new_code_cell(declared, metadata={"tags": ["parameters"]})] if declared else []
    cells += [new_markdown_cell(title), *(new_code_cell(one) for one in code)]
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(new_notebook(cells=cells), path)
    return path


def one_task(tmp_path: Path, *code: str, declared: str = "", **parameters: object) -> Task:
    return Task("start", write_notebook(tmp_path / "one.ipynb", *code, declared=declared), parameters, "start")


# --- parameters ----------------------------------------------------------------------------------------------------


def test_parameters_are_read_with_type_default_and_help(tmp_path: Path) -> None:
    found = read_parameters(write_notebook(tmp_path / "n.ipynb", declared=DECLARED))
    assert [(one.name, one.annotation, one.default, one.help) for one in found] == [
        ("survey", "str", "a", "id of a wave"),
        ("alpha", "float", 0.05, "level"),
        ("wave", "int | None", None, ""),
    ]


def test_notebook_without_a_parameters_cell_takes_none(tmp_path: Path) -> None:
    assert read_parameters(write_notebook(tmp_path / "n.ipynb", "1")) == ()


def test_parameters_cell_may_hold_a_docstring_and_imports_and_nothing_else() -> None:
    assert len(parse_parameters('"""Words."""\nimport os\nalpha: float = 0.05', where="n")) == 1
    with pytest.raises(ParameterError) as caught:
        parse_parameters("alpha = 0.05\nlevel: float = f()", where="n.ipynb")
    assert caught.value.faults == (
        "n.ipynb: line 1 of the parameters cell must be 'name: type = literal  # help', and is 'alpha = 0.05'",
        "n.ipynb: line 2 of the parameters cell must be 'name: type = literal  # help', and is 'level: float = f()'",
    )


def test_every_unknown_and_mistyped_parameter_is_named_at_once(tmp_path: Path) -> None:
    book = write_notebook(tmp_path / "n.ipynb", declared=DECLARED)
    with pytest.raises(ParameterError) as caught:
        check_parameters(book, {"survy": "x", "alpha": "much", "wave": 1.5})
    assert [fault.removeprefix(f"{book}: ") for fault in caught.value.faults] == [
        "parameter 'alpha' must be float, and 'much' arrived (Input should be a valid number, unable to parse string "
        "as a number); its default is 0.05",
        "parameter 'wave' must be int | None, and 1.5 arrived (Input should be a valid integer); its default is None",
        "unknown parameter 'survy' (value 'x'); it takes: survey, alpha, wave; did you mean 'survey'?",
    ]


@pytest.mark.parametrize(
    ("annotation", "text", "value"),
    [("float", "0.01", 0.01), ("int", "3", 3), ("bool", "true", True), ("str", "007", "007"),
     ("int | None", "2", 2), ("Literal['a', 'b']", "b", "b"), ("list[int]", "[1, 2]", [1, 2])],
)  # fmt: skip
def test_text_from_the_command_line_becomes_the_declared_type(
    tmp_path: Path, annotation: str, text: str, value: object
) -> None:
    book = write_notebook(tmp_path / "n.ipynb", declared=f"x: {annotation} = None")
    assert check_parameters(book, {"x": text}) == {"x": value}


@pytest.mark.parametrize(("annotation", "value"), [("int", True), ("int", 2.0), ("str", 5), ("list[int]", (1, 2))])
def test_value_of_another_type_is_refused(tmp_path: Path, annotation: str, value: object) -> None:
    book = write_notebook(tmp_path / "n.ipynb", declared=f"x: {annotation} = None")
    with pytest.raises(ParameterError, match=f"parameter 'x' must be {annotation.split('[')[0]}"):
        check_parameters(book, {"x": value})


def test_type_that_could_run_code_is_refused(tmp_path: Path) -> None:
    book = write_notebook(tmp_path / "n.ipynb", declared="x: exit() = 1")
    with pytest.raises(ParameterError, match="a parameter's type is made of: bool, int"):
        check_parameters(book, {"x": 1})


# --- tasks ---------------------------------------------------------------------------------------------------------


def test_plan_has_each_single_page_once_and_a_page_for_each_id(tmp_path: Path) -> None:
    plan = plan_tasks(["s1", "s2"], ["src"], ["c"], ["o"], notebooks=tmp_path)
    single = ["start", "synthesis", "barriers", "context", "calibration"]
    repeated = ["claims/src", "trend/c", "series/o", "survey/s1", "survey/s2"]
    assert [task.page for task in plan] == single + repeated
    assert plan[7].parameters == {"series": "o"}
    assert plan[7].notebook == tmp_path / "08_official_series.ipynb"
    assert plan[-1].parameters == {"survey": "s2"}
    assert plan[-1].notebook == tmp_path / "01_reproduce_survey.ipynb"


def test_id_that_is_no_file_name_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PlanError, match=r"survey id '\.\./x': an id is made of letters"):
        plan_tasks(["../x"], [], [], notebooks=tmp_path)


def test_only_takes_pages_kinds_and_patterns(tmp_path: Path) -> None:
    plan = plan_tasks(["igov-2017", "igov-2019", "x"], [], ["c"], notebooks=tmp_path)
    chosen = choose_tasks(plan, ["trend", "survey/igov-*"])
    assert [task.page for task in chosen] == ["trend/c", "survey/igov-2017", "survey/igov-2019"]


def test_choice_that_chooses_nothing_names_the_nearest(tmp_path: Path) -> None:
    plan = plan_tasks(["igov-2017"], [], [], notebooks=tmp_path)
    with pytest.raises(PlanError, match="no page is called 'survey/igov-2071'; did you mean 'survey/igov-2017'"):
        choose_tasks(plan, ["survey/igov-2071"])


def test_extra_parameter_goes_to_the_notebooks_that_take_it_and_must_be_known_to_one(tmp_path: Path) -> None:
    with_alpha = Task("a", write_notebook(tmp_path / "a.ipynb", declared="alpha: float = 0.05"), {}, "start")
    without = Task("b", write_notebook(tmp_path / "b.ipynb"), {}, "start")
    given = with_parameters([with_alpha, without], {"alpha": "0.01"})
    assert [dict(task.parameters) for task in given] == [{"alpha": 0.01}, {}]
    with pytest.raises(ParameterError, match="none of the chosen notebooks takes it; did you mean 'alpha'"):
        with_parameters([with_alpha, without], {"alfa": 1})


# --- one notebook --------------------------------------------------------------------------------------------------


def test_page_holds_results_and_says_what_it_was_made_from(page: Page, tmp_path: Path) -> None:
    data = tmp_path / "surveys" / "a.yaml"
    write_whole(data, "x: 1\n")
    code = "import sys, os\nprint(sys.executable, os.environ['PYTHONHASHSEED'], os.getcwd(), survey)"
    task = replace(one_task(tmp_path, code, declared=DECLARED, survey="<b>"), data=(data,))
    made = page(task)
    assert made.error == ""
    assert made.title == "A title"
    assert "&lt;b&gt;" in made.html
    assert f"{sys.executable} 0 {tmp_path}" in made.html
    assert "surveys/a.yaml" in made.html
    assert data_hash([data])[:16] in made.html
    assert "survey = '<b>'" in unescape(made.html)


CELLS = (
    "import pandas as pd\nimport matplotlib.pyplot as plt\nfrom IPython.display import HTML, clear_output, display",
    "print('one')\nprint('two')\n1 + 1",
    "2 + 2;",
    "pd.DataFrame({'a': range(100)})",
    "display(HTML('<b>1</b>'), metadata={'x': {'y': 1}})\nOut[4]",
    "handle = display('first', display_id='d')",
    "handle.update('second')",
    "print('gone')\nclear_output()\nprint('stays until the next', end='')\nclear_output(wait=True)\ndisplay('last')",
    "figure, axes = plt.subplots(figsize=(2, 1))\naxes.plot([1, 2])\naxes.set_title('drawn at the end of the cell');",
    "!echo from a shell",
    "%precision 3\n3.14159",
    "In[1][:6], len(Out), __name__",
    "import asyncio\nawait asyncio.sleep(0, 'awaited')",
    "get_ipython().__class__.__name__",
    "try:\n    input('who?')\nexcept Exception as error:\n    print(type(error).__name__)",
)


def test_a_fork_says_what_an_ordinary_kernel_says(tmp_path: Path) -> None:
    task = one_task(tmp_path, *CELLS, declared=DECLARED, survey="b")
    here, cold = (next(iter(forked([task], 1, make, make_page_cold))) for make in (make_page, make_page_cold))
    assert (here.error, cold.error) == ("", "")
    one, other = (nbformat.reads(made.notebook, as_version=4) for made in (here, cold))
    for cell, same in zip(one.cells, other.cells, strict=True):
        assert cell == same
    assert one.metadata == other.metadata
    assert here.html == cold.html


def test_a_fork_fails_as_an_ordinary_kernel_does(tmp_path: Path) -> None:
    task = one_task(tmp_path, "def f():\n    return 1 / 0", "print('so far')\nf()")
    here, cold = (next(iter(forked([task], 1, make, make_page_cold))) for make in (make_page, make_page_cold))
    assert here.error == cold.error
    assert _words(here) == _words(cold)


def _words(made: Product) -> list[str]:
    """The outputs of a notebook without the colours of tracebacks, which depend on what has been imported."""
    cells = nbformat.reads(made.notebook, as_version=4).cells
    return [re.sub(r"\\x1b\[[0-9;]*m", "", str(output)) for cell in cells for output in cell.get("outputs", ())]


def test_what_processes_of_a_cell_write_is_an_output(tmp_path: Path) -> None:
    task = one_task(tmp_path, "import subprocess\nsubprocess.run(['echo', 'from outside']);", "1")
    (made,) = forked([task], 1, make_page, make_page_cold)
    first = nbformat.reads(made.notebook, as_version=4).cells[1]
    assert [output.text for output in first.outputs] == ["from outside\n"]


def test_a_cell_that_may_fail_ends_nothing(page: Page, tmp_path: Path) -> None:
    task = one_task(tmp_path, "1 / 0", "'after'")
    book = nbformat.read(task.notebook, as_version=4)
    book.cells[1].metadata["tags"] = ["raises-exception"]
    nbformat.write(book, task.notebook)
    assert "'after'" in page(task).notebook


def test_executed_notebook_is_the_same_each_time_and_names_no_place(page: Page, tmp_path: Path) -> None:
    task = one_task(tmp_path, "1 + 1", declared=DECLARED, survey="b")
    first, second = page(task), page(task)
    assert first.notebook == second.notebook
    assert first.html == second.html
    assert str(tmp_path) not in first.notebook


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("1 / 0", "ZeroDivisionError: division by zero"),
        ("import sys; sys.exit(0)", "SystemExit"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "DeadKernelError"),
    ],
    ids=["exception", "exit", "killed"],
)
def test_failure_is_told_and_leaves_the_notebook_so_far(page: Page, tmp_path: Path, code: str, reason: str) -> None:
    made = page(one_task(tmp_path, "print('so far')", code, "print('never')"))
    assert reason in made.error
    assert made.html == ""
    assert "so far" in made.notebook
    assert "never\\n" not in made.notebook


@pytest.mark.parametrize(
    "code",
    ["import time; time.sleep(30)", "try:\n    while True: pass\nexcept Exception: pass"],
    ids=["sleeps", "catches all"],
)
def test_cell_that_takes_too_long_is_a_failure(page: Page, tmp_path: Path, code: str) -> None:
    made = page(replace(one_task(tmp_path, code), timeout=1))
    assert "CellTimeoutError" in made.error


def test_what_the_system_refuses_is_told_in_a_sentence(page: Page, tmp_path: Path) -> None:
    task = one_task(tmp_path, "1")
    task.notebook.unlink()
    assert page(task).error == f"{task.notebook} is not there; mend the path"


def test_last_words_of_what_dies_are_told(page: Page, tmp_path: Path) -> None:
    code = "import os; os.write(2, b'out of luck'); os._exit(3)"
    assert "last words:\nout of luck" in page(one_task(tmp_path, code)).error


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no HOME")
def test_a_page_needs_no_home_and_leaves_nothing_behind(
    page: Page, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """IPython writes a profile where it can, and else makes a folder of its own that nobody removes."""
    write_whole(tmp_path / "home", "a file stands where the home should be")
    (tmp_path / "tmp").mkdir()
    for name in ("HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME"):
        monkeypatch.setenv(name, str(tmp_path / "home"))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))
    code = "import os; from IPython.paths import get_ipython_dir; assert get_ipython_dir() == os.environ['IPYTHONDIR']"
    assert page(one_task(tmp_path, code)).error == ""
    assert list((tmp_path / "tmp").iterdir()) == []


def test_current_kernel_is_this_interpreter_whatever_is_installed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec = tmp_path / "kernels" / "python3" / "kernel.json"
    write_whole(spec, json.dumps({"argv": ["/nowhere/python"], "display_name": "other", "language": "python"}))
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path))
    assert CurrentKernelSpecManager().get_kernel_spec(CURRENT_KERNEL).argv[0] == sys.executable
    assert make_page_cold(one_task(tmp_path, "1")).error == ""


@linux
def test_folder_with_a_name_too_long_for_sockets_leaves_tcp(tmp_path: Path) -> None:
    for folder, transport in ((Path(tempfile.mkdtemp(prefix="t-")), "ipc"), (tmp_path / ("x" * 100), "tcp")):
        folder.mkdir(exist_ok=True)
        manager = BlockingLocalKernelManager(kernel_name=CURRENT_KERNEL, scratch=str(folder))
        assert manager.transport == transport
        manager.start_kernel()
        talk = manager.client()
        talk.start_channels()
        talk.wait_for_ready(timeout=SECONDS)
        talk.stop_channels()
        manager.shutdown_kernel(now=True)
        shutil.rmtree(folder)


def test_a_warning_in_a_page_names_no_folder_of_this_machine() -> None:
    with plain_warnings():
        assert warnings.formatwarning("x", RuntimeWarning, "/lib/python3.11/a.py", 3) == "RuntimeWarning: x\n"
    assert "python3.11" in warnings.formatwarning("x", RuntimeWarning, "/lib/python3.11/a.py", 3)


def test_kernel_environment_fixes_what_could_change_an_output() -> None:
    made = kernel_environment({"MPLBACKEND": "TkAgg", "PYTHONHASHSEED": "7", "PYTHONDONTWRITEBYTECODE": "1", "X": "y"})
    assert made["MPLBACKEND"] == "module://matplotlib_inline.backend_inline"
    assert (made["PYTHONHASHSEED"], made["OMP_NUM_THREADS"], made["X"]) == ("0", "1", "y")
    assert "PYTHONDONTWRITEBYTECODE" not in made


def test_refreshed_notebook_holds_its_outputs_and_no_trace_of_the_run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    book = write_notebook(tmp_path / "n.ipynb", "alpha", declared="alpha: float = 0.05")
    assert recorded(["--refresh", str(book)]) == 0
    read = nbformat.read(book, as_version=4)
    assert [cell.execution_count for cell in read.cells if cell.cell_type == "code"] == [1, 2]
    assert read.cells[-1].outputs[0]["data"]["text/plain"] == "0.05"
    assert set(read.metadata) == {"kernelspec", "language_info"}
    broken = write_notebook(tmp_path / "b.ipynb", "1 / 0")
    before = broken.read_bytes()
    assert recorded(["--refresh", str(broken)]) == 1
    assert broken.read_bytes() == before
    assert "ZeroDivisionError" in capsys.readouterr().out


# --- what a page depends on ----------------------------------------------------------------------------------------


def test_key_changes_with_everything_that_a_page_is_made_from_and_with_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def key(task: Task) -> str:
        return task_keys([task])[task.page]

    data = tmp_path / "d" / "a.yaml"
    write_whole(data, "x: 1")
    task = replace(one_task(tmp_path, "1", declared=DECLARED, survey="a"), data=(data,))
    first = key(task)
    assert key(replace(task, parameters={"survey": "b"})) != first
    assert key(replace(task, facts="other")) != first
    write_whole(data, "x: 2")
    assert key(task) != first
    write_whole(data, "x: 1")
    os.utime(data, (0, 0))
    assert key(task) == first
    with monkeypatch.context() as edited:
        edited.setattr("crosswave.report.run.current.package_digest", lambda: "other code")
        assert key(task) != first
    write_notebook(task.notebook, "2")
    assert key(task) != first


def test_outputs_of_a_notebook_do_not_change_its_hash_and_its_code_does(tmp_path: Path) -> None:
    path = write_notebook(tmp_path / "n.ipynb", "1")
    before = notebook_hash(path)
    book = nbformat.read(path, as_version=4)
    book.cells[-1].execution_count = 3
    nbformat.write(book, path)
    assert notebook_hash(path) == before
    assert notebook_hash(write_notebook(path, "2")) != before


def test_versions_are_those_of_the_lock(tmp_path: Path) -> None:
    write_whole(tmp_path / "lock", "a==1")
    before = versions_hash(tmp_path / "lock")
    write_whole(tmp_path / "lock", "a==2")
    assert versions_hash(tmp_path / "lock") != before
    assert versions_hash(tmp_path / "none") == versions_hash(None)


# --- files ---------------------------------------------------------------------------------------------------------


def test_file_is_whole_or_as_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "deep" / "a.txt"
    write_whole(path, "before")

    def broken(*_: object) -> None:
        raise OSError(errno.ENOSPC, "disk full")

    monkeypatch.setattr(os, "replace", broken)
    with pytest.raises(OSError, match="disk full"):
        write_whole(path, "after")
    assert path.read_text(encoding="utf-8") == "before"
    assert list(path.parent.iterdir()) == [path]


def keep_one(folder: Path) -> None:
    with Outputs(folder) as outputs:
        outputs.keep(Product("start", "T", "{}\n", "<p>", "", 1.0), "key")


def test_damaged_manifest_means_that_nothing_is_current(tmp_path: Path) -> None:
    keep_one(tmp_path)
    assert Outputs(tmp_path).holds("start", "key")
    (tmp_path / "manifest.json").write_text('{"pages": ', encoding="utf-8")
    assert not Outputs(tmp_path).holds("start", "key")


@pytest.mark.parametrize("name", ["pages/start.html", "notebooks/start.ipynb"])
def test_page_that_somebody_altered_is_not_current(tmp_path: Path, name: str) -> None:
    keep_one(tmp_path)
    assert Outputs(tmp_path).holds("start", "key")
    write_whole(tmp_path / name, "altered")
    assert not Outputs(tmp_path).holds("start", "key")


def test_many_pages_write_the_manifest_seldom_and_the_last_of_them_is_in_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[object] = []
    monkeypatch.setattr(
        "crosswave.report.run.outputs.write_json", lambda path, held: written.append(json.loads(json.dumps(held)))
    )
    monkeypatch.setattr("crosswave.report.run.outputs.time.monotonic", lambda: 100.0)
    with Outputs(tmp_path) as outputs:
        for number in range(50):
            outputs.keep(Product(f"survey/{number}", "T", "{}\n", "<p>", "", 1.0), "key")
    assert [len(held["pages"]) for held in written] == [0, 50]  # type: ignore[index]


def test_page_that_fails_goes_aside_and_its_old_page_goes_away(tmp_path: Path) -> None:
    outputs = Outputs(tmp_path)
    outputs.keep(Product("survey/a", "T", "{}\n", "<p>", "", 1.0), "key")
    outputs.keep(Product("survey/a", "T", "{}\n", "", "ValueError: x", 1.0), "key2")
    assert not (tmp_path / "pages" / "survey" / "a.html").exists()
    assert (tmp_path / "failed" / "survey" / "a.txt").read_text(encoding="utf-8") == "ValueError: x\n"
    outputs.keep(Product("survey/a", "T", "{}\n", "<p>", "", 1.0), "key")
    assert not (tmp_path / "failed" / "survey" / "a.txt").exists()


# --- a whole run ---------------------------------------------------------------------------------------------------


class Immediate(Executor):
    """Runs each task at once, in this process, with the product that `brings` gives for it."""

    def __init__(self, brings: Any, seen: list[str]) -> None:
        self._brings = brings
        self._seen = seen

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        self._seen.append(args[0].page)
        try:
            future.set_result(self._brings(args[0]))
        except Exception as error:
            future.set_exception(error)
        return future


def made(task: Task) -> Product:
    return Product(task.page, f"Title of {task.page}", "{}\n", "<p>page</p>", "", 0.1)


@pytest.fixture
def request_of_three(tmp_path: Path) -> RunRequest:
    books = tmp_path / "notebooks"
    for name in SINGLE.values():
        write_notebook(books / f"{name}.ipynb", "1")
    write_notebook(books / "01_reproduce_survey.ipynb", "1", declared="survey: str = 'a'")
    data = tmp_path / "data" / "a.yaml"
    write_whole(data, "x: 1")
    return RunRequest(books, tmp_path / "out", surveys=("a", "b"), data={"survey/a": (data,)})


def run(request: RunRequest, brings: Any = made) -> tuple[RunSummary, list[str]]:
    seen: list[str] = []
    quiet = Console(quiet=True)
    return run_all(request, make_executor=lambda jobs: Immediate(brings, seen), console=quiet), seen


def test_second_run_does_nothing_and_a_changed_file_runs_its_page_alone(request_of_three: RunRequest) -> None:
    first, seen = run(request_of_three)
    assert seen == ["start", "synthesis", "barriers", "context", "calibration", "survey/a", "survey/b"]
    assert run(request_of_three)[1] == []
    write_whole(request_of_three.data["survey/a"][0], "x: 2")
    summary, seen = run(request_of_three)
    assert seen == ["survey/a"]
    assert [page.status for page in summary.pages].count("unchanged") == 6
    assert first.exit_status == summary.exit_status == 0


def test_unchanged_inputs_are_known_without_a_look_at_the_pages_keys(request_of_three: RunRequest) -> None:
    request = replace(request_of_three, inputs="now")
    run(request)
    found = unchanged(request.out, "now")
    assert found is not None
    assert found.lines()[0] == "7 pages: 7 unchanged; nothing was to be done"
    assert [page.page for page in unchanged(request.out, "now", ["survey/*"]).pages] == ["survey/a", "survey/b"]  # type: ignore[union-attr]
    assert unchanged(request.out, "now", ["start", "survey/c"]) is None
    assert unchanged(request.out, "later") is None


@pytest.mark.parametrize("name", ["pages/start.html", "index.html", "results/findings.csv"])
def test_a_lost_file_means_that_something_is_to_be_done(request_of_three: RunRequest, name: str) -> None:
    request = replace(request_of_three, inputs="now")
    run(request)
    with Outputs(request.out) as outputs:
        outputs.write_results({"results/findings.csv": "a"})
    assert unchanged(request.out, "now") is not None
    (request.out / name).unlink()
    assert unchanged(request.out, "now") is None


def test_a_failed_page_means_that_something_is_to_be_done(request_of_three: RunRequest) -> None:
    run(replace(request_of_three, inputs="now"), lambda task: replace(made(task), error="ValueError: bad"))
    assert unchanged(request_of_three.out, "now") is None


def test_pages_made_one_by_one_are_together_a_whole_run(request_of_three: RunRequest) -> None:
    request = replace(request_of_three, inputs="now")
    for only in (("start", "synthesis", "barriers", "context"), ("calibration", "survey/a")):
        run(replace(request, only=only))
        assert unchanged(request.out, "now") is None
    run(replace(request, only=("survey/b",)))
    assert unchanged(request.out, "now") is not None


def test_force_runs_what_is_unchanged(request_of_three: RunRequest) -> None:
    run(request_of_three)
    assert len(run(replace(request_of_three, force=True))[1]) == 7


def test_deleted_page_is_made_again(request_of_three: RunRequest) -> None:
    run(request_of_three)
    (request_of_three.out / "pages" / "survey" / "b.html").unlink()
    assert run(request_of_three)[1] == ["survey/b"]


def test_page_of_a_survey_that_is_gone_goes(request_of_three: RunRequest) -> None:
    run(request_of_three)
    run(replace(request_of_three, surveys=("a",)))
    assert not (request_of_three.out / "pages" / "survey" / "b.html").exists()
    assert "survey/b" not in (request_of_three.out / "index.html").read_text(encoding="utf-8")


def test_only_keeps_the_other_pages_in_the_index(request_of_three: RunRequest) -> None:
    run(request_of_three)
    summary, seen = run(replace(request_of_three, only=("survey/a",), force=True))
    assert seen == ["survey/a"]
    assert "pages/survey/b.html" in summary.index.read_text(encoding="utf-8")


def test_failure_does_not_stop_the_others_and_is_tried_again(request_of_three: RunRequest) -> None:
    def fails(task: Task) -> Product:
        return made(task) if task.page != "synthesis" else Product(task.page, "T", "{}\n", "", "E\nValueError: bad", 0)

    summary, _ = run(request_of_three, fails)
    assert summary.exit_status == 1
    assert summary.lines()[:2] == ("7 pages: 6 made, 1 failed", "failed: synthesis: ValueError: bad")
    assert (request_of_three.out / "failed" / "synthesis.txt").exists()
    assert "failed/synthesis.txt" in summary.index.read_text(encoding="utf-8")
    assert run(request_of_three)[1] == ["synthesis"]


def test_wrong_parameter_stops_a_run_before_anything_is_made(request_of_three: RunRequest) -> None:
    with pytest.raises(ParameterError, match="unknown parameter 'konstruct'"):
        run(replace(request_of_three, parameters={"konstruct": "x"}))
    assert not (request_of_three.out / "index.html").exists()


def test_task_that_cannot_be_sent_fails_alone(request_of_three: RunRequest) -> None:
    def breaks(task: Task) -> Product:
        if task.page == "context":
            raise TypeError("cannot pickle it")
        return made(task)

    summary, _ = run(request_of_three, breaks)
    assert [(page.page, page.error) for page in summary.failed] == [("context", "TypeError: cannot pickle it")]


def test_two_processes_make_real_pages_and_say_so_line_by_line(
    request_of_three: RunRequest, capsys: pytest.CaptureFixture[str]
) -> None:
    write_notebook(request_of_three.notebooks / "05_context.ipynb", "1 / 0")
    request = replace(request_of_three, surveys=(), jobs=2)
    console = Console(file=sys.stdout, force_terminal=False, width=100)
    began = time.perf_counter()
    summary = run_all(request, console=console)
    lines = capsys.readouterr().out.splitlines()
    assert time.perf_counter() - began < 60
    assert [page.page for page in summary.failed] == ["context"]
    assert len(lines) == 5
    assert [line for line in lines if "failed: ZeroDivisionError: division by zero" in line]
    assert (request.out / "failed" / "context.ipynb").exists()
    assert (request.out / "pages" / "start.html").exists()
    leftovers: Sequence[Path] = [path for path in request.out.rglob("*") if path.suffix == ".part"]
    assert leftovers == []


DRIVER = """
import sys
from html import unescape
from pathlib import Path
from rich.console import Console
from crosswave.report.run.engine import run_all
from crosswave.report.run.plan import RunRequest

if __name__ == "__main__":
    print("ready", flush=True)
    request = RunRequest(Path(sys.argv[1]), Path(sys.argv[2]), jobs=2)
    run_all(request, console=Console(stderr=True, force_terminal=True))
"""


@dataclass
class Driver:
    """A run in a process of its own, which everything that it starts can be told from by its variables."""

    process: subprocess.Popen[bytes]
    folder: Path
    temporary: str

    def has_begun(self, number: int) -> bool:
        """Whether so many notebooks have begun."""
        return len(list(self.folder.glob("began-*"))) >= number

    def others(self) -> list[psutil.Process]:
        """Everything that was started by it, directly or not, and still lives."""
        return [one for one in psutil.process_iter() if one.pid != self.process.pid and self._is_own(one)]

    def _is_own(self, one: psutil.Process) -> bool:
        try:
            own = one.environ().get("TMPDIR") == self.temporary
            return own and one.status() != psutil.STATUS_ZOMBIE
        except psutil.Error:
            return False


@pytest.fixture
def driver(request_of_three: RunRequest, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Driver]:
    kernel, seconds = request.param
    for name in SINGLE.values():
        mark = f"open({str(tmp_path)!r} + '/began-{name}', 'w').close()"
        write_notebook(request_of_three.notebooks / f"{name}.ipynb", mark, f"import time; time.sleep({seconds})")
    write_whole(tmp_path / "go.py", DRIVER)
    with tempfile.TemporaryDirectory(prefix="t-") as short:
        own = {"TMPDIR": short, KERNEL_VARIABLE: kernel}
        command = [sys.executable, tmp_path / "go.py", request_of_three.notebooks, request_of_three.out]
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        with subprocess.Popen(command, start_new_session=True, env=os.environ | own, **pipes) as process:
            made = Driver(process, tmp_path, short)
            yield made
            for one in [*made.others(), process]:
                one.kill()


MOMENTS: dict[str, Callable[[Driver], bool]] = {
    "before it starts processes": lambda driver: driver.process.stdout.readline() == b"ready\n",  # type: ignore[union-attr]
    "while they start": lambda driver: len(driver.others()) >= 2,
    "while notebooks run": lambda driver: driver.has_begun(2),
    "while pages come": lambda driver: (driver.folder / "out" / "pages").exists(),
}
LONG, SHORT = 600, 0.2


def _until(claim: Callable[[], bool]) -> bool:
    end = time.monotonic() + SECONDS
    while not (holds := claim()) and time.monotonic() < end:
        time.sleep(0.05)
    return holds


@linux
@pytest.mark.thorough
@pytest.mark.parametrize(
    ("driver", "moment", "send", "number", "status"),
    [
        (("fork", LONG), "before it starts processes", os.kill, signal.SIGINT, -signal.SIGINT),
        (("fork", LONG), "while they start", os.killpg, signal.SIGINT, -signal.SIGINT),
        (("cold", LONG), "while notebooks run", os.killpg, signal.SIGINT, -signal.SIGINT),
        (("fork", SHORT), "while pages come", os.kill, signal.SIGINT, -signal.SIGINT),
        (("fork", LONG), "while notebooks run", os.kill, signal.SIGINT, -signal.SIGINT),
        (("fork", LONG), "while notebooks run", os.kill, signal.SIGTERM, 128 + signal.SIGTERM),
        (("fork", LONG), "while notebooks run", os.killpg, signal.SIGHUP, 128 + signal.SIGHUP),
    ],
    indirect=["driver"],
)
def test_one_signal_ends_a_run_and_all_it_began(
    driver: Driver, moment: str, send: Callable[[int, int], None], number: int, status: int
) -> None:
    assert _until(lambda: MOMENTS[moment](driver))
    send(driver.process.pid, number)
    words = driver.process.communicate(timeout=SECONDS)[1]
    assert driver.process.returncode == status  # -SIGINT is what a shell shows as 130
    assert words.count(b"\x1b[?25l") == words.count(b"\x1b[?25h"), "the cursor is shown again"
    assert words.count(b"Traceback") == (number == signal.SIGINT), "the processes that it started say nothing"
    assert _until(lambda: not driver.others()), driver.others()
    assert not list((driver.folder / "out").rglob("*.part"))
    assert not list(Path(driver.temporary).glob("cw-*"))


@linux
@pytest.mark.parametrize("driver", [("fork", SHORT)], indirect=True)
def test_a_run_that_is_done_leaves_no_process_and_no_folder(driver: Driver) -> None:
    driver.process.communicate(timeout=SECONDS)
    assert driver.process.returncode == 0
    assert _until(lambda: not driver.others()), driver.others()
    assert not list(Path(driver.temporary).glob("cw-*"))


@linux
@pytest.mark.thorough
@pytest.mark.parametrize("driver", [("cold", LONG), ("fork", LONG)], indirect=True)
def test_a_killed_run_leaves_no_process(driver: Driver) -> None:
    assert _until(lambda: driver.has_begun(2))
    assert len(driver.others()) >= 2
    driver.process.kill()
    assert _until(lambda: not driver.others()), driver.others()


@linux
def test_what_runs_that_were_killed_with_all_their_processes_have_left_goes_with_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    left = Scratch()
    assert left._lock is not None
    living = Scratch()
    assert Path(left.folder).is_dir()
    left._lock.close()  # what the system does for a process that has ended
    next_one = Scratch()
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(
        Path(one.folder).name for one in (living, next_one)
    )
    write_whole(tmp_path / "out" / "pages" / "start.html", "whole")
    (tmp_path / "out" / "pages" / ".start.html.x1.part").write_text("ha")
    with Outputs(tmp_path / "out") as outputs:
        outputs.plan("", ["start"], {})
    with Outputs(tmp_path / "out"):
        assert [path.name for path in (tmp_path / "out" / "pages").iterdir()] == ["start.html"]
    for one in (living, next_one):
        one.remove()
        assert not Path(one.folder).exists()


def test_a_fork_that_dies_is_tried_again_on_an_ordinary_kernel_and_no_other_page_is_lost(
    request_of_three: RunRequest,
) -> None:
    once = request_of_three.notebooks / "killed"
    kills = f"""
import os, pathlib, signal
if not pathlib.Path({str(once)!r}).exists():
    pathlib.Path({str(once)!r}).touch()
    os.kill(os.getpid(), signal.SIGKILL)
"""
    write_notebook(request_of_three.notebooks / "05_context.ipynb", kills)
    request = replace(request_of_three, surveys=(), jobs=2)
    summary = run_all(request, console=Console(quiet=True))
    assert once.exists()
    assert [page.status for page in summary.pages] == ["made"] * len(SINGLE)


def test_a_page_whose_processes_die_twice_fails_alone(tmp_path: Path) -> None:
    def dies(task: Task, folder: str) -> Product:
        if task.page == "a":
            os.write(2, b"out of memory")
            os._exit(3)
        return made(task)

    tasks = [replace(one_task(tmp_path, "1"), page=name) for name in "abc"]
    found = {product.page: product.error for product in forked(tasks, 2, dies, dies)}
    assert found == {"a": "the process that ran it ended; its last words:\nout of memory", "b": "", "c": ""}


def test_a_page_that_dies_for_want_of_memory_says_so_and_its_kernel_ends(tmp_path: Path) -> None:
    def dies(task: Task, folder: str) -> Product:
        made = subprocess.Popen(["sleep", "60"], start_new_session=True)
        Path(folder, RUNNING).write_text(str(made.pid))
        (tmp_path / f"{made.pid}").touch()
        os.write(2, b"Resource temporarily unavailable (src/thread.cpp:241)")
        os._exit(3)

    [product] = forked([one_task(tmp_path, "1")], 1, dies, dies)
    assert "for want of memory or threads: this machine gives a command too little memory" in product.error
    started = [int(path.name) for path in tmp_path.iterdir() if path.name.isdigit()]
    assert len(started) == 2
    psutil.wait_procs(alive := [psutil.Process(one) for one in started if psutil.pid_exists(one)], timeout=5)
    assert not [one for one in alive if one.is_running() and one.status() != psutil.STATUS_ZOMBIE]


def test_only_the_head_of_a_session_is_ended_as_a_kernel(tmp_path: Path) -> None:
    with subprocess.Popen(["sleep", "60"]) as other, subprocess.Popen(["sleep", "60"], start_new_session=True) as own:
        for one in (other, own):
            (tmp_path / str(one.pid)).mkdir()
            (tmp_path / str(one.pid) / RUNNING).write_text(str(one.pid))
        end_kernels(tmp_path)
        assert own.wait(timeout=10) == -signal.SIGKILL and other.poll() is None
        other.kill()


def test_any_executor_will_do(request_of_three: RunRequest) -> None:
    request = replace(request_of_three, only=("start",))
    with Console(quiet=True) as quiet:
        summary = run_all(request, make_executor=lambda jobs: _FirstThreadOnly(), console=quiet)
    assert summary.exit_status == 0


class _FirstThreadOnly(ThreadPoolExecutor):
    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        return super().submit(made, *args)
