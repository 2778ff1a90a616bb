"""The picture that other sites show beside a link to this one: the answer, and the strip of all topics."""

from __future__ import annotations

import io

from matplotlib.figure import Figure

from crosswave.report.canvas import GREY, INK, NAVY, TEAL, styled, wrapped
from crosswave.report.site.material import Overview
from crosswave.trend.certainty import UNTOLD

_WIDE, _TALL = 12.0, 6.3


@styled
def picture(overview: Overview, title: str) -> bytes:
    """Return a PNG of 1,200 by 630 pixels; the same bytes for the same answer."""
    figure = Figure(figsize=(_WIDE, _TALL), facecolor="white")
    axes = figure.add_axes((0.05, 0.1, 0.9, 0.12), frameon=False, xticks=[], yticks=[], xlim=(0, 100), ylim=(0, 1))
    colours = {"no real change": TEAL, UNTOLD: GREY}
    for group in overview.groups:
        axes.barh(0.5, group.width - 0.2, left=group.start, height=1, color=colours.get(group.answer, NAVY))
    answer = "\n".join(line for sentence in overview.answer for line in wrapped(sentence, _WIDE - 1.2, size=22))
    figure.text(0.05, 0.93, overview.question, fontsize=34, weight="bold", color=INK, va="top", parse_math=False)
    figure.text(0.05, 0.78, answer, fontsize=22, color=INK, va="top", linespacing=1.4, parse_math=False)
    figure.text(0.05, 0.04, title, fontsize=14, color=GREY, parse_math=False)
    stream = io.BytesIO()
    figure.savefig(stream, format="png", dpi=100, metadata={"Software": None})
    return stream.getvalue()
