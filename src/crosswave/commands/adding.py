"""How a survey comes into data/: new, and the schemas that editors use."""

from __future__ import annotations

from typing import Annotated

import typer

from crosswave.commands.shared import Data, data_folder, plain_faults

adding = typer.Typer()


@adding.command(epilog="Example:  [bold]crosswave new acme-cloud-2021[/]  writes data/surveys/acme-cloud-2021.yaml")
def new(survey_id: Annotated[str, typer.Argument(metavar="SURVEY-ID")], data: Data = None) -> None:
    """Write a commented survey file that passes the check once it is filled in."""
    from crosswave.registry.faults import shown_path
    from crosswave.template import new_survey

    with plain_faults():
        path = new_survey(survey_id, data_folder(data))
    print(f"{shown_path(path)} is there; fill it in, then: crosswave check")


@adding.command(hidden=True)
def schemas(data: Data = None) -> None:
    """Write data/schema from the models."""
    from crosswave.registry.schemas import write_schemas

    for path in write_schemas((data_folder(data)) / "schema"):
        print(path.name)
