"""A whole run: what is unchanged is kept, the rest is executed in parallel, and the index is built."""

import multiprocessing
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import BrokenExecutor, Executor, ProcessPoolExecutor, as_completed
from dataclasses import dataclass, field, replace
from importlib.metadata import version
from pathlib import Path
from typing import Literal

from rich.console import Console

import crosswave
from crosswave.run.cache import code_hash, task_key
from crosswave.run.outputs import Outputs
from crosswave.run.progress import Reporter, first_line, reporting
from crosswave.run.tasks import CURRENT_KERNEL, Product, Task, choose_tasks, plan_tasks, with_parameters
from crosswave.site.index import About, PageText, ResultLink, build_site, commit_of

Status = Literal["made", "unchanged", "failed"]
MakeExecutor = Callable[[int], Executor]


@dataclass(frozen=True)
class RunRequest:
    """What to run.

    Attributes
    ----------
    notebooks : Path
        Folder of the notebooks.
    out : Path
        Folder that gets the pages.
    surveys, sources, constructs : tuple of str
        Every id there is, also when only some are to run: the index lists them, and pages of others go.
    only : tuple of str
        Page ids, kinds or patterns to run; empty runs all.
    parameters : mapping
        Given to every notebook that takes them.
    data : mapping
        Page id, or kind, to the files that it is made from.
    texts : mapping
        Page id to what the index says of it.
    results : tuple of ResultLink
        Result files that the index links.
    lock : Path, optional
        The lock file: other versions make other pages.
    jobs : int
        Processes; 0 takes one a core.
    force : bool
        Run what is unchanged too.
    kernel : str
        Name of the kernel.
    """

    notebooks: Path
    out: Path
    surveys: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    constructs: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    parameters: Mapping[str, object] = field(default_factory=dict)
    data: Mapping[str, Sequence[Path]] = field(default_factory=dict)
    texts: Mapping[str, PageText] = field(default_factory=dict)
    results: tuple[ResultLink, ...] = ()
    lock: Path | None = None
    jobs: int = 0
    force: bool = False
    kernel: str = CURRENT_KERNEL


@dataclass(frozen=True)
class PageResult:
    """What became of one page: its status, the seconds it took, and its error when it failed."""

    page: str
    status: Status
    seconds: float = 0.0
    error: str = ""


@dataclass(frozen=True)
class RunSummary:
    """What became of a run.

    Attributes
    ----------
    pages : tuple of PageResult
        In the order of the plan.
    index : Path
        The page to open.
    """

    pages: tuple[PageResult, ...]
    index: Path

    @property
    def failed(self) -> tuple[PageResult, ...]:
        """Pages whose notebook failed."""
        return tuple(page for page in self.pages if page.status == "failed")

    @property
    def exit_status(self) -> int:
        """Return 1 when a page failed, else 0."""
        return int(bool(self.failed))

    def lines(self) -> tuple[str, ...]:
        """Return the summary in words: counts, then each failure with its reason, then where to look."""
        counts = {name: sum(page.status == name for page in self.pages) for name in ("made", "unchanged", "failed")}
        head = ", ".join(f"{count} {name}" for name, count in counts.items() if count) or "nothing to run"
        failures = [f"failed: {page.page}: {first_line(page.error)}" for page in self.failed]
        kept = [f"failed notebooks are kept in {self.index.parent / 'failed'}"] if failures else []
        return (f"{len(self.pages)} pages: {head}", *failures, *kept, f"open {self.index}")


def local_processes(jobs: int) -> Executor:
    """Return an executor of fresh processes on this machine."""
    return ProcessPoolExecutor(jobs, mp_context=multiprocessing.get_context("spawn"))


