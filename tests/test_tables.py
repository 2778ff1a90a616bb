"""Tables: text stays text, headers say what they head, numbers read as they should."""

import io
import re
from dataclasses import replace
from html import unescape
from urllib.parse import unquote

import pandas as pd
import pytest

import real
from crosswave.reconstruct import reconstruct, retractions
from crosswave.reconstruct.survey import LEVELS
from crosswave.report import render
from crosswave.report import start as start_page
from crosswave.report.render import Link, confidence, percent, span, to_html, to_text
from crosswave.report.results import by_finding
from crosswave.report.sentences import points, said_of
from crosswave.report.survey import conflicts as conflicts_page
from crosswave.report.survey import figures as figures_page
from crosswave.report.trend import comparison as comparison_page
from crosswave.report.trend import waves as waves_page
from crosswave.study import Registry
from crosswave.trend.change import Trend

EVIL = '<script>alert("x")</script>'


@pytest.fixture(scope="module")
def culture() -> Trend:
    return real.trends()["barrier-culture"]


def test_html_of_the_data_stays_text() -> None:
    html = to_html(pd.DataFrame({EVIL: [EVIL]}), EVIL)
    assert "<script" not in html
    assert html.count("&lt;script&gt;") == 3


def test_a_link_escapes_its_text_and_its_address() -> None:
    html = to_html(pd.DataFrame({"Source": [Link(EVIL, 'https://example.org/"onclick="x')]}), "Sources")
    assert "<script" not in html and '"onclick=' not in html
    assert '<a href="https://example.org/&quot;onclick=&quot;x">&lt;script&gt;' in html


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "/etc/passwd"])
def test_an_address_that_is_not_of_the_web_is_no_link(url: str) -> None:
    html = to_html(pd.DataFrame({"Source": [Link("text", url)]}), "Sources")
    assert "<a" not in html and ">text<" in html


def test_headers_have_scopes_and_the_table_a_caption() -> None:
    html = to_html(pd.DataFrame({"Year": ["2017"], "Waves": [17]}), "Waves by year")
    assert "<caption>Waves by year</caption>" in html
    assert [re.search(r'scope="(\w+)"', cell)[1] for cell in re.findall(r"<th [^>]*>", html)] == ["col", "col", "row"]  # type: ignore[index]
    assert '<table class="crosswave s1 n2">' in html and "<td>17</td>" in html and "style=" not in html


@pytest.mark.parametrize("missing", [None, float("nan"), pd.NA])
def test_a_missing_value_is_an_empty_cell(missing: object) -> None:
    html = to_html(pd.DataFrame({"What": ["n"], "Value": pd.Series([missing], dtype=object)}), "x")
    assert re.search(r"<td[^>]*></td>", html)
    assert (
        to_text(pd.DataFrame({"What": ["n"], "Value": pd.Series([missing], dtype=object)}), "x")
        == "x\nWhat | Value\nn |"
    )


def test_plain_text_has_a_row_a_line() -> None:
    frame = pd.DataFrame({"Source": [Link("Page", "https://example.org")], "Figures": [1200]})
    assert to_text(frame, "Where") == "Where\nSource | Figures\nPage <https://example.org> | 1,200"


def test_a_table_without_rows_is_not_shown(capsys: pytest.CaptureFixture[str]) -> None:
    render.show(pd.DataFrame(columns=["What"]), "Pairs of waves")
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [
        (136, 137, "136 to 137"),
        (235, 235, "235"),
        (950, 1000, "950 to 1,000"),
        (None, 4, ""),
        (pd.NA, 4, ""),
        (0, 0, "0"),
    ],
)
def test_two_ends_are_a_range_or_one_number_or_nothing(low: object, high: object, words: str) -> None:
    assert span(low, high) == words


def test_percentages_have_one_decimal_and_no_negative_zero() -> None:
    assert [percent(x) for x in (0.58, 0.0, -0.0001, 1.0, None, float("nan"))] == [
        "58.0",
        "0.0",
        "0.0",
        "100.0",
        "",
        "",
    ]
    assert [percent(x) for x in (0.051, -0.051)] == ["5.1", "-5.1"]
    assert [confidence(x) for x in (0.05, 0.01, 0.1, 0.001)] == ["95%", "99%", "90%", "99.9%"]


