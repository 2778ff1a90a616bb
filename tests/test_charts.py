"""Charts: what is drawn is what was computed, and the words beside them say the same."""

import math
import re
from dataclasses import replace
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

import real
from crosswave.claims import Checker
from crosswave.difference.verdict import DECISIONS
from crosswave.reconstruct import reconstruct
from crosswave.reconstruct.survey import LEVELS
from crosswave.report import canvas
from crosswave.report import claims as claims_page
from crosswave.report import context as context_page
from crosswave.report import start as start_page
from crosswave.report import synthesis as synthesis_page
from crosswave.report.canvas import WIDTH, Look
from crosswave.report.context import KIND_LOOKS
from crosswave.report.forest import PERCENT, Row, forest
from crosswave.report.results import by_finding
from crosswave.report.sentences import said_of
from crosswave.report.survey import figures as figures_page
from crosswave.report.survey.figures import LEVEL_LOOKS, finding_rows
from crosswave.report.synthesis import synthesis_rows
from crosswave.report.trend import comparison as comparison_page
from crosswave.report.trend import waves as waves_page
from crosswave.report.trend.comparison import difference_rows
from crosswave.report.trend.waves import VERDICT_LOOKS
from crosswave.study import Registry
from crosswave.trend.change import Trend
from crosswave.trend.lines import TopicLine, topic_line

pytestmark = pytest.mark.usefixtures("kept")


@pytest.fixture(scope="module")
def trends() -> list[Trend]:
    return list(real.trends().values())


@pytest.fixture(scope="module")
def culture() -> Trend:
    return real.trends()["barrier-culture"]


def findings_of(registry: Registry, survey: str) -> pd.DataFrame:
    wave = registry.survey(survey)
    return by_finding(wave, reconstruct(wave, registry), alpha=0.05, design_effect=1)


def texts(figure: Figure) -> str:
    found = [text.get_text() for text in figure.texts] + [text.get_text() for text in figure.axes[0].texts]
    return " ".join(found)


def strokes(figure: Figure) -> list[tuple[tuple[float, float], tuple[float, float]]]:
    """Both ends of every stroke of the chart, of as many as a path holds."""
    paths = [np.asarray(patch.get_path().vertices).tolist() for patch in figure.axes[0].patches]
    rounded = [[(round(float(x), 2), round(float(y), 2)) for x, y in path] for path in paths]
    return [(one, other) for path in rounded for one, other in zip(path[::2], path[1::2], strict=False)]


def segments(figure: Figure) -> set[tuple[float, float]]:
    """Ends of every horizontal line of the chart."""
    return {(one[0], other[0]) for one, other in strokes(figure) if one[1] == other[1]}


def places(figure: Figure) -> list[tuple[float, float]]:
    """Where each mark stands."""
    drawn = [np.asarray(line.get_xydata()).tolist() for line in figure.axes[0].lines]
    return [(x, y) for [(x, y), *more] in drawn if not more]


def markers(figure: Figure) -> set[float]:
    return {round(x, 2) for x, _ in places(figure)}


def test_every_figure_of_a_survey_stands_at_its_share_with_its_interval(registry: Registry) -> None:
    findings = findings_of(registry, "igov-2017")
    figure = figures_page.findings_chart(registry.survey("igov-2017"), findings, alpha=0.05)
    assert figure is not None
    expected = {(round(100 * row.low, 2), round(100 * row.high, 2)) for row in findings.itertuples()}
    assert expected <= segments(figure)
    assert {round(100 * value, 2) for value in findings["estimate"]} <= markers(figure)
    assert all(f"{row.answer}: {row.published}" in texts(figure) for row in findings.itertuples())


def test_rows_are_the_frame_in_percent(registry: Registry) -> None:
    findings = findings_of(registry, "igov-2017")
    row = next(row for row in finding_rows(registry.survey("igov-2017"), findings) if row.label.startswith("culture"))
    assert (row.admits_low, row.admits_high, row.kind) == (57.5, 58.5, "consistent") or row.admits_low < row.admits_high
    assert row.low < row.admits_low <= row.value <= row.admits_high < row.high


def test_a_figure_without_a_base_has_a_marker_and_no_interval(registry: Registry) -> None:
    rows = finding_rows(registry.survey("vmb-globaldata-2020"), findings_of(registry, "vmb-globaldata-2020"))
    conflicting = [row for row in rows if row.kind == "conflicting"]
    assert conflicting and all(math.isnan(row.low) and not math.isnan(row.value) for row in conflicting)


