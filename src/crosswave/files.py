"""Files that appear whole or not at all."""

import json
import os
import tempfile
from pathlib import Path
from typing import Any

HALF_WRITTEN = ".*.part"
"""The names of files that are being written, as a pattern."""


def write_whole(path: Path, content: str | bytes) -> None:
    """Write a file beside its place, then move it there in one step: what was there is replaced whole or stays."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, aside = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content.encode() if isinstance(content, str) else content)
        os.chmod(aside, 0o644)
        os.replace(aside, path)
    except BaseException as error:
        Path(aside).unlink(missing_ok=True)
        if (
            isinstance(error, OSError) and error.errno
        ):  # the full disk itself names no file, and the half-written one means nothing
            error.filename, error.filename2 = str(path), None
        raise


def write_json(path: Path, content: dict[str, Any]) -> None:
    """Write a JSON object whole, keys sorted; in one line, which Python writes ten times as fast."""
    write_whole(path, json.dumps(content, sort_keys=True, ensure_ascii=False) + "\n")
