"""How many people a survey without an n must have asked: by plain search, and as the page says it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import pytest

from crosswave.difference.total_error import pair_error
from crosswave.reconstruct import Reconstruction
from crosswave.study import Registry
from crosswave.study.models import Construct, Plan, Survey
from crosswave.study.models.plan import LowestN
from crosswave.trend.break_even import BreakEven, break_even, break_even_of
from crosswave.trend.change import Trend, assess
from crosswave.trend.settings import Settings, planned
from crosswave.trend.synthesis import assess_all, reconstruct_all
from crosswave.trend.waves import Pair
from two_shares import p_value

SETTINGS = Settings(alpha=0.05, design_effect=1, total_error=None, smallest_change=5, from_year=2017, to_year=2020)


@pytest.fixture(scope="module")
def trend(
    make_survey: Callable[..., Survey],
    make_construct: Callable[..., Construct],
    small_registry: Callable[..., Registry],
    resolved: Registry,
) -> Callable[..., Trend]:
    plan = resolved.plan

    def make(first: str, second: str, n: int | None = None, **more: object) -> Trend:
        series = {"more": {"series": "s"}}
        surveys = [
            make_survey("w-2017", 2017, None, yes=first, **series),
            make_survey("w-2019", 2019, n, yes=second, **series),
        ]
        construct = make_construct("c", "w-2017.q.yes", "w-2019.q.yes")
        small = replace(small_registry(surveys, [construct]), plan=plan.model_copy(update=more))
        return assess(construct, small, reconstruct_all(small), SETTINGS)

    return make


def _break_even(pair: Pair, settings: Settings, plan: Plan, *, counted: int = 1) -> BreakEven | None:
    error, largest = settings.error(plan, pair.tier), int(plan.n_largest.value)
    return break_even(pair, error, settings.criteria(plan), largest=largest, counted=counted)


def worst_p(first: int, second: int, n: int) -> float:
    """The largest p of a rise between two rounded percentages of n people each, with 1.5 points of error."""
    low, high = first / 100 + 0.005, second / 100 - 0.005
    error = pair_error(1.5, low, high)
    return float(p_value(low, n, high, n, total_error=(error, error)))


@pytest.mark.parametrize(("first", "second"), [(51, 82), (27, 57), (40, 55), (10, 30), (60, 70)])
def test_it_is_the_first_n_from_which_on_every_reading_shows_the_change(
    trend: Callable[..., Trend], first: int, second: int
) -> None:
    found = break_even_of(trend(f"{first}%", f"{second}%"))
    assert found is not None
    assert (found.verdict, found.both) == ("rose", True)
    expected = next(n for n in range(1, 5001) if all(worst_p(first, second, m) < 0.05 for m in range(n, n + 40)))
    assert found.n == expected


@pytest.mark.thorough
def test_the_series_of_nhs_leaders_needs_few_people(
    resolved: Registry, reconstructions: Mapping[str, Reconstruction]
) -> None:
    """51 then 82 %: 20 people in each survey, 34 where five such comparisons count."""
    plan = resolved.plan
    trends = assess_all(resolved, reconstructions, planned(plan))
    expected = {
        "nhs-interoperability": (20, 34, "rose"),
        "nhs-outlook-positive": (27, 48, "rose"),
        "nhs-outlook-negative": (9, 15, "fell"),
        "nhs-no-cloud": (70, 124, "fell"),
    }
    for name, (alone, among_five, verdict) in expected.items():
        comparison = trends[name].comparison
        assert comparison is not None
        found = [_break_even(comparison.pair, planned(plan), plan, counted=k) for k in (1, 5)]
        assert [one and (one.n, one.verdict) for one in found] == [(alone, verdict), (among_five, verdict)]
    half = trends["goss-half-online"].comparison
    assert half is not None and _break_even(half.pair, planned(plan), plan) is None


def test_the_n_of_one_survey_alone_is_asked_where_the_other_prints_its_own(trend: Callable[..., Trend]) -> None:
    found = break_even_of(trend("30%", "60%", 400))
    assert found is not None
    assert (found.both, found.survey_id, found.verdict) == (False, "w-2017", "rose")
    assert found.condition == f"if w-2017 had at least {found.n} people"


def test_no_number_of_people_shows_what_rounding_or_error_hides(trend: Callable[..., Trend]) -> None:
    assert break_even_of(trend("50%", "52%")) is None


def test_the_plan_may_say_how_many_a_series_had_at_least(trend: Callable[..., Trend]) -> None:
    """51 then 82 % depends on n; with 40 people at least in each wave of the series it does not."""
    assert trend("51%", "82%").verdict == "not testable"
    lowest = (LowestN(series="s", n=40, reason="a reason"), LowestN(series="other", n=4000, reason="a reason"))
    said = trend("51%", "82%", lowest_n=lowest)
    assert said.verdict == "rose" and said.comparison is not None
    assert all(40 <= end.sizes.min() < 50 for end in (said.comparison.pair.first, said.comparison.pair.second))
    assert min(wave.sizes.min() for wave in said.waves) >= 40
