"""What the joint model says of the items of batteries: sentences, tables and charts."""

import math
from collections.abc import Callable, Mapping

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from scipy.special import expit

from crosswave.models.joint import Posterior, half_width
from crosswave.report.canvas import NAVY, PLUM, TEAL, Look, mark, multiples, ruled, styled
from crosswave.report.forest import Row, Scale, forest
from crosswave.report.render import percent
from crosswave.report.sentences import VERDICT_WORDS, points
from crosswave.words import listed_words, plural

_SURE = 0.95
_WAYS = (
    ("all other surveys together", "predicted", ("low", "high")),
    ("the earlier survey that it would be compared with", "pairwise", ("pairwise_low", "pairwise_high")),
    ("the last survey before it", "last", None),
)
_TICKS = 3  # steps between the years that a panel of the chart names
RANK_WORDS = (
    "The rank is the middle of all that the figures allow: an item of which little is known can be low and still be "
    "first more often than one above it."
)
_EFFECT_LOOKS = {"house": Look("s", PLUM, "all surveys of a house"), "survey": Look("o", TEAL, "one survey")}
_FEW = 4  # surveys, of which an item that has fewer is said to rest on few


def largest_moves(moves: pd.DataFrame) -> pd.DataFrame:
    """Return for surveys and for houses the largest move of each answer, a row each: quantity says of what."""
    rows = moves.loc[moves.groupby(["by", "answer"], sort=False)["moved"].apply(lambda one: one.abs().idxmax())]
    return rows.assign(quantity=rows["answer"] + " without one " + rows["by"], year=moves["year"].iloc[0])


def largest_moves_words(moves: pd.DataFrame, labels: Mapping[str, str], houses: Mapping[str, str]) -> list[str]:
    """Return in words which survey and which house moves which answer most when it is left out."""
    rows = largest_moves(moves).set_index(["by", "answer"], drop=False)
    told = []
    for by in (one for one in ("survey", "house") if (one, "change") in rows.index):
        change, level = rows.loc[(by, "change")], rows.loc[(by, "level")]
        told.append(
            f"Without one {by} no change moves by more than {abs(change['moved']):.1f} points "
            f"({_left(change, labels, houses)}), and no level by more than {abs(level['moved']):.1f} "
            f"({_left(level, labels, houses)})."
        )
    return told


def _left(row: pd.Series, labels: Mapping[str, str], names: Mapping[str, str]) -> str:
    item = labels.get(row["item"], row["item"]).lower()
    gone = names.get(row["without"], row["without"])
    ends = ("{:+.1f} to {:+.1f}" if row["answer"] == "change" else "{:.1f} to {:.1f}%").format(row["all"], row["value"])
    return f"{item} without {gone}, {ends}"


def prediction_table(held: pd.DataFrame, shares: pd.Series) -> pd.DataFrame:
    """Return how far each way of predicting a survey is off, on the same figures: those that every way predicts."""
    same = held[held[["last", "pairwise"]].notna().all(axis=1)]
    seen, rows = shares[same.index], []
    for name, at, ends in _WAYS:
        error, told = 100 * (same[at] - seen).abs(), ("", "")
        if ends:
            low, high = same[ends[0]], same[ends[1]]
            told = f"{50 * (high - low).mean():.0f}", percent(seen.between(low, high).mean())
        rows.append((name, len(same), f"{error.mean():.1f}", f"{error.max():.1f}", *told))
    heads = ["Predicted by", "Figures", "Mean error, points", "Largest", "Half-width of the interval", "In it, %"]
    return pd.DataFrame(rows, columns=heads)


def verdicts_table(verdicts: pd.DataFrame, labels: Mapping[str, str]) -> pd.DataFrame:
    """Return a row for each item: the verdict of all surveys with its certainty, that of two, and why they differ."""
    rows = [
        (
            labels.get(row.item, row.item) + (" (official series)" if row.official else ""),
            _with_ends(_whole, row.change, row.low, row.high),
            f"{VERDICT_WORDS.get(row.verdict, row.verdict)} ({row.certainty} certainty)",
            "" if pd.isna(row.pair_change) else _with_ends(_whole, row.pair_change, row.pair_low, row.pair_high),
            VERDICT_WORDS.get(row.pair_verdict, row.pair_verdict), row.why,
        )
        for row in verdicts.itertuples()
    ]  # fmt: skip
    heads = ["Item", "All together, points", "Answer", "Two surveys, points", "Their answer", "Why they differ"]
    return pd.DataFrame(rows, columns=heads)


