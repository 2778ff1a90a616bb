"""Two typed figures: how they are read, what is refused, and that they are compared as the pages compare waves."""

import io
import json
import math
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console
from statsmodels.stats.proportion import confint_proportions_2indep

from crosswave.reconstruct.typed import read_figures
from crosswave.report.sentences import said_of
from crosswave.report.typed_card import KEYS, as_record, block, tips_of
from crosswave.trend.change import assess
from crosswave.trend.settings import planned
from crosswave.trend.typed import GIVEN, compare_figures, compare_typed, people_needed, read_settings
from real import resolved

ERRORS = {"A": 1.5, "B1": 3.0, "B2": 10.0}


def with_errors(errors):
    """The registry with declared errors, of some tiers."""
    tiers = resolved().plan.total_error
    declared = {name: tiers[name].model_copy(update={"points": points, "df": None}) for name, points in errors.items()}
    return replace(resolved(), plan=resolved().plan.model_copy(update={"total_error": declared}))


def compared(first, second, *, sizes=(), tier=None, errors=None, **changes):
    """Two typed figures under the planned settings but for some."""
    chosen = replace(planned(resolved().plan), **changes)
    plan = with_errors(errors or ERRORS).plan
    return compare_figures(read_figures([first, second], sizes, resolved()), chosen, plan, tier=tier)


def sampled(first, second, **more):
    """The verdict with sampling error alone, so that one comparison is made."""
    return compared(first, second, errors={"A": 0.0}, **more)


# --- reading ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "printed", "n", "count"),
    [
        ("58% of 235", "58%", (235, 235), None),
        ("58 % of 235", "58 %", (235, 235), None),
        ("  58% of 235 ", "58%", (235, 235), None),
        ("58.0 per cent of 1,024", "58.0 per cent", (1024, 1024), None),
        ("58 percent OF 1024", "58 percent", (1024, 1024), None),
        ("58% of the 235 councils", "58%", (235, 235), None),
        ("nearly half of 948", "nearly half", (948, 948), None),
        ("four in five of over 300", "four in five", (300, 399), None),
        ("four out of five of over 300", "four out of five", (300, 399), None),
        ("4 out of 5", "4 out of 5", None, None),
        ("a third of nearly 1,000", "a third", (950, 1000), None),
        ("58% of about 200", "58%", (180, 220), None),
        ("58% of 900+", "58%", (900, 999), None),
        ("58% of 700+", "58%", (700, 799), None),
        ("58% of 900-999", "58%", (900, 999), None),
        ("58% of 900 to 1,100", "58%", (900, 1100), None),
        ("58% of up to 300", "58%", (1, 300), None),
        ("25-30% of 200", "25-30%", (200, 200), None),
        ("57%", "57%", None, None),
        ("137 of 235", "137 of 235", (235, 235), 137),
        ("1,370 of 2,350", "1370 of 2350", (2350, 2350), 1370),
        ("0 of 20", "0 of 20", (20, 20), 0),
    ],
)
def test_a_figure_is_read_as_a_survey_file_would_hold_it(typed, printed, n, count):
    figure = read_figures([typed, "53% of 232"], [], resolved())[0]
    assert (figure.typed, figure.share.printed, figure.sizes, figure.count) == (typed, printed, n, count)


@pytest.mark.parametrize(
    ("typed", "sizes", "read"),
    [
        (["57%", "60%"], ["900-999"], [(900, 999)] * 2),
        (["57%", "60%"], ["200", "over 300"], [(200, 200), (300, 399)]),
        (["57%", "60% of 400"], ["900-999"], [(900, 999), (400, 400)]),
        (["57% of 400", "half"], ["nearly 1,000"], [(400, 400), (950, 1000)]),
        (["57%", "60%"], [], [None] * 2),
    ],
)
def test_n_is_for_figures_that_do_not_say_their_own(typed, sizes, read):
    assert [figure.sizes for figure in read_figures(typed, sizes, resolved())] == read


N_RULE = "n must be a whole number from 1 to 10,000,000, a range or words for one"
N_ADVICE = "write 235, 1,000, 900-999, nearly 1,000, over 300 or 235 people"
SHARE_ADVICE = (
    "print a percentage, a fraction in words or a phrase of quantities.yaml, or add the phrase there with an interval "
    "and a reason"
)


