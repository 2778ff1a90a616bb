"""The pages: whole, escaped, described, and asking for nothing outside their folder."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from crosswave.site import About, PageLink, ResultLink, build_site, commit_of
from crosswave.site.page import PageOrigin, accessible_tables, described, render_page

EVIL = '<script>alert(1)</script> & "quotes"'
ORIGIN = PageOrigin("survey/x", "A & B", "../../index.html", (("Notebook", "n.ipynb"), ("Parameters", EVIL)))


class Addresses(HTMLParser):
    """Collects what a page would load or link, and its elements."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.addresses: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self.addresses += [value or "" for name, value in attrs if name in {"href", "src", "action", "srcset"}]

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


def index(tmp_path: Path, *pages: PageLink, results: tuple[ResultLink, ...] = ()) -> str:
    built = build_site(tmp_path, pages, results, About("1.2.3", "abc1234"))
    return built.read_text(encoding="utf-8")


def notebook(*outputs: NotebookNode) -> NotebookNode:
    cells = [
        new_code_cell("alpha: float = 0.05", execution_count=1, metadata={"tags": ["parameters"]}),
        new_markdown_cell("# The question\n\nProse."),
        new_code_cell("show()", execution_count=2, outputs=list(outputs)),
    ]
    return new_notebook(cells=cells, metadata={"language_info": {"name": "python"}})


def test_index_shows_every_page_in_its_group(tmp_path: Path) -> None:
    html = index(
        tmp_path,
        PageLink("survey/igov-2017", "iGov 2017", "survey", "pages/survey/igov-2017.html", "26 figures", "consistent"),
        PageLink("start", "Start", "start", "pages/start.html"),
    )
    assert html.index("Start here") < html.index("Surveys, reproduced")
    for text in ("iGov 2017", "26 figures", "consistent", 'href="pages/survey/igov-2017.html"'):
        assert text in html
    assert "Trends" not in html


def test_index_escapes_every_text(tmp_path: Path) -> None:
    html = index(
        tmp_path,
        PageLink(EVIL, EVIL, "survey", f"pages/{EVIL}.html", EVIL, EVIL),
        results=(ResultLink("results/a.csv", EVIL, EVIL),),
    )
    assert "<script>alert" not in html
    assert html.count("&lt;script&gt;alert(1)&lt;/script&gt;") == 6


def test_index_asks_for_nothing_outside_its_folder(tmp_path: Path) -> None:
    html = index(tmp_path, PageLink("start", "S", "start", "pages/start.html"))
    local = [address for address in Addresses(html).addresses if not address.startswith("#")]
    assert [address for address in local if ":" in address or address.startswith("/")] == []
    assert {"assets/site.css", "assets/search.js"} <= set(local)
    assert all((tmp_path / address).is_file() for address in local if address.startswith("assets/"))
    for name in ("site.css", "code.css", "search.js"):
        assert not re.search(r"https?:|@import|url\(", (tmp_path / "assets" / name).read_text(encoding="utf-8"))


def test_index_has_no_inline_script_and_forbids_it(tmp_path: Path) -> None:
    seen = Addresses(index(tmp_path))
    assert [script.get("src") for script in seen.all("script")] == ["assets/search.js"]
    policy = next(meta["content"] for meta in seen.all("meta") if "http-equiv" in meta)
    assert policy is not None
    assert "default-src 'none'" in policy
    assert "unsafe-inline" not in policy


def test_index_can_be_used_without_seeing_it(tmp_path: Path) -> None:
    seen = Addresses(index(tmp_path, results=(ResultLink("results/a.csv", "a.csv"),)))
    assert seen.all("html")[0]["lang"] == "en-GB"
    assert seen.all("a")[0] == {"class": "skip", "href": "#content"}
    assert [label["for"] for label in seen.all("label")] == [field["id"] for field in seen.all("input")]
    assert len(seen.all("h1")) == 1
    assert len(seen.all("caption")) == len(seen.all("table")) == 1
    assert all(header.get("scope") for header in seen.all("th"))


