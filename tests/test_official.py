"""Censuses, panels and series of one instrument, by hand, against scipy, statsmodels and R, and against every case."""

from __future__ import annotations

import math
from collections.abc import Mapping
from fractions import Fraction
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.stats import binom, binomtest, chi2, hypergeom, norm

from crosswave.difference.census import CensusWave, NeededGap, census_change, finite_population, needed_gap
from crosswave.difference.estimate import Interval
from crosswave.models.panel import paired_change, panel_chain
from crosswave.models.wave_trend import trend_over_waves
from crosswave.printed.intervals import percent_interval
from crosswave.reconstruct import Reconstruction
from crosswave.study import Registry
from crosswave.trend.waves import Pair, pair_of, waves_of
from two_shares import newcombe

# A busy machine is no fault of a formula.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")

# --- a census ---------------------------------------------------------------------------------------------------------


def ends(interval: Interval) -> tuple[float, float]:
    return interval.low, interval.high


def test_the_share_of_those_who_answered_is_open_by_rounding_alone() -> None:
    # 50 % of 7 to 9 people: 3.5 of 7 and 4.5 of 9 are no counts of people, 4 of 8 is 50 %.
    wave = CensusWave((0, 9), (7, 9), percent_interval("50", 0))
    assert ends(wave.shares) == (0.5, 0.5)
    # 14.3 % of 7 is one person; 14.3 % of 14, two.
    assert ends(CensusWave((1, 2), (7, 14), percent_interval("14.3", 1)).shares) == (1 / 7, 1 / 7)


def test_a_printed_census_by_hand() -> None:
    # Civil Service People Survey, tools for the job: 63.569 % of 294,905, then 72.420 % of 319,935; half a unit of the
    # last digit is 1.5 people, so that three counts print each figure.
    first = CensusWave((187_467, 187_469), (294_905, 294_905), percent_interval("63.569", 3), 442_207)
    second = CensusWave((231_696, 231_698), (319_935, 319_935), percent_interval("72.420", 3), 485_903)
    found = census_change(first, second)
    assert found.counted.low == pytest.approx(231_696 / 319_935 - 187_469 / 294_905, abs=1e-15)
    assert found.counted.high == pytest.approx(231_698 / 319_935 - 187_467 / 294_905, abs=1e-15)
    assert found.invited and found.gap and found.gap.second
    silent_1, silent_2 = 442_207 - 294_905, 485_903 - 319_935
    assert found.invited.low == pytest.approx(231_696 / 485_903 - (187_469 + silent_1) / 442_207)
    assert found.invited.high == pytest.approx((231_698 + silent_2) / 485_903 - 187_467 / 442_207)
    # 8.85 points among all who answered are nothing if the 34 % silent of the second wave agree 25.9 points less.
    assert found.gap.second == pytest.approx(-found.counted.low / (silent_2 / 485_903))
    assert (found.gap.second, found.gap.both) == (pytest.approx(-0.2591, abs=1e-4), None)


@st.composite
def small_waves(draw: st.DrawFn) -> CensusWave:
    base_low = draw(st.integers(1, 8))
    base_high = draw(st.integers(base_low, 9))
    yes, base = draw(st.integers(0, base_low)), draw(st.integers(base_low, base_high))
    printed = percent_interval(str(round(Fraction(yes, base) * 100)), 0)
    return CensusWave((0, base_high), (base_low, base_high), printed, draw(st.integers(base_high, 12)))


def readings(wave: CensusWave) -> list[tuple[int, int]]:
    """Every count of every base that prints the figure."""
    pairs = ((yes, base) for base in range(wave.base[0], wave.base[1] + 1) for yes in range(base + 1))
    return [(yes, base) for yes, base in pairs if wave.printed.holds(Fraction(yes, base))]


