"""The command line: its commands are in `crosswave.cli`, each a few lines that call the package."""

from __future__ import annotations

from typing import Annotated

import typer

from crosswave.cli import data, methods, pages

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="What published surveys say: printed percentages, the counts behind them, comparisons and verdicts.",
    epilog=(
        "Examples:  [bold]crosswave check[/]  ·  [bold]crosswave show poll-2017[/]  ·  "
        "[bold]crosswave show satisfaction[/]  ·  [bold]crosswave run --survey poll-2017[/]  ·  "
        "[bold]crosswave init libraries[/]  ·  "
        '[bold]crosswave compare "58% of 235" "53% of 232"[/]  ·  [bold]crosswave explain newcombe[/]'
    ),
)
for group in (data, pages, methods):
    app.add_typer(group.commands)


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version  # takes as long to import as the rest of the version takes

        print(version("crosswave"))
        raise typer.Exit


@app.callback()
def _main(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and end.")
    ] = False,
) -> None:
    pass
