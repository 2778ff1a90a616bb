"""What a run is asked for, and what became of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from crosswave.report.site.material import Material

if TYPE_CHECKING:
    from crosswave.report.site.index import PageText

Status = Literal["made", "unchanged", "failed"]


@dataclass(frozen=True)
class RunRequest:
    """What to run.

    Attributes
    ----------
    surveys, sources, constructs : tuple of str
        Every id there is, also when only some are to run: the index lists them, and pages of others go.
    only : tuple of str
        Page ids, kinds or patterns to run; empty runs all.
    parameters : mapping
        Given to every notebook that takes them.
    data : mapping
        Page id, or kind, to the files that it is made from.
    facts : mapping
        Page id, or kind, to the digest of what else it is made from: one record of a file, a number computed from
        many files.
    texts : mapping
        Page id to what the index says of it.
    material : Material
        What the site shows beside the pages.
    lock : Path, optional
        The lock file: other versions make other pages.
    inputs : str
        Digest of all that a run is made from (`crosswave.report.run.current.whole_digest`): while it stays, a run need
        not look at a single page to know what is current. Empty where it was not computed.
    """

    notebooks: Path
    out: Path
    surveys: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    constructs: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    parameters: Mapping[str, object] = field(default_factory=dict)
    data: Mapping[str, Sequence[Path]] = field(default_factory=dict)
    facts: Mapping[str, str] = field(default_factory=dict)
    texts: Mapping[str, PageText] = field(default_factory=dict)
    material: Material = field(default_factory=Material)
    lock: Path | None = None
    inputs: str = ""
    jobs: int = 0
    force: bool = False


@dataclass(frozen=True)
class PageResult:
    """What became of one page: its status, the seconds it took, and its error when it failed."""

    page: str
    status: Status
    seconds: float = 0.0
    error: str = ""


@dataclass(frozen=True)
class RunSummary:
    """What became of a run.

    Attributes
    ----------
    left_out : tuple of str
        A line for each data file with faults: what is in it, or what rests on it, was left out.
    everything : bool
        Whether every page was asked for, and so also those that were left out.
    put_aside : tuple of str
        What stood in the way, was not a run's and got another name, in words.
    """

    pages: tuple[PageResult, ...]
    index: Path
    left_out: tuple[str, ...] = ()
    everything: bool = True
    put_aside: tuple[str, ...] = ()

    @property
    def failed(self) -> tuple[PageResult, ...]:
        """Pages whose notebook failed."""
        return tuple(page for page in self.pages if page.status == "failed")

    @property
    def exit_status(self) -> int:
        """Return 1 when a page failed, or everything was asked for and something was left out; else 0."""
        return int(bool(self.failed) or bool(self.left_out and self.everything))

    def lines(self) -> tuple[str, ...]:
        """Return the summary in words: counts, each failure with its reason, what was put aside, where to look."""
        counts = {name: sum(page.status == name for page in self.pages) for name in ("made", "unchanged", "failed")}
        head = ", ".join(f"{count} {name}" for name, count in counts.items() if count) or "nothing to run"
        idle = "; nothing was to be done" if self.pages and counts["unchanged"] == len(self.pages) else ""
        failures = [f"failed: {page.page}: {first_line(page.error)}" for page in self.failed]
        kept = [f"failed notebooks are kept in {self.index.parent / 'failed'}"] if failures else []
        aside = [f"put aside: {words}" for words in self.put_aside]
        faults = [*self.left_out, "the results were not written, for rows would be missing"] if self.left_out else []
        return (f"{len(self.pages)} pages: {head}{idle}", *failures, *kept, *aside, *faults, f"open {self.index}")


def first_line(error: str) -> str:
    """Return the last line of an error that says something: Python puts the reason there."""
    lines = [line.strip() for line in error.splitlines() if line.strip()]
    reasons = [line for line in lines if ": " in line]
    return (reasons or lines or [""])[-1][:300]
