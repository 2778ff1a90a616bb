"""The joint model of batteries against metafor, against dense formulas, and where the truth is known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import expit, logit
from scipy.stats import t as student

import crosswave as cw
import joint_tables
import real
from crosswave.models.joint import Posterior, combined, drawn, half_width, level_rows, posterior
from crosswave.models.joint_checks import SOURCES, decomposed, held_out, left_out, replicated
from crosswave.models.mixed import FIXED, NAMES, Spreads, design_of, restricted, solved, solved_each
from crosswave.models.small_samples import fixed_effects
from crosswave.reconstruct import Reconstruction
from crosswave.report.batteries import every_battery_words, largest_moves_words, prediction_table
from crosswave.study import Registry
from crosswave.trend.batteries import battery_figures, battery_posterior
from crosswave.trend.beside import _cases, predicted_beside, topics_beside, verdicts_beside
from crosswave.trend.settings import planned

YEARS = (2017, 2018, 2019, 2020)


@pytest.fixture(scope="module")
def figures() -> pd.DataFrame:
    """34 figures of 11 surveys by 8 houses, 2015 to 2025."""
    return prepared("barriers_34.csv")


def dense(design: Any, spreads: np.ndarray) -> tuple[float, np.ndarray, np.ndarray]:
    """The restricted log-likelihood without its constant, and the fixed coefficients, from V = Z D Z' + R itself."""
    scaled, steady = design.columns * design.scales(spreads), design.kind == 6
    fixed, chance = scaled[:, steady], scaled[:, ~steady]
    whole = chance @ chance.T + np.diag(design.variance + spreads[2] ** 2)
    inverse = np.linalg.inv(whole)
    information = fixed.T @ inverse @ fixed
    beta = np.linalg.solve(information, fixed.T @ inverse @ design.y)
    left = design.y - fixed @ beta
    loglik = -0.5 * (np.linalg.slogdet(whole)[1] + np.linalg.slogdet(information)[1] + left @ inverse @ left)
    return float(loglik), beta, np.linalg.inv(information)


def prepared(name: str) -> pd.DataFrame:
    """Figures of a file of tests/reference as the model takes them."""
    frame = pd.read_csv(REFERENCE / name)
    return frame.assign(date=frame["t"] + 2018.5).rename(columns={"y": "logit", "v": "variance"})


REFERENCE = Path(__file__).parent / "reference"


def test_the_parts_of_an_interval_are_those_of_the_textbook(figures: pd.DataFrame) -> None:
    """Under known standard deviations by best linear unbiased prediction with dense matrices: V^-1, then both parts."""
    point = np.array((0.2, 0.3, 0.35, 0.05, 0.1))
    found = at_one_point(figures, tuple(point))
    design, steady = found.design, found.design.kind == FIXED
    x, z = design.columns[:, steady], design.columns[:, ~steady] * design.scales(point)[~steady]
    inverse = np.linalg.inv(z @ z.T + np.diag(design.variance + point[2] ** 2))
    fixed = np.linalg.solve(x.T @ inverse @ x, x.T @ inverse)
    predicted = z.T @ inverse @ (np.eye(len(design.y)) - x @ fixed)
    rows = level_rows(design, (2020,))
    wide = np.hstack([np.zeros((len(rows), design.columns.shape[1] - rows.shape[1])), rows])
    weights = wide[:, steady] @ fixed + (wide * design.scales(point))[:, ~steady] @ predicted
    missed = weights @ z - (wide * design.scales(point))[:, ~steady]
    squares = {name: (missed[:, design.kind[~steady] == place] ** 2).sum(axis=1) for place, name in enumerate(NAMES)}
    squares |= {"sampling": weights**2 @ design.variance, "figure": (weights**2).sum(axis=1) * point[2] ** 2}
    whole = sum(squares.values())
    level = decomposed(found, 2017, 2020).query("what == 'level'")
    for name, square in squares.items():
        assert level[name].to_numpy() == pytest.approx(square / whole, abs=1e-9), name
    outside = (design.dates < 2017) | (design.dates >= 2021)
    assert level["outside"].to_numpy() == pytest.approx(np.abs(weights)[:, outside].sum(1) / np.abs(weights).sum(1))


def test_points_count_by_how_little_they_foresee_what_is_left_out(figures: pd.DataFrame) -> None:
    """Two points of equal weight: each is divided by the density that it gives the survey, by dense matrices."""
    frame = figures.assign(share=expit(figures["logit"]), n=100)
    points = np.array([(0.2, 0.3, 0.35, 0.05, 0.1), (0.3, 0.6, 0.6, 0.05, 0.2)])
    found = replace(posterior(frame, rho=0.0, points=64), points=points, weights=np.array([0.5, 0.5]))
    design, effective = found.design, []
    rows = held_out(found, frame)
    for survey in frame["survey"].unique():
        own = np.flatnonzero(frame["survey"] == survey)
        logs = []
        for point in points:
            steady = design.kind == FIXED
            x, z = design.columns[:, steady], design.columns[:, ~steady] * design.scales(point)[~steady]
            inverse = np.linalg.inv(z @ z.T + np.diag(design.variance + point[2] ** 2))
            whole = inverse - inverse @ x @ np.linalg.solve(x.T @ inverse @ x, x.T @ inverse)
            precision = whole[np.ix_(own, own)]
            if np.linalg.matrix_rank(precision, tol=1e-8) < len(own):
                break
            miss = np.linalg.solve(precision, (whole @ design.y)[own])
            logs.append(0.5 * np.linalg.slogdet(precision)[1] - 0.5 * miss @ precision @ miss)
        if len(logs) == len(points):
            share = 1 / (1 + np.exp(logs[0] - logs[1]))
            effective.append(1 / (share**2 + (1 - share) ** 2))
    assert len(effective) > 5 and rows.attrs["effective"] <= min(effective) + 1e-6
    assert min(abs(rows.attrs["effective"] - one) for one in effective) < 1e-6


