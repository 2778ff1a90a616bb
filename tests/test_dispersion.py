"""How far surveys of one year disagree: by hand, against R's metafor, and where the truth is known."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from crosswave.reconstruct import Reconstruction
from crosswave.study import Registry
from crosswave.trend.comparability import BETWEEN_HOUSES, COMPARABLE, grade_pair
from crosswave.trend.dispersion import (
    POINTS_PER_LOGIT,
    SOURCES,
    estimate_total_error,
    leave_one_out,
    with_estimated_error,
)
from crosswave.trend.same_year import FIGURE_COLUMNS, same_year_figures, same_year_surveys
from crosswave.trend.settings import planned
from crosswave.trend.synthesis import reconstruct_all
from crosswave.trend.waves import pair_of, pairs_of, waves_of
from two_shares import compare_pair

# A busy machine is no fault of a formula.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")

pytestmark = pytest.mark.usefixtures("kept")

OTHER = {"more": {"publisher": "another house"}}
THIRD = {"more": {"publisher": "a third house"}}
BOTH_METHODS = pytest.mark.parametrize("method", ["PM", "REML"])

# Logits of five construct-years, made up to look like those of the registry, and their variances.
LOGITS = (-0.49, -0.24, 0.28, 0.20, 0.08, -0.58, -1.27, -0.08, 0.32, 0.41, 0.24, 1.52)
VARIANCES = (0.011, 0.019, 0.004, 0.017, 0.017, 0.019, 0.005, 0.004, 0.018, 0.004, 0.004, 0.009)
GROUPS = "aabbccdddeee"


def frame(groups: Any, logits: Any, variances: Any, rounding: Any = 0.0) -> pd.DataFrame:
    return pd.DataFrame(
        {"group": list(groups), "logit": logits, "sampling_variance": variances, "rounding_variance": rounding}
    )


def figures_of(registry: Registry) -> pd.DataFrame:
    return same_year_figures(registry, reconstruct_all(registry))


Make = Callable[..., Any]


def tier_points(registry: Registry) -> dict[str, float]:
    """The total error of each tier, estimated where the plan says so."""
    return {str(name): tier.number for name, tier in with_estimated_error(registry).plan.total_error.items()}


@BOTH_METHODS
def test_two_pairs_by_hand(method: str) -> None:
    # Sums of squares 1/2 and 2 on one degree of freedom each; 5/4 less the variance 1/4 is 1.
    found = estimate_total_error(frame("aabb", [0, 1, 2, 4], 0.2, 0.05), method=method)
    assert (found.df, found.groups) == (2, 2)
    assert found.logit_sd == pytest.approx(1, abs=1e-6)
    assert found.points == pytest.approx(25, abs=1e-4)


def test_the_interval_by_hand() -> None:
    # With equal variances Q(s^2) = 2.5 / (s^2 + 0.25); chi-square with 2 degrees of freedom has quantile -2 log(1 - p).
    found = estimate_total_error(frame("aabb", [0, 1, 2, 4], 0.25))
    high = 2.5 / (-2 * math.log(0.975)) - 0.25
    low = max(2.5 / (-2 * math.log(0.025)) - 0.25, 0)
    assert (found.low, found.high) == pytest.approx((25 * math.sqrt(low), 25 * math.sqrt(high)))


# R 4.2.2, metafor 3.8-1: f <- rma(y, v, mods = ~factor(g), method = "PM" or "REML",
# control = list(tol = 1e-12, threshold = 1e-12)); f$tau2; confint(f, control = list(tol = 1e-10))
@pytest.mark.parametrize(("method", "variance"), [("PM", 0.360332009), ("REML", 0.361508505)])
def test_metafor_gives_the_same_with_a_mean_for_each_group(method: str, variance: float) -> None:
    found = estimate_total_error(frame(GROUPS, LOGITS, VARIANCES), method=method)
    assert found.logit_sd**2 == pytest.approx(variance, abs=1e-7)
    ends = (found.low / 25) ** 2, (found.high / 25) ** 2
    assert ends == pytest.approx((0.152401695, 1.521512163), abs=1e-8)


def test_how_variance_is_split_between_sampling_and_rounding_does_not_matter() -> None:
    whole = estimate_total_error(frame(GROUPS, LOGITS, VARIANCES))
    half = np.array(VARIANCES) / 2
    assert estimate_total_error(frame(GROUPS, LOGITS, half, half)) == whole


@BOTH_METHODS
def test_surveys_that_agree_better_than_chance_have_no_error_beyond_sampling(method: str) -> None:
    found = estimate_total_error(frame("aabb", [0, 0.1, 2, 2.1], 1.0), method=method)
    assert (found.points, found.low) == (0, 0)


@BOTH_METHODS
def test_figures_with_next_to_no_sampling_error_give_the_pooled_standard_deviation(method: str) -> None:
    found = estimate_total_error(frame("aaabb", [0, 1, 2, 5, 7], 1e-9), method=method)
    assert found.logit_sd == pytest.approx(math.sqrt((2 + 2) / 3), rel=1e-6)


def test_a_group_of_one_says_nothing() -> None:
    assert estimate_total_error(frame("aabbz", [0, 1, 2, 4, 99], 0.2)) == estimate_total_error(
        frame("aabb", [0, 1, 2, 4], 0.2)
    )


CASES = st.lists(
    st.tuples(st.sampled_from("abc"), st.floats(-3, 3), st.floats(0.001, 0.5)), min_size=4, max_size=12
).filter(lambda rows: len({row[0] for row in rows}) < len(rows))


@given(CASES, st.dictionaries(st.sampled_from("abc"), st.floats(-5, 5)), st.randoms(use_true_random=False))
def test_neither_the_level_of_a_group_nor_the_order_of_figures_matters(
    rows: list[tuple[str, float, float]], shift: dict[str, float], dice: Any
) -> None:
    moved = [(group, logit + shift.get(group, 0), variance) for group, logit, variance in rows]
    dice.shuffle(moved)
    one, other = (estimate_total_error(frame(*zip(*each, strict=True))) for each in (rows, moved))
    assert (one.points, one.low, one.high) == pytest.approx((other.points, other.low, other.high), abs=1e-3)


@pytest.mark.thorough
@given(CASES, st.floats(0.001, 0.5))
def test_variance_that_is_added_to_every_figure_is_taken_off_again(
    rows: list[tuple[str, float, float]], extra: float
) -> None:
    groups, logits, variances = zip(*rows, strict=True)
    before = estimate_total_error(frame(groups, logits, variances))
    after = estimate_total_error(frame(groups, logits, np.array(variances) + extra))
    assume(after.low > 0)
    for name in ("points", "low", "high"):
        one, other = ((getattr(each, name) / POINTS_PER_LOGIT) ** 2 for each in (before, after))
        assert one - other == pytest.approx(extra, abs=1e-6)


@given(CASES)
def test_the_estimate_lies_in_its_interval(rows: list[tuple[str, float, float]]) -> None:
    found = estimate_total_error(frame(*zip(*rows, strict=True)))
    assert found.low <= found.points <= found.high
    assert found.points == POINTS_PER_LOGIT * found.logit_sd


def drawn(rng: np.random.Generator, sd: float, groups: int, n: int) -> pd.DataFrame:
    """Three surveys in each group, of n people each, that err by sd on the logit scale."""
    codes = np.repeat(np.arange(groups), 3)
    means = rng.uniform(-0.8, 0.8, groups)[codes]
    true = 1 / (1 + np.exp(-(means + rng.normal(0, sd, len(codes)))))
    share = rng.binomial(n, true) / n
    logits = np.log(share / (1 - share))
    return frame(codes, logits, 1 / (n * share * (1 - share)))


@pytest.mark.thorough
def test_a_known_total_error_is_found_again() -> None:
    # 300 registries of 10 construct-years, true error 10 points. The mean of the estimated variances has a standard
    # error of about 0.16 * sqrt(2 / 20) / sqrt(300) = 0.003, and the coverage one of sqrt(0.05 * 0.95 / 300) = 0.0126:
    # margins are four of them.
    rng = np.random.default_rng(2017)
    found = [estimate_total_error(drawn(rng, 0.4, 10, 400)) for _ in range(300)]
    assert np.mean([each.logit_sd**2 for each in found]) == pytest.approx(0.16, abs=4 * 0.003)
    assert np.mean([each.low <= 10 <= each.high for each in found]) == pytest.approx(0.95, abs=4 * 0.0126)


@pytest.mark.thorough
def test_without_error_beyond_sampling_the_lower_end_is_nought_in_all_but_a_fortieth() -> None:
    # Standard error sqrt(0.025 * 0.975 / 300) = 0.009.
    rng = np.random.default_rng(2020)
    found = [estimate_total_error(drawn(rng, 0.0, 10, 400)) for _ in range(300)]
    assert np.mean([each.low > 0 for each in found]) == pytest.approx(0.025, abs=4 * 0.009)


@pytest.mark.thorough
def test_it_is_the_error_of_one_survey_as_a_comparison_takes_it(registry: Registry) -> None:
    # Surveys drawn with the standard deviation that a comparison under 10 points ascribes to a share of one half.
    from crosswave.difference.total_error import error_at

    rng, sd = np.random.default_rng(5), float(error_at(10, 0.5)) / 0.25
    big = [estimate_total_error(drawn(rng, sd, 300, 10**6)).points for _ in range(3)]
    # Standard error of a standard deviation on 1,800 degrees of freedom: 10 / sqrt(3,600) = 0.17.
    assert np.mean(big) == pytest.approx(10, abs=4 * 0.17)


def test_a_survey_that_stands_alone_carries_its_group() -> None:
    by_wave = frame("aabbcc", [0, 0.2, 0, 0.2, 0, 3], 0.01).assign(
        construct_id=list("xxyyzz"), survey_id=list("pqpqpr")
    )
    by_construct = leave_one_out(by_wave).set_index("left_out")
    without = estimate_total_error(by_wave[by_wave["construct_id"] != "z"])
    assert by_construct.loc["z", "points"] == without.points < by_construct.loc["x", "points"]
    assert by_construct["df"].eq(2).all() and by_construct["points"].is_monotonic_decreasing
    by_survey = leave_one_out(by_wave, column="survey_id").set_index("left_out")
    assert by_survey.loc["r", "points"] == without.points and "p" not in by_survey.index


def test_arguments_outside_their_range_are_told_with_the_way_out() -> None:
    good = frame("aabb", [0, 1, 2, 4], 0.2)
    with pytest.raises(ValueError, match=r"method must be one of FE, PM, REML; got 'dl'. Choose one of them."):
        estimate_total_error(good, method="dl")
    with pytest.raises(ValueError, match=r"by_wave must have a group of two figures or more; got 2 figures, no two"):
        estimate_total_error(frame("ab", [0, 1], 0.2))
    with pytest.raises(ValueError, match=r"logit must be finite; got inf. Move a share of 0 or 1 inwards."):
        estimate_total_error(frame("aa", [0, math.inf], 0.2))
    with pytest.raises(ValueError, match=r"sampling_variance must be positive and finite; got 0. Pass"):
        estimate_total_error(frame("aa", [0, 1], [0, 1]))
    with pytest.raises(ValueError, match="rounding_variance must be zero or more and finite; got -1"):
        estimate_total_error(frame("aa", [0, 1], 1, [-1, 1]))
    with pytest.raises(ValueError, match="column must be one of by_wave; got 'house'"):
        leave_one_out(good, column="house")


def test_only_what_the_gate_lets_through_and_is_no_repeated_instrument_is_compared(
    make_survey: Make, make_construct: Make, small_registry: Make
) -> None:
    surveys = [
        make_survey("a-2017", 2017, 1000, yes="50%"),
        make_survey("b-2017", 2017, 100, yes="40%", **OTHER),
        make_survey("c-2018", 2018, 400, yes="90%", **THIRD),
        make_survey("d-2017", 2017, 400, yes="90%", **THIRD),
    ]
    open_pair = make_construct("open", "a-2017.q.yes", "b-2017.q.yes", wording="similar")
    other_year = make_construct("other-year", "a-2017.q.yes", "c-2018.q.yes", wording="similar")
    refused = make_construct("refused", "a-2017.q.yes", "d-2017.q.yes", unit="different")
    found = figures_of(small_registry(surveys, [open_pair, other_year, refused]))
    assert found["finding_id"].tolist() == ["a-2017.q.yes", "b-2017.q.yes"]
    assert found["group"].tolist() == ["open, 2017"] * 2 and set(found["grade"]) == {"B2"}
    assert tuple(found.columns) == FIGURE_COLUMNS
    # 1 / (1000 / 4) and 1 / (100 * 0.24); 495 to 505 of 1,000 print as 50 %, and 40 of 100 alone as 40 %.
    assert found["sampling_variance"].tolist() == pytest.approx([1 / 250, 1 / 24])
    assert found["rounding_variance"].tolist() == pytest.approx([0.01**2 / 12 / 0.25**2, 0])
    assert found["logit"].tolist() == pytest.approx([0, math.log(40 / 60)])


def test_one_house_with_one_question_is_one_instrument(
    make_survey: Make, make_construct: Make, small_registry: Make
) -> None:
    waves = [make_survey("a-2017", 2017, 500, yes="50%"), make_survey("b-2017", 2017, 500, yes="40%")]
    same = make_construct("same", "a-2017.q.yes", "b-2017.q.yes")
    assert figures_of(small_registry(waves, [same])).empty
    houses = [waves[0], make_survey("b-2017", 2017, 500, yes="40%", **OTHER)]
    assert set(figures_of(small_registry(houses, [same]))["grade"]) == {"B1"}


def test_waves_that_share_respondents_are_never_in_one_group(
    make_survey: Make, make_construct: Make, small_registry: Make
) -> None:
    overlap = {"overlaps": [{"survey": "c-2017", "how": "the same people"}], "publisher": "a"}
    surveys = [
        make_survey("a-2017", 2017, 500, yes="50%", more=overlap),
        make_survey("b-2017", 2017, 500, yes="40%"),
        make_survey("c-2017", 2017, 500, yes="30%"),
    ]
    names = ("a-2017.q.yes", "b-2017.q.yes", "c-2017.q.yes")
    found = figures_of(small_registry(surveys, [make_construct("one", *names, wording="similar")]))
    assert found["finding_id"].tolist() == ["a-2017.q.yes", "b-2017.q.yes"]


def test_answers_of_one_question_count_once(make_survey: Make, make_construct: Make, small_registry: Make) -> None:
    surveys = [
        make_survey("a-2017", 2017, 500, yes="50%", no="50%"),
        make_survey("b-2017", 2017, 500, yes="40%", no="60%"),
    ]
    yes = make_construct("yes", "a-2017.q.yes", "b-2017.q.yes", partition="p", wording="similar")
    no = make_construct("no", "a-2017.q.no", "b-2017.q.no", partition="p", wording="similar")
    assert set(figures_of(small_registry(surveys, [yes, no]))["construct_id"]) == {"yes"}


def test_a_share_stays_half_an_answer_from_its_end_and_a_missing_n_is_the_middle_of_its_range(
    make_survey: Make, make_construct: Make, small_registry: Make
) -> None:
    surveys = [make_survey("a-2017", 2017, 20, yes="0%"), make_survey("b-2017", 2017, None, yes="40%")]
    construct = make_construct("one", "a-2017.q.yes", "b-2017.q.yes", wording="similar")
    first, second = figures_of(small_registry(surveys, [construct])).to_dict("records")
    assert first["share"] == 0 and first["logit"] == pytest.approx(math.log(0.5 / 19.5))
    assert first["share"] < 0.5 / 20 and first["logit"] == pytest.approx(math.log(0.5 / 19.5))
    # 2 of 5 is the smallest that prints 40 %, and plan.yaml tries 5,000 at most.
    assert (second["n_low"], second["n_high"]) == (5, 5000) and second["n"] == pytest.approx(math.sqrt(25_000))


def test_every_group_of_the_registry_can_be_compared_with_itself(
    registry: Registry, reconstructions: Mapping[str, Reconstruction]
) -> None:
    by_wave, plan = same_year_figures(registry, reconstructions), with_estimated_error(registry, reconstructions).plan
    assert len(by_wave) and by_wave["group"].duplicated(keep=False).all()
    for (construct_id, year), group in by_wave.groupby(["construct_id", "year"]):
        waves = waves_of(registry.construct(str(construct_id)), registry, reconstructions, (int(year), int(year)))
        members = [wave for wave in waves if wave.finding.id in set(group["finding_id"])]
        assert len(members) == len(group) == group["survey_id"].nunique()
        for one, two in combinations(members, 2):
            grade = grade_pair(one.answer, two.answer, registry)
            assert grade.grade in COMPARABLE
            assert compare_pair(pair_of(one, two, registry), planned(plan), plan).low < 1


def test_where_the_plan_says_estimated_the_estimate_of_the_registry_stands(
    registry: Registry, reconstructions: Mapping[str, Reconstruction]
) -> None:
    """B2 from like figures of two houses, B3 from all of them, H from all with a level for each survey, A added."""
    assert {name for name, tier in registry.plan.total_error.items() if tier.points == "estimated"} == set(SOURCES)
    alike = estimate_total_error(same_year_figures(registry, reconstructions, BETWEEN_HOUSES))
    every = estimate_total_error(same_year_figures(registry, reconstructions))
    inside = estimate_total_error(same_year_figures(registry, reconstructions), own_level=True)
    points = tier_points(registry)
    assert points["B2"] == round(alike.points, 1)
    assert points["B3"] == round(max(alike.points, every.points), 1)
    assert points["H"] == round(math.hypot(inside.points, 1.5), 1)
    assert (points["A"], points["B1"]) == (1.5, 3)
    assert points["A"] < points["B1"] < points["H"] < points["B2"] <= points["B3"]
    resolved = with_estimated_error(registry, reconstructions)
    tiers = resolved.plan.total_error
    assert {name: tier.number for name, tier in tiers.items()} == points
    assert (tiers["H"].df, tiers["B2"].df, tiers["B3"].df) == (inside.df, alike.df, min(alike.df, every.df))
    assert (tiers["A"].freedom, tiers["B1"].freedom) == (math.inf, math.inf)
    assert resolved.plan.model_copy(update={"total_error": registry.plan.total_error}) == registry.plan


def test_only_surveys_with_another_of_their_year_are_reconstructed_and_all_of_them_give_the_same(
    registry: Registry, reconstructions: Mapping[str, Reconstruction]
) -> None:
    needed = same_year_surveys(registry)
    by_wave = same_year_figures(registry, reconstructions)
    assert set(by_wave["survey_id"]) <= needed < set(reconstructions)
    pd.testing.assert_frame_equal(
        by_wave, same_year_figures(registry, {name: reconstructions[name] for name in needed})
    )


def test_a_registry_resolved_once_is_not_estimated_again(resolved: Registry) -> None:
    assert with_estimated_error(resolved) is resolved


def test_another_content_has_another_estimate(make_survey: Make, make_construct: Make, small_registry: Make) -> None:
    def estimate(later: str) -> float:
        surveys = [make_survey("a-2017", 2017, 1000, yes="50%"), make_survey("b-2017", 2017, 1000, yes=later, **OTHER)]
        small = small_registry(surveys, [make_construct("c", "a-2017.q.yes", "b-2017.q.yes", wording="similar")])
        return tier_points(small)["B2"]

    assert estimate("50%") == 0 < estimate("60%") < estimate("70%")


def test_a_registry_that_cannot_be_estimated_from_says_what_to_do_where_the_number_is_needed(
    make_survey: Make, make_construct: Make, small_registry: Make
) -> None:
    surveys = [make_survey("a-2017", 2017, 500, yes="50%"), make_survey("b-2019", 2019, 500, yes="40%")]
    small = small_registry(surveys, [make_construct("c", "a-2017.q.yes", "b-2019.q.yes", wording="similar")])
    assert with_estimated_error(small) is small
    [pair] = pairs_of(
        small.construct("c"), waves_of(small.construct("c"), small, reconstruct_all(small), (0, 9999)), small
    )
    with pytest.raises(ValueError) as caught:
        compare_pair(pair, planned(small.plan), small.plan)
    means = small.plan.total_error["H"].means
    assert str(caught.value) == (
        f"points of total_error ({means}) must be a number here; plan.yaml says estimated, and no two "
        "surveys of one year measure the same, from which it could be; write a number of points there"
    )
    with pytest.raises(ValueError, match="must be a number here"):
        tier_points(small)


def test_leaving_a_construct_out_keeps_the_estimate_of_the_registry_inside_its_interval(
    registry: Registry, reconstructions: Mapping[str, Reconstruction]
) -> None:
    by_wave = same_year_figures(registry, reconstructions)
    whole = estimate_total_error(by_wave)
    assert leave_one_out(by_wave)["points"].between(whole.low, whole.high).all()
    assert estimate_total_error(by_wave, method="REML").points == pytest.approx(whole.points, abs=0.5)


def test_a_level_of_each_survey_by_hand() -> None:
    """Two surveys, two groups: b lies 1 above a in one and 3 above in the other; what is left is +-0.5 on one df."""
    by_wave = frame("aabb", [0.0, 1.0, 0.0, 3.0], 1e-9).assign(survey_id=[*"xyxy"])
    found = estimate_total_error(by_wave, own_level=True)
    assert (found.df, found.groups) == (1, 2)
    assert found.logit_sd == pytest.approx(1.0, abs=1e-6)  # 4 residuals of 0.5: sum of squares 1 on 1 df


def test_a_level_of_each_survey_takes_off_what_its_figures_share(registry: Registry) -> None:
    """A shift of one survey in all its figures changes nothing; without a level for it, it is error."""
    rng = np.random.default_rng(5)
    surveys, groups = [*"wxyz"], [*"abcdef"]
    rows = [(g, s, rng.normal(0, 0.3)) for g in groups for s in surveys]
    plain = pd.DataFrame(rows, columns=["group", "survey_id", "logit"])
    plain = plain.assign(sampling_variance=0.01, rounding_variance=0.0)
    shifted = plain.assign(logit=plain["logit"] + 2.0 * (plain["survey_id"] == "x"))
    inside = [estimate_total_error(one, own_level=True).points for one in (plain, shifted)]
    assert inside[0] == pytest.approx(inside[1])
    assert estimate_total_error(shifted).points > 2 * inside[1]


def test_levels_that_leave_nothing_over_are_refused() -> None:
    by_wave = frame("aa", [0.0, 1.0], 0.01).assign(survey_id=[*"xy"])
    with pytest.raises(ValueError, match="Nothing is left over to estimate a variance from"):
        estimate_total_error(by_wave, own_level=True)
