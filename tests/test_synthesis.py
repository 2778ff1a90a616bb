"""All constructs side by side: adjusted p-values by hand, partitions counted once, one construct as among all."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import pytest

from crosswave.reconstruct import Reconstruction
from crosswave.study import Registry
from crosswave.study.models import Construct, Survey
from crosswave.trend.change import Trend
from crosswave.trend.settings import Settings, planned
from crosswave.trend.synthesis import assess_all, assess_one, family_members, reconstruct_all

pytestmark = pytest.mark.usefixtures("kept")

SETTINGS = Settings(alpha=0.05, design_effect=1, total_error=0.0, smallest_change=5, from_year=2017, to_year=2020)
# construct: family, partition, printed in 2017 and 2019 of 1,000 people each (two decimals: one count each)
MADE = {
    "a": ("barriers", None, "40.00%", "44.50%"),
    "b": ("barriers", None, "40.00%", "45.00%"),
    "c": ("barriers", None, "40.00%", "40.50%"),
    "d": ("embrace", "p", "40.00%", "46.00%"),
    "e": ("embrace", "p", "60.00%", "54.00%"),
    "f": ("data-sharing", None, "40.00%", "41.00%"),
}


@pytest.fixture(scope="module")
def made(
    make_survey: Callable[..., Survey],
    make_construct: Callable[..., Construct],
    small_registry: Callable[..., Registry],
) -> Registry:
    first = make_survey("w-2017", 2017, 10_000, asks={"response": "multi"}, **{k: row[2] for k, row in MADE.items()})
    second = make_survey("w-2019", 2019, 10_000, asks={"response": "multi"}, **{k: row[3] for k, row in MADE.items()})
    thousand = {"kind": "exact", "value": 1000, "printed": "1,000"}
    surveys = [
        Survey.model_validate(wave.model_dump(exclude_defaults=True) | {"n": thousand}) for wave in (first, second)
    ]
    constructs = [
        make_construct(k, f"w-2017.q.{k}", f"w-2019.q.{k}", family=family, partition=partition)
        for k, (family, partition, _, _) in MADE.items()
    ]
    return small_registry(surveys, constructs)


@pytest.fixture(scope="module")
def assessed(made: Registry) -> Mapping[str, Trend]:
    return assess_all(made, reconstruct_all(made), SETTINGS)


def by_hand(p: Mapping[str, float], families: list[list[str]]) -> dict[str, float]:
    """Holm's procedure in each family, and nothing across them."""
    holm: dict[str, float] = {}
    for family in families:
        running = 0.0
        for place, name in enumerate(sorted(family, key=lambda member: p[member])):
            running = max(running, min(1.0, (len(family) - place) * p[name]))
            holm[name] = running
    return holm


def test_adjusted_p_values_are_those_by_hand(assessed: Mapping[str, Trend]) -> None:
    p = {name: trend.comparison.p_high for name, trend in assessed.items() if trend.comparison}
    expected = by_hand(p, [["a", "b", "c"], ["d"], ["f"]])
    expected["e"] = p["e"]
    assert {name: trend.p_adjusted for name, trend in assessed.items()} == pytest.approx(expected)


def test_a_change_of_one_point_too_few_is_lost_to_the_other_comparisons(assessed: Mapping[str, Trend]) -> None:
    """40 to 44.5 % of 1,000 alone has p = .042; Holm with its family doubles it."""
    alone = assessed["a"].comparison
    assert alone is not None
    assert alone.p_value == pytest.approx(0.042, abs=0.001)
    assert alone.outcomes == ("rose",)
    assert assessed["a"].verdict == "inconclusive"
    assert assessed["a"].p_adjusted == pytest.approx(2 * alone.p_high, abs=0.03)


def test_answers_of_one_partition_are_one_test_and_none_escapes_adjustment(assessed: Mapping[str, Trend]) -> None:
    """The shares d and e are complements: the same p, the same adjusted p, the opposite change."""
    assert (assessed["d"].verdict, assessed["e"].verdict) == ("rose", "fell")
    assert assessed["d"].p_adjusted == pytest.approx(assessed["e"].p_adjusted or 0)


