"""The sheet that every chart is drawn on: fixed sizes, one typeface, the same bytes on every machine, words for eyes
that do not see it.

Pyplot is not used: a figure belongs to whoever asked for it. Letters stay letters, placed by DejaVu Sans, which is
wider than what a browser puts in its place, so that nothing runs out of its room."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache, wraps
from hashlib import sha256
from html import escape
from typing import Any, ParamSpec, TypeVar
from urllib.parse import quote

import pandas as pd
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, findfont, get_font
from matplotlib.ft2font import LoadFlags

from crosswave.report.render import STYLE, download, folded, publish, to_html, to_text

NAVY, TEAL, PLUM, ORANGE = "#12436D", "#28A197", "#801650", "#F46A25"
INK, GREY, LINE = "#1b1f24", "#5b6570", "#c9d1d9"
WIDTH = 7.2
"""Inches, 691 pixels: a page enlarges it to its own width, and a phone scrolls it sideways, so that its letters are
never smaller than `SMALLEST` points (12 pixels) less a sixth."""

SMALLEST = 9.0
"""Points."""

LEFT, RIGHT, FOOT = 0.08, 0.2, 0.55
_TITLE_SIZE = 11.0
_TITLE_LINE, _SUBTITLE_LINE, _TOP = 0.2, 0.17, 0.08
_LOOK: Mapping[Any, Any] = {
    "font.family": ["DejaVu Sans", "sans-serif"],
    "font.sans-serif": ["DejaVu Sans", "Verdana", "Arial"],
    "font.size": SMALLEST,
    "text.color": INK,
    "axes.edgecolor": GREY,
    "axes.labelcolor": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.spines.left": False,
    "axes.unicode_minus": True,
    "xtick.color": INK,
    "ytick.color": INK,
    "figure.facecolor": "white",
    "axes.facecolor": "white",
    "svg.fonttype": "none",
    "svg.hashsalt": "crosswave",
    "path.simplify": False,
}
P = ParamSpec("P")
R = TypeVar("R")


def styled(draw: Callable[P, R]) -> Callable[P, R]:
    """Return a drawing function that has the same look whatever the caller's settings are."""

    @wraps(draw)
    def drawing(*args: P.args, **kwargs: P.kwargs) -> R:
        with rc_context(dict(_LOOK)):
            return draw(*args, **kwargs)

    return drawing


def sheet(title: str, subtitle: str, height: float, *, foot: float = FOOT) -> tuple[Figure, Axes]:
    """Return a figure with its title written, and axes of a given height below it."""
    figure, axes = panels(title, subtitle, (height,), foot=foot)
    return figure, axes[0]


def panels(
    title: str, subtitle: str, heights: Sequence[float], *, left: float = LEFT, gap: float = 0.0, foot: float = FOOT,
    head: float = 0.12,
) -> tuple[Figure, list[Axes]]:  # fmt: skip
    """Return a figure with its title written, and axes of given heights one below the other."""
    heads, subs = wrapped(title, size=_TITLE_SIZE, weight="bold"), wrapped(subtitle)
    top = _TOP + _TITLE_LINE * len(heads) + _SUBTITLE_LINE * len(subs) + head
    total = top + sum(heights) + gap * (len(heights) - 1) + foot
    figure = Figure(figsize=(WIDTH, total))
    look: dict[str, Any] = {"va": "top", "ha": "left", "parse_math": False}
    for place, line in enumerate(heads):
        height = 1 - _TOP / total - place * (_TITLE_LINE / total)
        figure.text(LEFT / WIDTH, height, line, fontsize=_TITLE_SIZE, fontweight="bold", **look)
    under = 1 - (_TOP + _TITLE_LINE * len(heads)) / total
    for place, line in enumerate(subs):
        height = under - place * (_SUBTITLE_LINE / total)
        figure.text(LEFT / WIDTH, height, line, fontsize=SMALLEST, color=GREY, **look)
    axes, bottom = [], total - top + gap
    for height in heights:
        bottom -= gap + height
        box = (left / WIDTH, bottom / total, (WIDTH - left - RIGHT) / WIDTH, height / total)
        axes.append(figure.add_axes(box))
    return figure, axes


def wrapped(text: str, width: float = 0.0, *, size: float = SMALLEST, weight: str = "normal") -> list[str]:
    """Return text in lines that are no wider than their room, measured in the letters in which charts are set."""
    room = 0.97 * 72 * (width or WIDTH - LEFT - RIGHT / 2)  # a browser may set letters a little wider
    space = _points_wide(" ", size, weight)
    lines: list[list[str]] = []
    used = 0.0
    for word in text.split():
        wide = sum(_points_wide(letter, size, weight) for letter in word)
        used += space + wide
        if lines and used <= room:
            lines[-1].append(word)
        else:
            lines.append([word])
            used = wide
    return [" ".join(line) for line in lines]


@cache
def _points_wide(letter: str, size: float, weight: str) -> float:
    """How far a letter moves the pen."""
    font = get_font(findfont(FontProperties(family="DejaVu Sans", weight=weight)))
    font.set_size(size, 72)
    return float(font.load_char(ord(letter), LoadFlags.NO_HINTING).linearHoriAdvance / 65536)


