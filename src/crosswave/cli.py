"""The command line: every command is a few lines that call the package."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TextIO

import typer
from rich.console import Console
from rich.markup import escape

from crosswave import __version__

if TYPE_CHECKING:
    from crosswave.registry import Registry

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="What published surveys really say about digital transformation in the UK public sector.",
    epilog=(
        "Examples:  [bold]crosswave check[/]  ·  [bold]crosswave show igov-2017[/]  ·  "
        "[bold]crosswave show barrier-culture[/]  ·  [bold]crosswave run --survey igov-2017[/]  ·  "
        "[bold]crosswave new my-survey-2020[/]  ·  "
        '[bold]crosswave compare "58% of 235" "53% of 232"[/]  ·  [bold]crosswave explain newcombe[/]'
    ),
)

Data = Annotated[Path | None, typer.Option("--data", help="The data folder; found from the working folder if absent.")]


@contextmanager
def _plain_faults(stream: TextIO | None = None) -> Iterator[None]:
    """Faults that a person can mend end the command with their words and status 1, never with a traceback."""
    from crosswave.registry import DataError

    try:
        yield
    except DataError as error:
        print(error, file=stream or sys.stderr)
        raise typer.Exit(1) from None
    except (KeyError, ValueError, FileExistsError, OSError) as error:
        words = error.args[0] if isinstance(error, KeyError) else error
        print(f"crosswave: {words}", file=sys.stderr)
        raise typer.Exit(1) from None


def load_registry(folder: Path | None) -> Registry:
    """The data folder, read where a command needs it: the models take a fifth of a second to import."""
    from crosswave import registry

    return registry.load_registry(folder)


def find_data() -> Path:
    """The data folder of the working folder."""
    from crosswave import registry

    return registry.find_data()


def _version(wanted: bool) -> None:
    if wanted:
        print(__version__)
        raise typer.Exit


@app.callback()
def _main(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and end.")
    ] = False,
) -> None:
    pass


@app.command(epilog="Example:  [bold]crosswave check data[/]  prints every fault as file:line: what is wrong")
def check(
    folder: Annotated[Path | None, typer.Argument(help="The data folder, or one that holds data/.")] = None,
) -> None:
    """Check every data file: form, references, dates, addresses, arithmetic. All faults at once; status 1 if any."""
    from crosswave.audit import audit

    with _plain_faults(sys.stdout):
        registry = audit(_data_folder(folder))
    counts = {
        "surveys": registry.surveys,
        "figures": registry.findings,
        "constructs": registry.constructs,
        "claims": registry.claims,
    }
    print(f"no fault: {', '.join(f'{len(members)} {what}' for what, members in counts.items())}")


def _data_folder(folder: Path | None) -> Path | None:
    if folder is None:
        return None
    if not folder.is_dir():
        raise FileNotFoundError(f"{folder} is no folder; name the data folder, or the one that holds data/")
    return folder / "data" if (folder / "data" / "surveys").is_dir() else folder


@app.command("list", epilog="Example:  [bold]crosswave list surveys[/]")
def list_(
    what: Annotated[str, typer.Argument(help="surveys, constructs, claims, sources or findings.")] = "surveys",
    data: Data = None,
) -> None:
    """List ids with a line each."""
    with _plain_faults():
        registry = load_registry(data)
        rows = {
            "surveys": {s.id: f"{s.year}  {s.title}" for s in registry.surveys.values()},
            "constructs": {c.id: c.label for c in registry.constructs.values()},
            "claims": {c.id: c.says for c in registry.claims.values()},
            "sources": {s.id: s.title for s in registry.sources.values()},
            "findings": {f.id: f"{f.answer.printed}  {f.answer.says}" for f in registry.findings.values()},
        }
        if what not in rows:
            raise ValueError(f"{what!r} cannot be listed; choose one of {', '.join(rows)}")
    for name, words in rows[what].items():
        print(f"{name}\t{words}")


@app.command(
    epilog="Examples:  [bold]crosswave show igov-2017.barriers.culture[/]  ·  [bold]crosswave show has-strategy[/]"
)
def show(
    name: Annotated[str, typer.Argument(metavar="FINDING|SURVEY|CONSTRUCT", help="The id of any of them.")],
    data: Data = None,
) -> None:
    """Show what is known of a finding, a survey or a construct."""
    from crosswave.cards import card

    with _plain_faults():
        Console(force_jupyter=False).print(card(name, load_registry(data)))


@app.command(
    epilog='Examples:  [bold]crosswave counts "73%" --n 61[/]  ·  [bold]crosswave counts "73%" "65%" "40%" --n 50-80[/]'
)
def counts(
    printed: Annotated[list[str], typer.Argument(metavar="FIGURE...", help="Percentages as printed, of one base.")],
    n: Annotated[str, typer.Option("--n", help="How many answered: 61, or a range such as 50-80.")],
    rounding: Annotated[str, typer.Option(help="nearest or truncated.")] = "nearest",
    data: Data = None,
) -> None:
    """Say which counts of n can have printed a percentage, or which n fit several of them."""
    from crosswave.cards import counts_lines

    with _plain_faults():
        for line in counts_lines(printed, n, rounding, load_registry(data)):
            print(line)


@app.command(
    epilog=(
        'Examples:  [bold]crosswave compare "58% of 235" "53% of 232"[/]  ·  '
        '[bold]crosswave compare "nearly half of 948" "four in five of over 300" --tier B1[/]  ·  '
        '[bold]crosswave compare "57%" "137 of 235" --n 900-999 --json[/]'
    )
)
def compare(
    figures: Annotated[
        list[str] | None,
        typer.Argument(metavar="EARLIER LATER", help='Two printed figures: "58% of 235", "137 of 235", "nearly half".'),
    ] = None,
    n: Annotated[
        list[str] | None,
        typer.Option("--n", help="Who answered a figure without “of”: 235, 900-999, over 300. Once for both or twice."),
    ] = None,
    tier: Annotated[
        str | None, typer.Option(metavar="A|B1|B2", help="How the surveys are related; one instrument (A) if absent.")
    ] = None,
    total_error: Annotated[
        str | None, typer.Option(metavar="POINTS", help="SD of a wave beyond sampling, at 50 %; 0: sampling alone.")
    ] = None,
    design_effect: Annotated[str | None, typer.Option(metavar="NUMBER", help="n is divided by it.")] = None,
    smallest_change: Annotated[str | None, typer.Option(metavar="POINTS", help="Smallest change that matters.")] = None,
    alpha: Annotated[str | None, typer.Option(metavar="RATE", help="Error rate; 0.05 for 95 % intervals.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object in place of the block.")] = False,
    data: Data = None,
) -> None:
    """Compare two printed figures: what changed, what could have been shown, and what would tip the verdict.

    Numbers that are not given are those of plan.yaml.

    JSON keys, changes in points: figures (typed, percent, percent_range, n); tier, total_error, verdict, difference,
    interval, p_value, p_low, p_high, critical_difference, detectable_change, equivalence_attainable, people_needed,
    tipping (design_effect, total_error, bias, correlation); tier_given, alpha, power, design_effect, smallest_change;
    tiers: the keys from tier to tipping once for each tier. null: there is no such number.
    """
    import json

    from crosswave.by_hand.card import as_record, block
    from crosswave.by_hand.comparison import compare_typed

    numbers = {
        "total-error": total_error,
        "design-effect": design_effect,
        "smallest-change": smallest_change,
        "alpha": alpha,
    }
    with _plain_faults():
        found = compare_typed(figures or [], n or [], numbers, tier, load_registry(data))
    if as_json:
        print(json.dumps(as_record(found), allow_nan=False, ensure_ascii=False, indent=2))
    else:
        Console(highlight=False).print(block(found))


@app.command(epilog="Examples:  [bold]crosswave explain[/]  ·  [bold]crosswave explain newcombe[/]")
def explain(
    method: Annotated[str | None, typer.Argument(metavar="METHOD", help="Its name; all names if absent.")] = None,
    data: Data = None,
) -> None:
    """Print the part of METHODS.md on a method: formula, source, assumption and the code that does it."""
    from crosswave.explain import explanation, find_methods, listed

    with _plain_faults():
        text = find_methods(data).read_text(encoding="utf-8")
        print(explanation(method, text) if method else listed(text))


@app.command(epilog="Example:  [bold]crosswave reconstruct igov-2017 --draws 20 --seed 1 --out drawn[/]")
def reconstruct(
    survey: Annotated[str, typer.Argument(metavar="SURVEY", help="The id of a survey.")],
    out: Annotated[Path, typer.Option(help="The folder that gets the file.")],
    draws: Annotated[int, typer.Option(help="How many tables of respondents.")] = 1,
    seed: Annotated[int, typer.Option(help="The same seed gives the same file.")] = 0,
    as_csv: Annotated[bool, typer.Option("--csv", help="CSV in place of Parquet.")] = False,
    data: Data = None,
) -> None:
    """Write made-up respondents whose tabulation prints the survey's figures again. They show; they prove nothing."""
    from crosswave.reconstruct.draws import NOT_IDENTIFIED, draw_survey, write_table

    with _plain_faults():
        registry = load_registry(data)
        table = draw_survey(registry.survey(survey), registry, draws, seed)
        path = write_table(table, out / f"{survey}{'.csv' if as_csv else '.parquet'}")
    print(f"{path}: {len(table)} synthetic rows in {draws} draws")
    print(NOT_IDENTIFIED)


