"""What people meet when something is wrong: whole messages, status 1, and never a traceback."""

import errno
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from typer.testing import CliRunner

import real
from crosswave.cli import app
from crosswave.failures import NO_MEMORY, import_words, os_words, python_fault
from crosswave.report.run.folder import alone_in
from crosswave.study.parameters import check_given

ROOT = Path(__file__).resolve().parents[1]
DATA = str(ROOT / "data")
MEND = "the environment is half made; run make setup, which makes .venv whole again, then: . .venv/bin/activate\n"
runner = CliRunner()
pytestmark = pytest.mark.usefixtures("kept")


def crosswave(*words, before="", **options):
    """The command line in a process of its own, as a person starts it."""
    code = f"import sys\n{before}\nsys.argv = {['crosswave', *words]!r}\nfrom crosswave.__main__ import main\nmain()"
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, **options)


NAMES = {
    "a survey": (
        ["show", "igov2017"],
        "no finding, survey, series or topic is called 'igov2017'; "
        "did you mean igov-2017 or goss-2017 or igov-sungard-2017?",
    ),
    "a survey to draw": (
        ["reconstruct", "igov2017", "--out", "drawn"],
        "no survey is called 'igov2017'; did you mean igov-2017 or goss-2017 or igov-sungard-2017?",
    ),
    "a survey like none": (
        ["run", "--survey", "zzz"],
        "no survey is called 'zzz'; see crosswave list surveys",
    ),
    "a construct": (
        ["run", "--construct", "barrier-skils"],
        "no construct is called 'barrier-skils'; did you mean barrier-skills or techuk-barrier-skills or barrier-time?",
    ),
    "a method": (
        ["explain", "newcomb"],
        "no method is called 'newcomb'; did you mean newcombe?",
    ),
    "a list": (
        ["list", "survey"],
        "'survey' cannot be listed; choose one of surveys, series, constructs, claims, sources, findings; "
        "did you mean surveys or sources?",
    ),
    "years without a survey": (
        ["run", "--construct", "barrier-skills", "-p", "from_year=2030", "-p", "to_year=2031"],
        "from_year 2030 and to_year 2031 leave no survey of barrier-skills: its surveys are of "
        "2016, 2017, 2018, 2019, 2022, 2023, 2024, 2025; widen the years",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_an_unknown_name_is_answered_with_the_nearest_and_the_way_on(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    arguments, message = NAMES[name]
    result = runner.invoke(app, [*arguments, "--data", DATA])
    assert (result.exit_code, result.output) == (1, f"crosswave: {message}\n")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--only", "claims/ukauthority"],
         "no page is called 'claims/ukauthority'; did you mean 'claims/ukauthority-2017-cif'?"),
        (["--parameter", "alfa=0.01"],
         "unknown parameter 'alfa' (value 0.01): none of the chosen notebooks takes it; did you mean 'alpha'?"),
    ],
)  # fmt: skip
def test_run_names_the_nearest_page_and_parameter(arguments, message, tmp_path, ledger_at_hand):
    result = runner.invoke(app, ["run", "--data", DATA, "--out", str(tmp_path / "out"), *arguments])
    assert (result.exit_code, result.output) == (1, f"crosswave: {message}\n")
    assert not (tmp_path / "out").exists()


def test_a_construct_with_one_usable_wave_says_which_wave_has_no_partner():
    result = runner.invoke(app, ["show", "techuk-overhead", "--data", DATA], env={"COLUMNS": "300"})
    assert result.exit_code == 0
    assert (
        "Technology seen as an overhead (techUK surveys), 2017 to 2020: cannot tell: not asked twice, or a number is "
        "missing; "
        "one survey asked: 1% of 941 to 999 people in 2017 (techuk-2017)."
    ) in result.output


@pytest.mark.parametrize("version", [(3, 10), (3, 15), (2, 7)])
def test_another_python_is_told_which_ones_do(version):
    assert python_fault(version) == (
        f"crosswave needs Python 3.11, 3.12, 3.13 or 3.14, and this is {version[0]}.{version[1]}; "
        "install one of them, or name it: make PYTHON=/path/to/python3.12 setup"
    )
    assert python_fault(sys.version_info[:2]) is None


@pytest.mark.parametrize(
    ("package", "words"),
    [("typer", ("list", "findings")), ("yaml", ("list", "findings")), ("pandas", ("model", "barriers"))],
)
def test_a_missing_package_is_named_with_the_command_that_mends_it(package, words):
    done = crosswave(*words, "--data", DATA, before=f"sys.modules[{package!r}] = None")
    expected = f"crosswave: the package {package} is not installed: {MEND}"
    assert (done.returncode, done.stdout, done.stderr) == (1, "", expected)


