"""The site: every file of it but the notebook pages, and the frame that each notebook page gets."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from html import escape
from itertools import count
from typing import Any

import mistune

from crosswave.report.sentences import MADE_WITH
from crosswave.report.site import frame, glossary, identity
from crosswave.report.site.frame import HOME, Content, Place, plain
from crosswave.report.site.material import GROUPS, Link, Material, PageLink

SECTIONS = {"series": "surveys.html", "survey": "surveys.html", "claims": "claims.html", "trend": "trends.html"}
ALL_PAGES = "pages.html"
_LINKED = re.compile(r'<a class="to" href="[^"]*">([^<]*)</a>')
_ROW = re.compile(r'<tr>(<th scope="row"[^>]*>)([a-z0-9-]+(?:\.[a-z0-9-]+)*)(</th>)')
_CELL = re.compile(r"(<t[hd][^>]*>)([a-z0-9-]+(?:\.[a-z0-9-]+){0,2})(</t[hd]>)")
_CARD = re.compile(r'<section class="card">\s*<h3[^>]*>(.*?)</h3>.*?</section>\s*', re.DOTALL)
_CAPTION = re.compile(r"<figcaption.*?</figcaption>")
_ROW_ID = re.compile(r'<tr id="([^"]*)">')


class Site:
    """A site that is to be written; ValueError where a page is of no known kind."""

    def __init__(self, pages: Sequence[PageLink], material: Material, version: str, commit: str = "") -> None:
        if strange := sorted({page.kind for page in pages} - GROUPS.keys()):
            raise ValueError(f"kind of page {', '.join(strange)!r}: must be one of {', '.join(GROUPS)}")
        by_kind = {kind: [page for page in pages if page.kind == kind] for kind in GROUPS}
        self._groups = [(kind, GROUPS[kind], members) for kind, members in by_kind.items() if members]
        self._pages = [page for _, _, members in self._groups for page in members]
        self._material, self._version = material, f"crosswave {version}"
        self._hrefs = {page.id: page.href for page in pages if page.status == "made"}
        self._hrefs |= {page: self._hrefs[to] for page, to in material.moved.items() if to in self._hrefs}
        self._hrefs |= {finder.name: f"{finder.name}.html" for finder in material.finders}
        there = {
            HOME: "Overview",
            **{f"{finder.name}.html": finder.title for finder in material.finders},
            **({"methods.html": "Methods"} if material.methods else {}),
            **({"downloads.html": "Downloads"} if material.downloads else {}),
        }
        below = {
            ALL_PAGES: "All pages",
            glossary.HREF: "Glossary",
            **({"search.html": "How found"} if material.search else {}),
            **({"cite.html": "Cite"} if material.citation else {}),
            **({"about.html": "About and corrections"} if material.study else {}),
        }
        self._nav = tuple(Link(text, href) for href, text in there.items())
        self._below = tuple(Link(text, href) for href, text in below.items())
        self._address, made = identity.address_of(material), identity.made_words(material, self._version)
        site = {"study": material.study, "address": self._address, "made": made, "below": self._below}
        self._made = f"{made}, commit {commit}" if commit else made
        self._shared = {"hrefs": self._hrefs, "left_out": material.left_out, "site": site}

    def files(self) -> dict[str, str | bytes]:
        """Return every file of the site but the notebook pages, by its address; the index comes last."""
        material = self._material
        files: dict[str, str | bytes] = dict(frame.assets())
        for finder in material.finders:
            files[f"{finder.name}.html"] = self._page("finder", finder.title, f"{finder.name}.html", finder=finder)
            if finder.rest:
                files[f"assets/{finder.name}-rows.js"] = frame.rest_of(finder, self._hrefs)
        documents = {"methods.html": material.methods, "search.html": material.search, glossary.HREF: glossary.text()}
        for href, text in documents.items():
            if text:
                document = render_markdown(text)
                files[href] = self._page("document", document.title or "Methods", href, document=document)
        for subject in material.subjects:
            files[subject.href] = self._page("subject", subject.title, subject.href, subject=subject)
        if material.study:
            files["about.html"] = self._page("about", "About and corrections", "about.html")
        if material.citation:
            files["cite.html"] = self._page("cite", "How to cite", "cite.html", citation=material.citation)
        if downloads := material.downloads:
            files |= {f"{identity.DOWNLOADS}/{name}": content for name, content in downloads.files.items()}
            files["downloads.html"] = self._page("downloads", "Downloads", "downloads.html", downloads=downloads)
        files[ALL_PAGES] = self._page("pages", "All pages", ALL_PAGES, groups=self._groups)
        if overview := material.overview:
            failed = [page for page in self._pages if page.status == "failed"]
            single = [page for page in self._pages if page.kind not in SECTIONS]
            shown = {"failed": failed, "single": single, "finders": material.finders, "subjects": material.subjects}
            ways = (*self._nav[1:], *self._below)
            home = self._page("index", overview.question, HOME, overview=overview, ways=ways, **shown)
        else:
            home = self._page("pages", "Overview", HOME, groups=self._groups)
        found = [HOME, *(page.href for page in self._pages if page.status == "made"), *files]
        pages = [href for href in found if href.endswith(".html")]
        marks = {identity.FEED: identity.feed(material, self._version)}
        marks |= {identity.MAP: identity.site_map(pages, self._address)}
        if self._address and material.overview and material.study:
            files["assets/picture.png"] = identity.picture(material.overview, material.study.title)
        files["assets/search-index.js"] = identity.search_index(material, self._hrefs, self._others())
        return files | {name: text for name, text in marks.items() if text} | {HOME: home}

    def alone(self, document: str, href: str) -> str:
        """Return a page of this site as one file."""
        return frame.single_file(document, href, frame.assets(), self._address)

    def _others(self) -> list[Link]:
        """Pages that are rows of no table, and the terms of the glossary, for those who search."""
        tables = {finder.name for finder in self._material.finders}
        in_tables = {"survey": "surveys", "trend": "trends", "claims": "claims"}
        pages = [page for page in self._pages if page.status == "made" and in_tables.get(page.kind) not in tables]
        return [
            *(Link(subject.title, subject.href) for subject in self._material.subjects),
            *(Link(page.title, page.href, after=page.summary) for page in pages),
            *self._nav[1:],
            *self._below,
            *(Link(f"Glossary: {term}", f"{glossary.HREF}#{glossary.anchor(term)}") for term in glossary.terms()),
        ]

    def frame(self, page: str, document: str) -> str:
        """Return a notebook page in the frame of this site."""
        content, place = frame.content_of(document), self._places[page]
        if content is None:
            return document
        card = self._material.cards.get(page)
        if card and card.planned and MADE_WITH in content.html:  # other settings than the plan, whose verdict it shows
            card = replace(card, heading=f"{card.heading}. The page above was made with other settings")
        shown = without_card(content, place.title) if card else content
        words = escape(f"Source: {self._version}, “{place.title}”, page {page}.")  # how a chart of it is cited
        caption = f'<figcaption data-name="{escape(page)}">{words}</figcaption>'
        captioned = replace(shown, html=_CAPTION.sub(lambda _: caption, shown.html))
        linked = woven(captioned, page, self._hrefs, place.up)
        known, address = self._material.citation, self._address and f"{self._address}{place.href}"
        cited = identity.bibtex(known, place.title, page, address, self._version) if known else ""
        values = {"card": card, "bibtex": cited, "record": self._record(place), **self._shared}
        terms = replace(linked, html=glossary.with_terms(linked.html, place.up))
        return frame.framed(terms, place, nav=self._nav, about=self._version, **values)

    def _record(self, place: Place) -> str:
        return identity.linked_data(self._material, place.title, place.summary, place.href, self._version)

    def _page(self, template: str, title: str, href: str, **values: object) -> str:
        crumbs = () if href == HOME else (Link("Overview", HOME),)
        study, overview = self._material.study, self._material.overview
        answer = f" {overview.answer[0]}" if href == HOME and overview else ""
        told = f"{study.title}.{answer}" if answer and study else f"{title}. {study.title}." if study else ""
        place = Place(title, href, section=href, crumbs=crumbs, summary=told)
        shown = {**self._shared, "record": self._record(place), **values}
        return frame.layout(f"{template}.html.j2", place, self._nav, about=self._made, **shown)

    @cached_property
    def _places(self) -> dict[str, Place]:
        """The place of every page that was made, between its neighbours of the same group."""
        places: dict[str, Place] = {}
        for _, _, members in self._groups:
            made = [page for page in members if page.status == "made"]
            links = [None, *(Link(page.title, page.href) for page in made), None]
            for page, before, after in zip(made, links, links[2:], strict=False):
                places[page.id] = self._place(page, before, after)
        return places

    def _place(self, page: PageLink, before: Link | None, after: Link | None) -> Place:
        names, name = {link.href: link.text for link in (*self._nav, *self._below)}, page.id.partition("/")[2]
        section = SECTIONS.get(page.kind, ALL_PAGES)
        finders = {
            "survey": Link("All findings of this survey, in the table of findings", f"findings.html#survey={name}"),
            "trend": Link("This trend among all others", f"trends.html#{name}"),
        }
        finder = finders.get(page.kind) if section in names else None
        section = section if section in names else ALL_PAGES
        return Place(
            title=page.title,
            href=page.href,
            section=section,
            crumbs=(Link("Overview", HOME), Link(names[section], section)),
            previous=before,
            following=after,
            group=GROUPS[page.kind],
            summary=described(page),
            notebook=f"notebooks/{page.id}.ipynb",
            finder=finder,
        )


def described(page: PageLink) -> str:
    """Return a page in a sentence or two that say what it is about."""
    told = page.summary or page.verdict
    return told if not told or page.title.lower() in told.lower() else f"{page.title}. {told}"


def woven(content: Content, page: str, hrefs: Mapping[str, str], up: str) -> Content:
    """Return the content of a page whose rows have ids, and whose ids of figures, surveys and constructs are links."""
    taken: set[str] = set()

    def marked(match: re.Match[str]) -> str:
        start, name, end = match.groups()
        if name in taken:
            return match.group()
        taken.add(name)
        return f'<tr id="{name}">{start}{name}{end}'

    def linked(match: re.Match[str]) -> str:
        start, name, end = match.groups()
        href = _target(name, page, hrefs)
        return f'{start}<a class="to" href="{up}{href}">{name}</a>{end}' if href else match.group()

    bare = _ROW_ID.sub("<tr>", _LINKED.sub(r"\1", content.html))
    return replace(content, html=_CELL.sub(linked, _ROW.sub(marked, bare)))


def _target(name: str, page: str, hrefs: Mapping[str, str]) -> str:
    """The address of what has this id; nothing where it has no page, or this one."""
    survey, _, figure = name.partition(".")
    pages = {f"survey/{survey}": figure} | ({} if figure else {f"trend/{name}": ""})
    for target, at in pages.items():
        if target in hrefs and hrefs[target] != hrefs.get(page):
            return f"{hrefs[target]}#{at}" if at else hrefs[target]
    return ""


def without_card(content: Content, title: str) -> Content:
    """Return what a page shows without its own card of what the page is about, for a frame that has one."""

    def unless_said(match: re.Match[str]) -> str:
        return "" if plain(match.group(1)) == title else match.group()

    return replace(content, html=_CARD.sub(unless_said, content.html))


@dataclass(frozen=True, slots=True)
class Document:
    """A document as HTML, with its headings below the title: level, anchor and text of each."""

    title: str
    html: str
    headings: tuple[tuple[int, str, str], ...]


class _Anchored(mistune.HTMLRenderer):
    """Gives each heading an id from its words, and remembers it."""

    def __init__(self) -> None:
        super().__init__(escape=True)
        self.headings: list[tuple[int, str, str]] = []

    def heading(self, text: str, level: int, **attrs: Any) -> str:
        words = re.sub(r"<[^>]+>", "", text)
        anchor, taken = glossary.anchor(words), [name for _, name, _ in self.headings]
        free = next(name for k in count() if (name := f"{anchor}-{k}" if k else anchor) not in taken)
        self.headings.append((level, free, mistune.util.unescape(words)))
        return f'<h{level} id="{free}">{text}</h{level}>\n'


def render_markdown(text: str) -> Document:
    """Return Markdown as HTML whose headings can be linked to; HTML in the text is escaped."""
    writer = _Anchored()
    html = str(mistune.create_markdown(renderer=writer, plugins=["table", "strikethrough"])(text))
    title = next((words for level, _, words in writer.headings if level == 1), "")
    body = re.sub(r"<h1\b.*?</h1>\s*", "", html, count=1, flags=re.DOTALL)
    return Document(title, body, tuple(one for one in writer.headings if one[0] > 1))
