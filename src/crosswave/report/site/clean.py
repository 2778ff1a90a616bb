"""HTML that outputs of notebooks bring, made fit for a strict Content Security Policy: no script, no inline style."""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import escape
from html.parser import HTMLParser

_WITH_CONTENT = frozenset({"script", "iframe", "object", "noscript"})
_ALONE = frozenset({"link", "meta", "base", "embed"})
_ADDRESSES = frozenset({"href", "src", "action", "formaction", "xlink:href"})
_UNSAFE_CSS = re.compile(r"[{}<>@\\]|url\s*\(", re.IGNORECASE)
_RUNS = re.compile(r"\s*(javascript|vbscript)\s*:", re.IGNORECASE)
Attributes = list[tuple[str, str | None]]


class Styles:
    """The style attributes of one page, each turned into a class of its own sheet."""

    def __init__(self) -> None:
        self._classes: dict[str, str] = {}
        self._sheets: list[str] = []

    def class_of(self, declarations: str) -> str:
        """Return the class that stands for the content of a style attribute; empty where it is not safe."""
        text = declarations.strip().rstrip(";")
        if not text or _UNSAFE_CSS.search(text):
            return ""
        return self._classes.setdefault(text, f"s{len(self._classes) + 1}")

    def add_sheet(self, css: str) -> None:
        """Keep the content of a style element."""
        if "<" not in css:
            self._sheets.append(css.strip())

    @property
    def css(self) -> str:
        """The sheet of the page; empty where nothing has a style of its own."""
        rules = [f".{name} {{ {text} }}" for text, name in self._classes.items()]
        return "\n".join([*self._sheets, *rules])


def clean_html(html: str, styles: Styles) -> str:
    """Return a fragment of HTML without scripts, handlers of events, foreign frames and inline styles."""
    cleaner = _Cleaner(styles)
    cleaner.feed(html)
    cleaner.close()
    return "".join(cleaner.kept)


class _Cleaner(HTMLParser):
    def __init__(self, styles: Styles) -> None:
        super().__init__(convert_charrefs=False)
        self.kept: list[str] = []
        self._styles = styles
        self._inside: list[str] = []
        self._sheet: list[str] | None = None

    def handle_starttag(self, tag: str, attrs: Attributes) -> None:
        if tag in _WITH_CONTENT:
            self._inside.append(tag)
        elif tag == "style":
            self._sheet = []
        elif not self._inside and tag not in _ALONE:
            self.kept.append(_start(tag, attrs, self.get_starttag_text() or "", self._styles))

    def handle_startendtag(self, tag: str, attrs: Attributes) -> None:
        if not self._inside and tag not in _WITH_CONTENT | _ALONE | {"style"}:
            self.kept.append(_start(tag, attrs, self.get_starttag_text() or "", self._styles))

    def handle_endtag(self, tag: str) -> None:
        if tag in self._inside:
            del self._inside[self._inside.index(tag) :]
        elif tag == "style" and self._sheet is not None:
            self._styles.add_sheet("".join(self._sheet))
            self._sheet = None
        elif not self._inside and tag not in _WITH_CONTENT | {"style"}:
            self.kept.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        if self._sheet is not None:
            self._sheet.append(data)
        elif not self._inside:
            self.kept.append(data)

    def handle_entityref(self, name: str) -> None:
        self.handle_data(f"&{name};")

    def handle_charref(self, name: str) -> None:
        self.handle_data(f"&#{name};")


def _start(tag: str, attrs: Attributes, as_written: str, styles: Styles) -> str:
    """A start tag as it was written, unless something in it has to go."""
    named = dict(attrs)
    if "style" not in named and not any(map(_forbidden, named.items())):
        return as_written
    kept = {name: value for name, value in named.items() if name != "style" and not _forbidden((name, value))}
    own = styles.class_of(named.get("style") or "")
    if own:
        kept["class"] = f"{kept.get('class') or ''} {own}".strip()
    return f"<{tag}{_written(kept)}{' /' if as_written.endswith('/>') else ''}>"


def _forbidden(attribute: tuple[str, str | None]) -> bool:
    name, value = attribute
    return name.startswith("on") or name == "srcdoc" or (name in _ADDRESSES and bool(_RUNS.match(value or "")))


def _written(attributes: Mapping[str, str | None]) -> str:
    return "".join(f" {name}" if value is None else f' {name}="{escape(value)}"' for name, value in attributes.items())
