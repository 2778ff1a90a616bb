"""The decision rule on thousands of random comparisons: evidence first, and no difference which figure comes first."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from crosswave.difference.compare import Comparison
from crosswave.difference.verdict import SHOWN, Evidence, decide
from crosswave.robustness.verdict import robustness_of_all
from crosswave.study import Registry
from crosswave.trend.settings import Settings, planned
from made_pairs import counts_of, made_pair
from two_shares import compare_all

pytestmark = pytest.mark.thorough

DRAWS = 600
TIERS = ("A", "B1", "H", "B2", "B3")
MIRROR = {"rose": "fell", "fell": "rose"}


@pytest.fixture(scope="module")
def estimated(resolved: Registry) -> Registry:
    return resolved


@pytest.fixture(scope="module")
def settings(estimated: Registry) -> Settings:
    return planned(estimated.plan)


@pytest.fixture(scope="module")
def drawn() -> list[tuple[tuple[int, int], tuple[int, int]]]:
    """Shares of 1 to 99 % of 100 to 3,000 people, each pair drawn once for all tiers."""
    rng = np.random.default_rng(17)

    def figure() -> tuple[int, int]:
        return int(rng.integers(1, 100)), int(rng.integers(100, 3001))

    found = ((figure(), figure()) for _ in range(2 * DRAWS))
    return [pair for pair in found if all(counts_of(*one) for one in pair)][:DRAWS]


@pytest.fixture(scope="module")
def both_ways(
    drawn: list[tuple[tuple[int, int], tuple[int, int]]], estimated: Registry, settings: Settings
) -> tuple[list[Comparison], list[Comparison]]:
    forth = [made_pair(one, two, tier) for tier in TIERS for one, two in drawn]
    back = [made_pair(two, one, tier) for tier in TIERS for one, two in drawn]
    return compare_all(forth, settings, estimated.plan), compare_all(back, settings, estimated.plan)


def verdict(one: Comparison) -> str:
    return decide(Evidence(compared=True, informative=one.informative, outcomes=one.outcomes))


def test_no_change_that_every_feasible_count_shows_is_hidden(
    both_ways: tuple[list[Comparison], list[Comparison]], settings: Settings
) -> None:
    """A low power explains why nothing shows; it takes nothing from what does."""
    forth, _ = both_ways
    shown = [one for one in forth if one.p_high < settings.alpha]
    assert len(shown) > DRAWS
    assert {verdict(one) for one in shown} <= {"rose", "fell", "changed, immaterially"}
    blind = [one for one in shown if not one.informative]
    assert len(blind) > DRAWS / 10  # such that a gate before the test would have hidden
    assert {verdict(one) for one in forth if verdict(one) == "uninformative by design"} == {"uninformative by design"}


def test_uninformative_takes_the_place_of_inconclusive_alone(
    both_ways: tuple[list[Comparison], list[Comparison]],
) -> None:
    for one in both_ways[0]:
        with_power = decide(Evidence(compared=True, informative=True, outcomes=one.outcomes))
        assert verdict(one) == with_power or (verdict(one), with_power) == ("uninformative by design", "inconclusive")


def test_exchanging_the_figures_mirrors_everything(both_ways: tuple[list[Comparison], list[Comparison]]) -> None:
    for one, other in zip(*both_ways, strict=True):
        assert verdict(other) == MIRROR.get(verdict(one), verdict(one))
        assert (other.informative, other.reach.equivalence_attainable) == (
            one.informative,
            one.reach.equivalence_attainable,
        )
        reach, back = one.reach, other.reach
        assert (back.critical_rise, back.critical_fall) == (reach.critical_fall, reach.critical_rise)
        assert (back.detectable_rise, back.detectable_fall) == (reach.detectable_fall, reach.detectable_rise)
        assert back.smallest_margin == pytest.approx(reach.smallest_margin, abs=1e-12)
        mirrored = (-other.difference, -other.high, -other.low, other.p_low, other.p_high, other.p_value)
        own = (one.difference, one.low, one.high, one.p_low, one.p_high, one.p_value)
        assert mirrored == pytest.approx(own, abs=1e-12)


def test_exchanging_the_figures_mirrors_the_tipping_points(
    both_ways: tuple[list[Comparison], list[Comparison]], settings: Settings, estimated: Registry
) -> None:
    rules = settings.criteria(estimated.plan), estimated.plan.robustness
    forth, back = (robustness_of_all(every[::7], *rules) for every in both_ways)
    for one, other in zip(forth, back, strict=True):
        for name in ("design_effect", "less_design_effect", "total_error", "less_total_error"):
            tip, mirrored = getattr(one, name), getattr(other, name)
            assert mirrored.value == (None if tip.value is None else pytest.approx(tip.value, rel=1e-6, abs=1e-6))
            assert mirrored.verdict == MIRROR.get(tip.verdict or "", tip.verdict)
        if one.bias.value is not None and one.verdict in MIRROR:
            assert other.bias.value == pytest.approx(-one.bias.value, abs=1e-6)


def test_a_tipping_point_of_a_change_is_where_its_evidence_ends(
    both_ways: tuple[list[Comparison], list[Comparison]], settings: Settings, estimated: Registry
) -> None:
    """Just before it every count still shows the change; just beyond it one does not."""
    plan = estimated.plan
    tested = [one for one in both_ways[0] if verdict(one) in MIRROR and one.pair.tier in ("A", "B1")]
    held = robustness_of_all(tested[::40], settings.criteria(plan), plan.robustness)
    for one, robustness in zip(tested[::40], held, strict=True):
        tip = robustness.total_error
        if tip.value is None or tip.verdict in SHOWN:
            continue
        near = [replace(settings, total_error=tip.value + step) for step in (-1e-4, 1e-4)]
        before, beyond = (compare_all([one.pair], setting, plan)[0].p_high for setting in near)
        assert before < settings.alpha <= beyond


def test_the_difference_is_one_that_counts_can_have(both_ways: tuple[list[Comparison], list[Comparison]]) -> None:
    for one in both_ways[0][:DRAWS]:
        first, second = one.pair.first.counts, one.pair.second.counts
        possible = [y / second.base_high - x / first.base_high for x in first.values for y in second.values]  # type: ignore[operator]
        assert min(abs(one.difference - d) for d in possible) < 1e-12
        assert one.low <= one.difference <= one.high


@pytest.mark.parametrize(
    ("first", "second", "points"),
    [((0, 50), (10, 50), 10.0), ((100, 60), (95, 60), -5.0), ((0, 3), (100, 3), 100.0), ((0, 100), (100, 100), 100.0)],
)
def test_nothing_and_everybody_are_whole_numbers(
    first: tuple[int, int], second: tuple[int, int], points: float, estimated: Registry, settings: Settings
) -> None:
    """0 % of 50 is nobody and not a quarter of a per cent."""
    pair = made_pair(first, second, "A")
    (found,) = compare_all([pair], settings, estimated.plan)
    assert 100 * found.difference == pytest.approx(points, abs=1e-12)


def test_an_estimated_error_asks_more_than_a_declared_one(estimated: Registry, settings: Settings) -> None:
    """Student's quantile on the degrees of freedom of the estimate, in interval, p and power."""
    pair = made_pair((40, 1000), (70, 1000), "B2")
    (student,) = compare_all([pair], settings, estimated.plan)
    known = replace(settings, total_error=student.points)
    (normal,) = compare_all([pair], known, estimated.plan)
    assert math.isfinite(student.df) and normal.df == math.inf
    assert student.high - student.low > normal.high - normal.low
    assert student.p_high > normal.p_high
    assert student.reach.detectable_rise > normal.reach.detectable_rise
