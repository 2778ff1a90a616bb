"""The page of a series: what it shows in sentences, its changes as a table, and its figures over the years."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from crosswave.report.canvas import GREY, INK, LINE, NAVY, PLUM, Look, mark, multiples, numbered, ruled, styled, upright
from crosswave.report.official import left_words, told
from crosswave.report.render import NOT_PRINTED, percent, show, span
from crosswave.report.sentences import points, points_to, said_of
from crosswave.study.models import Plan
from crosswave.words import capital, plural

EVERYBODY = "everybody"
_FEW_GROUPS, _LONG = 3, 6
_LOOKS: Sequence[tuple[Look, Any]] = ((Look("o", NAVY), "-"), (Look("s", PLUM), "--"), (Look("^", GREY), ":"))


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
            span(percent(row.response_low), percent(row.response_high)),
            "month not printed" if pd.isna(row.pandemic) else "in it or after" if row.pandemic else "before",
        )
        for row in waves.astype(object).itertuples()
    ]  # fmt: skip
    columns = ["Survey", "Year", "Whom", "Chosen by", "Asked", "Answered", "Response, %", "Pandemic"]
    return _told_columns(pd.DataFrame(rows, columns=columns))


def _told_columns(table: pd.DataFrame) -> pd.DataFrame:
    """A table without its empty columns."""
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
            *(_signed(gap, 1) if not pd.isna(gap) else "" for gap in (row.needed_later_pp, row.needed_both_pp)),
        )
        for row in changes.dropna(subset="counted_low_pp").itertuples()
    ]  # fmt: skip
    columns = ["Topic", "Years", "Counted", "All invited", "Needed, later survey", "Needed, both surveys"]
    return _told_columns(pd.DataFrame(rows, columns=columns))


def _ends(low: float, high: float) -> str:
    """Two ends in points, with three decimals where they are near: print leaves hardly anything open."""
    return "" if pd.isna(low) else span(*(_signed(end, 3 if high - low < 0.1 else 1) for end in (low, high)))


def _signed(number: float, decimals: int) -> str:
    rounded = round(number, decimals) + 0.0
    return f"{rounded:{'+' if rounded else ''}.{decimals}f}"


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
    heads = [heading for heading, _ in _by_heading(shown)]
    subtitle = _subtitle(looks, alike) + " Shaded: from the pandemic on." * bool(shown["pandemic"].any())
    figure, places = multiples(heads, title=f"{title}, {_years(shown)}", subtitle=subtitle)
    for place, (_, own) in zip(places, _by_heading(shown), strict=True):
        _small(place, own, looks, alike)
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


def _subtitle(looks: Mapping[str, tuple[Look, Any]], alike: bool) -> str:
    told = dict(zip(looks, ("full line", "broken line", "dotted line"), strict=False))
    if alike:
        told = {EVERYBODY: "full line", plural(len(looks) - 1, "group"): "grey lines"}
    listed = "; ".join(f"{line}: {name}" for name, line in told.items())
    return f"Per cent, each on a scale of its own, with the interval of chance. {capital(listed)}."


def _small(axes: Axes, own: pd.DataFrame, looks: Mapping[str, tuple[Look, Any]], alike: bool) -> None:
    ends = own[["estimate", "low", "high"]]
    low, high, first, last = ends.min(axis=None), ends.max(axis=None), own["year"].min(), own["year"].max()
    room = 0.4 * (high - low) or 1.0  # for words above and below
    axes.set(xlim=(first - max(0.45, 0.16 * (last - first)), last + 0.45), ylim=(low - room, high + room))
    ticks = MaxNLocator(3, steps=[1, 2, 5, 10]).tick_values(*axes.get_ylim())
    held = numbered(ticks, max(low - room, 0), min(high + room, 100), "%")
    ruled(axes, {year: str(year) for year in (first, last)}, held)
    if own["pandemic"].any():
        start = own.loc[own["pandemic"], "year"].min() - 0.45
        axes.axvspan(start, last + 0.45, color=LINE, alpha=0.5, linewidth=0, zorder=0)
    for name, rows in own.groupby("group", sort=False):
        look, style = looks[str(name)]
        thin = alike and name != EVERYBODY
        line = Line2D(rows["year"], rows["estimate"], linestyle="-" if thin else style, color=look.colour,
                      linewidth=0.5 if thin else 1.5)  # fmt: skip
        axes.add_artist(line)
        if not thin:
            _points(axes, rows, look)
        if look == _LOOKS[0][0]:
            _ends_words(axes, rows)


def _points(axes: Axes, rows: pd.DataFrame, look: Look) -> None:
    """Each wave with its interval, and its numbers where it is pointed at."""
    known = rows.dropna(subset=["low", "high"])
    upright(axes, known["year"], known["low"], known["high"], look.colour, over=2)
    for row in rows.itertuples():
        interval = "" if pd.isna(row.low) else f", interval {row.low:.1f} to {row.high:.1f}%"
        whom = "" if row.group == EVERYBODY else f", {row.group}"
        mark(axes, row.year, row.estimate, look, 5, tip=f"{row.heading}{whom}, {row.year}: {row.printed}{interval}.")


def _ends_words(axes: Axes, rows: pd.DataFrame) -> None:
    """The first and the last figure as printed, as far as it fits, on the side to which the line does not run."""
    up = rows["estimate"].iloc[-1] >= rows["estimate"].iloc[0]
    for row, above in ((rows.iloc[0], not up), (rows.iloc[-1], up)):
        place = row["estimate"] if pd.isna(row["low"]) else row["high"] if above else row["low"]
        printed, away = str(row["printed"]).replace(" per cent", "%"), (0, 5 if above else -5)
        words = printed if len(printed) < _LONG or printed[0].isalpha() else f"{row['estimate']:.0f}%"
        axes.annotate(words, (row["year"], place), away, textcoords="offset points", ha="center",
                      va="bottom" if above else "top", color=INK, parse_math=False)  # fmt: skip


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
