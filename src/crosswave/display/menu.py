"""A menu of every survey and construct that shows the card of the one that is picked.

In a running notebook it is a widget. A saved page has no kernel to answer it, so what is displayed also holds the card
of the default as HTML, and that is what a page shows; the widget itself is not kept (`crosswave.report.run.execute`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from crosswave.display.cards import Card, survey_card, trend_card
from crosswave.reconstruct import Reconstruction, reconstruct
from crosswave.study.registry import Registry
from crosswave.tables.names import survey_name
from crosswave.tables.render import publish
from crosswave.trend.settings import planned
from crosswave.trend.synthesis import assess_one
from crosswave.words import capital


def chooser(registry: Registry, default: str, reconstructions: Mapping[str, Reconstruction] | None = None) -> None:
    """Display a menu of surveys and constructs above the card of the one that is picked.

    Raises
    ------
    KeyError
        No survey or construct has that id; the message names the nearest ones.
    """
    card_of = _cards(registry, reconstructions or {})
    first = card_of(default)
    publish({"text/plain": first.text, "text/html": first.html, **_widget(choices(registry), default, card_of)})


def choices(registry: Registry) -> dict[str, str]:
    """Return what can be picked: its words, surveys by year and then constructs, and its id."""
    surveys = sorted(registry.surveys.values(), key=lambda survey: (survey.year, survey_name(survey).lower()))
    constructs = sorted(registry.constructs.values(), key=lambda construct: construct.label.lower())
    return {
        **{f"Survey {one.year}: {survey_name(one)} ({one.id})": one.id for one in surveys},
        **{f"Trend: {capital(one.label)} ({one.id})": one.id for one in constructs},
    }


def _cards(registry: Registry, reconstructions: Mapping[str, Reconstruction]) -> Callable[[str], Card]:
    @cache
    def card_of(name: str) -> Card:
        if name in registry.constructs:
            return trend_card(assess_one(registry.construct(name), registry, planned(registry.plan))[0])
        survey = registry.survey(name)
        return survey_card(survey, reconstructions.get(name) or reconstruct(survey, registry))

    return card_of


def _widget(options: Mapping[str, str], default: str, card_of: Callable[[str], Card]) -> dict[str, Any]:
    """The menu as the widget library displays it. Imported here: it looks for the running shell when it is imported."""
    from ipywidgets import HTML, Dropdown, Layout, VBox

    wide = Layout(width="100%", max_width="44rem")
    menu = Dropdown(options=list(options.items()), value=default, description="Show", layout=wide)
    card = HTML(card_of(default).html)

    def pick(change: Mapping[str, str]) -> None:
        card.value = "<p>Working it out…</p>"
        card.value = card_of(change["new"]).html

    menu.observe(pick, names="value")
    bundle: dict[str, Any] = VBox([menu, card])._repr_mimebundle_()
    return {name: value for name, value in bundle.items() if name != "text/plain"}