def test_no_adjusted_p_is_smaller_than_its_own(
    resolved: Registry, reconstructions: Mapping[str, Reconstruction]
) -> None:
    trends = assess_all(resolved, reconstructions, planned(resolved.plan))
    tested = [trend for trend in trends.values() if trend.comparison]
    assert len(tested) >= 13
    assert sum(trend.verdict == "not testable" for trend in tested) >= 4  # a missing n is no reason not to count
    for trend in tested:
        assert trend.comparison is not None and trend.p_adjusted is not None
        assert trend.comparison.p_high - 1e-12 <= trend.p_adjusted <= 1
        if trend.verdict in ("rose", "fell"):
            assert trend.p_adjusted < trend.settings.alpha
    assert all(trend.p_adjusted is None for trend in trends.values() if trend not in tested)


WINDOWS = [(2017, 2020), (2015, 2022), (2016, 2019), (2017, 2018), (2018, 2020), (2011, 2025)]


@pytest.mark.thorough
def test_a_pair_has_one_verdict_in_whatever_window_it_is_looked_at(
    resolved: Registry, reconstructions: Mapping[str, Reconstruction]
) -> None:
    seen: dict[tuple[str, str, str], set[tuple[str, float | None]]] = {}
    for first, last in WINDOWS:
        settings = replace(planned(resolved.plan), from_year=first, to_year=last)
        for name, trend in assess_all(resolved, reconstructions, settings).items():
            if trend.comparison:
                pair = trend.comparison.pair
                key = (name, pair.first.finding.id, pair.second.finding.id)
                seen.setdefault(key, set()).add((trend.verdict, trend.p_adjusted))
    assert len(seen) > 40
    assert [key for key, said in seen.items() if len(said) > 1] == []


def test_video_consultations_rose_among_the_five_questions_of_their_series(
    resolved: Registry, reconstructions: Mapping[str, Reconstruction]
) -> None:
    """ "Just a quarter" and then 85 %: the smallest of five p-values, counted five times."""
    for window in ((2017, 2020), (2015, 2022)):
        settings = replace(planned(resolved.plan), from_year=window[0], to_year=window[1])
        trend = assess_all(resolved, reconstructions, settings)["nhs-video"]
        assert trend.comparison is not None
        assert (trend.verdict, len(trend.others)) == ("rose", 4)
        assert trend.p_adjusted == pytest.approx(5 * trend.comparison.p_high)


def test_what_could_show_nothing_is_not_counted_and_is_itself_held_against_all(
    resolved: Registry, reconstructions: Mapping[str, Reconstruction]
) -> None:
    """Decided without the difference: nobody else pays for it, and it gets no bonus."""
    settings = planned(resolved.plan)
    trends = list(assess_all(resolved, reconstructions, settings).values())
    families = {one.family for one in resolved.constructs.values()}
    members = [one for name in families for one in family_members(name, resolved, reconstructions, settings)]
    blind = [one for one in members if one.comparison and not one.comparison.informative]
    assert {one.construct.id for one in blind} >= {"barrier-skills", "barrier-culture", "barrier-budget"}
    for trend in (one for one in trends if one.comparison):
        assert trend.comparison is not None
        own = trend.construct.partition or trend.construct.id
        family = {
            one.construct.partition or one.construct.id: one
            for one in reversed(members)
            if one.construct.family == trend.construct.family
        }
        family.pop(own, None)
        every = not trend.comparison.informative
        counted = [m.comparison.p_high for m in family.values() if m.comparison and (every or m.comparison.informative)]
        assert sorted(trend.others) == sorted(counted)
        p = {"own": trend.comparison.p_high} | {str(k): value for k, value in enumerate(counted)}
        assert trend.p_adjusted == pytest.approx(by_hand(p, [list(p)])["own"])


