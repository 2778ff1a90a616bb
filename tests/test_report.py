"""The glue between registry and runner, and what the site says of the ledger."""

import posixpath
import re
import subprocess
import sys
from dataclasses import replace
from functools import cache
from html import unescape
from pathlib import Path

import nbformat
import pandas as pd
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

import real
from crosswave.report import synthesis
from crosswave.report.building import Choice, run_report
from crosswave.report.pages import run_request
from crosswave.report.render import span
from crosswave.report.run.plan import SINGLE, plan_tasks
from crosswave.report.sentences import said_of
from crosswave.report.site.build import Site
from crosswave.report.site.material import PageLink
from crosswave.report.site.overview import answer
from crosswave.report.survey.figures import findings_table
from crosswave.report.trend.answer import headline
from crosswave.study.cache import FOLDER_VARIABLE
from crosswave.trend.same_year import same_year_figures
from crosswave.words import listed_words

ROOT = Path(__file__).parents[1]
RESULTS = ROOT / "reports" / "results"


@cache
def request():
    return run_request(real.registry(), real.ledger(), Path("out"))


def test_every_survey_source_and_construct_has_a_page():
    of_series = {wave for waves in real.registry().series.values() for wave in waves}
    assert set(request().surveys) == set(real.registry().surveys) - of_series
    assert set(request().series) == set(real.registry().series)
    assert set(request().constructs) == set(real.registry().constructs)
    assert set(request().sources) == {claim.source for claim in real.registry().claims.values()}


def test_a_survey_page_is_made_from_its_own_file_and_the_shared_ones():
    names = [path.name for path in request().data["survey/igov-2017"]]
    assert names == ["study.yaml", "quantities.yaml", "plan.yaml", "igov-2017.yaml"]


def test_every_page_has_a_text_for_the_index():
    pages = {*(f"survey/{s}" for s in request().surveys), *(f"trend/{c}" for c in request().constructs)}
    pages |= {f"series/{s}" for s in request().series}
    pages |= {f"claims/{s}" for s in request().sources} | {"start", "synthesis", "barriers", "context", "calibration"}
    assert pages == set(request().texts)
    assert all(text.summary for text in request().texts.values())


def test_the_words_of_the_motivating_comparison_call_no_change():
    by_id = real.ledger().trends.set_index("construct_id")
    row = by_id.loc["barrier-culture"]
    assert (row["first"], row["second"]) == ("igov-2017.barriers.culture", "igov-parkplace-2019.barriers.culture")
    assert row["verdict"] == "uninformative by design"
    # 58 % of 235 is 136 of them and 53 % of 232 is 123: a difference of counts that there can have been.
    assert row["difference_pp"] == round(100 * (123 / 232 - 136 / 235), 1) == -4.9
    assert row["low_pp"] < 0 < row["high_pp"] and row["detectable_pp"] > real.registry().plan.detectable_limit.value
    assert row["sentence"].endswith(
        f"only a change of {row['detectable_pp']} points or more would have been noticed. The published "
        f"difference of -4.9 points ({row['low_pp']:+} to {row['high_pp']:+}) is evidence of nothing."
    )


# iGov Survey ran both surveys of skills and of culture; one survey of each other pair is somebody else's.
@pytest.mark.parametrize(
    ("name", "grade"), [("culture", "H"), ("legacy", "B2"), ("skills", "H"), ("budget", "B2"), ("security", "B2")]
)
def test_the_main_barriers_have_an_answer(name, grade):
    row = real.ledger().trends.set_index("construct_id").loc[f"barrier-{name}"]
    assert row["verdict"] and row["grade"] == grade
    houses = [real.registry().surveys[row[wave].split(".")[0]].fieldwork.house for wave in ("first", "second")]
    assert (houses == ["iGov Survey", "iGov Survey"]) == (grade == "H")


def test_strategy_says_that_it_has_no_second_wave():
    assert (
        "cannot tell: the surveys cannot be compared"
        in real.ledger().trends.set_index("construct_id").loc["has-strategy", "sentence"]
    )


