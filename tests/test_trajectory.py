"""Three and more waves of one construct: what applies, why not otherwise, and what comes out of the real registry."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit

from crosswave.models.count_models import cochran_armitage
from crosswave.models.heterogeneity import logit_effects, predict, random_effects
from crosswave.models.meta_regression import date_design
from crosswave.models.trajectory import COLUMNS, MODELS, trajectory
from crosswave.models.wave_series import (
    WaveSeries,
    adjusted_over_lines,
    comparable_waves,
    date_interval,
    every_wave_series,
)
from crosswave.reconstruct import Reconstruction
from crosswave.study import Registry
from crosswave.study.models import Construct, Survey
from crosswave.trend.settings import planned
from crosswave.trend.synthesis import reconstruct_all
from crosswave.trend.waves import waves_of


def table(counts: list[int], bases: list[int], years: list[float], **columns: Any) -> pd.DataFrame:
    """Waves with exact counts and dates, each of its own house, unless columns say otherwise."""
    k = len(counts)
    plain = {
        "wave": [f"w-{i}" for i in range(k)], "count_low": counts, "base_low": bases, "count_high": counts,
        "base_high": bases, "date_low": years, "date_high": years, "house": [f"house {i}" for i in range(k)],
        "series": [None] * k, "wording": ["same"] * k, "question_changed": [False] * k,
    }  # fmt: skip
    return pd.DataFrame(plain | columns)


FIVE = ([40, 55, 47, 70, 66], [100, 110, 90, 120, 105], [2015.0, 2016.0, 2017.5, 2019.0, 2021.0])
SMOKERS = ([83, 90, 129, 70], [86, 93, 136, 82], [2015.0, 2016.0, 2017.0, 2018.0])
ONE = {"series": ["s"] * 4, "house": ["h"] * 4}


def test_four_waves_are_charted_and_compared_in_pairs() -> None:
    found = trajectory(table(*SMOKERS))
    for model in ("meta-regression", "binomial-normal", "beta-binomial", "adjusted"):
        assert found.refusals[model] == (
            "four surveys: a line needs five, because through fewer at most two degrees of freedom are left to tell a "
            "trend from differences between surveys"
        )
    assert (dict(found.lines), found.regression, found.over_both, found.prediction) == ({}, None, None, None)


def test_four_waves_of_one_instrument_have_a_trend() -> None:
    """R's prop.trend.test of its smokers: X2 8.22492; the N - 1 variant is N / (N - 1) smaller: 8.2042046 (coin)."""
    found = trajectory(table(*SMOKERS, **ONE))
    assert found.linear_trend is not None
    assert found.linear_trend.z**2 == pytest.approx(8.22492, abs=5e-6)
    assert found.linear_trend.z**2 * 396 / 397 == pytest.approx(8.2042046, abs=5e-8)
    assert found.trend_p == pytest.approx((found.linear_trend.p_value,) * 2)
    assert "cochran-armitage" not in found.refusals


def test_scores_that_set_the_last_wave_apart_give_what_r_prints() -> None:
    """R 4.2.2: prop.trend.test(smokers, patients, c(0,0,0,1)): X2 12.1731."""
    assert cochran_armitage(*SMOKERS[:2], [0, 0, 0, 1]).z ** 2 == pytest.approx(12.1731, abs=5e-5)


MIXED = "the surveys are not one instrument: "


@pytest.mark.parametrize(
    ("columns", "reason"),
    [
        ({}, f"{MIXED}they have no single recorded series"),
        ({"series": ["s"] * 4}, f"{MIXED}they have no single recorded house"),
        ({**ONE, "house": ["h", "h", None, "h"]}, f"{MIXED}they have no single recorded house"),
        ({**ONE, "question_changed": [False, False, True, False]}, f"{MIXED}the question changed"),
        (
            {**ONE, "date_low": [2015.0] * 4, "date_high": [2016.0] * 4},
            "the dates do not tell the surveys apart: they have one middle",
        ),
        (
            {**ONE, "count_low": [0] * 4, "count_high": [1] * 4},
            "counts are possible in which everyone or nobody said yes",
        ),
    ],
)
def test_waves_that_are_not_one_instrument_have_no_trend(columns: dict[str, Any], reason: str) -> None:
    found = trajectory(table(*SMOKERS, **columns))
    assert found.refusals["cochran-armitage"] == reason
    assert found.linear_trend is None