def _with_ends(shown: Callable[[float], str], middle: float, low: float, high: float) -> str:
    """A number with its interval in brackets."""
    return f"{shown(middle)} ({shown(low)} to {shown(high)})"


def _whole(number: float) -> str:
    return f"{round(number):+d}"


def official_words(verdicts: pd.DataFrame, labels: Mapping[str, str]) -> str:
    """Return whether an official series asks about an item, which then comes first."""
    names = [labels.get(item, item).lower() for item in verdicts.loc[verdicts["official"], "item"]]
    if not names:
        return "No official series asks about these items."
    return f"An official series asks about {listed_words(names)}: read that first."


def labels_of(result: Posterior, labels: Mapping[str, str]) -> dict[str, str]:
    """Return the items of a model with their labels, in lower case inside a sentence."""
    return {item: labels.get(item, item) for item in result.design.items}


def battery_sentences(result: Posterior, figures: pd.DataFrame, labels: Mapping[str, str], margin: float) -> list[str]:
    """Return in plain words which item is named most, what changed, and what that rests on."""
    first, last = result.years[0], result.years[-1]
    names, levels = labels_of(result, labels), result.levels().set_index(["item", "year"])
    leader = _leader(result)
    level = levels.loc[(leader["item"], last)]
    span = f"{int(figures['date'].min())} to {int(figures['date'].max())}"
    inside = figures["date"].between(first, last + 1)
    return [
        f"Named most in {last}: {names[leader['item']].lower()}. A survey of a typical house has "
        f"{percent(level['level'])}% of those asked name it ({percent(level['low'])} to {percent(level['high'])}%). "
        f"That it is first has probability {leader['first']:.2f}.",
        f"{plural(len(figures), 'figure')} of {plural(figures['survey'].nunique(), 'survey')} by "
        f"{plural(figures['house'].nunique(), 'house')}, {span}, go into one model; {int(inside.sum())} of the figures "
        f"are of {first} to {last}.",
        _order_words(result, names, last),
        *_change_words(result, names, margin),
        f"Surveys differ far more than years: the house that asks moves every answer by about "
        f"{_in_points(result, 'house')} points, the survey by {_in_points(result, 'survey')} more, and how the answer "
        f"is worded by {_in_points(result, 'figure')}.",
        "This rests on a smooth course from year to year, and on surveys before and after these years. It says how "
        "often something is named, not how bad it is.",
    ]


def every_battery_words(result: Posterior, labels: Mapping[str, str]) -> str:
    """Return which item is named most where batteries that differ in kind are in the model too."""
    leader = _leader(result)
    return (
        "With all batteries, those too that cannot be set beside each other as they are, named most in "
        f"{result.years[-1]}: {labels_of(result, labels)[leader['item']].lower()}, with probability "
        f"{leader['first']:.2f}."
    )


def _leader(result: Posterior) -> pd.Series:
    """The item that is most likely to be named most in the last year, with its rank."""
    ranks = result.ranking(result.years[-1])
    return ranks.loc[ranks["first"].idxmax()]


def _order_words(result: Posterior, names: Mapping[str, str], year: int) -> str:
    above = result.above(year)
    told = [
        f"{names[one].lower()} above {listed_words([names[two].lower() for two in lower])}"
        for one in above.index
        if (lower := [two for two in above.columns if above.loc[one, two] >= _SURE])
    ]
    if not told:
        return f"No item is above another with probability {_SURE:.2f}."
    return f"With probability {_SURE:.2f} or more, in {year}: {'; '.join(told)}. The rest is not ordered."


