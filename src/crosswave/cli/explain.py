"""METHODS.md by method: each of its parts has a line with names, and a name finds its part."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from crosswave.study.faults import nearest, shown_path
from crosswave.study.places import SHIPPED
from crosswave.words import arrived

_HEADING = re.compile(r"^(#{2,3}) (.+)$", re.MULTILINE)
_NAMES = re.compile(r"^- Names: ((?:.+\n?)+?)(?=^- |^$|\Z)", re.MULTILINE)
_NAME = re.compile(r"`([a-z0-9-]+)`")


@dataclass(frozen=True, slots=True)
class Method:
    """A part of METHODS.md.

    Attributes
    ----------
    names : tuple of str
        The name to list it by, then others that find it.
    text : str
        The part with its heading, and with the parts below it.
    """

    title: str
    names: tuple[str, ...]
    text: str


def find_methods(data: Path) -> Path:
    """Return the path of METHODS.md: that beside the data folder, or that which comes with the package.

    Raises
    ------
    FileNotFoundError
        It is not there.
    """
    folder = data.resolve()
    for path in (folder.parent / "METHODS.md", SHIPPED / "METHODS.md"):
        if path.is_file():
            return path
    raise FileNotFoundError(
        f"METHODS.md must stand beside the data folder; {shown_path(folder)} arrived, which has none beside it; "
        "name another with --data FOLDER"
    )


def methods(text: str) -> tuple[Method, ...]:
    """Return every part of METHODS.md that has a line of names, in its order.

    Examples
    --------
    >>> [m.names for m in methods("## 1. Counts\\n\\n- Names: `counts`, `bases`.\\n\\n## 2. Rest\\n\\nNothing.\\n")]
    [('counts', 'bases')]
    """
    return tuple(_methods(text))


def _methods(text: str) -> Iterator[Method]:
    headings = list(_HEADING.finditer(text))
    for place, heading in enumerate(headings):
        after = headings[place + 1 :]
        own_end = after[0].start() if after else len(text)
        end = next((later.start() for later in after if len(later[1]) <= len(heading[1])), len(text))
        if names := _NAMES.search(text, heading.end(), own_end):
            title = re.sub(r"^\d+\. ", "", heading[2])
            yield Method(title, tuple(_NAME.findall(names[1])), text[heading.start() : end].strip())


def listed(text: str) -> str:
    """Return the methods, a line each: the name and the title."""
    found = methods(text)
    width = max(len(method.names[0]) for method in found)
    return "\n".join(f"{method.names[0]:<{width}}  {method.title}" for method in found)


def explanation(name: str, text: str) -> str:
    """Return the part of METHODS.md that a name finds.

    Raises
    ------
    KeyError
        No part has the name; the message gives the nearest ones.
    """
    parts = {known: method.text for method in methods(text) for known in method.names}
    wanted = re.sub(r"[\s_]+", "-", name.strip().lower())
    if wanted not in parts:
        raise KeyError(
            f"no method is called {arrived(name)}{nearest(wanted, parts) or '; crosswave explain lists all'}"
        )
    return parts[wanted]
