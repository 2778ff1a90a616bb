"""Tables and names for a reader: HTML, plain text, a file to download."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from html import escape
from urllib.parse import quote

import pandas as pd

from crosswave.study.models import Source, Survey
from crosswave.study.registry import Finding

NOT_PRINTED = "not printed"
_NUMBER = re.compile(r"[-+−]?[\d,]+(\.\d+)?( ?%)?( ((to|or) )?[-+−]?[\d,]+(\.\d+)?)*")
_SHORT, _LONG = 12, 60
_COLUMNS = 16

_PLAIN_IN_ADDRESS = "/,;:.()!*"
"""Characters that a data address need not encode: what is left can be read in a diff."""


def columns_css() -> str:
    """Return the rules of tables that name the kinds of their columns: ``n2``, the second holds numbers.

    Numbers are at the right; they and short words (``s``) are never broken over lines; long ones (``l``) have room.
    """

    def cells(kind: str) -> str:
        return ", ".join(f"table.{kind}{k} tr > :nth-child({k})" for k in range(1, _COLUMNS + 1))

    return (
        f"{cells('n')} {{ text-align: right; white-space: nowrap; }} {cells('s')} {{ white-space: nowrap; }} "
        f"{cells('l')} {{ min-width: 13rem; }} thead th:nth-child(n) {{ white-space: normal; }}"
    )


STYLE = (
    "<style>table.crosswave :is(td, th, caption):nth-child(n) { text-align: left; vertical-align: top; } "
    f"{columns_css()}</style>"
)
"""What JupyterLab needs, whose own rules weigh as much as a class."""


@dataclass(frozen=True, slots=True)
class Link:
    """A cell that leads somewhere."""

    text: str
    url: str

    @property
    def html(self) -> str:
        """The link, or its text alone where the address is not of the web."""
        if not self.url.startswith(("https://", "http://")):
            return escape(self.text)
        return f'<a href="{escape(self.url)}">{escape(self.text)}</a>'

    def __str__(self) -> str:
        """Return text and address."""
        return f"{self.text} <{self.url}>"


def percent(share: float | None) -> str:
    """Return a share in [0, 1] as a percentage with one decimal and no sign of its own, or nothing.

    Examples
    --------
    >>> percent(0.58), percent(None), percent(-0.0512)
    ('58.0', '', '-5.1')
    """
    return "" if share is None or pd.isna(share) else f"{round(100 * float(share), 1) + 0.0:.1f}"


def confidence(alpha: float) -> str:
    """Return the level of an interval with error rate alpha.

    Examples
    --------
    >>> confidence(0.05), confidence(0.001)
    ('95%', '99.9%')
    """
    return f"{100 * (1 - alpha):g}%"


def span(low: object, high: object) -> str:
    """Return two ends in words, one where they are alike, nothing where one is missing.

    Examples
    --------
    >>> span(136, 137), span(1200, 1200), span("57.5", "58.5"), span(None, 3)
    ('136 to 137', '1,200', '57.5 to 58.5', '')
    """
    ends = [_shown(end) for end in (low, high)]
    return "" if "" in ends else " to ".join(dict.fromkeys(ends))


def spans(frame: pd.DataFrame, low: str, high: str) -> list[str]:
    """Return the shares of two columns as ranges in percent, a row each."""
    return [span(percent(one), percent(two)) for one, two in zip(frame[low], frame[high], strict=True)]


def _shown(value: object) -> str:
    if value is None or value is pd.NA or value != value:
        return ""
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)


def to_html(frame: pd.DataFrame, caption: str) -> str:
    """Return a frame as an HTML table; its first column heads the rows."""
    kinds = [f" {kind}{place + 1}" for place in range(frame.shape[1]) if (kind := _kind(frame, place))]
    head = "".join(_cell("th", str(name), "col") for name in frame.columns)
    rows = [
        "".join(_cell("td" if k else "th", value, "" if k else "row") for k, value in enumerate(row))
        for row in frame.itertuples(index=False, name=None)
    ]
    body = "\n".join(f"<tr>{row}</tr>" for row in rows)
    return (
        f'<table class="crosswave{"".join(kinds)}">\n<caption>{escape(caption)}</caption>\n'
        f"<thead>\n<tr>{head}</tr>\n</thead>\n"
        f"<tbody>\n{body}\n</tbody>\n</table>"
    )


def _kind(frame: pd.DataFrame, place: int) -> str:
    """The kind of a column, see `columns_css`."""
    shown = [text for value in frame.iloc[:, place] if (text := _shown(value))]
    if place and shown and all(_NUMBER.fullmatch(text) for text in shown):
        return "n"
    if all(len(text) <= _SHORT for text in shown):
        return "s"
    return "l" if any(len(text) > _LONG for text in shown) else ""


def _cell(tag: str, value: object, scope: str) -> str:
    scoped = f' scope="{scope}"' if scope else ""
    content = value.html if isinstance(value, Link) else escape(_shown(value))
    return f"<{tag}{scoped}>{content}</{tag}>"


def to_text(frame: pd.DataFrame, caption: str) -> str:
    """Return a frame as plain text: the caption, then a row a line, cells divided by bars."""
    rows = [list(map(str, frame.columns)), *([_shown(cell) for cell in row] for row in frame.itertuples(index=False))]
    return "\n".join([caption, *(" | ".join(row).rstrip() for row in rows)])


def publish(data: Mapping[str, str], metadata: Mapping[str, object] | None = None) -> None:
    """Display one thing in a notebook, in each of its forms."""
    from IPython.display import display  # not where a command prints on a terminal

    display(dict(data), metadata=dict(metadata or {}), raw=True)  # type: ignore[no-untyped-call]


def folded(summary: str, html: str) -> str:
    """Return HTML that is one click away."""
    return f'<details class="fold">\n<summary>{escape(summary)}</summary>\n{html}\n</details>'


def download(frame: pd.DataFrame, name: str) -> str:
    """Return a link that saves a frame as CSV; the bytes are in the link, so that it works without a server."""
    text = frame.to_csv(index=False, lineterminator="\n", float_format="%.6g")
    file = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
    address = f"data:text/csv;charset=utf-8,{quote(text, safe=_PLAIN_IN_ADDRESS)}"
    rows = f"{len(frame):,} row{'' if len(frame) == 1 else 's'}"
    return f'<p class="download"><a download="{file}.csv" href="{escape(address)}">Download as CSV ({rows})</a></p>'


def show(frame: pd.DataFrame, caption: str, *, fold: bool = False) -> None:
    """Display a frame as a table in a notebook, and nothing where it has no row."""
    if frame.empty:
        return
    html = f"{STYLE}\n{to_html(frame, caption)}"
    publish({"text/plain": to_text(frame, caption), "text/html": folded(caption, html) if fold else html})


def survey_name(survey: Survey) -> str:
    """Return a survey by its publisher and year; by its title where no publisher is known."""
    name = survey.publisher or survey.fieldwork.house or survey.title
    return name if str(survey.year) in name else f"{name} {survey.year}"


def titled(survey: Survey) -> str:
    """Return the title of a survey with its year."""
    return survey.title if str(survey.year) in survey.title else f"{survey.title}, {survey.year}"


def figure_name(finding: Finding) -> str:
    """Return a printed figure as its survey and its answer."""
    return f"{survey_name(finding.survey)}: {finding.answer.says}"


def sources_table(sources: Iterable[Source]) -> pd.DataFrame:
    """Return a row for each source, with a link."""
    rows = [
        (Link(source.title, source.url), source.publisher or "", source.kind.replace("-", " "), source.published or "")
        for source in sources
    ]
    return pd.DataFrame(rows, columns=["Source", "Publisher", "Kind", "Published"])


def year_of(survey: Survey) -> str:
    """Return the year of a wave; a financial year as 2017/18."""
    return f"{survey.year}/{(survey.year + 1) % 100:02d}" if survey.year_basis == "financial-year" else str(survey.year)


def period(survey: Survey) -> str:
    """Return when a survey was in the field, as far as it is known."""
    return " to ".join(dict.fromkeys(date for date in (survey.fieldwork.start, survey.fieldwork.end) if date))
