"""Two typed figures compared, as a block for the terminal and as one JSON object."""

import math
from collections.abc import Mapping
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from crosswave.difference.compare import Comparison
from crosswave.difference.feasible import SharePair
from crosswave.report.sentences import answer_sentence, p_number, said_of, tip_words
from crosswave.robustness.verdict import Robustness, robustness_of_all
from crosswave.trend.break_even import break_even_of
from crosswave.trend.certainty import answer_of, certainty_of
from crosswave.trend.change import Judged
from crosswave.trend.typed import GIVEN, TypedComparison, compared, people_needed

KEYS: Mapping[str, str] = {
    "tier": "of plan.yaml",
    "total_error": "standard deviation of a wave beyond sampling, points at 50 %",
    "degrees_of_freedom": "from which it was estimated; null where it is declared",
    "verdict": "of the decision table",
    "answer": "rose, fell, no real change or cannot tell",
    "certainty": "high, moderate, low or very low, by the rules of plan.yaml",
    "marked_down": "why it is not high: a sentence for each domain",
    "sentence": "the answer with its certainty and the reason",
    "difference": "later minus earlier share, points, of counts that can have printed the figures",
    "interval": "[low, high], points: the widest over all counts that can have printed the figures",
    "p_value": "two-sided, at the printed shares",
    "p_low": "the least p over all those counts",
    "p_high": "the greatest",
    "critical_difference": "smallest observed change whose interval excludes 0, points",
    "detectable_change": "smallest true change found with the planned power, points",
    "equivalence_attainable": "whether “no real change” can be the answer at all",
    "people_needed": "of each wave, to find a true change of the observed size",
    "break_even_n": "people that each figure without an n must rest on for the figures to show something",
    "tipping": "the first design_effect, total_error, bias (points) at which another answer follows; correlation",
}
"""What each key of a verdict in JSON holds; null where there is no such number."""


def as_record(found: TypedComparison) -> dict[str, object]:
    """Return a comparison as plain values, ready for JSON: the keys of `KEYS`, settings, figures and every tier.

    Notes
    -----
    Differences are in percentage points, p-values and alpha in [0, 1]; what is infinite or absent is None.
    """
    pair, settings, tips = found.comparison.pair, found.judged.settings, tips_of(found)
    numbers = {tier: _numbers(one, tips[tier]) for tier, one in found.under.items()}
    figures = [
        {
            "typed": figure.typed,
            "percent": _points(float(share.counts.printed)),
            "percent_range": [_points(float(end or 0)) for end in (share.counts.share_low, share.counts.share_high)],
            "n": list(share.base) if share.base else None,
            "design_effect": share.design_effect,
        }
        for figure, share in zip(found.figures, (pair.first, pair.second), strict=True)
    ]
    return {
        "figures": figures,
        **numbers[found.chosen],
        "tier_given": found.tier_given,
        "alpha": settings.alpha,
        "power": found.judged.plan.power.value,
        "design_effect": settings.design_effect,
        "smallest_change": settings.smallest_change,
        "tiers": {tier: one for tier, one in numbers.items() if tier != GIVEN},
    }


def tips_of(found: TypedComparison) -> dict[str, Robustness]:
    """How far each number must move before the verdict changes, under each tier."""
    criteria, plan = found.judged.settings.criteria(found.judged.plan), found.judged.plan
    held = robustness_of_all([compared(one) for one in found.under.values()], criteria, plan.robustness)
    return dict(zip(found.under, held, strict=True))


def _numbers(judged: Judged[SharePair], tips: Robustness) -> dict[str, object]:
    comparison = compared(judged)
    reach, certainty, enough = comparison.reach, certainty_of(judged), break_even_of(judged)
    values = (
        comparison.pair.tier,
        comparison.points,
        _finite(comparison.df),
        judged.verdict,
        answer_of(judged),
        certainty.level,
        dict(certainty.reasons),
        answer_sentence(judged),
        _points(comparison.difference),
        [_points(comparison.low), _points(comparison.high)],
        tips.p_value,
        tips.p_low,
        tips.p_high,
        _points(min(reach.critical_rise, reach.critical_fall)),
        _points(min(reach.detectable_rise, reach.detectable_fall)),
        bool(reach.equivalence_attainable),
        people_needed(judged),
        enough.n if enough else None,
        {
            "design_effect": tips.design_effect.value,
            "total_error": tips.total_error.value,
            "bias": tips.bias.value,
            "correlation": {one.population: _finite(one.value) for one in tips.correlations},
        },
    )
    return dict(zip(KEYS, values, strict=True))


def _points(share: float) -> float | None:
    """In points, without the last digits, which only say how a computer counts."""
    return round(100 * share, 10) + 0.0 if math.isfinite(share) else None


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


