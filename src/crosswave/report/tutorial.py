"""How to add a survey, carried out: a made-up press article, a copy of the data in a temporary folder, real commands.

The notebook that tells it runs these commands, so that what it tells stays true.
"""

import contextlib
import re
import shlex
import shutil
import weakref
from collections.abc import Mapping
from html import escape
from pathlib import Path

from crosswave.report.render import publish
from crosswave.report.scratch import Scratch
from crosswave.study.registry import Registry

_NO_TERMINAL = {"COLUMNS": "100", "TTY_COMPATIBLE": "0", "NO_COLOR": "1", "TERM": None, "FORCE_COLOR": None}
"""What a command prints must not depend on where the notebook runs: one width, no colour."""


class Tutorial:
    """A copy of the data folder in which commands run as a reader would type them.

    It shows nothing for a study without a lesson: then its part of the page is left out.
    """

    def __init__(self, registry: Registry) -> None:
        self.lesson = registry.study.lesson
        self._survey = self.lesson.survey if self.lesson else ""
        scratch = Scratch()  # a run kills its kernels when they are done
        weakref.finalize(self, scratch.remove)
        self.folder = Path(scratch.folder).resolve()
        self._file = self.folder / "data" / "surveys" / f"{self._survey}.yaml"
        shutil.copytree(registry.folder, self.folder / "data", ignore=shutil.ignore_patterns("microdata"))

    def run(self, command: str) -> int:
        """Display a command with what it prints, and return its exit status; ``{survey}`` is that of the lesson."""
        if self.lesson is None:
            return 0
        from typer.testing import CliRunner

        from crosswave.cli import app

        command = command.format(survey=self._survey, construct=self.lesson.into)
        with contextlib.chdir(self.folder):
            done = CliRunner().invoke(app, shlex.split(command)[1:], env=_NO_TERMINAL)
        _terminal(f"$ {command}", *(line.rstrip() for line in done.output.rstrip().splitlines()))
        return done.exit_code

    def fill_in(self, instead: Mapping[str, str] | None = None) -> None:
        """Write what the article says into the survey's file, and display it."""
        if self.lesson is None:
            return
        text = (self.folder / "data" / "tutorial.txt").read_text(encoding="utf-8")
        for right, typed in (instead or {}).items():
            text = text.replace(right, typed)
        self._file.write_text(text, encoding="utf-8")
        _terminal(f"data/surveys/{self._file.name}", *text.splitlines())

    def correct(self, typed: str, right: str) -> None:
        """Write the right word in place of one that was typed, and say so."""
        if self.lesson is None:
            return
        text = self._file.read_text(encoding="utf-8")
        self._file.write_text(text.replace(typed, right), encoding="utf-8")
        _terminal(f"data/surveys/{self._file.name}", f"- {typed}", f"+ {right}")

    def place(self) -> None:
        """Add the figure of the lesson to its construct, and display the lines that were added."""
        if self.lesson is None:
            return
        construct, grades = self.lesson.into, self.lesson.grades.model_dump()
        told = ", ".join(f"{aspect}: {grade}" for aspect, grade in grades.items())
        finding = f"      - finding: {self._survey}.{self.lesson.figure}"
        added = [finding, f"        grades: {{{told}}}", f"        note: {self.lesson.note}"]
        path = self.folder / "data" / "constructs.yaml"
        lines = path.read_text(encoding="utf-8").splitlines()
        start = lines.index(f"  - id: {construct}")
        ends = (k for k in range(start + 1, len(lines)) if re.match(r" {2}- | {4}(changes|left_out):|\S", lines[k]))
        end = next(ends, len(lines))
        path.write_text("\n".join([*lines[:end], *added, *lines[end:]]) + "\n", encoding="utf-8")
        _terminal(f"data/constructs.yaml, below {construct}", *added)


def _terminal(head: str, *lines: str) -> None:
    body = escape("\n".join(lines))
    html = f'<pre class="terminal"><b>{escape(head)}</b>\n{body}</pre>'
    publish({"text/plain": "\n".join([head, *lines]), "text/html": html})
