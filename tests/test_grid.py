"""The readings that stand for all: against every feasible pair of counts, and with respondents in common."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from fractions import Fraction
from itertools import product
from math import ceil, floor
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from crosswave.difference.correlation import shared_correlation
from crosswave.difference.feasible import FeasibleShare, SharePair
from crosswave.difference.readings import Readings, stacked
from crosswave.difference.total_error import pair_error
from crosswave.difference.verdict import outcomes
from crosswave.reconstruct import FindingCounts
from crosswave.trend.change import assess
from crosswave.trend.settings import Settings
from crosswave.trend.synthesis import reconstruct_all
from crosswave.trend.waves import Pair, pairs_of, waves_of
from two_shares import by_p, newcombe, p_value, tost_p

# A busy machine is no fault of a formula.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")

PLAIN = Settings(alpha=0.05, design_effect=1, total_error=0.0, smallest_change=5, from_year=2017, to_year=2020)
Make = Callable[..., Any]


@pytest.fixture(scope="module")
def pair(make_survey: Make, make_construct: Make, small_registry: Make) -> Callable[..., Pair]:
    """Two waves, 2017 and 2019, printed so on so many people."""

    def make(first: tuple[str, Any], second: tuple[str, Any], *, more: Any = None) -> Pair:
        surveys = [
            make_survey(f"w-{year}", year, n, yes=text, more=more if year == 2017 else None)
            for year, (text, n) in ((2017, first), (2019, second))
        ]
        construct = make_construct("c", "w-2017.q.yes", "w-2019.q.yes")
        small = small_registry(surveys, [construct])
        [found] = pairs_of(construct, waves_of(construct, small, reconstruct_all(small), (1990, 2100)), small)
        return found  # type: ignore[no-any-return]

    return make


def readings_of(pair: SharePair) -> Readings:
    return stacked([pair], [0.0], [float("inf")])


def rows(grid: Readings) -> set[tuple[float, ...]]:
    """Shares and sizes of a grid, without repeats."""
    return set(zip(grid.share_1.tolist(), grid.n_1.tolist(), grid.share_2.tolist(), grid.n_2.tolist(), strict=True))


def test_extremes_and_the_pair_nearest_to_none_by_hand(pair: Make) -> None:
    """30 % of 10 is 3 people; 31 % of 58 is 18, 31 % of 61 is 19: no ranges cross, so extremes are all."""
    assert rows(readings_of(pair(("30%", 10), ("31%", 58)))) == {(0.3, 10, 18 / 58, 58)}
    # 33 % of 358 is 117 to 119 and of 789 is 257 to 264: 118/358 = 0.32961 has 260/789 = 0.32953 beside it.
    found = rows(readings_of(pair(("33%", 358), ("33%", 789))))
    assert found >= set(product((117 / 358, 119 / 358), (358.0,), (257 / 789, 264 / 789), (789.0,)))
    assert (118 / 358, 358, 260 / 789, 789) in found


def test_an_outcome_that_no_extreme_has_is_found_in_between(
    make_survey: Make, make_construct: Make, small_registry: Make
) -> None:
    surveys = [make_survey("w-2017", 2017, 358, yes="33%"), make_survey("w-2019", 2019, 789, yes="33%")]
    construct = make_construct("c", "w-2017.q.yes", "w-2019.q.yes")
    small = small_registry(surveys, [construct])
    found = assess(construct, small, reconstruct_all(small), PLAIN)
    assert found.comparison is not None
    assert set(found.comparison.outcomes) == {"inconclusive", "no material change"}
    assert found.verdict == "undecided by rounding"


# --- against every feasible pair ----------------------------------------------------------------------------------


def listed(counts: Mapping[int, list[int]]) -> FeasibleShare:
    """A share that admits these counts on each base and no others."""
    ends = [(n, yes) for n, all_ in counts.items() for yes in sorted({min(all_), max(all_)})]
    values = tuple(sorted({yes for all_ in counts.values() for yes in all_}))
    feasible = FindingCounts(
        "", "consistent", Fraction(0), Fraction(1), values[0], values[-1], min(counts), max(counts),
        tuple(sorted(counts)), values, False, None, None, "",
    )  # fmt: skip
    sizes = np.array([n for n, _ in ends], dtype=float)
    return FeasibleShare(feasible, np.array([yes / n for n, yes in ends]), sizes)


def printing(percent: int, n: int) -> list[int]:
    half = Fraction(1, 200)
    return list(
        range(max(ceil((Fraction(percent, 100) - half) * n), 0), floor((Fraction(percent, 100) + half) * n) + 1)
    )


WAVES = st.builds(
    lambda percent, n, span: {size: printing(percent, size) for size in range(n, n + span) if printing(percent, size)},
    st.integers(25, 40), st.integers(60, 900), st.integers(1, 3),
).filter(bool)  # fmt: skip


def judged(four: Any, points: float) -> tuple[Any, Any, Any]:
    p_1, _, p_2, _ = four
    error = pair_error(points, p_1, p_2)
    p = p_value(*four, total_error=(error, error))
    return p_2 - p_1, p, tost_p(*four, margin=0.05, total_error=(error, error))


@settings(max_examples=150)
@given(one=WAVES, two=WAVES, points=st.sampled_from([0.0, 0.5, 1.0, 1.5, 3.0, 14.1]))
def test_what_the_readings_agree_on_holds_for_every_feasible_pair(
    one: dict[int, list[int]], two: dict[int, list[int]], points: float
) -> None:
    pair = SharePair(listed(one), listed(two))
    grid = readings_of(pair)
    some = judged((grid.share_1, grid.n_1, grid.share_2, grid.n_2), points)
    each = [(x / n, n, y / m, m) for n, xs in one.items() for x in xs for m, ys in two.items() for y in ys]
    every = judged(np.array(each, dtype=float).T, points)
    # Which of two pairs next to none is the more equivalent is a matter of hairs.
    assume(min(np.abs(every[1] - 0.05).min(), np.abs(every[2] - 0.05).min()) > 1e-3)
    ours, all_ = outcomes(*by_p(*some, 0.05)), outcomes(*by_p(*every, 0.05))
    assert set(ours) <= set(all_)
    assert (len(ours) == 1) == (len(all_) == 1)
    assert np.abs(some[0]).min() == pytest.approx(np.abs(every[0]).min(), abs=1e-15)


@given(one=WAVES, two=WAVES)
def test_exchanging_the_waves_exchanges_the_readings(one: dict[int, list[int]], two: dict[int, list[int]]) -> None:
    first, second = listed(one), listed(two)
    forth = readings_of(SharePair(first, second))
    back = readings_of(SharePair(second, first))
    assert {(c, d, a, b) for a, b, c, d in rows(back)} == rows(forth)


def test_a_hole_between_counts_is_not_filled() -> None:
    """10 or 30 of 100 against 20 of 100: nobody said 20, so 10 points are the least."""
    gap = readings_of(SharePair(listed({100: [10, 30]}), listed({100: [20]})))
    assert np.abs(gap.difference).min() == pytest.approx(0.1)


def test_an_end_that_a_hole_hides_is_looked_at_all_the_same(
    make_survey: Make, make_construct: Make, small_registry: Make
) -> None:
    """59, 11 and 31 % of 111 to 114 people, who gave one answer each: 65 of 111 or 67 of 114.

    Alone 66 of 111 prints 59 % too, so it is an extreme, and 59.5 % of 10,000 reaches down to it: 5,946 is nearest.
    """
    sizes = {"kind": "derived", "low": 111, "high": 114, "how": "h"}
    asks = {"response": "single", "exhaustive": True}
    surveys = [
        make_survey("w-2017", 2017, sizes, yes="59%", no="11%", other="31%", asks=asks),
        make_survey("w-2019", 2019, 10_000, yes="59.5%"),
    ]
    construct = make_construct("c", "w-2017.q.yes", "w-2019.q.yes")
    small = small_registry(surveys, [construct])
    waves = waves_of(construct, small, reconstruct_all(small), (1990, 2100))
    assert (waves[0].counts.values, (66 / 111) in waves[0].shares) == ((65, 67), True)
    [found] = pairs_of(construct, waves, small)
    grid = readings_of(found)
    assert (66 / 111, 111, 5_946 / 10_000, 10_000) in rows(grid)
    assert np.abs(grid.difference).min() == pytest.approx(abs(66 / 111 - 0.5946), abs=1e-12)


def test_a_reversed_answer_has_the_complements_of_its_counts() -> None:
    plain, other = listed({100: [10, 30]}), listed({100: [60, 90]})
    turned = replace(plain, reversed=True, shares=1 - plain.shares)
    grid = readings_of(SharePair(turned, other))
    assert (0.9, 100, 0.9, 100) in {tuple(np.round(row, 12)) for row in rows(grid)}
    assert set(np.round(grid.share_1, 12)) == {0.7, 0.9}


def test_without_a_printed_n_two_equal_percentages_may_be_one_share(pair: Make) -> None:
    grid = readings_of(pair(("40%", None), ("41%", None)))
    assert np.abs(grid.difference).min() == 0  # 40.5 %
    sizes = set(zip(grid.n_1[grid.difference == 0], grid.n_2[grid.difference == 0], strict=True))
    assert len(sizes) == len(set(grid.n_1)) * len(set(grid.n_2))


# --- respondents in common ----------------------------------------------------------------------------------------


def shared(number: int | None) -> dict[str, Any]:
    return {"overlaps": [{"survey": "w-2019", "how": "the same people", **({"shared": number} if number else {})}]}


@pytest.mark.parametrize("number", [None, 60, 100])
def test_every_reading_stands_with_the_least_and_the_greatest_correlation(
    make_survey: Make, make_construct: Make, small_registry: Make, number: int | None
) -> None:
    """The same range of p as the comparison of two overlapping waves gives; 40 of 100, then 55 of 100."""
    surveys = [
        make_survey("w-2017", 2017, 100, yes="40%", more=shared(number)),
        make_survey("w-2019", 2019, 100, yes="55%"),
    ]
    construct = make_construct("c", "w-2017.q.yes", "w-2019.q.yes")
    small = small_registry(surveys, [construct])
    found = assess(construct, small, reconstruct_all(small), PLAIN)
    ends = np.array(shared_correlation(0.40, 100, 0.55, 100, shared=number))
    p = p_value(0.40, 100, 0.55, 100, correlation=ends)
    low, high = newcombe(0.40, 100, 0.55, 100, alpha=0.05, correlation=ends)
    c = found.comparison
    assert c is not None
    assert (c.p_low, c.p_high) == pytest.approx((min(p), max(p)))
    assert (c.low, c.high) == pytest.approx((min(low), max(high)))
    assert c.p_value == pytest.approx(max(p))
    assert set(c.outcomes) == {"rose", "inconclusive"}
    # That how answers are tied decides is a number that nobody prints.
    assert found.verdict == "not testable"


def test_a_change_that_every_dependence_shows_is_one(
    make_survey: Make, make_construct: Make, small_registry: Make
) -> None:
    surveys = [
        make_survey("w-2017", 2017, 500, yes="20%", more=shared(None)),
        make_survey("w-2019", 2019, 500, yes="70%"),
    ]
    construct = make_construct("c", "w-2017.q.yes", "w-2019.q.yes")
    small = small_registry(surveys, [construct])
    assert assess(construct, small, reconstruct_all(small), PLAIN).verdict == "rose"


def test_more_in_common_than_a_base_has_is_all_of_it(pair: Make) -> None:
    many, all_ = (readings_of(pair(("40%", 100), ("55%", 80), more=shared(k))) for k in (90, 80))
    assert many.correlation.tolist() == all_.correlation.tolist()
    assert many.correlation.min() < 0 < many.correlation.max()


def test_waves_with_nobody_in_common_are_independent(pair: Make) -> None:
    assert set(readings_of(pair(("40%", 100), ("55%", 80))).correlation) == {0.0}
