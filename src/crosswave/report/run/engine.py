"""A whole run: what is unchanged is kept, the rest is executed in parallel, and the index is built."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from importlib.metadata import version
from itertools import count
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from crosswave.reconstruct.forks import default_jobs
from crosswave.report.run.current import task_keys
from crosswave.report.run.ending import listening
from crosswave.report.run.folder import check_folder, own_names
from crosswave.report.run.outputs import INDEX, Outputs
from crosswave.report.run.parameters import with_parameters
from crosswave.report.run.plan import (
    PageResult,
    Product,
    RunRequest,
    RunSummary,
    Task,
    choose_tasks,
    first_line,
    tasks_of,
)
from crosswave.report.run.workers import MakeExecutor, products
from crosswave.report.site.material import PageText, commit_of


def run_all(
    request: RunRequest, *, make_executor: MakeExecutor | None = None, console: Console | None = None,
    get_ready: Callable[[int], None] | None = None,
) -> RunSummary:  # fmt: skip
    """Make every page that the request asks for and that is not current, then the index.

    Before the first page is made this process gets ready for so many of them, where it can: they are its forks.

    PlanError and ParameterError (ValueError) come before anything runs; ConnectionError where a cluster is lost;
    OSError where the output folder cannot be written, or holds what is not crosswave's.
    """
    check_folder(request.out, request.notebooks.parent)
    plan = tasks_of(request)
    tasks = with_parameters([_filled(task, request) for task in choose_tasks(plan, request.only)], request.parameters)
    keys = task_keys(tasks, request.lock)
    done: dict[str, PageResult] = {}
    with listening(), _outputs(request) as outputs:
        outputs.forget_all_but([task.page for task in plan])
        outputs.plan(request.inputs, [task.page for task in plan], keys)
        stale = [task for task in tasks if request.force or not outputs.holds(task.page, keys[task.page])]
        stale.sort(key=lambda task: -outputs.seconds(task.page))
        if stale and get_ready:
            get_ready(len(stale))
        with _reporting(console or Console(stderr=True), len(stale)) as report:
            for product in products(stale, request.jobs or default_jobs(), make_executor):
                outputs.keep(product, keys[product.page])
                report(product)
                done[product.page] = PageResult(
                    product.page, "failed" if product.error else "made", product.seconds, product.error
                )
        index = rebuild_index(request, outputs)
    results = tuple(done.get(task.page, PageResult(task.page, "unchanged")) for task in tasks)
    return RunSummary(results, index, outputs.put_aside)


def rebuild_index(request: RunRequest, outputs: Outputs | None = None) -> Path:
    """Build the site around what is in the output folder, and return the path of its index."""
    from crosswave.report.site.build import Site

    with outputs or _outputs(request) as held:
        found = [
            held.link(task.page, task.kind, request.texts.get(task.page, PageText())) for task in tasks_of(request)
        ]
        links = [link for link in found if link]
        site = Site(links, request.material, version("crosswave"), commit_of(request.notebooks))
        for link in links:
            if link.status == "made":
                held.reframe(link.id, site.frame)
        files = site.files()
        if request.single_file:
            chosen = {task.page for task in choose_tasks(tasks_of(request), request.only)}
            made = {link.id: link.href for link in links if link.status == "made" and link.id in chosen}
            files |= {
                f"single/{page.replace('/', '-')}.html": site.alone((request.out / href).read_text("utf-8"), href)
                for page, href in made.items()
            }
        held.write_site(files)
    return request.out / INDEX


def _outputs(request: RunRequest) -> Outputs:
    return Outputs(request.out, own_names(request.out, request.notebooks.parent))


def _filled(task: Task, request: RunRequest) -> Task:
    data = tuple(request.data.get(task.page, request.data.get(task.kind, ())))
    facts = request.facts.get(task.page, request.facts.get(task.kind, ""))
    return replace(task, data=data, facts=facts, title=request.texts.get(task.page, PageText()).title)


@contextmanager
def _reporting(console: Console, total: int) -> Iterator[Callable[[Product], None]]:
    """What shows each page that is done: it moves a bar on a terminal, and prints a plain line anywhere else."""
    if not console.is_terminal:
        numbers = count(1)

        def print_line(product: Product) -> None:
            outcome = f"failed: {first_line(product.error)}" if product.error else "made"
            head = f"[{next(numbers):{len(str(total))}}/{total}] {product.page}"
            line = f"{head}  {product.seconds:.1f} s  {outcome}"
            console.print(line, markup=False, highlight=False, soft_wrap=True)

        yield print_line
        return
    columns = (BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TimeRemainingColumn())
    with Progress(TextColumn("{task.description:<40}"), *columns, console=console) as progress:
        bar = progress.add_task("notebooks", total=total)

        def move_bar(product: Product) -> None:
            progress.update(bar, advance=1, description=product.page[:40])
            if product.error:
                words = f"failed  {product.page}: {first_line(product.error)}"
                progress.console.print(words, style="red", markup=False)

        yield move_bar
