"""What the site shows: links to its notebook pages, and records of text made from the registry and the ledger."""

import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from crosswave.study.models import Study

# kind of page -> heading of its group, in the order of the site
GROUPS = {
    "start": "Start here",
    "synthesis": "What changed",
    "series": "Series, which ask the same again and again",
    "barriers": "What holds organisations back",
    "trend": "Trends, one for each topic",
    "claims": "Claims that writers made",
    "survey": "Surveys, reproduced",
    "context": "Dated facts beside the surveys",
    "calibration": "How often the answers err",
}

_AT_ONCE = 250  # rows of a table that are part of its page


@dataclass(frozen=True)
class PageText:
    """What the index says of a page: title (empty takes the notebook's heading), a sentence, and a short verdict."""

    title: str = ""
    summary: str = ""
    verdict: str = ""


@dataclass(frozen=True)
class PageLink:
    """One page in the site; its verdict is a word or two."""

    id: str
    title: str
    kind: str
    href: str
    summary: str = ""
    verdict: str = ""
    status: str = "made"


def commit_of(folder: Path) -> str:
    """Return the commit of a folder; empty outside a checkout."""
    command = ["git", "-C", str(folder), "describe", "--always", "--dirty", "--exclude", "*"]
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True, timeout=10).stdout.strip()
    except (OSError, subprocess.SubprocessError):
        return ""


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a table; it leads to a page by its id, sorts by a number, and is filtered by its values or its text."""

    text: str
    page: str = ""
    at: str = ""
    sort: float | None = None
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table that readers search; ``filter`` says what they choose among its values, if they do.

    A column that is not shown is only for the choice among its values.
    """

    key: str
    title: str
    number: bool = False
    filter: str = ""
    wide: bool = False
    shown: bool = True


@dataclass(frozen=True, slots=True)
class Finder:
    """A page with one long table that is searched, filtered and sorted; ``unit`` is what a row is, in the plural.

    A row has an id on the page, and a cell for each column; the first heads the row. ``told`` are the columns that
    name a row where the whole site is searched.
    """

    name: str
    title: str
    lead: str
    caption: str
    unit: str
    columns: tuple[Column, ...]
    rows: Mapping[str, tuple[Cell, ...]]
    told: tuple[int, ...] = (0,)

    @property
    def first(self) -> list[str]:
        """The rows that the page has at once."""
        return list(self.rows)[:_AT_ONCE]

    @property
    def rest(self) -> list[str]:
        """The rows that it loads when a reader looks for one, or comes to the end."""
        return list(self.rows)[_AT_ONCE:]

    @property
    def kinds(self) -> str:
        """What its columns hold, as classes of its table."""
        shown = enumerate((column for column in self.columns if column.shown), start=1)
        return "".join(f" {'n' if column.number else 'l'}{k}" for k, column in shown if column.number or column.wide)

    def parted(self, row: str) -> tuple[list[tuple[Column, Cell]], list[tuple[Column, Cell]]]:
        """Return the cells of a row with their columns: those that are shown, and those only chosen among."""
        pairs = list(zip(self.columns, self.rows[row], strict=True))
        return [pair for pair in pairs if pair[0].shown], [pair for pair in pairs if not pair[0].shown]

    def choices(self, place: int) -> list[str]:
        """Return every value of a column among which readers may choose, numbers and words in their order."""
        cells = [row[place] for row in self.rows.values()]
        values = {value for cell in cells for value in cell.values or filter(None, [cell.text])}
        return sorted(values, key=lambda text: (not text[:1].isdigit(), text.casefold()))


@dataclass(frozen=True, slots=True)
class Link:
    """A text, and where it leads if it does: an address, or a page by its id; words after it.

    An address inside the site is relative to the folder of the index.
    """

    text: str
    href: str = ""
    page: str = ""
    after: str = ""


Facts = dict[str, str | tuple[Link, ...]]


@dataclass(frozen=True, slots=True)
class Card:
    """The key facts of a page, with a heading; ``planned`` where they are those of plan.yaml whatever the page is.

    Links take the whole width, and words do not; what is empty is not shown.
    """

    heading: str
    facts: Facts
    planned: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """Topics of which the same can be said: how many, and where they are on a strip of 100."""

    words: str
    answer: str
    count: int
    start: float
    width: float


@dataclass(frozen=True, slots=True)
class Topic:
    """A line of the overview: the levels that surveys print, the two that are compared, and the answer."""

    heading: str
    page: str
    levels: str
    compared: str
    answer: str


@dataclass(frozen=True, slots=True)
class Overview:
    """The first page: a question, its answer, a line for each topic, and what the evidence cannot say.

    First is what official series show: a list of sentences for each answer, by its heading, and what is left.
    ``items``: what the joint model says of each obstacle (name, share in the first and the last year, chance that it
    is named most, whether it changed), the one named most first; ``items_said`` in a sentence.
    """

    question: str
    answer: Sequence[str]
    topics: tuple[Topic, ...]
    total: int
    groups: tuple[Group, ...]
    limits: tuple[str, ...]
    official: Mapping[str, tuple[Link, ...]] = field(default_factory=dict)
    official_rest: tuple[str, ...] = ()
    years: tuple[int, ...] = ()
    items: tuple[tuple[str, ...], ...] = ()
    items_said: str = ""


@dataclass(frozen=True, slots=True)
class Subject:
    """A page on one subject, such as a kind of obstacle: its topics, claims and surveys, each with a word after it."""

    name: str
    title: str
    topics: tuple[Link, ...]
    claims: tuple[Link, ...]
    surveys: tuple[Link, ...]

    @property
    def href(self) -> str:
        """Its address."""
        return f"subjects/{self.name}.html"


@dataclass(frozen=True, slots=True)
class Downloads:
    """Everything to be downloaded: the tables, the files by name, and the columns of each table."""

    tables: tuple[tuple[str, str, int], ...]  # name, title, number of rows
    files: Mapping[str, bytes]
    columns: Mapping[str, tuple[tuple[str, str, str, str], ...]]  # name, type, unit, description
    whole: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Citation:
    """How the whole is cited: a sentence, BibTeX, and the licences of code and of data; its authors and its date."""

    sentence: str
    bibtex: str
    licences: tuple[tuple[str, str], ...]
    authors: str = ""
    date: str = ""


@dataclass(frozen=True, slots=True)
class Material:
    """All of that; what is absent has no page.

    ``search``: how the surveys were found, in Markdown; ``moved``: pages that are in another, by their ids;
    ``left_out``: a line for each data file with faults, for every page; ``data``: a hash of the data files.
    """

    overview: Overview | None = None
    finders: tuple[Finder, ...] = ()
    cards: Mapping[str, Card] = field(default_factory=dict)
    downloads: Downloads | None = None
    citation: Citation | None = None
    methods: str = ""
    search: str = ""
    moved: Mapping[str, str] = field(default_factory=dict)
    left_out: tuple[str, ...] = ()
    subjects: tuple[Subject, ...] = ()
    study: Study | None = None
    data: str = ""

    @property
    def synonyms(self) -> tuple[tuple[str, ...], ...]:
        """Groups of words for the same thing."""
        return self.study.synonyms if self.study else ()
