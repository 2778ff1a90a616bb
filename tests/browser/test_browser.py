"""The site in a real browser: what readers do with it, by mouse, by keyboard, on a phone, on paper."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.thorough]

Visit = Callable[..., Page]
ROOT = Path(__file__).parents[2]
FINDERS = ("trends", "findings", "claims", "surveys")
PLAIN = ("index", *FINDERS, "methods", "search", "downloads", "cite", "pages", "glossary", "about", "subjects/culture")
SURVEY, TREND = "pages/survey/igov-2017", "pages/trend/barrier-culture"
SERIES = "dwp-cses"
NOTEBOOKS = (SURVEY, TREND, "pages/claims/publictechnology-2017-04-18", "pages/start", "pages/synthesis",
             "pages/barriers", "pages/series/dwp-cses", "pages/context", "pages/calibration")  # fmt: skip
EVERY = (*PLAIN, *NOTEBOOKS)
FIRST_VIEW_LIMIT = 300_000
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
"""What axe looks for: WCAG 2.2 AA and best practice."""
OF_SIZE_AND_COLOUR = ["color-contrast", "link-in-text-block", "scrollable-region-focusable", "target-size"]
"""The rules whose answers depend on the width of the page and on its colours."""
AXE = (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")


def shown_rows(page: Page) -> Locator:
    return page.locator("table.finder tbody tr:visible")


def shown(page: Page) -> int:
    return shown_rows(page).count()


def focused(page: Page) -> str:
    return str(page.evaluate("document.activeElement.textContent.trim()"))


def violations(page: Page, rules: list[str] = RULES) -> list[tuple[str, list[str]]]:
    """What axe finds by some rules."""
    options = json.dumps({"runOnly": rules, "resultTypes": ["violations"], "preload": False})
    found = page.evaluate(f"axe.run(document, {options}).then((found) => found.violations)")
    return [(one["id"], [node["html"][:120] for node in one["nodes"][:3]]) for one in found]


# --- every page ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", EVERY)
def test_axe_finds_nothing_wide_and_light_or_narrow_and_dark(site: Path, visit: Visit, name: str) -> None:
    """One page shows all its code."""
    page = visit((site / f"{name}.html").as_uri())
    if name == SURVEY:
        page.get_by_role("button", name="Show the code").click()
    page.evaluate(AXE)
    assert violations(page) == []
    page.set_viewport_size({"width": 360, "height": 800})
    page.emulate_media(color_scheme="dark")
    assert violations(page, OF_SIZE_AND_COLOUR) == []


@pytest.mark.parametrize("name", ["index", "trends", "methods"])
def test_axe_finds_nothing_wide_and_dark(site: Path, visit: Visit, name: str) -> None:
    page = visit((site / f"{name}.html").as_uri(), dark=True)
    page.evaluate(AXE)
    assert violations(page) == []


def test_neither_a_phone_nor_paper_is_too_narrow(site: Path, visit: Visit) -> None:
    page = visit((site / "index.html").as_uri())
    wide = []
    for name in EVERY:
        page.set_viewport_size({"width": 360, "height": 800})
        page.emulate_media(media="screen")
        page.goto((site / f"{name}.html").as_uri())
        phone = page.evaluate("document.documentElement.scrollWidth")
        sheet = 1000 if name in FINDERS else 680  # A4 with margins of 15 mm, on its side for the long tables
        page.set_viewport_size({"width": sheet, "height": 800})
        page.emulate_media(media="print")
        paper = page.evaluate("document.documentElement.scrollWidth")
        wide += [(name, phone, paper)] if phone > 360 or paper > sheet else []
        expect(page.get_by_role("navigation", name="Site")).to_be_hidden()
    assert wide == []


@pytest.mark.parametrize("name", ["index", "findings", SURVEY])
def test_the_site_works_behind_a_web_server_too(served: str, visit: Visit, name: str) -> None:
    page = visit(f"{served}/{name}.html")
    bar = page.locator("header.bar")
    assert bar.evaluate("(bar) => getComputedStyle(bar).backgroundColor") == "rgb(18, 67, 109)"


# --- the overview --------------------------------------------------------------------------------------------------


def test_the_first_view_is_light_and_soon_there(
    served: str, visit: Visit, record_property: Callable[[str, object], None]
) -> None:
    for name in EVERY:
        page = visit("about:blank")
        sizes: list[int] = []
        page.unroute_all()
        page.on("response", lambda response, sizes=sizes: sizes.append(len(response.body())))
        page.goto(f"{served}/{name}.html", wait_until="networkidle")
        ready = page.evaluate("performance.getEntriesByType('navigation')[0].domInteractive")
        record_property(f"first_view_bytes of {name}", sum(sizes))
        record_property(f"interactive_ms of {name}", round(ready))
        assert len(sizes) >= 2
        assert sum(sizes) < FIRST_VIEW_LIMIT, (name, sum(sizes))


def test_the_overview_answers_in_one_screen(site: Path, visit: Visit) -> None:
    page = visit((site / "index.html").as_uri())
    expect(page.get_by_role("heading", level=1)).to_have_text("What changed, 2017 to 2020?")
    topics = page.get_by_role("region", name="Topics").locator("tbody th")
    assert topics.all_text_contents() == ["Skills", "Culture", "Legacy systems", "Budget", "Security"]
    answer = page.locator(".answer").last.bounding_box()
    assert answer and answer["y"] + answer["height"] <= 800


def test_the_overview_leads_to_the_page_of_a_topic(site: Path, visit: Visit) -> None:
    page = visit((site / "index.html").as_uri())
    page.get_by_role("region", name="Topics").get_by_role("link", name="Culture").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Culture or resistance to change as a barrier")
    page.get_by_role("navigation", name="Breadcrumb").get_by_role("link", name="Trends").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Trends")


def test_a_count_of_verdicts_leads_to_just_these_trends(site: Path, visit: Visit) -> None:
    page = visit((site / "index.html").as_uri())
    link = page.get_by_role("link", name="cannot tell: not asked twice")
    number = int((link.text_content() or "").split()[0])
    link.click()
    assert number > 0
    expect(page.get_by_role("status")).to_contain_text(f"{number} of")
    assert shown(page) == number


# --- tables --------------------------------------------------------------------------------------------------------


def test_search_keeps_the_rows_that_hold_every_word(site: Path, visit: Visit) -> None:
    page = visit((site / "findings.html").as_uri())
    every = shown(page)
    page.get_by_label("Search", exact=True).fill("LEGACY igov")
    texts = shown_rows(page).all_text_contents()
    assert 0 < len(texts) < every
    assert all("legacy" in text.lower() and "igov" in text.lower() for text in texts)
    expect(page.get_by_role("status")).to_have_text(f"{len(texts)} of {every} findings")
    page.get_by_role("button", name="Show all").click()
    expect(page.get_by_role("status")).to_have_text(f"{every} findings")
    assert shown(page) == every


def test_the_other_rows_of_a_long_table_come_when_a_reader_looks_for_one(
    site: Path, long_site: Path, visit: Visit
) -> None:
    whole = visit((site / "findings.html").as_uri())
    page = visit((long_site / "findings.html").as_uri())
    every = shown(whole)
    assert shown(page) == 20 < every
    expect(page.get_by_role("status")).to_have_text(f"20 of {every} findings")
    page.get_by_label("Search", exact=True).fill("LEGACY igov")
    whole.get_by_label("Search", exact=True).fill("LEGACY igov")
    expect(page.get_by_role("status")).to_have_text(f"{shown(whole)} of {every} findings")
    assert shown_rows(page).all_text_contents() == shown_rows(whole).all_text_contents()
    last = whole.locator("table.finder tbody tr").last.get_attribute("id")
    linked = visit((long_site / "findings.html").as_uri() + f"#{last}")
    expect(linked.locator(f"[id='{last}']")).to_be_in_viewport()


def test_a_filter_takes_its_choices_from_the_table_and_stays_in_the_address(site: Path, visit: Visit) -> None:
    page = visit((site / "findings.html").as_uri())
    page.get_by_label("Year").select_option("2019")
    page.get_by_label("Subject").select_option("Culture")
    years = shown_rows(page).locator("td:nth-child(2)").all_text_contents()
    assert set(years) == {"2019"}
    again = visit(page.url)
    assert shown(again) == len(years)
    expect(again.get_by_label("Subject")).to_have_value("Culture")


@pytest.mark.parametrize("name", FINDERS)
def test_every_column_sorts_both_ways_and_says_so(site: Path, visit: Visit, name: str) -> None:
    page = visit((site / f"{name}.html").as_uri())
    rows = shown(page)
    for place in range(page.locator("table.finder thead th").count()):
        head = page.locator("table.finder thead th").nth(place)
        for order in ("ascending", "descending"):
            head.get_by_role("button").click()
            expect(head).to_have_attribute("aria-sort", order)
        assert page.locator("[aria-sort]").count() == 1
    assert shown(page) == rows


def test_numbers_sort_as_numbers_and_unknown_ones_come_last(site: Path, visit: Visit) -> None:
    page = visit((site / "findings.html").as_uri() + "#sort=interval&order=descending")
    lows = [text.split(" to ")[0] for text in page.locator("table.finder tbody td:nth-child(8)").all_text_contents()]
    known = [float(low) for low in lows if low]
    assert known == sorted(known, reverse=True)
    assert "" in lows and all(lows[: len(known)])


def test_a_row_leads_to_its_own_row_on_the_page_of_its_survey(site: Path, visit: Visit) -> None:
    page = visit((site / "findings.html").as_uri())
    page.get_by_role("link", name="igov-2017.barriers.culture").click()
    page.wait_for_url("**/pages/survey/igov-2017.html#barriers.culture")
    expect(page.locator("tr:target")).to_contain_text("58%")
    expect(page.locator("tr:target")).to_be_in_viewport()


def test_what_is_shown_can_be_downloaded(site: Path, visit: Visit, tmp_path: Path) -> None:
    page = visit((site / "findings.html").as_uri() + "#q=culture&survey=igov-2017")
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Download what is shown").click()
    waiting.value.save_as(tmp_path / "shown.csv")
    with (tmp_path / "shown.csv").open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert waiting.value.suggested_filename == "crosswave-findings.csv"
    assert len(rows) == shown(page) > 0
    assert {row["Year"] for row in rows} == {"2017"}
    assert "igov-2017.barriers.culture" in {row["Figure"] for row in rows}


@pytest.mark.parametrize("name", FINDERS)
def test_without_script_a_table_is_whole(site: Path, visit: Visit, name: str) -> None:
    with_script = shown(visit((site / f"{name}.html").as_uri()))
    page = visit((site / f"{name}.html").as_uri(), script=False)
    assert shown(page) == with_script > 0
    expect(page.locator("form.finder")).to_be_hidden()


# --- the whole site -------------------------------------------------------------------------------------------------


def find(page: Page, words: str) -> Locator:
    """The links that the search box of the header finds."""
    page.get_by_role("searchbox", name="Search topics").fill(words)
    expect(page.locator(".results")).to_be_visible()
    return page.locator(".results a")


@pytest.mark.parametrize("name", ["index", SURVEY])
def test_every_page_searches_the_whole_site_also_from_disk(site: Path, visit: Visit, name: str) -> None:
    page = visit((site / f"{name}.html").as_uri())
    links = find(page, "culture resistance")
    expect(links.first).to_contain_text("Culture or resistance to change as a barrier")
    page.keyboard.press("ArrowDown")
    expect(links.first).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url("**/pages/trend/barrier-culture.html")


def test_words_alike_and_beginnings_are_found_and_parts_of_words_are_not(site: Path, visit: Visit) -> None:
    page = visit((site / "index.html").as_uri())
    count = {words: find(page, words).count() for words in ("legacy", "old systems", "lega", "barriers", "barrier")}
    assert count["legacy"] == count["old systems"] > 0 and count["lega"] >= 1
    assert count["barriers"] == count["barrier"] > 0
    texts = find(page, "ai").all_text_contents()
    assert not any("training" in text.lower() for text in texts)


@pytest.mark.parametrize(
    ("words", "first"),
    [("skills shortage", "skills"), ("biggest barrier", "barrier"), ("how sure", "certainty"), ("58 %", "58%")],
)
def test_a_search_finds_what_has_most_of_its_words(site: Path, visit: Visit, words: str, first: str) -> None:
    page = visit((site / "index.html").as_uri())
    texts = find(page, words).all_text_contents()
    assert texts and first in texts[0].lower().replace("holds organisations back", "barrier")


def test_a_search_without_a_result_says_what_to_try(site: Path, visit: Visit) -> None:
    page = visit((site / "index.html").as_uri())
    links = find(page, "zeppelin")
    expect(page.locator(".results").get_by_role("status")).to_contain_text("Nothing found for “zeppelin”. Try one word")
    assert links.count() >= 3
    page.keyboard.press("Escape")
    expect(page.locator(".results")).to_be_hidden()
    expect(page.get_by_role("searchbox", name="Search topics")).to_be_focused()


@pytest.mark.parametrize("label", ["Sector", "Nation", "Who paid"])
def test_surveys_are_chosen_by_sector_nation_and_who_paid(site: Path, visit: Visit, label: str) -> None:
    page = visit((site / "surveys.html").as_uri())
    every = shown(page)
    options = page.get_by_label(label).locator("option").all_text_contents()
    page.get_by_label(label).select_option(options[1])
    assert 0 < shown(page) < every or (shown(page) == every and len(options) == 2)
    assert shown(visit(page.url)) == shown(page)


def test_a_phone_shows_a_row_as_a_card_that_names_each_value(site: Path, visit: Visit) -> None:
    page = visit((site / "surveys.html").as_uri(), width=360)
    cell = page.locator("table.finder tbody td", has_text="2017").first
    assert cell.evaluate("(cell) => getComputedStyle(cell, '::before').content") == '"Year"'
    card, heading = (page.locator(f"table.finder tbody tr {part}").first for part in ("td", "th"))
    assert (card.bounding_box() or {})["y"] > (heading.bounding_box() or {})["y"]


def test_a_term_is_explained_where_it_is_first_used(site: Path, visit: Visit) -> None:
    page = visit((site / f"{TREND}.html").as_uri())
    term = page.locator("a.term").first
    assert len(term.get_attribute("title") or "") > 20
    term.click()
    page.wait_for_url("**/glossary.html#*")
    expect(page.locator("h2:target")).to_be_in_viewport()


def test_a_dot_tells_its_survey_on_focus_and_a_sentence_is_copied(site: Path, visit: Visit) -> None:
    page = visit((site / f"{TREND}.html").as_uri())
    dot = page.locator(".chart svg [tabindex]").first
    dot.focus()
    expect(page.locator(".chart .tip").first).to_contain_text("Asked: ")
    page.get_by_role("button", name="Copy").first.click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()


def test_a_chart_is_one_stop_of_the_tab_key_and_arrows_lead_from_dot_to_dot(site: Path, visit: Visit) -> None:
    page = visit((site / f"{TREND}.html").as_uri())
    chart = page.locator("figure.chart").first
    dots, tip = chart.locator("svg [tabindex]"), chart.locator(".tip")
    assert chart.locator("svg [tabindex='0']").count() == 1 < dots.count()
    dots.first.focus()
    first = tip.text_content()
    page.keyboard.press("ArrowRight")
    expect(dots.nth(1)).to_be_focused()
    assert tip.text_content() not in (None, first)
    page.keyboard.press("End")
    expect(dots.last).to_be_focused()
    page.keyboard.press("Tab")
    assert chart.locator("svg :focus").count() == 0
    page.keyboard.press("Shift+Tab")
    expect(dots.last).to_be_focused()
    dots.nth(1).hover()
    assert tip.text_content() == dots.nth(1).locator("title").text_content()


def test_on_a_phone_a_chart_is_as_wide_as_the_page_and_its_letters_can_be_read(site: Path, visit: Visit) -> None:
    for name in (TREND, SURVEY, "pages/synthesis", "pages/barriers", f"pages/series/{SERIES}"):
        page = visit((site / f"{name}.html").as_uri(), width=360)
        page.evaluate("for (const part of document.querySelectorAll('details')) part.open = true")
        drawn = page.evaluate("""Array.from(document.querySelectorAll("figure.chart > svg"), (svg) => [
            svg.getBoundingClientRect().width, Math.min(...Array.from(svg.querySelectorAll("text"), (text) =>
            parseFloat(getComputedStyle(text).fontSize)))])""")
        assert drawn and all(300 < width <= 360 and size >= 11 for width, size in drawn), (name, drawn)


@pytest.mark.parametrize(("button", "begins"), [("SVG", b"<svg"), ("PNG", b"\x89PNG")])
def test_a_chart_is_saved(site: Path, visit: Visit, button: str, begins: bytes) -> None:
    page = visit((site / f"{TREND}.html").as_uri())
    with page.expect_download() as waiting:
        page.get_by_role("button", name=button).first.click()
    assert waiting.value.path().read_bytes().lstrip().startswith((begins, b"<?xml"))


# --- the keyboard --------------------------------------------------------------------------------------------------


def test_the_first_tab_skips_to_the_content(site: Path, visit: Visit) -> None:
    page = visit((site / "index.html").as_uri())
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to the content")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("#content")).to_be_focused()
    page.keyboard.press("Tab")
    assert focused(page) == "Skills" or page.evaluate("document.activeElement.closest('main') !== null")


def test_the_keyboard_reaches_search_filters_buttons_and_sorts(site: Path, visit: Visit) -> None:
    page = visit((site / "trends.html").as_uri())
    page.get_by_label("Search", exact=True).focus()
    seen = []
    for _ in range(32):
        page.keyboard.press("Tab")
        seen.append(page.evaluate("document.activeElement.name || document.activeElement.textContent"))
        if seen[-1] == "Surveys":
            break
    ordered = ["verdict", "certainty", "subject", "Show all", "Download what is shown", "Topic of the trend", "Surveys"]
    assert [seen.index(name) for name in ordered] == sorted(seen.index(name) for name in ordered)
    for key, order in (("Enter", "ascending"), ("Space", "descending")):
        page.keyboard.press(key)
        expect(page.locator("th[data-key=waves]")).to_have_attribute("aria-sort", order)
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline == "solid" and focused(page) == "Surveys"


def test_one_button_opens_and_folds_all_code(site: Path, visit: Visit) -> None:
    page = visit((site / f"{SURVEY}.html").as_uri())
    cells = page.locator("details.code")
    assert cells.count() > 3 and page.locator("details.code[open]").count() == 0
    page.get_by_role("button", name="Show the code").press("Enter")
    assert page.locator("details.code[open]").count() == cells.count()
    page.get_by_role("button", name="Hide the code").press("Space")
    assert page.locator("details.code[open]").count() == 0


# --- notebook pages ------------------------------------------------------------------------------------------------


def test_a_survey_page_can_be_cited_and_leads_on(site: Path, visit: Visit) -> None:
    page = visit((site / f"{SURVEY}.html").as_uri())
    card = page.get_by_role("region", name="Who asked whom, and how to cite it")
    for words in ("iGov Survey, for Kofax", "235 people, at 180 organisations", "page survey/igov-2017 of crosswave"):
        expect(card).to_contain_text(words)
    page.get_by_role("link", name="All findings of this survey").click()
    expect(page.get_by_label("Survey", exact=True)).to_have_value("igov-2017")
    assert shown(page) > 0


@pytest.mark.parametrize(
    ("page", "link"),
    [
        (SURVEY, "The executed notebook of this page"),
        ("downloads", "findings.parquet"),
        ("downloads", "crosswave-data.zip"),
    ],
)
def test_files_download_from_a_web_server(served: str, visit: Visit, page: str, link: str) -> None:
    opened = visit(f"{served}/{page}.html")
    with opened.expect_download() as waiting:
        opened.get_by_role("link", name=link).click()
    begins = {".ipynb": b"{", ".parquet": b"PAR1", ".zip": b"PK"}[Path(waiting.value.suggested_filename).suffix]
    assert waiting.value.path().read_bytes().startswith(begins)


def test_neighbours_lead_to_and_fro(site: Path, visit: Visit) -> None:
    page = visit((site / f"{SURVEY}.html").as_uri())
    page.locator("a[rel=next], a[rel=prev]").first.click()
    page.wait_for_url("**/pages/survey/deloitte-2017.html")
    page.locator("a[rel=next], a[rel=prev]").first.click()
    page.wait_for_url("**/pages/survey/igov-2017.html")


@pytest.mark.parametrize("name", ["index", "surveys", "findings", "downloads", "pages", "pages/survey/evil-2018"])
def test_hostile_text_stays_text(hostile_site: Path, visit: Visit, name: str) -> None:
    page = visit((hostile_site / f"{name}.html").as_uri())
    assert page.locator("img[src=x], script:not([src]):not([type='application/ld+json'])").count() == 0
    if name not in ("index", "downloads"):
        expect(page.locator("body")).to_contain_text("<script>alert(2)</script>")
