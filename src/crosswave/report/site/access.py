"""Tables of HTML made accessible: headers that say what they head, and a region that scrolls by keyboard."""

from __future__ import annotations

import re
from html import escape, unescape

_TABLE = re.compile(r"<table\b.*?</table>", re.DOTALL)
_BARE_HEADER = re.compile(r"<th(?=[\s>])(?![^>]*\bscope=)")


def accessible_tables(html: str) -> str:
    """HTML in which header cells of tables say whether they head a row or a column, and wide tables scroll."""
    return _TABLE.sub(_accessible, html)


def _accessible(match: re.Match[str]) -> str:
    head, end, body = match.group().partition("</thead>")
    if not end:
        head, body = "", head
    scoped = _BARE_HEADER.sub('<th scope="col"', head) + end + _BARE_HEADER.sub('<th scope="row"', body)
    return f'<div class="scroll" role="region" tabindex="0" aria-label="{_label(scoped, head)}">{scoped}</div>'


def _label(table: str, head: str) -> str:
    """The caption; of a table without one, what its columns are called, so that two of a page differ."""
    caption = re.search(r"<caption\b[^>]*>(.*?)</caption>", table, re.DOTALL)
    parts = [caption.group(1)] if caption else re.findall(r"<th\b[^>]*>(.*?)</th>", head, re.DOTALL)
    words = [escape(unescape(re.sub(r"<[^>]+>", "", part))).strip() for part in parts]
    return ", ".join(word for word in words if word) or "Table"