def default_jobs() -> int:
    """Return the number of cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def run_all(
    request: RunRequest, *, make_executor: MakeExecutor = local_processes, console: Console | None = None
) -> RunSummary:
    """Make every page that the request asks for and that is not current, then the index.

    Parameters
    ----------
    request : RunRequest
        What to run.
    make_executor : callable
        Gives a `concurrent.futures.Executor` for a number of jobs; tasks and products can be pickled.
    console : Console, optional
        Where progress is shown; standard error by default.

    Returns
    -------
    RunSummary
        A failed notebook is one of its pages, not an exception.

    Raises
    ------
    PlanError
        When an id or a choice is not possible.
    ParameterError
        When a notebook does not take a parameter, or not this value: before anything runs.
    OSError
        When the output folder cannot be written.
    """
    plan = plan_tasks(request.surveys, request.sources, request.constructs, notebooks=request.notebooks)
    tasks = with_parameters([_filled(task, request) for task in choose_tasks(plan, request.only)], request.parameters)
    outputs = Outputs(request.out)
    outputs.forget_all_but([task.page for task in plan])
    code = code_hash(Path(crosswave.__file__).parent, request.lock)
    keys = {task.page: task_key(task, code) for task in tasks}
    stale = [task for task in tasks if request.force or not outputs.holds(task.page, keys[task.page])]
    stale.sort(key=lambda task: -outputs.seconds(task.page))
    done: dict[str, PageResult] = {}
    with reporting(console or Console(stderr=True), len(stale)) as reporter:
        for product in _products(stale, request.jobs or default_jobs(), make_executor):
            done[product.page] = _settled(product, outputs, keys[product.page], reporter)
    pages = tuple(done.get(task.page, PageResult(task.page, "unchanged")) for task in tasks)
    return RunSummary(pages, rebuild_index(request, outputs))


def rebuild_index(request: RunRequest, outputs: Outputs | None = None) -> Path:
    """Build the index from what stands in the output folder, and return its path."""
    held = outputs or Outputs(request.out)
    plan = plan_tasks(request.surveys, request.sources, request.constructs, notebooks=request.notebooks)
    links = [held.link(task.page, task.kind, request.texts.get(task.page, PageText())) for task in plan]
    about = About(version=version("crosswave"), commit=commit_of(request.notebooks))
    return build_site(request.out, [link for link in links if link], request.results, about)


def _filled(task: Task, request: RunRequest) -> Task:
    data = tuple(request.data.get(task.page, request.data.get(task.kind, ())))
    title = request.texts.get(task.page, PageText()).title
    return replace(task, data=data, title=title, kernel=request.kernel)


def _settled(product: Product, outputs: Outputs, key: str, reporter: Reporter) -> PageResult:
    """Write what a task brought, tell the reporter, and return its result."""
    outputs.keep(product, key)
    reporter.done(product.page, product.seconds, product.error)
    return PageResult(product.page, "failed" if product.error else "made", product.seconds, product.error)


def _products(tasks: Sequence[Task], jobs: int, make_executor: MakeExecutor) -> Iterator[Product]:
    """Yield the product of each task as it comes; a broken pool is made anew once for what it left."""
    left = {task.page: task for task in tasks}
    for last_try in (False, True):
        if left:
            for product in _round(list(left.values()), jobs, make_executor, last_try):
                del left[product.page]
                yield product


def _round(tasks: Sequence[Task], jobs: int, make_executor: MakeExecutor, last_try: bool) -> Iterator[Product]:
    executor = make_executor(max(1, min(jobs, len(tasks))))
    try:
        futures = {executor.submit(_work, task): task for task in tasks}
        for future in as_completed(futures):
            try:
                yield future.result()
            except BrokenExecutor as error:
                if last_try:
                    task = futures[future]
                    reason = f"the process that ran it ended: {error}"
                    yield Product(task.page, task.title or task.page, "", "", reason, 0.0)
    except BaseException:
        _end_workers(executor)
        raise
    finally:
        executor.shutdown(cancel_futures=True)


def _end_workers(executor: Executor) -> None:
    """End processes that would go on with their notebooks after the run was given up."""
    for process in list((getattr(executor, "_processes", None) or {}).values()):
        process.terminate()


def _work(task: Task) -> Product:
    from crosswave.run.execute import execute_task  # papermill and nbconvert are imported where notebooks run

    try:
        return execute_task(task)
    except KeyboardInterrupt:
        if multiprocessing.parent_process() is None:
            raise
        os._exit(130)  # else this process would begin the next task, and the interrupted run would wait for it