def test_bt_yougov_stands_there_as_unquantified():
    rows = real.ledger().findings[real.ledger().findings["survey_id"] == "bt-yougov-2020"]
    assert rows["level"].tolist() == ["unquantified"]


# --- what pages are made from --------------------------------------------------------------------------------------


def keys(registry, ledger, parameters=None):
    asked = run_request(registry, ledger, Path("out"), parameters)
    plan = plan_tasks(asked.surveys, asked.sources, asked.constructs, notebooks=asked.notebooks)
    files = {task.page: asked.data.get(task.page, asked.data.get(task.kind, ())) for task in plan}
    return {page: (tuple(paths), asked.facts.get(page, "")) for page, paths in files.items()}


def rests_on(name):
    found = keys(real.registry(), real.ledger())
    return {page for page, (paths, _) in found.items() if any(path.stem == name for path in paths)}


def test_every_page_says_what_it_is_made_from():
    assert all(paths for paths, _ in keys(real.registry(), real.ledger()).values())


def test_a_survey_is_read_by_its_page_the_pages_of_its_constructs_and_claims_and_the_summaries():
    constructs = {c.id for c in real.registry().constructs.values() if "igov-2017." in c.model_dump_json()}
    sources = {
        c.source for c in real.registry().claims.values() if "igov-2017" in c.model_dump_json(exclude={"source"})
    }
    expected = {"start", "synthesis", "barriers", "survey/igov-2017"} | {f"trend/{name}" for name in constructs}
    pages = rests_on("igov-2017")
    assert expected <= pages
    assert pages - expected <= {f"claims/{name}" for name in sources}


def test_a_trend_is_made_from_few_surveys_under_the_plan_and_from_all_compared_under_other_settings():
    planned, other = keys(real.registry(), real.ledger()), keys(real.registry(), real.ledger(), {"alpha": 0.01})
    assert len(planned["trend/barrier-culture"][0]) < 20 < len(other["trend/barrier-culture"][0])
    assert planned["survey/igov-2017"] == other["survey/igov-2017"]


def test_an_altered_p_value_concerns_the_compared_trends_alone():
    before = keys(real.registry(), real.ledger())
    trends = real.ledger().trends.copy()
    row = trends.index[trends["p_value"].notna()][0]
    trends.loc[row, "p_high"] = 0.9876
    after = keys(real.registry(), replace(real.ledger(), trends=trends))
    compared = set(trends.loc[trends["p_value"].notna(), "construct_id"])
    assert {page for page in before if before[page] != after[page]} == {f"trend/{name}" for name in compared}


def test_altered_figures_behind_the_total_error_concern_trends_synthesis_and_calibration(monkeypatch):
    before = keys(real.registry(), real.ledger())
    figures = same_year_figures(real.registry(), real.ledger().reconstructions)
    in_the_ninth_place = figures.assign(logit=figures["logit"].round(4) + 1e-9)
    monkeypatch.setattr("crosswave.report.pages.same_year_figures", lambda *_: in_the_ninth_place)
    assert keys(real.registry(), real.ledger()) == before
    moved = figures.assign(logit=figures["logit"] + 0.01)
    monkeypatch.setattr("crosswave.report.pages.same_year_figures", lambda *_: moved)
    after = keys(real.registry(), real.ledger())
    changed = {page for page in before if before[page] != after[page]}
    assert changed == {"synthesis", "calibration", *(f"trend/{name}" for name in real.registry().constructs)}


def test_a_construct_or_claim_that_is_reworded_concerns_its_own_page():
    before = keys(real.registry(), real.ledger())
    construct = real.registry().construct("barrier-culture").model_copy(update={"label": "other words"})
    claim = next(iter(real.registry().claims.values()))
    registry = replace(
        real.registry(),
        constructs={**real.registry().constructs, construct.id: construct},
        claims={**real.registry().claims, claim.id: claim.model_copy(update={"says": "other words"})},
    )
    after = keys(registry, real.ledger())
    assert {page for page in before if before[page] != after[page]} == {
        "trend/barrier-culture",
        f"claims/{claim.source}",
    }


