"""The page to start with: what is in data/, and a menu of its surveys and constructs."""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import pandas as pd
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from crosswave.reconstruct import Reconstructions
from crosswave.reconstruct.survey import LEVELS
from crosswave.report.canvas import NAVY, SMALLEST, ruled, sheet, styled
from crosswave.report.forest import bars
from crosswave.report.notebook_cards import Card, survey_card, trend_card
from crosswave.report.render import publish, survey_name
from crosswave.report.survey.figures import LEVEL_LOOKS
from crosswave.study.models import sampling_words
from crosswave.study.registry import Registry
from crosswave.trend.settings import Settings
from crosswave.trend.synthesis import assess_one
from crosswave.words import capital, plural, years_between


def overview_answer(registry: Registry, levels: pd.DataFrame) -> list[str]:
    """Return how much evidence there is, and how much of it can be reproduced."""
    waves, figures = plural(len(registry.surveys), "survey"), plural(len(registry.findings), "figure")
    count, surveys = dict(zip(levels["Level"], levels["Figures"], strict=True)), registry.surveys.values()
    sampled = sum(survey.sampling in ("probability", "census") for survey in surveys)
    unsized = sum(survey.n.kind == "unknown" for survey in surveys)
    return [
        f"{waves} published {figures}. Whole numbers of people that give the figure exist for "
        f"{count['consistent'] + count['recomputed']}; {count['bounded']} are known as intervals only; "
        f"{count['conflicting']} do not add up; for {count['sources-disagree']} the sources disagree.",
        f"Surveys that rest on a documented probability sample or a census: {sampled}. Of all others nothing is said "
        f"but for those who answered. Surveys that do not say how many answered: {unsized}.",
    ]


def counts_table(registry: Registry) -> pd.DataFrame:
    """Return how much of each kind is in a registry."""
    changes = sum(len(survey.changes) for survey in registry.surveys.values())
    rows: Mapping[str, int] = {
        "surveys": len(registry.surveys),
        "published figures": len(registry.findings),
        "published changes without a level": changes,
        "sources": len(registry.sources),
        "topics that several surveys asked about": len(registry.constructs),
        "claims that writers made": len(registry.claims),
        "dated facts": len(registry.facts),
    }
    return pd.DataFrame(list(rows.items()), columns=["What", "How many"])


def levels_table(findings: pd.DataFrame) -> pd.DataFrame:
    """Return how many printed figures have each level, in the order of the levels; levels without a figure too."""
    counts = findings["level"].value_counts()
    rows = [(level, words, int(counts.get(level, 0))) for level, words in LEVELS.items()]
    return pd.DataFrame(rows, columns=["Level", "Meaning", "Figures"])


def evidence_table(findings: pd.DataFrame, registry: Registry) -> pd.DataFrame:
    """Return how many figures have each level, a row for each way in which those asked were chosen."""
    chosen = {name: capital(sampling_words(one.sampling or "unstated").says) for name, one in registry.surveys.items()}
    rows = pd.crosstab(findings["survey_id"].map(chosen), findings["level"])
    rows = rows[[level for level in LEVELS if level in rows]].assign(Figures=lambda frame: frame.sum(axis=1))
    return rows.sort_values("Figures", ascending=False).rename_axis("How those asked were chosen").reset_index()


def years_table(registry: Registry, from_year: int | None = None, to_year: int | None = None) -> pd.DataFrame:
    """Return how many waves and printed figures each year has, years without a wave included; absent: all years.

    Raises
    ------
    ValueError
        The first year is after the last.
    """
    waves = [survey.year for survey in registry.surveys.values()]
    first, last = years_between(waves, from_year, to_year)
    figures = [finding.survey.year for finding in registry.findings.values()]
    rows = [(str(year), waves.count(year), figures.count(year)) for year in range(first, last + 1)]
    return pd.DataFrame(rows, columns=["Year", "Surveys", "Published figures"])


@styled
def years_chart(years: pd.DataFrame) -> Figure:
    """Return the waves of each year as columns."""
    subtitle = "Surveys by year, as far as they were found; not a count of all that exist."
    figure, axes = sheet(_years_message(years), subtitle, 2.0, foot=0.3)
    axes.set(xlim=(-0.6, len(years) - 0.4), ylim=(0, max(1, years["Surveys"].max()) * 1.12))
    ruled(axes, {k: f"’{year[2:]}" for k, year in enumerate(years["Year"])})
    for k, waves in enumerate(years["Surveys"]):
        axes.add_patch(Rectangle((k - 0.35, 0), 0.7, waves, color=NAVY, linewidth=0))
        axes.text(k, waves + 0.3, str(waves), ha="center", va="bottom", fontsize=SMALLEST)
    return figure


def _years_message(years: pd.DataFrame) -> str:
    top, ends = years.iloc[years["Surveys"].argmax()], f"{years['Year'].iloc[0]} to {years['Year'].iloc[-1]}"
    return f"{years['Surveys'].sum()} surveys from {ends}; most in {top['Year']}"


def years_alt(years: pd.DataFrame) -> str:
    """Return the chart in words."""
    return f"{_years_message(years)}. {'; '.join(f'{row.Year}: {row.Surveys}' for row in years.itertuples())}."


@styled
def levels_chart(levels: pd.DataFrame) -> Figure:
    """Return how many printed figures have each level."""
    frame = levels.rename(columns={"Level": "label", "Figures": "value"})
    frame = frame[frame["value"] > 0].assign(words=lambda f: f["value"].map(str))
    colours = {level: look.colour for level, look in LEVEL_LOOKS.items()}
    subtitle = "Published figures by level of reproduction; the table says what each level means."
    return bars(frame, title=_levels_message(levels), subtitle=subtitle, colours=colours)


def _levels_message(levels: pd.DataFrame) -> str:
    counts = dict(zip(levels["Level"], levels["Figures"], strict=True))
    behind = counts["consistent"] + counts["recomputed"]
    return f"Whole numbers of people can give {behind} of {sum(counts.values())} published figures"


def levels_alt(levels: pd.DataFrame) -> str:
    """Return the chart in words."""
    rows = [f"{row.Level}: {row.Figures}" for row in levels.itertuples() if row.Figures]
    return f"{_levels_message(levels)}. {'; '.join(rows)}."


def chooser(registry: Registry, default: str, reconstructions: Reconstructions) -> None:
    """Display a menu of surveys and constructs above the card of the one that is picked.

    Raises
    ------
    KeyError
        No survey or construct has that id; the message names the nearest ones.
    """

    @cache
    def card_of(name: str) -> Card:
        if name in registry.constructs:
            return trend_card(assess_one(registry.construct(name), registry, Settings.of(registry.plan))[0])
        return survey_card(registry.survey(name), reconstructions[name])

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
