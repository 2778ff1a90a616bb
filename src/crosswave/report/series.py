"""The page of a series: what it shows in sentences, its changes as a table, and its figures over the years."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from crosswave.report.canvas import GREY, LINE, NAVY, PLUM, SMALLEST, panels, styled, wrapped
from crosswave.report.official import left_words, told
from crosswave.report.render import NOT_PRINTED, percent, show, span
from crosswave.report.sentences import points, points_to, said_of
from crosswave.study.models import Plan
from crosswave.words import capital, plural

EVERYBODY = "everybody"
_FEW_GROUPS = 3
_PANEL, _GAP, _LINE, _HALF = 0.75, 0.4, 0.15, 1.35
_LOOKS = ((NAVY, "-", "o"), (PLUM, "--", "s"), (GREY, ":", "^"))


def series_answer(changes: pd.DataFrame, plan: Plan) -> list[str]:
    """Return what rose, fell and did not really change, a sentence for each topic of a whole population."""
    if changes.empty:
        years = ", ".join(f"{first} and {last}" for first, last in plan.official_years) or "no years"
        return [
            f"The plan compares series between {years}; no topic of this one was measured in both of two such years."
        ]
    return [words for words in (*map(str, told(changes)), left_words(changes)) if words]


def show_parts(table_of: Callable[[pd.DataFrame], pd.DataFrame], rows: pd.DataFrame, caption: str) -> None:
    """Display a table of everybody, and below it that of single groups, one click away; of groups alone as it is."""
    whole, groups = rows[rows["group"].isna()], rows[rows["group"].notna()]
    if len(whole) or rows.empty:
        show(table_of(whole), caption)
    if len(groups):
        show(table_of(groups), f"{caption}, single groups", fold=bool(len(whole)))


def waves_table(waves: pd.DataFrame) -> pd.DataFrame:
    """Return a row for each wave: of whom it is, how many were asked and answered, and in the pandemic or not."""
    rows = [
        (
            row.survey_id, row.wave, EVERYBODY if pd.isna(row.group) else row.group, row.sampling or NOT_PRINTED,
            *(span(*ends) for ends in ((row.asked, row.asked), (row.n_low, row.n_high))),
            span(percent(row.response_low) or None, percent(row.response_high) or None),
            "month not printed" if pd.isna(row.pandemic) else "in it or after" if row.pandemic else "before",
        )
        for row in waves.astype(object).itertuples()
    ]  # fmt: skip
    columns = ["Wave", "Year", "Whom", "Chosen by", "Asked", "Answered", "Response, %", "Pandemic"]
    return _told_columns(pd.DataFrame(rows, columns=columns))


def _told_columns(table: pd.DataFrame) -> pd.DataFrame:
    """A table without the columns in which nothing stands."""
    return table.loc[:, (table != "").any() | table.empty]


def named(figures: pd.DataFrame) -> pd.DataFrame:
    """Return figures with what is measured in words, and of whom: what heads the rows of their tables."""
    answers, about = figures.groupby("about")["figure"].transform("nunique"), figures["about"].map(capital)
    what = about.where(answers == 1, about + ": " + figures["answer"])
    return figures.assign(What=what, Whom=figures["group"].fillna(EVERYBODY), Figure=figures["figure"])


def people_words(figures: pd.DataFrame) -> list[str]:
    """Return how many people can have given each answer, of how many: ``32 of 222``; nothing where nobody can say."""
    ends = (["count_low", "count_high"], ["n_low", "n_high"])
    counts, bases = ([span(*pair) for pair in figures[list(names)].astype(object).to_numpy()] for names in ends)
    return [f"{count} of {base}" if count and base else "" for count, base in zip(counts, bases, strict=True)]


def changes_table(changes: pd.DataFrame) -> pd.DataFrame:
    """Return a row for each topic and each two declared years, with the verdict and its certainty."""
    rows = [
        (
            capital(row.label), span(str(row.from_year), str(row.to_year)), f"{row.first_pct:.1f}",
            f"{row.second_pct:.1f}", *_interval(row.difference_pp, row.low_pp, row.high_pp), row.answer,
            said_of(row.verdict), row.certainty,
        )
        for row in changes.itertuples()
    ]  # fmt: skip
    columns = ["Topic", "Years", "Then, %", "Later, %", "Change, points", "Interval", "Answer", "In full", "Certainty"]
    return pd.DataFrame(rows, columns=columns)


def census_table(changes: pd.DataFrame) -> pd.DataFrame:
    """Return a row for each change of a census: among those counted, among all invited, and what silence would need."""
    rows = [
        (
            capital(row.label), span(str(row.from_year), str(row.to_year)),
            _ends(row.counted_low_pp, row.counted_high_pp), _ends(row.invited_low_pp, row.invited_high_pp),
            *(f"{gap:+.1f}" if not pd.isna(gap) else "" for gap in (row.needed_later_pp, row.needed_both_pp)),
        )
        for row in changes.dropna(subset="counted_low_pp").itertuples()
    ]  # fmt: skip
    columns = ["Topic", "Years", "Counted", "All invited", "Needed, later wave", "Needed, both waves"]
    return _told_columns(pd.DataFrame(rows, columns=columns))


def _ends(low: float, high: float) -> str:
    """Two ends in points, with three decimals where they are near: print leaves hardly anything open."""
    return "" if pd.isna(low) else span(*(f"{end:+.{3 if high - low < 0.1 else 1}f}" for end in (low, high)))


def panel_words(panel: pd.DataFrame) -> list[str]:
    """Return who left an answer and who came to it, a sentence for each two waves and each answer that moved."""
    return [
        f"{row.first} and {row.second}: of {row.n:,} in both, {row.left} left {row.answer} and {row.came} came to it, "
        f"a change of {row.change:+.1f} points (McNemar's exact p {row.p:.4f})."
        for row in panel.itertuples()
        if row.left or row.came
    ]


def _interval(difference: float, low: float, high: float) -> tuple[str, str]:
    """A difference and its interval, in points; nothing where nothing was compared."""
    if pd.isna(difference):
        return "", ""
    return points(difference / 100, sign=True), points_to(low / 100, high / 100)


@styled
def series_chart(figures: pd.DataFrame, title: str) -> Figure | None:
    """Return a small chart for each figure that two waves or more print, a line for each group; none without any."""
    shown = _drawn(figures)
    if shown.empty:
        return None
    groups = list(shown["group"].unique())
    alike = len(groups) > _FEW_GROUPS
    looks = {name: (_LOOKS[2] if alike and name != EVERYBODY else _LOOKS[groups.index(name)]) for name in groups}
    names = [heading for heading, _ in _by_heading(shown)]
    heads = [wrapped(name, _HALF) for name in names]
    most = _LINE * max(map(len, heads))
    heights = [_PANEL] * -(-len(heads) // 2)
    words = (
        f"{title}, {_years(shown)}",
        _subtitle(looks, alike) + " Shaded: from the pandemic on." * bool(shown["pandemic"].any()),
    )
    figure, axes = panels(*words, heights, gap=_GAP + most, head=0.15 + most, left=0.4, foot=0.35)
    places = [half for one in axes for half in _halves(figure, one)]
    for place, head, (_, own) in zip(places, heads, _by_heading(shown), strict=False):
        _small(place, head, own, looks, alike)
    for place in places[len(heads) :]:
        place.remove()
    return figure


def _drawn(figures: pd.DataFrame) -> pd.DataFrame:
    """The figures of two years or more, in per cent, each with a heading and the name of its group."""
    known = figures.dropna(subset="estimate").drop_duplicates(["group", "figure", "year"], keep="last")
    known = known.assign(group=known["group"].fillna(EVERYBODY), pandemic=known["pandemic"].eq(True).fillna(False))
    several = named(known[known.groupby(["group", "figure"])["year"].transform("size") > 1])
    percents = {name: 100 * several[name] for name in ("estimate", "low", "high")}
    return several.assign(heading=several["What"], year=several["year"].astype(int), **percents)


def _by_heading(shown: pd.DataFrame) -> list[tuple[str, pd.DataFrame]]:
    return [(str(heading), own) for (_, heading), own in shown.groupby(["figure", "heading"], sort=False)]


def _years(shown: pd.DataFrame) -> str:
    return span(str(shown["year"].min()), str(shown["year"].max()))


def _subtitle(looks: Mapping[str, tuple[str, str, str]], alike: bool) -> str:
    told = {"-": "full line", "--": "broken line", ":": "dotted line"}
    groups = [EVERYBODY, f"{plural(len(looks) - 1, 'group')}"] if alike else list(looks)
    lines = [told[_LOOKS[min(k, 2)][1]] for k in range(len(groups))]
    if alike:
        lines[-1] = "grey lines"
    listed = "; ".join(f"{line}: {name}" for name, line in zip(groups, lines, strict=True))
    return f"Per cent, each on a scale of its own, with the interval of chance. {capital(listed)}."


def _halves(figure: Figure, whole: Axes) -> list[Axes]:
    """Two axes in the place of one."""
    box = whole.get_position()
    whole.remove()
    width = 0.42 * box.width
    return [figure.add_axes((left, box.y0, width, box.height)) for left in (box.x0, box.x1 - width)]


def _small(axes: Axes, head: Sequence[str], own: pd.DataFrame, looks: Mapping[str, Any], alike: bool) -> None:
    for name, rows in own.groupby("group", sort=False):
        colour, style, marker = looks[str(name)]
        thin = alike and name != EVERYBODY
        axes.vlines(rows["year"], rows["low"], rows["high"], color=colour, linewidth=0 if thin else 1.2)
        axes.plot(rows["year"], rows["estimate"], linestyle="-" if thin else style, color=colour,
                  linewidth=0.5 if thin else 1.3, marker="" if thin else marker, markersize=3)  # fmt: skip
    first, last = own["year"].min(), own["year"].max()
    if own["pandemic"].any():
        axes.axvspan(
            own.loc[own["pandemic"], "year"].min() - 0.5, last + 0.4, color=LINE, alpha=0.5, linewidth=0, zorder=0
        )
    axes.set_xlim(first - 0.4, last + 0.4)
    axes.set_xticks([first, last], [str(first), str(last)])
    axes.yaxis.set_major_locator(MaxNLocator(3, steps=[1, 2, 5, 10]))
    axes.grid(axis="y", color=LINE, linewidth=0.6)
    axes.set_axisbelow(True)
    axes.tick_params(length=0, labelsize=SMALLEST)
    axes.set_title("\n".join(head), loc="left", fontsize=SMALLEST, parse_math=False)


def series_alt(figures: pd.DataFrame, title: str) -> str:
    """Return the chart in words: the first and the last figure of everybody, or of each group."""
    shown = _drawn(figures)
    if shown.empty:
        return f"{title}: no figure is printed for two years."
    known = shown[shown["group"] == EVERYBODY] if (shown["group"] == EVERYBODY).any() else shown
    told = []
    for (group, _), rows in known.groupby(["group", "figure"], sort=False):
        first, last = rows.iloc[0], rows.iloc[-1]
        whom = "" if group == EVERYBODY else f", {group}"
        told.append(f"{first.heading}{whom}: {first.printed} in {first.year}, {last.printed} in {last.year}")
    return f"{title}, {_years(shown)}. {'; '.join(told)}."
