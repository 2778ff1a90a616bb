"""What every command shares: the data folder, and faults said plainly."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TextIO

import typer

from crosswave.commands.failures import os_words

if TYPE_CHECKING:
    from crosswave.registry import Registry

Data = Annotated[Path | None, typer.Option("--data", help="The data folder; found from the working folder if absent.")]


@contextmanager
def plain_faults(stream: TextIO | None = None) -> Iterator[None]:
    """End the command with status 1 and plain words, never with a traceback, where a person can mend the fault.

    Parameters
    ----------
    stream : text stream, optional
        Gets the faults of data files; standard error if absent.
    """
    from crosswave.registry import DataError

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
    from crosswave.registry.cache import FOLDER_VARIABLE, why_unused

    if reason := why_unused():
        print(f"crosswave: nothing is kept, and nothing kept is read: {reason}", file=sys.stderr)
        os.environ[FOLDER_VARIABLE] = ""


def load_registry(folder: Path | None) -> Registry:
    """Return the data folder, read where a command needs it: the models take a fifth of a second to import."""
    from crosswave import registry

    return registry.load_registry(data_folder(folder))


def data_folder(folder: Path | None) -> Path:
    """Return the folder that was named, or the data folder of the working folder.

    Raises
    ------
    FileNotFoundError
        The folder that was named is none.
    """
    from crosswave import registry

    if folder is None:
        return registry.find_data()
    if not folder.is_dir():
        raise FileNotFoundError(f"{folder} is no folder; name the data folder, or the one that holds data/")
    return folder / "data" if (folder / "data" / "surveys").is_dir() else folder
