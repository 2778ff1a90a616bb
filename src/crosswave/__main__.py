"""Starts the command line, also where the environment is not what it should be: then it says so in a sentence."""

from __future__ import annotations

import gc
import os
import sys

from crosswave.failures import NO_MEMORY, import_words, os_words, out_of_memory, python_fault
from crosswave.report.run.ending import listening
from crosswave.surroundings import begin_with_them, show_everywhere

_NEW_OBJECTS = 100_000
"""So many come between two looks for garbage: imports make few circles, and Python looks after each 700."""


def main() -> None:
    """Run the command that was typed; end with status 1 and plain words where Python, a package or room is missing."""
    gc.set_threshold(_NEW_OBJECTS)
    begin_with_them()
    show_everywhere()
    if fault := python_fault(sys.version_info[:2]):
        sys.exit(fault)
    try:
        with listening():
            from crosswave.cli import app

        try:
            app()
        finally:
            sys.stdout.flush()
            gc.freeze()  # Python looks through all that is left before it ends: a tenth of a short command
    except KeyboardInterrupt:
        sys.exit(130)
    except (MemoryError, SystemError) as error:
        if isinstance(error, SystemError) and not out_of_memory(str(error)):
            raise
        sys.exit(f"crosswave: {NO_MEMORY}")
    except ImportError as error:
        sys.exit(f"crosswave: {import_words(error)}")
    except OSError as error:  # what is printed finds no room; Python would try once more at its end, with a traceback
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        error.filename = error.filename or "what is printed"
        sys.exit(1 if isinstance(error, BrokenPipeError) else f"crosswave: {os_words(error)}")


if __name__ == "__main__":
    main()
