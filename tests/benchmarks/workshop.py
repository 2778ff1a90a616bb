"""What the measurements share: data and notebooks with a cache of their own, and the timing of whole commands."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import psutil

from crosswave.report.run.plan import Task, plan_tasks
from crosswave.study import load_registry

ROOT = Path(__file__).parents[2]
EVERY = 24
"""Of the pages of the plan, in its order, every so many-th is made by both sides where papermill is slow."""

CHANGED, BEFORE, AFTER = "emc-2016", '"81%"', '"82%"'


@dataclass(frozen=True, slots=True)
class Times:
    """Seconds of one way of doing something, a number for each round."""

    way: str
    each: tuple[float, ...]

    @property
    def middle(self) -> float:
        """The median."""
        return median(self.each)

    def row(self) -> str:
        """Return it as a line of a Markdown table: way, median, least to most."""
        return f"| {self.way} | {self.middle:.2f} | {min(self.each):.2f} to {max(self.each):.2f} |"


class Workshop:
    """A folder with data and notebooks, and the variables that keep everything made there apart from the user's own."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.data, self.out = folder, folder / "data", folder / "out"
        for name in ("data", "notebooks"):
            shutil.copytree(ROOT / name, folder / name)
        shutil.copy(ROOT / "requirements.lock", folder)
        (folder / "t").mkdir()
        own = {"CROSSWAVE_CACHE": "cache", "TMPDIR": "t"}
        fixed = {"PYTHONHASHSEED": "0", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
        self.environment = {**os.environ, **fixed, **{name: str(folder / place) for name, place in own.items()}}
        self.environment.pop("PYTHONDONTWRITEBYTECODE", None)  # as the Makefile does

    def plan(self) -> tuple[Task, ...]:
        """Return every page of the report."""
        registry = load_registry(self.data)
        sources = list(dict.fromkeys(claim.source for claim in registry.claims.values()))
        alone = [name for name in registry.surveys if name not in registry.series_of]
        known = alone, sources, list(registry.constructs), list(registry.series)
        return plan_tasks(*known, notebooks=self.folder / "notebooks")

    def papermill(self, tasks: Sequence[Task], made: Path | None = None) -> list[str]:
        """Return a papermill command for each page, as a shell takes it."""
        made = made or self.folder / "papermill"
        made.mkdir(exist_ok=True)
        return [_papermill(task, made / f"{task.page.replace('/', '-')}.ipynb") for task in tasks]

    def crosswave(self, *words: str) -> str:
        """Return a crosswave command on this data."""
        own = () if words[0].startswith("--") or words[0] in ("compare", "counts") else ("--data", str(self.data))
        return shlex.join([str(Path(sys.executable).with_name("crosswave")), *words, *own])

    def run(self, *words: str) -> str:
        """Return a crosswave run on this data."""
        return self.crosswave("run", "--out", str(self.out), *words)

    def empty(self) -> None:
        """Forget all that was kept."""
        for name in ("cache", "out"):
            shutil.rmtree(self.folder / name, ignore_errors=True)

    def alter(self, old: str, new: str) -> None:
        """Print another figure in one survey."""
        survey = self.data / "surveys" / f"{CHANGED}.yaml"
        text = survey.read_text(encoding="utf-8")
        if old not in text:
            raise SystemExit(f"{survey} does not print {old}")
        survey.write_text(text.replace(old, new, 1), encoding="utf-8")

    def timed(self, script: str, **more: str) -> float:
        """Return the seconds that a shell takes for a script, which must succeed."""
        begun = time.perf_counter()
        environment: Mapping[str, str] = {**self.environment, **more}
        done = subprocess.run(
            ["sh", "-e"], input=script, text=True, env=environment, capture_output=True, cwd=ROOT, check=False
        )
        took = time.perf_counter() - begun
        if done.returncode:
            raise SystemExit(f"this failed: {script[:300]}\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}")
        return took

    @contextmanager
    def memory(self) -> Iterator[list[float]]:
        """Give a list that holds, after the block, the most memory that all processes begun here had at once, in MB."""
        most, over = [0.0], threading.Event()

        def watch() -> None:
            while not over.wait(0.5):
                most[0] = max(most[0], sum(map(_own_memory, self._processes())))

        watcher = threading.Thread(target=watch, daemon=True)
        watcher.start()
        yield most
        over.set()
        watcher.join()

    def _processes(self) -> Iterator[int]:
        for one in psutil.process_iter():
            with suppress(psutil.Error):
                if one.environ().get("TMPDIR") == self.environment["TMPDIR"]:
                    yield one.pid


def sample(tasks: Sequence[Task]) -> list[Task]:
    """Return every `EVERY`-th page."""
    return list(tasks[::EVERY])


def together(commands: Sequence[str], folder: Path) -> str:
    """Return a script that runs two commands at a time."""
    (folder / "commands").write_bytes(b"\0".join(command.encode() for command in commands))
    return f"xargs -0 -P2 -I{{}} sh -c {{}} < {shlex.quote(str(folder / 'commands'))}"


def _papermill(task: Task, target: Path) -> str:
    given = [word for name, value in task.parameters.items() for word in ("-p", name, str(value))]
    quiet = ["--no-progress-bar", "--log-level", "ERROR", "--cwd", str(task.notebook.parent)]
    words = [str(Path(sys.executable).with_name("papermill")), "-k", "python3", *quiet, str(task.notebook), str(target)]
    return shlex.join([*words, *given])


def _own_memory(pid: int) -> float:
    """Proportional share of memory: what processes share is counted once."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="utf-8").splitlines()
    except OSError:
        return 0.0
    return next(float(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024
