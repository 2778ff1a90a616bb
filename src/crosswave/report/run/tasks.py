"""Which pages a run makes, each from which notebook with which parameters."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from pathlib import Path

from crosswave.words import arrived

CURRENT_KERNEL = "crosswave-current"
SAFE_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")

# Pages made once: kind -> notebook.
SINGLE = {
    "start": "00_start_here",
    "synthesis": "04_synthesis",
    "context": "05_context",
    "calibration": "06_calibration",
}
# Pages made for every id of a list: kind -> notebook, name of the parameter that takes the id.
REPEATED = {
    "claims": ("02_check_claims", "source"),
    "trend": ("03_test_trend", "construct"),
    "survey": ("01_reproduce_survey", "survey"),
}


class PlanError(ValueError):
    """Says what cannot be planned: an id that is no file name, or a choice that chooses nothing."""


@dataclass(frozen=True)
class Task:
    """One page to make.

    Attributes
    ----------
    page : str
        Its id, also its place under the output folder: ``survey/poll-2017``.
    kind : str
        ``start``, ``synthesis``, ``context``, ``calibration``, ``claims``, ``trend`` or ``survey``.
    data : tuple of Path
        Files that the page is made from: when one changes, the page is made again.
    facts : str
        Digest of what else it is made from, where that is no whole file.
    title : str
        Title of the page; empty takes the first heading of the executed notebook.
    kernel : str
        Name of the kernel; the default is the interpreter that runs this, warm where it can be had.
    """

    page: str
    notebook: Path
    parameters: Mapping[str, object]
    kind: str
    data: tuple[Path, ...] = ()
    facts: str = ""
    title: str = ""
    kernel: str = CURRENT_KERNEL
    timeout: int = 600


@dataclass(frozen=True)
class Product:
    """What came of a task: always something, also when its notebook failed.

    Attributes
    ----------
    notebook : str
        The executed notebook as JSON, as far as it came.
    html : str
        The page; empty when the notebook failed.
    error : str
        Why it failed; empty when it did not.
    """

    page: str
    title: str
    notebook: str
    html: str
    error: str
    seconds: float


def failed(task: Task, reason: str) -> Product:
    """Return the product of a task that never ran to an end of its own."""
    return Product(task.page, task.title or task.page, "", "", reason, 0.0)


def plan_tasks(
    surveys: Sequence[str],
    sources: Sequence[str],
    constructs: Sequence[str],
    *,
    notebooks: Path,
    without: Collection[str] = (),
) -> tuple[Task, ...]:
    """Every task of a complete run but the pages without material, the long ones first.

    Raises
    ------
    PlanError
        When an id cannot be the name of a file.
    """
    ids = {"claims": sources, "trend": constructs, "survey": surveys}
    single = [Task(kind, notebooks / f"{name}.ipynb", {}, kind) for kind, name in SINGLE.items() if kind not in without]
    repeated = [
        Task(f"{kind}/{_safe(kind, one)}", notebooks / f"{name}.ipynb", {parameter: one}, kind)
        for kind, (name, parameter) in REPEATED.items()
        for one in ids[kind]
    ]
    return (*single, *repeated)


def choose_tasks(tasks: Sequence[Task], only: Iterable[str]) -> tuple[Task, ...]:
    """Tasks whose page or kind is named; all of them when nothing is.

    Raises
    ------
    PlanError
        Names every choice that no page answers to.
    """
    from crosswave.report.run.parameters import did_you_mean

    patterns = tuple(only)
    names = [task.page for task in tasks] + sorted({task.kind for task in tasks})
    lost = [pattern for pattern in patterns if not any(_chosen(task, pattern) for task in tasks)]
    if lost:
        raise PlanError("\n".join(f"no page is called {arrived(one)}" + did_you_mean(one, names) for one in lost))
    return tuple(task for task in tasks if not patterns or any(_chosen(task, pattern) for pattern in patterns))


def with_parameters(tasks: Sequence[Task], extra: Mapping[str, object]) -> tuple[Task, ...]:
    """Tasks with the extra parameters given to every notebook that takes them, all values checked.

    Raises
    ------
    ParameterError
        Names every unknown or mistyped parameter of every notebook, once.
    """
    from crosswave.report.run.parameters import ParameterError, check_parameters, did_you_mean, read_parameters

    declared = {book: read_parameters(book) for book in {task.notebook for task in tasks}}
    takes = {book: {one.name for one in parameters} for book, parameters in declared.items()}
    known = sorted(set().union(*takes.values()))
    faults = [
        f"unknown parameter {arrived(name)} (value {arrived(value)}): none of the chosen notebooks takes it"
        + did_you_mean(name, known)
        for name, value in extra.items()
        if name not in known
    ]
    done: list[Task] = []
    for task in tasks:
        given = dict(task.parameters) | {name: extra[name] for name in extra if name in takes[task.notebook]}
        try:
            done.append(replace(task, parameters=check_parameters(task.notebook, given, declared[task.notebook])))
        except ParameterError as error:
            faults.extend(fault for fault in error.faults if fault not in faults)
    if faults:
        raise ParameterError(faults)
    return tuple(done)


def _safe(kind: str, one: str) -> str:
    if not SAFE_ID.fullmatch(one):
        raise PlanError(f"{kind} id {one!r}: an id is made of letters, digits, '-', '_' and '.', as it names a file")
    return one


def _chosen(task: Task, pattern: str) -> bool:
    return pattern == task.kind or fnmatchcase(task.page, pattern)