def test_a_package_that_cannot_be_loaded_is_told_with_the_reason():
    words = import_words(ImportError("libgomp.so.1: cannot open shared object file", name="scipy.linalg"))
    assert f"{words}\n" == (
        f"the package scipy cannot be loaded (libgomp.so.1: cannot open shared object file): {MEND}"
    )


def test_the_cluster_extra_is_named_where_it_is_missing():
    words = import_words(ModuleNotFoundError("No module named 'distributed'", name="distributed"))
    assert words == 'the package distributed is not installed, which --scheduler needs: pip install ".[cluster]"'


SYSTEM = {
    errno.ENOSPC: "the disk is full, so reports/x could not be written; free some room and give the command again: "
    "what was made before is kept",
    errno.EROFS: "reports/x cannot be written or read here (Read-only file system); name another folder "
    "(--out or --data), or change its rights",
    errno.ENOENT: "reports/x is not there; mend the path",
    errno.EMFILE: "this machine lets a command open no more files; raise the limit with ulimit -n 4096",
}


@pytest.mark.parametrize("number", SYSTEM)
def test_what_the_system_refuses_is_said_with_what_to_do(number):
    assert os_words(OSError(number, os.strerror(number), "reports/x")) == SYSTEM[number]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_output_that_finds_no_room_is_told_in_a_sentence():
    with open("/dev/full", "w", encoding="utf-8") as full:
        command = [sys.executable, "-m", "crosswave", "--version"]
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert (done.returncode, done.stderr) == (
        1,
        "crosswave: the disk is full, so what is printed could not be written; free some room and give the command "
        "again: what was made before is kept\n",
    )


@pytest.mark.parametrize("locale", ["LC_ALL=C", "LC_ALL=POSIX"])
def test_set_up_says_which_locale_cannot_read_its_folder(locale, tmp_path):
    (tmp_path / "日本" / ".ci").mkdir(parents=True)
    script = shutil.copy(ROOT / ".ci" / "setup", tmp_path / "日本" / ".ci")
    done = subprocess.run(["env", locale, "sh", script], capture_output=True, check=False)
    assert (done.returncode, done.stdout) == (1, b"")
    assert done.stderr.decode() == (
        f"crosswave: the folder {tmp_path / '日本'} has letters that Python cannot read under {locale}: "
        "export LC_ALL=C.UTF-8, then the command again\n"
    )


def test_words_of_our_own_stay_as_they_are():
    assert os_words(FileExistsError("it is there already; choose another")) == "it is there already; choose another"


def test_two_runs_do_not_write_to_one_folder(tmp_path):
    with alone_in(tmp_path):
        second = crosswave("run", "--survey", "cif-2016", "--data", DATA, "--out", str(tmp_path))
    assert (second.returncode, second.stdout, second.stderr) == (
        1,
        "",
        f"crosswave: another crosswave run is writing to {tmp_path} (process {os.getpid()}); wait until it ends, "
        "or give this run a folder of its own with --out\n",
    )


def test_a_folder_is_free_again_after_a_run_and_after_a_fault(tmp_path):
    with pytest.raises(ZeroDivisionError), alone_in(tmp_path / "out"):
        raise ZeroDivisionError
    assert not (tmp_path / "out").exists()
    with alone_in(tmp_path / "out"):
        (tmp_path / "out" / "index.html").touch()
    with alone_in(tmp_path / "out"):
        assert (tmp_path / "out" / "index.html").exists()


LOCKED_OUT = """
import os, sys
from pathlib import Path
from crosswave.failures import os_words
from crosswave.report.run.folder import alone_in
if os.geteuid() == 0:  # the superuser may write anywhere
    os.setuid(65534)
try:
    with alone_in(Path(sys.argv[1])):
        print("written")
except OSError as error:
    print(os_words(error))
"""


def test_a_folder_that_may_not_be_written_is_told_before_anything_runs():
    folder = Path(tempfile.mkdtemp())
    try:
        folder.chmod(0o555)
        done = subprocess.run([sys.executable, "-c", LOCKED_OUT, folder], capture_output=True, text=True, check=True)
        assert done.stdout == (
            f"{folder / '.lock'} cannot be written or read here (Permission denied); name another folder "
            "(--out or --data), or change its rights\n"
        )
    finally:
        folder.chmod(0o755)
        shutil.rmtree(folder)


def test_a_file_where_the_output_folder_should_be_is_told(tmp_path):
    (tmp_path / "out").touch()
    result = runner.invoke(app, ["run", "--survey", "cif-2016", "--data", DATA, "--out", str(tmp_path / "out")])
    assert (result.exit_code, result.output) == (
        1,
        f"crosswave: {tmp_path / 'out'} is a file, and a folder is needed here; name another\n",
    )


