"""The site: every file of it but the notebook pages, and the frame that each notebook page gets."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from crosswave.report.sentences import MADE_WITH
from crosswave.report.site.documents import render_markdown
from crosswave.report.site.frame import HOME, Content, Link, Place, assets, content_of, framed, layout, plain
from crosswave.report.site.index import GROUPS, About, PageLink, grouped
from crosswave.report.site.material import Card, Finder, Material

SECTIONS = {"survey": "surveys.html", "claims": "claims.html", "trend": "trends.html"}
ALL_PAGES = "pages.html"
DOWNLOADS = "downloads"
_LINKED = re.compile(r'<a class="to" href="[^"]*">([^<]*)</a>')
_ROW = re.compile(r'<tr>(<th scope="row"[^>]*>)([a-z0-9-]+(?:\.[a-z0-9-]+)*)(</th>)')
_CELL = re.compile(r"(<t[hd][^>]*>)([a-z0-9-]+(?:\.[a-z0-9-]+){0,2})(</t[hd]>)")
_CARD = re.compile(r'<section class="card">\s*<h3[^>]*>(.*?)</h3>.*?</section>\s*', re.DOTALL)
_ROW_ID = re.compile(r'<tr id="([^"]*)">')


class Site:
    """A site that is to be written.

    Raises
    ------
    ValueError
        A page is of no known kind.
    """

    def __init__(self, pages: Sequence[PageLink], material: Material, about: About) -> None:
        self._groups = grouped(pages)
        self._material, self._about = material, about
        self._hrefs = {page.id: page.href for page in pages if page.status == "made"}
        self._hrefs |= {finder.name: f"{finder.name}.html" for finder in material.finders}
        self._nav = tuple(_navigation(material))
        self._places = {page.id: place for _, _, group in self._groups for page, place in self._placed(group)}

    def files(self) -> dict[str, str | bytes]:
        """Return every file of the site but the notebook pages, by its address; the index comes last."""
        material = self._material
        files: dict[str, str | bytes] = dict(assets())
        files |= {f"{finder.name}.html": self._finder(finder) for finder in material.finders}
        if material.methods:
            document = render_markdown(material.methods)
            files["methods.html"] = self._page("methods.html.j2", document.title or "Methods", "methods.html",
                                               document=document)  # fmt: skip
        if material.citation:
            files["cite.html"] = self._page("cite.html.j2", "How to cite", "cite.html", citation=material.citation)
        if material.downloads:
            files |= {f"{DOWNLOADS}/{name}": content for name, content in material.downloads.files.items()}
            files["downloads.html"] = self._page("downloads.html.j2", "Downloads", "downloads.html",
                                                 downloads=material.downloads)  # fmt: skip
        files[ALL_PAGES] = self._list("All pages", ALL_PAGES)
        return files | {HOME: self._index() if material.overview else self._list("Overview", HOME)}

    def frame(self, page: str, document: str) -> str:
        """Return a notebook page in the frame of this site."""
        content, place = content_of(document), self._places[page]
        if content is None:
            return document
        card = _labelled(self._material.cards.get(page), content)
        shown = without_card(content, place.title) if card else content
        linked = woven(shown, page, self._hrefs, place.up)
        about = f"crosswave {self._about.version}"
        left_out = self._material.left_out
        return framed(linked, place, nav=self._nav, about=about, card=card, hrefs=self._hrefs, left_out=left_out)

    def _index(self) -> str:
        failed = [page for _, _, group in self._groups for page in group if page.status == "failed"]
        single = [page for _, _, group in self._groups for page in group if page.kind not in SECTIONS]
        overview, finders = self._material.overview, self._material.finders
        return self._page(
            "index.html.j2", overview.question if overview else "", HOME, overview=overview, finders=finders,
            failed=failed, single=single, ways=self._nav[1:],
        )  # fmt: skip

    def _list(self, title: str, href: str) -> str:
        return self._page("pages.html.j2", title, href, groups=self._groups)

    def _finder(self, finder: Finder) -> str:
        return self._page("finder.html.j2", finder.title, f"{finder.name}.html", finder=finder)

    def _page(self, template: str, title: str, href: str, **values: object) -> str:
        crumbs = () if href == HOME else (Link("Overview", HOME),)
        place = Place(title, href, section=href, crumbs=crumbs)
        shared = {"about": self._footer(), "hrefs": self._hrefs, "left_out": self._material.left_out}
        return layout(template, place, self._nav, **shared, **values)

    def _footer(self) -> str:
        commit = f", commit {self._about.commit}" if self._about.commit else ""
        return f"crosswave {self._about.version}{commit}. Each page says at its end what it was made from."

    def _placed(self, group: Sequence[PageLink]) -> list[tuple[PageLink, Place]]:
        """Every page of a group that was made, with its place between its neighbours."""
        made = [page for page in group if page.status == "made"]
        around = [None, *made, None]
        return [
            (page, self._place(page, before, after))
            for before, page, after in zip(around, made, around[2:], strict=False)
        ]

    def _place(self, page: PageLink, before: PageLink | None, after: PageLink | None) -> Place:
        section = SECTIONS.get(page.kind, ALL_PAGES)
        there = section in {link.href for link in self._nav}
        names = {link.href: link.text for link in self._nav} | {ALL_PAGES: "All pages"}
        section = section if there else ALL_PAGES
        return Place(
            title=page.title,
            href=page.href,
            section=section,
            crumbs=(Link("Overview", HOME), Link(names[section], section)),
            previous=Link(before.title, before.href) if before else None,
            following=Link(after.title, after.href) if after else None,
            group=GROUPS[page.kind],
            notebook=f"notebooks/{page.id}.ipynb",
            finder=_finder_of(page) if there else None,
        )


def _labelled(card: Card | None, content: Content) -> Card | None:
    """The card says that a page has other settings than the plan, whose verdict the card shows."""
    if card is None or not card.planned or MADE_WITH not in content.html:
        return card
    return replace(card, heading=f"{card.heading}. The page below was made with other settings")


def _finder_of(page: PageLink) -> Link | None:
    kind, _, name = page.id.partition("/")
    links = {
        "survey": Link("All findings of this survey, in the table of findings", f"findings.html#survey={name}"),
        "trend": Link("This trend among all others", f"trends.html#{name}"),
    }
    return links.get(kind)


def _navigation(material: Material) -> list[Link]:
    """The pages that there are, in the order of the navigation."""
    finders: Mapping[str, str] = {f"{finder.name}.html": finder.title for finder in material.finders}
    there = {
        HOME: "Overview",
        **finders,
        **({"methods.html": "Methods"} if material.methods else {}),
        **({"downloads.html": "Downloads"} if material.downloads else {}),
        **({"cite.html": "Cite"} if material.citation else {}),
        ALL_PAGES: "All pages",
    }
    return [Link(text, href) for href, text in there.items()]


def woven(content: Content, page: str, hrefs: Mapping[str, str], up: str) -> Content:
    """Return the content of a page whose rows have ids, and whose ids of figures, surveys and constructs are links."""
    taken: set[str] = set()

    def marked(match: re.Match[str]) -> str:
        name = match.group(2)
        if name in taken:
            return match.group()
        taken.add(name)
        return f'<tr id="{name}">{match.group(1)}{name}{match.group(3)}'

    def linked(match: re.Match[str]) -> str:
        href = _target(match.group(2), page, hrefs)
        return f'{match.group(1)}<a class="to" href="{up}{href}">{match.group(2)}</a>{match.group(3)}' if href else (
            match.group()
        )  # fmt: skip

    bare = _ROW_ID.sub("<tr>", _LINKED.sub(r"\1", content.html))
    return replace(content, html=_CELL.sub(linked, _ROW.sub(marked, bare)))


def _target(name: str, page: str, hrefs: Mapping[str, str]) -> str:
    """The address of what has this id; nothing where it has no page, or this one."""
    survey, _, figure = name.partition(".")
    pages = {f"survey/{survey}": figure} | ({} if figure else {f"trend/{name}": ""})
    for target, at in pages.items():
        if target in hrefs and target != page:
            return f"{hrefs[target]}#{at}" if at else hrefs[target]
    return ""


def without_card(content: Content, title: str) -> Content:
    """Return what a page shows without its own card of what the page is about, for a frame that has one."""

    def unless_said(match: re.Match[str]) -> str:
        return "" if plain(match.group(1)) == title else match.group()

    return replace(content, html=_CARD.sub(unless_said, content.html))
