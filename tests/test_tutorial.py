"""The tutorial of CONTRIBUTING.md, followed word for word with a survey that is not in the registry."""

import re
import shlex
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

import real
from crosswave.cli import app

pytestmark = [pytest.mark.thorough, pytest.mark.usefixtures("kept")]

ROOT = Path(__file__).resolve().parents[1]
SURVEY, CONSTRUCT = "acme-cloud-2019", "barrier-skills"
BLOCK = re.compile(r"^```(\w+) ?([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks():
    """Language, place and text of every fenced block of the tutorial, in order."""
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    return BLOCK.findall(text.split("## Add a survey")[1].split("### From a sheet")[0])


class Reader:
    """A person in a copy of a part of the repository who does what the tutorial says."""

    def __init__(self, folder):
        self.folder = folder
        self.printed = {}
        real.part(folder / "data", *real.behind(CONSTRUCT))
        (folder / "data" / "batteries.yaml").unlink()
        shutil.copytree(ROOT / "notebooks", folder / "notebooks")
        for name in ("requirements.lock", "METHODS.md"):
            shutil.copy(ROOT / name, folder)

    def types(self, line):
        """Run a command line, what makes pages in a process of its own; what it printed, and its status."""
        words = shlex.split(line)[1:]
        if words[0] != "run":
            with pytest.MonkeyPatch.context() as patch:
                patch.chdir(self.folder)
                done = CliRunner().invoke(app, words, env={"COLUMNS": "200"})
            self.printed[line] = done.output
            return done.exit_code
        command = [str(Path(sys.executable).with_name("crosswave")), *words]
        made = subprocess.run(command, cwd=self.folder, capture_output=True, text=True, check=False)
        self.printed[line] = made.stdout + made.stderr
        return made.returncode

    def writes(self, place, text):
        """Put a block of YAML where the tutorial says: a whole file, or more answers of a construct."""
        file, _, construct = place.partition(" ")
        path = self.folder / file
        if construct:
            whole = path.read_text(encoding="utf-8")
            start = whole.index(f"- id: {construct}\n")
            at = whole.index("    answers:\n", start) + len("    answers:\n")
            first = whole.index("      - finding:", at + 1 + len("      - finding:"))
            text = whole[:first] + text + whole[first:]
        path.write_text(text, encoding="utf-8")


@pytest.fixture(scope="module")
def reader(tmp_path_factory):
    """Somebody who has followed the whole tutorial, and made the mistake that it describes on the way."""
    reader = Reader(tmp_path_factory.mktemp("tutorial"))
    for language, place, text in blocks():
        if language == "yaml":
            reader.writes(place, text)
        elif language == "text":
            misspell(reader)
        for line in text.splitlines() if language == "sh" else ():
            assert reader.types(line) == 0, f"{line}\n{reader.printed[line]}"
    return reader


def misspell(reader):
    path = reader.folder / "data" / "surveys" / f"{SURVEY}.yaml"
    right = path.read_text(encoding="utf-8")
    path.write_text(right.replace("topic: skills", "topic: skils", 1), encoding="utf-8")
    assert reader.types("crosswave check ") == 1
    path.write_text(right, encoding="utf-8")


@cache
def registered():
    return set(real.registry().surveys)


def test_the_survey_is_new_and_has_ten_figures():
    files = {place: text for language, place, text in blocks() if language == "yaml"}
    assert SURVEY not in registered()
    assert files[f"data/surveys/{SURVEY}.yaml"].count("printed:") == 1 + 10


def test_the_template_that_it_begins_with_has_the_keys_of_the_survey_that_it_ends_with(tmp_path):
    from crosswave.study.template import new_survey

    keys = re.compile(r"^(?:# )?(\w+):", re.MULTILINE)
    (tmp_path / "study.yaml").write_bytes((ROOT / "data" / "study.yaml").read_bytes())
    template = new_survey(SURVEY, tmp_path).read_text(encoding="utf-8")
    finished = next(text for language, place, text in blocks() if place.endswith(f"{SURVEY}.yaml"))
    order = [key for key in keys.findall(template) if key in keys.findall(finished)]
    assert order == keys.findall(finished)


def test_the_mistake_is_answered_as_the_tutorial_says(reader):
    told = next(text for language, _, text in blocks() if language == "text")
    assert reader.printed["crosswave check "] == told


def test_the_card_of_the_survey_shows_what_its_figures_admit(reader):
    card = reader.printed[f"crosswave show {SURVEY}"]
    assert all(words in card for words in ("Councils and the cloud 2019", "lack of skills", "nearly half"))


def test_the_survey_has_its_page(reader):
    page = (reader.folder / "reports" / "pages" / "survey" / f"{SURVEY}.html").read_text(encoding="utf-8")
    assert "Councils and the cloud 2019" in page
    assert "lack of money" in page


def test_the_trend_has_the_new_wave(reader):
    page = (reader.folder / "reports" / "pages" / "trend" / f"{CONSTRUCT}.html").read_text(encoding="utf-8")
    before = real.ledger().trends.set_index("construct_id")
    after = pd.read_csv(reader.folder / "reports" / "results" / "trends.csv", index_col="construct_id")
    assert f"{SURVEY}.barriers.skills" in page
    assert after.loc[CONSTRUCT, "waves"] == before.loc[CONSTRUCT, "waves"] + 1
    assert f"{SURVEY}.barriers.skills" in reader.printed[f"crosswave show {CONSTRUCT}"]


def test_every_figure_of_the_new_survey_is_in_the_ledger(reader):
    found = pd.read_csv(reader.folder / "reports" / "results" / "findings.csv", index_col="finding_id")
    levels = found[found["survey_id"] == SURVEY]["level"]
    assert len(levels) == 10
    assert set(levels) <= {"consistent", "bounded"}
