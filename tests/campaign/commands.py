"""Commands with arguments and sheets that nobody foresaw, run in this process as a person starts them."""

from __future__ import annotations

import io
import os
import shutil
import sys
import traceback
from collections import Counter
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from random import Random
from typing import Any
from unittest.mock import patch

import typer
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from hypothesis.configuration import set_hypothesis_home_dir

from campaign.data import Failure, TooLongError, WrongError, bounded, judged, outside, watched
from campaign.mutation import FIGURES, NUMBERS, TEXTS
from campaign.sheets import sheets
from crosswave.__main__ import main
from crosswave.cli import app
from crosswave.memo import forget
from crosswave.reconstruct.effort import at_most
from crosswave.study.loading import load_evidence
from crosswave.study.starter import start_study
from crosswave.surroundings import READ_AT_THE_START

NAMES = (
    "library-2019", "library-2019.satisfied.yes", "library-use", "library-satisfaction", "town-poll-2022", "surveys",
    "findings", "newcombe", "alpha=0.01", "from_year=2019", "x=1", "58% of 235", "53% of 232", "137 of 235", "~", "[",
    "nearly half of 948", "50-80", "nearly 1,000", "0", "1e9", "data", "data/surveys", "new", "a.csv", "a.xlsx", "?",
    "start", "survey/*", "B1", "A", "--", "-", "-x", "--data", "--help", "topic=cloud", "yougov", "nearest", "C:\\x",
    "tcp://127.0.0.1:1", "-1", "9" * 400, "a" * 40_000, "\ud800", "é", "", " ", "\n", "$HOME", "*",
)  # fmt: skip
COMMAND = typer.main.get_command(app)
COMMANDS: dict[str, Any] = vars(COMMAND)["commands"]
WRITING = {"init", "new", "import", "tabulate", "schemas", "reconstruct", "run"}


def ended(arguments: list[str]) -> tuple[object, str]:
    """Return the status of a command and all that it printed; `WrongError` where it ended as no command may."""
    printed = io.StringIO()
    with (
        patch("crosswave.cli.app", COMMAND),  # put together once
        patch.object(sys, "argv", ["crosswave", *arguments]),
        patch.dict(os.environ, {**READ_AT_THE_START, "CROSSWAVE_KEEP": "-"}),
        redirect_stdout(printed),
        redirect_stderr(printed),
    ):
        try:
            with bounded(), at_most(0.3):
                main()
            status: object = 0
        except SystemExit as error:
            status = error.code
        except (Exception, TooLongError) as error:
            raise WrongError("".join(traceback.format_exception(error, limit=-8))) from None
    text = printed.getvalue() + (status if isinstance(status, str) else "")
    if "Traceback" in text or not (status in (None, 0, 1, 2) or isinstance(status, str)):
        raise WrongError(f"status {status}: {text[-2_000:]}")
    if found := outside():
        raise WrongError("\n".join(found))
    return status, text


@st.composite
def arguments(draw: st.DrawFn) -> list[str]:
    """A command with some of its own options, and values that fit or do not."""
    name = draw(st.sampled_from([*sorted(COMMANDS), "", "chek"]))
    own = COMMANDS[name].params if name in COMMANDS else []
    value = st.one_of(st.sampled_from(NAMES), st.sampled_from(FIGURES + NUMBERS + TEXTS), st.text(max_size=20)).filter(
        lambda text: (
            "/" not in text.replace("tcp://", "").replace("data/s", "").replace("survey/", "") and ".." not in text
        )
    )
    few = len([one for one in own if one.param_type_name == "argument" or one.nargs < 0])
    words = draw(st.lists(value, min_size=min(few, 1), max_size=draw(st.sampled_from([few, few, few, 3]))))
    for one in draw(st.lists(st.sampled_from(own), max_size=4)) if own else ():
        if one.param_type_name == "option":
            words += [draw(st.sampled_from(one.opts)), *([] if one.is_flag else [draw(value)])]
    if draw(st.booleans()):
        words = list(draw(st.permutations(words)))
    return [name, *words, *(["--only", "no-such-page"] if name == "run" else [])]


def study_in(folder: Path) -> Path:
    """A new study with its data alone, and the working folder in it."""
    pristine, place = folder / "pristine", folder / "study"
    if not pristine.exists():
        start_study(pristine)
    os.chdir(folder)
    shutil.rmtree(place, ignore_errors=True)
    shutil.copytree(pristine / "data", place / "data")
    os.chdir(place)
    return place


def argument_cases(number_of_seed: int, number: int) -> tuple[Counter[str], list[Failure]]:
    """Give commands the arguments of a seed; return how they ended, and all that went wrong."""
    counted, failures = Counter[str](), list[Failure]()
    with watched() as folder:
        study_in(folder)
        set_hypothesis_home_dir(folder)

        @seed(number_of_seed)
        @settings(max_examples=number, database=None, deadline=None, phases=[Phase.generate],
                  suppress_health_check=list(HealthCheck))  # fmt: skip
        @given(arguments())
        def one(words: list[str]) -> None:
            try:
                status, _ = ended(words)
                counted[f"status {status if isinstance(status, int) else 1 if status else 0}"] += 1
            except WrongError as wrong:
                counted["wrong"] += 1
                failures.append(
                    Failure(f"arguments {number_of_seed}", "arguments", repr(words)[:3_000].encode(), str(wrong))
                )
            forget()
            if words[0] in WRITING:
                study_in(folder)

        one()
    return counted, failures


def sheet_cases(number_of_seed: int, number: int) -> tuple[Counter[str], list[Failure]]:
    """Import hostile sheets, looked at and written; return how that ended, and all that went wrong."""
    random, counted, failures = Random(number_of_seed), Counter[str](), list[Failure]()
    with watched() as folder:
        for name, content in sheets(random, number):
            try:
                more = random.choice(([], ["--set", "topic=use"], ["--house", "yougov"]))
                counted["refused" if imported(study_in(folder), name, content, more) else "written"] += 1
            except WrongError as wrong:
                counted["wrong"] += 1
                failures.append(Failure(f"sheets {number_of_seed}", name, content, str(wrong)))
            forget()
    return counted, failures


def imported(place: Path, name: str, content: bytes, more: list[str]) -> object:
    """Look at a sheet and import it into a study; return the status. What is written is judged."""
    (place / name).write_bytes(content)
    ended(["import", name, "--preview", *more])
    status, _ = ended(["import", name, "--as", "sheet-2020", *more])
    if left := {one.name for one in place.iterdir()} - {"data", name}:
        raise WrongError(f"{left} was made beside the data")
    if not status:
        try:
            with bounded(), at_most(0.3):
                registry = load_evidence(place / "data")
                judged(registry, [one for one in registry.surveys if one == "sheet-2020"])
        except (Exception, TooLongError) as error:
            raise WrongError("".join(traceback.format_exception(error, limit=-8))) from None
    return status