@given(small_waves(), small_waves())
def test_a_change_in_a_census_is_attained_at_both_ends_and_never_left(first: CensusWave, second: CensusWave) -> None:
    found = census_change(first, second)
    counted = [Fraction(b, n) - Fraction(a, m) for a, m in readings(first) for b, n in readings(second)]
    assert ends(found.counted) == pytest.approx((float(min(counted)), float(max(counted))), abs=1e-12)
    truths = [
        {
            (yes + more) / (wave.invited or 1)
            for yes, base in readings(wave)
            for more in range((wave.invited or 1) - base + 1)
        }
        for wave in (first, second)
    ]
    least, most = min(truths[1]) - max(truths[0]), max(truths[1]) - min(truths[0])
    assert found.invited and ends(found.invited) == pytest.approx((least, most), abs=1e-12)


RATES = st.floats(0.05, 1)


@given(st.floats(0, 1), st.floats(0, 1), st.tuples(RATES, RATES))
def test_a_needed_gap_makes_the_change_of_all_nothing(p1: float, p2: float, rates: tuple[float, float]) -> None:
    gap = needed_gap(p1, p2, response_rates=rates)
    ways = ((gap.first, 1, 0), (gap.second, 0, 1), (gap.both, 1, 1), (gap.opposite, 1, -1))
    for size, in_first, in_second in ways:
        if size is None:
            continue
        silent = p1 + in_first * size, p2 + in_second * size
        assert all(-1e-12 <= share <= 1 + 1e-12 for share in silent)
        before, after = (r * p + (1 - r) * q for r, p, q in zip(rates, (p1, p2), silent, strict=True))
        assert after == pytest.approx(before, abs=1e-9)


@given(st.floats(0, 1), st.floats(0, 1), RATES)
def test_a_gap_that_stays_does_nothing_where_as_many_answered(p1: float, p2: float, rate: float) -> None:
    assume(p1 != p2)
    assert needed_gap(p1, p2, response_rates=(rate, rate)).both is None


def test_where_everybody_answered_nothing_undoes_a_change() -> None:
    assert needed_gap(0.4, 0.5, response_rates=(1, 1)) == NeededGap(None, None, None, None)


@given(st.integers(1, 40), st.integers(0, 40), st.integers(2, 60))
def test_a_finite_population_errs_as_the_hypergeometric_law_does(n: int, yes: int, people: int) -> None:
    assume(n < people and yes <= people)
    p = yes / people
    counts = np.arange(n + 1)
    chances = hypergeom(people, yes, n).pmf(counts)
    variance = chances @ (counts / n - p) ** 2
    assert p * (1 - p) / n * finite_population(n, people) == pytest.approx(variance, abs=1e-12)


def test_all_of_a_population_has_no_sampling_error() -> None:
    assert finite_population(80, 80) == finite_population(1, 1) == 0


# --- the same organisations -------------------------------------------------------------------------------------------

# Estates returns of NHS trusts in England, patient records on paper, both, electronic: trusts in both years by answer.
PAPER = {
    "2017-18 to 2018-19": [[14, 17, 1], [5, 172, 2], [0, 1, 5]],
    "2018-19 to 2019-20": [[7, 11, 0], [3, 183, 1], [0, 2, 6]],
    "2019-20 to 2020-21": [[8, 2, 0], [3, 184, 1], [1, 0, 6]],
}
WHOLE = [[9, 20, 1], [3, 163, 2], [0, 2, 4]]


def test_who_left_paper_and_who_came_back_by_hand() -> None:
    # Of 204 trusts 30 had paper alone, 20 of which went to both and 1 to electronic; 3 came: 12 are left.
    found = paired_change(WHOLE, 0)
    assert (found.n, found.before, found.after, found.left, found.came) == (204, 30, 12, (0, 20, 1), (0, 3, 0))
    assert found.difference == -18 / 204
    # 21 of 24 moves one way, or as far the other way: twice (1 + 24 + 276 + 2024) of 2^24.
    assert found.p_value == pytest.approx(2 * (1 + 24 + 276 + 2024) / 2**24)