@pytest.mark.parametrize(
    ("typed", "sizes", "message"),
    [
        (
            ["58% of 235"],
            [],
            "two figures are compared, the earlier first and each in quotes; '58% of 235' arrived; write crosswave "
            'compare "58% of 235" "53% of 232"',
        ),
        (
            [],
            [],
            "two figures are compared, the earlier first and each in quotes; nothing arrived; write crosswave compare "
            '"58% of 235" "53% of 232"',
        ),
        (["x of 9", "50% of 2"], [], f"the earlier figure: cannot read 'x' as a share; {SHARE_ADVICE}"),
        (["50% of y", "50% of 2"], [], f"the earlier figure: {N_RULE}; 'y' arrived; {N_ADVICE}"),
        (["50% of 2", "50% of 0"], [], f"the later figure: {N_RULE}; '0' arrived; {N_ADVICE}"),
        (["50% of 2", "50% of -4"], [], f"the later figure: {N_RULE}; '-4' arrived; {N_ADVICE}"),
        (["50% of 2", "50% of 4.5"], [], f"the later figure: {N_RULE}; '4.5' arrived; {N_ADVICE}"),
        (["50% of 2", "50% of 58%"], [], f"the later figure: {N_RULE}; '58%' arrived; {N_ADVICE}"),
        (["50% of 2", "50% of 999-900"], [], f"the later figure: {N_RULE}; '999-900' arrived; {N_ADVICE}"),
        (["50% of 2", "50% of 20 million"], [], f"the later figure: {N_RULE}; '20 million' arrived; {N_ADVICE}"),
        (
            ["50% of 2", "50% of 1-200000"],
            [],
            "the later figure: n may range over 100,000 at most; '1-200000' arrived; narrow it",
        ),
        (
            ["50% of 2", "101% of 300"],
            [],
            "the later figure: '101%' is above 100 %, or its ends are the wrong way round; mend it or call it a mean",
        ),
        (
            ["50% of 2", "58.123456789012345678% of 300"],
            [],
            "the later figure: a printed number has at most 15 digits and 17 decimals; "
            "'58.123456789012345678' arrived; print fewer",
        ),
        (
            ["50% of 2", "58"],
            ["235"],
            "the later figure: '58' is a bare number; write 58% for a percentage, or a count as 137 of 235",
        ),
        (
            ["50% of 2", "137 of over 300"],
            [],
            "the later figure: a count needs its n as a whole number; '137 of over 300' arrived; write 137 of 235, or "
            "a percentage: 58%",
        ),
        (
            ["50% of 2", "20 of 7"],
            [],
            "the later figure: a count is at most its n; '20 of 7' arrived; write the count first, then its n",
        ),
        (
            ["73% of 61", "50% of 2"],
            [],
            "the earlier figure: no count of 61 prints as '73%'; nearest n that fit: 60 and 62; check both numbers",
        ),
        (
            ["57% of 1-4", "50% of 2"],
            [],
            "the earlier figure: no count of 1 to 4 prints as '57%'; nearest n that fit: 7; check both numbers",
        ),
        (
            ["50% of 2", "50% of 4"],
            ["235"],
            "--n is for a figure without “of”; both figures say their own n; leave out --n 235",
        ),
        (["50% of 2", "50%"], ["3", "4"], "the earlier figure says its n, 2, and --n gives 3; leave one out"),
        (
            ["50%", "50%"],
            ["2", "4", "6"],
            "--n may be given twice, once for each figure; it was given 3 times; leave out the rest",
        ),
    ],
)
def test_what_cannot_be_used_is_refused_with_the_rule_and_the_way_out(typed, sizes, message):
    with pytest.raises(ValueError) as refused:
        read_figures(typed, sizes, resolved())
    assert str(refused.value) == message


@pytest.mark.parametrize(
    ("option", "text", "rule", "advice"),
    [
        ("alpha", "0", "an error rate above 0 and below 0.5", "write 0.05 for 95 % intervals"),
        ("alpha", "0.5", "an error rate above 0 and below 0.5", "write 0.05 for 95 % intervals"),
        ("alpha", "nan", "an error rate above 0 and below 0.5", "write 0.05 for 95 % intervals"),
        ("design-effect", "0.9", "a number from 1 to 100", "write 1 for none"),
        ("design-effect", "101", "a number from 1 to 100", "write 1 for none"),
        ("smallest-change", "100", "points above 0 and below 100", "write 5 for five points"),
        ("smallest-change", "five", "points above 0 and below 100", "write 5 for five points"),
        ("total-error", "50.1", "points from 0 to 50", "write 0 for sampling error alone"),
        ("total-error", "-1", "points from 0 to 50", "write 0 for sampling error alone"),
    ],
)
def test_a_number_outside_its_range_is_refused(option, text, rule, advice):
    with pytest.raises(ValueError) as refused:
        read_settings({option.replace("-", "_"): text}, None, resolved().plan, "--")
    assert str(refused.value) == f"--{option} must be {rule}; {text!r} arrived; {advice}"


