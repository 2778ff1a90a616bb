"""Every combination of the declared choices: methods against outside numbers, analyses against the pipeline."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from scipy import stats

from crosswave.difference.methods import METHODS, Result, Shares
from crosswave.difference.verdict import outcomes
from crosswave.reconstruct import Reconstruction
from crosswave.robustness.multiverse import COLUMNS, Choices, Multiverse, Reading, analyse, by_outcome, multiverse
from crosswave.robustness.tipping_points import OUTCOMES
from crosswave.study import Registry
from crosswave.study.models import Construct, MultiversePlan, Survey
from crosswave.trend.settings import planned
from crosswave.trend.synthesis import reconstruct_all
from crosswave.trend.waves import pairs_of, waves_of
from two_shares import compare_pair

# A busy machine is no fault of a formula.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")


def said(
    method: str,
    x_1: float,
    n_1: float,
    x_2: float,
    n_2: float,
    *,
    alpha: float = 0.05,
    extra: float = 0.0,
    m: float = 0.05,
) -> Result:
    first, size_1, second, size_2 = (np.array([value], dtype=float) for value in (x_1 / n_1, n_1, x_2 / n_2, n_2))
    return METHODS[method](Shares(first, size_1, second, size_2, np.array([extra])), np.array([alpha]), np.array([m]))


def limits(method: str, *case: float, **more: float) -> tuple[float, float]:
    found = said(method, *case, **more)
    return float(found.low[0]), float(found.high[0])


# REFERENCE.md, "Differences of two proportions" (R 4.2.2; ratesci 1.0.0 for Miettinen-Nurminen): later minus earlier.
# Agresti-Caffo in R 4.2.2, cut to [-1, 1]: ac=function(x1,n1,x2,n2,a=.05){p=(x1+1)/(n1+2);q=(x2+1)/(n2+2);
# h=qnorm(1-a/2)*sqrt(p*(1-p)/(n1+2)+q*(1-q)/(n2+2));c(q-p-h,q-p+h)}
REFERENCE: dict[tuple[int, int, int, int], dict[str, tuple[float, float, float]]] = {
    (48, 80, 56, 70): {
        "newcombe": (0.052431, 0.333873, 5e-7),
        "miettinen-nurminen": (0.052829713, 0.338172942, 5e-8),
        "agresti-caffo": (0.0524529266, 0.3357584555, 5e-10),
    },
    (2, 7, 6, 7): {
        "newcombe": (0.058228, 0.806250, 5e-7),
        "miettinen-nurminen": (0.0342, 0.8534, 5e-5),
        "agresti-caffo": (0.0338062743, 0.8550826146, 5e-10),
    },
    (0, 29, 5, 56): {
        "newcombe": (-0.038137, 0.192560, 5e-7),
        "miettinen-nurminen": (-0.032596588, 0.193331003, 5e-8),
        "agresti-caffo": (-0.0288658463, 0.1712462690, 5e-10),
    },
    (0, 20, 0, 10): {
        "newcombe": (-0.161125, 0.277533, 5e-7),
        "miettinen-nurminen": (-0.1658, 0.2844, 5e-5),
        "agresti-caffo": (-0.1410900955, 0.2168476712, 5e-10),
    },
    (0, 10, 0, 10): {
        "newcombe": (-0.277533, 0.277533, 5e-7),
        "miettinen-nurminen": (-0.2879, 0.2879, 5e-5),
        "agresti-caffo": (-0.2211503150, 0.2211503150, 5e-10),
    },
    (0, 10, 10, 10): {
        "newcombe": (0.607509, 1.0, 5e-7),
        "miettinen-nurminen": (0.6636, 1.0, 5e-5),
        "agresti-caffo": (0.6121830183, 1.0, 5e-10),
    },
    # Fagerland, Lydersen and Laake 2015, doi:10.1177/0962280211415469.
    (1, 34, 7, 34): {
        "newcombe": (0.019, 0.34, 5e-4),
        "miettinen-nurminen": (0.0270416, 0.3452912, 5e-8),
        "agresti-caffo": (0.01161167, 0.32172166, 5e-9),
    },
}


@pytest.mark.parametrize("method", ["newcombe", "miettinen-nurminen", "agresti-caffo"])
@pytest.mark.parametrize("case", REFERENCE, ids=lambda case: "{2}/{3}-{0}/{1}".format(*case))
def test_every_method_gives_the_limits_of_the_reference(case: tuple[int, int, int, int], method: str) -> None:
    low, high, tolerance = REFERENCE[case][method]
    assert limits(method, *case) == pytest.approx((low, high), abs=tolerance)


def test_wald_by_hand() -> None:
    # 5 of 25 and 10 of 25: squared errors .16/25 and .24/25, together .016; z is .2 / sqrt(.016).
    found = said("wald", 5, 25, 10, 25, alpha=0.3173105078629141)
    assert (float(found.low[0]), float(found.high[0])) == pytest.approx(
        (0.2 - math.sqrt(0.016), 0.2 + math.sqrt(0.016))
    )
    assert float(found.p_value[0]) == pytest.approx(math.erfc(0.2 / math.sqrt(0.016) / math.sqrt(2)))


@pytest.mark.parametrize("method", METHODS)
def test_total_error_alone_is_three_four_five(method: str) -> None:
    """With next to everybody asked only the total error is left, whatever the method: .05 of one standard error."""
    found = limits(method, 4e11, 1e12, 5e11, 1e12, alpha=0.3173105078629141, extra=0.05)
    assert found == pytest.approx((0.05, 0.15), abs=1e-5)


CASES = st.tuples(st.integers(0, 40), st.just(40), st.integers(0, 60), st.just(60))


@pytest.mark.parametrize("method", METHODS)
@given(case=CASES, extra=st.floats(0, 0.1))
def test_p_is_below_alpha_exactly_where_the_interval_leaves_out_zero(method: str, case: Any, extra: float) -> None:
    found = said(method, *case, extra=extra)
    low, high, p = (float(x[0]) for x in (found.low, found.high, found.p_value))
    if abs(p - 0.05) > 1e-6:
        assert (p < 0.05) == (low > 0 or high < 0)


@pytest.mark.parametrize("method", METHODS)
@given(case=CASES, extra=st.floats(0, 0.1), m=st.floats(0.02, 0.4))
def test_a_margin_is_ruled_out_exactly_where_the_wider_error_rate_leaves_it_out(
    method: str, case: Any, extra: float, m: float
) -> None:
    found, at_twice = said(method, *case, extra=extra, m=m), said(method, *case, extra=extra, alpha=0.1)
    low, high = float(at_twice.low[0]), float(at_twice.high[0])
    if min(abs(low + m), abs(high - m)) > 1e-6:
        assert bool(found.small[0]) == (-m < low and high < m)


@pytest.mark.parametrize("method", METHODS)
@given(case=CASES, extra=st.floats(0, 0.1))
def test_exchanging_the_waves_turns_every_interval_round(method: str, case: Any, extra: float) -> None:
    forth, back = limits(method, *case, extra=extra), limits(method, *case[2:], *case[:2], extra=extra)
    assert (-back[1], -back[0]) == pytest.approx(forth, abs=1e-7)


@settings(max_examples=40)
@given(st.lists(CASES, min_size=1, max_size=4))
def test_analyses_are_every_combination_each_by_itself(cases: Any) -> None:
    choices = Choices(
        tuple(METHODS),
        {"A": (1.5, math.inf), "B1": (3.0, 5.0)},
        (1.0, 1.5),
        ("printed",),
        ("smallest",),
        (3.0, 10.0),
        (0.05, 0.01),
    )
    found = analyse([Reading("printed", "only", a / n, n, b / k, k) for a, n, b, k in cases], choices)
    assert found.outcome.shape == (len(cases), 4, 2, 2, 2, 2)
    a, n, b, k = cases[-1]
    middle = (a / n + b / k) / 2
    error = 4 * 0.03 * math.sqrt(2) * middle * (1 - middle)
    # Printed tables, 5 degrees of freedom: 4.032143 for 2.575829 at 1 % on both sides, 3.364930 for 2.326348 on one.
    both, single = error * 4.0321429836 / 2.5758293035, error * 3.3649299989 / 2.3263478740
    for place, method in enumerate(choices.methods):
        one = said(method, a / 1.5, n / 1.5, b / 1.5, k / 1.5, alpha=0.01, extra=both, m=0.03)
        small = bool(said(method, a / 1.5, n / 1.5, b / 1.5, k / 1.5, alpha=0.01, extra=single, m=0.03).small[0])
        at = (-1, place, 1, 1, 0, 1)
        assert (found.low[at], found.high[at], found.p_value[at]) == pytest.approx(
            (float(one.low[0]), float(one.high[0]), float(one.p_value[0])), abs=1e-9
        )
        differs, above = one.p_value < 0.01, one.low + one.high > 0
        (outcome,) = outcomes(differs & above, differs & ~above, np.array([small]))
        assert OUTCOMES[found.outcome[at]] == outcome
        known = said(method, a / 1.5, n / 1.5, b / 1.5, k / 1.5, alpha=0.01, extra=error / 2, m=0.03)
        assert found.low[-1, place, 0, 1, 0, 1] == pytest.approx(float(known.low[0]), abs=1e-9)


# --- constructs -------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def real(resolved: Registry, reconstructions: Mapping[str, Reconstruction]) -> dict[str, Multiverse]:
    """Every fourth construct, and those that are named below; the pages hold every one."""
    using, named = planned(resolved.plan), {"pure-trust", "nhs-video", "pwc-engage"}
    chosen = [name for name in resolved.constructs if name.startswith("barrier-") or name in named]
    chosen = [*dict.fromkeys([*chosen, *list(resolved.constructs)[::4]])]
    return {name: multiverse(resolved.construct(name), resolved, reconstructions, using) for name in chosen}


def test_a_construct_has_two_hundred_analyses_or_a_reason_for_none(real: dict[str, Multiverse]) -> None:
    sizes = {name: len(found.by_analysis) for name, found in real.items()}
    assert any(sizes.values())
    for name, found in real.items():
        assert bool(sizes[name]) != bool(found.reason), name
        assert sizes[name] == 0 or sizes[name] >= 200, name
    assert real["barrier-leadership"].reason == "no two surveys can be compared"


def test_every_named_choice_is_combined_with_every_other_once(real: dict[str, Multiverse], registry: Registry) -> None:
    plan, rows = registry.plan.multiverse, real["pure-trust"].by_analysis
    assert list(rows) == list(COLUMNS)
    named = ["counts", "method", "tier", "design_effect", "smallest_change", "alpha"]
    assert not rows.duplicated(["first", "second", "size", *named]).any()
    expected = (plan.counts, plan.methods, plan.tiers, plan.design_effects, plan.smallest_changes, plan.alphas)
    for column, values in zip(named, expected, strict=True):
        assert set(rows[column]) == set(values)
    assert len(rows) == math.prod(map(len, expected))
    assert set(rows["size"]) == {"only"}
    assert set(real["nhs-video"].by_analysis["size"]) == {"smallest", "largest"}


def test_every_comparable_pair_in_the_window_is_there(
    real: dict[str, Multiverse], registry: Registry, reconstructions: Mapping[str, Reconstruction]
) -> None:
    construct = registry.construct("barrier-culture")
    waves = waves_of(construct, registry, reconstructions, (2017, 2020))
    pairs = pairs_of(construct, waves, registry)
    usable = {(p.first.finding.id, p.second.finding.id) for p in pairs if not (p.refusal or p.comparability.refused)}
    rows = real["barrier-culture"].by_analysis
    assert set(zip(rows["first"], rows["second"], strict=True)) == usable
    assert len(usable) > 1


def test_the_printed_analysis_under_the_plan_is_the_one_that_is_reported(
    real: dict[str, Multiverse],
    registry: Registry,
    resolved: Registry,
    reconstructions: Mapping[str, Reconstruction],
) -> None:
    construct, using = registry.construct("barrier-budget"), planned(registry.plan)
    tiers = resolved.plan
    waves = waves_of(construct, registry, reconstructions, (2017, 2020))
    pair = next(p for p in pairs_of(construct, waves, registry) if not (p.refusal or p.comparability.refused))
    rows = real["barrier-budget"].by_analysis
    plan = {"method": "newcombe", "counts": "printed", "design_effect": 1, "smallest_change": 5, "alpha": 0.05}
    chosen = rows[(rows[list(plan)] == pd.Series(plan)).all(axis=1) & (rows["first"] == pair.first.finding.id)]
    chosen = chosen[(chosen["second"] == pair.second.finding.id) & (chosen["size"].isin(["only", "smallest"]))]
    found: dict[str, float] = {}
    for row in chosen.to_dict("records"):
        whole = compare_pair(pair, replace(using, error_of=row["tier"]), tiers)
        assert row["total_error"] == whole.points
        assert whole.low - 1e-12 <= row["low"] and row["high"] <= whole.high + 1e-12
        assert row["difference"] == pytest.approx(whole.difference)
        assert row["outcome"] in whole.outcomes
        # The p of an analysis inverts its interval at its own alpha: an error that is declared as much longer.
        longer = whole.points * stats.t.ppf(0.975, whole.df) / stats.norm.ppf(0.975)
        same = compare_pair(pair, replace(using, total_error=float(longer)), tiers)
        assert (same.low, same.high) == pytest.approx((whole.low, whole.high), abs=1e-12)
        assert same.p_low - 1e-12 <= row["p_value"] <= same.p_high + 1e-12
        found[row["tier"]] = whole.df
    assert set(found) == {"census", "A", "B1", "H", "B2", "B3"}
    assert any(map(math.isfinite, found.values()))


def test_lowest_and_highest_counts_enclose_the_printed_ones(real: dict[str, Multiverse]) -> None:
    for name in ("barrier-culture", "pwc-engage", "nhs-video"):
        rows = real[name].by_analysis
        for _, pair in rows.groupby(["first", "second"]):
            by_counts = pair.groupby("counts")["difference"]
            assert by_counts.min()["lowest"] <= by_counts.min()["printed"] + 1e-12
            assert by_counts.max()["printed"] <= by_counts.max()["highest"] + 1e-12


def test_what_is_reported_is_shares_and_a_range(real: dict[str, Multiverse]) -> None:
    rows = real["barrier-skills"].by_analysis
    found = by_outcome(rows).set_index("outcome")
    assert list(found.index) == [*OUTCOMES, "any"]
    assert found.loc[list(OUTCOMES), "share"].sum() == pytest.approx(1)
    assert found.loc["any", "analyses"] == len(rows) == found.loc[list(OUTCOMES), "analyses"].sum()
    assert found.loc["any", "difference_low"] == rows["difference"].min()
    assert found.loc["any", "difference_high"] == rows["difference"].max()
    fell = rows[rows["outcome"] == "fell"]
    assert found.loc["fell", "share"] == pytest.approx(len(fell) / len(rows))
    assert found.loc["fell", "difference_high"] == fell["difference"].max() < 0


def test_of_nothing_every_share_is_zero(real: dict[str, Multiverse]) -> None:
    found = by_outcome(real["barrier-leadership"].by_analysis)
    assert found["share"].tolist() == [0.0] * 6
    assert found["difference_low"].isna().all()


def test_a_change_beyond_doubt_is_found_by_every_analysis(
    resolved: Registry,
    make_survey: Callable[..., Survey],
    make_construct: Callable[..., Construct],
    small_registry: Callable[..., Registry],
) -> None:
    surveys = [make_survey(f"w-{y}", y, 2000, yes=text) for y, text in ((2017, "5.0%"), (2019, "95.0%"))]
    construct = make_construct("c", "w-2017.q.yes", "w-2019.q.yes")
    small = small_registry(surveys, [construct])
    small = replace(small, plan=resolved.plan)
    found = multiverse(construct, small, reconstruct_all(small), planned(small.plan))
    assert set(found.by_analysis["outcome"]) == {"rose"}


def test_waves_with_respondents_in_common_have_no_analysis_and_say_why(
    make_survey: Callable[..., Survey],
    make_construct: Callable[..., Construct],
    small_registry: Callable[..., Registry],
) -> None:
    shared = {"overlaps": [{"survey": "w-2019", "how": "the same councils", "shared": 80}]}
    surveys = [
        make_survey("w-2017", 2017, 100, yes="40%", more=shared),
        make_survey("w-2019", 2019, 100, yes="40%"),
    ]
    construct = make_construct("c", "w-2017.q.yes", "w-2019.q.yes")
    small = small_registry(surveys, [construct])
    found = multiverse(construct, small, reconstruct_all(small), planned(small.plan))
    assert found.by_analysis.empty
    assert found.reason == (
        "some respondents are in both waves (80 of them), and the methods take waves as independent"
    )


def test_waves_of_one_year_have_no_analysis_and_say_why(
    make_survey: Callable[..., Survey],
    make_construct: Callable[..., Construct],
    small_registry: Callable[..., Registry],
) -> None:
    surveys = [make_survey(f"w-{k}", 2017, 100, yes="40%") for k in range(2)]
    construct = make_construct("c", "w-0.q.yes", "w-1.q.yes")
    small = small_registry(surveys, [construct])
    found = multiverse(construct, small, reconstruct_all(small), planned(small.plan))
    assert found.by_analysis.empty
    assert found.reason == "there are no two waves of different years in the window"


def test_a_wave_that_cannot_be_used_is_the_reason(
    make_survey: Callable[..., Survey],
    make_construct: Callable[..., Construct],
    small_registry: Callable[..., Registry],
) -> None:
    surveys = [make_survey("w-2017", 2017, 28, yes="41%"), make_survey("w-2019", 2019, 500, yes="40%")]
    construct = make_construct("c", "w-2017.q.yes", "w-2019.q.yes")
    small = small_registry(surveys, [construct])
    found = multiverse(construct, small, reconstruct_all(small), planned(small.plan))
    assert found.by_analysis.empty
    assert found.reason.startswith("w-2017.q.yes cannot be used: its figures are in conflict")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (
            {"methods": ["newcombe"], "alphas": [0.05], "tiers": ["A", "B1", "H", "B2", "B3"]},
            "at least 200 analyses of a pair; they make 180",
        ),
        ({"alphas": [0.05, 0.05]}, "alphas must list at least one choice, and none twice"),
        ({"alphas": [0.05, 0.5]}, "alphas must lie above 0 and below 0.5"),
        ({"design_effects": [0.5, 1, 1.5, 2]}, "design_effects must be at least 1"),
        ({"smallest_changes": [3, 5, 100]}, "smallest_changes must be points between 0 and 100"),
        ({"tiers": []}, "tiers must list at least one choice, and none twice"),
    ],
)
def test_choices_outside_their_range_are_told(registry: Registry, change: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError) as caught:
        MultiversePlan.model_validate({**registry.plan.multiverse.model_dump(), **change})
    assert words in str(caught.value)