def _change_words(result: Posterior, names: Mapping[str, str], margin: float) -> list[str]:
    first, last = result.years[0], result.years[-1]
    changes = result.changes(first, last, margin=margin)
    every, items = changes.iloc[-1], changes.iloc[:-1]
    moved = items[(items["low"] > 0) | (items["high"] < 0)]
    relative = items[["relative_low", "relative_high"]].set_axis(["low", "high"], axis=1)
    apart = items[(relative["low"] > 0) | (relative["high"] < 0)]
    told = [
        f"{names[row.item].lower()} ({row.change:+.0f} points, {row.low:+.0f} to {row.high:+.0f})"
        for row in moved.itertuples()
    ]
    largest = items.loc[items["change"].abs().idxmax()]
    return [
        f"From {first} to {last}, shown to have moved: {listed_words(told)}."
        if told
        else f"From {first} to {last} no item is shown to have moved. The largest change is that of "
        f"{names[str(largest['item'])].lower()}: {largest['change']:+.0f} points ({largest['low']:+.0f} to "
        f"{largest['high']:+.0f}).",
        f"All together moved by {every['change']:+.0f} points ({every['low']:+.0f} to {every['high']:+.0f}); that it "
        f"was less than {margin:g} points either way has probability {1 - every['beyond']:.2f}.",
        f"Against the mean of all, changes are known to about {half_width(relative):.0f} points either way"
        + (
            f": {listed_words([names[str(one)].lower() for one in apart['item']])} moved otherwise than the rest."
            if len(apart)
            else ", and none is shown to have moved otherwise than the rest."
        ),
    ]


def _in_points(result: Posterior, spread: str) -> str:
    """A standard deviation on the logit scale as points at one half."""
    return f"{_at_half(result.spreads.set_index('spread').loc[spread, 'median']):.0f}"


def levels_table(result: Posterior, labels: Mapping[str, str]) -> pd.DataFrame:
    """Return a row for each item with its level in each year, highest first."""
    names, levels = labels_of(result, labels), result.levels()
    order = result.ranking(result.years[-1])["item"]
    rows = []
    for item in order:
        own = levels[levels["item"] == item]
        cells = (_with_ends(percent, row.level, row.low, row.high) for row in own.itertuples())
        rows.append((names[item], *cells))
    return pd.DataFrame(rows, columns=["Item", *(f"{year}, %" for year in result.years)])


def changes_table(result: Posterior, labels: Mapping[str, str], margin: float) -> pd.DataFrame:
    """Return a row for each item: its change, and its change against the mean of all, in points."""
    names = labels_of(result, labels) | {"all items": "All items"}
    changes = result.changes(result.years[0], result.years[-1], margin=margin)
    rows = [
        (
            names[row.item], _with_ends(_tenths, row.change, row.low, row.high),
            _with_ends(_tenths, row.relative, row.relative_low, row.relative_high) if row.item in labels else "",
            f"{row.beyond:.2f}",
        )
        for row in changes.itertuples()
    ]  # fmt: skip
    heads = ["Item", "Change, points", "Against the mean, points", f"Probability of more than {margin:g} points"]
    return pd.DataFrame(rows, columns=heads)


def _tenths(number: float) -> str:
    return points(number / 100, sign=True)


def ranking_table(result: Posterior, labels: Mapping[str, str]) -> pd.DataFrame:
    """Return a row for each item: its rank in the last year, and the probability that it is first."""
    names, ranks = labels_of(result, labels), result.ranking(result.years[-1])
    rows = [
        (names[row.item], _with_ends("{:.0f}".format, row.rank, row.low, row.high), f"{row.first:.2f}")
        for row in ranks.itertuples()
    ]
    return pd.DataFrame(rows, columns=["Item", f"Rank in {result.years[-1]}", "Probability of being first"])


def effects_table(result: Posterior, names: Mapping[str, str]) -> pd.DataFrame:
    """Return a row for each house and survey: how many points more or less of everything it has, at one half."""
    told = _effects(result, names)
    columns = {"Kind": told["kind"], "Name": told["name"]}
    ends = {"Points at one half": "effect", "From": "low", "To": "high"}
    return pd.DataFrame(columns | {head: told[name].map(_points) for head, name in ends.items()})


def _effects(result: Posterior, names: Mapping[str, str]) -> pd.DataFrame:
    """Houses, then surveys by their titles, each from the one with the least of everything."""
    effects = result.effects.replace({"name": dict(names)}).assign(order=result.effects["kind"].ne("house"))
    return effects.sort_values(["order", "effect"], ignore_index=True)