def test_findings_show_counts_as_ranges_and_bases_with_their_holes(registry: Registry) -> None:
    wave = registry.survey("igov-2017")
    counts = reconstruct(wave, registry)
    table = figures_page.findings_table(by_finding(wave, counts, alpha=0.05, design_effect=1), counts).set_index(
        "Figure"
    )
    culture, skills = table.loc["barriers.culture"], table.loc["gap-barriers.skills"]
    assert (culture["Printed"], culture["Count"], culture["Base"], culture["Share, %"]) == (
        "58%",
        "136 to 137",
        "235",
        "57.5 to 58.5",
    )
    assert (skills["Count"], skills["Base"]) == ("44 to 45", "60 or 62")
    started = table.loc["strategy-stage.just-started"]
    assert (started["Count"], started["Base"]) == ("73, 74 or 119 to 121", "143, 144 or 235")


def assumptions_of(registry: Registry, name: str) -> pd.DataFrame:
    wave = registry.survey(name)
    return conflicts_page.assumptions_table(retractions(wave, registry), reconstruct(wave, registry)).set_index(
        "Assumption"
    )


def test_an_assumption_shows_what_holds_with_it_and_without(registry: Registry) -> None:
    """40, 48, 52, 60 and 62 are the bases up to 62 that print 73, 65, 63, 60 and 40 %."""
    table = assumptions_of(registry, "igov-2017")
    subset = table.loc["All of them (those not very or not at all confident) answered gap-barriers"]
    assert subset.tolist() == [5, "base 60 or 62", "base 40, 48, 52, 60 or 62"]
    assert table.loc["The figures are not weighted"].tolist() == [
        26, "whole numbers of people behind 26 figures", "no whole numbers of people, so an interval only"
    ]  # fmt: skip
    assert table.loc["Percentages are rounded to the nearest"].tolist() == [0, "", "no count changes"]


def test_an_assumption_that_a_conflict_rests_on_shows_what_settles_it(registry: Registry) -> None:
    table = assumptions_of(registry, "cif-2017")
    assert table.loc["The base of cloud-importance is everyone, and nobody skipped it"].tolist() == [
        1, "in conflict", "base 35 to 49, with gaps; no such conflict"
    ]  # fmt: skip
    assert table.loc["Percentages are rounded to the nearest", "Without it"] == "no count changes"
    weights = assumptions_of(registry, "capita-2019").loc["The figures are not weighted"]
    assert weights.tolist() == [2, "2 conflicts", "none of these conflicts"]


def test_reasons_hold_every_figure_once(registry: Registry) -> None:
    wave = registry.survey("solarwinds-2018")
    counts = reconstruct(wave, registry)
    findings = by_finding(wave, counts, alpha=0.05, design_effect=1)
    reasons = figures_page.reasons_table(findings, counts)
    named = [name for names in reasons["Figures"] for name in names.split(", ")]
    assert sorted(named) == sorted(findings["finding_id"].str.partition(".")[2])
    conflicting = reasons[reasons["Level"] == "conflicting"].set_index("Figures")["Why"].to_dict()
    assert conflicting == {name: f"In Conflict {k}" for k, c in enumerate(counts.conflicts, 1) for name in c.figures}


def test_a_folded_table_shows_its_caption_and_holds_the_whole_table(monkeypatch: pytest.MonkeyPatch) -> None:
    held: list[dict[str, str]] = []
    monkeypatch.setattr("crosswave.report.render.publish", held.append)
    frame = pd.DataFrame({"Year": ["2017"], "Waves": [17]})
    render.show(frame, "Waves & years", fold=True)
    assert held[0]["text/html"].startswith('<details class="fold">\n<summary>Waves &amp; years</summary>')
    assert to_html(frame, "Waves & years") in held[0]["text/html"]


