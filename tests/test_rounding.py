"""By which rule a source rounds: by hand, against the decimal module, and on the sources of the registry."""

from __future__ import annotations

import re
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, Context, Decimal
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crosswave.printed.rounding import NEAREST, RULES, chance_to_tell, rules_that_print
from crosswave.report.rounding import rounding_frame, rounding_table
from crosswave.study import Registry

METHODS = Path(__file__).parents[1] / "METHODS.md"
MODES = {
    "half up": ROUND_HALF_UP,
    "half to even": ROUND_HALF_EVEN,
    "half down": ROUND_HALF_DOWN,
    "cut off": ROUND_FLOOR,
    "always up": ROUND_CEILING,
}


@pytest.fixture(scope="module")
def frame(registry: Registry) -> pd.DataFrame:
    return rounding_frame(registry.surveys.values()).set_index("source")


@pytest.mark.parametrize(
    ("digits", "count", "base", "rules"),
    [
        ("14", 93_671, 641_073, {"cut off"}),  # 14.61 %
        ("15", 93_671, 641_073, {*NEAREST, "always up"}),
        ("43.3", 277_278, 647_064, set()),  # 42.85 %
        ("77", 31, 40, {"half down", "cut off"}),  # 77.5 %
        ("78", 31, 40, {"half up", "half to even", "always up"}),
        ("2", 1, 40, {"half to even", "half down", "cut off"}),  # 2.5 %
        ("50", 20, 40, set(RULES)),
    ],
)
def test_a_count_beside_a_percentage_tells_the_rule(digits: str, count: int, base: int, rules: set[str]) -> None:
    assert rules_that_print(digits, base, count) == rules


def test_a_base_alone_tells_the_rule_where_it_is_small() -> None:
    # Of 65: 52 are 80.0, 53 are 81.54 %. So 81 % is none of them rounded to the nearest, and 53 cut off.
    assert rules_that_print("81", 65) == {"cut off"}
    assert rules_that_print("81", 1000) == set(RULES)


@given(st.integers(1, 400), st.data(), st.sampled_from(sorted(MODES)), st.integers(0, 3))
def test_each_rule_is_that_of_the_decimal_module(base: int, data: st.DataObject, rule: str, decimals: int) -> None:
    count = data.draw(st.integers(0, base))
    exact = Context(prec=60).divide(Decimal(100 * count), Decimal(base))
    digits = str(exact.quantize(Decimal(1).scaleb(-decimals), MODES[rule]))
    assert rule in rules_that_print(digits, base, count)
    assert rules_that_print(digits, base, count) <= rules_that_print(digits, base)
    others = {name for name in MODES if str(exact.quantize(Decimal(1).scaleb(-decimals), MODES[name])) == digits}
    assert rules_that_print(digits, base, count) == others


@given(st.integers(1, 120), st.integers(0, 1))
def test_the_chance_to_tell_is_that_of_going_through_all_counts(base: int, decimals: int) -> None:
    half_up = [str(round(Decimal(100 * c) / base + Decimal(10) ** -20, decimals)) for c in range(base + 1)]
    shown = [float(text) if "." in text else int(text) for text in half_up]
    digits = [f"{value:.{decimals}f}" for value in shown]
    alone = sum("cut off" not in rules_that_print(text, base) for text in digits)
    beside = sum("cut off" not in rules_that_print(text, base, c) for c, text in enumerate(digits))
    assert chance_to_tell(decimals, base) == pytest.approx(alone / (base + 1))
    assert chance_to_tell(decimals, base, counted=True) == pytest.approx(beside / (base + 1))


def test_the_providers_of_the_student_survey_are_rounded_to_the_nearest(frame: pd.DataFrame) -> None:
    """Two decimals of a percentage tell on a few thousand answers, the whole percentages of 2017 and 2018 do not."""
    row = frame.loc["nss-provider-rows"]
    assert (row["figures"], row["could_tell"], row["half_up"], row["cut_off"]) == (80, 40, 80, 60)
    assert row["rule"] == "to the nearest" and row["chance"] > 0.999


def test_one_print_of_the_patient_survey_is_cut_off_and_another_rounded(frame: pd.DataFrame) -> None:
    assert frame.loc["sapc-2020-gpps", "rule"] == "cut off"
    assert frame.loc["bjgp-2020-gpps", "rule"] == "to the nearest or always up"


def test_a_rule_prints_no_more_figures_than_there_are(frame: pd.DataFrame) -> None:
    rules = [rule.replace(" ", "_") for rule in RULES]
    assert (frame[rules].max(axis=1) <= frame["figures"]).all() and (frame["could_tell"] <= frame["figures"]).all()
    assert (frame.loc[frame["rule"] == "the figures cannot tell", "could_tell"] == 0).all()


def test_the_table_of_methods_is_what_is_computed(frame: pd.DataFrame) -> None:
    text = METHODS.read_text(encoding="utf-8")
    rows = re.findall(r"^\| `([\w-]+)` \| (.+) \|$", text, re.MULTILINE)
    table = rounding_table(frame.reset_index()).astype(str).set_index("Source")
    printed = {name: cells.split(" | ") for name, cells in rows if name in frame.index}
    assert printed == {name: row.tolist() for name, row in table.iterrows()}