def _points(effect: float) -> str:
    return f"{round(_at_half(effect)):+d}".replace("-", "−")


def _at_half(effect: float) -> float:
    return 100 * (float(expit(effect)) - 0.5)


@styled
def levels_chart(
    result: Posterior, figures: pd.DataFrame, labels: Mapping[str, str], surveys: Mapping[str, str]
) -> Figure:
    """Draw a panel for each item: its level over the years with its interval, and the surveys as dots."""
    names, order = labels_of(result, labels), list(result.ranking(result.years[-1])["item"])
    subtitle = (
        "% of those asked. A dot is a survey (white: it does not say how many answered); the line is what all say "
        "together, with its interval."
    )
    ends = result.levels().groupby("item")["level"].agg(["first", "last"])
    heads = [f"{names[one]}: {ends.loc[one, 'first']:.0%}, then {ends.loc[one, 'last']:.0%}" for one in order]
    figure, axes = multiples(heads, title=_levels_title(result), subtitle=subtitle, height=1.2)
    years = [*figures["date"], result.years[0], result.years[-1] + 1]
    span = math.floor(min(years)), math.ceil(max(years))
    for item, ax in zip(order, axes, strict=True):
        own = figures[figures["item"] == item].replace({"survey": dict(surveys)})
        _draw_item(ax, result.levels().query("item == @item"), own, span)
    return figure


def _draw_item(ax: Axes, levels: pd.DataFrame, own: pd.DataFrame, span: tuple[int, int]) -> None:
    first, last = span
    years = range(first, last + 1, max(1, round((last - first) / _TICKS)))
    at, ends = levels["year"].to_numpy() + 0.5, 100 * levels[["level", "low", "high"]].to_numpy()
    ax.set(xlim=(first - 0.5, last + 0.5), ylim=(0, 100))
    ruled(ax, {year: str(year) for year in years}, {tick: f"{tick}%" for tick in (0, 50, 100)})
    ax.fill_between(at, ends[:, 1], ends[:, 2], color=NAVY, alpha=0.18, linewidth=0)
    ax.add_artist(Line2D(at, ends[:, 0], color=NAVY, linewidth=1.8))
    for row in own.itertuples():
        look = Look("o", PLUM, filled=bool(row.n_known))
        mark(ax, row.date, 100 * row.share, look, 4.5, tip=f"{row.survey}: {100 * row.share:.0f}% name it.")


def _levels_title(result: Posterior) -> str:
    return f"What surveys name, {result.years[0]} to {result.years[-1]}"


def levels_alt(result: Posterior, labels: Mapping[str, str]) -> str:
    """Return the chart of levels in words."""
    names, levels = labels_of(result, labels), result.levels()
    last = levels[levels["year"] == result.years[-1]].sort_values("level", ascending=False)
    told = [f"{names[str(row.item)].lower()} {percent(row.level)}%" for row in last.itertuples()]
    return f"{_levels_title(result)}. A panel for each item. In {result.years[-1]}: {listed_words(told)}."


@styled
def ranking_chart(result: Posterior, labels: Mapping[str, str]) -> Figure:
    """Draw the rank of each item in the last year with its interval, the one named most first."""
    names, ranks = labels_of(result, labels), result.ranking(result.years[-1])
    rows = [
        Row(f"{names[row.item]}: first with probability {row.first:.2f}", "item", row.rank, row.low, row.high)
        for row in ranks.itertuples()
    ]
    scale = Scale(0.7, len(rows) + 0.3, f"rank in {result.years[-1]}; 1: named by most")
    subtitle = f"Middle rank and {_SURE:.0%} interval. {RANK_WORDS}"
    return forest(rows, {"item": Look("o", NAVY)}, scale, title=_ranking_message(result, labels), subtitle=subtitle)


def _ranking_message(result: Posterior, labels: Mapping[str, str]) -> str:
    first = result.ranking(result.years[-1]).iloc[0]
    return f"{labels_of(result, labels)[str(first['item'])]} is named most in {result.years[-1]}, as far as can be told"


