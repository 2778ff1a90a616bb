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

if TYPE_CHECKING:
    from crosswave.study import Registry

Data = Annotated[Path | None, typer.Option("--data", help="The data folder; found from the working folder if absent.")]


@contextmanager
def plain_faults(stream: TextIO | None = None) -> Iterator[None]:
    """End the command with status 1 and plain words, never with a traceback, where a person can mend the fault."""
    from crosswave.study import DataError

    _say_that_nothing_is_kept()
    try:
        yield
    except DataError as error:
        print(error, file=stream or sys.stderr)
        raise typer.Exit(1) from None
    except (KeyError, ValueError) as error:
        words = error.args[0] if isinstance(error, KeyError) else error
        print(f"crosswave: {words}", file=sys.stderr)
        raise typer.Exit(1) from None
    except OSError as error:
        print(f"crosswave: {os_words(error)}", file=sys.stderr)
        raise typer.Exit(1) from None


def _say_that_nothing_is_kept() -> None:
    """Say once why the cache is not used; the processes that the command starts then look for none."""
    from crosswave.study.cache import FOLDER_VARIABLE, why_unused

    if reason := why_unused():
        print(f"crosswave: nothing is kept, and nothing kept is read: {reason}", file=sys.stderr)
        os.environ[FOLDER_VARIABLE] = ""


def load_evidence(folder: Path | None) -> Registry:
    """Return the evidence of a data folder, read where a command needs it: the models take long to import."""
    from crosswave import study

    return study.load_evidence(data_folder(folder))


def data_folder(folder: Path | None) -> Path:
    """Return the folder to read: the one that was named, or that of the working folder, or that of the package.

    Raises
    ------
    FileNotFoundError
        The folder that was named is none, or there is none at all.
    """
    from crosswave.study.places import find_data

    return find_data() if folder is None else _inside(folder)


def writable_folder(folder: Path | None) -> Path:
    """Return the folder to write into: the one that was named, or that of the working folder, and never another.

    Raises
    ------
    FileNotFoundError
        The folder that was named is none, or the working folder has none.
    """
    from crosswave.study.places import nearest_data

    return nearest_data() if folder is None else _inside(folder)


def rules_folder(folder: Path | None) -> Path:
    """Return the folder whose plan and phrases count: surveys need not be there.

    Raises
    ------
    FileNotFoundError
        The folder that was named is none.
    """
    from crosswave.study.places import find_rules

    return find_rules() if folder is None else _inside(folder)


def _inside(folder: Path) -> Path:
    """The folder, or data/ in it."""
    from crosswave.study.places import has_rules

    if not folder.is_dir():
        raise FileNotFoundError(f"{folder} is no folder; name the data folder, or the one that holds data/")
    inside = folder / "data"
    return inside if (inside / "surveys").is_dir() or has_rules(inside) else folder
