"""What every command shares: the data folder, and faults said plainly."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TextIO

import typer

from crosswave.failures import os_words
from crosswave.study.places import find_data, has_rules

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
        return
    except DataError as error:
        print(error, file=stream or sys.stderr)
    except BrokenPipeError:  # nobody reads on, as after "| head": the command ends without a word
        raise
    except OSError as error:
        print(f"crosswave: {os_words(error)}", file=sys.stderr)
    except (KeyError, ValueError) as error:
        print(f"crosswave: {error.args[0] if isinstance(error, KeyError) else error}", file=sys.stderr)
    raise typer.Exit(1)


def load_evidence(folder: Path | None) -> Registry:
    """Return the evidence of a data folder, read where a command needs it: the models take long to import."""
    from crosswave import study

    return study.load_evidence(folder_of(folder))


def folder_of(folder: Path | None, find: Callable[[], Path] = find_data) -> Path:
    """Return the folder that was named, or data/ in it; else what is found, by default the nearest to read.

    `nearest_data` finds only what may be written, `find_rules` also what has no surveys.
    """
    if folder is None:
        return find()
    if not folder.is_dir():
        raise FileNotFoundError(f"{folder} is no folder; name the data folder, or the one that holds data/")
    inside = folder / "data"
    return inside if (inside / "surveys").is_dir() or has_rules(inside) else folder
