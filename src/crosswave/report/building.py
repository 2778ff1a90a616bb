"""A whole report: from a data folder to pages, index and ledger, or to the news that nothing is to be done."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from crosswave.reconstruct.forks import beside
from crosswave.report.run.current import unchanged, whole_digest
from crosswave.report.run.ending import listening
from crosswave.report.run.folder import alone_in, check_folder, own_names
from crosswave.report.run.outputs import Outputs
from crosswave.report.run.plan import RunRequest, RunSummary
from crosswave.report.scratch import fonts_kept
from crosswave.study.cache import RESULTS, Store, keeping

if TYPE_CHECKING:
    from crosswave.report.ledger import Ledger


@dataclass(frozen=True, slots=True)
class Choice:
    """What a run is to make, and how; with neither surveys, constructs nor pages chosen, every page."""

    surveys: tuple[str, ...] = ()
    constructs: tuple[str, ...] = ()
    only: tuple[str, ...] = ()  # page ids, kinds or patterns
    parameters: Mapping[str, object] = field(default_factory=dict)  # for every notebook that takes them
    jobs: int = 0  # pages at once; 0 takes one a core
    force: bool = False
    single_file: bool = False  # also write each chosen page as one file
    scheduler: str = ""  # address of a Dask scheduler, such as tcp://host:8786; empty runs on this machine

    @property
    def pages(self) -> tuple[str, ...]:
        """Page ids, kinds and patterns chosen; none for every page."""
        return (*(f"survey/{n}" for n in self.surveys), *(f"trend/{n}" for n in self.constructs), *self.only)


def run_report(data: Path | None, out: Path, choice: Choice | None = None) -> RunSummary:
    """Make the pages that are not current, the index and the ledger, and return what became of them.

    Raises
    ------
    DataError
        A file that all surveys share breaks a rule, or the file of a survey whose page was asked for.
    ValueError
        A survey, a construct, a page or a parameter does not exist, or a value does not fit.
    ConnectionError
        The scheduler does not answer, or is lost.
    OSError
        The folder cannot be written, another run holds it, or it holds what is not crosswave's.

    Notes
    -----
    Where nothing is to be done that is found out from the bytes of files alone: no statistics are imported.

    The files of other surveys may have faults. These surveys are left out, with their pages of earlier runs, and every
    page says so. The results are then not written: they would lose rows without a word.
    """
    from crosswave.study.places import find_data

    chosen, folder = choice or Choice(), data or find_data()
    root = folder.resolve().parent
    inputs = whole_digest(folder, root / "notebooks", root / "requirements.lock", chosen.parameters)
    check_folder(out, root)
    with alone_in(out):
        idle = None if chosen.force or chosen.single_file else unchanged(out, inputs, chosen.pages)
        return idle or _made(folder, out, chosen, inputs)


def _made(folder: Path, out: Path, choice: Choice, inputs: str) -> RunSummary:
    """What pages share is imported, read and computed here first: they are made in forks of this process."""
    root = folder.resolve().parent
    with listening(), keeping(), fonts_kept():
        make_executor = None
        if choice.scheduler:
            from crosswave.report.run.cluster import on_cluster

            patterns = ("notebooks/*.ipynb", "data/*.*", "data/surveys/*.yaml", "data/series/*.yaml")
            files = [path for pattern in patterns for path in root.glob(pattern)]
            make_executor = on_cluster(choice.scheduler, root, files)
        from crosswave.report.run.engine import run_all
        from crosswave.report.run.ready import get_ready

        ledger, request = _planned(folder, out, choice, inputs)
        ready = None if make_executor else partial(get_ready, folder.resolve(), choice.parameters)
        summary = run_all(request, make_executor=make_executor, get_ready=ready)
    aside: tuple[str, ...] = ()
    if not request.material.left_out:
        with Outputs(out, own_names(out, root)) as outputs:
            outputs.write_results({f"results/{name}": text for name, text in ledger.texts().items()})
        aside = outputs.put_aside
    for kind in ("parsed", "checked", "examined", RESULTS):
        Store(kind).prune()
    return replace(
        summary,
        left_out=request.material.left_out,
        everything=not choice.pages,
        put_aside=(*summary.put_aside, *aside),
    )


def _planned(folder: Path, out: Path, choice: Choice, inputs: str) -> tuple[Ledger, RunRequest]:
    """The results of a data folder and the request for its pages, once everything that was asked for is checked."""
    from crosswave.report.ledger import make_ledger
    from crosswave.report.pages import moved_pages, page_ids, run_request
    from crosswave.report.run.plan import choose_tasks, tasks_of
    from crosswave.report.run.ready import compute_ahead
    from crosswave.study import load_evidence
    from crosswave.trend.settings import check_settings
    from crosswave.trend.synthesis import reconstruct_all

    registry, notebooks = load_evidence(folder), folder.resolve().parent / "notebooks"
    for name in registry.left_out & {page.removeprefix("survey/") for page in choice.pages}:
        registry.survey(name)  # which says why there is none
    _check_known("survey", choice.surveys, registry.surveys)
    _check_known("construct", choice.constructs, registry.constructs)
    check_settings(registry, choice.parameters, choice.constructs)
    if not any(notebooks.glob("*.ipynb")):
        raise FileNotFoundError(
            f"no notebook is in {notebooks}; pages are made from the notebooks beside the data folder: "
            "git checkout notebooks brings them back"
        )
    moved = moved_pages(registry)
    only = tuple(moved.get(page, page) for page in choice.pages)
    choose_tasks(tasks_of(page_ids(registry, out)), only)  # which says where a choice chooses no page
    if choice.pages:  # of few the ledger may be known, and then not every survey is asked for
        ahead: AbstractContextManager[None] = nullcontext()
    else:
        reconstruct_all(registry)
        ahead = beside(partial(compute_ahead, registry, choice.parameters))
    with ahead:
        ledger = make_ledger(registry)
        request = run_request(registry, ledger, out, choice.parameters)
    known = "" if registry.faults else inputs  # a run with faults is looked at again, and says so again
    request = replace(request, only=only, inputs=known, jobs=choice.jobs, force=choice.force)
    return ledger, replace(request, single_file=choice.single_file)


def _check_known(kind: str, names: Iterable[str], known: Iterable[str]) -> None:
    """Raise ValueError that names every survey or construct there is not, with the nearest."""
    from crosswave.study.faults import nearest
    from crosswave.words import arrived

    there = list(known)
    lines = [
        f"no {kind} is called {arrived(name)}{nearest(name, there) or f'; see crosswave list {kind}s'}"
        for name in names
        if name not in there
    ]
    if lines:
        raise ValueError("\n".join(lines))
