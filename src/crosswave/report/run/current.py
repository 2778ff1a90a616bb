"""Whether anything is to be done at all, found out by reading files and importing nearly nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fnmatch import fnmatchcase
from pathlib import Path

from crosswave.report.run.cache import content_hash, file_hash, versions_hash
from crosswave.report.run.outputs import Outputs
from crosswave.report.run.request import PageResult, RunSummary
from crosswave.study.cache import package_digest

_COMPILED = "__pycache__"


def whole_digest(data: Path, notebooks: Path, lock: Path | None, parameters: Mapping[str, object]) -> str:
    """Return the digest of everything that any page of a run can be made from.

    Notes
    -----
    It is coarser than the keys of the pages. Where it is the same, they are the same; where it differs, they have to
    be looked at.
    """
    files = {"data": _files(data, data.glob("*")), "surveys": _files(data, (data / "surveys").glob("*"))}
    files |= {"notebooks": _files(notebooks, notebooks.glob("*.ipynb"))}
    shown = (data.parent / name for name in ("METHODS.md", "CITATION.cff"))
    files |= {"documents": _files(data.parent, shown)}
    given = sorted((name, repr(value)) for name, value in parameters.items())
    return content_hash([files, package_digest(), versions_hash(lock), given])


def unchanged(out: Path, inputs: str, only: Sequence[str] = ()) -> RunSummary | None:
    """Return the summary of a run that has nothing to do; None where something may have to be done.

    Notes
    -----
    Nothing is to be done when the last run was planned from the same inputs, and every page chosen, every result and
    the index stand in the folder byte for byte as they were written.
    """
    outputs = Outputs(out)
    planned = outputs.planned(inputs)
    chosen = [page for page in planned if not only or any(_chosen(page, one) for one in only)]
    matched = all(any(_chosen(page, one) for page in planned) for one in only)
    if not chosen or not matched or not outputs.whole() or not all(outputs.holds(p, planned[p]) for p in chosen):
        return None
    return RunSummary(tuple(PageResult(page, "unchanged") for page in chosen), out / "index.html")


def _files(folder: Path, files: Iterable[Path]) -> list[tuple[str, str]]:
    kept = (path for path in files if path.is_file() and _COMPILED not in path.parts)
    return sorted((path.relative_to(folder).as_posix(), file_hash(path)) for path in kept)


def _chosen(page: str, pattern: str) -> bool:
    return pattern == page.partition("/")[0] or fnmatchcase(page, pattern)
