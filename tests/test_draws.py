"""Synthetic respondents print the survey again, and draws reach every feasible table."""

from itertools import product

import numpy as np
import pandas as pd
import pytest

import real
from crosswave.printed.intervals import percent_interval
from crosswave.reconstruct.arithmetic import Arithmetic, BaseSize, Figure, Link
from crosswave.reconstruct.joint import NOT_IDENTIFIED, draw_counts, draw_survey, respondents, write_table
from crosswave.reconstruct.solve import feasible_readings

REGISTRY = real.registry()


@pytest.mark.parametrize("name", real.examples())
def test_every_draw_prints_every_figure_of_the_survey_again(name, reconstructions):
    rng, readings = np.random.default_rng(20170118), feasible_readings(REGISTRY.survey(name), REGISTRY)
    counted = any(found.count_low is not None for found in reconstructions[name].findings.values())
    assert bool(readings) == (counted and name != "sophos-2019")  # two prints of it disagree
    for reading, sizes in readings[:3]:
        by_figure = tabulate(respondents(reading, draw_counts(reading, sizes, rng), rng))
        assert set(by_figure.index) == {figure.id for figure in reading.figures}
        for figure in reading.figures:
            count, base = (int(by_figure.loc[figure.id, key]) for key in ("count", "base"))
            assert figure.share.low * base <= count <= figure.share.high * base, figure.id


def figure(name, percent, base):
    return Figure(name, f"{percent}%", percent_interval(str(percent), 0), 0, base)


def tabulate(table):
    """Count, base and share of each answer of a table of respondents."""
    answers = [name for name in table.columns if "." in name]
    long = table.melt(value_vars=answers, var_name="figure", value_name="yes").dropna()
    by_figure = long.astype({"yes": bool}).groupby("figure", sort=False)["yes"].agg(count="sum", base="size")
    return by_figure.assign(share=by_figure["count"] / by_figure["base"])


def small(n=(100, 104)):
    """Two answers that exclude each other, and an answer to another question, on 100 to 104 people."""
    base, other = (BaseSize(key, "everyone", *n, (), "everyone answered") for key in ("q|all", "r|all"))
    figures = (figure("q.a", 50, base), figure("q.b", 42, base), figure("r.a", 26, other))
    return Arithmetic(figures, (Link("exclusive", ("q.a", "q.b"), "they exclude each other"),), n)


def tables(reading, sizes):
    """Every feasible table by plain enumeration."""
    for n in sizes:
        printed = [[c for c in range(n + 1) if f.share.low * n <= c <= f.share.high * n] for f in reading.figures]
        yield from ((n, *counts) for counts in product(*printed) if counts[0] + counts[1] <= n)


def test_draws_reach_every_feasible_table_and_no_other():
    reading = small()
    expected = set(tables(reading, range(100, 105)))
    sizes = sorted({n for n, *_ in expected})
    rng = np.random.default_rng(1)
    drawn = [draw_counts(reading, sizes, rng) for _ in range(400)]
    assert {(draw.n, *(draw.counts[f.id] for f in reading.figures)) for draw in drawn} == expected


def test_a_base_that_some_left_out_is_drawn_with_every_size_that_fits():
    """16.7 % of at most 20 people are 1 of 6, 2 of 12 or 3 of 18; two in five, at the most, said nothing."""
    base = BaseSize("q|all", "everyone who answered the item", 20, 20, (), "at most 40% left it out", True, 12)
    reading = Arithmetic((Figure("q.a", "16.7%", percent_interval("16.7", 1), 1, base),), (), (20, 20))
    rng = np.random.default_rng(2)
    drawn = [draw_counts(reading, [20], rng) for _ in range(30)]
    assert {(draw.n, draw.counts["q.a"], draw.bases["q|all"]) for draw in drawn} == {(20, 2, 12), (20, 3, 18)}
    assert tabulate(respondents(reading, drawn[0], rng)).loc["q.a", "base"] in (12, 18)


def test_the_same_seed_gives_the_same_rows_and_another_seed_others():
    survey = REGISTRY.survey("igov-2017")
    one, same, other = (draw_survey(survey, REGISTRY, 2, seed) for seed in (1, 1, 2))
    pd.testing.assert_frame_equal(one, same)
    assert not one.equals(other)


def test_rows_are_marked_synthetic_and_numbered():
    table = draw_survey(REGISTRY.survey("igov-2017"), REGISTRY, 2, 0)
    assert table["synthetic"].all()
    assert table.groupby("draw")["respondent"].agg(["min", "max"]).to_numpy().tolist() == [[1, 235], [1, 235]]
    assert table.attrs["statement"] == NOT_IDENTIFIED


def test_exclusive_answers_never_meet_in_one_respondent():
    table = draw_survey(REGISTRY.survey("igov-2017"), REGISTRY, 1, 3)
    columns = [name for name in table if name.startswith("gap-confidence.")]
    assert table[columns].sum(axis=1).max() == 1


def test_a_subset_question_is_missing_for_everybody_else():
    table = draw_survey(REGISTRY.survey("igov-2017"), REGISTRY, 1, 4)
    asked = table["gap-confidence.not-very"] | table["gap-confidence.not-at-all"]
    assert (table["gap-barriers.skills"].notna() == asked).all()
    assert asked.sum() in (60, 62)


@pytest.mark.parametrize("ending", ["parquet", "csv"])
def test_a_file_says_what_it_holds(tmp_path, ending):
    table = draw_survey(REGISTRY.survey("sas-2022"), REGISTRY, 1, 0)
    path = write_table(table, tmp_path / "new" / f"sas-2022.{ending}")
    read = pd.read_parquet(path) if ending == "parquet" else pd.read_csv(path)
    assert read["synthetic"].all()
    assert len(read) == 86
    assert ending == "csv" or read.attrs["statement"] == NOT_IDENTIFIED
    assert [file.name for file in path.parent.iterdir()] == [path.name]


def test_nothing_is_drawn_where_nothing_can_be_counted():
    with pytest.raises(ValueError, match="no figure of bt-yougov-2020 can be counted"):
        draw_survey(REGISTRY.survey("bt-yougov-2020"), REGISTRY, 1, 0)
    with pytest.raises(ValueError, match="draws must be at least 1; 0 arrived"):
        draw_survey(REGISTRY.survey("igov-2017"), REGISTRY, 0, 0)
