"""The engine's own error rates: against exact enumeration, against the engine itself, and against what it promises."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from itertools import product
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import expit, logit
from scipy.stats import binom, norm

from crosswave.difference.compare import Criteria
from crosswave.difference.total_error import error_at, pair_error
from crosswave.difference.verdict import DECISIONS
from crosswave.printed.intervals import RationalInterval
from crosswave.reconstruct.single_figures import counts_of
from crosswave.report import calibration as calibration_page
from crosswave.report.render import percent
from crosswave.robustness.calibration import SIZES, World, grid, judge, printed, simulate, world_of
from crosswave.study import Registry
from crosswave.study.models import Plan
from crosswave.trend.change import assess
from crosswave.trend.settings import planned
from crosswave.trend.synthesis import reconstruct_all
from two_shares import newcombe, reach

# A busy machine is no fault of a formula.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")

CRITERIA = Criteria(alpha=0.05, power=0.8, margin=0.05, detectable_limit=0.15)
WORLDS = 20_000
# No rate of this many worlds has a standard error above this; a margin is four of them.
MARGIN = 4 * math.sqrt(0.05 * 0.95 / WORLDS)


def world(**other: Any) -> World:
    usual = {"share": 0.5, "change": 0.0, "n": 500, "true_error": 3.0, "declared": 3.0, "worlds": WORLDS}
    return World(**(usual | {"criteria": CRITERIA} | other))


def run(seed: int = 1, **other: Any) -> Any:
    return simulate(world(**other), np.random.default_rng(seed))


@pytest.fixture(scope="module")
def plan(resolved: Registry) -> Plan:
    return resolved.plan


@pytest.fixture(scope="module")
def small_grid(plan: Plan) -> pd.DataFrame:
    return grid(plan, np.random.default_rng(3), sizes=(100, 1000), worlds=2000)


# What the engine sees


def test_without_errors_a_large_survey_prints_the_truth() -> None:
    found = printed(world(share=0.4, change=0.2, n=10**8, true_error=0.0, worlds=50), np.random.default_rng(1))
    assert found.tolist() == [[40, 60]] * 50


def test_a_total_error_moves_shares_by_as_many_points_at_one_half() -> None:
    # On the logit scale 10 points are 0.4; the standard deviation of 40,000 draws has a standard error of 0.4 %.
    found = printed(world(n=10**8, true_error=10.0), np.random.default_rng(2)) / 100
    assert np.std(logit(found)) == pytest.approx(0.4, rel=0.02)
    assert abs(np.corrcoef(found.T)[0, 1]) < 4 / math.sqrt(WORLDS)


def test_three_answers_of_eight_by_hand() -> None:
    # 38 % of 8 is 3 answers alone, 50 % is 4: one pair of counts, so the interval is Newcombe's of 3/8 and 4/8.
    row = judge([(38, 50)], world(n=8, declared=0.0)).iloc[0]
    low, high = newcombe(3 / 8, 8, 4 / 8, 8, alpha=0.05)
    assert (row["low"], row["high"]) == (float(low), float(high))
    assert row["verdict"] == "uninformative by design"


@pytest.mark.parametrize("df", [5.0, 6.0])
def test_an_error_that_is_estimated_widens_the_interval_by_its_degrees_of_freedom(df: float) -> None:
    error = pair_error(3, 3 / 8, 4 / 8)
    low, high = newcombe(3 / 8, 8, 4 / 8, 8, alpha=0.05, total_error=(error, error), df=df)
    row, known = (judge([(38, 50)], world(n=8, df=each)).iloc[0] for each in (df, math.inf))
    assert (row["low"], row["high"]) == (float(low), float(high))
    assert row["low"] < known["low"] and row["high"] > known["high"]


@given(st.integers(1, 3000), st.data())
def test_the_interval_is_the_widest_over_all_counts_that_print_so(n: int, data: Any) -> None:
    yes = data.draw(st.tuples(st.integers(0, n), st.integers(0, n)))
    pair = [(200 * x + n) // (2 * n) for x in yes]
    shares = []
    for p in pair:
        figure = RationalInterval(max(Fraction(2 * p - 1, 200), Fraction(0)), Fraction(2 * p + 1, 200))
        counts = [x for x in counts_of(figure, n) if x <= n]
        shares.append([min(counts) / n, max(counts) / n])
    first, second = (np.array(each) for each in zip(*product(*shares), strict=True))
    error = pair_error(3, first, second)
    low, high = newcombe(first, n, second, n, alpha=0.05, total_error=(error, error))
    row = judge([pair], world(n=n)).iloc[0]
    assert (row["low"], row["high"]) == pytest.approx((low.min(), high.max()), abs=1e-12)
    assert all(min(each) <= x / n <= max(each) for x, each in zip(yes, shares, strict=True))


@pytest.mark.parametrize("n", [60, 235, 1000])
@pytest.mark.parametrize(("declared", "pair"), list(product([0.0, 1.5, 10.0], [(50, 50), (40, 47), (62, 30), (2, 8)])))
def test_it_says_what_the_engine_says_of_the_same_print(
    registry: Registry,
    make_survey: Callable[..., Any],
    make_construct: Callable[..., Any],
    small_registry: Callable[..., Registry],
    n: int,
    declared: float,
    pair: tuple[int, int],
) -> None:
    surveys = [make_survey(f"a-{year}", year, n, yes=f"{p}%") for year, p in zip((2017, 2019), pair, strict=True)]
    small = small_registry(surveys, [make_construct("c", "a-2017.q.yes", "a-2019.q.yes")])
    options = replace(planned(registry.plan), total_error=declared)
    trend = assess(small.construct("c"), small, reconstruct_all(small), options)
    row = judge([pair], replace(world_of(registry.plan, "A", true_error=0, n=n, change=0), declared=declared)).iloc[0]
    assert trend.comparison is not None and row["verdict"] == trend.verdict
    assert (row["low"], row["high"]) == pytest.approx((trend.comparison.low, trend.comparison.high), abs=1e-12)


@given(st.integers(20, 400), st.floats(0, 12), st.data())
def test_a_fall_is_a_rise_seen_from_behind(n: int, declared: float, data: Any) -> None:
    yes = data.draw(st.tuples(st.integers(0, n), st.integers(0, n)))
    a, b = ((200 * x + n) // (2 * n) for x in yes)
    here, no = (judge([each], world(n=n, declared=declared)).iloc[0] for each in [(a, b), (100 - a, 100 - b)])
    assert (here["low"], here["high"]) == pytest.approx((-no["high"], -no["low"]), abs=1e-12)
    turned = {"rose": "fell", "fell": "rose"}
    assert no["verdict"] == turned.get(here["verdict"], here["verdict"])


# Rates


@pytest.mark.parametrize(("true", "declared", "change"), [(0.0, 0.0, 0.0), (3.0, 3.0, 0.1), (10.0, 3.0, -0.15)])
def test_rates_agree_with_exact_enumeration(true: float, declared: float, change: float) -> None:
    # n = 100, so each count prints as itself. Its probability is the binomial one averaged over the error of the
    # survey, by Gauss-Hermite quadrature with 80 nodes; all 101 * 101 printed pairs are judged.
    nodes, weights = np.polynomial.hermite.hermgauss(80)
    case = world(n=100, true_error=true, declared=declared, change=change)
    moved = expit(logit([[0.5], [0.5 + change]]) + math.sqrt(2) * 0.04 * true * nodes)
    before, after = (binom.pmf(np.arange(101)[:, None], 100, p) @ weights / math.sqrt(math.pi) for p in moved)
    judged = judge(list(product(range(101), repeat=2)), case)
    chance = np.outer(before, after).ravel()
    found = simulate(case, np.random.default_rng(11))
    exact = {
        "coverage": chance[(judged["low"] <= change) & (change <= judged["high"])].sum(),
        "excludes_zero": chance[(judged["low"] > 0) | (judged["high"] < 0)].sum(),
    }
    for name, value in exact.items():
        assert getattr(found, name) == pytest.approx(value, abs=4 * math.sqrt(value * (1 - value) / WORLDS))
    for verdict, rate in found.verdicts.items():
        value = chance[judged["verdict"] == verdict].sum()
        assert rate == pytest.approx(value, abs=4 * math.sqrt(max(value * (1 - value), 1 / WORLDS) / WORLDS))


@pytest.mark.parametrize("n", [100, 235, 500, 1000])
@pytest.mark.parametrize(("share", "points"), list(product([0.5, 0.2], [1.5, 3.0, 10.0, 14.1])))
def test_without_a_change_and_with_its_error_declared_as_it_is_the_engine_keeps_its_promises(
    points: float, share: float, n: int
) -> None:
    found = run(share=share, declared=points, true_error=points, n=n, seed=n)
    assert found.wrong <= 0.05 + MARGIN
    # At its own share each wave would be given a smaller error just because it erred: 93.6 % under 10 points, n = 100.
    assert found.coverage >= 0.95 - MARGIN


@pytest.mark.parametrize("n", [100, 235, 1000])
@pytest.mark.parametrize(
    ("share", "change", "declared"), list(product([0.5, 0.2], [0.05, 0.15], [0.0, 1.5, 3.0, 10.0, 14.1]))
)
def test_an_interval_with_its_error_declared_as_it_is_holds_the_change_in_nineteen_worlds_of_twenty(
    share: float, change: float, declared: float, n: int
) -> None:
    found = run(share=share, change=change, declared=declared, true_error=declared, n=n, seed=n)
    # Newcombe's interval itself covers a little less than it says near n = 100: half a point.
    assert found.coverage >= 0.95 - MARGIN - (0.005 if n == 100 else 0)


@pytest.mark.parametrize(("true", "at_least"), [(6.0, 0.15), (10.0, 0.35)])
def test_three_points_declared_where_more_are_true_break_the_promise(true: float, at_least: float) -> None:
    for n in (500, 1000):
        found = run(true_error=true, n=n, seed=n)
        assert found.wrong > at_least and found.coverage < 1 - at_least


def test_the_larger_the_surveys_the_more_an_error_declared_too_small_shows() -> None:
    rates = [run(true_error=6.0, n=n).excludes_zero for n in (100, 300, 1000, 10_000)]
    assert rates == sorted(rates)


def test_a_change_of_the_smallest_size_that_matters_is_called_none_in_at_most_one_world_of_twenty() -> None:
    for change in (0.05, -0.05):
        found = run(declared=1.5, true_error=1.5, n=5000, change=change)
        assert found.verdicts["no material change"] <= 0.05 + MARGIN
    assert run(declared=1.5, true_error=1.5, n=5000).verdicts["no material change"] > 0.1


def test_a_large_change_is_found_by_a_design_that_can_show_it() -> None:
    assert run(declared=1.5, true_error=1.5, n=1000, change=0.15).right > 0.95
    seeing = run(n=1000, change=0.15)
    assert seeing.right > 0.8
    assert seeing.verdicts["inconclusive"] > 0 and seeing.verdicts["uninformative by design"] == 0


def test_uninformative_by_design_takes_the_place_of_inconclusive_and_of_nothing_else() -> None:
    blind = run(declared=10.0, true_error=10.0, n=1000, change=0.15)
    said = {verdict for verdict, rate in blind.verdicts.items() if rate}
    assert said == {"rose", "fell", "undecided by rounding", "uninformative by design"}
    # By hand: around .575 ten points are 9.8, so the difference has a standard deviation of 14.0 points and 15 of them
    # are 1.07: such a rise shows in 18.7 % of worlds, but for those in which rounding decides.
    deviation = math.sqrt(2 * (float(error_at(10, 0.575)) ** 2 + 0.575 * 0.425 / 1000))
    power = float(norm.sf(norm.isf(0.025) - 0.15 / deviation))
    assert power == pytest.approx(0.187, abs=5e-4)
    assert blind.right - 2 * MARGIN < power < blind.right + blind.verdicts["undecided by rounding"] + 2 * MARGIN
    verdicts = judge([(20, 90), (90, 20), (50, 65)], world(n=1000, declared=10.0))["verdict"].tolist()
    assert verdicts == ["rose", "fell", "uninformative by design"]


def test_a_change_downwards_is_found_as_often_as_one_upwards() -> None:
    up, down = run(change=0.15), run(change=-0.15, seed=2)
    assert down.right == pytest.approx(up.right, abs=4 * math.sqrt(2) * up.standard_error(0.5))
    assert down.right == down.verdicts["fell"] and up.wrong == up.verdicts["fell"]


def test_the_planned_power_is_reached_but_for_what_rounding_takes() -> None:
    t = float(error_at(3, 0.5))
    for n in (500, 5000):
        change = reach(0.5, (n, n), total_error=(t, t)).detectable_rise
        found = run(n=n, change=change)
        # The true share after is away from one half, where the error is a little smaller than planned.
        assert found.right + found.verdicts["undecided by rounding"] > 0.8 - MARGIN
        assert 0.7 < found.right < 0.83


@given(st.floats(0.05, 0.95), st.floats(-0.04, 0.04), st.integers(5, 2000), st.floats(0, 12), st.integers(0, 2**32 - 1))
@settings(max_examples=40)
def test_rates_are_shares_of_the_same_worlds(share: float, change: float, n: int, error: float, seed: int) -> None:
    case = world(share=share, change=change, n=n, true_error=error, worlds=200)
    found, again = (simulate(case, np.random.default_rng(seed)) for _ in range(2))
    assert found == again and list(found.verdicts) == list(DECISIONS)
    assert sum(found.verdicts.values()) == pytest.approx(1)
    assert found.right + found.wrong <= found.excludes_zero + 1e-12
    assert all(0 <= rate <= 1 for rate in (found.coverage, found.excludes_zero))
    if change == 0:
        assert found.coverage == pytest.approx(1 - found.excludes_zero)


def test_the_standard_error_by_hand() -> None:
    found = run(worlds=100)
    assert found.standard_error(0.5) == pytest.approx(0.05) and found.standard_error(0.0) == 0


def test_worlds_that_cannot_be_are_told_with_the_way_out(registry: Registry) -> None:
    with pytest.raises(ValueError, match=r"share 0.9 and share \+ change 1.05 must lie between 0 and 1. Take"):
        world(share=0.9, change=0.15)
    with pytest.raises(ValueError, match=r"n must be 1 or more; got 0.*worlds must be 1 or more; got -1"):
        world(n=0, worlds=-1)
    with pytest.raises(ValueError, match=r"true_error must be 0 points or more; got nan"):
        world(true_error=math.nan)
    with pytest.raises(ValueError, match=r"pairs must be percentages that counts of n can print; got 9 % of 60. Leave"):
        judge([(2, 9)], world(n=60))
    with pytest.raises(
        ValueError, match=r"tier must be one of census, A, B1, H, B2, B3; got 'C'. Choose a tier of plan.yaml."
    ):
        world_of(registry.plan, "C", true_error=3, n=100, change=0)


def test_a_world_takes_tier_and_rules_from_the_plan(plan: Plan, registry: Registry) -> None:
    case = world_of(plan, "B1", true_error=6, n=100, change=15)
    assert case.declared == plan.total_error["B1"].points and case.change == 0.15
    assert case.df == math.inf, "a declared error is taken as known"
    estimated = world_of(plan, "H", true_error=6, n=100, change=15)
    assert (estimated.declared, estimated.df) == plan.total_error["H"].error and estimated.df < 10
    assert case.criteria.alpha == plan.alpha.value
    assert case.criteria.detectable_limit == plan.detectable_limit.value / 100
    with pytest.raises(ValueError, match=r"must be a number here; plan.yaml says estimated"):
        world_of(registry.plan, "B2", true_error=6, n=100, change=15)


# The grid, and what is shown of it


def test_the_grid_tries_every_tier_with_its_own_error_twice_that_and_the_next(
    plan: Plan, small_grid: pd.DataFrame
) -> None:
    points = [tier.number for tier in plan.total_error.values()]
    for own, after in zip(points, [*points[1:], None], strict=True):
        tried = set(small_grid.loc[small_grid["declared"] == own, "true_error"])
        assert tried == {own, 2 * own} | ({after} if after else set())
    assert set(small_grid["change"]) == {0.0, 0.15} and set(small_grid["n"]) == {100, 1000}
    assert not small_grid.duplicated(["tier", "true_error", "n", "change"]).any()
    assert small_grid[list(DECISIONS)].sum(axis=1).to_numpy() == pytest.approx(1)
    high = grid(plan, np.random.default_rng(1), share=0.9, sizes=(100,), worlds=10)
    assert set(high["change"]) == {0.0, -0.15} and len(SIZES) > 2


def test_the_tables_hold_every_case_once(plan: Plan, small_grid: pd.DataFrame) -> None:
    still, changed = calibration_page.alarms_table(small_grid), calibration_page.power_table(small_grid)
    assert len(still) + len(changed) == len(small_grid)
    after = plan.total_error["H"].number
    cases = small_grid[(small_grid["tier"] == "B1") & (small_grid["change"] == 0)]
    row = cases[(cases["true_error"] == after) & (cases["n"] == 1000)].squeeze()
    shown = still[(still["Error true, points"] == f"{after:g}") & (still["Error declared, points"] == "3")].iloc[1]
    assert shown["n of each"] == "1,000"
    assert shown["Interval excludes no change, %"] == percent(row["excludes_zero"])
    rate = row["excludes_zero"]
    assert shown["Standard error, points"] == f"{100 * math.sqrt(rate * (1 - rate) / 2000):.2f}"


def test_the_table_of_a_world_names_its_truth_and_its_rates() -> None:
    found = run(change=0.15, true_error=6.0)
    values = calibration_page.world_table(found.world)["Value"].tolist()
    assert values[:5] == ["50.0", "65.0", "500", "6", "3"]
    rates = calibration_page.rates_table(found)
    assert rates.iloc[0].tolist()[:2] == ["the interval holds the true change", percent(found.coverage)]
    assert len(rates) == 2 + sum(rate > 0 for rate in found.verdicts.values())


def courses(panel: Any) -> list[Any]:
    return [line for line in panel.lines if len(line.get_ydata()) > 1]


def lines(figure: Any) -> list[list[float]]:
    return [[float(y) for y in line.get_ydata()] for panel in figure.axes for line in courses(panel)]


def test_every_line_of_the_chart_is_a_tier_with_a_true_error_and_none_is_told_by_colour_alone(
    small_grid: pd.DataFrame,
) -> None:
    figure = calibration_page.calibration_chart(small_grid, alpha=0.05)
    still = small_grid[small_grid["change"] == 0]
    expected = [(100 * rows["excludes_zero"]).tolist() for _, rows in still.groupby(["tier", "true_error"], sort=False)]
    assert figure is not None and [line for line in lines(figure) if line != [5.0, 5.0]] == expected
    panels = figure.axes
    assert len(panels) == small_grid["tier"].nunique()
    for panel in panels:
        drawn = [line for line in courses(panel) if list(line.get_ydata()) != [5.0, 5.0]]
        markers = {line.get_marker() for line in panel.lines if len(line.get_ydata()) == 1}
        assert len({line.get_linestyle() for line in drawn}) == len(markers) == len(drawn)
        assert len([text for text in panel.texts if text.get_text().startswith("true ")]) == len(drawn)
    assert calibration_page.calibration_chart(small_grid[small_grid["change"] != 0], alpha=0.05) is None


def test_the_words_of_the_chart_give_every_rate(small_grid: pd.DataFrame) -> None:
    alt = calibration_page.calibration_alt(small_grid)
    still = small_grid[small_grid["change"] == 0]
    assert all(f"{100 * row.excludes_zero:.1f}% at n {row.n:,}" in alt for row in still.itertuples())
    assert calibration_page.calibration_alt(small_grid[small_grid["change"] != 0]).startswith("No chart: ")


def test_the_answer_gives_the_rates_and_says_when_the_promise_is_broken() -> None:
    kept, broken = run(), run(true_error=10.0)
    said = [" ".join(calibration_page.calibration_answer(found, "B1")) for found in (kept, broken)]
    assert f"a false alarm, in {percent(kept.wrong)}%" in said[0] and "in keeping with the promise of 95%" in said[0]
    assert f"holds the true change in {percent(broken.coverage)}%" in said[1] and "breaks the promise" in said[1]
    found = run(change=-0.15)
    assert (
        f"The answer “fell” is given in {percent(found.right)}%" in calibration_page.calibration_answer(found, "B1")[1]
    )


def test_the_checks_name_the_worst_case_of_each_tier(plan: Plan, small_grid: pd.DataFrame) -> None:
    said = calibration_page.calibration_checks(small_grid, alpha=0.05)
    after = plan.total_error["H"].number
    damage = small_grid[
        (small_grid["change"] == 0) & (small_grid["declared"] == 3) & (small_grid["true_error"] == after)
    ]
    assert len(damage) == 2
    words = f"3 points declared where {after:g} are true and nothing changed: the interval excludes no change in up to"
    assert any(f"{words} {percent(damage['excludes_zero'].max())}%" in sentence for sentence in said)
    for tier in ("H", "B2", "B3"):
        own = small_grid[(small_grid["tier"] == tier) & (small_grid["true_error"] == plan.total_error[tier].number)]
        found = own.loc[own["right"].idxmax()]
        assert found["right"] < 0.1, "a change of 15 points is too small for these tiers"
        words = f"Grade {tier} finds a change of 15.0 points in up to {percent(found['right'])}% of worlds"
        assert any(s.startswith(f"{words} (n {found['n']:,})") for s in said)
    never = calibration_page.calibration_checks(small_grid.assign(right=0.0), alpha=0.05)
    assert any(s.startswith("Grade B2 never finds a change of 15.0 points") for s in never)
    # Twice its own error for each of six tiers, the next tier's for four (twice A is B1, B3 has none), six powers.
    assert sum(s.startswith("Grade ") for s in said) == 6 + 4 + 6
    assert calibration_page.calibration_caveats(world())


def test_the_grid_is_the_same_for_the_same_source_of_chance(plan: Plan) -> None:
    alone, again = (grid(plan, np.random.default_rng(5), sizes=(100,), worlds=60) for _ in range(2))
    pd.testing.assert_frame_equal(again, alone)
    other = grid(plan, np.random.default_rng(6), sizes=(100,), worlds=60)
    assert not other["coverage"].equals(alone["coverage"])
