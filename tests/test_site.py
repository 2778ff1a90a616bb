"""The pages: whole, escaped, described, and asking for nothing outside their folder."""

import re
from html import unescape
from html.parser import HTMLParser
from pathlib import Path

import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import get_lexer_by_name

from crosswave.report.site.build import Site, without_card, woven
from crosswave.report.site.clean import Styles, clean_html
from crosswave.report.site.frame import Content, accessible_tables, content_of, style_hash
from crosswave.report.site.material import Material, Overview, PageLink, commit_of
from crosswave.report.site.page import described, highlighted, render_page

EVIL = '<script>alert(1)</script> & "quotes"'
NOTHING = Material()
OVERVIEW = Overview("What?", ["Nothing."], (), 0, (), ())
ORIGIN = ("survey/x", "A & B", {"Notebook": "n.ipynb", "Parameters": EVIL})


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


def site(*pages: PageLink, material: Material = NOTHING) -> dict[str, str]:
    """The text files of a site."""
    files = Site(pages, material, "1.2.3", "abc1234").files()
    return {name: content for name, content in files.items() if isinstance(content, str)}


def notebook(*outputs: NotebookNode) -> NotebookNode:
    cells = [
        new_code_cell("alpha: float = 0.05", execution_count=1, metadata={"tags": ["parameters"]}),
        new_markdown_cell("# The question\n\nProse."),
        new_code_cell("show()", execution_count=2, outputs=list(outputs)),
    ]
    return new_notebook(cells=cells, metadata={"language_info": {"name": "python"}})


def test_list_of_pages_shows_every_page_in_its_group() -> None:
    pages = site(
        PageLink("survey/igov-2017", "iGov 2017", "survey", "pages/survey/igov-2017.html", "26 figures", "consistent"),
        PageLink("start", "Start", "start", "pages/start.html"),
    )
    assert set(pages) > {"index.html", "pages.html"}
    html = pages["pages.html"]
    assert html.index("Start here") < html.index("Surveys, reproduced")
    for text in ("iGov 2017", "26 figures", "consistent", 'href="pages/survey/igov-2017.html"'):
        assert text in html
    assert "Trends" not in html


def test_list_of_pages_escapes_every_text() -> None:
    html = site(PageLink(EVIL, EVIL, "survey", f"pages/{EVIL}.html", EVIL, EVIL))["pages.html"]
    assert "<script>alert" not in html
    assert html.count("&lt;script&gt;alert(1)&lt;/script&gt;") == 4


def test_a_failed_page_is_told_and_its_reason_linked() -> None:
    page = PageLink("survey/a", "A", "survey", "failed/survey/a.txt", status="failed")
    html = site(page, material=Material(overview=OVERVIEW))["index.html"]
    assert "not made" in html and 'href="failed/survey/a.txt"' in html


def test_the_site_asks_for_nothing_outside_its_folder() -> None:
    files = site(PageLink("start", "S", "start", "pages/start.html"), material=Material(overview=OVERVIEW))
    for name, html in files.items():
        if name.endswith(".html"):
            local = [address for address in Addresses(html).addresses if not address.startswith("#")]
            assert [address for address in local if ":" in address or address.startswith("/")] == []
            assert {address for address in local if address.startswith("assets/")} <= set(files)
    for name, text in files.items():
        if name.startswith("assets/"):
            assert not re.search(r"https?:(?!//www.w3.org/2000/svg)|@import|url\(", text), name


def test_the_footer_alone_names_version_and_commit() -> None:
    html = site()["index.html"]
    assert html.count("abc1234") == 1
    assert html.index("abc1234") > html.index("<footer>")


def test_page_of_an_unknown_kind_is_refused() -> None:
    with pytest.raises(ValueError, match=r"kind of page 'survy': must be one of start, synthesis, series"):
        site(PageLink("a", "A", "survy", "a.html"))


def test_folder_outside_a_checkout_has_no_commit(tmp_path: Path) -> None:
    assert commit_of(tmp_path) == ""


def test_page_keeps_the_description_of_an_image() -> None:
    data = {"image/png": "aGk=\n"}
    html = render_page(
        notebook(new_output("display_data", data, metadata={"image/png": {"alt": 'Up & "up"'}})), *ORIGIN
    )
    shown = Addresses(html).all("img")[0]
    assert shown["alt"] == 'Up & "up"'
    assert shown["src"] == "data:image/png;base64,aGk="


def test_image_without_description_says_so() -> None:
    assert described({"metadata": {}}, "image/png") == "Chart without a description"


