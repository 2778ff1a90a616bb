"""How often the engine is right: sentences, tables and chart."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from crosswave.difference.estimate import wilson
from crosswave.report.canvas import GREY, NAVY, ORANGE, PLUM, Look, level, mark, multiples, ruled, styled, upright
from crosswave.report.render import confidence, percent
from crosswave.report.sentences import points, said_of
from crosswave.robustness.calibration import Calibration, World

_CERTAIN = 3.0
"""Monte Carlo standard errors beyond which a rate is said to be above what was promised."""

LOOKS: Sequence[tuple[Look, Any]] = (
    (Look("o", NAVY, "declared as it is"), "-"),
    (Look("s", PLUM, "declared too small", filled=False), "--"),
    (Look("^", ORANGE, "declared far too small", filled=False), ":"),
)
"""Marker, colour and line of the true errors of a tier, from the smallest: none told by colour alone."""


def calibration_answer(found: Calibration, tier: str) -> list[str]:
    """Return how often the engine is right about one world, against what it promises."""
    world, level, missed = found.world, confidence(found.world.criteria.alpha), 1 - found.coverage
    after = f"goes to {percent(world.share + world.change)}%" if world.change else "stays there"
    broken = missed - world.criteria.alpha > _CERTAIN * found.standard_error(missed)
    way, commonest = "rose" if world.change > 0 else "fell", max(found.verdicts, key=found.verdicts.__getitem__)

    def rate(value: float) -> str:
        return f"{percent(value)}% (standard error {points(found.standard_error(value))})"

    return [
        f"In {world.worlds:,} worlds the true share is {percent(world.share)}% and {after}. Each survey has "
        f"{world.n:,} answers; the total error of each is {world.true_error:g} points, and grade {tier} declares "
        f"{world.declared:g}.",
        f"The answer “{way}” is given in {rate(found.right)}, the opposite in {rate(found.wrong)}."
        if world.change
        else f"The answer is “rose” or “fell”, a false alarm, in {rate(found.wrong)}.",
        f"The {level} interval holds the true change in {rate(found.coverage)} and excludes no change in "
        f"{rate(found.excludes_zero)}; that {'breaks' if broken else 'is in keeping with'} the promise of {level}.",
        f"The commonest answer is “{said_of(commonest)}”: {rate(found.verdicts[commonest])}.",
    ]


def calibration_checks(by_case: pd.DataFrame, *, alpha: float) -> list[str]:
    """Return what the cases come to: the promise kept, the damage of an error declared too small, the power."""
    right, still = by_case["true_error"] == by_case["declared"], by_case["change"] == 0
    kept, least = by_case[right & still], by_case.loc[by_case.loc[right, "coverage"].idxmin()]
    above = kept[kept["excludes_zero"] - alpha > _CERTAIN * standard_errors(kept)]
    where = f"beyond chance above {percent(alpha)}% in {len(above)} of them" if len(above) else "never beyond chance"
    told = [
        f"With the error declared as it is and no change, “rose” or “fell” is said in at most "
        f"{percent(kept['wrong'].max())}% of worlds in any of {len(kept)} cases; the interval excludes no change in "
        f"{percent(kept['excludes_zero'].min())} to {percent(kept['excludes_zero'].max())}%, {where}.",
        f"The interval holds the true change in {percent(least['coverage'])}% or more; least for grade {least['tier']} "
        f"at n {least['n']:,}.",
    ]
    for (tier, declared, true), rows in by_case[~right & still].groupby(["tier", "declared", "true_error"], sort=False):
        worst = rows.loc[rows["excludes_zero"].idxmax()]
        told.append(
            f"Grade {tier}, with {declared:g} points declared where {true:g} are true and nothing changed: the "
            f"interval excludes no change in up to {percent(worst['excludes_zero'])}% of worlds (n {worst['n']:,}), "
            f"and “rose” or “fell” is said in up to {percent(rows['wrong'].max())}%."
        )
    for tier, rows in by_case[right & ~still].groupby("tier", sort=False):
        change, best = points(abs(float(rows["change"].iloc[0]))), rows.loc[rows["right"].idxmax()]
        found = f"finds a change of {change} points in up to {percent(best['right'])}% of worlds (n {best['n']:,})"
        told.append(f"Grade {tier} {found if best['right'] else f'never finds a change of {change} points'}.")
    return told


def calibration_caveats(world: World) -> list[str]:
    """Return what the simulation leaves out."""
    return [
        "Errors are drawn from a normal distribution on the logit scale, afresh and independently for each survey; a "
        "house that errs the same way twice makes fewer false alarms.",
        "Both surveys have the same size, publish n and a whole percentage, and nobody skips the question.",
        f"One comparison is judged alone at {world.criteria.alpha:g}; among several, Holm's procedure makes “rose” and "
        "“fell” rarer still.",
        "The rates hold for the errors that are simulated here. Which error a real survey has is never known; what "
        "surveys of one year disagree by is the nearest to it.",
    ]


def world_table(world: World) -> pd.DataFrame:
    """Return the truth of a simulated world and what the engine is told of it."""
    before, after = world.share, world.share + world.change
    rows: Mapping[str, str] = {
        "True share before, %": percent(before),
        "True share after, %": percent(after),
        "Who answered each survey": f"{world.n:,}",
        "True total error of each survey, points at one half": f"{world.true_error:g}",
        "Total error that the engine is told": f"{world.declared:g}",
        "What else the engine sees": "two whole percentages, and n",
        "Worlds": f"{world.worlds:,}",
    }
    return pd.DataFrame(list(rows.items()), columns=["What", "Value"])


def rates_table(found: Calibration) -> pd.DataFrame:
    """Return how often each thing was said of one world, with Monte Carlo standard errors."""
    rates = {
        "the interval holds the true change": found.coverage,
        "the interval excludes no change": found.excludes_zero,
        **{f"answer: {said_of(verdict)}": rate for verdict, rate in found.verdicts.items() if rate},
    }
    rows = [(words, percent(rate), f"{100 * found.standard_error(rate):.2f}") for words, rate in rates.items()]
    return pd.DataFrame(rows, columns=["What was said", "Worlds, %", "Standard error, points"])


def alarms_table(by_case: pd.DataFrame) -> pd.DataFrame:
    """Return how often a change is seen where nothing changed, a row for each tier, true error and n."""
    return _rates(by_case[by_case["change"] == 0], {"Answer rose or fell, %": "wrong"})


def power_table(by_case: pd.DataFrame) -> pd.DataFrame:
    """Return how often a change is seen where there is one, a row for each tier, true error and n."""
    return _rates(by_case[by_case["change"] != 0], {"Answer right, %": "right", "Answer the wrong way, %": "wrong"})


def _rates(cases: pd.DataFrame, verdicts: Mapping[str, str]) -> pd.DataFrame:
    rates = {
        "Interval excludes no change, %": "excludes_zero",
        "Standard error, points": "",
        **verdicts,
        "Interval holds the change, %": "coverage",
        "Surveys too different, %": "uninformative by design",
    }
    error = (100 * standard_errors(cases)).map("{:.2f}".format)
    truth = {
        "Grade": cases["tier"],
        "Error declared, points": cases["declared"].map("{:g}".format),
        "Error true, points": cases["true_error"].map("{:g}".format),
        "n of each": cases["n"].map("{:,}".format),
    }
    return pd.DataFrame(truth | {name: cases[one].map(percent) if one else error for name, one in rates.items()})


def standard_errors(by_case: pd.DataFrame) -> pd.Series:
    """Return the Monte Carlo standard error of the share of intervals that exclude no change."""
    rate = by_case["excludes_zero"]
    return np.sqrt(rate * (1 - rate) / by_case["worlds"])


@styled
def calibration_chart(by_case: pd.DataFrame, *, alpha: float) -> Figure | None:
    """Return how often the interval excludes no change where nothing changed, by tier, true error and n."""
    cases = by_case[by_case["change"] == 0]
    if cases.empty:
        return None
    subtitle = (
        f"% of simulated worlds without change whose {confidence(alpha)} interval excludes 0. A panel for each grade; "
        "lines by the true total error of each survey, in points; bars: 95% Monte Carlo intervals."
    )
    tiers = [tier for _, tier in cases.groupby("tier", sort=False)]
    heads = [f"{one['tier'].iloc[0]}: {one['declared'].iloc[0]:g} points declared" for one in tiers]
    figure, places = multiples(heads, title=calibration_message(by_case), subtitle=subtitle, height=1.7)
    top = 100 * float(cases["excludes_zero"].max()) * 1.15 + 5
    for axes, tier in zip(places, tiers, strict=True):
        _panel(axes, tier, 100 * alpha, top)
    return figure


def _panel(axes: Axes, tier: pd.DataFrame, promise: float, top: float) -> None:
    sizes = sorted(tier["n"].unique())
    axes.set_xscale("log")
    axes.set(xlim=(sizes[0] / 1.5, sizes[-1] * 1.5), ylim=(0, top))
    step = 20 if top > 50 else 10 if top > 20 else 5
    told = [size for size in sizes if size in (sizes[0], sizes[len(sizes) // 2], sizes[-1])]
    heights = {tick: f"{tick}%" for tick in range(0, int(top) + 1, step)}
    ruled(axes, {size: f"{'n ' if size == sizes[0] else ''}{size:,}" for size in told}, heights)
    level(axes, promise, *axes.get_xlim(), GREY)
    labels: list[tuple[float, float]] = []
    for (true, cases), (look, style) in zip(tier.groupby("true_error"), LOOKS, strict=False):
        low, high = (100 * end for end in wilson(cases["excludes_zero"], cases["worlds"], 0.05))
        rates = 100 * cases["excludes_zero"]
        upright(axes, cases["n"], low, high, look.colour, over=2)
        axes.add_artist(Line2D(cases["n"], rates, color=look.colour, linestyle=style, linewidth=1.4))
        for n, rate in zip(cases["n"], rates, strict=True):
            words = f"{tier['tier'].iloc[0]}, n {n:,}, true error {true:g} points ({look.words})"
            mark(axes, n, rate, look, 5, tip=f"{words}: {rate:.1f}% see a change.")
        labels.append((_height(cases), true))
    free = 0.0
    for height, true in sorted(labels):  # one above the other where lines end together
        place = max(height + 0.035 * top, free)
        axes.text(sizes[-1] * 1.4, place, f"true {true:g}", ha="right", va="bottom", zorder=4)
        free = place + 0.09 * top


def _height(cases: pd.DataFrame) -> float:
    """Of the last point of a line, or of the highest near it."""
    last = cases.loc[cases["n"].idxmax()]
    return 100 * max(float(last["excludes_zero"]), float(np.mean(cases["excludes_zero"].tail(2))))


def calibration_message(by_case: pd.DataFrame) -> str:
    """Return what the chart says: the worst rate with the error declared as it is, and with it declared too small."""
    cases = by_case[by_case["change"] == 0]
    right = cases["true_error"] == cases["declared"]
    kept, broken = (100 * cases.loc[which, "excludes_zero"].max() for which in (right, ~right))
    return (
        f"Where nothing changed, up to {kept:.1f}% of intervals see a change with the error declared as it is, "
        f"up to {broken:.1f}% with it declared too small"
    )


def calibration_alt(by_case: pd.DataFrame) -> str:
    """Return the chart in words."""
    cases = by_case[by_case["change"] == 0]
    if cases.empty:
        return "No chart: no case is without change."
    lines = []
    for (tier, declared, true), rows in cases.groupby(["tier", "declared", "true_error"], sort=False):
        rates = ", ".join(f"{100 * row.excludes_zero:.1f}% at n {row.n:,}" for row in rows.itertuples())
        lines.append(f"tier {tier}, declared {declared:g} points, true {true:g}: {rates}")
    return f"{calibration_message(by_case)}. {'; '.join(lines)}."
