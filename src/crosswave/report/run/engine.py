"""A whole run: what is unchanged is kept, the rest is executed in parallel, and the index is built."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path

from rich.console import Console

from crosswave.report.run.current import task_keys
from crosswave.report.run.ending import listening
from crosswave.report.run.executors import MakeExecutor, default_jobs, products
from crosswave.report.run.folder import check_folder, own_names
from crosswave.report.run.outputs import INDEX, Outputs
from crosswave.report.run.progress import Reporter, reporting
from crosswave.report.run.request import PageResult, RunRequest, RunSummary
from crosswave.report.run.tasks import Product, Task, choose_tasks, plan_tasks, with_parameters
from crosswave.report.site.index import About, PageText, commit_of


def run_all(
    request: RunRequest, *, make_executor: MakeExecutor | None = None, console: Console | None = None
) -> RunSummary:
    """Make every page that the request asks for and that is not current, then the index.

    Raises
    ------
    PlanError
        When an id or a choice is not possible.
    ParameterError
        When a notebook does not take a parameter, or not this value: before anything runs.
    ConnectionError
        When a cluster cannot be reached, or is lost.
    OSError
        When the output folder cannot be written, or holds what is not crosswave's.
    """
    check_folder(request.out, request.notebooks.parent)
    plan = _plan(request)
    tasks = with_parameters([_filled(task, request) for task in choose_tasks(plan, request.only)], request.parameters)
    keys = task_keys(tasks, request.lock)
    with listening(), Outputs(request.out, _own(request)) as outputs:
        outputs.forget_all_but([task.page for task in plan])
        outputs.plan(request.inputs, [task.page for task in plan], keys)
        stale = [task for task in tasks if request.force or not outputs.holds(task.page, keys[task.page])]
        stale.sort(key=lambda task: -outputs.seconds(task.page))
        with reporting(console or Console(stderr=True), len(stale)) as reporter:
            done = {
                product.page: _settled(product, outputs, keys, reporter)
                for product in products(stale, request.jobs or default_jobs(), make_executor)
            }
        index = rebuild_index(request, outputs)
    results = tuple(done.get(task.page, PageResult(task.page, "unchanged")) for task in tasks)
    return RunSummary(results, index, outputs.put_aside)


def rebuild_index(request: RunRequest, outputs: Outputs | None = None) -> Path:
    """Build the site around what stands in the output folder, and return the path of its index."""
    from crosswave.report.site.build import Site

    with outputs or Outputs(request.out, _own(request)) as held:
        found = [held.link(task.page, task.kind, request.texts.get(task.page, PageText())) for task in _plan(request)]
        links = [link for link in found if link]
        site = Site(links, request.material, About(version("crosswave"), commit_of(request.notebooks)))
        for link in links:
            if link.status == "made":
                held.reframe(link.id, site.frame)
        held.write_site(site.files())
    return request.out / INDEX


def _own(request: RunRequest) -> frozenset[str]:
    return own_names(request.out, request.notebooks.parent)


def _plan(request: RunRequest) -> Sequence[Task]:
    known = request.surveys, request.sources, request.constructs
    return plan_tasks(*known, notebooks=request.notebooks, without=request.without)


def _filled(task: Task, request: RunRequest) -> Task:
    data = tuple(request.data.get(task.page, request.data.get(task.kind, ())))
    facts = request.facts.get(task.page, request.facts.get(task.kind, ""))
    return replace(task, data=data, facts=facts, title=request.texts.get(task.page, PageText()).title)


def _settled(product: Product, outputs: Outputs, keys: Mapping[str, str], reporter: Reporter) -> PageResult:
    """Write what a task brought, tell the reporter, and return its result."""
    outputs.keep(product, keys[product.page])
    reporter.done(product.page, product.seconds, product.error)
    return PageResult(product.page, "failed" if product.error else "made", product.seconds, product.error)