def test_a_tier_of_another_name_is_refused_with_what_each_means():
    with pytest.raises(
        ValueError,
        match=r"^--tier must be one of census, A, B1, H, B2, B3; 'C' arrived; choose census \(everybody was asked",
    ):
        read_settings({}, "C", resolved().plan, "--")


def test_settings_that_are_not_typed_are_the_planned_ones():
    plan = resolved().plan
    assert read_settings({"alpha": None}, None, plan) == (planned(plan), None)
    assert read_settings({"alpha": "0.01"}, "b2", plan) == (replace(planned(plan), alpha=0.01), "B2")


def test_every_fault_is_told_at_once():
    with pytest.raises(ValueError) as refused:
        compare_typed(
            ["x of y", "73% of 61"], ["5"], rules=resolved(), tier="D", prefix="--", alpha="2", total_error="-1"
        )
    starts = [line[:24] for line in str(refused.value).split("\n")]
    assert starts == [
        "--alpha must be an error",
        "--total-error must be po",
        "--tier must be one of ce",
        "--n is for a figure with",
        "the earlier figure: n mu",
        "the earlier figure: cann",
        "the later figure: no cou",
    ]


# --- comparing --------------------------------------------------------------------------------------------------------


@pytest.mark.thorough
def test_every_pair_of_the_evidence_typed_by_hand_gets_the_page_s_verdict(registry, resolved, reconstructions):
    chosen, seen = planned(registry.plan), 0
    for construct in registry.constructs.values():
        page = assess(construct, resolved, reconstructions, chosen).comparison
        if page is None or page.pair.overlap or any(wave.answer.reversed for wave in waves_of(page)):
            continue
        grade = page.pair.tier
        if any(wave.design_effect != 1 for wave in waves_of(page)):  # nobody types how many of a census were asked
            continue
        figures = read_figures([typed(wave) for wave in waves_of(page)], [], registry)
        hand = compare_figures(figures, chosen, resolved.plan, tier=grade).comparison
        told = (page.outcomes, page.low, page.high, page.p_value, page.p_low, page.p_high, page.reach)
        assert (hand.outcomes, hand.low, hand.high, hand.p_value, hand.p_low, hand.p_high, hand.reach) == told
        seen += 1
    assert seen >= 10


def waves_of(comparison):
    """Both waves of a comparison."""
    return comparison.pair.first, comparison.pair.second


def typed(wave):
    """A wave of the evidence as a person would type it."""
    low, high = wave.counts.base_low, wave.counts.base_high
    of = "" if low is None else f" of {low}" if low == high else f" of {low}-{high}"
    return f"{wave.finding.text}{of}"


def test_forty_against_forty_six_survives_rounding_and_forty_four_does_not():
    assert sampled("40% of 1000", "46% of 800").judged.verdict == "rose"
    assert sampled("46% of 800", "40% of 1000").judged.verdict == "fell"
    assert sampled("40% of 1000", "44% of 800").judged.verdict == "undecided by rounding"


def test_the_interval_covers_every_pair_of_extreme_counts():
    # statsmodels 0.15.0: confint_proportions_2indep(method="newcomb"), at the lowest and the highest counts.
    corners = [
        confint_proportions_2indep(later, 800, earlier, 1000, method="newcomb")
        for earlier in (395, 405)
        for later in (364, 372)
    ]
    found = sampled("40% of 1000", "46% of 800").comparison
    assert found.low == pytest.approx(min(low for low, _ in corners), abs=1e-12)
    assert found.high == pytest.approx(max(high for _, high in corners), abs=1e-12)


def test_counts_are_exact_and_give_newcombe_s_published_interval():
    # Newcombe (1998), method 10, 56/70 - 48/80; computed with R.
    found = sampled("48 of 80", "56 of 70")
    assert (found.comparison.low, found.comparison.high) == pytest.approx((0.052431, 0.333873), abs=5e-7)
    assert found.comparison.p_low == found.comparison.p_high == found.comparison.p_value


