"""Notebook pages as parts of a site: a figure's row can be linked to, its id leads there, and nothing is said twice."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from html import unescape

from crosswave.report.site.frame import Content

_LINKED = re.compile(r'<a class="to" href="[^"]*">([^<]*)</a>')
_ROW = re.compile(r'<tr>(<th scope="row"[^>]*>)([a-z0-9-]+(?:\.[a-z0-9-]+)*)(</th>)')
_CELL = re.compile(r"(<t[hd][^>]*>)([a-z0-9-]+(?:\.[a-z0-9-]+){0,2})(</t[hd]>)")
_CARD = re.compile(r'<section class="card">\s*<h3[^>]*>(.*?)</h3>.*?</section>\s*', re.DOTALL)
_ROW_ID = re.compile(r'<tr id="([^"]*)">')


def woven(content: Content, page: str, hrefs: Mapping[str, str], up: str) -> Content:
    """Return the content of a page whose rows have ids, and whose ids of figures, surveys and constructs are links."""
    taken: set[str] = set()

    def marked(match: re.Match[str]) -> str:
        name = match.group(2)
        if name in taken:
            return match.group()
        taken.add(name)
        return f'<tr id="{name}">{match.group(1)}{name}{match.group(3)}'

    def linked(match: re.Match[str]) -> str:
        href = _target(match.group(2), page, hrefs)
        return f'{match.group(1)}<a class="to" href="{up}{href}">{match.group(2)}</a>{match.group(3)}' if href else (
            match.group()
        )  # fmt: skip

    bare = _ROW_ID.sub("<tr>", _LINKED.sub(r"\1", content.html))
    return replace(content, html=_CELL.sub(linked, _ROW.sub(marked, bare)))


def _target(name: str, page: str, hrefs: Mapping[str, str]) -> str:
    """The address of what has this id; nothing where it has no page, or this one."""
    survey, _, figure = name.partition(".")
    pages = {f"survey/{survey}": figure} | ({} if figure else {f"trend/{name}": ""})
    for target, at in pages.items():
        if target in hrefs and target != page:
            return f"{hrefs[target]}#{at}" if at else hrefs[target]
    return ""


def without_card(content: Content, title: str) -> Content:
    """Return what a page shows without its own card of what the page is about, for a frame that has one."""

    def unless_said(match: re.Match[str]) -> str:
        return "" if unescape(match.group(1)).strip() == title else match.group()

    return replace(content, html=_CARD.sub(unless_said, content.html))