def test_a_survey_without_a_share_has_words_in_place_of_a_chart(registry: Registry) -> None:
    wave, findings = registry.survey("bt-yougov-2020"), findings_of(registry, "bt-yougov-2020")
    assert figures_page.findings_chart(wave, findings, alpha=0.05) is None
    assert figures_page.findings_alt(wave, findings) == "No chart: bt-yougov-2020 gives no share."


@pytest.mark.thorough
def test_every_survey_can_be_drawn(registry: Registry) -> None:
    for name in real.examples():
        wave = registry.survey(name)
        findings = findings_of(registry, name)
        figure, alt = (
            figures_page.findings_chart(wave, findings, alpha=0.05),
            figures_page.findings_alt(wave, findings),
        )
        assert (figure is None) == findings["value_low"].isna().all(), name
        assert all(row.published in alt for row in findings.itertuples()) or figure is None, name


@pytest.mark.parametrize(("looks", "kinds"), [(LEVEL_LOOKS, LEVELS), (VERDICT_LOOKS, DECISIONS)])
def test_every_kind_has_a_look_and_never_by_colour_alone(looks: dict[str, Look], kinds: dict[str, object]) -> None:
    assert set(looks) == set(kinds)
    marks = [(look.marker, look.filled) for look in looks.values()]
    assert len(set(marks)) == len(marks)


def test_every_kind_of_fact_has_a_look(registry: Registry) -> None:
    assert {fact.kind for fact in registry.facts.values()} <= set(KIND_LOOKS)


def series_of(trend: Trend, registry: Registry) -> TopicLine:
    return topic_line(trend.construct, registry, real.reconstructions(), trend.settings)


@pytest.fixture(scope="module")
def years(registry: Registry, culture: Trend) -> TopicLine:
    return series_of(culture, registry)


def test_every_survey_has_a_dot_with_its_words_and_the_compared_ones_are_joined(
    culture: Trend, years: TopicLine
) -> None:
    figure = waves_page.waves_chart(culture, years, waves_page.every_wave(culture, years))
    assert figure is not None and culture.comparison is not None
    waves = waves_page.every_wave(culture, years)
    drawn = {round(y, 6) for _, y in places(figure)}
    assert {round(100 * share, 6) for share in waves["estimate"].dropna()} <= drawn
    svg = canvas.svg_text(figure, "alt")
    assert svg.count("<title>") == waves["estimate"].notna().sum() and 'role="group"' in svg
    joined = [line for line in (np.asarray(one.get_xydata()) for one in figure.axes[0].lines) if len(line) == 2]
    levels = [[round(100 * share, 6) for share in waves.loc[waves["compared"], "estimate"]]]
    assert levels == [[round(float(y), 6) for _, y in line] for line in joined]


def test_no_dot_hides_another(culture: Trend, years: TopicLine) -> None:
    figure = waves_page.waves_chart(culture, years, waves_page.every_wave(culture, years))
    assert figure is not None
    assert len(set(places(figure))) == len(places(figure)) > 1


def test_the_chart_over_the_years_says_the_answer_and_so_do_its_words(culture: Trend, years: TopicLine) -> None:
    figure, alt = (
        waves_page.waves_chart(culture, years, waves_page.every_wave(culture, years)),
        waves_page.waves_alt(culture, waves_page.every_wave(culture, years)),
    )
    said = "surveys cannot tell whether this changed"
    assert figure is not None and said in " ".join(texts(figure).split())
    assert said in alt and all(wave.finding.answer.printed in alt for wave in culture.waves)


def test_the_difference_stands_against_zero_and_the_smallest_change(culture: Trend) -> None:
    assert culture.comparison is not None
    figure = comparison_page.difference_chart({"as asked": culture})
    assert figure is not None
    low, high = round(100 * culture.comparison.low, 2), round(100 * culture.comparison.high, 2)
    assert (low, high) in segments(figure) and round(100 * culture.comparison.difference, 2) in markers(figure)
    axes = figure.axes[0]
    assert axes.get_xlim()[0] < min(low, 0) and axes.get_xlim()[1] > max(high, 0)
    alt = comparison_page.difference_alt({"as asked": culture})
    assert said_of(culture.verdict) in alt and "includes zero" in alt and f"{low:.1f}" in alt


def test_a_trend_without_a_pair_has_words_in_place_of_charts(registry: Registry) -> None:
    trend = real.trends()["techuk-enabler"]
    assert comparison_page.difference_chart({"as asked": trend}) is None
    assert comparison_page.difference_alt({"as asked": trend}).startswith("No chart: ")