def test_the_outlook_does_not_survive_the_other_comparisons_of_its_series(
    resolved: Registry, reconstructions: Mapping[str, Reconstruction]
) -> None:
    """Five tests of one series; video has a smaller p, so the outlook's .024 counts four times: .096."""
    trends = assess_all(resolved, reconstructions, planned(resolved.plan))
    video, outlook = trends["nhs-video"].comparison, trends["nhs-outlook-negative"].comparison
    assert video is not None and outlook is not None
    assert video.p_high < outlook.p_high < 0.05
    assert trends["nhs-outlook-negative"].p_adjusted == pytest.approx(4 * outlook.p_high)
    assert outlook.outcomes == ("fell",)
    assert trends["nhs-outlook-negative"].verdict == "inconclusive"


def test_a_pair_without_n_counts_and_stands_for_its_partition(
    make_survey: Callable[..., Survey],
    make_construct: Callable[..., Construct],
    small_registry: Callable[..., Registry],
) -> None:
    """One family: a, and a partition whose first answer has no n in one wave; it counts with its largest p."""
    rows = {"a": (1000, "40.0%", "45.0%"), "open": (None, "40.0%", "60.0%"), "sized": (1000, "40.0%", "48.0%")}
    surveys = [
        make_survey(f"{name}-{year}", year, n, yes=text)
        for name, (n, *texts) in rows.items()
        for year, text in zip((2017, 2019), texts, strict=True)
    ]
    constructs = [
        make_construct(name, f"{name}-2017.q.yes", f"{name}-2019.q.yes", partition=None if name == "a" else "p")
        for name in rows
    ]
    small = small_registry(surveys, constructs)
    found = assess_all(small, reconstruct_all(small), SETTINGS)
    p = {name: trend.comparison.p_high for name, trend in found.items() if trend.comparison}
    assert found["open"].verdict == "not testable"
    expected = by_hand(p, [["a", "open"]]) | {"sized": by_hand(p, [["a", "sized"]])["sized"]}
    assert {name: trend.p_adjusted for name, trend in found.items()} == pytest.approx(expected)
    assert found["a"].p_adjusted == pytest.approx(2 * p["a"])


def test_the_order_of_constructs_changes_no_verdict(made: Registry, assessed: Mapping[str, Trend]) -> None:
    turned = replace(made, constructs=dict(list(made.constructs.items())[::-1]))
    again = assess_all(turned, reconstruct_all(turned), SETTINGS)
    assert {name: t.verdict for name, t in again.items()} == {name: t.verdict for name, t in assessed.items()}
    assert {name: t.p_adjusted for name, t in again.items()} == pytest.approx(
        {name: t.p_adjusted for name, t in assessed.items()}
    )


@pytest.mark.parametrize("name", ["a", "e"])
def test_one_construct_alone_comes_out_as_among_all(made: Registry, assessed: Mapping[str, Trend], name: str) -> None:
    trend, own = assess_one(made.construct(name), made, SETTINGS)
    assert (trend.verdict, trend.p_adjusted) == (assessed[name].verdict, assessed[name].p_adjusted)
    assert set(own) == {"w-2017", "w-2019"}


@pytest.mark.thorough
@pytest.mark.parametrize("name", ["nhs-outlook-negative", "has-strategy"])
def test_one_real_construct_alone_comes_out_as_among_all(
    registry: Registry, reconstructions: Mapping[str, Reconstruction], name: str
) -> None:
    settings = planned(registry.plan)
    trend, _ = assess_one(registry.construct(name), registry, settings)
    among = assess_all(registry, reconstructions, settings)[name]
    assert (trend.verdict, trend.p_adjusted) == (among.verdict, among.p_adjusted)


def test_all_surveys_or_only_those_wanted_are_reconstructed(registry: Registry) -> None:
    assert list(reconstruct_all(registry, ["igov-2017", "bt-yougov-2020"])) == ["igov-2017", "bt-yougov-2020"]
    with pytest.raises(KeyError, match="no survey is called 'igov-2016'; did you mean"):
        reconstruct_all(registry, ["igov-2016"])
