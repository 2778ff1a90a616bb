"""How every result shows itself: as text in a terminal, as HTML in a notebook, as a chart on axes of matplotlib."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from html import escape
from os import PathLike
from pathlib import Path
from textwrap import wrap
from typing import TYPE_CHECKING, Any

import pandas as pd

from crosswave.report.sentences import answer_sentence
from crosswave.trend.certainty import answer_of, certainty_of
from crosswave.trend.change import Judged

if TYPE_CHECKING:
    from matplotlib.axes import Axes

BLUE, GREY, PLUM = "#12436D", "#5b6570", "#801650"
LABEL = 60
"""So many letters are a line of a chart's title, and the longest label."""

_ROWS = 12
"""So many rows of a frame are shown with a result; `to_frame` has all."""


class Shown(ABC):
    """A result with a title, facts in words, a frame and a chart."""

    @abstractmethod
    def _title(self) -> str: ...

    @abstractmethod
    def _facts(self) -> Mapping[str, str]: ...

    @abstractmethod
    def to_frame(self) -> pd.DataFrame:
        """Return the result as a frame with numeric columns."""

    @abstractmethod
    def to_dict(self) -> dict[str, object]:
        """Return the result as plain values, ready for JSON; None where there is no such number."""

    @abstractmethod
    def chart(self, ax: Axes | None = None) -> Axes:
        """Draw the result on `ax`, or on new axes, nine inches wide, and return them."""

    def export(self, path: str | PathLike[str]) -> tuple[Path, ...]:
        """Write the frame as .xlsx, .csv or .parquet, or the chart as .svg or .png, and return the files."""
        from crosswave.report.export import Table, write_tables

        file, title = Path(path), self._title()
        if file.suffix.lower() not in (".svg", ".png"):
            return write_tables(file, [Table.plain("result", title, self.to_frame())], {"title": title})
        self.chart().figure.get_figure(root=True).savefig(file)
        return (file,)

    def _shown_frame(self) -> pd.DataFrame:
        return self.to_frame()

    def __repr__(self) -> str:
        """Return the result as text that fits a terminal."""
        facts = [f"{name}: {fact}" for name, fact in self._facts().items() if fact]
        frame, more = self._few()
        table = [frame.to_string(index=False, max_colwidth=40, line_width=120)] if len(frame) else []
        return "\n".join([self._title(), *facts, *table, *more])

    def _repr_html_(self) -> str:
        """Return the result as HTML, which JupyterLab shows in place of the text."""
        items = "".join(
            f"<div><dt>{escape(name)}</dt><dd>{escape(fact)}</dd></div>" for name, fact in self._facts().items() if fact
        )
        frame, more = self._few()
        table = _html(frame, "; ".join([self._title(), *more])) if len(frame) else ""
        return f'<section class="card"><h3>{escape(self._title())}</h3><dl>{items}</dl></section>\n{table}'

    def _few(self) -> tuple[pd.DataFrame, list[str]]:
        """The first rows, and how many there are where that is not all."""
        frame = self._shown_frame()
        more = [f"the first {_ROWS} of {len(frame)} rows"] if len(frame) > _ROWS else []
        return frame.head(_ROWS), more


class Answered(Shown):
    """A result that has an answer: `trend` is what was judged."""

    trend: Judged[Any]

    @property
    def verdict(self) -> str:
        """The verdict of the plan's decision table."""
        return self.trend.verdict

    @property
    def answer(self) -> str:
        """The answer for everybody: rose, fell, no real change or cannot tell."""
        return answer_of(self.trend)

    @property
    def certainty(self) -> str:
        """How certain the answer is: high, moderate, low or very low."""
        return certainty_of(self.trend).level

    @property
    def sentence(self) -> str:
        """The answer in the words of its certainty, with the reason."""
        return answer_sentence(self.trend)


def _html(frame: pd.DataFrame, caption: str) -> str:
    html = frame.to_html(index=False, border=0, classes="crosswave", na_rep="", float_format="{:.4g}".format)
    head, body = str(html).split(">", 1)
    return f"{head}>\n<caption>{escape(caption)}</caption>{body}"


def records(frame: pd.DataFrame) -> list[dict[str, object]]:
    """Return the rows of a frame as plain values, None where one is missing."""
    rows = frame.astype(object).where(frame.notna(), None).to_dict("records")
    return [
        {str(name): value.item() if hasattr(value, "item") else value for name, value in row.items()} for row in rows
    ]


def axes_of(ax: Axes | None, height: float, title: str) -> Axes:
    """Return the axes to draw on with their title: those that are passed, else new ones, nine inches wide."""
    if ax is None:
        import matplotlib.pyplot as plt

        _, ax = plt.subplots(figsize=(9, height), layout="constrained")
    ax.set_title("\n".join(wrap(title, LABEL)), loc="left", fontweight="bold", fontsize=11)
    return ax