def test_a_data_folder_that_is_none_is_told():
    result = runner.invoke(app, ["run", "--data", "nosuch"])
    assert (result.exit_code, result.output) == (
        1,
        "crosswave: nosuch is no folder; name the data folder, or the one that holds data/\n",
    )


def test_notebooks_that_are_not_there_are_told_before_anything_runs(tmp_path):
    real.part(tmp_path / "data", "igov-2017")
    result = runner.invoke(app, ["run", "--data", str(tmp_path / "data"), "--out", str(tmp_path / "out")])
    assert (result.exit_code, result.output) == (
        1,
        f"crosswave: no notebook is in {tmp_path / 'notebooks'}; pages are made from the notebooks beside the data "
        "folder: git checkout notebooks brings them back\n",
    )


def test_a_parameter_that_papermill_gives_and_the_notebook_lacks_stops_the_notebook(tmp_path):
    """papermill itself only warns, and would show the default survey as if it were the one asked for."""
    import papermill

    notebook, out = ROOT / "notebooks" / "01_reproduce_survey.ipynb", tmp_path / "out.ipynb"
    with pytest.raises(papermill.PapermillExecutionError) as caught:
        papermill.execute_notebook(notebook, out, {"survay": "techuk-2017"}, progress_bar=False, cwd=ROOT)
    assert caught.value.ename == "ValueError"
    assert caught.value.evalue.startswith(
        "this notebook has no parameter 'survay'; did you mean survey?; it takes: survey, "
    )


def test_parameters_that_a_notebook_has_pass():
    check_given(["survey: str = 'a'\nalpha: float = 0.05", "# Parameters\nsurvey = 'b'\n", "other = 1"])


def test_outside_a_notebook_nothing_is_given():
    check_given()


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        ("MemoryError", f"crosswave: {NO_MEMORY}"),
        ("SystemError('error return without exception set')", f"crosswave: {NO_MEMORY}"),
        ("SystemError('<built-in method a> returned NULL without setting an exception')", f"crosswave: {NO_MEMORY}"),
        ("SystemError('another fault of Python')", "SystemError: another fault of Python"),
    ],
)
def test_too_little_memory_is_said_and_no_package_is_blamed(fault: str, told: str):
    for words in ("libortools.so: failed to map segment from shared object", "x.so: cannot allocate memory"):
        assert import_words(ImportError(words, name="ortools")) == NO_MEMORY
    result = crosswave("check", "--data", DATA, before="import crosswave.cli.shared as shared\n"
                       f"def fail(*_): raise {fault}\nshared.folder_of = fail\nimport crosswave.cli.data as data\n"
                       "data.folder_of = fail")  # fmt: skip
    assert result.returncode == 1 and result.stderr.splitlines()[-1] == told
    assert ("Traceback" in result.stderr) == (told != f"crosswave: {NO_MEMORY}")


def test_a_file_that_is_larger_than_the_system_allows_is_named():
    words = os_words(OSError(errno.EFBIG, "File too large", "reports/index.html"))
    assert words.startswith("this machine lets no command write a file as large as reports/index.html; raise the limit")


def test_a_run_that_is_stopped_says_what_becomes_of_it(monkeypatch):
    def stopped(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("crosswave.report.building.run_report", stopped)
    ended = runner.invoke(app, ["run"])
    assert ended.exit_code == 130
    assert ended.stderr == "crosswave: stopped; what was made is kept, and the next run makes the rest\n"


@pytest.mark.skipif(os.name != "posix", reason="pipes of another kind")
@pytest.mark.parametrize("words", [["explain", "newcombe"], ["counts", "58% of 235"]])
def test_a_command_whose_output_nobody_reads_ends_without_a_word(words):
    read, write = os.pipe()
    os.close(read)
    command = [sys.executable, "-m", "crosswave", *words]
    ended = subprocess.run(command, stdout=write, stderr=subprocess.PIPE, text=True, check=False, cwd=ROOT)
    os.close(write)
    assert (ended.returncode, ended.stderr) == (1, "")


BROKEN_OFF = """
import signal, sys
from crosswave.report.run.ending import listening
signal.signal(signal.SIGINT, signal.default_int_handler)
with listening():
    try:
        signal.raise_signal(getattr(signal, sys.argv[1]))
    except BaseException:
        raise ImportError("initialization failed") from None
"""


@pytest.mark.skipif(os.name != "posix", reason="signals of another kind")
@pytest.mark.parametrize(("name", "status"), [("SIGINT", -2), ("SIGTERM", 128 + 15)])
def test_an_import_that_a_signal_breaks_off_ends_as_the_signal_does(name, status):
    done = subprocess.run([sys.executable, "-c", BROKEN_OFF, name], capture_output=True, check=False)
    assert done.returncode == status