def test_total_error_shrinks_the_base_to_what_its_variance_is_worth() -> None:
    """At a share of one half and infinite n, 3 points are worth 0.25 / 0.03^2 = 278 answers."""
    big = [10**9] * 3
    found = trajectory(
        table([5 * 10**8, 5 * 10**8, 5 * 10**8 + 1], big, [2015, 2016, 2017], series=["s"] * 3, house=["h"] * 3),
        total_error=3,
    )
    worth = 0.25 / 0.03**2
    plain = cochran_armitage([worth / 2, worth / 2, worth * (0.5 + 1e-9)], [worth] * 3)
    assert found.linear_trend is not None
    assert found.linear_trend.z == pytest.approx(plain.z, rel=1e-4)


def test_five_waves_have_every_line_and_the_regression_is_that_of_the_parts() -> None:
    found = trajectory(table(*FIVE))
    counts, bases, years = FIVE
    middle = float(np.mean(years))
    fit = random_effects(logit_effects(counts, bases), date_design(np.array(years), middle, np.empty((5, 0))))
    line = found.lines["meta-regression"]
    assert set(found.lines) == {"meta-regression", "binomial-normal", "beta-binomial"}
    assert (line.slope, line.low, line.high, line.p_value) == pytest.approx(
        (fit.coefficients[1], fit.low[1], fit.high[1], fit.p_values[1])
    )
    assert line.spread == found.regression.tau2 == fit.tau2  # type: ignore[union-attr]
    assert found.next_date == 2022.0
    assert found.prediction == predict(fit, [1, 2022.0 - middle])


def test_points_per_year_are_the_change_of_the_fitted_share() -> None:
    """The derivative of expit at the mean date, taken numerically; the average over the five dates likewise."""
    found = trajectory(table(*FIVE))
    b, line = found.regression.coefficients, found.lines["meta-regression"]  # type: ignore[union-attr]
    steps = np.array(FIVE[2]) - np.mean(FIVE[2])
    change = (expit(b[0] + b[1] * (steps + 1e-5)) - expit(b[0] + b[1] * (steps - 1e-5))) / 2e-5
    centre = (expit(b[0] + b[1] * 1e-5) - expit(b[0] - b[1] * 1e-5)) / 2e-5
    assert line.average == pytest.approx(change.mean(), abs=1e-9)
    assert line.at_mean == pytest.approx(centre, abs=1e-9)
    assert line.at_mean_low / line.low == pytest.approx(line.at_mean / line.slope)


def test_exact_counts_and_dates_leave_no_range() -> None:
    found = trajectory(table(*FIVE))
    line = found.lines["meta-regression"]
    for part in (found.over_dates, found.over_counts, found.over_both):
        assert part is not None
        assert (part.slope_low, part.slope_high) == pytest.approx((line.slope, line.slope))
        assert (part.low, part.high, part.p_low, part.p_high) == pytest.approx(
            (line.low, line.high, line.p_value, line.p_value)
        )


def test_ranges_enclose_one_another_and_tilts_reach_furthest() -> None:
    counts, bases, years = FIVE
    wide = table(
        *FIVE,
        count_low=[c - 2 for c in counts],
        count_high=[c + 2 for c in counts],
        date_low=[y - 0.4 for y in years],
        date_high=[y + 0.4 for y in years],
    )
    found = trajectory(wide)
    tilted = table([c - 2 if y < np.mean(years) else c + 2 for c, y in zip(counts, years, strict=True)], bases, years)
    steep = trajectory(tilted).lines["meta-regression"].slope
    assert found.over_counts is not None
    assert found.over_both is not None
    assert found.over_dates is not None
    assert found.over_counts.slope_high == pytest.approx(steep)
    for part in (found.over_counts, found.over_dates):
        assert found.over_both.low <= part.low <= found.lines["meta-regression"].low
        assert found.over_both.high >= part.high >= found.lines["meta-regression"].high
        assert found.over_both.p_high >= part.p_high


def test_the_order_of_rows_does_not_matter() -> None:
    one, two = trajectory(table(*FIVE)), trajectory(table(*FIVE).iloc[[3, 0, 4, 1, 2]])
    assert one.waves == two.waves
    assert one.lines["binomial-normal"].slope == pytest.approx(two.lines["binomial-normal"].slope)


