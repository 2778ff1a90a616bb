"""What says which site this is: metadata of a page, the feed of changes, the map of pages, a citation of one page."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from xml.etree.ElementTree import Element, SubElement, tostring

from crosswave.report.site.material import Citation, Material

FEED, MAP, DOWNLOADS = "feed.xml", "sitemap.xml", "downloads"
_ATOM = "http://www.w3.org/2005/Atom"
_PAGES = "http://www.sitemaps.org/schemas/sitemap/0.9"


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
    shown = whole | {"distribution": _tables(material, address)} if href == "index.html" else part
    text = json.dumps({"@context": "https://schema.org"} | shown, ensure_ascii=False, separators=(",", ":"))
    return text.replace("<", "\\u003c")


def _tables(material: Material, address: str) -> list[dict[str, str]]:
    """The tables to be downloaded, as schema.org describes a file."""
    names = [name for name in (material.downloads.files if material.downloads else ()) if name.endswith(".csv")]
    of_each = {"@type": "DataDownload", "encodingFormat": "text/csv"}
    return [of_each | {"name": name, "contentUrl": f"{address}{DOWNLOADS}/{name}"} for name in names]


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
        for key, value in {
            "title": title,
            "id": f"urn:crosswave:{name}",
            "updated": _noon(date),
            "summary": text,
        }.items():
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