@styled
def svg_text(figure: Figure, alt: str) -> str:
    """Return a figure as SVG that carries its alternative text; the same bytes for the same figure."""
    stream = io.StringIO()
    figure.savefig(stream, format="svg", metadata=dict.fromkeys(("Date", "Creator", "Format", "Type")))
    text = stream.getvalue()
    svg = _TIP.sub(_with_tip, compact(text[text.index("<svg ") :]))
    role = "group" if "<title>" in svg else "img"  # an image has no parts that can be focused
    return svg.replace("<svg ", f'<svg role="{role}" aria-label="{escape(alt)}" ', 1)


TIP = "tip: "
"""How the name (gid) of an artist begins whose other words are shown where it is pointed at or focused."""

_TIP = re.compile(rf'<g id="{TIP}([^"]*)">')


def _with_tip(match: re.Match[str]) -> str:
    words = match.group(1)
    return f'<g tabindex="0" role="img" aria-label="{words}"><title>{words}</title>'


@styled
def png_bytes(figure: Figure, alt: str) -> bytes:
    """Return a figure as PNG, 300 dots an inch, that carries its alternative text."""
    stream = io.BytesIO()
    figure.savefig(stream, format="png", dpi=300, metadata={"Description": alt, "Software": None})
    return stream.getvalue()


def show(
    figure: Figure | None, alt: str, table: pd.DataFrame, caption: str, *, data: pd.DataFrame | None = None,
    fold: bool = True,
) -> None:  # fmt: skip
    """Display a chart in a notebook with its alternative text, and below it what it shows as a table to be saved."""
    if figure is not None:
        publish({"text/plain": alt, "image/svg+xml": svg_text(figure, alt)}, {"image/svg+xml": {"alt": alt}})
    if not table.empty:
        html = f"{STYLE}\n{to_html(table, caption)}\n{download(table if data is None else data, caption)}"
        html = folded(f"{caption}: the chart as a table" if figure else caption, html) if fold else html
        publish({"text/plain": to_text(table, caption), "text/html": html})


def image(figure: Figure, alt: str) -> str:
    """Return a figure as an HTML image with its alternative text."""
    coded = quote(svg_text(figure, alt), safe=" /:;,?!()'*")
    return f'<img class="chart" width="{WIDTH * 96:.0f}" alt="{escape(alt)}" src="data:image/svg+xml,{coded}">'


_STYLED = re.compile(
    r"<(\w+)((?:\s+(?!style=|class=)[\w:-]+=\"[^\"]*\")*)\s+style=\"([^\"]*)\"((?:\s+(?!class=)[\w:-]+=\"[^\"]*\")*)"
)
_ID = re.compile(r' id="([^"]*)"')
_REFERRED = re.compile(r"#([\w.:-]+)")
_REFERENCE = re.compile(r"""(href="|url\()#([\w.:-]+)""")
_NO_TURN = re.compile(r' transform="rotate\(-?0 [^)]*\)"')
_EMPTY = re.compile(r"<g/>|<g></g>")
_OPENING = re.compile(r"<svg\b[^>]*>")
_LINE = re.compile(r"(?=<g>|<g |<text\b)")


def compact(svg: str) -> str:
    """Return an SVG image that looks the same: each style once, no names that nothing refers to, nothing empty.

    Notes
    -----
    Groups and words begin a line, so that a changed word is one line of a diff. The names of styles and of parts hold
    a digest of the image: several can stand in one page and none takes the styles of another.

    Examples
    --------
    >>> print(compact('<svg><g id="a"><path style="fill: red"/><path style="fill: red"/></g></svg>'))
    <svg><style>.c5ef48-0{fill:red}</style>
    <g><path class="c5ef48-0"/><path class="c5ef48-0"/></g></svg>
    """
    referred, name = set(_REFERRED.findall(svg)), f"c{sha256(svg.encode()).hexdigest()[:5]}"

    def named(match: re.Match[str]) -> str:
        own = match.group(1)
        return f' id="{name}-{own}"' if own in referred else match.group() if own.startswith(TIP) else ""

    short = _ID.sub(named, _NO_TURN.sub("", svg.strip()))
    short = _REFERENCE.sub(lambda match: f"{match.group(1)}#{name}-{match.group(2)}", short)
    classes: dict[str, str] = {}

    def classed(match: re.Match[str]) -> str:
        tag, before, style, after = match.groups()
        rule = re.sub(r"\s*([:;,])\s*", r"\1", style.strip().rstrip(";"))
        return f'<{tag}{before} class="{classes.setdefault(rule, f"{name}-{len(classes)}")}"{after}'

    short = re.sub(r"\s*\n\s*", " ", _STYLED.sub(classed, short)).replace("> <", "><")
    short = _LINE.sub("\n", _EMPTY.sub("", short))
    rules = "".join(f".{one}{{{rule}}}" for rule, one in classes.items())
    return _OPENING.sub(lambda match: f"{match.group()}<style>{rules}</style>", short, count=1) if rules else short