def test_a_design_effect_leaves_as_much_as_smaller_bases() -> None:
    counts, bases, years = FIVE
    halved = trajectory(table([2 * c for c in counts], [2 * n for n in bases], years), design_effect=2)
    plain = trajectory(table(*FIVE))
    for model, line in plain.lines.items():
        assert halved.lines[model].low == pytest.approx(line.low), model


def test_a_house_term_is_used_where_it_is_identified() -> None:
    rows = table([40, 50, 45, 56, 50, 61, 55, 66], [100] * 8, [2013.0 + i for i in range(8)], house=["a", "b"] * 4)
    found = trajectory(rows)
    assert [term.name for term in found.terms if term.identified] == ["house"]
    assert found.lines["adjusted"].slope != found.lines["meta-regression"].slope
    assert trajectory(table(*FIVE)).refusals["adjusted"].startswith("not identified: break: every survey has the same")


def test_dates_that_may_coincide_have_no_line() -> None:
    found = trajectory(table(*FIVE[:2], [2017.0] * 5, date_high=[2018.0] * 5))
    assert found.refusals["meta-regression"] == (
        "the dates do not tell the surveys apart: all of them may have been in the field at once"
    )


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            lambda t: t.drop(columns=["house", "series"]),
            f"table must have the columns {', '.join(COLUMNS)}; house, series missing. Add them.",
        ),
        (
            lambda t: pd.concat([t, t]),
            "table must have one row per wave; got 'w-0' twice. Keep one of its figures.",
        ),
        (
            lambda t: t.assign(base_high=30, base_low=30),
            "counts must be one for each base and within it; got [40.0, 55.0, 47.0, 70.0, 66.0] of [30.0, 30.0, 30.0, "
            "30.0, 30.0]. Correct the counts.",
        ),
    ],
)
def test_a_faulty_table_is_refused_with_the_way_out(
    change: Callable[[pd.DataFrame], pd.DataFrame], message: str
) -> None:
    with pytest.raises(ValueError) as fault:
        trajectory(change(table(*FIVE)))
    assert str(fault.value) == message


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


def test_lines_are_one_family_and_each_enters_with_its_largest_p() -> None:
    one = trajectory(table(*FIVE))
    assert one.over_both is not None and one.trend_p is None
    found = {
        "a": replace(one, over_both=replace(one.over_both, p_low=0.001, p_high=0.05)),
        "b": replace(one, over_both=replace(one.over_both, p_low=0.001, p_high=0.01), trend_p=(0.0, 0.02)),
    }
    assert adjusted_over_lines(found) == {
        "a": {"meta-regression": pytest.approx(0.05)},
        "b": {"meta-regression": pytest.approx(0.03), "cochran-armitage": pytest.approx(0.04)},
    }
    assert adjusted_over_lines({"c": replace(one, over_both=None)}) == {}


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


@pytest.fixture(scope="module")
def shown(kept: None, resolved: Registry, reconstructions: Mapping[str, Reconstruction]) -> dict[str, WaveSeries]:
    """Every construct with five comparable waves, as the pages show it."""
    every = every_wave_series(resolved, reconstructions, planned(resolved.plan))
    return {one.construct.id: one for one in every if len(one.comparable.waves) >= 5}


def test_every_real_construct_with_five_waves_has_its_lines(shown: dict[str, WaveSeries]) -> None:
    assert shown
    for series in shown.values():
        rows, found = series.table, series.trajectory
        assert found is not None
        assert (rows["count_low"] / rows["base_low"] <= rows["count_high"] / rows["base_high"]).all()
        tested = {"cochran-armitage"} if found.linear_trend else set()
        assert set(found.lines) | set(found.refusals) | tested == set(MODELS)
        assert {"meta-regression", "binomial-normal"} <= set(found.lines)
        # Of hundreds of thousands of answers the likelihood is too steep for the search, and the line says so.
        assert "beta-binomial" in found.lines or rows["base_low"].min() > 100_000


def test_real_slopes_of_the_three_models_lie_in_one_anothers_intervals(shown: dict[str, WaveSeries]) -> None:
    for name, series in shown.items():
        assert series.trajectory is not None
        lines = series.trajectory.lines
        assert all(
            lines["meta-regression"].low <= line.slope <= lines["meta-regression"].high for line in lines.values()
        ), name