FEW, MANY = prepared("barriers_34.csv"), prepared("barriers_108.csv")
R = pd.read_csv(REFERENCE / "joint_model.csv").set_index(["case", "quantity"])["value"]
"""Numbers of metafor, clubSandwich, lme4 and pbkrtest; calls and versions are in joint_model.R beside it."""
WEIGHTED = FEW.assign(variance=FEW["variance"] * np.where(FEW["house"] == "Dods Research", 1.5, 1.0))
HOUSE = ("house", "survey", "figure")
CASES: dict[str, tuple[pd.DataFrame, float, tuple[str, ...]]] = {
    "survey": (FEW, 0.0, ("survey", "figure")),
    "house": (FEW, 0.0, HOUSE),
    "rho.2": (FEW, 0.2, HOUSE),
    "rho.5": (FEW, 0.5, ("survey", "figure")),
    "weighted": (WEIGHTED, 0.0, HOUSE),
    "many": (MANY, 0.0, HOUSE),
    "year": (MANY, 0.0, ("year", *HOUSE)),
    "slopes": (MANY, 0.0, ("house", "figure", "slope")),
    "wander": (MANY, 0.0, ("house", "figure", "slope")),
    "benefits": (prepared("benefits_13.csv"), 0.0, HOUSE),
    "priorities": (prepared("priorities_8.csv"), 0.0, ("survey", "figure")),
}


def by_likelihood(case: str) -> tuple[pd.DataFrame, Any, Spreads]:
    frame, rho, free = CASES[case]
    design = design_of(frame, years=YEARS, rho=rho, wander=case == "wander")
    return frame, design, restricted(design, free)


@pytest.mark.parametrize("case", CASES)
def test_restricted_likelihood_is_that_of_metafor(case: str) -> None:
    _, design, found = by_likelihood(case)
    expected = R[case]
    for name in CASES[case][2]:
        assert getattr(found, name) ** 2 == pytest.approx(expected[name], rel=1e-6, abs=1e-8)
    one = solved(design, found.array())
    place = len(design.items)
    covariance = np.linalg.inv(one.root @ one.root.T)
    assert one.mean[place] == pytest.approx(expected["t"], rel=1e-6)
    assert covariance[place, place] ** 0.5 == pytest.approx(expected["error"], rel=1e-6)


@pytest.mark.parametrize(
    ("case", "cluster"), [("survey", "survey"), ("rho.5", "survey"), ("house", "house"), ("many", "house")]
)
def test_errors_that_need_no_model_are_those_of_club_sandwich(case: str, cluster: str) -> None:
    frame, design, found = by_likelihood(case)
    table = fixed_effects(design, found, frame[cluster])
    for term, name in (("slope", "t"), ("budget", "itembudget")):
        row = table.loc[term]
        expected = (R[case][f"cr2.{name}"], R[case][f"cr2df.{name}"])
        assert (row["cr2_error"], row["cr2_df"]) == pytest.approx(expected, rel=1e-4)
        half = student.ppf(0.975, row["cr2_df"]) * row["cr2_error"]
        assert (row["cr2_low"], row["cr2_high"]) == pytest.approx((row["estimate"] - half, row["estimate"] + half))


@pytest.mark.parametrize(("case", "frame"), [("kr.survey", FEW), ("kr.slopes", MANY)])
def test_errors_of_few_surveys_are_those_of_pbkrtest(case: str, frame: pd.DataFrame) -> None:
    """Figures of one precision and nothing known: all but nothing of the residual variance is called sampling."""
    little, expected = 1e-9, R[case]
    design = design_of(frame.assign(variance=little), years=YEARS)
    squares = {name: expected.get(name, 0.0) for name in ("survey", "house", "slope", "year")}
    spreads = Spreads(figure=(expected["residual"] - little) ** 0.5, **{k: v**0.5 for k, v in squares.items()})
    table = fixed_effects(design, spreads, pd.Series(np.zeros(len(frame))))
    for term, name in (("slope", "t"), ("budget", "itembudget")):
        row = table.loc[term]
        wanted = (expected[f"kr.{name}"], expected[f"krdf.{name}"])
        assert (row["kr_error"], row["kr_df"]) == pytest.approx(wanted, rel=1e-4)


def test_robust_errors_refuse_clusters_that_an_effect_crosses() -> None:
    frame, design, found = by_likelihood("house")
    with pytest.raises(ValueError, match="must not be crossed by a random effect"):
        fixed_effects(design, found, frame["survey"])