def ranking_alt(result: Posterior, labels: Mapping[str, str]) -> str:
    """Return the chart of ranks in words."""
    names, ranks = labels_of(result, labels), result.ranking(result.years[-1])
    told = [f"{names[row.item].lower()} {row.rank:.0f} ({row.low:.0f} to {row.high:.0f})" for row in ranks.itertuples()]
    return f"{_ranking_message(result, labels)}. Ranks: {listed_words(told)}."


@styled
def effects_chart(result: Posterior, names: Mapping[str, str]) -> Figure:
    """Draw how many points more or less of everything each house and each survey has."""
    rows = [
        Row(f"{row.name}: {_points(row.effect)}", str(row.kind), _at_half(row.effect), _at_half(row.low),
            _at_half(row.high))
        for row in _effects(result, names).itertuples(index=False)
    ]  # fmt: skip
    most = max((abs(end) for row in rows for end in (row.low, row.high)), default=1.0)
    scale = Scale(-1.05 * most, 1.05 * most, "points more or less than others, at a share of one half", zero=True)
    subtitle = "What a house or a survey adds to every item alike: take it off before you quote one survey alone."
    return forest(rows, _EFFECT_LOOKS, scale, title=_effects_message(result, names), subtitle=subtitle)


def _effects_message(result: Posterior, names: Mapping[str, str]) -> str:
    told = _effects(result, names)
    low, high = told["effect"].idxmin(), told["effect"].idxmax()
    ends = [f"{told.loc[k, 'name']} ({_points(told.loc[k, 'effect'])} points)" for k in (low, high)]
    return f"What surveys add to every answer, from {ends[0]} to {ends[1]}"


def effects_alt(result: Posterior, names: Mapping[str, str]) -> str:
    """Return the chart of effects in words."""
    told = [f"{row.name} {_points(row.effect)}" for row in _effects(result, names).itertuples(index=False)]
    return f"{_effects_message(result, names)}. {listed_words(told)}."


def sensitivity_table(results: Mapping[str, Posterior]) -> pd.DataFrame:
    """Return a row for each variant of the model: its widths, its first item, and the largest change of a change.

    The variants have their names, the reported one first.
    """
    base, rows = _changes(next(iter(results.values()))), []
    for name, one in results.items():
        changes, leader = _changes(one), _leader(one)
        moved = (changes["change"] - base["change"]).drop("all items", errors="ignore").dropna()
        most = "" if moved.empty else f"{moved.abs().max():.1f} ({moved.abs().idxmax()})"
        rows.append((name, f"{half_width(changes):.1f}", f"{leader['item']}, {leader['first']:.2f}", most))
    heads = ["Variant", "Half-width of changes, points", "First, with probability", "Largest move of a change, points"]
    return pd.DataFrame(rows, columns=heads)


def _changes(result: Posterior) -> pd.DataFrame:
    return result.changes(result.years[0], result.years[-1], margin=5).set_index("item")


def battery_caveats(result: Posterior, figures: pd.DataFrame) -> list[str]:
    """Return what a reader has to know before using a number of the joint model."""
    first, last = result.years[0], result.years[-1]
    outside = ~figures["date"].between(first, last + 1)
    few = figures.groupby("item")["survey"].nunique()
    thin = [str(item) for item, number in few.items() if number < _FEW]
    unknown = int((~figures["n_known"].astype(bool)).sum())
    return [
        f"{int(outside.sum())} of {len(figures)} figures are of years outside {first} to {last}: they steady the level "
        "and the slopes, on the assumption that items move smoothly.",
        "Publishers show the largest answers of a battery. An item that a survey does not publish is not rare: it "
        "is left out, which makes items that are published only when they are large look larger.",
        *([f"Two or three surveys alone carry {listed_words(thin)}."] if thin else []),
        *([f"Of {plural(unknown, 'figure')} nobody says how many people are behind it."] if unknown else []),
        "Surveys of people and of organisations, of councils, hospitals and departments are side by side: what sets "
        "them apart goes into the effects of surveys and houses, and makes the intervals wider, not into the levels.",
        f"The standard deviations were integrated over at points worth {result.effective:.0f} independent ones.",
    ]
