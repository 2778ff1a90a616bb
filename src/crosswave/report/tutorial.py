"""How to add a survey, carried out: a made-up press article, a copy of the data in a temporary folder, real commands.

The notebook that tells it runs these commands, so that what it tells stays true."""

from __future__ import annotations

import contextlib
import os
import re
import shlex
import shutil
import weakref
from collections.abc import Iterator, Mapping
from html import escape
from pathlib import Path

from crosswave.report.render import publish
from crosswave.report.scratch import Scratch
from crosswave.study.registry import Registry

SURVEY = "acme-skills-2020"
"""Id of the made-up survey."""

_FILLED = Path(__file__).with_name("tutorial.yaml")
_NO_TERMINAL = {"COLUMNS": "100", "TTY_COMPATIBLE": "0", "NO_COLOR": "1", "TERM": None, "FORCE_COLOR": None}
"""What a command prints must not depend on where the notebook runs: one width, no colour."""


class Tutorial:
    """A copy of the data folder in which commands run as a reader would type them."""

    def __init__(self, registry: Registry) -> None:
        scratch = Scratch()  # a run kills its kernels when they are done
        weakref.finalize(self, scratch.remove)
        self.folder = Path(scratch.folder).resolve()
        shutil.copytree(registry.folder, self.folder / "data", ignore=shutil.ignore_patterns("microdata"))

    @property
    def file(self) -> Path:
        """The file of the made-up survey."""
        return self.folder / "data" / "surveys" / f"{SURVEY}.yaml"

    def run(self, command: str, *, first: int = 0) -> int:
        """Display a command with what it prints, and return its exit status."""
        from typer.testing import CliRunner

        from crosswave.cli import app

        with _inside(self.folder):
            done = CliRunner().invoke(app, shlex.split(command)[1:], env=_NO_TERMINAL)
        lines = [line.rstrip() for line in done.output.rstrip().splitlines()]
        shown = [*lines[:first], "…"] if first and len(lines) > first else lines
        _terminal(f"$ {command}", *shown)
        return done.exit_code

    def fill_in(self, instead: Mapping[str, str] | None = None) -> None:
        """Write what the article says into the survey's file, and display it."""
        text = _FILLED.read_text(encoding="utf-8")
        for right, typed in (instead or {}).items():
            text = text.replace(right, typed)
        self.file.write_text(text, encoding="utf-8")
        _terminal(f"data/surveys/{self.file.name}", *text.splitlines())

    def correct(self, typed: str, right: str) -> None:
        """Write the right word in place of one that was typed, and say so."""
        text = self.file.read_text(encoding="utf-8")
        self.file.write_text(text.replace(typed, right), encoding="utf-8")
        _terminal(f"data/surveys/{self.file.name}", f"- {typed}", f"+ {right}")

    def place(self, construct: str, figure: str, *, note: str, **grades: str) -> None:
        """Add a figure of the survey to a construct, and display the lines that were added."""
        given = ", ".join(f"{aspect}: {grade}" for aspect, grade in grades.items())
        added = [f"      - finding: {SURVEY}.{figure}", f"        grades: {{{given}}}", f"        note: {note}"]
        path = self.folder / "data" / "constructs.yaml"
        lines = path.read_text(encoding="utf-8").splitlines()
        start = lines.index(f"  - id: {construct}")
        ends = (k for k in range(start + 1, len(lines)) if re.match(r" {2}- | {4}(changes|left_out):|\S", lines[k]))
        end = next(ends, len(lines))
        path.write_text("\n".join([*lines[:end], *added, *lines[end:]]) + "\n", encoding="utf-8")
        _terminal(f"data/constructs.yaml, below {construct}", *added)


@contextlib.contextmanager
def _inside(folder: Path) -> Iterator[None]:
    """Work in a folder, as somebody who typed a command there would."""
    before = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)


def _terminal(head: str, *lines: str) -> None:
    body = escape("\n".join(lines))
    html = f'<pre class="terminal"><b>{escape(head)}</b>\n{body}</pre>'
    publish({"text/plain": "\n".join([head, *lines]), "text/html": html})
