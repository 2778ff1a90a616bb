"""How a run shows itself while it goes: a bar on a terminal, plain lines anywhere else."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from crosswave.report.run.request import first_line


class Reporter(Protocol):
    """Hears of every page that is done."""

    def done(self, page: str, seconds: float, error: str) -> None:
        """Show one page; `error` is empty when it was made."""


class BarReporter:
    """Moves a bar, and prints a line above it for each failure."""

    def __init__(self, progress: Progress, total: int) -> None:
        self._progress = progress
        self._task = progress.add_task("notebooks", total=total)

    def done(self, page: str, seconds: float, error: str) -> None:
        """Move the bar by one page."""
        self._progress.update(self._task, advance=1, description=page[:40])
        if error:
            self._progress.console.print(f"failed  {page}: {first_line(error)}", style="red", markup=False)


class LineReporter:
    """Prints one line a page."""

    def __init__(self, console: Console, total: int) -> None:
        self._console = console
        self._total = total
        self._count = 0

    def done(self, page: str, seconds: float, error: str) -> None:
        """Print the page's line."""
        self._count += 1
        width = len(str(self._total))
        outcome = f"failed: {first_line(error)}" if error else "made"
        line = f"[{self._count:{width}}/{self._total}] {page}  {seconds:.1f} s  {outcome}"
        self._console.print(line, markup=False, highlight=False, soft_wrap=True)


@contextmanager
def reporting(console: Console, total: int) -> Iterator[Reporter]:
    """Give the reporter that fits the console, and close it after."""
    if not console.is_terminal:
        yield LineReporter(console, total)
        return
    columns = (BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TimeRemainingColumn())
    with Progress(TextColumn("{task.description:<40}"), *columns, console=console) as progress:
        yield BarReporter(progress, total)
