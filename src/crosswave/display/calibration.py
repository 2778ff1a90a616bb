"""The error rates of the engine in sentences."""

from __future__ import annotations

import pandas as pd

from crosswave.report.sentences import points
from crosswave.robustness.simulation import Calibration
from crosswave.robustness.worlds import World
from crosswave.tables.calibration import standard_errors
from crosswave.tables.render import confidence, percent

_CERTAIN = 3.0
"""Monte Carlo standard errors beyond which a rate is said to be above what was promised."""


def calibration_answer(found: Calibration, tier: str) -> list[str]:
    """Return how often the engine is right about one world, against what it promises."""
    world = found.world
    after = f"goes to {percent(world.share + world.change)}%" if world.change else "stays there"
    told = f"the total error of each is {world.true_error:g} points, and tier {tier} declares {world.declared:g}"
    commonest = max(found.verdicts, key=lambda verdict: found.verdicts[verdict])
    return [
        f"In {world.worlds:,} worlds the true share is {percent(world.share)}% and {after}. Each survey has "
        f"{world.n:,} answers; {told}.",
        _verdicts(found),
        f"The {confidence(world.rules.alpha)} interval holds the true change in {_rate(found, found.coverage)} and "
        f"excludes no change in {_rate(found, found.excludes_zero)}; {_promise(found)}.",
        f"The commonest verdict is “{commonest}”: {_rate(found, found.verdicts[commonest])}.",
    ]


def _verdicts(found: Calibration) -> str:
    if not found.world.change:
        return f"The verdict is “rose” or “fell”, a false alarm, in {_rate(found, found.wrong)}."
    way = "rose" if found.world.change > 0 else "fell"
    return f"The verdict “{way}” is given in {_rate(found, found.right)}, the opposite in {_rate(found, found.wrong)}."


def _rate(found: Calibration, rate: float) -> str:
    return f"{percent(rate)}% (standard error {points(found.standard_error(rate))})"


def _promise(found: Calibration) -> str:
    alpha, missed = found.world.rules.alpha, 1 - found.coverage
    broken = missed - alpha > _CERTAIN * found.standard_error(missed)
    return f"that {'breaks' if broken else 'is in keeping with'} the promise of {confidence(alpha)}"


def calibration_checks(by_case: pd.DataFrame, *, alpha: float) -> list[str]:
    """Return what the cases come to: the promise kept, the damage of an error declared too small, the power."""
    right = by_case["true_error"] == by_case["declared"]
    still = by_case["change"] == 0
    sentences = [_kept(by_case[right & still], alpha), _covered(by_case[right]), *_damage(by_case[~right & still])]
    powers = [_power(str(tier), cases) for tier, cases in by_case[right & ~still].groupby("tier", sort=False)]
    return [sentence for sentence in (*sentences, *powers) if sentence]


def _kept(cases: pd.DataFrame, alpha: float) -> str:
    above = cases[cases["excludes_zero"] - alpha > _CERTAIN * standard_errors(cases)]
    where = f"beyond chance above {percent(alpha)}% in {len(above)} of them" if len(above) else "never beyond chance"
    return (
        f"With the error declared as it is and no change, “rose” or “fell” is said in at most "
        f"{percent(cases['wrong'].max())}% of worlds in any of {len(cases)} cases; the interval excludes no change in "
        f"{percent(cases['excludes_zero'].min())} to {percent(cases['excludes_zero'].max())}%, {where}."
    )


def _covered(cases: pd.DataFrame) -> str:
    least = cases.loc[cases["coverage"].idxmin()]
    return (
        f"The interval holds the true change in {percent(least['coverage'])}% or more; least for tier {least['tier']} "
        f"at n {least['n']:,}."
    )


def _damage(cases: pd.DataFrame) -> list[str]:
    groups = cases.groupby(["tier", "declared", "true_error"], sort=False)
    return [_one_damage(tier, declared, true, rows) for (tier, declared, true), rows in groups]


def _one_damage(tier: str, declared: float, true: float, rows: pd.DataFrame) -> str:
    worst = rows.loc[rows["excludes_zero"].idxmax()]
    return (
        f"Tier {tier}, with {declared:g} points declared where {true:g} are true and nothing changed: the interval "
        f"excludes no change in up to {percent(worst['excludes_zero'])}% of worlds (n {worst['n']:,}), and “rose” or "
        f"“fell” is said in up to {percent(rows['wrong'].max())}%."
    )


def _power(tier: str, cases: pd.DataFrame) -> str:
    change, best = points(abs(float(cases["change"].iloc[0]))), cases.loc[cases["right"].idxmax()]
    found = f"finds a change of {change} points in up to {percent(best['right'])}% of worlds (n {best['n']:,})"
    return f"Tier {tier} {found if best['right'] else f'never finds a change of {change} points'}."


def calibration_caveats(world: World) -> list[str]:
    """Return what the simulation leaves out."""
    return [
        "Errors are drawn from a normal distribution on the logit scale, afresh and independently for each survey; a "
        "house that errs the same way twice makes fewer false alarms.",
        "Both surveys have the same size, print n and a whole percentage, and nobody skips the question.",
        f"One comparison is judged alone at {world.rules.alpha:g}; among several, Holm's procedure makes “rose” and "
        "“fell” rarer still.",
        "The rates hold for the errors that are simulated here. Which error a real survey has is never known; what "
        "surveys of one year disagree by is the nearest to it.",
    ]
