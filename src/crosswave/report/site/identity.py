"""What says which site this is, to people and machines elsewhere, and what is searched from any of its pages.

Metadata and citation of a page, feed of changes, map of pages, the picture beside a link, the index of searches.
"""

import io
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from xml.etree.ElementTree import Element, SubElement, tostring

from matplotlib.figure import Figure

from crosswave.report.canvas import GREY, INK, NAVY, TEAL, styled, wrapped
from crosswave.report.site.material import Citation, Finder, Link, Material, Overview
from crosswave.trend.certainty import UNTOLD

FEED, MAP, DOWNLOADS = "feed.xml", "sitemap.xml", "downloads"
_ATOM = "http://www.w3.org/2005/Atom"
_PAGES = "http://www.sitemaps.org/schemas/sitemap/0.9"
_WIDE, _TALL = 12.0, 6.3


def made_words(material: Material, version: str) -> str:
    """Return version, hash of the data and date of release, as far as they are known."""
    date = material.citation.date if material.citation else ""
    return ", ".join(filter(None, (version, material.data and f"data {material.data}", date)))


def address_of(material: Material) -> str:
    """Return where the site is published, ending in a slash; nothing where study.yaml does not say."""
    return (material.study.published.address or "") if material.study else ""


def bibtex(citation: Citation, title: str, page: str, address: str, version: str) -> str:
    """Return the BibTeX entry of one page."""
    rows = {"author": f"{{{citation.authors}}}", "title": f"{{{title}}}", "year": citation.date[:4]}
    rows |= {"note": f"Page {page} of {version}", "url": address}
    key = re.sub(r"[^a-z0-9]+", "-", page)
    return "\n".join([f"@misc{{crosswave-{key},", *(f"  {k} = {{{v}}}," for k, v in rows.items() if v), "}"])


def linked_data(material: Material, title: str, summary: str, href: str, version: str) -> str:
    """Return a page as schema.org describes it, in JSON that cannot end a script: the overview is the data set."""
    study, address, citation = material.study, address_of(material), material.citation
    if study is None:
        return ""
    whole = {
        "@type": "Dataset",
        "name": study.title,
        "description": summary if href == "index.html" else study.question,
        "license": study.licence.path,
        "creator": [{"@type": "Organization", "name": name} for name in study.authors],
        "version": version.removeprefix("crosswave "),
        "temporalCoverage": f"{study.window.from_year}/{study.window.to_year}",
    }
    whole |= {"dateModified": citation.date} if citation and citation.date else {}
    whole |= {"url": address} if address else {}
    part = {"@type": "Report", "name": title, "description": summary or title, "isPartOf": whole}
    part |= {"url": address + href} if address else {}
    names = [name for name in (material.downloads.files if material.downloads else ()) if name.endswith(".csv")]
    of_each = {"@type": "DataDownload", "encodingFormat": "text/csv"}
    tables = [of_each | {"name": name, "contentUrl": f"{address}{DOWNLOADS}/{name}"} for name in names]
    shown = whole | {"distribution": tables} if href == "index.html" else part
    text = json.dumps({"@context": "https://schema.org"} | shown, ensure_ascii=False, separators=(",", ":"))
    return text.replace("<", "\\u003c")


def feed(material: Material, version: str) -> str:
    """Return the changes, newest first, as Atom: corrections of published numbers, and the release."""
    study, citation = material.study, material.citation
    if study is None or citation is None or not citation.date:
        return ""
    home = address_of(material)
    changes = [(one.date, f"Correction of {one.page}", f"Was: {one.was} Now: {one.now}") for one in study.corrections]
    changes.append((citation.date, f"{version} released", study.title))
    changes.sort(reverse=True)
    root = Element("feed", xmlns=_ATOM)
    about = {"title": study.title, "id": home or f"urn:crosswave:{citation.date}", "updated": _noon(changes[0][0])}
    for name, text in about.items():
        SubElement(root, name).text = text
    SubElement(SubElement(root, "author"), "name").text = citation.authors
    SubElement(root, "link", rel="self", href=home + FEED)
    for date, title, text in changes:
        entry = SubElement(root, "entry")
        name = re.sub(r"[^a-z0-9]+", "-", f"{date} {title}".lower())
        told = {"title": title, "id": f"urn:crosswave:{name}", "updated": _noon(date), "summary": text}
        for key, value in told.items():
            SubElement(entry, key).text = value
        SubElement(entry, "link", href=f"{home}about.html#corrections")
    return tostring(root, encoding="unicode", xml_declaration=False) + "\n"


def _noon(date: str) -> str:
    return f"{date}T12:00:00Z"


def site_map(pages: Iterable[str], address: str) -> str:
    """Return every page for search engines; nothing where the site has no address."""
    if not address:
        return ""
    root = Element("urlset", xmlns=_PAGES)
    for page in sorted(pages):
        SubElement(SubElement(root, "url"), "loc").text = address + page
    return tostring(root, encoding="unicode", xml_declaration=False) + "\n"


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


def search_index(material: Material, hrefs: Mapping[str, str], others: Sequence[Link]) -> str:
    """Return the script that holds the index: kinds, entries (kind, text, address, other words), words alike."""
    kinds = [finder.title for finder in material.finders] + ["Pages"]
    entries = [[place, *entry] for place, finder in enumerate(material.finders) for entry in _rows(finder, hrefs)]
    entries += [[len(kinds) - 1, link.text, link.href, link.after] for link in others]
    tables = [f"{finder.name}.html" for finder in material.finders]
    held = {"kinds": kinds, "tables": tables, "entries": entries, "alike": material.synonyms}
    return f"window.crosswaveIndex = {json.dumps(held, ensure_ascii=False, separators=(',', ':'))};\n"


def _rows(finder: Finder, hrefs: Mapping[str, str]) -> list[tuple[str, str, str]]:
    found = []
    for name, cells in finder.rows.items():
        first, told = cells[0], [cells[place].text for place in finder.told]
        page = hrefs.get(first.page, "")
        href = f"{page}#{first.at}" if page and first.at else page or f"{finder.name}.html#{name}"
        rest = [cell.text for cell in cells if cell.text not in told and not cell.text[:1].isdigit()]
        found.append((", ".join(filter(None, told)), href, " ".join(rest)))
    return found
