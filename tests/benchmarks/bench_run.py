"""The same pages made in five ways, side by side in one run; writes reports/benchmark.md. Asserts no time.

Run by ``make bench``; ``--pages 8 --rounds 1 --waves 10,100`` for a short look. The loop and xargs only execute the
notebooks; crosswave makes the HTML, the index and the ledger besides.
"""

from __future__ import annotations

import argparse
import os
import platform
import shlex
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from statistics import median

import psutil
from bench_registry import SIZES, growth, measure, table

from crosswave.registry import load_registry
from crosswave.run import Task, plan_tasks

ROOT = Path(__file__).parents[2]
REPORT = ROOT / "reports" / "benchmark.md"
PACKAGES = ("papermill", "pandas", "statsmodels", "seaborn", "jupyter_client", "ipykernel")
EXPLAINED = "Median, and least to most over the rounds. papermill only executes; crosswave also makes the pages."
CHANGED, BEFORE, AFTER = "emc-2016", '"81%"', '"82%"'

LOOP, XARGS, FULL, IDLE, ONE = (
    "papermill, shell loop",
    "papermill, xargs -P2",
    "crosswave run --force",
    "crosswave run, unchanged",
    "crosswave run, one figure changed",
)


@dataclass(frozen=True, slots=True)
class Timed:
    """Seconds of one way in one round, and the memory that the machine used above its start, in MB."""

    seconds: float
    megabytes: float


