"""What every command shares: the data folder, and faults said plainly."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TextIO

import typer

from crosswave.failures import os_words
from crosswave.study.places import find_data, find_rules, has_rules, nearest_data

if TYPE_CHECKING:
    from crosswave.study import Registry

Data = Annotated[Path | None, typer.Option("--data", help="The data folder; found from the working folder if absent.")]


@contextmanager
def plain_faults(stream: TextIO | None = None) -> Iterator[None]:
    """End the command with status 1 and plain words, never with a traceback, where a person can mend the fault.

    Why the cache is not used is said once; the processes that the command starts then look for none.
    """
    from crosswave.study import DataError
    from crosswave.study.cache import FOLDER_VARIABLE, why_unused

    if reason := why_unused():
        print(f"crosswave: nothing is kept, and nothing kept is read: {reason}", file=sys.stderr)
        os.environ[FOLDER_VARIABLE] = ""
    try:
        yield
    except DataError as error:
        print(error, file=stream or sys.stderr)
    except (KeyError, ValueError, OSError) as error:
        words = (
            os_words(error) if isinstance(error, OSError) else error.args[0] if isinstance(error, KeyError) else error
        )
        print(f"crosswave: {words}", file=sys.stderr)
    else:
        return
    raise typer.Exit(1)


def load_evidence(folder: Path | None) -> Registry:
    """Return the evidence of a data folder, read where a command needs it: the models take long to import."""
    from crosswave import study

    return study.load_evidence(data_folder(folder))


def data_folder(folder: Path | None) -> Path:
    """Return the folder to read: the one that was named, or that of the working folder, or that of the package."""
    return find_data() if folder is None else _inside(folder)


def writable_folder(folder: Path | None) -> Path:
    """Return the folder to write into: the one that was named, or that of the working folder, and never another."""
    return nearest_data() if folder is None else _inside(folder)


def rules_folder(folder: Path | None) -> Path:
    """Return the folder whose plan and phrases count: surveys need not be there."""
    return find_rules() if folder is None else _inside(folder)


def _inside(folder: Path) -> Path:
    """The folder, or data/ in it."""
    if not folder.is_dir():
        raise FileNotFoundError(f"{folder} is no folder; name the data folder, or the one that holds data/")
    inside = folder / "data"
    return inside if (inside / "surveys").is_dir() or has_rules(inside) else folder
