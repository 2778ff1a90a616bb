"""Cards for the terminal: feasible numbers with their holes, and what is not known."""

from __future__ import annotations

from io import StringIO

import pytest
from rich.console import Console

from crosswave.cards import card
from crosswave.registry import Registry


def shown(name: str, registry: Registry) -> str:
    console = Console(file=StringIO(), width=160)
    console.print(card(name, registry))
    return console.file.getvalue()  # type: ignore[attr-defined, no-any-return]


@pytest.mark.parametrize(
    ("finding", "counts"),
    [
        ("igov-2017.gap-barriers.skills", "44 to 45 of 60 or 62"),
        ("igov-2017.strategy-stage.just-started", "73, 74 or 119 to 121 of 143, 144 or 235"),
        ("igov-2017.embrace.fully", "30 to 31 of 235"),
        ("capita-2019.challenges.funding", "unknown of unknown"),
    ],
)
def test_a_finding_shows_its_counts_and_bases_with_their_holes(finding: str, counts: str, registry: Registry) -> None:
    [line] = [line for line in shown(finding, registry).splitlines() if line.startswith("│ counts")]
    assert line.strip("│ ").removeprefix("counts").strip() == counts


def test_a_survey_shows_them_for_every_figure(registry: Registry) -> None:
    text = shown("igov-2017", registry)
    assert text.count("60 or 62") == 5 and "73, 74 or 119 to 121" in text and "60 to 62" not in text
