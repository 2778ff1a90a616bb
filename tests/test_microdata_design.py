"""Shares, errors, intervals and design effects equal those of R's survey package, digit by digit."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crosswave.microdata.design import Design, between, mean, overlapping, share

REFERENCE = Path(__file__).parent / "reference"
R = pd.read_csv(REFERENCE / "survey_r.csv", keep_default_na=False)
MORE = pd.read_csv(REFERENCE / "survey_r_more.csv").set_index("what")["value"]
COLUMNS = {
    "apistrat": ("pw", "stype", None, "fpc"), "apiclus1": ("pw", None, "dnum", "fpc"),
    "apiclus2": ("pw", None, "dnum", None), "nhanes": ("WTMEC2YR", "SDMVSTRA", "SDMVPSU", None),
}  # fmt: skip


def codes(*columns):
    return np.unique(np.stack([pd.factorize(column)[0] for column in columns]), axis=1, return_inverse=True)[1]


def data(name):
    frame = pd.read_csv(REFERENCE / "microdata" / f"{name}.csv")
    weight, strata, units, population = COLUMNS[name]
    stratum = codes(frame[strata]) if strata else np.zeros(len(frame), int)
    unit = codes(stratum, frame[units]) if units else np.arange(len(frame))
    sizes = frame[population].to_numpy(float) if population else None
    return frame, Design(frame[weight].to_numpy(float), stratum, unit, sizes)


@pytest.mark.parametrize("row", R.to_dict("records"), ids=lambda row: f"{row['data']} {row['answer']} {row['by']}")
def test_a_share_is_that_of_r(row):
    frame, design = data(row["data"])
    answer = (frame[row["answer"]].isin(["Yes", 1])).to_numpy()
    group = "race" if row["data"] == "nhanes" else "stype"
    domain = frame[row["answer"]].notna() & ((frame[group].astype(str) == str(row["by"])) | (row["by"] == ""))
    found = share(design, answer, domain.to_numpy())
    beta = share(design, answer, domain.to_numpy(), method="beta")
    expected = [row[key] for key in ("share", "se", "deff", "logit_low", "logit_high", "beta_low", "beta_high")]
    ours = [found.value, found.se, found.design_effect, found.low, found.high, beta.low, beta.high]
    assert ours == pytest.approx(expected, rel=2e-7) and found.df == row["df"]


def test_a_mean_and_a_jackknife_are_those_of_r():
    frame, design = data("apiclus1")
    found = mean(design, frame["api00"].to_numpy(float), np.ones(len(frame), bool))
    assert (found.value, found.se) == pytest.approx((MORE["apiclus1 mean api00"], MORE["apiclus1 se api00"]))
    frame, design = data("apiclus2")
    districts = np.unique(design.units)
    left = np.stack([np.where(design.units == one, 0, len(districts) / (len(districts) - 1)) for one in districts], 1)
    jack = Design(design.weights, design.strata, design.units, None, design.weights[:, None] * left, "jk1")
    found = share(jack, (frame["awards"] == "Yes").to_numpy(), np.ones(len(frame), bool))
    expected = (MORE["apiclus2 jk1 share awards"], MORE["apiclus2 jk1 se awards"])
    assert (found.value, found.se) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("kind", "se", "low"),
    [("bootstrap", 0.165891530827, 0.124598138257), ("brr", 0.151437555888, 0.144337282656)],
)
def test_replicate_weights_have_the_errors_and_intervals_of_r(kind, se, low):
    """R's svrepdesign with mse=TRUE, scales as it chooses them, and its svyciprop with method="logit"."""
    people, sets = np.arange(10), np.arange(6)
    replicates = (people[:, None] * 7 + sets * 3) % 5 + 0.5
    design = Design(np.ones(10), np.zeros(10, int), people, None, replicates, kind)
    answer = np.isin(people, (0, 2, 3, 5, 8))
    found = share(design, answer, np.ones(10, bool))
    assert found.se == pytest.approx(se, rel=1e-10)
    assert found.low == pytest.approx(low, rel=1e-7)


def test_fay_weights_have_the_error_of_r():
    """Two ambulance services in each of three areas (scd of R's survey): Fay's weights are 0.3 and 1.7."""
    weights = np.array([MORE[f"scd fay weight {k}"] for k in range(1, 25)]).reshape(4, 6).T
    alive = np.array([25, 24, 30, 49, 80, 70])
    design = Design(np.ones(6), np.repeat(np.arange(3), 2), np.arange(6), None, weights, "fay", 0.3)
    found = share(design, alive > 40, np.ones(6, bool))
    assert (found.value, found.se) == pytest.approx((MORE["scd fay share"], MORE["scd fay se"]))
    plain = Design(np.ones(6), design.strata, design.units, None, (weights - 1) / 0.7 + 1, "brr")
    assert share(plain, alive > 40, np.ones(6, bool)).se == pytest.approx(found.se)  # rho 0 is BRR itself