def test_only_compared_constructs_are_drawn_each_with_its_verdict(trends: list[Trend]) -> None:
    rows = synthesis_rows(trends)
    compared = [trend for trend in trends if trend.comparison]
    assert sorted(row.kind for row in rows) == sorted(trend.verdict for trend in compared)
    alt = synthesis_page.synthesis_alt(trends)
    assert all(said_of(trend.verdict) in alt.lower() for trend in compared)
    assert sum(map(int, re.findall(r": (\d+)", alt))) == len(compared)
    assert synthesis_page.synthesis_chart(trends) is not None and synthesis_page.synthesis_chart([]) is None


def test_verdicts_are_counted_whole(trends: list[Trend]) -> None:
    counts = synthesis_page.verdicts_table(trends)
    assert counts["Answer"].tolist() == [said_of(one) for one in DECISIONS] and counts["Topics"].sum() == len(trends)
    assert all(
        f"{row.Answer} {row.Topics}" in synthesis_page.verdicts_alt(trends) for row in counts.itertuples() if row.Topics
    )
    assert f"of {len(trends)} topics" in " ".join(texts(synthesis_page.verdicts_chart(trends)).split())


def test_claims_fall_from_those_who_answered_to_the_population(registry: Registry) -> None:
    checker = Checker(registry, real.reconstructions(), 0.05)
    verdicts = [checker.check(claim) for claim in registry.claims.values()]
    figure, alt = claims_page.claims_chart(verdicts), claims_page.claims_alt(verdicts)
    true = sum(verdict.answered == "true" for verdict in verdicts)
    checked = claims_page.fact_checks(verdicts)
    assert len(checked) == len(verdicts)
    assert sum("Conclusion: Correct for those who replied. " in one for one in checked) == true
    assert figure is not None and f"True of those who answered: {true} of {len(verdicts)}" in texts(figure)
    assert f"{true} of {len(verdicts)}" in alt and claims_page.claims_chart([]) is None


def test_the_timeline_runs_through_the_years_and_names_every_fact(registry: Registry) -> None:
    facts = list(registry.facts.values())
    figure, alt = context_page.timeline_chart(facts), context_page.timeline_alt(facts)
    assert figure is not None and {float(fact.year) for fact in facts} <= markers(figure)
    assert all(f"{fact.year}: {fact.subject}" in alt for fact in facts)
    assert context_page.timeline_chart([]) is None


def test_columns_are_as_high_as_the_waves_of_their_year(registry: Registry) -> None:
    years = start_page.years_table(registry, 2015, 2025)
    columns = [patch for patch in start_page.years_chart(years).axes[0].patches if isinstance(patch, Rectangle)]
    assert [column.get_height() for column in columns] == years["Surveys"].tolist()
    assert all(f"{row.Year}: {row.Surveys}" in start_page.years_alt(years) for row in years.itertuples())


def test_bars_are_as_long_as_the_figures_of_their_level() -> None:
    levels = start_page.levels_table(pd.DataFrame({"level": ["consistent"] * 3 + ["bounded"]}))
    figure = start_page.levels_chart(levels)
    assert sorted(end - start for start, end in segments(figure)) == [1, 3]
    assert "Whole numbers of people can give 3 of 4" in texts(figure) and "consistent: 3" in start_page.levels_alt(
        levels
    )


def test_levels_by_class_of_evidence_add_up_to_all_figures(registry: Registry) -> None:
    findings = pd.DataFrame(
        {"survey_id": ["igov-2017"] * 2 + ["csps-2017"] * 3, "level": ["bounded"] + ["consistent"] * 4}
    )
    table = start_page.evidence_table(findings, registry)
    told = {row[0]: row[1:] for row in table.itertuples(index=False, name=None)}
    assert told == {
        "Everybody was asked": (3, 0, 3),
        "Nobody says how those who answered were chosen": (1, 1, 2),
    }


def test_the_same_chart_is_the_same_bytes(culture: Trend, years: TopicLine) -> None:
    first, second = (waves_page.waves_chart(culture, years, waves_page.every_wave(culture, years)) for _ in range(2))
    assert first is not None and second is not None
    assert canvas.svg_text(first, "alt") == canvas.svg_text(second, "alt")


def test_a_chart_carries_its_words_and_no_date_version_or_path(culture: Trend, years: TopicLine) -> None:
    figure = waves_page.waves_chart(culture, years, waves_page.every_wave(culture, years))
    assert figure is not None and figure.get_figwidth() == WIDTH <= 9
    svg = canvas.svg_text(figure, 'shares of "A" < B')
    assert svg.startswith("<svg ") and 'role="group" aria-label="shares of &quot;A&quot; &lt; B"' in svg
    assert not re.search(r"<dc:date>|Matplotlib|/home/|/Users/|/tmp/", svg)