@pytest.mark.parametrize("table", [*PAPER.values(), WHOLE])
@pytest.mark.parametrize("answer", [0, 1, 2])
def test_the_test_of_a_panel_is_that_of_a_fair_coin(table: list[list[int]], answer: int) -> None:
    found = paired_change(table, answer)
    assert found.p_value == pytest.approx(binomtest(sum(found.left), sum(found.left) + sum(found.came)).pvalue)


def test_the_interval_of_a_panel_is_that_of_r() -> None:
    # R, contingencytables 3.1.0, its own test: Newcombe_square_and_add_CI_paired_2x2(cavo_2012) prints, first less
    # second, "estimate = -0.0621 (95% CI -0.1186 to -0.0046)".
    found = paired_change([[59, 6], [16, 80]], 0)
    assert (found.difference, found.low, found.high) == pytest.approx((0.0621, 0.0046, 0.1186), abs=5e-5)


CELLS = st.lists(st.integers(0, 30), min_size=9, max_size=9).map(lambda cells: np.array(cells).reshape(3, 3))


@given(CELLS, st.integers(0, 2))
def test_time_reversed_turns_a_panel_round(table: Any, answer: int) -> None:
    assume(table.any())
    there, back = paired_change(table, answer), paired_change(table.T, answer)
    assert (back.before, back.after, back.left, back.came) == (there.after, there.before, there.came, there.left)
    assert back.p_value == there.p_value
    assert (back.low, back.high) == pytest.approx((-there.high, -there.low), abs=1e-12)
    assert there.low - 1e-12 <= there.difference <= there.high + 1e-12


def test_a_chain_of_panels_by_hand() -> None:
    chain = panel_chain(list(PAPER.values()), 0)
    assert [(sum(link.left), sum(link.came), link.n) for link in chain.links] == [
        (18, 5, 217),
        (11, 3, 213),
        (2, 4, 205),
    ]
    assert chain.difference == pytest.approx(-13 / 217 - 8 / 213 + 2 / 205)
    p = [link.p_value for link in chain.links]
    assert chain.p_adjusted == pytest.approx((3 * p[0], 2 * p[1], p[2]))


@given(st.lists(st.lists(st.integers(0, 2), min_size=4, max_size=4), min_size=1, max_size=40), st.integers(0, 2))
def test_a_chain_of_one_panel_adds_up_to_the_change_from_first_to_last(paths: list[list[int]], answer: int) -> None:
    def moves(one: int, two: int) -> Any:
        table = np.zeros((3, 3), dtype=int)
        for path in paths:
            table[path[one], path[two]] += 1
        return table

    chain, whole = panel_chain([moves(t, t + 1) for t in range(3)], answer), paired_change(moves(0, 3), answer)
    assert chain.difference == pytest.approx(whole.difference, abs=1e-12)
    assert chain.low <= chain.difference + 1e-12 and chain.difference <= chain.high + 1e-12


# --- several waves of one instrument ----------------------------------------------------------------------------------

# Civil Service People Survey, all who answered: agree in 2015 to 2019, percentages of 279,653 to 308,556 people.
BEFORE_THE_PANDEMIC = {
    "change-for-better": (25.826, 28.024, 29.682, 30.220, 31.506),
    "change-managed-well": (28.666, 30.351, 31.599, 31.841, 33.507),
    "improve-service": (81.409, 81.965, 82.479, 82.064, 82.637),
    "information": (64.793, 65.604, 66.480, 66.895, 67.996),
    "leaders-decisions": (35.072, 38.018, 41.388, 42.268, 44.880),
    "leaders-vision": (39.448, 41.285, 43.050, 43.174, 44.494),
    "learning-access": (61.603, 61.557, 61.879, 62.916, 64.627),
    "learning-helped": (51.864, 52.408, 52.701, 52.747, 53.946),
    "new-ideas": (65.046, 66.155, 68.008, 68.016, 69.183),
    "new-ways": (73.890, 74.270, 75.184, 74.652, 75.123),
    "skills-for-job": (83.925, 84.552, 85.174, 85.518, 86.125),
    "tools": (62.431, 63.119, 63.569, 65.277, 68.023),
}
N = [279_653, 279_708, 294_905, 302_170, 308_556]
# Tools for the job, 2017 to 2020.
TOOLS, ASKED, YEARS = (
    [187_468, 197_248, 209_889, 231_697],
    [294_905, 302_170, 308_556, 319_935],
    [2017, 2018, 2019, 2020],
)


