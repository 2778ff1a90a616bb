"""Documents of the repository as parts of the site: the methods, and how the whole is cited."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from crosswave.report.site.material import Citation
from crosswave.study.models import Study

CODE_LICENCE = ("MIT", "the code")
_DATA = "the descriptions and results; figures are facts, cited to the pages that print them"


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of a document: its level, its anchor and its text."""

    level: int
    anchor: str
    text: str


@dataclass(frozen=True, slots=True)
class Document:
    """A document as HTML, with its headings below the title."""

    title: str
    html: str
    headings: tuple[Heading, ...]


def render_markdown(text: str) -> Document:
    """Return Markdown as HTML whose headings can be linked to; HTML in the text is escaped."""
    import mistune

    writer = _writer(mistune)
    html = str(mistune.create_markdown(renderer=writer, plugins=["table", "strikethrough"])(text))
    headings: list[Heading] = writer.headings
    title = next((one.text for one in headings if one.level == 1), "")
    body = re.sub(r"<h1\b.*?</h1>\s*", "", html, count=1, flags=re.DOTALL)
    return Document(title, body, tuple(one for one in headings if one.level > 1))


def _writer(mistune: Any) -> Any:
    class Anchored(mistune.HTMLRenderer):  # type: ignore[misc]
        """Gives each heading an id from its words, and remembers it."""

        def __init__(self) -> None:
            super().__init__(escape=True)
            self.headings: list[Heading] = []

        def heading(self, text: str, level: int, **attrs: Any) -> str:
            plain = re.sub(r"<[^>]+>", "", text)
            anchor = _free(re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-"), {one.anchor for one in self.headings})
            self.headings.append(Heading(level, anchor, mistune.util.unescape(plain)))
            return f'<h{level} id="{anchor}">{text}</h{level}>\n'

    return Anchored()


def _free(anchor: str, taken: set[str]) -> str:
    names = (f"{anchor}-{k}" if k else anchor for k in range(len(taken) + 1))
    return next(name for name in names if name not in taken)


def read_citation(file: Path, version: str, study: Study) -> Citation:
    """Return how the whole is cited: as a file in the Citation File Format says, or as study.yaml does."""
    held: dict[str, Any] = yaml.safe_load(file.read_text(encoding="utf-8")) if file.is_file() else _plain(study)
    authors = ", ".join(_author(one) for one in held["authors"])
    year = str(held.get("date-released", study.window.to_year))[:4]
    address = f" {held['url']}" if held.get("url") else ""
    sentence = f"{authors} ({year}). {held['title']}. Version {version}.{address}"
    rows = {"author": f"{{{authors}}}", "title": held["title"], "year": year, "version": version}
    rows |= {"url": held["url"]} if held.get("url") else {}
    bibtex = "\n".join(["@software{crosswave,", *(f"  {key} = {{{value}}}," for key, value in rows.items()), "}"])
    return Citation(sentence, bibtex, (CODE_LICENCE, (study.licence.name.replace("CC-BY-", "CC BY "), _DATA)))


def _plain(study: Study) -> dict[str, Any]:
    return {"authors": [{"name": name} for name in study.authors], "title": study.title}


def _author(one: dict[str, Any]) -> str:
    return str(one.get("name") or " ".join(filter(None, (one.get("given-names"), one.get("family-names")))))
