"""What runs have written into a folder, by its own manifest: nothing of that is believed unless all of it fits."""

from __future__ import annotations

import json
import stat
from collections.abc import Callable, Mapping
from pathlib import Path, PurePosixPath
from typing import Any

FORMAT = 2
MANIFEST = "manifest.json"

_LARGEST = 64 * 2**20
"""Bytes of a manifest: one of ten thousand pages has five million."""

_LONGEST = 1e9
"""Seconds of a page: some thirty years."""


class ManifestError(ValueError):
    """Says why a file is no manifest of crosswave."""


def read_manifest(folder: Path) -> dict[str, Any] | None:
    """Return the manifest of a folder; None where there is none.

    Raises
    ------
    ManifestError
        What is called ``manifest.json`` there is none.
    """
    path = folder / MANIFEST
    try:
        status = path.lstat()
    except OSError:
        return None
    if not stat.S_ISREG(status.st_mode) or status.st_size > _LARGEST:
        raise ManifestError("it is no file, or too large")
    return _checked(_parsed(path))


def names_of(page: str) -> tuple[str, str, str, str]:
    """Return the files of a page: its page and its notebook, and both of a failure."""
    return f"pages/{page}.html", f"notebooks/{page}.ipynb", f"failed/{page}.txt", f"failed/{page}.ipynb"


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


def _parsed(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        raise ManifestError("it cannot be read as JSON") from None
    if not isinstance(content, dict) or not isinstance(content.get("format"), int):
        raise ManifestError("it names no format")
    return content


def _checked(content: dict[str, Any]) -> dict[str, Any]:
    if not 1 <= content["format"] <= FORMAT:
        raise ManifestError(f"its format {content['format']} is not one of 1 to {FORMAT}")
    if wrong := [key for key, fits in _SHAPES.items() if key in content and not fits(content[key])]:
        raise ManifestError(f"its {' and '.join(wrong)} cannot be read")
    return content if content["format"] == FORMAT else _outdated(content)


def _outdated(content: Mapping[str, Any]) -> dict[str, Any]:
    pages = {page: {**entry, "key": ""} for page, entry in content.get("pages", {}).items()}
    return {"format": FORMAT, "pages": pages, **{key: content.get(key, {}) for key in ("site", "results")}}


def _texts(value: object) -> bool:
    return isinstance(value, dict) and all(isinstance(text, str) for text in value.values())


def _pages(value: object) -> bool:
    return isinstance(value, dict) and all(isinstance(page, dict) and _page(page) for page in value.values())


def _page(entry: Mapping[str, object]) -> bool:
    seconds = entry.get("seconds", 0.0)
    return (
        isinstance(seconds, int | float)
        and 0 <= seconds < _LONGEST
        and all(isinstance(entry.get(key, ""), str) for key in ("title", "error", "key"))
        and all(_two_texts(entry[key]) for key in ("files", "failed") if key in entry)
    )


def _planned(value: object) -> bool:
    return isinstance(value, dict) and isinstance(value.get("inputs", ""), str) and _texts(value.get("keys", {}))


def _two_texts(value: object) -> bool:
    return isinstance(value, list) and len(value) == 2 and all(isinstance(text, str) for text in value)


_SHAPES: Mapping[str, Callable[[object], bool]] = {
    "pages": _pages,
    "site": _texts,
    "results": _texts,
    "planned": _planned,
}
