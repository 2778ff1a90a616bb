"""The frame that all pages share: head with its Content Security Policy, navigation, crumbs, neighbours, footer.

A page can also be one file that can be sent: its sheets and scripts are in it, and its links lead to the site.
"""

import base64
import hashlib
import json
import posixpath
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, partial
from html import escape, unescape
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from pygments.formatters import HtmlFormatter

from crosswave.report.render import columns_css
from crosswave.report.site.material import Finder, Link

HOME = "index.html"
STATIC = Path(__file__).parent / "static"
_CONTENT = re.compile(r"<!--content-->(.*)<!--/content-->", re.DOTALL)
_STYLE = re.compile(r"<style>(.*?)</style>", re.DOTALL)
_TABLE = re.compile(r"<table\b.*?</table>", re.DOTALL)
_CAPTION = re.compile(r"<caption\b[^>]*>(.*?)</caption>", re.DOTALL)
_HEADER = re.compile(r"<th\b[^>]*>(.*?)</th>", re.DOTALL)
_BARE_HEADER = re.compile(r"<th(?=[\s>])(?![^>]*\bscope=)")
_SHEET = re.compile(r'<link rel="stylesheet" href="([^"]+)">')
_SCRIPT = re.compile(r'<script src="([^"]+)" defer></script>')
_ELSEWHERE = re.compile(r'<link rel="(?:icon|alternate)"[^>]*>\n?|<form class="find".*?</form>\n?', re.DOTALL)
_POLICY = re.compile(r'(<meta http-equiv="Content-Security-Policy" content=")[^"]*(">)')
_LINK = re.compile(r'<a\b([^>]*?) href="(?!#|data:|https?:|mailto:)([^"]*)"([^>]*)>')
_CODE = re.compile(r"<script>(.*?)</script>", re.DOTALL)
_NO_SITE: Mapping[str, Any] = {"study": None, "address": "", "made": "", "below": ()}


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page is: its section of the navigation, what is above and beside it, and what belongs to it.

    ``group`` says what its neighbours are; ``notebook`` is the address of the executed notebook, ``finder`` leads to
    its rows of a long table, ``summary`` is a sentence.
    """

    title: str
    href: str
    section: str = HOME
    crumbs: tuple[Link, ...] = ()
    previous: Link | None = None
    following: Link | None = None
    group: str = ""
    notebook: str = ""
    finder: Link | None = None
    summary: str = ""

    @property
    def up(self) -> str:
        """The way from the page's folder to that of the index: ``../../`` or nothing."""
        return "../" * self.href.count("/")


@dataclass(frozen=True, slots=True)
class Content:
    """What is in the frame: HTML without inline style, and the page's own style sheet."""

    html: str
    css: str = ""


def framed(content: Content, place: Place, *, nav: tuple[Link, ...] = (), **values: object) -> str:
    """Return a notebook's content as a whole document."""
    shown = {"card": None, "hrefs": {}, "bibtex": "", **values}
    return layout("notebook.html.j2", place, nav or (Link("Overview", HOME),), content=content, **shown)


def content_of(document: str) -> Content | None:
    """Return what is in the frame of a document that `framed` made; None where it has no such frame."""
    found, style = _CONTENT.search(document), _STYLE.search(document)
    if not found:
        return None
    return Content(found.group(1), style.group(1) if style and style.start() < found.start() else "")