# --- the site ------------------------------------------------------------------------------------------------------

TRENDS = pd.read_csv(RESULTS / "trends.csv", index_col="construct_id", keep_default_na=False, na_values=[""])
TOPICS = ("Skills", "Culture", "Legacy systems", "Budget", "Security")


def overview():
    return request().material.overview


def site_files():
    pages = [f"survey/{n}" for n in request().surveys] + [f"trend/{n}" for n in request().constructs]
    pages += [f"claims/{n}" for n in request().sources]
    texts = [(page, request().texts[page], page.partition("/")[0]) for page in pages]
    links = [PageLink(page, text.title, kind, f"pages/{page}.html", text.summary) for page, text, kind in texts]
    return Site(links, request().material, "1.2.3").files(), {link.href for link in links}


def spoken(html):
    """The text of the first page, from its title to the ways to all others."""
    screen = re.split('aria-labelledby="(?:subjects|ways)-heading"', html[html.index("<h1>") :])[0]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", screen)).split())


@pytest.mark.parametrize("heading", TOPICS)
def test_the_overview_says_of_each_topic_what_the_ledger_says(heading):
    [topic] = [one for one in overview().topics if one.heading == heading]
    row = TRENDS.loc[topic.page.removeprefix("trend/")]
    assert topic.answer == row.answer_sentence
    assert topic.compared in re.sub(r" \([a-z0-9-]+\)", "", row.sentence)


def test_the_overview_answers_for_skills_culture_legacy_systems_budget_and_security():
    assert tuple(topic.heading for topic in overview().topics) == TOPICS


def test_the_groups_of_the_overview_add_up_to_the_verdicts_of_the_ledger():
    counts, answers = TRENDS["verdict"].value_counts(), TRENDS["answer"].value_counts()
    assert {group.words: group.count for group in overview().groups} == {
        said_of(verdict): number for verdict, number in counts.items()
    }
    assert sum(group.count for group in overview().groups) == overview().total == len(TRENDS)
    said, rule = overview().answer
    assert f"rule out a change of {real.registry().plan.smallest_change.value:g} points or more" in rule
    rose, fell, same = (answers.get(answer, 0) for answer in ("rose", "fell", "no real change"))
    assert f"{rose} rose, {fell} fell and {same} did not really change" in said
    untested = counts["not comparable"] + counts["not testable"]
    unclear = answers["cannot tell"] - untested
    assert f"For the other {answers['cannot tell']} topics surveys cannot tell: {unclear} were compared" in said
    assert f"and {untested} could not be compared, or a number for it is missing." in said
    sure = TRENDS[TRENDS["answer"] != "cannot tell"]["certainty"].value_counts()
    levels = [level for level in real.registry().plan.certainty.levels if level in sure]
    assert f"the certainty of these answers: {listed_words([f'{sure[level]} {level}' for level in levels])}." in said


def said_in(cells):
    """The answer in a row of the table of trends."""
    finder = next(one for one in request().material.finders if one.name == "trends")
    return cells[[column.key for column in finder.columns].index("verdict")].text


def test_the_page_of_a_topic_the_table_and_the_overview_say_one_thing():
    rows = {finder.name: finder.rows for finder in request().material.finders}["trends"]
    for name, row in TRENDS.iterrows():
        said = said_of(row.verdict)
        assert said_in(rows[name]) == request().texts[f"trend/{name}"].verdict == said
        assert request().material.cards[f"trend/{name}"].facts["Answer"].lower() == said.lower()


