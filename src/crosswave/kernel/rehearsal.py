"""What nearly every notebook does, done once before there are kernels, which then have what it leaves in memory.

That is: the letters of charts are read and measured, and the machinery of pandas, seaborn and matplotlib has run once.
Nothing that a notebook shows depends on it: a chart has the same
bytes in a kernel that did not rehearse.
"""

from __future__ import annotations

import pandas as pd

from crosswave.report.canvas import NAVY, svg_text
from crosswave.report.forest import PERCENT, Look, Row, bars, forest
from crosswave.report.render import download, to_html, to_text

_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ abcdefghijklmnopqrstuvwxyz 0123456789 %.,:;()–−'\"/&+"


def rehearse() -> None:
    """Draw two charts and render a table, for nobody."""
    rows = [Row(_LETTERS, "wave", 50, 40, 60, 45, 55, heading=_LETTERS)]
    intervals = forest(rows, {"wave": Look("o", NAVY, _LETTERS)}, PERCENT, title=_LETTERS, subtitle=_LETTERS)
    table = pd.DataFrame({"label": ["one", "two"], "value": [1.0, 2.0], "words": ["1", "2"]})
    for chart in (intervals, bars(table, title=_LETTERS, subtitle=_LETTERS)):
        svg_text(chart, _LETTERS)
    for render in (to_html, to_text, download):
        render(table, _LETTERS)