@pytest.mark.parametrize(("name", "other"), [("apiclus2", "M"), ("apistrat", "H")])
def test_several_answers_of_one_person_are_tested_as_r_does(name, other):
    """Covariances of svyby, then pchisqsum by Satterthwaite: Rao and Scott's second order for overlapping answers."""
    frame, design = data(name)
    if name == "apiclus2":  # which R's call takes without the correction of a finite population, as here
        assert design.population is None
    boxes = (frame[["awards", "sch.wide", "comp.imp"]] == "Yes").to_numpy()
    first, second = ((frame["stype"] == kind).to_numpy() for kind in ("E", other))
    found = overlapping(design, boxes, first, second)
    expected = [MORE[f"{name} boxes {what}"] for what in ("statistic", "df", "p")]
    assert [found.statistic, found.df, found.p] == pytest.approx(expected, rel=1e-9)


def test_a_simple_sample_has_the_textbook_error_and_no_design_effect():
    """Three of ten: the variance is 0.3 * 0.7 / 9."""
    answer = np.arange(10) < 3
    found = share(Design(np.ones(10), np.zeros(10, int), np.arange(10)), answer, np.ones(10, bool))
    assert (found.value, found.se**2, found.design_effect) == pytest.approx((0.3, 0.21 / 9, 1))


@given(st.lists(st.booleans(), min_size=4, max_size=40), st.floats(0.1, 50))
def test_scaled_weights_change_nothing_and_the_opposite_mirrors(given_, scale):
    answer, everyone, n = np.array(given_), np.ones(len(given_), bool), len(given_)
    weights, places = 1 + np.arange(n) % 3, np.arange(n)
    one, two, other = (
        share(Design(w, places * 0, places), a, everyone)
        for w, a in ((weights * 1.0, answer), (weights * scale, answer), (weights * 1.0, ~answer))
    )
    assert (one.value, one.low, one.high) == pytest.approx((two.value, two.low, two.high), abs=1e-9)
    assert (one.low, one.high) == pytest.approx((1 - other.high, 1 - other.low), abs=1e-9)


def test_nobody_and_everybody_have_an_interval():
    design = Design(np.ones(50), np.zeros(50, int), np.arange(50))
    none = share(design, np.zeros(50, bool), np.ones(50, bool))
    assert (none.low, none.high) == pytest.approx((0, 1 - 0.025 ** (1 / 50)))  # Clopper and Pearson of 0 of 50


def test_one_answer_is_tested_as_pearson_does_and_copies_of_it_add_nothing():
    """18 of 40 against 8 of 40: Pearson's chi-square is 5.698; a second copy of the answer is no second evidence."""
    answer = np.r_[np.arange(40) < 18, np.arange(40) < 8][:, None]
    first, places = np.arange(80) < 40, np.arange(80)
    design = Design(np.ones(80), places * 0, places)
    alone, doubled = (overlapping(design, np.repeat(answer, k, 1), first, ~first) for k in (1, 2))
    separate = (18 / 40 * 22 / 40 + 8 / 40 * 32 / 40) / 40 * 80 / 79
    pooled = 26 / 80 * 54 / 80 / 20
    assert alone.statistic == pytest.approx(80 * (18 * 32 - 22 * 8) ** 2 / (40 * 40 * 26 * 54) * pooled / separate)
    assert (doubled.df, doubled.p) == pytest.approx((1, alone.p))
    halves = [Design(np.ones(40), np.zeros(40, int), np.arange(40)) for _ in range(2)]
    apart = between(halves[0], answer[:40], halves[1], answer[40:])
    assert apart.p == pytest.approx(alone.p, abs=0.002)


def test_two_surveys_of_different_designs_are_tested_as_one_design_of_r_with_both():
    (schools, one), (districts, other) = data("apistrat"), data("apiclus1")
    boxes = ["awards", "sch.wide", "comp.imp"]
    found = between(one, (schools[boxes] == "Yes").to_numpy(), other, (districts[boxes] == "Yes").to_numpy())
    expected = [MORE[f"apistrat and apiclus1 boxes {what}"] for what in ("statistic", "df", "p")]
    assert [found.statistic, found.df, found.p] == pytest.approx(expected, rel=2e-7)


def test_one_answer_in_clusters_is_tested_as_r_does():
    frame, design = data("apiclus2")
    first = (frame["stype"] == "E").to_numpy()
    found = overlapping(design, (frame[["awards"]] == "Yes").to_numpy(), first, ~first)
    assert (found.df, found.statistic) == pytest.approx((1, MORE["apiclus2 awards by elementary t"] ** 2))