def test_a_download_holds_the_frame_and_no_markup() -> None:
    frame = pd.DataFrame({"a": [EVIL, "x, y"], "b": [0.125, None]})
    html = render.download(frame, "Printed figures, 2017")
    assert html.startswith('<p class="download"><a download="printed-figures-2017.csv" href="data:text/csv')
    [text] = re.findall(r'charset=utf-8,([^"]*)"', html)
    assert "<" not in text and pd.read_csv(io.StringIO(unquote(unescape(text)))).equals(frame)


def test_what_no_source_prints_is_said_to_be_so(registry: Registry) -> None:
    wave = registry.survey("bt-yougov-2020")
    facts = figures_page.survey_table(wave, reconstruct(wave, registry)).set_index("Fact")["As far as it is known"]
    assert facts["Percentages rounded"] == "not printed"
    assert facts["How those asked were chosen"] == "panel (inferred: from the pollster)"
    replied = "247 (inferred: 247 organisations were surveyed; how many answered is not said)"
    assert facts["How many replied, as taken here"] == replied


def test_the_settings_table_has_a_verdict_in_every_row(culture: Trend) -> None:
    table = comparison_page.settings_table({"as asked": culture})
    assert table["Answer"].tolist() == [said_of(culture.verdict)] and table["If"].tolist() == ["as asked"]
    answers = comparison_page.tests_table(culture).set_index("What")["Answer"]
    assert answers["Answer"] == said_of(culture.verdict) and culture.comparison is not None
    assert answers["Difference, later minus earlier, points"] == points(culture.comparison.difference, sign=True)


def test_every_pair_passes_the_gate_or_has_a_reason(culture: Trend) -> None:
    gate = comparison_page.gate_table(culture)
    assert len(gate) == len(culture.pairs) > 0
    assert gate["Reasons"].str.len().gt(0).all() and set(gate["Comparable?"]) <= {"yes", "no", "cannot be tested"}
    assert ((gate["Comparable?"] == "no") == (gate["Grade"] == "C")).all()


def test_a_reversed_wave_is_turned_round(culture: Trend) -> None:
    turned = replace(
        culture, waves=tuple(replace(w, answer=w.answer.model_copy(update={"reversed": True})) for w in culture.waves)
    )
    one, other = waves_page.by_wave(culture), waves_page.by_wave(turned)
    assert other["value_low"].tolist() == pytest.approx((1 - one["value_high"]).tolist())
    assert other["high"].dropna().tolist() == pytest.approx((1 - one["low"].dropna()).tolist())
    assert waves_page.waves_table(other.assign(comparable=False))["Published"].str.startswith("all but ").all()


def test_the_table_of_surveys_says_why_one_is_not_beside_the_others(culture: Trend) -> None:
    rows = waves_page.by_wave(culture)
    free = rows.index[~rows["compared"] & rows["refusal"].isna()]
    beside = rows.assign(comparable=rows.index.isin(free[:1]))
    beside.loc[free[1], "base"] = "an unknown number"
    told = waves_page.waves_table(beside)["Comparable?"]
    assert set(told[rows["compared"]]) == {"compared here"} and told[free[0]] == "with most others"
    assert told[free[1]] == "not used: how many answered is not printed"
    assert set(told[free[2:]]) <= {"not with most others"}
    alone = waves_page.waves_table(beside.assign(comparable=False))["Comparable?"]
    assert set(alone[free[2:]]) <= {""}  # where no two can be compared, no one survey is said to be the odd one


def test_years_without_a_wave_are_shown_too(registry: Registry) -> None:
    years = start_page.years_table(registry, 2010, 2025)
    assert years["Year"].tolist() == [str(year) for year in range(2010, 2026)]
    assert years["Surveys"].sum() == len(registry.surveys) and years["Published figures"].sum() == len(
        registry.findings
    )
    with pytest.raises(ValueError, match="from_year 2020 must not be after to_year 2017; swap them"):
        start_page.years_table(registry, 2020, 2017)


def test_levels_without_a_figure_are_shown_too(registry: Registry) -> None:
    levels = start_page.levels_table(pd.DataFrame({"level": ["consistent", "consistent", "bounded"]}))
    assert levels["Level"].tolist() == list(LEVELS)
    assert levels["Figures"].tolist() == [0, 2, 1, 0, 0, 0, 0]