def test_a_straight_line_by_hand() -> None:
    # Logits -log 4, 0, log 4: a line of log 4 a year, and nothing is left.
    found = trend_over_waves([20, 50, 80], [100] * 3, [2017, 2018, 2019])
    for test in (found.counts, found.with_error):
        assert (test.slope, test.departure) == pytest.approx((math.log(4), 0), abs=1e-9)
        assert test.departure_p == pytest.approx(1, abs=1e-4)  # of one degree of freedom: as a square root near nothing
    # Variances 1/20 + 1/80 of the outer logits: their difference is 2 log 4, its variance 1/8.
    assert found.with_error.trend == pytest.approx((2 * math.log(4)) ** 2 / (1 / 8))
    assert [(one.first_year, one.last_year) for one in found.contrasts] == [(2017, 2019)]


def test_the_likelihood_ratios_are_those_of_statsmodels() -> None:
    cells = np.column_stack([TOOLS, np.subtract(ASKED, TOOLS)])
    designs = (np.ones((4, 1)), sm.add_constant(np.arange(4.0)))
    flat, line = (sm.GLM(cells, design, family=sm.families.Binomial()).fit() for design in designs)
    levels = binom.logpmf(TOOLS, ASKED, np.divide(TOOLS, ASKED)).sum()
    found = trend_over_waves(TOOLS, ASKED, YEARS).counts
    assert found.trend == pytest.approx(2 * (line.llf - flat.llf), rel=1e-6)
    assert found.departure == pytest.approx(2 * (levels - line.llf), rel=1e-5)
    assert (found.low, found.high) == pytest.approx(tuple(line.conf_int()[1]), rel=1e-6)
    assert found.departure_p == pytest.approx(chi2.sf(found.departure, 2))


@pytest.mark.parametrize("points", [0.0, 0.6, 1.5])
def test_the_weighted_line_is_that_of_statsmodels(points: float) -> None:
    yes, no = np.array(TOOLS), np.subtract(ASKED, TOOLS)
    weights = 1 / (1 / yes + 1 / no + (points / 25) ** 2)
    y, x = np.log(yes / no), sm.add_constant(np.array(YEARS) - 2018.5)
    flat, line = (sm.WLS(y, design, weights=weights).fit(cov_type="fixed scale") for design in (x[:, :1], x))
    found = trend_over_waves(TOOLS, ASKED, YEARS, total_error=points).with_error
    assert (found.slope, found.departure) == pytest.approx((line.params[1], line.ssr), rel=1e-8)
    assert found.trend == pytest.approx(flat.ssr - line.ssr, rel=1e-8)
    assert (found.low, found.high) == pytest.approx(tuple(line.conf_int()[1]), rel=1e-8)
    assert found.trend_p == pytest.approx(2 * norm.sf(abs(line.tvalues[1])), rel=1e-6)


def test_without_error_the_count_tests_are_near_the_score_test() -> None:
    yes, n, years = [500, 540, 515, 560], [1000, 1010, 990, 1020], [2016, 2017, 2018, 2019]
    x, size, found = np.array(yes), np.array(n), trend_over_waves(yes, n, years)
    centred, share = years - np.average(years, weights=size), x.sum() / size.sum()
    score = (x @ centred) ** 2 / (share * (1 - share) * (size @ centred**2))
    for test in (found.counts, found.with_error):
        assert test.trend == pytest.approx(score, rel=0.01)