def test_every_number_of_a_topic_is_one_wherever_it_is_shown():
    """Title, card and table of each topic, beside the ledger."""
    finder = next(one for one in request().material.finders if one.name == "trends")
    places = {column.key: k for k, column in enumerate(finder.columns)}
    for name, trend in real.ledger().assessed.items():
        row, cells, card = TRENDS.loc[name], finder.rows[name], request().material.cards[f"trend/{name}"].facts
        title = headline(trend)
        assert ("cannot tell" in title) == (row.answer == "cannot tell"), name
        assert row.answer not in ("rose", "fell") or re.search(f"{row.answer}|risen|fallen", title), name
        if trend.comparison is None:
            assert "Difference" not in card and cells[places["difference"]].text == ""
            continue
        shown = f"{row.difference_pp + 0.0:+.1f}".replace("+0.0", "0.0").replace("-0.0", "0.0")
        assert card["Difference"] == f"{shown} points" and cells[places["difference"]].text == shown
        low, high = (f"{end:+.1f}".replace("+0.0", "0.0").replace("-0.0", "0.0") for end in (row.low_pp, row.high_pp))
        assert card["Interval"].removesuffix(" points") == cells[places["interval"]].text == span(low, high), name


def test_subjects_synthesis_survey_pages_and_the_long_tables_say_what_the_ledger_says():
    """Every answer, difference, interval and count that is shown in more than one place."""
    held, finders = real.ledger(), {finder.name: finder for finder in request().material.finders}
    keys = {name: [column.key for column in one.columns] for name, one in finders.items()}
    cells = {
        name: {key: dict(zip(keys[name], row, strict=True)) for key, row in one.rows.items()}
        for name, one in finders.items()
    }
    for subject in request().material.subjects:
        for link in subject.topics:
            verdict = TRENDS.loc[link.page.removeprefix("trend/")].verdict
            assert said_of(verdict) in link.after.lower(), (subject.name, link)
    trends = list(held.assessed.values())
    table = synthesis.differences_table(trends).set_index("Topic")
    for trend in (one for one in trends if one.comparison):
        row, shown = table.loc[trend.construct.label], cells["trends"][trend.construct.id]
        told = row["Difference, points"], row["Interval, points"], row["Answer"].lower()
        assert told == (shown["difference"].text, shown["interval"].text, said_of(trend.verdict)), trend.construct.id
    counts = synthesis.verdicts_table(trends).groupby("Answer")["Topics"].sum()
    assert {group.words: group.count for group in overview().groups} == counts[counts > 0].to_dict()
    assert sum(synthesis.fates(trends).values()) == overview().total
    for survey, found in held.reconstructions.items():
        own = held.findings[held.findings["survey_id"] == survey]
        assert str(len(own)) == cells["surveys"][survey]["figures"].text
        for row in findings_table(own, found).itertuples(index=False):
            shown = cells["findings"][f"{survey}.{row.Figure}"]
            base = f"{row.Count} of {row.Base}" if row.Count and row.Base else ""
            told = real.registry().findings[f"{survey}.{row.Figure}"].shown, row.Level, base
            assert told == (shown["printed"].text, shown["level"].text, shown["counts"].text), row


def test_no_figure_of_the_first_screen_stands_outside_the_sentences_that_are_checked():
    files, _ = site_files()
    text = spoken(files["index.html"])
    checked = [overview().question, *overview().answer, *overview().limits, f"all {overview().total} topics"]
    checked += [f"{group.count} {group.words}" for group in overview().groups]
    checked += [part for topic in overview().topics for part in (topic.levels, topic.compared, topic.answer)]
    official = [link for links in overview().official.values() for link in links]
    checked += [*overview().official_rest, *(words for link in official for words in (link.text, link.after))]
    checked += ["with 95% intervals", *(f"Named in {year}" for year in overview().years)]
    checked += [overview().items_said, *(cell for item in overview().items for cell in item[1:])]
    for sentence in checked:
        assert sentence in text, sentence
        text = text.replace(sentence, "", 1)
    assert re.findall(r"\d+", text) == []


def test_the_limits_count_what_the_registry_holds():
    surveys = real.registry().surveys.values()
    sampled = [survey for survey in surveys if survey.sampling in ("probability", "census")]
    unsized = [survey for survey in surveys if survey.n.kind == "unknown"]
    assert overview().limits[0].startswith(f"{len(sampled) or 'None'} of {len(surveys)} surveys asked everybody")
    assert overview().limits[1] == f"{len(unsized)} of {len(surveys)} do not say how many people answered."


