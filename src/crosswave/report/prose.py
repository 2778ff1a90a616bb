"""Sentences of a notebook as Markdown, and how far long work has come."""

import os
import re
from collections.abc import Collection, Iterable, Iterator
from html import escape
from typing import TypeVar

from crosswave.report.render import folded, publish
from crosswave.words import capital

_SPECIAL = re.compile(r"([\\`*_{}\[\]#~|$])")

Thing = TypeVar("Thing")
VARIABLE = "CROSSWAVE_PROGRESS"
"""Set to 0 where nobody waits, as in the kernels of a run: a bar would be in the saved outputs."""


def markdown(text: str) -> str:
    """Return text as Markdown that shows just that text.

    Examples
    --------
    >>> markdown("p < 0.001, *not* <b>bold</b>")
    'p &lt; 0.001, \\\\*not\\\\* &lt;b&gt;bold&lt;/b&gt;'
    """
    return _SPECIAL.sub(r"\\\1", escape(text, quote=False))


def say(*sentences: str, heading: str = "") -> None:
    """Display sentences in a notebook, each a paragraph; empty ones are left out."""
    paragraphs = [f"## {markdown(capital(heading))}"] if heading else []
    paragraphs += [markdown(sentence) for sentence in sentences if sentence]
    if paragraphs:
        _display(paragraphs, [heading, *sentences])


def bullets(items: Iterable[str], *, fold: str = "") -> None:
    """Display sentences in a notebook as a list, and nothing where there is none."""
    if not (listed := list(items)):
        return
    if fold:
        html = "\n".join(f"<li>{escape(item)}</li>" for item in listed)
        publish({"text/plain": "\n".join(listed), "text/html": folded(fold, f"<ul>\n{html}\n</ul>")})
        return
    lines = "\n".join(f"- {markdown(item)}" for item in listed)
    _display([lines], listed)


def _display(paragraphs: list[str], plain: list[str]) -> None:
    publish({"text/markdown": "\n\n".join(paragraphs), "text/plain": "\n".join(filter(None, plain))})


def progress(things: Collection[Thing], what: str) -> Iterator[Thing]:
    """Yield things one by one, and show how many are done until the last one is."""
    if os.environ.get(VARIABLE) == "0":
        yield from things
        return
    from rich.progress import track

    yield from track(things, what, total=len(things), transient=True)
