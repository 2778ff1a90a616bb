"""HTML that outputs of notebooks bring, made fit for a strict Content Security Policy: no script, no inline style."""

import re
from html import escape
from html.parser import HTMLParser

_WITH_CONTENT = frozenset({"script", "iframe", "object", "noscript"})
_ALONE = frozenset({"link", "meta", "base", "embed"})
_ADDRESSES = frozenset({"href", "src", "action", "formaction", "xlink:href"})
_UNSAFE_CSS = re.compile(r"[{}<>@\\]|url\s*\(", re.IGNORECASE)
_RUNS = re.compile(r"\s*(javascript|vbscript)\s*:", re.IGNORECASE)
_SUSPECT = re.compile(
    r"""<(?:script|iframe|object|noscript|link|meta|base|embed|style)\b|[\s/"'](?:on\w+|style|srcdoc)\s*=|script\s*:"""
    r"""|(?:href|src|action)\s*=\s*["']?[^"'>\s]*&(?:\#|tab|newline|colon)""",
    re.IGNORECASE,
)
"""What there is to clean, and now and then what only looks like it; HTML without any stays as it is."""

Attributes = list[tuple[str, str | None]]


class Styles:
    """The styles of one page's outputs: each style attribute as a class of the page's own sheet."""

    def __init__(self) -> None:
        self.classes: dict[str, str] = {}
        self.sheets: list[str] = []

    @property
    def css(self) -> str:
        """The sheet of the page; empty where nothing has a style of its own."""
        return "\n".join([*self.sheets, *(f".{name} {{ {text} }}" for text, name in self.classes.items())])


def clean_html(html: str, styles: Styles) -> str:
    """Return a fragment of HTML without scripts, handlers of events, foreign frames and inline styles."""
    if not _SUSPECT.search(html):
        return html
    cleaner = _Cleaner(styles)
    cleaner.feed(html)
    cleaner.close()
    return "".join(cleaner.clean)


class _Cleaner(HTMLParser):
    def __init__(self, styles: Styles) -> None:
        super().__init__(convert_charrefs=False)
        self.clean: list[str] = []
        self._styles = styles
        self._inside: list[str] = []
        self._sheet: list[str] | None = None

    def handle_starttag(self, tag: str, attrs: Attributes) -> None:
        if tag in _WITH_CONTENT:
            self._inside.append(tag)
        elif tag == "style":
            self._sheet = []
        else:
            self.handle_startendtag(tag, attrs)

    def handle_startendtag(self, tag: str, attrs: Attributes) -> None:
        if not self._inside and tag not in _WITH_CONTENT | _ALONE | {"style"}:
            self.clean.append(_start(tag, attrs, self.get_starttag_text() or "", self._styles))

    def handle_endtag(self, tag: str) -> None:
        if tag in self._inside:
            del self._inside[self._inside.index(tag) :]
        elif tag == "style" and self._sheet is not None:
            css, self._sheet = "".join(self._sheet), None
            self._styles.sheets += [] if "<" in css or css.strip() in self._styles.sheets else [css.strip()]
        elif not self._inside and tag not in _WITH_CONTENT | {"style"}:
            self.clean.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        if self._sheet is not None:
            self._sheet.append(data)
        elif not self._inside:
            self.clean.append(data)

    def handle_entityref(self, name: str) -> None:
        self.handle_data(f"&{name};")

    def handle_charref(self, name: str) -> None:
        self.handle_data(f"&#{name};")


def _start(tag: str, attrs: Attributes, as_written: str, styles: Styles) -> str:
    """A start tag as it was written, unless something in it has to go; a style attribute becomes a class."""
    known = {name: value for name, value in dict(attrs).items() if name != "style" and not _forbidden(name, value)}
    if len(known) == len(dict(attrs)):
        return as_written
    style = (dict(attrs).get("style") or "").strip().rstrip(";")
    if style and not _UNSAFE_CSS.search(style):
        own = styles.classes.setdefault(style, f"s{len(styles.classes) + 1}")
        known["class"] = f"{known.get('class') or ''} {own}".strip()
    written = "".join(f" {name}" if value is None else f' {name}="{escape(value)}"' for name, value in known.items())
    return f"<{tag}{written}{' /' if as_written.endswith('/>') else ''}>"


def _forbidden(name: str, value: str | None) -> bool:
    return name.startswith("on") or name == "srcdoc" or (name in _ADDRESSES and bool(_RUNS.match(value or "")))