def test_every_topic_that_rose_or_fell_is_on_the_first_page_once():
    told = [link.page.removeprefix("trend/") for links in overview().official.values() for link in links]
    moved = set(TRENDS.index[TRENDS["answer"].isin(["rose", "fell"])])
    assert moved <= set(told) and len(told) == len(set(told))
    links = {link.page: link.after for links in overview().official.values() for link in links}
    assert links["trend/civil-service-leaders-vision"].endswith("That of 2020 cannot be set beside it.")
    assert not links["trend/civil-service-tools"].endswith("beside it.")


def test_an_item_that_no_survey_of_the_window_names_says_so():
    figures = real.study().barriers().figures
    inside = set(figures.loc[figures["date"].between(2017, 2021), "item"])
    labels = {item.id: item.label for item in real.registry().batteries.items}
    outside = {labels[item] for item in set(figures["item"]) - inside}
    assert outside and {item[0].partition(" (")[0] for item in overview().items if "no survey" in item[0]} == outside


def test_the_surest_answers_come_first_in_the_table_of_trends():
    finder = next(one for one in request().material.finders if one.name == "trends")
    rose = [cells[2].text for cells in finder.rows.values() if cells[1].text == "rose"]
    assert rose == sorted(rose, key=["high", "moderate", "low", "very low"].index) and len(set(rose)) > 1


def test_a_change_that_is_shown_is_told_in_the_headline():
    trends = [replace(trend, verdict="inconclusive") for trend in real.ledger().assessed.values()]
    assert f"For the other {len(trends)} topics surveys cannot tell: {len(trends)} were" in answer(trends)[0]
    told, _ = answer(
        [replace(trends[0], verdict="rose"), replace(trends[1], verdict="no material change"), *trends[2:]]
    )
    assert "1 rose, 0 fell and 1 did not really change" in told


def test_the_long_tables_have_a_row_for_everything_and_a_cell_for_every_column():
    rows = {finder.name: len(finder.rows) for finder in request().material.finders}
    held = {
        "trends": real.registry().constructs,
        "findings": real.registry().findings,
        "claims": real.registry().claims,
    }
    assert rows == {name: len(members) for name, members in {**held, "surveys": real.registry().surveys}.items()}
    assert all(len(row) == len(one.columns) for one in request().material.finders for row in one.rows.values())


@pytest.mark.parametrize(
    ("name", "labels"),
    [
        ("trends", {"Subject", "Year", "House or publisher", "Answer"}),
        ("findings", {"Subject", "Year", "House or publisher", "Level"}),
        ("claims", {"Subject", "Year", "For those who answered"}),
        ("surveys", {"Subject", "Year", "House or publisher", "Level"}),
    ],
)
def test_readers_choose_by_topic_year_house_level_and_verdict(name, labels):
    finder = next(one for one in request().material.finders if one.name == name)
    assert labels <= {column.filter for column in finder.columns}


def test_every_link_inside_the_site_leads_to_a_page_and_to_a_place_on_it():
    files, pages = site_files()
    lost = []
    for name, html in files.items():
        if name.endswith(".html"):
            ids = set(re.findall(r' id="([^"]+)"', html))
            for href in map(unescape, re.findall(r'<a [^>]*?href="([^"]+)"', html)):
                there, _, at = href.partition("#")
                there = there and posixpath.normpath(posixpath.join(posixpath.dirname(name), there))
                found = (there in files or there in pages) if there else at in ids
                lost += [] if found else [(name, href)]
    assert lost == []


def test_ids_of_a_page_are_not_given_twice():
    files, _ = site_files()
    for name, html in files.items():
        if name.endswith(".html"):
            ids = re.findall(r' id="([^"]+)"', html)
            assert len(ids) == len(set(ids)), name