def test_counts_are_no_words():
    assert not sampled("137 of 235", "53% of 232").comparison.pair.first.verbal
    assert sampled("400 of 1000", "45% of 800").judged.verdict == "undecided by rounding"
    assert sampled("400 of 1000", "nearly half of 800").judged.verdict == "undecided by wording"


def test_the_gate_gives_the_grade_that_was_said():
    for tier in ("A", "B1", "B2"):
        found = compared("58% of 235", "53% of 232", tier=tier)
        assert found.comparison.pair.tier == tier == found.chosen
        assert found.comparison.points == ERRORS[tier]


def test_a_given_total_error_counts_and_the_tiers_stand_beside_it():
    found = compared("58% of 235", "53% of 232", tier="B1", total_error=7.0)
    assert list(found.under) == [GIVEN, "A", "B1", "B2"]
    assert (found.chosen, found.comparison.pair.tier, found.comparison.points) == (GIVEN, "B1", 7.0)
    assert found.under["B1"].comparison.points == 3.0


def test_without_n_a_verdict_stands_only_if_every_n_agrees():
    assert sampled("5%", "95%").judged.verdict == "rose"
    assert sampled("50%", "60%").judged.verdict == "not testable"
    assert sampled("50% of 1000", "60% of 1000").judged.verdict == "rose"
    assert sampled("50%", "60%").comparison.pair.first.sizes.max() == resolved().plan.n_largest.value


def test_the_verdict_that_is_tipped_is_the_verdict_that_is_told():
    for first, second in [("40% of 1000", "46% of 800"), ("58%", "nearly half of over 300"), ("0 of 9", "9 of 9")]:
        found = compared(first, second)
        for tier, tips in tips_of(found).items():
            told = found.under[tier].verdict
            assert tips.verdict == ("inconclusive" if told == "uninformative by design" else told)


def test_as_many_people_as_needed_find_the_observed_change():
    # R 4.2.2: power.prop.test(p1 = .4, p2 = .46, power = .8) gives n = 1067.6, by the normal formula.
    found = sampled("40% of 1000", "46% of 800")
    assert people_needed(found.judged) == pytest.approx(1067.6, rel=0.01)
    doubled = sampled("40% of 1000", "46% of 800", design_effect=2.0)
    assert people_needed(doubled.judged) == 2 * people_needed(found.judged)
    assert people_needed(sampled("46% of 800", "40% of 1000").judged) == pytest.approx(1067.6, rel=0.01)


@pytest.mark.parametrize(
    ("typed", "both", "each"), [((), 1.0, (1.0, 1.0)), (("1.5",), 1.5, (1.0, 1.0)), (("1.5", "2"), 1.0, (1.5, 2.0))]
)
def test_a_design_effect_is_one_for_both_figures_or_one_for_each(typed, both, each):
    """And as many people are needed as the larger of the two asks for."""
    found, plain = (
        compare_typed(["40% of 1000", "46% of 800"], rules=resolved(), total_error="0", design_effect=effects)
        for effects in (typed, ())
    )
    pair = found.comparison.pair
    assert (found.judged.settings.design_effect, pair.first.design_effect, pair.second.design_effect) == (both, *each)
    assert people_needed(found.judged) == both * max(each) * people_needed(plain.judged)


def test_a_third_design_effect_is_refused():
    with pytest.raises(
        ValueError, match=r"^--design-effect may be given twice, .*; it was given 3 times; leave out the"
    ):
        compare_typed(["40% of 10", "46% of 13"], rules=resolved(), prefix="--", design_effect=["1", "1", "1"])


def test_no_number_of_people_finds_what_the_total_error_hides_or_what_was_not_observed():
    assert people_needed(compared("40% of 1000", "46% of 800").under["B1"]) is None
    assert people_needed(sampled("40% of 1000", "40% of 800").judged) is None


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 400), st.integers(1, 400), st.data())
def test_exchanging_the_figures_turns_the_interval_round(n_1, n_2, data):
    one, two = (f"{data.draw(st.integers(0, n))} of {n}" for n in (n_1, n_2))
    there, back = sampled(one, two).comparison, sampled(two, one).comparison
    assert there.difference == pytest.approx(-back.difference, abs=1e-12)
    assert (there.low, there.high) == pytest.approx((-back.high, -back.low), abs=1e-9)
    assert there.p_value == pytest.approx(back.p_value, abs=1e-9)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 100), st.integers(0, 100), st.integers(100, 2000))
