"""The evidence is whole: everything that was gathered stands in data/, untouched, and nothing sums to more than all.

What was gathered first is counted in `reference/evidence_*.csv`. Surveys that were added later may only add to it.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path

import pytest

from crosswave.printed.quantities import Lexicon
from crosswave.reconstruct import Reconstruction
from crosswave.study import Finding, Registry
from crosswave.study.registry import findings_of

REFERENCE = Path(__file__).parent / "reference"
DERIVED = {
    "techuk-2016.barriers.skills": "techuk-2017.skills-since-2016",
    "techuk-2016.tech-crucial-for.services": "techuk-2017.services-since-2016",
    "sopra-2015.affected-work.major-focus": "sopra-2016.major-focus-since-2015",
}
CORRECTED = {  # what the sources themselves say, looked up for the second edition
    "mobile-2017": {"year": "2016"},
    "nhs-strategy-2018": {"unit": "person", "n": "102"},
    "eduserv-hr-2017": {"n": "87"},
}


def rows(name: str) -> list[dict[str, str]]:
    with (REFERENCE / name).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_the_counts_add_up(registry: Registry) -> None:
    constructs = registry.constructs.values()
    used = sum(len(construct.answers) + len(construct.changes) for construct in constructs)
    counts = {
        "waves": len(registry.surveys),
        "figures": len(registry.findings),
        "printed changes": sum(len(survey.changes) for survey in registry.surveys.values()),
        "facts": len(registry.facts),
        "constructs": len(constructs),
        "rows of constructs": used + sum(len(construct.left_out) for construct in constructs),
        "sources": len(registry.sources),
        "claims": len(registry.claims),
    }
    gathered = {
        "waves": 274, "figures": 1445, "printed changes": 4, "facts": 51, "constructs": 189, "rows of constructs": 709,
        "sources": 293, "claims": 91,
    }  # fmt: skip
    assert {name: counts[name] for name in gathered if counts[name] < gathered[name]} == {}
    alone = {path.stem for path in (registry.folder / "surveys").glob("*.yaml")}
    assert {path.stem for path in (registry.folder / "series").glob("*.yaml")} == set(registry.series)
    in_series = [name for waves in registry.series.values() for name in waves]
    assert sorted([*alone, *in_series]) == sorted(registry.surveys)


def test_every_figure_gathered_arrived_as_printed_or_is_out_of_scope(registry: Registry) -> None:
    gathered = rows("evidence_figures.csv")
    inside = {row["figure_id"]: row["printed"] for row in gathered if row["in_scope"] == "yes"}
    assert (len(gathered), len(inside)) == (681, 660)
    printed = {name: finding.answer.printed for name, finding in registry.findings.items()}
    wanted = {name: text for name, text in inside.items() if name not in DERIVED}
    assert {name: printed.get(name) for name in wanted} == wanted
    assert not {row["figure_id"] for row in gathered if row["in_scope"] != "yes"} & set(printed)


def test_a_derived_figure_is_a_printed_change_and_no_level(registry: Registry) -> None:
    changes = {f"{survey.id}.{change.id}" for survey in registry.surveys.values() for change in survey.changes}
    assert changes >= set(DERIVED.values())
    assert not set(DERIVED) & set(registry.findings)


def test_every_wave_gathered_arrived_with_its_year_unit_and_n(registry: Registry) -> None:
    gathered = rows("evidence_surveys.csv")
    inside = {row["survey_id"]: row for row in gathered if row["in_scope"] == "yes"}
    assert (len(gathered), len(inside)) == (99, 91)
    assert set(registry.surveys) >= set(inside)
    for name, row in inside.items():
        survey, known = registry.surveys[name], row | CORRECTED.get(name, {})
        assert (str(survey.year), survey.unit) == (known["year"], known["unit"]), name
        if survey.n.kind in ("exact", "approximate", "at-least") and survey.n.value:
            assert str(survey.n.value) == known["n"], name


@pytest.mark.parametrize("row", rows("founding_figures.csv"), ids=lambda row: row["finding"])
def test_each_number_of_a_founding_document_stands_here_with_a_level(
    registry: Registry, reconstructions: Mapping[str, Reconstruction], row: dict[str, str]
) -> None:
    finding = registry.finding(row["finding"])
    assert finding.answer.printed == row["printed"]
    assert row["document"] in finding.answer.sources
    assert reconstructions[finding.survey.id].findings[finding.id].level in ("consistent", "bounded")


def test_igov_2017_has_exactly_the_26_figures_of_its_article(registry: Registry) -> None:
    typed = {row["finding"] for row in rows("founding_figures.csv") if row["finding"].startswith("igov-2017.")}
    assert typed == {finding.id for finding in findings_of(registry.survey("igov-2017"))}


def exclusive_groups(registry: Registry) -> dict[tuple[str, ...], list[Finding]]:
    groups: dict[tuple[str, ...], list[Finding]] = {}
    for finding in registry.findings.values():
        answer = finding.answer
        if finding.question.response in ("single", "scale", "fact") and answer.measure == "share":
            if answer.net_of or answer.part_of or answer.rival_of:
                continue
            key = (finding.survey.id, finding.question.id, answer.item or "", str(finding.base))
            groups.setdefault(key, []).append(finding)
    return groups


def test_answers_that_exclude_each_other_never_exceed_everybody(registry: Registry, lexicon: Lexicon) -> None:
    groups = exclusive_groups(registry)
    assert sum(len(group) > 1 for group in groups.values()) >= 30
    for key, group in groups.items():
        least = sum((lexicon.figure(finding.text).low for finding in group), Fraction(0))
        assert least <= 1, key


def test_a_printed_net_is_the_sum_of_its_parts_up_to_rounding_or_told_as_a_conflict(
    registry: Registry, reconstructions: Mapping[str, Reconstruction], lexicon: Lexicon
) -> None:
    nets = 0
    for finding in registry.findings.values():
        names = [f"{finding.survey.id}.{finding.question.id}.{part}" for part in finding.answer.net_of]
        if names:
            whole = lexicon.figure(finding.text)
            each = [lexicon.figure(registry.findings[name].text) for name in names]
            assert whole.high is not None
            fits = sum(part.low for part in each) <= whole.high and sum(part.high or 0 for part in each) >= whole.low
            told = [reconstructions[finding.survey.id].findings[name].level for name in (finding.id, *names)]
            assert fits or "conflicting" in told, finding.id
            nets += fits
    assert nets


def test_bt_and_yougov_2020_stands_without_a_share_and_says_what_to_obtain(
    registry: Registry, reconstructions: Mapping[str, Reconstruction]
) -> None:
    survey = registry.survey("bt-yougov-2020")
    assert survey.missing
    levels = Counter(counts.level for counts in reconstructions["bt-yougov-2020"].findings.values())
    assert levels == {"unquantified": 1}


def test_every_figure_has_a_source_of_its_own_file_and_every_source_prints_something(registry: Registry) -> None:
    for survey in registry.surveys.values():
        named = {name for finding in findings_of(survey) for name in finding.answer.sources}
        named |= {name for change in survey.changes for name in change.sources}
        assert named <= {source.id for source in survey.sources}


def test_plan_numbers_each_have_a_source(registry: Registry) -> None:
    plan = registry.plan
    numbers = (plan.alpha, plan.design_effect, plan.smallest_change, plan.power, plan.detectable_limit)
    assert all(number.source for number in (*numbers, plan.n_largest, plan.at_least_span))
    assert all(tier.source for tier in plan.total_error.values())
    assert [plan.total_error[tier].points for tier in ("A", "B1", "B2")] == [1.5, 3, "estimated"]
    assert {c.family for c in registry.constructs.values()} <= {family.id for family in plan.families}