def test_a_survey_is_shown_as_a_person_would_want_it_cited():
    card = request().material.cards["survey/igov-2017"]
    told = {
        name: fact if isinstance(fact, str) else " ".join(item.text for item in fact)
        for name, fact in card.facts.items()
    }
    assert told["Who asked"] == "iGov Survey, for Kofax"
    assert told["How many answered"] == "235 people, at 180 organisations"
    assert told["When"] == "2017-01 to 2017-02; published 2017-04"
    assert told["Cite the survey"].startswith("iGov Survey (2017). Closing the Digital Gap")
    links = {item.href for fact in card.facts.values() if not isinstance(fact, str) for item in fact if item.href}
    assert links == {source.url for source in real.registry().surveys["igov-2017"].sources}


def test_every_page_of_a_survey_a_trend_or_a_source_has_a_card():
    kinds = {page for page in request().texts if "/" in page}
    assert set(request().material.cards) == kinds


# --- a whole report ------------------------------------------------------------------------------------------------


@pytest.fixture
def small(tmp_path, monkeypatch):
    """A folder with one survey, one construct, and notebooks that say little."""
    monkeypatch.setenv("CROSSWAVE_KERNEL", "cold")
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path / "cache"))
    data = tmp_path / "data"
    (data / "surveys").mkdir(parents=True)
    for name in ("study.yaml", "quantities.yaml", "plan.yaml", "claims.yaml", "context.csv"):
        (data / name).write_bytes((ROOT / "data" / name).read_bytes())
    (data / "claims.yaml").write_text("sources: []\nclaims: []\n")
    (data / "context.csv").write_text((ROOT / "data" / "context.csv").read_text().splitlines()[0] + "\n")
    (data / "constructs.yaml").write_text("constructs: []\n")
    for name in ("emc-2016", "goss-2015"):
        (data / "surveys" / f"{name}.yaml").write_bytes((ROOT / "data" / "surveys" / f"{name}.yaml").read_bytes())
    for kind, name in SINGLE.items():
        _write(tmp_path / "notebooks" / f"{name}.ipynb", kind)
    _write(tmp_path / "notebooks" / "01_reproduce_survey.ipynb", "survey", "survey: str = 'a'")
    return data


def _write(path, title, declared=""):
    tagged = {"tags": ["parameters"]}
    cells = [new_code_cell(declared, metadata=tagged), new_markdown_cell(f"# {title}"), new_code_cell("1 + 1")]
    path.parent.mkdir(exist_ok=True)
    nbformat.write(new_notebook(cells=cells), path)


def test_a_report_is_made_once_and_then_only_what_changed(small, tmp_path):
    out, surveys = tmp_path / "out", Choice(only=("survey",))
    first = run_report(small, out, surveys)
    assert [page.status for page in first.pages] == ["made", "made"]
    assert (out / "results" / "findings.csv").is_file()
    assert run_report(small, out, surveys).lines()[0] == "2 pages: 2 unchanged; nothing was to be done"
    survey = small / "surveys" / "emc-2016.yaml"
    survey.write_text(survey.read_text().replace('"81%"', '"82%"'))
    assert {page.page: page.status for page in run_report(small, out, surveys).pages} == {
        "survey/emc-2016": "made",
        "survey/goss-2015": "unchanged",
    }
    assert "82%" in (out / "results" / "findings.csv").read_text()


def test_an_unknown_name_is_told_with_the_nearest(small, tmp_path):
    with pytest.raises(ValueError, match="no survey is called 'emc-2017'; did you mean emc-2016"):
        run_report(small, tmp_path / "out", Choice(surveys=("emc-2017",)))


def test_a_run_with_nothing_to_do_imports_no_statistics(small, tmp_path):
    run_report(small, tmp_path / "out", Choice(only=("start",)))
    code = (
        "import sys; from pathlib import Path; from crosswave.report.building import Choice, run_report; "
        f"s = run_report(Path({str(small)!r}), Path({str(tmp_path / 'out')!r}), Choice(only=('start',))); "
        "assert s.pages[0].status == 'unchanged', s; "
        "sys.exit(bool({'pandas', 'statsmodels', 'numpy', 'ortools', 'papermill', 'nbformat'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