def test_a_drawing_has_no_styles_and_no_names_and_goes_to_a_tenth_of_a_point(culture: Trend, years: TopicLine) -> None:
    figure = waves_page.waves_chart(culture, years, waves_page.every_wave(culture, years))
    assert figure is not None
    svg = canvas.svg_text(figure, "")
    assert not re.search(r" id=| style=|<style|<defs|<use|clip-path", svg)
    assert not re.search(r"\.\d\d", re.sub(r"<title>.*?</title>|opacity=\S*|stroke-width=\S*|>[^<]*<", "", svg))


def test_what_leaves_its_axes_is_cut_off_and_a_run_of_like_things_is_a_group() -> None:
    figure, (axes,) = canvas.panels("", "", (1.0,), head=0)
    axes.set(xlim=(0, 10), ylim=(0, 10))
    axes.set_axis_off()
    canvas.level(axes, 5, -100, 100, canvas.NAVY)
    axes.axvspan(8, 100, color=canvas.LINE)
    for x in (1, 2):
        canvas.mark(axes, x, 5, Look("o", canvas.NAVY), tip=f"the {x}. <dot>")
    root = ElementTree.fromstring(canvas.svg_text(figure, ""))
    shapes = [element for element in root.iter() if element.tag.endswith(("path", "circle"))]
    numbers = [float(x) for shape in shapes for x in re.findall(r"[MH](-?[\d.]+)", shape.get("d", ""))]
    assert min(numbers) >= 0 and max(numbers) <= 96 * WIDTH
    tips = [element for element in root.iter() if element.get("tabindex")]
    assert [tip[0].text for tip in tips] == ["the 1. <dot>", "the 2. <dot>"]
    assert all(tip[1].tag.endswith("circle") for tip in tips)


def test_markup_in_a_label_is_drawn_as_text() -> None:
    rows = [Row("<script>x</script> costs $5 to $6", "one", value=50, low=40, high=60)]
    figure = forest(rows, {"one": Look("o", "#12436D")}, PERCENT, title="a < b", subtitle="")
    assert "<script" not in canvas.svg_text(figure, "") and "costs $5 to $6" in texts(figure)


def test_where_nothing_can_be_drawn_nothing_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    canvas.show(None, "No chart: nothing is published.", pd.DataFrame(), "caption")
    assert capsys.readouterr().out == ""


def test_no_letter_leaves_the_sheet(registry: Registry, culture: Trend, years: TopicLine, trends: list[Trend]) -> None:
    """As set in the letters by which charts are laid out; a few per cent more are left for others."""
    findings = findings_of(registry, "solarwinds-2018")
    drawn = [
        figures_page.findings_chart(registry.survey("solarwinds-2018"), findings, alpha=0.05),
        waves_page.waves_chart(culture, years, waves_page.every_wave(culture, years)),
        context_page.timeline_chart(list(registry.facts.values())),
        synthesis_page.verdicts_chart(trends),
    ]
    for figure in filter(None, drawn):
        canvas = FigureCanvasAgg(figure)
        canvas.draw()
        written = [text for text in [*figure.texts, *figure.axes[0].texts] if text.get_text()]
        ends = [text.get_window_extent(canvas.get_renderer()).x1 for text in written]
        assert max(ends) <= figure.bbox.width, written[ends.index(max(ends))].get_text()


def test_settings_of_the_caller_do_not_change_a_chart(culture: Trend, years: TopicLine) -> None:
    from matplotlib import rc_context

    plain = waves_page.waves_chart(culture, years, waves_page.every_wave(culture, years))
    with rc_context({"font.size": 30, "svg.fonttype": "path", "axes.facecolor": "red"}):
        other = waves_page.waves_chart(culture, years, waves_page.every_wave(culture, years))
        assert plain is not None and other is not None
        assert canvas.svg_text(plain, "") == canvas.svg_text(other, "")


def test_rows_of_several_settings_keep_their_own_verdicts(culture: Trend) -> None:
    other = replace(culture, verdict="inconclusive")
    rows = difference_rows({"as asked": culture, "otherwise": other})
    assert [row.kind for row in rows] == [culture.verdict, "inconclusive"]
    assert [row.label.split(":")[0] for row in rows] == ["as asked", "otherwise"]
