"""What is in data/, and how a study or a survey comes to be there."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from crosswave.cli.shared import Data, folder_of, load_evidence, plain_faults
from crosswave.study.faults import nearest, refuse_existing, shown_path
from crosswave.study.places import find_rules, nearest_data
from crosswave.words import arrived

if TYPE_CHECKING:
    from crosswave.study.importing.survey import Imported

commands = typer.Typer()


@commands.command(epilog="Example:  [bold]crosswave check data[/]  prints every fault as file:line: what is wrong")
def check(
    folder: Annotated[Path | None, typer.Argument(help="The data folder, as --data names it.")] = None,
    data: Data = None,
) -> None:
    """Check every data file: form, references, dates, addresses, arithmetic. All faults at once; status 1 if any."""
    from crosswave.study import load_registry

    with plain_faults(sys.stdout):
        if folder and data:
            raise ValueError(f"check takes one data folder; {folder} and --data {data} arrived; leave one out")
        found = load_registry(folder_of(folder or data))
    evidence = f"{len(found.surveys)} surveys, {found.figures} figures"
    print(f"no fault: {evidence}, {len(found.constructs)} topics, {len(found.claims)} claims")


@commands.command("list", epilog="Example:  [bold]crosswave list surveys[/]")
def list_(
    what: Annotated[
        str, typer.Argument(help="surveys, series, constructs (topics), claims, sources or findings.")
    ] = "surveys",
    json: Annotated[bool, typer.Option("--json", help="Print an array of records.")] = False,
    data: Data = None,
) -> None:
    """List ids with a line each."""
    import json as form

    from crosswave.study import read_series

    with plain_faults():
        registry = load_evidence(data)
        rows: dict[str, list[dict[str, str | int]]] = {
            "surveys": [{"id": s.id, "year": s.year, "title": s.title} for s in registry.surveys.values()],
            "series": [
                {"id": name, "waves": len(waves), "title": read_series(registry, name).title}
                for name, waves in registry.series.items()
            ],
            "constructs": [{"id": c.id, "label": c.label} for c in registry.constructs.values()],
            "claims": [{"id": c.id, "says": c.says} for c in registry.claims.values()],
            "sources": [{"id": s.id, "title": s.title} for s in registry.sources.values()],
            "findings": [{"id": f.id, "printed": f.shown, "says": f.answer.says} for f in registry.findings.values()],
        }
        if what not in rows:
            raise ValueError(f"{arrived(what)} cannot be listed; choose one of {', '.join(rows)}{nearest(what, rows)}")
    if json:
        print(form.dumps(rows[what], ensure_ascii=False, indent=1))
        return
    for row in rows[what]:
        named, *words = (f"{value} {key}" if key == "waves" else str(value) for key, value in row.items())
        print(f"{named}\t{'  '.join(words)}")


@commands.command(
    epilog="Examples:  [bold]crosswave show poll-2017.trust.yes[/]  ·  [bold]crosswave show trust --json[/]"
)
def show(
    name: Annotated[str, typer.Argument(metavar="FINDING|SURVEY|SERIES|CONSTRUCT", help="The id of any of them.")],
    json: Annotated[bool, typer.Option("--json", help="Print one object in place of the card.")] = False,
    data: Data = None,
) -> None:
    """Show what is known of a finding, a survey, a series or a construct."""
    import json as form

    from rich.console import Console

    from crosswave.report.cards import card

    with plain_faults():
        if not json:
            Console(force_jupyter=False).print(card(name, load_evidence(data)))
            return
        from crosswave.api.exporting import shown

        print(form.dumps(shown(name, folder_of(data)), ensure_ascii=False, allow_nan=False, indent=1))


@commands.command(
    epilog=(
        "Examples:  [bold]crosswave export results.xlsx[/]  ·  [bold]crosswave export poll.csv --of poll-2017[/]  ·  "
        "[bold]crosswave export trust.svg --of trust[/]"
    )
)
def export(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Tables: .xlsx .csv .parquet. A chart: .svg .png.")],
    of: Annotated[
        str | None, typer.Option(metavar="SURVEY|SERIES|CONSTRUCT", help="Of what; everything if absent.")
    ] = None,
    long: Annotated[bool, typer.Option("--long", help="One table, a number a row, in the words of SDMX.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Overwrite a file that is there.")] = False,
    data: Data = None,
) -> None:
    """Write results, or the chart of a page, for other programs: workbook, Parquet, CSV on the Web, SVG or PNG."""
    from crosswave.api.study import open as opened
    from crosswave.study.cache import keeping

    with plain_faults(), keeping():
        if not force:
            refuse_existing(file, "choose another name, or --force")
        for path in opened(folder_of(data)).export(file, of, long=long):
            print(f"{shown_path(path)} is there")


@commands.command(epilog="Example:  [bold]crosswave init libraries[/]  writes a study that runs at once")
def init(folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="A folder that is new or empty.")]) -> None:
    """Write a study on another topic: data files, plan, notebooks, and two made-up surveys so that it runs at once."""
    from crosswave.study.starter import start_study

    with plain_faults():
        path = start_study(folder)
    print(f"{shown_path(path)} is there; change data/study.yaml, and then: cd {path} && crosswave run")


@commands.command(epilog="Example:  [bold]crosswave new town-poll-2021[/]  writes data/surveys/town-poll-2021.yaml")
def new(survey_id: Annotated[str, typer.Argument(metavar="SURVEY-ID")], data: Data = None) -> None:
    """Write a commented survey file that passes the check once it is filled in."""
    from crosswave.study.template import new_survey

    with plain_faults():
        path = new_survey(survey_id, folder_of(data, nearest_data))
    print(f"{shown_path(path)} is there; fill it in, then: crosswave check")


@commands.command(
    "import",
    epilog=(
        "Examples:  [bold]crosswave import tables.xlsx --house yougov --preview[/]  ·  "
        "[bold]crosswave import tables.ods --as town-poll-2021 --set topic=cloud[/]  ·  "
        "[bold]crosswave import --template town-poll-2021.xlsx[/]"
    ),
)
def import_(
    sheet: Annotated[
        Path | None,
        typer.Argument(metavar="FILE", help="A sheet of figures, or published tables: .xlsx .ods .csv .html."),
    ] = None,
    template: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write an empty sheet to fill in, .csv or .xlsx, and end.")
    ] = None,
    preview: Annotated[bool, typer.Option("--preview", help="Show the tables as understood; write nothing.")] = False,
    as_: Annotated[str | None, typer.Option("--as", metavar="SURVEY-ID", help="The id; else the file's name.")] = None,
    house: Annotated[str, typer.Option(help="Who laid out the tables: a name, or a .yaml of your own.")] = "any",
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY=VALUE", help="A fact, or bare=, columns=, groups=, asks=, mark:*= ..."),
    ] = None,
    save: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Keep house and settings for the next time.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Overwrite a survey file that is there.")] = False,
    data: Data = None,
) -> None:
    """Write a survey file from a sheet of figures or from published tables; every fault names its cell."""
    from crosswave.study.importing import house_of, import_survey, preview_survey, write_house

    with plain_faults():
        if (sheet is None) == (template is None):
            raise ValueError("name the sheet to import, or --template FILE for an empty one")
        if template is not None:
            _template(template, data)
            return
        assert sheet is not None
        layout = house_of(house, settings or ())
        if save:
            write_house(save, save.stem, layout)
        if preview:
            print(preview_survey(sheet, layout))
            return
        done = import_survey(sheet, folder_of(data, nearest_data), force, as_, layout)
    if done.notice:
        print(done.notice)
    _tell(done)
    print(f"then: crosswave check, crosswave show {done.path.stem}")


@commands.command(
    epilog="Examples:  [bold]crosswave read article.txt[/]  ·  [bold]crosswave read article.txt --as town-poll-2021[/]"
)
def read(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A press article as plain text.")],
    as_: Annotated[str | None, typer.Option("--as", metavar="SURVEY-ID", help="Write a draft with this id.")] = None,
    output: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the draft there, and not into data/surveys.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print an array of what was found.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Overwrite a file that is there.")] = False,
    data: Data = None,
) -> None:
    """List the figures, numbers of people and dates that a text prints, or write them as a draft to be checked by hand.

    Nothing that is found is evidence: in a draft every figure is marked as unchecked, and crosswave check refuses it.
    """
    import json as form
    from dataclasses import asdict

    from crosswave.printed.quantities import Lexicon
    from crosswave.study import load_rules
    from crosswave.study.importing.draft import slug
    from crosswave.study.importing.press import read_press, write_draft

    with plain_faults():
        folder = folder_of(data, find_rules)
        found = read_press(file, Lexicon(load_rules(folder).quantities))
        if as_ or output:
            own = folder if output else folder_of(data, nearest_data)
            path = write_draft(found, file.name, as_ or slug(file.stem), own, output, force)
            print(f"{shown_path(path)} is a draft; complete it by hand, then: crosswave check")
        elif json:
            print(form.dumps([asdict(one) for one in found], ensure_ascii=False, indent=1))
        else:
            print("\n".join(f"{file}:{one.line}:{one.column}\t{one.kind}\t{one.text}\t{one.reading}" for one in found))


@commands.command(
    epilog=(
        "Example:  [bold]crosswave tabulate poll.sav --weight w --strata region --multi 'q3_*' --as town-poll-2021[/]"
    )
)
def tabulate(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Respondents: .csv .parquet .sav .dta .sas7bdat.")],
    weight: Annotated[str | None, typer.Option(help="The column of the weight.")] = None,
    strata: Annotated[str | None, typer.Option(help="The column of the stratum.")] = None,
    psu: Annotated[str | None, typer.Option(help="The column of the unit that was drawn first.")] = None,
    by: Annotated[list[str] | None, typer.Option(help="A column whose groups are tabulated too.")] = None,
    multi: Annotated[list[str] | None, typer.Option(help="Boxes of one question, such as 'q3_*'.")] = None,
    question: Annotated[list[str] | None, typer.Option(help="Only these columns, such as 'q1'.")] = None,
    top: Annotated[int, typer.Option(help="Nets of so many first and last answers.")] = 0,
    least: Annotated[int, typer.Option(help="Hide answers of fewer respondents, and what gives them away.")] = 0,
    replicates: Annotated[str | None, typer.Option(help="Columns of replicate weights, such as 'rw*'.")] = None,
    kind: Annotated[str, typer.Option(help="Of replicate weights: brr, fay, jk1 or bootstrap.")] = "brr",
    rho: Annotated[float, typer.Option(help="Fay's factor of replicate weights.")] = 0.0,
    as_: Annotated[str | None, typer.Option("--as", metavar="SURVEY-ID", help="Write this survey file.")] = None,
    beside: Annotated[str | None, typer.Option(metavar="SURVEY-ID", help="Compare with its printed figures.")] = None,
    settings: Annotated[
        list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="A fact of the survey.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print plain values.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Overwrite a survey file that is there.")] = False,
    data: Data = None,
) -> None:
    """Tabulate a file of respondents: weighted shares with the intervals of the design; the file stays outside."""
    import json as form

    from crosswave.api.tabulation import tabulate as tabulated

    with plain_faults():
        found = tabulated(
            file, weight=weight, strata=strata, psu=psu, by=by or (), multi=multi or (), top=top, least=least,
            questions=tuple(question or ()), replicates=replicates, kind=kind, rho=rho,
        )  # fmt: skip
        if beside:
            from crosswave.microdata.writing import beside_print

            registry = load_evidence(data)
            print(beside_print(found.lines, registry.survey(beside), registry.lexicon).to_string(index=False))
        elif as_:
            from crosswave.microdata.writing import write_survey

            folder = folder_of(data, nearest_data)
            done = write_survey(found.lines, found.plan, file, found.n, as_, folder, settings or (), force)
            _tell(done)
        else:
            print(form.dumps(found.to_dict(), indent=1) if json else found.to_frame().to_string(index=False))
            if found.others and not json:
                told = ", ".join(found.others[:12]) + " ..." * (len(found.others) > 12)
                print(
                    f"not tabulated: {told}; a text may be a name, and a number with many values a "
                    f"measurement; to tabulate one: --question {found.others[0]}"
                )


def _tell(done: Imported) -> None:
    print(f"{shown_path(done.path)} is there, with {done.figures} figures; questions: {done.questions}")
    if done.still_open:
        print(f"still to be filled in, by line: {', '.join(f'{line} {key}' for line, key in done.still_open)}")


def _template(path: Path, data: Path | None) -> None:
    from crosswave.study import read_study
    from crosswave.study.importing import write_template
    from crosswave.study.models import Vocabulary

    try:
        vocabulary = read_study(folder_of(data, nearest_data)).vocabulary
    except FileNotFoundError:  # there is no study yet
        vocabulary = Vocabulary()
    print(f"{shown_path(write_template(path, vocabulary))} is there; fill it in, then: crosswave import {path}")


@commands.command(hidden=True)
def schemas(data: Data = None) -> None:
    """Write data/schema from the models."""
    from crosswave.study import read_study
    from crosswave.study.starter import write_schemas

    with plain_faults():
        folder = folder_of(data, nearest_data)
        for path in write_schemas(folder / "schema", read_study(folder).vocabulary):
            print(path.name)