def test_with_so_many_answers_only_the_error_tells_a_drift_from_a_trend() -> None:
    found = trend_over_waves(TOOLS, ASKED, YEARS, total_error=1.5)
    assert found.counts.departure_p < 1e-60 and found.with_error.departure_p == pytest.approx(0.522, abs=5e-4)
    before, into = found.contrasts
    assert [(one.first_year, one.last_year) for one in found.contrasts] == [(2017, 2019), (2019, 2020)]
    assert into.p_adjusted == pytest.approx(2 * into.p_value)
    assert before.p_adjusted == pytest.approx(max(before.p_value, 2 * into.p_value))
    shares, middle = np.divide(TOOLS, ASKED), (TOOLS[0] / ASKED[0] + TOOLS[2] / ASKED[2]) / 2
    error = 4 * 0.015 * middle * (1 - middle)
    low, high = newcombe(shares[0], ASKED[0], shares[2], ASKED[2], alpha=0.05, total_error=(error, error))
    assert (before.low, before.high) == pytest.approx((float(low), float(high)))


def test_the_error_of_a_census_is_that_of_its_items_around_straight_lines(registry: Registry) -> None:
    counts = [[round(p / 100 * n) for p, n in zip(row, N, strict=True)] for row in BEFORE_THE_PANDEMIC.values()]
    left = [trend_over_waves(yes, N, range(2015, 2020), total_error=0.6).with_error for yes in counts]
    df = sum(test.departure_df for test in left)
    assert (len(counts), df) == (12, 36)
    spread = 0.6 * math.sqrt(sum(test.departure for test in left) / df)
    assert spread == pytest.approx(0.59, abs=0.02)
    tier = registry.plan.total_error["census"]  # type: ignore[index]
    assert tier.points == round(spread, 1)

    # Mean squares between the waves (3 degrees of freedom) and of the items within them (33), points at one half.
    logits = np.log(np.array(list(BEFORE_THE_PANDEMIC.values())) / (100 - np.array(list(BEFORE_THE_PANDEMIC.values()))))
    years = np.arange(5) - 2.0
    residuals = 25 * (logits - logits.mean(axis=1, keepdims=True) - np.outer(logits @ years / 10, years))
    shared = residuals.mean(axis=0)
    between, within = 12 * (shared**2).sum() / 3, ((residuals - shared) ** 2).sum() / 33
    assert (max(between - within, 0) / 12) ** 0.5 == pytest.approx(0.27, abs=0.005)
    assert within**0.5 == pytest.approx(0.52, abs=0.005)
    parts = (between / 12, 3), (within * 11 / 12, 33)
    df = sum(part for part, _ in parts) ** 2 / sum(part**2 / own for part, own in parts)
    assert tier.df == round(df)


def test_waves_of_a_whole_census_have_its_tier_and_the_rest_of_the_asked(
    registry: Registry, reconstructions: Mapping[str, Reconstruction]
) -> None:
    def pair(construct: str, first: int, last: int) -> Pair:
        waves = waves_of(registry.construct(construct), registry, reconstructions, (first, last))
        return pair_of(waves[0], waves[-1], registry)

    tools, group = pair("civil-service-tools", 2017, 2019), pair("civil-service-digital-tools", 2017, 2019)
    assert (tools.tier, tools.comparability.grade, group.tier) == ("census", "A", "A")
    n = tools.first.counts.base_low or 0
    assert tools.first.design_effect == pytest.approx((442207 - n) / 442206) and group.first.design_effect == 1
    paper = pair("nhs-paper-only-records", 2019, 2020)
    # 205 trusts in both: 10 on paper alone before, 12 after, 2 left it and 4 came back, so that 8 were there twice.
    assert paper.phi == pytest.approx((8 * 205 - 10 * 12) / (10 * 195 * 12 * 193) ** 0.5)
    assert (paper.shared, paper.sized, tools.phi) == (205, True, None)


@st.composite
def series(draw: st.DrawFn) -> tuple[list[int], list[int], list[float]]:
    k = draw(st.integers(3, 6))
    n = draw(st.lists(st.integers(20, 300_000), min_size=k, max_size=k))
    yes = [draw(st.integers(math.ceil(0.1 * one), math.floor(0.9 * one))) for one in n]
    gaps = draw(st.lists(st.floats(0.5, 3), min_size=k, max_size=k))
    return yes, n, (2015 + np.cumsum(gaps)).tolist()


