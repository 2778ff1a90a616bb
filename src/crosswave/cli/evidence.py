"""What stands in data/: check, list and show it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from crosswave.cli.shared import Data, data_folder, load_evidence, plain_faults

evidence = typer.Typer()


@evidence.command(epilog="Example:  [bold]crosswave check data[/]  prints every fault as file:line: what is wrong")
def check(
    folder: Annotated[Path | None, typer.Argument(help="The data folder, as --data names it.")] = None,
    data: Data = None,
) -> None:
    """Check every data file: form, references, dates, addresses, arithmetic. All faults at once; status 1 if any."""
    from crosswave.study import load_registry

    with plain_faults(sys.stdout):
        if folder and data:
            raise ValueError(f"check takes one data folder; {folder} and --data {data} arrived; leave one out")
        registry = load_registry(data_folder(folder or data))
    counts = {
        "surveys": registry.surveys,
        "figures": registry.findings,
        "constructs": registry.constructs,
        "claims": registry.claims,
    }
    print(f"no fault: {', '.join(f'{len(members)} {what}' for what, members in counts.items())}")


@evidence.command("list", epilog="Example:  [bold]crosswave list surveys[/]")
def list_(
    what: Annotated[str, typer.Argument(help="surveys, constructs, claims, sources or findings.")] = "surveys",
    data: Data = None,
) -> None:
    """List ids with a line each."""
    from crosswave.study.faults import nearest
    from crosswave.words import arrived

    with plain_faults():
        registry = load_evidence(data)
        rows = {
            "surveys": {s.id: f"{s.year}  {s.title}" for s in registry.surveys.values()},
            "constructs": {c.id: c.label for c in registry.constructs.values()},
            "claims": {c.id: c.says for c in registry.claims.values()},
            "sources": {s.id: s.title for s in registry.sources.values()},
            "findings": {f.id: f"{f.answer.printed}  {f.answer.says}" for f in registry.findings.values()},
        }
        if what not in rows:
            raise ValueError(f"{arrived(what)} cannot be listed; choose one of {', '.join(rows)}{nearest(what, rows)}")
    for name, words in rows[what].items():
        print(f"{name}\t{words}")


@evidence.command(epilog="Examples:  [bold]crosswave show poll-2017.trust.yes[/]  ·  [bold]crosswave show trust[/]")
def show(
    name: Annotated[str, typer.Argument(metavar="FINDING|SURVEY|CONSTRUCT", help="The id of any of them.")],
    data: Data = None,
) -> None:
    """Show what is known of a finding, a survey or a construct."""
    from rich.console import Console

    from crosswave.report.cards import card

    with plain_faults():
        Console(force_jupyter=False).print(card(name, load_evidence(data)))