@cache
def _environment() -> Environment:
    """The templates of this process: every text is escaped, and a name that is missing is an error."""
    made = Environment(
        loader=PackageLoader("crosswave.report.site", "layout"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.filters |= {"style_hash": style_hash, "tables": accessible_tables, "kilobytes": kilobytes}
    return made


def layout(template: str, place: Place, nav: tuple[Link, ...], **values: object) -> str:
    """Return a page: a template of the folder ``layout``, filled in."""
    shown = {"content": Content(""), "about": "", "left_out": (), "record": "", "site": _NO_SITE, **values}
    return _environment().get_template(template).render(place=place, nav=nav, up=place.up, **shown)


def rest_of(finder: Finder, hrefs: Mapping[str, str]) -> str:
    """Return the script that holds the rows of a table that its page does not have at once."""
    module: Any = _environment().get_template("rows.html.j2").module
    rows = json.dumps(str(module.show_rows(finder, finder.rest, hrefs)), ensure_ascii=False)
    return f"window.crosswaveRows = {rows};\n"


def accessible_tables(html: str) -> str:
    """Return HTML in which headers of tables say what they head, and tables are regions that scroll by keyboard."""
    return _TABLE.sub(_accessible, html)


def _accessible(match: re.Match[str]) -> str:
    """A table without a caption is named by what its columns are called, so that two of a page differ."""
    table = tight(match.group())
    head, end, body = table.partition("</thead>") if "</thead>" in table else ("", "", table)
    caption = _CAPTION.search(table)
    words = map(plain, [caption.group(1)] if caption else _HEADER.findall(head))
    label = escape(", ".join(word for word in words if word) or "Table")
    scoped = _BARE_HEADER.sub('<th scope="col"', head) + end + _BARE_HEADER.sub('<th scope="row"', body)
    named = scoped.replace('<th scope="col"></th>', "<td></td>")  # a header without words heads nothing
    return f'<div class="scroll" role="region" tabindex="0" aria-label="{label}">{named}</div>'


def tight(html: str) -> str:
    """Return HTML without the blanks that pandas puts before each cell."""
    return re.sub(r"\n *(?=<)", "", html) if 'class="dataframe"' in html else html


def plain(html: str) -> str:
    """Return the words of a piece of HTML."""
    return unescape(re.sub(r"<[^>]+>", "", html)).strip()


def style_hash(css: str) -> str:
    """Return the hash by which a policy lets one style element through."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(css.encode()).digest()).decode()}'"


def kilobytes(size: int) -> str:
    """Return a size in words.

    >>> kilobytes(812), kilobytes(253_000), kilobytes(1_480_000)
    ('1 kB', '253 kB', '1,480 kB')
    """
    return f"{max(1, round(size / 1000)):,} kB"


def assets() -> dict[str, str]:
    """Return every file that all pages share by its address: style sheets, scripts, the icon, the colours of code."""
    files = {f"assets/{path.name}": path.read_text(encoding="utf-8") for path in sorted(STATIC.iterdir())}
    files["assets/site.css"] += f"{columns_css()}\n"
    light, dark = (HtmlFormatter(style=style).get_style_defs(".highlight") for style in ("default", "github-dark"))
    return files | {"assets/code.css": f"{light}\n@media (prefers-color-scheme: dark) {{\n{dark}\n}}\n"}


def single_file(document: str, href: str, files: Mapping[str, str | bytes], address: str = "") -> str:
    """Return a page of the site whole: what it needs is in it, and nothing is asked for.

    Links to other pages lead to the address of the site; where it has none they are words.
    """

    def text_of(name: str) -> str:
        return str(files[posixpath.normpath(posixpath.join(posixpath.dirname(href), name))])

    shown = _ELSEWHERE.sub("", document)
    shown = _SHEET.sub(lambda found: f"<style>{text_of(found[1])}</style>", shown)
    scripts = [name for name in _SCRIPT.findall(shown) if not name.endswith("search.js")]
    shown = _SCRIPT.sub("", shown)
    code = "".join(f"<script>{text_of(name)}</script>\n" for name in scripts)
    shown = shown.replace("</body>", f"{code}</body>")
    shown = _LINK.sub(partial(_there, href, address), shown)
    hashes = [" ".join(map(style_hash, dict.fromkeys(part.findall(shown)))) or "'none'" for part in (_STYLE, _CODE)]
    rules = f"default-src 'none'; img-src data:; style-src {hashes[0]}; script-src {hashes[1]}"
    return _POLICY.sub(lambda found: f"{found[1]}{rules}; base-uri 'none'; form-action 'none'{found[2]}", shown)


def _there(href: str, address: str, match: re.Match[str]) -> str:
    before, to, after = match.groups()
    path, mark, at = to.partition("#")
    whole = posixpath.normpath(posixpath.join(posixpath.dirname(href), path))
    return f'<a{before} href="{address}{whole}{mark}{at}"{after}>' if address else f"<a{before}{after}>"
