"""Three and more waves of one construct: which may share one line, the line, and what the real registry has."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import brentq
from scipy.special import expit, ndtr
from scipy.stats import norm

from crosswave.models.joint import PRIORS, combined, posterior
from crosswave.models.mixed import design_of, restricted, solved
from crosswave.reconstruct import Reconstruction
from crosswave.study import Registry
from crosswave.study.models import Construct, Survey
from crosswave.trend.figures import date_interval, figure_of
from crosswave.trend.lines import Line, TopicLine, comparable_waves, line_through, topic_line, topic_lines
from crosswave.trend.multiplicity import holm
from crosswave.trend.settings import planned
from crosswave.trend.synthesis import reconstruct_all
from crosswave.trend.waves import waves_of

settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")


def figures(yes: list[int], n: list[int], dates: list[float]) -> pd.DataFrame:
    """Surveys of one topic with exact counts, each of its own house."""
    x, size, names = np.array(yes, float), np.array(n, float), [f"s{k}" for k in range(len(yes))]
    columns = {"item": "topic", "survey": names, "house": names, "date": dates, "logit": np.log(x / (size - x))}
    return pd.DataFrame(columns | {"variance": 1 / x + 1 / (size - x)})


# Eight surveys of the size of those here.
SURVEYS = figures(
    [756, 653, 545, 129, 192, 503, 114, 49], [1425, 1095, 975, 235, 232, 1006, 170, 100],
    [2016.2, 2017.4, 2017.5, 2017.1, 2019.5, 2022.8, 2024.5, 2025.2],
)  # fmt: skip
R = pd.read_csv(Path(__file__).parent / "reference" / "joint_model.csv").set_index(["case", "quantity"])["value"]
"""Numbers of metafor; calls and versions are in joint_model.R beside it."""


def test_shares_on_a_line_give_that_line_by_hand() -> None:
    """Odds double each year, 1/2, 1, 2, 4: slope log 2; the mean survey has odds of the root of 2."""
    found = line_through(figures([30, 45, 60, 72], [90] * 4, [2017, 2018, 2019, 2020]), PRIORS, alpha=0.05)
    odds = 2**0.5
    assert found.slope == pytest.approx(np.log(2) * odds / (1 + odds) ** 2, abs=1e-5)
    assert found.levels["year"].tolist() == [2017, 2018, 2019, 2020, 2021]


@pytest.mark.parametrize("item", ["budget", "skills", "culture", "security", "legacy"])
def test_the_line_of_one_item_is_that_of_metafor(item: str) -> None:
    frame = pd.read_csv(Path(__file__).parent / "reference" / "barriers_108.csv").query("item == @item")
    frame = frame.assign(date=frame["t"] + 2018.5).rename(columns={"y": "logit", "v": "variance"})
    design, expected = design_of(frame, years=()), R[f"one.{item}"]
    found = restricted(design)
    one = solved(design, found.array())
    assert found.figure**2 == pytest.approx(expected["figure"], rel=1e-6, abs=1e-8)
    error = np.linalg.inv(one.root @ one.root.T)[1, 1] ** 0.5
    assert (one.mean[1], error) == pytest.approx((expected["t"], expected["error"]), rel=1e-6)


def test_the_line_of_eight_surveys_is_that_of_metafor() -> None:
    """R 4.2.2, metafor 3.8-1: rma(measure="PLO", xi=x, ni=n, mods=~I(d - 2020), control=list(threshold=1e-13))."""
    found = restricted(design_of(SURVEYS, years=()))
    assert found.figure**2 == pytest.approx(0.28758230125539, rel=1e-5)
    slope = solved(design_of(SURVEYS, years=()), found.array()).mean[1]
    assert slope == pytest.approx(-0.00396557418662, rel=1e-4)


def test_the_spread_is_integrated_as_on_a_grid() -> None:
    spreads = np.exp(np.linspace(np.log(1e-3), np.log(6), 800))
    scale, design = np.hypot.reduce([PRIORS.survey, PRIORS.house, PRIORS.figure]), design_of(SURVEYS, years=())
    each = [solved(design, np.array([0, 0, sd, 0, 0])) for sd in spreads]
    logs = np.array([one.loglik for one in each]) - 0.5 * (spreads / scale) ** 2 + np.log(spreads)
    weights = np.exp(logs - logs.max()) / np.exp(logs - logs.max()).sum()
    means = np.array([one.mean[1] for one in each])
    sds = np.array([np.linalg.inv(one.root @ one.root.T)[1, 1] ** 0.5 for one in each])
    ends = [brentq(lambda at, q=q: weights @ ndtr((at - means) / sds) - q, -2, 2) for q in (0.5, 0.025, 0.975)]
    found = combined(posterior(SURVEYS, years=(2020,), rho=0.0, points=256), np.array([[0.0, 1.0]]))
    assert found.loc[0, ["estimate", "low", "high"]].tolist() == pytest.approx(ends, abs=0.0001)


@pytest.mark.parametrize("sd", [0.0, 0.06, 0.4])
def test_under_a_known_spread_it_is_weighted_least_squares(sd: float) -> None:
    found = line_through(SURVEYS, PRIORS, alpha=0.05, known=sd)
    design = sm.add_constant(SURVEYS["date"] - SURVEYS["date"].mean())
    theirs = sm.WLS(SURVEYS["logit"], design, weights=1 / (SURVEYS["variance"] + sd**2)).fit(cov_type="fixed scale")
    level = expit(theirs.params["const"])
    steepness = level * (1 - level)
    assert found.p_value == pytest.approx(2 * norm.sf(abs(theirs.tvalues["date"])), rel=1e-6)
    ends = theirs.conf_int().loc["date"] * steepness
    assert (found.low, found.high) == pytest.approx(tuple(ends), rel=1e-4)
    assert found.spread == (sd, sd, sd)


@given(st.floats(-40, 40))
@settings(max_examples=5)
def test_another_calendar_changes_nothing(shift: float) -> None:
    here, there = (
        line_through(SURVEYS.assign(date=SURVEYS["date"] + by), PRIORS, alpha=0.05, known=0.3) for by in (0.0, shift)
    )
    assert (there.slope, there.low, there.p_value) == pytest.approx((here.slope, here.low, here.p_value), rel=1e-4)


def test_saying_no_in_place_of_yes_only_turns_the_sign() -> None:
    yes, no = (line_through(SURVEYS.assign(logit=k * SURVEYS["logit"]), PRIORS, alpha=0.05) for k in (1, -1))
    assert (yes.slope, yes.low, yes.high) == pytest.approx((-no.slope, -no.high, -no.low), abs=2e-4)
    assert yes.levels["next_low"].tolist() == pytest.approx((1 - no.levels["next_high"]).tolist(), abs=2e-3)


@pytest.mark.thorough
def test_intervals_hold_the_true_slope_as_often_as_they_say() -> None:
    """Five yearly surveys that differ by 0.4 log odds; the standard error of 95 % in 200 worlds is 1.5 points."""
    rng, truth, held = np.random.default_rng(20), 0.08, 0
    dates = np.arange(2016.5, 2021)
    for _ in range(200):
        n = rng.integers(200, 1500, 5)
        yes = rng.binomial(n, expit(-0.3 + truth * (dates - 2018.5) + rng.normal(0, 0.4, 5)))
        found = posterior(figures(list(yes), list(n), list(dates)), years=(2018,), rho=0.0, points=32)
        slope = combined(found, np.array([[0.0, 1.0]])).loc[0]
        held += bool(slope["low"] <= truth <= slope["high"])
    assert 0.92 <= held / 200 <= 0.99


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"fieldwork": {"start": "2017-01", "end": "2017-02"}}, (2017.0, 2017 + 59 / 365)),
        ({"fieldwork": {"start": "2017-06-15", "end": "2017-06-15"}}, (2017 + 165 / 365, 2017 + 166 / 365)),
        ({"published": "2020-03-01"}, (2019 + 61 / 366, 2020 + 61 / 366)),
        ({"published": "2017", "fieldwork": {"start": "2016-12"}}, (2016 + 335 / 366, 2018.0)),
        ({}, (2017.0, 2018.0)),
    ],
)
def test_a_date_is_as_wide_as_what_is_recorded(
    make_survey: Callable[..., Survey], more: dict[str, Any], expected: tuple[float, float]
) -> None:
    assert date_interval(make_survey("a-2017", 2017, 100, yes="40%", more=more), 1.0) == pytest.approx(
        expected, abs=1e-9
    )


def test_a_survey_is_as_long_in_the_field_as_the_plan_says(make_survey: Callable[..., Survey]) -> None:
    survey = make_survey("a-2017", 2017, 100, yes="40%", more={"published": "2020-03-01"})
    assert date_interval(survey, 0.5) == pytest.approx((2020 + 61 / 366 - 0.5, 2020 + 61 / 366))


def test_a_wave_is_a_figure_by_hand(
    registry: Registry,
    make_survey: Callable[..., Survey],
    make_construct: Callable[..., Construct],
    small_registry: Callable[..., Registry],
) -> None:
    """395 to 405 of 1,000, of whom a third count: sampling, and a twelfth of the square of 1 point of rounding."""
    more = {"fieldwork": {"start": "2017", "end": "2017"}, "design_effect": 1.5}
    small = small_registry([make_survey("a-2017", 2017, 1000, yes="40%", more=more)])
    (wave,) = waves_of(make_construct("c", "a-2017.q.yes"), small, reconstruct_all(small), (2017, 2017))
    found = figure_of(wave, "c", registry.plan, 2.0)
    assert found is not None
    expected = {"date": 2017.5, "logit": np.log(2 / 3), "share": 0.4, "n": 1000 / 3}
    expected["variance"] = 3 / 240 + 0.01**2 / 12 / 0.24**2
    assert {name: found[name] for name in expected} == pytest.approx(expected)


def test_waves_that_the_gate_refuses_are_left_out_with_the_reason(
    make_survey: Callable[..., Survey],
    make_construct: Callable[..., Construct],
    small_registry: Callable[..., Registry],
) -> None:
    surveys = [make_survey(f"w-{year}", year, 100, yes="40%") for year in (2015, 2016, 2017)]
    surveys += [make_survey("w-2018", 2018, None, yes="40%"), make_survey("w-2019", 2019, 28, yes="41%")]
    surveys.append(make_survey("w-2020", 2020, 100, yes="40%", more={"unit": "organisation"}))
    construct = make_construct("c", *(f"{survey.id}.q.yes" for survey in surveys))
    far = construct.answers[-1].model_copy(
        update={"grades": construct.answers[-1].grades.model_copy(update={"unit": "different"})}
    )
    construct = construct.model_copy(update={"answers": (*construct.answers[:-1], far)})
    small = small_registry(surveys, [construct])
    found = comparable_waves(waves_of(construct, small, reconstruct_all(small), (1990, 2100)), small)
    assert [wave.survey.id for wave in found.waves] == ["w-2015", "w-2016", "w-2017"]
    assert found.left_out["w-2018.q.yes"] == "its n is not printed, so that it cannot be weighed"
    assert found.left_out["w-2019.q.yes"].startswith("its figures are in conflict")
    assert found.left_out["w-2020.q.yes"].startswith("not comparable with w-2015.q.yes: one counts people")


@pytest.mark.parametrize(("years", "answered"), [((2017, 2017, 2017), False), ((2017, 2018, 2019), True)])
def test_waves_that_may_have_been_asked_at_once_have_neither_line_nor_test(
    make_survey: Callable[..., Survey],
    make_construct: Callable[..., Construct],
    small_registry: Callable[..., Registry],
    years: tuple[int, ...],
    answered: bool,
) -> None:
    more = {"series": "poll", "fieldwork": {"house": "one"}}
    surveys = [
        make_survey(f"{key}-{year}", year, 100, yes="40%", more=more) for key, year in zip("abc", years, strict=True)
    ]
    construct = make_construct("c", *(f"{survey.id}.q.yes" for survey in surveys))
    small = small_registry(surveys, [construct])
    found = topic_line(construct, small, reconstruct_all(small), planned(small.plan, total_error=2.0))
    assert len(found.comparable.waves) == 3 and isinstance(found.test, Line) == answered
    assert answered or "dates do not tell" in str(found.test)


@pytest.fixture(scope="module")
def every(kept: None, resolved: Registry, reconstructions: Mapping[str, Reconstruction]) -> tuple[TopicLine, ...]:
    """Every construct with three comparable waves, as the pages show it."""
    return topic_lines(resolved, reconstructions, planned(resolved.plan), resolved.constructs.values())


def test_every_real_construct_with_five_waves_has_its_line(every: tuple[TopicLine, ...]) -> None:
    lined = [one for one in every if isinstance(one.line, Line)]
    assert lined and all(len(one.comparable.waves) >= 5 for one in lined)
    for one in every:
        assert isinstance(one.line, Line) or len(one.comparable.waves) < 5 or "dates do not tell" in one.line
    for one in lined:
        assert isinstance(one.line, Line) and one.line.low < one.line.slope < one.line.high
        levels = one.line.levels
        assert (levels["next_low"] < levels["low"]).all() and (levels["high"] < levels["next_high"]).all()


def test_a_test_is_of_one_instrument(every: tuple[TopicLine, ...]) -> None:
    tested = [one for one in every if isinstance(one.test, Line)]
    assert tested
    for one in tested:
        assert len({wave.survey.series for wave in one.instrument}) == 1
        pairs = [set(pair) for pair in combinations((wave.finding.id for wave in one.instrument), 2)]
        linked = {(a.finding, other) for a in one.construct.answers for other in a.same_instrument_as}
        assert len(pairs) >= 3 and pairs == [pair for pair in pairs if any(pair == set(link) for link in linked)]
    assert any(len(one.instrument) < len(one.comparable.waves) for one in tested)
    assert any(one.test == "two surveys repeat one instrument, and three are needed" for one in every)


def test_a_wave_whose_questionnaire_changed_is_in_no_test(
    resolved: Registry, reconstructions: Mapping[str, Reconstruction]
) -> None:
    """Four waves may be compared, and the last, of 2021, repeats none: its questions had changed."""
    topic = resolved.construct("gp-phone-appointments")
    found = topic_line(topic, resolved, reconstructions, planned(resolved.plan))
    assert [wave.year for wave in found.comparable.waves] == [2018, 2019, 2020, 2021]
    assert [wave.year for wave in found.instrument] == [2018, 2019, 2020]
    assert isinstance(found.test, Line)
    error = planned(resolved.plan).error(resolved.plan, "A")[0] * 0.04  # log odds a point, at a share of one half
    three = found.figures[:3]
    weights = 1 / (three["variance"] + error**2)
    theirs = sm.WLS(three["logit"], sm.add_constant(three["date"] - 2019), weights=weights).fit(cov_type="fixed scale")
    assert found.test.p_value == pytest.approx(2 * norm.sf(abs(theirs.tvalues["date"])), rel=1e-3)
    assert found.test.p_value > 0.4


def test_lines_and_tests_are_one_family(every: tuple[TopicLine, ...]) -> None:
    alone = [one.p_value for topic in every for one in topic.tests.values()]
    together = [p for topic in every for p in topic.p_adjusted.values()]
    assert together == pytest.approx(holm(np.array(alone)).tolist())


def test_a_slope_that_the_family_does_not_bear_out_is_none(every: tuple[TopicLine, ...]) -> None:
    one = next(topic for topic in every if isinstance(topic.line, Line) and topic.line.low > 0)
    assert isinstance(one.line, Line) and replace(one, p_adjusted={}).slope == 1
    assert replace(one, p_adjusted={"line": 0.2}).slope == replace(one, line="too few").slope == 0
    ends = {(-0.02, -0.01): -1, (-0.02, 0.0): 0, (-0.02, 0.01): 0, (0.0, 0.01): 0}
    falling = [replace(one, p_adjusted={}, line=replace(one.line, low=low, high=high)).slope for low, high in ends]
    assert falling == list(ends.values())
