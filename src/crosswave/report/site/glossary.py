"""The terms of the glossary, and the links from where a page first uses them."""

import re
from functools import cache
from html import escape
from pathlib import Path

HREF = "glossary.html"
_TERM = re.compile(r"^## (.+)\n\n(.+)$", re.MULTILINE)
_PROSE = re.compile(r"<(p|li|dd)(?: [^>]*)?>.*?</\1>", re.DOTALL)
_PIECE = re.compile(r"<a\b.*?</a>|<button\b.*?</button>|<code\b.*?</code>|<[^>]*>", re.DOTALL)
_LINK = re.compile(r'<a class="term" [^>]*>([^<]*)</a>')
_COMMON = {"Answer", "Figure", "Survey", "Topic", "Grade", "Claim"}
"""Words of every sentence: they are in the glossary, but no sentence is interrupted for them."""


@cache
def text() -> str:
    """Return the glossary in Markdown."""
    return (Path(__file__).parent / "glossary.md").read_text(encoding="utf-8")


@cache
def terms() -> dict[str, str]:
    """Return each term with what it means."""
    return dict(_TERM.findall(text()))


@cache
def _pattern() -> re.Pattern[str]:
    names = sorted((name for name in terms() if name not in _COMMON), key=len, reverse=True)
    return re.compile(rf"\b({'|'.join(map(re.escape, names))})(s?)\b", re.IGNORECASE)


def anchor(term: str) -> str:
    """Return where a term is on the page of the glossary."""
    return re.sub(r"[^a-z0-9]+", "-", term.lower()).strip("-")


def with_terms(html: str, up: str) -> str:
    """Return HTML whose prose links each term of the glossary where it is first used; as before if done again."""
    meanings = {name.lower(): (name, meaning) for name, meaning in terms().items()}
    seen: set[str] = set()

    def linked(match: re.Match[str]) -> str:
        key = match.group(1).lower()
        if key in seen:
            return match.group()
        seen.add(key)
        name, meaning = meanings[key]
        return f'<a class="term" href="{up}{HREF}#{anchor(name)}" title="{escape(meaning)}">{match.group()}</a>'

    def in_prose(match: re.Match[str]) -> str:
        block, found, end = match.group(), [], 0
        for piece in _PIECE.finditer(block):
            found += [_pattern().sub(linked, block[end : piece.start()]), piece.group()]
            end = piece.end()
        return "".join([*found, block[end:]])

    return _PROSE.sub(in_prose, _LINK.sub(r"\1", html))
