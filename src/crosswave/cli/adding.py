"""How a study begins, and how a survey comes into data/."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from crosswave.cli.shared import Data, plain_faults, writable_folder

if TYPE_CHECKING:
    from crosswave.study.models import Vocabulary

adding = typer.Typer()


@adding.command(epilog="Example:  [bold]crosswave init libraries[/]  writes a study that runs at once")
def init(folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="A folder that is new or empty.")]) -> None:
    """Write a study on another topic: data files, plan, notebooks, and two made-up surveys so that it runs at once."""
    from crosswave.study.faults import shown_path
    from crosswave.study.starter import start_study

    with plain_faults():
        path = start_study(folder)
    print(f"{shown_path(path)} is there; change data/study.yaml, and then: cd {path} && crosswave run")


@adding.command(epilog="Example:  [bold]crosswave new town-poll-2021[/]  writes data/surveys/town-poll-2021.yaml")
def new(survey_id: Annotated[str, typer.Argument(metavar="SURVEY-ID")], data: Data = None) -> None:
    """Write a commented survey file that passes the check once it is filled in."""
    from crosswave.study.faults import shown_path
    from crosswave.study.template import new_survey

    with plain_faults():
        path = new_survey(survey_id, writable_folder(data))
    print(f"{shown_path(path)} is there; fill it in, then: crosswave check")


@adding.command(
    "import",
    epilog=(
        "Examples:  [bold]crosswave import --template town-poll-2021.xlsx[/]  ·  "
        "[bold]crosswave import town-poll-2021.xlsx[/]"
    ),
)
def import_(
    sheet: Annotated[Path | None, typer.Argument(metavar="FILE", help="A .csv or .xlsx file of figures.")] = None,
    template: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write an empty sheet to fill in, .csv or .xlsx, and end.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Overwrite a survey file that is there.")] = False,
    data: Data = None,
) -> None:
    """Write a survey file from a sheet of figures: facts of the survey above, a figure on each row below."""
    from crosswave.study.faults import shown_path
    from crosswave.study.importing import import_survey, write_template

    with plain_faults():
        if (sheet is None) == (template is None):
            raise ValueError("name the sheet to import, or --template FILE for an empty one")
        if template is not None:
            path = write_template(template, _vocabulary(data))
            print(f"{shown_path(path)} is there; fill it in, then: crosswave import {template}")
            return
        assert sheet is not None
        done = import_survey(sheet, writable_folder(data), force)
    if done.notice:
        print(done.notice)
    print(f"{shown_path(done.path)} is there, with {done.figures} figures; questions: {done.questions}")
    if done.still_open:
        print(f"still to be filled in, by line: {', '.join(f'{line} {key}' for line, key in done.still_open)}")
    print(f"then: crosswave check, crosswave show {done.path.stem}")


def _vocabulary(data: Path | None) -> Vocabulary:
    """The words of the study that a sheet is for; none where there is no study yet."""
    from crosswave.study import read_study
    from crosswave.study.models import Vocabulary

    try:
        return read_study(writable_folder(data)).vocabulary
    except FileNotFoundError:
        return Vocabulary()


@adding.command(hidden=True)
def schemas(data: Data = None) -> None:
    """Write data/schema from the models."""
    from crosswave.study import read_study
    from crosswave.study.starter import write_schemas

    with plain_faults():
        folder = writable_folder(data)
        for path in write_schemas(folder / "schema", read_study(folder).vocabulary):
            print(path.name)
