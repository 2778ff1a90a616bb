"""Two typed figures compared, as a block for the terminal and as one JSON object."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

from rich.box import SIMPLE_HEAD
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from crosswave.by_hand.comparison import GIVEN, HandComparison, Verdict
from crosswave.by_hand.typed import HandFigure
from crosswave.report.sentences import answer_sentence, p_number
from crosswave.trend.break_even import break_even_of
from crosswave.trend.certainty import answer_of, certainty_of
from crosswave.trend.waves import Wave

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
    "equivalence_attainable": "whether “no material change” can be the verdict at all",
    "people_needed": "of each wave, to find a true change of the observed size",
    "break_even_n": "people that each figure without an n must rest on for the figures to show something",
    "tipping": "the first design_effect, total_error, bias (points) at which another verdict follows; correlation",
}
"""What each key of a verdict in JSON holds; null where there is no such number."""


def as_record(found: HandComparison) -> dict[str, object]:
    """Return a comparison as plain values, ready for JSON: the keys of `KEYS`, settings, figures and every tier.

    Notes
    -----
    Differences are in percentage points, p-values and alpha in [0, 1]; what is infinite or absent is None.
    """
    pair = found.verdict.comparison.pair
    settings = found.settings
    return {
        "figures": [_figure(*both) for both in zip(found.figures, (pair.first, pair.second), strict=True)],
        **_numbers(found.verdict),
        "tier_given": found.tier_given,
        "alpha": settings.alpha,
        "power": found.plan.power.value,
        "design_effect": settings.design_effect,
        "smallest_change": settings.smallest_change,
        "tiers": {tier: _numbers(verdict) for tier, verdict in found.verdicts.items() if tier != GIVEN},
    }


def _figure(figure: HandFigure, wave: Wave) -> dict[str, object]:
    counts = wave.counts
    ends = [_points(float(end or 0)) for end in (counts.share_low, counts.share_high)]
    return {
        "typed": figure.typed,
        "percent": _points(float(counts.printed)),
        "percent_range": ends,
        "n": _n(wave),
        "design_effect": wave.design_effect,
    }


def _n(wave: Wave) -> list[int] | None:
    return list(wave.base) if wave.base else None


def _numbers(verdict: Verdict) -> dict[str, object]:
    comparison, tips, reach = verdict.comparison, verdict.survival, verdict.comparison.reach
    certainty, enough = certainty_of(verdict.trend), break_even_of(verdict.trend)
    values = (
        verdict.tier,
        comparison.points,
        _finite(comparison.df),
        verdict.trend.verdict,
        answer_of(verdict.trend),
        certainty.level,
        dict(certainty.reasons),
        answer_sentence(verdict.trend),
        _points(comparison.difference),
        [_points(comparison.low), _points(comparison.high)],
        tips.p_value,
        tips.p_low,
        tips.p_high,
        _points(min(reach.critical_rise, reach.critical_fall)),
        _points(min(reach.detectable_rise, reach.detectable_fall)),
        bool(reach.equivalence_attainable),
        verdict.people_needed,
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


# --- the block --------------------------------------------------------------------------------------------------------


def block(found: HandComparison) -> RenderableType:
    """Return a comparison as a block that fits 80 columns and needs no colour."""
    first, second = found.figures
    title = Text(f"{first.typed}, then {second.typed}: {found.verdict.trend.verdict}", style="bold")
    told = Text(f"{answer_sentence(found.verdict.trend)}\n{_judged(found)}")
    return Group(title, told, Text(), _judged_table(found), Text(), _tiers_table(found), Text(), Text(_note(found)))


def _judged(found: HandComparison) -> str:
    """Under which total error the verdict was reached, and who chose it."""
    points = f"{found.verdict.comparison.points:.3g} points"
    if found.chosen == GIVEN:
        return f"Judged with a total error of {points}, as given; each tier of the plan is tried below."
    means = found.plan.total_error[found.chosen].means  # type: ignore[index]
    if found.tier_given:
        return f"Judged under tier {found.chosen}: {means}, a total error of {points}."
    others = ", ".join(str(name) for name in found.plan.total_error if name != found.chosen)
    return (
        f"Nobody says how the two surveys are related, so they count as tier {found.chosen}: {means}, a total error "
        f"of {points}. Another relation: --tier {others}."
    )


def _judged_table(found: HandComparison) -> Table:
    table = Table("", "judged", header_style="bold", box=SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for words, cell in _rows(found).items():
        table.add_row(words, Text(cell(found.verdict)))
    return table


def _tiers_table(found: HandComparison) -> Table:
    heads = ("under", "total error", f"{_level(found)} interval", "verdict")
    table = Table(*heads, header_style="bold", box=SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for name, one in found.verdicts.items():
        words = name if name == GIVEN else f"tier {name}"
        table.add_row(words, f"{one.comparison.points:.3g}", _interval(one), one.trend.verdict)
    return table


def _level(found: HandComparison) -> str:
    return f"{100 * (1 - found.settings.alpha):g} %"


def _interval(verdict: Verdict) -> str:
    return f"{100 * verdict.comparison.low:+.1f} to {100 * verdict.comparison.high:+.1f}"


def _rows(found: HandComparison) -> Mapping[str, Callable[[Verdict], str]]:
    """What each row is called, and what it says."""
    power = f"{100 * found.plan.power.value:g} %"
    return {
        "answer": lambda v: f"{answer_of(v.trend)}, {certainty_of(v.trend).level} certainty",
        "difference": lambda v: f"{100 * v.comparison.difference:+.1f}",
        f"{_level(found)} interval": _interval,
        "p": lambda v: p_number(v.survival.p_value),
        "p over all counts": lambda v: f"{p_number(v.survival.p_low)} to {p_number(v.survival.p_high)}",
        "least change shown": lambda v: _ways(v.comparison.reach.critical_rise, v.comparison.reach.critical_fall),
        f"detectable at {power}": lambda v: _ways(
            v.comparison.reach.detectable_rise, v.comparison.reach.detectable_fall
        ),
        "no material change": lambda v: "attainable" if v.comparison.reach.equivalence_attainable else "unattainable",
        "n for this change": _people,
        "tip: design effect": lambda v: v.survival.design_effect.words(),
        "tip: total error": lambda v: v.survival.total_error.words(),
        "tip: less error": lambda v: v.survival.less_total_error.words(),
        "tip: bias": lambda v: v.survival.bias.words(),
    }


def _ways(rise: float, fall: float) -> str:
    """A change either way, in points; the scale may end before one is reached."""
    ways = zip("+-", (rise, fall), strict=True)
    return " or ".join(f"{sign}{100 * change:.1f}" for sign, change in ways if math.isfinite(change)) or "none"


def _people(verdict: Verdict) -> str:
    if verdict.comparison.difference == 0:
        return "no difference"
    return "none is enough" if verdict.people_needed is None else f"{verdict.people_needed:,}"


def _effects(found: HandComparison) -> str:
    """The design effect of both figures, or of each."""
    pair = found.verdict.comparison.pair
    own = [wave.design_effect * found.settings.design_effect for wave in (pair.first, pair.second)]
    return " and ".join(f"{effect:g}" for effect in dict.fromkeys(own))


def _note(found: HandComparison) -> str:
    """What the numbers rest on, and the correlation, which no tier changes."""
    settings = found.settings
    lines = [
        "Changes, errors and biases are in points. A tip is the first value at which the evidence says something else.",
        f"If both were random samples, with a design effect of {_effects(found)}; the smallest change that "
        f"matters is {settings.smallest_change:g} points. Intervals and p run over every count that can have printed "
        "the figures.",
    ]
    rho = found.verdict.survival.correlations
    if rho and found.verdict.comparison.difference:
        told = ", ".join(f"{one.value:.2g} ({one.population})" for one in rho)
        lines.append(f"Without any change, answering and saying yes would have to be correlated by {told}.")
    unsized = [figure.typed for figure in found.figures if figure.n.kind == "unknown"]
    if unsized:
        lines.append(
            f"No n for {' and '.join(unsized)}: every n from the smallest that prints it to "
            f"{found.plan.n_largest.value:,.0f} counts, and a verdict needs all of them to agree."
        )
    return "\n".join(lines)