def test_page_folds_code_and_shows_results_below_the_title() -> None:
    html = render_page(notebook(new_output("execute_result", {"text/plain": "4 <5"}, execution_count=2)), *ORIGIN)
    assert html.index("The question") < html.index("Default parameters") < html.index("4 &lt;5")
    seen = Addresses(html)
    assert len(seen.all("details")) == 2
    assert all("open" not in attributes for attributes in seen.all("details"))


def test_page_shares_every_file_that_it_asks_for() -> None:
    html = render_page(notebook(new_output("stream", name="stdout", text="hi")), *ORIGIN)
    seen = Addresses(html)
    shared = [link["href"] for link in seen.all("link")] + [script["src"] for script in seen.all("script")]
    assert {(address or "").removeprefix("../../") for address in shared} <= set(site())
    assert set(seen.addresses) - set(shared) == {"#content", "../../index.html"}


def test_page_lets_no_inline_script_or_style_through() -> None:
    cell = '<table style="color: red"><tr onclick="x()"><td style="color: red">a</td></tr></table><script>b()</script>'
    html = render_page(notebook(new_output("display_data", {"text/html": cell})), *ORIGIN)
    seen = Addresses(html)
    assert [script for script in seen.all("script") if "src" not in script] == []
    assert all("style" not in attributes and "onclick" not in attributes for _, attributes in seen.elements)
    style = re.search(r"<style>(.*?)</style>", html, re.DOTALL)
    policy = next(meta["content"] for meta in seen.all("meta") if meta.get("http-equiv"))
    assert style and policy and style_hash(style.group(1)) in policy
    assert "default-src 'none'" in policy and "unsafe" not in policy
    assert style.group(1) == ".s1 { color: red }" and html.count('class="s1"') == 2


def test_a_style_block_of_an_output_becomes_that_of_the_page() -> None:
    styles = Styles()
    assert clean_html("<style>#T td { color: red }</style><p>a &amp; b</p>", styles) == "<p>a &amp; b</p>"
    assert styles.css == "#T td { color: red }"


@pytest.mark.parametrize(
    ("given", "left"),
    [
        ('<a href="javascript:x()">a</a>', "<a>a</a>"),
        ('<iframe src="https://x.example"><p>in</p></iframe>b', "b"),
        ('<img src="a.png" onerror="x()">', '<img src="a.png">'),
        ('<p style="background: url(https://x.example)">a</p>', "<p>a</p>"),
        ("<p>1 &lt; 2 &#38; <br/></p>", "<p>1 &lt; 2 &#38; <br/></p>"),
    ],
)
def test_outputs_lose_what_runs_or_asks(given: str, left: str) -> None:
    assert clean_html(given, Styles()) == left


def test_a_widget_is_shown_by_its_html() -> None:
    data = {"application/vnd.jupyter.widget-view+json": {"model_id": "a"}, "text/html": "<p>the card</p>"}
    html = render_page(notebook(new_output("display_data", {**data, "text/plain": "Widget()"})), *ORIGIN)
    assert "<p>the card</p>" in html
    assert "model_id" not in html and "Widget()" not in html


def test_a_page_in_its_frame_gives_its_content_back() -> None:
    html = render_page(notebook(new_output("display_data", {"text/html": '<p style="color: red">x</p>'})), *ORIGIN)
    content = content_of(html)
    assert content and content.css == ".s1 { color: red }" and '<p class="s1">x</p>' in content.html
    assert content_of("<p>no frame</p>") is None


def test_framing_twice_is_framing_once() -> None:
    links = [PageLink(f"survey/{name}", name, "survey", f"pages/survey/{name}.html") for name in ("x", "y")]
    built = Site(links, NOTHING, "1")
    cell = '<table><tbody><tr><th scope="row">q.a</th><td>y.q.a</td></tr></tbody></table>'
    once = built.frame("survey/x", render_page(notebook(new_output("display_data", {"text/html": cell})), *ORIGIN))
    assert built.frame("survey/x", once) == once
    assert '<a rel="next" href="../../pages/survey/y.html">' in once
    assert '<tr id="q.a">' in once and '<a class="to" href="../../pages/survey/y.html#q.a">y.q.a</a>' in once


def test_a_link_to_a_page_that_is_gone_goes() -> None:
    html = '<tr><th scope="row">q.a</th><td>y.q.a</td></tr>'
    there = woven(Content(html), "survey/x", {"survey/y": "pages/survey/y.html"}, "../../")
    assert "href" in there.html
    gone = woven(there, "survey/x", {}, "../../")
    assert gone.html == '<tr id="q.a"><th scope="row">q.a</th><td>y.q.a</td></tr>'


