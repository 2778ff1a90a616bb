"""Official series: their table against numbers counted by hand, their sentences, and a site without a dead link."""

import posixpath
import re
import shutil
from html import unescape
from pathlib import Path
from urllib.parse import unquote

import pandas as pd
import pytest

import real
from crosswave.report.building import Choice, run_report
from crosswave.report.official import change_words, left_words, told, years_words
from crosswave.report.pages import run_request
from crosswave.report.series import census_table, changes_table, series_alt, series_answer, series_chart
from crosswave.report.site.build import Site
from crosswave.report.site.material import PageLink
from crosswave.robustness.verdict import robustness_of_trend

pytestmark = pytest.mark.usefixtures("kept")

BY_HAND = {
    "civil-service-tools": [63.569, 65.277, 68.023, 72.420],
    "nhs-paper-only-records": [100 * 32 / 222, 100 * 19 / 217, 100 * 10 / 214, 100 * 12 / 206],
    "gp-remote-appointments": [None, 100 * 59_047 / 633_357, 100 * 61_352 / 641_169, 100 * 60_345 / 605_492],
}


@pytest.fixture(scope="module")
def official(study):
    return study.official().set_index("construct_id")


@pytest.mark.parametrize("topic", BY_HAND)
def test_the_table_has_the_numbers_counted_by_hand(official, topic):
    found = official.loc[topic, ["2017", "2018", "2019", "2020"]]
    for number, expected in zip(found, BY_HAND[topic], strict=True):
        assert pd.isna(number) if expected is None else number == pytest.approx(expected, abs=1e-9)


def test_remote_appointments_are_a_tenth_before_the_pandemic(official):
    shown = official.loc["gp-remote-appointments", ["2018", "2019", "2020"]].astype(float).round(1)
    assert shown.tolist() == [9.3, 9.6, 10.0]


def test_only_the_two_waves_of_a_pair_are_compared(official):
    # The GP Patient Survey begins in 2018: nothing else takes the place of 2017.
    assert pd.isna(official.loc["gp-remote-appointments", "2017_2020_verdict"])
    assert official.loc["gp-remote-appointments", "2019_2020_difference_pp"] == pytest.approx(0.4, abs=0.05)
    # The words on clear vision at the top changed in 2020: 2017 to 2019 does not stand in for 2017 to 2020.
    assert official.loc["civil-service-leaders-vision", "2017_2020_verdict"] == "not comparable"
    assert official.loc["civil-service-leaders-vision", "2017_2019_difference_pp"] == pytest.approx(1.444, abs=0.01)


def test_every_official_topic_is_of_one_census_or_random_sample(study, official):
    for name, row in official.iterrows():
        surveys = [study.registry.finding(one.finding).survey for one in study.registry.constructs[name].answers]
        assert {survey.series for survey in surveys} == {row["series"]}
        assert {survey.sampling for survey in surveys} <= {"census", "probability"}


def test_the_change_among_those_counted_is_exact_and_the_bounds_are_those_of_everybody_invited(study):
    changes = study.series("csps").changes.set_index(["construct_id", "from_year", "to_year"])
    row = changes.loc[("civil-service-tools", 2017, 2020)]
    assert (row["counted_low_pp"], row["counted_high_pp"]) == pytest.approx((72.42 - 63.569,) * 2, abs=2e-3)
    # 294,905 of 442,207 and 319,935 of 485,903 took part; at most 5 % of them left the item out.
    n, asked = (0.95 * 294_905, 0.95 * 319_935), (442_207, 485_903)
    low = 0.7242 * n[1] / asked[1] - (1 - (1 - 0.63569) * n[0] / asked[0])
    assert row["invited_low_pp"] == pytest.approx(100 * low, abs=0.01)
    silent = 1 - n[1] / asked[1]
    assert row["needed_later_pp"] == pytest.approx(-(72.42 - 63.569) / silent, abs=0.02)


def test_a_sentence_tells_its_row(study):
    changes = study.series("eric").changes
    row = changes[(changes["construct_id"] == "nhs-paper-only-records") & (changes["to_year"] == 2020)].iloc[-1]
    words = change_words(row)
    assert "from 14.4% in 2017 to 5.8% in 2020" in words and f"{abs(row['difference_pp']):.1f} points" in words
    assert f"{row['certainty']} certainty" in words


