"""Whose an output folder is: a run writes into a folder of its own, one run at a time, and lets others be."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from crosswave.report.run.manifest import MANIFEST, ManifestError, read_manifest

try:
    import fcntl
except ImportError:  # a system without it: nobody is kept out
    fcntl = None  # type: ignore[assignment]

LOCK = ".lock"
REPORTS = "reports"

IN_THE_REPOSITORY = frozenset(("benchmark.md", "results/claims.csv", "results/findings.csv", "results/trends.csv"))
"""What the repository itself holds of its folder `REPORTS`: a fresh checkout has it, and no manifest yet."""

_NOBODYS = {LOCK, ".DS_Store"}
_NAMED = 3


def check_folder(folder: Path, checkout: Path) -> None:
    """Refuse a folder that holds anything and is not crosswave's, before anything is written.

    Raises
    ------
    FileExistsError
        Something stands there without a manifest that can be read; the message names it.

    Notes
    -----
    A folder is crosswave's where it is absent or empty, or a run has left its manifest there. The folder ``reports`` of
    the checkout is so too while it holds nothing but what the repository keeps in it.
    """
    try:
        if read_manifest(folder) is not None or not (found := _in_the_way(folder, checkout)):
            return
        reason = "has no manifest.json of a run"
    except ManifestError as error:
        found, reason = _in_the_way(folder, checkout), f"its {MANIFEST} is not that of a run ({error})"
    more = f" and {len(found) - _NAMED} more" if len(found) > _NAMED else ""
    raise FileExistsError(
        f"{folder} is not empty and {reason}, so what stands in it may be somebody's: "
        f"{', '.join(found[:_NAMED])}{more}. Nothing was written: name a new folder with --out, or empty this one"
    )


def own_names(folder: Path, checkout: Path) -> frozenset[str]:
    """What a run owns in a folder by name, whatever its bytes: the results that the repository keeps, and has."""
    return IN_THE_REPOSITORY if folder.resolve() == (checkout / REPORTS).resolve() else frozenset()


def _in_the_way(folder: Path, checkout: Path) -> list[str]:
    if not folder.is_dir():
        return []
    own = own_names(folder, checkout)
    deeper = {name.partition("/")[0] for name in own if "/" in name}
    found = []
    for path in folder.iterdir():
        looked_into = path.name in deeper and path.is_dir() and not path.is_symlink()
        found += [*path.iterdir()] if looked_into else [path]
    return sorted({path.relative_to(folder).as_posix() for path in found} - own - _NOBODYS)


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Hold an output folder for as long as the block runs.

    Raises
    ------
    BlockingIOError
        Another run holds it.
    OSError
        It cannot be written.
    """
    new = not folder.exists()
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with (folder / LOCK).open("a+", encoding="utf-8") as stream:
            _take(stream, folder)
            yield
    finally:
        if new and [path.name for path in folder.iterdir()] in ([], [LOCK]):
            (folder / LOCK).unlink(missing_ok=True)
            with suppress(OSError):
                folder.rmdir()


def _take(stream: IO[str], folder: Path) -> None:
    if fcntl is None:
        return
    try:
        fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        stream.seek(0)
        holder = stream.read().strip() or "unknown"
        raise BlockingIOError(
            f"another crosswave run is writing to {folder} (process {holder}); wait until it ends, "
            "or give this run a folder of its own with --out"
        ) from None
    stream.truncate(0)
    stream.write(str(os.getpid()))
    stream.flush()
