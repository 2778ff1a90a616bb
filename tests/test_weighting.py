"""Weighted figures: an interval from an effective n, a verdict, and no counts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from crosswave.difference.estimate import wilson
from crosswave.reconstruct import reconstruct
from crosswave.report.results import by_finding
from crosswave.study import Registry
from crosswave.study.models import Survey
from crosswave.trend.change import assess
from crosswave.trend.settings import Settings
from crosswave.trend.synthesis import reconstruct_all

SETTINGS = Settings(alpha=0.05, design_effect=1, total_error=0.0, smallest_change=5, from_year=2017, to_year=2020)

HOW = [
    ({"weighted": True}, 2.0),  # the widest of plan.yaml
    ({"weighted": True, "design_effect": 1.6}, 1.6),
    ({"weighted": True, "margin_of_error": 4}, 1000 / (1.959964 / 0.08) ** 2),
    ({"weighted": True, "margin_of_error": 2}, 1.0),  # less than that of a random sample: taken as one
    ({"weighted": True, "design_effect": 1.6, "margin_of_error": 4}, 1.6),
]


@pytest.mark.parametrize(("more", "effect"), HOW)
def test_the_interval_is_that_of_the_effective_n(
    more: dict[str, Any], effect: float, make_survey: Callable[..., Survey], registry: Registry
) -> None:
    survey = make_survey("w-2017", 2017, 1000, more=more, yes="44%")
    found = reconstruct(survey, registry)
    row = by_finding(survey, found, alpha=0.05, design_effect=1.0).iloc[0]
    low, high = wilson([0.435, 0.445], [1000 / effect] * 2, 0.05)
    assert (row["low"], row["high"]) == (pytest.approx(low[0], abs=1e-4), pytest.approx(high[1], abs=1e-4))
    assert row["n_effective"] == pytest.approx(1000 / effect, abs=0.06)
    assert row[["count_low", "count_high", "base_low", "base_high"]].isna().all()
    assert row["level"] == "bounded"
    assert "1,000 people" in row["reason"] and "no whole numbers of people" in row["reason"]


def test_a_subset_has_its_own_n_and_one_without_has_no_interval(
    make_survey: Callable[..., Survey], registry: Registry
) -> None:
    weighted = {"weighted": True}
    for base, n in (({"who": "some", "n": 400}, 200.0), ({"who": "some"}, None)):
        survey = make_survey("w-2017", 2017, 1000, more=weighted, asks={"base": base}, yes="44%")
        row = by_finding(survey, reconstruct(survey, registry), alpha=0.05, design_effect=1.0).iloc[0]
        assert (row["n_effective"] if n else None) == n
        assert bool(row[["low", "high"]].notna().all()) == bool(n)


@pytest.mark.parametrize(("second", "verdict"), [("55%", "rose"), ("47%", "inconclusive")])
def test_weighted_waves_have_a_verdict(
    second: str,
    verdict: str,
    make_survey: Callable[..., Survey],
    make_construct: Callable[..., Any],
    small_registry: Callable[..., Registry],
) -> None:
    """44 to 55 % of 1,000 is shown with a design effect of 2, 44 to 47 % is not."""
    weighted = {"more": {"weighted": True}}
    surveys = [
        make_survey(f"w-{year}", year, 1000, yes=text, **weighted) for year, text in ((2017, "44%"), (2019, second))
    ]
    construct = make_construct("c", "w-2017.q.yes", "w-2019.q.yes")
    small = small_registry(surveys, [construct])
    found = assess(construct, small, reconstruct_all(small), SETTINGS)
    assert found.verdict == verdict
    assert found.comparison is not None and found.comparison.pair.sized
    assert [wave.design_effect for wave in found.waves] == [2.0, 2.0]
    assert [wave.size_words for wave in found.waves] == ["1,000", "1,000"]


def test_a_weighted_wave_says_as_much_as_an_unweighted_one_with_that_design_effect(
    make_survey: Callable[..., Survey], make_construct: Callable[..., Any], small_registry: Callable[..., Registry]
) -> None:
    def interval(**more: Any) -> tuple[float, float]:
        surveys = [make_survey(f"w-{y}", y, 1000, yes=p, **more) for y, p in ((2017, "44.0%"), (2019, "55.0%"))]
        construct = make_construct("c", "w-2017.q.yes", "w-2019.q.yes")
        small = small_registry(surveys, [construct])
        comparison = assess(construct, small, reconstruct_all(small), SETTINGS).comparison
        assert comparison is not None
        return comparison.low, comparison.high

    plain, clustered = interval(), interval(more={"design_effect": 1.5})
    weighted = interval(more={"weighted": True, "design_effect": 1.5})
    assert clustered[0] < plain[0] < plain[1] < clustered[1]
    assert weighted == pytest.approx(clustered, abs=2e-3)  # rounding is read as counts in the one and not in the other
