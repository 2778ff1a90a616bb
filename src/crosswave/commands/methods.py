"""Figures and methods by hand: counts, compare and explain."""

from __future__ import annotations

from typing import Annotated

import typer

from crosswave.commands.shared import Data, plain_faults, rules_folder

methods = typer.Typer()


@methods.command(
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
    from crosswave.registry import load_rules

    with plain_faults():
        for line in counts_lines(printed, n, rounding, load_rules(rules_folder(data))):
            print(line)


@methods.command(
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

    Numbers that are not given are those of plan.yaml. No surveys are needed, but for a tier whose total error plan.yaml
    has estimated from them: without surveys it is left out.

    JSON keys, changes in points: figures (typed, percent, percent_range, n); tier, total_error, verdict, difference,
    interval, p_value, p_low, p_high, critical_difference, detectable_change, equivalence_attainable, people_needed,
    tipping (design_effect, total_error, bias, correlation); tier_given, alpha, power, design_effect, smallest_change;
    tiers: the keys from tier to tipping once for each tier. null: there is no such number.
    """
    import json

    from rich.console import Console

    from crosswave.by_hand.card import as_record, block
    from crosswave.by_hand.comparison import compare_typed
    from crosswave.evidence import load_for_typed
    from crosswave.kept import keeping

    numbers = {
        "total-error": total_error,
        "design-effect": design_effect,
        "smallest-change": smallest_change,
        "alpha": alpha,
    }
    with plain_faults(), keeping():
        found = compare_typed(figures or [], n or [], numbers, tier, load_for_typed(rules_folder(data)))
    if as_json:
        print(json.dumps(as_record(found), allow_nan=False, ensure_ascii=False, indent=2))
    else:
        Console(highlight=False).print(block(found))


@methods.command(epilog="Examples:  [bold]crosswave explain[/]  ·  [bold]crosswave explain newcombe[/]")
def explain(
    method: Annotated[str | None, typer.Argument(metavar="METHOD", help="Its name; all names if absent.")] = None,
    data: Data = None,
) -> None:
    """Print the part of METHODS.md on a method: formula, source, assumption and the code that does it."""
    from crosswave.explain import explanation, find_methods, listed

    with plain_faults():
        text = find_methods(rules_folder(data)).read_text(encoding="utf-8")
        print(explanation(method, text) if method else listed(text))