def block(found: TypedComparison) -> RenderableType:
    """Return a comparison as a block that fits 80 columns and needs no colour."""
    (first, second), tips = found.figures, tips_of(found)[found.chosen]
    title = Text(f"{first.typed}, then {second.typed}: {said_of(found.judged.verdict)}", style="bold")
    told = Text(f"{answer_sentence(found.judged)}\n{_judged(found)}")
    level = f"{100 * (1 - found.judged.settings.alpha):g} % interval"
    look: dict[str, Any] = {"header_style": "bold", "box": SIMPLE_HEAD, "pad_edge": False, "show_edge": False}
    judged, tiers = Table("", "judged", **look), Table("under", "total error", level, "verdict", **look)
    for words, cell in _rows(found.judged, tips, level).items():
        judged.add_row(words, Text(cell))
    for name, one in found.under.items():
        comparison = compared(one)
        words = name if name == GIVEN else f"tier {name}"
        tiers.add_row(words, f"{comparison.points:.3g}", _interval(comparison), said_of(one.verdict))
    return Group(title, told, Text(), judged, Text(), tiers, Text(), Text(_note(found, tips)))


def _judged(found: TypedComparison) -> str:
    """Under which total error the verdict was reached, and who chose it."""
    points, tiers = f"{found.comparison.points:.3g} points", found.judged.plan.total_error
    if found.chosen == GIVEN:
        return f"Judged with a total error of {points}, as given; each grade of the plan is tried below."
    means = tiers[found.chosen].means  # type: ignore[index]
    if found.tier_given:
        return f"Judged under grade {found.chosen}: {means}, a total error of {points}."
    others = ", ".join(str(name) for name in tiers if name != found.chosen)
    return (
        f"Nobody says how the two surveys are related, so they count as grade {found.chosen}: {means}, a total error "
        f"of {points}. Another relation: --tier {others}."
    )


def _interval(comparison: Comparison[SharePair]) -> str:
    return f"{100 * comparison.low:+.1f} to {100 * comparison.high:+.1f}"


def _rows(judged: Judged[SharePair], tips: Robustness, level: str) -> dict[str, str]:
    """What each row is called, and what it says."""
    comparison = compared(judged)
    reach, needed = comparison.reach, people_needed(judged)
    people = "none is enough" if needed is None else f"{needed:,}"
    return {
        "answer": f"{answer_of(judged)}, {certainty_of(judged).level} certainty",
        "difference": f"{100 * comparison.difference:+.1f}",
        level: _interval(comparison),
        "p": p_number(tips.p_value),
        "p over all counts": f"{p_number(tips.p_low)} to {p_number(tips.p_high)}",
        "least change shown": _ways(reach.critical_rise, reach.critical_fall),
        f"detectable at {100 * judged.plan.power.value:g} %": _ways(reach.detectable_rise, reach.detectable_fall),
        "no real change": "attainable" if reach.equivalence_attainable else "unattainable",
        "n for this change": people if comparison.difference else "no difference",
        "tip: design effect": tip_words(tips.design_effect),
        "tip: total error": tip_words(tips.total_error),
        "tip: less error": tip_words(tips.less_total_error),
        "tip: bias": tip_words(tips.bias),
    }


def _ways(rise: float, fall: float) -> str:
    """A change either way, in points; the scale may end before one is reached."""
    ways = zip("+-", (rise, fall), strict=True)
    return " or ".join(f"{sign}{100 * change:.1f}" for sign, change in ways if math.isfinite(change)) or "none"


def _note(found: TypedComparison, tips: Robustness) -> str:
    """What the numbers rest on, and the correlation, which no tier changes."""
    settings, plan, pair = found.judged.settings, found.judged.plan, found.comparison.pair
    own = [share.design_effect * settings.design_effect for share in (pair.first, pair.second)]
    effects = " and ".join(f"{effect:g}" for effect in dict.fromkeys(own))
    lines = [
        "Changes, errors and biases are in points. A tip is the first value at which the evidence says something else.",
        f"If both were random samples, with a design effect of {effects}; the smallest change that "
        f"matters is {settings.smallest_change:g} points. Intervals and p run over every count that can have printed "
        "the figures.",
    ]
    if tips.correlations and found.comparison.difference:
        told = ", ".join(f"{one.value:.2g} ({one.population})" for one in tips.correlations)
        lines.append(f"Without any change, answering and saying yes would have to be correlated by {told}.")
    unsized = [figure.typed for figure in found.figures if figure.sizes is None]
    if unsized:
        lines.append(
            f"No n for {' and '.join(unsized)}: every n from the smallest that gives it to "
            f"{plan.n_largest.value:,.0f} counts, and an answer needs all of them to agree."
        )
    return "\n".join(lines)