def test_failed_page_is_marked_in_words(tmp_path: Path) -> None:
    html = index(tmp_path, PageLink("start", "S", "start", "failed/start.txt", verdict="rose", status="failed"))
    assert "not made: its notebook failed" in html
    assert "rose</span>" not in html


def test_commit_stands_in_the_footer_alone(tmp_path: Path) -> None:
    html = index(tmp_path)
    assert html.count("abc1234") == 1
    assert html.index("abc1234") > html.index("<footer>")


def test_page_of_an_unknown_kind_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"kind of page 'survy': must be one of start, synthesis, trend"):
        index(tmp_path, PageLink("a", "A", "survy", "a.html"))


def test_folder_outside_a_checkout_has_no_commit(tmp_path: Path) -> None:
    assert commit_of(tmp_path) == ""


def test_page_keeps_the_description_of_an_image() -> None:
    data = {"image/png": "aGk=\n"}
    html = render_page(notebook(new_output("display_data", data, metadata={"image/png": {"alt": 'Up & "up"'}})), ORIGIN)
    image = Addresses(html).all("img")[0]
    assert image["alt"] == 'Up & "up"'
    assert image["src"] == "data:image/png;base64,aGk="


def test_image_without_description_says_so() -> None:
    assert described({"metadata": {}}, "image/png") == "Chart without a description"


def test_page_folds_code_and_shows_results_below_the_title() -> None:
    html = render_page(notebook(new_output("execute_result", {"text/plain": "4 <5"}, execution_count=2)), ORIGIN)
    assert html.index("The question") < html.index("Default parameters") < html.index("4 &lt;5")
    seen = Addresses(html)
    assert len(seen.all("details")) == 2
    assert all("open" not in attributes for attributes in seen.all("details"))


def test_pages_hold_no_style_of_their_own_so_that_all_share_one(tmp_path: Path) -> None:
    html = render_page(notebook(new_output("stream", name="stdout", text="hi")), ORIGIN)
    assert Addresses(html).all("style") == []
    index(tmp_path)
    page = tmp_path / "pages" / "survey" / "x.html"
    assert all((page.parent / link["href"]).resolve().is_file() for link in Addresses(html).all("link"))
    assert ".highlight" in (tmp_path / "assets" / "code.css").read_text(encoding="utf-8")


def test_page_asks_for_nothing_outside_and_runs_nothing() -> None:
    html = render_page(notebook(new_output("stream", name="stdout", text="hi")), ORIGIN)
    seen = Addresses(html)
    assert seen.all("script") == []
    sheets = ["../../assets/site.css", "../../assets/code.css"]
    assert [link["href"] for link in seen.all("link")] == sheets
    assert set(seen.addresses) == {"#content", "../../index.html", *sheets}
    assert "default-src 'none'" in html


def test_page_escapes_what_it_was_made_from() -> None:
    html = render_page(notebook(), ORIGIN)
    assert "<script>alert" not in html
    assert "<title>A &amp; B – crosswave</title>" in html


def test_rendering_leaves_the_notebook_as_it_was() -> None:
    book = notebook()
    before = [cell.source for cell in book.cells]
    render_page(book, ORIGIN)
    assert [cell.source for cell in book.cells] == before


def test_table_headers_say_what_they_head() -> None:
    table = '<table class="dataframe"><thead><tr><th>a</th></tr></thead><tbody><tr><th class="x">r</th><td>1</td></tr>'
    html = accessible_tables(f"<p>t</p>{table}</tbody></table>")
    assert '<th scope="col">a</th>' in html
    assert '<th scope="row" class="x">r</th>' in html
    assert 'role="region" tabindex="0" aria-label="Table"' in html


def test_table_region_is_named_by_its_caption_and_given_scopes_stay() -> None:
    head = '<thead><th scope="colgroup">a</th></thead>'
    html = accessible_tables(f"<table><caption>By <b>wave</b></caption>{head}</table>")
    assert 'aria-label="By wave"' in html
    assert '<th scope="colgroup">a</th>' in html


def test_wide_characters_survive() -> None:
    assert "58 % → 53 %" in render_page(notebook(new_output("stream", name="stdout", text="58 % → 53 %")), ORIGIN)
