"""How readers find their way: search index, subjects, glossary, metadata, feed; each against the ledger or by hand."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from functools import cache
from html import unescape
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

import real
from crosswave.report.pages import run_request
from crosswave.report.sentences import said_of
from crosswave.report.site import glossary
from crosswave.report.site.build import Site, described
from crosswave.report.site.identity import bibtex, linked_data, search_index
from crosswave.report.site.material import Citation, Downloads, Link, Material, PageLink
from crosswave.study.models import Study

EVIL = "</script><script>alert(1)</script>"


@cache
def material() -> Material:
    return run_request(real.registry(), real.ledger(), Path("out")).material


def study(**changes: Any) -> Study:
    return Study.model_validate(real.registry().study.model_dump(by_alias=True) | changes)


@cache
def index() -> dict[str, Any]:
    text = search_index(material(), {}, [Link("Methods", "methods.html")])
    found = re.fullmatch(r"window\.crosswaveIndex = (.*);\n", text)
    assert found
    made: dict[str, Any] = json.loads(found[1])
    return made


def test_everything_that_has_a_row_can_be_found() -> None:
    rows = {finder.title: len(finder.rows) for finder in material().finders}
    kinds = index()["kinds"]
    found = [kinds[kind] for kind, *_ in index()["entries"]]
    assert {name: found.count(name) for name in rows} == rows and found.count("Pages") == 1
    assert all(text and href for _, text, href, _ in index()["entries"])


def test_words_alike_are_those_of_the_study() -> None:
    assert ["AI", "artificial intelligence", "machine learning"] in index()["alike"]


def test_every_topic_stands_under_its_subjects_with_the_answer_of_the_ledger() -> None:
    trends = real.ledger().trends.set_index("construct_id")
    told = {link.page.removeprefix("trend/"): link.after for subject in material().subjects for link in subject.topics}
    asked = [name for name, one in real.registry().constructs.items() if one.answers]
    assert told == {name: said_of(trends.loc[name, "verdict"]) for name in asked}


def test_a_subject_names_each_survey_that_asked_and_a_series_once() -> None:
    registry = real.registry()
    [skills] = [subject for subject in material().subjects if subject.name == "skills"]
    asked = {name.partition(".")[0] for name, one in registry.findings.items() if one.answer.topic == "skills"}
    named = {registry.series_of.get(name, name) for name in asked}
    shown = [link.page.removeprefix("survey/") for link in skills.surveys]
    assert all(re.search(r"\b20\d\d$", link.after) for link in skills.surveys)
    assert {registry.series_of.get(name, name) for name in shown} == named and len(shown) == len(named)


# --- glossary ---------------------------------------------------------------------------------------------------------


def test_a_term_is_linked_once_in_prose_and_nowhere_else() -> None:
    html = "<h2>Census</h2><p>A census, <a href='x'>a census</a>, a Census.</p><td>census</td><p>No census.</p>"
    linked = glossary.with_terms(html, "../")
    assert linked.count('class="term"') == 1
    assert re.search(r'<p>A <a class="term" href="../glossary.html#census" title="[^"]+">census</a>, <a href', linked)
    assert glossary.with_terms(linked, "../") == linked


def test_every_term_of_the_glossary_has_a_meaning_without_digits_or_private_words() -> None:
    assert len(glossary.terms()) >= 20
    for term, meaning in glossary.terms().items():
        assert meaning.endswith(".") and len(meaning) > 40, term
        assert not re.search(r"\b(admits?|stands?|lets through|gives way|construct|wave|tier)\b", meaning), term


# --- which site this is ----------------------------------------------------------------------------------------------


def test_what_machines_read_of_a_page_cannot_end_the_script_and_says_the_same() -> None:
    citation = Citation("", "", (), "The makers", "2020-12-31")
    made = Material(study=study(title=EVIL), citation=citation)
    text = linked_data(made, EVIL, EVIL, "pages/x.html", "crosswave 1.2.3")
    assert "<" not in text
    held = json.loads(text)
    assert held["name"] == EVIL and held["@type"] == "Report" and "url" not in held
    assert held["isPartOf"]["@type"] == "Dataset" and held["isPartOf"]["version"] == "1.2.3"
    assert held["isPartOf"]["dateModified"] == "2020-12-31"
    whole = json.loads(linked_data(made, "T", "S", "index.html", "crosswave 1.2.3"))
    assert whole["@type"] == "Dataset" and whole["distribution"] == []
    holding = replace(made, downloads=Downloads((), {"a.csv": b"", "a.parquet": b"", "datapackage.json": b""}, {}))
    [table] = json.loads(linked_data(holding, "T", "S", "index.html", "crosswave 1.2.3"))["distribution"]
    assert table["contentUrl"] == "downloads/a.csv" and table["encodingFormat"] == "text/csv"


@pytest.mark.parametrize(
    ("summary", "told"),
    [("Rose by 3 points.", "Skills. Rose by 3 points."), ("Skills rose.", "Skills rose."), ("", "")],
)
def test_a_page_is_described_by_what_it_is_about(summary: str, told: str) -> None:
    assert described(PageLink("trend/a", "Skills", "trend", "pages/a.html", summary)) == told


def test_a_page_is_cited_by_its_id_version_and_address() -> None:
    citation = Citation("", "", (), "The makers", "2020-12-31")
    assert bibtex(citation, "Skills", "trend/skills", "https://example.org/pages/trend/skills.html", "crosswave 1") == (
        "@misc{crosswave-trend-skills,\n  author = {{The makers}},\n  title = {{Skills}},\n  year = {2020},\n"
        "  note = {Page trend/skills of crosswave 1},\n  url = {https://example.org/pages/trend/skills.html},\n}"
    )


def files_of(**changes: Any) -> dict[str, str | bytes]:
    page = PageLink("start", "Start", "start", "pages/start.html")
    return Site([page], replace(material(), study=study(**changes)), "1.2.3").files()


def test_without_an_address_no_page_claims_one() -> None:
    files = files_of(published={})
    assert "sitemap.xml" not in files and "assets/picture.png" not in files
    assert 'rel="canonical"' not in str(files["index.html"]) and "og:image" not in str(files["index.html"])


def test_an_address_a_funder_and_a_correction_are_shown_where_they_are_known() -> None:
    correction = {"date": "2021-02-03", "page": "trend/barrier-skills", "was": "12 %", "now": "13 %"}
    known = {"address": "https://example.org/surveys", "who": "A. Nyone.", "funding": "Nobody pays."}
    files = files_of(published=known, corrections=[correction])
    home, about = str(files["index.html"]), unescape(str(files["about.html"]))
    assert '<link rel="canonical" href="https://example.org/surveys/index.html">' in home
    assert files["assets/picture.png"][:4] == b"\x89PNG"  # type: ignore[index]
    for words in ("A. Nyone.", "Nobody pays.", "2021-02-03", "Was: 12 % Now: 13 %"):
        assert words in about
    places = {str(one.text) for one in ElementTree.fromstring(str(files["sitemap.xml"])).iter() if one.text}
    assert {"https://example.org/surveys/index.html", "https://example.org/surveys/pages/start.html"} <= places


def test_the_feed_has_the_newest_change_first() -> None:
    correction = {"date": "2099-02-03", "page": "trend/barrier-skills", "was": "12 %", "now": "13 %"}
    root = ElementTree.fromstring(str(files_of(corrections=[correction])["feed.xml"]))
    titles = [one.text for one in root.iter("{http://www.w3.org/2005/Atom}title")]
    assert titles[1:] == ["Correction of trend/barrier-skills", "crosswave 1.2.3 released"]
    assert root.findtext("{http://www.w3.org/2005/Atom}updated") == "2099-02-03T12:00:00Z"


@pytest.mark.parametrize("address", ["", "https://example.org/surveys/"])
def test_every_printed_page_names_its_address_and_version(address: str) -> None:
    html = str(files_of(published={"address": address} if address else {})["trends.html"])
    printed = re.findall(r'@bottom-left \{ content: "([^"]*)"', html)
    assert printed == [f"{address}trends.html, crosswave 1.2.3, data {material().data}, {material().citation.date}"]  # type: ignore[union-attr]