@settings(max_examples=20)
@given(series(), st.floats(0, 5))
def test_the_complement_falls_as_the_answer_rises_and_years_have_no_origin(waves: Any, points: float) -> None:
    yes, n, years = waves
    found = trend_over_waves(yes, n, years, total_error=points, pandemic=2020)
    other = trend_over_waves(np.subtract(n, yes), n, years, total_error=points, pandemic=2020)
    later = trend_over_waves(yes, n, np.add(years, 100), total_error=points, pandemic=2120)
    for one in ("counts", "with_error"):
        this, that, moved = (getattr(each, one) for each in (found, other, later))
        assert (that.slope, that.low, that.high) == pytest.approx(
            (-this.slope, -this.high, -this.low), rel=1e-6, abs=1e-8
        )
        for name in ("slope", "trend", "departure"):
            assert getattr(moved, name) == pytest.approx(getattr(this, name), rel=1e-6, abs=1e-6)
    assert [one.difference for one in other.contrasts] == pytest.approx([-one.difference for one in found.contrasts])


@settings(max_examples=20)
@given(series())
def test_more_error_never_makes_a_departure_larger(waves: Any) -> None:
    left = [trend_over_waves(*waves, total_error=points).with_error for points in (0, 0.5, 2, 50)]
    for less, more in pairwise(left):
        assert more.departure <= less.departure + 1e-9
    assert left[-1].trend_p > 0.01


# --- faults -----------------------------------------------------------------------------------------------------------

FAULTS = {
    "order": (
        lambda: CensusWave((5, 3), (8, 8)),
        "a wave needs 0 <= yes[0] <= yes[1] and 1 <= base[0] <= base[1] <= invited; got yes (5, 3), base (8, 8), "
        "invited None. Check the order of the numbers.",
    ),
    "none": (
        lambda: CensusWave((0, 7), (7, 7), percent_interval("50", 0)),
        "a whole count must print the figure on a base; got none for yes (0, 7) of base (7, 7). "
        "Pass the counts and bases of one figure.",
    ),
    "rate": (
        lambda: needed_gap(0.4, 0.5, response_rates=(0.5, 65)),
        "response_rates must be in (0, 1]; got 65. Divide those who answered by those invited.",
    ),
    "square": (
        lambda: paired_change([[1, 2, 3], [4, 5, 6]], 0),
        "table must have a row and a column for each of two answers or more, and somebody in it; "
        "got shape (2, 3) with 21 organisations. Pass earlier answers as rows.",
    ),
    "shares": (
        lambda: paired_change([[0.5, 0], [0, 0.5]], 0),
        "table must be whole numbers from 0; got 0.5. Pass counts of organisations.",
    ),
    "place": (lambda: paired_change(WHOLE, 3), "answer must be a place from 0 to 2; got 3. Count rows from 0."),
    "chain": (
        lambda: panel_chain([], 0),
        "tables must hold one table or more; got none. Pass one for each wave and the next.",
    ),
    "years": (
        lambda: trend_over_waves([1, 2, 3], [9, 9, 9], [2017, 2017, 2018]),
        "years must rise over 3 waves or more; got [2017.0, 2017.0, 2018.0]. Pass each wave once, in order.",
    ),
    "split": (
        lambda: trend_over_waves([0, 1, 5], [5, 5, 5], [2017, 2018, 2019]),
        "yes must be some and not all of n in two waves or more, else a slope may be without end; "
        "got [0.0, 1.0, 5.0] of [5.0, 5.0, 5.0]. Compare two waves instead.",
    ),
    "error": (
        lambda: trend_over_waves([1, 2, 3], [9, 9, 9], [2017, 2018, 2019], total_error=-1),
        "total_error must be points, 0 or more; got -1. Pass 0 for none.",
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_says_the_rule_what_arrived_and_the_way_out(name: str) -> None:
    call, words = FAULTS[name]
    with pytest.raises(ValueError) as raised:
        call()
    assert str(raised.value) == words