def test_a_mean_of_equal_figures_has_the_errors_of_the_textbook() -> None:
    """One item, six surveys of one date but one pair: n - p degrees of freedom and s^2 (X'X)^-1, by least squares."""
    rows = [("a", f"s{k}", f"h{k}", 2018.5 + k, y, 1e-12) for k, y in enumerate((0.1, 0.5, 0.2, 0.9, 0.3, 0.4))]
    frame = pd.DataFrame(rows, columns=["item", "survey", "house", "date", "logit", "variance"])
    design = design_of(frame, years=(2018,))
    table = fixed_effects(design, restricted(design, ("figure",)), frame["survey"])
    x, y = np.column_stack([np.ones(6), np.arange(6)]), frame["logit"].to_numpy()
    beta, square = np.linalg.lstsq(x, y, rcond=None)[:2]
    expected = np.sqrt(np.diag(np.linalg.inv(x.T @ x)) * square / 4)
    assert table["estimate"].to_numpy() == pytest.approx(beta, rel=1e-5)
    assert table["kr_error"].to_numpy() == pytest.approx(expected, rel=1e-4)
    assert table["kr_df"].to_numpy() == pytest.approx([4, 4], rel=1e-4)


@settings(max_examples=40, deadline=None)
@given(st.tuples(*[st.one_of(st.just(0.0), st.floats(0.001, 2))] * 5), st.sampled_from([0.0, 0.2, 0.5]))
def test_the_equations_give_the_dense_likelihood(figures: pd.DataFrame, spreads: tuple[float, ...], rho: float) -> None:
    design = design_of(figures, years=YEARS, rho=rho)
    one, (loglik, beta, covariance) = solved(design, np.array(spreads)), dense(design, np.array(spreads))
    assert one.loglik == pytest.approx(loglik, rel=1e-8, abs=1e-8)
    assert one.mean[: design.fixed] == pytest.approx(beta, rel=1e-6, abs=1e-8)
    ours = np.linalg.inv(one.root @ one.root.T)[: design.fixed, : design.fixed]
    assert ours == pytest.approx(covariance, rel=1e-6, abs=1e-9)


def test_answers_of_the_same_people_are_correlated_as_declared(figures: pd.DataFrame) -> None:
    design = design_of(figures, years=YEARS, rho=0.5)
    known = design.columns[:, design.kind == 5]
    whole = known @ known.T + np.diag(design.variance)
    same = (figures["survey"].to_numpy()[:, None] == figures["survey"].to_numpy()) * 0.5
    np.fill_diagonal(same, 1.0)
    v = figures["variance"].to_numpy()
    assert whole == pytest.approx(same * np.sqrt(np.outer(v, v)))


def test_one_figure_that_errs_by_nothing_else_is_its_own_level() -> None:
    # Two items, three surveys of 2018, all but sure: levels are the weighted means, by hand.
    rows = [("a", f"s{k}", f"h{k}", 2018.5, y, 0.01) for k, y in enumerate((0.1, 0.2, 0.3))]
    rows += [("b", f"s{k}", f"h{k}", 2018.5 + k, y, 0.01) for k, y in enumerate((-0.1, 0.0, 0.1))]
    frame = pd.DataFrame(rows, columns=["item", "survey", "house", "date", "logit", "variance"])
    tiny = Spreads(1e-3, 1e-3, 1e-3, 1e-3, 1e-3)
    found = posterior(frame, years=(2018,), priors=tiny, rho=0.0)
    levels = found.levels().set_index("item")["level"]
    # Slope from b alone: 0.1 a year; a stands at 2018.5, its mean 0.2; b is -0.1 there.
    assert levels["a"] == pytest.approx(float(expit(0.2)), abs=0.003)
    assert levels["b"] == pytest.approx(float(expit(-0.1)), abs=0.01)


def test_the_posterior_is_what_integration_on_a_grid_gives(figures: pd.DataFrame) -> None:
    """With four spreads held near 0 by their priors, the fifth is integrated over on a fine grid."""
    scale, near = 0.5, 1e-3
    found = posterior(figures, priors=Spreads(scale, near, near, near, near), rho=0.0)
    design = design_of(figures, years=YEARS)
    grid = np.linspace(1e-4, 3, 1500)
    spreads = np.zeros((len(grid), 5))
    spreads[:, 0] = grid
    logs = np.array([dense(design, one)[0] for one in spreads]) - 0.5 * (grid / scale) ** 2
    weights = np.exp(logs - logs.max())
    cumulative = np.cumsum(weights) / weights.sum()
    median, low, high = (grid[np.searchsorted(cumulative, q)] for q in (0.5, 0.025, 0.975))
    row = found.spreads.set_index("spread").loc["survey"]
    assert (row["median"], row["low"], row["high"]) == pytest.approx((median, low, high), rel=0.03)
    assert found.effective > 200


def test_the_prototype_is_found_again(figures: pd.DataFrame) -> None:
    """Levels, changes and ranking of an independent program with its own priors' draws, in points."""
    found = posterior(figures, rho=0.0)
    levels = found.levels().set_index(["item", "year"])["level"] * 100
    expected = {"budget": 64, "skills": 53, "legacy": 51, "culture": 48, "security": 45, "cost": 53}
    for item, level in expected.items():
        assert levels[item, 2017] == pytest.approx(level, abs=1.5)
    changes = found.changes(2017, 2020, margin=10).set_index("item")
    assert changes["change"].to_numpy() == pytest.approx([2, 1, 1, -1, 1, 1, 1], abs=1.5)
    assert half_width(changes.reset_index()) == pytest.approx(13, abs=1.5)
    assert 1 - changes.loc["all items", "beyond"] == pytest.approx(0.89, abs=0.03)
    above = found.above(2020).loc["budget"]
    assert [above[name] for name in ("skills", "cost", "legacy", "culture", "security")] == pytest.approx(
        [0.96, 0.89, 0.97, 0.99, 1.0], abs=0.03
    )
    ranks = found.ranking(2020)
    assert ranks["item"][0] == "budget" and ranks["first"].sum() == pytest.approx(1)


