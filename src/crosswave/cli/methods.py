"""Figures by hand, and METHODS.md by method: each of its parts has a line with names, and a name finds its part."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from crosswave.cli.shared import Data, folder_of, plain_faults
from crosswave.study.faults import nearest, shown_path
from crosswave.study.places import SHIPPED, find_rules
from crosswave.words import arrived

commands = typer.Typer()

_HEADING = re.compile(r"^(#{2,3}) (.+)$", re.MULTILINE)
_NAMES = re.compile(r"^- Names: ((?:.+\n?)+?)(?=^- |^$|\Z)", re.MULTILINE)
_NAME = re.compile(r"`([a-z0-9-]+)`")


@commands.command(
    epilog=(
        'Examples:  [bold]crosswave counts "73% of 61"[/]  ·  [bold]crosswave counts "nearly half" --n 948[/]  ·  '
        '[bold]crosswave counts "73%" "65%" "40%" --n 50-80[/]'
    )
)
def counts(
    printed: Annotated[
        list[str],
        typer.Argument(metavar="FIGURE...", help='Figures of one base: "58%", "58% of 235", "nearly half", "1 in 3".'),
    ],
    n: Annotated[
        str | None, typer.Option("--n", help="Who answered: 61, 1,000, nearly 1,000, or a range such as 50-80.")
    ] = None,
    rounding: Annotated[str, typer.Option(help="nearest or truncated.")] = "nearest",
    data: Data = None,
) -> None:
    """Say which counts of n can have printed a percentage, or which n fit several of them; status 1 if none does.

    What may be typed for a figure and for n: crosswave explain words.
    """
    from crosswave.report.typed_counts import count_typed
    from crosswave.study import load_rules

    with plain_faults():
        found = count_typed(printed, n, rounding, load_rules(folder_of(data, find_rules)))
    print("\n".join(found.lines))
    raise typer.Exit(0 if found.fits else 1)


@commands.command(
    epilog="Examples:  [bold]crosswave model barriers[/]  ·  [bold]crosswave model barriers --all --json[/]"
)
def model(
    name: Annotated[str, typer.Argument(help="What all surveys together are asked about: barriers, benefits.")],
    every: Annotated[bool, typer.Option("--all", help="All batteries but those that are kept apart.")] = False,
    without: Annotated[list[str] | None, typer.Option(help="A survey to leave out; may be repeated.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object in place of the text.")] = False,
    data: Data = None,
) -> None:
    """Say what all surveys together find: levels, changes and ranking of a battery, by METHODS.md."""
    import json

    from crosswave.api.study import open as opened
    from crosswave.report.sentences import said_of
    from crosswave.study.cache import keeping

    with plain_faults(), keeping():
        study = opened(folder_of(data))
        if lost := [one for one in without or () if one not in study.loaded.surveys]:
            raise ValueError(f"no survey is called {arrived(lost[0])}{nearest(lost[0], study.loaded.surveys)}")
        found = study.battery(name, comparable=not every, without=without or ())
    if as_json:
        print(json.dumps(found.to_dict(), allow_nan=False, indent=2))
        return
    print("\n".join(found.sentences))
    changes = found.changes.assign(verdict=found.changes["verdict"].map(said_of))
    for frame in (found.levels, changes, found.ranking):
        print(f"\n{frame.round(3).to_string(index=False)}")


@commands.command(
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
        str | None,
        typer.Option(metavar="A|B1|H|B2|B3", help="How the surveys are related; one instrument (A) if absent."),
    ] = None,
    total_error: Annotated[
        str | None, typer.Option(metavar="POINTS", help="SD of a wave beyond sampling, at 50 %; 0: sampling alone.")
    ] = None,
    design_effect: Annotated[
        list[str] | None,
        typer.Option(metavar="NUMBER", help="The n of both figures is divided by it; twice: one for each figure."),
    ] = None,
    sampling: Annotated[
        str | None,
        typer.Option(metavar="HOW", help="How people were chosen: probability, census, panel or self-selected."),
    ] = None,
    smallest_change: Annotated[str | None, typer.Option(metavar="POINTS", help="Smallest change that matters.")] = None,
    alpha: Annotated[str | None, typer.Option(metavar="RATE", help="Error rate; 0.05 for 95 % intervals.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object in place of the block.")] = False,
    data: Data = None,
) -> None:
    """Compare two printed figures: what changed, what could have been shown, and what would tip the verdict.

    Numbers that are not given are those of plan.yaml. No surveys are needed, but for a tier whose total error plan.yaml
    has estimated from them: without surveys it is left out.
    What may be typed for a figure and for n: crosswave explain words.

    JSON keys, changes in points: figures (typed, percent, percent_range, n, design_effect); tier, total_error,
    degrees_of_freedom, verdict, answer, certainty, marked_down, sentence, difference, interval, p_value, p_low, p_high,
    critical_difference, detectable_change, equivalence_attainable, people_needed, break_even_n, tipping (design_effect,
    total_error, bias, correlation); tier_given, alpha, power, design_effect, smallest_change; tiers: the keys from tier
    to tipping once for each tier. null: there is no such number.
    """
    import json

    from rich.console import Console

    from crosswave.report.typed_card import as_record, block
    from crosswave.study.cache import keeping
    from crosswave.trend.typed import compare_typed, load_for_typed

    with plain_faults(), keeping():
        found = compare_typed(
            figures or [], n or [], rules=load_for_typed(folder_of(data, find_rules)), tier=tier,
            design_effect=design_effect or [], sampling=sampling, prefix="--",
            total_error=total_error, smallest_change=smallest_change, alpha=alpha,
        )  # fmt: skip
    if as_json:
        print(json.dumps(as_record(found), allow_nan=False, indent=2))
    else:
        Console(highlight=False).print(block(found))


@commands.command(epilog="Examples:  [bold]crosswave explain[/]  ·  [bold]crosswave explain newcombe[/]")
def explain(
    method: Annotated[str | None, typer.Argument(metavar="METHOD", help="Its name; all names if absent.")] = None,
    data: Data = None,
) -> None:
    """Print the part of METHODS.md on a method: formula, source, assumption and the code that does it."""
    with plain_faults():
        text = find_methods(folder_of(data, find_rules)).read_text(encoding="utf-8")
        print(explanation(method, text) if method else listed(text))


@dataclass(frozen=True, slots=True)
class Method:
    """A part of METHODS.md: the name to list it by and others that find it, and its text with the parts below it."""

    title: str
    names: tuple[str, ...]
    text: str


def find_methods(data: Path) -> Path:
    """Return METHODS.md beside the data folder, or that of the package; `FileNotFoundError` where neither is there."""
    folder = data.resolve()
    for path in (folder.parent / "METHODS.md", SHIPPED / "METHODS.md"):
        if path.is_file():
            return path
    raise FileNotFoundError(
        f"METHODS.md must be beside the data folder; {shown_path(folder)} arrived, which has none beside it; "
        "name another with --data FOLDER"
    )


def methods(text: str) -> tuple[Method, ...]:
    """Return every part of METHODS.md that has a line of names, in its order.

    Examples
    --------
    >>> [m.names for m in methods("## 1. Counts\\n\\n- Names: `counts`, `bases`.\\n\\n## 2. Rest\\n\\nNothing.\\n")]
    [('counts', 'bases')]
    """
    headings, found = list(_HEADING.finditer(text)), list[Method]()
    for place, heading in enumerate(headings):
        after = headings[place + 1 :]
        own_end = after[0].start() if after else len(text)
        end = next((later.start() for later in after if len(later[1]) <= len(heading[1])), len(text))
        if names := _NAMES.search(text, heading.end(), own_end):
            title = re.sub(r"^\d+\. ", "", heading[2])
            found.append(Method(title, tuple(_NAME.findall(names[1])), text[heading.start() : end].strip()))
    return tuple(found)


def listed(text: str) -> str:
    """Return the methods, a line each: the name and the title."""
    found = methods(text)
    width = max(len(method.names[0]) for method in found)
    return "\n".join(f"{method.names[0]:<{width}}  {method.title}" for method in found)


def explanation(name: str, text: str) -> str:
    """Return the part of METHODS.md that a name finds; `KeyError` gives the nearest names."""
    parts = {known: method.text for method in methods(text) for known in method.names}
    wanted = re.sub(r"[\s_]+", "-", name.strip().lower())
    if wanted not in parts:
        meant = nearest(wanted, parts) or "; crosswave explain lists all"
        raise KeyError(f"no method is called {arrived(name)}{meant}")
    return parts[wanted]
