"""The ledger: fixed columns in the documented order, fixed decimals, the same bytes twice."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from statsmodels.stats.proportion import proportion_confint

import real
from crosswave.claims import Checker
from crosswave.reconstruct import Reconstruction
from crosswave.report.results import (
    CLAIM_COLUMNS,
    FINDING_COLUMNS,
    TREND_COLUMNS,
    all_findings,
    by_claim,
    by_finding,
    by_trend,
    ledger_text,
)
from crosswave.study import Registry, load_registry
from crosswave.trend.dispersion import with_estimated_error
from crosswave.trend.settings import planned
from crosswave.trend.synthesis import assess_all, reconstruct_all

REQUIRED = {  # at least these, in this order
    FINDING_COLUMNS: "finding_id, survey_id, question_id, answer, published, level, base_low, base_high, count_low, "
    "count_high, count_values, base_values, estimate, low, high, n_effective, reason",
    TREND_COLUMNS: "construct_id, from_year, to_year, waves, grade, difference_pp, low_pp, high_pp, p_value, p_low, "
    "p_high, p_adjusted, verdict, sentence",
    CLAIM_COLUMNS: "claim_id, source_id, survey_id, answered_verdict, random_sample_verdict, population_licence, "
    "estimate, low, high, sentence",
}
DECIMALS = {
    "findings": {"value_low": 4, "value_high": 4, "estimate": 4, "low": 4, "high": 4, "n_effective": 1, "power": 3},
    "trends": {
        "total_error": 1, "difference_pp": 1, "low_pp": 1, "high_pp": 1, "detectable_pp": 1, "p_value": 4, "p_low": 4,
        "p_high": 4, "p_adjusted": 4,
    },
    "claims": {"estimate": 4, "low": 4, "high": 4},
    "batteries": {"value": 1, "lower": 1, "upper": 1, "probability": 2},
}  # fmt: skip


@pytest.fixture(scope="module")
def ledger() -> dict[str, str]:
    return {name.removesuffix(".csv"): text for name, text in real.ledger().texts().items()}


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


@pytest.mark.thorough
def test_a_second_run_from_the_files_up_gives_the_same_bytes(
    ledger: dict[str, str], reconstructions: Mapping[str, Reconstruction]
) -> None:
    """Of batteries and counts, the committed ledger holds another run to this one; here every eighth of the counts."""
    again = load_registry()
    some = list(again.surveys)[::8]
    assert list(reconstruct_all(again, some).values()) == [reconstructions[name] for name in some]
    with_error = with_estimated_error(again, reconstructions)
    checker = Checker(with_error, reconstructions, again.plan.alpha.value)
    found = planned(with_error.plan)
    assessed = assess_all(with_error, reconstructions, found)
    frames = {
        "findings": all_findings(with_error, reconstructions),
        "claims": by_claim(again.claims.values(), checker),
        "trends": by_trend(assessed.values()),
    }
    assert {name: ledger_text(frame) for name, frame in frames.items()} == {name: ledger[name] for name in frames}


@pytest.mark.parametrize("columns", REQUIRED, ids=["findings", "trends", "claims"])
def test_the_columns_that_were_asked_for_stand_there_in_their_order(columns: tuple[str, ...]) -> None:
    wanted = REQUIRED[columns].split(", ")
    assert [name for name in columns if name in wanted] == wanted
    assert len(set(columns)) == len(columns)


@pytest.mark.parametrize("name", DECIMALS)
def test_every_number_has_its_fixed_decimals_and_no_negative_zero(ledger: dict[str, str], name: str) -> None:
    for row in rows(ledger[name]):
        for column, decimals in DECIMALS[name].items():
            assert not row[column] or re.fullmatch(rf"-?\d+\.\d{{{decimals}}}", row[column]), (column, row[column])
            assert not re.fullmatch(r"-0\.0*", row[column])
    for column in ("base_low", "base_high", "count_low", "count_high", "from_year", "to_year", "waves"):
        assert all(re.fullmatch(r"\d*", row.get(column, "")) for row in rows(ledger[name]))


@pytest.mark.parametrize("name", DECIMALS)
def test_a_ledger_is_plain_text_with_unix_lines_and_nothing_for_what_is_missing(
    ledger: dict[str, str], name: str
) -> None:
    assert "\r" not in ledger[name]
    assert ledger[name].endswith("\n")
    assert not re.search(r"(?:^|,)(nan|NaN|None|<NA>|inf|-inf)(?:,|$)", ledger[name], re.MULTILINE)


def test_each_ledger_has_a_row_for_everything(ledger: dict[str, str], registry: Registry) -> None:
    assert [row["finding_id"] for row in rows(ledger["findings"])] == list(registry.findings)
    assert [row["construct_id"] for row in rows(ledger["trends"])] == list(registry.constructs)
    assert [row["claim_id"] for row in rows(ledger["claims"])] == list(registry.claims)


@pytest.mark.parametrize("name", DECIMALS)
def test_the_committed_ledger_is_what_is_computed_now(ledger: dict[str, str], name: str) -> None:
    path = Path(__file__).resolve().parents[1] / "reports" / "results" / f"{name}.csv"
    assert path.read_bytes() == ledger[name].encode()


def test_an_estimate_lies_in_its_interval_and_the_interval_holds_its_print(ledger: dict[str, str]) -> None:
    for row in rows(ledger["findings"]):
        if row["low"]:
            low, estimate, high = (float(row[column]) for column in ("low", "estimate", "high"))
            assert low <= estimate <= high
            assert low <= float(row["value_high"])
            assert high >= float(row["value_low"])
            if row["count_low"]:  # whoever asks by a sample and weights its answers has shares and no counts
                assert int(row["count_low"]) <= int(row["count_high"]) <= int(row["base_high"])
                assert float(row["n_effective"]) == float(row["base_low"])


def test_every_interval_on_one_base_is_statsmodels_wilson_from_the_fewest_to_the_most(ledger: dict[str, str]) -> None:
    """Of nets too: 82 % beside 51 % and 31 % can be the sum of print, so 887 to 907 of 1,095 and not 893 to 903."""
    checked = 0
    for row in rows(ledger["findings"]):
        if row["low"] and row["count_low"] and row["base_low"] == row["base_high"]:
            base, worth = int(row["base_low"]), float(row["n_effective"])
            shares = int(row["count_low"]) / base, int(row["count_high"]) / base
            lows, highs = proportion_confint(np.array(shares) * worth, worth, 0.05, method="wilson")
            assert (float(row["low"]), float(row["high"])) == pytest.approx((lows[0], highs[1]), abs=1e-3), row
            checked += 1
    assert checked > 500
    [net] = [row for row in rows(ledger["findings"]) if row["finding_id"] == "8x8-2017.positive-effect.agree"]
    assert (net["count_low"], net["count_high"]) == (str(553 + 334), str(563 + 344))


def test_values_are_listed_where_some_between_the_ends_are_missing_and_only_there(ledger: dict[str, str]) -> None:
    """iGov 2017 rests on 60 or 62 people; 73 and 74 of 143 or 144 print 51 %, and so do 119 to 121 of 235."""
    found = {row["finding_id"]: row for row in rows(ledger["findings"])}
    skills, started = found["igov-2017.gap-barriers.skills"], found["igov-2017.strategy-stage.just-started"]
    assert (skills["count_values"], skills["base_values"]) == ("", "60 62")
    assert (started["count_values"], started["base_values"]) == ("73 74 119 120 121", "143 144 235")
    for row in found.values():
        for what in ("count", "base"):
            if values := [int(value) for value in row[f"{what}_values"].split()]:
                ends = [int(row[f"{what}_low"]), int(row[f"{what}_high"])]
                assert [values[0], values[-1]] == ends and values == sorted(set(values))
                assert len(values) < ends[1] - ends[0] + 1


def printed_between_counts(finding_id: str, reconstructions: Mapping[str, Reconstruction]) -> bool:
    """Whether whole counts below and above (or at) the printed share can have printed it."""
    counts = reconstructions[finding_id.split(".")[0]].findings[finding_id]
    assert counts.share_low is not None and counts.share_high is not None
    shares = [Fraction(yes, base) for yes, base in zip(*counts.pairs(), strict=True)]
    return not shares or min(shares) <= (counts.share_low + counts.share_high) / 2 <= max(shares)


def test_a_trend_that_was_not_tested_has_no_number(
    ledger: dict[str, str], reconstructions: Mapping[str, Reconstruction]
) -> None:
    """The printed p lies in the range over all counts, if the printed shares do: 83 % of 101 people is 84 or nobody."""
    numbers = list(DECIMALS["trends"])
    apart = set()
    for row in rows(ledger["trends"]):
        if row["verdict"] == "not comparable":
            assert not any(row[column] for column in numbers)
        if row["difference_pp"]:
            assert all(row[column] for column in numbers if column not in ("p_adjusted", "detectable_pp"))
            assert float(row["low_pp"]) <= float(row["difference_pp"]) <= float(row["high_pp"])
            if all(printed_between_counts(row[name], reconstructions) for name in ("first", "second")):
                assert float(row["p_low"]) <= float(row["p_value"]) <= float(row["p_high"])
            else:
                apart.add(row["construct_id"])
    assert "pure-trust" in apart


def test_every_sentence_ends_and_names_no_python_value(ledger: dict[str, str]) -> None:
    for name in ("trends", "claims"):
        for row in rows(ledger[name]):
            assert row["sentence"].endswith(".")
            assert not re.search(r"\bNone\b|\bnan\b|Fraction|<NA>", row["sentence"]), row["sentence"]


def test_a_design_effect_widens_and_alpha_narrows(
    registry: Registry, reconstructions: Mapping[str, Reconstruction]
) -> None:
    survey, found = registry.survey("igov-2017"), reconstructions["igov-2017"]
    plain, clustered, loose = (
        by_finding(survey, found, alpha=alpha, design_effect=deff) for alpha, deff in ((0.05, 1), (0.05, 2), (0.2, 1))
    )
    width = [frame["high"] - frame["low"] for frame in (plain, clustered, loose)]
    assert (width[1] > width[0]).all()
    assert (width[2] < width[0]).all()
    assert (clustered["n_effective"] == plain["n_effective"] / 2).all()


def test_making_text_leaves_the_frame_alone_and_quotes_what_must_be_quoted() -> None:
    frame = pd.DataFrame({"answer": ['says "yes", or no', None], "p_value": [0.05, float("nan")], "waves": [2, 3]})
    before = frame.copy(deep=True)
    assert ledger_text(frame) == 'answer,p_value,waves\n"says ""yes"", or no",0.0500,2\n,,3\n'
    pd.testing.assert_frame_equal(frame, before)