class Bench:
    """A copy of data and notebooks, an empty cache, and the pages to make of them."""

    def __init__(self, folder: Path, pages: int) -> None:
        self.folder = folder
        for name in ("data", "notebooks"):
            shutil.copytree(ROOT / name, folder / name)
        shutil.copy(ROOT / "requirements.lock", folder)
        self.tasks = chosen_tasks(folder, pages)
        self.environment = {**os.environ, "CROSSWAVE_CACHE": str(folder / "cache")}

    def commands(self) -> list[str]:
        """A papermill command for each page, as a shell takes it."""
        made = self.folder / "papermill"
        made.mkdir(exist_ok=True)
        return [self._command(task, made / f"{task.page.replace('/', '-')}.ipynb") for task in self.tasks]

    def _command(self, task: Task, target: Path) -> str:
        given = [word for name, value in task.parameters.items() for word in ("-p", name, str(value))]
        quiet = ["--no-progress-bar", "--log-level", "ERROR", "--cwd", str(task.notebook.parent)]
        words = [sys.executable, "-m", "papermill", "-k", "python3", *quiet, str(task.notebook), str(target)]
        return shlex.join([*words, *given])

    def loop(self) -> None:
        """Each command after the other, in one shell."""
        self._shell("\n".join(self.commands()))

    def xargs(self) -> None:
        """Two commands at a time."""
        (self.folder / "commands").write_bytes(b"\0".join(command.encode() for command in self.commands()))
        self._shell(f"xargs -0 -P2 -I{{}} sh -c {{}} < {shlex.quote(str(self.folder / 'commands'))}")

    def full(self) -> None:
        """Every page, with nothing kept from before and no server of warm kernels."""
        stop_kernels()
        for name in ("cache", "out"):
            shutil.rmtree(self.folder / name, ignore_errors=True)
        self._crosswave("--force")

    def idle(self) -> None:
        """The same once more."""
        self._crosswave()

    def changed(self) -> None:
        """The same after one printed figure of one survey was altered."""
        self._crosswave()

    def alter(self, old: str, new: str) -> None:
        """Print another figure in one survey."""
        survey = self.folder / "data" / "surveys" / f"{CHANGED}.yaml"
        survey.write_text(survey.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")

    def _crosswave(self, *more: str) -> None:
        only = [word for task in self.tasks for word in ("--only", task.page)]
        words = [sys.executable, "-c", "from crosswave.cli import app; app()", "run", *only, *more]
        self._shell(shlex.join([*words, "--data", str(self.folder / "data"), "--out", str(self.folder / "out")]))

    def _shell(self, script: str) -> None:
        done = subprocess.run(["sh", "-e"], input=script, text=True, env=self.environment, capture_output=True)
        if done.returncode:
            raise SystemExit(f"a way of making the pages failed:\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}")


def chosen_tasks(folder: Path, pages: int) -> list[Task]:
    """So many pages of all kinds in turn, the page of the survey that is to be altered among them; all where 0."""
    registry = load_registry(folder / "data")
    sources = list(dict.fromkeys(claim.source for claim in registry.claims.values()))
    plan = plan_tasks(list(registry.surveys), sources, list(registry.constructs), notebooks=folder / "notebooks")
    own = [task for task in plan if task.page == f"survey/{CHANGED}"]
    kinds = [[task for task in plan if task.kind == kind] for kind in dict.fromkeys(task.kind for task in plan)]
    turns = [tasks[k] for k in range(max(map(len, kinds))) for tasks in kinds if k < len(tasks)]
    return list({task.page: task for task in [*own, *turns]}.values())[: pages or None]


def stop_kernels() -> None:
    """End the server of warm kernels, so that the next run starts its own."""
    try:
        from crosswave.kernel import stop_server
    except ImportError:
        return
    stop_server()


@contextmanager
def watched() -> Iterator[Callable[[], float]]:
    """Give what tells the most memory that the machine used since, above what it used at the start, in MB."""
    start, most, over = psutil.virtual_memory().used, [0.0], threading.Event()

    def watch() -> None:
        while not over.wait(0.1):
            most[0] = max(most[0], (psutil.virtual_memory().used - start) / 2**20)

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    yield lambda: most[0]
    over.set()
    watcher.join()


def timed(way: Callable[[], None]) -> Timed:
    """Return what one way took."""
    with watched() as most:
        begun = time.perf_counter()
        way()
        return Timed(time.perf_counter() - begun, most())


def one_round(bench: Bench) -> dict[str, Timed]:
    """Return what each way took; the papermill ways first, so that they find files as cold as the others do."""
    took = {LOOP: timed(bench.loop), XARGS: timed(bench.xargs), FULL: timed(bench.full), IDLE: timed(bench.idle)}
    bench.alter(BEFORE, AFTER)
    took[ONE] = timed(bench.changed)
    bench.alter(AFTER, BEFORE)
    return took


def ratios(rounds: Sequence[Mapping[str, Timed]]) -> list[str]:
    """Return the lines of the table that comes first."""

    def ratio(slow: str, fast: str) -> str:
        each = [took[slow].seconds / took[fast].seconds for took in rounds]
        return f"{median(each):.1f} ({min(each):.1f} to {max(each):.1f})"

    rows = [("all pages, against a shell loop of papermill", ratio(LOOP, FULL)),
            ("all pages, against papermill under xargs -P2", ratio(XARGS, FULL))]  # fmt: skip
    return ["| measure | times faster |", "|---|---:|", *(f"| {what} | {times} |" for what, times in rows)]


def seconds(rounds: Sequence[Mapping[str, Timed]]) -> list[str]:
    """Return the lines of the table of seconds: median, least and most, and peak memory."""
    lines = ["| way | seconds, median | least to most | memory above the start, MB |", "|---|---:|---:|---:|"]
    for way in rounds[0]:
        each = [took[way].seconds for took in rounds]
        most = max(took[way].megabytes for took in rounds)
        lines.append(f"| {way} | {median(each):.1f} | {min(each):.1f} to {max(each):.1f} | {most:.0f} |")
    return lines


def machine() -> str:
    """Return what it was measured on, in a sentence."""
    memory = psutil.virtual_memory().total / 2**30
    names = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    cores = len(psutil.Process().cpu_affinity()) if hasattr(psutil.Process, "cpu_affinity") else os.cpu_count()
    system = f"{platform.system()} {platform.machine()}, {cores} cores, {memory:.0f} GB"
    return f"{system}, Python {platform.python_version()}; {names}."


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=0, help="how many; 0 for all")
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--waves", default=",".join(map(str, SIZES)), help="sizes of the registry; empty for none")
    parser.add_argument("--report", type=Path, default=REPORT)
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(Path(folder), given.pages)
        rounds = [one_round(bench) for _ in range(given.rounds)]
        pages = len(bench.tasks)
    cases = [case for waves in given.waves.split(",") if waves for case in measure(int(waves))]
    grown = growth(cases)
    large = [f"| a wave of 10,000, against one of 100 | takes {grown:.2f} times as long |"] if grown else []
    text = [
        "# Benchmark", "", f"{pages} pages, {given.rounds} rounds, each way in every round. {machine()}", "",
        *ratios(rounds), *large, "", EXPLAINED, "",
        *seconds(rounds), "", "## Registries", "", *table(cases), "",
    ]  # fmt: skip
    given.report.parent.mkdir(parents=True, exist_ok=True)
    given.report.write_text("\n".join(text), encoding="utf-8")
    print(given.report.read_text(encoding="utf-8"))


if __name__ == "__main__":
    main()
