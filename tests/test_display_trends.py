"""The pages of one construct and of all: every construct has words, tables and charts, and the words say what is so."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure
from scipy.stats import norm

import real
from crosswave.difference.estimate import Interval
from crosswave.difference.sensitivity import smallest_n
from crosswave.models.joint import PRIORS
from crosswave.reconstruct import Reconstruction
from crosswave.report import synthesis as synthesis_page
from crosswave.report.render import to_html, to_text
from crosswave.report.sentences import VERDICT_WORDS, p_words, points
from crosswave.report.synthesis import FATES, fate, fates, synthesis_rows
from crosswave.report.trend import answer as answer_page
from crosswave.report.trend import comparison as comparison_page
from crosswave.report.trend import lines as lines_page
from crosswave.report.trend import robustness as robustness_page
from crosswave.report.trend import total_error as total_error_page
from crosswave.report.trend import waves as waves_page
from crosswave.report.trend.comparison import needed_n
from crosswave.report.trend.robustness import MOST_DRAWN, drawn, intervals, matrix
from crosswave.report.trend.total_error import endless_change, smallest_size
from crosswave.report.trend.waves import WAVE_COLUMNS
from crosswave.robustness.by_tier import by_tier
from crosswave.robustness.multiverse import COLUMNS, Multiverse, multiverse
from crosswave.robustness.nonresponse import Correlation
from crosswave.robustness.tipping_points import TippingPoint
from crosswave.robustness.verdict import Robustness, robustness_of_all, robustness_of_trend
from crosswave.study import Registry
from crosswave.trend.change import Trend
from crosswave.trend.dispersion import Measurement, measure_total_error
from crosswave.trend.lines import ComparableWaves, Line, TopicLine, line_through, topic_line, topic_lines
from crosswave.trend.settings import planned
from crosswave.trend.synthesis import assess_all

pytestmark = pytest.mark.usefixtures("kept")

Counts = Mapping[str, Reconstruction]
NO_VALUE = re.compile(r"\b(nan|None|NaT|inf)\b")


@pytest.fixture(scope="module")
def trends() -> list[Trend]:
    return list(real.trends().values())


@pytest.fixture(scope="module")
def wide(resolved: Registry, reconstructions: Counts) -> list[Trend]:
    settings = answer_page.wider(planned(resolved.plan))
    return list(real.shared("wider trends", lambda: assess_all(resolved, reconstructions, settings)).values())


@pytest.fixture(scope="module")
def errors(resolved: Registry, reconstructions: Counts) -> dict[str, Measurement]:
    return measure_total_error(resolved, reconstructions, alpha=0.05)


@pytest.fixture(scope="module")
def courses(resolved: Registry, reconstructions: Counts) -> tuple[TopicLine, ...]:
    return topic_lines(resolved, reconstructions, planned(resolved.plan), resolved.constructs.values())


def of(trends: list[Trend], name: str) -> Trend:
    return next(trend for trend in trends if trend.construct.id == name)


def held(sentences: list[str], *frames: pd.DataFrame, alt: str = "") -> str:
    """All that a reader reads, checked for the marks of a missing number."""
    text = "\n".join([*sentences, alt, *(to_text(frame, "t") for frame in frames)])
    assert not NO_VALUE.search(text), NO_VALUE.search(text)
    assert all(to_html(frame, "t").startswith("<table") for frame in frames)
    return text


@pytest.mark.parametrize(
    ("years", "step"),
    [("window", 4), *(pytest.param(years, 1, marks=pytest.mark.thorough) for years in ("window", "wider"))],
)
def test_every_construct_has_words_tables_and_charts(
    years: str, step: int, trends: list[Trend], wide: list[Trend], resolved: Registry, reconstructions: Counts
) -> None:
    """Over all years, those that the wider window gives another verdict; the charts of every fourth."""
    alike = {one.construct.id: one.verdict for one in trends} if years == "wider" else {}
    every = {"window": trends, "wider": wide}[years]
    assert len(every) == len(resolved.constructs)
    robust = held_together(every, resolved)
    chosen = [one for one in every if alike.get(one.construct.id) != one.verdict][::step]
    assert len(chosen) > 10
    for place, trend in enumerate(chosen):
        series = topic_line(trend.construct, resolved, reconstructions, trend.settings)
        waves, held_so = waves_page.every_wave(trend, series), robust.get(trend.construct.id)
        analyses = multiverse(trend.construct, resolved, reconstructions, trend.settings)
        frame = robustness_page.analyses(analyses, trend)
        words = [
            *waves_page.trend_answer(trend),
            *comparison_page.trend_reach(trend),
            *robustness_page.robustness_words(held_so, trend),
            *robustness_page.multiverse_words(analyses, frame, trend),
            *waves_page.trend_caveats(trend),
            robustness_page.specification_alt(frame, analyses.reason),
        ]
        shown = [
            waves_page.asked_table(trend.waves),
            waves_page.waves_table(waves),
            comparison_page.gate_table(trend),
            comparison_page.reach_table(trend.comparison),
            comparison_page.tests_table(trend),
            robustness_page.tipping_table(held_so, trend.comparison, trend.settings.design_effect),
            robustness_page.outcomes_table(analyses),
            robustness_page.choices_table(frame),
        ]
        assert held(words, *shown, alt=waves_page.waves_alt(trend, waves))
        assert frame.empty == bool(analyses.reason)
        if place * step % 4 == 0:
            assert (robustness_page.specification_chart(frame) is None) == frame.empty
            assert (waves_page.waves_chart(trend, series, waves) is None) == waves["value_low"].isna().all()


def test_every_course_has_words_tables_and_charts(courses: tuple[TopicLine, ...]) -> None:
    assert sum(course.has_line for course in courses) >= 1
    for course in courses:
        shown = [
            lines_page.lines_table([course]),
            lines_page.not_on_line_table(course),
        ]
        assert held(lines_page.line_words(course), *shown, alt=lines_page.line_message(course))
        under, axes = lines_page.line_under(course), Figure().subplots()
        assert (under is not None) == course.has_line
        if under:
            under(axes)
            assert len(axes.lines) == 4
    assert held(
        lines_page.slopes_words(courses),
        lines_page.lines_table(courses),
        alt=lines_page.slopes_alt(courses),
    )
    assert lines_page.slopes_chart(courses) is not None and lines_page.slopes_chart([]) is None


def test_a_construct_with_few_waves_says_why_it_has_no_line(resolved: Registry, reconstructions: Counts) -> None:
    settings = planned(resolved.plan)
    for name in ("techuk-overhead", "goss-strategy", "nhs-video"):
        course = topic_line(resolved.construct(name), resolved, reconstructions, settings)
        assert not course.has_line
        assert lines_page.line_under(course) is None
        assert lines_page.line_message(course).endswith("surveys that can be compared, too few for a line")
        words = lines_page.line_words(course)
        assert not words or "No line is fitted: " in held(words)


# --- a robustness made by hand --------------------------------------------------------------------------------------


def robust(**changed: Any) -> Robustness:
    none_down = TippingPoint(None, None, 1.0, down=True)
    whole = {
        "verdict": "rose",
        "p_value": 0.01,
        "p_low": 0.004,
        "p_high": 0.03,
        "design_effect": TippingPoint(1.37, "inconclusive", 100.0),
        "less_design_effect": none_down,
        "total_error": TippingPoint(2.25, "inconclusive", 50.0),
        "less_total_error": TippingPoint(None, None, 0.0, down=True),
        "bias": TippingPoint(1.4, "inconclusive", 100.0),
        "correlations": (Correlation("1,000,000 people", (1e6, 1e6), 0.00181),),
    }
    return Robustness(**(whole | changed))


def test_what_tips_a_verdict_is_said_in_words(trends: list[Trend]) -> None:
    weak = "“cannot tell: the evidence is not strong enough”"
    assert robustness_page.robustness_words(robust(), of(trends, "nhs-video")) == [
        "The answer by itself, before other comparisons are counted, is “rose”.",
        f"If the design effect, 1 here, is larger, the answer becomes {weak} above 1.37.",
        f"If the extra error of a survey, 1.5 points here, is larger, the answer becomes {weak} above 2.25 "
        "points; if it is smaller, it holds down to 0 points.",
        f"If the later share is 1.4 points too high beside the earlier one, for whatever reason, the answer is {weak}.",
        "The whole difference could come from who chose to answer: it takes a correlation between answering at all and "
        "saying yes, of opposite signs in the two surveys, of 0.0018 if each survey was drawn from 1,000,000 people.",
        "Over all numbers of people that fit, the p-value of no change runs from p = 0.00400 to p = 0.0300.",
        "How many were asked is not known for both surveys, so those who did not reply have no bounds.",
    ]


def test_bounds_for_those_who_did_not_reply_are_said_where_they_are_known(trends: list[Trend]) -> None:
    trend = of(trends, "nhs-video")
    none = TippingPoint(None, None, -100.0, down=True)
    found = robust(asked=Interval(-0.2, 0.31), bias=none, p_low=0.01, p_high=0.01)
    said = robustness_page.robustness_words(found, trend)
    assert said[-1].endswith("the difference lies between -20.0 and +31.0 points.")
    assert "No bias of the difference up to 100 points, either way, changes the answer." in said
    assert "Whatever numbers of people fit the figures, p = 0.0100 for no change." in said
    table = robustness_page.tipping_table(found, trend.comparison, 1.3).set_index("What is moved")[
        "Where the answer changes"
    ]
    assert table["Answers of those who were asked and did not reply, points"] == "-20.0 to +31.0"
    assert table["Design effect, upwards"] == "1.37: cannot tell: the evidence is not strong enough"
    assert table["Design effect, down to none"] == "none even at 1"
    assert table["Bias of the difference, either way"] == "none up to 100 points either way"
    assert robustness_page.robustness_words(None, trend) == []


def held_together(trends: list[Trend], resolved: Registry) -> dict[str, Robustness]:
    compared = {trend.construct.id: trend.comparison for trend in trends if trend.comparison}
    criteria = trends[0].settings.criteria(resolved.plan)
    found = robustness_of_all(list(compared.values()), criteria, resolved.plan.robustness)
    return dict(zip(compared, found, strict=True))


def test_verdicts_held_together_are_those_of_each(trends: list[Trend], resolved: Registry) -> None:
    found = held_together(trends, resolved)
    compared = [trend for trend in trends if trend.comparison]
    assert list(found) == [trend.construct.id for trend in compared]
    assert found[compared[0].construct.id].bias == robustness_of_trend(compared[0], resolved.plan).bias  # type: ignore[union-attr]


# --- a multiverse made by hand ------------------------------------------------------------------------------------


def universe(differences: list[float], outcomes: list[str]) -> Multiverse:
    rows = [
        dict.fromkeys(COLUMNS, "x")
        | {"first": "a.q.y", "second": "b.q.y", "counts": "printed", "size": "only", "method": f"m{k}", "tier": "A"}
        | {"design_effect": 1.0, "smallest_change": 5.0, "alpha": 0.05, "total_error": 1.5, "p_value": 0.5}
        | {"difference": d, "low": d - 0.05, "high": d + 0.05, "outcome": outcome}
        for k, (d, outcome) in enumerate(zip(differences, outcomes, strict=True))
    ]
    return Multiverse(pd.DataFrame(rows)[list(COLUMNS)], "")


def test_the_specification_curve_runs_from_the_lowest_difference_to_the_highest(trends: list[Trend]) -> None:
    made = universe([0.10, -0.02, 0.04], ["rose", "inconclusive", "inconclusive"])
    frame = robustness_page.analyses(made, of(trends, "nhs-video"))
    by_interval = intervals(frame)
    assert by_interval["difference"].tolist() == [-0.02, 0.04, 0.10]
    assert by_interval["side"].tolist() == ["across 0", "across 0", "above 0"]
    assert robustness_page.specification_alt(frame, "") == (
        "Over 3 analyses the difference runs from -2.0 to +10.0 points; their outcomes: 66.7% cannot tell: the "
        "evidence is not strong enough; 33.3% rose. Intervals: 33.3% above 0; 66.7% across 0; 0.0% below 0. Lowest "
        "end of an interval -7.0, highest +15.0 points."
    )
    lines = {line.words: line.at for line in matrix(by_interval)}
    assert np.array_equal(lines["m1"], [0]) and np.array_equal(lines["above 0"], [2])  # type: ignore[arg-type]
    assert "Tier of total error" not in lines, "a choice with one value is no choice"


def test_many_analyses_are_thinned_evenly_and_keep_both_ends(trends: list[Trend]) -> None:
    made = universe(np.linspace(-0.3, 0.3, 2000).tolist(), ["inconclusive"] * 2000)
    every = intervals(robustness_page.analyses(made, of(trends, "nhs-video")))
    shown = drawn(every)
    assert (len(every), len(shown)) == (2000, MOST_DRAWN)
    assert (shown["difference"].min(), shown["difference"].max()) == (-0.3, 0.3)
    assert np.diff(shown["difference"]).max() < 0.6 / (MOST_DRAWN - 1) * 1.2


def test_shares_of_outcomes_by_choice_add_up(resolved: Registry, reconstructions: Counts, trends: list[Trend]) -> None:
    trend = of(trends, "barrier-budget")
    frame = robustness_page.analyses(multiverse(trend.construct, resolved, reconstructions, trend.settings), trend)
    table = robustness_page.choices_table(frame)
    shares = table.drop(columns=["Choice", "Analyses"]).astype(float).sum(axis=1)
    assert shares.between(99.8, 100.2).all()
    methods = table[table["Choice"].str.startswith("Method: ")]
    assert methods["Analyses"].str.replace(",", "").astype(int).sum() == len(frame)
    assert "For the pair that is reported alone: " in " ".join(
        robustness_page.multiverse_words(Multiverse(frame, ""), frame, trend)
    )


def test_analyses_under_the_error_of_the_pairs_own_kind_are_told_apart(
    resolved: Registry, reconstructions: Counts, trends: list[Trend]
) -> None:
    trend = of(trends, "civil-service-tools")
    made = multiverse(trend.construct, resolved, reconstructions, trend.settings)
    frame = robustness_page.analyses(made, trend)
    own = frame[(frame["pair"] == "reported") & (frame["tier"] == trend.comparison.pair.tier)]
    told = robustness_page.multiverse_words(made, frame, trend)[-1]
    assert f"over {len(own):,} analyses" in told and 0 < len(own) < len(frame)
    assert f"{100 * (own['outcome'] == 'rose').mean():.1f}% rose" in told


def test_a_count_is_told_as_a_percentage_where_a_percentage_is_meant(trends: list[Trend]) -> None:
    trend = of(trends, "nhs-paper-only-records")
    assert "between 2017 (14.4%) and 2020 (5.8%)" in answer_page.headline(trend)
    assert "32 of 222 NHS trusts (14.4%) in 2017/18" in answer_page.may_say(trend)


def test_nothing_is_called_the_best(resolved: Registry, reconstructions: Counts, trends: list[Trend]) -> None:
    trend = of(trends, "barrier-budget")
    made = multiverse(trend.construct, resolved, reconstructions, trend.settings)
    said = " ".join(robustness_page.multiverse_words(made, robustness_page.analyses(made, trend), trend))
    assert "best" not in said and "No analysis is preferred" in said


# --- a trajectory made by hand ------------------------------------------------------------------------------------


def course(resolved: Registry, shares: list[float], trends: list[Trend]) -> TopicLine:
    names, p = [f"w-{i}" for i in range(len(shares))], np.array(shares)
    columns = {"item": "budget", "survey": names, "house": names, "date": 2015.25 + np.arange(len(p))}
    figures = pd.DataFrame(columns | {"logit": np.log(p / (1 - p)), "variance": 1 / (1000 * p * (1 - p))})
    waves = tuple(of(trends, "nhs-video").waves[:1] * len(p))
    construct = of(trends, "barrier-budget").construct
    line = line_through(figures, PRIORS, alpha=0.05)
    return TopicLine(construct, waves, ComparableWaves(waves, {}), waves, figures, line, "no", planned(resolved.plan))


def test_a_steady_rise_is_said_with_its_slope_and_the_next_survey(resolved: Registry, trends: list[Trend]) -> None:
    made = course(resolved, [0.30, 0.36, 0.40, 0.46, 0.50, 0.56], trends)
    said, line = lines_page.line_words(made), made.line
    assert isinstance(line, Line)
    assert said[1] == (
        f"By the joint model of this topic alone the share rises: {points(line.slope, sign=True)} points a year at the "
        f"share of the mean survey, 95% interval {points(line.low, sign=True)} to {points(line.high, sign=True)}, "
        "p < 0.001."
    )
    assert 4.5 < 100 * line.slope < 6
    assert lines_page.line_message(made).startswith("Lack of budget as a barrier: a rise; ")
    assert any(words.startswith("The next such survey, in 2021, would publish between ") for words in said)


def test_a_slope_that_the_family_of_lines_does_not_bear_out_is_none(resolved: Registry, trends: list[Trend]) -> None:
    made = course(resolved, [0.30, 0.36, 0.40, 0.46, 0.50, 0.56], trends)
    assert lines_page.line_words(made)[-1].startswith("No p-value here is adjusted")
    many = replace(made, p_adjusted={"line": 0.2})
    assert (made.slope, many.slope) == (1, 0)
    assert (
        ": a rise shows, " in lines_page.slopes_words([made])[1]
        and ": no slope shows once all are allowed for, " in lines_page.slopes_words([many])[1]
    )
    assert lines_page.slopes_words([many])[-1] == (
        "All slopes and trends here are one family: adjusted by Holm, 0 of 1 are below 0.05, and the smallest is "
        "p = 0.200."
    )
    assert lines_page.slopes_alt([many]).startswith("All allowed for, a slope shows in 0 of 1 ")


# --- before the data, tiers, waves --------------------------------------------------------------------------------


def test_the_n_that_is_needed_is_that_of_the_power_module(trends: list[Trend]) -> None:
    comparison = of(trends, "nhs-outlook-negative").comparison
    assert comparison is not None and comparison.difference < 0
    # 55 %, then 9 %: around the middle, 32 %, a change of 20 points goes from 42 to 22 %. There 1.5 points of error are
    # 1.3, and (.42 * .58 + .22 * .78) / n + 2 * .013^2 = (.2 / 2.8)^2 gives n = 87 where all of it is normal.
    assert (comparison.pair.first.share, comparison.pair.second.share) == (0.55, 0.09)
    needed = needed_n(comparison, 0.2)
    assert (
        needed
        == smallest_n(0.2, 0.32, alpha=0.05, power=0.8, total_error=(0.015, 0.015))
        == pytest.approx(87, rel=0.05)
    )
    assert needed == smallest_n(0.2, 0.68, alpha=0.05, power=0.8, total_error=(0.015, 0.015)), (
        "a fall is a rise seen from behind"
    )
    assert needed_n(comparison, 0.0) is None and needed_n(comparison, 1.01) is None
    blind = of(trends, "barrier-culture").comparison
    assert blind is not None and needed_n(blind, 0.2) is None
    assert any("none is large enough" in said for said in comparison_page.trend_reach(of(trends, "barrier-culture")))


def test_waves_have_the_grade_of_their_pair_with_the_earlier_one_reported(trends: list[Trend]) -> None:
    trend = of(trends, "barrier-budget")
    waves = waves_page.by_wave(trend)
    assert tuple(waves.columns) == WAVE_COLUMNS and trend.comparison is not None
    first = trend.comparison.pair.first.finding.id
    tiers = waves.set_index("finding_id")["tier"]
    assert tiers[first] == "" and set(tiers.drop(first)) == {"B2", "B3", "C"}
    for pair in trend.pairs:
        if pair.first.finding.id == first:
            assert tiers[pair.second.finding.id] == pair.comparability.grade


def test_the_tiers_begin_with_what_is_reported_and_name_every_other(
    trends: list[Trend], resolved: Registry, reconstructions: Counts
) -> None:
    trend = of(trends, "barrier-culture")
    others = by_tier(trend)
    assert next(iter(others.values())) is trend and trend.comparison is not None
    used = [one.comparison.points for one in others.values() if one.comparison]
    assert sorted(used) == sorted({0.0, *(tier.number for tier in resolved.plan.total_error.values())})
    assert by_tier(of(trends, "techuk-enabler")) == {"as asked": of(trends, "techuk-enabler")}


def test_a_change_under_another_tier_is_adjusted_beside_the_others(
    trends: list[Trend], resolved: Registry, reconstructions: Counts
) -> None:
    trend = of(trends, "nhs-video")
    for other in by_tier(trend).values():
        assert other.verdict not in ("rose", "fell") or (other.p_adjusted or 1) < other.settings.alpha


# --- all constructs -----------------------------------------------------------------------------------------------


def test_every_construct_is_counted_once_in_each_window(
    trends: list[Trend], wide: list[Trend], registry: Registry
) -> None:
    table = synthesis_page.fates_table([trends, wide])
    for name in ("2017 to 2020", "2015 to 2022"):
        assert table[name].tolist()[:-1] and table[name].iloc[:-1].sum() == table[name].iloc[-1] == len(
            registry.constructs
        )
    for every in (trends, wide):
        counts = fates(every)
        compared = [trend for trend in every if trend.comparison]
        groups = {words: group for words, (group, _) in FATES.items()}
        assert sum(n for words, n in counts.items() if groups[words] != "not compared") == len(compared)
        said = synthesis_page.synthesis_window(every)
        assert all(f"{words}: {count}" in said for words, count in counts.items() if count)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("techuk-enabler", "not asked"),
        ("techuk-crucial-demand", "asked once"),
        ("barrier-leadership", "no two surveys can be compared"),
        ("barrier-culture", "the surveys are too different"),
        ("nhs-outlook-positive", "a missing number of answers decides"),
        ("digital-confidence", "asked in one year only"),
    ],
)
def test_what_becomes_of_a_construct(trends: list[Trend], name: str, words: str) -> None:
    assert fate(of(trends, name)) == words


def test_the_headline_says_that_comparisons_across_instruments_are_blind(
    trends: list[Trend], errors: dict[str, Measurement], resolved: Registry
) -> None:
    compared = [t for t in trends if t.comparison]
    across = [t for t in compared if t.comparison and t.comparison.pair.comparability.grade in ("H", "B2", "B3")]
    blind = [t for t in across if t.verdict == "uninformative by design"]
    first, second = synthesis_page.synthesis_headline(trends, errors, resolved)
    assert first.startswith(
        f"{len(compared)} of {len(resolved.constructs)} topics could be compared between two surveys of 2017 to 2020"
    )
    assert 0 < len(across) < len(compared)
    assert f"In {len(across)} of these" in first and f"{len(blind)} of these {len(across)} differ too much" in first
    assert "(grades H, B2, B3)" in first
    # H errs least of the three.
    best, tier = errors["H"].estimate, resolved.plan.total_error["H"]
    assert best.points == min(error.estimate.points for error in errors.values())
    assert f"{best.points:.1f} points beyond" in second
    assert f"interval {best.low:.1f} to {best.high:.1f}" in second
    floor = endless_change(tier.error, resolved.plan, planned(resolved.plan))
    assert f"With the {tier.number:g} points taken here" in second and f"less than {points(floor)} points" in second
    nothing = [replace(trend, comparison=None) for trend in trends]
    none_across = ["No comparison of 2017 to 2020 crosses instruments."]
    assert synthesis_page.synthesis_headline(nothing, errors, resolved) == none_across
    assert synthesis_page.synthesis_headline([t for t in trends if t not in across], errors, resolved) == none_across


def test_what_a_survey_needs_is_that_of_the_power_module(resolved: Registry) -> None:
    settings = planned(resolved.plan)
    plan = resolved.plan
    # power: smallest_n(0.05, 0.5) is 1,569 by its own doctest; with 3 points of error none will do.
    assert smallest_size(0.05, (0.0, math.inf), plan, settings) == 1569
    assert smallest_size(0.05, (0.0, math.inf), plan, replace(settings, design_effect=2.0)) == 3138
    assert smallest_size(0.05, (3.0, math.inf), plan, settings) is None
    # Two endless surveys: (1.96 + 0.84) standard errors of sqrt(2) times 3 points, reach's doctest.
    assert endless_change((3.0, math.inf), plan, settings) == pytest.approx(0.119, abs=5e-4)
    assert endless_change((0.0, math.inf), plan, settings) == 0.0
    # An error estimated on 6 degrees of freedom: Student's quantile is 2.45 where the normal one is 1.96.
    known, estimated = (endless_change((3.0, df), plan, settings) for df in (math.inf, 6.0))
    assert estimated / known == pytest.approx((2.447 + 0.842) / (1.960 + 0.842), rel=0.05)
    table = total_error_page.needs_table(resolved, settings)
    assert len(table) == 1 + len(plan.total_error) == 7
    assert table.iloc[0].tolist()[1:4] == ["0", "1,569", f"{smallest_n(0.1, 0.5, alpha=0.05, power=0.8):,}"]
    assert table.iloc[-1].tolist()[2:4] == ["none", "none"]
    said = " ".join(synthesis_page.synthesis_needs(settings, resolved))
    for tier in ("H", "B2", "B3"):
        own = re.search(rf"Grade {tier} \([^)]*\): ([^.]*\.0 points: [^.]*\.0 points: [^.]*)\.", said)
        assert own and own[1] == "5.0 points: no n is enough; 10.0 points: no n is enough"


def test_the_error_is_told_with_its_interval_and_what_carries_it(
    trends: list[Trend], errors: dict[str, Measurement], resolved: Registry, reconstructions: Counts
) -> None:
    settings = planned(resolved.plan)
    left_out, same_year = (
        total_error_page.left_one_out_table(errors, resolved),
        total_error_page.same_year_table(errors, resolved),
    )
    said = held(total_error_page.error_words(errors, settings, resolved), left_out, same_year)
    assert list(errors) == ["H", "B2", "B3"]
    for tier, error in errors.items():
        one = error.estimate
        assert f"Grade {tier}: a single survey errs with a standard deviation of {one.points:.1f} points" in said
        assert f"(interval {one.low:.1f} to {one.high:.1f}), from {len(error.figures)} figures" in said
        assert f"in {one.groups} groups, {one.df} degrees of freedom." in said
        parts = error.by_construct, error.by_survey, error.by_figure
        own = left_out[left_out["Grade"] == tier]
        assert len(own) == 1 + sum(map(len, parts)) and own["Left out"].iloc[0] == "nothing"
        assert own.iloc[0].tolist()[2:] == [f"{one.points:.1f}", f"{one.low:.1f} to {one.high:.1f}", str(one.df)]
        assert set(same_year.loc[same_year["Grade"] == tier, "Id of the figure"]) == set(error.figures["finding_id"])
    assert len(same_year) == sum(len(error.figures) for error in errors.values())
    assert total_error_page.error_of(of(trends, "nhs-video"), resolved, reconstructions) == {}
    for name, tier in (("barrier-culture", "H"), ("barrier-budget", "B2")):
        found = total_error_page.error_of(of(trends, name), resolved, reconstructions)
        assert list(found) == [tier] and found[tier].estimate == errors[tier].estimate
    assert total_error_page.error_words({}, settings, resolved) == []
    asked = total_error_page.error_words(errors, replace(settings, total_error=4.0), resolved)[-1]
    assert asked == "This page was asked to take 4 points in place of them."
    for empty in (total_error_page.same_year_table({}, resolved), total_error_page.left_one_out_table({}, resolved)):
        assert empty.empty and empty.columns[0] == "Grade"


def test_all_tables_of_the_synthesis_hold_every_construct_or_comparison(
    trends: list[Trend], wide: list[Trend], resolved: Registry
) -> None:
    compared = [trend for trend in trends if trend.comparison]
    assert len(synthesis_page.differences_table(trends)) == len(compared)
    refused = sum(trend.verdict == "not comparable" for trend in trends)
    assert synthesis_page.refusals_table(trends)["Topics"].max() <= refused
    held(
        synthesis_page.synthesis_answer(wide),
        synthesis_page.differences_table(wide),
        synthesis_page.refusals_table(wide),
    )
    assert synthesis_page.refusals_table([]).empty


def test_the_forest_is_headed_by_the_answers_and_says_what_adjusting_took(
    trends: list[Trend], wide: list[Trend]
) -> None:
    for every in (trends, wide):
        rows = synthesis_rows(every)
        assert {row.heading.lower() for row in rows} == {VERDICT_WORDS[one.verdict] for one in every if one.comparison}
        for row in rows:
            lost = row.kind == "inconclusive" and (row.low > 0 or row.high < 0)
            assert lost == ("among the other comparisons" in row.label), row.label


def test_the_wider_window_begins_earlier_and_ends_later(resolved: Registry) -> None:
    settings = planned(resolved.plan)
    assert answer_page.wider(settings) == replace(settings, from_year=2015, to_year=2022)


def test_sameness_is_said_by_the_tests_that_show_it_and_not_by_the_wider_interval(wide: list[Trend]) -> None:
    trend = of(wide, "techuk-sme-appetite")
    assert trend.comparison is not None
    # 21 % of 1,463 is 307 of them, 21 % of 970 is 204: 0.05 points apart, with a standard error of 2.20 by hand.
    assert trend.comparison.difference == pytest.approx(204 / 970 - 307 / 1463, abs=1e-12)
    assert trend.comparison.p_value == pytest.approx(2 * norm.sf(0.0466 / 2.20), abs=1e-3)
    assert waves_page.trend_answer(trend) == [
        "May not really have changed (very low certainty): those who answered chose to, or nobody says how they were "
        "chosen; the answer is lost if the surveys err half as much again, and if their answers are clustered.",
        "Appetite to buy from SMEs (techUK surveys): 21% of 1,425 to 1,500 people in 2016 (techuk-2016), then "
        "21% of 941 "
        "to 999 people in 2017 (techuk-2017). No real change: 0.0 points (-5.3 to +5.4 if both were random "
        "samples and each survey erred by 1.5 points more; p = 0.983); two one-sided tests rule out 5 points or more "
        f"({p_words(trend.comparison.equivalence_p)}); grade A: the same instrument, house and population repeated.",
    ]
