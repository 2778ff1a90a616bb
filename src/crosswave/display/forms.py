"""How each object that an analyst meets shows itself: a card, small tables, a chart where one is apt; and plain text.

Statistics know nothing of this. Importing `crosswave.display` gives their classes IPython's own protocol
(``_repr_mimebundle_``), which every notebook program and the terminal ask for. A formatter registered with the running
shell would not do: warm kernels import the package before there is a shell.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import singledispatch

import pandas as pd

from crosswave.display.cards import Card
from crosswave.tables.render import STYLE, to_html, to_text

_PROTOCOL = "_repr_mimebundle_"


@dataclass(frozen=True, slots=True)
class Form:
    """What is shown of an object."""

    card: Card
    tables: Mapping[str, pd.DataFrame]
    chart: str = ""

    @property
    def bundle(self) -> dict[str, str]:
        """The form as HTML and as plain text."""
        shown = {caption: table for caption, table in self.tables.items() if not table.empty}
        html = [self.card.html, self.chart, STYLE if shown else "", *(to_html(t, c) for c, t in shown.items())]
        text = [self.card.text, *(to_text(table, caption) for caption, table in shown.items())]
        return {"text/html": "\n".join(filter(None, html)), "text/plain": "\n\n".join(text)}


@singledispatch
def form_of(shown: object) -> Form:
    """Return how an object shows itself.

    Raises
    ------
    TypeError
        There is no form for its class.
    """
    raise TypeError(f"there is no form for {type(shown).__name__}; register one with form_of.register")


def kinds() -> tuple[type, ...]:
    """Return every class that shows itself."""
    return tuple(kind for kind in form_of.registry if kind is not object)


def attach() -> None:
    """Give every class of `kinds` the protocol by which IPython asks an object for its forms."""
    for kind in kinds():
        setattr(kind, _PROTOCOL, _mimebundle)


def _mimebundle(self: object, include: object = None, exclude: object = None) -> dict[str, str]:
    """Return the forms in which IPython can show an object: it takes the one that suits it best."""
    return form_of(self).bundle
