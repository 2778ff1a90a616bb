"""An executed notebook as one HTML page that needs nothing from outside its folder."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from html import escape
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import mistune
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import get_lexer_by_name
from pygments.util import ClassNotFound

from crosswave.report.render import STYLE
from crosswave.report.site.clean import Styles, clean_html
from crosswave.report.site.frame import Content, Place, accessible_tables, framed, plain
from crosswave.report.site.material import Link

if TYPE_CHECKING:
    from nbformat import NotebookNode

NO_DESCRIPTION = "Chart without a description"
COLOURS = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
"""What steers the colours of a terminal."""

_SUMMARIES = {"parameters": "Default parameters", "injected-parameters": "Parameters of this page"}
_QUESTION = re.compile(r'<h1(?! class="headline")[^>]*>(.*?)</h1>', re.DOTALL)
_HEADING = re.compile(r"<h2[^>]*>(.*?)</h2>", re.DOTALL)
_UNSEEN = re.compile(r'<span></span>|<span class="(?:[npwo]|mi|nn|nb|ow|si|sa)">([^<]*)</span>')

BOX = '<section class="box">'
"""How the answer of a page begins."""

_HEAD = re.compile(r'<g class="head">.*?\n</g>\n(?=<svg class="panel")', re.DOTALL)
_DOWN = re.compile(r'(<svg class="panel"[^>]*? y=")([\d.]+)')
_TALL = re.compile(r'(<svg [^>]*? height=")([\d.]+)')

DRAWN = '<figure class="chart">'
CAPTION = "<figcaption></figcaption>"
"""Where the frame says how a chart is cited."""


def render_page(notebook: NotebookNode, page: str, title: str, origin: Mapping[str, str]) -> str:
    """Return an executed notebook as a whole page, at whose end is what it was made from.

    A cell with the answer in a box comes first, then that with the title, then its parameters; without a title it
    takes the first heading.
    """
    cells = sorted(_without_lead(notebook.cells), key=_order)
    sections = filter(_has_material, _sections(_without_empty(cells)))
    styles = Styles()
    shown = [_section(section, styles) for section in sections]
    facts = "".join(f"\n<div><dt>{escape(name)}</dt><dd>{escape(value)}</dd></div>" for name, value in origin.items())
    made = f'<h2>What this page was made from</h2>\n<dl class="origin">{facts}\n</dl>'
    html = f'{"".join(shown)}<section class="made">\n{made}\n</section>'
    place = Place(title, f"pages/{page}.html", crumbs=(Link("Overview", "index.html"),))
    return framed(Content(_under_title(html, title), styles.css), place)


def _boxed(cell: NotebookNode) -> bool:
    return any(BOX in str(output.get("data", {}).get("text/html", "")) for output in cell.get("outputs", []))


def _without_lead(cells: Sequence[NotebookNode]) -> list[NotebookNode]:
    """The cells without the words that announce the box with the answer."""
    announcing = [one for one, after in pairwise(cells) if _boxed(after) and one.cell_type == "markdown"]
    return [cell for cell in cells if cell not in announcing]


def _order(cell: NotebookNode) -> int:
    """The box with the answer, the cell with the title, the parameters, all else as it is."""
    ranks = (_boxed(cell), cell.cell_type == "markdown" and cell.source.startswith("# "), _has_parameters(cell), True)
    return ranks.index(True)


def _section(cells: Sequence[NotebookNode], styles: Styles) -> str:
    """The cells of a section as HTML; one tagged ``fold`` is one click away."""
    html = "".join(_KINDS[cell.cell_type](cell, styles) for cell in cells if cell.cell_type in _KINDS)
    heading = _HEADING.search(html)
    if not heading or not cells or "fold" not in cells[0].metadata.get("tags", []):
        return html
    rest = html.replace(heading.group(), "", 1)
    return f'<details class="more"><summary>{heading.group()}</summary>\n{rest}</details>'


def _has_parameters(cell: NotebookNode) -> bool:
    return bool(_SUMMARIES.keys() & set(cell.metadata.get("tags", [])))


def _without_empty(cells: Iterable[NotebookNode]) -> list[NotebookNode]:
    """The cells without those that ran and showed nothing, or frames without a row, and the words before these."""
    told: list[NotebookNode] = []
    for cell in cells:
        texts = [str(output.get("data", {}).get("text/plain", "")) for output in cell.get("outputs", [])]
        silent = all(text.startswith("Empty DataFrame") for text in texts)
        ran = cell.cell_type == "code" and (texts or cell.get("execution_count"))
        if not (ran and silent) or _has_parameters(cell):
            told.append(cell)
        elif told and told[-1].cell_type == "markdown" and not told[-1].source.startswith("#"):
            told.pop()
        else:  # its heading stays if the section shows something else
            told.append(type(cell)({**cell, "outputs": []}))
    return told


def _sections(cells: Iterable[NotebookNode]) -> Iterator[list[NotebookNode]]:
    """The cells of a page by its headings of the second level."""
    section: list[NotebookNode] = []
    for cell in cells:
        if cell.cell_type == "markdown" and cell.source.startswith("## "):
            yield section
            section = []
        section.append(cell)
    yield section


def _has_material(section: Sequence[NotebookNode]) -> bool:
    """Whether a section shows something: one of a heading whose code showed nothing has nothing to tell."""
    code = [cell for cell in section if cell.cell_type == "code" and cell.source.strip() and not _has_parameters(cell)]
    return not code or any(cell.get("outputs") or not cell.get("execution_count") for cell in code)


def _prose(cell: NotebookNode, styles: Styles) -> str:
    return f'<section class="prose">{clean_html(accessible_tables(markdown_html(cell.source)), styles)}</section>'


def _code(cell: NotebookNode, styles: Styles) -> str:
    if not cell.source.strip():
        return ""
    summary = _SUMMARIES.get((cell.metadata.get("tags") or [""])[0], "Code")
    shown = "".join(f'<div class="output">{_output(output, styles)}</div>' for output in cell.get("outputs", []))
    code = f'<details class="code"><summary>{summary}</summary>\n{highlighted(cell.source)}\n</details>'
    return f'<section class="cell">{shown}{code}</section>'


_KINDS: Mapping[str, Callable[[Any, Styles], str]] = {"markdown": _prose, "code": _code}


def _output(output: Mapping[str, Any], styles: Styles) -> str:
    if output["output_type"] == "stream":
        stderr = ' class="stderr"' if output["name"] == "stderr" else ""
        return f"<pre{stderr}>{_text(output['text'])}</pre>"
    if output["output_type"] == "error":
        lines = "\n".join(output["traceback"])
        return f'<pre class="error">{_text(lines)}</pre>'
    data: Mapping[str, str] = output["data"]
    mime = next((mime for mime in SHOWN if mime in data), "")
    return SHOWN[mime](data[mime], described(output, mime), styles) if mime else ""


def described(output: Mapping[str, Any], mime: str) -> str:
    """Return the text alternative of an image output, as its metadata gives it."""
    metadata = output.get("metadata", {})
    return str(metadata.get(mime, {}).get("alt") or metadata.get("alt") or NO_DESCRIPTION)


def _text(text: str) -> str:
    return escape(COLOURS.sub("", text), quote=False)


def _html(text: str, alt: str, styles: Styles) -> str:
    return clean_html(accessible_tables(text.replace(f"{STYLE}\n", "")), styles)


def _markdown(text: str, alt: str, styles: Styles) -> str:
    return _html(markdown_html(text), alt, styles)


def _image(mime: str) -> Callable[[str, str, Styles], str]:
    return lambda data, alt, _: (
        f'<img src="data:{mime};base64,{escape(data).replace(chr(10), "")}" alt="{escape(alt)}">'
    )


SHOWN: Mapping[str, Callable[[str, str, Styles], str]] = {
    "text/html": _html,
    "text/markdown": _markdown,
    "image/svg+xml": lambda data, alt, styles: figure(data, styles),
    "image/png": _image("image/png"),
    "image/jpeg": _image("image/jpeg"),
    "text/latex": lambda data, alt, _: f"<pre>{escape(data)}</pre>",
    "text/plain": lambda data, alt, _: f"<pre>{_text(data)}</pre>",
}
"""How each form of an output is shown; of several the first. A widget is not, for nothing could bring it to life."""


def figure(svg: str, styles: Styles) -> str:
    """Return a chart as part of the page, whose sheet gives its colours the shades of the theme; its title as words."""
    head = _HEAD.search(svg)
    lines = re.findall(r"<text([^>]*)>(.*?)</text>", head.group()) if head else []
    titles, words = ([text for look, text in lines if ("bold" in look) is bold] for bold in (True, False))
    title = f'<p class="title"><strong>{" ".join(titles)}</strong> {" ".join(words)}</p>' if lines else ""
    drawn = _lifted(svg.replace(head.group(), "")) if head and lines else svg
    return f"{DRAWN}{title}{clean_html(drawn, styles)}{CAPTION}</figure>"


def _lifted(svg: str) -> str:
    """A chart without the room that its title took: the top of its first part."""
    room = min(float(down) for _, down in _DOWN.findall(svg))
    less = lambda match: f"{match[1]}{float(match[2]) - room:g}"  # noqa: E731
    return _TALL.sub(less, _DOWN.sub(less, svg), count=1)


class _Marked(mistune.HTMLRenderer):
    """Marks the parts of code whose language is named."""

    def block_code(self, code: str, info: str | None = None) -> str:
        return highlighted(code, info.split()[0]) if info else str(super().block_code(code, info))


_MARKDOWN = mistune.create_markdown(
    renderer=_Marked(escape=False), plugins=["strikethrough", "table", "url", "task_lists", "def_list"]
)


@cache
def markdown_html(text: str) -> str:
    """Return Markdown of a cell or an output as HTML, which may hold any HTML."""
    return str(_MARKDOWN(text))


@cache
def highlighted(source: str, language: str = "ipython3") -> str:
    """Return code as HTML with its parts marked, without the marks of what looks like any text.

    >>> highlighted("import re")
    '<div class="highlight"><pre><span class="kn">import</span> re\\n</pre></div>\\n'
    """
    try:
        lexer = get_lexer_by_name(language)
    except ClassNotFound:
        lexer = get_lexer_by_name("text")
    return _UNSEEN.sub(lambda match: match[1] or "", highlight(source, lexer, HtmlFormatter()))


def _under_title(html: str, title: str) -> str:
    """The frame shows the title: where the notebook says it again it goes, and its question is below it."""

    def unless_said(match: re.Match[str], shown: str) -> str:
        return "" if plain(match.group(1)).casefold() == title.strip().casefold() else shown

    asked = _QUESTION.sub(lambda match: unless_said(match, f'<p class="question">{match.group(1)}</p>'), html)
    return _HEADING.sub(lambda match: unless_said(match, match.group()), asked, count=1)
