"""What a run is asked for, which pages that makes from which notebooks, and what became of them."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Literal

from crosswave.report.site.material import Material, PageText
from crosswave.words import arrived, plural

CURRENT_KERNEL = "crosswave-current"
SAFE_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")

# Pages made once: kind -> notebook.
SINGLE = {
    "start": "00_start_here",
    "synthesis": "04_synthesis",
    "barriers": "07_barriers",
    "context": "05_context",
    "calibration": "06_calibration",
}
# Pages made for every id of a list: kind -> notebook, name of the parameter that takes the id.
REPEATED = {
    "claims": ("02_check_claims", "source"),
    "trend": ("03_test_trend", "construct"),
    "series": ("08_official_series", "series"),
    "survey": ("01_reproduce_survey", "survey"),
}


@dataclass(frozen=True)
class RunRequest:
    """What to run. Ids are all that there are, also when only some are to run: pages of others go from the index."""

    notebooks: Path
    out: Path
    surveys: tuple[str, ...] = ()  # that are no wave of a series
    sources: tuple[str, ...] = ()
    constructs: tuple[str, ...] = ()
    series: tuple[str, ...] = ()
    without: tuple[str, ...] = ()  # single pages of which there is no material
    only: tuple[str, ...] = ()  # page ids, kinds or patterns to run; empty runs all
    parameters: Mapping[str, object] = field(default_factory=dict)  # for every notebook that takes them
    data: Mapping[str, Sequence[Path]] = field(default_factory=dict)  # page id, or kind -> files it is made from
    facts: Mapping[str, str] = field(default_factory=dict)  # page id, or kind -> digest of what is no whole file
    texts: Mapping[str, PageText] = field(default_factory=dict)  # page id -> what the index says of it
    material: Material = field(default_factory=Material)  # what the site shows beside the pages
    lock: Path | None = None  # the lock file: other versions make other pages
    inputs: str = ""  # `crosswave.report.run.current.whole_digest` of it all; empty where it was not computed
    jobs: int = 0
    force: bool = False
    single_file: bool = False  # also write each chosen page as one file, into the folder single


@dataclass(frozen=True)
class Task:
    """One page to make."""

    page: str  # its id, also its place under the output folder: survey/poll-2017
    notebook: Path
    parameters: Mapping[str, object]
    kind: str  # of `SINGLE` or `REPEATED`
    data: tuple[Path, ...] = ()  # files that it is made from: when one changes, the page is made again
    facts: str = ""  # digest of what else it is made from, where that is no whole file
    title: str = ""  # empty takes the first heading of the executed notebook
    kernel: str = CURRENT_KERNEL
    timeout: int = 600
    whole: bool = False  # whether its notebook keeps every form of what it shows: one that is committed


@dataclass(frozen=True)
class Product:
    """What came of a task: always something, also when its notebook failed; then there is an error and no page."""

    page: str
    title: str
    notebook: str  # executed, as JSON, as far as it came
    html: str
    error: str
    seconds: float


@dataclass(frozen=True)
class PageResult:
    """What became of one page: its status, the seconds it took, and its error when it failed."""

    page: str
    status: Literal["made", "unchanged", "failed"]
    seconds: float = 0.0
    error: str = ""


@dataclass(frozen=True)
class RunSummary:
    """What became of a run."""

    pages: tuple[PageResult, ...]
    index: Path
    left_out: tuple[str, ...] = ()  # a line for each data file with faults: what rests on it was left out
    everything: bool = True  # whether every page was asked for, and so also those that were left out
    put_aside: tuple[str, ...] = ()  # what was in the way, was not a run's and got another name, in words

    @property
    def failed(self) -> tuple[PageResult, ...]:
        """Pages whose notebook failed."""
        return tuple(page for page in self.pages if page.status == "failed")

    @property
    def exit_status(self) -> int:
        """Return 1 when a page failed, or everything was asked for and something was left out; else 0."""
        return int(bool(self.failed) or bool(self.left_out and self.everything))

    def lines(self) -> tuple[str, ...]:
        """Return the summary in words: counts, each failure with its reason, what was put aside, where to look."""
        counts = {name: sum(page.status == name for page in self.pages) for name in ("made", "unchanged", "failed")}
        told = ", ".join(f"{count} {name}" for name, count in counts.items() if count) or "nothing to run"
        head = f"{plural(len(self.pages), 'page')}: {told}"
        idle = "; nothing was to be done" if self.pages and counts["unchanged"] == len(self.pages) else ""
        failures = [f"failed: {page.page}: {first_line(page.error)}" for page in self.failed]
        kept = [f"failed notebooks are kept in {self.index.parent / 'failed'}"] if failures else []
        aside = [f"put aside: {words}" for words in self.put_aside]
        faults = [*self.left_out, "the results were not written, for rows would be missing"] if self.left_out else []
        return (f"{head}{idle}", *failures, *kept, *aside, *faults, f"open {self.index}")


class PlanError(ValueError):
    """Says what cannot be planned: an id that is no file name, or a choice that chooses nothing."""


def plan_tasks(
    surveys: Sequence[str],
    sources: Sequence[str],
    constructs: Sequence[str],
    series: Sequence[str] = (),
    *,
    notebooks: Path,
    without: Collection[str] = (),
) -> tuple[Task, ...]:
    """Return every task of a complete run but the pages without material; PlanError where an id names no file."""
    ids = {"claims": sources, "trend": constructs, "series": series, "survey": surveys}
    if unsafe := [f"{kind} id {one!r}" for kind in ids for one in ids[kind] if not SAFE_ID.fullmatch(one)]:
        raise PlanError(f"{unsafe[0]}: an id is made of letters, digits, '-', '_' and '.', as it names a file")
    single = [Task(kind, notebooks / f"{name}.ipynb", {}, kind) for kind, name in SINGLE.items() if kind not in without]
    repeated = [
        Task(f"{kind}/{one}", notebooks / f"{name}.ipynb", {parameter: one}, kind)
        for kind, (name, parameter) in REPEATED.items()
        for one in ids[kind]
    ]
    return (*single, *repeated)


def tasks_of(request: RunRequest) -> tuple[Task, ...]:
    """Return every task of a complete run of a request."""
    known = request.surveys, request.sources, request.constructs, request.series
    return plan_tasks(*known, notebooks=request.notebooks, without=request.without)


def choose_tasks(tasks: Sequence[Task], only: Iterable[str]) -> tuple[Task, ...]:
    """Return the tasks whose page or kind is named, all when nothing is; PlanError names choices without a page."""
    patterns = tuple(only)
    names = [task.page for task in tasks] + sorted({task.kind for task in tasks})
    if lost := [pattern for pattern in patterns if not any(is_chosen(task.page, pattern) for task in tasks)]:
        raise PlanError("\n".join(f"no page is called {arrived(one)}" + did_you_mean(one, names) for one in lost))
    return tuple(task for task in tasks if not patterns or any(is_chosen(task.page, one) for one in patterns))


def is_chosen(page: str, pattern: str) -> bool:
    """Return whether a page id, a kind or a pattern chooses a page."""
    return pattern == page.partition("/")[0] or fnmatchcase(page, pattern)


def failed(task: Task, reason: str) -> Product:
    """Return the product of a task that never ran to an end of its own."""
    return Product(task.page, task.title or task.page, "", "", reason, 0.0)


def did_you_mean(word: str, known: Sequence[str]) -> str:
    """Return the end of a message that names the nearest known word, or nothing."""
    near = get_close_matches(word[:200], known, n=1, cutoff=0.5)
    return f"; did you mean {near[0]!r}?" if near else ""


def first_line(error: str) -> str:
    """Return the last line of an error that says something: Python puts the reason there."""
    lines = [line.strip() for line in error.splitlines() if line.strip()]
    reasons = [line for line in lines if ": " in line]
    return (reasons or lines or [""])[-1][:300]
