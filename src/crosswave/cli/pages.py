"""What is made from data/: pages and synthetic respondents."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from crosswave.cli.shared import Data, folder_of, load_evidence, plain_faults
from crosswave.words import arrived

commands = typer.Typer()

_LONGEST = 1000


@commands.command(epilog="Examples:  [bold]crosswave run[/]  ·  [bold]crosswave run --survey poll-2017 --force[/]")
def run(
    survey: Annotated[list[str] | None, typer.Option(help="Only the page of this survey; may be repeated.")] = None,
    construct: Annotated[list[str] | None, typer.Option(help="Only the page of this topic; may be repeated.")] = None,
    only: Annotated[
        list[str] | None, typer.Option(help="Only these pages: start, synthesis, survey/poll-*, series, trend.")
    ] = None,
    jobs: Annotated[int, typer.Option(min=0, help="Processes at once; 0 takes one for each core and one more.")] = 0,
    force: Annotated[bool, typer.Option("--force", help="Make unchanged pages again.")] = False,
    single_file: Annotated[
        bool, typer.Option("--single-file", help="Write each of these pages also as one file, into OUT/single.")
    ] = False,
    out: Annotated[Path, typer.Option(help="The folder that gets the pages.")] = Path("reports"),
    parameter: Annotated[
        list[str] | None,
        typer.Option("--parameter", "-p", metavar="NAME=VALUE", help="Given to notebooks that take it."),
    ] = None,
    scheduler: Annotated[
        str, typer.Option(metavar="ADDRESS", help="A Dask scheduler to run on, such as tcp://host:8786.")
    ] = "",
    data: Data = None,
) -> None:
    """Execute the notebooks for every survey, claim source and construct, and build the index of their pages."""
    from rich.console import Console
    from rich.markup import escape

    from crosswave.report.building import Choice, run_report

    with plain_faults():
        choice = Choice(
            surveys=tuple(survey or ()), constructs=tuple(construct or ()), only=tuple(only or ()),
            parameters=_values(parameter), jobs=jobs, force=force, single_file=single_file,
            scheduler=scheduler,
        )  # fmt: skip
        try:
            summary = run_report(folder_of(data), out, choice)
        except KeyboardInterrupt:
            print("crosswave: stopped; what was made is kept, and the next run makes the rest", file=sys.stderr)
            raise
    for line in summary.lines():
        Console(highlight=False, soft_wrap=True).print(escape(line))
    raise typer.Exit(summary.exit_status)


def _values(pairs: list[str] | None) -> dict[str, object]:
    """Read NAME=VALUE, any number of them."""
    values: dict[str, object] = {}
    own = {"survey": "--survey", "construct": "--construct", "source": "--only claims/..."}
    for pair in pairs or []:
        name, equals, text = pair.partition("=")
        if not equals:
            raise ValueError(f"--parameter takes NAME=VALUE, such as alpha=0.01; {arrived(pair)} arrived")
        if name in own:
            raise ValueError(f"{name} chooses the page and is no parameter of a run; use {own[name]}")
        values[name] = _read(text)
    return values


def _read(text: str) -> object:
    """A value as Python would read it; text that is none, or too long to be one, stays text."""
    import ast

    try:
        return ast.literal_eval(text) if len(text) <= _LONGEST else text
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return text


@commands.command(epilog="Example:  [bold]crosswave reconstruct poll-2017 --draws 20 --seed 1 --out drawn[/]")
def reconstruct(
    survey: Annotated[str, typer.Argument(metavar="SURVEY", help="The id of a survey.")],
    out: Annotated[Path, typer.Option(help="The folder that gets the file.")],
    draws: Annotated[int, typer.Option(help="How many tables of respondents.")] = 1,
    seed: Annotated[int, typer.Option(help="The same seed gives the same file.")] = 0,
    as_csv: Annotated[bool, typer.Option("--csv", help="CSV in place of Parquet.")] = False,
    data: Data = None,
) -> None:
    """Write made-up respondents whose tabulation prints the survey's figures again. They show; they prove nothing."""
    from crosswave.reconstruct.joint import NOT_IDENTIFIED, draw_survey, write_table

    with plain_faults():
        registry = load_evidence(data)
        table = draw_survey(registry.survey(survey), registry, draws, seed)
        path = write_table(table, out / f"{survey}{'.csv' if as_csv else '.parquet'}")
    print(f"{path}: {len(table)} synthetic rows in {draws} draws")
    print(NOT_IDENTIFIED)
