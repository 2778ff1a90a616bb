"""One executed notebook as one HTML page that needs nothing from outside its folder."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from html import unescape
from pathlib import Path
from typing import Any

from nbconvert import HTMLExporter
from nbformat import NotebookNode
from traitlets.config import Config

from crosswave.report.site.access import accessible_tables
from crosswave.report.site.clean import Styles, clean_html
from crosswave.report.site.frame import Content, Link, Place, framed
from crosswave.report.site.svg import svg_address

FOLDER = Path(__file__).parent
NO_DESCRIPTION = "Chart without a description"
SHOWN = (  # the first form there is; a widget comes last, for nothing here could bring it to life
    "text/html",
    "text/markdown",
    "image/svg+xml",
    "image/png",
    "image/jpeg",
    "text/latex",
    "text/plain",
)
_QUESTION = re.compile(r"<h1[^>]*>(.*?)</h1>", re.DOTALL)
_UNSEEN = re.compile(r'<span></span>|<span class="[npw]">([^<]*)</span>')
_HEADING = re.compile(r"<h2[^>]*>(.*?)</h2>", re.DOTALL)


@dataclass(frozen=True)
class PageOrigin:
    """What a page was made from, shown at its end.

    Attributes
    ----------
    title : str
        Its title; empty takes the first heading.
    facts : tuple of (str, str)
        Name and value: notebook, parameters, data, package version.
    """

    page: str
    title: str
    home: str
    facts: tuple[tuple[str, str], ...]


def render_page(notebook: NotebookNode, origin: PageOrigin) -> str:
    """HTML of an executed notebook."""
    place = Place(origin.title, f"pages/{origin.page}.html", crumbs=(Link("Overview", "index.html"),))
    return framed(render_content(notebook, origin), place)


def render_content(notebook: NotebookNode, origin: PageOrigin) -> Content:
    """Return what an executed notebook shows, without a frame."""
    html, _ = make_exporter().from_notebook_node(_title_first(notebook), {"origin": origin})
    styles = Styles()
    clean = clean_html(str(html), styles)
    return Content(_under_title(clean, origin.title), styles.css)


def described(output: Mapping[str, Any], mime: str) -> str:
    """Return the text alternative of an image output, as its metadata gives it."""
    metadata = output.get("metadata", {})
    return str(metadata.get(mime, {}).get("alt") or metadata.get("alt") or NO_DESCRIPTION)


def lean_code(html: str) -> str:
    """Return highlighted code without the marks of what looks like any text: names, punctuation, blanks.

    Examples
    --------
    >>> lean_code('<span class="kn">import</span><span class="w"> </span><span class="nn">re</span>')
    '<span class="kn">import</span> <span class="nn">re</span>'
    """
    return _UNSEEN.sub(lambda match: match[1] or "", html)


@cache
def make_exporter() -> HTMLExporter:
    """Return the exporter of this process, made once: making it takes thirty times as long as a page."""
    settings = {
        "TemplateExporter": {"extra_template_basedirs": [str(FOLDER / "templates")]},
        "NbConvertBase": {"display_data_priority": list(SHOWN)},
    }
    exporter = HTMLExporter(config=Config(settings), template_name="page", exclude_anchor_links=True)
    exporter.register_filter("accessible_tables", accessible_tables)
    exporter.register_filter("described", described)
    exporter.register_filter("lean_code", lean_code)
    exporter.register_filter("svg_address", svg_address)
    return exporter


def _title_first(notebook: NotebookNode) -> NotebookNode:
    """Return the notebook with its parameters after the cell that holds the title, as a reader wants them."""
    tagged = {"parameters", "injected-parameters"}
    is_parameters = [bool(tagged & set(cell.metadata.get("tags", []))) for cell in notebook.cells]
    lead = is_parameters.index(False) if False in is_parameters else 0
    cells = [*notebook.cells[lead : lead + 1], *notebook.cells[:lead], *notebook.cells[lead + 1 :]]
    return NotebookNode({**notebook, "cells": cells})


def _under_title(html: str, title: str) -> str:
    """The frame shows the title: where the notebook says it again it goes, and its question stands below it."""

    def lowered(match: re.Match[str]) -> str:
        return "" if _words(match.group(1)) == _words(title) else f'<p class="question">{match.group(1)}</p>'

    def unless_said(match: re.Match[str]) -> str:
        return "" if _words(match.group(1)) == _words(title) else match.group()

    return _HEADING.sub(unless_said, _QUESTION.sub(lowered, html), count=1)


def _words(html: str) -> str:
    return unescape(re.sub(r"<[^>]+>", "", html)).strip().casefold()