def test_the_title_stands_once_and_the_question_below_it() -> None:
    output = new_output("display_data", {"text/markdown": "## A & B\n\nAnswer."})
    html = render_page(notebook(output), *ORIGIN)
    assert [html.count(tag) for tag in ("<h1>", "<h1>A &amp; B</h1>", '<p class="question">The question</p>')] == [
        1
    ] * 3
    assert "<h2>A &amp; B" not in html


def test_page_escapes_what_it_was_made_from() -> None:
    html = render_page(notebook(), *ORIGIN)
    assert "<script>alert" not in html
    assert "<title>A &amp; B – crosswave</title>" in html


def test_rendering_leaves_the_notebook_as_it_was() -> None:
    book = notebook()
    before = [cell.source for cell in book.cells]
    render_page(book, *ORIGIN)
    assert [cell.source for cell in book.cells] == before


def test_table_headers_say_what_they_head() -> None:
    table = '<table class="dataframe"><thead><tr><th>a</th></tr></thead><tbody><tr><th class="x">r</th><td>1</td></tr>'
    html = accessible_tables(f"<p>t</p>{table}</tbody></table>")
    assert '<th scope="col">a</th>' in html
    assert '<th scope="row" class="x">r</th>' in html
    assert 'role="region" tabindex="0" aria-label="a"' in html


def test_a_header_without_words_heads_nothing() -> None:
    html = accessible_tables("<table><thead><tr><th></th><th>a</th></tr></thead><tbody></tbody></table>")
    assert html.count("<th") == 2 and "<td></td>" in html  # thead and the one header


def test_sections_and_frames_without_material_are_left_out() -> None:
    book = notebook()
    empty = new_output("execute_result", data={"text/plain": "Empty DataFrame\nColumns: [a]\nIndex: []"})
    full = new_output("execute_result", data={"text/plain": "rows"})
    book.cells += [
        new_markdown_cell("## Nothing here\n\nWords."), new_code_cell("frame", outputs=[empty], execution_count=3),
        new_markdown_cell("## Something here"), new_code_cell("a", outputs=[full]),
        new_markdown_cell("A frame below."), new_code_cell("other_frame", outputs=[empty]),
    ]  # fmt: skip
    html = render_page(book, *ORIGIN)
    assert "Something here" in html and "rows" in html
    assert not [words for words in ("Nothing here", "A frame below", "other_frame", "Empty") if words in html]


def test_table_region_is_named_by_its_caption_and_given_scopes_stay() -> None:
    head = '<thead><th scope="colgroup">a</th></thead>'
    html = accessible_tables(f"<table><caption>By <b>wave</b></caption>{head}</table>")
    assert 'aria-label="By wave"' in html
    assert '<th scope="colgroup">a</th>' in html


def test_wide_characters_survive() -> None:
    assert "58 % → 53 %" in render_page(notebook(new_output("stream", name="stdout", text="58 % → 53 %")), *ORIGIN)


def test_a_page_with_a_card_does_not_show_the_notebooks_own_of_the_same_thing() -> None:
    card = '<section class="card">\n<h3>{}</h3>\n<dl>\n<dt>Whom</dt>\n</dl>\n</section>'
    of_it, of_another = card.format("Cuts &amp; clouds"), card.format("Another survey")
    content = Content(f"<p>a</p>{of_it}<p>b</p>{of_another}")
    assert without_card(content, "Cuts & clouds").html == f"<p>a</p><p>b</p>{of_another}"
    assert without_card(content, "Clouds") == content


CODES = (
    "x = f(1, 'a')  # <b>\n",
    "text = '<span class=\"n\">no name</span>'\n",
    "%matplotlib inline\nif x < y: pass\n",
)


@pytest.mark.parametrize("source", CODES)
def test_lean_code_says_what_the_code_says(source: str) -> None:
    marked = highlight(source, get_lexer_by_name("ipython3"), HtmlFormatter())
    lean = highlighted(source)
    assert unescape(re.sub(r"<[^>]*>", "", lean)) == unescape(re.sub(r"<[^>]*>", "", marked))
    assert source.strip() in unescape(re.sub(r"<[^>]*>", "", lean))
    assert len(lean) < len(marked)
    assert 'class="n"' not in re.sub(r"&lt;.*?&gt;", "", lean)