ROW = {
    "construct_id": "a", "label": "has tools", "series": "s", "group": None, "from_year": 2017, "to_year": 2020,
    "first_pct": 40.0, "second_pct": 40.04, "difference_pp": 0.04, "low_pp": -1.0, "high_pp": 1.1,
    "answer": "no real change", "certainty": "high", "main": True,
}  # fmt: skip


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({}, "did not really change, 40.0% in 2017 and 40.0% in 2020 (0.0 points, -1.0 to +1.1; high certainty)"),
        (
            {"answer": "fell", "second_pct": 30.0, "difference_pp": -10.0, "low_pp": -12.0, "high_pp": -8.0,
             "certainty": "low"},
            "may have fallen from 40.0% in 2017 to 30.0% in 2020, by 10.0 points (8.0 to 12.0; low certainty)",
        ),
    ],
)  # fmt: skip
def test_sentences_in_the_words_of_their_certainty(changed, words):
    assert [str(one) for one in told(pd.DataFrame([ROW | changed]))] == [f"Has tools: {words}."]


def test_of_several_pairs_the_one_of_the_topics_page_is_told_and_the_rest_is_counted():
    short = ROW | {"to_year": 2019, "answer": "rose", "main": False}
    untold = ROW | {"construct_id": "b", "answer": "cannot tell"}
    group = ROW | {"construct_id": "c", "group": "one", "answer": "rose"}
    frame = pd.DataFrame([short, ROW, untold, group])
    assert [one.words.count("2020") for one in told(frame)] == [1]
    assert left_words(frame) == (
        "Of 1 topic of single groups, 1 rose, 0 fell, 0 did not really change. "
        "For 1 other topic the series cannot tell."
    )


def test_a_census_has_the_bounds_of_its_series_on_the_page_of_its_topic(study):
    """Of those who were asked and did not answer nothing is known: the same ends in both places."""
    changes = study.series("csps").changes.set_index(["construct_id", "to_year"]).sort_index()
    row = changes.loc[("civil-service-tools", 2020)].query("from_year == 2017").iloc[0]
    found = robustness_of_trend(study.trend("civil-service-tools").trend, study.plan)
    ends = [100 * found.asked.low, 100 * found.asked.high]
    assert ends == pytest.approx([row["invited_low_pp"], row["invited_high_pp"]], abs=0.05)


def test_each_span_of_years_counts_the_topics_that_were_measured_in_both():
    early = ROW | {"to_year": 2019, "answer": "rose", "main": False}
    untold = ROW | {"construct_id": "b", "to_year": 2019, "answer": "cannot tell"}
    group = ROW | {"construct_id": "c", "to_year": 2019, "group": "one", "answer": "rose"}
    frame = pd.DataFrame([early, ROW, untold, group])
    assert years_words(frame, [(2017, 2019), (2019, 2020), (2017, 2020)]) == (
        "From 2017 to 2019, of 2 topics measured in both 1 rose, 0 fell, 0 did not really change, 1 cannot be told; "
        "from 2017 to 2020, of 1 topic measured in both 0 rose, 0 fell, 1 did not really change."
    )
    assert years_words(frame, [(2019, 2020)]) == ""


def test_the_topics_of_official_series_add_up():
    """Sentences, single groups and those without an answer are all topics; an odd one is not counted twice."""
    official = real.ledger().official
    words = left_words(official)
    groups, *kinds, rest = (int(number) for number in re.findall(r"\d+", words))
    assert groups == sum(kinds) == official[official["group"].notna()]["construct_id"].nunique()
    assert len(told(official)) + groups + rest == official["construct_id"].nunique()


def test_what_official_series_tell_is_what_the_page_of_each_topic_says():
    ledger = real.ledger()
    main = ledger.official[ledger.official["main"]].set_index("construct_id")
    assert {one.construct_id for one in told(ledger.official)} <= set(main.index) and main.index.is_unique
    for name, row in main.iterrows():
        trend = ledger.assessed[name]
        compared = trend.comparison
        assert (row["verdict"], row["from_year"]) == (trend.verdict, trend.pair.first.year)
        assert row["difference_pp"] == pytest.approx(100 * compared.difference, nan_ok=True)
        assert (row["low_pp"], row["high_pp"]) == pytest.approx((100 * compared.low, 100 * compared.high), nan_ok=True)


@pytest.mark.parametrize("name", list(real.registry().series))
def test_every_series_has_its_frames_its_tables_and_its_chart(study, name):
    series = study.series(name)
    assert len(series.figures) == sum(len(q.answers) for survey in series.surveys for q in survey.questions)
    assert set(series.figures["survey_id"]) <= set(series.waves["survey_id"])
    assert len(changes_table(series.changes)) == len(series.changes) >= len(census_table(series.changes))
    assert all(series_answer(series.changes, study.plan)[:1])
    chart = series_chart(series.figures, series.title)
    assert series_alt(series.figures, series.title).startswith(series.title)
    assert chart is not None or "no figure is printed for two years" in series_alt(series.figures, series.title)
    assert repr(series).startswith(series.title) and series.to_dict()["series_id"] == name


