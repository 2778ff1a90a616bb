"""Cards for the terminal: feasible numbers with their holes, and what is not known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from io import StringIO

import pytest
from rich.console import Console

from crosswave.reconstruct import Reconstruction
from crosswave.report.cards import card
from crosswave.study import Registry

pytestmark = pytest.mark.usefixtures("kept")


def shown(name: str, registry: Registry, width: int = 160) -> str:
    console = Console(file=StringIO(), width=width)
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


@pytest.mark.thorough
def test_no_card_cuts_an_id_on_a_narrow_terminal(
    registry: Registry, reconstructions: Mapping[str, Reconstruction]
) -> None:
    for survey in registry.surveys.values():
        words = shown(survey.id, registry, 80).split()
        ids = {survey.id, *(q.id for q in survey.questions), *(a.id for q in survey.questions for a in q.answers)}
        assert ids <= set(words), survey.id
    longest = sorted(
        registry.constructs.values(), key=lambda one: -max((len(a.finding) for a in one.answers), default=0)
    )
    for construct in longest[:1]:
        text = shown(construct.id, registry, 80)
        assert construct.id in text and "…" not in text
        for member in construct.answers:
            start = next(part for part in (member.finding, *halves(member.finding)) if part in text)
            assert start == member.finding or len(member.finding) > 40


def halves(name: str) -> list[str]:
    """The parts of a long id before each of its hyphens, where it may go on in the next line; longest first."""
    return [name[: place + 1] for place in range(len(name) - 1, -1, -1) if name[place] == "-"]


def test_a_long_id_is_wrapped_and_not_cut(registry: Registry) -> None:
    """Ids without a hyphen have no place to be broken at: they go on in the next line all the same."""
    name = "Z" * 100
    survey = registry.survey("igov-2017")
    [first, *_] = survey.questions
    answers = (first.answers[0].model_copy(update={"id": name}), *first.answers[1:])
    changed = survey.model_copy(update={"questions": (first.model_copy(update={"id": name, "answers": answers}),)})
    text = shown("igov-2017", replace(registry, surveys={"igov-2017": changed}, constructs={}), 80)
    assert text.count("Z") == 2 * 100, text
    assert [line for line in text.splitlines() if "…" in line] == []


def test_a_survey_says_why_figures_cannot_be_reproduced_a_reason_a_line(registry: Registry) -> None:
    lines = shown("solarwinds-2018", registry, 400).splitlines()
    lines = [line.rstrip() for line in lines]
    start = lines.index("why figures cannot be reproduced")
    assert lines[start + 1 : start + 8] == [
        "- no whole number of answers gives 41% (migrate-all.central) if all 28 of them (central government "
        "departments) answered migrate-all",
        "  it would fit with a base of 27 in place of 28",
        "  it would fit with 29 asked in place of 28",
        "- no whole number of answers gives 53% (monitoring-tools.central) if all 28 of them (central government "
        "departments) answered monitoring-tools",
        "  it would fit with a base of 19 in place of 28",
        "  it would fit with 30 asked in place of 28",
        "  it would fit with percentages cut off in place of rounded",
    ]
    others = lines[start + 8 :]
    assert (
        "- cloud-barriers.legacy-nhs-alt1: 57% (cloud-barriers.legacy-nhs-alt2) is published too for the same quantity"
    ) in others
    together = "- migrate-all.nhs, roi-expected.expected, roi-expected.none-expected: n is printed as "
    assert sum(line.startswith(together) for line in others) == 1


def test_a_survey_whose_figures_all_have_counts_gives_no_reasons(registry: Registry) -> None:
    assert "why figures" not in shown("civica-scotland-2017", registry)


def test_a_finding_in_conflict_says_why_in_lines_of_their_own(registry: Registry) -> None:
    lines = [line.strip("│ ") for line in shown("solarwinds-2018.migrate-all.central", registry, 400).splitlines()]
    place = lines.index(next(line for line in lines if line.startswith("why ")))
    assert lines[place + 1 : place + 3] == [
        "it would fit with a base of 27 in place of 28",
        "it would fit with 29 asked in place of 28",
    ]
