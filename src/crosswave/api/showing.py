"""How every result shows itself: as text in a terminal, as HTML in a notebook, as a chart on axes of matplotlib."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from html import escape
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import pandas as pd

from crosswave.report.sentences import answer_sentence
from crosswave.trend.certainty import answer_of, certainty_of
from crosswave.trend.change import Judged

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from crosswave.report.canvas import Chart

Drawn: TypeAlias = "tuple[Figure | None, str]"
"""The chart that a page has of a result, and the same in words."""

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
    def _drawn(self) -> Drawn:
        """Return both; no chart where there is nothing to draw, and why."""

    def chart(self, ax: Axes | None = None) -> Chart:
        """Return the chart that a page has of it, which shows itself; its ``figure`` is one of matplotlib.

        Parameters
        ----------
        ax
            Axes of matplotlib that are to show the chart, too: as a picture, so that it is the page's there as well.

        Raises
        ------
        ValueError
            There is nothing to draw: why.
        """
        from crosswave.report.canvas import Chart

        figure, words = self._drawn()
        if figure is None:
            raise ValueError(words)
        chart = Chart(figure, words)
        if ax is not None:
            chart.put_into(ax)
        return chart

    def export(self, path: str | PathLike[str]) -> tuple[Path, ...]:
        """Write the frame as .xlsx, .csv or .parquet, or the chart as .svg or .png, and return the files."""
        from crosswave.report.canvas import WRITERS
        from crosswave.report.export import Table, write_tables

        file, title = Path(path), self._title()
        if file.suffix.lower() not in WRITERS:
            return write_tables(file, [Table.plain("result", title, self.to_frame())], {"title": title})
        self.chart().save(file)
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