def test_the_same_figures_give_the_same_numbers(figures: pd.DataFrame) -> None:
    one, two = posterior(figures), posterior(figures.copy())
    assert np.array_equal(one.draws, two.draws) and one.effects.equals(two.effects)


@pytest.mark.thorough
def test_levels_are_found_where_the_truth_is_known() -> None:
    """Five worlds of twenty surveys: the 95 % intervals of changes hold the truth, all but a few."""
    rng, held, asked = np.random.default_rng(3), 0, 0
    truth = {"a": 0.6, "b": 0.5, "c": 0.35}
    for _ in range(5):
        rows = []
        for k in range(20):
            house, date = f"h{k % 8}", 2015 + 8 * rng.random()
            shift = rng.normal(0, 0.2) + np.random.default_rng(1000 + k % 8).normal(0, 0.3)
            for item, share in truth.items():
                p = expit(logit(share) + shift + rng.normal(0, 0.2))
                count = rng.binomial(300, p)
                y, v = logit((count + 0.5) / 301), 1 / (300 * p * (1 - p))
                rows.append((item, f"s{k}", house, date, y, v))
        frame = pd.DataFrame(rows, columns=["item", "survey", "house", "date", "logit", "variance"])
        found = posterior(frame)
        changes = found.changes(2017, 2020, margin=5)
        held += int(((changes["low"] <= 0) & (changes["high"] >= 0)).sum())
        asked += len(changes)
    assert held >= 0.9 * asked


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda f: f.drop(columns="house"), "house is missing"),
        (lambda f: f.assign(variance=0.0), "variance must be positive"),
        (lambda f: f.assign(logit=np.nan), "finite"),
        (lambda f: pd.concat([f, f.head(1)]), "each survey and item once"),
        (lambda f: f.head(2), "2 of 1 items arrived, each needs two surveys"),
        (lambda f: f.assign(house=range(len(f))), "each survey must have one house"),
    ],
)
def test_figures_that_no_model_can_use_are_refused(figures: pd.DataFrame, change: Any, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        design_of(change(figures), years=YEARS)


def test_a_rho_out_of_range_is_refused(figures: pd.DataFrame) -> None:
    with pytest.raises(ValueError, match="rho must be at least 0 and below 1; 1 arrived"):
        design_of(figures, years=YEARS, rho=1.0)


def test_the_registry_gives_one_figure_of_each_survey_and_item(
    registry: Registry, reconstructions: Mapping[str, Reconstruction]
) -> None:
    narrow, wide = (battery_figures(registry, reconstructions, comparable=one) for one in (True, False))
    for frame in (narrow, wide):
        assert not frame.duplicated(["survey", "item"]).any()
        assert frame.groupby("item")["survey"].nunique().min() >= 2
        assert np.isfinite(frame[["date", "logit", "variance"]].to_numpy(dtype=float)).all()
    assert len(wide) > len(narrow) and narrow["comparable"].all()
    assert registry.batteries.apart and set(wide["stem"]).isdisjoint(registry.batteries.apart)
    pooled = replace(registry, batteries=registry.batteries.model_copy(update={"apart": ()}))
    assert set(registry.batteries.apart) <= set(battery_figures(pooled, reconstructions, comparable=False)["stem"])
    culture = narrow.set_index(["survey", "item"]).loc[("igov-2017", "culture")]
    # 58 % of 235: 136 or 137 of them; print can mean 57.5 to 58.5 %.
    assert (culture["finding_id"], culture["n"]) == ("igov-2017.barriers.culture", pytest.approx(235))
    share = culture["share"]
    assert share in (136 / 235, 137 / 235)
    width = 1 / 235 if share else 0.0
    assert culture["variance"] == pytest.approx(1 / (235 * share * (1 - share)), rel=0.05) and width


def test_an_item_that_one_survey_prints_is_left_out(
    registry: Registry, figures: pd.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("crosswave.trend.batteries.posterior", lambda kept, **_: len(kept))
    plan, alone = registry.plan, figures.head(1).assign(item="alone")
    number, kept = battery_posterior(pd.concat([figures, alone]), plan, planned(plan))
    assert number == len(figures) and kept.equals(figures)
    with pytest.raises(ValueError, match=r"an item that two surveys print; 1 figures of 1 surveys arrived"):
        battery_posterior(alone, plan, planned(plan))


def at_one_point(frame: pd.DataFrame, point: tuple[float, ...]) -> Posterior:
    """The posterior of figures under standard deviations that are known."""
    found = posterior(frame, rho=0.0, points=64)
    return replace(found, points=np.array([point]), weights=np.array([1.0]))


def test_a_survey_is_predicted_as_a_fit_without_it_predicts_it(figures: pd.DataFrame) -> None:
    """Figures that say nothing (a variance of a million) are as good as left out."""
    point = (0.2, 0.3, 0.35, 0.05, 0.1)
    frame = figures.assign(share=expit(figures["logit"]), n=100)
    rows = held_out(at_one_point(frame, point), frame)
    survey = "techuk-2017"
    own = np.flatnonzero(frame["survey"] == survey)
    blind = design_of(frame.assign(variance=np.where(frame["survey"] == survey, 1e6, frame["variance"])), years=YEARS)
    scales = blind.scales(np.array(point))
    one = solved(blind, np.array(point))
    mean = one.drawn(np.zeros((len(scales), 1)))[:, 0]
    assert logit(rows["predicted"].to_numpy()[own]) == pytest.approx((blind.columns[own] * scales) @ mean, abs=1e-3)
    assert rows["low"].lt(rows["predicted"]).all() and rows["predicted"].lt(rows["high"]).all()
    first = frame.sort_values("date", kind="stable").groupby("item").head(1).index
    assert rows.loc[first, "last"].isna().all() and rows["last"].notna().sum() == len(frame) - len(first)


def test_an_interval_is_made_of_what_was_put_into_it() -> None:
    """Two surveys of one day, one item each twice: sampling alone; then half sampling, half what a figure adds."""
    rows = [(i, f"s{k}", f"h{k}", 2018.5 + k, 0.1 * k, 0.04) for k in range(3) for i in "ab"]
    frame = pd.DataFrame(rows, columns=["item", "survey", "house", "date", "logit", "variance"])
    for point, share in (((0.0,) * 5, 1.0), ((0.0, 0.0, 0.2, 0.0, 0.0), 0.5)):
        table = decomposed(at_one_point(frame, point), 2017, 2020)
        level = table[table["what"] == "level"]
        assert level["sampling"].to_numpy() == pytest.approx(share) and level["figure"].to_numpy() == pytest.approx(
            1 - share
        )
    moving = table[table["what"] != "relative"]  # nothing moves the items apart: their relative change is known to be 0
    assert moving[list(SOURCES)].sum(axis=1).to_numpy() == pytest.approx(np.ones(len(moving)))
    assert (moving["outside"] == 0).all()
    assert table.loc[table["what"] == "relative", "outside"].isna().all()


def test_the_parts_of_an_interval_are_its_variance(figures: pd.DataFrame) -> None:
    """Under known standard deviations the parts add up, unscaled, to the variance that the equations give."""
    point = np.array((0.2, 0.3, 0.35, 0.05, 0.1))
    found = at_one_point(figures, tuple(point))
    design, one = found.design, solved(found.design, point)
    rows = level_rows(design, YEARS) * design.scales(point)[-one.root.shape[0] :]
    variance = ((np.linalg.solve(one.root, rows.T)) ** 2).sum(axis=0).reshape(len(design.items), len(YEARS))[:, -1]
    year = decomposed(found, 2017, 2020).query("what == 'level'")["year"].to_numpy() * variance
    assert (year > 0).all() and (year <= 2 * 0.1**2).all()


def test_the_model_sees_a_figure_that_it_would_not_make(figures: pd.DataFrame) -> None:
    usual = replicated(posterior(figures, points=256)).set_index("measure")
    assert usual["place"].between(0.025, 0.975).all()
    tight = at_one_point(figures, (0.01, 0.01, 0.01, 0.001, 0.001))
    assert (replicated(tight)["place"] > 0.99).all()


def test_a_change_has_a_verdict_of_the_decision_table() -> None:
    """Six precise surveys that rise by 20 points, six that stay, and six that say little."""

    def verdict(rise: float, variance: float) -> str:
        rows = [
            (i, f"s{k}", f"h{k}", 2017 + k % 4 + 0.5, (k % 4) / 3 * rise, variance) for k in range(24) for i in "ab"
        ]
        frame = pd.DataFrame(rows, columns=["item", "survey", "house", "date", "logit", "variance"])
        tight = Spreads(0.01, 0.01, 0.01, 0.01, 0.01)
        return str(posterior(frame, priors=tight, points=64).changes(2017, 2020, margin=5)["verdict"].iloc[-1])

    assert [verdict(*one) for one in ((0.8, 1e-3), (-0.8, 1e-3), (0.0, 1e-3), (0.0, 3.0))] == [
        "rose", "fell", "no material change", "uninformative by design",
    ]  # fmt: skip


def test_many_surveys_are_solved_as_few_are(figures: pd.DataFrame, monkeypatch: pytest.MonkeyPatch) -> None:
    """The sparse representation of the columns gives the numbers of the dense one."""
    point = np.array((0.2, 0.3, 0.35, 0.05, 0.1))
    dense_one = solved(design_of(figures, years=YEARS, rho=0.2), point)
    monkeypatch.setattr("crosswave.models.mixed._LARGE", 0)
    sparse_one = solved(design_of(figures, years=YEARS, rho=0.2), point)
    assert sparse_one.loglik == pytest.approx(dense_one.loglik, rel=1e-12)
    normal = np.linspace(-1, 1, 200)[:, None][: len(design_of(figures, years=YEARS, rho=0.2).kind)]
    assert sparse_one.drawn(normal) == pytest.approx(dense_one.drawn(normal), abs=1e-9)


def test_counts_as_they_are_give_levels_near_those_of_logits() -> None:
    """The binomial model of lme4 beside the levels of restricted likelihood, in points."""
    _, design, found = by_likelihood("many")
    one, counts = solved(design, found.array()), R["binomial"]
    levels = 100 * expit(one.mean[: len(design.items)])
    assert levels == pytest.approx(100 * expit(counts[list(design.items)].to_numpy()), abs=2.0)


def test_counts_as_they_are_give_the_posterior_of_logits() -> None:
    """The whole model with binomial figures, sampled by brms (joint_brms.R): half a point of levels, 0.2 of changes."""
    means, sampled = means_of(posterior(MANY, rho=0.0)), pd.read_csv(REFERENCE / "joint_brms.csv").set_index("quantity")
    assert sampled["rhat"].max() < 1.01 and set(sampled.index) <= set(means)
    apart = (sampled["mean"] - pd.Series(means)).abs().dropna()
    most = apart.groupby(apart.index.str.split(".").str[0]).max()
    assert most["level"] < 0.5 and most["change"] < 0.2 and most["spread"] < 0.01


def means_of(found: Posterior) -> dict[str, float]:
    """The mean of each level in the last year, change, probability of being first (points) and standard deviation."""
    shares = 100 * expit(found.draws)
    last, first = shares[:, :, -1], shares[:, :, 0]
    ours = {f"spread.{name}": found.weights @ found.points[:, place] for place, name in enumerate(NAMES)}
    for k, item in enumerate(found.design.items):
        ours[f"level.{item}"], ours[f"change.{item}"] = last[:, k].mean(), (last - first)[:, k].mean()
        ours[f"first.{item}"] = (last.argmax(axis=1) == k).mean()
    return ours


def test_a_sampler_finds_the_same_posterior(figures: pd.DataFrame) -> None:
    """NUTS (joint_sampler.py): within three Monte Carlo errors of both, for levels, changes and being first."""
    found = posterior(figures, rho=0.0)
    sampled = pd.read_csv(REFERENCE / "joint_sampler.csv").set_index("quantity")
    ours = means_of(found)
    far = (pd.Series(ours) - sampled["mean"]) / (sampled["error"] ** 2 + sampled["sd"] ** 2 / found.effective) ** 0.5
    assert set(ours) == set(sampled.index) and far.abs().max() < 3


def test_many_points_at_once_are_solved_as_each_is(figures: pd.DataFrame) -> None:
    design = design_of(figures, years=YEARS, rho=0.2)
    points = np.abs(np.random.default_rng(3).normal(0, 0.5, (300, 5)))
    each = list(solved_each(design, points))
    assert [one.loglik for one in each] == pytest.approx([solved(design, point).loglik for point in points], rel=1e-12)
    normal = np.linspace(-1, 1, len(design.kind))[:, None]
    assert each[299].drawn(normal) == pytest.approx(solved(design, points[299]).drawn(normal), rel=1e-9)
    assert not list(solved_each(design, points[:0]))


@pytest.mark.parametrize("by", ["survey", "house"])
def test_every_answer_without_one_is_that_of_a_fit_without_it(figures: pd.DataFrame, by: str) -> None:
    """Under standard deviations that are known; a figure of its own leaves its item out of the answers."""
    frame = figures.assign(share=expit(figures["logit"]), n=100)
    found = at_one_point(frame, (0.2, 0.3, 0.35, 0.05, 0.1))
    table = left_out(found, frame, by, margin=5)
    gone = frame[by].iloc[0]
    rest = frame[frame[by] != gone]
    design, point = design_of(rest, years=(*found.design.years, *YEARS)), found.points
    levels, _ = drawn(design, point, np.ones(1), 1024, YEARS, effects=False)
    own = table.query("without == @gone and answer == 'level'").set_index("item")["value"]
    refitted = pd.Series(np.median(100 * expit(levels[:, :, -1]), axis=0), index=list(design.items))
    assert own.to_numpy() == pytest.approx(refitted[own.index].to_numpy(), abs=0.3)
    assert set(own.index) == set(rest["item"])
    assert (table["moved"] == table["value"] - table["all"]).all()
    assert set(table["without"]) == set(frame[by])


@pytest.fixture(scope="module")
def held(registry: Registry, reconstructions: Mapping[str, Reconstruction]) -> pd.DataFrame:
    return battery_figures(registry, reconstructions)


def test_an_item_is_compared_by_the_topic_that_has_most_of_its_figures(held: pd.DataFrame, registry: Registry) -> None:
    topics = topics_beside(held, registry)
    assert {item: topic.id for item, topic in topics.items()} == {item: f"barrier-{item}" for item in topics}
    assert set(topics) == set(held["item"])


def test_one_earlier_survey_predicts_that_nothing_changed(
    held: pd.DataFrame, reconstructions: Mapping[str, Reconstruction]
) -> None:
    """The pair that is reported of the window, and its interval, around the share of its first survey."""
    own = planned(real.resolved().plan)
    rows = predicted_beside(held, real.resolved(), reconstructions, own).set_axis(held["finding_id"])
    trend = real.trends()["barrier-skills"]
    found = trend.comparison
    assert found and trend.pairs[0] is found.pair
    row, first = rows.loc[found.pair.second.finding.id], found.pair.first.share
    assert row["pairwise"] == pytest.approx(first)
    wide = row["pairwise_high"] - row["pairwise_low"]
    assert wide == pytest.approx(found.high - found.low, abs=0.05)
    earliest = held.sort_values("date").iloc[0]["finding_id"]
    assert rows.loc[earliest].isna().all()


def test_an_item_of_which_no_topic_has_a_figure_has_no_topic(registry: Registry) -> None:
    figures = pd.DataFrame({"item": ["alone", "culture"], "finding_id": ["x-2017.q.a", "igov-2017.barriers.culture"]})
    assert set(topics_beside(figures, registry)) == {"culture"}
    assert topics_beside(figures, replace(registry, constructs={})) == {}


def test_verdicts_stand_beside_those_of_two_surveys(held: pd.DataFrame, registry: Registry) -> None:
    trends = {item: real.trends()[topic.id] for item, topic in topics_beside(held, registry).items()}
    found = posterior(held, points=256)
    table = verdicts_beside(found, held, trends, registry).set_index("item")
    assert list(table["pair_verdict"]) == [trends[item].verdict for item in table.index]
    changes = found.changes(2017, 2020, margin=5, limit=registry.plan.detectable_limit.value).set_index("item")
    assert list(table["verdict"]) == list(changes.loc[table.index, "verdict"])
    assert not table["official"].any()
    assert table["why"].str.contains("together leave").all()
    rising = replace(found, draws=found.draws + np.array([0, 0, 0, 1.5]))
    risen = verdicts_beside(rising, held, trends, registry)
    assert set(risen["verdict"]) == {"rose"}
    assert set(risen["certainty"]) <= {"low", "very low"} and set(risen["answer"]) == {"may have risen"}


@pytest.mark.parametrize(
    ("sampling", "more", "columns", "still", "holds"),
    [
        ("probability", {}, {}, 2, {"random", "panel", "holds", "exact", "bounded"}),
        ("panel", {}, {"house": "one"}, 1, {"panel", "one difference", "half holds", "exact", "bounded"}),
        ("self-selected", {}, {"n_known": [True, False]}, 0, set()),
        ("census", {"series": "s"}, {"verbal": [True, False]}, 0, {"random", "panel", "same instrument", "bounded"}),
    ],
)
def test_which_cases_hold_of_two_surveys_of_an_item_by_hand(
    make_survey: Any, small_registry: Any, sampling: str, more: Any, columns: Any, still: int, holds: set[str]
) -> None:
    """The first is a random sample. At its limit a half width is still narrow, or wide."""
    surveys = [make_survey("a-2017", 2017, 100, yes="40%", more={"sampling": "probability", **more})]
    surveys.append(make_survey("b-2018", 2018, 100, yes="40%", more={"sampling": sampling, **more}))
    own = pd.DataFrame({"survey": ["a-2017", "b-2018"], "house": ["one", "two"], "n_known": True, "verbal": False})
    small = small_registry(surveys)
    narrow, wide = small.plan.certainty.narrow.value, small.plan.detectable_limit.value
    for half, wider in ((narrow, {"narrow", "wide"}), (wide, {"wide"}), (wide + 1, set())):
        found = _cases(own.assign(**columns), small, half, still)
        assert {name for name, met in found.items() if met} == holds | wider | {"otherwise"}


def test_a_verdict_is_lost_where_its_interval_is_widened() -> None:
    """A rise whose interval just clears 0, and one that lies far off."""
    rows = [("a", f"s{k}", f"h{k}", 2017.5 + k % 4, 0.0, 0.01) for k in range(8)]
    frame = pd.DataFrame(rows, columns=["item", "survey", "house", "date", "logit", "variance"])
    found = posterior(frame, points=64)
    even = np.linspace(-1, 1, len(found.draws))[:, None]

    def verdicts(middle: float, wider: float) -> str:
        draws = np.zeros((len(found.draws), 1, 4))
        draws[:, :, 3] = logit((50 + middle + 10 * even) / 100)
        changed = replace(found, draws=draws).changes(2017, 2020, margin=5, wider=wider)
        return str(changed["verdict"].iloc[0])

    assert [verdicts(12, 1.0), verdicts(12, 1.5), verdicts(30, 1.5)] == ["rose", "uninformative by design", "rose"]


def test_ways_of_predicting_are_compared_on_the_figures_that_each_predicts() -> None:
    ways = {"predicted": [0.5, 0.6, 0.7], "low": [0.4, 0.5, 0.6], "high": [0.6, 0.7, 0.8], "last": [0.4, 0.6, None]}
    pairs = {"pairwise": [0.3, 0.6, 0.6], "pairwise_low": [0.2, 0.5, 0.5], "pairwise_high": [0.4, 0.7, 0.7]}
    table = prediction_table(pd.DataFrame(ways | pairs), pd.Series([0.5, 0.62, 0.1])).set_index("Predicted by")
    assert list(table["Figures"]) == [2, 2, 2]
    assert list(table["Mean error, points"]) == ["1.0", "11.0", "6.0"]
    assert list(table["In it, %"]) == ["100.0", "50.0", ""]


def test_the_largest_move_is_named() -> None:
    columns = ["by", "answer", "without", "item", "all", "value", "moved", "year"]
    rows = [
        (by, answer, name, "a", 10.0, 10.0 + moved, moved, 2020)
        for by in ("survey", "house")
        for answer in ("change", "level")
        for name, moved in (("x", 1.0), ("y", -3.0))
    ]
    told = largest_moves_words(pd.DataFrame(rows, columns=columns), {"a": "Skills"}, {"y": "Yotta"})
    assert told == [
        f"Without one {by} no change moves by more than 3.0 points (skills without Yotta, +10.0 to +7.0), and no level "
        "by more than 3.0 (skills without Yotta, 10.0 to 7.0%)."
        for by in ("survey", "house")
    ]


def test_a_choice_that_leaves_too_few_figures_is_no_variant(study: cw.Study, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def made(self: cw.Study, **how: Any) -> Any:
        asked.append(how)
        if how.get("comparable") is False:
            raise ValueError("the joint model needs an item that two surveys print")
        return reported

    reported = study.barriers()
    monkeypatch.setattr(cw.Study, "barriers", made)
    found = study.barriers_otherwise()
    assert "all batteries" not in found and len(found) == len(asked) - 1 == 7


def test_what_all_batteries_say_is_the_first_of_their_ranking(figures: pd.DataFrame) -> None:
    found = at_one_point(figures, (0.2, 0.3, 0.35, 0.05, 0.1))
    ranks = found.ranking(2020)
    leader = ranks.loc[ranks["first"].idxmax()]
    words = every_battery_words(found, {str(leader["item"]): "The leader"})
    assert words.endswith(f"named most in 2020: the leader, with probability {leader['first']:.2f}.")


@pytest.mark.thorough
def test_each_kind_of_battery_has_a_model_of_its_own() -> None:
    study = cw.open()
    assert study.batteries == ("barriers", "benefits", "priorities")
    found = study.battery("benefits", comparable=False)
    asked = {one.question.split(".")[0] for one in study.registry.batteries.batteries if one.kind == "benefits"}
    assert set(found.figures["survey"]) <= asked and found.figures["survey"].nunique() > 3
    assert set(found.changes["verdict"]) == {"uninformative by design"}
    after = study.barriers().next_survey("iGov Survey").set_index("item")
    any_house = study.barriers().next_survey().set_index("item")
    assert (any_house["high"] - any_house["low"] > after["high"] - after["low"]).all()
    with pytest.raises(ValueError, match="no house is called 'iGov Surveys'; did you mean iGov Survey"):
        study.barriers().next_survey("iGov Surveys")
    with pytest.raises(ValueError, match="no battery is called 'benefit'; did you mean benefits"):
        study.battery("benefit")


def test_methods_has_the_tables_that_were_computed() -> None:
    """``python tests/joint_tables.py`` prints them: barriers by three sets of figures, simulated worlds."""
    text = (Path(__file__).parents[1] / "METHODS.md").read_text()
    assert "\n".join(joint_tables.worlds()) in text and "\n".join(joint_tables.barriers()) in text
    assert [one for one in joint_tables.words() if one not in " ".join(text.split())] == []


def test_of_one_item_answers_of_the_same_people_cannot_be_correlated(figures: pd.DataFrame) -> None:
    own = figures.query("item == 'budget'")
    one, other = (design_of(own, years=YEARS, rho=rho) for rho in (0.0, 0.5))
    assert np.array_equal(one.variance, other.variance)


def test_the_posterior_of_many_surveys_is_that_of_few(figures: pd.DataFrame, monkeypatch: pytest.MonkeyPatch) -> None:
    """Few points by a search for many, on the same figures: levels and their ends within 2.5 points."""
    usual = posterior(figures, rho=0.2).levels()
    monkeypatch.setattr("crosswave.models.mixed._LARGE", 0)
    found = posterior(figures, rho=0.2)
    assert len(found.weights) == 64 and found.effective > 10
    for name in ("level", "low", "high"):
        assert 100 * found.levels()[name].to_numpy() == pytest.approx(100 * usual[name].to_numpy(), abs=2.5)


def test_the_next_survey_of_a_house_has_what_the_house_adds(figures: pd.DataFrame) -> None:
    """Under known standard deviations: mean and variance from the equations of all columns at once."""
    point = np.array((0.2, 0.3, 0.35, 0.05, 0.1))
    found = at_one_point(figures, tuple(point))
    design, rows = found.design, level_rows(found.design, (2020,))
    scaled = design.columns * design.scales(point)
    within = scaled / (design.variance + point[2] ** 2)[:, None]
    inverse = np.linalg.inv(within.T @ scaled + np.diag((design.kind != 6).astype(float)))
    wide = np.hstack([np.zeros((len(rows), len(design.kind) - rows.shape[1])), rows])
    for house in (None, "Dods Research"):
        wide[:, np.flatnonzero(design.kind == 1)[design.houses.index("Dods Research")]] = house is not None
        own = wide * design.scales(point)
        beyond = ("survey", "figure") if house else ("survey", "figure", "house")
        more = sum(point[NAMES.index(name)] ** 2 for name in beyond)
        variance = np.einsum("ij,jk,ik->i", own, inverse, own) + more
        table = combined(found, rows, beyond, house)
        assert table["estimate"].to_numpy() == pytest.approx(own @ inverse @ within.T @ design.y, abs=1e-5)
        half = (table["high"] - table["low"]).to_numpy() / 2
        assert half == pytest.approx(1.959964 * variance**0.5, rel=1e-4)
