"""Starts the command line, also where the environment is not what it should be: then it says so in a sentence."""

from __future__ import annotations

import sys

from crosswave.failures import import_words, python_fault
from crosswave.surroundings import begin_with_them, show_everywhere


def main() -> None:
    """Run the command that was typed; end with status 1 and plain words where Python or a package is missing."""
    begin_with_them()
    show_everywhere()
    if fault := python_fault(sys.version_info[:2]):
        sys.exit(fault)
    try:
        from crosswave.cli import app

        app()
    except ImportError as error:
        sys.exit(f"crosswave: {import_words(error)}")


if __name__ == "__main__":
    main()
