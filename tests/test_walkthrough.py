"""From a file of respondents to a trend page, as CONTRIBUTING.md says it, word for word."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest

pytestmark = pytest.mark.thorough

pytest.importorskip("pyreadstat")
ROOT = Path(__file__).resolve().parents[1]
BLOCK = re.compile(r"^```(\w+) ?([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
COMMAND = str(Path(sys.executable).with_name("crosswave"))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where somebody has followed every step, each with status 0."""
    folder = tmp_path_factory.mktemp("walk")
    part = (
        (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8").split("to a trend page\n")[1].split("## Add a survey")[0]
    )
    lines: list[list[str]] = []
    for language, place, text in BLOCK.findall(part):
        if language == "yaml":
            path = folder / place
            path.write_text(path.read_text(encoding="utf-8") + text, encoding="utf-8")
        lines = {
            "python": [[sys.executable, "-c", text]], "yaml": [],
            "sh": [[COMMAND, *shlex.split(line)[1:]] for line in text.splitlines()],
        }[language]  # fmt: skip
        for line in lines:
            began = time.monotonic()
            done = subprocess.run(line, cwd=folder, env=os.environ, capture_output=True, text=True, check=False)
            print(f"{time.monotonic() - began:.1f} s: {' '.join(line[1:4])[:60]}")
            assert done.returncode == 0, f"{line}\n{done.stdout}{done.stderr}"
    return folder


def test_the_walk_ends_with_a_page_a_chart_and_a_workbook(folder: Path) -> None:
    page = (folder / "pages/pages/trend/satisfaction-by-poll.html").read_text(encoding="utf-8")
    assert "town-poll-2021" in page and "library-2019" in page
    assert (folder / "trend.png").read_bytes().startswith(b"\x89PNG")
    findings = pd.read_excel(folder / "poll.xlsx", "findings", header=3).set_index("finding_id")
    assert set(findings["level"]) == {"recomputed"}
    shown = json.loads(
        subprocess.run(
            [COMMAND, "show", "satisfaction-by-poll", "--data", "town", "--json"],
            cwd=folder, capture_output=True, text=True, check=True,
        ).stdout
    )  # fmt: skip
    assert [wave["compared"] for wave in shown["waves"]] == [True, True] and shown["answer"] == "rose"


def test_nothing_of_a_respondent_stands_in_the_study(folder: Path) -> None:
    assert [path.name for path in folder.glob("town/**/*") if path.suffix in (".sav", ".csv")] == ["context.csv"]