def test_a_percentage_says_no_more_than_the_counts_that_print_it(first, second, n):
    def nearest(percent):
        return round(percent * n / 100)

    printed = sampled(f"{first}% of {n}", f"{second}% of {n}").comparison
    counted = sampled(f"{nearest(first)} of {n}", f"{nearest(second)} of {n}").comparison
    assert printed.low <= counted.low + 1e-12
    assert counted.high <= printed.high + 1e-12


# --- showing ----------------------------------------------------------------------------------------------------------


def test_json_has_its_keys_and_plain_numbers():
    record = as_record(compared("58% of 235", "nearly half", tier="B1"))
    assert list(record) == [
        "figures", *KEYS, "tier_given", "alpha", "power", "design_effect", "smallest_change", "tiers",
    ]  # fmt: skip
    assert list(record["tiers"]) == ["A", "B1", "B2"]
    assert all(list(tier) == list(KEYS) for tier in record["tiers"].values())
    assert list(record["tipping"]) == ["design_effect", "total_error", "bias", "correlation"]
    assert [list(figure) for figure in record["figures"]] == [
        ["typed", "percent", "percent_range", "n", "design_effect"]
    ] * 2
    assert record["figures"][0] == {
        "typed": "58% of 235",
        "percent": 58,
        "percent_range": [57.5, 58.5],
        "n": [235, 235],
        "design_effect": 1.0,
    }
    assert record["figures"][1]["n"] is None
    assert json.loads(json.dumps(record, allow_nan=False)) == record
    assert {key: record[key] for key in KEYS} == record["tiers"]["B1"]


def test_json_counts_changes_in_points():
    found = compared("48 of 80", "56 of 70", total_error=0.0)
    record, comparison = as_record(found), found.comparison
    assert record["difference"] == 20
    assert record["interval"] == pytest.approx([5.2431, 33.3873], abs=5e-5)
    assert (record["total_error"], record["tier"], record["tier_given"]) == (0.0, "A", False)
    reach = comparison.reach
    assert record["critical_difference"] == pytest.approx(100 * min(reach.critical_rise, reach.critical_fall))
    assert (record["p_value"], record["p_low"]) == (comparison.p_value, comparison.p_low)


def test_json_says_null_where_the_scale_ends_before_a_change_is_found():
    record = as_record(compared("0 of 1", "1 of 1"))
    assert math.isinf(compared("0 of 1", "1 of 1").comparison.reach.detectable)
    assert (record["critical_difference"], record["detectable_change"]) == (None, None)


@pytest.mark.parametrize(
    "more",
    [{}, {"total_error": 0.0}, {"design_effect": 1.3, "tier": "B2"}, {"sizes": ["900-999"]}],
)
def test_the_block_fits_eighty_columns_and_names_every_tier(more):
    stream = io.StringIO()
    figures = ("40%", "nearly half") if "sizes" in more else ("40% of 1000", "46% of 800")
    found = compared(*figures, **more)
    Console(file=stream, width=80).print(block(found))
    lines = stream.getvalue().splitlines()
    assert max(map(len, lines)) <= 80
    assert "\x1b" not in stream.getvalue()
    assert lines[0] == f"{figures[0]}, then {figures[1]}: {said_of(found.judged.verdict)}"
    rows = [line.split("  ")[0] for line in lines if line.startswith(("tier ", "given "))]
    assert rows == [name if name == GIVEN else f"tier {name}" for name in found.under]


def block_text(found):
    stream = io.StringIO()
    Console(file=stream, width=400).print(block(found))
    return stream.getvalue()


def test_the_block_says_who_chose_the_tier():
    assert "so they count as grade A: same instrument" in block_text(compared("40% of 1000", "46% of 800"))
    told = block_text(compared("40% of 1000", "46% of 800", tier="B1"))
    assert "Judged under grade B1: same question, another house, a total error of 3 points." in told
    given = block_text(compared("40% of 1000", "46% of 800", total_error=0.0))
    assert "Judged with a total error of 0 points, as given; each grade of the plan is tried below." in given


def test_the_block_says_which_n_are_tried_where_none_is_told():
    told = block_text(compared("40%", "46% of 800"))
    assert "No n for 40%: every n from the smallest that gives it to 5,000 counts" in told
    assert "No n" not in block_text(compared("40% of 1000", "46% of 800"))


def test_typed_figures_are_judged_by_the_errors_of_the_plan_estimated_where_it_says_so():
    found = compare_typed(["58% of 235", "53% of 232"], rules=resolved())
    assert {tier: one.comparison.points for tier, one in found.under.items()} == {
        tier: error.number for tier, error in resolved().plan.total_error.items()
    }
