"""A chart in fewer bytes: the same picture, each style written once."""

from __future__ import annotations

import re
from hashlib import sha256

_STYLED = re.compile(
    r"<(\w+)((?:\s+(?!style=|class=)[\w:-]+=\"[^\"]*\")*)\s+style=\"([^\"]*)\"((?:\s+(?!class=)[\w:-]+=\"[^\"]*\")*)"
)
_ID = re.compile(r' id="([^"]*)"')
_REFERRED = re.compile(r"#([\w.:-]+)")
_NO_TURN = re.compile(r' transform="rotate\(-?0 [^)]*\)"')
_EMPTY = re.compile(r"<g/>|<g></g>")
_OPENING = re.compile(r"<svg\b[^>]*>")
_LINE = re.compile(r"(?=<g>|<g |<text\b)")


def compact(svg: str) -> str:
    """Return an SVG image that looks the same: each style once, no names that nothing refers to, nothing empty.

    Notes
    -----
    Groups and words begin a line, so that a changed word is one line of a diff. The names of styles hold a digest of
    the image: several can stand in one page and none takes the styles of another.

    Examples
    --------
    >>> print(compact('<svg><g id="a"><path style="fill: red"/><path style="fill: red"/></g></svg>'))
    <svg><style>.c5ef48-0{fill:red}</style>
    <g><path class="c5ef48-0"/><path class="c5ef48-0"/></g></svg>
    """
    referred, name = set(_REFERRED.findall(svg)), f"c{sha256(svg.encode()).hexdigest()[:5]}"
    short = _ID.sub(lambda match: match.group() if match.group(1) in referred else "", _NO_TURN.sub("", svg.strip()))
    classes: dict[str, str] = {}

    def classed(match: re.Match[str]) -> str:
        tag, before, style, after = match.groups()
        rule = re.sub(r"\s*([:;,])\s*", r"\1", style.strip().rstrip(";"))
        return f'<{tag}{before} class="{classes.setdefault(rule, f"{name}-{len(classes)}")}"{after}'

    short = re.sub(r"\s*\n\s*", " ", _STYLED.sub(classed, short)).replace("> <", "><")
    short = _LINE.sub("\n", _EMPTY.sub("", short))
    rules = "".join(f".{one}{{{rule}}}" for rule, one in classes.items())
    return _OPENING.sub(lambda match: f"{match.group()}<style>{rules}</style>", short, count=1) if rules else short