def test_the_same_organisations_are_those_of_the_panels(study):
    moves = study.series("eric").transitions
    from_paper = moves[(moves["first"] == "eric-2017-18") & (moves["second"] == "eric-2020-21")]
    cells = from_paper.set_index(["before", "after"])["organisations"]
    assert (cells["paper", "mixed"], cells["mixed", "paper"], from_paper["organisations"].sum()) == (20, 3, 204)


def test_lines_hold_one_instrument(study):
    lines = study.series("csps").lines
    vision = lines[lines["construct_id"] == "civil-service-leaders-vision"]
    assert vision["year"].tolist() == [2015, 2016, 2017, 2018, 2019]  # then the words changed
    assert vision["total_error"].unique().tolist() == [study.plan.total_error["census"].number]


def test_an_unknown_series_is_told_with_the_nearest(study):
    with pytest.raises(KeyError, match="no series is called 'cspss'; did you mean csps"):
        study.series("cspss")


# --- the site ---------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def request_of_all():
    return run_request(real.registry(), real.ledger(), Path("out"))


@pytest.fixture(scope="module")
def site(request_of_all):
    """Every page of the site but the notebooks, and the addresses of these."""
    made = request_of_all
    pages = [f"survey/{n}" for n in made.surveys] + [f"trend/{n}" for n in made.constructs]
    pages += [f"series/{n}" for n in made.series] + [f"claims/{n}" for n in made.sources]
    pages += ["start", "synthesis", "barriers", "context", "calibration"]
    links = [PageLink(p, made.texts[p].title or p, p.partition("/")[0], f"pages/{p}.html") for p in pages]
    return Site(links, made.material, "1.2.3"), {link.href for link in links}


def test_a_wave_of_a_series_has_no_page_of_its_own(request_of_all):
    waves = set(real.registry().series_of)
    assert waves and not waves & set(request_of_all.surveys)
    assert set(request_of_all.series) == set(real.registry().series)
    assert not {f"survey/{wave}" for wave in waves} & request_of_all.texts.keys()


def test_no_link_of_the_site_is_dead(site):
    built, notebooks = site
    files = built.files()
    for name, html in files.items():
        if name.endswith(".html"):
            linked = {unquote(unescape(href)).partition("#")[0] for href in re.findall(r'href="([^"]+)"', html)}
            inside = {
                posixpath.normpath(posixpath.join(posixpath.dirname(name), href))
                for href in linked
                if href and not href.startswith(("http", "data:"))
            }
            assert inside <= files.keys() | notebooks, name


def test_a_wave_is_linked_to_the_page_of_its_series(site):
    built, _ = site
    surveys = built.files()["surveys.html"]
    assert '<a href="pages/series/csps.html">Civil Service People Survey 2017</a>' in surveys
    assert "pages/survey/csps-2017.html" not in surveys
    assert 'href="pages/series/csps.html#tools.agree"' in built.files()["findings.html"]


def test_the_first_page_leads_with_official_series_and_says_their_rows(site):
    html = built_index(site)
    assert html.index("official-heading") < html.index("items-heading") < html.index("levels-heading")
    spoken = " ".join(unescape(re.sub(r"<[^>]+>", "", html)).split())
    assert all(f"{one.label}: {one.words}." in spoken for one in told(real.ledger().official))
    assert left_words(real.ledger().official) in spoken


def built_index(site):
    return site[0].files()["index.html"]


def test_how_the_surveys_were_found_is_a_page_that_every_other_links(site):
    files = site[0].files()
    assert (
        "<h1>How the surveys were found</h1>" in files["search.html"] and "Looked for in vain" in files["search.html"]
    )
    assert all('search.html"' in html for name, html in files.items() if name.endswith(".html"))


def test_the_page_of_a_series_is_made_and_its_figures_can_be_linked_to(tmp_path):
    shutil.copytree(real.ROOT / "notebooks", tmp_path / "notebooks")
    done = run_report(real.part(tmp_path / "data", "eric"), tmp_path / "out", Choice(surveys=("eric-2017-18",)))
    assert [(page.page, page.status, page.error) for page in done.pages] == [("series/eric", "made", "")]
    html = (tmp_path / "out" / "pages" / "series" / "eric.html").read_text(encoding="utf-8")
    assert '<tr id="record-type.paper">' in html and "32 of 222" in html
    assert "page series/eric of crosswave" in html and "from 14.4% in 2017 to 5.8% in 2020" in html
