"""The frame that all pages share: head with its Content Security Policy, navigation, crumbs, neighbours, footer."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from crosswave.report.site.access import accessible_tables

if TYPE_CHECKING:
    from jinja2 import Environment

    from crosswave.report.site.material import Card

HOME = "index.html"
NO_PAGES: Mapping[str, str] = {}
_CONTENT = re.compile(r"<!--content-->(.*)<!--/content-->", re.DOTALL)
_STYLE = re.compile(r"<style>(.*?)</style>", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Link:
    """An address, relative to the folder of the index, and its text."""

    text: str
    href: str


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page stands.

    Attributes
    ----------
    href : str
        Its address, relative to the folder of the index.
    section : str
        Address of the page of the navigation that it belongs to.
    crumbs : tuple of Link
        From the index down to the page above it.
    group : str
        What its neighbours are, in the plural.
    notebook : str
        Address of the executed notebook; empty where there is none.
    finder : Link or None
        The rows of a long table that belong to it.
    """

    title: str
    href: str
    section: str = HOME
    crumbs: tuple[Link, ...] = ()
    previous: Link | None = None
    following: Link | None = None
    group: str = ""
    notebook: str = ""
    finder: Link | None = None

    @property
    def up(self) -> str:
        """The way from the page's folder to that of the index: ``../../`` or nothing."""
        return "../" * self.href.count("/")


@dataclass(frozen=True, slots=True)
class Content:
    """What stands in the frame: HTML without inline style, and the page's own style sheet."""

    html: str
    css: str = ""


def framed(
    content: Content,
    place: Place,
    *,
    nav: tuple[Link, ...] = (),
    about: str = "",
    card: Card | None = None,
    hrefs: Mapping[str, str] = NO_PAGES,
    left_out: tuple[str, ...] = (),
) -> str:
    """Return a notebook's content as a whole document."""
    shown = nav or (Link("Overview", HOME),)
    given = {"content": content, "about": about, "card": card, "hrefs": hrefs, "left_out": left_out}
    return layout("notebook.html.j2", place, shown, **given)


def content_of(document: str) -> Content | None:
    """Return what stands in the frame of a document that `framed` made; None where it has no such frame."""
    found, style = _CONTENT.search(document), _STYLE.search(document)
    if not found:
        return None
    return Content(found.group(1), style.group(1) if style and style.start() < found.start() else "")


def layout(template: str, place: Place, nav: tuple[Link, ...], **values: object) -> str:
    """Return a page: a template of the folder ``layout``, filled in."""
    given: Mapping[str, object] = {"content": Content(""), "about": "", "left_out": (), **values}
    return environment().get_template(template).render(place=place, nav=nav, up=place.up, **given)


def style_hash(css: str) -> str:
    """Return the hash by which a policy lets one style element through.

    Examples
    --------
    >>> style_hash(".s1 { text-align: right }")[:14]
    "'sha256-eycZTu"
    """
    return f"'sha256-{base64.b64encode(hashlib.sha256(css.encode()).digest()).decode()}'"


def kilobytes(size: int) -> str:
    """Return a size in words.

    Examples
    --------
    >>> kilobytes(812), kilobytes(253_000), kilobytes(1_480_000)
    ('1 kB', '253 kB', '1,480 kB')
    """
    return f"{max(1, round(size / 1000)):,} kB"


@cache
def environment() -> Environment:
    """Return the templates of this process: every text is escaped, and a name that is missing is an error."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    made = Environment(
        loader=PackageLoader("crosswave.report.site", "layout"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.filters |= {"style_hash": style_hash, "tables": accessible_tables, "kilobytes": kilobytes}
    return made
