"""One executed notebook as one HTML page that needs nothing from outside its folder."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from nbconvert import HTMLExporter
from nbformat import NotebookNode
from traitlets.config import Config

from crosswave.site.styles import ASSETS, SHEETS

FOLDER = Path(__file__).parent
NO_DESCRIPTION = "Chart without a description"
TABLE = re.compile(r"<table\b.*?</table>", re.DOTALL)
BARE_HEADER = re.compile(r"<th(?=[\s>])(?![^>]*\bscope=)")


@dataclass(frozen=True)
class PageOrigin:
    """What a page was made from, shown at its end.

    Attributes
    ----------
    page : str
        Id of the page: ``survey/igov-2017``.
    title : str
        Its title; empty takes the first heading.
    home : str
        Relative address of the index.
    facts : tuple of (str, str)
        Name and value: notebook, parameters, data, package version.
    """

    page: str
    title: str
    home: str
    facts: tuple[tuple[str, str], ...]


def render_page(notebook: NotebookNode, origin: PageOrigin) -> str:
    """HTML of an executed notebook.

    Parameters
    ----------
    notebook : NotebookNode
        With outputs. Not changed.
    origin : PageOrigin
        What it was made from.

    Returns
    -------
    str
        A whole document: code folded, images described, no script, and no request but for the shared style sheets.
    """
    assets = origin.home.removesuffix("index.html") + ASSETS
    resources = {"origin": origin, "sheets": [f"{assets}/{name}" for name in SHEETS]}
    html, _ = make_exporter().from_notebook_node(_title_first(notebook), resources)
    return str(html)


def accessible_tables(html: str) -> str:
    """HTML in which header cells of tables say whether they head a row or a column, and wide tables scroll.

    Parameters
    ----------
    html : str
        A fragment.

    Returns
    -------
    str
        The fragment with ``scope`` on each header cell and each table in a focusable region.
    """
    return TABLE.sub(_accessible, html)


def described(output: Mapping[str, Any], mime: str) -> str:
    """Return the text alternative of an image output, as its metadata gives it."""
    metadata = output.get("metadata", {})
    return str(metadata.get(mime, {}).get("alt") or metadata.get("alt") or NO_DESCRIPTION)


@cache
def make_exporter() -> HTMLExporter:
    """Return the exporter of this process, made once: making it takes thirty times as long as a page."""
    exporter = HTMLExporter(
        config=Config({"TemplateExporter": {"extra_template_basedirs": [str(FOLDER / "templates")]}}),
        template_name="page",
        exclude_anchor_links=True,
    )
    exporter.register_filter("accessible_tables", accessible_tables)
    exporter.register_filter("described", described)
    return exporter


def _title_first(notebook: NotebookNode) -> NotebookNode:
    """Return the notebook with its parameters after the cell that holds the title, as a reader wants them."""
    tagged = {"parameters", "injected-parameters"}
    is_parameters = [bool(tagged & set(cell.metadata.get("tags", []))) for cell in notebook.cells]
    lead = is_parameters.index(False) if False in is_parameters else 0
    cells = [*notebook.cells[lead : lead + 1], *notebook.cells[:lead], *notebook.cells[lead + 1 :]]
    return NotebookNode({**notebook, "cells": cells})


def _accessible(match: re.Match[str]) -> str:
    head, end, body = match.group().partition("</thead>")
    if not end:
        head, body = "", head
    scoped = BARE_HEADER.sub('<th scope="col"', head) + end + BARE_HEADER.sub('<th scope="row"', body)
    caption = re.search(r"<caption\b[^>]*>(.*?)</caption>", scoped, re.DOTALL)
    label = re.sub(r"<[^>]+>|\"", "", caption.group(1)).strip() if caption else "Table"
    return f'<div class="scroll" role="region" tabindex="0" aria-label="{label}">{scoped}</div>'
