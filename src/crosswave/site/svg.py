"""Charts as addresses that stand in the page: the same picture in half the bytes."""

from __future__ import annotations

import re

_STYLED = re.compile(
    r"<(\w+)((?:\s+(?!style=|class=)[\w:-]+=\"[^\"]*\")*)\s+style=\"([^\"]*)\"((?:\s+(?!class=)[\w:-]+=\"[^\"]*\")*)"
)
_SPOKEN = re.compile(r' (?:role|aria-label)="[^"]*"')
_ID = re.compile(r' id="([^"]*)"')
_REFERRED = re.compile(r"#([\w.:-]+)")
_OPENING = re.compile(r"<svg\b[^>]*>")


def svg_address(svg: str) -> str:
    """Return an SVG image as an address that can stand in an attribute as it is: shorter than base64 by half.

    Its spoken form goes: the image element that shows it has the words.

    Parameters
    ----------
    svg : str
        A whole image.

    Examples
    --------
    >>> svg_address('<svg fill="#12436D">50 % & more</svg>')
    'data:image/svg+xml,<svg fill=%22%2312436D%22>50 %25 &amp; more</svg>'
    """
    silent = _OPENING.sub(lambda match: _SPOKEN.sub("", match.group()), svg, count=1)
    coded = compact(silent).replace("%", "%25").replace("#", "%23").replace('"', "%22")
    return "data:image/svg+xml," + coded.replace("&", "&amp;")


def compact(svg: str) -> str:
    """Return an SVG image that looks the same: styles written once, no names that nothing refers to, no line breaks.

    Parameters
    ----------
    svg : str
        A whole image.

    Examples
    --------
    >>> compact('<svg><g id="a"><path style="fill: red"/><path style="fill: red"/></g></svg>')
    '<svg><style>.a0{fill:red}</style><g><path class="a0"/><path class="a0"/></g></svg>'
    """
    referred = set(_REFERRED.findall(svg))
    named = _ID.sub(lambda match: match.group() if match.group(1) in referred else "", svg.strip())
    classes: dict[str, str] = {}

    def classed(match: re.Match[str]) -> str:
        tag, before, style, after = match.groups()
        rule = re.sub(r"\s*([:;,])\s*", r"\1", style.strip().rstrip(";"))
        return f'<{tag}{before} class="{classes.setdefault(rule, f"a{len(classes)}")}"{after}'

    short = re.sub(r"\s*\n\s*", " ", _STYLED.sub(classed, named)).replace("> <", "><")
    rules = "".join(f".{name}{{{rule}}}" for rule, name in classes.items())
    return _OPENING.sub(lambda match: f"{match.group()}<style>{rules}</style>", short, count=1) if rules else short