@app.command(epilog="Example:  [bold]crosswave new acme-cloud-2021[/]  writes data/surveys/acme-cloud-2021.yaml")
def new(survey_id: Annotated[str, typer.Argument(metavar="SURVEY-ID")], data: Data = None) -> None:
    """Write a commented survey file that passes the check once it is filled in."""
    from crosswave.registry.faults import shown_path
    from crosswave.template import new_survey

    with _plain_faults():
        path = new_survey(survey_id, data or find_data())
    print(f"{shown_path(path)} is there; fill it in, then: crosswave check")


@app.command(epilog="Examples:  [bold]crosswave run[/]  ·  [bold]crosswave run --survey igov-2017 --force[/]")
def run(
    survey: Annotated[list[str] | None, typer.Option(help="Only the page of this survey; may be repeated.")] = None,
    construct: Annotated[
        list[str] | None, typer.Option(help="Only the page of this construct; may be repeated.")
    ] = None,
    only: Annotated[
        list[str] | None, typer.Option(help="Only these pages: start, synthesis, survey/igov-*, trend.")
    ] = None,
    jobs: Annotated[int, typer.Option(min=0, help="Processes at once; 0 takes one for each core.")] = 0,
    force: Annotated[bool, typer.Option("--force", help="Make unchanged pages again.")] = False,
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
    from crosswave.report import Choice, run_report

    with _plain_faults():
        choice = Choice(
            surveys=tuple(survey or ()),
            constructs=tuple(construct or ()),
            only=tuple(only or ()),
            parameters=_values(parameter),
            jobs=jobs,
            force=force,
            scheduler=scheduler,
        )
        summary = run_report(data, out, choice)
    for line in summary.lines():
        Console(highlight=False, soft_wrap=True).print(escape(line))
    raise typer.Exit(summary.exit_status)


def _values(pairs: list[str] | None) -> dict[str, object]:
    """Read NAME=VALUE as Python would read the value, or as text."""
    import ast

    values: dict[str, object] = {}
    own = {"survey": "--survey", "construct": "--construct", "source": "--only claims/..."}
    for pair in pairs or []:
        name, equals, text = pair.partition("=")
        if not equals:
            raise ValueError(f"--parameter takes NAME=VALUE, such as alpha=0.01; {pair!r} arrived")
        if name in own:
            raise ValueError(f"{name} chooses the page and is no parameter of a run; use {own[name]}")
        try:
            values[name] = ast.literal_eval(text)
        except (ValueError, SyntaxError):
            values[name] = text
    return values


@app.command(hidden=True)
def schemas(data: Data = None) -> None:
    """Write data/schema from the models."""
    from crosswave.registry.schemas import write_schemas

    for path in write_schemas((data or find_data()) / "schema"):
        print(path.name)
