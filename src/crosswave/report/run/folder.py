"""Whose an output folder is: a run writes into a folder of its own, one run at a time, and lets others be.

What runs have written there their manifest says: nothing of that is believed unless all of it fits.
"""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path, PurePosixPath
from typing import Any

try:
    import fcntl
except ImportError:  # a system without it: nobody is kept out
    fcntl = None  # type: ignore[assignment]

FORMAT = 2
MANIFEST = "manifest.json"
LOCK = ".lock"
REPORTS = "reports"
IN_THE_REPOSITORY = frozenset(
    ("benchmark.md", "results/batteries.csv", "results/claims.csv", "results/findings.csv", "results/trends.csv")
)
"""What the repository itself holds of its folder `REPORTS`: a fresh checkout has it, and no manifest yet."""

_NOBODYS = {LOCK, ".DS_Store"}
_NAMED = 3
_LARGEST = 64 * 2**20
"""Bytes of a manifest: one of ten thousand pages has five million."""
_LONGEST = 1e9
"""Seconds of a page: some thirty years."""


class ManifestError(ValueError):
    """Says why a file is no manifest of crosswave."""


def check_folder(folder: Path, checkout: Path) -> None:
    """Raise FileExistsError where a folder holds anything and is not crosswave's, before anything is written.

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
        f"{folder} is not empty and {reason}, so what is in it may be somebody's: "
        f"{', '.join(found[:_NAMED])}{more}. Nothing was written: name a new folder with --out, or empty this one"
    )


def own_names(folder: Path, checkout: Path) -> frozenset[str]:
    """Return what a run owns in a folder by name, whatever its bytes: the results that the repository has too."""
    return IN_THE_REPOSITORY if folder.resolve() == (checkout / REPORTS).resolve() else frozenset()


def _in_the_way(folder: Path, checkout: Path) -> list[str]:
    own = own_names(folder, checkout)
    deeper = {name.partition("/")[0] for name in own if "/" in name}
    found: list[Path] = []
    for path in folder.iterdir() if folder.is_dir() else ():
        looked_into = path.name in deeper and path.is_dir() and not path.is_symlink()
        found += path.iterdir() if looked_into else [path]
    return sorted({path.relative_to(folder).as_posix() for path in found} - own - _NOBODYS)


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Hold an output folder for as long as the block runs; BlockingIOError where another run holds it."""
    new = not folder.exists()
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with (folder / LOCK).open("a+", encoding="utf-8") as stream:
            if fcntl is not None:
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
            yield
    finally:
        if new and [path.name for path in folder.iterdir()] in ([], [LOCK]):
            (folder / LOCK).unlink(missing_ok=True)
            with suppress(OSError):
                folder.rmdir()


def inside(folder: Path, name: str) -> Path | None:
    """Return the place of a name in a folder; None where the name, or a link on its way, leads out of it."""
    parts = PurePosixPath(name).parts
    if not parts or "\0" in name or "\\" in name or parts[0] == "/" or ".." in parts:
        return None
    try:
        within = (folder / name).parent.resolve().is_relative_to(folder.resolve())
    except (OSError, RuntimeError):  # a ring of links, or a name that is too long
        return None
    return folder / name if within else None


def read_manifest(folder: Path) -> dict[str, Any] | None:
    """Return the manifest of a folder, None where there is none; ManifestError where a file only has its name."""
    path = folder / MANIFEST
    try:
        status = path.lstat()
    except OSError:
        return None
    if not stat.S_ISREG(status.st_mode) or status.st_size > _LARGEST:
        raise ManifestError("it is no file, or too large")
    try:
        content = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        raise ManifestError("it cannot be read as JSON") from None
    if not isinstance(content, dict) or not isinstance(content.get("format"), int):
        raise ManifestError("it names no format")
    if not 1 <= content["format"] <= FORMAT:
        raise ManifestError(f"its format {content['format']} is not one of 1 to {FORMAT}")
    if wrong := [key for key, fits in _SHAPES.items() if key in content and not fits(content[key])]:
        raise ManifestError(f"its {' and '.join(wrong)} cannot be read")
    if content["format"] == FORMAT:
        return content
    pages = {page: {**entry, "key": ""} for page, entry in content.get("pages", {}).items()}
    return {"format": FORMAT, "pages": pages, **{key: content.get(key, {}) for key in ("site", "results")}}


def _texts(value: object) -> bool:
    return isinstance(value, dict) and all(isinstance(text, str) for text in value.values())


def _pages(value: object) -> bool:
    return isinstance(value, dict) and all(isinstance(page, dict) and _page(page) for page in value.values())


def _page(entry: Mapping[str, object]) -> bool:
    seconds = entry.get("seconds", 0.0)
    pairs = [entry[key] for key in ("files", "failed") if key in entry]
    return (
        isinstance(seconds, int | float)
        and 0 <= seconds < _LONGEST
        and all(isinstance(entry.get(key, ""), str) for key in ("title", "error", "key"))
        and all(isinstance(pair, list) and list(map(type, pair)) == [str, str] for pair in pairs)
    )


def _planned(value: object) -> bool:
    return isinstance(value, dict) and isinstance(value.get("inputs", ""), str) and _texts(value.get("keys", {}))


_SHAPES: Mapping[str, Callable[[object], bool]] = {
    "pages": _pages,
    "site": _texts,
    "results": _texts,
    "writing": _texts,
    "planned": _planned,
}
